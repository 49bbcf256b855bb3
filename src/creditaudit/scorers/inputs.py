"""The columns of a table, as numbers or as values that can be told apart."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import infer_dtype, is_any_real_numeric_dtype, is_bool_dtype

from creditaudit.errors import InputError, MissingColumn
from creditaudit.frames import open_source
from creditaudit.values import Codes, Floats, Level, encode, numbers

# Numbers are cut into intervals; truth values are the numbers 0 and 1; codes are numbers that
# only name something; texts are compared letter by letter.
Kind = Literal["number", "truth", "code", "text"]
_FIX = "The scorer was fitted with it. Pass a table that has every column it uses."


@dataclass(frozen=True, eq=False)
class Rows:
    """A table whose columns can be asked for by name.

    Attributes
    ----------
    names : list of str
    n : int
    column : callable
        Name to Series, Arrow array or array of floats.
    """

    names: list[str]
    n: int
    column: Callable[[str], Any]

    @classmethod
    def of(
        cls,
        table: object,
        names: Sequence[str] | None = None,
        need: Sequence[str] | None = None,
    ) -> "Rows":
        """Return the rows of a table in memory or in a file.

        Parameters
        ----------
        table : DataFrame, Table, array, str or Path
            pandas, polars, pyarrow; an array of shape (n_rows, n_features) needs ``names``.
        names : sequence of str, optional
            Names for the columns of an array, in order.
        need : sequence of str, optional
            Columns that will be asked for; all when absent.

        Raises
        ------
        MissingColumn, InputError
        """
        made = cls._of(table, names, need)
        made.need(need or ())
        return made

    @classmethod
    def _of(cls, table: object, names: Sequence[str] | None, need: Sequence[str] | None) -> "Rows":
        if isinstance(table, Rows):
            return table
        if isinstance(table, np.ndarray):
            if names is None or table.ndim != 2 or table.shape[1] != len(names):
                msg = (
                    f"An array of shape {table.shape} has no column names. Pass a table with "
                    "named columns."
                )
                raise InputError(msg)
            where = {name: place for place, name in enumerate(names)}
            return cls(list(names), len(table), lambda name: table[:, where[name]])
        if isinstance(table, pd.DataFrame):
            labels = {str(label): label for label in table.columns}
            if len(labels) < table.shape[1]:
                twice = sorted({str(x) for x in table.columns[table.columns.duplicated()]})
                msg = f"Columns {twice} are there more than once. Give each a name of its own."
                raise InputError(msg)
            return cls(list(labels), len(table), lambda name: table[labels[name]])
        source = open_source(table)
        wanted = list(source.columns if need is None else need) or source.columns[:1]
        batches = list(source.batches(wanted, fix=_FIX))
        n = sum(len(batch[wanted[0]]) for batch in batches)

        def column(name: str) -> Any:
            return pa.chunked_array([_array(batch[name]) for batch in batches])

        return cls(list(source.columns), n, column)

    def need(self, names: Iterable[str]) -> None:
        """Raise unless every column is there.

        Raises
        ------
        MissingColumn
        """
        missing = [name for name in names if name not in self.names]
        if missing:
            raise MissingColumn.of(missing, self.names, _FIX)

    def floats(self, name: str) -> Floats:
        """Return a column as float64, NaN where it is missing."""
        column = self.column(name)
        if isinstance(column, np.ndarray):
            return np.ascontiguousarray(column, dtype=np.float64)
        if isinstance(column, pd.Series) and column.dtype == np.float64:
            return np.ascontiguousarray(column.to_numpy())
        try:
            return _writable(numbers(column, name))
        except InputError as error:
            found = str(error.__cause__).splitlines()[0]
            msg = f"Feature {name!r} must hold numbers: {found}. Clean the column."
            raise InputError(msg) from error

    def values(self, name: str, kind: Kind) -> tuple[Codes, list[Level]]:
        """Return the codes and levels of a column of texts or codes; -1 is missing."""
        column = self.column(name)
        if isinstance(column, np.ndarray):
            column = pd.Series(column)
        codes, levels = encode(column, name)
        if kind == "text":
            return codes, [str(level) for level in levels]
        return codes, [_as_code(level, name) for level in levels]

    def kind(self, name: str, *, categorical: bool) -> Kind:
        """Return how a column is read.

        Raises
        ------
        InputError
            If it holds dates or lists.
        """
        column = self.column(name)
        word = _word(column)
        if word == "empty":
            return "text" if categorical else "number"
        if word == "truth":
            return "code" if categorical else "truth"
        if word == "number":
            return "code" if categorical or _is_category(column) else "number"
        if word == "text":
            return "text"
        msg = (
            f"Feature {name!r} holds {word}, which no bin is made of. Turn it into a number or "
            "text, such as the months since a date."
        )
        raise InputError(msg)


def _word(column: Any) -> str:
    if isinstance(column, np.ndarray):
        return "truth" if column.dtype == bool else "number"
    if isinstance(column, pd.Series):
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.cat.categories.to_series()
        if is_bool_dtype(column.dtype) and column.dtype != object:
            return "truth"
        if is_any_real_numeric_dtype(column.dtype):
            return "number"
        if isinstance(column.dtype, pd.ArrowDtype):
            return _arrow_word(column.dtype.pyarrow_dtype)
        found = infer_dtype(column, skipna=True)
        known = {
            "string": "text", "boolean": "truth", "empty": "empty", "integer": "number",
            "floating": "number", "mixed-integer-float": "number", "decimal": "number",
            "mixed-integer": "text", "mixed": "text",
        }  # fmt: skip
        return known.get(found, f"{found} values")
    return _arrow_word(column.type)


def _arrow_word(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return _arrow_word(kind.value_type)
    if pa.types.is_boolean(kind):
        return "truth"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_null(kind):
        return "empty"
    view = pa.types.is_string_view(kind)
    if view or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return f"{kind} values"


def _is_category(column: Any) -> bool:
    if isinstance(column, pd.Series):
        return isinstance(column.dtype, pd.CategoricalDtype)
    return not isinstance(column, np.ndarray) and bool(pa.types.is_dictionary(column.type))


def _as_code(level: Level, name: str) -> float:
    try:
        return float(level)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        msg = (
            f"Feature {name!r} held numbers when the scorer was fitted; now it holds {level!r}. "
            "Pass the column in the type it had."
        )
        raise InputError(msg) from error


def _array(given: Any) -> Any:
    return given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given


def _writable(values: Floats) -> Floats:
    return values if values.flags.writeable else values.copy()
