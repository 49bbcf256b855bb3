"""Gaps in two error rates taken together: equalised odds and its relatives, by both conventions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.metrics.disparities import Comparison, Reference, compare, reference_name
from creditaudit.metrics.measures import join_notes, whole
from creditaudit.metrics.spreads import SpreadKind, widest_gap, worst_against_best
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

ODDS = ("true_positive_rate", "false_positive_rate")


def equal_opportunity(
    tally: Tally,
    *,
    by: By,
    reference: Reference | None = None,
    kind: SpreadKind = "difference",
    min_people: float = 30,
) -> pd.DataFrame:
    """Compare the share of good payers approved: widest gap, or each group with a reference.

    Parameters
    ----------
    tally : Tally
        With a decision and an outcome.
    by : str or tuple of str
    reference : value or tuple of values, optional
        With one, each group against it: `disparity` of the true positive rate, which is aif360's
        ``equal_opportunity_difference`` (group - reference). Without, all groups against each
        other: `worst_against_best`, which is fairlearn's (highest - lowest, never negative).
    kind : {"difference", "ratio"}
    min_people : float
        Of `worst_against_best`; not used with a reference.

    Returns
    -------
    frame
        Of `disparity` with a reference, else of `worst_against_best`.

    References
    ----------
    Hardt, M., Price, E. and Srebro, N. (2016). NeurIPS 29.
    """
    if reference is None:
        return worst_against_best(tally, ODDS[0], by=by, kind=kind, min_people=min_people)
    return compare(tally, ODDS[0], by, reference, kind).frame


def equalized_odds(
    tally: Tally,
    *,
    by: By,
    reference: Reference | None = None,
    kind: SpreadKind = "difference",
    min_people: float = 30,
) -> pd.DataFrame:
    """Return the wider of the gaps in the shares of good and of bad payers approved.

    Parameters
    ----------
    tally, by, reference, kind, min_people
        As for `equal_opportunity`.

    Returns
    -------
    frame
        With a reference one row a group: the keys, reference, n, n_reference (people with decision
        and outcome), rate (which of the two is wider apart), value, low, high (95 %), note.
        Without, the row of `worst_against_best` for that rate, its range over both.

    Notes
    -----
    Difference with a reference: max(abs(TPR - TPR_ref), abs(FPR - FPR_ref)), aif360's
    ``equalized_odds_difference``. Without: the larger of (highest - lowest) TPR and FPR over all
    groups, fairlearn's. The same name, two numbers. Both lose which rate and which way;
    `disparity` of both rates says all of it. The range allows for having picked the wider: each
    rate at 97.5 %.
    """
    if reference is None:
        return _widest_odds(tally, by, kind, min_people)
    parts = _parts(tally, by, reference, kind)
    wide = [_distance(one, kind) for one in parts.both]
    values = np.stack([w[0] for w in wide])
    lows, highs = (np.stack([w[i] for w in wide]) for i in (1, 2))
    widest, ends = (np.max, np.max) if kind == "difference" else (np.min, np.min)
    unknown = np.asarray(np.isnan(values).any(axis=0))
    value = np.where(unknown, np.nan, widest(values, axis=0))
    which = np.argmax(values, axis=0) if kind == "difference" else np.argmin(values, axis=0)
    rate = ["" if u else ODDS[i] for i, u in zip(which, unknown, strict=True)]
    return parts.frame(value, ends(lows, axis=0), ends(highs, axis=0), rate=rate)


def average_odds_difference(
    tally: Tally, *, by: By, reference: Reference | None = None
) -> pd.DataFrame:
    """Return the mean of the two gaps in the shares of good and of bad payers approved.

    Parameters
    ----------
    tally : Tally
        With a decision and an outcome.
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people.

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n, n_reference (people with decision and outcome), value, low, high
        (95 %), note.

    Notes
    -----
    ((TPR - TPR_ref) + (FPR - FPR_ref)) / 2, group - reference: aif360's. A gap of good payers can
    cancel one of bad payers; fairlearn has no such metric. The two gaps are about different
    people, so the distances of their ranges add as squares (Zou and Donner).

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Statistics in Medicine 27, 1693-1702.
    """
    parts = _parts(tally, by, reference, "difference", together=False)
    good, bad = parts.both
    value = (good.value + bad.value) / 2
    low = value - np.hypot(good.value - good.low, bad.value - bad.low) / 2
    high = value + np.hypot(good.high - good.value, bad.high - bad.value) / 2
    unknown = np.isnan(value)
    if unknown.any() or tally.roles.cluster is not None:
        # Not known, or not independent: the ends of both ranges together.
        good, bad = _parts(tally, by, reference, "difference").both
        wide = unknown | (tally.roles.cluster is not None)
        low = np.where(wide, (good.low + bad.low) / 2, low)
        high = np.where(wide, (good.high + bad.high) / 2, high)
    return parts.frame(value, low, high)


def average_abs_odds_difference(
    tally: Tally, *, by: By, reference: Reference | None = None
) -> pd.DataFrame:
    """Return the mean of the sizes of the gaps in the shares of good and of bad payers approved.

    Takes and returns what `average_odds_difference` does; never negative.

    Notes
    -----
    (abs(TPR - TPR_ref) + abs(FPR - FPR_ref)) / 2: aif360's. On average too large for few people,
    because sizes do not cancel; the range, of both gaps at 97.5 %, begins at 0 where neither is
    told from none.
    """
    parts = _parts(tally, by, reference, "difference")
    good, bad = (_distance(one, "difference") for one in parts.both)
    value, low, high = ((one + other) / 2 for one, other in zip(good, bad, strict=True))
    return parts.frame(value, low, high)


@dataclass(frozen=True, eq=False)
class _Gap:
    """One rate of each group against the reference; arrays over groups."""

    found: Comparison
    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class _Parts:
    both: tuple[_Gap, _Gap]

    def frame(self, value: Floats, low: Floats, high: Floats, **more: object) -> pd.DataFrame:
        good, bad = (one.found for one in self.both)
        frame = good.groups.keys.copy()
        frame["reference"] = reference_name(good.reference)
        frame["n"] = whole(good.groups.n + bad.groups.n)
        frame["n_reference"] = np.repeat(whole(good.reference.n + bad.reference.n), len(frame))
        for name, given in more.items():
            frame[name] = given
        frame["value"], frame["low"], frame["high"] = value, low, high
        frame["note"] = [join_notes(*dict.fromkeys(pair))
                         for pair in zip(good.notes, bad.notes, strict=True)]  # fmt: skip
        return frame


def _parts(
    tally: Tally, by: By, reference: Reference | None, kind: SpreadKind, *, together: bool = True
) -> _Parts:
    """Return both rates against one reference; together, each range at 97.5 %."""
    first = compare(tally, ODDS[0], by, reference, kind, family=2)
    if reference is None:
        # The default is the group with most good payers; bad payers must have the same.
        reference = tuple(first.reference.keys.iloc[0].tolist())
    gaps = []
    for found in (first, compare(tally, ODDS[1], by, reference, kind, family=2)):
        ends = (found.low_family, found.high_family) if together else (found.low, found.high)
        gaps.append(_Gap(found, found.value, *ends))
    return _Parts((gaps[0], gaps[1]))


def _distance(gap: _Gap, kind: SpreadKind) -> tuple[Floats, Floats, Floats]:
    """Return how far a gap is from none, whichever way, with its range."""
    value, low, high = gap.value, gap.low, gap.high
    if kind == "difference":
        nearest = np.maximum(np.maximum(low, -high), 0)
        return np.abs(value), nearest, np.maximum(np.abs(low), np.abs(high))
    with np.errstate(divide="ignore", invalid="ignore"):
        nearest = np.where(high < 1, high, np.where(low > 1, 1 / low, 1.0))
        furthest = np.minimum(low, 1 / high)
        return np.minimum(value, 1 / value), furthest, np.where(np.isnan(low), np.nan, nearest)


def _widest_odds(tally: Tally, by: By, kind: SpreadKind, min_people: float) -> pd.DataFrame:
    both = [widest_gap(tally, name, by, kind=kind, min_people=min_people, family=2)
            for name in ODDS]  # fmt: skip
    values = np.array([one.row["value"] for one in both], dtype=float)
    far = np.max if kind == "difference" else np.min
    wider = int(np.argmax(values) if kind == "difference" else np.argmin(values))
    unknown = np.isnan(values).any()
    row = dict(both[int(np.isnan(values).argmax()) if unknown else wider].row)
    for name in ("low", "high"):
        row[name] = far([one.row[name] for one in both])
    row["by_chance"] = float(far([one.chance for one in both], axis=0).mean())
    if unknown:
        row["value"] = np.nan
    return pd.DataFrame([row])
