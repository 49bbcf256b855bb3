"""The page of a report: one HTML file, from the JSON alone.

It opens without a network and without scripts, prints its first page on one sheet of A4, and stays
under `LIMIT` bytes: where a report is long, charts go first, then long tables, then whole blocks,
and the page says what it left to the JSON. Where a society is described, long tables and blocks go
before the charts, which gather them, and every question keeps its first finding.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from itertools import zip_longest
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from creditaudit.charts import count
from creditaudit.finding import STATUS_WORDS
from creditaudit.pages import wording
from creditaudit.pages.figures import ROWS, Drawn, ladder_svg, rates_svg
from creditaudit.pages.schemas import validate_report
from creditaudit.pages.shared_figures import shared_charts

LIMIT = 150_000
PAGE_ONE_FINDINGS = 6
PAGE_ONE_ITEMS = 3
LONG_TABLE = 8
HEADING = 180
BRIEF = 300
LADDER = (
    "Thick: the 95\u00a0% range of one ratio. Thin: the range that holds for all comparisons, "
    "which decides the status."
)
STATUS_ORDER = ("beyond", "cannot_tell", "not_beyond", "descriptive")


class Room(NamedTuple):
    """How much of a report the page shows, in counts and in characters a text; the JSON has all."""

    charts: int
    rows: int
    blocks: int
    entries: int
    text: int


ROOMS = (
    Room(charts=8, rows=60, blocks=200, entries=60, text=8000),
    Room(charts=8, rows=8, blocks=200, entries=60, text=4000),
    Room(charts=4, rows=8, blocks=200, entries=60, text=4000),
    Room(charts=0, rows=8, blocks=100, entries=40, text=1500),
    Room(charts=0, rows=4, blocks=40, entries=20, text=800),
    Room(charts=0, rows=2, blocks=10, entries=10, text=300),
)
# Of a world that is described, charts gather what many tables hold: the tables go first.
DESCRIBED_ROOMS = (
    ROOMS[0],
    ROOMS[1],
    Room(charts=8, rows=4, blocks=40, entries=20, text=800),
    Room(charts=8, rows=4, blocks=24, entries=20, text=500),
    Room(charts=8, rows=2, blocks=14, entries=10, text=400),
    Room(charts=6, rows=2, blocks=8, entries=10, text=300),
    ROOMS[-1],
)


def render(report: Mapping[str, Any]) -> str:
    """Return the report as one self-contained HTML page.

    Parameters
    ----------
    report : Mapping
        The parsed ``audit.json``.

    Returns
    -------
    str
        HTML of at most `LIMIT` bytes in UTF-8 for any report of usual length; the same text for
        the same report.

    Raises
    ------
    InputError
        If the JSON does not follow its schema.
    """
    validate_report(report)
    plain = wording.printable(report)
    charts = _drawn(_ordered(plain), plain, ROOMS[0].charts)
    page = ""
    for room in DESCRIBED_ROOMS if _described(plain) else ROOMS:
        page = _template().render(_view(wording.capped(plain, room.text), charts, room))
        if len(page.encode()) <= LIMIT:
            break
    return page


def _ordered(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the findings as the page shows them.

    Of a world that is described, what it describes comes first, in the order of its questions; of
    people who are compared, what is beyond a line or open.
    """
    described = _described(report)
    return sorted(
        report["findings"],
        key=lambda f: (
            -wording.rating(f["severity"]), 0 if described else STATUS_ORDER.index(f["status"]),
        ),
    )  # fmt: skip


def _described(report: Mapping[str, Any]) -> bool:
    return "society" in report["evidence"]["held"]


def _drawn(
    findings: Sequence[Mapping[str, Any]], report: Mapping[str, Any], most: int
) -> list[Drawn]:
    """Return charts in the order of the page; the place of each is an audit or a finding's id."""
    charts: list[Drawn] = []
    for place, draw in _drawable(findings, report):
        if len(charts) == most:
            break
        chart = draw(prefix=f"c{len(charts)}")
        if isinstance(chart, str):
            chart = Drawn(place, chart, caption=LADDER if place.startswith("audit ") else "")
        charts += [chart] if chart else []
    return charts


def _drawable(
    findings: Sequence[Mapping[str, Any]], report: Mapping[str, Any]
) -> Iterator[tuple[str, Callable[..., Drawn | str | None]]]:
    line = report["plan"].get("line")
    people = "synthetic people" if report["synthetic"] else "people"
    for audit, group in _by_audit(findings).items():
        for draw in shared_charts(audit, group, people):
            yield f"audit {audit}", draw
        yield f"audit {audit}", partial(ladder_svg, group, line=line)
        for finding in group:
            yield finding["id"], partial(rates_svg, finding, among=group)


def _by_audit(findings: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for finding in findings:
        groups.setdefault(finding["audit"], []).append(finding)
    return groups


def _told_first(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the findings so that each question has had its first before any has its second."""
    groups = _by_audit(findings).values()
    turns = zip_longest(*groups)
    return [finding for turn in turns for finding in turn if finding is not None]


def _asks(not_asked: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return what to ask for, each once with the questions it would open, the least first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for entry in not_asked:
        groups.setdefault((entry["needs"], entry["how"]), []).append(entry["question"])
    return [
        {"needs": needs, "how": how, "questions": questions}
        for (needs, how), questions in sorted(groups.items(), key=lambda one: one[0][0].count("; "))
    ]


def _view(report: Mapping[str, Any], charts: Sequence[Drawn], room: Room) -> dict[str, Any]:
    findings = _ordered(report)
    drawn = charts[: room.charts]
    entries = {entry["id"]: number for number, entry in enumerate(report["law"][: room.entries], 1)}
    rows = [_row(finding, entries) for finding in findings]
    told = _told_first(findings) if _described(report) else findings
    shown = {finding["id"] for finding in told[: room.blocks]}
    return {
        "report": report,
        "evidence": report["evidence"],
        "plan": report["plan"],
        "rows": rows,
        "lead": findings[0]["claim"] if findings else None,
        "page_one": [_row(finding, entries) for finding in told[:PAGE_ONE_FINDINGS]],
        "described": _described(report),
        "items": PAGE_ONE_ITEMS,
        "roomy": len(rows) <= PAGE_ONE_FINDINGS // 2,
        "questions": [
            _question(audit, group, shown, drawn, entries, room)
            for audit, group in _by_audit(findings).items()
        ],
        "brief": [row for row in rows if row["id"] not in shown],
        "brief_most": BRIEF,
        "undrawn": len(charts) == ROOMS[0].charts or len(charts) > len(drawn),
        "drawn": len(drawn),
        "room": room,
        "asks": _asks(report["not_asked"]),
        "roles": wording.roles_in_words(report["roles"]),
        "scores": wording.score_words(report),
    }


def _row(finding: Mapping[str, Any], entries: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": finding["id"],
        "claim": finding["claim"],
        "size": wording.clip(wording.size(finding), 40),
        "unit": wording.clip(finding["unit"], 24),
        "family": wording.family_range(finding),
        "status": STATUS_WORDS[finding["status"]],
        "shape": wording.STATUS_SHAPES[finding["status"]],
        "severity": finding["severity"],
        "severity_marks": wording.rating_marks(finding["severity"], "▲", "△"),
        "confidence": finding["confidence"],
        "confidence_marks": wording.rating_marks(finding["confidence"], "●", "○"),
        "people": count(finding["n"]),
        "p": None if finding["p_adjusted"] is None else wording.p_words(finding["p_adjusted"]),
        "law": _linked(finding["law"], entries),
    }


def _linked(names: Sequence[str], entries: Mapping[str, int]) -> list[tuple[str, int | None]]:
    return [(name, entries.get(name)) for name in names]


def _question(
    audit: str,
    group: Sequence[Mapping[str, Any]],
    shown: set[str],
    drawn: Sequence[Drawn],
    entries: Mapping[str, int],
    room: Room,
) -> dict[str, Any]:
    """Return an audit's findings; what all of them share is told once."""
    own = {one.place: one.svg for one in drawn}
    blocks = [finding for finding in group if finding["id"] in shown]
    methods = {finding["method"] for finding in group}
    method = min(methods) if len(methods) == 1 else None
    cited = {tuple(finding["law"]) for finding in group}
    often = Counter(limit for finding in group for limit in dict.fromkeys(finding["limits"]))
    shared = [limit for limit, times in often.items() if times == len(group)]
    return {
        "audit": audit,
        "text": group[0]["question"],
        "method": method,
        "limits": shared,
        "law": _linked(cited.pop(), entries) if len(cited) == 1 else [],
        "figures": [one for one in drawn if one.place == f"audit {audit}"],
        "blocks": [
            _row(finding, entries)
            | wording.headed(finding["claim"], HEADING)
            | {
                "method": finding["method"] if method is None else None,
                "own_law": len(cited) > 1,
                "limits": [limit for limit in finding["limits"] if limit not in shared],
                "chart": Markup(own.get(finding["id"], "")),
                "table": _table(finding, room.rows),
            }
            for finding in blocks
        ],
    }


def _table(finding: Mapping[str, Any], most: int) -> dict[str, Any] | None:
    columns, rows = _without_empty_notes(**finding["table"])
    if not columns or not rows:
        return None
    heads, cells = wording.told_table(columns, rows[:most], finding["audit"])
    return {
        "columns": heads,
        "rows": cells,
        "keys": len(wording.key_columns(columns)),
        "total": len(rows),
        "long": len(rows) > LONG_TABLE,
        "charted": min(len(rows), ROWS),
    }


def _without_empty_notes(columns: list[str], rows: list[list[Any]]) -> tuple[Any, Any]:
    kept = [at for at, name in enumerate(columns) if name != "note" or any(row[at] for row in rows)]
    return [columns[at] for at in kept], [[row[at] for at in kept] for row in rows]


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("creditaudit.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (files("creditaudit.pages") / "templates" / "report.css").read_text("utf-8")
    environment.globals |= {
        "css": Markup(css),
        "access": wording.ACCESS,
        "origins": wording.ORIGINS,
    }
    environment.filters |= {
        "clip": wording.clip,
        "opening": wording.opening,
        "day": wording.day,
        "count": count,
        "mark_words": wording.mark_words,
        "breakable": _breakable,
    }
    return environment.get_template("report.html.j2")


def _breakable(text: str, wanted: bool) -> Markup:
    """Return an id that may break after an underscore or a hyphen."""
    escaped = str(escape(text))
    return Markup(escaped.replace("_", "_<wbr>").replace("-", "-<wbr>") if wanted else escaped)
