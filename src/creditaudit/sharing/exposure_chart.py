"""How many people can be singled out, join by join: an exposure in, axes out."""

from typing import TYPE_CHECKING

from creditaudit.charts import BLUE, MUTED, ORANGE, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from creditaudit.sharing.exposures import Exposure


def drawn(exposure: "Exposure", ax: "Axes | None") -> "Axes":
    """Return axes with two lines over the joins, each named at its end."""
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(6.4, 4.0), layout="constrained").add_subplot()
    alone, small = exposure.curve("unique"), exposure.curve("below_k")
    names = [shorten(f"+ {name}" if at else name, 18) for at, name in enumerate(alone["joined"])]
    last = len(names) - 1
    for frame, color, words, up, height in (
        (small, ORANGE, f"among fewer than {exposure.k} alike", 6, 0.95),
        (alone, BLUE, "alone in their class", -14, 0.90),
    ):
        share = 100 * frame["value"]
        ax.plot(range(len(share)), share, color=color, marker="o", ms=5, lw=1.6)
        for at, value in enumerate(share):
            ax.annotate(
                f"{value:.1f}", (at, value), xytext=(0, up), textcoords="offset points",
                color=color, fontsize=9, ha="center",
            )  # fmt: skip
        ax.text(0.02, height, words, color=color, fontsize=10, transform=ax.transAxes)
    ax.set_xticks(range(len(names)), names, fontsize=9)
    ax.set_ylim(-12, 125)
    ax.set_xlim(-0.3, last + 0.6)
    ax.set_ylabel("% of people", color=MUTED)
    about = "synthetic people; " if exposure.synthetic else ""
    ax.set_xlabel(f"{about}{exposure.people:,} people; data joined without names", color=MUTED)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax
