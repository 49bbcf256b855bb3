"""What reaches each person under a regime: how many measures, and how many with a stated reason."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from creditaudit.populations import Society
from creditaudit.sharing.closures import apply_closure, import_closure
from creditaudit.sharing.entry_facts import EntryFacts
from creditaudit.sharing.regime_flows import RegimeFlows
from creditaudit.sharing.spreading import spread
from creditaudit.values import Floats

Masks = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]


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


def _has(masks: Masks, bit: int) -> npt.NDArray[Any]:
    return (masks >> np.uint64(bit)).astype(np.int64) & 1
