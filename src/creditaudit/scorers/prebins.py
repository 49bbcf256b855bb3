"""A feature as at most 64 prebins with their counts, from rows or from counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from creditaudit.scorers.predicates import Interval, OneOf, Special
from creditaudit.scorers.segments import MAX_PREBINS
from creditaudit.values import Floats, Level

Ints = npt.NDArray[np.int64]
# Bad people, good people, and people as counted.
BAD, GOOD, PEOPLE = 0, 1, 2
_LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, eq=False)
class Prebins:
    """Counts of a feature: one row a prebin, in order.

    Attributes
    ----------
    holds : tuple of Interval or OneOf
        Who is in each prebin.
    counts : array of shape (n_prebins, n_periods, 3)
        Weight of bad people, weight of good people, people.
    aside : tuple of (Special or None, array of shape (3,))
        Special values and, as None, missing ones. Nobody in them is in a prebin.
    """

    holds: tuple[Interval | OneOf, ...]
    counts: Floats
    aside: tuple[tuple[Special | None, Floats], ...] = ()

    @property
    def totals(self) -> Floats:
        """Sums over prebins, periods and values set aside; shape (3,)."""
        return np.asarray(self.counts.sum((0, 1)) + sum(counts for _, counts in self.aside))


@dataclass(frozen=True, eq=False)
class Target:
    """Who is bad, with weights and periods where given; all arrays of shape (n_rows,)."""

    bad: npt.NDArray[np.bool_]
    weight: Floats | None = None
    period: Ints | None = None

    @property
    def periods(self) -> int:
        """The number of periods."""
        return 1 if self.period is None else int(self.period.max(initial=0)) + 1

    def rows(self, kept: npt.NDArray[Any]) -> "Target":
        """Return the target of some rows."""
        weight = None if self.weight is None else self.weight[kept]
        period = None if self.period is None else self.period[kept]
        return Target(self.bad[kept], weight, period)

    def sums(self, rows: npt.NDArray[np.bool_]) -> Floats:
        """Return bad weight, good weight and people among some rows."""
        bad = self.bad[rows]
        weight = np.ones(len(bad)) if self.weight is None else self.weight[rows]
        return np.array([weight[bad].sum(), weight[~bad].sum(), len(bad)], dtype=np.float64)


def number_prebins(
    x: Floats, target: Target, specials: Sequence[Special], limit: int = MAX_PREBINS
) -> Prebins:
    """Return the prebins of numbers: one for each value, or quantiles where there are too many.

    Parameters
    ----------
    x : float array of shape (n_rows,)
        NaN is missing; infinite values are the smallest and the largest.
    """
    aside: list[tuple[Special | None, Floats]] = []
    out = np.isnan(x)
    if out.any():
        aside.append((None, target.sums(out)))
    for special in specials:
        here = np.isin(x, np.array(special.values, dtype=np.float64))
        if here.any():
            aside.append((special, target.sums(here)))
            out |= here
    if target.weight is not None:
        out |= target.weight == 0
    if out.any():
        kept = ~out
        x, target = x[kept], target.rows(kept)
    if target.weight is None and target.period is None:
        values = np.sort(x)
        cuts = _cuts(values, None, limit)
        bads = np.sort(x[target.bad])
        bad, people = (
            np.diff([0, *part.searchsorted(cuts).tolist(), len(part)]) for part in (bads, values)
        )
        counts = np.stack([bad, people - bad, people], axis=-1)[:, None].astype(np.float64)
    else:
        order = np.argsort(x, kind="stable")
        weight = np.ones(len(x)) if target.weight is None else target.weight
        cuts = _cuts(x[order], weight[order], limit)
        counts = counted(np.searchsorted(cuts, x, side="right"), len(cuts) + 1, target)
    ends = [-math.inf, *cuts.tolist(), math.inf]
    holds = tuple(Interval(low, high) for low, high in pairwise(ends))
    return Prebins(holds, counts, tuple(aside))


def value_prebins(
    codes: Ints,
    levels: Sequence[Level],
    target: Target,
    specials: Sequence[Special],
    min_share: float,
    limit: int = MAX_PREBINS,
) -> Prebins:
    """Return the prebins of values that have no order of their own; see `ordered_values`.

    Parameters
    ----------
    codes : int array of shape (n_rows,)
        Places in ``levels``; -1 is missing.
    """
    counts = counted(codes + 1, len(levels) + 1, target)
    named = [level if isinstance(level, str) else float(level) for level in levels]  # type: ignore[arg-type]
    return ordered_values(named, counts[1:], counts[0].sum(0), specials, min_share, limit)


def ordered_values(
    levels: Sequence[str | float],
    counts: Floats,
    missing: Floats,
    specials: Sequence[Special],
    min_share: float,
    limit: int = MAX_PREBINS,
) -> Prebins:
    """Return values in the order of their bad rates, rare ones together.

    Parameters
    ----------
    counts : array of shape (n_levels, n_periods, 3)
    missing : array of shape (3,)
    min_share : float
        Values with a smaller share of the weight are rare; so are those beyond the limit.
    """
    flat = counts.sum(1)
    aside: list[tuple[Special | None, Floats]] = [(None, missing)] if missing[PEOPLE] else []
    taken: set[int] = set()
    for special in specials:
        here = [i for i, level in enumerate(levels) if level in special.values and flat[i, PEOPLE]]
        taken |= {*here}
        if here:
            aside.append((special, flat[here].sum(0)))
    weight = flat[:, BAD] + flat[:, GOOD]
    total = weight.sum() + missing[BAD] + missing[GOOD]
    left = [i for i in range(len(levels)) if i not in taken and weight[i] > 0]
    # The commonest first; of two as common, by name.
    left.sort(key=lambda i: (-weight[i], str(levels[i])))
    common = [i for i in left[: limit - 1] if weight[i] >= min_share * total]
    rare = left[len(common) :]
    groups = [[i] for i in common] + ([rare] if rare else [])
    rate = float(flat[left, BAD].sum() / weight[left].sum()) if left else 0.0

    def place(group: list[int]) -> tuple[float, str]:
        bad, all_ = flat[group, BAD].sum(), weight[group].sum()
        return float((bad + rate) / (all_ + 1)), str(levels[group[0]])

    groups.sort(key=place)
    holds = tuple(
        OneOf(tuple(sorted((levels[i] for i in group), key=_sortable)), rest=group is rare)
        for group in groups
    )
    stacked = np.stack([counts[group].sum(0) for group in groups]) if groups else counts[:0]
    return Prebins(holds, stacked, tuple(aside))


def counted(codes: Ints, n: int, target: Target) -> Floats:
    """Return the counts of codes 0 to n - 1; shape (n, n_periods, 3)."""
    periods = target.periods
    key = codes if target.period is None else codes * periods + target.period
    size = n * periods

    def total(weights: npt.NDArray[np.generic] | None) -> Floats:
        found = np.bincount(key, weights=weights, minlength=size)
        return found.reshape(n, periods).astype(np.float64)

    people = total(None)
    if target.weight is None:
        bad = total(target.bad)
        return np.stack([bad, people - bad, people], axis=-1)
    return np.stack(
        [total(target.weight * target.bad), total(target.weight * ~target.bad), people], axis=-1
    )


def together(parts: Sequence[Interval | OneOf]) -> Interval | OneOf:
    """Return who is in one of several neighbouring prebins."""
    first = parts[0]
    if isinstance(first, Interval):
        return Interval(first.low, parts[-1].high)  # type: ignore[union-attr]
    values = [value for part in parts for value in part.values]  # type: ignore[union-attr]
    rest = any(part.rest for part in parts)  # type: ignore[union-attr]
    return OneOf(tuple(sorted(values, key=_sortable)), rest)


def short_cut(low: float, high: float) -> float:
    """Return the number with the fewest digits that is over ``low`` and at most ``high``."""
    if not math.isfinite(high):
        return float(np.nextafter(low, math.inf))
    if low < 0 <= high:
        return 0.0
    # Half of the largest float is room enough below any other.
    low = max(low, high - 1 - abs(high) if high > -_LARGEST / 4 else -_LARGEST)
    if low >= high:
        return high
    top, exact, floor = max(abs(low), abs(high)), Decimal(high), Decimal(low)
    place = math.floor(math.log10(top)) + 1
    while place > -330:
        step = Decimal(1).scaleb(place)
        found = (exact / step).to_integral_value("ROUND_FLOOR") * step
        # The float nearest to a decimal below the value may be above it.
        if found > floor and low < float(found) <= high:
            return float(found)
        if place < math.floor(math.log10(top)) - 17:
            break
        place -= 1
    return high


def _cuts(values: Floats, weights: Floats | None, limit: int) -> Floats:
    """Return the cuts between the prebins of sorted values; weights are 1 each when absent."""
    steps = np.flatnonzero(values[1:] > values[:-1])
    if len(steps) < limit:
        pairs = zip(values[steps].tolist(), values[steps + 1].tolist(), strict=True)
        return np.array([short_cut(low, high) for low, high in pairs])
    found = values[_quantiles(weights, len(values), limit, 0.0)]
    cuts: set[float] = set()
    rest = np.ones(len(values), dtype=np.bool_)
    # A value that many people share has a prebin of its own; the others share the rest.
    for heavy in np.unique(found[1:][found[1:] == found[:-1]]).tolist():
        first, after = values.searchsorted(heavy), values.searchsorted(heavy, side="right")
        rest[first:after] = False
        ends = (place for place in (first, after) if 0 < place < len(values))
        cuts |= {short_cut(float(values[place - 1]), float(values[place])) for place in ends}
    if cuts:
        values, weights = values[rest], None if weights is None else weights[rest]
    number = limit - len(cuts)
    if number > 1 and len(values):
        near = (values[_quantiles(weights, len(values), number, by)] for by in (-0.125, 0.125))
        for low, high in zip(*(part.tolist() for part in near), strict=True):
            place = int(values.searchsorted(high))
            if low < high:
                cuts.add(short_cut(low, high))
            elif place:
                cuts.add(short_cut(float(values[place - 1]), high))
    return np.array(sorted(cuts))


def _quantiles(weights: Floats | None, n: int, number: int, shift: float) -> Ints:
    """Return the places of the inner of ``number`` quantiles, shifted by a part of their distance.

    The first value with more weight up to it: whole weights are as good as repeated values.
    """
    part = (np.arange(1, number) + shift) / number
    if weights is None:
        return np.floor(part * n).astype(np.int64)
    sums = np.cumsum(weights)
    return np.asarray(np.minimum(np.searchsorted(sums, part * sums[-1], side="right"), n - 1))


def _sortable(value: str | float) -> tuple[bool, float, str]:
    word = isinstance(value, str)
    return word, 0.0 if word else float(value), str(value)
