"""Make the small society and the firms here: ``python -m synthetic_data.society [--check]``."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import creditaudit as ca
from creditaudit.populations import load_society, write_society
from creditaudit.populations.storage import fingerprint
from synthetic_data.society_card import CARD, society_croissant
from synthetic_data.sums import sum_faults, write_sums

HERE = Path(__file__).parent
SOCIETY, FIRMS = "society_2k", "firms_2k"
PEOPLE, HOUSES, MANY, SEED = 2_000, 200, 2_000, 7
TIED = ca.FirmBias(ownership=30)


def firm_tables() -> dict[str, pd.DataFrame]:
    """Return the tables of firms by their path in this folder.

    The same firms twice: with no knob, and, in what that moves, with a favour for politically tied
    firms in one block of the public credit score.
    """
    plain, tied = (ca.make_firms(MANY, seed=SEED, bias=bias) for bias in (None, TIED))
    keys = plain.frame[["firm_id", "ownership"]]
    moved, hidden = (
        [name for name in one if not one[name].equals(other[name])]
        for one, other in ((tied.frame, plain.frame), (tied.truth, plain.truth))
    )
    tables = (
        plain.frame,
        pd.concat([keys["firm_id"], plain.truth], axis=1),
        pd.concat([keys, tied.frame[moved]], axis=1),
        pd.concat([keys["firm_id"], tied.truth[hidden]], axis=1),
    )
    return dict(zip(firm_paths(), tables, strict=True))


def firm_paths() -> list[str]:
    """Return the paths of the tables of firms."""
    names = (FIRMS, f"variants/{FIRMS}_ownership30")
    return [path for one in names for path in (f"{one}.parquet", f"truth/{one}.parquet")]


def society() -> ca.populations.Society:
    """Return the small society."""
    return ca.make_society(PEOPLE, HOUSES, seed=SEED)


def datasheet(world: ca.populations.Society) -> str:
    """Return what a reader must know before using the society."""
    ties = world.ties["relation"].value_counts(sort=False)
    events = world.events["event"].value_counts().head(8)
    free = fill(", ".join(f"`{name}`" for name in world.made["free_parameters"]), 118)
    limits = "\n".join(f"- {one}" for one in world.made["limits"])
    of_ties = fill("Ties: " + ", ".join(f"{k} {n:,}" for k, n in ties.items()) + ".", 118)
    of_events = "The commonest entries: " + ", ".join(f"{k} {n:,}" for k, n in events.items())
    return f"""# Datasheet: a society of {PEOPLE:,} people and {HOUSES:,} firms

**Synthetic: it describes nobody. No microdata were used.** Made by
`creditaudit.make_society({PEOPLE}, {HOUSES}, seed={SEED})`; fingerprint `{world.fingerprint()}`.

| table | rows | what a row is |
|---|---|---|
| `people.parquet` | {world.people.n:,} | a person; `person_id` |
| `firms.parquet` | {world.firms.n:,} | a firm; `firm_id`, from {world.first_firm:,} on |
| `ties.parquet` | {len(world.ties):,} | `src` is tied to `dst`; `relation` |
| `events.parquet` | {len(world.events):,} | an entry about `entity` by `agency`; true or mistaken |
| `debts.parquet` | {len(world.debts):,} | what `debtor` owes to `creditor` |
| `macro.parquet` | {len(world.macro):,} | a month; higher is worse |
| `catalog.csv` | {len(world.catalog):,} | a column: who keeps it, why, on which basis |
| `agencies.csv` | {len(world.agencies):,} | an agency, purpose, jurisdiction and legal basis |
| `truth/` | | what is true of each; keep it away from what a model is trained on |

`keys.csv` says which column refers to which.

{of_ties}

{fill(of_events + ".", 118)}

## Limits

{limits}

Numbers behind the ties that were chosen and not measured:

{free}.

People and firms rest on further ones, named in `manifest.json` under `made`.
"""


def write() -> None:
    """Write every file."""
    for path, table in firm_tables().items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(
            pa.Table.from_pandas(table, preserve_index=False), HERE / path, compression="zstd",
            compression_level=19,
        )  # fmt: skip
    world = society()
    write_society(world, HERE / SOCIETY, force=True)
    (HERE / SOCIETY / "DATASHEET.md").write_text(datasheet(world), encoding="utf-8")
    (HERE / CARD).write_text(card(), encoding="utf-8")
    write_sums(HERE, [*files(), CARD])


def files() -> list[str]:
    """Return the paths of the tables and texts in this folder."""
    inside = [
        path for path in (HERE / SOCIETY).rglob("*") if path.is_file() and path.stat().st_size
    ]
    return sorted([*firm_paths(), *(path.relative_to(HERE).as_posix() for path in inside)])


def card() -> str:
    """Return the card of what is there."""
    tables = [path for path in files() if path.endswith(".parquet")]
    texts = [path for path in files() if path not in tables]
    told = society_croissant(HERE, tables, texts)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def faults() -> list[str]:
    """Return what is not as it would be made now; nothing is written."""
    found = [
        f"{path} holds other values than are made now"
        for path, table in firm_tables().items()
        if fingerprint([pq.read_table(HERE / path)])
        != fingerprint([pa.Table.from_pandas(table, preserve_index=False)])
    ]
    world = society()
    if load_society(HERE / SOCIETY).fingerprint() != world.fingerprint():
        found.append(f"{SOCIETY} holds other values than are made now")
    sheet = (HERE / SOCIETY / "DATASHEET.md").read_text(encoding="utf-8")
    if sheet != datasheet(world):
        found.append(f"{SOCIETY}/DATASHEET.md says something else than is made now")
    found += sum_faults(HERE, [*files(), CARD])
    if (HERE / CARD).read_text(encoding="utf-8") != card():
        found.append(f"{CARD} says something else than is made now")
    return found


def main(given: Sequence[str] | None = None) -> int:
    """Write every file, or with ``--check`` say what would differ; 1 if something would."""
    ask = argparse.ArgumentParser(prog="python -m synthetic_data.society", description=__doc__)
    ask.add_argument("--check", action="store_true", help="write nothing, say what would differ")
    if not ask.parse_args(given).check:
        write()
        return 0
    found = faults()
    sys.stdout.write("\n".join(found or ["Everything is as it would be made now."]) + "\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
