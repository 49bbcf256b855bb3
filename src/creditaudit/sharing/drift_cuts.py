"""The fewest agreements whose end leaves some uses unreached, for many columns and uses at once."""

from collections.abc import Iterable

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from creditaudit.errors import InputError
from creditaudit.sharing.purpose_graphs import Item, Place, State, opens, use_of
from creditaudit.sharing.records import Import

Demand = tuple[Item, Place]


def fewest_lines(
    lines: Iterable[Import], closed: Iterable[Demand], kept_direct: Iterable[Demand] = ()
) -> tuple[Import, ...]:
    """Return a smallest set of lines without which some items do not reach some uses.

    Parameters
    ----------
    lines : iterable of Import
    closed : iterable of (Item, place)
        What is not to be reached.
    kept_direct : iterable of (Item, place)
        What may still be reached only where a line that is kept leads there directly.

    Returns
    -------
    tuple of Import
        In the order of ``lines``; empty where nothing has to end. Exact. Where several sets are as
        small, it is one with early lines.

    Raises
    ------
    InputError
        If the program ends before it has proved a smallest set.

    Notes
    -----
    A cut for many pairs at once, which is hard in general (Dahlhaus et al. 1994), as an integer
    program: x says of a line whether it ends, y of an item and a place whether it may be reached.
    y is 1 at the start, is at least y of the place before less x of the line between, and at most 0
    where the use is to be closed.

    References
    ----------
    Dahlhaus, E., Johnson, D., Papadimitriou, C., Seymour, P. and Yannakakis, M. (1994). The
    complexity of multiterminal cuts. SIAM J. Computing 23, 864-894.
    """
    lines = tuple(lines)
    program = _Program(lines)
    for item, place in closed:
        program.bound(item, place, direct=False)
    if not program.rows:
        return ()
    for item, place in kept_direct:
        program.bound(item, place, direct=True)
    return program.solved()


class _Program:
    """Rows of a x <= b, with the lines first and a column for each item at each place."""

    def __init__(self, lines: tuple[Import, ...]) -> None:
        self.lines = lines
        self.columns: dict[tuple[Item, State], int] = {}
        self.rows: list[tuple[dict[int, float], float]] = []
        self.walked: set[Item] = set()

    def bound(self, item: Item, place: Place, *, direct: bool) -> None:
        """Ask that an item reaches a place never, or only over a line that leads there directly."""
        self._walk(item)
        state = (*place, False)
        if (item, state) not in self.columns:
            return
        row = {self._column(item, state): 1.0}
        limit = 0.0
        if direct:
            for k, line in enumerate(self.lines):
                if opens(line, item.start, item.name) and use_of(line) == place:
                    row[k], limit = 1.0, limit + 1
        self.rows.append((row, limit))

    def _walk(self, item: Item) -> None:
        """Add the ways of an item once."""
        if item in self.walked:
            return
        self.walked.add(item)
        self.rows.append(({self._column(item, item.start): -1.0}, -1.0))
        waiting = [item.start]
        while waiting:
            state = waiting.pop()
            for k, line in enumerate(self.lines):
                if not opens(line, state, item.name):
                    continue
                after = (*use_of(line), False)
                new = (item, after) not in self.columns
                ends = {self._column(item, state): 1.0, k: -1.0}
                if after != state:
                    ends[self._column(item, after)] = -1.0
                    self.rows.append((ends, 0.0))
                if new and after != state:
                    waiting.append(after)

    def _column(self, item: Item, state: State) -> int:
        return self.columns.setdefault((item, state), len(self.lines) + len(self.columns))

    def solved(self) -> tuple[Import, ...]:
        size, many = len(self.lines) + len(self.columns), len(self.lines)
        entries = [(k, at, x) for k, (row, _) in enumerate(self.rows) for at, x in row.items()]
        rows, columns, values = (np.array(one) for one in zip(*entries, strict=True))
        table = csr_matrix((values, (rows, columns)), shape=(len(self.rows), size))
        # All that early lines are preferred by is less than one line.
        early = np.arange(many) / (many * (many + 1.0))
        found = milp(
            np.r_[1 + early, np.zeros(size - many)], bounds=Bounds(0, 1),
            integrality=np.r_[np.ones(many), np.zeros(size - many)], options={"mip_rel_gap": 0.0},
            constraints=LinearConstraint(table, ub=np.array([limit for _, limit in self.rows])),
        )  # fmt: skip
        if found.status != 0:
            msg = f"No smallest set of agreements was proved: {found.message}"
            raise InputError(msg)
        return tuple(
            line for line, ends in zip(self.lines, found.x[:many], strict=True) if ends > 0.5
        )
