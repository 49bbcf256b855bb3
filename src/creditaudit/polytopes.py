"""Counts within bounds that must make totals, and how far their sums and ratios reach."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csgraph, csr_array

from creditaudit.values import Codes, Floats

# Deterministic, unlike a limit of time: a report must be the same on every machine.
NODES = 5_000
_ROUNDS = 200
_TABLES = 12


@dataclass(frozen=True)
class Corner:
    """The least sum of some counts and the greatest of others.

    ``together`` says that one table has both; ``least`` and ``most`` are then a corner of all
    tables that fit, and what falls with the first and rises with the second ends there.
    """

    least: float
    most: float
    together: bool


class NoTable(Exception):
    """No table fits; ``total`` is the place of a total that none makes, if one can be told."""

    def __init__(self, total: int | None) -> None:
        super().__init__(total)
        self.total = total


@dataclass(frozen=True, eq=False)
class Polytope:
    """Every table of counts that lies within bounds and makes its totals.

    Attributes
    ----------
    low, high : float arrays of shape (n_counts,)
        ``high`` may be infinite.
    members : sparse array of shape (n_totals, n_counts)
        1 where a total adds up a count.
    total_low, total_high : float arrays of shape (n_totals,)
    whole : bool
        Whether the counts are whole numbers.

    Notes
    -----
    Counts that share no total, not even by way of others, are independent, so each connected
    part is solved alone: without a total in closed form, with one too, else as a linear programme
    (HiGHS). Totals of two families, such as rows and columns, make a network, of which the corners
    are whole by themselves. Where one is not, the programme is solved in whole numbers; where that
    stops after 5,000 nodes the bound is its dual one, which is still a bound.
    """

    low: Floats
    high: Floats
    members: Any
    total_low: Floats
    total_high: Floats
    whole: bool
    _memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.low)

    @cached_property
    def part(self) -> Codes:
        """The connected part of each count."""
        shared = self.members.T @ self.members
        _, found = csgraph.connected_components(shared, directed=False)
        return np.asarray(found, dtype=np.int64)

    @cached_property
    def _parts(self) -> list[Codes]:
        order = np.argsort(self.part, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(self.part[order])) + 1)

    @cached_property
    def _totals(self) -> list[Codes]:
        """The totals of each part."""
        found: list[list[int]] = [[] for _ in self._parts]
        for total in range(self.members.shape[0]):
            counts = self.members.indices[
                self.members.indptr[total] : self.members.indptr[total + 1]
            ]
            if len(counts):
                found[self.part[counts[0]]].append(total)
        return [np.array(one, dtype=np.int64) for one in found]

    @cached_property
    def _alike(self) -> dict[bytes, int]:
        """A total by the counts it adds up."""
        indices = np.split(self.members.indices.astype(np.int64), self.members.indptr[1:-1])
        return {np.sort(one).tobytes(): total for total, one in enumerate(indices)}

    def corner(self, falling: Codes, rising: Codes) -> Corner:
        """Return the least sum of the counts ``falling`` and the greatest of those ``rising``."""
        least, most, together = 0.0, 0.0, True
        for part, down, up in self._touched(falling, rising):
            one = self._corner_of(part, down, up)
            least, most = least + one.least, most + one.most
            together &= one.together
        return Corner(least, most, together)

    def reach(self, counts: Codes) -> tuple[float, float]:
        """Return the least and the greatest sum of some counts."""
        none = np.empty(0, dtype=np.int64)
        return self.corner(counts, none).least, self.corner(none, counts).most

    def shared(self, some: Codes, others: Codes) -> bool:
        """Whether a total ties some counts to others, directly or by way of more."""
        return bool(np.isin(self.part[some], self.part[others]).any())

    def least_sum(self, weights: Floats) -> float:
        """Return the least weighted sum of the counts."""
        used = np.flatnonzero(weights)
        parts = np.unique(self.part[used]).tolist()
        return float(sum(self._solve(part, weights[self._parts[part]])[0] for part in parts))

    def least_ratio(self, top: Floats, bottom: Floats, told: tuple[float, float]) -> float:
        """Return the least ratio of two weighted sums, by Dinkelbach's iteration.

        Parameters
        ----------
        top, bottom : float arrays of shape (n_counts,)
            Weights of the counts, 0 or more.
        told : (float, float)
            What is added to the sums above and below.

        Returns
        -------
        float
            NaN where the sum below is 0 in every table.

        References
        ----------
        Dinkelbach, W. (1967). On nonlinear fractional programming. Management Science 13, 492-498.
        """
        parts = np.unique(self.part[np.flatnonzero(top + bottom)]).tolist()

        def smallest(weights: Floats) -> tuple[float, float, float]:
            value, above, below = 0.0, *told
            for part in parts:
                own = self._parts[part]
                bound, table = self._solve(part, weights[own])
                value += bound
                above, below = above + float(top[own] @ table), below + float(bottom[own] @ table)
            return value, above, below

        _, above, below = smallest(-bottom)
        if below == 0:
            return math.nan
        ratio = above / below
        for _ in range(100):
            value, above, below = smallest(top - ratio * bottom)
            value += told[0] - ratio * told[1]
            # Nothing is less than this by more than the solver rounds.
            if not value < -1e-9 or not above / below < ratio:
                return ratio if np.isfinite(value + above + below) else 0.0
            ratio = above / below
        return ratio

    def fits(self) -> bool:
        """Whether there is any table, whole where counts are."""
        try:
            for part, totals in enumerate(self._totals):
                if len(totals) > 1:
                    self._solve(part, np.zeros(len(self._parts[part])))
        except NoTable:
            return False
        return True

    def _touched(self, falling: Codes, rising: Codes) -> Iterator[tuple[int, Codes, Codes]]:
        parts = self.part[falling], self.part[rising]
        for part in np.union1d(*parts).tolist():
            yield part, falling[parts[0] == part], rising[parts[1] == part]

    def _corner_of(self, part: int, down: Codes, up: Codes) -> Corner:
        totals = self._totals[part]
        if len(totals) > 1:
            key = (part, down.tobytes(), up.tobytes())
            if key not in self._memo:
                self._memo[key] = self._solved_corner(part, down, up)
            found: Corner = self._memo[key]
            return found
        least, most = float(self.low[down].sum()), float(self.high[up].sum())
        if not len(totals):
            return Corner(least, most, True)
        every = self._parts[part]
        rest = every[~np.isin(every, down) & ~np.isin(every, up)]
        low, high = float(self.total_low[totals[0]]), float(self.total_high[totals[0]])
        least = max(least, low - most - float(self.high[rest].sum()))
        most = min(most, high - least - float(self.low[rest].sum()))
        return Corner(least, most, True)

    def _solved_corner(self, part: int, down: Codes, up: Codes) -> Corner:
        own = self._parts[part]
        falling, rising = np.isin(own, down).astype(float), np.isin(own, up).astype(float)
        lowest, highest = self._outside(down)[0], self._outside(up)[1]
        for table in self._memo.setdefault(("tables", part), []):
            # No table goes further than its bounds, so one that gets there needs no search.
            if falling @ table == lowest and rising @ table == highest:
                return Corner(lowest, highest, True)
        # Only totals without an upper end hold a count without one, so it rises alone.
        endless = bool(np.isinf(self.high[up]).any())
        if endless:
            rising[:] = 0
        value, table = self._solve(part, falling - rising)
        least, most = float(falling @ table), float(rising @ table)
        if not len(down) or not len(up) or endless:
            together = _near(value, least - most)
            least, most = (value, 0.0) if len(down) else (0.0, -value)
            return Corner(least, math.inf if endless else most, together)
        together = _near(least, lowest) and _near(most, highest)
        if not together:
            # Each alone; both in one table only if that one has the same sums.
            bottom, top = self._solve(part, falling)[0], -self._solve(part, -rising)[0]
            together = _near(least, bottom) and _near(most, top)
            least, most = bottom, top
        return Corner(least, most, together)

    def _outside(self, counts: Codes) -> tuple[float, float]:
        """Return bounds of a sum that its own counts, and a total of just these, make."""
        low, high = float(self.low[counts].sum()), float(self.high[counts].sum())
        total = self._alike.get(np.sort(counts).tobytes())
        if total is None or not len(counts):
            return low, high
        return max(low, float(self.total_low[total])), min(high, float(self.total_high[total]))

    def _solve(self, part: int, weights: Floats) -> tuple[float, Floats]:
        """Return the least weighted sum over a part, or a bound below it, and a table with it."""
        value, table = self._search(part, weights)
        found = self._memo.setdefault(("tables", part), [])
        if len(found) < _TABLES and np.isfinite(table).all():
            found.append(table)
        return value, table

    def _search(self, part: int, weights: Floats) -> tuple[float, Floats]:
        own, totals = self._parts[part], self._totals[part]
        if not len(totals):
            table = np.where(weights < 0, self.high[own], self.low[own])
            return float(weights @ table), table
        found = self._run(part, weights, whole=False)
        if found.status == 2:
            raise NoTable(None)
        if not self.whole and found.x is not None:
            return float(weights @ found.x), found.x
        if found.x is not None:
            table = np.round(found.x)
            if np.abs(table - found.x).max() < 1e-6:
                return float(weights @ table), table
        # The corners are not whole by themselves.
        found = self._run(part, weights, whole=True)
        if found.status == 2:
            raise NoTable(None)
        bound = -math.inf if found.mip_dual_bound is None else float(found.mip_dual_bound)
        if found.x is None:
            # Stopped without a table: nothing but the bound is known.
            box = _box(weights, self.low[own], self.high[own])
            return max(bound, box), np.full(len(own), np.nan)
        table = np.round(found.x)
        value = float(weights @ table)
        return (value if found.status == 0 else min(value, bound)), table

    def _run(self, part: int, weights: Floats, *, whole: bool) -> Any:
        from scipy.optimize import Bounds, LinearConstraint, milp

        own, totals = self._parts[part], self._totals[part]
        if ("ties", part) not in self._memo:
            self._memo["ties", part] = (
                LinearConstraint(
                    self.members[totals][:, own], self.total_low[totals], self.total_high[totals]
                ),
                Bounds(self.low[own], self.high[own]),
            )
        ties, bounds = self._memo["ties", part]
        options = {"mip_rel_gap": 0, "node_limit": NODES} if whole else {}
        return milp(
            weights, constraints=ties, bounds=bounds, integrality=np.full(len(own), int(whole)),
            options=options,
        )  # fmt: skip


def narrowed(
    low: Floats, high: Floats, members: Any, total_low: Floats, total_high: Floats, *, whole: bool
) -> tuple[Floats, Floats]:
    """Return bounds of counts as narrow as each total alone makes them.

    Raises
    ------
    NoTable
        Naming the total that cannot be made.
    """
    low, high = low.copy(), high.copy()
    if not members.shape[0]:
        return low, high
    rows = np.repeat(np.arange(members.shape[0]), np.diff(members.indptr))
    columns = members.indices
    for _ in range(_ROUNDS):
        lows, endless = members @ low, members @ np.isinf(high).astype(float)
        highs = members @ np.where(np.isinf(high), 0.0, high)
        reach = np.where(endless > 0, np.inf, highs)
        slack = 0 if whole else 1e-9 * np.maximum(np.abs(lows), 1)
        wrong = np.flatnonzero((lows > total_high + slack) | (reach < total_low - slack))
        if len(wrong):
            raise NoTable(int(wrong[0]))
        own_endless = np.isinf(high[columns])
        others = np.where(
            endless[rows] - own_endless > 0,
            np.inf,
            highs[rows] - np.where(own_endless, 0.0, high[columns]),
        )
        least, most = low.copy(), high.copy()
        np.maximum.at(least, columns, total_low[rows] - others)
        np.minimum.at(most, columns, total_high[rows] - (lows[rows] - low[columns]))
        if whole:
            least, most = np.ceil(least - 1e-9), np.floor(most + 1e-9)
        crossed = np.flatnonzero(least > most)
        if len(crossed) and (whole or (least - most)[crossed].max() > 1e-9 * max(1, least.max())):
            raise NoTable(int(rows[columns == crossed[0]][0]))
        most = np.maximum(least, most)
        if np.array_equal(least, low) and np.array_equal(most, high):
            break
        low, high = least, most
    return low + 0.0, high + 0.0  # -0.0 becomes 0.0


def membership(rows: Codes, columns: Codes, shape: tuple[int, int]) -> Any:
    """Return which total adds up which count, as `Polytope.members` wants it."""
    found = csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    found.sum_duplicates()
    found.data[:] = 1
    return found


def without(members: Any, kept: np.ndarray) -> Any:
    """Return the memberships of some counts."""
    return csr_array(members[:, np.flatnonzero(kept)])


def _box(weights: Floats, low: Floats, high: Floats) -> float:
    ends = np.where(weights < 0, high, low)
    used = weights != 0
    return float(weights[used] @ ends[used])


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
