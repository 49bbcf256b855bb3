"""Charts of explanations: frames in, axes out, and the same numbers in words.

Every row carries its own words, so a chart can be read without colour, and `in_words` gives its
text alternative.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from creditaudit.charts import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    RULE,
    plain_label,
    rate_words,
    shorten,
)
from creditaudit.errors import InputError, MissingColumn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, ROW, LABEL = 6.4, 0.34, 34
# Lines and marks that tell groups apart without colour.
_LINES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 1.5, 1, 1.5)))


def waterfall(
    frame: pd.DataFrame,
    *,
    cutoff: float | None = None,
    unit: str = "points",
    ax: "Axes | None" = None,
) -> "Axes":
    """Bars from the base value to the score of one person.

    Parameters
    ----------
    frame : DataFrame
        From `waterfall_frame`.
    cutoff : float, optional
        Drawn as a line.
    unit : str
        Of the values, for the axis.
    ax : Axes, optional
        Where to draw; a new figure when not given.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumn, InputError
    """
    _check(frame, ["step", "value", "start", "end"])
    ax = _axes(len(frame)) if ax is None else ax
    ends = [*frame["end"], *([] if cutoff is None else [cutoff])]
    left, right = min(ends), max(ends)
    pad = 0.06 * (right - left or 1.0)
    ax.set_xlim(left - pad, right + pad)
    for y, row in enumerate(frame.itertuples()):
        total = row.step in ("base", "score")
        if total:
            ax.plot([row.end], [y], "o", color=INK, ms=7)
        else:
            color, hatch = (BLUE, "") if row.value >= 0 else (ORANGE, "//")
            ax.barh(y, row.value, left=row.start, height=0.5, color=color, hatch=hatch,
                    edgecolor="white")  # fmt: skip
        below = y + 1
        if below < len(frame):
            ax.plot([row.end, row.end], [y, below], color=MUTED, lw=0.8)
        ax.annotate(
            _value_words(row.step, row.value), (1, y), xycoords=("axes fraction", "data"),
            xytext=(4, 0), textcoords="offset points", va="center", fontsize=9.5, color=INK,
        )  # fmt: skip
    if cutoff is not None:
        ax.axvline(cutoff, color=ORANGE, lw=1.4, ls=(0, (2, 1)))
        ax.text(cutoff, -0.55, f"cut-off {cutoff:g}", ha="center", fontsize=9, color=MUTED)
    _dress(ax, [shorten(plain_label(one), LABEL) for one in frame["step"]], unit)
    return ax


def reason_chart(
    frame: pd.DataFrame,
    *,
    group: str,
    reason: str = "reason",
    ax: "Axes | None" = None,
    words: str = "share of the refused",
) -> "Axes":
    """Bars of how often each reason is given, one for each group.

    Parameters
    ----------
    frame : DataFrame
        One row a reason and group: the columns ``group`` and ``reason`` name, and ``value``
        (0..1), with ``low, high`` drawn as whiskers where they are there. From `reason_frame`.
    group, reason : str
        Columns.
    ax : Axes, optional
    words : str
        What the bars are shares of.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumn, InputError
    """
    _check(frame, [group, reason, "value"])
    groups = list(dict.fromkeys(frame[group]))
    reasons = list(dict.fromkeys(frame[reason]))
    ax = _axes(len(reasons) * (len(groups) + 0.6)) if ax is None else ax
    labels, y = [], 0.0
    for one in reasons:
        for place, side in enumerate(groups):
            rows = frame[(frame[reason] == one) & (frame[group] == side)]
            value = float(rows["value"].iloc[0]) if len(rows) else 0.0
            color = (BLUE, ORANGE, MUTED, INK)[place % 4]
            ax.barh(y, value, height=0.8, color=color, hatch=("", "//", "..", "xx")[place % 4],
                    edgecolor="white")  # fmt: skip
            ends = None
            if len(rows) and {"low", "high"} <= set(rows.columns):
                low, high = (float(rows[name].iloc[0]) for name in ("low", "high"))
                ends = (low, high)
                ax.plot([low, high], [y, y], color=INK, lw=1.2)
            label = f"{shorten(plain_label(one), LABEL - 14)}, {plain_label(side)}"
            labels.append((y, label, rate_words(value, *(ends or (None, None)))))
            y += 1
        y += 0.6
    for at, _, said in labels:
        ax.annotate(said, (1, at), xycoords=("axes fraction", "data"), xytext=(4, 0),
                    textcoords="offset points", va="center", fontsize=9.5, color=INK)  # fmt: skip
    ends = frame["high"] if "high" in frame.columns else frame["value"]
    ax.set_xlim(0, min(1.0, 1.05 * float(max(ends.max(), 0.01))))
    ax.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
    _dress(ax, [label for _, label, _ in labels], words, [at for at, _, _ in labels])
    return ax


def recourse_chart(
    frame: pd.DataFrame, *, words: str = "cost of the way", ax: "Axes | None" = None
) -> "Axes":
    """Curves of the share of each group that has a way back at each cost, or by each day.

    Parameters
    ----------
    frame : DataFrame
        From `recourse_frame`.
    words : str
        What is on the axis below.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumn, InputError

    Notes
    -----
    A curve that does not reach 100 % ends where people have no way, or none that was decided; what
    is undecided stands beside its name.
    """
    _check(frame, ["group", "at", "value", "n", "undecided"])
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(WIDTH, 3.6), layout="constrained").add_subplot()
    right = 1.05 * float(frame["at"].max()) or 1.0
    for place, (side, rows) in enumerate(frame.groupby("group", sort=False)):
        color, line = (BLUE, ORANGE, MUTED, INK)[place % 4], _LINES[place % len(_LINES)]
        xs = [*rows["at"], right]
        ys = [*rows["value"], rows["value"].iloc[-1]]
        left_open = float(rows["undecided"].iloc[0])
        said = f"{plain_label(side)}: {100 * ys[-1]:.0f} % in the end"
        said += f", {100 * left_open:.0f} % undecided" if left_open else ""
        ax.plot(xs, ys, drawstyle="steps-post", color=color, ls=line, lw=2, label=said)
    ax.set_ylim(0, 1.02)
    ax.set_xlim(0, right)
    ax.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
    ax.set_ylabel("share of the refused with a way", color=MUTED)
    ax.set_xlabel(words, color=MUTED)
    ax.legend(frameon=False, fontsize=9.5, loc="lower right")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def in_words(frame: pd.DataFrame) -> str:
    """Return the numbers of a frame that is drawn here, as the text alternative of its chart.

    Raises
    ------
    InputError
        If it is none of the frames of these charts.
    """
    columns = set(frame.columns)
    if {"step", "value"} <= columns:
        said = [f"{row.step} {_value_words(row.step, row.value)}" for row in frame.itertuples()]
        return "; ".join(said) + "."
    if {"group", "reason", "value"} <= columns:
        said = [f"{row.reason}, {row.group}: {rate_words(row.value, row.low, row.high)}"
                for row in frame.itertuples()]  # fmt: skip
        return "; ".join(said) + "."
    if {"group", "at", "value"} <= columns:
        said = []
        for side, rows in frame.groupby("group", sort=False):
            half = rows.loc[rows["value"] >= 0.5, "at"]
            middle = f"half by {half.iloc[0]:.3g}" if len(half) else "never half"
            first, last = rows["value"].iloc[0], rows["value"].iloc[-1]
            left_open = rows["undecided"].iloc[0]
            ends = f"{100 * last:.0f} % in the end, {100 * left_open:.0f} % undecided"
            said.append(f"{side}: {100 * first:.0f} % at 0, {middle}, {ends}")
        return "; ".join(said) + "."
    msg = f"No chart of reasons has the columns {sorted(columns)}."
    raise InputError(msg)


def _value_words(step: str, value: float) -> str:
    return f"{value:.1f}" if step in ("base", "score") else f"{value:+.1f}".replace("-", "−")


def _axes(rows: float) -> "Axes":
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, 0.9 + ROW * rows), layout="constrained").add_subplot()


def _dress(
    ax: "Axes", labels: Sequence[str], words: str, at: Sequence[float] | None = None
) -> None:
    places = list(range(len(labels))) if at is None else list(at)
    ax.set_yticks(places, list(labels))
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    ax.set_ylim(max(places) + 0.7, -0.9)
    ax.tick_params(length=0, labelsize=9.5, labelcolor=INK)
    ax.set_xlabel(words, color=MUTED, fontsize=9.5, loc="left")
    ax.grid(axis="x", color=RULE, lw=0.8)
    ax.set_axisbelow(True)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _check(frame: pd.DataFrame, needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise MissingColumn.of(missing, frame.columns, "Pass the frame made for this chart.")
    if frame.empty:
        msg = "The frame has no rows, so there is nothing to draw."
        raise InputError(msg)
