"""Who joins, one after the other, and which columns each brings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.frames import open_source
from creditaudit.frames.columns import read_columns
from creditaudit.populations.base import Population
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.quasi_identifiers import DERIVED, named_columns

# They name a person, a household or a firm by themselves, so nothing is left to find out.
NAMES = ("person_id", "household_id", "employer_id", "person_name", "resident_id", "taxpayer_id")
Joins = Sequence[str] | Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Joinable:
    """One row a person, and the sector that each column comes from.

    Attributes
    ----------
    frame : DataFrame
    sectors : mapping of str to str
        Column -> sector.
    synthetic : bool
        True when the rows describe nobody.
    groups : tuple of str
        Columns with groups, where roles name them.
    """

    frame: pd.DataFrame
    sectors: Mapping[str, str]
    synthetic: bool
    groups: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, world: Any, sectors: Mapping[str, str] | None = None, columns: Iterable[str] = ()
    ) -> "Joinable":
        """Return the people of a society, a population, or a table with its sectors.

        Parameters
        ----------
        world : Society, Population, DataFrame, or any table that can be counted
        sectors : mapping, optional
            Column -> sector.
        columns : iterable of str
            Which to read besides those of ``sectors``, where a table is not one of pandas.

        Raises
        ------
        InputError
            For anything else, or a table without people.
        """
        if isinstance(world, Society):
            rows = world.catalog[world.catalog["of"] == "person"]
            made = cls._of_population(world.people, rows, sectors)
        elif isinstance(world, Population):
            made = cls._of_population(world, world.catalog, sectors)
        elif isinstance(world, pd.DataFrame):
            made = cls(world, dict(sectors or {}), synthetic=False)
        else:
            made = cls(_read(world, [*(sectors or {}), *columns]), dict(sectors or {}), False)
        if not len(made.frame):
            msg = "There are no people in the table."
            raise InputError(msg)
        return made

    @classmethod
    def _of_population(
        cls, people: Population, catalog: pd.DataFrame, sectors: Mapping[str, str] | None
    ) -> "Joinable":
        known = dict(zip(catalog["column"], catalog["sector"], strict=True))
        here = {name: known[name] for name in people.frame.columns if name in known}
        return cls(
            people.frame, here | dict(sectors or {}), people.synthetic, tuple(people.roles.groups)
        )

    def columns_of(self, sector: str) -> list[str]:
        """Return the columns of a sector, without those that are names by themselves."""
        return [
            name for name in self.frame.columns
            if self.sectors.get(name) == sector and name not in NAMES
        ]  # fmt: skip

    @property
    def known_sectors(self) -> list[str]:
        """Sectors with a column here, in the order of the table."""
        found = dict.fromkeys(
            self.sectors[name] for name in self.frame.columns if self.sectors.get(name)
        )
        return [one for one in found if self.columns_of(one)]


def _read(table: Any, columns: Sequence[str]) -> pd.DataFrame:
    """Return columns of a table of another engine, or of a file, as a frame."""
    source = open_source(table)
    wanted = [DERIVED[name][0] if name in DERIVED and name not in source.columns else name
              for name in columns]  # fmt: skip
    return read_columns(source, wanted, fix="Name columns of the table.")


@dataclass(frozen=True)
class Join:
    """Who joins, and with which columns.

    Attributes
    ----------
    name : str
    columns : tuple of str
        Those that nobody brought before.
    """

    name: str
    columns: tuple[str, ...]


def joins_of(people: Joinable, joins: Joins, without: Sequence[str] = ()) -> list[Join]:
    """Return who joins, each with what it brings beyond those before it.

    Parameters
    ----------
    people : Joinable
    joins : sequence of str, or mapping of str to columns
        Sectors, or single columns; or a name for each that joins, with its columns.
    without : sequence of str
        Columns that nobody brings.

    Raises
    ------
    InputError
        If nobody joins, or one is neither a sector nor a column.
    MissingColumn
        If a column is not there.
    """
    asked = joins if isinstance(joins, Mapping) else {one: _found(people, one) for one in joins}
    if not asked or isinstance(joins, str):
        msg = "joins= must be a list of sectors or columns, such as joins=['census', 'tax']."
        raise InputError(msg)
    seen = set(without)
    made = []
    for name, columns in asked.items():
        given = [columns] if isinstance(columns, str) else list(columns)
        new = [one for one in dict.fromkeys(named_columns(people.frame, given)) if one not in seen]
        seen.update(new)
        made.append(Join(str(name), tuple(new)))
    return made


def columns_asked(joins: Joins, sectors: Mapping[str, str]) -> list[str]:
    """Return the single columns that are asked for, beside sectors."""
    if isinstance(joins, Mapping):
        return [name for given in joins.values()
                for name in ([given] if isinstance(given, str) else given)]  # fmt: skip
    return [name for name in joins if name not in sectors.values()]


def _found(people: Joinable, name: str) -> list[str]:
    own = people.columns_of(name)
    if own:
        return own
    if name in people.known_sectors or name in people.sectors.values():
        msg = f"Sector {name!r} has no column here that is not a name."
        raise InputError(msg)
    try:
        return named_columns(people.frame, [name])
    except InputError as error:
        known = ", ".join(people.known_sectors) or "none; pass sectors={column: sector}"
        msg = f"{name!r} is neither a sector nor a column. Sectors: {known}."
        raise InputError(msg) from error
