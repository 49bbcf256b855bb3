"""Quality against the gap: a frontier in, axes out."""

from typing import TYPE_CHECKING

from creditaudit.charts import BLUE, INK, MUTED, ORANGE, RULE, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from creditaudit.alternatives.frontiers import Alternative, Frontier


def drawn(frontier: "Frontier", ax: "Axes | None") -> "Axes":
    """Return axes with one point an alternative: filled where no group is read at the decision."""
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(6.4, 4.4), layout="constrained").add_subplot()
    ax.axvline(0, color=RULE, lw=1)
    for one in (*frontier.alternatives, frontier.base):
        if one.quality is not None:
            _point(ax, frontier, one)
    unit = "AUC" if frontier.quality == "auc" else "profit per person"
    ax.set_ylabel(f"{unit}, with 95 % range", color=MUTED)
    ax.set_xlabel(
        f"gap in approvals, {frontier.reference} less {frontier.group}, percentage points; "
        "hollow: uses the group", color=MUTED, fontsize=9,
    )  # fmt: skip
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def _point(ax: "Axes", frontier: "Frontier", one: "Alternative") -> None:
    assert one.quality is not None
    named = one is frontier.base or one is frontier.best
    color = INK if one is frontier.base else ORANGE if one is frontier.best else BLUE
    faint = 0.35 if one.dominated and not named else 1.0
    x, y = 100 * one.gap.value, one.quality.value
    ax.errorbar(
        x, y, xerr=100 * (one.gap.range()[1] - one.gap.value),
        yerr=one.quality.range()[1] - y, fmt="o", color=color, alpha=faint, lw=0.8, ms=5,
        mfc="white" if one.uses_group else color,
    )  # fmt: skip
    if named:
        every = [100 * other.gap.value for other in (frontier.base, *frontier.alternatives)]
        right = x > (min(every) + max(every)) / 2
        # One name above and one below its point, both towards the middle of the chart.
        up = 6 if one is frontier.best else -15
        ax.annotate(
            shorten(one.name, 40), (x, y), xytext=(-6 if right else 6, up), fontsize=9,
            textcoords="offset points", color=color, ha="right" if right else "left",
        )  # fmt: skip
