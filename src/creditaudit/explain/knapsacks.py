"""The cheapest moves that gain enough points, for many people at once: exact."""

import numpy as np

from creditaudit.explain.card_moves import CardMoves
from creditaudit.explain.trees import Integers
from creditaudit.values import Floats

# Numbers of one step that stay near the processor.
_CELLS = 1 << 21


def cheapest_moves(
    moves: CardMoves, places: Integers, shortfall: Integers
) -> tuple[Floats, Integers]:
    """Return the least cost of gaining enough, and the bin each feature then stands in.

    Parameters
    ----------
    moves : CardMoves
        With gains that are whole numbers.
    places : array of shape (n_rows, n_features)
        The bin of each person on each feature.
    shortfall : array of shape (n_rows,)
        Points that are lacking, 0 or more.

    Returns
    -------
    cost : array of shape (n_rows,)
        Infinite where no moves gain enough.
    targets : array of shape (n_rows, n_features)

    Notes
    -----
    A knapsack for each person: f_j(s), the least cost of gaining s points with the first j
    features, is the minimum over the moves of feature j of f_{j-1}(max(0, s - gain)) + cost. All
    people go through it together, feature by feature, those in one bin at a time.
    """
    cost = np.full(len(places), np.inf)
    targets = places.copy()
    # Like shortfalls together, so that few cells are worked out in vain.
    order = np.argsort(shortfall, kind="stable")
    start = 0
    while start < len(order):
        widest = int(shortfall[order[-1]]) + 1
        end = start + max(1, _CELLS // (widest * (places.shape[1] + 1)))
        rows = order[start:end]
        cost[rows], targets[rows] = _block(moves, places[rows], shortfall[rows])
        start = end
    return cost, targets


def _block(moves: CardMoves, places: Integers, shortfall: Integers) -> tuple[Floats, Integers]:
    people, features = places.shape
    width = int(shortfall.max(initial=0)) + 1
    least = np.full((features + 1, people, width), np.inf)
    least[0, :, 0] = 0.0
    for j, by_bin in enumerate(moves.moves):
        least[j + 1] = least[j]
        for source, options in enumerate(by_bin):
            rows = np.flatnonzero(places[:, j] == source) if options else np.empty(0, np.int64)
            if not len(rows):
                continue
            before = least[j, rows]
            after = before.copy()
            for move in options:
                gain = min(int(move.gain), width)
                np.minimum(after[:, :gain], before[:, :1] + move.cost, out=after[:, :gain])
                if gain < width:
                    np.minimum(after[:, gain:], before[:, :-gain] + move.cost, out=after[:, gain:])
            least[j + 1, rows] = after
    everyone = np.arange(people)
    cost = least[features, everyone, shortfall]
    return cost, _traced(moves, places, shortfall, least)


def _traced(moves: CardMoves, places: Integers, shortfall: Integers, least: Floats) -> Integers:
    """Return the bins of a cheapest way, followed back from the last feature."""
    targets = places.copy()
    lacking = shortfall.copy()
    everyone = np.arange(len(places))
    for j in range(places.shape[1] - 1, -1, -1):
        here = least[j + 1, everyone, lacking]
        moved = np.isfinite(here) & (here < least[j, everyone, lacking])
        for source, options in enumerate(moves.moves[j]):
            rows = everyone[moved & (places[:, j] == source)]
            for move in options:
                if not len(rows):
                    break
                rest = np.maximum(lacking[rows] - int(move.gain), 0)
                taken = least[j, rows, rest] + move.cost == here[rows]
                chosen = rows[taken]
                targets[chosen, j] = move.target
                lacking[chosen] = rest[taken]
                rows = rows[~taken]
    return targets
