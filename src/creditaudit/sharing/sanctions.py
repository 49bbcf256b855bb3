"""What reaches each person under a regime: how many measures, and how many with a stated reason."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from creditaudit.populations import Society
from creditaudit.sharing.closures import apply_closure, import_closure
from creditaudit.sharing.entry_facts import EntryFacts
from creditaudit.sharing.records import CHILD
from creditaudit.sharing.regime_flows import RegimeFlows
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.spreading import spread
from creditaudit.values import Floats

Masks = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]


UNSAID = (
    "The texts read do not say whether copies name their origin: a share of measures with a "
    "recorded reason is given from none of these copies naming it to all of them"
)


@dataclass(frozen=True, eq=False)
class Sanctions:
    """Measures that reach people; the arrays run over people.

    Attributes
    ----------
    by_list : int array
        Pairs (agency, measure) refused because of a list the agency holds.
    by_tie : int array
        Measures that come through a tie.
    reasoned : int array
        Of those by list, the pairs with a recorded reason that the person can contest.
    possible : int
        Most that could reach anybody.
    """

    by_list: Counts
    by_tie: Counts
    reasoned: Counts
    possible: int

    @property
    def all(self) -> Counts:
        """Measures by list and by tie."""
        return self.by_list + self.by_tie

    @property
    def left(self) -> Floats:
        """Opportunities left to each person: what is not refused."""
        return (self.possible - self.all).astype(np.float64)


def sanctions_of(
    world: Society, parts: RegimeFlows, own: Masks, seed: int, facts: EntryFacts | None = None
) -> Sanctions:
    """Return what reaches each person.

    Parameters
    ----------
    world : Society
    parts : RegimeFlows
    own : array of uint64
        Findings of people and firms, before anything is shared.
    seed : int
    facts : EntryFacts, optional
        What entries say of themselves; without it no measure counts as reasoned.

    Notes
    -----
    A measure has a recorded reason that the person can contest when it rests on an entry about this
    person, by an effective legal document, and the agency that refuses either made the entry or
    holds a copy that names who did: copies without provenance do not, nor does anything that comes
    through a tie, since its reason is about somebody else.
    """
    regime, people = parts.regime, world.people.n
    reach = spread(own, parts.tables, parts.seeded(seed), n_layers=parts.n_layers)
    lists = reach.masks[0, :people]
    refused = [regime.agencies.index(one.agency) for one in regime.denials]
    by_list = np.zeros(people, dtype=np.int64)
    for bit in refused:
        by_list += _has(lists, bit)
    by_tie = (reach.masks[1:, :people] != 0).sum(axis=0).astype(np.int64)
    reasoned = np.zeros(people, dtype=np.int64)
    if facts is not None:
        named = import_closure(regime.agencies, [one for one in regime.imports if one.provenance])
        known = apply_closure(facts.documented[:people] & own[:people], named)
        for bit in refused:
            reasoned += _has(known, bit)
    return Sanctions(by_list, by_tie, reasoned, len(refused) + len(parts.measures))


def origins_named(regime: SharingRegime) -> SharingRegime:
    """Return the regime with an origin on every copy of which its text says nothing.

    A line that rests on a text and has no provenance is one of which nothing is known: absence in
    a file is no absence in law. In a regime that is made up, what its lines have is what it is.
    """
    unsaid = [bool(one.source_text or one.url) and not one.provenance for one in regime.imports]
    if not any(unsaid):
        return regime
    lines = (
        replace(one, provenance=True) if unknown else one
        for one, unknown in zip(regime.imports, unsaid, strict=True)
    )
    return replace(regime, imports=tuple(lines))


def tied(regime: SharingRegime) -> bool:
    """Return whether a tie carries anything to people or firms."""
    return any(one.p > 0 for one in regime.ties if one.relation != CHILD)


def all_alike(regime: SharingRegime) -> bool:
    """Return whether all lists are in all hands, all refuse, and no tie carries anything."""
    size = len(regime.agencies)
    held = regime.closure() == np.uint64((1 << size) - 1)
    refusing = {one.agency for one in regime.denials} == set(regime.agencies)
    return size > 1 and bool(held.all()) and refusing and not tied(regime)


def _has(masks: Masks, bit: int) -> npt.NDArray[Any]:
    return (masks >> np.uint64(bit)).astype(np.int64) & 1
