"""A tally as a Parquet file: cells as rows; roles, levels, edges and origin in the metadata."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from creditaudit.bins import ScoreBins
from creditaudit.cells import Cells, compact
from creditaudit.errors import CorruptFile
from creditaudit.frames import write_whole
from creditaudit.roles import Roles

if TYPE_CHECKING:
    from creditaudit.tally import Tally

SCHEMA = "creditaudit.tally/1"
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
    table = table.replace_schema_metadata({_KEY: json.dumps(_header(tally)).encode()})
    write_whole(path, lambda target: pq.write_table(table, target, compression="zstd"))


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the fields of the tally in a file."""
    path = Path(path)
    try:
        table = pq.read_table(path)
    except FileNotFoundError as error:
        msg = f"File {path.name!r} not found."
        raise CorruptFile(msg) from error
    except (pa.ArrowException, OSError) as error:
        msg = (
            f"{path.name!r} cannot be read as a tally: {str(error).splitlines()[0]} "
            "Ask for the file again, or make the tally again."
        )
        raise CorruptFile(msg) from error
    try:
        return _unpack(table, json.loads(table.schema.metadata[_KEY]), path.name)
    except (KeyError, TypeError, ValueError, IndexError, pa.ArrowException) as error:
        if isinstance(error, CorruptFile):
            raise
        msg = (
            f"{path.name!r} is not a tally that Tally.save wrote ({type(error).__name__}: {error})."
        )
        raise CorruptFile(msg) from error


def _header(tally: Tally) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "roles": tally.roles.to_dict(),
        "levels": {name: list(levels) for name, levels in tally.levels.items()},
        "groupings": [
            {"by": list(grouping), "columns": list(cells.columns)}
            for grouping, cells in tally.cells.items()
        ],
        "bins": tally.bins.to_dict() if tally.bins is not None else None,
        "origin": tally.origin,
        "notes": list(tally.notes),
    }


def _unpack(table: pa.Table, header: dict[str, Any], name: str) -> dict[str, Any]:
    if header["schema"] != SCHEMA:
        msg = f"{name!r} has schema {header['schema']!r}; this version reads {SCHEMA!r}."
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
    }


def canonical_parts(tally: Tally) -> Iterator[bytes]:
    """Yield the bytes that identify a tally: header without notes, then its cells in order."""
    header = {key: value for key, value in _header(tally).items() if key != "notes"}
    header["groupings"] = sorted(header["groupings"], key=lambda one: str(one["by"]))
    yield json.dumps(header, sort_keys=True, ensure_ascii=False).encode()
    for by in sorted(tally.cells, key=lambda grouping: str(list(grouping))):
        cells = compact(tally.cells[by].columns, tally.cells[by].codes, tally.cells[by].sums)
        yield cells.codes.tobytes()
        # Sums of weights depend on the order of addition in the last digits.
        yield np.char.mod("%.12g", cells.sums).tobytes()
