"""Class sizes of ten million people as data sets join, beside DuckDB and polars.

A script of its own: ``python -m benchmarks.exposure``. Every contestant is given whole-number
columns that lie in memory in its own form, groups by all columns so far, and says how many people
are alone and how many are in a class under five. The last table is `ca.sharing.exposure` on the
columns as they are made, bands and all.
"""

import argparse
import os
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import pandas as pd

import creditaudit as ca
from benchmarks.clock import measure
from benchmarks.run import RESULTS, setting_of
from creditaudit.populations import borrower_batches
from creditaudit.sharing.packed_keys import packed
from creditaudit.sharing.quasi_identifiers import quasi_identifier

ROWS, BAR = 10_000_000, 10.0
JOINS = {
    "census": ["age", "sex", "region"],
    "employer": ["occupation", "tenure_months"],
    "tax": ["reported_income"],
    "telecom": ["contract_months", "contacts"],
    "e-commerce": ["ecommerce_spend", "orders_12m"],
}
COLUMNS = [name for columns in JOINS.values() for name in columns]
Answer = tuple[int, int]
Run = Callable[[list[str]], Callable[[], Answer]]


def people(rows: int) -> pd.DataFrame:
    """Return synthetic people with the columns that join."""
    made = borrower_batches(rows, seed=7, columns=COLUMNS, workers=os.cpu_count() or 1)
    parts = [batch.to_pandas() for batch in made]
    whole = {}
    for name in COLUMNS:
        columns = [part.pop(name) for part in parts]
        same = isinstance(columns[0].dtype, pd.CategoricalDtype)
        whole[name] = (
            pd.Series(pd.Categorical.from_codes(
                np.concatenate([one.cat.codes for one in columns]), dtype=columns[0].dtype))
            if same else pd.concat(columns, ignore_index=True)
        )  # fmt: skip
    return pd.DataFrame(whole)


def coded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every column as whole numbers of four bytes."""
    return pd.DataFrame(
        {name: quasi_identifier(frame, name).codes.astype(np.int32) for name in COLUMNS}
    )


def ours(frame: pd.DataFrame) -> Run:
    """Return packed keys."""

    def ready(columns: list[str]) -> Callable[[], Answer]:
        def run() -> Answer:
            sizes = packed(frame, columns).class_sizes()
            return int((sizes == 1).sum()), int(sizes[sizes < 5].sum())

        return run

    return ready


def duckdb(frame: pd.DataFrame) -> Run:
    """Return a group-by in SQL."""
    import duckdb as engine
    import pyarrow as pa

    connection = engine.connect(config={"threads": os.cpu_count() or 1})
    given = pa.Table.from_pandas(frame, preserve_index=False)
    connection.register("given", given)
    connection.execute("create table people as select * from given")

    def ready(columns: list[str]) -> Callable[[], Answer]:
        text = (
            "select count(*) filter (where f = 1), coalesce(sum(f) filter (where f < 5), 0) from "
            f"(select count(*) f from people group by {', '.join(columns)})"
        )
        return lambda: tuple(int(x) for x in connection.execute(text).fetchone() or (0, 0))  # type: ignore[return-value]

    return ready


def polars(frame: pd.DataFrame) -> Run:
    """Return a lazy group-by, streaming."""
    import polars as pl

    table = pl.DataFrame({name: frame[name].to_numpy() for name in COLUMNS})

    def ready(columns: list[str]) -> Callable[[], Answer]:
        def run() -> Answer:
            f = pl.col("len")
            found = (
                table.lazy().group_by(columns).len()
                .select((f == 1).sum().alias("a"), f.filter(f < 5).sum().alias("b"))
                .collect(engine="streaming")
            )  # fmt: skip
            return int(found["a"][0]), int(found["b"][0])

        return run

    return ready


CONTESTANTS: dict[str, Callable[[pd.DataFrame], Run]] = {
    "creditaudit": ours, "duckdb": duckdb, "polars": polars,
}  # fmt: skip


def levels() -> list[tuple[str, list[str]]]:
    """Return each join with every column so far."""
    reached: list[str] = []
    made: list[tuple[str, list[str]]] = []
    for name, columns in JOINS.items():
        reached = [*reached, *columns]
        made.append((name, reached))
    return made


def contest(frame: pd.DataFrame, rows: int) -> tuple[str, bool, float]:
    """Return the table, whether all agree, and our dearest level in CPU seconds."""
    lines, same, dearest = [], True, 0.0
    answers: dict[str, Answer] = {}
    for contestant, made in CONTESTANTS.items():
        run = made(frame)
        cells = []
        for name, columns in levels():
            reading, answer = measure(run(columns))
            same &= answers.setdefault(name, answer) == answer
            added = "" if reading.added_mb is None else f" ({reading.added_mb:,.0f} MB)"
            cells.append(f"{reading.cpu:.2f}{added}")
            if contestant == "creditaudit":
                dearest = max(dearest, reading.cpu)
        lines.append([contestant, *cells])
        del run
    lines.append(["alone", *(f"{answers[name][0] / rows:.1%}" for name, _ in levels())])
    lines.append(
        ["among fewer than 5", *(f"{answers[name][1] / rows:.1%}" for name, _ in levels())]
    )
    head = ["CPU s (added MB)", *(f"+ {name}" if at else name for at, name in enumerate(JOINS))]
    rule = ["---"] * len(head)
    table = "\n".join(f"| {' | '.join(line)} |" for line in [head, rule, *lines])
    return table, same, dearest


def main() -> int:
    """Print and write the table; 1 if the bar does not hold or answers differ."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.exposure", description=__doc__)
    ask.add_argument("--rows", type=int, default=ROWS)
    rows = ask.parse_args().rows
    raw = people(rows)
    whole, found = measure(lambda: ca.sharing.exposure(raw, JOINS))
    table, same, dearest = contest(coded(raw), rows)
    held = dearest < BAR
    cut = int(found.bands["how"].str.contains("bands").sum())
    bars = (
        f"- Each join level of {rows:,} people in under {BAR:g} CPU seconds: at most "
        f"{dearest:.2f}. {'Held' if held else 'NOT HELD'}.\n"
        f"- All give the same counts: {'yes' if same else 'NO'}.\n"
        f"- `ca.sharing.exposure` on the columns as they are made, {len(JOINS)} joins of "
        f"{len(COLUMNS)} columns, {cut} of them cut into bands: {whole.cpu:.1f} CPU s in all, "
        f"{whole.added_mb or float('nan'):,.0f} MB. Alone at the end: "
        f"{found.curve()['value'].iloc[-1]:.1%}.\n"
    )
    print(table, bars, sep="\n\n")
    if rows == ROWS:
        where = setting_of(rows, full=False)
        peers = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "polars", "numpy"))
        page = (
            "# Who can be singled out among ten million people\n\n"
            f"Measured on {where['date']} with `python -m benchmarks.exposure`: {rows:,} synthetic "
            f"people, {where['cores']} cores, load {where['load_at_start']} at the start. Python "
            f"{where['python']}, {peers}. CPU seconds are of all threads.\n\n{table}\n\n{bars}"
        )
        (RESULTS / "exposure.md").write_text(page, encoding="utf-8")
    return int(not (held and same))


if __name__ == "__main__":
    raise SystemExit(main())
