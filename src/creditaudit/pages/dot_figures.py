"""Named numbers as a chart of a page: dots, their words, and the same numbers as a table."""

from collections.abc import Sequence

from creditaudit.pages.dot_chart import Scale, dot_axes
from creditaudit.pages.figures import ROWS, Drawn, inline, said_of
from creditaudit.pages.number_rows import NumberRow, kind_words, number_table


def dots_drawn(
    audit: str, title: str, rows: Sequence[NumberRow], words: str, heads: Sequence[str],
    prefix: str, *, scale: Scale = "number", line: tuple[float, str] | None = None,
) -> Drawn | None:  # fmt: skip
    """Return dots with a table of their numbers, or None where fewer than two can be shown.

    Parameters
    ----------
    audit, title : str
        The audit it stands with, and what it is of.
    rows : sequence of NumberRow
        The numbers, in order; the chart and the table have the first twelve.
    words : str
        What the axis is of.
    heads : sequence of str
        Headings of the table: what a number is of, the number, and people where they are counted.
    prefix : str
        Start of every id in the SVG.
    scale, line
        As for `dot_axes`.
    """
    if len(rows) < 2:
        return None
    shown = rows[:ROWS]
    axes = dot_axes(shown, words, scale, line)
    if axes is None:
        return None
    said = said_of([f"{row.label} {row.words}" for row in shown], len(rows))
    table = number_table(rows, heads, ROWS)
    return Drawn(
        f"audit {audit}", inline(axes, title, said, prefix), title, kind_words(shown), table
    )
