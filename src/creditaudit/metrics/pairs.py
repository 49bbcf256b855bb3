"""Ranges for the gap between two groups, on any measure."""

from dataclasses import dataclass

import numpy as np

from creditaudit import intervals
from creditaudit.intervals import Kind
from creditaudit.metrics.bounded_gaps import bounds_within, ranges_within
from creditaudit.metrics.measures import Estimates, Measure, widest
from creditaudit.tally import By, Tally
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of groups to compare: places of each group, and of the other, among everyone."""

    asked: Measure
    tally: Tally
    by: By
    everyone: Estimates
    groups: np.ndarray
    others: np.ndarray
    kind: Kind

    def ranges(self, level: float) -> tuple[Floats, Floats, Floats]:
        """Return low, high and the p-value for "no difference" of each pair.

        Where a value is not known, every value in its range at half the error is allowed for; where
        that is for counts within bounds, every table that fits.
        """
        a, b = self.everyone.take(self.groups), self.everyone.take(self.others)
        low, high, p_value = _range(self.asked, a, b, self.kind, level)
        unknown = np.isnan(a.value) | np.isnan(b.value)
        if unknown.any() and a.ends is not None and b.ends is not None:
            within = ranges_within(a.ends, b.ends, self.kind, level)
            ends = zip(within, (low, high, p_value), strict=True)
            low, high, p_value = (np.where(unknown, one, other) for one, other in ends)
        elif unknown.any():
            half = self.asked.estimate(self.tally, self.by, 1 - (1 - level) / 2)
            wide = between(half.take(self.groups), half.take(self.others), self.kind)
            low, high = np.where(unknown, wide[0], low), np.where(unknown, wide[1], high)
        return low, high, p_value


def _range(
    asked: Measure, a: Estimates, b: Estimates, kind: Kind, level: float
) -> tuple[Floats, Floats, Floats]:
    if a.error is None:
        found = _score_range(a, b, kind, level)
    else:
        found = _normal_range(a, b, kind, level, widest(asked))
    if a.left_out is None:
        return found
    # Where a value is 0 or 1, or a group lies in one replicate group, its variance does not show.
    by_clusters, shows = _jackknife_range(a, b, kind, level, widest(asked))
    low, high, p_value = (
        np.where(shows, one, other) for one, other in zip(by_clusters, found, strict=True)
    )
    return low, high, p_value


def effect(a: Floats, b: Floats, kind: Kind) -> Floats:
    """Return the difference, ratio or odds ratio of values; NaN where it is not finite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "difference":
            return a - b
        found = a / b if kind == "ratio" else a * (1 - b) / ((1 - a) * b)
    return np.where(np.isfinite(found), found, np.nan)


def _score_range(
    a: Estimates, b: Estimates, kind: Kind, level: float
) -> tuple[Floats, Floats, Floats]:
    low, high = intervals.miettinen_nurminen(a.value, a.size, b.value, b.size, kind, level)
    undefined = np.isnan(effect(a.value, b.value, kind))
    low, high = np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)
    return low, high, intervals.score_p_value(a.value, a.size, b.value, b.size)


def _normal_range(
    a: Estimates, b: Estimates, kind: Kind, level: float, most: float
) -> tuple[Floats, Floats, Floats]:
    assert a.error is not None
    assert b.error is not None
    df = None
    if a.left_out is None and a.df is not None and b.df is not None:
        df = np.maximum(np.minimum(a.df, b.df), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = effect(a.value, b.value, kind)
        if kind == "difference":
            error = np.hypot(a.error, b.error)
        else:
            slope = [1 if kind == "ratio" else 1 / (1 - e.value) for e in (a, b)]
            gap = np.log(gap)
            error = np.hypot(slope[0] * a.error / a.value, slope[1] * b.error / b.value)
    return _around(gap, error, kind, level, df, most=most)


def _jackknife_range(
    a: Estimates, b: Estimates, kind: Kind, level: float, most: float
) -> tuple[tuple[Floats, Floats, Floats], np.ndarray]:
    """Return ranges and p-values, and where both groups have a variance to rest them on."""
    assert a.left_out is not None
    assert b.left_out is not None
    assert a.df is not None
    assert b.df is not None
    effects, gap = effect(a.left_out, b.left_out, kind), effect(a.value, b.value, kind)
    if kind != "difference":
        with np.errstate(divide="ignore", invalid="ignore"):
            effects, gap = np.log(effects), np.log(gap)
    error = np.sqrt(intervals.jackknife_variance(effects))
    shows = error > 0
    if most == 1:
        for one in (a, b):
            shows &= (one.value > 0) & (one.value < 1)
    df = np.maximum(np.minimum(a.df, b.df), 1)
    return _around(gap, error, kind, level, df, most=most), shows


def _around(
    gap: Floats, error: Floats, kind: Kind, level: float, df: Floats | None, *, most: float
) -> tuple[Floats, Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = intervals.two_sided_p(gap / error, df)
        reach = intervals.critical(level, df) * error
        low, high = gap - reach, gap + reach
        if kind != "difference":
            return np.exp(low), np.exp(high), p_value
    return np.maximum(low, -most), np.minimum(high, most), p_value


def between(
    a: Estimates, b: Estimates, kind: Kind, *, bounds: bool = False
) -> tuple[Floats, Floats]:
    """Return the least and greatest effect when both groups may lie anywhere in their range."""
    ends = ("bound_low", "bound_high") if bounds else ("low", "high")
    a_low, a_high = (getattr(a, end) for end in ends)
    b_low, b_high = (getattr(b, end) for end in ends)
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "difference":
            return a_low - b_high, a_high - b_low
        if kind == "ratio":
            return a_low / b_high, a_high / b_low
        odds = [x / (1 - x) for x in (a_low, a_high, b_low, b_high)]
        return odds[0] / odds[3], odds[1] / odds[2]


def bounds_of(a: Estimates, b: Estimates, kind: Kind) -> tuple[Floats, Floats, np.ndarray]:
    """Return the least and greatest effect within the bounds of both, and which may be too wide.

    Where counts are known within bounds only, in those tables only that fit.
    """
    low, high = between(a, b, kind, bounds=True)
    wide = np.zeros(len(low), dtype=bool)
    if a.ends is None or b.ends is None:
        return low, high, wide
    joint = np.isnan(a.value) | np.isnan(b.value)
    for one, ends in ((a, a.ends), (b, b.ends)):
        # A value of those whose outcome is known does not bound that of everyone.
        joint &= (one.bound_low == ends.low) & (one.bound_high == ends.high)
    least, most, sure = bounds_within(a.ends, b.ends, kind)
    return np.where(joint, least, low), np.where(joint, most, high), joint & ~sure
