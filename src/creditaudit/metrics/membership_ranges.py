"""Sampling error of bounds over cells, which holds in cells of any size.

The bound min(c, share) of a cell is concave in its share, so a share found among few people makes
it too low on average: cells of one person each would make the bounds one point, the weighted
estimate. Here a random half of a cell decides whether c or the share is the smaller, and the
other half gives its value. Whatever the half decides, what the other half gives is on average no
lower than the bound, so the error is outward in cells of any size. The mean over all halves is
taken in closed form (hypergeometric), so that no draw is made and a table gives one answer. In
large cells the result is the bound itself.

References
----------
Ji, W., Lei, L. and Spector, A. (2023). Model-agnostic covariate-assisted inference on partially
identified causal effects. arXiv 2310.08115.
Horowitz, J. L. and Manski, C. F. (2000). JASA 95, 77-84.
Stoye, J. (2009). Econometrica 77, 1299-1315.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom, norm

from creditaudit import intervals
from creditaudit.metrics.membership_bounds import ProxyCells, ratio_of
from creditaudit.values import Floats

# People in a cell from which on the normal distribution stands for the hypergeometric one.
LARGE = 5_000


@dataclass(frozen=True, eq=False)
class SetRange:
    """Estimates of the ends of a set of values, and limits outside of them.

    With limits at 95 %, the whole set lies between them in at least 95 of 100 samples: each end
    is missed in at most 2.5 (Bonferroni), and so is any value in the set.
    """

    low_end: Floats
    high_end: Floats
    low: Floats
    high: Floats


def set_range(cells: ProxyCells, level: float = intervals.LEVEL) -> SetRange:
    """Return the range of the bounds of each group's rate."""
    high_end, high = _limit(cells, level)
    low_end, low = _limit(cells.turned, level)
    return SetRange(1 - low_end, high_end, 1 - low, high)


def split_capped(n: Floats, x: Floats, cap: Floats, guess: Floats) -> Floats:
    """Return an estimate of ``n min(cap, share)`` that is on average no lower.

    Parameters
    ----------
    n, x : float arrays of shape (n_cells,)
        People, and those in the event.
    cap : float array of shape (n_cells, n_groups)
    guess : float array of shape (n_cells,)
        The share as it is elsewhere; it counts for one person where a half is to decide.

    Returns
    -------
    float array of shape (n_cells, n_groups)
    """
    chosen, events = _chosen(n, x, cap, guess)
    return events + cap * n[:, None] * (1 - chosen)


def _chosen(n: Floats, x: Floats, cap: Floats, guess: Floats) -> tuple[Floats, Floats]:
    """Return how often the share is taken, and the events that it then gives; means over halves."""
    n, x, guess = n[:, None], x[:, None], guess[:, None]
    half = np.floor(n / 2)
    rest = n - half
    # The greatest number of events in the half at which the share is taken for the smaller one.
    most = np.ceil(cap * (half + 1) - guess) - 1
    chosen = _at_most(most, n, x, half)
    with np.errstate(divide="ignore", invalid="ignore"):
        before = half * x / n * _at_most(most - 1, n - 1, x - 1, half - 1)
        before = np.where((x > 0) & (half > 0), before, 0)
        events = n / rest * (x * chosen - before)
    return chosen, np.where(n > 0, events, 0.0)


def _at_most(k: Floats, n: Floats, x: Floats, half: Floats) -> Floats:
    """Return the probability of ``k`` events or fewer in ``half`` of ``n`` people."""
    k, n, x, half = np.broadcast_arrays(k, n, x, half)
    found = np.zeros(k.shape)
    # None are drawn, or none are there: there are 0 events.
    still = (n < 1) | (half < 1) | (x < 1)
    found[still] = k[still] >= 0
    large = ~still & (n > LARGE)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = half * x / n
        spread = np.sqrt(mean * (1 - x / n) * (n - half) / (n - 1))
        near = np.where(spread > 0, norm.cdf((k + 0.5 - mean) / spread), k >= mean)
    found[large] = near[large]
    small = ~still & ~large
    found[small] = hypergeom.cdf(k[small], n[small], x[small], half[small])
    return found


def _limit(cells: ProxyCells, level: float) -> tuple[Floats, ...]:
    """Return the greatest rate of each group, and its limit from above.

    What varies are the events in cells in which the share is taken. The limit is Wilson's, of the
    share of events among the people of those cells, on the size that gives the jackknife's
    variance: so it also moves where no event was seen.
    """
    rate, people, variance = _jackknifed(cells)
    guess = _elsewhere(cells.event, cells.n)
    chosen, events = _chosen(cells.n, cells.event, cells.high, guess)
    total, seen = (cells.n[:, None] * chosen).sum(axis=0), events.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(seen / total, 0, 1)
        size = share * (1 - share) * total**2 / (variance * people**2)
        inside = (share > 0) & (share < 1)
        size = np.where(inside, np.where(np.isfinite(size), size, 1e12), total)
        above = intervals.wilson(share, np.minimum(size, 1e12), level)[1] - share
        limit = rate + np.nan_to_num(above) * total / people
    # Where the group may have nobody in the condition, nothing limits its rate.
    return tuple(np.clip(np.nan_to_num(one, nan=1.0), 0, 1) for one in (rate, limit))


def _jackknifed(cells: ProxyCells) -> tuple[Floats, Floats, Floats]:
    """Return the greatest rate by `split_capped`, its people, and the variance of the rate."""
    n, event, outside = cells.n, cells.event, cells.n - cells.other
    guesses = _elsewhere(event, n), _elsewhere(outside, n)

    def sums(fewer: Floats, no_event: Floats, no_outside: Floats) -> tuple[Floats, Floats, Floats]:
        left = n - fewer
        return (
            split_capped(left, event - no_event, cells.high, guesses[0]),
            split_capped(left, outside - no_outside, cells.low, guesses[1]),
            left[:, None] * cells.low,
        )

    zero, one = np.zeros_like(n), np.ones_like(n)
    own = sums(zero, zero, zero)
    whole = tuple(part.sum(axis=0) for part in own)
    rate, people = ratio_of(*whole)
    square, mean, total = np.zeros_like(rate), np.zeros_like(rate), n.sum()
    # Leave out one person of each kind: in the event, in the rest of the condition, in neither.
    kinds = ((event, one, one), (cells.other, zero, zero), (outside - event, zero, one))
    for count, no_event, no_outside in kinds:
        has = (count > 0).astype(np.float64)
        less = sums(has, no_event * has, no_outside * has)
        parts = [all_ - one_ + two for all_, one_, two in zip(whole, own, less, strict=True)]
        moved = np.nan_to_num(ratio_of(*parts)[0] - rate)
        square += (count[:, None] * moved**2).sum(axis=0)
        mean += (count[:, None] * moved).sum(axis=0)
    return rate, people, (total - 1) / total * (square - mean**2 / total)


def _elsewhere(x: Floats, n: Floats) -> Floats:
    """Return the share of the event in all other cells; one half where there are none."""
    left = n.sum() - n
    return np.asarray(np.divide(x.sum() - x, left, out=np.full_like(n, 0.5), where=left > 0))
