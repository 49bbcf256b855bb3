"""A table in memory or in files, read in batches of bounded length."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from creditaudit.errors import InputError, MissingColumn

BATCH_ROWS = 1 << 20
FILE_BATCH_ROWS = 1 << 18

Batch = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """A table that can be read again and again in batches of named columns.

    ``text`` says that every value arrives as text and is typed at the end (a CSV).
    """

    name: str | None
    columns: list[str]
    text: bool
    read: Callable[[Sequence[str]], Iterator[Batch]]

    def batches(self, columns: Sequence[str], *, fix: str = "") -> Iterator[Batch]:
        """Yield ``{column: array}`` of bounded length.

        Raises
        ------
        MissingColumn
            Names what is missing, what exists, and ``fix``.
        """
        check_columns(columns, self.columns, fix)
        yield from self.read(list(dict.fromkeys(columns)))


def check_columns(wanted: Sequence[str], existing: Sequence[str], fix: str) -> None:
    """Raise unless every wanted column exists, and exists once."""
    missing = [name for name in wanted if name not in existing]
    if missing:
        raise MissingColumn.of(missing, existing, fix)
    twice = sorted({name for name in wanted if list(existing).count(name) > 1})
    if twice:
        msg = (
            f"Column {', '.join(map(repr, twice))} exists more than once, so it is not clear "
            "which is meant. Rename the columns so that each name is there once."
        )
        raise InputError(msg)


def pandas_source(frame: pd.DataFrame) -> Source:
    """Return a source over a pandas frame."""
    labels = {str(label): label for label in frame.columns}

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        for start in range(0, len(frame), BATCH_ROWS):
            part = frame.iloc[start : start + BATCH_ROWS]
            yield {name: part[labels[name]] for name in columns}

    return Source(None, [str(label) for label in frame.columns], False, read)


def arrow_source(table: pa.Table) -> Source:
    """Return a source over an Arrow table."""

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        for start in range(0, table.num_rows, BATCH_ROWS):
            part = table.slice(start, BATCH_ROWS)
            yield {name: part[name] for name in columns}

    return Source(None, list(table.column_names), False, read)


def dataset_source(data: ds.Dataset) -> Source:
    """Return a source over an Arrow dataset."""

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        scanner = data.scanner(columns=list(columns), batch_size=FILE_BATCH_ROWS, use_threads=False)
        for batch in scanner.to_batches():
            yield {name: batch.column(name) for name in columns}

    return Source(None, list(data.schema.names), False, read)


def reader_source(reader: pa.RecordBatchReader) -> Source:
    """Return a source over an Arrow reader, which can be read once only."""
    spent = False

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        nonlocal spent
        if spent:
            msg = (
                "An Arrow reader can be read once, and this count needs two passes: one for the "
                "range of the score. Pass score_range= to Roles, or edges as score_bins=."
            )
            raise InputError(msg)
        spent = True
        for batch in reader:
            yield {name: batch.column(name) for name in columns}

    return Source(None, list(reader.schema.names), False, read)
