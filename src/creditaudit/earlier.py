"""What earlier publications of the same or an overlapping population leave free to publish."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from creditaudit.bins import MISSING, UNDER, ScoreBins
from creditaudit.cells import BIN, DECISION, OUTCOME, Cells, compact
from creditaudit.counting import Grouping
from creditaudit.errors import InputError
from creditaudit.hypergraphs import cyclic_core
from creditaudit.partitions import Chain
from creditaudit.publication import OTHER
from creditaudit.values import Codes, Floats, Level

if TYPE_CHECKING:
    from creditaudit.tally import Tally

ANSWER = (OUTCOME, DECISION, BIN)
_SAME = ("decision", "favourable", "unfavourable", "outcome", "good", "score", "higher_is")
_NONE: frozenset[Level] = frozenset()


@dataclass(frozen=True, eq=False)
class Release:
    """One publication: what it tells of which columns.

    Attributes
    ----------
    groupings : tuple of tuple of str
        Key columns, with the period.
    other : mapping of str to frozenset
        By column, the levels that were merged.
    cuts : frozenset of float or None
        Where the score was cut, with people on both sides; None when every score is a bin.
    unscored : bool
        Whether people without a score are among those with the lowest.
    edges : frozenset of float
        All places where the score was cut.
    cells : mapping of grouping to Cells
        With the columns of `ANSWER`, in the levels and bins of the tally to be published; a level
        it does not have comes after its own ones and after "(other)".
    """

    groupings: tuple[Grouping, ...]
    other: Mapping[str, frozenset[Level]]
    cuts: frozenset[float] | None
    unscored: bool
    edges: frozenset[float] = frozenset()
    cells: Mapping[Grouping, Cells] = field(default_factory=dict)

    def tells(self, columns: Grouping) -> set[Hashable]:
        """Return columns and score as this release cut them."""
        told: set[Hashable] = {(name, self.other.get(name, _NONE)) for name in columns}
        return told | {(self.cuts, self.unscored)}

    def coarser_than(self, other: Release) -> bool:
        """Whether its bins and levels are unions of those of another release."""
        merged = all(
            levels <= self.other.get(name, _NONE)
            for name, levels in other.other.items()
            if any(name in columns for columns in self.groupings)
        )
        cut = other.cuts is None or (self.cuts is not None and self.cuts <= other.edges)
        return merged and cut and self.unscored >= other.unscored


@dataclass(frozen=True, eq=False)
class Earlier:
    """All earlier publications, first to last, beside the tally that is to be published.

    Attributes
    ----------
    releases : tuple of Release
    chain : Chain
        Of the tally's score, to be cut only where the earlier ones were.
    atoms : int64 array of shape (n_places,)
        The finest block that each place of the chain may be in.
    same_people : bool
        Whether no count differs, so far as both tell it.
    """

    releases: tuple[Release, ...]
    chain: Chain
    atoms: Codes
    same_people: bool = True

    @classmethod
    def of(cls, given: Sequence[Tally], tally: Tally) -> Earlier:
        """Return the publications handed in.

        Raises
        ------
        InputError
            If one is not a publication, was made with other roles, or not after the one before.
        """
        for earlier in given:
            if earlier.published is None:
                msg = "after= takes tallies that publish() made. Publish them first."
                raise InputError(msg)
            unlike = [n for n in _SAME if getattr(earlier.roles, n) != getattr(tally.roles, n)]
            if unlike:
                msg = (
                    f"after= was published with other roles: {', '.join(unlike)} differ. Make "
                    "both tallies with the same Roles."
                )
                raise InputError(msg)
        chain, atoms = _cut(Chain.of(tally.bins), [earlier.bins for earlier in given])
        releases = tuple(_release(earlier, tally.levels, chain, atoms) for earlier in given)
        in_order = all(two.coarser_than(one) for one, two in pairwise(releases))
        if not in_order or cyclic_core(_edges(releases)):
            msg = (
                "The tallies in after= were not published one after the other, so together they "
                "may tell small cells already. List them in order, each published after= the ones "
                "before it."
            )
            raise InputError(msg)
        return cls(releases, chain, atoms)

    def merged(self, name: str) -> frozenset[Level]:
        """Return the levels of a column that were merged."""
        return _NONE.union(*(release.other.get(name, _NONE) for release in self.releases))

    def core(self, new: Release) -> list[Grouping]:
        """Return the groupings of a new release that stand in a cycle with what is published.

        Notes
        -----
        What a column tells in merged levels is a column of its own beside the finer one, and a
        grouping that has the finer one has it too: so the sets are of one table, and two releases
        are judged as one. Where people joined or left, the counts of new people are a table
        apart; see `within`.
        """
        releases = (*self.releases, new) if self.same_people else (new,)
        edges = _edges(releases)
        before = len(edges) - len(new.groupings)
        return [new.groupings[at - before] for at in cyclic_core(edges) if at >= before]

    def within(self, grouping: Grouping) -> list[Grouping]:
        """Return the parts of a grouping that may be published.

        Where people joined or left these are the parts that every earlier release has: then the
        new counts are the old ones plus those of a table apart. A grouping that is new would be a
        sum over old and new people, and bind the two tables.
        """
        parts = [grouping]
        for release in () if self.same_people else self.releases:
            parts = [
                tuple(name for name in part if name in columns)
                for part in parts
                for columns in release.groupings
            ]
        return maximal(parts)

    def differences(
        self, groupings: Iterable[Grouping], table: Callable[[Grouping], Cells],
        merge: Callable[[Cells], Cells],
    ) -> list[Cells]:  # fmt: skip
        """Return new less old people for all cells that a new release and an earlier one tell.

        Parameters
        ----------
        groupings : iterable of tuple of str
            Of the new release.
        table : callable
            Gives its cells by some columns.
        merge : callable
            Gives cells with levels merged as in the new release.
        """
        groupings, found = list(groupings), []
        for release in self.releases:
            shared = maximal(
                tuple(name for name in columns if name in old)
                for columns in groupings
                for old in release.groupings
            )
            for columns in shared:
                old = held(release.cells, columns)
                parts = [(merge(table(columns)), 1), (merge(old), -1)]
                codes = np.concatenate([cells.codes for cells, _ in parts])
                sums = np.concatenate([sign * cells.sums for cells, sign in parts])
                found.append(compact((*columns, *ANSWER), codes, sums))
        return found


def maximal(groupings: Iterable[Grouping]) -> list[Grouping]:
    """Return the groupings that lie in no other one."""
    distinct: list[Grouping] = []
    for one in groupings:
        if all(set(one) != set(other) for other in distinct):
            distinct.append(one)
    return [one for one in distinct if not any(set(one) < set(other) for other in distinct)]


def held(cells: Mapping[Grouping, Cells], columns: Grouping) -> Cells:
    """Return the cells by some columns from the smallest table that holds them."""
    holding = [table for keys, table in cells.items() if set(columns) <= set(keys)]
    return min(holding, key=len).project([*columns, *ANSWER])


def tables(tally: Tally) -> dict[Grouping, Cells]:
    """Return the cells of a tally by key columns and period, with the columns of `ANSWER`."""
    period = (tally.roles.period,) if tally.roles.period else ()
    return {
        (*grouping, *period): cells.project([*grouping, *period, *ANSWER])
        for grouping, cells in tally.cells.items()
    }


def _edges(releases: Sequence[Release]) -> list[set[Hashable]]:
    """Return what each grouping of each release tells, in its own terms and in all later ones."""
    return [
        set[Hashable]().union(*(later.tells(columns) for later in releases[place:]))
        for place, release in enumerate(releases)
        for columns in release.groupings
    ]


def _cut(chain: Chain, earlier: Sequence[ScoreBins | None]) -> tuple[Chain, Codes]:
    """Return the chain with its cuts where all earlier bins have one, and its finest blocks."""
    free, starts = np.ones(len(chain), dtype=bool), chain.starts.copy()
    merged = [bins for bins in earlier if bins is not None and not bins.exact]
    known = [frozenset(bins.starts.tolist()) for bins in merged]
    if known and chain.bins is not None:
        common: Floats = np.array(sorted(frozenset.intersection(*known)))
        if chain.bins.exact:
            low, high = chain.bins.values[:-1], chain.bins.values[1:]
            cut = np.append(common, np.inf)[np.searchsorted(common, low, side="right")]
            free[2:] = (cut > low) & (cut <= high)
            starts[2:] = np.where(free[2:], cut, starts[2:])
        else:
            free[2:] = np.isin(starts[2:], common)
    if any(bins.unscored for bins in merged):
        free[1:2] = False
    return replace(chain, starts=starts), np.cumsum(free) - 1


def _release(
    earlier: Tally, levels: Mapping[str, Sequence[Level]], chain: Chain, atoms: Codes
) -> Release:
    assert earlier.published is not None
    other = {name: frozenset(found) for name, found in earlier.published.other.items()}
    targets = {
        name: _codes(found, levels.get(name, ()), merged=name in other)
        for name, found in earlier.levels.items()
    }
    cells = {}
    for columns, table in tables(earlier).items():
        recoded = table.recode(targets)
        places = _places(recoded.column(BIN), earlier.bins, chain)
        cells[columns] = recoded.with_column(BIN, atoms[places])
    bins = earlier.bins
    if bins is None:
        return Release(tuple(cells), other, frozenset(), False, frozenset(), cells)
    cuts = None if bins.exact else _between(bins, held(tables(earlier), ()).column(BIN))
    edges = frozenset(bins.starts.tolist())
    return Release(tuple(cells), other, cuts, bins.unscored, edges, cells)


def _between(bins: ScoreBins, codes: Codes) -> frozenset[float]:
    """Return the edges with people on both sides."""
    scored = np.where(codes == UNDER, -1, codes)[codes != MISSING]
    low, high = scored.min(initial=len(bins)), scored.max(initial=-1)
    return frozenset(bins.starts[low + 1 : high + 1].tolist())


def _codes(found: Sequence[Level], levels: Sequence[Level], *, merged: bool) -> Codes:
    """Return the codes of an earlier release's levels; "(other)" comes right after the levels."""
    known: dict[Level, int] = {level: code for code, level in enumerate(levels)}
    fresh = len(levels) + 1
    if merged:
        known[OTHER] = len(levels)
    for level in found:
        if level not in known:
            known[level], fresh = fresh, fresh + 1
    return np.array([known[level] for level in found], dtype=np.int64)


def _places(codes: Codes, bins: ScoreBins | None, chain: Chain) -> Codes:
    if bins is None or chain.bins is None:
        return np.zeros(len(codes), dtype=np.int64)
    begin = np.append(bins.starts, -np.inf)
    places = np.where(codes == UNDER, 1, chain.place_of(begin[np.maximum(codes, -1)]))
    return np.where(codes == MISSING, 0, places).astype(np.int64)
