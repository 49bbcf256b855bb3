"""Charts of rates and ratios: frames in, axes out.

Every row carries its own words above its whisker, so a chart can be read without a legend, on a
narrow screen, and without colour. Figures are made without pyplot: no global state, no window.
"""

import math
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from creditaudit.errors import InputError, MissingColumn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, RULE = "#1c1f23", "#55595f", "#dde1e5"
BLUE, ORANGE = "#0072B2", "#D55E00"  # Okabe and Ito
WIDTH, ROW, HEAD, FOOT = 6.0, 0.48, 0.06, 0.46  # inches
RATE_LABEL_WIDTH, RATIO_LABEL_WIDTH = 36, 52  # what stands at the right is shorter for ratios
RATIO_TICKS = (0.05, 0.1, 0.2, 0.33, 0.5, 0.8, 1.0, 1.25, 2.0, 3.0, 5.0, 10.0, 20.0)


def rate_chart(
    frame: pd.DataFrame,
    *,
    key: str | Sequence[str],
    ax: "Axes | None" = None,
    reference: str | None = None,
    span: tuple[float, float] | None = None,
    words: str = "share",
) -> "Axes":
    """Dots with whiskers: one rate a group with its 95 % range.

    Parameters
    ----------
    frame : DataFrame of shape (n_groups, >= 4)
        The key columns and ``n, value, low, high``; rates are 0..1. A null value is written as
        "undefined"; bounds beside a null value are drawn as a dotted line without a dot.
    key : str or sequence of str
        Columns that name the group.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    reference : str, optional
        Label of the reference group (key values joined by ", "): drawn hollow, with a thin line.
    span : (float, float), optional
        Rates the axis must hold too, so that several charts can be compared.
    words : str
        What the rate is a share of, for the axis.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumn
        If a column is absent.
    InputError
        If the frame has no rows.
    """
    keys = [key] if isinstance(key, str) else list(key)
    _check(frame, [*keys, "n", "value", "low", "high"])
    rows = [_Row(row, keys) for row in frame.to_dict("records")]
    ends = [x for row in rows for x in (row.value, row.low, row.high) if x is not None]
    left, right = _rate_limits([*ends, *(span or ())])
    ax = row_axes(len(rows)) if ax is None else ax
    frame_axis(ax, len(rows), left, right)
    ticks = _rate_ticks(left, right)
    set_ticks(ax, ticks, [f"{100 * t:.0f} %" for t in ticks])
    uprights(ax, len(rows), ticks, color=RULE, lw=0.8)
    axis_words(ax, f"{words}, with 95 % range")
    for y, row in enumerate(rows):
        hollow = reference is not None and row.label == plain_label(reference)
        if hollow and row.value is not None:
            uprights(ax, len(rows), [row.value], color=MUTED, lw=0.9)
        _whisker(ax, y, row, hollow=hollow)
        name = f"{shorten(row.label, RATE_LABEL_WIDTH - 12)} (reference)" if hollow else row.label
        row_words(ax, y, name, f"{rate_words(row.value, row.low, row.high)}, n = {count(row.n)}")
    return ax


def disparity_chart(
    frame: pd.DataFrame, *, line: float, ax: "Axes | None" = None, words: str = "ratio"
) -> "Axes":
    """Ladder of ratios on a log axis, with the line and its inverse.

    Parameters
    ----------
    frame : DataFrame
        The columns before ``reference`` name the group; then ``reference, value, low, high`` and,
        if present, ``low_family, high_family``: the range for all comparisons, drawn thinner.
    line : float
        The line the ratios are held against, in (0, 1), such as 0.8.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    words : str
        What the ratio is of, for the axis.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumn
        If a column is absent.
    InputError
        If the frame has no rows, or the line is not between 0 and 1.

    Notes
    -----
    A ratio of 2 and a ratio of 1/2 lie equally far from 1. A range that leaves the axis (a ratio
    of 0 has no place on it) ends in an arrow.
    """
    _check(frame, ["reference", "value", "low", "high"])
    if not 0 < line < 1:
        msg = f"line={line!r} must lie between 0 and 1, such as 0.8."
        raise InputError(msg)
    keys = list(frame.columns[: list(frame.columns).index("reference")])
    rows = [_Row(row, keys) for row in frame.to_dict("records")]
    ends = [x for row in rows for x in row.numbers if x is not None and x > 0]
    left = max(0.05, min([*ends, line]) / 1.12)
    right = min(20.0, max([*ends, 1 / line]) * 1.12)
    ax = row_axes(len(rows), head=HEAD + 0.2) if ax is None else ax
    ax.set_xscale("log")
    frame_axis(ax, len(rows), left, right)
    ticks = [t for t in RATIO_TICKS if left <= t <= right]
    set_ticks(ax, ticks, [f"{t:g}" for t in ticks])
    one = len({row.against for row in rows}) == 1
    unit = f"{shorten(rows[0].against, 24)} = 1" if one else "reference = 1"
    axis_words(ax, f"{words}, {unit}, with 95 % range")
    uprights(ax, len(rows), ticks, color=RULE, lw=0.8)
    uprights(ax, len(rows), [1.0], color=INK, lw=0.9)
    uprights(ax, len(rows), [line, 1 / line], color=ORANGE, lw=1.6, ls=(0, (2, 1)))
    for at, word in ((line, f"line {line:.2f}"), (1.0, "equal"), (1 / line, f"{1 / line:.2f}")):
        ax.text(at, -0.72, word, ha="center", va="bottom", fontsize=9.5, color=MUTED)
    for y, row in enumerate(rows):
        _whisker(ax, y, row.clipped(left, right))
        name = row.label if one else f"{shorten(row.label, 28)} / {row.against}"
        row_words(ax, y, name, ratio_words(row.value, row.low, row.high), width=RATIO_LABEL_WIDTH)
    return ax


def plain_label(value: Any) -> str:
    """Return a group value as one printable line; a null is "(missing)"."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "(missing)"
    text = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in str(value))
    return " ".join(text.split()) or "(empty)"


def shorten(text: str, width: int) -> str:
    """Return text cut to a display width, wide characters counted twice."""
    used = 0
    for at, char in enumerate(text):
        used += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used > width:
            return text[: max(at - 1, 0)].rstrip() + "…"
    return text


def count(value: Any) -> str:
    """Return a number of people; a fraction keeps one decimal."""
    number = _number(value)
    if number is None:
        return "unknown"
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.1f}"


def rate_words(value: float | None, low: float | None, high: float | None) -> str:
    """Return "68.0 % (64.9 to 71.0)", or what is known of an undefined rate."""
    ends = None if low is None or high is None else (f"{100 * low:.1f}", f"{100 * high:.1f}")
    if value is None:
        return "undefined" if ends is None else f"undefined (between {ends[0]} and {ends[1]} %)"
    return f"{100 * value:.1f} %" + ("" if ends is None else f" ({ends[0]} to {ends[1]})")


def ratio_words(value: float | None, low: float | None, high: float | None) -> str:
    """Return "0.81 (0.76 to 0.86)", or what is known of an undefined ratio."""
    ends = [None if x is None else _ratio(x) for x in (low, high)]
    if value is None:
        if ends == [None, None]:
            return "undefined"
        return f"undefined (between {ends[0] or '0'} and {ends[1] or 'no limit'})"
    if ends == [None, None]:
        return _ratio(value)
    return f"{_ratio(value)} ({ends[0] or '0'} to {ends[1] or 'no limit'})"


class _Row:
    """One line of a chart."""

    def __init__(self, row: dict[Any, Any], keys: Sequence[Any]) -> None:
        self.label = ", ".join(plain_label(row[name]) for name in keys) or "all"
        self.against = plain_label(row.get("reference"))
        self.n = row.get("n")
        self.value, self.low, self.high, self.low_family, self.high_family = (
            _number(row.get(name)) for name in ("value", "low", "high", "low_family", "high_family")
        )
        self.cut: tuple[float, ...] = ()

    @property
    def numbers(self) -> tuple[float | None, ...]:
        return self.value, self.low, self.high, self.low_family, self.high_family

    def clipped(self, left: float, right: float) -> "_Row":
        """Return the row with its ends on the axis, and the edges it was cut at."""
        row = object.__new__(_Row)
        row.__dict__.update(self.__dict__)
        known = self.value is not None or self.low is not None or self.high is not None
        row.low = left if known and self.low is None else self.low
        row.high = right if known and self.high is None else self.high
        cut = []
        for name in ("value", "low", "high", "low_family", "high_family"):
            at = getattr(row, name)
            if at is not None and not left < at < right:
                edge = left if at <= left else right
                setattr(row, name, edge)
                cut.append(edge)
        row.cut = tuple(sorted(set(cut)))
        return row


def _whisker(ax: "Axes", y: int, row: _Row, *, hollow: bool = False) -> None:
    ink = INK if hollow else BLUE
    if row.low_family is not None and row.high_family is not None:
        ax.plot(
            [row.low_family, row.high_family],
            [y, y],
            color=ink,
            lw=0.9,
            clip_on=False,
            solid_capstyle="butt",
        )
    if row.low is not None and row.high is not None:
        known = row.value is not None
        style: dict[str, Any] = (
            {"lw": 2.6, "solid_capstyle": "butt"} if known else {"lw": 1.6, "ls": (0, (1, 2))}
        )
        ax.plot([row.low, row.high], [y, y], color=ink, clip_on=False, **style)
    if row.value is not None and row.value not in row.cut:
        face = "white" if hollow else ink
        ax.plot([row.value], [y], "o", ms=7, color=ink, mfc=face, mew=1.6, clip_on=False)
    for edge in row.cut:
        arrow = "<" if edge == ax.get_xlim()[0] else ">"
        ax.plot([edge], [y], arrow, ms=6, color=ink, clip_on=False)


def row_words(ax: "Axes", y: int, left: str, right: str, width: int = RATE_LABEL_WIDTH) -> None:
    """Write a row's name and its numbers above its rail."""
    across = ax.get_yaxis_transform()
    name = shorten(left, width)
    ax.text(0, y - 0.3, name, transform=across, va="baseline", fontsize=10.5, color=INK,
            parse_math=False, usetex=False)  # fmt: skip
    ax.text(1, y - 0.3, right, transform=across, va="baseline", ha="right", fontsize=10, color=INK)


def axis_words(ax: "Axes", words: str) -> None:
    """Say under the axis what it is of."""
    ax.set_xlabel(words, color=MUTED, fontsize=9.5, loc="left", parse_math=False)


def set_ticks(ax: "Axes", ats: Sequence[float], words: Sequence[str]) -> None:
    """Put these words at these places, and no other ticks."""
    ax.set_xticks([], minor=True)
    ax.set_xticks(ats, words)
    left, right = ax.get_xlim()
    for at, label in zip(ats, ax.get_xticklabels(), strict=True):
        # A label at the very edge would stand out over it.
        label.set_horizontalalignment(
            "left" if at == left else "right" if at == right else "center"
        )


def uprights(ax: "Axes", rows: int, ats: Sequence[float], **style: Any) -> None:
    """Draw short strokes at each row only, so that no line crosses the words."""
    xs = [x for at in ats for _ in range(rows) for x in (at, at, math.nan)]
    ys = [h for _ in ats for y in range(rows) for h in (y - 0.2, y + 0.2, math.nan)]
    ax.plot(xs, ys, clip_on=False, solid_capstyle="butt", **style)


def row_axes(rows: int, head: float = HEAD) -> "Axes":
    """Return axes of a new figure as high as its rows need."""
    from matplotlib.figure import Figure

    height = head + ROW * rows + FOOT
    figure = Figure(figsize=(WIDTH, height))
    return figure.add_axes((0.012, FOOT / height, 0.976, ROW * rows / height))


def frame_axis(ax: "Axes", rows: int, left: float, right: float) -> None:
    """Set the limits, and draw a rail for each row and nothing else."""
    ax.set_xlim(left, right)
    ax.set_ylim(rows - 0.62, -0.62)
    ax.set_yticks([])
    ax.tick_params(axis="x", length=0, labelsize=9.5, labelcolor=MUTED, pad=4)
    for spine in ax.spines.values():
        spine.set_visible(False)
    rails = [(x, y) for y in range(rows) for x in (left, right, math.nan)]
    ax.plot(*zip(*rails, strict=True), color=RULE, lw=0.8, clip_on=False)


def _rate_limits(ends: Sequence[float]) -> tuple[float, float]:
    if not ends:
        return 0.0, 1.0
    low, high = math.floor(10 * min(ends) - 0.1) / 10, math.ceil(10 * max(ends) + 0.1) / 10
    while high - low < 0.295:
        low, high = max(0.0, low - 0.1), min(1.0, high + 0.1)
    return max(0.0, low), min(1.0, high)


def _rate_ticks(left: float, right: float) -> list[float]:
    step = 1 if right - left < 0.55 else 2
    return [t / 10 for t in range(round(10 * left), round(10 * right) + 1, step)]


def _check(frame: pd.DataFrame, needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise MissingColumn.of(missing, frame.columns, "Pass a frame as the metrics return it.")
    if frame.empty:
        msg = "The frame has no rows, so there is nothing to draw. Pass at least one group."
        raise InputError(msg)


def _number(value: Any) -> float | None:
    if value is None or value is pd.NA:
        return None
    return float(value) if math.isfinite(value) else None


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value >= 0.095 or value == 0 else f"{value:.2g}"
