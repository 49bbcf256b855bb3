"""The division of a row of prebins into bins that has the highest information value, exactly.

For segments [h, i) and [i, j) of the prebins, the best division that ends with [i, j) is

    F(i, j) = v(i, j) + max over h of F(h, i) where [h, i) may stand before [i, j)

with v(i, j) the part of a segment in the information value. "May stand before" holds every demand
on neighbours: that the bad rate rises, in each period where asked, and how far apart they are. What
is asked of one segment (its weight) makes v minus infinity. A peak is the best rising division of
the first c prebins and the best falling one of the rest, for the best c: the joint needs no order,
since rates rise up to it and fall from it on either side of the higher one.

Falling is rising with the sign of the rates turned. What comes after a turn is read from the last
prebin to the first, so that every row of the batch rises.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from creditaudit.values import Floats

Trend = Literal["ascending", "descending", "peak", "valley", "none"]
MAX_PREBINS = 64
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
# Of each trend: the sign of the rates, and whether a second row is read from the end.
_ROWS: dict[Trend, tuple[tuple[int, bool], ...]] = {
    "ascending": ((1, False),),
    "descending": ((-1, False),),
    "peak": ((1, False), (1, True)),
    "valley": ((-1, False), (-1, True)),
}


@dataclass(frozen=True)
class Demands:
    """What a division has to satisfy.

    Attributes
    ----------
    max_bins : int
    min_weight : float
        Least weight of people in a bin.
    min_difference : float
        Least difference between the bad rates of neighbours.
    min_chi_square : float
        Least chi-square (one degree of freedom) between neighbours.
    """

    max_bins: int = MAX_PREBINS
    min_weight: float = 0.0
    min_difference: float = 0.0
    min_chi_square: float = 0.0

    @property
    def on_pairs(self) -> bool:
        """Whether neighbours have to differ by something."""
        return self.min_difference > 0 or self.min_chi_square > 0


@dataclass(frozen=True)
class Division:
    """Bins: their places ``edges`` in the prebins, 0 first, and their value."""

    trend: Trend
    edges: tuple[int, ...]
    value: float


class Segments:
    """All segments of a row of at most 64 prebins.

    Parameters
    ----------
    bad, good : arrays of shape (n_prebins, n_periods)
        Weights. A trend has to hold in each period.
    totals : (float, float)
        All bad and all good people, also those of other bins.
    pseudo : (float, float)
        Bad and good people added to every bin inside its logarithm.
    """

    def __init__(
        self, bad: Floats, good: Floats, totals: tuple[float, float], pseudo: tuple[float, float]
    ) -> None:
        by_period = _between(bad), _between(good)
        self.n = len(bad)
        self.bad, self.good = (part.sum(-1) for part in by_period)
        self.weight = self.bad + self.good
        self.rate = _share(self.bad, self.weight)
        one = bad.shape[1] == 1
        rates = _share(by_period[0], by_period[0] + by_period[1])
        self.rates = self.rate[None] if one else np.moveaxis(rates, -1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            woe = np.log((self.bad + pseudo[0]) / (self.good + pseudo[1]))
            woe -= np.log(totals[0] / totals[1])
            value = (self.bad / totals[0] - self.good / totals[1]) * woe
        # Without pseudo-people a bin of one class has no WOE, so there is no such bin.
        self.value = np.where(np.isfinite(value), value, -np.inf)

    def best(self, trends: tuple[Trend, ...], demands: Demands) -> list[Division]:
        """Return the best division for each trend, in the order given.

        Where no division satisfies the demands, it is the one bin of everybody.
        """
        found = self._best(("none",), demands) if "none" in trends else []
        ordered = tuple(trend for trend in trends if trend != "none")
        found += self._best(ordered, demands) if ordered else []
        return [next(one for one in found if one.trend == trend) for trend in trends]

    def _best(self, trends: tuple[Trend, ...], demands: Demands) -> list[Division]:
        value = np.where(self.weight >= demands.min_weight, self.value, -np.inf)
        value[np.tril_indices(self.n + 1)] = -np.inf
        rows = list(dict.fromkeys(row for trend in trends for row in _ROWS.get(trend, ())))
        rows = rows or [(0, False)]
        values = np.stack([_from_the_end(value) if back else value for _, back in rows])
        turned = np.stack(
            [sign * (_from_the_end(self.rates) if back else self.rates) for sign, back in rows]
        )
        apart = [self._apart(i, demands) if demands.on_pairs else None for i in range(self.n + 1)]

        def may_follow(i: int) -> Bools:
            # NaN, a segment that nobody is in during a period, demands nothing.
            rises = np.asarray(~(turned[:, :, :i, i, None] > turned[:, :, i, None, i + 1 :]).any(1))
            if demands.on_pairs:
                for place, (_, back) in enumerate(rows):
                    pairs = apart[self.n - i] if back else apart[i]
                    rises[place] &= pairs[::-1, ::-1].T if back else pairs  # type: ignore[index]
            return rises

        follows = [may_follow(i) for i in range(1, self.n)]
        chains = _Chains(values, follows)
        found = []
        for trend in trends:
            places = [rows.index(row) for row in _ROWS.get(trend, ((0, False),))]
            edges = chains.best(places, apart)
            if len(edges) - 1 > demands.max_bins:
                if not chains.limit:
                    chains = _Chains(values, follows, demands.max_bins)
                edges = chains.best(places, apart)
            found.append(self._division(trend, edges))
        return found

    def _apart(self, i: int, demands: Demands) -> Bools:
        """Whether [h, i) and [i, j) differ enough; shape (i, n - i)."""
        left, right = np.s_[:i, i, None], np.s_[i, None, i + 1 :]
        gap = np.asarray(np.abs(self.rate[left] - self.rate[right]))
        enough = np.asarray(gap >= demands.min_difference)
        if demands.min_chi_square > 0:
            n, m = self.weight[left], self.weight[right]
            pooled = (self.bad[left] + self.bad[right]) / (n + m)
            with np.errstate(divide="ignore", invalid="ignore"):
                square = gap**2 / (pooled * (1 - pooled) * (1 / n + 1 / m))
            enough = np.asarray(enough & (square >= demands.min_chi_square))
        return enough

    def _division(self, trend: Trend, edges: tuple[int, ...]) -> Division:
        rates = [self.rate[pair] for pair in pairwise(edges)]
        # Neighbours alike are one bin: its value is the same, or higher with pseudo-people.
        alike = {edges[k] for k in range(1, len(rates)) if rates[k - 1] == rates[k]}
        kept = tuple(edge for edge in edges if edge not in alike)
        value = sum(float(self.value[pair]) for pair in pairwise(kept))
        return Division(trend, kept, value if np.isfinite(value) else 0.0)


class _Chains:
    """F(i, j) of a batch of rows: in one table, or in one for each number of bins up to a limit."""

    def __init__(self, values: Floats, follows: list[Bools], limit: int = 0) -> None:
        self.n, self.limit = values.shape[1] - 1, limit
        first = np.full_like(values, -np.inf)
        first[:, 0] = values[:, 0]
        self.totals, self.befores = [first], [np.full(values.shape, -1)]
        for _ in range(1, limit):
            self.totals.append(np.full_like(first, -np.inf))
            self.befores.append(np.full(values.shape, -1))
        steps = [(0, 0)] if not limit else [(k, k - 1) for k in range(1, min(limit, self.n))]
        for here, last in steps:
            for i, allowed in enumerate(follows, start=1):
                reach = np.where(allowed, self.totals[last][:, :i, i, None], -np.inf)
                chosen = reach.argmax(1)
                best = np.take_along_axis(reach, chosen[:, None], 1)[:, 0]
                self.totals[here][:, i, i + 1 :] = values[:, i, i + 1 :] + best
                self.befores[here][:, i, i + 1 :] = chosen

    def best(self, rows: list[int], apart: list[Bools | None]) -> tuple[int, ...]:
        """Return the edges of the best chain of one row, or of two that meet at a turn."""
        value, edges = self._one(rows[0])
        if len(rows) == 1:
            return edges
        falling, back = self._one(rows[1])
        if falling > value:
            value, edges = falling, self._turned(back)
        turn = self._turn(rows[0], rows[1], apart)
        return turn[1] if turn[0] > value else edges

    def _one(self, row: int) -> tuple[float, tuple[int, ...]]:
        ends = np.stack([total[row, :, self.n] for total in self.totals])
        k, i = map(int, np.unravel_index(ends.argmax(), ends.shape))
        if ends[k, i] == -np.inf:
            return -np.inf, (0, self.n)
        return float(ends[k, i]), self._path(row, k, i, self.n)

    def _turn(self, up: int, down: int, apart: list[Bools | None]) -> tuple[float, tuple[int, ...]]:
        best: tuple[float, tuple[int, ...]] = -np.inf, ()
        most = self.limit - 1 if self.limit else 1
        # Of the second row the best with at most so many bins, by where its last one begins.
        after = np.maximum.accumulate(np.stack([total[down] for total in self.totals]))
        for k in range(most):
            after_k = after[most - 1 - k] if self.limit else after[0]
            before = self.totals[k][up]
            if apart[0] is None:
                tops = before.max(0)[1:-1] + after_k.max(0)[1:-1][::-1]
                places = [1 + int(tops.argmax())] if len(tops) else []
            else:
                places = list(range(1, self.n))
            for c in places:
                found = self._joint(before[:c, c], after_k[: self.n - c, self.n - c], apart[c])
                if found[0] > best[0]:
                    left = self._path(up, k, found[1], c)
                    start, end = found[2], self.n - c
                    b = next(
                        b for b, t in enumerate(self.totals)
                        if t[down, start, end] == after_k[start, end]
                    )  # fmt: skip
                    right = self._turned(self._path(down, b, start, end))
                    best = found[0], (*left, *right[1:])
        return best

    def _joint(self, left: Floats, right: Floats, apart: Bools | None) -> tuple[float, int, int]:
        """Return the best sum, and where the segments before and after the joint begin and end."""
        if apart is None:
            i, j = int(left.argmax()), int(right.argmax())
            return float(left[i] + right[j]), i, j
        sums = np.where(apart, left[:, None] + right[::-1], -np.inf)
        at, to = map(int, np.unravel_index(sums.argmax(), sums.shape))
        return float(sums[at, to]), at, len(right) - 1 - to

    def _path(self, row: int, k: int, i: int, j: int) -> tuple[int, ...]:
        edges = [j, i]
        while i > 0:
            i, j = int(self.befores[k][row, i, j]), i
            k -= bool(self.limit)
            edges.append(i)
        return tuple(reversed(edges))

    def _turned(self, edges: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(self.n - edge for edge in reversed(edges))


def _between(weights: Floats) -> Floats:
    """Return the sums of all segments: shape (n + 1, n + 1, n_periods), [i, j] holds [i, j)."""
    sums = np.concatenate([np.zeros((1, weights.shape[1])), np.cumsum(weights, axis=0)])
    return np.asarray(np.maximum(sums[None] - sums[:, None], 0.0))


def _share(part: Floats, whole: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _from_the_end(segments: Floats) -> Floats:
    """Return values of segments with the prebins in the opposite order."""
    return np.swapaxes(segments[..., ::-1, ::-1], -1, -2)
