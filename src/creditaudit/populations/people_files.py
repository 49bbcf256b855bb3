"""One file of people beside the file of what is true of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from creditaudit.frames.writing import file_hash, write_whole
from creditaudit.populations.biases import Bias
from creditaudit.populations.borrowers import borrower_batches
from creditaudit.populations.origins import TRUTH_PREFIX
from creditaudit.populations.packs import Pack
from creditaudit.populations.randomness import BLOCK
from creditaudit.populations.storage import PERSON, Fingerprint

PEOPLE, TRUTH = "people.parquet", "truth.parquet"
SETTINGS_KEY, PRINT_KEY = "creditaudit.settings", "creditaudit.fingerprint"

# Of the people, and of their truth.
Records = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True)
class Order:
    """What people are asked for.

    Parameters
    ----------
    n, seed, bias, pack, columns
        As for `make_borrowers`; ``columns`` are names.
    settings : str
        Stands for all of these in the footer of each file.
    blocks : int
        Blocks of people in a file.
    """

    n: int
    seed: int
    bias: Bias
    pack: str | Pack
    columns: tuple[str, ...] = field(repr=False)
    settings: str
    blocks: int

    @property
    def files(self) -> range:
        """The numbers of the files."""
        return range(-(-self.n // (self.blocks * BLOCK)))

    def people(self, number: int) -> range:
        """Return which people a file holds."""
        first = number * self.blocks * BLOCK
        return range(first, min(first + self.blocks * BLOCK, self.n))

    def file(self, folder: Path, kind: str, number: int) -> Path:
        """Return the path of a file, named by its first block."""
        return folder / kind / f"block-{number * self.blocks:08d}.parquet"


def write_file(order: Order, folder: Path, number: int) -> Records:
    """Write one file of people and the one of their truth; each is whole or not there.

    Returns
    -------
    tuple of two mappings
        Of each: ``path, rows, bytes, sha256, fingerprint``.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    paths = [order.file(folder, kind, number) for kind in (PEOPLE, TRUTH)]

    def fill(people: Path, truth: Path) -> None:
        _fill((people, truth), order, number)

    write_whole(paths[0], lambda people: write_whole(paths[1], lambda truth: fill(people, truth)))
    made = found_file(order, folder, number)
    assert made is not None
    return made


def found_file(order: Order, folder: Path, number: int) -> Records | None:
    """Return the records of a file that was written for the same order; None if it was not."""
    records = []
    for kind in (PEOPLE, TRUTH):
        path = order.file(folder, kind, number)
        try:
            footer = pq.read_metadata(path)
        except (OSError, pa.ArrowInvalid):
            return None
        told = footer.metadata or {}
        if told.get(SETTINGS_KEY.encode()) != order.settings.encode():
            return None
        records.append(
            {
                "path": f"{kind}/{path.name}",
                "rows": footer.num_rows,
                "bytes": path.stat().st_size,
                "sha256": file_hash(path),
                "fingerprint": told[PRINT_KEY.encode()].decode(),
            }
        )
    people, truth = records
    return people, truth


def encodings(schema: pa.Schema) -> dict[str, Any]:
    """Return how columns are written: what is quick and small, and any reader knows.

    Whole numbers as differences, levels and texts as dictionaries, fractions as they are.
    """
    whole = [one.name for one in schema if pa.types.is_integer(one.type)]
    plain = [one.name for one in schema if pa.types.is_floating(one.type)]
    return {
        "column_encoding": dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
        "use_dictionary": [name for name in schema.names if name not in {*whole, *plain}],
    }


def _fill(paths: Sequence[Path], order: Order, number: int) -> None:
    files: list[_Half] = []
    try:
        for first in order.people(number)[::BLOCK]:
            _add_block(files, paths, order, first)
    finally:
        for file in files:
            file.close()


def _add_block(files: list["_Half"], paths: Sequence[Path], order: Order, first: int) -> None:
    # A call for each block, and a scope: nothing of one block is kept while the next is made.
    last = min(first + BLOCK, order.n)
    batches = borrower_batches(
        last, seed=order.seed, bias=order.bias, pack=order.pack, columns=order.columns,
        start=first, truth=True,
    )  # fmt: skip
    for place, part in enumerate(_halves(next(batches), first)):
        if len(files) <= place:
            files.append(_Half(paths[place], part.schema, order.settings))
        files[place].add(part)


class _Half:
    """A file that is being written, with the fingerprint of what it holds so far."""

    def __init__(self, path: Path, schema: pa.Schema, settings: str) -> None:
        # Least and greatest values tell a reader nothing where rows are in no order; only the
        # numbers of people are in one.
        self._writer = pq.ParquetWriter(
            path, schema, compression="zstd", compression_level=1, write_statistics=[PERSON],
            **encodings(schema),
        )  # fmt: skip
        self._print = Fingerprint()
        self._settings = settings

    def add(self, part: pa.RecordBatch) -> None:
        self._writer.write_batch(part)
        self._print.add(part)

    def close(self) -> None:
        told = {SETTINGS_KEY: self._settings, PRINT_KEY: self._print.value}
        self._writer.add_key_value_metadata(told)
        self._writer.close()


def _halves(batch: pa.RecordBatch, first: int) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the columns that can be seen, and the truth with the number of each person."""
    names = batch.schema.names
    truths = [name for name in names if name.startswith(TRUTH_PREFIX)]
    seen = batch.select([name for name in names if name not in set(truths)])
    ids = pa.array(np.arange(first, first + len(batch)), pa.int64())
    columns = [ids, *(batch.column(name) for name in truths)]
    plain = [PERSON, *(name.removeprefix(TRUTH_PREFIX) for name in truths)]
    told = seen.schema.metadata
    truth = pa.RecordBatch.from_arrays(columns, names=plain).replace_schema_metadata(told)
    return seen, truth
