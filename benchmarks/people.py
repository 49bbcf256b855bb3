"""Synthetic decisions on people, the same for every contestant."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

SEED = 7
BLOCK = 100_000
GROUPS = {
    "sex": (("female", "male"), (0.48, 0.52)),
    "race": (("Asian", "Black", "White"), (0.1, 0.25, 0.65)),
    "age": (("40 and over", "under 40"), (0.6, 0.4)),
}


def decisions(rows: int) -> pa.Table:
    """Return decisions on some people; fewer rows are the first of more rows.

    Returns
    -------
    Table with the columns sex, race, age (text), score (int), approved and good (0 or 1)
        Refused people have an outcome too, because the peers need one for everybody.
    """
    blocks = [_block(number) for number in range(-(-rows // BLOCK))]
    return pa.concat_tables(blocks).slice(0, rows).unify_dictionaries()


def _block(number: int) -> pa.Table:
    rng = np.random.default_rng([SEED, number])
    columns = {}
    merit = np.zeros(BLOCK)
    for name, (levels, shares) in GROUPS.items():
        codes = rng.choice(len(levels), size=BLOCK, p=shares)
        merit += 12 * codes
        columns[name] = pa.DictionaryArray.from_arrays(codes.astype(np.int32), list(levels))
    score = np.clip(rng.normal(620 + merit, 70).round(), 300, 850)
    columns["score"] = pa.array(score.astype(np.int64))
    approved = score + rng.normal(0, 15, BLOCK) >= 640
    columns["approved"] = pa.array(approved.astype(np.int64))
    good = rng.random(BLOCK) < 1 / (1 + np.exp(-(score - 590) / 45))
    columns["good"] = pa.array(good.astype(np.int64))
    return pa.table(columns)


def write(folder: Path, rows: Sequence[int], csv_rows: Sequence[int]) -> None:
    """Write ``people-N.parquet`` for each N of ``rows``, ``people-N.csv`` for ``csv_rows``."""
    table = decisions(max([*rows, *csv_rows]))
    for name in GROUPS:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].cast(pa.string()))
    for n in rows:
        pq.write_table(table.slice(0, n), folder / f"people-{n}.parquet")
    for n in csv_rows:
        pacsv.write_csv(table.slice(0, n), folder / f"people-{n}.csv")


if __name__ == "__main__":
    folder, *sizes = sys.argv[1:]
    wanted = [[int(n) for n in part.split(",") if n] for part in sizes]
    write(Path(folder), wanted[0], wanted[1])
