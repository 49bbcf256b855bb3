"""Wrongful hits for one true listing as the population grows: a linkage error in, axes out."""

from typing import TYPE_CHECKING

import numpy as np

from creditaudit.charts import BLUE, INK, MUTED, ORANGE, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from creditaudit.sharing.linkages import LinkageError

GREEN, PURPLE = "#009E73", "#CC79A7"  # Okabe and Ito
DECADES = 4


def drawn(found: "LinkageError", ax: "Axes | None") -> "Axes":
    """Return axes with one line for each set of keys, both scales logarithmic."""
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(6.4, 4.2), layout="constrained").add_subplot()
    populations = found.people * np.logspace(0, DECADES, 9)
    growth = found.growth([found.list_size], list(populations))
    ax.axhline(1, color=RULE, lw=1)
    ax.annotate(
        "one for each listing", (1.8 * populations[0], 1), xytext=(0, -10),
        textcoords="offset points", color=MUTED, fontsize=8,
    )  # fmt: skip
    colors = (INK, BLUE, ORANGE, GREEN, PURPLE)
    for place, keys in enumerate(dict.fromkeys(growth["keys"])):
        rows = growth[(growth["keys"] == keys) & (growth["per_listing"] > 0)]
        if not len(rows):
            continue
        color = colors[place % len(colors)]
        ax.plot(rows["population"], rows["per_listing"], color=color, lw=1.6)
        ax.fill_between(rows["population"], rows["low"], rows["high"], color=color, alpha=0.08)
        last = rows.iloc[-1]
        words = keys if place == 0 else f"+ {keys.split(' + ')[-1]}"
        ax.annotate(
            f"{words}: {_words(last['per_listing'])}", (last["population"], last["per_listing"]),
            xytext=(-4, 5), textcoords="offset points", color=color, fontsize=9, ha="right",
        )  # fmt: skip
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylabel("wrongful hits for one true listing", color=MUTED)
    ax.set_xlabel(
        "people searched among; synthetic people, keys as common as among "
        f"{found.people:,} of them\nshaded: from keys that grow in number with people to none new",
        color=MUTED, fontsize=9,
    )  # fmt: skip
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def _words(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
