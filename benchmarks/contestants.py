"""What a benchmark asks of each contestant."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Answers = dict[str, float]
Columns = Literal["object", "str", "category", "joined"]


@dataclass(frozen=True)
class Job:
    """One section to be timed, in a process of its own.

    Attributes
    ----------
    benchmark, contestant : str
        A module of this package, and a function of it.
    rows : int
    columns : {"object", "str", "category", "joined"}
        The type of the three group columns; "joined" is one object column of all three.
    replicates : int
        Bootstrap replicates, 0 for none.
    suffix : {"parquet", "csv"}
        The file read, where the reading is timed.
    rounds : int
        How many processes run it.
    """

    benchmark: str
    contestant: str
    rows: int
    columns: Columns = "object"
    replicates: int = 0
    suffix: Literal["parquet", "csv"] = "parquet"
    rounds: int = 3

    def path(self, folder: Path) -> Path:
        """Return the file with the people of this job."""
        return folder / f"people-{self.rows}.{self.suffix}"


@dataclass(frozen=True)
class Contestant:
    """The parts of a job: only ``run`` is timed.

    Attributes
    ----------
    prepare : callable (path, job) -> input
    run : callable (input) -> result
    read : callable (result) -> answers
        The numbers found, to be checked against those of the others.
    """

    prepare: Callable[[Path, Job], Any]
    run: Callable[[Any], Any]
    read: Callable[[Any], Answers]
