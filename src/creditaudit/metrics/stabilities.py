"""Has the distribution of scores moved, between periods, groups or tallies?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.bins import ScoreBins
from creditaudit.cells import BIN
from creditaudit.errors import InputError, NothingToCompare, UnequalTallies
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.measures import join_notes, need, whole
from creditaudit.metrics.quadratic_ranges import (
    chance_p_value,
    chance_quantile,
    noncentral_range,
)
from creditaudit.roles import Value
from creditaudit.tally import By, Tally
from creditaudit.values import Floats, Level, matches

Reference = Value | tuple[Value, ...]
Key = tuple[Level, ...]
CHOSEN = "Reference chosen because it has most people."
CLUSTERED = "No range: people were sampled in clusters."


@dataclass(frozen=True, eq=False)
class Pair:
    """One comparison: scores of a group and of its reference.

    Attributes
    ----------
    now, before : float arrays of shape (3, n_bins), or None
        People, weights and squared weights, by score bin with those under and over.
    """

    keys: pd.DataFrame
    reference: object
    now: Floats | None
    before: Floats | None
    note: str = ""


def psi(
    tally: Tally,
    by: By = None,
    *,
    reference: Tally | Reference | None = None,
    within: By = None,
    bins: int | None = None,
) -> pd.DataFrame:
    """Return the population stability index: how far the distribution of scores has moved.

    Parameters
    ----------
    tally : Tally
        With a score; decision and outcome are not needed.
    by : str, tuple of str or None
        The columns whose values are compared: a period, or groups. With a tally as reference, the
        groups that are each compared with themselves; None for everyone together.
    reference : value, tuple of values or Tally, optional
        The period or group the others are set against, by default the one with most people; or an
        earlier tally with the same score bins.
    within : str or tuple of str, optional
        Compare inside each of these groups: ``psi(tally, "year", reference=2020, within="race")``.
    bins : int, optional
        Merge the bins of the tally into this many, each with about the same share of the
        reference: 10 is usual. By default the bins of the tally.

    Returns
    -------
    frame with one row a comparison
        The keys, reference, n, n_reference (people with a score), bins (used), value, low, high
        (95 %), no_change (what the value does not exceed in 95 of 100 cases when nothing has
        moved), p_value (for "nothing has moved"), note. Null where a bin is empty on one side
        only: the index is then infinite, and which number stands in its place would be a choice.

    Raises
    ------
    InputError
        For an unknown reference, or neither ``by`` nor a tally as reference.
    UnequalTallies
        If the bins of two tallies differ.

    Notes
    -----
    sum over bins of (a - e) ln(a / e), with shares a of the group and e of the reference. When
    nothing has moved, value / (1 / n + 1 / n_reference) is chi-squared with bins - 1 degrees of
    freedom; the range is that of the noncentral one. So the usual lines of 0.1 and 0.25 mean
    nothing without n: with ten bins and 200 people a side, 0.17 is what chance shows once in
    twenty. Weights enter by Kish's size. People without a score are left out; the note counts
    them. Other tools replace an empty share by a small number, which then decides the result.

    References
    ----------
    Yurdakul, B. (2018). Statistical Properties of Population Stability Index. Dissertation,
    Western Michigan University.
    """
    need(tally.roles, "score", by="psi")
    if isinstance(reference, Tally):
        if within is not None:
            msg = "within= belongs to a reference that is a value. Name the groups in by=."
            raise InputError(msg)
        pairs = _against_tally(tally, reference, _names(by))
    else:
        pairs = _against_value(tally, _names(by), _names(within), reference)
    frame = pd.concat([pair.keys for pair in pairs], ignore_index=True)
    found = [_psi(pair, bins, clustered=tally.roles.cluster is not None) for pair in pairs]
    numbers = pd.DataFrame([row for row, _ in found])
    frame["reference"] = [pair.reference for pair in pairs]
    for name in ("n", "n_reference", "bins"):
        frame[name] = whole(numbers[name].to_numpy(dtype=float))
    for name in ("value", "low", "high", "no_change", "p_value"):
        frame[name] = numbers[name].to_numpy(dtype=float)
    frame["note"] = [note for _, note in found]
    return frame


def _psi(pair: Pair, bins: int | None, *, clustered: bool) -> tuple[dict[str, float], str]:
    sides = [s if s is not None else np.zeros((3, 1)) for s in (pair.now, pair.before)]
    n, n_reference = (side[0].sum() for side in sides)
    row = dict.fromkeys(("value", "low", "high", "no_change", "p_value"), np.nan)
    row |= {"n": n, "n_reference": n_reference, "bins": 0.0}
    totals = [side[1].sum() for side in sides]
    if not min(totals) > 0:
        lacking = "here" if not totals[0] > 0 else "in the reference"
        return row, join_notes(f"Undefined: there are no people with a score {lacking}.", pair.note)
    sides = _merged(sides[0], sides[1], bins)
    now, before = (side[1] / total for side, total in zip(sides, totals, strict=True))
    used = (now > 0) | (before > 0)
    row["bins"] = float(used.sum())
    lone = used & ((now == 0) | (before == 0))
    if lone.any():
        people = sum(side[0][lone].sum() for side in sides)
        return row, join_notes(
            f"Infinite: {lone.sum()} of {used.sum()} bins, with {people:g} people, are empty on "
            "one side. Pass a smaller bins=.", pair.note,
        )  # fmt: skip
    value = np.array((now - before)[used] @ np.log(now[used] / before[used]))
    row["value"] = float(value)
    if used.sum() == 1:
        return row, join_notes("No range: all scores lie in one bin.", pair.note)
    if clustered:
        return row, join_notes(CLUSTERED, pair.note)
    kish = [side[1].sum() ** 2 / side[2].sum() for side in sides]
    scale, df = np.array(1 / kish[0] + 1 / kish[1]), np.array(used.sum() - 1.0)
    low, high = noncentral_range(value, scale, df, error=_far_error(now, before, *kish))
    row |= {"low": float(low), "high": float(high)}
    row["no_change"] = float(chance_quantile(scale, df))
    row["p_value"] = float(chance_p_value(value, scale, df))
    return row, pair.note


def _far_error(now: Floats, before: Floats, n: float, n_reference: float) -> float:
    """Return the linearised standard error, right where the distributions are far apart."""
    used = (now > 0) & (before > 0)
    a, e = now[used], before[used]
    variance = 0.0
    for one, other, people in ((a, e, n), (e, a, n_reference)):
        slope = np.log(one / other) + 1 - other / one
        variance += float(one @ slope**2 - (one @ slope) ** 2) / people
    return float(np.sqrt(max(variance, 0.0)))


def _merged(now: Floats, before: Floats, bins: int | None) -> list[Floats]:
    """Return both sides in bins of about equal share of the reference."""
    if bins is None:
        return [now, before]
    if bins < 2:
        msg = f"psi: bins={bins} must be at least 2."
        raise InputError(msg)
    share = before[1] / before[1].sum()
    # A bin goes where its middle person goes.
    place = np.minimum(bins * (np.cumsum(share) - share / 2), bins - 1).astype(np.int64)
    place = np.unique(place, return_inverse=True)[1]
    return [np.stack([np.bincount(place, row) for row in side]) for side in (now, before)]


def _against_tally(tally: Tally, reference: Tally, by: tuple[str, ...]) -> list[Pair]:
    need(reference.roles, "score", by="psi")
    groups, earlier = lay_out(tally, by, (BIN,)), lay_out(reference, by, (BIN,))
    mine, theirs = _on_same_bins(tally.bins, reference.bins, groups, earlier)
    before = {_key(row): place for place, row in enumerate(_rows(earlier.keys))}
    pairs = []
    for place, row in enumerate(_rows(groups.keys)):
        there = before.pop(_key(row), None)
        keys = groups.keys.iloc[[place]]
        old = None if there is None else theirs[:, there]
        note = _unscored(groups.n[place], None if there is None else earlier.n[there])
        pairs.append(Pair(keys, "reference tally", mine[:, place], old, note))
    pairs += [Pair(earlier.keys.iloc[[there]], "reference tally", None, theirs[:, there])
              for there in before.values()]  # fmt: skip
    return pairs


def _against_value(
    tally: Tally, by: tuple[str, ...], within: tuple[str, ...], reference: Reference | None
) -> list[Pair]:
    if not by:
        msg = "psi: by= must name a period or group column, or reference= must be a tally."
        raise InputError(msg)
    names = (*within, *(name for name in by if name not in within))
    groups = lay_out(tally, names, (BIN,))
    sums = np.stack([groups.n, groups.w, groups.w2])[..., :-1]
    rows = _rows(groups.keys)
    parts: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        parts.setdefault(_key(row[: len(within)]), []).append(place)
    known = [p for p in range(len(rows)) if not _missing(rows[p][len(within) :])]
    wanted = _wanted(groups, rows, known, len(within), reference)
    pairs = []
    for places in parts.values():
        there = [p for p in places if p in known and _same(rows[p][len(within) :], wanted)]
        for place in places:
            if place in there or place not in known:
                continue
            before = sums[:, there[0]] if there else None
            note = _unscored(groups.n[place], groups.n[there[0]] if there else None)
            note = join_notes(note, CHOSEN if reference is None else "")
            shown = wanted[0] if len(wanted) == 1 else ", ".join(map(str, wanted))
            pairs.append(Pair(groups.keys.iloc[[place]], shown, sums[:, place], before, note))
    if not pairs:
        msg = f"psi: {', '.join(by)} has no second value to compare with {wanted}."
        raise NothingToCompare(msg)
    return pairs


def _wanted(
    groups: Groups, rows: list[Key], known: list[int], skip: int,
    reference: Reference | None,
) -> Key:  # fmt: skip
    """Return the key of the reference: the one asked for, or that of most people."""
    people: dict[Key, float] = {}
    for place in known:
        key = rows[place][skip:]
        people[key] = people.get(key, 0.0) + groups.n[place, :-1].sum()
    if not people:
        msg = "psi: no group has people."
        raise NothingToCompare(msg)
    if reference is None:
        return max(people, key=lambda key: people[key])
    asked = reference if isinstance(reference, tuple) else (reference,)
    for key in people:
        if _same(key, asked):
            return key
    found = ", ".join(repr(key[0] if len(key) == 1 else key) for key in list(people)[:20])
    msg = f"reference={reference!r} is not there. Values: {found}. Pass one of them, or a tally."
    raise InputError(msg)


def _on_same_bins(
    one: ScoreBins | None, other: ScoreBins | None, now: Groups, before: Groups
) -> tuple[Floats, Floats]:
    """Return sums of shape (3, n_groups, n_bins + 2) of both, on the same bins."""
    assert one is not None
    assert other is not None
    sums = [np.stack([g.n, g.w, g.w2])[..., :-1] for g in (now, before)]
    if one == other:
        return sums[0], sums[1]
    if not (one.exact and other.exact):
        msg = (
            "psi: the score bins of the two tallies differ. Make both with the same edges, or "
            'with score_bins="exact".'
        )
        raise UnequalTallies(msg)
    values = np.union1d(one.values, other.values)
    spread = []
    for bins, side in ((one, sums[0]), (other, sums[1])):
        wide = np.zeros((*side.shape[:-1], len(values) + 2))
        wide[..., 1 + np.searchsorted(values, bins.values)] = side[..., 1:-1]
        spread.append(wide)
    return spread[0], spread[1]


def _unscored(now: Floats, before: Floats | None) -> str:
    counts = [now[-1], 0 if before is None else before[-1]]
    if not any(counts):
        return ""
    return f"Without a score and left out: {counts[0]:g} here, {counts[1]:g} in the reference."


def _names(by: By) -> tuple[str, ...]:
    if by is None:
        return ()
    return (by,) if isinstance(by, str) else tuple(by)


def _rows(keys: pd.DataFrame) -> list[Key]:
    if not len(keys.columns):
        return [()] * len(keys)
    return [tuple(row) for row in keys.itertuples(index=False)]


def _missing(row: Key) -> bool:
    return any(pd.isna(value) for value in row)


def _key(row: Key) -> tuple[str, ...]:
    return tuple("\0" if pd.isna(v) else repr(v) for v in row)


def _same(row: Key, wanted: Key) -> bool:
    return len(row) == len(wanted) and all(matches(a, b) for a, b in zip(row, wanted, strict=True))
