"""How far apart two rates can be over every table that fits counts within bounds."""

import math
from itertools import product

import numpy as np

from creditaudit import intervals
from creditaudit.intervals import Kind
from creditaudit.metrics.rate_ends import Ends, Share
from creditaudit.values import Floats


def ranges_within(a: Ends, b: Ends, kind: Kind, level: float) -> tuple[Floats, Floats, Floats]:
    """Return low, high and the p-value of gaps between groups, over every table that fits.

    Parameters
    ----------
    a, b : Ends
        Of the groups and of their references.
    kind : {"difference", "ratio", "odds_ratio"}
    level : float

    Returns
    -------
    low, high, p_value : float arrays of shape (n_pairs,)
        The union of the Miettinen-Nurminen ranges of every table, and the largest p-value for "no
        difference" of any: 1 where the rates may be equal.

    Notes
    -----
    A range moves up with the rate of the group and down with that of the reference, and is widest
    with the fewest people; of odds ratios near 0 and 1 it may be widest with those at the end. So
    the union lies between the range at the least rate of the group and the greatest of the
    reference, and the one of the reverse, with whichever of these people make it wider. It is the
    union itself where sizes are certain and one table has both.
    """
    least, most = np.full(len(a.low), np.inf), np.full(len(a.low), -np.inf)
    for n, m in product((a.fewest, a.size_low), (b.fewest, b.size_high)):
        found = intervals.miettinen_nurminen(a.low, n, b.high, m, kind, level)[0]
        least = np.minimum(least, found)
    for n, m in product((a.fewest, a.size_high), (b.fewest, b.size_low)):
        found = intervals.miettinen_nurminen(a.high, n, b.low, m, kind, level)[1]
        most = np.maximum(most, found)
    below = intervals.score_p_value(a.high, a.fewest, b.low, b.fewest)
    above = intervals.score_p_value(a.low, a.fewest, b.high, b.fewest)
    apart = np.where(a.high < b.low, below, np.where(a.low > b.high, above, 1.0))
    unknown = np.isnan(a.low) | np.isnan(b.low)
    return least, most, np.where(unknown, np.nan, apart)


def bounds_within(a: Ends, b: Ends, kind: Kind) -> tuple[Floats, Floats, np.ndarray]:
    """Return the least and the greatest gap of each pair, and whether tables attain them.

    Notes
    -----
    Where one table has the group at its least and the reference at its greatest value, the bound is
    the gap of these two; so it is wherever no total ties them, and with rows and columns. Else,
    where the people of both are certain, differences and ratios are solved for; odds ratios, and
    groups of which neither size is certain, get the gap of the two ends, which may be too wide.
    """
    lows = [_least_gap(*pair, kind) for pair in zip(a.least, b.greatest, strict=True)]
    highs = [_least_gap(*pair, kind) for pair in zip(b.least, a.greatest, strict=True)]
    least, most = (np.array([gap for gap, _ in found], dtype=float) for found in (lows, highs))
    sure = np.array([one and other for (_, one), (_, other) in zip(lows, highs, strict=True)])
    with np.errstate(divide="ignore"):
        return least, -most if kind == "difference" else 1 / most, sure


def _least_gap(low: Share, high: Share, kind: Kind) -> tuple[float, bool]:
    """Return the least gap of one rate, as it counts at its least, to another at its greatest."""
    p, q = low.least[0], high.greatest[0]
    if math.isnan(p) or math.isnan(q):
        return math.nan, True
    own, other = low.weights(low.events), high.weights(high.events)
    sizes = [one.people for one in (low, high)]
    certain = all(math.isclose(*one) and one[0] > 0 for one in sizes)
    joint = _joint(low, high)
    if kind == "odds_ratio" or not certain or joint:
        return _gap(p, q, kind), joint
    n, m = sizes[0][0], sizes[1][0]
    if kind == "difference":
        told = low.told_events / n - high.told_events / m
        least = told + low.counts.least_sum(own / n - other / m)
        return max(least, _gap(p, q, kind)), True
    ratio = low.counts.least_ratio(own, other, (low.told_events, high.told_events))
    return ratio if math.isnan(ratio) else max(ratio * m / n, _gap(p, q, kind)), True


def _gap(p: float, q: float, kind: Kind) -> float:
    if kind == "difference":
        return p - q
    return _over(p, q) if kind == "ratio" else _over(_over(p, 1 - p), _over(q, 1 - q))


def _over(top: float, bottom: float) -> float:
    if math.isinf(bottom):
        return 0.0
    return top / bottom if bottom > 0 else math.inf if top > 0 else math.nan


def _joint(low: Share, high: Share) -> bool:
    """Whether one table has the first rate at its least and the other at its greatest."""
    mine, theirs = (np.concatenate([one.events, one.rest]) for one in (low, high))
    if not low.counts.shared(mine, theirs):
        return True
    down, up = low.corner, high.turned.corner
    both = low.counts.corner(
        np.concatenate([low.events, high.rest]), np.concatenate([low.rest, high.events])
    )
    told_down = low.told_events + high.told_rest
    told_up = low.told_rest + high.told_events
    sums = (down.least + up.least - told_down, down.most + up.most - told_up)
    together = down.together and up.together and both.together
    return (
        together
        and math.isclose(both.least, sums[0], abs_tol=1e-6)
        and math.isclose(both.most, sums[1], abs_tol=1e-6)
    )
