"""Tables that live on an engine: one group-by there, and only its small result comes here.

Polars runs lazily and streaming, DuckDB embedded, Spark wherever it is. All go through one
adapter, with the few operations that give the same integers everywhere: explicit float64, floor,
comparisons, group-by with length and sum. Nothing is cast from float to integer on an engine, and
NaN is made null before anything is compared.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditaudit.errors import CreditauditError, InputError, MissingExtra
from creditaudit.frames.sources import Batch, Source
from creditaudit.values import CSV_MISSING, Floats

ENGINES = ("arrow", "polars", "duckdb")
DUCKDB_MEMORY = "1GB"
# Names for what is computed on the engine; no engine takes every name, so these are plain.
N, W, W2, BIN = (f"creditaudit__{name}" for name in ("n", "w", "w2", "bin"))
_SCORE, _FINITE, _ALL = (f"creditaudit__{name}" for name in ("score", "finite", "all"))
_AMOUNT, _SQUARE = (f"creditaudit__{name}" for name in ("amount", "square"))


@dataclass(frozen=True, eq=False)
class Query:
    """A table on an engine, not read yet.

    ``text`` says that every column holds text (a CSV); ``wall_clock`` that its timestamps carry
    the time zone of a session and are read as the clock on the wall.
    """

    name: str | None
    columns: list[str]
    engine: str
    frame: nw.LazyFrame[Any]
    text: bool = False
    wall_clock: bool = False

    def number(self, column: str) -> nw.Expr:
        """Return a column as float64 with null for every missing value."""
        value = nw.col(column)
        if self.text:
            value = nw.when(~value.is_in(CSV_MISSING)).then(value)
        value = value.cast(nw.Float64)
        return nw.when(~value.is_nan()).then(value)

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Run a small query and return its rows."""
        options = {"engine": "streaming"} if self.engine == "polars" else {}
        with _engine_errors(self.engine):
            table = frame.collect(backend="pyarrow", **options).to_arrow()
        return pa.table({name: self._plain(table[name]) for name in table.column_names})

    def _plain(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        if pa.types.is_timestamp(column.type) and column.type.tz and self.wall_clock:
            return pc.local_timestamp(column)
        if self.text and pa.types.is_large_string(column.type) | pa.types.is_string(column.type):
            missing = pc.is_in(column, pa.array(CSV_MISSING, column.type))
            return pc.if_else(missing, pa.scalar(None, column.type), column)
        return column

    def rows(self) -> Source:
        """Return the rows themselves, brought here: for a look, not for a count."""

        def read(columns: Sequence[str]) -> Iterator[Batch]:
            table = self.collect(self.frame.select(*columns))
            yield {name: table[name] for name in columns}

        return Source(self.name, self.columns, self.text, read)

    def totals(self, amounts: Sequence[str], score: str | None) -> dict[str, float]:
        """Return, in one pass, what must be known of weights and scores before counting.

        Keys are ``missing NAME``, ``negative NAME``, ``infinite NAME`` of each amount, and
        ``low``, ``high``, ``infinite`` of the finite scores.
        """
        frame, asked = self.frame, []
        for place, name in enumerate(amounts):
            value = nw.col(f"{_AMOUNT}{place}")
            frame = frame.with_columns(self.number(name).alias(f"{_AMOUNT}{place}"))
            asked += [
                value.is_null().cast(nw.Int64).sum().alias(f"missing {name}"),
                (value < 0).cast(nw.Int64).sum().alias(f"negative {name}"),
                (value == np.inf).cast(nw.Int64).sum().alias(f"infinite {name}"),
            ]
        if score is not None:
            value = nw.col(_SCORE)
            finite = nw.when((value < np.inf) & (value > -np.inf)).then(value)
            frame = frame.with_columns(self.number(score).alias(_SCORE))
            frame = frame.with_columns(finite.alias(_FINITE))
            asked += [
                nw.col(_FINITE).min().alias("low"),
                nw.col(_FINITE).max().alias("high"),
                ((value == np.inf) | (value == -np.inf)).cast(nw.Int64).sum().alias("infinite"),
            ]
        if not asked:
            return {}
        found = self.collect(frame.select(*asked)).to_pylist()[0]
        return {name: float("nan") if value is None else value for name, value in found.items()}

    def distinct_scores(self, score: str, limit: int | None) -> Floats:
        """Return the distinct scores in order, or the first ``limit`` + 1 of them."""
        values = self.frame.select(self.number(score).alias(BIN))
        if limit is not None:
            sample = np.unique(_floats(self.collect(values.head(10_000))[BIN]))
            if (~np.isnan(sample)).sum() > limit:
                return sample[: limit + 1]
        found = np.unique(_floats(self.collect(values.unique())[BIN]))
        found = found[~np.isnan(found)]
        return found if limit is None else found[: limit + 1]

    def group(
        self, keys: Sequence[str], *, score: str | None, edges: Floats | None, weight: str | None,
        count: str | None,
    ) -> pa.Table:  # fmt: skip
        """Return the sums of one group-by: the keys, a score bin, and n, w, w2.

        The bin is the raw score where no ``edges`` are given.
        """
        frame = self.frame
        by = list(dict.fromkeys(keys))
        if score is not None:
            frame = frame.with_columns(self.number(score).alias(_SCORE))
            frame = frame.with_columns(
                (nw.col(_SCORE) if edges is None else _bin(_SCORE, edges)).alias(BIN)
            )
            by.append(BIN)
        sums = [nw.len().alias(N)]
        amount = weight or count
        if amount is not None:
            frame = frame.with_columns(self.number(amount).alias(_AMOUNT))
            frame = frame.with_columns((nw.col(_AMOUNT) * nw.col(_AMOUNT)).alias(_SQUARE))
            sums += [nw.col(_AMOUNT).sum().alias(W), nw.col(_SQUARE).sum().alias(W2)]
        if not by:
            frame, by = frame.with_columns(nw.lit(0).alias(_ALL)), [_ALL]
        table = self.collect(frame.group_by(*by).agg(*sums))
        n = _floats(table[N])
        w = _floats(table[W]) if amount is not None else n
        w2 = _floats(table[W2]) if weight is not None else w
        n = w if count is not None else n
        columns = {name: table[name] for name in by}
        return pa.table(columns | {N: pa.array(n), W: pa.array(w), W2: pa.array(w2)})


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _bin(name: str, edges: Floats) -> nw.Expr:
    """Return the bin of a float64 column as a float: -2 under, k over, null where missing."""
    x, last = nw.col(name), len(edges) - 2
    low, high = float(edges[0]), float(edges[-1])
    step = (high - low) / (last + 1)
    if np.array_equal(edges[:-1], np.arange(last + 1) * step + low):
        # The quotient may be off by one at an edge; the edges themselves decide.
        guess = ((x - low) / step).floor()
        inside = (
            guess
            - nw.when(x < guess * step + low).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
            + nw.when(x >= (guess + 1.0) * step + low).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
        )
    else:
        inside = nw.lit(0.0)
        for edge in edges[1:-1]:
            inside = inside + nw.when(x >= float(edge)).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    found = nw.when(x >= float(edges[-2])).then(nw.lit(float(last))).otherwise(inside)
    found = nw.when(x > high).then(nw.lit(float(last + 1))).otherwise(found)
    found = nw.when(x < low).then(nw.lit(-2.0)).otherwise(found)
    return nw.when(~x.is_null()).then(found)


def query_of(data: object) -> Query | None:
    """Return the query over a lazy or remote table, or None for a table in memory."""
    native: Any = nw.from_native(data, pass_through=True)  # type: ignore[call-overload]
    if isinstance(native, nw.DataFrame) and native.implementation.is_polars():
        native = native.lazy()
    if not isinstance(native, nw.LazyFrame):
        return None
    engine = str(native.implementation).rpartition(".")[2].lower().replace("pyspark", "spark")
    with _engine_errors(engine):
        columns = list(native.collect_schema().names())
    return Query(None, columns, engine, native, wall_clock="spark" in engine)


def query_of_files(paths: Sequence[Path], engine: str) -> Query:
    """Return the query over files of one kind, read by polars or DuckDB.

    Raises
    ------
    MissingExtra
        If the engine is not installed.
    """
    names = [str(path) for path in paths]
    csv = paths[0].suffix.lower() not in (".parquet", ".pq")
    try:
        with _engine_errors(engine):
            native = (_scan_polars if engine == "polars" else _scan_duckdb)(names, csv=csv)
            frame = nw.from_native(native)
            frame = frame.lazy() if isinstance(frame, nw.DataFrame) else frame
            columns = list(frame.collect_schema().names())
    except ImportError as error:
        raise MissingExtra.of(engine, engine, f"engine={engine!r}") from error
    return Query(paths[0].name, columns, engine, frame, text=csv)


def _scan_polars(names: list[str], *, csv: bool) -> Any:
    import polars as pl

    return pl.scan_csv(names, infer_schema=False) if csv else pl.scan_parquet(names)


def _scan_duckdb(names: list[str], *, csv: bool) -> Any:
    import duckdb

    # A connection of its own: what does not fit spills to disk and not into the user's memory.
    connection = duckdb.connect(config={"memory_limit": DUCKDB_MEMORY})
    if csv:
        return connection.read_csv(names, all_varchar=True, header=True)
    return connection.read_parquet(names)


@contextmanager
def _engine_errors(engine: str) -> Iterator[None]:
    """Turn what an engine raises into an error that names it and what it said."""
    try:
        yield
    except (CreditauditError, ImportError, MemoryError):
        raise
    except Exception as error:
        first = str(error).strip().splitlines()
        msg = (
            f"{engine} could not read the table: {type(error).__name__}: "
            f"{first[0] if first else ''} Check the columns named in Roles and their types."
        )
        raise InputError(msg) from error
