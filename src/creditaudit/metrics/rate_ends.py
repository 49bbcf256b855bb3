"""The least and greatest value of a rate over every table that fits counts within bounds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from creditaudit.metrics.groups import Groups, Mask, OpenCounts
from creditaudit.polytopes import Corner, Polytope
from creditaudit.values import Codes, Floats


@dataclass(frozen=True, eq=False)
class Share:
    """A rate of one group: events told and open, and others told and open, in ``counts``."""

    counts: Polytope
    told_events: float
    told_rest: float
    events: Codes
    rest: Codes

    @cached_property
    def corner(self) -> Corner:
        """Fewest events with most others."""
        found = self.counts.corner(self.events, self.rest)
        return Corner(self.told_events + found.least, self.told_rest + found.most, found.together)

    @cached_property
    def turned(self) -> "Share":
        """The rate of the others, which is one less this one."""
        return Share(self.counts, self.told_rest, self.told_events, self.rest, self.events)

    @cached_property
    def people(self) -> tuple[float, float]:
        """The fewest and the most people in the denominator."""
        told = self.told_events + self.told_rest
        low, high = self.counts.reach(np.concatenate([self.events, self.rest]))
        return told + low, told + high

    def weights(self, chosen: Codes) -> Floats:
        """Return 1 for some of the counts and 0 for the others."""
        weights = np.zeros(len(self.counts))
        weights[chosen] = 1
        return weights

    @cached_property
    def least(self) -> tuple[float, float]:
        """The least value, and the people behind it.

        A rate rises with its events and falls with the others, so it is least in the corner of
        fewest events and most others, where one table has both; so is its Wilson limit. Else the
        least ratio is looked for, with the fewest people that any table has.
        """
        events, rest = self.corner.least, self.corner.most
        if math.isinf(rest):
            return 0.0, max(self.people[0], 1.0)
        if events + rest <= 0:
            # Nobody at this corner: where there is anybody, it is an event.
            return (1.0, 1.0) if self.turned.corner.most > 0 else (math.nan, 0.0)
        if self.corner.together:
            return events / (events + rest), events + rest
        top, both = self.weights(self.events), self.weights(np.union1d(self.events, self.rest))
        told = (self.told_events, self.told_events + self.told_rest)
        ratio = self.counts.least_ratio(top, both, told)
        # Fewest events among most others is a bound too, if one that no table attains.
        return max(ratio, events / (events + rest)), max(self.people[0], 1.0)

    @property
    def greatest(self) -> tuple[float, float]:
        """The greatest value, and the people behind it."""
        rest, events = self.turned.corner.least, self.turned.corner.most
        value, people = self.turned.least
        exact = self.turned.corner.together and 0 < events + rest < math.inf
        return (events / (events + rest) if exact else 1 - value), people


@dataclass(frozen=True, eq=False)
class Ends:
    """Where a rate ends, group by group.

    Attributes
    ----------
    low, high : float arrays of shape (n_groups,)
        The least and greatest value, before sampling error; equal where it is known.
    size_low, size_high : float arrays of shape (n_groups,)
        People behind a rate at each end.
    fewest : float array of shape (n_groups,)
        The fewest people behind it at any value, 1 where there may be nobody.
    least, greatest : sequences of Share
        What the ends were found from: two, because a missing outcome counts as whatever is worst.
    """

    low: Floats
    high: Floats
    size_low: Floats
    size_high: Floats
    fewest: Floats
    least: Sequence[Share]
    greatest: Sequence[Share]

    def take(self, where: np.ndarray) -> "Ends":
        """Return the ends of some groups."""
        places = np.arange(len(self.low))[where].tolist()
        return Ends(
            self.low[where], self.high[where], self.size_low[where], self.size_high[where],
            self.fewest[where],
            [self.least[i] for i in places], [self.greatest[i] for i in places],
        )  # fmt: skip

    def where(self, chosen: np.ndarray, other: "Ends") -> "Ends":
        """Return these ends for the groups chosen, and the others of ``other``."""

        def either(one: Sequence[Share], two: Sequence[Share]) -> list[Share]:
            return [a if c else b for c, a, b in zip(chosen.tolist(), one, two, strict=True)]

        return Ends(
            np.where(chosen, self.low, other.low), np.where(chosen, self.high, other.high),
            np.where(chosen, self.size_low, other.size_low),
            np.where(chosen, self.size_high, other.size_high),
            np.where(chosen, self.fewest, other.fewest),
            either(self.least, other.least), either(self.greatest, other.greatest),
        )  # fmt: skip


def ends_of(groups: Groups, least: tuple[Mask, Mask], greatest: tuple[Mask, Mask]) -> Ends:
    """Return the ends of a rate.

    Parameters
    ----------
    groups : Groups
        Laid out with ``within_bounds``, on axes (outcome, decision).
    least, greatest : pairs of masks over (outcome, decision)
        Events and others, as they count at either end.
    """
    assert groups.within is not None
    shares = [_shares(groups, groups.within, *masks) for masks in (least, greatest)]
    low = np.array([one.least for one in shares[0]], dtype=float).reshape(-1, 2).T
    high = np.array([one.greatest for one in shares[1]], dtype=float).reshape(-1, 2).T
    fewest = np.array([max(one.people[0], 1.0) for one in shares[0]], dtype=float)
    ends = np.fmin(fewest, low[1]), np.fmin(fewest, high[1])
    return Ends(low[0], high[0], low[1], high[1], np.fmin(*ends), *shares)


def _shares(groups: Groups, within: OpenCounts, events: Mask, rest: Mask) -> list[Share]:
    told = [groups.n[..., mask].sum(axis=-1).tolist() for mask in (events, rest)]
    counted = [mask[within.places] for mask in (events, rest)]
    order = np.argsort(within.group, kind="stable")
    starts = np.searchsorted(within.group[order], np.arange(len(groups) + 1))
    own = [order[a:b] for a, b in pairwise(starts.tolist())]
    return [
        Share(within.counts, told[0][g], told[1][g], *(one[mask[one]] for mask in counted))
        for g, one in enumerate(own)
    ]
