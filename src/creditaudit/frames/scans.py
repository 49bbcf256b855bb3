"""From a lazy frame, a relation or the path of files to a query on an engine."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.parquet as pq

from creditaudit.errors import CreditauditError, MissingExtra
from creditaudit.frames.engine_errors import EngineErrors
from creditaudit.frames.engines import Part, Query
from creditaudit.frames.files import chained, files_of, is_parquet, open_csv, open_parquet
from creditaudit.frames.sources import Source

ENGINES = ("arrow", "polars", "duckdb")
DUCKDB_MEMORY = "1GB"


def query_of(data: object) -> Query | None:
    """Return the query over a lazy or remote table, or None for a table in memory."""
    native: Any = nw.from_native(data, pass_through=True)  # type: ignore[call-overload]
    if isinstance(native, nw.DataFrame) and native.implementation.is_polars():
        native = native.lazy()
    if not isinstance(native, nw.LazyFrame):
        return None
    engine = str(native.implementation).rpartition(".")[2].lower().replace("pyspark", "spark")
    errors = EngineErrors(engine)
    with errors.as_ours():
        columns = list(native.collect_schema().names())
    part = Part(None, columns, lambda _: native)
    return Query(None, engine, [part], errors, wall_clock="spark" in engine)


def query_of_files(path: Path, engine: str) -> Query:
    """Return the query over a file or a folder of files, grouped by polars or DuckDB.

    Parquet is read by the engine. A CSV is read by Arrow, whatever the engine: engines differ in
    what they take for a row, a delimiter and an end, and some fill short rows without a word.

    Raises
    ------
    InputError, CorruptFile
        If the files cannot be read.
    MissingExtra
        If the engine is not installed.
    """
    files = files_of(path)
    parquet = is_parquet(files[0])
    sources = [open_parquet(file) if parquet else open_csv(file) for file in files]
    errors = EngineErrors(engine, in_files=True)
    try:
        with errors.as_ours():
            open_engine = _polars if engine == "polars" else _duckdb
            scan_parquet, feed = open_engine(errors)
    except ImportError as error:
        raise MissingExtra.of(engine, engine, f"engine={engine!r}") from error
    if not parquet:
        source = chained(path.name, sources)
        part = Part(source.name, source.columns, lambda columns: feed(source, columns))
        return Query(path.name, engine, [part], errors, text=True)
    # Files of one schema are one part: an engine would cast the others to the first, or refuse.
    alike: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for place, file in enumerate(files):
        schema = pq.read_schema(file)
        kinds = tuple((field.name, str(field.type)) for field in schema)
        alike.setdefault(kinds, []).append(place)
    parts = []
    for places in alike.values():
        names = [str(files[place].absolute()) for place in places]
        with errors.as_ours():
            frame = scan_parquet(names)
        first = sources[places[0]]
        parts.append(Part(first.name, first.columns, lambda _, frame=frame: frame))
    return Query(path.name, engine, parts, errors)


Scan = Callable[[list[str]], nw.LazyFrame[Any]]
Feed = Callable[[Source, Sequence[str]], nw.LazyFrame[Any]]


def _polars(errors: EngineErrors) -> tuple[Scan, Feed]:
    import polars as pl
    from polars.io.plugins import register_io_source

    def scan(names: list[str]) -> nw.LazyFrame[Any]:
        return nw.from_native(pl.scan_parquet(names, glob=False, hive_partitioning=False))

    def feed(source: Source, columns: Sequence[str]) -> nw.LazyFrame[Any]:
        wanted = list(columns)

        def read(chosen: list[str] | None, keep: Any, rows: int | None, _: int | None) -> Any:
            left = rows
            for batch in _batches(source, chosen or wanted, errors):
                frame = pl.DataFrame(batch).head(len(batch) if left is None else left)
                left = None if left is None else left - len(frame)
                yield frame if keep is None else frame.filter(keep)
                if left == 0:
                    return

        schema = dict.fromkeys(wanted, pl.String())
        return nw.from_native(register_io_source(read, schema=schema))

    return scan, feed


def _duckdb(errors: EngineErrors) -> tuple[Scan, Feed]:
    import duckdb

    # A connection of its own: what does not fit spills to disk and not into the user's memory.
    connection = duckdb.connect(config={"memory_limit": DUCKDB_MEMORY})

    def scan(names: list[str]) -> nw.LazyFrame[Any]:
        # A bracket holds one letter that would be a pattern otherwise.
        plain = ["".join(f"[{x}]" if x in "*?[" else x for x in name) for name in names]
        return nw.from_native(connection.read_parquet(plain, hive_partitioning=False))

    def feed(source: Source, columns: Sequence[str]) -> nw.LazyFrame[Any]:
        schema = pa.schema([(name, pa.string()) for name in columns])
        batches = _batches(source, columns, errors)
        reader = pa.RecordBatchReader.from_batches(schema, batches)
        return nw.from_native(connection.from_arrow(reader))

    return scan, feed


def _batches(
    source: Source, columns: Sequence[str], errors: EngineErrors
) -> Iterator[pa.RecordBatch]:
    try:
        for batch in source.read(columns):
            yield pa.RecordBatch.from_pydict(batch)
    except CreditauditError as error:
        errors.own.append(error)  # the engine will raise one of its own
        raise
