"""Rows and columns of a laid-out table, and the part each plays."""

from dataclasses import dataclass, field
from typing import Literal

from creditaudit.published_tables import vocabularies as words
from creditaudit.published_tables.questions import Doubt
from creditaudit.published_tables.sheet_cells import letters

Part = Literal["count", "total", "everyone", "percent", "skip", "unknown"]
UNITS = {
    "number",
    "numbers",
    "count",
    "counts",
    "n",
    "no.",
    "no",
    "anzahl",
    "nombre",
    "número",
    "aantal",
}


@dataclass
class Line:
    """A row of the body: where it is, its labels, and the section it stands in."""

    row: int
    labels: tuple[str, ...]
    section: str | None
    part: Part = "count"


@dataclass
class Column:
    """A column of numbers: where it is, the labels above it from top to bottom, its part."""

    column: int
    labels: tuple[str, ...]
    part: Part = "count"
    filled: bool = False

    @property
    def label(self) -> str:
        """The labels as one text."""
        return " ".join(self.labels) or letters(self.column)


@dataclass
class Layout:
    """How a grid is laid out.

    ``span`` is the heading over all columns of numbers, ``stubs`` the headings of the labels.
    """

    stubs: tuple[str, ...]
    lines: list[Line]
    columns: list[Column]
    span: str | None
    above: tuple[str, ...]
    around: tuple[str, ...]
    marks: frozenset[str]
    notes: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def share_sources(layout: Layout) -> list[Column]:
    """Return the columns of per cents that are all there is on a decision."""
    counted = [c for c in layout.columns if c.part in ("count", "unknown")]
    summing = [c for c in layout.columns if c.part in ("total", "everyone")]
    if counted or not summing:
        return []
    return [
        c for c in layout.columns
        if c.part == "percent" and c.labels and words.names_decision(c.labels[-1])
    ]  # fmt: skip


def part_of_heading(one: Column) -> Part:
    """Return the part that the headings of a column give it."""
    labels = list(one.labels)
    if any(words.is_share(label) for label in labels):
        return "percent"
    if len(labels) > 1 and labels[-1].casefold().rstrip(".") in {u.rstrip(".") for u in UNITS}:
        labels.pop()
    leaf = labels[-1] if labels else ""
    if words.is_statistic(leaf):
        return "unknown"
    if words.is_total(leaf):
        return "total"
    if words.is_everyone(leaf):
        return "everyone"
    if words.is_decision(leaf) or words.is_outcome(leaf):
        return "count"
    if len(labels) > 1 and any(words.is_decision(x) or words.is_outcome(x) for x in labels):
        return "count"
    return "unknown"
