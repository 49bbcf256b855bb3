"""What being on one agency's list brings under a regime: measures, refused credit, ties, delays."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.populations import Society
from creditaudit.sharing.arc_draws import PRIME, arc_keys, draws_of_arcs
from creditaudit.sharing.records import CHILD, SYMMETRIC, TieRule
from creditaudit.sharing.regime_flows import carried_by
from creditaudit.sharing.regimes import SharingRegime

Copies = Literal["cleared", "as_imported"]
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
# Whoever is refused a measure with one of these words cannot borrow again.
CREDIT_WORDS = {"credit", "loan", "loans", "lending"}
DAYS_A_MONTH = 30.4


@dataclass(frozen=True)
class Arrival:
    """An agency that learns of a listing, and what it refuses then.

    Attributes
    ----------
    agency : str
    lag : int
        Months until it learns of an entry, and of its end: half the days between refreshes, over
        the shortest way.
    measures : tuple of str
    clears : bool
        Whether it ever learns of the end.
    """

    agency: str
    lag: int
    measures: tuple[str, ...]
    clears: bool = True


@dataclass(frozen=True, eq=False)
class TieReach:
    """The ties between people that a rule runs along.

    Attributes
    ----------
    rule : TieRule
    ways : tuple of (str, array, array)
        "forward" or "backward", and from whom to whom.
    """

    rule: TieRule
    ways: tuple[tuple[str, Counts, Counts], ...]

    def live(self, seed: int) -> tuple[Counts, Counts]:
        """Return the ties that carry it: each has one draw a seed, the same under every rule."""
        src, dst = [], []
        for way, start, end in self.ways:
            drawn = draws_of_arcs(start, end, arc_keys(seed, self.rule.relation, way))
            kept = drawn < self.rule.p * PRIME
            src.append(start[kept])
            dst.append(end[kept])
        return np.concatenate(src), np.concatenate(dst)


@dataclass(frozen=True, eq=False)
class ListReach:
    """What a listing by one agency brings.

    Attributes
    ----------
    agency : str
        Whose list it is.
    arrivals : tuple of Arrival
        That agency and those that take its list.
    ties : tuple of TieReach
    """

    agency: str
    arrivals: tuple[Arrival, ...]
    ties: tuple[TieReach, ...] = ()

    @cached_property
    def total(self) -> int:
        """Measures that reach somebody listed, over all agencies."""
        return sum(len(one.measures) for one in self.arrivals)

    def seeded(self, seed: int) -> "SeededReach":
        """Return it with the ties that carry something under one seed."""
        return SeededReach(self, tuple((one.rule, *one.live(seed)) for one in self.ties))


@dataclass(frozen=True, eq=False)
class SeededReach:
    """A `ListReach` with the ties that carry something."""

    reach: ListReach
    live: tuple[tuple[TieRule, Counts, Counts], ...]

    def measures(
        self, history: Flags, month: int, first: Counts | None = None
    ) -> tuple[Counts, Flags, Flags]:
        """Return how many measures reach each person in a month, and by which way.

        Parameters
        ----------
        history : bool array of shape (months + 1, n_people)
            Who is listed at the end of each month, from 0.
        month : int
        first : int array, optional
            The month in which each person was first listed, 0 for never; for copies that stay.

        Returns
        -------
        k : int array
            Measures that reach each person, over all agencies.
        refused : bool array
            Who is refused credit.
        touched : bool array
            Whom a measure reaches through a tie.
        """
        n = history.shape[1]
        k, refused = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
        for one in self.reach.arrivals:
            seen = max(0, month - 1 - one.lag)
            known = history[seen]
            if first is not None and not one.clears:
                known = (first > 0) & (first <= seen)
            k += known * len(one.measures)
            if any(_is_credit(measure) for measure in one.measures):
                refused |= known
        touched = np.zeros(n, dtype=bool)
        now = history[month - 1]
        for rule, src, dst in self.live:
            reached = _over_ties(now, src, dst, rule.hops)
            touched |= reached
            if rule.carries == "listing":
                k[reached & ~now] += self.reach.total
            else:
                k[reached] += 1
                if _is_credit(rule.measure):
                    refused |= reached
        return k, refused, touched


def reach_of(
    world: Society, regime: SharingRegime, agency: str, *, copies: Copies = "cleared"
) -> ListReach:
    """Return what being on an agency's list brings under a regime.

    Parameters
    ----------
    world : Society
    regime : SharingRegime
    agency : str
    copies : {"cleared", "as_imported"}
        Whether copies go with the entry, or stay where imports without provenance form a cycle.

    Raises
    ------
    InputError
        If the regime does not know the agency, or a rule on ties has a condition.

    Notes
    -----
    Ties between people count. Children are in no table; a firm has no income here.
    """
    if agency not in regime.agencies:
        msg = f"agency={agency!r} is none of the regime's: {', '.join(regime.agencies)}."
        raise InputError(msg)
    place = regime.agencies.index(agency)
    mask = int(regime.closure()[place])
    if copies not in ("cleared", "as_imported"):
        msg = f"copies={copies!r} must be 'cleared' or 'as_imported'."
        raise InputError(msg)
    lags = _lags(regime, agency)
    lasting = _lasting(regime, agency) if copies == "as_imported" else set()
    arrivals = tuple(
        Arrival(name, lags.get(name, 0), _measures(regime, name), name not in lasting)
        for bit, name in enumerate(regime.agencies)
        if mask >> bit & 1
    )  # fmt: skip
    ties = tuple(
        _tie_reach(world, rule) for rule in regime.ties
        if rule.relation != CHILD and mask & carried_by(regime, rule)
    )  # fmt: skip
    return ListReach(agency, arrivals, ties)


def _tie_reach(world: Society, rule: TieRule) -> TieReach:
    if rule.when:
        msg = (
            f"The rule on ties {rule.what!r} has a condition, which is not followed month by "
            "month. Leave the rule out for this question."
        )
        raise InputError(msg)
    people = world.people.n
    pairs = world.of(rule.relation)
    src, dst = pairs["src"].to_numpy(np.int64), pairs["dst"].to_numpy(np.int64)
    kept = (src < people) & (dst < people)
    # These stand in a society once in each direction.
    direction = "forward" if rule.relation in SYMMETRIC else rule.direction
    forth = ("forward", src[kept], dst[kept])
    back = ("backward", dst[kept], src[kept])
    ways = {"forward": (forth,), "backward": (back,), "both": (forth, back)}
    return TieReach(rule, ways[direction])


def _measures(regime: SharingRegime, agency: str) -> tuple[str, ...]:
    return tuple(one.measure for one in regime.denials if one.agency == agency)


def _lags(regime: SharingRegime, agency: str) -> dict[str, int]:
    """Return the months until each agency learns of an entry, over the quickest way."""
    days = {agency: 0.0}
    waiting = [agency]
    while waiting:
        here = waiting.pop(0)
        for line in regime.imports:
            if line.source != here or not line.carries_list or (line.own_only and here != agency):
                continue
            then = days[here] + (line.every_days or 0.0) / 2
            if then < days.get(line.importer, np.inf):
                days[line.importer] = then
                waiting.append(line.importer)
    return {name: round(length / DAYS_A_MONTH) for name, length in days.items()}


def _lasting(regime: SharingRegime, agency: str) -> set[str]:
    """Return the agencies whose copy of the list never goes.

    A copy stays as long as one that it is refreshed from stays, unless it asks the origin. So the
    copies in a cycle of such imports support each other, and those fed from it stay with them.
    """
    feeds: dict[str, set[str]] = {}
    for line in regime.imports:
        asks = line.provenance or line.every_days == 0
        if line.carries_list and not asks and not line.own_only and agency != line.importer:
            feeds.setdefault(line.importer, set()).add(line.source)
    feeds = {name: sources - {agency} for name, sources in feeds.items()}
    # Whoever is fed by nobody that stays does not stay, until nobody more drops out.
    staying = {name for name, sources in feeds.items() if sources}
    while dropped := {name for name in staying if not feeds[name] & staying}:
        staying -= dropped
    return staying & set(_lags(regime, agency))


def _over_ties(start: Flags, src: Counts, dst: Counts, hops: int | None) -> Flags:
    """Return who is reached within so many ties, other than as the start."""
    reached = np.zeros_like(start)
    front, crossed = start, 0
    while front.any() and (hops is None or crossed < hops):
        found = np.zeros_like(start)
        found[dst[front[src]]] = True
        front = found & ~reached & ~start
        reached |= found
        crossed += 1
    return reached


def _is_credit(measure: str) -> bool:
    words = set(measure.split("_"))
    return bool(words & CREDIT_WORDS) and "record" not in words
