"""Regimes beside each other: steps of the flow as small multiples, levers as a waterfall."""

from typing import TYPE_CHECKING

import numpy as np

from creditaudit.charts import BLUE, INK, MUTED, ORANGE, RULE, shorten
from creditaudit.sharing.cascade_measures import values_of
from creditaudit.sharing.crowds import SUMS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from creditaudit.sharing.contrasts import Contrast

STEPS = (
    ("with_finding", "own finding"), ("listed", "on a list"), ("touched", "touched"),
    ("refused_by_all", "would be refused by all"),
)  # fmt: skip


def steps_drawn(found: "Contrast") -> "Figure":
    """Return a figure with one panel a regime: the share of people at each step of the flow."""
    from matplotlib.figure import Figure

    many = len(found.cascades)
    figure = Figure(figsize=(2.5 * many + 1.2, 2.3), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, many, sharex=True, sharey=True))
    for ax, (name, one) in zip(panels, found.cascades.items(), strict=True):
        place = one.row_of("people")
        sums = one.sums_without_sweep[0, :, place]
        shares = [
            100 * sums[:, SUMS.index(key)] / sums[:, SUMS.index("people")] for key, _ in STEPS
        ]
        # What rests on a free parameter is drawn from end to end of its sweep.
        swept = [
            end.sums_without_sweep[0, :, place] for *_, end in (one.places if len(one.free) else [])
        ]
        for y, ((key, _), share) in enumerate(zip(STEPS, shares, strict=True)):
            value = float(share.mean())
            ax.barh(y, value, color=BLUE if key != "refused_by_all" else ORANGE, height=0.6)
            ends = [
                float((100 * s[:, SUMS.index(key)] / s[:, SUMS.index("people")]).mean())
                for s in swept
            ]
            if ends and max(ends) > min(ends):
                ax.plot([min(ends), max(ends)], [y, y], color=INK, lw=1.2)
            ax.annotate(
                _words(value, ends), (max([value, *ends]), y), xytext=(3, 0), va="center",
                textcoords="offset points", fontsize=8.5, color=INK,
            )  # fmt: skip
        ax.set_title(shorten(name, 26), fontsize=9.5, color=INK, loc="left", parse_math=False)
        ax.set_yticks(range(len(STEPS)), [words for _, words in STEPS], fontsize=9)
        ax.set_ylim(len(STEPS) - 0.5, -0.5)
        ax.margins(x=0.5 if swept else 0.18)
        _plain(ax)
    figure.supxlabel(
        "% of people (synthetic); lines: sweep over free shares of ties", fontsize=9, color=MUTED
    )
    return figure


def waterfall(found: "Contrast", measure: str, regime: str, ax: "Axes | None") -> "Axes":
    """Return axes with the reference, one step a lever, and the regime."""
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(6.4, 3.4), layout="constrained").add_subplot()
    levers = found.levers(regime)
    levers = levers[levers["measure"] == measure]
    names = [found.reference, *levers["lever"], regime]
    ends = []
    for key in (found.reference, regime):
        one = found.cascades[key]
        ends.append(
            float(values_of(one.sums_without_sweep, measure)[0, :, one.row_of("people")].mean())
        )
    ax.barh(0, ends[0], color=MUTED, height=0.6)
    at = ends[0]
    for y, row in enumerate(levers.itertuples(index=False), start=1):
        ax.barh(y, row.value, left=at, color=ORANGE if row.value > 0 else BLUE, height=0.6)
        if row.high > row.low:
            ax.plot([at + row.low, at + row.high], [y, y], color=INK, lw=1.2)
        ax.plot([at + row.value] * 2, [y - 0.3, y + 1.3], color=RULE, lw=0.8)
        at += row.value
    ax.barh(len(names) - 1, ends[1], color=MUTED, height=0.6)
    ax.set_yticks(range(len(names)), [shorten(name, 44) for name in names], fontsize=9)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlabel(
        f"{measure.replace('_', ' ')} (synthetic people); lines: range", color=MUTED, fontsize=9
    )
    _plain(ax)
    return ax


def _words(value: float, ends: list[float]) -> str:
    if not ends or min(ends) == max(ends):
        return f"{value:.1f}"
    return f"{value:.1f} ({min(ends):.1f} to {max(ends):.1f})"


def _plain(ax: "Axes") -> None:
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
