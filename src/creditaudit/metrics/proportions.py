"""Proportions: of the people in a condition, the share in an event, and what is hidden of it.

"Positive" means approved and "good" means the person performed, so the true positive rate is the
share of good payers who were approved. Each rate is a pair of masks over outcome and decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from creditaudit import intervals
from creditaudit.cells import DECISION, OUTCOME
from creditaudit.metrics.bounded_rates import Proportion, estimate_within
from creditaudit.metrics.groups import (
    APPROVED,
    BAD,
    DECIDED,
    GOOD,
    KNOWN,
    REFUSED,
    UNDECIDED,
    UNKNOWN,
    Groups,
    Mask,
    lay_out,
)
from creditaudit.metrics.measures import (
    SELECTIVE,
    Estimates,
    Harm,
    join_notes,
    need,
    say_observed,
)
from creditaudit.metrics.undecided import every_way
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

OPEN_DECISIONS = (
    "Score bins were merged, so some decisions at this cut-off are open and this rate is not "
    "known; low and high are its bounds over all ways to decide, with sampling error added."
)


def mask(outcomes: Sequence[int], decisions: Sequence[int]) -> Mask:
    """Return the cells of some outcomes and decisions; shape (3, 3)."""
    chosen = np.zeros((3, 3), dtype=bool)
    chosen[np.ix_(outcomes, decisions)] = True
    return chosen


def declined_unknown(n: Floats) -> bool:
    """Whether declined people have no outcomes, judged over everyone; ``n`` as in `Groups`."""
    declined = n[..., REFUSED].sum(axis=0)
    return bool(declined[UNKNOWN] > 0 and declined[BAD] == declined[GOOD] == 0)


@dataclass(frozen=True, eq=False)
class Rate:
    """Of the people in ``condition``, the share in ``event``; masks over (outcome, decision)."""

    name: str
    event: Mask
    condition: Mask
    roles: tuple[str, ...]
    harm: Harm
    people: str
    axes: tuple[str, ...] = (OUTCOME, DECISION)

    def values(self, w: Floats) -> Floats:
        """Return the rate from sums of shape (..., 3, 3); NaN where nobody is in the condition."""
        total, events = (w[..., cells].sum(axis=-1) for cells in (self.condition, self.event))
        return np.asarray(
            np.divide(events, total, out=np.full(total.shape, np.nan), where=total > 0)
        )

    def estimate(self, tally: Tally, by: By, level: float = intervals.LEVEL) -> Estimates:
        """Return the rate for each group with its Wilson range."""
        need(tally.roles, *self.roles, by=self.name)
        groups = lay_out(tally, by, self.axes, within_bounds=True)
        if groups.within is not None:
            masks = Proportion(self.event, self.condition, self._open(), self.people)
            return estimate_within(groups, groups.within, masks, level)
        if groups.open:
            return self._estimate_open(groups, level)
        value, size = self._value_and_size(groups, level)
        low, high = intervals.wilson(value, size, level)
        n = groups.n[..., self.condition].sum(axis=-1)
        bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
        people = groups.n[..., self._open()].sum(axis=-1)
        hidden = people[:, UNKNOWN]
        notes = [self._undefined(*sums) for sums in zip(n, groups.w, hidden, strict=True)]
        if hidden.any() and self._open()[REFUSED] and declined_unknown(groups.n):
            value = np.full(len(groups), np.nan)
            low, high = self._bounds(groups, level)
            notes = [
                SELECTIVE if known else note
                for note, known in zip(notes, np.isfinite(low), strict=True)
            ]
        elif hidden.any():
            bounds = self._bounds(groups)
            notes = say_observed(notes, hidden, people.sum(axis=-1))
        left_out, df = self._jackknife(groups)
        return Estimates(
            groups.by, groups.keys, groups.missing, n, value, low, high, size, notes,
            bound_low=bounds[0], bound_high=bounds[1], left_out=left_out, df=df,
        )  # fmt: skip

    def _estimate_open(self, groups: Groups, level: float) -> Estimates:
        """Return the rate where some decisions are open: bounds over every way to decide them.

        The rate is a ratio of linear functions of who is approved, so its extremes lie where all
        who have the same outcome are decided alike.
        """
        ways = every_way(groups)
        value, size = self._value_and_size(ways, level)
        low, high = intervals.wilson(value, size, level)
        people = ways.n[..., self._open()].sum(axis=-1)
        hidden = bool(people[..., UNKNOWN].any())
        selective = self._open()[REFUSED] and any(map(declined_unknown, ways.n))
        ends, bounds = (value, value), self._bounds(ways) if hidden else None
        if hidden and selective:
            (low, high), ends, bounds = self._bounds(ways, level), self._bounds(ways), None
        least, most = np.fmin.reduce(ends[0]), np.fmax.reduce(ends[1])
        known = ~(most - least > 1e-12)
        value = np.where(known, least, np.nan)
        n = ways.n[..., self.condition].sum(axis=-1).min(axis=0)
        said = join_notes(OPEN_DECISIONS, SELECTIVE if hidden and selective else "")
        notes = [
            self._undefined(*sums) if sure else said
            for *sums, sure in zip(n, ways.w[0], people[0, :, UNKNOWN], known, strict=True)
        ]
        return Estimates(
            groups.by, groups.keys, groups.missing, n, value, np.fmin.reduce(low),
            np.fmax.reduce(high), np.fmin.reduce(size), notes,
            bound_low=None if bounds is None else np.fmin.reduce(bounds[0]),
            bound_high=None if bounds is None else np.fmax.reduce(bounds[1]),
        )  # fmt: skip

    def _value_and_size(self, groups: Groups, level: float) -> tuple[Floats, Floats]:
        value = self.values(groups.w)
        n, w, w2 = (a[..., self.condition].sum(axis=-1) for a in (groups.n, groups.w, groups.w2))
        w_event, w2_event = (a[..., self.event].sum(axis=-1) for a in (groups.w, groups.w2))
        size = intervals.effective_size(value, n, w_event, w, w2_event, w2)
        left_out, df = self._jackknife(groups)
        if left_out is not None and df is not None:
            size = _clustered_size(value, size, left_out, df, level)
        return value, size

    def _jackknife(self, groups: Groups) -> tuple[Floats, Floats] | tuple[None, None]:
        """Return the rate without each replicate group, and the degrees of freedom."""
        if groups.left_out is None:
            return None, None
        rest, all_ = (a[..., self.condition].sum(axis=-1) for a in (groups.left_out, groups.w))
        return self.values(groups.left_out), (rest < all_).sum(axis=0) - 1.0

    def _undefined(self, n: float, w: Floats, hidden: float) -> str:
        if n == 0:
            return f"Undefined: there are no {'known ' if hidden else ''}{self.people} here."
        return "" if w[self.condition].sum() > 0 else "Undefined: all weights here are zero."

    def _open(self) -> npt.NDArray[np.bool_]:
        """Return the decisions at which an unknown outcome could have counted."""
        return np.asarray(self.condition[list(KNOWN)].any(axis=0) & ~self.condition[UNKNOWN])

    def _bounds(self, groups: Groups, level: float | None = None) -> tuple[Floats, Floats]:
        """Return the least and greatest value over all outcomes that are unknown.

        The rate is a ratio of linear functions of the unknown outcomes, so its extremes lie where
        all unknown outcomes at one decision are the same. With a level, sampling error is added.
        """
        low, high = np.full(len(groups), np.nan), np.full(len(groups), np.nan)
        places = np.flatnonzero(self._open()).tolist()
        for chosen in product(KNOWN, repeat=len(places)):
            filled = _filled(groups, chosen, places)
            value, size = self._value_and_size(filled, level or intervals.LEVEL)
            ends = (value, value) if level is None else intervals.wilson(value, size, level)
            low, high = np.fmin(low, ends[0]), np.fmax(high, ends[1])
        return low, high


def _filled(groups: Groups, outcomes: Sequence[int], decisions: Sequence[int]) -> Groups:
    """Return the groups with one outcome for all whose outcome is unknown, at each decision."""

    def fill(sums: Floats) -> Floats:
        sums = sums.copy()
        for outcome, decision in zip(outcomes, decisions, strict=True):
            sums[..., outcome, decision] += sums[..., UNKNOWN, decision]
        sums[..., UNKNOWN, :] = 0
        return sums

    left_out = None if groups.left_out is None else fill(groups.left_out)
    return replace(
        groups, n=fill(groups.n), w=fill(groups.w), w2=fill(groups.w2), left_out=left_out
    )


def _clustered_size(
    value: Floats, size: Floats, left_out: Floats, df: Floats, level: float
) -> Floats:
    """Return effective people by the jackknife; never more than there are groups at 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        clustered = value * (1 - value) / intervals.jackknife_variance(left_out)
    # The t quantile is wider than the normal one; shrink the size so that Wilson is as wide.
    clustered *= (intervals.critical(level) / intervals.critical(level, np.maximum(df, 1))) ** 2
    inside = np.isfinite(clustered) & (value > 0) & (value < 1)
    return np.where(inside, np.minimum(clustered, size), np.minimum(size, df + 1))


__all__ = [
    "APPROVED", "BAD", "DECIDED", "GOOD", "KNOWN", "REFUSED", "SELECTIVE", "UNDECIDED", "UNKNOWN",
    "Mask", "Rate", "declined_unknown", "mask",
]  # fmt: skip
