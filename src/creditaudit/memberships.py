"""People whose group is known only as a probability, counted by cell of the proxies behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.frames import open_source
from creditaudit.membership_tables import ProxyColumns, read_proxies
from creditaudit.roles import Roles, Value
from creditaudit.values import Codes, Floats

TOLERANCE = 0.005


@dataclass(frozen=True, eq=False)
class Memberships:
    """Decisions, and for each person the probability of belonging to each group.

    Make one with `from_frame` or `from_counts`. Nobody is put into a group.

    A *cell* is a set of people with the same proxies, such as one tract, or one surname in one
    tract. What the probabilities mean is P(group | cell): of many people of this cell, the share
    who belong to the group.

    Attributes
    ----------
    name : str
        What the groups are called, such as "race".
    groups : tuple of value
    probability : float array of shape (n_parts, n_groups)
        Of people with the same cell and the same probabilities; NaN where none are known.
    counts : float array of shape (n_parts, 3, 3)
        People by outcome (bad, good, unknown) and decision (refused, approved, none).
    cell : int array of shape (n_parts,)
        The cell of each part.
    cells : tuple of str
        Columns that name the cells; empty when people of equal probabilities are one cell.
    roles : Roles
    origin : {"rows", "counts"}
    error : float
        How far each probability may be off, 0 to 1.
    notes : tuple of str
    """

    name: str
    groups: tuple[Value, ...]
    probability: Floats
    counts: Floats
    cell: Codes
    cells: tuple[str, ...]
    keys: pd.DataFrame
    roles: Roles
    origin: str
    error: float = 0.0
    notes: tuple[str, ...] = ()

    @classmethod
    def from_frame(
        cls,
        data: object,
        roles: Roles,
        *,
        probabilities: Mapping[Value, str],
        name: str = "group",
        cells: str | Sequence[str] | None = None,
        error: float = 0.0,
        tolerance: float = TOLERANCE,
    ) -> Memberships:
        """Return the memberships of a table with one row a person.

        Parameters
        ----------
        data : DataFrame, Table, str, Path and whatever else `Tally.from_frame` takes
            The columns named are held in memory.
        roles : Roles
            Decision, and outcome if there is one; groups, strata and score are not read.
        probabilities : mapping of value to str
            Group -> the column with the probability of belonging to it. All groups: they add up
            to 1 in each row. A row with none of them is of someone who may belong to any group.
        name : str
            What the groups are called.
        cells : str or sequence of str, optional
            Columns that the probabilities were made from, such as tract and surname; people with
            the same values are one cell. They must not say more than the probabilities know: in
            cells by income, too, P(group | cell) would be another. By default people with equal
            probabilities are one cell, which holds for whatever they were made from, and gives
            wider bounds.
        error : float
            How far the share of a group in a cell may be from what its probabilities say, 0 to 1;
            bounds widen by it.
        tolerance : float
            How far a row's probabilities may be from adding up to 1; they are then divided by
            their sum.

        Raises
        ------
        MissingColumn
        InputError
            With every fault of the probabilities at once.
        """
        given = ProxyColumns(roles, probabilities, name, cells, error, tolerance)
        return _made(cls, data, given, None)

    @classmethod
    def from_counts(
        cls,
        table: object,
        roles: Roles,
        *,
        probabilities: Mapping[Value, str],
        name: str = "group",
        cells: str | Sequence[str] | None = None,
        error: float = 0.0,
        count: str | Mapping[str, str] = "n",
        tolerance: float = TOLERANCE,
    ) -> Memberships:
        """Return the memberships of a table of counts by cell, with the share of each group there.

        Parameters
        ----------
        table : DataFrame, pyarrow.Table, str or Path
            One row a cell (wide), or a row for each cell and decision (long).
        roles : Roles
        probabilities, name, cells, error, tolerance
            As in `from_frame`.
        count : str or mapping
            As in `Tally.from_counts`; whole numbers of people.

        Raises
        ------
        MissingColumn, InputError
        """
        given = ProxyColumns(roles, probabilities, name, cells, error, tolerance)
        return _made(cls, table, given, count)

    @property
    def n(self) -> float:
        """People counted."""
        return float(self.counts.sum())

    @property
    def expected(self) -> Floats:
        """People of each group to be expected, among those with probabilities."""
        return np.asarray(np.nansum(self.counts.sum(axis=(1, 2))[:, None] * self.probability, 0))

    @property
    def frame(self) -> pd.DataFrame:
        """One row a cell: its columns, n, approved, refused, and the mean probabilities."""
        n, approved, refused = (
            np.bincount(self.cell, one, len(self.keys))
            for one in (
                self.counts.sum(axis=(1, 2)),
                self.counts[:, :, 1].sum(axis=1),
                self.counts[:, :, 0].sum(axis=1),
            )
        )
        frame = self.keys.assign(n=n, approved=approved, refused=refused)
        return pd.concat([frame, pd.DataFrame(self.by_cell, columns=list(self.groups))], axis=1)

    @property
    def by_cell(self) -> Floats:
        """Mean probability of each group in each cell, over its people; NaN where none is known."""
        people = self.counts.sum(axis=(1, 2))
        sums = np.zeros((len(self.keys), len(self.groups)))
        np.add.at(sums, self.cell, people[:, None] * self.probability)
        total = np.bincount(self.cell, people, len(self.keys))[:, None]
        return np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)

    def __repr__(self) -> str:
        groups = ", ".join(map(str, self.groups))
        return (
            f"<Memberships of {self.n:,.0f} people in {len(self.keys):,} cells; {self.name} as "
            f"probabilities of {groups}; from {self.origin}>"
        )


def _made(
    cls: type[Memberships], data: object, given: ProxyColumns, count: str | Mapping[str, str] | None
) -> Memberships:
    found = read_proxies(open_source(data), given, count)
    return cls(
        given.name, tuple(given.probabilities), found.probability, found.counts, found.cell,
        given.keys, found.keys, found.roles, "rows" if count is None else "counts",
        float(given.error), found.notes,
    )  # fmt: skip
