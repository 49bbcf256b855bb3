"""The same rows on every engine, and what comes back of a result as plain lists."""

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from creditaudit.rulebooks.kinds import Kind

TYPES = {"yes_no": pa.bool_(), "date": pa.date32(), "text": pa.string(), "category": pa.string(),
         "id": pa.string()}  # fmt: skip


def arrow_table(rows, kinds: dict[str, Kind]) -> pa.Table:
    """Return rows as an Arrow table with the type of each kind; counts as integers."""
    columns = {}
    for name, kind in kinds.items():
        default = pa.int64() if kind.name == "count" else pa.float64()
        columns[name] = pa.array([row.get(name) for row in rows], TYPES.get(kind.name, default))
    return pa.table(columns)


def engines(table: pa.Table, connection: duckdb.DuckDBPyConnection):
    """Yield the name of an engine and the table there."""
    yield "pyarrow", table
    yield "pandas", table.to_pandas()
    yield "pandas on arrow", table.to_pandas(types_mapper=pd.ArrowDtype)
    yield "polars", pl.from_arrow(table)
    yield "polars lazy", pl.from_arrow(table).lazy()
    yield "duckdb", connection.from_arrow(table)


def plain(result) -> list:
    """Return a column, or the only column of a frame, as a list with None for what is missing."""
    if isinstance(result, pl.LazyFrame):
        result = result.collect()
    if isinstance(result, duckdb.DuckDBPyRelation):
        result = result.to_arrow_table()
    if isinstance(result, pa.Table):
        result = result.column(0)
    if isinstance(result, pl.DataFrame):
        result = result.to_series()
    if isinstance(result, pd.Series):
        return [None if pd.isna(value) else value for value in result.tolist()]
    return result.to_pylist() if isinstance(result, pa.ChunkedArray) else result.to_list()


def table_of(result) -> pa.Table:
    """Return a frame of any engine as an Arrow table."""
    if isinstance(result, pl.LazyFrame):
        result = result.collect()
    if isinstance(result, pl.DataFrame):
        return result.to_arrow()
    if isinstance(result, pd.DataFrame):
        return pa.Table.from_pandas(result, preserve_index=False)
    return result.to_arrow_table() if isinstance(result, duckdb.DuckDBPyRelation) else result
