"""The page for a consultation: what a new text of rules changes, and for whom, from JSON alone.

One file without a script. What does not fit is cut to fewer rules and shorter words, and the page
says so; the JSON has all of it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from creditaudit.charts import count
from creditaudit.errors import InputError
from creditaudit.pages import wording

LIMIT = 150_000
VERSION = "creditaudit.consultation/1"
CHANGES = {
    "added": "Rules that only the new text has.",
    "removed": "Rules that only the old text has.",
    "tightened": "Harder on the person in every part that differs.",
    "loosened": "Easier on the person in every part that differs.",
    "changed": "The text alone does not tell which way: a condition was rewritten, or some parts "
    "are harder and others easier.",
}
MEASURES = {
    "only_loses": "Only lose: worse off in something here, better off in nothing",
    "only_gains": "Only gain: better off in something here, worse off in nothing",
    "approved_to_refused": "Approved before, refused after",
    "refused_to_approved": "Refused before, approved after",
    "newly_listed": "On no list before, on one after",
    "no_longer_listed": "On a list before, on none after",
    "tier_lower": "A lower tier",
    "tier_higher": "A higher tier",
    "points_lower": "Fewer points",
    "points_higher": "More points",
}
CONSULTED = {
    "yes": "Consulting the public was mandatory for a text of this kind.",
    "no": "Consulting the public was not mandatory for a text of this kind.",
    "unknown": "Whether consulting the public was mandatory for a text of this kind is not known.",
}
KINDS: dict[str, tuple[type, ...]] = {
    "title": (str,),
    "report_date": (str,),
    "synthetic": (bool,),
    "source": (str, type(None)),
    "min_cell": (int,),
    "people": (int, type(None)),
    "old": (dict,),
    "new": (dict,),
    "mandatory": (str,),
    "counts": (dict,),
    "rules": (list,),
    "flips": (list,),
    "rights": (list,),
    "sources": (list,),
}
# The axis of the small charts, in its own units.
WIDTH, HEIGHT = 150, 14


class Room(NamedTuple):
    """How many rules of one kind, groups of one column and characters a text; the JSON has all."""

    rules: int
    groups: int
    text: int


ROOMS = (Room(200, 60, 1500), Room(60, 24, 600), Room(25, 12, 300), Room(8, 6, 160))


def render_consultation(change: Mapping[str, Any]) -> str:
    """Return the page for a consultation as one self-contained HTML page.

    Parameters
    ----------
    change : Mapping
        Plain JSON types, version ``creditaudit.consultation/1``, as
        `creditaudit.reports.consultation` returns them.

    Returns
    -------
    str
        HTML of at most `LIMIT` bytes in UTF-8; the same text for the same JSON.

    Raises
    ------
    InputError
        With every fault of the JSON; or if it does not fit on the page.
    """
    page = wording.printable(change)
    faults = list(_faults(page))
    if faults:
        listed = "".join(f"\n  {fault}" for fault in faults[:20])
        noun = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        msg = f"The JSON does not follow {VERSION}: {noun}.{listed}"
        raise InputError(msg)
    for room in ROOMS:
        text: str = _template().render(_view(page, room))
        if len(text.encode()) <= LIMIT:
            return text
    msg = (
        f"The page would take {len(text.encode()):,} bytes; the limit is {LIMIT:,}. Give fewer "
        "columns of groups."
    )
    raise InputError(msg)


def _faults(page: Any) -> Iterator[str]:
    if not isinstance(page, Mapping) or page.get("$schema") != VERSION:
        yield f"$schema: expected {VERSION!r}."
        return
    for name, kinds in KINDS.items():
        value = page.get(name, ...)
        if not isinstance(value, kinds) or (bool not in kinds and isinstance(value, bool)):
            wanted = " or ".join(kind.__name__ for kind in kinds)
            found = type(value).__name__ if name in page else "nothing"
            yield f"{name}: found {found}, expected {wanted}."
    if page.get("mandatory") not in CONSULTED:
        yield f"mandatory: found {page.get('mandatory')!r}, expected yes, no or unknown."
    for at, row in enumerate(page.get("flips") or ()):
        ends = [row.get(name) for name in ("low", "value", "high")]
        known = [end for end in ends if end is not None]
        if row.get("measure") not in MEASURES:
            yield f"flips[{at}]: measure {row.get('measure')!r} is none of {', '.join(MEASURES)}."
        elif len(known) not in (0, 3) or not all(map(_share, known)) or known != sorted(known):
            yield f"flips[{at}]: found {ends}, expected low <= value <= high from 0 to 1."
    for at, row in enumerate(page.get("rules") or ()):
        if row.get("change") not in (*CHANGES, "unchanged"):
            yield f"rules[{at}]: change {row.get('change')!r} is none of {', '.join(CHANGES)}."


def _share(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= 1


def _view(page: Mapping[str, Any], room: Room) -> dict[str, Any]:
    changed = [row for row in page["rules"] if row["change"] != "unchanged"]
    everyone = {row["measure"]: row for row in page["flips"] if row["column"] is None}
    columns = list(dict.fromkeys(row["column"] for row in page["flips"] if row["column"]))
    told = [row for row in page["flips"] if row["value"] is not None]
    return {
        "page": page,
        "counted": _counted(page["counts"]),
        "lead": _lead(page, everyone),
        "consulted": CONSULTED[page["mandatory"]],
        "kinds": [
            (kind, words, rows[: room.rules], len(rows) - room.rules)
            for kind, words in CHANGES.items()
            if (rows := [row for row in changed if row["change"] == kind])
        ],
        "everyone": _rows([everyone[name] for name in MEASURES if name in everyone]),
        "columns": [(name, list(_tables(page["flips"], name, room))) for name in columns],
        "groups": room.groups,
        "fires": bool(changed) and "fires_before" in changed[0],
        "few": any(row["value"] is None for row in page["flips"]),
        "open": any("Open for" in row["note"] for row in told),
        "text": room.text,
        "measures": MEASURES,
        "unequal": page["old"]["decision"] != page["new"]["decision"],
    }


def _counted(counts: Mapping[str, int]) -> str:
    said = [f"{n} {change}" for change, n in counts.items() if n]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said) or "none"


def _lead(page: Mapping[str, Any], everyone: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [everyone.get(name) for name in ("only_loses", "only_gains")]
    if page["people"] is None or any(row is None or row["value"] is None for row in rows):
        return ""
    loses, gains = rows
    who = "invented people" if page["synthetic"] else "people"
    return (
        f"Of {count(page['people'])} {who}, {_thousand(loses)} would only lose by the new text, "
        f"and {_thousand(gains)} would only gain."
    )


def _thousand(row: Any) -> str:
    value, low, high = (_per_thousand(row[name]) for name in ("value", "low", "high"))
    return f"{value} in 1,000 ({low} to {high})"


def _per_thousand(share: float) -> str:
    number = 1000 * share
    return "1,000" if number >= 999.95 else f"{number:.1f}" if 0 < number < 10 else f"{number:.0f}"


def _tables(
    flips: Sequence[Mapping[str, Any]], column: str, room: Room
) -> Iterator[tuple[str, list[dict[str, Any]], int]]:
    """Yield each measure that is true of somebody, with its groups and how many were left out."""
    for measure in MEASURES:
        rows = [row for row in flips if row["column"] == column and row["measure"] == measure]
        if any(row["value"] for row in rows):
            yield measure, _rows(rows[: room.groups]), len(rows) - room.groups


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with words and a small chart, all on one axis."""
    most = max((row["high"] for row in rows if row["high"] is not None), default=0.0)
    return [
        {
            **row,
            "share": "not shown" if row["value"] is None else f"{100 * row['value']:.1f}\u00a0%",
            "range": "–" if row["value"] is None
            else f"{100 * row['low']:.1f} to {100 * row['high']:.1f}\u00a0%",
            "chart": _chart(row, most) if row["value"] is not None and most else "",
        }
        for row in rows
    ]  # fmt: skip


def _chart(row: Mapping[str, Any], most: float) -> Markup:
    low, value, high = (4 + (WIDTH - 8) * row[name] / most for name in ("low", "value", "high"))
    middle = HEIGHT / 2
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f'<path d="M4 {middle}H{WIDTH - 4}" stroke="#d3d8dd"/>'
        f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="#0072b2" stroke-width="2.5"/>'
        f'<circle cx="{value:.1f}" cy="{middle}" r="3.6" fill="#0072b2"/></svg>'
    )


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("creditaudit.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (files("creditaudit.pages") / "templates" / "consultation.css").read_text("utf-8")
    environment.globals |= {"css": Markup(css)}
    environment.filters |= {
        "clip": wording.clip,
        "day": wording.day,
        "count": count,
        "marked": wording.mark_words,
    }
    return environment.get_template("consultation.html.j2")
