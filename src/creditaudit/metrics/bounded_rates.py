"""A rate where some counts are known within bounds only, and where outcomes are missing too."""

from dataclasses import dataclass

import numpy as np

from creditaudit import intervals
from creditaudit.metrics.groups import KNOWN, REFUSED, UNKNOWN, Groups, Mask, OpenCounts
from creditaudit.metrics.measures import SELECTIVE, Estimates, join_notes, say_observed
from creditaudit.metrics.rate_ends import ends_of
from creditaudit.values import Floats

WITHIN_BOUNDS = (
    "Some counts are known within bounds only, so this rate is not known; low and high are its "
    "bounds over every table that fits, with sampling error added."
)
WORST = "Missing outcomes count as whatever is worst."
FEWEST = "n is the fewest people there can be."


@dataclass(frozen=True, eq=False)
class Proportion:
    """A rate as masks over (outcome, decision).

    Attributes
    ----------
    event, condition : bool arrays of shape (3, 3)
    opened : bool array of shape (3,)
        The decisions at which a missing outcome could have counted.
    people : str
        Whom the condition is about.
    """

    event: Mask
    condition: Mask
    opened: Mask
    people: str

    @property
    def rest(self) -> Mask:
        """Those in the condition and not in the event."""
        return self.condition & ~self.event

    @property
    def missing(self) -> Mask:
        """The cells of missing outcomes that could have counted."""
        found = np.zeros((3, 3), dtype=bool)
        found[UNKNOWN] = self.opened
        return found

    def with_missing(self, moved: Mask, other: Mask) -> tuple[Mask, Mask]:
        """Return two masks with missing outcomes in the first where they may be there.

        In the second where they can be nowhere else; in neither where they may be left out.
        """
        moved, other = moved.copy(), other.copy()
        known = list(KNOWN)
        to_first, to_other = moved[known].any(axis=0), other[known].all(axis=0)
        moved[UNKNOWN] |= self.opened & to_first
        other[UNKNOWN] |= self.opened & to_other
        return moved, other


def estimate_within(
    groups: Groups, within: OpenCounts, rate: Proportion, level: float
) -> Estimates:
    """Return a rate over every table that fits.

    Missing outcomes count as whatever is worst for either end in the same tables, so the bounds
    are over both at once. A rate that neither touches is as it is.
    """
    seen = ends_of(groups, (rate.event, rate.rest), (rate.event, rate.rest))
    people = np.array([one.people for one in seen.least]).reshape(-1, 2).T
    certain = np.isclose(seen.low, seen.high, rtol=0, atol=1e-12) | np.isnan(seen.low)
    hidden = _most(groups, within, rate.missing)
    full = seen
    if hidden.any():
        rest, event = rate.with_missing(rate.rest, rate.event)
        most, least = rate.with_missing(rate.event, rate.rest)
        full = ends_of(groups, (event, rest), (most, least))
    selective = bool(hidden.any()) and _may_be_selective(groups, within, rate)
    unknown = ~certain | selective
    value = np.where(unknown, np.nan, seen.low)
    ends = full.where(unknown, seen)
    low = intervals.wilson(ends.low, ends.size_low, level)[0]
    high = intervals.wilson(ends.high, ends.size_high, level)[1]
    notes = []
    for g in range(len(groups)):
        if not certain[g]:
            said = join_notes(WITHIN_BOUNDS, WORST if hidden[g] else "")
        elif selective and np.isfinite(full.low[g]):
            said = SELECTIVE
        elif np.isnan(value[g]):
            known = "known " if hidden[g] else ""
            said = f"Undefined: there are no {known}{rate.people} here."
        else:
            said = ""
        notes.append(join_notes(said, FEWEST if people[0, g] < people[1, g] else ""))
    # A share of people of whom some are known within bounds only is not known either.
    told = groups.n[..., rate.missing].sum(axis=-1)
    partly = np.where(unknown | (hidden > told), 0, told)
    counted = np.broadcast_to(rate.opened, (3, 3))
    return Estimates(
        groups.by, groups.keys, groups.missing, people[0], value, low, high,
        np.where(unknown, np.fmin(ends.size_low, ends.size_high), people[0]),
        say_observed(notes, partly, _most(groups, within, counted)),
        bound_low=full.low, bound_high=full.high, ends=ends,
    )  # fmt: skip


def _most(groups: Groups, within: OpenCounts, mask: Mask) -> Floats:
    """Return the most people of each group in some cells."""
    found = np.asarray(groups.n[..., mask].sum(axis=-1))
    own = mask[within.places]
    np.add.at(found, within.group[own], within.counts.high[own])
    return found


def _may_be_selective(groups: Groups, within: OpenCounts, rate: Proportion) -> bool:
    """Whether it is not certain that any declined person has an outcome."""
    if not rate.opened[REFUSED]:
        return False
    known = np.zeros((3, 3), dtype=bool)
    known[list(KNOWN), REFUSED] = True
    open_ones = within.counts.low[known[within.places]]
    return bool(groups.n[..., known].sum() == 0 and not open_ones.any())
