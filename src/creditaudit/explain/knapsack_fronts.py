"""The cheapest moves where gains are no whole numbers: the front of gain against cost, pruned."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from creditaudit.explain.card_moves import Move
from creditaudit.values import Floats

Choice = list[Move | None]
# Sums of points that differ by less are equal.
_CLOSE = 1e-9
# Ways kept at once, above which a solver takes over.
_MOST = 200_000
# It is asked for this many points to spare, which is more than it may miss them by.
_SPARE = 1e-6


def cheapest_choice(options: Sequence[Sequence[Move]], shortfall: float) -> Choice | None:
    """Return a cheapest choice of at most one move a feature that gains the shortfall.

    Parameters
    ----------
    options : sequence of sequences of Move
        By feature.
    shortfall : float
        Points, above 0.

    Returns
    -------
    list of Move or None, or None
        One entry a feature; None if no choice gains enough.

    Notes
    -----
    Feature by feature, choices are kept that no other beats in both gain and cost, that can still
    gain enough, and whose cost, with the rest at the best rate of the features to come, is not
    above that of a choice already known. Where more than 200,000 remain, HiGHS solves the integer
    programme, asked for a millionth of a point to spare.
    """
    rest = np.cumsum([0.0, *(max((m.gain for m in some), default=0.0) for some in options[::-1])])
    most = rest[::-1]
    if most[0] < shortfall - _CLOSE:
        return None
    rates = [min((m.cost / m.gain for m in some), default=np.inf) for some in options]
    rate = np.append(np.minimum.accumulate(rates[::-1])[::-1], np.inf)
    known = sum(move.cost for move in _greedy(options, shortfall) if move is not None)
    gain, cost = np.zeros(1), np.zeros(1)
    trail: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] = []
    for j, moves in enumerate(options):
        gains = np.concatenate([gain, *(gain + move.gain for move in moves)])
        costs = np.concatenate([cost, *(cost + move.cost for move in moves)])
        lacking = np.maximum(shortfall - gains, 0.0)
        lacking[lacking <= _CLOSE] = 0.0
        least = np.zeros(len(gains))
        np.multiply(lacking, rate[j + 1], out=least, where=lacking > 0)
        possible = (lacking <= most[j + 1] + _CLOSE) & (costs + least <= known + _CLOSE)
        kept = _front(lacking, costs, np.flatnonzero(possible))
        if len(kept) > _MOST:
            return _solved(options, shortfall)
        trail.append((kept % len(gain), kept // len(gain)))
        gain, cost = gains[kept], costs[kept]
    place = int(np.where(gain >= shortfall - _CLOSE, cost, np.inf).argmin())
    chosen: Choice = []
    for moves, (before, taken) in zip(options[::-1], trail[::-1], strict=True):
        chosen.append(moves[taken[place] - 1] if taken[place] else None)
        place = int(before[place])
    return chosen[::-1]


def _front(
    lacking: Floats, cost: Floats, places: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:  # fmt: skip
    """Return the places that no other beats in both, cheapest first."""
    order = places[np.lexsort((lacking[places], cost[places]))]
    before = np.minimum.accumulate(np.concatenate([[np.inf], lacking[order]]))[:-1]
    return order[lacking[order] < before]


def _greedy(options: Sequence[Sequence[Move]], shortfall: float) -> Choice:
    """Return a choice that gains enough: the best move of each feature, by rate, until it does."""
    best = [max(moves, key=lambda one: one.gain, default=None) for moves in options]
    chosen: Choice = [None] * len(options)
    rated = [(move.cost / move.gain, place) for place, move in enumerate(best) if move is not None]
    for _, place in sorted(rated):
        if shortfall <= _CLOSE:
            break
        move = best[place]
        chosen[place] = move
        shortfall -= 0.0 if move is None else move.gain
    return chosen


def _solved(options: Sequence[Sequence[Move]], shortfall: float) -> Choice:
    flat = [(feature, move) for feature, moves in enumerate(options) for move in moves]
    one_each = np.zeros((len(options), len(flat)))
    for column, (feature, _) in enumerate(flat):
        one_each[feature, column] = 1
    found = milp(
        np.array([move.cost for _, move in flat]),
        integrality=np.ones(len(flat)),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(np.array([[m.gain for _, m in flat]]), shortfall + _SPARE, np.inf),
            LinearConstraint(one_each, -np.inf, 1),
        ],
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        return _greedy(options, shortfall)
    chosen: Choice = [None] * len(options)
    for (feature, move), taken in zip(flat, np.round(found.x), strict=True):
        if taken:
            chosen[feature] = move
    return chosen
