"""The border: every dataframe and file comes in here, and every file leaves whole or not at all."""

import os
from pathlib import Path
from typing import Any, cast

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from creditaudit.errors import InputError
from creditaudit.frames.engines import Query
from creditaudit.frames.files import file_source
from creditaudit.frames.scans import ENGINES, query_of, query_of_files
from creditaudit.frames.sources import (
    Batch,
    Source,
    arrow_source,
    check_columns,
    dataset_source,
    pandas_source,
    reader_source,
)
from creditaudit.frames.writing import file_hash, write_whole

__all__ = [
    "Batch",
    "Query",
    "Source",
    "check_columns",
    "file_hash",
    "open_source",
    "open_table",
    "write_whole",
]


def open_table(data: object, engine: str | None = None) -> Source | Query:
    """Return a table to count, without reading it: in batches here, or as a query on its engine.

    Parameters
    ----------
    data : DataFrame, Table, Dataset, RecordBatchReader, LazyFrame, relation, str or Path
        pandas and pyarrow tables, Arrow datasets and readers, .parquet and .csv files and folders
        of them are read in batches. Polars frames (always lazily), DuckDB relations and Spark
        DataFrames stay where they are.
    engine : {"arrow", "polars", "duckdb"}, optional
        What reads a file; "arrow" by default.

    Raises
    ------
    InputError
        For anything else, a file that is not there, or an engine for a table in memory.
    MissingExtra
        If the engine is not installed.
    """
    if engine is not None and engine not in ENGINES:
        msg = f"engine={engine!r} must be one of {', '.join(map(repr, ENGINES))}."
        raise InputError(msg)
    if isinstance(data, str | os.PathLike):
        path = Path(data)
        return file_source(path) if engine in (None, "arrow") else query_of_files(path, engine)
    if engine is not None:
        msg = f"engine={engine!r} is for files; a {type(data).__name__} stays on its own engine."
        raise InputError(msg)
    if isinstance(data, pd.DataFrame):
        return pandas_source(data)
    if isinstance(data, pa.Table):
        return arrow_source(data)
    if isinstance(data, ds.Dataset):
        return dataset_source(data)
    if isinstance(data, pa.RecordBatchReader):
        return reader_source(data)
    query = query_of(data)
    if query is not None:
        return query
    native = nw.from_native(cast("Any", data), eager_only=True, pass_through=True)
    if not isinstance(native, nw.DataFrame):
        msg = (
            f"Cannot read a {type(data).__module__}.{type(data).__name__}. Expected a pandas, "
            "pyarrow or polars table, a DuckDB relation, a Spark DataFrame, or the path of a "
            ".parquet or .csv file or of a folder of them."
        )
        raise InputError(msg)
    return arrow_source(native.to_arrow())


def open_source(data: object) -> Source:
    """Return a table to read in batches; a query is run and its rows are brought here.

    Raises
    ------
    InputError, CorruptFile
    """
    opened = open_table(data)
    return opened if isinstance(opened, Source) else opened.rows()
