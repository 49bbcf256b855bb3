"""Named numbers as dots with ranges, one a row; the mark tells what kind of number it is."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from creditaudit.charts import (
    BLUE,
    HEAD,
    INK,
    MUTED,
    RULE,
    axis_words,
    frame_axis,
    row_axes,
    row_words,
    set_ticks,
    uprights,
)
from creditaudit.pages.number_rows import NumberRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTERS = 82  # what a row has room for, name and numbers together
BESIDE = 0.17  # how far under a rail further marks stand, in rows
Scale = Literal["number", "percent", "log"]
MARKS: dict[str, dict[str, Any]] = {
    "estimate": {"marker": "o", "ms": 7, "color": BLUE, "mfc": BLUE},
    "sweep": {"marker": "s", "ms": 6, "color": BLUE, "mfc": BLUE},
    "theorem": {"marker": "D", "ms": 6, "color": INK, "mfc": "white"},
}
RANGES: dict[str, dict[str, Any]] = {
    "sweep": {"lw": 2.0, "ls": (0, (1, 1.4))},
    "estimate": {"lw": 2.6},
    "theorem": {"lw": 2.6},
}


def dot_axes(
    rows: Sequence[NumberRow], words: str, scale: Scale, line: tuple[float, str] | None = None
) -> "Axes | None":
    """Return axes with one dot a row, its range, and its numbers in words.

    Parameters
    ----------
    rows : sequence of NumberRow
        At least one.
    words : str
        What the axis is of.
    scale : {"number", "percent", "log"}
        On a log axis what is 0 or less has no place: it ends in an arrow, and its words have it.
    line : (float, str), optional
        A number to compare with, drawn at every row, and its name.

    Returns
    -------
    Axes or None
        None where nothing has a place on the axis.
    """
    ends = [x for row in rows for x in row.numbers] + ([line[0]] if line else [])
    ticks = _log_ticks(ends) if scale == "log" else tick_numbers(ends)
    if len(ticks) < 2:
        return None
    ax = row_axes(len(rows), head=HEAD + (0.2 if line else 0))
    if scale == "log":
        ax.set_xscale("log")
    frame_axis(ax, len(rows), ticks[0], ticks[-1])
    set_ticks(ax, ticks, [tick_words(x, ticks, scale) for x in ticks])
    uprights(ax, len(rows), ticks, color=RULE, lw=0.8)
    axis_words(ax, words)
    if line:
        uprights(ax, len(rows), [line[0]], color=INK, lw=0.9)
        at = ax.transLimits.transform((ax.transScale.transform((line[0], 0))[0], 0))[0]
        # In the middle of a name at the very edge it would stand out over it.
        ha: Any = "left" if at < 0.08 else "right" if at > 0.92 else "center"
        ax.text(line[0], -0.72, line[1], ha=ha, va="bottom", fontsize=9.5, color=MUTED)
    for y, row in enumerate(rows):
        _dot(ax, y, row, ticks[0], log=scale == "log")
        row_words(ax, y, row.label, row.words, width=max(24, LETTERS - len(row.words)))
    return ax


def _dot(ax: "Axes", y: int, row: NumberRow, left: float, *, log: bool) -> None:
    style = MARKS[row.kind]
    if row.ends and not (log and row.ends[1] <= left):
        low, high = row.ends
        ax.plot([max(low, left) if log else low, high], [y, y], color=style["color"],
                clip_on=False, solid_capstyle="butt", **RANGES[row.kind])  # fmt: skip
    if log and row.value < left:
        ax.plot([left], [y], "<", ms=6, color=style["color"], clip_on=False)
        return
    for marker, at in row.marks:
        ax.plot([at], [y + BESIDE], marker, ms=5, color=INK, mfc="white", mew=1.1, clip_on=False)
    ax.plot([row.value], [y], ls="", mew=1.6, clip_on=False, **style)


def tick_numbers(ends: Sequence[float]) -> list[float]:
    """Return round numbers from 0 or less to beyond the largest."""
    left, right = min([0.0, *ends]), max([0.0, *ends])
    if right - left < 1e-9:
        right = left + 1.0
    step = 10 ** math.floor(math.log10((right - left) / 4))
    step *= next(k for k in (1, 2, 2.5, 5, 10) if (right - left) / (k * step) <= 5)
    first, last = math.floor(left / step + 1e-9), math.ceil(right / step - 1e-9)
    return [k * step for k in range(first, last + 1)]


def _log_ticks(ends: Sequence[float]) -> list[float]:
    """Return powers of ten around what is above 0, at most eight of them."""
    above = [x for x in ends if x > 1e-12]
    if not above:
        return []
    first, last = math.floor(math.log10(min(above))), math.ceil(math.log10(max(above)))
    step = max(1, math.ceil((last - first) / 7))
    last = first + step * max(1, math.ceil((last - first) / step))
    return [10.0**k for k in range(first, last + 1, step)]


def tick_words(value: float, ticks: Sequence[float], scale: Scale) -> str:
    """Return a tick with as many digits as the step to the next needs."""
    if scale == "log":
        return f"{value:,.0f}" if value >= 1 else f"{value:g}"
    step = ticks[1] - ticks[0]
    if scale == "percent":
        value, step = 100 * value, 100 * step
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    # Steps of 2.5 have a digit more than their size tells.
    digits += round(step / 10 ** math.floor(math.log10(step) + 1e-9), 6) == 2.5
    told = f"{value + 0.0:,.{digits}f}".replace("-", "−")
    return f"{told} %" if scale == "percent" else told
