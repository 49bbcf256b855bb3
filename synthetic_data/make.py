"""Make everything in this folder: ``python -m synthetic_data.make [--check]``."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from creditaudit.populations import Bias, load_pack, make_borrowers
from creditaudit.populations.storage import fingerprint
from synthetic_data.card import croissant
from synthetic_data.datasheet import datasheet
from synthetic_data.sums import sum_faults, sum_of, write_sums
from synthetic_data.tables import (
    BASE,
    PACK,
    PEOPLE,
    SEED,
    VARIANTS,
    base_table,
    variant_table,
)

HERE = Path(__file__).parent
PRINTS, CARD = "fingerprints.json", "card.croissant.json"
FREE_COLUMNS = ("parameter", "value", "low", "high", "note")


def tables() -> dict[str, pa.Table]:
    """Return every table by its path in this folder."""
    base = base_table()
    made = {f"{BASE}.parquet": base.people, f"truth/{BASE}.parquet": base.truth}
    for name, variant in VARIANTS.items():
        table = variant_table(variant, base)
        made[f"variants/{name}.parquet"] = table.people
        made[f"truth/variants/{name}.parquet"] = table.truth
    return made


def summary() -> pd.DataFrame:
    """Return what each table implies: ``table``, and the columns of ``truth_summary``."""
    asked = {BASE: Bias(), **{name: one.bias for name, one in VARIANTS.items()}}
    parts = []
    for name, bias in asked.items():
        people = make_borrowers(PEOPLE, seed=SEED, bias=bias, pack=PACK, columns=["sex"])
        parts.append(people.truth_summary().assign(table=name))
    whole = pd.concat(parts, ignore_index=True)
    rounded = whole.round({"value": 4, "low": 4, "high": 4})
    return rounded[["table", *(name for name in whole.columns if name != "table")]]


def free_parameters() -> pd.DataFrame:
    """Return the numbers that were chosen and not measured, with the range to vary them over."""
    frame = load_pack(PACK).frame
    used = make_borrowers(1, seed=SEED, pack=PACK).made["free_parameters"]
    return frame[frame["parameter"].isin(used)][list(FREE_COLUMNS)]


def texts(made: Mapping[str, pa.Table]) -> dict[str, str]:
    """Return the texts that follow from the tables, by path."""
    free = free_parameters()
    prints = {path: fingerprint([table]) for path, table in made.items()}
    return {
        PRINTS: json.dumps(prints, indent=1) + "\n",
        "free_parameters.csv": free.to_csv(index=False, lineterminator="\n"),
        "DATASHEET.md": datasheet(made, len(free)),
    }


def write() -> None:
    """Write every file."""
    made = tables()
    for path, table in made.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        levels = [one.name for one in table.schema if pa.types.is_dictionary(one.type)]
        pq.write_table(
            table, HERE / path, compression="zstd", compression_level=19, use_dictionary=levels
        )
    told = texts(made) | {"truth/summary.csv": summary().to_csv(index=False, lineterminator="\n")}
    for path, text in told.items():
        (HERE / path).write_text(text, encoding="utf-8")
    sums = {path: sum_of(HERE / path) for path in sorted([*made, *told])}
    card = json.dumps(croissant(made, sums), indent=1, ensure_ascii=False) + "\n"
    (HERE / CARD).write_text(card, encoding="utf-8")
    write_sums(HERE, [*sums, CARD])


def faults() -> list[str]:
    """Return what is not as it would be made now; nothing is written."""
    made = tables()
    found = [
        f"{path} holds other values than are made now"
        for path, table in made.items()
        if fingerprint([pq.read_table(HERE / path)]) != fingerprint([table])
    ]
    found += [
        f"{path} says something else than is made now"
        for path, text in texts(made).items()
        if (HERE / path).read_text(encoding="utf-8") != text
    ]
    return [*found, *sum_faults(HERE, sorted([*made, *texts(made), "truth/summary.csv", CARD]))]


def main(given: Sequence[str] | None = None) -> int:
    """Write every file, or with ``--check`` say what would differ; 1 if something would."""
    ask = argparse.ArgumentParser(prog="python -m synthetic_data.make", description=__doc__)
    ask.add_argument("--check", action="store_true", help="write nothing, say what would differ")
    if not ask.parse_args(given).check:
        write()
        return 0
    found = faults()
    sys.stdout.write("\n".join(found or ["Everything is as it would be made now."]) + "\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
