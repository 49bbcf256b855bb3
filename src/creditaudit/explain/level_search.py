"""Ways back among levels: by trying every choice, by climbing, and cheaper step by step."""

from itertools import product

import numpy as np

from creditaudit.explain.reachable import STAY, Reachable
from creditaudit.explain.trees import Integers, Truths
from creditaudit.values import Floats

_CLOSE = 1e-12


def every_choice(world: Reachable, row: int, cutoff: float) -> tuple[Integers | None, float]:
    """Return the cheapest choice of one person that reaches the cut-off, by trying all.

    Returns
    -------
    choice : array of shape (n_features,) or None
    best : float
        The highest score of any choice.
    """
    options = [[STAY, *np.flatnonzero(one.reachable[row]).tolist()] for one in world.levels]
    choices = np.array(list(product(*options)), dtype=np.int64)
    rows = np.full(len(choices), row)
    points = world.points(rows, choices)
    enough = points >= cutoff
    if not enough.any():
        return None, float(points.max())
    cost = world.cost(rows[enough], choices[enough])
    return choices[enough][int(cost.argmin())], float(points.max())


def climbed(world: Reachable, rows: Integers, start: Integers, cutoff: float) -> Integers:
    """Return choices from which no single change of one feature gains points, or that suffice.

    Parameters
    ----------
    world : Reachable
    rows : array of shape (n,)
        The people.
    start : array of shape (n, n_features)
    cutoff : float
    """
    choice = start.copy()
    points = world.points(rows, choice)
    open_ = np.flatnonzero(points < cutoff)
    while len(open_):
        who, tried = _neighbours(world, rows[open_], choice[open_])
        if not len(who):
            break
        found = world.points(rows[open_][who], tried)
        best = _best_of(who, found, len(open_))
        better = best >= 0
        better[better] = found[best[better]] > points[open_[better]] + _CLOSE
        choice[open_[better]] = tried[best[better]]
        points[open_[better]] = found[best[better]]
        open_ = open_[better & (points[open_] < cutoff)]
    return choice


def cheapened(world: Reachable, rows: Integers, start: Integers, cutoff: float) -> Integers:
    """Return choices that still suffice and that no single change makes cheaper."""
    choice = start.copy()
    open_ = np.arange(len(rows))
    while len(open_):
        cost = world.cost(rows[open_], choice[open_])
        who, tried = _neighbours(world, rows[open_], choice[open_], only_moved=True)
        saving = cost[who] - world.cost(rows[open_][who], tried)
        cheaper = saving > _CLOSE
        who, tried, saving = who[cheaper], tried[cheaper], saving[cheaper]
        if not len(who):
            break
        enough = world.points(rows[open_][who], tried) >= cutoff
        best = _best_of(who[enough], saving[enough], len(open_))
        better = best >= 0
        choice[open_[better]] = tried[enough][best[better]]
        open_ = open_[better]
    return choice


def _neighbours(
    world: Reachable, rows: Integers, choice: Integers, *, only_moved: bool = False
) -> tuple[Integers, Integers]:
    """Return every choice that differs in one feature, and whose it is."""
    owners: list[Integers] = []
    tried: list[Integers] = []
    for place, one in enumerate(world.levels):
        allowed: Truths = one.reachable[rows]
        if only_moved:
            allowed = allowed & (choice[:, place] != STAY)[:, None]
        people, level = np.nonzero(allowed)
        back = np.flatnonzero(choice[:, place] != STAY)
        owner = np.concatenate([people, back])
        other = choice[owner]
        other[:, place] = np.concatenate([level, np.full(len(back), STAY)])
        kept = other[:, place] != choice[owner, place]
        owners.append(owner[kept])
        tried.append(other[kept])
    return np.concatenate(owners), np.concatenate(tried)


def _best_of(who: Integers, worth: Floats, people: int) -> Integers:
    """Return the place of the largest worth of each person, -1 for who has none."""
    best = np.full(people, -1)
    # Of equal ones the first.
    order = np.lexsort((-np.arange(len(who)), worth))
    best[who[order]] = order
    return best
