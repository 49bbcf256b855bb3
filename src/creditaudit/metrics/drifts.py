"""How rates move over time, and whether the gap between groups does."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError, MissingRole, NothingToCompare
from creditaudit.metrics.contrasts import Contrast
from creditaudit.metrics.disparities import Reference, reference_name, reference_row
from creditaudit.metrics.measures import Estimates, join_notes, whole
from creditaudit.metrics.pairs import effect
from creditaudit.metrics.rates import BY_NAME
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

ChangeKind = Literal["difference", "ratio"]
BY_ORDER = "Periods are taken at equal steps in their order."
SORTED = "numbers by size, text by its letters: write dates as 2025-01"


@dataclass(frozen=True, eq=False)
class Change:
    """The gap of one group in the first and the last period, and how it changed.

    With kind "ratio" ``first`` and ``last`` are ratios, and ``contrast`` is the log of their ratio.
    """

    key: tuple[Any, ...]
    n: float
    n_reference: float
    first: float
    last: float
    contrast: Contrast
    note: str


@dataclass(frozen=True, eq=False)
class Changes:
    """The changes of all groups against one reference."""

    by: tuple[str, ...]
    periods: tuple[Any, Any]
    reference: Estimates
    chosen: bool
    kind: ChangeKind
    each: tuple[Change, ...]


def rates_by_period(tally: Tally, metric: str = "approval_rate", *, by: By = None) -> pd.DataFrame:
    """Return a rate in each period, by group.

    Parameters
    ----------
    tally : Tally
        Made with ``Roles(period=...)``.
    metric : str
        Any rate, such as "approval_rate" or "base_rate".
    by : str, tuple of str or None

    Returns
    -------
    frame
        The keys, the period, n, value, low, high (95 %), note; bounds where outcomes are missing.

    Raises
    ------
    MissingRole
        Without a period.
    InputError
        For a metric that is no rate.
    """
    return _by_period(tally, metric, by).frame


def rate_trend(tally: Tally, metric: str = "approval_rate", *, by: By = None) -> pd.DataFrame:
    """Trend of a rate over the periods in each group.

    Parameters
    ----------
    tally : Tally
        Made with ``Roles(period=...)``.
    metric : str
    by : str, tuple of str or None

    Returns
    -------
    frame with one row a group
        The keys, n, periods, value (change of the rate for one step of the period, weighted least
        squares), low, high (95 %), p_value (Cochran-Armitage), p_adjusted (Holm, over this call),
        note. Periods that are all numbers are taken at their values, others at equal steps.

    Raises
    ------
    MissingRole, InputError

    Notes
    -----
    The test has the variance of the permutations (N - 1 in place of N). With weights, people are
    effective people. With clusters the slope and its p-value come from the jackknife. Ranges:
    Wilson's, carried over to the slope (MOVER).

    References
    ----------
    Armitage, P. (1955). Biometrics 11, 375-386.
    """
    found = _by_period(tally, metric, by).settled()
    names, period = found.by[:-1], found.by[-1]
    x, note = _positions(found.keys[period])
    groups = _places(found, names)
    rows: list[dict[str, Any]] = []
    for key, places in groups.items():
        used = np.zeros(len(found.n), dtype=bool)
        used[places] = True
        used &= np.isfinite(found.value) & (found.size > 0) & np.isfinite(x)
        rows.append(dict(zip(names, key, strict=True)) | _trend(found, used, x, note))
    frame = pd.DataFrame(rows, columns=[*names, *_TREND])
    frame.insert(
        list(frame.columns).index("p_value") + 1, "p_adjusted",
        intervals.holm(frame["p_value"].to_numpy(dtype=float)),
    )  # fmt: skip
    frame["n"] = whole(frame["n"].to_numpy(dtype=float))
    return frame


_TREND = ("n", "periods", "value", "low", "high", "p_value", "note")


def gap_change(
    tally: Tally,
    metric: str = "approval_rate",
    *,
    by: By,
    reference: Reference | None = None,
    kind: ChangeKind = "difference",
) -> pd.DataFrame:
    """Change of the gap between each group and a reference, from the first period to the last.

    Parameters
    ----------
    tally : Tally
        Made with ``Roles(period=...)``.
    metric : str
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people.
    kind : {"difference", "ratio"}
        Gap in the last period - gap in the first; or ratio in the last / ratio in the first.

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n and n_reference (people in both periods), first, last (the periods),
        gap_first, gap_last, value, low, high (95 %), p_value (for "no change"), p_adjusted (Holm,
        over this call), note.

    Raises
    ------
    MissingRole, InputError
    """
    changes = compare_periods(tally, metric, by, reference, kind)
    rows = []
    for one in changes.each:
        value, (low, high) = one.contrast.value, one.contrast.range()
        if kind == "ratio":
            value, low, high = (float(np.exp(end)) for end in (value, low, high))
        ends = {"value": value, "low": low, "high": high, "p_value": one.contrast.p_value}
        rows.append(
            dict(zip(changes.by, one.key, strict=True))
            | {"reference": reference_name(changes.reference)}
            | {"n": one.n, "n_reference": one.n_reference}
            | dict(zip(("first", "last"), changes.periods, strict=True))
            | {"gap_first": one.first, "gap_last": one.last}
            | {name: end if np.isfinite(end) else np.nan for name, end in ends.items()}
            | {"note": one.note}
        )
    frame = pd.DataFrame(rows)
    p_adjusted = intervals.holm(frame["p_value"].to_numpy(dtype=float))
    frame.insert(list(frame.columns).index("note"), "p_adjusted", p_adjusted)
    for name in ("n", "n_reference"):
        frame[name] = whole(frame[name].to_numpy(dtype=float))
    return frame


def compare_periods(
    tally: Tally,
    metric: str,
    by: By,
    reference: Reference | None = None,
    kind: ChangeKind = "difference",
    *,
    min_people: float = 0,
) -> Changes:
    """Return `gap_change` with its parts; a group of too few people in a period is left out."""
    if kind not in get_args(ChangeKind):
        msg = f'kind={kind!r} must be "difference" or "ratio".'
        raise InputError(msg)
    if not by:
        msg = "by= must name a group column, or a tuple of them, to compare."
        raise InputError(msg)
    found = _by_period(tally, metric, by)
    names, period = found.by[:-1], found.by[-1]
    if period in names:
        msg = f"by= names the period {period!r}; name the groups whose gap may change."
        raise InputError(msg)
    overall = BY_NAME[metric].estimate(tally, names)
    base = overall.take(np.array([reference_row(overall, reference)]))
    known = found.keys[period].notna().to_numpy()
    periods = list(dict.fromkeys(found.keys[period][known]))
    # The groups run over the rows, so periods have to be put in order over all groups.
    place = {level: i for i, level in enumerate(tally.levels[period])}
    periods.sort(key=lambda level: place[level])
    if len(periods) < 2:
        msg = f"Column {period!r} has one period: a change takes two."
        raise NothingToCompare(msg)
    ends = periods[0], periods[-1]
    at = {
        (key, found.keys[period].iloc[i]): i
        for key, places in _places(found, names).items()
        for i in places
        if known[i]
    }
    own = _key(base.keys, 0)
    old, new = (at.get((own, end)) for end in ends)
    if old is None or new is None or found.n[[old, new]].min() < max(min_people, 1):
        msg = f"The reference {reference_name(base)!r} has too few people in one of the periods."
        raise NothingToCompare(msg)
    each = []
    for row in np.flatnonzero(~overall.missing):
        key = _key(overall.keys, int(row))
        before, after = (at.get((key, end)) for end in ends)
        if key == own or before is None or after is None:
            continue
        if found.n[[before, after]].min() < max(min_people, 1):
            continue
        each.append(_change(found, key, (before, after), (old, new), kind))
    if not each:
        msg = "No group other than the reference has people in the first and in the last period."
        raise NothingToCompare(msg)
    return Changes(names, ends, base, reference is None, kind, tuple(each))


def _change(
    found: Estimates, key: tuple[Any, ...], own: tuple[int, int], base: tuple[int, int],
    kind: ChangeKind,
) -> Change:  # fmt: skip
    weights = np.zeros(len(found.n))
    weights[list(own)], weights[list(base)] = (-1.0, 1.0), (1.0, -1.0)
    contrast = Contrast(found, weights, log=kind == "ratio")
    first, last = (
        effect(found.value[[i]], found.value[[j]], kind) for i, j in zip(own, base, strict=True)
    )
    places = [*own, *base]
    notes = dict.fromkeys(found.notes[i] for i in places if found.notes[i])
    known = np.isfinite(found.value[places]).all()
    note = "Undefined: a rate is 0." if known and np.isnan(contrast.value) else ""
    return Change(
        key, float(found.n[list(own)].sum()), float(found.n[list(base)].sum()),
        float(first[0]), float(last[0]), contrast, join_notes(note, *notes),
    )  # fmt: skip


def _by_period(tally: Tally, metric: str, by: By) -> Estimates:
    period = tally.roles.period
    if period is None:
        msg = "This needs a period. Pass period= (a column name) to Roles and make the tally again."
        raise MissingRole(msg)
    if metric not in BY_NAME:
        msg = f"metric={metric!r} is no rate. Rates: {', '.join(BY_NAME)}."
        raise InputError(msg)
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    return BY_NAME[metric].estimate(tally, (*(name for name in names if name != period), period))


def _positions(period: pd.Series) -> tuple[Floats, str]:
    """Return where each period stands, and how that was read."""
    levels = [level for level in dict.fromkeys(period) if not pd.isna(level)]
    counted = [isinstance(level, bool | str) for level in levels]
    if levels and not any(counted):
        return pd.to_numeric(period).to_numpy(dtype=float, na_value=np.nan), ""
    place = {level: float(i) for i, level in enumerate(sorted(levels))}
    x = np.array([np.nan if pd.isna(level) else place[level] for level in period])
    return x, f"{BY_ORDER[:-1]}, {SORTED}."


def _trend(found: Estimates, used: np.ndarray, x: Floats, note: str) -> dict[str, Any]:
    places = np.flatnonzero(used)
    row: dict[str, Any] = {"n": found.n[places].sum(), "periods": len(places)}
    row |= {"value": np.nan, "low": np.nan, "high": np.nan, "p_value": np.nan}
    if len(places) < 2:
        return row | {"note": "Undefined: a trend takes two periods in which the rate is known."}
    size, at = found.size[used], x[used]
    centred = at - (size @ at) / size.sum()
    spread = size @ centred**2
    weights = np.zeros(len(x))
    weights[used] = size * centred / spread
    slope = Contrast(found, weights)
    row["value"], (row["low"], row["high"]) = slope.value, slope.range()
    if found.left_out is not None:
        row["p_value"] = slope.p_value
        return row | {"note": note}
    mean = size @ found.value[used] / size.sum()
    variance = mean * (1 - mean) * spread * size.sum() / (size.sum() - 1)
    if variance > 0:
        z = np.array(size @ (centred * found.value[used]) / np.sqrt(variance))
        row["p_value"] = float(intervals.two_sided_p(z))
    else:
        note = join_notes(note, "No test: the rate is 0 or 1 in every period.")
    return row | {"note": note}


def _places(found: Estimates, names: tuple[str, ...]) -> dict[tuple[Any, ...], list[int]]:
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place in range(len(found.n)):
        groups.setdefault(_key(found.keys[list(names)], place), []).append(place)
    return groups


def _key(keys: pd.DataFrame, place: int) -> tuple[Any, ...]:
    row = [keys[name].tolist()[place] for name in keys.columns]
    return tuple(None if pd.isna(value) else value for value in row)
