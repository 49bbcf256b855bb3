"""Which copies hold a record, which of them feed which, and when each is clear after a correction.

An import keeps one copy of its source's list. The copy *names its origin* where the record came
all the way through imports with provenance, and is *nameless* otherwise. Both can be there at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from creditaudit.sharing.records import Import

Floats = NDArray[np.float64]
Copy = tuple[int, bool]
"""The number of an import, and whether its copy names the origin."""


@dataclass(frozen=True)
class CopyChains:
    """The copies of one record, found by one agency and passed on since.

    Attributes
    ----------
    origin : str
        The agency that found it, and corrects it on day 0.
    lines : tuple of Import
        Those that carry a list.
    feeds : mapping of (int, bool) to tuple of (int, bool)
        Copies that hold the record, each with the copies that can bring it back there.
    never : frozenset of (int, bool)
        Copies that no refresh clears.
    cycle : tuple of str
        The agencies of a shortest cycle that keeps a copy alive, each importing from the one
        before it and the first from the last; empty without one.
    """

    origin: str
    lines: tuple[Import, ...]
    feeds: Mapping[Copy, tuple[Copy, ...]]
    never: frozenset[Copy]
    cycle: tuple[str, ...]

    @property
    def holders(self) -> tuple[str, ...]:
        """Agencies other than the origin that hold a copy."""
        found = dict.fromkeys(self.lines[k].importer for k, _ in self.feeds)
        return tuple(name for name in found if name != self.origin)

    @property
    def endless(self) -> tuple[str, ...]:
        """Agencies with a copy that no refresh clears; the origin may be among them."""
        return tuple(dict.fromkeys(self.lines[k].importer for k, _ in sorted(self.never)))

    def upstream(self, agencies: Iterable[str]) -> set[int]:
        """Return the numbers of the imports on which the clear days of agencies rest."""
        wanted = set(agencies)
        seen: set[Copy] = set()
        waiting = [copy for copy in self.feeds if self.lines[copy[0]].importer in wanted]
        while waiting:
            copy = waiting.pop()
            if copy not in seen:
                seen.add(copy)
                waiting += self.feeds[copy]
        return {k for k, _ in seen - self.never}

    def clear_days(self, days: Sequence[float], phases: Floats) -> dict[str, Floats]:
        """Return the day on which each agency no longer lists, for each draw.

        Parameters
        ----------
        days : sequence of float
            Between two refreshes of each import; 0 where no copy is kept.
        phases : array of shape (n_draws, n_lines)
            0 to 1: how far into the interval the correction falls short of the next refresh.

        Returns
        -------
        dict of str to array of length n_draws
            Infinite where no refresh clears a copy.
        """
        first = phases * np.asarray(days, dtype=np.float64)
        return self._cleared(
            len(phases), lambda since, k: _next_refresh(since, first[:, k], days[k])
        )

    def longest_days(self, days: Sequence[float]) -> dict[str, float]:
        """Return the latest day on which each agency can still list: the longest weighted path."""
        found = self._cleared(1, lambda since, k: since + days[k])
        return {name: float(time[0]) for name, time in found.items()}

    def _cleared(self, n_draws: int, after: Callable[[Floats, int], Floats]) -> dict[str, Floats]:
        order, has_rings = self._in_order()
        times: dict[Copy, Floats] = dict.fromkeys(self.feeds, np.zeros(n_draws))
        times |= dict.fromkeys(self.never, np.full(n_draws, np.inf))
        changed = True
        while changed:
            changed = False
            for copy in order:
                fed = [times[one] for one in self.feeds[copy]]
                since = np.max(fed, axis=0) if fed else np.zeros(n_draws)
                time = after(since, copy[0])
                # Where each asks the other anew, days go round until nobody learns more.
                changed = changed or (has_rings and not np.array_equal(time, times[copy]))
                times[copy] = time
        return self._by_agency(times)

    def _by_agency(self, times: Mapping[Copy, Floats]) -> dict[str, Floats]:
        found: dict[str, Floats] = {}
        for (k, _), time in times.items():
            name = self.lines[k].importer
            found[name] = np.maximum(found[name], time) if name in found else time
        return found

    def _in_order(self) -> tuple[list[Copy], bool]:
        """Return the copies after those that feed them, and whether rings made that impossible."""
        waiting = {
            copy: {one for one in fed if one not in self.never}
            for copy, fed in self.feeds.items()
            if copy not in self.never
        }
        order: list[Copy] = []
        while waiting:
            ready = [copy for copy, fed in waiting.items() if not fed]
            if not ready:
                return [*order, *waiting], True
            order += ready
            for copy in ready:
                del waiting[copy]
            for fed in waiting.values():
                fed.difference_update(ready)
        return order, False


def chains_of(imports: Iterable[Import], origin: str) -> CopyChains:
    """Return the copies of a record of one agency, once it has been passed on everywhere.

    Parameters
    ----------
    imports : iterable of Import
    origin : str

    Notes
    -----
    A copy names its origin while every import on the way has provenance; the first without it
    drops the name for all that follow.
    """
    lines = tuple(line for line in imports if line.carries_list)
    into: dict[str, list[int]] = {}
    for k, line in enumerate(lines):
        into.setdefault(line.importer, []).append(k)
    held: set[Copy] = set()
    grown = True
    while grown:
        grown = False
        for k, line in enumerate(lines):
            behind = [] if line.own_only else into.get(line.source, [])
            own = line.source == origin
            named = line.provenance and (own or any((j, True) in held for j in behind))
            nameless = any((j, False) in held for j in behind) or (
                not line.provenance and (own or any((j, True) in held for j in behind))
            )
            for copy, there in (((k, True), named), ((k, False), nameless)):
                if there and copy not in held:
                    held.add(copy)
                    grown = True
    feeds = {copy: _feeders(copy, lines, into, held) for copy in sorted(held)}
    never, cycle = _endless(feeds, lines)
    return CopyChains(origin, lines, feeds, never, cycle)


def _feeders(
    copy: Copy, lines: Sequence[Import], into: Mapping[str, list[int]], held: set[Copy]
) -> tuple[Copy, ...]:
    k, named = copy
    line = lines[k]
    if named or line.own_only:
        return ()
    kinds = (False,) if line.provenance else (True, False)
    behind = into.get(line.source, [])
    return tuple((j, kind) for j in behind for kind in kinds if (j, kind) in held)


def _endless(
    feeds: Mapping[Copy, tuple[Copy, ...]], lines: Sequence[Import]
) -> tuple[frozenset[Copy], tuple[str, ...]]:
    """Return the copies on or behind a cycle that keeps something, and a shortest such cycle."""
    copies = list(feeds)
    at = {copy: place for place, copy in enumerate(copies)}
    pairs = [(at[copy], at[one]) for copy, fed in feeds.items() for one in fed]
    if not pairs:
        return frozenset(), ()
    rows, columns = np.array(pairs).T
    graph = csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(copies), len(copies)))
    _, part = connected_components(graph, connection="strong")
    sizes = np.bincount(part)
    # A cycle in which everybody asks everybody anew keeps nothing.
    keeps = {part[at[copy]] for copy in copies if lines[copy[0]].every_days != 0}
    kept = {c for c in copies if sizes[part[at[c]]] > 1 and part[at[c]] in keeps}
    feeding: dict[Copy, list[Copy]] = {}
    for copy, fed in feeds.items():
        for one in fed:
            feeding.setdefault(one, []).append(copy)
    never, waiting = set(kept), list(kept)
    while waiting:
        for copy in feeding.get(waiting.pop(), []):
            if copy not in never:
                never.add(copy)
                waiting.append(copy)
    shortest: tuple[Copy, ...] = ()
    for copy in sorted(kept):
        ring = _ring(copy, feeds, kept)
        shortest = ring if ring and (not shortest or len(ring) < len(shortest)) else shortest
        if len(shortest) == 2:
            break
    return frozenset(never), tuple(lines[k].importer for k, _ in reversed(shortest))


def _ring(
    start: Copy, feeds: Mapping[Copy, tuple[Copy, ...]], within: set[Copy]
) -> tuple[Copy, ...]:
    """Return the shortest way from a copy through what feeds it back to it."""
    before: dict[Copy, Copy] = {}
    waiting = [start]
    for copy in waiting:
        for one in feeds[copy]:
            if one == start:
                ring = [copy]
                while ring[-1] != start:
                    ring.append(before[ring[-1]])
                return tuple(reversed(ring))
            if one in within and one not in before:
                before[one] = copy
                waiting.append(one)
    return ()


def _next_refresh(since: Floats, first: Floats, days: float) -> Floats:
    """Return the first refresh on or after a moment; at once where no copy is kept."""
    if days == 0:
        return since
    passed: Floats = first + days * np.ceil(np.maximum(since - first, 0) / days)
    return passed
