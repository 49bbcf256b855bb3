"""The columns that populations, rulebooks, sharing regimes and catalogs share, by name."""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.vocabulary_tables import (
    DECIMALS,
    KINDS,
    SECTORS,
    SENSITIVITIES,
    TYPES,
    VocabularyTables,
)

__all__ = [
    "DECIMALS",
    "KINDS",
    "NEVER",
    "SECTORS",
    "SENSITIVITIES",
    "TYPES",
    "Column",
    "Vocabulary",
    "load_vocabulary",
]

NEVER = "never"

Kind = Literal["person", "firm", "event", "tie"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """What one name means wherever it stands.

    Attributes
    ----------
    name : str
        In small letters; no other column has it.
    type : str
        One of `TYPES`. ``yes_no`` is 1 or 0; ``share`` is of 1; an ``id`` is never compared but
        for equality.
    unit : str
        In words: "months", "currency per month". ``currency`` is that of the table: a population
        and a rulebook each name theirs.
    domain : tuple of two numbers or dates, tuple of str, or str
        Smallest and largest value, ``inf`` for no bound; the levels of a category; the form of a
        text or id in words.
    missing : str
        "never", or what it means that a value is missing.
    sector : str
        Where the data come from, one of `SECTORS`.
    purpose : str
        Why the value was collected; `Vocabulary.purposes` has the words.
    sensitivity : str
        One of `SENSITIVITIES`; ``protected`` where law forbids to decide by it, somewhere.
    of : str
        What a row is: a person, a firm, an event or a tie.
    source : str
        The text, score, paper or standard that the column comes from.
    description : str
        What the value says, for a catalog.
    labels : mapping of str to str
        The words for each level of a category; empty otherwise.
    decimals : int or None
        To how many a stored value is rounded; None where there are no numbers.
    note : str
        What a reader has to know before using it; may be empty.
    """

    name: str
    type: str
    unit: str
    domain: tuple[float, float] | tuple[date, date] | tuple[str, ...] | str
    missing: str
    sector: str
    purpose: str
    sensitivity: str
    of: Kind
    source: str
    description: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    decimals: int | None = None
    note: str = ""

    @property
    def low(self) -> float | None:
        """Smallest number, or None: no bound, or no numbers."""
        return self._bound(0)

    @property
    def high(self) -> float | None:
        """Largest number, or None: no bound, or no numbers."""
        return self._bound(1)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of a category, in order; empty otherwise."""
        return tuple(map(str, self.domain)) if self.type == "category" else ()

    @property
    def numeric(self) -> bool:
        """True where a value is a number that can be compared."""
        return self.type in DECIMALS

    @property
    def whole(self) -> bool:
        """True where every value is a whole number."""
        return self.numeric and self.decimals == 0

    def outside(self, values: "pd.Series[Any]") -> "pd.Series[bool]":
        """Return where a value is none that the column may hold.

        Parameters
        ----------
        values : pandas.Series of length n

        Returns
        -------
        pandas.Series of bool, length n
            True where a number or date lies outside the bounds, a whole number has a fraction, a
            level is unknown, or a value is missing that never is. Texts and ids are not read.

        Raises
        ------
        InputError
            If the column holds numbers and ``values`` does not.
        """
        absent = values.isna()
        wrong = absent & (self.missing == NEVER)
        if self.type == "category":
            return wrong | ~(absent | values.isin(self.levels))
        if self.type in ("text", "id"):
            return wrong
        low, high = self.domain[0], self.domain[1]
        try:
            if self.type == "date":
                plain = pd.to_datetime(values)
                return wrong | (plain < pd.Timestamp(low)) | (plain > pd.Timestamp(high))
            numbers = pd.to_numeric(values).astype("float64")
        except (ValueError, TypeError) as error:
            msg = f"Column {self.name!r} holds {self.type} values: {error}. Convert them first."
            raise InputError(msg) from error
        fractions = (numbers % 1 != 0) & numbers.notna() & self.whole
        return wrong | (numbers < float(str(low))) | (numbers > float(str(high))) | fractions

    def _bound(self, which: int) -> float | None:
        if not self.numeric:
            return None
        bound = float(str(self.domain[which]))
        return bound if math.isfinite(bound) else None


@dataclass(frozen=True, eq=False, repr=False)
class Vocabulary:
    """Columns by name, with the sectors, purposes and agencies they speak of.

    Attributes
    ----------
    columns : mapping of str to Column
        In the order of the file.
    sectors, purposes : mapping of str to str
        Id and words.
    agencies : mapping of str to tuple of two str
        Id of who acts, with the sector it belongs to and the words. The agency that keeps the
        data of a sector has the id of the sector.
    """

    columns: Mapping[str, Column]
    sectors: Mapping[str, str]
    purposes: Mapping[str, str]
    agencies: Mapping[str, tuple[str, str]]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __getitem__(self, name: str) -> Column:
        """Return the column of that name; MissingColumn where there is none."""
        if name not in self.columns:
            raise _unknown([name], self.columns)
        return self.columns[name]

    def __repr__(self) -> str:
        kinds: list[str] = [column.of for column in self.columns.values()]
        counts = ", ".join(f"{kinds.count(kind)} of {kind}" for kind in KINDS)
        return f"<Vocabulary: {counts}>"

    def select(self, *, of: Kind | None = None, sector: str | None = None) -> tuple[Column, ...]:
        """Return the columns of one kind of row, of one sector, or of both."""
        return tuple(
            column
            for column in self.columns.values()
            if of in (None, column.of) and sector in (None, column.sector)
        )

    def catalog(self, names: Iterable[str] | None = None) -> pd.DataFrame:
        """Return what a population's catalog says of each column.

        Parameters
        ----------
        names : iterable of str, optional
            Which columns, in this order; all of them by default.

        Returns
        -------
        pandas.DataFrame of shape (n_names, 6)
            ``column, sector, purpose, sensitivity, unit, description``; the purpose is an id.

        Raises
        ------
        MissingColumn
            If a name is not in the vocabulary.
        """
        asked = list(self.columns if names is None else names)
        unknown = [name for name in asked if name not in self.columns]
        if unknown:
            raise _unknown(unknown, self.columns)
        keys = ("sector", "purpose", "sensitivity", "unit", "description")
        said = {key: [getattr(self.columns[name], key) for name in asked] for key in keys}
        return pd.DataFrame({"column": asked, **said}, dtype="str")


@cache
def load_vocabulary(path: Path | None = None) -> Vocabulary:
    """Return the vocabulary: every shared column, with sectors, purposes and agencies.

    Parameters
    ----------
    path : Path, optional
        A file in the same form; the one that comes with the library by default.

    Raises
    ------
    InputError
        With every fault of the file at once, each with its line.
    """
    source: Traversable = path if path else files("creditaudit").joinpath("vocabulary.toml")
    try:
        text = source.read_text(encoding="utf-8")
        plain = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{source.name} is not readable as TOML: {error}. Correct it and load again."
        raise InputError(msg) from error
    tables = VocabularyTables(plain, text.splitlines())
    faults = sorted(tables.faults())
    if faults:
        noun = "fault" if len(faults) == 1 else "faults"
        listed = "\n".join(f"  - line {line}: {fault}" for line, fault in faults)
        msg = f"{source.name} has {len(faults)} {noun}; correct all and load again:\n{listed}"
        raise InputError(msg)
    return Vocabulary(
        columns={row["name"]: _column(row) for row in plain["column"]},
        sectors={row["id"]: row["words"] for row in plain["sector"]},
        purposes={row["id"]: row["words"] for row in plain["purpose"]},
        agencies={row["id"]: (row["sector"], row["words"]) for row in plain["agency"]},
    )


def _column(row: Mapping[str, Any]) -> Column:
    plain = dict(row)
    if row["type"] == "category":
        plain["labels"] = dict(zip(row["domain"], row["labels"], strict=True))
    if isinstance(row["domain"], list):
        plain["domain"] = tuple(row["domain"])
    plain.setdefault("decimals", DECIMALS.get(row["type"]))
    return Column(**plain)


def _unknown(names: Iterable[str], known: Iterable[str]) -> MissingColumn:
    fix = "The shared columns are in vocabulary.toml; a rulebook can declare columns of its own."
    return MissingColumn.of(names, known, fix)
