"""Who is refused what, agency by agency, and whom each measure touches."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from creditaudit.intervals import wilson
from creditaudit.sharing.cascade_measures import (
    DRAWS,
    ONE_DRAW,
    PEOPLE,
    drawn,
    rests_on,
    sweep_note,
)
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.sweeps import FreeParameter

if TYPE_CHECKING:
    from creditaudit.sharing.cascades import Cascade

COLUMNS = (
    "agency", "measure", "people", "value", "low", "high", "seeds", "kind", "note",
)  # fmt: skip
Key = tuple[str, str, str]


def agency_frame(one: "Cascade") -> pd.DataFrame:
    """Return the table; see `Cascade.by_agency`."""
    base = _counts(one)
    touching, listing = (rests_on(one.regime, name) for name in ("touched_share", "listed_share"))
    ends = [_counts(place) for *_, place in one.places] if touching else []
    rows = []
    for key, values in base.items():
        parameters = {"found": (), "refused": listing, "touched": touching}[key[2]]
        rows.append((*key, *_numbers(key, values, ends, parameters, one)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _numbers(
    key: Key, values: list[float], ends: list[dict[Key, list[float]]],
    parameters: tuple[FreeParameter, ...], one: "Cascade",
) -> tuple[object, ...]:  # fmt: skip
    value = float(np.mean(values))
    low, high = map(float, np.quantile(values, [0.025, 0.975]))
    kind, note = "estimate", DRAWS
    if len(values) < 2:
        one_draw = key[2] != "found" and drawn(
            one, "touched_share" if key[2] == "touched" else "listed_share"
        )
        n = one.world.people.n
        low, high = (n * float(end) for end in wilson(np.array(value / n), np.array(float(n))))
        note = PEOPLE
        if one_draw:
            low, high, note = np.nan, np.nan, ONE_DRAW
    if parameters:
        # With no share of ties a measure reaches nobody and has no row.
        tried = [value, *(float(np.mean(end.get(key, [0.0]))) for end in ends)]
        low, high, kind = min(tried), max(tried), "sweep"
        note = sweep_note(one, parameters)
    return value, low, high, len(values), kind, note


def _counts(one: "Cascade") -> dict[Key, list[float]]:
    regime, people = one.regime, one.world.first_firm
    own = listings_of(one.world, regime.agencies, on=one.on, entries=one.entries)[:people]
    bit = {name: np.uint64(1 << k) for k, name in enumerate(regime.agencies)}
    found: dict[Key, list[float]] = {
        (name, "", "found"): [float((own & bit[name] != 0).sum())] for name in regime.agencies
    }
    lists = drawn(one, "listed_share")
    for place, seed in enumerate(one.seeds if one.parts.drawn else one.seeds[:1]):
        masks = one.reach(seed).masks[:, :people]
        for line in regime.denials if lists or not place else ():
            refused = float((masks[0] & bit[line.agency] != 0).sum())
            found.setdefault((line.agency, line.measure, "refused"), []).append(refused)
        for layer, measure in enumerate(one.parts.measures, start=1):
            for name in regime.agencies:
                touched = float((masks[layer] & bit[name] != 0).sum())
                found.setdefault((name, measure, "touched"), []).append(touched)
    return found
