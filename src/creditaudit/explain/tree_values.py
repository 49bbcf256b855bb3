"""Exact Shapley values of a sum of trees, by the pattern that each person shows at each leaf."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from creditaudit.explain.leaf_games import (
    interventional_tables,
    interventional_values,
    path_tables,
    path_values,
)
from creditaudit.explain.trees import Ensemble, Tree
from creditaudit.values import Floats

# People whose patterns stay in the cache.
_BLOCK = 1 << 14
# Features on a path up to which every pattern is worked out, seen or not.
_ALL_PATTERNS = 12


class _Leaf(NamedTuple):
    """What a leaf needs to know of those who are absent."""

    value: float
    on_path: list[int]
    # Interventional: patterns of the background and the share of each.
    patterns: npt.NDArray[np.intp] | None
    # That share, or the share of cover that each player lets pass.
    shares: Floats


def values_of_trees(
    ensemble: Ensemble,
    columns: Floats,
    players: Sequence[int],
    number: int,
    background: Floats | None,
) -> Floats:
    """Return what each player adds to the output of each person.

    Parameters
    ----------
    ensemble : Ensemble
    columns : array of shape (n_columns, n_rows)
        The people, as the trees read them.
    players : sequence of int
        The player that each column belongs to; columns of one player join together.
    number : int
        Of players.
    background : array of shape (n_columns, n_background) or None
        People who stand in for absent players (interventional); None splits by the cover of the
        tree (path-dependent).

    Returns
    -------
    array of shape (n_rows, number)

    Notes
    -----
    Interventional: v(S) is the mean, over the background, of the output where the players in S have
    the person's values and the others those of the background person. Path-dependent: at a node
    whose player is not in S both children are followed, by their shares of the training data
    (Lundberg et al. 2020). Either way v is a sum over leaves, and so are its Shapley values.

    References
    ----------
    Owen, G. (1972). Multilinear extensions of games. Management Science 18, 64-79.
    Lundberg, S. M. et al. (2020). From local explanations to global understanding with explainable
    AI for trees. Nature Machine Intelligence 2, 56-67.
    Nadel, A., Wettenstein, R. (2026). From decision trees to Boolean logic: a fast and unified SHAP
    algorithm. AAAI 40(29), 24476-24485. Decision patterns are their idea.
    """
    rows = columns.shape[1]
    found = np.zeros((number, rows))
    for tree in ensemble.trees:
        leaves = _leaves(tree, players, background)
        whole = [leaf for leaf in leaves if 1 << len(leaves[leaf].on_path) <= _limit(rows)]
        tables = _tables({leaf: leaves[leaf] for leaf in whole})
        for start in range(0, rows, _BLOCK):
            block = slice(start, start + _BLOCK)
            for leaf, on_path, pattern in tree.patterns(columns[:, block], players):
                if leaf in tables:
                    for player, table in zip(on_path, tables[leaf], strict=True):
                        found[player, block] += table.take(pattern)
                elif on_path:
                    seen, place = np.unique(pattern, return_inverse=True)
                    values = _seen_values(leaves[leaf], seen)
                    for player, table in zip(on_path, values, strict=True):
                        found[player, block] += table.take(place)
    return found.T


def path_dependent_base(ensemble: Ensemble) -> float:
    """Return the mean output of the training data, by the cover of the leaves."""
    total = ensemble.start
    for tree in ensemble.trees:
        leaf = tree.column < 0
        reached = leaf & (tree.cover > 0)
        total += float((tree.value * tree.cover)[reached].sum() / tree.cover[0])
    return total


def _limit(rows: int) -> int:
    """Return how many patterns a leaf may have for a table of all to pay."""
    return min(max(64, rows), 1 << _ALL_PATTERNS)


def _leaves(tree: Tree, players: Sequence[int], background: Floats | None) -> dict[int, _Leaf]:
    found = {}
    if background is None:
        for leaf, on_path, passing in tree.paths(players):
            found[leaf] = _Leaf(float(tree.value[leaf]), on_path, None, passing)
        return found
    people = background.shape[1]
    for leaf, on_path, pattern in tree.patterns(background, players):
        if 1 << len(on_path) <= 4 * people:
            every = np.bincount(pattern, minlength=1 << len(on_path))
            seen = np.flatnonzero(every)
            counts = every[seen]
        else:
            seen, counts = np.unique(pattern, return_counts=True)
        found[leaf] = _Leaf(float(tree.value[leaf]), on_path, seen, counts / people)
    return found


def _tables(leaves: dict[int, _Leaf]) -> dict[int, Floats]:
    """Return the values of every pattern at each leaf; leaves with equal paths are done at once."""
    alike: dict[int, list[int]] = {}
    for leaf, known in leaves.items():
        alike.setdefault(len(known.on_path), []).append(leaf)
    tables: dict[int, Floats] = {}
    for d, group in alike.items():
        if d == 0:
            tables |= {leaf: np.empty((0, 1)) for leaf in group}
            continue
        pays = np.array([leaves[leaf].value for leaf in group])
        if leaves[group[0]].patterns is None:
            made = path_tables(np.stack([leaves[leaf].shares for leaf in group]), pays)
        else:
            shares = np.zeros((len(group), 1 << d))
            for row, leaf in enumerate(group):
                shares[row, leaves[leaf].patterns] = leaves[leaf].shares
            made = interventional_tables(shares, pays)
        tables |= dict(zip(group, made, strict=True))
    return tables


def _seen_values(leaf: _Leaf, seen: npt.NDArray[np.intp]) -> Floats:
    d = len(leaf.on_path)
    if leaf.patterns is None:
        bits = (seen[:, None] >> np.arange(d) & 1).astype(np.float64)
        return path_values(bits, leaf.shares, leaf.value)
    return interventional_values(seen, leaf.patterns, leaf.shares, d, leaf.value)
