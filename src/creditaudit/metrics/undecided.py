"""Decisions that merged score bins leave open, decided in every way."""

from dataclasses import replace
from itertools import product

import numpy as np

from creditaudit.bins import NONE, OPEN
from creditaudit.metrics.groups import Groups
from creditaudit.values import Floats


def every_way(groups: Groups) -> Groups:
    """Return the groups with all open decisions made, in every way that can be an extreme.

    People with the same outcome and the same choice of decisions are decided alike.

    Parameters
    ----------
    groups : Groups
        With axes (outcome, decision) and no replicates; a clustered tally is not published.

    Returns
    -------
    Groups
        Whose sums have shape (n_ways, n_groups, 3, 3).
    """
    choices = [
        [(code, outcome, decision) for decision in OPEN[code]]
        for code, sums in groups.open.items()
        for outcome in range(3)
        if sums[0, :, outcome].any()
    ]
    ways = [_decided(groups, way) for way in product(*choices)]
    n, w, w2 = np.moveaxis(np.array(ways), 1, 0)
    return replace(groups, n=n, w=w, w2=w2, open={})


def _decided(groups: Groups, way: tuple[tuple[int, int, int], ...]) -> Floats:
    """Return n, w and w2; open decisions are counted as none until they are made."""
    sums = np.array([groups.n, groups.w, groups.w2])
    for code, outcome, decision in way:
        moved = groups.open[code][:, :, outcome]
        sums[:, :, outcome, NONE] -= moved
        sums[:, :, outcome, decision] += moved
    return sums
