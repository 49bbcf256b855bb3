"""Ranges for measures that near 0 are a sum of squares, such as PSI."""

import numpy as np
from scipy.special import chdtr, chdtrc, chdtri, chndtrinc

from creditaudit import intervals
from creditaudit.values import Floats

_LARGE = 1e4


def noncentral_range(
    value: Floats,
    scale: Floats,
    df: Floats,
    level: float = intervals.LEVEL,
    *,
    error: Floats | float = 0.0,
) -> tuple[Floats, Floats]:
    """Return low and high for a measure whose value over ``scale`` is noncentral chi-squared.

    Parameters
    ----------
    value, scale, df : float arrays
        The noncentrality is the true measure over the scale.
    level : float
    error : float array
        Linearised standard error, which is right far from 0. Where it is more than that of the
        noncentral chi-squared there, twice the root of value times scale, the ends move out.

    Returns
    -------
    low, high : float arrays
        From 0 where the value is no larger than chance makes it. NaN where the value is.

    References
    ----------
    Kent, J. T. and Hainsworth, T. J. (1995). J. Statistical Planning and Inference 46, 147-159.
    """
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        x = value / scale
    known = np.isfinite(x) & (df > 0)
    x, df = np.where(known, x, 1.0), np.where(known, df, 1.0)
    ends = []
    for side in (1 - tail, tail):
        # Data that agree better than chance allows do not make the range narrower than chance.
        at = x if side > 0.5 else np.maximum(x, df)
        inside = np.minimum(at, _LARGE)
        found = np.where(chdtr(df, inside) > side, chndtrinc(inside, df, side), 0.0)
        # Far from 0 the square root is normal with variance 1.
        step = intervals.critical(level) * (-1 if side > 0.5 else 1)
        far = (np.sqrt(np.maximum(x - df + 1, 0)) + step) ** 2
        ends.append(np.where(x > _LARGE, far, found) * scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        wider = np.fmax(error / (2 * np.sqrt(value * scale)), 1)
        root = np.sqrt(value)
        low = np.maximum(root - wider * (root - np.sqrt(np.minimum(ends[0], value))), 0) ** 2
        high = (root + np.where(value > 0, wider, 1) * (
            np.sqrt(np.maximum(ends[1], value)) - root)) ** 2  # fmt: skip
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def chance_quantile(scale: Floats, df: Floats, level: float = intervals.LEVEL) -> Floats:
    """Return what the measure does not exceed in 95 of 100 cases when its true value is 0."""
    return np.asarray(np.where(df > 0, chdtri(np.maximum(df, 1), 1 - level) * scale, np.nan))


def chance_p_value(value: Floats, scale: Floats, df: Floats) -> Floats:
    """Return the p-value for "the true value is 0"."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(df > 0, chdtrc(np.maximum(df, 1), value / scale), np.nan))
