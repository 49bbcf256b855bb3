"""From a lazy frame, a relation or the path of files to a query on an engine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.parquet as pq

from creditaudit.errors import CreditauditError, MissingExtra
from creditaudit.frames.engine_errors import EngineErrors
from creditaudit.frames.engines import Part, Query, Scan, plain
from creditaudit.frames.files import chained, files_of, is_parquet, open_csv, open_parquet
from creditaudit.frames.sources import Source

ENGINES = ("arrow", "polars", "duckdb")
DUCKDB_MEMORY = "1GB"


def query_of(data: object) -> Query | None:
    """Return the query over a lazy or remote table, or None for a table in memory."""
    given: Any = nw.from_native(data, pass_through=True)
    if isinstance(given, nw.DataFrame) and given.implementation.is_polars():
        given = given.lazy()
    if not isinstance(given, nw.LazyFrame):
        return None
    engine = str(given.implementation).rpartition(".")[2].lower().replace("pyspark", "spark")
    errors, spark = EngineErrors(engine), "spark" in engine
    with errors.as_ours():
        columns = list(given.collect_schema().names())
        zone = _zone_of(given.to_native()) if spark else None
        scan = _scan_of(given, columns, engine)
    return Query(None, engine, [Part(None, columns, scan)], errors, zone=zone)


def _scan_of(frame: nw.LazyFrame[Any], names: Sequence[str], engine: str) -> Scan:
    """Return the scan of a frame whose columns, in their order, have these names.

    DuckDB and Spark see a dot in a name as a table or a field, and do not see capital letters, so
    there a column is named by its place.
    """
    held = list(names)
    native: Any = frame.to_native()
    if engine != "polars":
        held = [f"creditaudit__place{place}" for place in range(len(names))]
        if engine == "duckdb":
            quoted = ['"' + name.replace('"', '""') + '"' for name in native.columns]
            pairs = zip(quoted, held, strict=True)
            native = native.project(", ".join(f"{name} AS {place}" for name, place in pairs))
        else:
            native = native.toDF(*held)
        frame = nw.from_native(native)
    place_of = {name: nw.col(place) for name, place in zip(names, held, strict=True)}

    def scan(columns: Sequence[str]) -> nw.LazyFrame[Any]:
        return frame.select(*(place_of[name].alias(plain(i)) for i, name in enumerate(columns)))

    return scan


def _zone_of(frame: Any) -> str:
    return str(frame.sparkSession.conf.get("spark.sql.session.timeZone"))


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
            first = sources[places[0]]
            scan = _scan_of(scan_parquet(names), first.columns, engine)
        parts.append(Part(first.name, first.columns, scan))
    return Query(path.name, engine, parts, errors, keeps=scan_parquet)


ScanFiles = Callable[[list[str]], nw.LazyFrame[Any]]
Feed = Callable[[Source, Sequence[str]], nw.LazyFrame[Any]]


def _polars(errors: EngineErrors) -> tuple[ScanFiles, Feed]:
    import polars as pl
    from polars.io.plugins import register_io_source

    def scan(names: list[str]) -> nw.LazyFrame[Any]:
        return nw.from_native(pl.scan_parquet(names, glob=False, hive_partitioning=False))

    def feed(source: Source, columns: Sequence[str]) -> nw.LazyFrame[Any]:
        named = {plain(place): name for place, name in enumerate(columns)}

        def read(chosen: list[str] | None, keep: Any, rows: int | None, _: int | None) -> Any:
            left = rows
            wanted = named if chosen is None else {name: named[name] for name in chosen}
            for batch in _batches(source, wanted, errors):
                frame = pl.DataFrame(batch).head(len(batch) if left is None else left)
                left = None if left is None else left - len(frame)
                yield frame if keep is None else frame.filter(keep)
                if left == 0:
                    return

        schema = dict.fromkeys(named, pl.String())
        return nw.from_native(register_io_source(read, schema=schema))

    return scan, feed


def _duckdb(errors: EngineErrors) -> tuple[ScanFiles, Feed]:
    import duckdb

    # A connection of its own: what does not fit spills to disk and not into the user's memory.
    config: dict[str, Any] = {"memory_limit": DUCKDB_MEMORY, "temp_directory": gettempdir()}
    connection = duckdb.connect(config=config)

    def scan(names: list[str]) -> nw.LazyFrame[Any]:
        # A bracket holds one letter that would be a pattern otherwise.
        exact = ["".join(f"[{x}]" if x in "*?[" else x for x in name) for name in names]
        return nw.from_native(connection.read_parquet(exact, hive_partitioning=False))

    def feed(source: Source, columns: Sequence[str]) -> nw.LazyFrame[Any]:
        named = {plain(place): name for place, name in enumerate(columns)}
        schema = pa.schema([(name, pa.string()) for name in named])
        batches = _batches(source, named, errors)
        reader = pa.RecordBatchReader.from_batches(schema, batches)
        return nw.from_native(connection.from_arrow(reader))

    return scan, feed


def _batches(
    source: Source, wanted: Mapping[str, str], errors: EngineErrors
) -> Iterator[pa.RecordBatch]:
    """Yield batches of plain name: column, and keep what the reader raises."""
    try:
        for batch in source.read(list(wanted.values())):
            yield pa.RecordBatch.from_pydict({name: batch[x] for name, x in wanted.items()})
    except CreditauditError as error:
        errors.own.append(error)  # the engine will raise one of its own
        raise
