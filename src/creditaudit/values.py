"""What one value is: types, missing values, and which literal names which value.

The stated rules, the same for every source:

* A value is missing when it is null, NaN or an empty string; in a CSV also ``NA``, ``N/A``,
  ``#N/A``, ``NaN``, ``nan``, ``NULL`` and ``null``.
* ``True``, ``1`` and ``1.0`` are one value. Text is compared letter by letter, and a literal in
  `Roles` matches a value of the same text: ``favourable=1`` finds 1, 1.0, True and "1".
* A column that holds both text and numbers becomes text, unless that makes two values one.
* A CSV is read as text and typed at the end, over the whole file and not over its first block;
  a column with codes such as 007 stays text.
"""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from creditaudit.errors import InputError

Level = bool | int | float | str | None
Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_CODE = re.compile(r"[+-]?0\d")
_WITHOUT_ARROW_TYPE = pd.PeriodDtype | pd.IntervalDtype | pd.SparseDtype


def canonical(value: object) -> Level:
    """Return a value as one of null, bool, int, float or text, by the rules stated above."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value == "" or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, datetime | date):
        text = value.isoformat()
        return text.removesuffix("T00:00:00")
    return str(value)


def encode(array: Any) -> tuple[Codes, list[Level]]:
    """Return codes and levels of one column; code -1 is missing.

    Parameters
    ----------
    array : Series, pyarrow Array or ChunkedArray
        Any type.

    Returns
    -------
    codes : int64 array of shape (n_rows,)
    levels : list
        Canonical values in order of first appearance.
    """
    if isinstance(array, pd.Series):
        if array.dtype == object or isinstance(array.dtype, _WITHOUT_ARROW_TYPE):
            codes, raw = pd.factorize(array.to_numpy(dtype=object), use_na_sentinel=True)
            return _canonical_codes(codes.astype(np.int64, copy=False), list(raw))
        array = pa.array(array, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # an empty or over-long column stays chunked
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_floating(array.type):
        array = pc.if_else(pc.is_nan(array), None, array)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    indices = array.indices.cast(pa.int64()).fill_null(-1)
    return _canonical_codes(indices.to_numpy(zero_copy_only=False), array.dictionary.to_pylist())


def _canonical_codes(codes: Codes, raw: Sequence[object]) -> tuple[Codes, list[Level]]:
    levels: dict[Level, int] = {}
    target = np.empty(len(raw) + 1, dtype=np.int64)
    target[-1] = -1
    for position, value in enumerate(raw):
        level = canonical(value)
        target[position] = -1 if level is None else levels.setdefault(level, len(levels))
    return target[codes], list(levels)


def numbers(array: Any, name: str) -> Floats:
    """Return one column as float64 with NaN where it is missing.

    Raises
    ------
    InputError
        If the column holds text that is not a number.
    """
    try:
        if isinstance(array, pd.Series):
            if array.dtype == object or isinstance(
                array.dtype, pd.StringDtype | pd.CategoricalDtype
            ):
                array = pd.to_numeric(array.astype(object).replace("", None))
            return array.to_numpy(dtype=np.float64, na_value=np.nan)
        if pa.types.is_dictionary(array.type):
            array = array.cast(array.type.value_type)
        if pa.types.is_boolean(array.type):
            array = array.cast(pa.int8())
        values = array.cast(pa.float64(), safe=False)
        return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)
    except (ValueError, TypeError, pa.ArrowException) as error:
        found = str(error).splitlines()[0]
        msg = (
            f"Column {name!r} must hold numbers. {found}. "
            "Clean the column, or name another one in Roles."
        )
        raise InputError(msg) from error


def settle_types(levels: Sequence[Level], name: str, *, text: bool) -> list[Level]:
    """Return the levels of a whole column in one type: numbers, or else text.

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
    settled = [None if level is None else str(level) for level in levels]
    clash = sorted({word for word in words if settled.count(word) > 1})
    if clash:
        msg = (
            f"Column {name!r} holds {clash[0]!r} both as text and as a number. "
            "Make the column one type, then the values can be told apart or joined."
        )
        raise InputError(msg)
    return list(settled)


def _typed_text(levels: Sequence[Level]) -> list[Level]:
    words = [str(level) for level in levels if level is not None]
    if words and all(word.lower() in {"true", "false"} for word in words):
        return [None if level is None else str(level).lower() == "true" for level in levels]
    if not all(_NUMBER.fullmatch(word) and not _CODE.match(word) for word in words):
        return list(levels)
    return [
        None
        if level is None
        else int(word)
        if (word := str(level)).isdigit()
        else canonical(float(word))
        for level in levels
    ]


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
