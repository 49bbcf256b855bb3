"""An attacker with a solver, who looks at every table that agrees with what was published."""

from collections.abc import Iterable, Sequence
from itertools import combinations, product

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from creditaudit import Roles, Tally
from creditaudit.bins import MISSING, UNDER
from creditaudit.cells import BIN, DECISION, OUTCOME

ANSWER = (BIN, OUTCOME, DECISION)
OTHER = "(other)"
NOWHERE = -9
Publications = Sequence[tuple[Tally, Iterable[int]]]


class Attack:
    """All full cross-classifications of people that some publications allow.

    The attacker knows which values every column can have and which scores there are, and of each
    level in a record that somebody had it.

    Parameters
    ----------
    people : sequence of DataFrame
        The populations; from them the attacker takes levels and scores only.
    roles : Roles
    publications : sequence of (Tally, populations)
        What was published, and of which populations together.
    """

    def __init__(
        self, people: Sequence[pd.DataFrame], roles: Roles, publications: Publications
    ) -> None:
        self.roles, self.keys = roles, (*roles.groups, *([roles.period] if roles.period else []))
        together = pd.concat(people, ignore_index=True)
        self.finest = self._count(together)
        axes = [[*range(len(self.finest.levels[name])), -1] for name in self.keys]
        scores = range(len(self.finest.bins)) if self.finest.bins is not None else []
        axes.append([*scores, MISSING])
        axes += [[0, 1, -1] if role else [-1] for role in (roles.outcome, roles.decision)]
        self.cells = np.array(list(product(*axes)))
        self.place = {tuple(cell): at for at, cell in enumerate(self.cells.tolist())}
        self.tables = [self.table(self._count(one)) for one in people]
        self.possible = np.ones((len(people), len(self.cells)), dtype=bool)
        self.rows: list[tuple[list[int], float, float]] = []
        for published, populations in publications:
            self._learn(published, [len(self.cells) * one for one in populations])
        self.variables = np.flatnonzero(self.possible.ravel())
        self.sums = self._matrix()
        self.low, self.high = (np.array([row[at] for row in self.rows]) for at in (1, 2))

    def _count(self, people: pd.DataFrame) -> Tally:
        score_bins = "exact" if self.roles.score else None
        by = [tuple(self.roles.groups)]
        return Tally.from_frame(people, self.roles, by=by, score_bins=score_bins)

    def table(self, tally: Tally) -> np.ndarray:
        """Return people by finest cell."""
        period = [self.roles.period] if self.roles.period else []
        cells = tally.select(tuple(self.roles.groups), [*period, *ANSWER])
        found = np.zeros(len(self.cells))
        for code, n in zip(cells.codes.tolist(), cells.sums[:, 0], strict=True):
            for at, name in enumerate(self.keys):
                if code[at] >= 0:
                    code[at] = self.finest.levels[name].index(tally.levels[name][code[at]])
            if code[-3] >= 0:
                code[-3] = int(
                    np.searchsorted(self.finest.bins.values, tally.bins.values[code[-3]])
                )
            found[self.place[tuple(code)]] += n
        return found

    def _learn(self, published: Tally, offsets: Sequence[int]) -> None:
        seen = self._seen(published)
        period = (published.roles.period,) if published.roles.period else ()
        for grouping in published.groupings:
            cells = published.select(grouping, [*period, *ANSWER])
            told = dict(zip(map(tuple, cells.codes.tolist()), cells.sums[:, 0], strict=True))
            inside: dict[tuple[int, ...], list[int]] = {}
            columns = np.column_stack([seen[name] for name in (*grouping, *period, *ANSWER)])
            for at, code in enumerate(map(tuple, columns.tolist())):
                inside.setdefault(code, []).append(at)
            assert set(told) <= set(inside), "a published cell holds none of the finest ones"
            for code, places in inside.items():
                variables = [offset + place for offset in offsets for place in places]
                if told.get(code):
                    self.rows.append((variables, told[code], told[code]))
                else:
                    self.possible.ravel()[variables] = False
        for name, levels in published.published.other.items():
            known = [*self.finest.levels[name], None]
            for level in set(levels) & set(known):
                code = -1 if level is None else known.index(level)
                places = np.flatnonzero(self.cells[:, self.keys.index(name)] == code)
                variables = [offset + int(at) for offset in offsets for at in places]
                self.rows.append((variables, 1.0, np.inf))

    def _seen(self, published: Tally) -> dict[str, np.ndarray]:
        """Return the published code of each finest cell, by column."""
        seen = {OUTCOME: self.cells[:, -2], DECISION: self.cells[:, -1]}
        for at, name in enumerate(self.keys):
            if name in published.levels:
                new = {level: code for code, level in enumerate(published.levels[name])}
                other = published.published.other.get(name, ())
                codes = [
                    new.get(OTHER if level in other else level, -1 if level is None else NOWHERE)
                    for level in (*self.finest.levels[name], None)
                ]
                seen[name] = np.array(codes)[self.cells[:, at]]
        bins = [MISSING]
        if published.bins is not None:
            bins = [*map(published_bin(published), self.finest.bins.values)]
            bins.append(UNDER if published.bins.unscored else MISSING)
        return seen | {BIN: np.array(bins)[self.cells[:, -3]]}

    def _matrix(self) -> sp.csr_matrix:
        column = {int(variable): at for at, variable in enumerate(self.variables)}
        at = [
            (row, column[one])
            for row, (variables, *_) in enumerate(self.rows)
            for one in variables
            if one in column
        ]
        rows, columns = np.array(at, dtype=int).reshape(-1, 2).T
        shape = len(self.rows), len(self.variables)
        return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)

    def truth_agrees(self) -> bool:
        """Whether the people themselves are among the tables that are possible."""
        truth = np.concatenate(self.tables)
        sums = self.sums @ truth[self.variables]
        inside = ((self.low <= sums + 1e-6) & (sums <= self.high + 1e-6)).all()
        return bool(inside) and truth[self.variables].sum() == truth.sum()

    def solve(self, objective: np.ndarray) -> np.ndarray:
        """Return the possible table, in whole people, with the least value of an objective."""
        found = milp(
            objective,
            integrality=np.ones(len(self.variables)),
            bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(self.sums, self.low, self.high),
        )
        assert found.x is not None, found.message
        return np.round(found.x)

    def small_cells(
        self, groupings: Iterable[tuple[str, ...]], populations: Sequence[int], min_cell: int
    ) -> dict[bytes, tuple[np.ndarray, float]]:
        """Return which variables each small cell sums, and how many people are truly in it.

        Of the groupings crossed with any of score, outcome, decision and period.
        """
        truth = np.sum([self.tables[one] for one in populations], axis=0)
        found = {}
        period = [] if self.roles.period is None else [self.keys.index(self.roles.period)]
        more = [*period, -3, -2, -1]
        for grouping in groupings:
            columns = [self.keys.index(name) for name in grouping]
            for extra in (e for k in range(len(more) + 1) for e in combinations(more, k)):
                codes = self.cells[:, [*columns, *extra]]
                cell = np.unique(codes, axis=0, return_inverse=True)[1].reshape(-1)
                people = np.bincount(cell, weights=truth)
                for one in np.flatnonzero((people > 0) & (people < min_cell)):
                    inside = np.zeros(self.possible.shape, dtype=bool)
                    inside[np.ix_(populations, cell == one)] = True
                    mask = inside.ravel()[self.variables]
                    found[mask.tobytes()] = (mask.astype(float), float(people[one]))
        return found

    def recovered(
        self, targets: dict[bytes, tuple[np.ndarray, float]], rng: np.random.Generator
    ) -> list[float]:
        """Return the true people of each small cell that all possible tables agree on."""
        left = list(targets.values())
        # A few tables at random settle most cells: two that differ are enough.
        for _ in range(6):
            if left:
                table = self.solve(rng.normal(size=len(self.variables)))
                left = [(mask, true) for mask, true in left if abs(mask @ table - true) < 0.5]
        return [
            true
            for mask, true in left
            if all(abs(mask @ self.solve(sign * mask) - true) < 0.5 for sign in (1, -1))
        ]


def published_bin(published: Tally):
    """Return the function that says, from the edges alone, where a score is published."""
    bins = published.bins

    def find(score: float) -> int:
        if bins.exact:
            return int(np.append(np.flatnonzero(bins.values == score), NOWHERE)[0])
        if score < bins.values[0]:
            return UNDER
        last = bins.values[-1]
        if score > last or (bins.half_open and score == last):
            return len(bins)
        return len(bins) - 1 if score == last else int((bins.values <= score).sum()) - 1

    return find
