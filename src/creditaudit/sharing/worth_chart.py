"""Accuracy against the gap for every coalition: worths in, axes out."""

from typing import TYPE_CHECKING

from creditaudit.charts import BLUE, INK, MUTED, ORANGE, RULE, shorten
from creditaudit.sharing.coalition_fronts import NOBODY
from creditaudit.sharing.coalition_games import EXPOSURE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from creditaudit.sharing.sector_worths import InformationValue

# People alone with their values, from which a point is hollow.
HALF = 0.5


def drawn(worth: "InformationValue", ax: "Axes | None") -> "Axes":
    """Return axes with one point a coalition: faint where another beats it on both."""
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(6.4, 4.4), layout="constrained").add_subplot()
    accuracy, gap = worth.accuracy, worth.gap
    shown = worth.pareto()
    ax.axvline(0, color=RULE, lw=1)
    everything = shown["sectors"].max()
    for _, one in shown.iterrows():
        ends = one["coalition"] == NOBODY or one["sectors"] == everything
        color = INK if ends else BLUE if one["dominated"] else ORANGE
        x, y = 100 * one[gap], one[accuracy]
        ax.plot(
            x, y, marker="o", ms=6 if ends else 5, ls="", color=color,
            alpha=0.35 if one["dominated"] and not ends else 1.0,
            mfc="white" if one[EXPOSURE] >= HALF else color,
        )  # fmt: skip
        if ends:
            word = "all sectors" if one["sectors"] == everything else "none of them"
            middle = 50 * (shown[gap].min() + shown[gap].max())
            ax.annotate(
                shorten(word, 40), (x, y), xytext=(-7 if x > middle else 7, 0), fontsize=9,
                textcoords="offset points", color=color, va="center",
                ha="right" if x > middle else "left",
            )  # fmt: skip
    ax.set_ylabel(accuracy.replace("_", " "), color=MUTED)
    ax.set_xlabel(
        f"{gap.replace('_', ' ')} of {worth.group} against {worth.reference}, percentage points;\n"
        "hollow: half or more of the people are alone with their values", color=MUTED, fontsize=9,
    )  # fmt: skip
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax
