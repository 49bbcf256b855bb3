"""Parts that add up to a whole as one bar a row, with the numbers of every part in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from creditaudit.charts import INK, MUTED, RULE, axis_words, set_ticks, shorten
from creditaudit.pages.dot_chart import tick_numbers, tick_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, ROW, HEAD, FOOT = 6.0, 0.74, 0.3, 0.46  # inches
# Okabe and Ito without their green; what is left over is grey.
COLOURS = ("#0072B2", "#D55E00", "#56B4E9", "#E69F00", "#CC79A7", "#55595f")
REST, REST_COLOUR = "unexplained", "#8c9299"


class CauseBar(NamedTuple):
    """A whole and the parts it is owed to, in order."""

    label: str
    parts: tuple[tuple[str, float], ...]

    @property
    def whole(self) -> float:
        """The sum of the parts."""
        return sum(value for _, value in self.parts)

    @property
    def words(self) -> str:
        """Every part of 100, in words."""
        told = (f"{cause} {_hundred(value)}" for cause, value in self.parts)
        return " · ".join(told)


def cause_axes(bars: Sequence[CauseBar], words: str) -> "Axes":
    """Return axes with a stacked bar a row; parts below 0 go to the left of 0.

    Parameters
    ----------
    bars : sequence of CauseBar
        At least one, all with the same causes, at most six.
    words : str
        What the axis is of; it is in per cent.
    """
    from matplotlib.figure import Figure

    height = HEAD + ROW * len(bars) + FOOT
    figure = Figure(figsize=(WIDTH, height))
    ax = figure.add_axes((0.012, FOOT / height, 0.976, ROW * len(bars) / height))
    ends = [sum(v for _, v in bar.parts if v * sign > 0) for bar in bars for sign in (1, -1)]
    ticks = tick_numbers(ends)
    ax.set_xlim(ticks[0], ticks[-1])
    ax.set_ylim(len(bars), 0)
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.tick_params(axis="x", length=0, labelsize=9.5, labelcolor=MUTED, pad=4)
    set_ticks(ax, ticks, [tick_words(x, ticks, "percent") for x in ticks])
    axis_words(ax, words)
    causes = [cause for cause, _ in bars[0].parts]
    for y, bar in enumerate(bars):
        _row(ax, y, bar, causes)
    _key(ax, causes)
    return ax


def colour_of(cause: str, causes: Sequence[str]) -> str:
    """Return the colour of a cause among these: grey for what no cause explains."""
    named = [one for one in causes if one != REST]
    return REST_COLOUR if cause == REST else COLOURS[named.index(cause) % len(COLOURS)]


def _row(ax: "Axes", y: int, bar: CauseBar, causes: Sequence[str]) -> None:
    across = ax.get_yaxis_transform()
    right = f"{_hundred(bar.whole)} of 100 people"
    style: dict[str, Any] = {"transform": across, "va": "baseline", "parse_math": False}
    ax.text(0, y + 0.24, shorten(bar.label, 56), fontsize=10.5, color=INK, **style)
    ax.text(1, y + 0.24, right, fontsize=10, color=INK, ha="right", **style)
    ax.text(0, y + 0.84, shorten(bar.words, 100), fontsize=9, color=MUTED, **style)
    ends = {1: 0.0, -1: 0.0}
    for cause, value in bar.parts:
        sign = 1 if value >= 0 else -1
        if value:
            ax.barh(y + 0.46, value, left=ends[sign], height=0.24, lw=0.8, ec="white",
                    color=colour_of(cause, causes))  # fmt: skip
        ends[sign] += value
    ax.plot([0, 0], [y + 0.3, y + 0.62], color=INK, lw=0.9)
    edges = ax.get_xlim()
    ax.plot(edges, [y + 0.62] * 2, color=RULE, lw=0.8, clip_on=False, zorder=0)


def _key(ax: "Axes", causes: Sequence[str]) -> None:
    """Write the causes above the bars, each with its colour, in the order of the parts."""
    names = {cause: shorten(cause, 18) for cause in causes}
    at, letters = 0.0, sum(len(name) + 5 for name in names.values())
    across = ax.get_yaxis_transform()
    step = min(1 / letters, 0.0142)
    for cause, name in names.items():
        ax.plot([at + 0.011], [-0.16], "s", ms=8, color=colour_of(cause, causes), clip_on=False,
                transform=across)  # fmt: skip
        ax.text(at + 0.028, -0.16, name, transform=across, fontsize=9.5, color=INK,
                va="center_baseline", parse_math=False)  # fmt: skip
        at += step * (len(name) + 5)


def _hundred(value: float) -> str:
    return f"{100 * value:.1f}".replace("-", "−")
