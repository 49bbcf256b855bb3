"""The search for the fewest merges: score bins first, then levels, then groupings.

How it decides. Score bins are cut as finely as groupings and levels allow, and what is left of the
score is counted in equally filled bins (`partitions.detail`). Levels too small in themselves go to
"(other)", smallest first. So do further levels of up to a tenth of all people, as long as the score
keeps fewer than ten bins without that, and is nearer to one bin than to what it can have: a rare
group must not cost everyone the score. A crossing is dropped where that does not hide what is
small, or leaves the score less than two bins and nearer to one than to what it keeps with each
column alone. Only in that case, too, may a rare level take a larger one along to "(other)".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import numpy as np

from creditaudit.bins import MISSING
from creditaudit.cells import BIN, Cells, compact
from creditaudit.counting import Grouping
from creditaudit.earlier import ANSWER, Earlier, Release, held, maximal
from creditaudit.hypergraphs import cyclic_core
from creditaudit.partitions import detail, finest, small
from creditaudit.publication import OTHER
from creditaudit.values import Codes, Floats, Level

ENOUGH, LEAST, RARE = 10.0, 2.0, 0.1
# Beyond this many sums the places of a score are first taken together, in blocks of few people.
_SUMS = 2e8
Merged = Mapping[str, frozenset[int]]


@dataclass(frozen=True, eq=False)
class Coarsening:
    """What to publish.

    Attributes
    ----------
    kept : tuple of tuple of str
        Key columns of the largest groupings, with the period where it is kept.
    merged : mapping of str to frozenset
        By column, the codes that go to "(other)"; -1 is people without a value.
    blocks : int64 array
        Of each place of the score.
    detail : float
        Equally filled bins that would tell as much.
    """

    kept: tuple[Grouping, ...]
    merged: Merged
    blocks: Codes
    detail: float


class Search:
    """The search for one tally.

    Parameters
    ----------
    tables : mapping of columns to Cells
        By key columns, with the columns of `ANSWER`; bins are places of the chain.
    levels : mapping of str to sequence
    period : str or None
    earlier : Earlier
    least : float
    """

    def __init__(
        self, tables: Mapping[Grouping, Cells], levels: Mapping[str, Sequence[Level]],
        period: str | None, earlier: Earlier, least: float,
    ) -> None:  # fmt: skip
        atoms = earlier.atoms
        self.tables = {
            keys: cells.with_column(BIN, atoms[cells.column(BIN)]) for keys, cells in tables.items()
        }
        self.levels, self.period, self.least = levels, period, least
        self.table: Callable[[Grouping], Cells] = cache(lambda keys: held(self.tables, keys))
        everyone = held(tables, ())
        places = everyone.column(BIN)
        by_place = np.bincount(places, weights=everyone.sums[:, 0], minlength=len(atoms))
        self.used = by_place > 0
        self.people: Floats = np.bincount(atoms, weights=by_place).astype(np.float64)
        scored = np.where(earlier.chain.codes == MISSING, 0.0, by_place)
        self.scored: Floats = np.bincount(atoms, weights=scored).astype(np.float64)
        self._answers: Callable[[str], dict[int, Floats]] = cache(self._count)
        self.forced: Callable[[str], frozenset[int] | None] = cache(self._forced)
        self._best: Callable[[tuple[Grouping, ...]], Coarsening | None] = cache(self._keeping)
        self.earlier = self._compared(earlier)

    def best_of(self, wanted: Sequence[Grouping]) -> Coarsening | None:
        """Return the finest coarsening of some groupings, or what is left of them.

        None when even the table of everyone has cells that are too small.
        """
        kept = self._usable(wanted)
        while core := cyclic_core(kept):
            kept = self._fewer(kept, [kept[at] for at in core])
        singles = maximal((name,) for keys in kept for name in keys if name != self.period)
        alone = self._best(tuple(singles) or ((),))
        goal = min(LEAST, _halfway(alone.detail)) if alone else 0.0
        while (found := self._good(kept, goal)) is None:
            if kept == [()]:
                return None
            last = self._best(tuple(kept))
            circle = self.earlier.core(self.release(last)) if last else []
            kept = self._fewer(kept, circle)
        return self._with_more(found, wanted, goal)

    def release(self, found: Coarsening) -> Release:
        """Return what a coarsening would tell."""
        chain, people = self.earlier.chain, np.flatnonzero(self.used[1:]) + 1
        first, last = (int(people[0]), int(people[-1])) if len(people) else (1, 1)
        inner = np.arange(first + 1, last + 1)
        new = found.blocks[inner] != found.blocks[inner - 1]
        apart = bool((np.diff(found.blocks) > 0).all())
        exact = apart and chain.bins is not None and chain.bins.exact
        cuts = None if exact else frozenset(chain.starts[inner[new]].tolist())
        unscored = len(chain) > 1 and found.blocks[0] == found.blocks[1]
        return Release(found.kept, self.named(found.merged), cuts, bool(unscored))

    def named(self, merged: Merged) -> dict[str, frozenset[Level]]:
        """Return the levels merged, with those that were merged in earlier publications."""
        found = {
            name: frozenset(self.levels[name][code] if code >= 0 else None for code in codes)
            | self.earlier.merged(name)
            for name, codes in merged.items()
        }
        return {name: levels for name, levels in found.items() if levels}

    def _compared(self, earlier: Earlier) -> Earlier:
        """Return the earlier publications with whether they are of the same people."""
        merged = {name: self._codes_of(earlier.merged(name), name) for name in self.levels}
        found = earlier.differences(
            self.tables, self.table, lambda cells: self._merge(cells, merged)
        )
        same = not any((np.abs(cells.sums[:, 0]) > 1e-6).any() for cells in found)
        return replace(earlier, same_people=same)

    def _usable(self, wanted: Sequence[Grouping]) -> list[Grouping]:
        """Return the parts of groupings with columns that can be published at all."""
        names = {name for keys in wanted for name in keys}
        usable = {name for name in names if self._best(((name,),)) is not None}
        parts = [tuple(name for name in keys if name in usable) for keys in wanted]
        kept = maximal(part for keys in parts for part in self.earlier.within(keys))
        # The period is a key of all groupings or of none.
        if any(self.period not in keys for keys in kept):
            kept = maximal(tuple(name for name in keys if name != self.period) for keys in kept)
        return kept

    def _good(self, kept: Sequence[Grouping], goal: float) -> Coarsening | None:
        """Return the best coarsening if it keeps enough of the score and stands in no cycle."""
        found = self._best(tuple(kept))
        if found is None or self.earlier.core(self.release(found)):
            return None
        return found if found.detail >= goal or not self._crossed(kept) else None

    def _crossed(self, kept: Sequence[Grouping]) -> list[Grouping]:
        return [keys for keys in kept if len(keys) > 1]

    def _fewer(self, kept: Sequence[Grouping], among: Sequence[Grouping]) -> list[Grouping]:
        """Return the groupings with one less, so that the fewest cells are too small."""
        ways = []
        # Of equals the last one named goes.
        for one in reversed(among or kept):
            if sum(name != self.period for name in one) < 2:
                continue
            parts = [part for part in combinations(one, len(one) - 1) if self._allowed(part, one)]
            ways.append(maximal([*(keys for keys in kept if keys != one), *parts]))
        if not among and self.period in {name for keys in kept for name in keys}:
            ways.append(maximal(tuple(x for x in keys if x != self.period) for keys in kept))
        if not ways:
            ways = [[keys for keys in kept if keys != one] for one in kept]
        return min(ways, key=lambda way: sum(map(self._small_cells, way))) or [()]

    def _allowed(self, part: Grouping, whole: Grouping) -> bool:
        return self.period not in whole or self.period in part

    def _small_cells(self, keys: Grouping) -> float:
        merged = {name: self.forced(name) or frozenset() for name in keys}
        cells = self._merge(self.table(keys), merged)
        return float(small(cells.sums[:, 0], self.least).sum())

    def _with_more(self, found: Coarsening, wanted: Sequence[Grouping], goal: float) -> Coarsening:
        """Return the coarsening with groupings that were dropped and can be kept after all."""
        without = {self.period} - {name for keys in found.kept for name in keys}
        for keys in self._usable(wanted):
            more = maximal([*found.kept, tuple(name for name in keys if name not in without)])
            if set(more) != set(found.kept) and not cyclic_core(more):
                found = self._good(more, goal) or found
        return found

    def _keeping(self, kept: tuple[Grouping, ...]) -> Coarsening | None:
        """Return the coarsening that keeps these groupings, if there is one."""
        names = dict.fromkeys(name for keys in kept for name in keys)
        start: dict[str, frozenset[int]] = {}
        for name in names:
            forced = self.forced(name)
            if forced is None:
                return None
            start[name] = forced
        states = [*self._further(start)]
        tried: dict[int, Coarsening | None] = {}

        def worth(place: int) -> float:
            if place not in tried:
                tried[place] = self._cut(kept, states[place])
            found = tried[place]
            return found.detail if found else 0.0

        goal = min(ENOUGH, _halfway(worth(len(states) - 1)))
        place = _first(worth, len(states), goal)
        if worth(place) < LEAST and not self._crossed(kept):
            states.append(self._without_rare(states[-1]))
            more = min(LEAST, _halfway(worth(len(states) - 1)))
            if worth(place) < more:
                place, goal = len(states) - 1, more
        found = tried[place]
        return None if found is None else self._pruned(found, start, goal)

    def _pruned(
        self, found: Coarsening, start: Mapping[str, frozenset[int]], goal: float
    ) -> Coarsening:
        """Return the coarsening without merges that are not needed to reach the goal."""
        for name, forced in start.items():
            for fewer in (forced, forced | self._step(name, forced, unknown=True)):
                if fewer < found.merged[name]:
                    less = self._cut(found.kept, {**found.merged, name: fewer})
                    found = less if less is not None and less.detail >= goal else found
        return found

    def _cut(self, kept: Sequence[Grouping], merged: Merged) -> Coarsening | None:
        """Return the finest bins with these groupings and levels."""
        tables = [self._merge(self.table(keys), merged) for keys in kept]
        changes = self.earlier.differences(
            kept, self.table, lambda cells: self._merge(cells, merged)
        )
        places = len(self.people)
        blocks: Codes = np.arange(places)
        if any(small(cells.sums[:, 0], self.least).any() for cells in (*tables, *changes)):
            rows = sum(map(len, tables)) / places + 1
            groups = _together(self.people, int(np.clip(np.sqrt(_SUMS / rows), 64, 256)))
            people = np.bincount(groups, weights=self.people).astype(np.float64)
            dense = [
                *(_rows(cells, groups, self.least, changes=False) for cells in tables),
                *(_rows(cells, groups, self.least, changes=True) for cells in changes),
            ]
            cut = finest(np.concatenate(dense), people, self.least)
            if cut is None:
                return None
            blocks = cut[groups]
        worth = detail(self.scored, blocks)
        return Coarsening(tuple(kept), dict(merged), blocks[self.earlier.atoms], worth)

    def _merge(self, cells: Cells, merged: Merged) -> Cells:
        changed = [at for at, name in enumerate(cells.columns) if merged.get(name)]
        if not changed:
            return cells
        codes = cells.codes.copy()
        for at in changed:
            name = cells.columns[at]
            codes[np.isin(codes[:, at], list(merged[name])), at] = len(self.levels[name])
        return compact(cells.columns, codes, cells.sums)

    def _count(self, name: str) -> dict[int, Floats]:
        """Return the people of each code by outcome and decision, fewest first and missing last."""
        cells = self.table((name,)).project([name, *ANSWER[:2]])
        found: dict[int, Floats] = {}
        for (code, outcome, decision), n in zip(cells.codes, cells.sums[:, 0], strict=True):
            found.setdefault(int(code), np.zeros((3, 3)))[outcome, decision] += n
        return dict(sorted(found.items(), key=lambda item: (item[0] < 0, item[1].sum(), item[0])))

    def _codes_of(self, levels: Iterable[Level], name: str) -> frozenset[int]:
        known = {level: code for code, level in enumerate(self.levels[name])} | {None: -1}
        return frozenset(known[level] for level in levels if level in known)

    def _forced(self, name: str) -> frozenset[int] | None:
        """Return the levels that are too small in themselves with those needed to hide them.

        None when no level would be left beside "(other)".
        """
        answers = self._answers(name)
        merged = set(self._codes_of(self.earlier.merged(name), name)) & set(answers)
        merged |= {code for code, n in answers.items() if small(n, self.least).any()}
        own = self._codes_of([OTHER], name) & set(answers)
        merged |= own if merged else set()
        rest = [code for code in answers if code >= 0 and code not in merged]
        while merged and self._too_few([answers[code] for code in merged]):
            if not rest:
                return None
            merged.add(rest.pop(0))
        return frozenset(merged) if rest or not merged else None

    def _too_few(self, answers: Sequence[Floats]) -> bool:
        together = np.sum(answers, axis=0)
        # Each level that the record names had somebody; the rest may all have been of one level.
        hidden = together.sum() >= len(answers) + self.least - 1
        return bool(small(together, self.least).any() or not hidden)

    def _further(self, start: Merged) -> Iterator[Merged]:
        """Yield more and more merged levels, of few people in each column.

        People without a value come last.
        """
        merged, moved = dict(start), dict.fromkeys(start, 0.0)
        yield dict(merged)
        for unknown in (False, True):
            while True:
                steps = []
                for name, codes in merged.items():
                    step = self._step(name, codes, unknown=unknown)
                    share = self._share(name, step)
                    if step and moved[name] + share <= RARE:
                        steps.append((share, name, step))
                if not steps:
                    break
                share, name, step = min(steps, key=lambda item: item[:2])
                merged[name], moved[name] = merged[name] | step, moved[name] + share
                yield dict(merged)

    def _without_rare(self, merged: Merged) -> Merged:
        """Return the levels merged so that none of few people stands alone, at most two more."""
        found = dict(merged)
        for name, codes in merged.items():
            for unknown in (False, True):
                step = self._step(name, codes, unknown=unknown)
                if not codes and any(self._share(name, [code]) <= RARE for code in step):
                    found[name] = found[name] | step
            if not set(self._answers(name)) - found[name] - {-1}:
                found[name] = codes
        return found

    def _share(self, name: str, codes: Iterable[int]) -> float:
        people = float(sum(self._answers(name)[code].sum() for code in codes))
        return people / max(float(self.people.sum()), 1.0)

    def _step(self, name: str, merged: frozenset[int], *, unknown: bool) -> frozenset[int]:
        """Return the levels to merge next, so that one is left beside "(other)"."""
        people = self._answers(name)
        rest = [code for code in people if code >= 0 and code not in merged]
        if unknown and (-1 not in people or -1 in merged):
            return frozenset()
        taken: set[int]
        if merged:
            taken = {-1} if unknown else set(rest[:1])
        else:
            own = self._codes_of([OTHER], name) & set(people)
            taken = set(own) | (set(rest[:1]) | {-1} if unknown else set(rest[:2]))
        return frozenset(taken if set(rest) - taken else ())


def _halfway(detail: float) -> float:
    """Return the detail halfway from nothing, which is one bin."""
    return (1 + detail) / 2


def _first(value: Callable[[int], float], length: int, goal: float) -> int:
    """Return the first place at which a rising value reaches a goal; the last when none does."""
    low, high = 0, length - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if value(middle) >= max(goal, 1e-9) else (middle + 1, high)
    value(low)
    return low


def _together(people: Floats, most: int) -> Codes:
    """Return a group for each place, at most so many, neighbours with few people in one."""
    if len(people) <= most:
        return np.arange(len(people))
    middle = (np.cumsum(people) - people / 2) / max(float(people.sum()), 1.0)
    group = np.floor(middle * most)
    # The places at the ends are of another kind: no score, under the edges, over them.
    group[[0, 1, -1]] = -2, -1, most
    return np.unique(group, return_inverse=True)[1].reshape(-1)


def _rows(cells: Cells, groups: Codes, least: float, *, changes: bool) -> Floats:
    """Return the rows of a table that can have too few people; shape (n_rows, n_groups)."""
    cells = cells.with_column(BIN, groups[cells.column(BIN)])
    size = int(groups.max()) + 1
    if not len(cells):
        return np.empty((0, size))
    new = (np.diff(cells.codes[:, :-1], axis=0) != 0).any(axis=1)
    row = np.concatenate([[0], np.cumsum(new)])
    n = cells.sums[:, 0]
    watched = np.unique(row[np.abs(n) > 1e-6 if changes else small(n, least)])
    inside = np.isin(row, watched)
    found = np.zeros((len(watched), size))
    found[np.searchsorted(watched, row[inside]), cells.column(BIN)[inside]] = n[inside]
    return found
