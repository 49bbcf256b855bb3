"""Errors of means and of smooth functions of means, from cells."""

import numpy as np

from creditaudit import intervals
from creditaudit.values import Floats


def linear_error(n: Floats, w: Floats, w2: Floats, influence: Floats) -> Floats:
    """Return the standard error of a statistic whose change with one person's weight is known.

    Parameters
    ----------
    n, w, w2 : float arrays of shape (n_groups, n_cells)
        People, and sums of weights and of squared weights.
    influence : float array, same shape
        How much a person of the cell moves the statistic, times the sum of weights; its weighted
        mean is 0. For a mean it is the distance from it.

    Returns
    -------
    float array of shape (n_groups,)
        NaN for fewer than two people.

    References
    ----------
    Deville, J.-C. (1999). Survey Methodology 25, 193-203.
    """
    # Cells of nobody may lie where the statistic is infinite.
    influence = np.where(n > 0, influence, 0)
    people, total = n.sum(axis=-1), w.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = (w2 * influence**2).sum(axis=-1)
        variance = people / (people - 1) * moved / total**2
    return np.asarray(np.sqrt(np.where(people > 1, variance, np.nan)))


def mean_range(
    value: Floats, error: Floats, df: Floats, level: float
) -> tuple[Floats, Floats, Floats]:
    """Return Student's range, and the error; all NaN where no variance shows."""
    shows = np.isfinite(value) & (error > 1e-12 * np.maximum(np.abs(value), 1e-300)) & (df >= 1)
    error = np.where(shows, error, np.nan)
    reach = intervals.critical(level, np.maximum(df, 1)) * error
    return value - reach, value + reach, error
