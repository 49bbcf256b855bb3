"""Tables in files: Parquet, CSV, and folders of either."""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from creditaudit.errors import CorruptFile, InputError
from creditaudit.frames import sources
from creditaudit.frames.sources import Batch, Source, check_same_columns, first_line
from creditaudit.values import CSV_MISSING

CSV_BLOCK_BYTES = 1 << 20
PARQUET = (".parquet", ".pq")
CSV = (".csv", ".tsv", ".txt", ".gz")


def files_of(path: Path) -> list[Path]:
    """Return a file, or the Parquet or CSV files of a folder in the order of their names.

    Raises
    ------
    InputError
        If it is not there, or is neither, or the folder holds none or both kinds.
    """
    if not path.exists():
        near = sorted(p.name for p in path.parent.glob("*") if p.suffix in (*PARQUET, *CSV))
        msg = f"File {path.name!r} not found. Tables in that folder: {near[:10] or 'none'}."
        raise InputError(msg)
    if not path.is_dir():
        if path.suffix.lower() not in (*PARQUET, *CSV):
            msg = f"Cannot read {path.name!r}: expected a file that ends in .parquet or .csv."
            raise InputError(msg)
        return [path]
    # Names that start with a dot or underscore are not data, by the custom of such folders.
    inside = sorted(p for p in path.rglob("*") if p.is_file() and p.name[0] not in "._")
    kinds = {kind: [p for p in inside if p.suffix.lower() in kind] for kind in (PARQUET, CSV)}
    found = [files for files in kinds.values() if files]
    if len(found) != 1:
        what = "both Parquet and CSV files" if found else "no .parquet and no .csv file"
        msg = f"Folder {path.name!r} holds {what}. Name a folder with files of one kind."
        raise InputError(msg)
    return found[0]


def file_source(path: Path) -> Source:
    """Return a source over a file or a folder of files."""
    parts = [open_parquet(p) if is_parquet(p) else open_csv(p) for p in files_of(path)]
    return chained(path.name, parts)


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet by its name."""
    return path.suffix.lower() in PARQUET


def chained(name: str, parts: Sequence[Source]) -> Source:
    """Return a source over files one after the other."""
    first = parts[0]
    if len(parts) == 1:
        return first

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        check_same_columns(name, [(part.name, part.columns) for part in parts], columns)
        for part in parts:
            yield from part.read(columns)

    return Source(name, first.columns, first.text, read)


def open_parquet(path: Path) -> Source:
    """Return a source over a Parquet file."""
    with _as_corrupt(path, "Parquet"), pq.ParquetFile(path) as opened:
        names = list(opened.schema_arrow.names)

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        with _as_corrupt(path, "Parquet"), pq.ParquetFile(path) as file:
            # Over a whole file, Arrow keeps the bytes of every row group it has read.
            for groups in _runs_of_row_groups(file):
                rows = sources.FILE_BATCH_ROWS
                for batch in file.iter_batches(rows, row_groups=groups, columns=list(columns)):
                    yield {name: batch.column(name) for name in columns}

    return Source(path.name, names, False, read)


def _runs_of_row_groups(file: pq.ParquetFile) -> Iterator[list[int]]:
    """Yield neighbouring row groups that together fill a batch."""
    run, rows = [], 0
    for place in range(file.num_row_groups):
        run.append(place)
        rows += file.metadata.row_group(place).num_rows
        if rows >= sources.FILE_BATCH_ROWS:
            yield run
            run, rows = [], 0
    if run:
        yield run


def open_csv(path: Path) -> Source:
    """Return a source over a CSV, whose delimiter is found in its first line."""
    opener: Any = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            unquoted = re.sub('"[^"]*"?', "", file.readline())
            delimiter = max(",;\t|", key=unquoted.count)
            file.seek(0)
            names = next(csv.reader(file, delimiter=delimiter), [])
            rows = any(line.strip() for line in file)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise _corrupt(path, "CSV", error) from error

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        if not rows:  # a header alone has no block to read
            return
        options = pacsv.ReadOptions(block_size=CSV_BLOCK_BYTES)
        parse = pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
        convert = pacsv.ConvertOptions(
            column_types={name: pa.string() for name in columns},
            include_columns=list(columns),
            null_values=list(CSV_MISSING),
            strings_can_be_null=True,
        )
        with _as_corrupt(path, "CSV"), pacsv.open_csv(path, options, parse, convert) as opened:
            for batch in opened:
                yield {name: batch.column(name) for name in columns}

    return Source(path.name, names, True, read)


@contextmanager
def _as_corrupt(path: Path, kind: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _corrupt(path, kind, error) from error


def _corrupt(path: Path, kind: str, error: BaseException) -> CorruptFile:
    return CorruptFile(
        f"{path.name!r} cannot be read as {kind}: {first_line(error)} "
        "Check that the file is whole and of that kind, or export it again (a CSV as UTF-8)."
    )
