"""An attacker with a solver: every table of people that agrees with what was published."""

from itertools import combinations, product

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from creditaudit import Tally
from creditaudit.bins import MISSING, UNDER
from creditaudit.cells import BIN, DECISION, OUTCOME

ANSWER = (BIN, OUTCOME, DECISION)
OTHER = "(other)"


class Attack:
    """All full cross-classifications, in the finest cells, that some publications allow.

    Parameters
    ----------
    tally : Tally
        Its levels and bins are known to the attacker, its counts are not.
    publications : list of (Tally, set of int)
        What was published, and of which of the populations it is the sum.
    populations : int
    """

    def __init__(self, tally, publications, populations=1):
        period = (tally.roles.period,) if tally.roles.period else ()
        self.keys = (*dict.fromkeys(name for g in tally.groupings for name in g), *period)
        axes = [[*range(len(tally.levels[name])), -1] for name in self.keys]
        axes += [_bins(tally), [0, 1, -1] if tally.roles.outcome else [-1]]
        axes += [[0, 1, -1] if tally.roles.decision else [-1]]
        self.tally, self.populations = tally, populations
        self.cells = np.array(list(product(*axes)))
        self.size = len(self.cells)
        rows, totals, at_least = [], [], []
        possible = np.ones((populations, self.size), dtype=bool)
        for published, which in publications:
            seen = self._seen(published)
            for grouping in published.groupings:
                columns = (*grouping, *((published.roles.period,) if published.roles.period else ()))
                where = [*(seen[name] for name in columns), *(seen[name] for name in ANSWER)]
                table = published.select(grouping, [*columns[len(grouping):], *ANSWER])
                told = {tuple(c): n for c, n in zip(table.codes.tolist(), table.sums[:, 0])}
                index = {}
                for cell, code in enumerate(zip(*where)):
                    index.setdefault(tuple(int(c) for c in code), []).append(cell)
                assert set(told) <= set(index), "a published cell that no original cell is in"
                for code, inside in index.items():
                    if not told.get(code):
                        possible[np.ix_(sorted(which), inside)] = False
                    else:
                        rows.append((inside, which))
                        totals.append(told[code])
            for name, levels in published.published.other.items():
                for level in levels:
                    code = -1 if level is None else _code(tally.levels[name], level)
                    if code is not None:
                        inside = np.flatnonzero(self.cells[:, self.keys.index(name)] == code)
                        at_least.append((inside, which))
        self.variables = np.flatnonzero(possible.ravel())
        self.matrix = self._matrix([*rows, *at_least])
        total = np.array(totals)
        self.low = np.concatenate([total, np.ones(len(at_least))])
        self.high = np.concatenate([total, np.full(len(at_least), np.inf)])

    def _seen(self, published: Tally) -> dict:
        """Return the code that each finest cell has in a publication; None where it has none."""
        seen = {}
        for at, name in enumerate(self.keys):
            if name not in published.levels:
                continue
            levels = [*self.tally.levels[name], None]
            other = published.published.other.get(name, ())
            codes = []
            for level in levels:
                if level in other:
                    codes.append(_code(published.levels[name], OTHER))
                else:
                    codes.append(-1 if level is None else _code(published.levels[name], level))
            codes = [-9 if code is None else code for code in codes]
            seen[name] = np.array(codes)[self.cells[:, at]]
        bins = np.array([_published_bin(self.tally, published, int(c)) for c in self.cells[:, -3]])
        seen |= {BIN: bins, OUTCOME: self.cells[:, -2], DECISION: self.cells[:, -1]}
        return seen

    def _matrix(self, rows):
        column = {int(v): at for at, v in enumerate(self.variables)}
        entries = [
            (place, column[p * self.size + cell])
            for place, (inside, which) in enumerate(rows)
            for p in which
            for cell in inside
            if p * self.size + int(cell) in column
        ]
        at = np.array(entries, dtype=int).reshape(-1, 2)
        return sp.csr_matrix((np.ones(len(at)), at.T), shape=(len(rows), len(self.variables)))

    def solve(self, objective):
        """Return the table with the least value of an objective, over whole numbers of people."""
        found = milp(
            objective,
            integrality=np.ones(len(self.variables)),
            bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(self.matrix, self.low, self.high),
        )
        assert found.x is not None, found.message
        return np.round(found.x)

    def truth_agrees(self, tables):
        """Whether the people themselves are among the tables that are allowed."""
        x = np.concatenate(tables)
        outside = np.delete(x, self.variables)
        sums = self.matrix @ x[self.variables]
        return not outside.any() and (sums >= self.low - 1e-6).all() and (
            sums <= self.high + 1e-6
        ).all()

    def table(self, people: Tally):
        """Return the finest cells of some people counted by all keys, as one vector."""
        period = [people.roles.period] if people.roles.period else []
        keys = [name for name in self.keys if name not in period]
        table = people.select(tuple(keys), [*period, *ANSWER])
        place = {tuple(c): at for at, c in enumerate(self.cells.tolist())}
        x = np.zeros(self.size)
        for code, n in zip(table.codes.tolist(), table.sums[:, 0]):
            x[place[tuple(code)]] += n
        return x

    def targets(self, groupings, truth, which, min_cell):
        """Return the small cells of groupings and of their margins: variables and true people."""
        found = {}
        period = [self.tally.roles.period] if self.tally.roles.period else []
        for grouping in groupings:
            for width in range(len(ANSWER) + 1):
                for answers in combinations(range(-3, 0), width):
                    for with_period in {(), tuple(period)}:
                        columns = [self.keys.index(x) for x in (*grouping, *with_period)]
                        self._small(found, [*columns, *answers], truth, which, min_cell)
        return found

    def _small(self, found, columns, truth, which, min_cell):
        codes = self.cells[:, columns]
        _, group = np.unique(codes, axis=0, return_inverse=True)
        sums = np.bincount(group.reshape(-1), weights=truth)
        for place in np.flatnonzero((sums > 0) & (sums < min_cell)):
            inside = np.flatnonzero(group.reshape(-1) == place)
            wanted = {p * self.size + int(cell) for p in which for cell in inside}
            mask = np.isin(self.variables, list(wanted))
            found[mask.tobytes()] = (mask.astype(float), float(sums[place]))

    def recovered(self, targets, rng, tries=6):
        """Return the targets that every allowed table agrees on, at their true value."""
        left = [(mask, true) for mask, true in targets.values()]
        solutions = []
        for _ in range(tries):
            if not left:
                return []
            solutions.append(self.solve(rng.normal(size=len(self.variables))))
            left = [(mask, true) for mask, true in left if _alike(mask, true, solutions)]
        return [
            (mask, true)
            for mask, true in left
            if all(abs(mask @ self.solve(sign * mask) - true) < 1e-6 for sign in (1, -1))
        ]


def _alike(mask, true, solutions):
    return all(abs(mask @ x - true) < 1e-6 for x in solutions)


def _code(levels, level):
    return next((code for code, one in enumerate(levels) if one == level), None)


def _bins(tally):
    if tally.bins is None:
        return [-1]
    if tally.bins.exact:
        return [*range(len(tally.bins)), MISSING]
    return [*range(len(tally.bins) + 1), UNDER, MISSING]


def _published_bin(tally, published, code):
    """Return where a bin of the tally went, from the edges alone."""
    if tally.bins is None:
        return -1
    old, new = tally.bins, published.bins
    if code == MISSING:
        return UNDER if new.unscored else MISSING
    if code == UNDER:
        return UNDER
    if code == len(old):
        begin = np.nextafter(old.values[-1], np.inf)
    else:
        begin = old.values[code]
    if new.exact:
        return int(np.flatnonzero(new.values == begin)[0]) if begin in new.values else -9
    if begin < new.values[0]:
        return UNDER
    if begin > new.values[-1] or (new.half_open and begin == new.values[-1]):
        return len(new)
    return int(min(np.searchsorted(new.values, begin, side="right") - 1, len(new) - 1))
