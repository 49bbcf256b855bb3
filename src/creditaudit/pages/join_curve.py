"""Shares that change step by step as lines, each with its name and its numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from creditaudit.charts import BLUE, INK, MUTED, ORANGE, RULE, axis_words, set_ticks, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 6.0, 3.1  # inches
MOST_STEPS = 8
STYLES = ((BLUE, "o", "white"), (ORANGE, "s", ORANGE))


class StepLine(NamedTuple):
    """A share at each step, and what it is the share of."""

    name: str
    shares: tuple[float, ...]


def step_axes(steps: Sequence[str], lines: Sequence[StepLine], words: str) -> "Axes":
    """Return axes with one line a share, its numbers at the dots.

    Parameters
    ----------
    steps : sequence of str
        What comes in at each step, at most eight.
    lines : sequence of StepLine
        One or two, the lower first; shares are 0..1.
    words : str
        What the axis below is of.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT))
    ax = figure.add_axes((0.075, 0.165, 0.91, 0.66))
    last = len(steps) - 1
    ax.set_xlim(-0.35, last + 0.35)
    ax.set_ylim(0, 1)
    ax.spines[:].set_visible(False)
    grid = [0, 0.25, 0.5, 0.75, 1]
    ax.set_yticks(grid, [f"{100 * at:.0f} %" for at in grid])
    ax.hlines(grid, -0.35, last + 0.35, color=RULE, lw=0.8, zorder=0, clip_on=False)
    ax.tick_params(length=0, labelsize=9.5, labelcolor=MUTED, pad=4)
    width = max(6, 62 // len(steps))
    set_ticks(
        ax, range(len(steps)), [shorten(f"+ {s}" if at else s, width) for at, s in enumerate(steps)]
    )
    for label in ax.get_xticklabels():
        label.set_parse_math(False)
    axis_words(ax, words)
    for place, line in enumerate(lines[:2]):
        colour, marker, face = STYLES[place]
        ax.plot(range(len(steps)), line.shares, color=colour, marker=marker, ms=6, mfc=face,
                mew=1.5, lw=1.6, clip_on=False, zorder=3 + place)  # fmt: skip
        ax.plot([0.011 + 0.45 * place], [1.2], marker, ms=6, color=colour, mfc=face, mew=1.5,
                transform=ax.transAxes, clip_on=False)  # fmt: skip
        ax.text(0.03 + 0.45 * place, 1.2, shorten(line.name, 34), transform=ax.transAxes,
                fontsize=9.5, color=INK, va="center_baseline", parse_math=False)  # fmt: skip
        up = place == 1
        for at, share in enumerate(line.shares):
            ax.annotate(
                f"{100 * share:.1f}", (at, share), xytext=(0, 8 if up else -9),
                textcoords="offset points", ha="center", va="bottom" if up else "top",
                fontsize=9.5, color=INK, annotation_clip=False,
            )  # fmt: skip
    return ax
