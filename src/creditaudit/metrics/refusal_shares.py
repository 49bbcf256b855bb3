"""Refused people against a named population, when nobody knows who applied.

With R refused people of a group and N of it in the population, R / N is refusals per head. If the
group applies k times as often per head as the reference, the ratio of refusal rates per application
is the ratio per head divided by k. So the ratio per head is also the factor at which there is no
gap: a group whose ratio is 2 is refused no more often per application only if it applies at least
twice as often (the condition of Cornfield).

References
----------
Cornfield, J. et al. (1959). Journal of the National Cancer Institute 22, 173-203, appendix A.
Przyborowski, J. and Wilenski, H. (1940). Biometrika 31, 313-323.
Clopper, C. J. and Pearson, E. S. (1934). Biometrika 26, 404-413.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from creditaudit import intervals
from creditaudit.errors import InputError
from creditaudit.metrics.measures import join_notes, whole
from creditaudit.refusals import Refusals
from creditaudit.roles import Value
from creditaudit.values import matches


@dataclass(frozen=True, eq=False)
class PerHead:
    """Refusals per head of one group over those of the reference.

    ``value`` is infinite where nobody of the reference was refused; ``bounds`` say what the ratio
    is if all people without a group belong to the one or to the other.
    """

    refusals: Refusals
    group: int
    reference: int

    @property
    def value(self) -> float:
        """The ratio per head; NaN where nobody of either was refused."""
        return self._ratio(*self._counts)

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest ratio per head, whatever the group of people without one."""
        (own, other), unknown = self._counts, self.refusals.unknown
        return self._ratio(own, other + unknown), self._ratio(own + unknown, other)

    @property
    def factor(self) -> tuple[float, float] | None:
        """How many times as often the group may apply, if that was stated."""
        return self.refusals.factor.get(self.refusals.groups[self.group])

    def range(self, level: float = intervals.LEVEL) -> tuple[float, float]:
        """Return the range of the ratio per head, from the exact range of the group's share."""
        return self._range(*self._counts, level)

    def _range(self, own: float, other: float, level: float) -> tuple[float, float]:
        if own + other == 0:
            return np.nan, np.nan
        tail = (1 - level) / 2
        low = betaincinv(own, other + 1, tail) if own else 0.0
        high = betaincinv(own + 1, other, 1 - tail) if other else 1.0
        scale = self.refusals.population[self.reference] / self.refusals.population[self.group]
        with np.errstate(divide="ignore"):
            odds = np.array([low, high]) / (1 - np.array([low, high]))
        return float(odds[0] * scale), float(odds[1] * scale)

    def per_application(self, level: float = intervals.LEVEL) -> tuple[float, float]:
        """Return the range of the ratio per application, over the stated factor.

        It also holds whatever the group of people without one. NaN without a factor.
        """
        if self.factor is None:
            return np.nan, np.nan
        (own, other), unknown = self._counts, self.refusals.unknown
        low = self._range(own, other + unknown, level)[0]
        high = self._range(own + unknown, other, level)[1]
        return low / self.factor[1], high / self.factor[0]

    @property
    def _counts(self) -> tuple[float, float]:
        people = self.refusals.people
        return float(people[self.group]), float(people[self.reference])

    def _ratio(self, own: float, other: float) -> float:
        population = self.refusals.population
        if other == 0:
            return np.inf if own else np.nan
        return float(own / other * population[self.reference] / population[self.group])


def refusal_composition(refusals: Refusals) -> pd.DataFrame:
    """Share of each group among refused (or listed) people, beside its share of the population.

    Parameters
    ----------
    refusals : Refusals

    Returns
    -------
    frame with one row a group
        The group, n (refused people), population, share (of refused people whose group is known),
        population_share, value (the first share over the second), low, high (95 %), note.

    Notes
    -----
    Wilson's range of the share, divided by the population share, which counts as known.

    References
    ----------
    Wilson, E. B. (1927). JASA 22, 209-212.
    """
    held = _held(refusals)
    n = np.full(len(held.groups), held.people.sum())
    share, residents = held.people / n, held.population / held.population.sum()
    low, high = intervals.wilson(share, n)
    note = join_notes(
        _beside(held), _without_group(held), "Of people, not of applications: who applied is not "
        "known."
    )  # fmt: skip
    return pd.DataFrame({
        held.name: list(held.groups), "n": whole(held.people),
        "population": whole(held.population), "share": share, "population_share": residents,
        "value": share / residents, "low": low / residents, "high": high / residents, "note": note,
    })  # fmt: skip


def refusal_ratio(refusals: Refusals, *, reference: Value | None = None) -> pd.DataFrame:
    """Refusals (or listings) per head of each group over those of a reference group.

    Parameters
    ----------
    refusals : Refusals
    reference : value, optional
        By default the group with the largest population.

    Returns
    -------
    frame with one row a group other than the reference
        The group, reference, n, n_reference (refused people), value (ratio per head of the
        population), low, high (95 %, exact), bound_low, bound_high (whatever the group of people
        without one), no_gap_factor (how many times as often per head the group would have to apply
        for there to be no gap per application: the ratio itself), application_low,
        application_high (the range of the ratio per application over the stated factor; null
        without one), note.

    Raises
    ------
    InputError
        If there is no such reference.

    Notes
    -----
    The value is the ratio of refusal rates *if* applications were proportional to the population.
    Given both numbers of refused people together, the share of the group's is binomial; its exact
    range (Clopper and Pearson) gives that of the ratio. The population counts as known, and
    refusals as one a person: the same person refused twice counts twice.

    References
    ----------
    Przyborowski, J. and Wilenski, H. (1940). Biometrika 31, 313-323.
    Cornfield, J. et al. (1959). Journal of the National Cancer Institute 22, 173-203.
    """
    held = _held(refusals)
    base = reference_place(held, reference)
    rows = []
    for at, group in enumerate(held.groups):
        if at == base:
            continue
        one = PerHead(held, at, base)
        low, high = one.range()
        applied = one.per_application()
        rows.append({
            held.name: group, "reference": held.groups[base], "n": held.people[at],
            "n_reference": held.people[base], "value": one.value, "low": low, "high": high,
            "bound_low": one.bounds[0], "bound_high": one.bounds[1], "no_gap_factor": one.value,
            "application_low": applied[0], "application_high": applied[1],
            "note": join_notes(_beside(held), _without_group(held), _assumes(one)),
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    for name in ("n", "n_reference"):
        frame[name] = whole(frame[name].to_numpy(dtype=float))
    numbers = [*frame.columns[4:-1]]
    frame[numbers] = frame[numbers].where(np.isfinite(frame[numbers]))
    return frame


def reference_place(refusals: Refusals, reference: Value | None) -> int:
    """Return the place of the reference; by default the group with the largest population.

    Raises
    ------
    InputError
        If there is no such group.
    """
    if reference is None:
        return int(np.argmax(refusals.population))
    found = [at for at, one in enumerate(refusals.groups) if matches(one, reference)]
    if not found:
        msg = f"reference={reference!r} is none of the groups {[*refusals.groups]}."
        raise InputError(msg)
    return found[0]


def _held(refusals: Any) -> Refusals:
    if not isinstance(refusals, Refusals):
        msg = f"refusals= is a {type(refusals).__name__}; make it with Refusals.from_counts(...)."
        raise InputError(msg)
    return refusals


def _beside(held: Refusals) -> str:
    return f"Population: {held.named} ({held.date}; {held.source})."


def _without_group(held: Refusals) -> str:
    if not held.unknown:
        return ""
    return f"{held.unknown:,.0f} people {held.event} have no group; they are in no share."


def _assumes(one: PerHead) -> str:
    proportional = "The value is a ratio per application only if both groups apply equally often."
    if one.factor is None:
        return proportional
    low, high = one.factor
    return (
        f"{proportional} Stated: the group applies {low:.2f} to {high:.2f} times as often per head "
        f"({one.refusals.reason})."
    )
