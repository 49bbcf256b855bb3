"""Numbers with a name, a range and a kind, read from tables that may hold anything."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from creditaudit.charts import count, plain_label

KINDS = {
    "estimate": "● An estimate, with its 95\u00a0% range where there is one.",
    "theorem": "◇ Follows from the wiring alone (a theorem).",
    "sweep": "■ A sweep: dotted is what comes out as numbers that nobody has measured go over "
    "their ranges. No value in it is likelier than another.",
}

PERCENT = "\u00a0%"


class NumberRow(NamedTuple):
    """One number of a chart: its name, the number with both ends of its range, and what it is."""

    label: str
    value: float
    low: float | None
    high: float | None
    kind: str
    words: str
    n: float | None = None
    marks: tuple[tuple[str, float], ...] = ()

    @property
    def ends(self) -> tuple[float, float] | None:
        """Both ends of the range, or None where there is none or it is a point."""
        if self.low is None or self.high is None or self.low == self.high:
            return None
        return self.low, self.high

    @property
    def numbers(self) -> tuple[float, ...]:
        """Everything that must have a place on the axis."""
        return self.value, *(self.ends or ()), *(x for _, x in self.marks)


def number_row(
    label: Any, row: Mapping[str, Any], told: Callable[[float], str], *, value: str = "value"
) -> NumberRow | None:
    """Return the row of a table as a number, or None when it has none.

    Parameters
    ----------
    label : object
        What the number is of.
    row : Mapping
        A row with the column of ``value`` and, where there are any, ``low, high, kind, n``.
    told : callable
        How such a number is written; with `percent` it must lie in 0..1.
    value : str
        The column of the number.
    """
    at, low, high = (number(row.get(name)) for name in (value, "low", "high"))
    if at is None or (low is not None and high is not None and low > high):
        return None
    if told is percent and any(x is not None and not 0 <= x <= 1 for x in (at, low, high)):
        return None
    kind = row.get("kind")
    kind = kind if isinstance(kind, str) and kind in KINDS else "estimate"
    made = NumberRow(plain_label(label), at, low, high, kind, "", number(row.get("n")))
    words = told(at)
    if made.ends:
        low_words, high_words = map(told, made.ends)
        words += f" ({low_words.removesuffix(PERCENT)} to {high_words.removesuffix(PERCENT)})"
    return made._replace(words=f"{words}, by the wiring" if kind == "theorem" else words)


def table_rows(finding: Mapping[str, Any], *needed: str) -> list[dict[str, Any]]:
    """Return the rows of a finding's table by column; none where it is malformed."""
    columns, rows = finding["table"]["columns"], finding["table"]["rows"]
    if len(set(columns)) < len(columns) or not set(needed) <= set(columns):
        return []
    if any(len(row) != len(columns) for row in rows):
        return []
    return [dict(zip(columns, row, strict=True)) for row in rows]


def number(value: Any) -> float | None:
    """Return a finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Beyond this an axis has no place for it.
    return float(value) if abs(value) < 1e12 else None


def number_table(rows: Sequence[NumberRow], heads: Sequence[str], most: int) -> dict[str, Any]:
    """Return the numbers of a chart as the page's tables are: name, number, kind, people."""
    counted = len(heads) > 2
    columns = [(heads[0], False), (heads[1], True), ("Kind", False)]
    cells = [[row.label, row.words, row.kind] for row in rows[:most]]
    if counted:
        columns.append((heads[2], True))
        cells = [
            [*cell, "–" if row.n is None else count(row.n)]
            for cell, row in zip(cells, rows, strict=False)
        ]
    return {"columns": columns, "rows": cells, "keys": 1, "total": len(rows), "long": False}


def kind_words(rows: Sequence[NumberRow]) -> str:
    """Return what the marks of a chart stand for, as far as it has them."""
    return " ".join(words for kind, words in KINDS.items() if kind in {row.kind for row in rows})


def percent(value: float) -> str:
    """Return "2.1 %"."""
    return f"{100 * value:.1f}{PERCENT}".replace("-", "−")


def hundredths(value: float) -> str:
    """Return "0.82"."""
    return f"{value:,.2f}"


def two_digits(value: float) -> str:
    """Return "0.027", "20" or "1,096"."""
    if abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.2g}"
