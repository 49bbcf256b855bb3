"""Ways back on a scorecard: the cheapest by proof, or none by proof."""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.explain.actions import Actions
from creditaudit.explain.card_moves import CardMoves
from creditaudit.explain.knapsack_fronts import cheapest_choice
from creditaudit.explain.knapsacks import cheapest_moves
from creditaudit.explain.trees import Integers, Truths
from creditaudit.explain.ways import Way
from creditaudit.values import Floats

_EPSILON = 1e-9


def ways_on_card(
    card: Any,
    people: pd.DataFrame,
    points: Floats,
    cutoff: float,
    actions: Actions,
    background: pd.DataFrame | None,
) -> list[Way]:
    """Return the way of each person who is below the cut-off.

    Parameters
    ----------
    card : ScoreTable
    people : DataFrame
    points : array of shape (n_rows,)
        Their scores, all below the cut-off.
    cutoff : float
    actions : Actions
    background : DataFrame or None
        Whose shares the costs rest on; those of the card when None.

    Notes
    -----
    Points of features add up, so the most a person can reach is the sum of the most each feature
    can give: an exact test of whether there is a way. The cheapest way is a knapsack.
    """
    moves = CardMoves.of(card, actions, background)
    places = moves.places(people)
    best = points + moves.best_gains(places)
    possible = is_enough(best, cutoff)
    cost = np.full(len(people), np.inf)
    targets = places.copy()
    rows = np.flatnonzero(possible)
    lacking = cutoff - points[rows]
    whole = all(
        move.gain == round(move.gain) for by_bin in moves.moves for some in by_bin for move in some
    )
    if whole:
        shortfall = np.ceil(lacking - _EPSILON).astype(np.int64)
        cost[rows], targets[rows] = cheapest_moves(moves, places[rows], shortfall)
        how = "dynamic programme"
    else:
        for row, short in zip(rows.tolist(), lacking.tolist(), strict=True):
            cost[row], targets[row] = _solved(moves, places[row], short)
        how = "the front of gain against cost"
    proofs = f"cheapest of all ways, by {how} over {len(moves.features)} features"
    return [
        Way("found", proofs, float(cost[row]), _changes(moves, places[row], targets[row]))
        if possible[row]
        else Way(
            "none", f"every feature at its best reaches {best[row]:.6g} points, under {cutoff:g}"
        )
        for row in range(len(people))
    ]


def is_enough(points: Floats, cutoff: float) -> Truths:
    """Return whose points reach the cut-off, but for rounding of sums."""
    return np.asarray(points >= cutoff - _EPSILON)


def _solved(moves: CardMoves, places: Integers, shortfall: float) -> tuple[float, Integers]:
    options = [by_bin[place] for by_bin, place in zip(moves.moves, places, strict=True)]
    chosen = cheapest_choice(options, shortfall - _EPSILON) or [None] * len(options)
    targets = np.array(
        [place if one is None else one.target for place, one in zip(places, chosen, strict=True)]
    )
    return sum(one.cost for one in chosen if one is not None), targets


def _changes(moves: CardMoves, places: Integers, targets: Integers) -> dict[str, Any]:
    return {
        moves.features[j].feature: moves.value(j, int(places[j]), int(targets[j]))
        for j in np.flatnonzero(places != targets).tolist()
    }
