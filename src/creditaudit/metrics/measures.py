"""What a metric gives for each group, before it becomes a frame."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import BoundedCounts, MissingRole
from creditaudit.metrics.rate_ends import Ends
from creditaudit.roles import Roles
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

Harm = Literal["low", "high"]
SELECTIVE = (
    "Declined people have no outcomes, so this rate is not known; low and high are worst-case "
    "bounds with sampling error added."
)


@dataclass(frozen=True, eq=False)
class Estimates:
    """One measure for each group.

    Attributes
    ----------
    keys : DataFrame of shape (n_groups, n_keys)
    missing : bool array
        Groups in which a key is missing.
    n : float array
        People in the measure's own denominator.
    value, low, high : float arrays
    size : float array
        Effective people behind a proportion.
    error : float array or None
        Standard error, for a measure that is not a proportion.
    bound_low, bound_high : float arrays or None
        What the value could be, whatever is hidden by binning or missing outcomes.
    left_out : float array of shape (n_replicates, n_groups) or None
        The value without each replicate group of clusters.
    df : float array or None
        Degrees of freedom: of the jackknife, replicate groups in which a group has people, less
        one; of a mean, people less one.
    notes : list of str
    ends : Ends or None
        Where counts are known within bounds only: the least and greatest value of each group.
    """

    by: tuple[str, ...]
    keys: pd.DataFrame
    missing: np.ndarray
    n: Floats
    value: Floats
    low: Floats
    high: Floats
    size: Floats
    notes: list[str]
    error: Floats | None = None
    bound_low: Floats | None = None
    bound_high: Floats | None = None
    left_out: Floats | None = None
    df: Floats | None = None
    ends: Ends | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """Keys, n, value, low, high, bounds where there are any, and a note."""
        frame = self.keys.copy()
        frame["n"] = whole(self.n)
        frame["value"], frame["low"], frame["high"] = self.value, self.low, self.high
        if self.bound_low is not None:
            frame["bound_low"], frame["bound_high"] = self.bound_low, self.bound_high
        frame["note"] = self.notes
        return frame

    @property
    def counted(self) -> np.ndarray:
        """Groups of which the number of people is certain."""
        if self.ends is None:
            return np.ones(len(self.n), dtype=bool)
        return np.array([one.people[0] == one.people[1] for one in self.ends.least], dtype=bool)

    def settled(self) -> "Estimates":
        """Return the same, where no count behind a value is known within bounds only.

        Raises
        ------
        BoundedCounts
        """
        if self.ends is not None:
            wide = ~np.isclose(self.ends.low, self.ends.high) & np.isfinite(self.ends.low)
            wide |= ~self.counted
            if wide.any():
                raise BoundedCounts.of(int(wide.sum()), len(wide))
        return self

    def take(self, where: np.ndarray) -> "Estimates":
        """Return the estimates of some groups."""

        def some(values: Floats | None) -> Floats | None:
            return None if values is None else values[where]

        return Estimates(
            self.by, self.keys.iloc[where].reset_index(drop=True), self.missing[where],
            self.n[where], self.value[where], self.low[where], self.high[where], self.size[where],
            [self.notes[i] for i in where],
            error=some(self.error), bound_low=some(self.bound_low),
            bound_high=some(self.bound_high), df=some(self.df),
            left_out=None if self.left_out is None else self.left_out[:, where],
            ends=None if self.ends is None else self.ends.take(where),
        )  # fmt: skip


class Measure(Protocol):
    """A question with one number for each group."""

    @property
    def name(self) -> str:
        """Name of the public function and of rows in results."""

    @property
    def axes(self) -> tuple[str, ...]:
        """The fixed keys of the cells it reads."""

    @property
    def harm(self) -> Harm:
        """On which side a group is worse off."""

    def values(self, w: Floats) -> Floats:
        """Return the measure from sums of weights of shape (..., n_groups, *axes)."""

    def estimate(self, tally: Tally, by: By, level: float = intervals.LEVEL) -> Estimates:
        """Return the measure for each group with its range."""


@runtime_checkable
class OfTally(Protocol):
    """A measure that first has to learn what the scores of a tally mean."""

    def of(self, tally: Tally) -> Measure:
        """Return the measure for tallies with these bins and this direction of the score."""


def ready(one: Measure, tally: Tally) -> Measure:
    """Return the measure as it reads this tally."""
    return one.of(tally) if isinstance(one, OfTally) else one


def widest(one: Measure) -> float:
    """Return the largest difference two values can have: 1 for every measure between 0 and 1.

    A measure with another one can be 0 or less, so that its ratios mean nothing.
    """
    return float(getattr(one, "widest", 1.0))


def need(roles: Roles, *wanted: str, by: str) -> None:
    """Raise `MissingRole` unless every wanted role is there."""
    lacking = [name for name in wanted if getattr(roles, name) is None]
    if lacking:
        partner = {"decision": "favourable", "outcome": "good", "score": "higher_is"}
        fix = ", ".join(f"{name}= and {partner[name]}=" for name in lacking)
        msg = f"{by} needs {' and '.join(lacking)}. Pass {fix} to Roles and make the tally again."
        raise MissingRole(msg)


def whole(n: Floats) -> Floats | np.ndarray:
    """Return numbers of people as integers where they all are."""
    return n.astype(np.int64) if np.all(np.mod(n, 1) == 0) else n


def join_notes(*parts: str) -> str:
    """Return the parts that say something, as sentences."""
    return " ".join(part for part in parts if part)


def say_observed(notes: Iterable[str], hidden: Floats, people: Floats) -> list[str]:
    """Return the notes, each with the share of these people whose outcome is known."""
    return [
        join_notes(note, f"Outcome known for {1 - h / n:.1%} of these people." if h else "")
        for note, h, n in zip(notes, hidden, people, strict=True)
    ]
