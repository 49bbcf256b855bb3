"""How far apart groups are on any measure."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.intervals import KINDS, Kind
from creditaudit.metrics.catalogue import measure
from creditaudit.metrics.measures import Estimates, Measure, join_notes, ready, whole, widest
from creditaudit.metrics.pairs import Pairs, bounds_of, effect
from creditaudit.roles import Value
from creditaudit.tally import By, Tally
from creditaudit.values import Floats, matches

Reference = Value | tuple[Value, ...]
Correction = Literal["holm", "bh"]
WIDE = "These bounds may be wider than the totals allow."


@dataclass(frozen=True, eq=False)
class Comparison:
    """Every group against the reference; the arrays run over the groups compared.

    ``low_family, high_family`` hold for all comparisons of the family together (Bonferroni);
    ``low_fcr, high_fcr`` are there with the correction "bh".
    """

    groups: Estimates
    reference: Estimates
    kind: Kind
    chosen: bool
    value: Floats
    low: Floats
    high: Floats
    low_family: Floats
    high_family: Floats
    p_value: Floats
    p_adjusted: Floats
    detectable: Floats
    bound_low: Floats | None
    bound_high: Floats | None
    notes: list[str]
    low_fcr: Floats | None = None
    high_fcr: Floats | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """One row a group other than the reference."""
        frame = self.groups.keys.copy()
        frame["reference"] = reference_name(self.reference)
        frame["n"] = whole(self.groups.n)
        frame["n_reference"] = np.repeat(whole(self.reference.n), len(frame))
        names = ("value", "low", "high", "p_value", "p_adjusted", "detectable")
        for name in names:
            frame[name] = _finite(getattr(self, name))
        for low, high in (("low_fcr", "high_fcr"), ("bound_low", "bound_high")):
            if getattr(self, low) is not None:
                frame[low], frame[high] = _finite(getattr(self, low)), _finite(getattr(self, high))
        frame["note"] = self.notes
        return frame


def disparity(
    tally: Tally,
    metric: str = "approval_rate",
    *,
    by: By,
    reference: Reference | None = None,
    kind: Kind = "ratio",
    include_missing: bool = False,
    correction: Correction = "holm",
) -> pd.DataFrame:
    """Difference, ratio or odds ratio of a measure between each group and a reference group.

    Parameters
    ----------
    tally : Tally
    metric : str
        Any name in `metrics.CATALOGUE`.
    by : str or tuple of str
    reference : value or tuple of values, optional
        The group the others are set against; by default the one with most people, which the
        note then says. Never the people whose group is missing.
    kind : {"ratio", "difference", "odds_ratio"}
        group / reference, or group - reference. Measures that can be 0 or less (gini, mean_score,
        calibration_gap) have differences only.
    include_missing : bool
        Also compare the people whose group is missing.
    correction : {"holm", "bh"}
        How p_adjusted allows for the number of groups. Holm: at most one call in twenty has any
        false "p_adjusted < 0.05". Benjamini-Hochberg: of all such groups, at most one in twenty on
        average; for many groups looked through in search of those to look at closely.

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n, n_reference, value, low, high (95 %), p_value (for "no
        difference"), p_adjusted (over this call), detectable (the disparity closest to none
        that would be seen with 80 % power at the level 0.05 / number of groups, on the side where
        the group is worse off, in the units of ``kind``; null where none would), note. With
        bound_low and bound_high where outcomes or scores are partly hidden. With "bh" also low_fcr
        and high_fcr, for the groups with p_adjusted < 0.05 only: of the ranges so selected, one
        in twenty on average misses.

    Raises
    ------
    InputError
        For an unknown metric, kind or reference, or fewer than two groups.
    MissingRole

    Notes
    -----
    Rates: Miettinen-Nurminen score intervals on effective sizes, and the score test that goes
    with them. Measures that are no rates: normal, on the log scale for ratios. Clustered tallies:
    delete-a-group jackknife. Where a value is not known because declined people have no outcomes,
    low and high combine the bounds of both groups, each at 97.5 %. Where counts are known within
    bounds only, bound_low and bound_high are the least and greatest disparity over every table that
    fits, low and high the union of the ranges of these tables, and p_value the largest of any.

    References
    ----------
    Miettinen, O. and Nurminen, M. (1985). Statistics in Medicine 4, 213-226.
    Holm, S. (1979). Scandinavian Journal of Statistics 6, 65-70.
    Benjamini, Y. and Hochberg, Y. (1995). JRSS B 57, 289-300.
    Benjamini, Y. and Yekutieli, D. (2005). JASA 100, 71-81.
    """
    return compare(
        tally, metric, by, reference, kind, include_missing=include_missing, correction=correction
    ).frame


def compare(
    tally: Tally,
    metric: str,
    by: By,
    reference: Reference | None = None,
    kind: Kind = "ratio",
    *,
    include_missing: bool = False,
    family: int | None = None,
    min_people: float = 0,
    correction: Correction = "holm",
) -> Comparison:
    """Return `disparity` with its parts; ``family`` is the number of comparisons it belongs to.

    Groups of fewer than ``min_people`` are left out.
    """
    if correction not in get_args(Correction):
        msg = f'correction={correction!r} must be "holm" or "bh".'
        raise InputError(msg)
    asked, everyone = asked_of(tally, metric, by, kind)
    base = reference_row(everyone, reference)
    kept = np.arange(len(everyone.n)) != base
    kept &= (~everyone.missing | include_missing) & (everyone.n >= min_people)
    if not kept.any():
        msg = (
            f"Only one group of {_shown(everyone.by)} has people to compare: "
            f"{reference_name(everyone.take(np.array([base])))}. A disparity needs two."
        )
        raise NothingToCompare(msg)
    groups, others = np.flatnonzero(kept), np.full(kept.sum(), base)
    pairs = Pairs(asked, tally, by, everyone, groups, others, kind)
    a, b = everyone.take(groups), everyone.take(others)
    size = family or len(groups)
    level = 1 - (1 - intervals.LEVEL) / size
    low, high, p_value = pairs.ranges(intervals.LEVEL)
    low_family, high_family, _ = pairs.ranges(level)
    bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
    notes = _notes(a, b, kind, reference is None)
    if a.bound_low is not None:
        *ends, wide = bounds_of(a, b, kind)
        bounds = (ends[0], ends[1])
        notes = [join_notes(note, WIDE if w else "") for note, w in zip(notes, wide, strict=True)]
    p_adjusted = intervals.holm(p_value)
    fcr: tuple[Floats, Floats] | tuple[None, None] = (None, None)
    if correction == "bh":
        p_adjusted = _benjamini_hochberg(p_value)
        fcr = _false_coverage(pairs, p_value, p_adjusted)
    return Comparison(
        groups=a, reference=everyone.take(np.array([base])), kind=kind, chosen=reference is None,
        value=effect(a.value, b.value, kind), low=low, high=high,
        low_family=low_family, high_family=high_family, low_fcr=fcr[0], high_fcr=fcr[1],
        p_value=p_value, p_adjusted=p_adjusted, detectable=_detectable(asked, a, b, kind, level),
        bound_low=bounds[0], bound_high=bounds[1], notes=notes,
    )  # fmt: skip


def asked_of(tally: Tally, metric: str, by: By, kind: Kind) -> tuple[Measure, Estimates]:
    """Return a measure that can be compared, and what it gives for each group.

    Raises
    ------
    InputError
        For an unknown metric, no grouping, or a kind that means nothing for the metric.
    """
    if kind not in KINDS:
        msg = f"kind={kind!r} must be one of {', '.join(map(repr, KINDS))}."
        raise InputError(msg)
    if not by:
        msg = "by= must name a group column, or a tuple of them, to compare."
        raise InputError(msg)
    asked = measure(metric)
    if widest(asked) != 1 and kind != "difference":
        msg = (
            f"{metric} can be 0 or less, so kind={kind!r} means nothing for it. "
            'Pass kind="difference".'
        )
        raise InputError(msg)
    everyone = asked.estimate(tally, by)
    return ready(asked, tally), everyone


def _benjamini_hochberg(p_values: Floats) -> Floats:
    adjusted = np.full(np.shape(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    falling = known[np.argsort(-p_values[known], kind="stable")]
    times = len(falling) / np.arange(len(falling), 0, -1)
    adjusted[falling] = np.minimum(np.minimum.accumulate(times * p_values[falling]), 1)
    return adjusted


def _false_coverage(pairs: Pairs, p_value: Floats, p_adjusted: Floats) -> tuple[Floats, Floats]:
    """Return ranges at 1 - 0.05 R / m for the R of m comparisons that were selected."""
    alpha = 1 - intervals.LEVEL
    selected = p_adjusted < alpha
    nothing = np.full(len(p_value), np.nan)
    if not selected.any():
        return nothing, nothing
    low, high, _ = pairs.ranges(1 - alpha * selected.sum() / np.isfinite(p_value).sum())
    return np.where(selected, low, np.nan), np.where(selected, high, np.nan)


def reference_name(row: Estimates) -> object:
    """Return the reference as its value, or as text where there are several keys."""
    values = row.keys.iloc[0].tolist()
    return values[0] if len(values) == 1 else ", ".join(map(str, values))


def reference_row(everyone: Estimates, reference: Reference | None) -> int:
    """Return the place of the reference, by default the group with most people.

    Raises
    ------
    InputError
        If there is no such group.
    NothingToCompare
        If there is no group.
    """
    if reference is None:
        known = np.where(everyone.missing, -1, everyone.n)
        if not len(known) or known.max() < 0:
            msg = f"No group of {_shown(everyone.by)} has people."
            raise NothingToCompare(msg)
        return int(known.argmax())
    wanted = reference if isinstance(reference, tuple) else (reference,)
    rows = [tuple(row) for row in everyone.keys.itertuples(index=False)]
    if len(wanted) == len(everyone.by):
        for place, row in enumerate(rows):
            if not everyone.missing[place] and all(map(matches, row, wanted)):
                return place
    found = [
        r[0] if len(r) == 1 else r for r, m in zip(rows, everyone.missing, strict=True) if not m
    ]
    msg = (
        f"reference={reference!r} is not a group of {_shown(everyone.by)}. Groups: "
        f"{', '.join(map(repr, found[:20]))}. Pass one of them."
    )
    raise InputError(msg)


def _shown(by: tuple[str, ...]) -> str:
    return repr(by[0]) if len(by) == 1 else repr(by)


def _detectable(asked: Measure, a: Estimates, b: Estimates, kind: Kind, level: float) -> Floats:
    lower = asked.harm == "low"
    if a.error is not None:
        assert b.error is not None
        reach = (
            intervals.critical(level) + intervals.critical(2 * intervals.POWER - 1)
        ) * np.hypot(a.error, b.error)
        rate = b.value - reach if lower else b.value + reach
        most = widest(asked)
        floor, ceiling = (0.0, 1.0) if most == 1 else (-most / 2, most / 2)
        rate = np.where((rate >= floor) & (rate <= ceiling), rate, np.nan)
    else:
        rate = intervals.detectable_rate(b.value, a.size, b.size, level=level, lower=lower)
    return effect(rate, b.value, kind)


def _notes(a: Estimates, b: Estimates, kind: Kind, chosen: bool) -> list[str]:
    notes = []
    for i in range(len(a.notes)):
        undefined = ""
        if np.isfinite(a.value[i]) and np.isfinite(b.value[i]):
            if kind != "difference" and b.value[i] == 0:
                undefined = "Undefined: the reference value is 0."
            elif kind == "odds_ratio" and a.value[i] == 1:
                undefined = "Undefined: the odds of the group are infinite."
        same = a.notes[i] == b.notes[i]
        other = f"Reference: {b.notes[i]}" if b.notes[i] and not same else ""
        default = "Reference chosen because it has most people." if chosen else ""
        notes.append(join_notes(undefined, a.notes[i], other, default))
    return notes


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
