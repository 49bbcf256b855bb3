"""Ten million rows of Parquet by four groupings and 100 score bins, beside the bare engines.

``python -m benchmarks.scale [--full] [--trial]``; see README.md.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.contest import Outcome, contest
from benchmarks.contestants import Answers, Contestant, Job
from benchmarks.run import RESULTS, setting_of
from benchmarks.worker import WARM_UP_ROWS

ROWS, FULL_ROWS, TRIAL_ROWS = 10_000_000, 100_000_000, 200_000
SEED, PIECE = 7, 1 << 17
LOW, HIGH, BINS = 300, 850, 100
LEVELS: dict[str, list[str | None]] = {
    "race": ["Asian", "Black", "White", None],
    "sex": ["female", "male"],
    "county": [f"county {number:02d}" for number in range(20)],
    "month": [f"2024-{number:02d}" for number in range(1, 13)],
}
GROUPINGS = [("race",), ("sex",), ("race", "sex"), ("race", "sex", "county")]
FIXED = ("bin", "defaulted", "approved")
ENGINES = ("arrow", "polars", "duckdb")
MOST_MB, MOST_TIMES = 300, 2.0
_COUNT = ([], "hash_count_all", None, "n")


def write(path: Path, rows: int) -> None:
    """Write some people: a file, or a folder of files of `ROWS` where there are more."""
    if rows <= ROWS:
        _write_file(path, rows, 0)
        return
    path.mkdir()
    for number in range(-(-rows // ROWS)):
        left = min(ROWS, rows - number * ROWS)
        _write_file(path / f"part-{number:03d}.parquet", left, number)


def _write_file(path: Path, rows: int, part: int) -> None:
    """Write a file in row groups of `PIECE` rows."""
    writer = None
    for number in range(-(-rows // PIECE)):
        piece = _piece([part, number]).slice(0, min(PIECE, rows - number * PIECE))
        writer = writer or pq.ParquetWriter(path, piece.schema, compression="zstd")
        writer.write_table(piece)
    if writer is not None:
        writer.close()


def _piece(place: list[int]) -> pa.Table:
    rng = np.random.default_rng([SEED, *place])
    columns = {}
    for name, levels in LEVELS.items():
        codes = rng.integers(0, len(levels), PIECE)
        known = [level for level in levels if level is not None]
        missing = codes >= len(known)
        codes = pa.array(np.where(missing, 0, codes).astype(np.int32), mask=missing)
        columns[name] = pa.DictionaryArray.from_arrays(codes, known).cast(pa.string())
    points = np.clip(rng.normal(620, 70, PIECE), 250, 900).astype(np.float32)
    columns["points"] = pa.array(points)
    approved = points + rng.normal(0, 20, PIECE) >= 600
    columns["approved"] = pa.array(approved.astype(np.int8))
    defaulted = rng.random(PIECE) < 0.1
    columns["defaulted"] = pa.array(defaulted.astype(np.int8), mask=~approved)
    return pa.table(columns)


def roles() -> Any:
    """Return the roles of the columns."""
    from creditaudit import Roles

    return Roles(
        groups=["race", "sex", "county"],
        decision="approved",
        favourable=1,
        outcome="defaulted",
        good=0,
        score="points",
        higher_is="safer",
        score_range=(LOW, HIGH),
    )


def _creditaudit(engine: str) -> Contestant:
    from creditaudit import Tally

    if engine != "arrow":
        __import__(engine)

    def run(path: Path) -> Any:
        return Tally.from_frame(path, roles(), by=GROUPINGS, score_bins=BINS, engine=engine)

    def read(tally: Any) -> Answers:
        return _answers([cells.sums[:, 0] for cells in tally.cells.values()])

    return Contestant(_path, run, read)


def arrow() -> Contestant:
    """``Tally.from_frame`` of a path."""
    return _creditaudit("arrow")


def polars() -> Contestant:
    """``Tally.from_frame`` of a path, with ``engine="polars"``."""
    return _creditaudit("polars")


def duckdb() -> Contestant:
    """``Tally.from_frame`` of a path, with ``engine="duckdb"``."""
    return _creditaudit("duckdb")


def bare_arrow() -> Contestant:
    """Acero over the batches of a dataset, once for each grouping."""
    import pyarrow.acero as acero
    import pyarrow.dataset as ds

    def counted(path: Path, keys: Sequence[str]) -> pa.Table:
        scaled = pc.divide(pc.subtract(ds.field("points").cast("float64"), LOW), _width())
        made = {name: ds.field(name) for name in (*keys, *FIXED[1:])} | {"bin": pc.floor(scaled)}
        wanted = [*keys, *FIXED[1:], "points"]
        steps = [
            ("scan", acero.ScanNodeOptions(ds.dataset(path), columns=wanted)),
            ("project", acero.ProjectNodeOptions(list(made.values()), list(made))),
            ("aggregate", acero.AggregateNodeOptions([_COUNT], list(made))),
        ]
        plan = acero.Declaration.from_sequence([acero.Declaration(*step) for step in steps])
        return plan.to_table()

    def run(path: Path) -> list[pa.Table]:
        return [counted(path, keys) for keys in GROUPINGS]

    return Contestant(_path, run, _read_bare)


def bare_polars() -> Contestant:
    """Four lazy group-bys collected together on the streaming engine."""
    import polars as pl

    def run(path: Path) -> list[Any]:
        scores = (pl.col("points").cast(pl.Float64) - LOW) / _width()
        people = pl.scan_parquet(path).with_columns(scores.floor().alias("bin"))
        asked = [people.group_by(*keys, *FIXED).agg(pl.len().alias("n")) for keys in GROUPINGS]
        return pl.collect_all(asked, engine="streaming")

    return Contestant(_path, run, _read_bare)


def bare_duckdb() -> Contestant:
    """One query with ``GROUPING SETS``."""
    import duckdb

    def run(path: Path) -> list[Any]:
        sets = ", ".join(f"({', '.join((*keys, *FIXED))})" for keys in GROUPINGS)
        files = f"{path}/*.parquet" if path.is_dir() else path
        people = f"(SELECT *, floor((points::DOUBLE - {LOW}) / {_width()}) AS bin FROM '{files}')"
        table = duckdb.connect().sql(
            f"SELECT grouping(race, sex, county) AS asked, {', '.join((*GROUPINGS[-1], *FIXED))}, "
            f"count(*) AS n FROM {people} GROUP BY GROUPING SETS ({sets})"
        )
        whole = table.to_arrow_table()
        kinds = pc.unique(whole["asked"]).to_pylist()
        return [whole.filter(pc.equal(whole["asked"], kind)) for kind in kinds]

    return Contestant(_path, run, _read_bare)


def _width() -> float:
    return (HIGH - LOW) / BINS


def _path(path: Path, _: Job) -> Path:
    return path


def _read_bare(tables: Sequence[Any]) -> Answers:
    return _answers([np.asarray(table["n"].to_numpy(), dtype=np.float64) for table in tables])


def _answers(people: Sequence[Any]) -> Answers:
    # Engines return cells in any order, and a bare one has a bin for each score outside.
    return {f"people of grouping {place}": float(n.sum()) for place, n in enumerate(people)}


def jobs(rows: int, rounds: int) -> list[Job]:
    """Return the jobs, each engine beside its bare self."""
    return [
        Job("scale", name, rows, rounds=rounds)
        for engine in ENGINES
        for name in (engine, f"bare_{engine}")
    ]


def table_of(outcomes: Sequence[Outcome]) -> str:
    """Return the results as a table."""
    head = ["rows", "engine", "CPU s", "wall s", "added MB", "bare CPU s", "bare MB", "CPU / bare"]
    head += [f"< {MOST_MB} MB", f"<= {MOST_TIMES:g} times"]
    lines = [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head))]
    for ours, bare in zip(outcomes[::2], outcomes[1::2], strict=True):
        cells = [f"{ours.job.rows:,}", ours.job.contestant]
        if ours.error or bare.error:
            lines.append(f"| {' | '.join([*cells, str(ours.error or bare.error)])} |")
            continue
        cells += [f"{value:.3g}" for value in (ours.cpu, ours.median("wall"))]
        cells += [f"{ours.median('added_mb'):,.0f}", f"{bare.cpu:.3g}"]
        cells += [f"{bare.median('added_mb'):,.0f}", f"{ours.cpu / bare.cpu:.2f}"]
        met = (ours.median("added_mb") < MOST_MB, ours.cpu / bare.cpu <= MOST_TIMES)
        cells += ["yes" if one else "**no**" for one in met]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def unequal(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the contestants that did not count everyone."""
    return [
        one.job.contestant for one in outcomes if set(one.answers.values()) != {float(one.job.rows)}
    ]


def main(given: Sequence[str] | None = None) -> int:
    """Run, print the table, write it; 1 if somebody was not counted."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    ask.add_argument("--full", action="store_true", help="a hundred million rows as well")
    ask.add_argument("--trial", action="store_true", help="few rows, to see that it runs")
    asked = ask.parse_args(given)
    sizes = [TRIAL_ROWS] if asked.trial else [ROWS, *([FULL_ROWS] if asked.full else [])]
    where = setting_of(sizes[0], full=asked.full)
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows in (WARM_UP_ROWS, *sizes):
            write(folder / f"people-{rows}.parquet", rows)
        for rows in sizes:
            rounds = 3 if rows <= ROWS else 1
            outcomes += contest(
                jobs(rows, rounds), folder, say=lambda line: print(line, file=sys.stderr)
            )
    table = table_of(outcomes)
    print(table)
    if not asked.trial:
        RESULTS.mkdir(exist_ok=True)
        page = f"# Scale\n\nMeasured on {where['date']}, {where['cores']} cores, load "
        page += f"{where['load_at_start']} at the start.\n\n{table}\n"
        (RESULTS / "scale.md").write_text(page, encoding="utf-8")
        readings = [{"job": vars(one.job), "readings": one.readings} for one in outcomes]
        record = {"setting": where, "jobs": readings}
        (RESULTS / "scale.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return int(bool(unequal(outcomes)))


if __name__ == "__main__":
    sys.exit(main())
