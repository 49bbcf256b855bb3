"""The same table in every source, and what it means that two tallies are the same."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from creditaudit import Tally

ENGINES = ("arrow", "polars", "duckdb")


def as_objects(table):
    """Return the table in pandas with every value as it is in Python."""
    columns = {name: map(_timestamp, table[name].to_pylist()) for name in table.column_names}
    return pd.DataFrame({k: pd.Series(list(v), dtype=object) for k, v in columns.items()})


def _timestamp(value):
    # Two datetimes of Python that differ in `fold` only are equal; two of pandas are not.
    return pd.Timestamp(value) if isinstance(value, datetime.datetime) else value


def _pandas(table, _):
    return table.to_pandas(integer_object_nulls=True)


def _objects(table, _):
    return as_objects(table)


def _categories(table, _):
    frame = as_objects(table).astype("category")
    for name in frame:
        values = frame[name].cat.categories
        if len(values) and values.map(type).isin([str]).all():
            frame[name] = frame[name].cat.add_categories(["never there"])
    return frame


def _arrow_types(table, _):
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def _table(table, _):
    return table


def _chunks(table, _):
    return pa.Table.from_batches(table.to_batches(max_chunksize=3), table.schema)


def _dataset(table, folder):
    pq.write_table(table, folder / "dataset.parquet", row_group_size=3)
    return ds.dataset(folder / "dataset.parquet")


def _reader(table, _):
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=3))


def _polars(table, _):
    import polars as pl

    return pl.from_arrow(table)


def _polars_lazy(table, folder):
    return _polars(table, folder).lazy()


def _duckdb(table, _):
    import duckdb

    return duckdb.from_arrow(table)


def _parquet(table, folder):
    pq.write_table(table, folder / "table.parquet", row_group_size=4)
    return folder / "table.parquet"


def _folder(table, folder):
    where = folder / "parts" / "year=2024"
    where.mkdir(parents=True)
    for start in range(0, len(table), 4):
        pq.write_table(table.slice(start, 4), where / f"part-{start:04}.parquet")
    return folder / "parts"


def _csv(table, folder):
    pacsv.write_csv(table, folder / "table.csv")
    return folder / "table.csv"


def _csv_folder(table, folder):
    (folder / "csv").mkdir()
    for start in range(0, len(table), 4):
        pacsv.write_csv(table.slice(start, 4), folder / "csv" / f"part-{start:04}.csv")
    return folder / "csv"


MEMORY = {
    "pandas": _pandas,
    "pandas object": _objects,
    "pandas category": _categories,
    "pandas pyarrow types": _arrow_types,
    "pyarrow table": _table,
    "pyarrow chunks": _chunks,
    "pyarrow dataset": _dataset,
    "pyarrow reader": _reader,
    "polars": _polars,
    "polars lazy": _polars_lazy,
    "duckdb": _duckdb,
}
FILES = {"parquet": _parquet, "parquet folder": _folder}
CSV = {"csv": _csv, "csv folder": _csv_folder}
_MAKERS = MEMORY | FILES | CSV

TYPED = (*MEMORY, *(f"{name} by {engine}" for name in FILES for engine in ENGINES))
TEXT = tuple(f"{name} by {engine}" for name in CSV for engine in ENGINES)


def from_source(source, table, folder, roles, **how):
    """Return the tally of an Arrow table that was brought into a source first."""
    name, _, engine = source.partition(" by ")
    return Tally.from_frame(_MAKERS[name](table, folder), roles, engine=engine or None, **how)


def differences(one, other):
    """Return in words what differs between two tallies; nothing if they are the same."""
    found = []
    for name, levels in one.levels.items():
        kinds = [[_kind(x) for x in found] for found in (levels, other.levels[name])]
        if levels != other.levels[name] or kinds[0] != kinds[1]:
            found.append(f"levels of {name!r}: {levels} and {other.levels[name]}")
    if one.bins != other.bins:
        found.append(f"bins: {one.bins} and {other.bins}")
    if one.notes != other.notes:
        found.append(f"notes: {one.notes} and {other.notes}")
    for grouping, cells in one.cells.items():
        theirs = other.cells[grouping]
        same = np.array_equal(cells.codes, theirs.codes)
        if not same or not np.array_equal(cells.sums[:, 0], theirs.sums[:, 0]):
            found.append(
                f"people by {grouping}:\n{one.labelled(grouping)}\n{other.labelled(grouping)}"
            )
        elif not np.allclose(cells.sums, theirs.sums, rtol=1e-12, atol=0):
            found.append(f"weights by {grouping}: {cells.sums} and {theirs.sums}")
    if one.fingerprint() != other.fingerprint():
        found.append("fingerprint")
    return found


def _kind(level):
    # True and 1 are one value, by the stated rule.
    return int if isinstance(level, bool) else type(level)


def shown_in(tally, by):
    """Return people by the level of one key."""
    frame = tally.labelled(by)
    return {
        None if level is None or level is pd.NA else level: people
        for level, people in zip(frame[by].astype(object), frame["n"], strict=True)
    }
