"""A million people and a hundred thousand firms with every tie: seconds, memory, fingerprints.

A script of its own: ``python -m benchmarks.societies [--people N --firms N]``. Each number of
workers runs in a process of its own; the fingerprints must be the same. See README.md.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

from benchmarks.run import RESULTS, setting_of

PEOPLE, FIRMS, SEED = 1_000_000, 100_000, 7
MOST_SECONDS, MOST_GB = 60, 4.0
WORKERS = (2, 1)


def one_run(people: int, firms: int, workers: int) -> dict[str, Any]:
    """Return the cost of one society, and what there is in it."""
    from creditaudit.populations import make_society

    make_society(500, 50, seed=SEED, workers=workers)
    start, cpu = time.perf_counter(), time.process_time()
    world = make_society(people, firms, seed=SEED, workers=workers)
    spent = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    # With imports, the tables themselves, and everything that was needed on the way.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    whole = {str(world.ties[name].dtype) for name in ("src", "dst")} == {"int64"}
    counts = {name: len(getattr(world, name)) for name in ("ties", "events", "debts")}
    return {
        **spent, "peak_gb": peak, "workers": workers, **counts, "whole_numbers": whole,
        "fingerprint": world.fingerprint(),
    }  # fmt: skip


def page(where: dict[str, Any], people: int, firms: int, found: list[dict[str, Any]]) -> str:
    """Return the page of results."""
    prints = {one["fingerprint"] for one in found}
    first = found[0]
    bars = [
        (f"under {MOST_SECONDS} s on two cores", f"{first['wall']:.1f} s",
         first["wall"] < MOST_SECONDS),
        (f"under {MOST_GB:g} GB", f"{max(one['peak_gb'] for one in found):.2f} GB",
         all(one["peak_gb"] < MOST_GB for one in found)),
        ("the same fingerprint for every number of workers", ", ".join(sorted(prints)),
         len(prints) == 1),
        ("ties as 64-bit whole numbers", "yes" if first["whole_numbers"] else "no",
         first["whole_numbers"]),
    ]  # fmt: skip
    told = [f"| {a} | {b} | {'yes' if met else '**no**'} |" for a, b, met in bars]
    rows = [
        f"| {one['workers']} | {one['wall']:.1f} | {one['cpu']:.1f} | {one['peak_gb']:.2f} |"
        for one in found
    ]
    return (
        f"# A society\n\n{people:,} synthetic people and {firms:,} firms, {first['ties']:,} ties, "
        f"{first['events']:,} entries, {first['debts']:,} debts. Measured on {where['date']}, "
        f"{where['cores']} cores, load {where['load_at_start']} at the start. "
        f"Python {where['python']}.\n\n"
        f"| bar | measured | met |\n|---|---|---|\n{chr(10).join(told)}\n\n"
        f"| workers | seconds | CPU seconds | peak GB of the process |\n|---|---|---|---|\n"
        f"{chr(10).join(rows)}\n"
    )


def main() -> int:
    """Run, print and write; 1 if a bar is missed."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.societies", description=__doc__)
    ask.add_argument("--people", type=int, default=PEOPLE)
    ask.add_argument("--firms", type=int, default=FIRMS)
    ask.add_argument("--workers", type=int, help="one run, as JSON")
    asked = ask.parse_args()
    if asked.workers:
        print(json.dumps(one_run(asked.people, asked.firms, asked.workers)))
        return 0
    where = setting_of(asked.people, full=False)
    sizes = ["--people", str(asked.people), "--firms", str(asked.firms)]
    found = []
    for workers in WORKERS:
        command = [sys.executable, "-m", "benchmarks.societies", *sizes, "--workers", str(workers)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    told = page(where, asked.people, asked.firms, found)
    print(told)
    if (asked.people, asked.firms) == (PEOPLE, FIRMS):
        (RESULTS / "societies.md").write_text(told, encoding="utf-8")
    return int("**no**" in told)


if __name__ == "__main__":
    sys.exit(main())
