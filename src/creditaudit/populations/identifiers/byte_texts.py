"""Texts of one width as a matrix of bytes, so that millions are made and read without a loop."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditaudit.errors import InputError

Bytes = NDArray[np.uint8]
ZERO = ord("0")
_LARGEST = 2**31 - 1


def as_texts(signs: Bytes) -> pa.Array:
    """Return each column of signs as one text.

    Parameters
    ----------
    signs : array of uint8 of shape (width, n)
        ASCII codes; one row a place.

    Returns
    -------
    pyarrow array of n texts
        ``string``, or ``large_string`` when there are more bytes than it can count.
    """
    width, n = signs.shape
    large = width * n > _LARGEST
    ends = np.arange(n + 1, dtype=np.int64 if large else np.int32) * width
    flat = np.ascontiguousarray(signs.T).reshape(-1)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(flat)]
    return pa.Array.from_buffers(pa.large_string() if large else pa.string(), n, buffers)


def trimmed_texts(values: Any, *, drop: str = "") -> pa.Array:
    """Return values as texts in capital letters, without white space around them or ``drop``.

    Parameters
    ----------
    values : pyarrow array, pandas.Series or sequence of str
        Null where missing.
    drop : str
        Signs that may stand between the others, such as "- ".
    """
    texts = values if isinstance(values, pa.Array | pa.ChunkedArray) else _from_python(values)
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    texts = pc.ascii_upper(pc.utf8_trim_whitespace(texts.cast(pa.large_string())))
    for sign in drop:
        texts = pc.replace_substring(texts, pattern=sign, replacement="")
    return texts


def of_width(texts: pa.Array, width: int) -> tuple[Bytes, NDArray[np.bool_]]:
    """Return the bytes of the texts that are ``width`` bytes long, and which texts they are.

    Returns
    -------
    array of uint8 of shape (width, n_long_enough)
    array of bool, length n
        False for a missing value.
    """
    kept = pc.fill_null(pc.equal(pc.binary_length(texts), width), False)
    chosen = np.asarray(kept.to_numpy(zero_copy_only=False), dtype=bool)
    blob = b"".join(_bytes(texts.filter(kept)))
    return np.frombuffer(blob, dtype=np.uint8).reshape(-1, width).T, chosen


def digits_of(numbers: NDArray[Any], places: int, *, base: int = 10) -> NDArray[np.uint8]:
    """Return the last ``places`` digits of whole numbers, the highest first: (places, n)."""
    rest = np.asarray(numbers, dtype=np.int64)
    found = np.empty((places, len(rest)), dtype=np.uint8)
    for place in reversed(range(places)):
        rest, found[place] = np.divmod(rest, base)
    return found


def number_of(digits: NDArray[Any]) -> NDArray[np.int64]:
    """Return the number that rows of decimal digits spell: the other way round."""
    total = np.zeros(digits.shape[1], dtype=np.int64)
    for row in digits:
        total = total * 10 + row
    return total


def weighted(values: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.int32]:
    """Return the sum of the rows, each times its weight."""
    total = np.zeros(values.shape[1], dtype=np.int32)
    for row, weight in zip(values, weights, strict=True):
        total += row.astype(np.int32) * np.int32(weight)
    return total


def require_below(numbers: NDArray[Any], limit: int, noun: str, fix: str) -> None:
    """Raise the error that says how many there can be, when a number is out of range."""
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() < limit):
        msg = (
            f"Numbers run from {numbers.min():,} to {numbers.max():,}; there are {limit:,} "
            f"{noun}, counted from 0. {fix}"
        )
        raise InputError(msg)


def reasons(
    texts: pa.Array, whole: NDArray[np.bool_], wrong: NDArray[Any], otherwise: str
) -> "pd.Series[str]":
    """Return one reason a text: "missing", ``otherwise`` for another width, or what is wrong."""
    found = np.full(len(texts), otherwise, dtype=object)
    found[whole] = wrong.astype(object)
    found[np.asarray(texts.is_null().to_numpy(zero_copy_only=False))] = "missing"
    return pd.Series(found, dtype="str")


def _from_python(values: Iterable[Any]) -> pa.Array:
    return pa.array(values, type=pa.large_string(), from_pandas=True)


def _bytes(texts: pa.Array) -> list[memoryview]:
    if not len(texts):
        return []
    ends = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset :][: len(texts) + 1]
    return [memoryview(texts.buffers()[2])[int(ends[0]) : int(ends[-1])]]
