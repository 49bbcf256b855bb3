"""Columns as they are stored: types, missing values, fingerprints."""

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from creditaudit.populations.graphs import Array
from creditaudit.vocabulary import NEVER, Column, load_vocabulary

PERSON = "person_id"
TEXT, TIME = "text", "time"
# Widths that hold every value of the vocabulary's types; an id is signed, as not every engine
# reads unsigned 64 bits.
_WIDTHS = {"yes_no": pa.int8(), "text": pa.string(), "date": pa.date32()}


@cache
def arrow_type(column: Column) -> pa.DataType:
    """Return how a column of the vocabulary is stored."""
    if column.type == "category":
        return pa.dictionary(pa.int8(), pa.string())
    if column.type == "id":
        return pa.int64() if str(column.domain).startswith("whole number") else pa.string()
    if column.type in _WIDTHS:
        return _WIDTHS[column.type]
    return pa.int16() if column.whole else pa.float32()


def stored(name: str, values: Array) -> pa.Array:
    """Return the values of one column in its stored type; NaN and a code of -1 become null."""
    column = load_vocabulary()[name]
    kind = arrow_type(column)
    if pa.types.is_dictionary(kind):
        codes = values.astype(np.int8, copy=False)
        indices = _with_nulls(codes, codes < 0, pa.int8())
        return pa.DictionaryArray.from_arrays(indices, pa.array(column.levels, pa.string()))
    if pa.types.is_date(kind):
        return pa.array(values.astype("datetime64[D]"), type=kind)
    width = kind.to_pandas_dtype()
    if values.dtype.kind != "f":
        return pa.array(values.astype(width, copy=False), type=kind)
    missing = np.isnan(values)
    with np.errstate(invalid="ignore"):
        held = values.astype(width, copy=False)
    return _with_nulls(held, missing, kind)


def _with_nulls(values: Array, missing: Array, kind: pa.DataType) -> pa.Array:
    """Return values with nulls, their bits written as Arrow keeps them."""
    nulls = int(np.count_nonzero(missing))
    if not nulls:
        return pa.array(values, type=kind)
    known = ~missing
    if values.dtype.kind == "i":
        # What NaN becomes as a whole number differs between machines.
        values = values * known
    bits = pa.py_buffer(np.packbits(known, bitorder="little"))
    held = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [bits, held], null_count=nulls)


def table_schema(names: Sequence[str]) -> pa.Schema:
    """Return the schema of a table of people with these columns."""
    vocabulary = load_vocabulary()
    made = {b"creditaudit.synthetic": b"true: describes nobody"}
    kinds = [(name, arrow_type(vocabulary[name])) for name in names]
    return pa.schema(kinds, metadata=made)


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return a table as a dataframe, with a type for each column that no value can change.

    Whole numbers that may be missing are pandas' nullable integers, whether or not one is missing
    here.
    """
    vocabulary = load_vocabulary()
    parts: dict[str, Any] = {}
    for name in table.column_names:
        chunked = table.column(name)
        kind = chunked.type
        may_miss = name in vocabulary and vocabulary[name].missing != NEVER
        if pa.types.is_integer(kind) and may_miss:
            dtype = pd.api.types.pandas_dtype(str(kind).capitalize())
            parts[name] = dtype.__from_arrow__(chunked)
        elif pa.types.is_date(kind):
            parts[name] = chunked.cast(pa.timestamp("s")).to_pandas().array
        else:
            parts[name] = chunked.to_pandas().array
    return pd.DataFrame(parts)


class Fingerprint:
    """A hash of the values of a table, however it is cut into parts or stored in a file."""

    def __init__(self) -> None:
        self._hashes: dict[str, Any] = {}

    def add(self, table: "pa.Table | pa.RecordBatch") -> None:
        """Add the next rows."""
        for name, kind in zip(table.schema.names, table.schema.types, strict=True):
            hashed = self._hashes.setdefault(name, blake2b(f"{name}|{_word(kind)}".encode()))
            column = table.column(name)
            for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
                hashed.update(_canonical(chunk))

    @property
    def value(self) -> str:
        """32 hex digits."""
        whole = blake2b(digest_size=16)
        for name, hashed in self._hashes.items():
            whole.update(name.encode() + b"|" + hashed.digest())
        return whole.hexdigest()


def fingerprint(parts: "Iterable[pa.Table | pa.RecordBatch]") -> str:
    """Return the hash of the values of a table given in parts, in order."""
    whole = Fingerprint()
    for part in parts:
        whole.add(part)
    return whole.value


def _canonical(chunk: pa.Array) -> bytes:
    """Return the bytes of the values: nulls as zeros with a mask, levels and texts as hashes."""
    missing = np.asarray(chunk.is_null())
    values = _hashes(chunk) if _word(chunk.type) == TEXT else _numbers(chunk)
    # Value and mask side by side, so that a cut between rows is no cut in the bytes.
    record = np.empty(len(values), dtype=[("value", values.dtype.newbyteorder("<")), ("null", "?")])
    record["value"], record["null"] = np.where(missing, np.zeros_like(values), values), missing
    return record.tobytes()


def _hashes(chunk: pa.Array) -> Array:
    if not pa.types.is_dictionary(chunk.type):
        chunk = chunk.dictionary_encode()
    texts = chunk.dictionary.to_pylist()
    words = [blake2b(str(text).encode(), digest_size=8).digest() for text in texts]
    table = np.frombuffer(b"".join(words) or bytes(8), dtype="<u8")
    codes = chunk.indices.fill_null(0).to_numpy(zero_copy_only=False)
    # The same text has the same hash, whatever its code in this part.
    return np.asarray(table.take(codes.astype(np.intp)))


def _numbers(chunk: pa.Array) -> Array:
    kind = chunk.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        # A day and its midnight are the same, whatever they are counted in.
        chunk = chunk.cast(pa.timestamp("us", getattr(kind, "tz", None))).cast(pa.int64())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        chunk = chunk.cast(pa.int8())
    return np.asarray(chunk.fill_null(0).to_numpy(zero_copy_only=False))


def _word(kind: pa.DataType) -> str:
    texts = (pa.types.is_dictionary, pa.types.is_string, pa.types.is_large_string)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return TIME
    return TEXT if any(one(kind) for one in texts) else str(kind)
