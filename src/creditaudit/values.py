"""What one value is: types, missing values, and which literal names which value.

The stated rules, the same for every source:

* A value is missing when it is null, NaN or an empty string; in a CSV also ``NA``, ``N/A``,
  ``#N/A``, ``NaN``, ``nan``, ``NULL`` and ``null``.
* ``True``, ``1`` and ``1.0`` are one value. Text is compared letter by letter, and a literal in
  `Roles` matches a value of the same text: ``favourable=1`` finds 1, 1.0, True and "1".
* A column that holds both text and numbers becomes text, unless that makes two values one.
* A CSV is read as text and typed at the end, over the whole file and not over its first block;
  a column with codes such as 007 stays text. So one of its shards may hold numbers and another
  text: added, they are text, and 10 and "10" are one value.
* A line of a CSV with nothing in it is no row.
* A level exists when a row holds it: unused categories do not.
* A date is written as 2024-02-29; so is a timestamp at midnight without a time zone. Other
  timestamps are 2024-02-29T10:30:00. One with a time zone is an instant, and is written in UTC
  with +00:00, because engines do not keep the zone.
* A score, weight or count in text is a decimal number with an optional exponent, inf or nan, with
  or without blanks around it. Anything else that is not missing is an error.

Four differences between sources are inherent, and no program that reads them can mend them:

* A float32 written to a CSV is written in few digits: 0.7 is then 0.7, while the float32 is
  0.699999988 in every other source. A score that stands exactly at a cut may change its bin.
* A timestamp in a CSV is the text that the writer chose. Write dates, or midnight as a date.
* A CSV holds no types: the text "7" of a table is the number 7 there, words such as NA are
  missing, and truth values are no scores.
* Spark's TIMESTAMP keeps no time zone and is read as the clock of its session. DuckDB and Spark
  count microseconds.
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import infer_dtype, is_any_real_numeric_dtype, is_bool_dtype

from creditaudit.errors import InputError

Level = bool | int | float | str | None
CSV_MISSING = ("", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null")

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d*)?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_CODE = re.compile(r"[+-]?0\d")
_WITHOUT_ARROW_TYPE = pd.PeriodDtype | pd.IntervalDtype | pd.SparseDtype


def canonical(value: object) -> Level:
    """Return a value as one of null, bool, int, float or text, by the rules stated above."""
    if type(value) is str:
        return value or None
    if type(value) is int:
        return value
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or value == "":
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        if value.is_finite() and value == value.to_integral_value():
            return int(value)
        value = float(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, datetime | date):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace") or None
    return str(value)


def encode(array: Any, name: str | None = None) -> tuple[Codes, list[Level]]:
    """Return codes and levels of one column; code -1 is missing.

    Parameters
    ----------
    array : Series, pyarrow Array or ChunkedArray
        Any type whose values can be told apart.
    name : str, optional
        For the error.

    Returns
    -------
    codes : int64 array of shape (n_rows,)
    levels : list
        Canonical values that occur.

    Raises
    ------
    InputError
        If the column holds lists or other values that are not single.
    """
    try:
        codes, raw = _raw_codes(array)
    except (TypeError, ValueError, pa.ArrowException) as error:
        found = str(error).splitlines()[0]
        column = "A column" if name is None else f"Column {name!r}"
        msg = (
            f"{column} cannot be told apart into values: {found}. "
            "Every cell must hold one number, date, truth value or text. Convert the column."
        )
        raise InputError(msg) from error
    levels: dict[Level, int] = {}
    target = np.empty(len(raw) + 1, dtype=np.int64)
    target[-1] = -1
    for position, value in enumerate(raw):
        level = canonical(value)
        target[position] = -1 if level is None else levels.setdefault(level, len(levels))
    return target[codes], list(levels)


def _raw_codes(array: Any) -> tuple[Codes, Sequence[object]]:
    if isinstance(array, pd.Series):
        if isinstance(array.dtype, pd.CategoricalDtype):
            return _occurring(array.cat.codes.to_numpy(np.int64), list(array.cat.categories))
        if array.dtype == object or isinstance(array.dtype, _WITHOUT_ARROW_TYPE):
            codes, raw = pd.factorize(array.to_numpy(dtype=object), use_na_sentinel=True)
            return codes.astype(np.int64, copy=False), list(raw)
        array = pa.array(array, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # an empty or over-long column stays chunked
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_floating(array.type):
        array = pc.if_else(pc.is_nan(array), None, array)
    if pa.types.is_decimal(array.type) and array.type.bit_width < 128:
        array = array.cast(pa.decimal128(array.type.precision, array.type.scale))
    if pa.types.is_float16(array.type):  # not every release tells half floats apart
        array = array.cast(pa.float32())
    categories = pa.types.is_dictionary(array.type)
    if not categories:
        array = array.dictionary_encode()
    codes = array.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    raw = array.dictionary.to_pylist()
    return _occurring(codes, raw) if categories else (codes, raw)


def _occurring(codes: Codes, raw: Sequence[object]) -> tuple[Codes, Sequence[object]]:
    used = np.bincount(codes + 1, minlength=len(raw) + 1)[1:] > 0
    return codes, [value if seen else None for value, seen in zip(raw, used, strict=True)]


def numbers(array: Any, name: str) -> Floats:
    """Return one column as float64 with NaN where it is missing.

    Raises
    ------
    InputError
        If the column holds text that is not a number.
    """
    try:
        return _as_floats(array)
    except (ValueError, TypeError, pa.ArrowException) as error:
        found = str(error).splitlines()[0]
        msg = (
            f"Column {name!r} must hold numbers. {found}. "
            "Clean the column, or name another one in Roles."
        )
        raise InputError(msg) from error


def _as_floats(array: Any) -> Floats:
    if isinstance(array, pd.Series):
        measured = is_any_real_numeric_dtype(array.dtype) or is_bool_dtype(array.dtype)
        if measured and not isinstance(array.dtype, pd.CategoricalDtype):
            return np.asarray(array.to_numpy(dtype=np.float64, na_value=np.nan))
        array = array.astype(object)
        if infer_dtype(array, skipna=True) != "string":
            values = pd.to_numeric(array)
            return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
        array = pa.array(array, pa.string(), from_pandas=True)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_decimal(array.type):
        # Arrow divides by a rounded power of ten; the digits give the nearest float64.
        array = array.cast(pa.string())
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    if _is_text(array.type):
        array = pc.utf8_trim_whitespace(array.cast(pa.large_string()))
        array = pc.if_else(pc.equal(array, ""), None, array)
    elif pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        msg = "Bytes are no numbers"
        raise TypeError(msg)
    values = array.cast(pa.float64(), safe=False)
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def _is_text(kind: pa.DataType) -> bool:
    view = pa.types.is_string_view(kind)
    return bool(view or pa.types.is_string(kind) or pa.types.is_large_string(kind))


def settle_types(
    levels: Sequence[Level], name: str, *, text: bool = False, added: bool = False
) -> list[Level]:
    """Return the levels of a whole column in one type: numbers, or else text.

    Parameters
    ----------
    levels : sequence
        Distinct values, none missing.
    name : str
    text : bool, default False
        Whether all values arrived as text, to be typed.
    added : bool, default False
        Whether the levels come from two tallies, in which 10 and "10" are one value.

    Raises
    ------
    InputError
        If a value stands in the column both as text and as a number.
    """
    if text:
        return _typed_text(levels)
    words = [level for level in levels if isinstance(level, str)]
    if not words or len(words) == len(levels):
        return list(levels)
    others: dict[Level, str] = {level: str(level) for level in levels if not isinstance(level, str)}
    for word in words:
        twin = others.get(typed(word))
        if twin is not None and not (added and twin == word):
            msg = (
                f"Column {name!r} holds {word!r} both as text and as a number or truth value. "
                "Make the column one type, then the values can be told apart or joined."
            )
            raise InputError(msg)
    return [str(level) for level in levels]


def _typed_text(levels: Sequence[Level]) -> list[Level]:
    read = [typed(str(level)) for level in levels]
    kinds = {bool if isinstance(x, bool) else str if isinstance(x, str) else float for x in read}
    return read if kinds in ({bool}, {float}) else list(levels)


def typed(word: str) -> Level:
    """Return what a text spells: a truth value, a number, or itself."""
    if word.lower() in {"true", "false"}:
        return word.lower() == "true"
    if not _NUMBER.fullmatch(word) or _CODE.match(word):
        return word
    return int(word) if _INTEGER.fullmatch(word) else canonical(float(word))


def matches(level: Level, literal: object) -> bool:
    """Whether a literal of `Roles` names this level, by the rule stated above."""
    if level is None:
        return False
    wanted = canonical(literal)
    if level == wanted or str(level) == str(wanted):
        return True
    # True is 1 and "True" is True, so the text "1" and the value True meet here.
    truth = {"true": 1, "false": 0}
    if isinstance(level, bool) or isinstance(wanted, bool):
        as_number = [str(truth.get(str(x).lower(), x)) for x in (level, wanted)]
        return as_number[0] == as_number[1]
    return False
