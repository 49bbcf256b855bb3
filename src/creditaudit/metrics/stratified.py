"""Disparities pooled over strata, from counts: what is left within the strata."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from creditaudit import intervals
from creditaudit.intervals import Kind
from creditaudit.metrics.designs import few_words
from creditaudit.metrics.disparities import Comparison, Reference, compare, reference_name
from creditaudit.metrics.measures import join_notes, whole
from creditaudit.metrics.pairs import effect
from creditaudit.metrics.strata import Strata, rate_name, stratify
from creditaudit.tally import By, Tally
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class Pooled:
    """A gap pooled over strata, for one group.

    ``error`` is on the log scale unless the kind is a difference; ``used`` counts strata that
    carry information, of ``strata``; ``apart`` counts people in strata without any of the other
    side.
    """

    kind: Kind
    value: float
    error: float
    p_value: float
    used: int
    strata: int
    apart: float
    missing: float
    note: str

    def range(self, level: float = intervals.LEVEL) -> tuple[float, float]:
        """Return the range at a level; NaN where there is none."""
        reach = float(intervals.critical(level)) * self.error
        if self.kind == "difference":
            return max(self.value - reach, -1.0), min(self.value + reach, 1.0)
        with np.errstate(over="ignore"):
            return self.value * float(np.exp(-reach)), self.value * float(np.exp(reach))


@dataclass(frozen=True, eq=False)
class Homogeneity:
    """Whether the odds ratio is the same in every stratum, by Breslow and Day with Tarone."""

    statistic: float
    df: int
    p_value: float
    note: str


def stratified_disparity(
    tally: Tally,
    metric: str = "approval_rate",
    *,
    by: By,
    strata: str | Sequence[str],
    reference: Reference | None = None,
    kind: Kind = "ratio",
) -> pd.DataFrame:
    """Gap in a rate between groups, raw and pooled over strata, always together.

    Parameters
    ----------
    tally : Tally
        With a grouping that holds the groups and the strata, such as ("race", "county").
    metric : str
        Any rate, such as "approval_rate".
    by : str or tuple of str
    strata : str or sequence of str
        Columns within which people are compared.
    reference : value or tuple of values, optional
    kind : {"ratio", "difference", "odds_ratio"}

    Returns
    -------
    frame with two rows a group other than the reference
        The keys, reference, measure ("raw" or "pooled"), n, n_reference, value, low, high (95 %),
        p_value (pooled: Cochran-Mantel-Haenszel, without continuity correction), strata (that
        carry information), p_same (Breslow-Day with Tarone's correction: that the odds ratio is
        the same in each), note.

    Raises
    ------
    InputError
        Also when the metric is no rate, or no grouping holds groups and strata.
    MissingRole, NothingToCompare

    Notes
    -----
    With a, n1 events and people of the group in a stratum, c, n0 of the reference, N = n1 + n0 and
    m = a + c: ratio ``sum(a n0 / N) / sum(c n1 / N)``; difference ``sum((a n0 - c n1) / N) /
    sum(n1 n0 / N)``; odds ratio ``sum(a (n0 - c) / N) / sum(c (n1 - a) / N)``. Errors: Greenland
    and Robins for the ratio, Sato for the difference, Robins, Breslow and Greenland for the odds
    ratio; all hold for many small strata as for few large ones. Weighted and clustered tallies:
    the same with effective numbers of people. A stratum with one side only adds nothing.

    References
    ----------
    Mantel, N. and Haenszel, W. (1959). JNCI 22, 719-748.
    Greenland, S. and Robins, J. M. (1985). Biometrics 41, 55-68.
    Robins, J., Breslow, N. and Greenland, S. (1986). Biometrics 42, 311-323.
    Sato, T. (1989). Biometrics 45, 1323-1324.
    Tarone, R. E. (1985). Biometrika 72, 91-95.
    """
    raw = compare(tally, rate_name(metric), by, reference, kind)
    rows = []
    for place, one in enumerate(stratify(tally, metric, raw, strata)):
        found, same = pool(one, kind), homogeneity(one)
        low, high = found.range()
        both = _keys(raw, place)
        sizes = one.people[one.shared].sum(axis=0)
        rows.append(both | {
            "measure": "raw", "n": raw.groups.n[place], "n_reference": raw.reference.n[0],
            "value": raw.value[place], "low": raw.low[place], "high": raw.high[place],
            "p_value": raw.p_value[place], "strata": 1, "p_same": np.nan,
            "note": raw.notes[place],
        })  # fmt: skip
        rows.append(both | {
            "measure": "pooled", "n": sizes[0], "n_reference": sizes[1], "value": found.value,
            "low": low, "high": high, "p_value": found.p_value, "strata": found.used,
            "p_same": same.p_value,
            "note": join_notes(found.note, same.note, *left_out(found)),
        })  # fmt: skip
    return _tidy(pd.DataFrame(rows))


def stratum_disparity(
    tally: Tally,
    metric: str = "approval_rate",
    *,
    by: By,
    strata: str | Sequence[str],
    reference: Reference | None = None,
    kind: Kind = "ratio",
) -> pd.DataFrame:
    """Gap in a rate between groups in each stratum.

    Parameters
    ----------
    tally, metric, by, strata, reference, kind
        As in `stratified_disparity`. The reference is the same group in every stratum.

    Returns
    -------
    frame with one row a group and stratum
        The keys, the strata, reference, n, n_reference, value, low, high (95 %, Miettinen and
        Nurminen), p_value, note. Null where one side has nobody.

    Raises
    ------
    InputError, MissingRole, NothingToCompare

    References
    ----------
    Miettinen, O. and Nurminen, M. (1985). Statistics in Medicine 4, 213-226.
    """
    raw = compare(tally, rate_name(metric), by, reference, kind)
    parts = []
    for place, one in enumerate(stratify(tally, metric, raw, strata)):
        both = _keys(raw, place)
        with np.errstate(divide="ignore", invalid="ignore"):
            rates = one.events / one.size
        (p1, p0), (n1, n0) = rates.T, one.size.T
        value = effect(p1, p0, kind)
        low, high = intervals.miettinen_nurminen(p1, n1, p0, n0, kind)
        frame = pd.DataFrame({name: both[name] for name in raw.groups.by}, index=one.keys.index)
        frame = pd.concat([frame, one.keys], axis=1)
        frame["reference"] = both["reference"]
        frame["n"], frame["n_reference"] = whole(one.people[:, 0]), whole(one.people[:, 1])
        frame["value"] = value
        undefined = np.isnan(value)
        frame["low"], frame["high"] = np.where(undefined, np.nan, (low, high))
        frame["p_value"] = intervals.score_p_value(p1, n1, p0, n0)
        nobody = "Undefined: one side has nobody in this stratum."
        zero = "Undefined: the reference value is 0, or the odds are infinite."
        why = np.where(one.shared, zero, nobody)
        frame["note"] = np.where(undefined, why, "")
        parts.append(frame)
    return _tidy(pd.concat(parts, ignore_index=True))


def pool(strata: Strata, kind: Kind) -> Pooled:
    """Return a gap pooled over strata by Mantel and Haenszel."""
    both = strata.shared
    (a, c), (n1, n0) = strata.events[both].T, strata.size[both].T
    n = n1 + n0
    varies = (a + c > 0) & (a + c < n)
    # A stratum in which all fare the same has no odds ratio, but no ratio or difference of 1 or 0.
    used = int(varies.sum() if kind == "odds_ratio" else both.sum())
    made = {"ratio": _ratio, "difference": _difference, "odds_ratio": _odds_ratio}[kind]
    with np.errstate(divide="ignore", invalid="ignore"):
        value, error = made(a, n1, c, n0) if used else (np.nan, np.nan)
        middle, m = a.sum() - (n1 * (a + c) / n).sum(), a + c
        spread = np.where(n > 1, n1 * n0 * m * (n - m) / (n**2 * (n - 1)), 0).sum()
        p_value = float(intervals.two_sided_p(middle / np.sqrt(spread))) if spread > 0 else np.nan
    note = ""
    if not np.isfinite(value):
        value, note = np.nan, "Undefined: no stratum in which both sides have people and vary."
        if used:
            note = "Undefined: the reference has no event in any stratum."
    elif not np.isfinite(error):
        error, note = np.nan, "No range: the group has no event in any stratum."
    return Pooled(
        kind, float(value), float(error), p_value, used, len(both),
        float(strata.people[~both].sum()), strata.missing, note,
    )  # fmt: skip


def homogeneity(strata: Strata) -> Homogeneity:
    """Return the test that the odds ratio is the same in every stratum.

    References
    ----------
    Breslow, N. E. and Day, N. E. (1980). Statistical Methods in Cancer Research, volume 1.
    Tarone, R. E. (1985). Biometrika 72, 91-95.
    """
    (a, c), (n1, n0) = strata.events.T, strata.size.T
    m, n = a + c, n1 + n0
    some = strata.shared & (m > 0) & (m < n)
    a, m, n1, n0, n = a[some], m[some], n1[some], n0[some], n[some]
    odds = pool(strata, "odds_ratio").value
    if len(a) < 2 or not odds > 0:
        why = "it takes two strata in which both sides have people and vary, and odds above 0."
        return Homogeneity(np.nan, max(len(a) - 1, 0), np.nan, f"No test of sameness: {why}")
    # The expected events at the pooled odds ratio, by whichever root does not cancel.
    b = odds * (n1 + m) + n0 - m
    root = np.sqrt(b**2 + 4 * (1 - odds) * odds * n1 * m)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(b > 0, 2 * odds * n1 * m / (b + root), (root - b) / (2 * (1 - odds)))
    variance = 1 / (1 / expected + 1 / (m - expected) + 1 / (n1 - expected)
                    + 1 / (n0 - m + expected))  # fmt: skip
    statistic = ((a - expected) ** 2 / variance).sum()
    # Strata that are all alike leave a rest of either sign.
    statistic = max(float(statistic - (a - expected).sum() ** 2 / variance.sum()), 0.0)
    df = len(a) - 1
    return Homogeneity(statistic, df, float(chdtrc(df, statistic)), "")


def left_out(found: Pooled, least: float = 0) -> list[str]:
    """Return sentences on people who carry nothing; no number under ``least`` is named."""
    said = []
    idle = found.strata - found.used
    if idle:
        said.append(
            f"{idle} of {found.strata} strata add{'s' if idle == 1 else ''} nothing: one side has "
            f"nobody there, or all fare the same ({few_words(found.apart, least)} people have "
            "nobody to be compared with)."
        )
    if found.missing:
        missing = few_words(found.missing, least)
        said.append(f"{missing[0].upper()}{missing[1:]} people without a stratum are left out.")
    return said


def _ratio(a: Floats, n1: Floats, c: Floats, n0: Floats) -> tuple[float, float]:
    n = n1 + n0
    above, below = (a * n0 / n).sum(), (c * n1 / n).sum()
    variance = ((n1 * n0 * (a + c) - a * c * n) / n**2).sum() / (above * below)
    return above / below, np.sqrt(variance)


def _difference(a: Floats, n1: Floats, c: Floats, n0: Floats) -> tuple[float, float]:
    n = n1 + n0
    weight = (n1 * n0 / n).sum()
    value = ((a * n0 - c * n1) / n).sum() / weight
    slope = ((n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2).sum()
    own = ((a * (n0 - c) + c * (n1 - a)) / n).sum() / 2
    return value, np.sqrt(max(value * slope + own, 0)) / weight


def _odds_ratio(a: Floats, n1: Floats, c: Floats, n0: Floats) -> tuple[float, float]:
    n, b, d = n1 + n0, n1 - a, n0 - c
    r, s = a * d / n, b * c / n
    p, q = (a + d) / n, (b + c) / n
    above, below = r.sum(), s.sum()
    variance = (
        (p * r).sum() / above**2
        + (p * s + q * r).sum() / (above * below)
        + (q * s).sum() / below**2
    ) / 2
    return above / below, np.sqrt(variance)


def _keys(raw: Comparison, place: int) -> dict[str, Any]:
    keys = raw.groups.keys
    own = {str(name): keys[name].tolist()[place] for name in keys.columns}
    return own | {"reference": reference_name(raw.reference)}


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    for name in ("n", "n_reference"):
        frame[name] = whole(frame[name].to_numpy(dtype=np.float64))
    numbers = ["value", "low", "high", "p_value"]
    frame[numbers] = frame[numbers].where(np.isfinite(frame[numbers]))
    return frame
