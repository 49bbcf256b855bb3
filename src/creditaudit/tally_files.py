"""A tally as a Parquet file: cells as rows; roles, levels, edges and origin in the metadata."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from creditaudit.bins import ScoreBins
from creditaudit.cells import Cells, compact
from creditaudit.count_bounds import CountBounds
from creditaudit.errors import CorruptFile, InputError
from creditaudit.frames import write_whole
from creditaudit.publication import Publication
from creditaudit.roles import Roles
from creditaudit.values import Level

if TYPE_CHECKING:
    from creditaudit.tally import Tally

SCHEMA = "creditaudit.tally/1"
# One that holds counts within bounds; a reader of the first schema would leave them out.
BOUNDED = "creditaudit.tally/2"
_KEY = b"creditaudit"
_SUMS = ("n", "w", "w2")


def save(tally: Tally, path: str | os.PathLike[str]) -> None:
    """Write a tally, whole or not at all."""
    codes, sums, grouping = [], [], []
    width = max(len(cells.columns) for cells in tally.cells.values())
    for place, cells in enumerate(tally.cells.values()):
        padded = np.zeros((len(cells), width), dtype=np.int64)
        padded[:, : len(cells.columns)] = cells.codes
        codes.append(padded)
        sums.append(cells.sums)
        grouping.append(np.full(len(cells), place, dtype=np.int32))
    columns: dict[str, Any] = {"grouping": np.concatenate(grouping)}
    columns |= {f"code_{i}": column for i, column in enumerate(np.concatenate(codes).T)}
    columns |= dict(zip(_SUMS, np.concatenate(sums).T, strict=True))
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    header = _header(tally) | {"fingerprint": fingerprint(tally)}
    table = table.replace_schema_metadata({_KEY: json.dumps(header).encode()})

    def write(target: Path) -> None:
        pq.write_table(table, target, compression="zstd", write_page_checksum=True)

    write_whole(path, write)


def load(path: str | os.PathLike[str], make: Callable[..., Tally]) -> Tally:
    """Return the tally in a file, or the error that says why it cannot be one."""
    path = Path(path)
    if not path.exists():
        msg = f"File {path.name!r} not found. Name a file that Tally.save wrote."
        raise InputError(msg)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        msg = (
            f"{path.name!r} cannot be read as a tally: {str(error).splitlines()[0]} "
            "Ask for the file again, or make the tally again."
        )
        raise CorruptFile(msg) from error
    try:
        header = json.loads(table.schema.metadata[_KEY])
        tally = make(**_unpack(table, header, path.name))
        whole = fingerprint(tally) == header["fingerprint"]
    except CorruptFile:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        msg = (
            f"{path.name!r} is not a tally that Tally.save wrote ({type(error).__name__}: {error})."
        )
        raise CorruptFile(msg) from error
    if not whole:
        msg = (
            f"{path.name!r} does not hold the numbers it was saved with. "
            "Ask for the file again, or make the tally again."
        )
        raise CorruptFile(msg)
    return tally


def is_tally(path: str | os.PathLike[str]) -> bool:
    """Whether a file is one that `save` wrote."""
    path = Path(path)
    if path.suffix.lower() not in (".parquet", ".pq") or not path.is_file():
        return False
    try:
        return _KEY in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def fingerprint(tally: Tally) -> str:
    """Return a hash of roles, levels, bins, origin and cells, whatever order they are in."""
    digest = blake2b(digest_size=16)
    for part in _canonical_parts(tally):
        digest.update(part)
    return digest.hexdigest()


def _header(tally: Tally) -> dict[str, Any]:
    return {
        "schema": SCHEMA if tally.bounds is None else BOUNDED,
        "roles": tally.roles.to_dict(),
        "levels": {name: list(levels) for name, levels in tally.levels.items()},
        "groupings": [
            {"by": list(grouping), "columns": list(cells.columns)}
            for grouping, cells in tally.cells.items()
        ],
        "bins": tally.bins.to_dict() if tally.bins is not None else None,
        "origin": tally.origin,
        "notes": list(tally.notes),
    } | {
        name: part.to_dict()
        for name, part in (("published", tally.published), ("bounds", tally.bounds))
        if part is not None
    }


def _unpack(table: pa.Table, header: dict[str, Any], name: str) -> dict[str, Any]:
    if header["schema"] not in (SCHEMA, BOUNDED):
        msg = (
            f"{name!r} has schema {header['schema']!r}; this version reads {SCHEMA!r} and "
            f"{BOUNDED!r}."
        )
        raise CorruptFile(msg)
    if (header["schema"] == BOUNDED) != ("bounds" in header):
        msg = f"{name!r} does not hold what its schema {header['schema']!r} says. Ask for it again."
        raise CorruptFile(msg)
    grouping = table["grouping"].to_numpy()
    sums = np.column_stack([table[column].to_numpy() for column in _SUMS]).astype(np.float64)
    cells = {}
    for place, found in enumerate(header["groupings"]):
        rows = grouping == place
        columns = tuple(found["columns"])
        codes = [table[f"code_{i}"].to_numpy()[rows] for i in range(len(columns))]
        cells[tuple(found["by"])] = Cells(columns, np.column_stack(codes), sums[rows])
    bins = header["bins"]
    return {
        "roles": Roles.from_dict(header["roles"]),
        "levels": {column: tuple(levels) for column, levels in header["levels"].items()},
        "cells": cells,
        "bins": None if bins is None else ScoreBins.from_dict(bins),
        "origin": header["origin"],
        "notes": tuple(header["notes"]),
        "published": Publication.from_dict(header["published"]) if "published" in header else None,
        "bounds": CountBounds.from_dict(header["bounds"]) if "bounds" in header else None,
    }


def _canonical_parts(tally: Tally) -> Iterator[bytes]:
    """Yield the bytes that identify a tally: header without notes, then its cells in order."""
    header = {key: value for key, value in _header(tally).items() if key != "notes"}
    header["groupings"] = sorted(header["groupings"], key=lambda one: str(one["by"]))
    # True and 1 are one value, and which of them a column shows may depend on the order of rows.
    header["levels"] = _as_numbers(tally.levels)
    if tally.published is not None:
        header["published"]["other"] = _as_numbers(tally.published.other)
        del header["published"]["sentences"]
    yield json.dumps(header, sort_keys=True).encode()
    for by in sorted(tally.cells, key=lambda grouping: str(list(grouping))):
        cells = compact(tally.cells[by].columns, tally.cells[by].codes, tally.cells[by].sums)
        yield cells.codes.tobytes()
        yield "\n".join(map(_spelled, cells.sums.ravel())).encode()


def _as_numbers(levels: Mapping[str, Sequence[Level]]) -> dict[str, list[Level]]:
    return {
        name: [int(level) if isinstance(level, bool) else level for level in found]
        for name, found in levels.items()
    }


def _spelled(total: float) -> str:
    # Sums of fractions depend on the order of addition in the last digits; people do not.
    return f"{total:.0f}" if total.is_integer() and total < 2**53 else f"{total:.9g}"
