"""An attacker with a solver: all people and amounts that agree with published terms."""

from collections.abc import Sequence
from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import scipy.sparse as sp
from linear_attack import NOWHERE, OTHER, published_bin
from scipy.optimize import Bounds, LinearConstraint, milp

from creditaudit import TermsTally
from creditaudit.bins import MISSING, UNDER, ScoreBins
from creditaudit.terms_counting import NO_TERMS, UNRECORDED

AMOUNTS = (0.0, 100.0)


class TermsAttack:
    """All ways in which people and their amounts can lie in the finest cells.

    The attacker knows which values every column can have, the edges before merging, that no amount
    is outside `AMOUNTS`, and of each level in a record that somebody had it. Numbers of people are
    whole; amounts of people who are in one cell add up to a sum within the limits of that cell.

    Parameters
    ----------
    people : DataFrame
        The attacker takes levels from it only.
    whole : TermsTally
        The summary before publishing: levels and edges.
    published : TermsTally
    """

    def __init__(self, people: pd.DataFrame, whole: TermsTally, published: TermsTally) -> None:
        self.keys, self.whole = whole.roles.groups, whole
        bands = [MISSING] if whole.bands is None else [MISSING, UNDER, *range(len(whole.bands) + 1)]
        bins = [0] if whole.edges is None else [UNDER, *range(len(whole.edges) + 1)]
        axes = [[*range(len(whole.levels[name])), -1] for name in self.keys]
        self.cells = np.array(list(product(*axes, bands, [UNRECORDED, NO_TERMS, *bins])))
        self.offered = ~np.isin(self.cells[:, -1], (UNRECORDED, NO_TERMS))
        self.count, self.sums = self._truth(people)
        self.possible = np.ones(len(self.cells), dtype=bool)
        self.rows: list[tuple[np.ndarray, float, float]] = []
        self._learn(published)
        self._solve_with(np.flatnonzero(self.possible))

    def _truth(self, people: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        roles, whole = self.whole.roles, self.whole
        known = {
            name: {level: at for at, level in enumerate(whole.levels[name])} for name in self.keys
        }
        codes = [[known[name].get(x, -1) for x in people[name]] for name in self.keys]
        amount, offered = people[roles.amount].to_numpy(float), (people[roles.decision] == 1)
        band = np.full(len(people), MISSING)
        if whole.bands is not None:
            band = whole.bands.assign(people[roles.control].to_numpy(float))
        state = np.zeros(len(people), int) if whole.edges is None else whole.edges.assign(amount)
        state = np.where(np.isnan(amount), UNRECORDED, state)
        state = np.where(offered, state, NO_TERMS)
        place = {tuple(cell): at for at, cell in enumerate(self.cells.tolist())}
        count, sums = np.zeros(len(place)), np.zeros(len(place))
        for code, x in zip(np.column_stack([*codes, band, state]).tolist(), amount, strict=True):
            count[place[tuple(code)]] += 1
            sums[place[tuple(code)]] += x if code[-1] not in (UNRECORDED, NO_TERMS) else 0
        return count, sums

    def _learn(self, published: TermsTally) -> None:
        seen = self._seen(published)
        size = len(self.cells)
        for grouping in published.groupings:
            cells = published.select(grouping)
            columns = np.column_stack([seen[name] for name in (*grouping, "band", "amount")])
            told = {tuple(c): s for c, s in zip(cells.codes.tolist(), cells.sums, strict=True)}
            assert set(told) <= set(map(tuple, columns.tolist()))
            totals: dict[tuple[int, ...], tuple[list[int], float]] = {}
            for code in sorted(set(map(tuple, columns.tolist()))):
                places = np.flatnonzero((columns == code).all(axis=1))
                if code not in told:
                    self.possible[places] = False
                    continue
                self.rows.append((places, told[code][0], told[code][0]))
                if code[-1] not in (UNRECORDED, NO_TERMS):
                    inside, total = totals.get(code[:-1], ([], 0.0))
                    totals[code[:-1]] = ([*inside, *places.tolist()], total + told[code][3])
            for places, total in totals.values():
                self.rows.append((size + np.array(places), total * (1 - 1e-6), total * (1 + 1e-6)))
        for name, levels in published.published.other.items():
            for level in levels:
                code = -1 if level is None else self.whole.levels[name].index(level)
                places = np.flatnonzero(self.cells[:, self.keys.index(name)] == code)
                self.rows.append((places, 1.0, np.inf))

    def _seen(self, published: TermsTally) -> dict[str, np.ndarray]:
        """Return the published code of each finest cell, by column."""
        seen = {}
        for at, name in enumerate(self.keys):
            new = {level: code for code, level in enumerate(published.levels.get(name, ()))}
            other = published.published.other.get(name, ())
            codes = [
                new.get(OTHER if level in other else level, -1 if level is None else NOWHERE)
                for level in (*self.whole.levels[name], None)
            ]
            seen[name] = np.array(codes)[self.cells[:, at]]
        seen["band"] = _merged(self.cells[:, -2], self.whole.bands, published.bands)
        amount = _merged(self.cells[:, -1], self.whole.edges, published.edges)
        seen["amount"] = np.where(self.offered, amount, self.cells[:, -1])
        return seen

    def _solve_with(self, used: np.ndarray) -> None:
        """Set up the whole numbers of people and the sums of amounts of cells that are possible."""
        self.used = used
        column = {int(at): place for place, at in enumerate(used)}
        column |= {len(self.cells) + int(at): len(used) + place for place, at in enumerate(used)}
        parts, low, high = [], [], []
        for places, least, most in self.rows:
            row = np.zeros(2 * len(used))
            row[[column[int(at)] for at in places if int(at) in column]] = 1
            parts.append(row)
            low.append(least)
            high.append(most)
        ends = np.array([self._limits(cell) for cell in self.cells[used]]).T
        one = sp.identity(len(used), format="csr")
        # The sum of a cell lies between its people times the least and the greatest amount.
        links = [sp.hstack([-one.multiply(end[None, :]), one]) for end in ends]
        self.matrix = sp.vstack([sp.csr_matrix(np.array(parts)), *links]).tocsr()
        nothing, zero = np.full(len(used), np.inf), np.zeros(len(used))
        self.low = np.concatenate([low, zero, -nothing])
        self.high = np.concatenate([high, nothing, zero])

    def _limits(self, cell: np.ndarray) -> tuple[float, float]:
        if cell[-1] in (UNRECORDED, NO_TERMS):
            return 0.0, 0.0
        if self.whole.edges is None:
            return AMOUNTS
        edges = [AMOUNTS[0], *self.whole.edges.values, AMOUNTS[1]]
        place = max(int(cell[-1]), -1) + 1
        return edges[place], edges[place + 1]

    def truth_agrees(self) -> bool:
        """Whether the people themselves are among the ways that are possible."""
        truth = np.concatenate([self.count[self.used], self.sums[self.used]])
        found = self.matrix @ truth
        inside = ((self.low - 1e-4 <= found) & (found <= self.high + 1e-4)).all()
        return bool(inside) and self.count[self.used].sum() == self.count.sum()

    def solve(self, objective: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return people and sums of the possible way with the least value of an objective."""
        whole = np.repeat([1, 0], len(self.used))
        found = milp(
            objective, integrality=whole, bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(self.matrix, self.low, self.high),
        )  # fmt: skip
        assert found.x is not None, found.message
        return np.round(found.x[: len(self.used)]), found.x[len(self.used) :]

    def small_cells(self, min_cell: int) -> list[np.ndarray]:
        """Return which cells make up each set of a few people with terms."""
        found: dict[bytes, np.ndarray] = {}
        columns = range(len(self.keys) + 2)
        chosen = [one for k in columns for one in combinations(columns, k)]
        count = np.where(self.offered, self.count, 0)
        for one in chosen:
            cell = np.unique(self.cells[:, list(one)], axis=0, return_inverse=True)[1].reshape(-1)
            people = np.bincount(cell, weights=count)
            for at in np.flatnonzero((people > 0) & (people < min_cell)):
                mask = (cell == at) & self.offered
                found[mask.tobytes()] = mask
        return list(found.values())

    def recovered(self, targets: Sequence[np.ndarray], rng: np.random.Generator) -> list[str]:
        """Return the small sets whose people or whose sum all possible ways agree on."""
        ways = [self.solve(rng.normal(size=2 * len(self.used))) for _ in range(4)]
        lost = []
        for mask in targets:
            inside = mask[self.used]
            for what, part in (("people", 0), ("sum", 1)):
                values = [way[part] @ inside for way in ways]
                if np.ptp(values) < 1e-3 * max(1.0, *values):
                    ends = np.zeros((2, len(self.used)))
                    ends[part, inside] = 1
                    values = [self.solve(sign * ends.ravel())[part] @ inside for sign in (1, -1)]
                if np.ptp(values) < 1e-3 * max(1.0, *values):
                    lost.append(f"{what} of {self.count[mask].sum():g}")
        return lost


def _merged(codes: np.ndarray, before: ScoreBins | None, after: ScoreBins | None) -> np.ndarray:
    """Return the published bin of each finest one, from the edges alone."""
    if before is None:
        return codes
    if after is None:
        return np.zeros(len(codes), dtype=int)
    find = published_bin(SimpleNamespace(bins=after))
    values = before.values
    inside = (values[:-1] + values[1:]) / 2
    new = {UNDER: find(values[0] - 1), len(values) - 1: find(values[-1] + 1)}
    new |= {code: find(float(x)) for code, x in enumerate(inside)}
    new[MISSING] = UNDER if after.unscored else MISSING
    return np.array([new.get(int(code), int(code)) for code in codes])
