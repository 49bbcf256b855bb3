"""Ranges for rates and for gaps between rates, on whole arrays at once.

Sizes may be effective sizes (weights, clusters), so they need not be whole. What scipy and
statsmodels have right is taken from there; the score intervals for two proportions are ours,
because theirs take one pair at a time and fail where a count is zero.
"""

from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from creditaudit.values import Floats

Kind = Literal["difference", "ratio", "odds_ratio"]
KINDS = ("difference", "ratio", "odds_ratio")
LEVEL = 0.95
POWER = 0.80


def critical(level: float = LEVEL, df: Floats | None = None) -> Floats:
    """Return the two-sided critical value of the normal, or of Student's t with each ``df``."""
    tail = 0.5 + level / 2
    return np.asarray(ndtri(tail) if df is None else stdtrit(df, tail))


def two_sided_p(z: Floats, df: Floats | None = None) -> Floats:
    """Return the two-sided p-value of a normal (or Student's t) statistic."""
    size = -np.abs(z)
    return np.asarray(2 * (ndtr(size) if df is None else stdtr(df, size)))


def wilson(p: Floats, n: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Wilson score interval of a proportion.

    Parameters
    ----------
    p : float array
        Observed proportions, 0..1; NaN where undefined.
    n : float array, same shape
        Sizes, or effective sizes.
    level : float

    Returns
    -------
    low, high : float arrays, same shape
        NaN where ``p`` is.

    References
    ----------
    Wilson, E. B. (1927). JASA 22, 209-212.
    """
    from statsmodels.stats.proportion import proportion_confint

    p, n = np.broadcast_arrays(np.asarray(p, float), np.asarray(n, float))
    low, high = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    known = np.isfinite(p) & (n > 0)
    if known.any():
        low[known], high[known] = proportion_confint(
            p[known] * n[known], n[known], alpha=1 - level, method="wilson"
        )
    low[known & (p == 0)], high[known & (p == 1)] = 0.0, 1.0
    return low, high


def newcombe(
    p1: Floats, n1: Floats, p2: Floats, n2: Floats, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """Newcombe's hybrid score interval of ``p1 - p2``, from the two Wilson intervals.

    References
    ----------
    Newcombe, R. G. (1998). Statistics in Medicine 17, 873-890, method 10.
    """
    low1, high1 = wilson(p1, n1, level)
    low2, high2 = wilson(p2, n2, level)
    gap = np.asarray(p1) - np.asarray(p2)
    below = np.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    above = np.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return gap - below, gap + above


def miettinen_nurminen(
    p1: Floats, n1: Floats, p2: Floats, n2: Floats, kind: Kind = "difference", level: float = LEVEL
) -> tuple[Floats, Floats]:
    """Score interval of the difference, ratio or odds ratio of two proportions.

    Parameters
    ----------
    p1, n1 : float arrays
        Proportion and (effective) size of the group.
    p2, n2 : float arrays, same shape
        Proportion and (effective) size of the reference.
    kind : {"difference", "ratio", "odds_ratio"}
    level : float

    Returns
    -------
    low, high : float arrays, same shape
        0 and inf are attained where a count is zero; NaN where a proportion is.

    Notes
    -----
    All values whose score statistic is within the critical value, with the factor N / (N - 1).

    References
    ----------
    Miettinen, O. and Nurminen, M. (1985). Statistics in Medicine 4, 213-226.
    """
    p1, n1, p2, n2 = np.broadcast_arrays(*(np.asarray(x, float) for x in (p1, n1, p2, n2)))
    if kind == "odds_ratio":
        # Near 1 a restricted rate rounds to 1 and leaves no variance; near 0 digits are kept.
        near_one = p1 + p2 > 1
        p1, p2 = np.where(near_one, 1 - p2, p1), np.where(near_one, 1 - p1, p2)
        n1, n2 = np.where(near_one, n2, n1), np.where(near_one, n1, n2)
    crit = critical(level)
    # Bisection runs on a scale where both ends are finite.
    reach = 1.0 if kind == "difference" else 60.0
    ends = []
    for side in (crit, -crit):
        left, right = np.full(p1.shape, -reach), np.full(p1.shape, reach)
        for _ in range(60):
            middle = (left + right) / 2
            value = middle if kind == "difference" else np.exp(middle)
            inside = score_statistic(p1, n1, p2, n2, value, kind) > side
            left, right = np.where(inside, middle, left), np.where(inside, right, middle)
        ends.append((left + right) / 2)
    low, high = ends
    if kind == "difference":
        low, high = np.where(low < -1 + 1e-12, -1.0, low), np.where(high > 1 - 1e-12, 1.0, high)
    else:
        low = np.where(low < -reach + 1e-6, 0.0, np.exp(low))
        high = np.where(high > reach - 1e-6, np.inf, np.exp(high))
    unknown = ~(np.isfinite(p1) & np.isfinite(p2) & (n1 > 0) & (n2 > 0))
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def score_statistic(
    p1: Floats, n1: Floats, p2: Floats, n2: Floats, value: Floats, kind: Kind
) -> Floats:
    """Score statistic of a stated difference, ratio or odds ratio; approximately normal.

    At "no difference" all three kinds give the same statistic.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        r1, r2 = _restricted(p1 * n1, n1, p2 * n2, n2, value, kind)
        v1, v2 = r1 * (1 - r1), r2 * (1 - r2)
        total = n1 + n2
        factor = total / (total - 1)
        if kind == "odds_ratio":
            gap = (p1 - r1) / v1 - (p2 - r2) / v2
            variance = (1 / (n1 * v1) + 1 / (n2 * v2)) * factor
        else:
            scale = 1.0 if kind == "difference" else value
            gap = p1 - p2 - value if kind == "difference" else p1 - value * p2
            variance = (v1 / n1 + scale**2 * v2 / n2) * factor
        z = gap / np.sqrt(variance)
    # No variance and no gap: the data say nothing against this value.
    return np.where(np.isnan(z), 0.0, z)


def _restricted(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, value: Floats, kind: Kind
) -> tuple[Floats, Floats]:
    """Maximum likelihood estimates of both proportions under a stated effect."""
    total, events = n1 + n2, x1 + x2
    if kind == "difference":
        b = (n1 + 2 * n2) * value - total - events
        c = (n2 * value - total - 2 * x2) * value + events
        d = x2 * value * (1 - value)
        q = b**3 / (3 * total) ** 3 - b * c / (6 * total**2) + d / (2 * total)
        root = np.sqrt(np.maximum(b**2 / (3 * total) ** 2 - c / (3 * total), 0))
        p = np.where(q >= 0, root, -root)
        ratio = np.divide(q, p**3, out=np.zeros_like(q), where=p != 0)
        angle = (np.pi + np.arccos(np.clip(ratio, -1, 1))) / 3
        r2 = 2 * p * np.cos(angle) - b / (3 * total)
        r2 = np.clip(r2, np.maximum(0, -value), np.minimum(1, 1 - value))
        return np.clip(r2 + value, 0, 1), r2
    if kind == "ratio":
        b = n1 * value + x1 + n2 + x2 * value
        root = np.sqrt(np.maximum(b**2 - 4 * total * value * events, 0))
        r2 = np.clip(2 * events / (b + root), 0, np.minimum(1, 1 / value))
        return np.clip(r2 * value, 0, 1), r2
    a = n2 * (value - 1)
    b = n1 * value + n2 - events * (value - 1)
    root = np.sqrt(np.maximum(b**2 + 4 * a * events, 0))
    # The form without cancellation: also right where value is 1 and a is 0.
    r2 = np.clip(2 * events / (b + root), 0, 1)
    return r2 * value / (1 + r2 * (value - 1)), r2


def score_p_value(p1: Floats, n1: Floats, p2: Floats, n2: Floats) -> Floats:
    """Two-sided p-value for "no difference", by the same statistic as `miettinen_nurminen`."""
    zero = np.zeros(np.broadcast(p1, p2).shape)
    z = score_statistic(np.asarray(p1), np.asarray(n1), np.asarray(p2), np.asarray(n2), zero,
                        "difference")  # fmt: skip
    known = np.isfinite(p1) & np.isfinite(p2) & (np.asarray(n1) > 0) & (np.asarray(n2) > 0)
    return np.where(known, two_sided_p(z), np.nan)


def effective_size(
    p: Floats, n: Floats, w_event: Floats, w: Floats, w2_event: Floats, w2: Floats
) -> Floats:
    """Effective number of people behind a weighted proportion.

    ``p (1 - p)`` over the linearised variance of the ratio, at most the number of people; Kish's
    size where p is 0 or 1. With all weights equal it is the number of people.

    Parameters
    ----------
    p, n, w_event, w, w2_event, w2 : float arrays
        The proportion, the people it is about, and sums of weights and squared weights of events
        and of all.

    Notes
    -----
    Without the cap a few people whose events carry little weight would count for more than they
    are: Wilson's range for 10 people with lognormal weights would then cover 83 % and not 92 %.

    References
    ----------
    Parker, J. D. et al. (2017). National Center for Health Statistics Data Presentation Standards
    for Proportions. Vital and Health Statistics 2(175), 1-22.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = ((1 - p) ** 2 * w2_event + p**2 * (w2 - w2_event)) / w**2
        linear = np.minimum(p * (1 - p) / variance, n)
        kish = w**2 / w2
    inside = (p > 0) & (p < 1)
    return np.where(inside, linear, np.where(w > 0, kish, 0.0))


def holm(p_values: Floats) -> Floats:
    """Holm's adjusted p-values over those that are not NaN.

    References
    ----------
    Holm, S. (1979). Scandinavian Journal of Statistics 6, 65-70.
    """
    adjusted = np.full(np.shape(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    rising = known[np.argsort(p_values[known], kind="stable")]
    times = np.arange(len(rising), 0, -1)
    # statsmodels has this too, but collects garbage on every call: 30 ms.
    adjusted[rising] = np.minimum(np.maximum.accumulate(times * p_values[rising]), 1)
    return adjusted


def detectable_rate(
    reference: Floats, n: Floats, n_reference: Floats, *, level: float, lower: bool
) -> Floats:
    """Return the rate closest to the reference that is told from it with 80 % power.

    Parameters
    ----------
    reference : float array
        The rate of the reference group.
    n, n_reference : float arrays
        (Effective) sizes.
    level : float
        1 - alpha of the two-sided test, after correction.
    lower : bool
        Look below the reference, else above it.

    Returns
    -------
    float array
        NaN where even a rate of 0 (or 1) would not be seen.

    References
    ----------
    Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions, 2nd ed., chapter 3.
    """
    za, zb = critical(level), float(ndtri(POWER))

    def seen(p: Floats) -> Floats:
        pooled = (p * n + reference * n_reference) / (n + n_reference)
        under_null = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_reference))
        under_gap = np.sqrt(p * (1 - p) / n + reference * (1 - reference) / n_reference)
        return np.abs(p - reference) - za * under_null - zb * under_gap

    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.full(np.shape(reference), 0.0 if lower else 1.0)
        near = np.array(reference, dtype=float)
        possible = seen(far) >= 0
        for _ in range(60):
            middle = (far + near) / 2
            enough = seen(middle) >= 0
            far, near = np.where(enough, middle, far), np.where(enough, near, middle)
    return np.where(possible, far, np.nan)


def jackknife_variance(values: Floats) -> Floats:
    """Variance of a statistic from its values with each group of clusters left out.

    Parameters
    ----------
    values : float array of shape (n_replicates, ...)

    Returns
    -------
    float array of shape (...)
        NaN with fewer than two groups, or where the statistic needs one of them.

    References
    ----------
    Wolter, K. M. (2007). Introduction to Variance Estimation, 2nd ed., chapter 4.
    """
    groups = len(values)
    if groups < 2:
        return np.full(values.shape[1:], np.nan)
    known = np.where(np.isfinite(values), values, np.nan)
    return np.asarray((groups - 1) / groups * ((known - known.mean(axis=0)) ** 2).sum(axis=0))


def resample_cells(
    n: Floats, w: Floats, w2: Floats, *, replicates: int, seed: int | np.random.Generator
) -> tuple[Floats, Floats]:
    """Bootstrap the cells of a tally.

    People fall into cells by a multinomial draw, which for unweighted data is exactly the
    bootstrap of the rows. With weights, the weight of a cell is drawn too, from the gamma
    distribution with mean ``n * mean`` and variance ``n * variance``.

    Parameters
    ----------
    n, w, w2 : float arrays of shape (n_cells,)
        People, sum of weights, sum of squared weights. Fractional counts are rounded in total.
    replicates : int
    seed : int or Generator

    Returns
    -------
    n, w : float arrays of shape (replicates, n_cells)

    Notes
    -----
    A normal draw has the same two moments, but in small cells it makes negative weights and with
    them rates outside 0..1.
    """
    rng = np.random.default_rng(seed)
    total = n.sum()
    if total <= 0:
        return np.zeros((replicates, len(n))), np.zeros((replicates, len(n)))
    drawn = rng.multinomial(round(total), n / total, size=replicates).astype(np.float64)
    if np.array_equal(n, w) and np.array_equal(n, w2):
        return drawn, drawn
    mean = np.divide(w, n, out=np.zeros_like(w), where=n > 0)
    variance = np.divide(w2, n, out=np.zeros_like(w), where=n > 0) - mean**2
    weight = drawn * mean
    varies = variance > 1e-12 * mean**2
    mean, variance = mean[varies], variance[varies]
    weight[:, varies] = rng.gamma(drawn[:, varies] * mean**2 / variance, variance / mean)
    return drawn, weight
