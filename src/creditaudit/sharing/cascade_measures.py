"""What is measured of a cascade, what kind of number each is, and the table of all of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.intervals import wilson
from creditaudit.sharing.cascade_wiring import RefusedByAll, equality, refused_by_all_of, theorem
from creditaudit.sharing.crowds import ALL_OF_THEM, SUMS
from creditaudit.sharing.listings import listings_of
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
SWEEP_SEEDS = 5
"""Draws at each place of a sweep, at most."""
DRAWS, PEOPLE = "range over draws of the ties", "range over people drawn alike"
ONE_DRAW, COUNTED = "one draw of the ties: no range", "counted on these people: no range"
NOBODY = {
    "people": "nobody is there", "touched": "nobody is reached", "findings": "nobody has a finding",
    "with_finding": "nobody has a finding", "without_finding": "everybody has a finding",
}  # fmt: skip
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


def cascade_frame(one: "Cascade") -> pd.DataFrame:
    """Return the table of a cascade; see `Cascade.frame`."""
    rows = [row for measure in MEASURES for row in _rows(one, measure)]
    rows += [_depth(one), *_by_tie(one), *_children(one)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(one: "Cascade", measure: str) -> Iterator[tuple[Any, ...]]:
    whole = values_of(one.sums_without_sweep, measure)
    value, n = whole.mean(axis=1), parts_of(one.sums_without_sweep, measure)[1].mean(axis=1)
    low, high, kind, note, seeds = _range(one, measure, whole)
    wired = _wired(one) if measure == "refused_by_all" and kind != "sweep" else {}
    for f, findings in enumerate(("recorded", "true")):
        for place, (entities, by, group) in enumerate(one.cells):
            here = wired.get((f, entities), RefusedByAll("estimate", ""))
            ends, what, why = (low[f, place], high[f, place]), kind, f"{note}. {here.note}"
            if here.kind == "theorem":
                ends, what, why = (value[f, place], value[f, place]), "theorem", here.note
            elif np.isnan(value[f, place]):
                ends, what, why = (np.nan, np.nan), "estimate", NOBODY[MEASURES[measure][1]]
            yield (
                measure, one.regime.name, entities, findings, by, group, value[f, place],
                *ends, n[f, place], seeds, what, why.removesuffix(". "),
            )  # fmt: skip


def _wired(one: "Cascade") -> dict[tuple[int, str], RefusedByAll]:
    found = {}
    for f, findings in enumerate(("recorded", "true")):
        own = listings_of(
            one.world, one.regime.agencies, findings=findings,  # type: ignore[arg-type]
            on=one.on, entries=one.entries,
        )  # fmt: skip
        for crowd in one.crowds:
            found[f, crowd.entities] = refused_by_all_of(
                one.regime, own[crowd.place], crowd.entities
            )
    return found


def drawn(one: "Cascade", measure: str) -> bool:
    """Whether a measure depends on the draws of ties."""
    return any(
        0 < rule.p < 1 and rule.relation != CHILD and _matters(rule, measure)
        for rule in one.regime.ties
    )


def _range(one: "Cascade", measure: str, whole: Floats) -> tuple[Floats, Floats, Kind, str, int]:
    """Return low, high, kind, what the range is of, and how many draws the value rests on."""
    value = whole.mean(axis=1)
    seeds = len(one.seeds) if drawn(one, measure) else 1
    same = equality(one.regime, measure)
    if parameters := rests_on(one.regime, measure):
        ends = [
            values_of(place.sums_without_sweep, measure).mean(axis=1) for *_, place in one.places
        ]
        low, high = (pick.reduce([value, *ends]) for pick in (np.fmin, np.fmax))
        return low, high, "sweep", sweep_note(one, parameters), seeds
    if why := theorem(one.regime, measure):
        return value, value, "theorem", why, seeds
    if seeds > 1:
        low, high = np.quantile(whole, [0.025, 0.975], axis=1)
        return low, high, "estimate", f"{DRAWS}. {same}".removesuffix(". "), seeds
    if drawn(one, measure):
        empty = np.full(value.shape, np.nan)
        return empty, empty, "estimate", ONE_DRAW, seeds
    low, high = _over_people(one, measure, value)
    return low, high, "estimate", f"{PEOPLE}. {same}".removesuffix(". "), seeds


def sweep_note(one: "Cascade", parameters: tuple[FreeParameter, ...]) -> str:
    """Return over what a sweep goes, and how many draws its ends rest on at most."""
    words = "; ".join(parameter.words for parameter in parameters)
    draws = len(one.seeds[:SWEEP_SEEDS])
    return f"{words}; range of the sweep, up to {draws} draw{'s' * (draws > 1)} at each end"


def _over_people(one: "Cascade", measure: str, value: Floats) -> tuple[Floats, Floats]:
    """Return the range of a share (Wilson), or of the ratio of two sums over people."""
    totals = one.sums_without_sweep[:, 0]
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
        # Whoever has a finding is touched, so the squares of touched - value * found add up to
        # found * value * (value - 1).
        error = np.sqrt(np.maximum(value * (value - 1), 0) / np.where(below > 0, below, np.nan))
        return np.maximum(value - 1.96 * error, 1.0), value + 1.96 * error
    share = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return wilson(share, below)


def _depth(one: "Cascade") -> tuple[Any, ...]:
    """Return the most ties between a finding and whoever it reaches, firms included."""
    depths = deepest(one)
    value, kind, note = float(depths.mean()), "estimate", DRAWS
    seeds = len(one.seeds) if drawn(one, "depth") else 1
    low, high = map(float, np.quantile(depths, [0.025, 0.975]))
    if parameters := rests_on(one.regime, "depth"):
        ends = [float(deepest(place).mean()) for *_, place in one.places]
        low, high, kind = min([value, *ends]), max([value, *ends]), "sweep"
        note = sweep_note(one, parameters)
    elif theorem(one.regime, "touched_without_own_finding"):
        kind, note = "theorem", "No tie carries anything."
    elif seeds == 1:
        low = high = np.nan
        note = "the most of anybody here: no range"
    return (
        "depth", one.regime.name, "people and firms", "recorded", ALL_OF_THEM, ALL_OF_THEM, value,
        low, high, one.world.people.n + one.world.firms.n, seeds, kind, note,
    )  # fmt: skip


def deepest(one: "Cascade") -> Floats:
    """Return the most ties crossed, one value a seed."""
    counts = one.generations_without_sweep
    crossed: Floats = (np.arange(counts.shape[1]) * (counts > 0)).max(axis=1).astype(float)
    return crossed


def _by_tie(one: "Cascade") -> Iterator[tuple[Any, ...]]:
    """Yield for each rule the people without a finding whom it reaches first."""
    n, counts = one.world.people.n, one.first_ties_without_sweep
    parameters = rests_on(one.regime, "touched_share")
    seeds = len(one.seeds) if drawn(one, "touched_share") else 1
    for place, rule in enumerate(one.regime.ties):
        if rule.relation == CHILD:
            continue
        value, kind = float(counts[:, place].mean()), "estimate"
        if parameters:
            ends = [float(end.first_ties_without_sweep[:, place].mean()) for *_, end in one.places]
            low, high, kind = min([value, *ends]), max([value, *ends]), "sweep"
            of = sweep_note(one, parameters)
        elif seeds > 1:
            (low, high), of = np.quantile(counts[:, place], [0.025, 0.975]), DRAWS
        elif drawn(one, "touched_share"):
            low, high, of = np.nan, np.nan, ONE_DRAW
        else:
            (low, high), of = (n * float(end) for end in wilson(value / n, n)), PEOPLE
        yield (
            BY_TIE, one.regime.name, "people", "recorded", "tie", rule.what, value, low, high,
            n, seeds, kind, f"people without a finding whom this tie reaches first; {of}",
        )  # fmt: skip


def _children(one: "Cascade") -> Iterator[tuple[Any, ...]]:
    rules = [rule for rule in one.regime.ties if rule.relation == CHILD]
    frame = one.world.people.frame
    homes = frame["household_id"].nunique() if "household_id" in frame else np.nan
    for place, rule in enumerate(rules):
        counts = one.children_without_sweep[:, place]
        value, note = float(counts.mean()), "households with a child whom the rule reaches"
        luck = 0 < rule.p < 1 or drawn(one, "listed_share")
        seeds = len(one.seeds) if luck else 1
        parameters = tuple(
            each for each in rests_on(one.regime, CHILDREN)
            if each.name == rule.parameter or each in rests_on(one.regime, "listed_share")
        )  # fmt: skip
        low, high, kind, of = np.nan, np.nan, "estimate", ONE_DRAW if luck else COUNTED
        if parameters:
            tried = [value, *_child_ends(one, parameters, place)]
            low, high, kind, of = min(tried), max(tried), "sweep", sweep_note(one, parameters)
        elif seeds > 1:
            (low, high), of = np.quantile(counts, [0.025, 0.975]), DRAWS
        yield (
            CHILDREN, one.regime.name, "households", "recorded", ALL_OF_THEM, rule.what, value,
            low, high, homes, seeds, kind, f"{note}; {of}",
        )  # fmt: skip


def _child_ends(one: "Cascade", parameters: tuple[FreeParameter, ...], place: int) -> list[float]:
    """Return the counts where all shares are lowest and highest: they only grow with each share."""
    from creditaudit.sharing.cascades import cascade

    ends = []
    for values in ({p.name: p.low for p in parameters}, {p.name: p.high for p in parameters}):
        run = cascade(
            one.world, one.regime.with_values(values), one.seeds[:SWEEP_SEEDS],
            engine=one.engine, on=one.on, entries=one.entries,
        )  # fmt: skip
        ends.append(float(run.children_without_sweep[:, place].mean()))
    return ends
