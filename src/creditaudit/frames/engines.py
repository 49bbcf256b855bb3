"""Tables that live on an engine: one group-by there, and only its small result comes here.

Polars runs lazily and streaming, DuckDB embedded, Spark wherever it is. All go through one
adapter, with the few operations that give the same integers everywhere: explicit float64, floor,
comparisons, group-by with length and sum. Nothing is cast from float to integer on an engine, NaN
is made null before anything is compared, and text is checked before it is read as a number.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditaudit.errors import InputError
from creditaudit.frames.engine_errors import EngineErrors
from creditaudit.frames.engine_numbers import bin_of, number, unreadable
from creditaudit.frames.sources import Batch, Source, check_columns, check_same_columns
from creditaudit.values import Floats

# Names for what is computed on the engine; no engine takes every name, so these are plain.
N, W, W2, BIN = (f"creditaudit__{name}" for name in ("n", "w", "w2", "bin"))
_ALL, _SCORE, _AMOUNT, _SQUARE, _SCORE_TEXT, _AMOUNT_TEXT = (
    f"creditaudit__{name}"
    for name in ("all", "score", "amount", "square", "score_text", "amount_text")
)
INFINITE_SCORES = "infinite scores"
POLARS_AHEAD = "POLARS_ROW_GROUP_PREFETCH_SIZE"
AMOUNT_FAULTS = ("missing", "negative", "infinite")


Scan = Callable[[Sequence[str]], nw.LazyFrame[Any]]


def plain(place: int) -> str:
    """Return the name that a column has on the engine.

    DuckDB and Spark take a dot in a name for a table and its column, or a column and its field.
    """
    return f"creditaudit__column{place}"


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of one schema on an engine: a whole table, or the files of a folder that are alike.

    ``scan`` gives a lazy frame of the columns asked for, under the names of `plain`.
    """

    name: str | None
    columns: list[str]
    scan: Scan


@dataclass(frozen=True)
class Grouped:
    """What a group-by found: a table for each part of a query, and numbers of faulty values."""

    tables: list[pa.Table]
    faults: dict[str, float]


@dataclass(frozen=True, eq=False)
class Query:
    """A table on an engine, not read yet.

    ``text`` says that every column holds text (a CSV); ``zone`` is the time zone of a session,
    in which its timestamps are read as the clock on the wall; ``keeps`` holds what has to stay
    open, such as a connection.
    """

    name: str | None
    engine: str
    parts: Sequence[Part]
    errors: EngineErrors
    text: bool = False
    zone: str | None = None
    keeps: object = None

    @property
    def columns(self) -> list[str]:
        """The columns of the table, or of the first file of a folder."""
        return self.parts[0].columns

    def check(self, columns: Sequence[str], fix: str) -> None:
        """Raise unless every column exists, exists once, and in every file.

        Raises
        ------
        MissingColumn, InputError, CorruptFile
        """
        check_columns(columns, self.columns, fix)
        check_same_columns(self.name, [(p.name, p.columns) for p in self.parts], columns)

    def rows(self) -> Source:
        """Return the rows themselves, brought here: for a look, not for a count."""

        def read(columns: Sequence[str]) -> Iterator[Batch]:
            for part in self.parts:
                table = self._collect(self._scan(part, columns))
                yield {name: table[plain(place)] for place, name in enumerate(columns)}

        return Source(self.name, self.columns, self.text, read)

    def combinations(self, columns: Sequence[str], rows: int, limit: int) -> pa.Table:
        """Return the distinct combinations in the first rows, or ``limit`` of them."""
        frame = self._scan(self.parts[0], columns).head(rows)
        return self._collect(frame.unique().head(limit)).rename_columns(list(columns))

    def score_range(self, score: str) -> tuple[float, float]:
        """Return the lowest and highest finite score in one pass; NaN where there is none."""
        ends: list[Floats] = []
        for part in self.parts:
            frame = self._scores(part, score)
            value = nw.col(_SCORE)
            frame = frame.select(nw.when((value < np.inf) & (value > -np.inf)).then(value))
            found = self._collect(
                frame.select(nw.col(_SCORE).min().alias("low"), nw.col(_SCORE).max().alias("high"))
            )
            ends += [_floats(found["low"]), _floats(found["high"])]
        known = np.concatenate(ends)
        known = known[~np.isnan(known)]
        return (float(known.min()), float(known.max())) if len(known) else (np.nan, np.nan)

    def distinct_scores(self, score: str, limit: int) -> Floats:
        """Return the distinct scores in order; ``limit`` + 1 of them or more if there are more."""
        found: Floats = np.empty(0)
        for part in self.parts:
            for few in (True, False):
                frame = self._scores(part, score)
                frame = frame.head(10_000) if few else frame
                # One more than the limit, and null.
                some = self._collect(frame.unique().head(limit + 2))
                found = np.union1d(found, _floats(some[_SCORE]))
                found = found[~np.isnan(found)]
                if len(found) > limit:
                    return found
        return found

    def group(
        self,
        keys: Sequence[str],
        *,
        score: str | None,
        edges: Floats | None,
        weight: str | None,
        count: str | None,
        limit: int,
    ) -> Grouped:
        """Return the sums of one group-by: the keys, a score bin, and n, w, w2.

        The bin is the raw score where no ``edges`` are given. No table has more than ``limit``
        rows: if one has as many, there may be more.

        Raises
        ------
        InputError
            If a score, weight or count is text that is no number.
        """
        tables: list[pa.Table] = []
        faults: dict[str, float] = {}
        for part in self.parts:
            by = list(dict.fromkeys(keys))
            frame, named, sums = self._plan(part, by, score, edges, weight or count)
            table = self._collect(frame.group_by(*named).agg(*sums).head(limit))
            for text, column in ((_SCORE_TEXT, score), (_AMOUNT_TEXT, weight or count)):
                if text in table.column_names:
                    _refuse_text(str(column), table[text])
            for name in {INFINITE_SCORES, *AMOUNT_FAULTS} & set(table.column_names):
                faults[name] = faults.get(name, 0) + float(np.nansum(_floats(table[name])))
            n = _floats(table[N])
            w = _floats(table[W]) if W in table.column_names else n
            w2 = _floats(table[W2]) if weight is not None else w
            found = {name: table[plain(place)] for place, name in enumerate(by)}
            found |= {BIN: table[BIN]} if score is not None else {}
            found |= {N: pa.array(w if count is not None else n), W: pa.array(w), W2: pa.array(w2)}
            tables.append(pa.table(found))
        return Grouped(tables, faults)

    def _plan(
        self, part: Part, keys: Sequence[str], score: str | None, edges: Floats | None,
        amount: str | None,
    ) -> tuple[nw.LazyFrame[Any], list[str], list[nw.Expr]]:  # fmt: skip
        """Return the rows with what is computed of each, the keys, and what is summed."""
        wanted = [*keys, *(name for name in (score, amount) if name)]
        frame = self._scan(part, wanted or part.columns[:1])
        by, sums = [plain(place) for place in range(len(keys))], [nw.len().alias(N)]
        if not by:
            frame, by = frame.with_columns(nw.lit(0).alias(_ALL)), [_ALL]
        for column, read, text in (
            (score, _SCORE, _SCORE_TEXT),
            (amount, _AMOUNT, _AMOUNT_TEXT),
        ):
            if column is None:
                continue
            given = plain(wanted.index(column))
            kind = self._kind(frame, given)
            wrong = unreadable(given, kind)
            frame = frame.with_columns(number(given, kind, column).alias(read))
            if wrong is not None:
                frame = frame.with_columns(wrong.alias(text))
                sums.append(nw.col(text).max())
        value = nw.col(_SCORE)
        if score is not None:
            frame = frame.with_columns(
                (value if edges is None else bin_of(_SCORE, edges)).alias(BIN)
            )
            by.append(BIN)
            sums.append(_rows_where((value == np.inf) | (value == -np.inf), INFINITE_SCORES))
        value = nw.col(_AMOUNT)
        if amount is not None:
            frame = frame.with_columns((value * value).alias(_SQUARE))
            sums += [value.sum().alias(W), nw.col(_SQUARE).sum().alias(W2)]
            faults = (value.is_null(), value < 0, value == np.inf)
            sums += map(_rows_where, faults, AMOUNT_FAULTS)
        return frame, by, sums

    def _scores(self, part: Part, score: str) -> nw.LazyFrame[Any]:
        frame = self._scan(part, [score])
        return frame.select(number(plain(0), self._kind(frame, plain(0)), score).alias(_SCORE))

    def _scan(self, part: Part, columns: Sequence[str]) -> nw.LazyFrame[Any]:
        with self.errors.as_ours():
            return part.scan(columns)

    def _kind(self, frame: nw.LazyFrame[Any], column: str) -> nw.dtypes.DType:
        with self.errors.as_ours():
            return frame.collect_schema()[column]

    def _collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Run a small query and return its rows."""
        polars = self.engine == "polars"
        options = {"engine": "streaming"} if polars else {}
        with self.errors.as_ours(), _one_row_group_ahead() if polars else nullcontext():
            table = frame.collect(backend="pyarrow", **options).to_arrow()
        return pa.table({name: self._on_the_wall(table[name]) for name in table.column_names})

    def _on_the_wall(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        if self.zone and pa.types.is_timestamp(column.type) and column.type.tz:
            return pc.local_timestamp(column.cast(pa.timestamp(column.type.unit, self.zone)))
        return column


@contextmanager
def _one_row_group_ahead() -> Iterator[None]:
    """Let polars read one row group ahead: with more it is no faster, and holds them all."""
    if POLARS_AHEAD in os.environ:
        yield
        return
    os.environ[POLARS_AHEAD] = "1"
    try:
        yield
    finally:
        os.environ.pop(POLARS_AHEAD, None)


def _rows_where(condition: nw.Expr, name: str) -> nw.Expr:
    return condition.cast(nw.Int64).sum().alias(name)


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _refuse_text(column: str, found: pa.ChunkedArray) -> None:
    worst = pc.max(found).as_py()
    if worst is not None:
        msg = (
            f"Column {column!r} must hold numbers; it holds the text {worst!r}. "
            "Clean the column, or name another one in Roles."
        )
        raise InputError(msg)
