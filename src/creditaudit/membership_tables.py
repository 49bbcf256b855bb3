"""Tables with a probability for each group, read and checked: people by cell of the proxies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from creditaudit.cells import DECISION, OUTCOME, Cells
from creditaudit.counting import Counted
from creditaudit.crosstabs import as_long_table
from creditaudit.errors import InputError
from creditaudit.frames import Batch, Source, check_columns
from creditaudit.passes import count_table
from creditaudit.roles import Roles, Value
from creditaudit.tally import RESERVED
from creditaudit.values import Codes, Floats, encode, numbers

# A name that no column of a user has.
PART = "\0part"
TAKEN = {*RESERVED, "method", "approved", "refused"}


@dataclass(frozen=True, eq=False)
class ProxyTable:
    """What a table holds: parts are people of one cell with the same probabilities."""

    probability: Floats
    counts: Floats
    cell: Codes
    keys: pd.DataFrame
    roles: Roles
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ProxyColumns:
    """Which columns hold what, checked as far as it goes without the data."""

    roles: Roles
    probabilities: Mapping[Value, str]
    name: str
    cells: str | Sequence[str] | None
    error: float
    tolerance: float

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name the cells."""
        if self.cells is None:
            return ()
        return (self.cells,) if isinstance(self.cells, str) else tuple(self.cells)

    def check(self) -> None:
        """Raise with every fault at once."""
        faults = list(self._faults())
        if faults:
            raise InputError("Memberships cannot be made as asked. " + " ".join(faults))

    def _faults(self) -> Iterator[str]:
        given = self.probabilities
        if not isinstance(given, Mapping) or len(given) < 2:
            example = "{'black': 'p_black', 'white': 'p_white'}"
            yield f"probabilities= must name a column for each of two groups or more: {example}."
        elif len(set(given.values())) < len(given):
            yield "probabilities= names a column twice."
        if not isinstance(self.name, str) or not self.name or self.name in TAKEN:
            yield f"name={self.name!r} must be text, and not the name of a result column."
        for part in ("weight", "cluster"):
            if getattr(self.roles, part) is not None:
                yield f"{part}= is not read here; leave it out of Roles."
        if len(set(self.keys)) < len(self.keys) or {self.name, *TAKEN} & set(self.keys):
            yield f"cells={list(self.keys)} must name each column once, and no result column."
        for part, number in (("error", self.error), ("tolerance", self.tolerance)):
            if (
                isinstance(number, bool)
                or not isinstance(number, int | float)
                or not 0 <= number <= 1
            ):
                yield f"{part}={number!r} must be a number from 0 to 1."


def read_proxies(
    source: Source, given: ProxyColumns, count: str | Mapping[str, str] | None
) -> ProxyTable:
    """Return the people of a table by cell and probabilities.

    Raises
    ------
    MissingColumn
    InputError
        With every fault of the names at once, then with every fault of the probabilities.
    """
    given.check()
    keys = given.keys
    roles = replace(given.roles, groups=(), strata=(), score=None, higher_is=None,
                    score_range=None, period=None)  # fmt: skip
    column: str | None = None
    if count is not None:
        source, roles, column = as_long_table(source, roles, count)
    columns = [*roles.columns, *keys, *given.probabilities.values(), *([column] if column else [])]
    columns = list(dict.fromkeys(columns))
    check_columns(columns, source.columns, "Check Roles, probabilities=, cells= and count=.")
    frame = _in_memory(source, columns)
    values, notes = _checked(frame, given.probabilities, given.tolerance)
    code, named = _cells(frame, keys, values)
    parts, part = np.unique(
        np.column_stack([code, np.nan_to_num(values, nan=-1.0)]), axis=0, return_inverse=True
    )
    cell = parts[:, 0].astype(np.int64)
    if not keys:
        cell, named = np.arange(len(parts)), pd.DataFrame(index=range(len(parts)))

    def read(wanted: Sequence[str]) -> Iterator[Batch]:
        yield {one: pd.Series(part.reshape(-1)) if one == PART else frame[one] for one in wanted}

    held = Source(source.name, [*columns, PART], source.text, read)
    counted, _ = count_table(held, replace(roles, groups=(PART,)), [(PART,)], None, count=column)
    counts = _counts(counted, len(parts))
    if np.mod(counts, 1).any():
        msg = "Memberships need whole numbers of people; a count in the table is none."
        raise InputError(msg)
    probability = np.where(parts[:, 1:] < 0, np.nan, parts[:, 1:])
    return ProxyTable(probability, counts, cell, named, roles, (*counted.notes, *notes))


def _in_memory(source: Source, columns: Sequence[str]) -> pd.DataFrame:
    parts = []
    for batch in source.batches(columns):
        arrays = {one: a if isinstance(a, pd.Series) else a.to_pandas() for one, a in batch.items()}
        parts.append(pd.DataFrame({one: arrays[one].reset_index(drop=True) for one in columns}))
    if not parts:
        return pd.DataFrame(columns=pd.Index(columns))
    return pd.concat(parts, ignore_index=True)


def _checked(
    frame: pd.DataFrame, probabilities: Mapping[Value, str], tolerance: float
) -> tuple[Floats, tuple[str, ...]]:
    """Return the probabilities, adding up to 1, and what a reader must know of them."""
    faults, columns = [], []
    for column in probabilities.values():
        try:
            columns.append(numbers(frame[column], column))
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("The probabilities cannot be read. " + " ".join(faults))
    values = np.column_stack(columns)
    known = ~np.isnan(values)
    none, sums = ~known.any(axis=1), np.nansum(values, axis=1)
    with np.errstate(invalid="ignore"):
        outside = ((values < -1e-9) | (values > 1 + 1e-9)).any(axis=1)
    partly = known.any(axis=1) & ~known.all(axis=1)
    off = ~none & ~partly & ~(np.abs(sums - 1) <= tolerance)
    hundred = off.any() and abs(float(np.median(sums[off])) - 100) < 5
    for wrong, what in (
        (outside, "a probability lies outside 0 to 1"),
        (partly, "some probabilities are missing and others are not"),
        (off, f"the probabilities are more than {tolerance:g} from adding up to 1"),
    ):
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            shown = ", ".join(f"{x:.6g}" for x in values[first])
            faults.append(
                f"In {int(wrong.sum()):,} rows {what}; the first is row {first + 1}: {shown}."
            )
    if not known.any():
        faults.append("No row has probabilities.")
    if faults:
        fix = "Divide per cents by 100." if hundred else "Mend the rows, or leave them out."
        msg = f"The probabilities cannot be used. {' '.join(faults)} {fix}"
        raise InputError(msg)
    notes = []
    if none.any():
        notes.append(
            f"{int(none.sum()):,} rows have no probabilities; those people may belong to any group."
        )
    uneven = ~none & (np.abs(sums - 1) > 1e-9)
    if uneven.any():
        notes.append(f"In {int(uneven.sum()):,} rows the probabilities were divided by their sum.")
    with np.errstate(invalid="ignore"):
        values = np.clip(values, 0, 1) / np.where(none, np.nan, sums)[:, None]
    return values, tuple(notes)


def _cells(
    frame: pd.DataFrame, keys: tuple[str, ...], values: Floats
) -> tuple[Codes, pd.DataFrame]:
    """Return the cell of each row and the keys of each cell; no probabilities are a cell apart."""
    if not keys:
        return np.zeros(len(frame), dtype=np.int64), pd.DataFrame()
    coded = [encode(frame[key], key) for key in keys]
    rows = np.column_stack([*(codes for codes, _ in coded), np.isnan(values[:, 0])])
    distinct, code = np.unique(rows, axis=0, return_inverse=True)
    named = pd.DataFrame(
        {
            key: pd.Series([levels[c] if c >= 0 else None for c in distinct[:, at]], dtype=object)
            for at, (key, (_, levels)) in enumerate(zip(keys, coded, strict=True))
        }
    )
    return code.reshape(-1), named


def _counts(counted: Counted, parts: int) -> Floats:
    table: Cells = counted.cells[(PART,)]
    # Codes of the key are places among its levels, which are the numbers of parts.
    place = np.array(counted.levels[PART], dtype=np.int64)[table.column(PART)]
    found = np.zeros((parts, 3, 3))
    np.add.at(found, (place, table.column(OUTCOME), table.column(DECISION)), table.sums[:, 0])
    return found
