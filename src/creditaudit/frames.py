"""The border: every dataframe and file comes in here, and every file leaves whole or not at all."""

import csv
import gzip
import hashlib
import os
import re
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from creditaudit.errors import CorruptFile, InputError, MissingColumn

BATCH_ROWS = 1 << 20
FILE_BATCH_ROWS = 1 << 18
CSV_BLOCK_BYTES = 1 << 22
CSV_MISSING = ("", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null")

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
        missing = [name for name in columns if name not in self.columns]
        if missing:
            raise MissingColumn.of(missing, self.columns, fix)
        twice = sorted({name for name in columns if self.columns.count(name) > 1})
        if twice:
            msg = (
                f"Column {', '.join(map(repr, twice))} exists more than once, so it is not clear "
                "which is meant. Rename the columns so that each name is there once."
            )
            raise InputError(msg)
        yield from self.read(list(dict.fromkeys(columns)))


def open_source(data: object) -> Source:
    """Return a source over a dataframe or a file, without reading it.

    Parameters
    ----------
    data : DataFrame, pyarrow.Table, str or Path
        pandas, pyarrow, anything narwhals reads eagerly, or the path of a .parquet or .csv file.

    Raises
    ------
    InputError
        For anything else, or a file that is not there.
    CorruptFile
        For a file that is damaged or of another kind than its name says.
    """
    if isinstance(data, str | os.PathLike):
        return _open_file(Path(data))
    if isinstance(data, pd.DataFrame):
        return _open_pandas(data)
    if not isinstance(data, pa.Table):
        native = nw.from_native(cast("Any", data), eager_only=True, pass_through=True)
        if not isinstance(native, nw.DataFrame):
            msg = (
                f"Cannot read a {type(data).__module__}.{type(data).__name__}. Expected a pandas, "
                "pyarrow or other eager dataframe, or the path of a .parquet or .csv file."
            )
            raise InputError(msg)
        data = native.to_arrow()
    return _open_arrow(data)


def _open_pandas(frame: pd.DataFrame) -> Source:
    labels = {str(label): label for label in frame.columns}

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        for start in range(0, len(frame), BATCH_ROWS):
            part = frame.iloc[start : start + BATCH_ROWS]
            yield {name: part[labels[name]] for name in columns}

    return Source(None, [str(label) for label in frame.columns], False, read)


def _open_arrow(table: pa.Table) -> Source:
    def read(columns: Sequence[str]) -> Iterator[Batch]:
        for start in range(0, table.num_rows, BATCH_ROWS):
            part = table.slice(start, BATCH_ROWS)
            yield {name: part[name] for name in columns}

    return Source(None, list(table.column_names), False, read)


def _open_file(path: Path) -> Source:
    if not path.exists():
        near = sorted(p.name for p in path.parent.glob("*") if p.suffix in {".csv", ".parquet"})
        msg = f"File {path.name!r} not found. Tables in that folder: {near[:10] or 'none'}."
        raise InputError(msg)
    if path.suffix.lower() in {".parquet", ".pq"}:
        return _open_parquet(path)
    if path.suffix.lower() in {".csv", ".tsv", ".txt", ".gz"}:
        return _open_csv(path)
    msg = f"Cannot read {path.name!r}: expected a file that ends in .parquet or .csv."
    raise InputError(msg)


def _open_parquet(path: Path) -> Source:
    with _as_corrupt(path, "Parquet"), pq.ParquetFile(path) as opened:
        names = list(opened.schema_arrow.names)

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        with _as_corrupt(path, "Parquet"), pq.ParquetFile(path) as file:
            for batch in file.iter_batches(FILE_BATCH_ROWS, columns=list(columns)):
                yield {name: batch.column(name) for name in columns}

    return Source(path.name, names, False, read)


def _open_csv(path: Path) -> Source:
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
        f"{path.name!r} cannot be read as {kind}: {str(error).splitlines()[0]} "
        "Check that the file is whole and of that kind, or export it again (a CSV as UTF-8)."
    )


def write_whole(path: str | os.PathLike[str], write: Callable[[Path], None]) -> None:
    """Write a file whole or not at all: ``write`` fills a temporary name, then it is renamed.

    Raises
    ------
    InputError
        If the folder is not there or cannot be written.
    """
    target = Path(path)
    if not target.parent.is_dir():
        msg = f"Folder of {target.name!r} does not exist. Make it first, or name another."
        raise InputError(msg)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(handle)
    except OSError as error:
        msg = f"Cannot write {target.name!r}: {error.strerror}. Choose a folder you may write to."
        raise InputError(msg) from error
    try:
        write(Path(name))
        with open(name, "rb+") as file:
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, target)
    except OSError as error:
        msg = f"Cannot write {target.name!r}: {error.strerror}. The old file, if any, is unchanged."
        raise InputError(msg) from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def file_hash(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
