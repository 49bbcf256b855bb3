"""How far apart groups are on any measure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.intervals import KINDS, Kind
from creditaudit.metrics.catalogue import measure
from creditaudit.metrics.measures import Estimates, Measure, join_notes, whole
from creditaudit.roles import Value
from creditaudit.tally import By, Tally
from creditaudit.values import Floats, matches

Reference = Value | tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Every group against the reference; the arrays run over the groups compared.

    ``low_family, high_family`` hold for all comparisons of the family together (Bonferroni).
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
        if self.bound_low is not None and self.bound_high is not None:
            frame["bound_low"] = _finite(self.bound_low)
            frame["bound_high"] = _finite(self.bound_high)
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
) -> pd.DataFrame:
    """Difference, ratio or odds ratio of a measure between each group and a reference group.

    Parameters
    ----------
    tally : Tally
    metric : str
        Any rate of this module, or "auc".
    by : str or tuple of str
    reference : value or tuple of values, optional
        The group the others are set against; by default the one with most people, which the
        note then says. Never the people whose group is missing.
    kind : {"ratio", "difference", "odds_ratio"}
        group / reference, or group - reference.
    include_missing : bool
        Also compare the people whose group is missing.

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n, n_reference, value, low, high (95 %), p_value (for "no
        difference"), p_adjusted (Holm over this call), detectable (the disparity closest to none
        that would be seen with 80 % power at the corrected level, on the side where the group is
        worse off, in the units of ``kind``; null where none would), note. With bound_low and
        bound_high where outcomes or scores are partly hidden.

    Raises
    ------
    InputError
        For an unknown metric, kind or reference, or fewer than two groups.
    MissingRole

    Notes
    -----
    Rates: Miettinen-Nurminen score intervals on effective sizes, and the score test that goes
    with them. AUC: normal, on the log scale for ratios. Clustered tallies: delete-a-group
    jackknife. Where a value is not known because declined people have no outcomes, low and high
    combine the bounds of both groups, each at 97.5 %.

    References
    ----------
    Miettinen, O. and Nurminen, M. (1985). Statistics in Medicine 4, 213-226.
    Holm, S. (1979). Scandinavian Journal of Statistics 6, 65-70.
    """
    return compare(tally, metric, by, reference, kind, include_missing=include_missing).frame


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
) -> Comparison:
    """Return `disparity` with its parts; ``family`` is the number of comparisons it belongs to.

    Groups of fewer than ``min_people`` are left out.
    """
    if kind not in KINDS:
        msg = f"kind={kind!r} must be one of {', '.join(map(repr, KINDS))}."
        raise InputError(msg)
    if not by:
        msg = "by= must name a group column, or a tuple of them, to compare."
        raise InputError(msg)
    asked = measure(metric)
    everyone = asked.estimate(tally, by)
    base = _reference_row(everyone, reference)
    kept = np.arange(len(everyone.n)) != base
    kept &= (~everyone.missing | include_missing) & (everyone.n >= min_people)
    if not kept.any():
        msg = (
            f"Only one group of {_shown(everyone.by)} has people to compare: "
            f"{reference_name(everyone.take(np.array([base])))}. A disparity needs two."
        )
        raise NothingToCompare(msg)
    groups, others = np.flatnonzero(kept), np.full(kept.sum(), base)
    a, b = everyone.take(groups), everyone.take(others)
    size = family or len(groups)
    level = 1 - (1 - intervals.LEVEL) / size
    low, high, p_value = _range(asked, a, b, kind, intervals.LEVEL)
    low_family, high_family, _ = _range(asked, a, b, kind, level)
    unknown = np.isnan(a.value) | np.isnan(b.value)
    if unknown.any():
        for at, ends in ((intervals.LEVEL, (low, high)), (level, (low_family, high_family))):
            half = asked.estimate(tally, by, 1 - (1 - at) / 2)
            wide = _between(half.take(groups), half.take(others), kind)
            ends[0][unknown], ends[1][unknown] = wide[0][unknown], wide[1][unknown]
    bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
    if a.bound_low is not None:
        bounds = _between(a, b, kind, bounds=True)
    return Comparison(
        groups=a, reference=everyone.take(np.array([base])), kind=kind, chosen=reference is None,
        value=_effect(a.value, b.value, kind), low=low, high=high,
        low_family=low_family, high_family=high_family,
        p_value=p_value, p_adjusted=intervals.holm(p_value),
        detectable=_detectable(asked, a, b, kind, level),
        bound_low=bounds[0], bound_high=bounds[1], notes=_notes(a, b, kind, reference is None),
    )  # fmt: skip


def reference_name(row: Estimates) -> object:
    """Return the reference as its value, or as text where there are several keys."""
    values = row.keys.iloc[0].tolist()
    return values[0] if len(values) == 1 else ", ".join(map(str, values))


def _reference_row(everyone: Estimates, reference: Reference | None) -> int:
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


def _effect(a: Floats, b: Floats, kind: Kind) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "difference":
            return a - b
        found = a / b if kind == "ratio" else a * (1 - b) / ((1 - a) * b)
    return np.where(np.isfinite(found), found, np.nan)


def _range(
    asked: Measure, a: Estimates, b: Estimates, kind: Kind, level: float
) -> tuple[Floats, Floats, Floats]:
    ranged = _normal_range if asked.name == "auc" else _score_range
    found = ranged(a, b, kind, level)
    if a.left_out is None:
        return found
    # Where a value is 0 or 1, or a group lies in one replicate group, its variance does not show.
    by_clusters, shows = _jackknife_range(a, b, kind, level)
    low, high, p_value = (
        np.where(shows, one, other) for one, other in zip(by_clusters, found, strict=True)
    )
    return low, high, p_value


def _score_range(
    a: Estimates, b: Estimates, kind: Kind, level: float
) -> tuple[Floats, Floats, Floats]:
    low, high = intervals.miettinen_nurminen(a.value, a.size, b.value, b.size, kind, level)
    undefined = np.isnan(_effect(a.value, b.value, kind))
    low, high = np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)
    return low, high, intervals.score_p_value(a.value, a.size, b.value, b.size)


def _normal_range(
    a: Estimates, b: Estimates, kind: Kind, level: float
) -> tuple[Floats, Floats, Floats]:
    assert a.error is not None
    assert b.error is not None
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = _effect(a.value, b.value, kind)
        if kind == "difference":
            error = np.hypot(a.error, b.error)
        else:
            slope = [1 if kind == "ratio" else 1 / (1 - e.value) for e in (a, b)]
            gap = np.log(gap)
            error = np.hypot(slope[0] * a.error / a.value, slope[1] * b.error / b.value)
    return _around(gap, error, kind, level)


def _jackknife_range(
    a: Estimates, b: Estimates, kind: Kind, level: float
) -> tuple[tuple[Floats, Floats, Floats], np.ndarray]:
    """Return ranges and p-values, and where both groups have a variance to rest them on."""
    assert a.left_out is not None
    assert b.left_out is not None
    assert a.df is not None
    assert b.df is not None
    effects, gap = _effect(a.left_out, b.left_out, kind), _effect(a.value, b.value, kind)
    if kind != "difference":
        with np.errstate(divide="ignore", invalid="ignore"):
            effects, gap = np.log(effects), np.log(gap)
    error = np.sqrt(intervals.jackknife_variance(effects))
    inside = [(one.value > 0) & (one.value < 1) for one in (a, b)]
    shows = inside[0] & inside[1] & (error > 0)
    df = np.maximum(np.minimum(a.df, b.df), 1)
    return _around(gap, error, kind, level, df), shows


def _around(
    gap: Floats, error: Floats, kind: Kind, level: float, df: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = intervals.two_sided_p(gap / error, df)
        reach = intervals.critical(level, df) * error
        low, high = gap - reach, gap + reach
        if kind != "difference":
            return np.exp(low), np.exp(high), p_value
    return np.maximum(low, -1), np.minimum(high, 1), p_value


def _between(
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


def _detectable(asked: Measure, a: Estimates, b: Estimates, kind: Kind, level: float) -> Floats:
    lower = asked.harm == "low"
    if asked.name == "auc":
        assert a.error is not None
        assert b.error is not None
        reach = (
            intervals.critical(level) + intervals.critical(2 * intervals.POWER - 1)
        ) * np.hypot(a.error, b.error)
        rate = b.value - reach
        rate = np.where(rate >= 0, rate, np.nan)
    else:
        rate = intervals.detectable_rate(b.value, a.size, b.size, level=level, lower=lower)
    return _effect(rate, b.value, kind)


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
