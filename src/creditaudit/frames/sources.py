"""A table in memory or in files, read in batches of bounded length."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from creditaudit.errors import CorruptFile, CreditauditError, InputError, MissingColumn

BATCH_ROWS = 1 << 20
FILE_BATCH_ROWS = 1 << 17

Batch = dict[str, Any]
# What stands before the name of a file, quoted or not.
_FOLDERS = re.compile(
    r"""(?<=['"])(?:[a-zA-Z]+:)?[\\/](?:[^'"]*[\\/])?(?=[^'"\\/]+['"])"""
    r"""|(?<![^\s'"(\[=,])(?:[a-zA-Z]+:)?[\\/]+(?:[^\\/\s'":,]+[\\/])*(?=[^\\/\s'":,])"""
)


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


def check_same_columns(
    name: str | None, files: Sequence[tuple[str | None, Sequence[str]]], wanted: Sequence[str]
) -> None:
    """Raise unless every file of a folder has every wanted column."""
    faults = [
        f"{file!r} lacks {', '.join(map(repr, lacking))}"
        for file, columns in files
        if (lacking := [column for column in wanted if column not in columns])
    ]
    if faults:
        first, columns = files[0]
        msg = (
            f"The files of folder {name!r} do not have the same columns: {'; '.join(faults)}; "
            f"{first!r} has {', '.join(map(repr, columns))}. Mend or leave out those files: what "
            "they hold cannot be counted."
        )
        raise CorruptFile(msg)


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
    options: dict[str, Any] = {"batch_size": FILE_BATCH_ROWS, "use_threads": False}
    if isinstance(getattr(data, "format", None), ds.ParquetFileFormat):
        # With the buffer, Arrow keeps the bytes of every row group it has read.
        options["fragment_scan_options"] = ds.ParquetFragmentScanOptions(pre_buffer=False)

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        with _as_ours("dataset"):
            scanner = data.scanner(columns=list(columns), **options)
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
                "An Arrow reader can be read once, and this count needs two passes: the first "
                "finds the scores. Pass an integer as score_bins= and score_range= to Roles, or "
                "edges as score_bins=, or a table that can be read again."
            )
            raise InputError(msg)
        spent = True
        with _as_ours("reader"):
            for batch in reader:
                yield {name: batch.column(name) for name in columns}

    return Source(None, list(reader.schema.names), False, read)


@contextmanager
def _as_ours(what: str) -> Iterator[None]:
    try:
        yield
    except CreditauditError:
        raise
    except (pa.ArrowException, OSError) as error:
        msg = (
            f"The Arrow {what} could not be read: {first_line(error)} "
            "Check that its files are there and whole."
        )
        raise CorruptFile(msg) from error


def first_line(error: BaseException | str) -> str:
    """Return the first line of an error without the folders in it.

    Folders may hold the name of a person or a machine.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return _FOLDERS.sub("", lines[0]) if lines else type(error).__name__
