"""How large a disparity these people can show, and how many people to ask for."""

from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from creditaudit import intervals
from creditaudit.errors import InputError
from creditaudit.metrics.disparities import Reference, asked_of, reference_name, reference_row
from creditaudit.metrics.measures import join_notes, whole
from creditaudit.metrics.rates import BY_NAME
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

Gap = Literal["ratio", "difference"]


def power(
    tally: Tally,
    metric: str = "approval_rate",
    *,
    by: By,
    reference: Reference | None = None,
    ratio: float | None = None,
    difference: float | None = None,
    comparisons: int | None = None,
) -> pd.DataFrame:
    """Chance that a disparity of a stated size is told from none, with the people there are.

    State the disparity before looking: power at the disparity that was seen says nothing that its
    p-value does not.

    Parameters
    ----------
    tally : Tally
    metric : str
        Any rate.
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people.
    ratio : float, optional
        The true rate of the group over that of the reference; 0.8 if no disparity is stated.
    difference : float, optional
        Or the true rate of the group less that of the reference.
    comparisons : int, optional
        How many the level of 5 % is shared among; by default one for each row.

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n, n_reference, rate (of the reference), stated (the rate the group
        would have), value (0..1, the power), low, high (the power if the reference's rate were
        at the ends of its range), note.

    Raises
    ------
    InputError
        For a metric that is no rate, two disparities, or one that is none.

    Notes
    -----
    Of the score test of `disparity` at level 0.05 / comparisons: the chance that
    abs(p - p_reference) exceeds the critical value times the standard error under no difference,
    both rates being normal. Sizes are effective where there are weights or clusters.

    References
    ----------
    Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions, 2nd ed., chapter 3.
    Hoenig, J. M. and Heisey, D. M. (2001). The American Statistician 55, 19-24.
    """
    if metric not in BY_NAME:
        msg = f"power needs a rate: {', '.join(BY_NAME)}; got {metric!r}."
        raise InputError(msg)
    kind, size = _stated(ratio, difference)
    _, everyone = asked_of(tally, metric, by, kind)
    base = reference_row(everyone, reference)
    groups = everyone.take(np.flatnonzero((np.arange(len(everyone.n)) != base) & ~everyone.missing))
    one = everyone.take(np.array([base]))
    level = 1 - (1 - intervals.LEVEL) / (comparisons or max(len(groups.n), 1))
    found, stated = [], np.full(len(groups.n), np.nan)
    for place, rate in enumerate((one.value, one.low, one.high)):
        there = _moved(rate, kind, size)
        if place == 0:
            stated = np.repeat(there, len(groups.n))
        found.append(score_power(there, groups.size, rate, one.size, level))
    frame = groups.keys.copy()
    frame["reference"] = reference_name(one)
    frame["n"], frame["n_reference"] = whole(groups.n), np.repeat(whole(one.n), len(frame))
    frame["rate"], frame["stated"] = np.repeat(one.value, len(frame)), stated
    frame["value"] = found[0]
    known = [np.where(np.isnan(end), found[0], end) for end in found]
    frame["low"], frame["high"] = np.min(known, axis=0), np.max(known, axis=0)
    chosen = "Reference chosen because it has most people." if reference is None else ""
    impossible = "" if np.isfinite(stated).all() else "The stated rate is not between 0 and 1."
    frame["note"] = [join_notes(impossible, one.notes[0], chosen)] * len(frame)
    return frame


def sample_size(
    rate: float,
    *,
    ratio: float | None = None,
    difference: float | None = None,
    share: float = 0.5,
    power: float = intervals.POWER,
    comparisons: int = 1,
    design_effect: float = 1.0,
) -> pd.DataFrame:
    """People to ask for, so that a disparity of a stated size would be seen.

    Parameters
    ----------
    rate : float
        The rate of the reference group, as well as it is known.
    ratio, difference : float, optional
        The disparity, as for `power`; a ratio of 0.8 if neither is stated.
    share : float
        The group's share of the people of both groups: 0.1 where one in ten belongs to it.
    power : float
        Chance to see the disparity.
    comparisons : int
        How many the level of 5 % is shared among.
    design_effect : float
        Variance of the sampling design over that of a simple sample; 1.5 to 2 is usual for
        clusters.

    Returns
    -------
    frame of one row
        n (of the group), n_reference, total, rate, stated, value (the power with these sizes),
        note.

    Raises
    ------
    InputError
        For a rate, share, power or disparity that is out of range.

    Notes
    -----
    The smallest sizes whose power, by the formula of `power`, is at least the one asked for. These
    are people in the measure's denominator: for the true positive rate, good payers.

    References
    ----------
    Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions, 2nd ed., chapter 3.
    """
    kind, size = _stated(ratio, difference)
    stated = float(_moved(np.array(rate), kind, size))
    for name, value in (("rate", rate), ("share", share), ("power", power)):
        if not 0 < value < 1:
            msg = f"sample_size: {name}={value!r} must lie between 0 and 1."
            raise InputError(msg)
    if np.isnan(stated):
        msg = f"sample_size: {kind}={size} takes a rate of {rate} out of 0 to 1."
        raise InputError(msg)
    if comparisons < 1 or design_effect <= 0:
        msg = "sample_size: comparisons= is 1 or more, and design_effect= more than 0."
        raise InputError(msg)
    level = 1 - (1 - intervals.LEVEL) / comparisons

    def seen(total: int) -> tuple[int, int, float]:
        n = max(round(total * share), 1)
        other = max(total - n, 1)
        sizes = np.array([n, other]) / design_effect
        found = score_power(np.array(stated), sizes[0], np.array(rate), sizes[1], level)
        return n, other, float(found)

    enough = 4
    while seen(enough)[2] < power:
        enough *= 2
    least = enough // 2
    while enough - least > 1:
        middle = (least + enough) // 2
        least, enough = (least, middle) if seen(middle)[2] >= power else (middle, enough)
    n, other, found = seen(enough)
    few = "Fewer than five people are expected in some cell; ask for more." if min(
        n * min(stated, 1 - stated), other * min(rate, 1 - rate)
    ) < 5 else ""  # fmt: skip
    return pd.DataFrame([{"n": n, "n_reference": other, "total": n + other, "rate": rate,
                          "stated": stated, "value": found, "note": few}])  # fmt: skip


def score_power(
    p: Floats, n: Floats, p_reference: Floats, n_reference: Floats, level: float
) -> Floats:
    """Return the chance that the score test rejects "no difference", with the factor N / (N - 1).

    Parameters
    ----------
    p, n, p_reference, n_reference : float arrays
        True rates and (effective) sizes.
    level : float
        1 - alpha, two-sided.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.asarray(n + n_reference, dtype=float)
        pooled = (p * n + p_reference * n_reference) / total
        spread = 1 / np.asarray(n, dtype=float) + 1 / np.asarray(n_reference, dtype=float)
        null = np.sqrt(pooled * (1 - pooled) * spread * total / (total - 1))
        true = np.sqrt(p * (1 - p) / n + p_reference * (1 - p_reference) / n_reference)
        gap, reach = p - p_reference, intervals.critical(level) * null
        return np.asarray(ndtr((gap - reach) / true) + ndtr((-gap - reach) / true))


def line_ratios(
    rate: Floats, n: Floats, n_reference: Floats, line: float, level: float
) -> tuple[Floats, Floats, Floats]:
    """Return which observed ratios would have been told to be beyond a line, or not beyond it.

    Parameters
    ----------
    rate : float array
        Of the reference.
    n, n_reference : float arrays
        (Effective) sizes.
    line : float
        Between 0 and 1; its mirror is 1 / line.
    level : float
        Of the range that is set against the line.

    Returns
    -------
    below, low, high : float arrays
        A ratio under ``below`` has its whole range under the line; one from ``low`` to ``high`` has
        it between the line and its mirror. NaN where no ratio has.

    Notes
    -----
    A score range lies under the line where the score statistic of the line is beyond the critical
    value, so no range need be computed; the group's rate is found by bisection.
    """
    rate, n, n_reference = np.broadcast_arrays(*(np.asarray(x, float) for x in (
        rate, n, n_reference)))  # fmt: skip
    reach = float(intervals.critical(level))

    def first(value: float, least: float) -> Floats:
        """Return the lowest rate whose statistic at this ratio is at least ``least``."""

        def statistic(p: Floats) -> Floats:
            return intervals.score_statistic(p, n, rate, n_reference, np.full(n.shape, value),
                                             "ratio")  # fmt: skip

        low, high = np.zeros(n.shape), np.ones(n.shape)
        for _ in range(50):
            middle = (low + high) / 2
            enough = statistic(middle) >= least
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        # Right at the ends, where the bisection cannot tell them from what is beside them.
        high = np.where(statistic(np.ones(n.shape)) < least, np.inf, high)
        return np.where(statistic(np.zeros(n.shape)) >= least, -np.inf, high)

    below, low, high = first(line, -reach), first(line, reach), first(1 / line, -reach)
    known = np.isfinite(rate) & (rate > 0) & (n > 0) & (n_reference > 0)
    some = known & np.isfinite(low) & (high > low)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = [
            np.where(known & (below > 0), np.minimum(below, 1) / rate, np.nan),
            np.where(some, low / rate, np.nan),
            np.where(some, np.minimum(high, 1) / rate, np.nan),
        ]
    return found[0], found[1], found[2]


def _stated(ratio: float | None, difference: float | None) -> tuple[Gap, float]:
    if ratio is not None and difference is not None:
        msg = f"State one disparity: ratio={ratio} or difference={difference}."
        raise InputError(msg)
    if difference is not None:
        kind: Gap = "difference"
        size, none = difference, 0.0
    else:
        kind, size, none = "ratio", 0.8 if ratio is None else ratio, 1.0
    if size == none or (kind == "ratio" and size < 0) or not np.isfinite(size):
        msg = f"{kind}={size} states no disparity that can be seen. Pass ratio=0.8, for example."
        raise InputError(msg)
    return kind, size


def _moved(rate: Floats, kind: Gap, size: float) -> Floats:
    moved = rate * size if kind == "ratio" else rate + size
    return np.asarray(np.where((moved >= 0) & (moved <= 1), moved, np.nan))
