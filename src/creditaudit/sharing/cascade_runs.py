"""One draw of a cascade: sums over groups, and who was reached by how many ties."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditaudit.sharing.crowds import Crowd, sums
from creditaudit.sharing.regime_flows import RegimeFlows, children_reached
from creditaudit.sharing.spreading import Engine, Reach, spread

Floats = NDArray[np.float64]


def one_draw(
    world: Any, parts: RegimeFlows, crowds: tuple[Crowd, Crowd], owns: list[Any], seed: int,
    engine: Engine,
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], list[float]]:  # fmt: skip
    """Return sums, reached by ties crossed, people reached first by rule, and children reached."""
    totals: list[Floats] = []
    for own in owns:
        # Without a mistaken entry the second run is the first.
        if totals and np.array_equal(own, owns[0]):
            totals.append(totals[0])
            continue
        reach = spread(
            own, parts.tables, parts.seeded(seed), n_layers=parts.n_layers, engine=engine
        )
        totals.append(np.vstack([sums(crowd, own, reach, parts.deniers) for crowd in crowds]))
        if len(totals) == 1:
            ties = _fewest_ties(reach)
            generations = np.bincount(ties[ties >= 0], minlength=1)
            first = _first_rules(reach, ties, world.first_firm, parts)
            children = [
                count for _, count in children_reached(world, parts.regime, reach.masks[0], seed)
            ]
    return np.stack(totals), generations, first, children


def _fewest_ties(reach: Reach) -> NDArray[np.int32]:
    if len(reach.levels) == 1:
        ties: NDArray[np.int32] = reach.levels[0]
        return ties
    # As a number without sign, -1 (nothing comes) is the most and not the least.
    fewest: NDArray[np.int32] = reach.levels.view(np.uint32).min(axis=0).view(np.int32)
    return fewest


def _first_rules(
    reach: Reach, ties: NDArray[np.int32], first_firm: int, parts: RegimeFlows
) -> NDArray[np.int64]:
    """Return how many people without a finding each rule reached first."""
    people = np.flatnonzero(ties[:first_firm] > 0)
    layer = (reach.levels[:, people] == ties[people]).argmax(axis=0)
    flows = reach.via[layer, people]
    rules = np.array([*parts.rules, 0])[flows]
    return np.bincount(rules, minlength=max(len(parts.regime.ties), 1))
