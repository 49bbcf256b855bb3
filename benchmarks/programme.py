"""Which jobs are run, and which bars they are held to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.contest import Outcome
from benchmarks.contestants import Columns, Job

TEXT: tuple[Columns, ...] = ("object", "str", "category")
REPLICATES = 1_000
TOLERANCE = 1e-12


def metrics_jobs(rows: int, *, full: bool) -> list[Job]:
    """Return the jobs on five metrics of twelve groups."""
    jobs = []
    for columns in TEXT:
        once = 3 if full or columns == "object" else 1
        for name in ("creditaudit", "aequitas", "aif360", "fairlearn"):
            rounds = once if name == "fairlearn" else 3
            jobs.append(Job("metrics_cube", name, rows, columns, rounds=rounds))
    jobs += [Job("metrics_cube", name, rows, "joined") for name in ("creditaudit", "aequitas")]
    jobs.append(Job("metrics_cube", "creditaudit_disparities", rows))
    peers = ("creditaudit", "aequitas", "aif360", "fairlearn")
    return [*jobs, *(Job("metrics_cube", name, rows // 10) for name in peers)]


def bootstrap_jobs(rows: int, *, full: bool) -> list[Job]:
    """Return the jobs on bootstrap ranges; fairlearn on few rows and replicates."""
    few = [Job("bootstrap", "fairlearn", n, replicates=3) for n in (rows // 100, rows // 10)]
    if full:
        few.append(Job("bootstrap", "fairlearn", rows // 100, replicates=100, rounds=1))
        few.append(Job("bootstrap", "fairlearn", rows, replicates=3, rounds=1))
    sizes = (rows // 100, rows // 10, rows)
    return [*(Job("bootstrap", "creditaudit", n, replicates=REPLICATES) for n in sizes), *few]


def memory_jobs(rows: int, *, full: bool) -> list[Job]:
    """Return the jobs on streamed files."""
    jobs = [
        Job("memory", name, n, suffix=suffix)
        for suffix in ("parquet", "csv")
        for n in (rows, 4 * rows)
        for name in ("creditaudit", "pandas")
    ]
    return [*jobs, *([Job("memory", "creditaudit", 10 * rows, suffix="parquet")] if full else [])]


@dataclass(frozen=True)
class Bar:
    """A promise, what was measured, and whether it holds; None where it could not be measured."""

    promise: str
    measured: str
    met: bool | None


def bars(outcomes: Sequence[Outcome]) -> list[Bar]:
    """Return the bars of the outcomes."""
    return [*_speed(outcomes), _bootstrap(outcomes), _memory(outcomes), _agreement(outcomes)]


def find(outcomes: Sequence[Outcome], benchmark: str, name: str, **wanted: object) -> Outcome:
    """Return the outcome of a job."""
    for one in outcomes:
        job = one.job
        if (job.benchmark, job.contestant) == (benchmark, name) and all(
            getattr(job, key) == value for key, value in wanted.items()
        ):
            return one
    msg = f"No job {name!r} of {benchmark!r} with {wanted!r}."
    raise LookupError(msg)


def like(outcomes: Sequence[Outcome], one: Outcome) -> Outcome:
    """Return our outcome on the same people as another's."""
    job = one.job
    same = {"rows": job.rows, "columns": job.columns, "suffix": job.suffix}
    return find(outcomes, job.benchmark, "creditaudit", **same)


def times_less(peer: Outcome, ours: Outcome) -> float | None:
    """Return how many times the CPU of a peer is ours; None where one of them failed."""
    return peer.cpu / ours.cpu if peer.cpu and ours.cpu else None


def largest_gap(peer: Outcome, ours: Outcome) -> float | None:
    """Return the largest difference between answers; None where one of them has none.

    An answer that one of them lacks counts as infinitely far, but for what a peer never gives.
    """
    if not peer.answers or not ours.answers:
        return None
    kinds = {name.partition(" | ")[0] for name in peer.answers}
    asked = {name for name in ours.answers if name.partition(" | ")[0] in kinds}
    names = asked | set(peer.answers)
    far = float("inf")
    return max(abs(peer.answers.get(n, far) - ours.answers.get(n, -far)) for n in names)


def gaps(outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, float | None]]:
    """Yield each outcome of a peer with its largest difference from ours on the same people."""
    for one in outcomes:
        if one.job.contestant != "creditaudit":
            yield one, largest_gap(one, like(outcomes, one))


def _speed(outcomes: Sequence[Outcome]) -> Iterator[Bar]:
    for peer, least, promise in (
        ("fairlearn", 100, "at least 100 times less CPU than fairlearn"),
        ("aequitas", 1, "no more CPU than aequitas, the joining included"),
    ):
        for columns in TEXT:
            theirs = find(outcomes, "metrics_cube", peer, columns=columns)
            ratio = times_less(theirs, like(outcomes, theirs))
            yield Bar(
                f"12 groups x 5 metrics from {columns} columns: {promise}",
                "not measured" if ratio is None else f"{peer} needs {ratio:.3g} times ours",
                None if ratio is None else ratio >= least,
            )


def _bootstrap(outcomes: Sequence[Outcome]) -> Bar:
    rows = max(one.job.rows for one in outcomes if one.job.benchmark == "bootstrap")
    ours = find(outcomes, "bootstrap", "creditaudit", rows=rows).cpu
    return Bar(
        f"{REPLICATES:,} bootstrap replicates of 60 numbers under 50 ms, given the tally",
        "not measured" if ours is None else f"{1000 * ours:.3g} ms of CPU",
        None if ours is None else ours < 0.05,
    )


def _memory(outcomes: Sequence[Outcome]) -> Bar:
    streamed = [
        one
        for one in outcomes
        if (one.job.benchmark, one.job.contestant) == ("memory", "creditaudit")
    ]
    added = [one.median("added_mb") for one in streamed]
    known = [mb for mb in added if mb is not None]
    whole = len(known) == len(streamed)
    rows = max(one.job.rows for one in streamed)
    return Bar(
        f"Files of up to {rows:,} rows streamed with less than 200 MB added",
        f"at most {max(known):.0f} MB" if known else "not measured",
        max(known) < 200 if whole else None,
    )


def _agreement(outcomes: Sequence[Outcome]) -> Bar:
    found = [gap for _, gap in gaps(outcomes) if gap is not None]
    return Bar(
        "Every number the peers give agrees to 1e-12",
        f"largest difference {max(found):.2g}" if found else "not measured",
        max(found) <= TOLERANCE if found else None,
    )
