"""Jobs run side by side: a process each, in turns, and the median of the rounds."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.contestants import Answers, Job

ROOT = Path(__file__).resolve().parents[1]
TIME_LIMIT = 1_200


@dataclass
class Outcome:
    """What the rounds of one job gave: readings, or an error."""

    job: Job
    readings: list[dict[str, Any]] = field(default_factory=list)
    answers: Answers = field(default_factory=dict)
    error: str | None = None

    def median(self, name: str) -> float | None:
        """Return the median over the rounds of a field of `Reading`; None where it has none."""
        given = [one[name] for one in self.readings if one[name] is not None]
        return median(given) if given else None

    @property
    def cpu(self) -> float | None:
        """CPU seconds."""
        return self.median("cpu")


def contest(
    jobs: Sequence[Job], folder: Path, say: Callable[[str], None] = lambda _: None
) -> list[Outcome]:
    """Return the outcome of each job; round by round (A B C, A B C), not job by job."""
    outcomes = [Outcome(job) for job in jobs]
    for number in range(max(job.rounds for job in jobs)):
        for outcome in outcomes:
            if number >= outcome.job.rounds or outcome.error:
                continue
            found = _in_a_process(outcome.job, folder)
            outcome.error = found.get("error")
            if "reading" in found:
                outcome.readings.append(found["reading"])
                outcome.answers = found["answers"]
            say(_progress(outcome, number))
    return outcomes


def _in_a_process(job: Job, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.worker", str(folder), json.dumps(asdict(job))]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return {"error": f"Stopped after {TIME_LIMIT} seconds."}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"error": f"Ended with code {done.returncode}: {last}"}
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _progress(outcome: Outcome, number: int) -> str:
    job = outcome.job
    words = [job.benchmark, job.contestant, f"{job.rows:,} rows"]
    words += [f"{job.replicates:,} replicates"] if job.replicates else []
    words += [job.suffix if job.benchmark == "memory" else job.columns]
    last = outcome.error or f"{outcome.readings[-1]['cpu']:.4g} CPU s"
    return f"{' '.join(words)}, round {number + 1} of {job.rounds}: {last}"
