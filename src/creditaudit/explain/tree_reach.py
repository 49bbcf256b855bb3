"""How safe a sum of trees can make anybody who moves within given levels: a sound bound."""

from collections.abc import Sequence

import numpy as np

from creditaudit.explain.trees import Ensemble, Tree, Truths
from creditaudit.values import Floats


def least_sums(
    ensemble: Ensemble,
    own: Floats,
    players: Sequence[int],
    levels: Sequence[Floats],
    reachable: Sequence[Truths],
    sign: float,
) -> Floats:
    """Return a number that no reachable sum of trees is below; shape (n_rows,).

    Parameters
    ----------
    ensemble : Ensemble
    own : array of shape (n_columns, n_rows)
        The people, as the trees read them.
    players : sequence of int
        The feature that each column is made from.
    levels : sequence of arrays of shape (n_columns, n_levels)
        By feature: all columns, with the feature at each of its levels.
    reachable : sequence of bool arrays of shape (n_rows, n_levels)
        By feature: which levels a person can reach. Where they are is always reachable.
    sign : float
        1 for the least sum, -1 for minus the largest.

    Notes
    -----
    In each tree the least value over the leaves to which some reachable level of every feature
    leads, added over trees. Trees may want different levels of one feature, so the true least sum
    can be higher and is never lower.
    """
    return sum(
        (_least(tree, own, players, levels, reachable, sign) for tree in ensemble.trees),
        start=np.full(own.shape[1], sign * ensemble.start),
    )


def _least(
    tree: Tree,
    own: Floats,
    players: Sequence[int],
    levels: Sequence[Floats],
    reachable: Sequence[Truths],
    sign: float,
) -> Floats:
    people = own.shape[1]
    least = np.full(people, np.inf)
    # What is left of each feature on the way down: reachable levels, and where the person is.
    stack: list[tuple[int, dict[int, tuple[Truths, Truths]], Truths]] = [
        (0, {}, np.ones(people, dtype=bool))
    ]
    while stack:
        node, left_over, alive = stack.pop()
        column = int(tree.column[node])
        if column < 0:
            np.minimum(least, np.where(alive, sign * tree.value[node], np.inf), out=least)
            continue
        player = players[column]
        levels_left, own_left = left_over.get(
            player, (reachable[player], np.ones(people, dtype=bool))
        )
        there = tree.goes_left(node, levels[player][column])
        here = tree.goes_left(node, own[column])
        for child, at_level, at_own in (
            (int(tree.left[node]), there, here),
            (int(tree.right[node]), ~there, ~here),
        ):
            kept, stays = levels_left & at_level, own_left & at_own
            arrives = alive & (kept.any(axis=1) | stays)
            if arrives.any():
                stack.append((child, left_over | {player: (kept, stays)}, arrives))
    return least
