"""Millions of rows of Parquet on local Spark: the same integers, and a driver that stays flat.

``python -m benchmarks.on_spark [--trial]``; needs the extra ``spark`` and a Java runtime.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.clock import measure
from benchmarks.run import RESULTS, setting_of
from benchmarks.scale import GROUPINGS, roles, write

ROWS, TRIAL_ROWS, WARM_UP_ROWS = (1_000_000, 10_000_000), (20_000, 200_000), 2_000
BINS = 100
CONF = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.log.level": "OFF",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
HEAD = (
    "rows", "wall s", "CPU s of the JVM", "cells of the largest grouping", "driver added MB",
    "JVM peak MB", "same integers as Arrow",
)  # fmt: skip


def count(path: Path, warm_up: Path) -> dict[str, Any]:
    """Return what counting a file on Spark took, and whether Arrow counts the same."""
    from pyspark.sql import SparkSession

    from creditaudit import Tally

    builder = SparkSession.builder.master("local[2]").appName("benchmark")
    for name, value in CONF.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    jvm = int(session._jvm.java.lang.ProcessHandle.current().pid())

    def tally(file: Path) -> Tally:
        frame = session.read.parquet(str(file))
        return Tally.from_frame(frame, roles(), by=GROUPINGS, score_bins=BINS)

    tally(warm_up)
    before = _cpu(jvm)
    reading, found = measure(lambda: tally(path))
    used, peak = (_cpu(jvm) - before) / reading.repeats, _peak_mb(jvm)
    session.stop()
    other = Tally.from_frame(path, roles(), by=GROUPINGS, score_bins=BINS)
    return {
        "wall": reading.wall, "cpu": used, "driver_mb": reading.added_mb, "jvm_mb": peak,
        "cells": max(len(cells) for cells in found.cells.values()),
        "same": found.fingerprint() == other.fingerprint(), "plan": found.plan,
    }  # fmt: skip


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _peak_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main() -> int:
    """Run, print the table, write it; 1 if Spark counted otherwise than Arrow."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.on_spark", description=__doc__)
    ask.add_argument("--trial", action="store_true", help="few rows, to see that it runs")
    ask.add_argument("--one", nargs=2, metavar=("FILE", "WARM_UP"), help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.one:
        print(json.dumps(count(*map(Path, asked.one))))
        return 0
    where = setting_of(max(ROWS), full=False)
    found = {}
    with tempfile.TemporaryDirectory() as name:
        warm_up = Path(name) / "warm-up.parquet"
        write(warm_up, WARM_UP_ROWS)
        for rows in TRIAL_ROWS if asked.trial else ROWS:
            file = Path(name) / f"people-{rows}.parquet"
            write(file, rows)
            command = [sys.executable, "-W", "ignore", "-m", "benchmarks.on_spark"]
            command += ["--one", str(file), str(warm_up)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[rows] = json.loads(done.stdout.splitlines()[-1])
    lines = [f"| {' | '.join(line)} |" for line in (HEAD, ["---"] * len(HEAD))]
    for rows, one in found.items():
        cells = [f"{rows:,}", f"{one['wall']:.1f}", f"{one['cpu']:.1f}", f"{one['cells']:,}"]
        cells += [
            f"{one['driver_mb']:,.0f}",
            f"{one['jvm_mb']:,.0f}",
            "yes" if one["same"] else "**no**",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    table = "\n".join(lines)
    print(table)
    if not asked.trial:
        page = f"# Spark\n\nMeasured on {where['date']}, {where['cores']} cores, load "
        page += f"{where['load_at_start']} at the start; local[2], a heap of 2 GB.\n\n{table}\n"
        (RESULTS / "on_spark.md").write_text(page, encoding="utf-8")
        record = {"setting": where, "rows": found}
        (RESULTS / "on_spark.json").write_text(
            json.dumps(record, indent=1) + "\n", encoding="utf-8"
        )
    return int(not all(one["same"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
