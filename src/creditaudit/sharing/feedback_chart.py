"""Who is on the list, month by month: a result in, axes out."""

from typing import TYPE_CHECKING

from creditaudit.charts import BLUE, INK, MUTED, ORANGE, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from creditaudit.sharing.feedback_results import Feedback


def drawn(result: "Feedback", ax: "Axes | None") -> "Axes":
    """Return axes with shares of people listed and in default, and the range of the sweep."""
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(6.4, 3.8), layout="constrained").add_subplot()
    frame = result.by_month
    for measure, color, words in (
        ("in_default", ORANGE, "something due"), ("listed", BLUE, "on the list"),
    ):  # fmt: skip
        own = frame[frame["measure"] == measure]
        ax.fill_between(
            own["month"], 100 * own["low"], 100 * own["high"], color=color, alpha=0.12, lw=0
        )
        ax.plot(own["month"], 100 * own["value"], color=color, lw=1.6)
        ax.annotate(
            words, (own["month"].iloc[-1], 100 * own["value"].iloc[-1]), xytext=(-4, 5),
            textcoords="offset points", ha="right", color=color, fontsize=9,
        )  # fmt: skip
    if result.reverse_at is not None:
        ax.axvline(result.reverse_at, color=RULE, lw=1)
        ax.annotate(
            "repealed", (result.reverse_at, 0.98), xycoords=("data", "axes fraction"),
            xytext=(3, -8), textcoords="offset points", color=INK, fontsize=9,
        )  # fmt: skip
    ax.set_ylim(bottom=0)
    ax.set_ylabel("% of people (synthetic)", color=MUTED)
    ax.set_xlabel("month; bands: range over the free coefficients", color=MUTED, fontsize=9)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax
