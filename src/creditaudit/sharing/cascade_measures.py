"""What is measured of a cascade, what kind of number each is, and the table of all of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.intervals import wilson
from creditaudit.sharing.crowds import ALL_OF_THEM, SUMS
from creditaudit.sharing.records import CHILD
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.sweeps import FreeParameter

if TYPE_CHECKING:
    from creditaudit.sharing.cascades import Cascade

Floats = NDArray[np.float64]
Kind = Literal["theorem", "estimate", "sweep"]
PLACE = {name: k for k, name in enumerate(SUMS)}
MEASURES: dict[str, tuple[str, str]] = {
    "listed_share": ("listed", "people"),
    "touched_share": ("touched", "people"),
    "touched_without_own_finding": ("touched_innocent", "touched"),
    "touched_of_those_without_finding": ("touched_innocent", "without_finding"),
    "refused_by_all": ("refused_by_all", "people"),
    "refusals_per_finding": ("refusals", "findings"),
    "refusals_per_person": ("refusals", "people"),
    "touched_per_person_with_finding": ("touched", "with_finding"),
}
"""Measure -> what is counted, over what. Refusals and findings are pairs (entity, agency)."""
OF_LISTS = {"listed_share", "refused_by_all", "refusals_per_finding", "refusals_per_person"}
"""Measures that only a tie that lists can change."""
BY_TIE, CHILDREN = "first_reached_by_tie", "households_with_a_child_reached"
COLUMNS = (
    "measure", "regime", "entities", "findings", "by", "group", "value", "low", "high", "n",
    "seeds", "kind", "note",
)  # fmt: skip


def parts_of(totals: Floats, measure: str) -> tuple[Floats, Floats]:
    """Return numerator and denominator of a measure; ``totals`` has the sums last."""
    above, below = MEASURES[measure]
    if below == "without_finding":
        under = totals[..., PLACE["people"]] - totals[..., PLACE["with_finding"]]
    else:
        under = totals[..., PLACE[below]]
    return totals[..., PLACE[above]], under


def values_of(totals: Floats, measure: str) -> Floats:
    """Return a measure; 0 touched of 0 is 0 and other 0/0 is NaN."""
    above, below = parts_of(totals, measure)
    nothing = 0.0 if measure == "touched_without_own_finding" else np.nan
    values: Floats = np.divide(above, below, out=np.full(above.shape, nothing), where=below > 0)
    return values


def rests_on(regime: SharingRegime, measure: str) -> tuple[FreeParameter, ...]:
    """Return the free shares of ties that a measure of a cascade rests on."""
    return tuple(
        FreeParameter(rule.parameter, rule.p, float(rule.low or 0), float(rule.high or 0))
        for rule in regime.ties
        if rule.free and _matters(rule, measure)
    )


def _matters(rule: Any, measure: str) -> bool:
    if rule.relation == CHILD:
        return measure == CHILDREN
    return rule.carries == "listing" or measure not in OF_LISTS


def theorem(regime: SharingRegime, measure: str) -> str:
    """Return why a measure follows from the wiring alone, or an empty text."""
    ties = [one for one in regime.ties if one.relation != CHILD and one.p > 0]
    lists = [one for one in ties if one.carries == "listing"]
    size = len(regime.agencies)
    refusing = {one.agency for one in regime.denials} == set(regime.agencies)
    everything = np.uint64((1 << size) - 1)
    closure = regime.closure()
    if not ties and measure in ("touched_without_own_finding", "touched_of_those_without_finding"):
        return "No tie carries anything, so nobody without a finding is reached."
    if not ties and measure == "touched_per_person_with_finding":
        return "No tie carries anything, so those reached are those with a finding."
    if lists or not refusing:
        return ""
    alone = np.array_equal(closure, np.uint64(1) << np.arange(size, dtype=np.uint64))
    if alone and measure == "refusals_per_finding":
        return "Nobody imports, and each agency refuses whom it lists: one refusal a finding."
    if size > 1 and bool((closure == everything).all()):
        if measure == "refused_by_all":
            return "All hold all lists: whoever is listed is refused by all."
        if measure == "refusals_per_finding":
            return f"All hold all lists: {size} refusals for everyone listed, however found."
    return ""


def cascade_frame(one: "Cascade") -> pd.DataFrame:
    """Return the table of a cascade; see `Cascade.frame`."""
    rows = [row for measure in MEASURES for row in _rows(one, measure)]
    rows += [_depth(one), *_by_tie(one), *_children(one)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(one: "Cascade", measure: str) -> Iterator[tuple[Any, ...]]:
    whole = values_of(one.totals, measure)
    value, n = whole.mean(axis=1), parts_of(one.totals, measure)[1].mean(axis=1)
    low, high, kind, note = _range(one, measure, whole)
    for f, findings in enumerate(("recorded", "true")):
        for place, (entities, by, group) in enumerate(one.cells):
            yield (
                measure, one.regime.name, entities, findings, by, group, value[f, place],
                low[f, place], high[f, place], n[f, place], len(one.seeds), kind, note,
            )  # fmt: skip


def _range(one: "Cascade", measure: str, whole: Floats) -> tuple[Floats, Floats, Kind, str]:
    value = whole.mean(axis=1)
    parameters = rests_on(one.regime, measure)
    if parameters:
        ends = [values_of(place.totals, measure).mean(axis=1) for *_, place in one.places]
        note = "; ".join(parameter.words for parameter in parameters)
        return np.fmin.reduce([value, *ends]), np.fmax.reduce([value, *ends]), "sweep", note
    if why := theorem(one.regime, measure):
        return value, value, "theorem", why
    if one.parts.drawn and len(one.seeds) > 1 and measure not in OF_LISTS:
        low, high = np.quantile(whole, [0.025, 0.975], axis=1)
        return low, high, "estimate", "range over draws of the ties"
    return *_over_people(one, measure, value), "estimate", "range over people drawn alike"


def _over_people(one: "Cascade", measure: str, value: Floats) -> tuple[Floats, Floats]:
    """Return the range of a share (Wilson), or of the ratio of two sums over people."""
    totals = one.totals[:, 0]
    above, below = parts_of(totals, measure)
    if measure == "refusals_per_finding":
        squares = (
            totals[..., PLACE["refusals_squared"]]
            - 2 * value * totals[..., PLACE["products"]]
            + value**2 * totals[..., PLACE["findings_squared"]]
        )
        error = np.sqrt(np.maximum(squares, 0)) / np.where(below > 0, below, np.nan)
        return value - 1.96 * error, value + 1.96 * error
    if measure == "refusals_per_person":
        spread = np.maximum(
            totals[..., PLACE["refusals_squared"]] / np.maximum(below, 1) - value**2, 0
        )
        error = np.sqrt(spread / np.maximum(below - 1, 1))
        return value - 1.96 * error, value + 1.96 * error
    if measure == "touched_per_person_with_finding":
        return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    share = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return wilson(share, below)


def _depth(one: "Cascade") -> tuple[Any, ...]:
    """Return the most ties between a finding and whoever it reaches, firms included."""
    depths = np.asarray(one.depth)
    value, kind, note = float(depths.mean()), "estimate", "range over draws of the ties"
    low, high = np.quantile(depths, [0.025, 0.975])
    if parameters := rests_on(one.regime, "depth"):
        ends = [float(np.asarray(place.depth).mean()) for *_, place in one.places]
        low, high, kind = min([value, *ends]), max([value, *ends]), "sweep"
        note = "at the ends of " + "; ".join(parameter.words for parameter in parameters)
    elif theorem(one.regime, "touched_without_own_finding"):
        kind, note = "theorem", "No tie carries anything."
    return (
        "depth", one.regime.name, "people and firms", "recorded", ALL_OF_THEM, ALL_OF_THEM, value,
        low, high, one.world.people.n + one.world.firms.n, len(one.seeds), kind, note,
    )  # fmt: skip


def _by_tie(one: "Cascade") -> Iterator[tuple[Any, ...]]:
    """Yield for each rule the people without a finding whom it reaches first."""
    for place, rule in enumerate(one.regime.ties):
        if rule.relation == CHILD:
            continue
        value = float(one.first_ties[:, place].mean())
        low, high, kind = value, value, "estimate"
        note = "people without a finding whom this tie reaches first"
        parameters = rests_on(one.regime, "touched_share")
        if parameters:
            ends = [float(end.first_ties[:, place].mean()) for *_, end in one.places]
            low, high, kind = min([value, *ends]), max([value, *ends]), "sweep"
            note += "; " + "; ".join(parameter.words for parameter in parameters)
        elif one.parts.drawn:
            low, high = np.quantile(one.first_ties[:, place], [0.025, 0.975])
        yield (
            BY_TIE, one.regime.name, "people", "recorded", "tie", rule.what, value, low, high,
            one.world.people.n, len(one.seeds), kind, note,
        )  # fmt: skip


def _children(one: "Cascade") -> Iterator[tuple[Any, ...]]:
    rules = [rule for rule in one.regime.ties if rule.relation == CHILD]
    for place, rule in enumerate(rules):
        counts = one.children[:, place]
        value, note = float(counts.mean()), "households with a child whom the rule reaches"
        low, high = np.quantile(counts, [0.025, 0.975])
        kind = "estimate"
        if rule.free:
            # The draws of households are nested, so the ends are counted at the ends of p.
            low, high = _child_ends(one, place)
            kind, note = "sweep", f"{note}; {rule.parameter} from {rule.low:g} to {rule.high:g}"
        yield (
            CHILDREN, one.regime.name, "households", "recorded", ALL_OF_THEM, rule.what, value,
            low, high, one.world.people.n, len(one.seeds), kind, note,
        )  # fmt: skip


def _child_ends(one: "Cascade", place: int) -> tuple[float, float]:
    from creditaudit.sharing.regime_flows import children_reached

    rule = [tie for tie in one.regime.ties if tie.relation == CHILD][place]
    masks = one.reach(one.seeds[0]).masks[0]
    ends = []
    for p in (rule.low, rule.high):
        regime = one.regime.with_values({rule.parameter: float(p or 0)})
        counts = [count for _, count in children_reached(one.world, regime, masks, one.seeds[0])]
        ends.append(counts[place])
    value = float(one.children[:, place].mean())
    return min([value, *ends]), max([value, *ends])
