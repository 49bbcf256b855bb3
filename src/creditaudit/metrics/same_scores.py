"""Do people with the same score perform alike, whichever group they are of? For any score."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.metrics.disparities import Reference, reference_name, reference_row
from creditaudit.metrics.measures import Estimates, join_notes, need, whole
from creditaudit.metrics.predictions import Outcomes
from creditaudit.metrics.proportions import BAD, GOOD, UNKNOWN
from creditaudit.metrics.score_bands import band_cuts, merged, rates_of, scored_sums, strata_of
from creditaudit.metrics.stratified import Homogeneity, homogeneity, pool
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

APART = "Undefined: no score bin has people of both with an outcome."


@dataclass(frozen=True, eq=False)
class SameScore:
    """One group set against the reference, score bin by score bin.

    Attributes
    ----------
    place : int
        Of the group among all.
    n : float array of shape (2,)
        People with a score and an outcome: of the group, of the reference.
    shared : float array of shape (2,)
        Of these, in bins in which both have people.
    rates : float array of shape (2,)
        Share who performed with the common weights of the bins.
    value, error, df : float
        Difference of ``rates``; degrees of freedom where there are clusters, else infinite.
    p_value : float
    used : int
        Bins in which both have people.
    raw, raw_low, raw_high, raw_p : float
        Without regard to the score.
    bound_low, bound_high : float
        Over everyone with a score, whatever the outcomes are that are missing; NaN where none is.
    same : Homogeneity
        Whether the odds of performing stand in one ratio in every band.
    """

    place: int
    n: Floats
    shared: Floats
    rates: Floats
    value: float
    error: float
    df: float
    p_value: float
    used: int
    raw: float
    raw_low: float
    raw_high: float
    raw_p: float
    bound_low: float
    bound_high: float
    same: Homogeneity
    note: str

    def range(self, level: float = intervals.LEVEL) -> tuple[float, float]:
        """Return low and high."""
        df = None if np.isinf(self.df) else np.array(self.df)
        reach = float(intervals.critical(level, df)) * self.error
        return max(self.value - reach, -1.0), min(self.value + reach, 1.0)


@dataclass(frozen=True, eq=False)
class SameScores:
    """Every group against the reference, and the people by group and score bin behind it."""

    everyone: Estimates
    base: int
    chosen: bool
    each: list[SameScore]
    sums: Outcomes
    starts: Floats
    notes: tuple[str, ...]

    @property
    def reference(self) -> Estimates:
        """The reference as a row."""
        return self.everyone.take(np.array([self.base]))

    def pair(self, place: int) -> Outcomes:
        """Return the sums of one group and, second, of the reference."""
        return _pair(self.sums, place, self.base)


def same_score_disparity(
    tally: Tally, *, by: By, reference: Reference | None = None
) -> pd.DataFrame:
    """Difference in the share who performed, at any score and among people with the same score.

    Near 0 among people with the same score, the score stands for the same share of good payers in
    both groups. Above 0 more of the group paid than of the reference at the same score, so it is
    harder on the group; below 0 it is easier. It needs no probabilities: any score will do.

    Parameters
    ----------
    tally : Tally
        With a score and an outcome.
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people who have a score and an outcome.

    Returns
    -------
    frame with two rows a group other than the reference
        The keys, reference, measure ("any_score", "same_score"), n, n_reference (with a score and
        an outcome; for "same_score" in bins in which both have people), value (-1..1), low, high
        (95 %), p_value (for "no difference"), p_same (that the odds of performing stand in one
        ratio at every score; Breslow and Day over at most six bands), note. With bound_low and
        bound_high where outcomes are missing: the difference over everyone with a score, whatever
        those outcomes are.

    Raises
    ------
    InputError, MissingRole, NothingToCompare

    Notes
    -----
    The difference of Mantel and Haenszel over score bins with Sato's error, which holds for many
    bins of few people as for few of many; p by Cochran, Mantel and Haenszel. With survey weights
    on effective people, with clusters by the jackknife. People in one bin are taken to have the
    same score. Where outcomes are missing the value is about the others, and a group that is
    approved at a given score on other grounds than the score may pay more or less often for that.

    References
    ----------
    Mantel, N. and Haenszel, W. (1959). JNCI 22, 719-748.
    Sato, T. (1989). Biometrics 45, 1323-1324.
    """
    found = compare_scores(tally, by, reference)
    rows = []
    for one in found.each:
        keys = found.everyone.keys
        both = {str(name): keys[name].tolist()[one.place] for name in keys.columns}
        both["reference"] = reference_name(found.reference)
        low, high = one.range()
        raw = (one.raw, one.raw_low, one.raw_high, one.raw_p, np.nan)
        same = (one.value, low, high, one.p_value, one.same.p_value)
        notes = join_notes(*found.notes)
        for measure, n, numbers, note in (
            ("any_score", one.n, raw, notes),
            ("same_score", one.shared, same, join_notes(one.note, notes)),
        ):
            named = dict(zip(("value", "low", "high", "p_value", "p_same"), numbers, strict=True))
            rows.append(
                both | {"measure": measure, "n": n[0], "n_reference": n[1]} | named
                | _bound_columns(one, known=measure == "same_score") | {"note": note}
            )  # fmt: skip
    frame = pd.DataFrame(rows)
    for name in ("n", "n_reference"):
        frame[name] = whole(frame[name].to_numpy(dtype=np.float64))
    return frame


def _bound_columns(one: SameScore, *, known: bool) -> dict[str, float]:
    if np.isnan(one.bound_low):
        return {}
    ends = (one.bound_low, one.bound_high) if known else (np.nan, np.nan)
    return {"bound_low": ends[0], "bound_high": ends[1]}


def compare_scores(
    tally: Tally, by: By, reference: Reference | None = None, *, min_people: float = 0
) -> SameScores:
    """Return `same_score_disparity` with its parts; groups of fewer people are left out."""
    need(tally.roles, "score", "outcome", by="same_score_disparity")
    if not by:
        msg = "by= must name a group column, or a tuple of them, to compare."
        raise InputError(msg)
    sums, starts, notes = scored_sums(tally, by)
    groups = sums.groups
    n = sums.n[..., [BAD, GOOD]].sum(axis=(-2, -1))
    nothing = np.full(len(n), np.nan)
    everyone = Estimates(
        groups.by, groups.keys, groups.missing, n, nothing, nothing, nothing, n, [""] * len(n)
    )
    base = reference_row(everyone, reference)
    kept = (np.arange(len(n)) != base) & ~groups.missing & (n >= max(min_people, 1))
    if not kept.any() or n[base] < max(min_people, 1):
        name = reference_name(everyone.take(np.array([base])))
        msg = (
            f"Only one group has people with a score and an outcome to compare (reference: {name})."
            " It takes two."
        )
        raise NothingToCompare(msg)
    each = [_against(_pair(sums, place, base), place) for place in np.flatnonzero(kept).tolist()]
    return SameScores(everyone, base, reference is None, each, sums, starts, notes)


def _pair(sums: Outcomes, place: int, base: int) -> Outcomes:
    two = [place, base]
    left_out = None if sums.left_out is None else sums.left_out[:, two]
    return replace(sums, n=sums.n[two], w=sums.w[two], w2=sums.w2[two], left_out=left_out)


def _against(pair: Outcomes, place: int) -> SameScore:
    strata = strata_of(pair)
    used = strata.shared
    found = pool(strata, "difference")
    rates, value, error, df, p_value = np.full(2, np.nan), found.value, found.error, np.inf, np.nan
    if used.any():
        rates, p_value = _standardised(strata.events[used], strata.size[used]), found.p_value
        if pair.left_out is not None:
            rates, value, error, df, p_value = _clustered(pair)
    bounds = _bounds(pair) if pair.n[..., UNKNOWN].any() else (np.nan, np.nan)
    raw, raw_low, raw_high, raw_p = _raw(pair)
    return SameScore(
        place=place, n=strata.people.sum(axis=0), shared=strata.people[used].sum(axis=0),
        rates=rates, value=value, error=error, df=df, p_value=p_value, used=int(used.sum()),
        raw=raw, raw_low=raw_low, raw_high=raw_high, raw_p=raw_p,
        bound_low=bounds[0], bound_high=bounds[1],
        same=homogeneity(strata_of(merged(pair, band_cuts(pair, 1)))),
        note="" if used.any() else APART,
    )  # fmt: skip


def _standardised(events: Floats, size: Floats) -> Floats:
    """Return the share of events on both sides with the weights of Mantel and Haenszel."""
    weight = size.prod(axis=1) / size.sum(axis=1)
    return np.asarray((events / size * weight[:, None]).sum(axis=0) / weight.sum())


def _mean_gap(good: Floats, total: Floats) -> Floats:
    """Return the difference of Mantel and Haenszel; arrays of shape (..., 2, n_bins)."""
    (a, c), (n1, n0) = (np.moveaxis(x, -2, 0) for x in (good, total))
    with np.errstate(divide="ignore", invalid="ignore"):
        both = (n1 > 0) & (n0 > 0)
        above = np.where(both, (a * n0 - c * n1) / (n1 + n0), 0).sum(axis=-1)
        return np.asarray(above / np.where(both, n1 * n0 / (n1 + n0), 0).sum(axis=-1))


def _clustered(pair: Outcomes) -> tuple[Floats, float, float, float, float]:
    """Return rates, difference, error, degrees of freedom and p-value by the jackknife."""
    assert pair.left_out is not None
    known, rest = (a[..., [BAD, GOOD]] for a in (pair.w, pair.left_out))
    total = known.sum(axis=-1)
    shared = (total > 0).all(axis=0)
    rates = _standardised(known[..., 1][:, shared].T, total[:, shared].T)
    gaps = _mean_gap(rest[..., 1], rest.sum(axis=-1))
    error = float(np.sqrt(intervals.jackknife_variance(gaps)))
    there = (rest.sum(axis=(-2, -1)) < known.sum(axis=(-2, -1))).sum(axis=0) - 1.0
    df, value = max(float(there.min()), 1.0), float(rates[0] - rates[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = float(intervals.two_sided_p(np.array(value / error), np.array(df)))
    return rates, value, error, df, p_value


def _raw(pair: Outcomes) -> tuple[float, float, float, float]:
    """Return the difference without regard to the score, its range and p-value."""
    rate, size = rates_of(merged(pair, np.array([0])))
    (p1, p0), (n1, n0) = rate[:, 0], size[:, 0]
    low, high = intervals.miettinen_nurminen(p1, n1, p0, n0)
    return float(p1 - p0), float(low), float(high), float(intervals.score_p_value(p1, n1, p0, n0))


def _bounds(pair: Outcomes) -> tuple[float, float]:
    """Return the least and greatest difference over everyone with a score."""
    total, ends = pair.w.sum(axis=-1), []
    for lucky in ([False, True], [True, False]):
        filled = np.where(np.array(lucky)[:, None], pair.w[..., UNKNOWN], 0)
        ends.append(float(_mean_gap(pair.w[..., GOOD] + filled, total)))
    return ends[0], ends[1]
