"""The usual estimates when the group is only probable: weighted, and assigned by a threshold.

Both are points where only a range is known; each is right under an assumption of its own.
"""

from dataclasses import dataclass

import numpy as np

from creditaudit import intervals
from creditaudit.intervals import Kind
from creditaudit.memberships import Memberships
from creditaudit.metrics.linearised import linear_error
from creditaudit.metrics.pairs import effect
from creditaudit.metrics.proportions import Rate
from creditaudit.values import Floats

WEIGHTED = (
    "Assumes that among people of the same probabilities the decision does not go with the group. "
    "Where members are approved less often than others of the same probabilities, this overstates "
    "their approvals and shows too small a gap (Chen et al. 2019)."
)


@dataclass(frozen=True, eq=False)
class Estimated:
    """One estimate of the rate of each group; arrays over groups.

    ``sums`` are people in the event and in the rest of the condition, by part; ``weight`` is what
    each counts for in each group, 0 or 1 where people are assigned.
    """

    method: str
    note: str
    event: Floats
    other: Floats
    weight: Floats

    @property
    def n(self) -> Floats:
        """People in the condition, each counted with its weight."""
        return np.asarray((self.event + self.other) @ self.weight)

    @property
    def value(self) -> Floats:
        """The rate; NaN where nobody is counted."""
        n = self.n
        found = np.divide(self.event @ self.weight, n, out=np.full(n.shape, np.nan), where=n > 0)
        return np.asarray(found)

    def ranges(self, level: float) -> tuple[Floats, Floats]:
        """Return Wilson ranges on the people that the weights leave."""
        value, square = self.value, self.weight**2
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = self.event @ square * (1 - value) ** 2 + self.other @ square * value**2
            linear = value * (1 - value) * self.n**2 / spread
            kish = self.n**2 / ((self.event + self.other) @ square)
        inside = (value > 0) & (value < 1)
        size = np.where(inside, linear, np.nan_to_num(kish))
        return intervals.wilson(value, size, level)

    def gap(self, first: int, second: int, kind: Kind, level: float) -> tuple[float, float, float]:
        """Return the gap between two groups and its range."""
        value = self.value
        a, b = value[[first]], value[[second]]
        gap = float(effect(a, b, kind)[0])
        if np.isnan(gap):
            return np.nan, np.nan, np.nan
        if np.isin(self.weight, (0, 1)).all():
            n = self.n
            low, high = intervals.miettinen_nurminen(a, n[[first]], b, n[[second]], kind, level)
            return gap, float(low[0]), float(high[0])
        error = self._error(first, second, kind)
        reach = float(intervals.critical(level)) * error
        if kind == "difference":
            return gap, max(gap - reach, -1.0), min(gap + reach, 1.0)
        if not gap or not np.isfinite(reach):
            return gap, np.nan, np.nan
        return gap, float(gap * np.exp(-reach)), float(gap * np.exp(reach))

    def _error(self, first: int, second: int, kind: Kind) -> float:
        """Return the error of the difference, or of the log of the ratio, by linearisation."""
        value, n, moved = self.value, self.n, []
        for group, sign in ((first, 1), (second, -1)):
            p = value[group]
            slope = {"difference": 1.0, "ratio": 1 / p, "odds_ratio": 1 / (p * (1 - p))}
            one = sign * slope[kind] * self.weight[:, group] / n[group]
            moved.append(np.concatenate([one * (1 - p), -one * p]))
        people = np.concatenate([self.event, self.other])[np.newaxis]
        influence = (moved[0] + moved[1])[np.newaxis] * people.sum()
        return float(linear_error(people, people, people, influence)[0])


def weighted(memberships: Memberships, rate: Rate) -> Estimated:
    """Return the estimate in which each person counts in each group with its probability.

    References
    ----------
    Chen, J., Kallus, N., Mao, X., Svacha, G. and Udell, M. (2019). Fairness under unawareness:
    assessing disparity when protected class is unobserved. FAT* 2019, 339-348.
    """
    weight = np.nan_to_num(memberships.probability)
    return Estimated("weighted", WEIGHTED, *_people(memberships, rate), weight)


def assigned(memberships: Memberships, rate: Rate, threshold: float) -> Estimated:
    """Return the estimate in which people count as the group that is probable enough.

    Nobody counts in two groups: a tie is in none.

    References
    ----------
    Chen, J., Kallus, N., Mao, X., Svacha, G. and Udell, M. (2019). FAT* 2019, 339-348.
    """
    p = np.nan_to_num(memberships.probability)
    enough = p >= threshold - 1e-12
    weight = (enough & (enough.sum(axis=1, keepdims=True) == 1)).astype(np.float64)
    event, other = _people(memberships, rate)
    left = float((event + other) @ (weight.sum(axis=1) == 0))
    note = (
        f"Counts everyone as the group they belong to with a probability of {100 * threshold:g} % "
        f"or more; {left:,.0f} people belong to none so and are left out. Shows too large a gap as "
        "a rule, by how much depends on the threshold (Chen et al. 2019)."
    )
    return Estimated(f"assigned at {100 * threshold:g} %", note, event, other, weight)


def _people(memberships: Memberships, rate: Rate) -> tuple[Floats, Floats]:
    counts = memberships.counts
    other = rate.condition & ~rate.event
    return counts[:, rate.event].sum(axis=1), counts[:, other].sum(axis=1)
