"""The datasheet, written from the tables themselves.

The questions follow Gebru, T. et al. (2021). Datasheets for datasets. Communications of the ACM
64(12), 86-92.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from creditaudit.populations import causal_graph
from creditaudit.vocabulary import load_vocabulary
from synthetic_data.tables import BASE, PACK, PEOPLE, SEED, VARIANTS

WIDEST = 4
PAGE = """# Datasheet

This page is written by `python -m synthetic_data.make` from the tables in this folder. Every
person in them is synthetic and describes nobody.

## Why it was made

To see whether an audit finds what is there, and stays silent where nothing is. On real data
nobody knows what is there. Here it is known: each variant has one knob turned, by a stated size,
and everything else about the same {people:,} people is left as it was.

## What is in it

{files}

`minority`, `sex`, `registration` and `disability` are groups. In these tables every knob weighs
on the minority. `approved` (1, 0) is what a past lender decided. `default` is missing for
everyone it refused, as in a lender's file. `person_id` numbers the people from 0 and is the same
person, with the same noise, in every table.

A file under `truth/` has a row for each person of the table of the same name. That of a variant
has `exposed`, and those columns of the truth that its knob moved; all others are as in
`truth/{base}.parquet`. `truth/summary.csv` says what each knob implies: exactly where a formula
gives it, else by making the same people again with the knob at zero. **Keep the truth away from
what a model is trained on.**

| minority in `{base}` | people | approved | of these defaulted | mean true chance of default |
|---|---|---|---|---|
{groups}

## How it was made

From a causal graph of {nodes} quantities, with the seed {seed} and the calibration pack `{pack}`,
by creditaudit. `creditaudit.populations.causal_graph()` has the formula of every column. No
microdata were used: no record of any person, real or pseudonymous, was read, fitted or perturbed.
In this pack {free} numbers are free, which means chosen and not measured; `free_parameters.csv`
lists each with the range to vary it over. Latent ability is independent of every group by
construction, and with all knobs at zero the groups differ in nothing that a lender sees or
decides.

Values are rounded before they are stored, and noise depends on seed, name and person only. So the
same tables come out on another machine: `fingerprints.json` has a hash of the values of each,
`SHA256SUMS` the hashes of the files.

## What it is for

Testing estimators whose target is known; teaching; examples. A result holds relative to this
graph and its numbers.

## What it is not for

It is no evidence about any country, group, lender or product. It must not be used to decide about
anyone, nor to train something that does. A model that does well here may do badly anywhere else.
What a knob does to its group is as simple as its formula; real wrongs come together and are
correlated.

## Licence and upkeep

Apache-2.0, as the rest of the project. The tables are made anew when the graph or the pack
changes, which a test in CI notices; the changelog says so.

## Columns of `{base}`

{columns}
"""


def datasheet(made: Mapping[str, pa.Table], free: int) -> str:
    """Return the page for these tables."""
    base, truth = made[f"{BASE}.parquet"], made[f"truth/{BASE}.parquet"]
    return PAGE.format(
        people=PEOPLE, seed=SEED, pack=PACK, base=BASE, free=free, nodes=len(causal_graph()),
        files=_files(made), groups=_groups(base, truth), columns=_columns(base),
    )  # fmt: skip


def _files(made: Mapping[str, pa.Table]) -> str:
    lines = ["| file | rows | columns | what differs |", "|---|---|---|---|"]
    base = made[f"{BASE}.parquet"]
    nothing = "nothing: every knob is at zero"
    lines.append(f"| `{BASE}.parquet` | {len(base):,} | {base.num_columns} | {nothing} |")
    for name, variant in VARIANTS.items():
        table = made[f"variants/{name}.parquet"]
        ((knob, size),) = variant.bias.knobs.items()
        words = f"`{knob}={size:g}`: {variant.about}"
        lines.append(
            f"| `variants/{name}.parquet` | {len(table):,} | {table.num_columns} | {words} |"
        )
    return "\n".join(lines)


def _groups(people: pa.Table, truth: pa.Table) -> str:
    lines = []
    for code, words in ((1, "members"), (0, "others")):
        inside = pc.equal(people["minority"], code)
        some, theirs = people.filter(inside), truth.filter(inside)
        lines.append(
            f"| {words} | {len(some):,} | {pc.mean(some['approved']).as_py():.1%} | "
            f"{pc.mean(some['default']).as_py():.1%} | {pc.mean(theirs['true_pd']).as_py():.1%} |"
        )
    return "\n".join(lines)


def _columns(table: pa.Table) -> str:
    vocabulary = load_vocabulary()
    head = ["column", "what it says", "sector", "sensitivity", "unit", "missing", "values"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for name in table.column_names:
        told, column = vocabulary[name], table[name]
        missing = f"{column.null_count / len(column):.1%}" if column.null_count else "none"
        cells = [
            f"`{name}`", told.description, told.sector, told.sensitivity, told.unit, missing,
            _values(column),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _values(column: pa.ChunkedArray) -> str:
    if pa.types.is_dictionary(column.type):
        plain = column.combine_chunks()
        counts = sorted(
            (
                (one["counts"], one["values"])
                for one in pc.value_counts(plain.drop_null()).to_pylist()
            ),
            reverse=True,
        )
        shown = [f"{level} {count / len(column):.0%}" for count, level in counts[:WIDEST]]
        more = [f"{len(counts) - WIDEST} more"] if len(counts) > WIDEST else []
        return ", ".join([*shown, *more])
    ends = pc.min_max(column).as_py()
    return f"{ends['min']:,.6g} to {ends['max']:,.6g}, mean {pc.mean(column).as_py():,.4g}"
