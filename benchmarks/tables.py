"""The results as Markdown."""

from collections.abc import Sequence

from benchmarks.contest import Outcome
from benchmarks.programme import (
    REPLICATES,
    Bar,
    gaps,
    largest_gap,
    like,
    times_less,
)

COLUMNS = {
    "object": "3 columns, object",
    "str": "3 columns, str",
    "category": "3 columns, category",
    "joined": "1 column, already joined",
}
NAMES = {
    "creditaudit": "**creditaudit**",
    "creditaudit_disparities": "**creditaudit**, with 110 disparities, their ranges and tests",
    "fairlearn": "fairlearn MetricFrame, difference, ratio",
    "aequitas": "aequitas Group.get_crosstabs",
    "aif360": "aif360 dataset and 12 ClassificationMetric",
    "pandas": "pandas, the table alone",
}


def bars_table(bars: Sequence[Bar]) -> str:
    """Return the bars."""
    words = {True: "yes", False: "**no**", None: "not measured"}
    return _table(
        ["bar", "measured", "met"], [[bar.promise, bar.measured, words[bar.met]] for bar in bars]
    )


def metrics_table(outcomes: Sequence[Outcome]) -> str:
    """Return five metrics of twelve groups, with the ratio of each to ours on the same columns."""
    far = {id(one): gap for one, gap in gaps(outcomes)}
    rows = []
    for one in outcomes:
        if one.job.benchmark != "metrics_cube":
            continue
        ours = like(outcomes, one)
        rows.append(
            [
                f"{one.job.rows:,}",
                COLUMNS[one.job.columns],
                NAMES[one.job.contestant],
                *_readings(one, first=True),
                _times(times_less(one, ours)),
                "" if one is ours else _gap(far[id(one)]),
            ]
        )
    head = ["rows", "groups", "contestant", "CPU s", "first run", "wall s", "added MB", "runs"]
    return _table([*head, "CPU / ours", "max diff"], rows)


def bootstrap_table(outcomes: Sequence[Outcome]) -> str:
    """Return bootstrap ranges, measured and extrapolated."""
    rows = []
    for one in outcomes:
        job = one.job
        if job.benchmark != "bootstrap":
            continue
        ours = like(outcomes, one)
        measured = [f"{job.rows:,}", f"{job.replicates:,}", *_readings(one)]
        agrees = "" if one is ours else _gap(largest_gap(one, ours))
        rows.append(
            [
                NAMES[job.contestant].split()[0],
                *measured,
                "failed" if one.error else "measured",
                agrees,
            ]
        )
        if one is not ours and one.cpu is not None and ours.cpu is not None:
            long = one.cpu * (REPLICATES + 1) / (job.replicates + 1)
            words = f"extrapolated from {job.replicates}; {long / ours.cpu:,.0f} times ours"
            rows.append(
                [
                    "fairlearn",
                    f"{job.rows:,}",
                    f"{REPLICATES:,}",
                    _seconds(long),
                    "",
                    "",
                    "",
                    words,
                    "",
                ]
            )
    head = ["contestant", "rows", "replicates", "CPU s", "wall s", "added MB", "runs"]
    return _table([*head, "status", "max diff of values"], rows)


def memory_table(outcomes: Sequence[Outcome]) -> str:
    """Return what streaming a file costs."""
    rows = []
    for one in outcomes:
        job = one.job
        if job.benchmark != "memory":
            continue
        each = "" if one.cpu is None else f"{1e9 * one.cpu / job.rows:,.0f}"
        rows.append([job.suffix, f"{job.rows:,}", NAMES[job.contestant], *_readings(one), each])
    head = ["file", "rows", "contestant", "CPU s", "wall s", "added MB", "runs"]
    return _table([*head, "CPU ns a row"], rows)


def _readings(one: Outcome, *, first: bool = False) -> list[str]:
    if one.error:
        return [f"failed: {one.error}".replace("|", "/"), *([""] if first else []), "", "", ""]
    added = one.median("added_mb")
    return [
        _seconds(one.cpu),
        *([_seconds(one.median("first_cpu"))] if first else []),
        _seconds(one.median("wall")),
        "" if added is None else f"{added:,.0f}",
        str(len(one.readings)),
    ]


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _gap(value: float | None) -> str:
    return "not compared" if value is None else f"{value:.1g}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [list(head), ["---"] * len(head), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
