"""Tables of any engine behind one interface on the way in, and as they came on the way out."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa

from creditaudit.errors import InputError
from creditaudit.frames import check_columns


def opened(data: object, columns: Sequence[str], fix: str) -> Any:
    """Return a table with some columns behind the interface of every engine.

    A table of pandas goes through Arrow, with only these columns: Arrow keeps what is missing
    apart from what is not a number, and has truth values with gaps.

    Raises
    ------
    MissingColumn
        With the fix, if a column is not there.
    InputError
        If it is no table, or a column cannot be read.
    """
    if isinstance(data, pd.DataFrame):
        check_columns(columns, [str(label) for label in data.columns], fix)
        labels = {str(label): label for label in data.columns}
        # A table of Arrow without columns has no rows; the number of rows has to stay.
        arrays = {"": pa.nulls(len(data))}
        arrays |= {name: _arrow(data[labels[name]], name) for name in columns}
        return nw.from_native(pa.table(arrays), eager_only=True)
    frame = nw.from_native(cast("Any", data), pass_through=True)
    if not isinstance(frame, nw.DataFrame | nw.LazyFrame):
        msg = (
            f"Cannot score a {type(data).__module__}.{type(data).__name__}. Pass a table of "
            "pandas, polars, pyarrow, DuckDB or Spark."
        )
        raise InputError(msg)
    check_columns(columns, frame.collect_schema().names(), fix)
    if isinstance(frame, nw.DataFrame) and frame.implementation.is_polars():
        return frame.lazy()
    return frame


def _arrow(column: "pd.Series[Any]", name: str) -> Any:
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError) as error:
        found = str(error).splitlines()[0]
        msg = f"Column {name!r} does not hold values of one type: {found}. Convert the column."
        raise InputError(msg) from error


def given_back(frame: Any, data: object) -> Any:
    """Return a result as a frame of the engine of the data; pandas keeps its index."""
    if isinstance(data, pd.DataFrame):
        found = frame.to_native().to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
        found.index = data.index
        return found
    given = nw.from_native(cast("Any", data))
    if isinstance(given, nw.DataFrame) and isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return frame.to_native()


def column_given_back(frame: Any, data: object, name: str) -> Any:
    """Return the only column of a result; a frame of one column where the engine is lazy."""
    native = given_back(frame, data)
    if isinstance(native, pd.DataFrame | pa.Table):
        return native[name]
    again = nw.from_native(native)
    return again[name].to_native() if isinstance(again, nw.DataFrame) else native


def one_row(row: Any) -> dict[str, object]:
    """Return a row given as a Series, a mapping or a frame of one row, by column.

    Raises
    ------
    InputError
    """
    if isinstance(row, Mapping | pd.Series):
        return {str(name): value for name, value in row.items()}
    frame = nw.from_native(row, pass_through=True)
    if not isinstance(frame, nw.DataFrame | nw.LazyFrame):
        msg = f"A row is a Series, a mapping or a frame of one row, not a {type(row).__name__}."
        raise InputError(msg)
    rows = frame.lazy().head(2).collect(backend="pyarrow").to_arrow().to_pylist()
    if len(rows) != 1:
        msg = "A trace is about one person: pass a frame of one row, such as frame.iloc[0]."
        raise InputError(msg)
    return dict(rows[0])
