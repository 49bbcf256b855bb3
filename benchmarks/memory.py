"""A file streamed into a tally: its cost for each row, and how much memory it takes."""

from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.contestants import Answers, Contestant, Job
from benchmarks.metrics_cube import GROUPS


def creditaudit() -> Contestant:
    """``Tally.from_frame`` of a path: three groups crossed, 100 score bins."""
    from creditaudit import Roles, Tally

    roles = Roles(
        groups=GROUPS,
        decision="approved",
        favourable=1,
        outcome="good",
        good=1,
        score="score",
        higher_is="safer",
        score_range=(300, 850),
    )

    def run(path: Path) -> Any:
        return Tally.from_frame(path, roles, by=[tuple(GROUPS)])

    def read(tally: Any) -> Answers:
        return {"people": tally.n}

    return Contestant(_path, run, read)


def pandas() -> Contestant:
    """Read the table alone, as a library that wants it in memory has to do first."""

    def run(path: Path) -> pd.DataFrame:
        columns = [*GROUPS, "score", "approved", "good"]
        if path.suffix == ".csv":
            return pd.read_csv(path, usecols=columns)
        return pd.read_parquet(path, columns=columns)

    def read(frame: pd.DataFrame) -> Answers:
        return {"people": float(len(frame))}

    return Contestant(_path, run, read)


def _path(path: Path, _: Job) -> Path:
    return path
