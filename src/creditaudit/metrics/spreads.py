"""The worst group against the best, and how many people are short of a reference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.metrics.disparities import (
    Reference,
    asked_of,
    compare,
    reference_name,
    reference_row,
)
from creditaudit.metrics.measures import Estimates, join_notes, whole
from creditaudit.metrics.pairs import Pairs, effect
from creditaudit.metrics.rates import BY_NAME
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

SpreadKind = Literal["difference", "ratio"]


def worst_against_best(
    tally: Tally,
    metric: str = "approval_rate",
    *,
    by: By,
    reference: Reference | None = None,
    kind: SpreadKind = "ratio",
    min_people: float = 30,
    replicates: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Set the group with the lowest value of a measure against the one with the highest.

    Parameters
    ----------
    tally : Tally
    metric : str
        Any name in `metrics.CATALOGUE`.
    by : str or tuple of str
    reference : value or tuple of values, optional
        Set every group against this one, and show the pair that is furthest apart; else all pairs.
    kind : {"ratio", "difference"}
        lowest / highest, or highest - lowest.
    min_people : float
        Groups with fewer people in the measure's denominator are left out, and listed.
    replicates, seed : int
        For ``by_chance``.

    Returns
    -------
    frame of one row
        measure, worst, n_worst, best, n_best (the groups, named by the side on which a group is
        worse off), value, low, high (95 % over all pairs together), by_chance, groups (how many
        were compared), excluded (those left out, with their people), note. ``by_chance`` is what
        groups of these sizes show on average when all have one rate: the widest of many gaps is
        never near none, and the smallest groups make it.

    Raises
    ------
    InputError
        For an unknown metric, kind or reference.
    NothingToCompare
        With fewer than two groups of enough people.
    MissingRole

    Notes
    -----
    fairlearn's ``..._difference`` and ``..._ratio`` with ``min_people=0``, and null instead of 0
    for a group without a denominator. The ends are those of the range of each pair, at
    1 - 0.05 / pairs, that lie furthest from none: the true widest gap is at least the low end of
    every pair and at most the greatest high end, so they hold whichever pair the data picked.
    """
    found = widest_gap(
        tally, metric, by, reference, kind,
        min_people=min_people, replicates=replicates, seed=seed,
    )  # fmt: skip
    return pd.DataFrame([found.row])


@dataclass(frozen=True, eq=False)
class Spread:
    """The row of `worst_against_best`, and the widest gap in each draw under one common value."""

    row: dict[str, object]
    chance: Floats


def widest_gap(
    tally: Tally, metric: str, by: By, reference: Reference | None = None,
    kind: SpreadKind = "ratio", *, min_people: float, replicates: int = 2000, seed: int = 0,
    family: int = 1,
) -> Spread:  # fmt: skip
    """Return `worst_against_best`, its range among ``family`` such ranges."""
    if kind not in ("difference", "ratio"):
        msg = f'kind={kind!r} must be "difference" or "ratio".'
        raise InputError(msg)
    asked, everyone = asked_of(tally, metric, by, kind)
    compared = ~everyone.missing & (everyone.n >= min_people) & (everyone.n > 0)
    places = np.flatnonzero(compared).tolist()
    if reference is None:
        pairs = list(combinations(places, 2))
    else:
        base = reference_row(everyone, reference)
        pairs = [(place, base) for place in places if place != base]
    if not pairs:
        msg = (
            f"{len(places)} groups have {min_people:g} people or more, and a comparison needs two. "
            "Pass a smaller min_people=, or merge groups."
        )
        raise NothingToCompare(msg)
    first, second = np.array(pairs).T
    level = 1 - (1 - intervals.LEVEL) / len(pairs) / family
    both = [Pairs(asked, tally, by, everyone, *sides, kind).ranges(level)[:2]
            for sides in ((first, second), (second, first))]  # fmt: skip
    low, high = widest_range(both, kind)
    value, pair = _widest(everyone.value[first], everyone.value[second], kind)
    named: dict[str, object] = {"worst": "", "n_worst": np.nan, "best": "", "n_best": np.nan}
    if pair is not None:
        ends = sorted(
            (int(first[pair]), int(second[pair])), key=lambda place: float(everyone.value[place])
        )
        sides = ("worst", "best") if asked.harm == "low" else ("best", "worst")
        for side, place in zip(sides, ends, strict=True):
            people = float(everyone.n[place])
            named[side] = group_name(everyone, place)
            named[f"n_{side}"] = int(people) if people.is_integer() else people
    among = np.unique(np.concatenate([first, second]))
    chance = _by_chance(everyone.take(among), kind, replicates, seed)
    row = {
        "measure": metric, **named, "value": value, "low": low, "high": high,
        "by_chance": float(chance.mean()), "groups": len(among),
        "excluded": _excluded(everyone, np.isin(np.arange(len(everyone.n)), among)),
        "note": _note(everyone.take(among), value),
    }  # fmt: skip
    return Spread(row, chance)


def widest_range(ranges: Sequence[tuple[Floats, Floats]], kind: SpreadKind) -> tuple[float, float]:
    """Return the range of the widest gap from the ranges of all gaps, both ways round."""
    lows, highs = (np.concatenate(ends) for ends in zip(*ranges, strict=True))
    if kind == "difference":
        return max(_of(np.nanmax, lows), 0.0), _of(np.nanmax, highs)
    return _of(np.nanmin, lows), min(_of(np.nanmin, highs), 1.0)


def _of(pick: Callable[[Floats], float], ends: Floats) -> float:
    return float(pick(ends)) if np.isfinite(ends).any() else np.nan


def _widest(one: Floats, other: Floats, kind: SpreadKind) -> tuple[float, int | None]:
    """Return the widest gap, whichever way round, and the place of the pair."""
    lower, upper = np.minimum(one, other), np.maximum(one, other)
    gaps = effect(upper, lower, kind) if kind == "difference" else effect(lower, upper, kind)
    if not np.isfinite(gaps).any():
        return np.nan, None
    pair = int(np.nanargmax(gaps) if kind == "difference" else np.nanargmin(gaps))
    return float(gaps[pair]), pair


def group_name(estimates: Estimates, place: int) -> str:
    """Return the name of a group as text."""
    values = estimates.keys.iloc[place].tolist()
    return ", ".join("missing" if pd.isna(value) else str(value) for value in values)


def _excluded(everyone: Estimates, compared: np.ndarray) -> str:
    left = np.flatnonzero(~compared).tolist()
    return "; ".join(f"{group_name(everyone, p)} ({everyone.n[p]:g})" for p in left)


def _note(among: Estimates, value: float) -> str:
    if np.isnan(value):
        return join_notes("Not known, or the highest value is 0.", *dict.fromkeys(among.notes))
    unknown = int(np.isnan(among.value).sum())
    return f"{unknown} groups have no known value and could be wider apart." if unknown else ""


def _by_chance(groups: Estimates, kind: SpreadKind, replicates: int, seed: int) -> Floats:
    """Return the widest gap in draws in which all groups have the value of everyone."""
    known = np.flatnonzero(np.isfinite(groups.value) & (groups.size > 0))
    if len(known) < 2:
        return np.full(replicates, np.nan)
    rng = np.random.default_rng(seed)
    some = groups.take(known)
    mean = float(np.average(some.value, weights=some.size))
    if some.error is None:
        sizes = np.maximum(np.round(some.size), 1).astype(np.int64)
        drawn = rng.binomial(sizes, mean, size=(replicates, len(sizes))) / sizes
    else:
        drawn = rng.normal(mean, np.nan_to_num(some.error), size=(replicates, len(some.value)))
    highest, lowest = drawn.max(axis=1), drawn.min(axis=1)
    if kind == "difference":
        return np.asarray(highest - lowest)
    # Where nobody is drawn in any group, they do not differ.
    return np.asarray(np.divide(lowest, highest, out=np.ones(replicates), where=highest > 0))


def shortfall(
    tally: Tally,
    metric: str = "approval_rate",
    *,
    by: By,
    reference: Reference | None = None,
) -> pd.DataFrame:
    """Count how many more people of each group would be approved at the reference group's rate.

    Parameters
    ----------
    tally : Tally
    metric : str
        Any rate. For ``true_positive_rate``, how many more good payers; for rates of which more is
        worse, such as ``false_negative_rate``, how many fewer.
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people.

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n, n_reference, value (people; below 0 where the group is ahead of the
        reference), low, high (95 %), deviations, deviations_low, deviations_high (the same gap in
        standard deviations of chance), p_value, p_adjusted (Holm), note.

    Raises
    ------
    InputError
        For a metric that is no rate.

    Notes
    -----
    value = n (p_reference - p); the range is that of the difference of rates (Miettinen-Nurminen)
    times n, with the group's n as it is. deviations = (p_reference - p) / sqrt(P (1 - P)
    (1 / n + 1 / n_reference)) with P of both together: the statistic of "two or three standard
    deviations" in Castaneda v. Partida, 430 U.S. 482 (1977), n. 17, for two samples; aedt-audit's
    ``LL144_z_score`` with its sign turned. It grows with n for the same gap. Some count the
    shortfall against the rate of both groups together, which is smaller by
    n_reference / (n + n_reference).
    """
    if metric not in BY_NAME:
        msg = f"shortfall counts people, so it needs a rate: {', '.join(BY_NAME)}; got {metric!r}."
        raise InputError(msg)
    found = compare(tally, metric, by, reference, "difference")
    a, b = found.groups, found.reference
    sign = -1.0 if BY_NAME[metric].harm == "low" else 1.0
    size, size_reference = a.size, b.size[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (a.value * size + b.value[0] * size_reference) / (size + size_reference)
        unit = np.sqrt(pooled * (1 - pooled) * (1 / size + 1 / size_reference))
    frame = a.keys.copy()
    frame["reference"] = reference_name(b)
    frame["n"], frame["n_reference"] = whole(a.n), np.repeat(whole(b.n), len(frame))
    ends = (found.low, found.high) if sign > 0 else (found.high, found.low)
    # Where a rate is not known, neither is the number of people it is about.
    known = np.where(np.isfinite(found.value) & a.counted, sign, np.nan)
    named = zip(("value", "low", "high"), (found.value, *ends), strict=True)
    gaps = {name: known * gap for name, gap in named}
    for name, gap in gaps.items():
        frame[name] = gap * a.n
    for name, gap in gaps.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            deviations = gap / unit
        frame["deviations" + ("" if name == "value" else f"_{name}")] = np.where(
            np.isfinite(deviations), deviations, np.nan
        )
    frame["p_value"], frame["p_adjusted"] = found.p_value, found.p_adjusted
    frame["note"] = found.notes
    return frame
