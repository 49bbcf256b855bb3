"""Synthetic people, as many as wanted: rows per CPU second, memory, and other generators beside.

``python -m benchmarks.generation [--full] [--trial]``; see README.md.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.contest import Outcome, contest
from benchmarks.contestants import Answers, Contestant, Job
from benchmarks.generation_columns import COLUMNS, IDENTIFIERS
from benchmarks.generation_peers import (
    SEED,
    dowhy,
    dowhy_automatic,
    faker,
    mimesis,
    sdv,
    sdv_in_memory,
)
from benchmarks.run import RESULTS, setting_of

__all__ = ["dowhy", "dowhy_automatic", "faker", "mimesis", "sdv", "sdv_in_memory"]

ROWS, FULL_ROWS, TRIAL_ROWS = 1_000_000, 100_000_000, 2_000
LEAST_ROWS, MOST_MB, OVER_DOWHY, OVER_SDV = 0.8e6, 200, 2.0, 30.0
PEERS = ("dowhy", "Faker", "mimesis", "sdv", "copulas", "numpy", "pandas", "pyarrow", "scipy")
# What each makes, and of how many people: the slower ones make fewer, their time grows with them.
MADE: dict[str, tuple[str, int]] = {
    "people": ("25 columns to Parquet", ROWS),
    "people_in_memory": ("25 columns as Arrow", ROWS),
    "command": ("74 columns and the truth, as the command writes them", ROWS),
    "identifiers": ("name, resident number, taxpayer number to Parquet", ROWS),
    "dowhy": ("25 numbers from our graph, linear, nothing missing, to Parquet", ROWS),
    "dowhy_automatic": ("25 columns from our graph, mechanisms by dowhy, to Parquet", 20_000),
    "sdv": ("25 columns from a fitted copula to Parquet", 100_000),
    "sdv_in_memory": ("25 columns from a fitted copula as a dataframe", 100_000),
    "faker": ("25 fields that depend on nothing to Parquet", 5_000),
    "mimesis": ("25 fields that depend on nothing to Parquet", 10_000),
}
OURS = ("people", "people_in_memory", "command", "identifiers")


def people() -> Contestant:
    """Our 25 columns to Parquet, block by block."""
    return Contestant(_asked, lambda given: _written(*given, COLUMNS), _answers)


def people_in_memory() -> Contestant:
    """Our 25 columns, each block let go when the next is made."""
    return Contestant(_asked, lambda given: sum(map(len, _blocks(given[1], COLUMNS))), _answers)


def identifiers() -> Contestant:
    """Names and numbers to Parquet."""
    return Contestant(_asked, lambda given: _written(*given, IDENTIFIERS), _answers)


def command() -> Contestant:
    """``creditaudit generate``."""
    # As the command does, before Arrow is imported.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from creditaudit.populations.people_folders import write_people

    def run(given: tuple[Path, int]) -> int:
        folder = given[0].with_suffix("")
        return int(write_people(folder, given[1], seed=SEED, force=True)["people"])

    return Contestant(_asked, run, _answers)


def _asked(path: Path, job: Job) -> tuple[Path, int]:
    import creditaudit.populations  # noqa: F401  imports are not timed

    return path.with_name(f"{job.contestant}.parquet"), job.rows


def _blocks(rows: int, columns: Sequence[str]) -> Iterator[Any]:
    from creditaudit.populations import borrower_batches
    from creditaudit.populations.randomness import BLOCK

    for first in range(0, rows, BLOCK):
        last = min(first + BLOCK, rows)
        yield next(borrower_batches(last, seed=SEED, columns=columns, start=first))


def _written(path: Path, rows: int, columns: Sequence[str]) -> int:
    """Write people as the command does, without truth and fingerprint."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from creditaudit.populations.people_files import encodings

    made, writer = 0, None
    for block in _blocks(rows, columns):
        if writer is None:
            texts = [one.name for one in block.schema if pa.types.is_string(one.type)]
            how = encodings(block.schema)
            how["use_dictionary"] = [one for one in how["use_dictionary"] if one not in texts]
            writer = pq.ParquetWriter(
                path, block.schema, compression="zstd", compression_level=1,
                write_statistics=False, **how,
            )  # fmt: skip
        writer.write_batch(block)
        made += len(block)
    if writer is not None:
        writer.close()
    return made


def _answers(made: int) -> Answers:
    # Of the whole process, with everything that it has imported.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": float(made), "peak_mb": peak}


def jobs(*, full: bool, trial: bool) -> list[Job]:
    """Return the jobs: each generator, and ours again with ten and a hundred times the people."""
    asked = [
        Job("generation", name, TRIAL_ROWS if trial else rows, rounds=1 if trial else 3)
        for name, (_, rows) in MADE.items()
        if name != "dowhy_automatic"
    ]
    if not trial:
        asked.append(Job("generation", "people", 10 * ROWS, rounds=1))
    if full:
        asked.append(Job("generation", "dowhy_automatic", MADE["dowhy_automatic"][1], rounds=1))
        asked.append(Job("generation", "people", FULL_ROWS, rounds=1))
    return asked


def rate(one: Outcome) -> float:
    """Return rows per CPU second."""
    return one.job.rows / one.cpu if one.cpu else 0.0


def table_of(outcomes: Sequence[Outcome]) -> str:
    """Return the results as a table."""
    base = rate(_first(outcomes, "people"))
    lines = ["| generator | makes | rows | rows per CPU s | ours / it | peak MB |"]
    lines.append("|---|---|---|---|---|---|")
    for one in outcomes:
        cells = [one.job.contestant, MADE[one.job.contestant][0], f"{one.job.rows:,}"]
        if one.error:
            lines.append(f"| {' | '.join([*cells, one.error])} | | |")
            continue
        peak = one.answers.get("peak_mb")
        cells += [f"{rate(one):,.0f}", f"{base / rate(one):,.2g}", f"{peak:,.0f}" if peak else ""]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def bars(outcomes: Sequence[Outcome]) -> list[tuple[str, str, bool]]:
    """Return what was asked, what was measured, and whether it was met."""
    ours, memory = _first(outcomes, "people"), _first(outcomes, "people_in_memory")
    peaks = [
        one.answers["peak_mb"]
        for one in outcomes
        if one.job.contestant == "people" and "peak_mb" in one.answers
    ]
    held = [(f"{LEAST_ROWS:,.0f} rows per CPU second to Parquet", rate(ours), LEAST_ROWS)]
    for name, least in (("dowhy", OVER_DOWHY), ("sdv", OVER_SDV)):
        peer = _first(outcomes, name)
        if not peer.error:
            held.append((f"{least:g} times {name}, to Parquet", rate(ours) / rate(peer), least))
    peer = _first(outcomes, "sdv_in_memory")
    if not peer.error:
        words = f"{OVER_SDV:g} times sdv, in memory"
        held.append((words, rate(memory) / rate(peer), OVER_SDV))
    told = [(words, f"{found:,.3g}", found >= least) for words, found, least in held]
    words = f"under {MOST_MB} MB at every number of people"
    return [*told, (words, ", ".join(f"{one:.0f}" for one in peaks), max(peaks) < MOST_MB)]


def _first(outcomes: Sequence[Outcome], name: str) -> Outcome:
    return next(one for one in outcomes if one.job.contestant == name)


def page_of(where: Mapping[str, Any], outcomes: Sequence[Outcome]) -> str:
    """Return the page of results."""
    if _first(outcomes, "people").job.rows != ROWS:
        return f"A trial: the bars are for {ROWS:,} people.\n\n{table_of(outcomes)}\n"
    shown = [f"| {a} | {b} | {'yes' if c else '**no**'} |" for a, b, c in bars(outcomes)]
    head = "| bar | measured | met |\n|---|---|---|\n"
    versions = ", ".join(f"{name} {number}" for name, number in where["versions"].items())
    return (
        f"# Making synthetic people\n\nMeasured on {where['date']}, {where['cores']} cores, load "
        f"{where['load_at_start']} at the start. Python {where['python']}, {versions}.\n\n"
        f"{head}{chr(10).join(shown)}\n\n{table_of(outcomes)}\n\n"
        f"Columns: {', '.join(COLUMNS)}.\n"
    )


def _versions() -> dict[str, str]:
    found = {}
    for name in PEERS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def main(given: Sequence[str] | None = None) -> int:
    """Run, print the page, write it; 1 if one of ours failed or made another number of people."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.generation", description=__doc__)
    ask.add_argument("--full", action="store_true", help="a hundred million people as well")
    ask.add_argument("--trial", action="store_true", help="few people, to see that it runs")
    asked = ask.parse_args(given)
    where = setting_of(ROWS, full=asked.full) | {"versions": _versions()}
    with tempfile.TemporaryDirectory() as folder:
        outcomes = contest(
            jobs(full=asked.full, trial=asked.trial), Path(folder),
            say=lambda line: print(line, file=sys.stderr),
        )  # fmt: skip
    page = page_of(where, outcomes)
    print(page)
    if not asked.trial:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "generation.md").write_text(page, encoding="utf-8")
        rows = [
            {"job": asdict(one.job), "readings": one.readings, "answers": one.answers,
             "error": one.error}
            for one in outcomes
        ]  # fmt: skip
        record = json.dumps({"setting": where, "jobs": rows}, indent=1) + "\n"
        (RESULTS / "generation.json").write_text(record, encoding="utf-8")
    failed = [
        one.job.contestant
        for one in outcomes
        if one.job.contestant in OURS and (one.error or one.answers["rows"] != one.job.rows)
    ]
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
