"""Bootstrap ranges of sixty numbers: five metrics of twelve groups."""

from pathlib import Path
from typing import Any

from benchmarks.contestants import Answers, Contestant, Job
from benchmarks.metrics_cube import (
    GROUPS,
    METRICS,
    by_group_answers,
    fairlearn_metrics,
    people,
    roles,
)

SEED = 7


def creditaudit() -> Contestant:
    """``metrics.bootstrap`` of a tally that exists."""
    from creditaudit import Tally, metrics

    by = tuple(GROUPS)

    def prepare(path: Path, job: Job) -> Any:
        return Tally.from_frame(people(path, job), roles(by), by=[by]), job.replicates

    def run(given: Any) -> Any:
        tally, replicates = given
        return metrics.bootstrap(tally, METRICS, by=by, replicates=replicates, seed=SEED)

    def read(found: Any) -> Answers:
        rows = found[[*by, "measure", "value"]].itertuples(index=False)
        return {f"{', '.join(row[:3])} | {row.measure}": row.value for row in rows}

    return Contestant(prepare, run, read)


def fairlearn() -> Contestant:
    """``MetricFrame`` with ``n_boot``, its differences and ratios among what it resamples."""
    from fairlearn.metrics import MetricFrame

    asked = fairlearn_metrics()

    def prepare(path: Path, job: Job) -> Any:
        return people(path, job), job.replicates

    def run(given: Any) -> Any:
        frame, replicates = given
        found = MetricFrame(
            metrics=asked,
            y_true=frame["good"],
            y_pred=frame["approved"],
            sensitive_features=frame[GROUPS],
            n_boot=replicates,
            ci_quantiles=[0.025, 0.975],
            random_state=SEED,
        )
        return found.by_group, found.by_group_ci

    def read(result: Any) -> Answers:
        return by_group_answers(result[0])

    return Contestant(prepare, run, read)
