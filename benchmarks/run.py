"""Run the benchmarks: ``python -m benchmarks.run [--full] [--trial]``; see README.md."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import creditaudit
from benchmarks import tables
from benchmarks.contest import ROOT, Outcome, contest
from benchmarks.contestants import Job
from benchmarks.programme import (
    TOLERANCE,
    Bar,
    bars,
    bootstrap_jobs,
    gaps,
    memory_jobs,
    metrics_jobs,
)
from benchmarks.worker import WARM_UP_ROWS

RESULTS = Path(__file__).parent / "results"
ROWS, TRIAL_ROWS = 1_000_000, 20_000
PACKAGES = (
    "fairlearn", "aequitas", "aif360",
    "numpy", "pandas", "pyarrow", "polars", "duckdb", "scikit-learn", "scipy",
)  # fmt: skip


def main(given: Sequence[str] | None = None) -> int:
    """Run, print and write the tables; 1 if a number of a peer is not ours, or ours failed."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    ask.add_argument("--full", action="store_true", help="more rounds and larger files")
    ask.add_argument("--trial", action="store_true", help="few rows, to see that it runs")
    asked = ask.parse_args(given)
    rows = TRIAL_ROWS if asked.trial else ROWS
    setting = setting_of(rows, full=asked.full)
    groups = [made(rows, full=asked.full) for made in (metrics_jobs, bootstrap_jobs, memory_jobs)]
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_people([job for jobs in groups for job in jobs], folder)
        for jobs in groups:
            outcomes += contest(jobs, folder, say=lambda line: print(line, file=sys.stderr))
    held = bars(outcomes)
    page = _page(setting, outcomes, held)
    print(page)
    if not asked.trial:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "latest.md").write_text(page, encoding="utf-8")
        record = json.dumps(_record(setting, outcomes, held), indent=1) + "\n"
        (RESULTS / "latest.json").write_text(record, encoding="utf-8")
    apart = any(gap is not None and gap > TOLERANCE for _, gap in gaps(outcomes))
    failed = any(one.error and one.job.contestant.startswith("creditaudit") for one in outcomes)
    return int(apart or failed)


def _write_people(jobs: Sequence[Job], folder: Path) -> None:
    # In a process of its own, so that this one stays small and the work is not on its account.
    sizes = [
        sorted({WARM_UP_ROWS, *(job.rows for job in jobs if job.suffix == suffix)})
        for suffix in ("parquet", "csv")
    ]
    words = [",".join(map(str, one)) for one in sizes]
    subprocess.run(
        [sys.executable, "-m", "benchmarks.people", str(folder), *words], cwd=ROOT, check=True
    )


def setting_of(rows: int, *, full: bool) -> dict[str, Any]:
    found = {"creditaudit": creditaudit.__version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "rows": rows,
        "full": full,
        "cores": os.cpu_count(),
        "load_at_start": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "versions": found,
    }


def _page(setting: dict[str, Any], outcomes: Sequence[Outcome], held: Sequence[Bar]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in setting["versions"].items())
    shown = tables.bars_table(held)
    if setting["rows"] != ROWS:
        shown = f"A trial: the bars are for {ROWS:,} people, so none is judged."
    call = "python -m benchmarks.run" + (" --full" if setting["full"] else "")
    return f"""# Benchmark results

Measured on {setting["date"]} with `{call}`: {setting["rows"]:,} synthetic people, \
{setting["cores"]} cores, load {setting["load_at_start"]} at the start. Python \
{setting["python"]}, {versions}. How to read the numbers: `benchmarks/README.md`.

## Bars

{shown}

## Five metrics of twelve groups

{tables.metrics_table(outcomes)}

## Bootstrap ranges of sixty numbers

{tables.bootstrap_table(outcomes)}

## Streaming a file into a tally

{tables.memory_table(outcomes)}
"""


def _record(
    setting: dict[str, Any], outcomes: Sequence[Outcome], held: Sequence[Bar]
) -> dict[str, Any]:
    jobs = [
        {"job": asdict(one.job), "readings": one.readings, "error": one.error} for one in outcomes
    ]
    return {"setting": setting, "bars": [asdict(bar) for bar in held], "jobs": jobs}


if __name__ == "__main__":
    sys.exit(main())
