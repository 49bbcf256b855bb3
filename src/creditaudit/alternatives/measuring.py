"""What each candidate does to people it was not chosen on, with resampled people for the ranges."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from creditaudit import intervals
from creditaudit.alternatives.asked import Asked
from creditaudit.alternatives.candidates import Candidate
from creditaudit.intervals import LEVEL
from creditaudit.values import Codes, Floats

# Resampled people are held as one block of counts at a time.
_BLOCK = 20_000_000


@dataclass(frozen=True, eq=False)
class Number:
    """A number with what it would have been on resampled people.

    Attributes
    ----------
    value : float
    drawn : float array of shape (n_draws,)
    """

    value: float
    drawn: Floats

    def __sub__(self, other: "Number") -> "Number":
        return Number(self.value - other.value, self.drawn - other.drawn)

    def size(self) -> "Number":
        """Return the distance from 0."""
        return Number(abs(self.value), np.abs(self.drawn))

    @property
    def error(self) -> float:
        """Standard deviation over resampled people."""
        return float(np.std(self.drawn, ddof=1))

    def range(self, level: float = LEVEL) -> tuple[float, float]:
        """Return the normal range around the value."""
        wide = float(intervals.critical(level)) * self.error
        return self.value - wide, self.value + wide

    def above(self, line: float) -> float:
        """Return the two-sided p-value for "it is the line"; 1 where it never varies."""
        if not self.error > 0:
            return 1.0 if self.value == line else float("nan")
        return float(intervals.two_sided_p(np.array((self.value - line) / self.error)))


@dataclass(frozen=True, eq=False)
class Measured:
    """One candidate on one part of the people.

    Attributes
    ----------
    auc : Number or None
        Of the score, for the recorded outcome.
    profit : Number
        Per person with an outcome: gain for a good one approved less loss for a bad one.
    approved : Number
        Share of everyone.
    rates : dict of int to Number
        Share approved of each group, among those the criterion speaks of.
    """

    auc: Number | None
    profit: Number
    approved: Number
    rates: dict[int, Number]


def measured(
    candidates: Sequence[Candidate], asked: Asked, rows: npt.NDArray[np.intp], *, draws: int,
    clusters: Codes | None = None,
) -> list[Measured]:  # fmt: skip
    """Return every candidate on the same people, resampled alike: differences are paired."""
    people, codes, bad = asked.X.iloc[rows], asked.codes[rows], asked.bad[rows]
    counted = asked.counted[rows]
    chances = [one.chance(people, codes) for one in candidates]
    risks = [None if one.score is None else one.score(people, codes) for one in candidates]
    known = np.isfinite(bad)
    worth = np.where(bad == 0, asked.gain, -asked.loss)
    held = [asked.reference, *asked.others]
    parts: list[list[Floats]] = [[] for _ in candidates]
    for weights in _weights(
        len(rows), draws, asked.seed, None if clusters is None else clusters[rows]
    ):
        group = {k: weights[:, counted & (codes == k)] for k in held}
        seen = weights[:, known]
        for place, (chance, risk) in enumerate(zip(chances, risks, strict=True)):
            columns = [
                _auc(risk[known], bad[known] == 1, seen) if risk is not None else _nothing(weights),
                seen @ (worth * chance)[known] / seen.sum(axis=1),
                weights @ chance / weights.sum(axis=1),
                *(group[k] @ chance[counted & (codes == k)] / group[k].sum(axis=1) for k in held),
            ]
            parts[place].append(np.column_stack(columns))
    found = []
    for place, one in enumerate(candidates):
        # The first row has everyone once.
        all_rows = np.vstack(parts[place])
        numbers = [Number(float(column[0]), column[1:]) for column in all_rows.T]
        found.append(Measured(
            None if one.score is None else numbers[0], numbers[1], numbers[2],
            dict(zip(held, numbers[3:], strict=True)),
        ))  # fmt: skip
    return found


def _nothing(weights: Floats) -> Floats:
    return np.full(len(weights), np.nan)


def _weights(n: int, draws: int, seed: int, clusters: Codes | None) -> Iterator[Floats]:
    """Yield how often each person is drawn: first everyone once, then people with replacement."""
    rng = np.random.default_rng([seed, 1])
    yield np.ones((1, n))
    unit = np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    number = int(unit.max()) + 1
    at_once = max(_BLOCK // n, 1)
    for start in range(0, draws, at_once):
        rows = min(at_once, draws - start)
        counts = np.vstack([
            np.bincount(rng.integers(number, size=number), minlength=number) for _ in range(rows)
        ])  # fmt: skip
        yield counts[:, unit].astype(np.float64)


def _auc(risk: Floats, bad: npt.NDArray[np.bool_], weights: Floats) -> Floats:
    """Return, by row of weights, how often a bad one has the higher risk; ties are half."""
    order = np.argsort(risk, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(risk[order]) > 0])
    drawn = weights[:, order]
    of_bad = np.add.reduceat(drawn * bad[order], starts, axis=1)
    of_good = np.add.reduceat(drawn * ~bad[order], starts, axis=1)
    below = np.cumsum(of_good, axis=1) - of_good / 2
    total = of_bad.sum(axis=1) * of_good.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, (of_bad * below).sum(axis=1) / total, np.nan)
