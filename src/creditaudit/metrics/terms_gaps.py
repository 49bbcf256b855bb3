"""How far apart the terms of groups are: means, their differences and ratios.

Terms are seen only for people who got an offer, so every number here is about them: it is
conditional on approval. Where the edges of the amount were stated, bounds say what the mean over
everyone could be if those without terms had been offered anything between the outer edges.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.bins import MISSING
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.metrics.disparities import Comparison, Reference, reference_name, reference_row
from creditaudit.metrics.measures import Estimates, join_notes, whole
from creditaudit.metrics.terms_sums import TermsGroups, lay_out_terms, means
from creditaudit.terms_tally import By, TermsTally
from creditaudit.values import Floats

TermsKind = Literal["difference", "ratio"]
NOBODY = "Undefined: nobody here got terms."
ONE = "No range: it takes two people."
ALIKE = "No range: everyone here got the same terms."
NO_SPREAD = "No range: no standard deviation was given."


@dataclass(frozen=True, eq=False)
class _Sides:
    """Mean, variance and degrees of freedom of each group and of the reference beside it."""

    mean: Floats
    variance: Floats
    df: Floats


def terms_mean(terms: TermsTally, by: By = None) -> pd.DataFrame:
    """Mean amount of each group, of those who got terms.

    Parameters
    ----------
    terms : TermsTally
    by : str, tuple of str or None

    Returns
    -------
    frame with one row a group
        The keys, n (people with terms), without (people without, or not recorded), value, low,
        high (95 %, Student's t), note. With bound_low and bound_high where the edges of the amount
        were stated: the mean over everyone if those without terms had been offered anything
        between the outer edges.

    References
    ----------
    Manski, C. F. (1989). J. Human Resources 24, 343-360.
    """
    found, groups = _estimates(terms, by)
    frame = found.frame
    place = list(frame.columns).index("n") + 1
    frame.insert(place, "without", whole(groups.without[..., 0].sum(axis=1)))
    return frame


def terms_disparity(
    terms: TermsTally,
    *,
    by: By,
    reference: Reference | None = None,
    kind: TermsKind = "difference",
    within_bands: bool = False,
    include_missing: bool = False,
) -> pd.DataFrame:
    """Difference or ratio of mean amounts between each group and a reference group.

    Parameters
    ----------
    terms : TermsTally
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people who got terms.
    kind : {"difference", "ratio"}
        group - reference, or group / reference; a ratio needs means above 0.
    within_bands : bool
        Compare within bands of the controlling column. Both means are then averages over the bands
        in which both have people, with the group's own shares.
    include_missing : bool
        Also compare the people whose group is missing.

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n, n_reference, value, low, high (95 %), p_value (for "no
        difference"), p_adjusted (Holm, over this call), detectable (the least gap seen with 80 %
        power at 0.05 / number of groups), note. With bound_low and bound_high as in `terms_mean`.

    Raises
    ------
    InputError
        For an unknown kind or reference, fewer than two groups, or no bands.

    Notes
    -----
    Welch's t; for a ratio on the log scale (delta method). With weights the number of people is
    the effective one.

    References
    ----------
    Welch, B. L. (1947). Biometrika 34, 28-35.
    """
    return compare_terms(
        terms, by, reference, kind, within_bands=within_bands, include_missing=include_missing
    ).frame


def compare_terms(
    terms: TermsTally,
    by: By,
    reference: Reference | None = None,
    kind: TermsKind = "difference",
    *,
    within_bands: bool = False,
    include_missing: bool = False,
    family: int | None = None,
    min_people: float = 0,
) -> Comparison:
    """Return `terms_disparity` with its parts; ``family`` is the number of comparisons.

    Groups of fewer than ``min_people`` with terms are left out.
    """
    if kind not in get_args(TermsKind):
        msg = f'kind={kind!r} must be "difference" or "ratio".'
        raise InputError(msg)
    if not by:
        msg = "by= must name a group column, or a tuple of them, to compare."
        raise InputError(msg)
    if within_bands and terms.bands is None:
        msg = "within_bands=True needs bands= of a control= column; this summary has none."
        raise InputError(msg)
    everyone, groups = _estimates(terms, by)
    base = reference_row(everyone, reference)
    kept = np.arange(len(everyone.n)) != base
    kept &= (~everyone.missing | include_missing) & (everyone.n >= max(min_people, 1))
    if not kept.any() or everyone.n[base] < max(min_people, 1):
        name = reference_name(everyone.take(np.array([base])))
        msg = f"Only one group has people with terms to compare (reference: {name}). It takes two."
        raise NothingToCompare(msg)
    at = np.flatnonzero(kept)
    unscored = terms.bands is not None and terms.bands.unscored
    mine, others, said = _sides(groups, at, base, within_bands=within_bands, unscored=unscored)
    size = family or len(at)
    level = 1 - (1 - intervals.LEVEL) / size
    value, error, df = _gap(mine, others, kind)
    low, high = _range(value, error, df, kind, intervals.LEVEL)
    low_family, high_family = _range(value, error, df, kind, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (value if kind == "difference" else np.log(value)) / error
    p_value = np.where(error > 0, intervals.two_sided_p(z, df), np.nan)
    reach = error * (intervals.critical(level, df) + intervals.critical(2 * intervals.POWER - 1))
    a, b = everyone.take(at), everyone.take(np.full(len(at), base))
    bounds = (None, None) if within_bands else _bounds(a, b, kind)
    return Comparison(
        groups=a, reference=everyone.take(np.array([base])), kind=kind, chosen=reference is None,
        value=value, low=low, high=high, low_family=low_family, high_family=high_family,
        p_value=p_value, p_adjusted=intervals.holm(p_value),
        detectable=reach if kind == "difference" else np.exp(reach),
        bound_low=bounds[0], bound_high=bounds[1],
        notes=_notes(a, b, value, kind, said, chosen=reference is None),
    )  # fmt: skip


def _estimates(terms: TermsTally, by: By) -> tuple[Estimates, TermsGroups]:
    groups = lay_out_terms(terms, by)
    sums = groups.sums.sum(axis=(1, 2))
    mean, variance, df = means(sums)
    error = np.sqrt(variance)
    reach = error * intervals.critical(df=np.where(df > 0, df, np.nan))
    n = sums[:, 0]
    reach = np.where(error > 0, reach, np.nan)
    notes = [_undefined(*row) for row in zip(n, mean, error, strict=True)]
    bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
    if terms.edges is not None and groups.without.any():
        bounds = _whatever_they_got(terms, groups)
    found = Estimates(
        groups.by, groups.keys, groups.missing, n, mean, mean - reach, mean + reach, df + 1,
        notes, error=error, df=df, bound_low=bounds[0], bound_high=bounds[1],
    )  # fmt: skip
    return found, groups


def _undefined(n: float, mean: float, error: float) -> str:
    if n == 0 or np.isnan(mean):
        return NOBODY
    if n < 2:
        return ONE
    if np.isnan(error):
        return NO_SPREAD
    return ALIKE if error == 0 else ""


def _whatever_they_got(terms: TermsTally, groups: TermsGroups) -> tuple[Floats, Floats]:
    """Return the mean over everyone with the outer edges for all who have no terms."""
    assert terms.edges is not None
    sums, hidden = groups.sums.sum(axis=(1, 2)), groups.without[..., 1].sum(axis=1)
    # Amounts beyond the edges show that the edges are no limits.
    beyond = groups.sums[:, :, [0, -1], 0].sum() > 0
    ends = []
    for edge in (terms.edges.values[0], terms.edges.values[-1]):
        with np.errstate(divide="ignore", invalid="ignore"):
            ends.append((sums[:, 3] + hidden * edge) / (sums[:, 1] + hidden))
    if beyond:
        nothing = np.full(len(hidden), np.nan)
        return nothing, nothing
    return ends[0], ends[1]


def _sides(
    groups: TermsGroups, at: np.ndarray, base: int, *, within_bands: bool, unscored: bool
) -> tuple[_Sides, _Sides, list[str]]:
    if not within_bands:
        found = means(groups.sums.sum(axis=(1, 2)))
        there = np.full(len(at), base)
        return _Sides(*(x[at] for x in found)), _Sides(*(x[there] for x in found)), [""] * len(at)
    sums = groups.sums.sum(axis=2)
    mean, variance, df = means(sums)
    # Nobody without the controlling column can be compared within a band of it; where publishing
    # merged them with the lowest band, nobody in that band can.
    place = np.arange(sums.shape[1])
    known = (place != MISSING + 2) & ((place > 0) | (not unscored))
    shared = np.isfinite(variance[at]) & np.isfinite(variance[base]) & known
    weight = np.where(shared, sums[at, :, 1], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = weight / weight.sum(axis=1, keepdims=True)
    sides = []
    for rows in (at, np.full(len(at), base)):
        part = np.where(shared, share**2 * variance[rows], 0.0)
        total = part.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            freedom = total**2 / np.where(shared, part**2 / df[rows], 0.0).sum(axis=1)
            average = np.where(shared, share * mean[rows], 0.0).sum(axis=1)
        nothing = ~shared.any(axis=1)
        sides.append(_Sides(*(np.where(nothing, np.nan, x) for x in (average, total, freedom))))
    n = sums[..., 0]
    apart = n[at].sum(axis=1) - np.where(shared, n[at], 0.0).sum(axis=1)
    said = [
        f"{left:,.0f} of {of:,.0f} people are in no band with two people of each group."
        if left
        else ""
        for left, of in zip(apart, n[at].sum(axis=1), strict=True)
    ]
    return sides[0], sides[1], said


def _gap(a: _Sides, b: _Sides, kind: TermsKind) -> tuple[Floats, Floats, Floats]:
    """Return the gap, its error (of the log, for a ratio) and Welch's degrees of freedom."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = [1.0, 1.0] if kind == "difference" else [1 / a.mean**2, 1 / b.mean**2]
        va, vb = a.variance * scale[0], b.variance * scale[1]
        value = a.mean - b.mean if kind == "difference" else a.mean / b.mean
        total = va + vb
        parts = np.where(va > 0, va**2 / a.df, 0.0) + np.where(vb > 0, vb**2 / b.df, 0.0)
        df = total**2 / parts
    if kind == "ratio":
        value = np.where((a.mean > 0) & (b.mean > 0), value, np.nan)
    error = np.where(total > 0, np.sqrt(total), np.nan)
    error = np.where(np.isnan(value), np.nan, error)
    return value, error, np.where(np.isfinite(df), df, np.nan)


def _range(
    value: Floats, error: Floats, df: Floats, kind: TermsKind, level: float
) -> tuple[Floats, Floats]:
    reach = error * intervals.critical(level, df)
    if kind == "difference":
        return value - reach, value + reach
    return value * np.exp(-reach), value * np.exp(reach)


def _bounds(
    a: Estimates, b: Estimates, kind: TermsKind
) -> tuple[Floats, Floats] | tuple[None, None]:
    if a.bound_low is None or a.bound_high is None or b.bound_low is None or b.bound_high is None:
        return None, None
    if kind == "difference":
        return a.bound_low - b.bound_high, a.bound_high - b.bound_low
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = a.bound_low / b.bound_high, a.bound_high / b.bound_low
    positive = (a.bound_low > 0) & (b.bound_low > 0)
    return np.where(positive, low, np.nan), np.where(positive, high, np.nan)


def _notes(
    a: Estimates, b: Estimates, value: Floats, kind: TermsKind, said: list[str], *, chosen: bool
) -> list[str]:
    notes = []
    for i, own in enumerate(a.notes):
        undefined = ""
        if kind == "ratio" and np.isnan(value[i]) and np.isfinite(a.value[i] + b.value[i]):
            undefined = "Undefined: a ratio needs means above 0."
        elif np.isnan(value[i]) and np.isfinite(a.value[i] + b.value[i]):
            undefined = "Undefined: no band has two people of each group."
        other = f"Reference: {b.notes[i]}" if b.notes[i] and b.notes[i] != own else ""
        default = "Reference chosen because it has most people." if chosen else ""
        notes.append(join_notes(undefined, own, other, said[i], default))
    return notes
