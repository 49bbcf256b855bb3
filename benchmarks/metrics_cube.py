"""Five metrics of twelve groups, from three text columns; differences and ratios of the groups."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.contestants import Answers, Contestant, Job

GROUPS = ["sex", "race", "age"]
METRICS = [
    "approval_rate",
    "true_positive_rate",
    "false_positive_rate",
    "precision",
    "accuracy",
]


def people(path: Path, job: Job) -> pd.DataFrame:
    """Return the people of a job with group columns of the type it names."""
    frame = pd.read_parquet(path, columns=[*GROUPS, "approved", "good"])
    kinds: dict[str, Any] = {"str": pd.StringDtype(na_value=np.nan), "category": "category"}
    frame = frame.astype(dict.fromkeys(GROUPS, kinds.get(job.columns, object)))
    if job.columns == "joined":
        frame = frame.assign(group=_join(frame)).drop(columns=GROUPS)
    return frame


def creditaudit() -> Contestant:
    """Metrics by group and overall with Wilson ranges, then the differences and ratios."""

    def run(frame: pd.DataFrame) -> Any:
        return _measured(_tally(frame))

    return Contestant(people, run, _read)


def creditaudit_disparities() -> Contestant:
    """Do what `creditaudit` does, and set each group beside the largest, with ranges and tests."""
    from creditaudit import metrics

    def run(frame: pd.DataFrame) -> Any:
        tally = _tally(frame)
        for name in METRICS:
            for kind in ("ratio", "difference"):
                metrics.disparity(tally, name, by=tally.groupings[0], kind=kind)
        return _measured(tally)

    return Contestant(people, run, _read)


def fairlearn() -> Contestant:
    """``MetricFrame`` with ``by_group``, ``difference()`` and ``ratio()``."""
    from fairlearn.metrics import MetricFrame

    asked = fairlearn_metrics()

    def run(frame: pd.DataFrame) -> Any:
        found = MetricFrame(
            metrics=asked,
            y_true=frame["good"],
            y_pred=frame["approved"],
            sensitive_features=frame[GROUPS],
        )
        return found.by_group, found.overall, found.difference(), found.ratio()

    def read(result: Any) -> Answers:
        by_group, *totals = result
        answers = by_group_answers(by_group)
        for word, total in zip(("overall", "difference", "ratio"), totals, strict=True):
            answers |= {f"{word} | {name}": float(total[name]) for name in METRICS}
        return answers

    return Contestant(people, run, read)


def aequitas() -> Contestant:
    """``Group().get_crosstabs``, which reads one group column: the three are joined first."""
    from aequitas.group import Group

    columns = dict(
        zip(METRICS, ["pprev", "tpr", "fpr", "precision", "accuracy"], strict=True),
    )

    def run(frame: pd.DataFrame) -> Any:
        group = frame["group"] if "group" in frame else _join(frame)
        table = {"score": frame["approved"], "label_value": frame["good"], "group": group}
        return Group().get_crosstabs(pd.DataFrame(table), attr_cols=["group"])[0]

    def read(found: Any) -> Answers:
        rows = found.set_index("attribute_value")
        return {
            f"{key} | {name}": float(value)
            for name, column in columns.items()
            for key, value in rows[column].items()
        }

    return Contestant(people, run, read)


def aif360() -> Contestant:
    """``BinaryLabelDataset`` and a ``ClassificationMetric`` for each of the twelve groups."""
    from aif360.datasets import BinaryLabelDataset
    from aif360.metrics import ClassificationMetric

    asked = [
        "selection_rate",
        "true_positive_rate",
        "false_positive_rate",
        "precision",
        "accuracy",
    ]

    def run(frame: pd.DataFrame) -> Any:
        code, names = _group_numbers(frame)  # it reads numbers only
        data = BinaryLabelDataset(
            df=pd.DataFrame({"group": code, "good": frame["good"]}),
            label_names=["good"],
            protected_attribute_names=["group"],
        )
        decided = data.copy()
        decided.labels = frame["approved"].to_numpy(dtype=float).reshape(-1, 1)
        found = {}
        for place, key in enumerate(names):
            others = [{"group": other} for other in range(len(names)) if other != place]
            one = ClassificationMetric(
                data, decided, unprivileged_groups=[{"group": place}], privileged_groups=others
            )
            for name, method in zip(METRICS, asked, strict=True):
                found[f"{key} | {name}"] = getattr(one, method)(privileged=False)
        return found

    def read(found: Any) -> Answers:
        return {name: float(value) for name, value in found.items()}

    return Contestant(people, run, read)


def roles(groups: tuple[str, ...]) -> Any:
    """Return the roles of the columns of `people`."""
    from creditaudit import Roles

    return Roles(groups=groups, decision="approved", favourable=1, outcome="good", good=1)


def fairlearn_metrics() -> dict[str, Any]:
    """Return what fairlearn calls the metrics."""
    from fairlearn.metrics import false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import accuracy_score, precision_score

    functions = [
        selection_rate,
        true_positive_rate,
        false_positive_rate,
        precision_score,
        accuracy_score,
    ]
    return dict(zip(METRICS, functions, strict=True))


def by_group_answers(found: pd.DataFrame) -> Answers:
    """Return the answers in fairlearn's ``by_group``."""
    return {
        f"{', '.join(key)} | {name}": float(value)
        for name in METRICS
        for key, value in found[name].items()
    }


def _tally(frame: pd.DataFrame) -> Any:
    from creditaudit import Tally

    by = ("group",) if "group" in frame else tuple(GROUPS)
    return Tally.from_frame(frame, roles(by), by=[by])


def _measured(tally: Any) -> Any:
    from creditaudit import metrics

    by = tally.groupings[0]
    found = {name: getattr(metrics, name)(tally, by) for name in METRICS}
    overall = {name: getattr(metrics, name)(tally) for name in METRICS}
    gaps = {name: _gaps(one["value"]) for name, one in found.items()}
    return by, found, overall, gaps


def _gaps(values: pd.Series) -> tuple[float, float]:
    """Return what fairlearn calls difference and ratio."""
    return float(values.max() - values.min()), float(values.min() / values.max())


def _read(result: Any) -> Answers:
    by, found, overall, gaps = result
    answers = {f"overall | {k}": float(one["value"].iloc[0]) for k, one in overall.items()}
    for name, one in found.items():
        keys = one[list(by)].itertuples(index=False)
        for key, value in zip(keys, one["value"], strict=True):
            answers[f"{', '.join(key)} | {name}"] = float(value)
        answers[f"difference | {name}"], answers[f"ratio | {name}"] = gaps[name]
    return answers


def _join(frame: pd.DataFrame) -> pd.Series:
    codes, names = _group_numbers(frame)
    return pd.Series(np.array(names, dtype=object)[codes], index=frame.index)


def _group_numbers(frame: pd.DataFrame) -> tuple[Any, list[str]]:
    # The cheapest way found for the peers: joining the text itself takes twice as long and more.
    groups = frame.groupby(GROUPS, observed=True)
    return groups.ngroup().to_numpy(), [", ".join(key) for key in groups.size().index]
