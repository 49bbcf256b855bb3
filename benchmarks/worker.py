"""One contestant in a process of its own: ``python -m benchmarks.worker FOLDER JOB``."""

import json
import math
import sys
import warnings
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path

from benchmarks.clock import measure
from benchmarks.contestants import Contestant, Job

WARM_UP_ROWS = 2_000


def run(folder: Path, job: Job) -> dict[str, object]:
    """Return the reading and the answers of a job, or its error in words."""
    try:
        made = getattr(import_module(f"benchmarks.{job.benchmark}"), job.contestant)
        contestant: Contestant = made()
        # What is imported when first used is imported here, outside the timed section.
        small = replace(job, rows=WARM_UP_ROWS)
        contestant.run(contestant.prepare(small.path(folder), small))
        given = contestant.prepare(job.path(folder), job)
        reading, result = measure(lambda: contestant.run(given))
        answers = {k: v for k, v in contestant.read(result).items() if math.isfinite(v)}
    except Exception as error:  # a peer may fail in any way, and the table has to say how
        return {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    return {"reading": asdict(reading), "answers": answers}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(run(Path(sys.argv[1]), Job(**json.loads(sys.argv[2])))))
