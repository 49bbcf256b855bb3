"""A summary of terms as a Parquet file: cells as rows; roles, levels and edges in the metadata."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from creditaudit.bins import ScoreBins
from creditaudit.cells import Cells, compact
from creditaudit.errors import CorruptFile, InputError
from creditaudit.frames import write_whole
from creditaudit.publication import Publication
from creditaudit.terms_counting import SUMS, TermsRoles

if TYPE_CHECKING:
    from creditaudit.terms_tally import TermsTally

SCHEMA = "creditaudit.terms/1"
_KEY = b"creditaudit.terms"


def save(terms: TermsTally, path: str | os.PathLike[str]) -> None:
    """Write a summary, whole or not at all."""
    width = max(len(cells.columns) for cells in terms.cells.values())
    columns: dict[str, list[Any]] = {"grouping": [], "codes": [], "sums": []}
    for place, cells in enumerate(terms.cells.values()):
        padded = np.zeros((len(cells), width), dtype=np.int64)
        padded[:, : len(cells.columns)] = cells.codes
        columns["grouping"].append(np.full(len(cells), place, dtype=np.int32))
        columns["codes"].append(padded)
        columns["sums"].append(cells.sums)
    whole = {name: np.concatenate(parts) for name, parts in columns.items()}
    arrays = {"grouping": whole["grouping"]}
    arrays |= {f"code_{i}": column for i, column in enumerate(whole["codes"].T)}
    arrays |= dict(zip(SUMS, whole["sums"].T, strict=True))
    table = pa.table({name: pa.array(values) for name, values in arrays.items()})
    header = _header(terms) | {"fingerprint": fingerprint(terms)}
    table = table.replace_schema_metadata({_KEY: json.dumps(header).encode()})

    def write(target: Path) -> None:
        pq.write_table(table, target, compression="zstd", write_page_checksum=True)

    write_whole(path, write)


def load(path: str | os.PathLike[str], make: Callable[..., TermsTally]) -> TermsTally:
    """Return the summary in a file, or the error that says why it cannot be one."""
    path = Path(path)
    if not path.exists():
        msg = f"File {path.name!r} not found. Name a file that TermsTally.save wrote."
        raise InputError(msg)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
        header = json.loads(table.schema.metadata[_KEY])
        terms = make(**_unpack(table, header))
        whole = fingerprint(terms) == header["fingerprint"]
    except (
        pa.ArrowException, OSError, LookupError, TypeError, ValueError, AttributeError,
        RecursionError,
    ) as error:  # fmt: skip
        msg = (
            f"{path.name!r} cannot be read as a summary of terms ({type(error).__name__}). Name a "
            "file that TermsTally.save wrote, or ask for it again."
        )
        raise CorruptFile(msg) from error
    if not whole:
        msg = f"{path.name!r} does not hold the numbers it was saved with. Ask for the file again."
        raise CorruptFile(msg)
    return terms


def is_terms(path: str | os.PathLike[str]) -> bool:
    """Whether a file is one that `save` wrote."""
    path = Path(path)
    if path.suffix.lower() not in (".parquet", ".pq") or not path.is_file():
        return False
    try:
        return _KEY in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def fingerprint(terms: TermsTally) -> str:
    """Return a hash of roles, levels, edges, origin and cells, whatever order they are in."""
    digest = blake2b(digest_size=16)
    header = _header(terms)
    header["groupings"] = sorted(header["groupings"], key=str)
    # True and 1 are one value, and which of them is shown may depend on the order of rows.
    header["levels"] = {
        name: [int(level) if isinstance(level, bool) else level for level in found]
        for name, found in header["levels"].items()
    }
    digest.update(json.dumps(header, sort_keys=True).encode())
    for by in sorted(terms.cells, key=lambda grouping: str(list(grouping))):
        cells = compact(terms.cells[by].columns, terms.cells[by].codes, terms.cells[by].sums)
        digest.update(cells.codes.tobytes())
        # Sums depend on the order of addition in the last digits; -0.0 plus 0.0 is 0.0.
        digest.update("\n".join(f"{total + 0.0:.9g}" for total in cells.sums.ravel()).encode())
    return digest.hexdigest()


def _header(terms: TermsTally) -> dict[str, Any]:
    told = {} if terms.published is None else {"published": terms.published.to_dict()}
    return told | {
        "schema": SCHEMA,
        "roles": terms.roles.to_dict(),
        "levels": {name: list(levels) for name, levels in terms.levels.items()},
        "groupings": [
            {"by": list(grouping), "columns": list(cells.columns)}
            for grouping, cells in terms.cells.items()
        ],
        "bands": None if terms.bands is None else terms.bands.to_dict(),
        "edges": None if terms.edges is None else terms.edges.to_dict(),
        "origin": terms.origin,
    }


def _unpack(table: pa.Table, header: dict[str, Any]) -> dict[str, Any]:
    if header["schema"] != SCHEMA:
        msg = f"schema {header['schema']!r}"
        raise ValueError(msg)
    grouping = table["grouping"].to_numpy()
    sums = np.column_stack([table[name].to_numpy() for name in SUMS]).astype(np.float64)
    cells = {}
    for place, found in enumerate(header["groupings"]):
        rows = grouping == place
        codes = [table[f"code_{i}"].to_numpy()[rows] for i in range(len(found["columns"]))]
        cells[tuple(found["by"])] = Cells(
            tuple(found["columns"]), np.column_stack(codes), sums[rows]
        )
    cuts = {
        name: None if header[name] is None else ScoreBins.from_dict(header[name])
        for name in ("bands", "edges")
    }
    return {
        "roles": TermsRoles(**header["roles"]),
        "levels": {column: tuple(levels) for column, levels in header["levels"].items()},
        "cells": cells,
        "origin": header["origin"],
        "published": Publication.from_dict(header["published"]) if "published" in header else None,
        **cuts,
    }
