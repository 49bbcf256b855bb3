"""What joined data do: charts of who is alone, who is taken for another, what sectors add."""

from collections.abc import Mapping, Sequence
from typing import Any

from creditaudit.charts import plain_label
from creditaudit.pages.dot_figures import dots_drawn
from creditaudit.pages.figures import ROWS, Drawn, inline, said_of
from creditaudit.pages.join_curve import MOST_STEPS, StepLine, step_axes
from creditaudit.pages.number_rows import (
    NumberRow,
    number,
    number_row,
    percent,
    table_rows,
    two_digits,
)

SECTOR_HEADS = [
    ("Sector", False), ("Joins first", True), ("Joins last", True), ("On average", True),
    ("Gap, points", True), ("Alone, points", True),
]  # fmt: skip
Findings = Sequence[Mapping[str, Any]]


def mistaken_drawn(findings: Findings, people: str, *, prefix: str) -> Drawn | None:
    """Draw wrongful hits for each listing by key, the more people are searched among."""
    rows, notes = [], {}
    for finding in findings:
        for row in table_rows(finding, "searched by", "people", "hits", "for each listing", "note"):
            many, each = number(row["people"]), number(row["for each listing"])
            # The court's own list holds few people; the table has it.
            if many is None or each is None or "own list" in str(row["note"]):
                continue
            hits = number(row["hits"])
            scale = each / hits if hits else None
            ends = {
                name: scale * end if scale and (end := number(row.get(name))) is not None else None
                for name in ("low", "high")
            }
            found = number_row(
                f"{plain_label(row['searched by'])}, {many:,.0f} people",
                {"value": each, "kind": row.get("kind"), "n": many, **ends}, two_digits,
            )  # fmt: skip
            if found:
                rows.append((plain_label(row["searched by"]), found))
                notes[found.kind] = plain_label(row["note"])
    keys = list(dict.fromkeys(key for key, _ in rows))
    rows.sort(key=lambda one: (keys.index(one[0]), one[1].n or 0))
    drawn = dots_drawn(
        "mistaken_identity", "People hit who are not on the list, for each who is, by key",
        [row for _, row in rows], f"wrongful hits for each listing, among {people} (log scale)",
        ("Searched by, among so many", "Wrongful hits for each listing"), prefix, scale="log",
        line=(1.0, "one each"),
    )  # fmt: skip
    marks = {"estimate": "●", "sweep": "■", "theorem": "◇"}
    said = [f"{mark} {notes[kind].capitalize()}." for kind, mark in marks.items() if kind in notes]
    if any(row.value <= 0 for _, row in rows):
        said.append("◀ None: 0 has no place on this scale.")
    return drawn and drawn._replace(caption=" ".join(said))


def joined_drawn(findings: Findings, people: str, *, prefix: str) -> Drawn | None:
    """Draw how many are alone as sectors join."""
    for finding in findings:
        table = table_rows(finding, "joined", "columns", "alone")
        fewer = [name for name in finding["table"]["columns"] if name.startswith("fewer than ")]
        names = ["alone", *fewer[:1]]
        shares = [[number(row[name]) for name in names] for row in table]
        known = [[x for x in row if x is not None and 0 <= x <= 1] for row in shares]
        if len(table) < 2 or any(len(row) < len(names) for row in known):
            continue
        steps = [plain_label(row["joined"]) for row in table]
        titles = ["alone", *(f"among {name}" for name in names[1:])]
        lines = [StepLine(t, tuple(row[at] for row in known)) for at, t in enumerate(titles)]
        part = [line._replace(shares=line.shares[:MOST_STEPS]) for line in lines]
        title = "How many are alone as the data of sectors are joined"
        words = f"share of {people}; data joined from left to right, without names"
        axes = step_axes(steps[:MOST_STEPS], part, words)
        said = [
            f"{step}: " + ", ".join(f"{percent(x)} {t}" for x, t in zip(row, titles, strict=True))
            for step, row in zip(steps[:MOST_STEPS], known, strict=False)
        ]
        heads = [("Joined", False), ("Columns", False), *((line.name, True) for line in lines)]
        cells = [
            [step, plain_label(row["columns"]), *map(percent, own)]
            for step, row, own in zip(steps, table, known, strict=True)
        ]
        shown = {"columns": heads, "rows": cells, "keys": 1, "total": len(cells), "long": False}
        svg = inline(axes, title, said_of(said, len(steps)), prefix)
        return Drawn("audit singling_out", svg, title, "Exact in these data: no range.", shown)
    return None


def sectors_drawn(findings: Findings, people: str, *, prefix: str) -> Drawn | None:
    """Draw what each sector adds to accuracy, with what it does to the gap and to exposure."""
    for finding in findings:
        table = table_rows(finding, "sector", "first_in", "last_in", "exposure")
        named = [c for c in finding["table"]["columns"] if c.endswith("_shapley")]
        if len(named) < 2:
            continue
        accuracy, gap = (name.removesuffix("_shapley") for name in named[:2])
        rows: list[NumberRow] = []
        cells: list[list[str]] = []
        for row in table:
            own = {end: row.get(f"{accuracy}_{end}") for end in ("low", "high")}
            found = number_row(row["sector"], own | {"value": row[named[0]]}, _thousandths)
            moved, alone = number(row[named[1]]), number(row["exposure"])
            if not found or moved is None or alone is None:
                continue
            marks = ((">", number(row["first_in"])), ("<", number(row["last_in"])))
            words = f"{found.words}; gap {_signed(moved)}; alone {_signed(alone)}"
            kept = tuple((mark, x) for mark, x in marks if x is not None)
            ends = ["–" if x is None else _thousandths(x) for _, x in marks]
            cells.append([found.label, *ends, found.words, _signed(moved), _signed(alone)])
            rows.append(found._replace(words=words, marks=kept))
        drawn = dots_drawn(
            "sector_values",
            f"What each sector adds to {_spoken(accuracy)}, and at whose cost: "
            f"{plain_label(finding['group'])} against {plain_label(finding['reference'])}",
            rows, f"added to {_spoken(accuracy)} ({people})",
            ("Sector", _spoken(accuracy)), prefix, line=(0.0, "adds nothing"),
        )  # fmt: skip
        if drawn:
            return drawn._replace(
                table=drawn.table and drawn.table | {"columns": SECTOR_HEADS, "rows": cells[:ROWS]},
                caption="● On average over all orders of joining, with its range; ▷ where it "
                f"joins first; ◁ where it joins last. Gap: points it adds to the {_spoken(gap)}. "
                "Alone: points it adds to the share of people alone with their values.",
            )
    return None


def _spoken(metric: str) -> str:
    return "AUC" if metric == "auc" else plain_label(metric).replace("_", " ")


def _thousandths(value: float) -> str:
    # Not "−0.000".
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−")


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")
