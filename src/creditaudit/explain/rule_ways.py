"""Ways back under a rulebook: which facts could change, and what the text ends by itself."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.explain.actions import Actions
from creditaudit.explain.fact_values import Fact
from creditaudit.explain.trees import Integers, Truths
from creditaudit.explain.ways import Way
from creditaudit.rulebooks.calendar_terms import term_after
from creditaudit.rulebooks.kinds import Kind, Value
from creditaudit.rulebooks.programs import value_name
from creditaudit.rulebooks.rule_clocks import FOREVER, MONTHS, Clocks
from creditaudit.rulebooks.rule_trials import Book, Trial
from creditaudit.rulebooks.table_steps import uniform

# Rows that are decided on for one kind of person, for all of them, and at once.
LEAST, MOST = 256, 20_000
AT_ALL, AT_ONCE = 4_000_000, 1 << 18


@dataclass(frozen=True)
class RuleWay(Way):
    """The answer for one person before a rulebook.

    Attributes
    ----------
    wait_low, wait_high : float
        Days until it opens, at the earliest and at the latest; NaN where that is not known.
    ceases : mapping of str to str
        The rules that stand now and then do not: their facts "changed", "term over", by an "exit",
        or by "time", as a count of months goes on.
    """

    wait_low: float = float("nan")
    wait_high: float = float("nan")
    ceases: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found for one person.

    Attributes
    ----------
    ways : list of (days, cost, changes)
        None waits shorter and costs no more than another; the shortest wait first.
    complete : bool
        Whether no change and no day was left untried.
    tried : int
        Changes that were tried.
    bound : float
        No change that costs less was left untried.
    """

    ways: list[tuple[int, float, dict[str, Value]]]
    complete: bool
    tried: int
    bound: float


@dataclass(frozen=True, eq=False)
class RuleSearch:
    """People before a book, with the clocks of one sight, and what they can change.

    Attributes
    ----------
    book : Book
    facts : mapping of str to Fact
    columns : mapping of str to (values, codes)
        The distinct values of each column, and which of them each person has.
    stands : bool array of shape (n_people, n_rules)
        Which rules fire now.
    clocks : Clocks
    actions : Actions
    now : datetime64
    """

    book: Book
    facts: dict[str, Fact]
    columns: dict[str, tuple[list[Value], Integers]]
    stands: Truths
    clocks: Clocks
    actions: Actions
    now: "np.datetime64"

    def found(self, rows: Integers) -> list[Found]:
        """Return what is found for each of some people; who is alike is asked once."""
        first: dict[tuple[Any, ...], int] = {}
        which = [first.setdefault(self._alike(row), row) for row in rows.tolist()]
        answers: dict[int, Found] = {}
        batch: list[_Asked] = []
        size = 0
        kinds = dict.fromkeys(which)
        room = min(MOST, max(LEAST, AT_ALL // max(len(kinds), 1)))
        for row in kinds:
            asked = self._asked(row, room)
            if batch and size + asked.rows > AT_ONCE:
                answers |= self._answered(batch)
                batch, size = [], 0
            batch.append(asked)
            size += asked.rows
        answers |= self._answered(batch)
        return [
            Found([(days, cost, self._own(row, asked, changes))
                   for days, cost, changes in answers[asked].ways],
                  answers[asked].complete, answers[asked].tried, answers[asked].bound)
            for row, asked in zip(rows.tolist(), which, strict=True)
        ]  # fmt: skip

    def value(self, row: int, name: str) -> Value:
        """Return a fact of a person."""
        values, codes = self.columns[name]
        return values[int(codes[row])]

    def _alike(self, row: int) -> tuple[Any, ...]:
        return (
            *(self._options[name][int(codes[row])].key
              for name, (_, codes) in self.columns.items() if name in self.facts),
            tuple(np.where(self.stands[row], self.clocks.ends[row], FOREVER)),
            tuple(self.clocks.ready[row]),
        )  # fmt: skip

    @cached_property
    def _options(self) -> dict[str, list["_Option"]]:
        """What a person with each value of each fact could have instead."""
        return {
            name: [_Option.of(fact, own, self.actions) for own in self.columns[name][0]]
            for name, fact in self.facts.items()
        }

    def _times(self, row: int) -> list[int]:
        """Return the days on which the text ends something for a person; 0 is now."""
        own = self.clocks.ends[row][self.stands[row]]
        days = {0, *own.tolist(), *self.clocks.ready[row].tolist(), *self._month_days(row)}
        return sorted(day for day in days if day < FOREVER)

    def _asked(self, row: int, room: int) -> "_Asked":
        options = {name: self._options[name][int(self.columns[name][1][row])]
                   for name in self.facts}  # fmt: skip
        free = {name: one.values for name, one in options.items() if one.values}
        times = self._times(row)
        number = math.prod(1 + len(values) for values in free.values())
        complete = all(one.complete for one in options.values())
        most = max(1, room // len(times))
        weight = {name: self.actions.weight.get(name, 1.0) for name in free}
        chosen = list(_choices(free, number, most))
        cost = np.array([sum(weight[name] for name in one) for one in chosen])
        all_tried = number == len(chosen)
        cheap = sorted(weight.values())[: 1 + max(map(len, chosen))]
        bound = math.inf if all_tried else sum(cheap)
        return _Asked(row, times, chosen, cost, complete and all_tried, bound)

    def _month_days(self, row: int) -> Iterator[int]:
        """Yield the days on which a count of months gets past what a condition asks for."""
        for name in MONTHS:
            own = self.value(row, name) if name in self.facts else None
            if not isinstance(own, float):
                continue
            for value in self.facts[name].values:
                months = math.ceil(float(value) - own) if isinstance(value, float) else 0
                if months > 0:
                    yield int((term_after(self.now, f"{months} months") - self.now).astype(int))

    def _answered(self, batch: Sequence["_Asked"]) -> dict[int, Found]:
        if not batch:
            return {}
        trial = self.trial(
            [one.row for one in batch for _ in range(one.rows)],
            [day for one in batch for day in one.times for _ in one.chosen],
            [changes for one in batch for _ in one.times for changes in one.chosen],
        )
        approved = self.book.approved(trial)
        found, start = {}, 0
        for one in batch:
            hits = approved[start : start + one.rows].reshape(len(one.times), -1)
            found[one.row] = Found(list(_best(one, hits)), one.complete, len(one.chosen), one.bound)
            start += one.rows
        return found

    def days_of(
        self, row: int
    ) -> Iterator[tuple[int, dict[str, Value], int, list[int], list[int]]]:
        """Yield the days that matter for a person, and what is the case then.

        They are: their facts, the months that passed, the rules whose term is over, and the ways
        off lists that have taken effect, by place.
        """
        own = {name: self.value(row, name) for name in self.columns}
        for day in self._times(row):
            months = int(self._months(np.array([day]))[0])
            over = self.stands[row] & (self.clocks.ends[row] <= day)
            ready = np.flatnonzero(self.clocks.ready[row] <= day)
            yield day, own, months, np.flatnonzero(over).tolist(), ready.tolist()

    def trial(
        self, rows: Sequence[int], days: Sequence[int], changes: Sequence[dict[str, Value]]
    ) -> Trial:
        """Return people after some days and some changes, as rows to be decided on."""
        who, wait = np.array(rows, dtype=np.int64), np.array(days, dtype=np.int64)
        facts = {}
        for name, (values, codes) in self.columns.items():
            seen: dict[Value, int] = {}
            levels, own = list(values), codes[who].copy()
            touched = [(place, one[name]) for place, one in enumerate(changes) if name in one]
            for place, value in touched:
                if value not in seen:
                    seen[value] = len(levels)
                    levels.append(value)
                own[place] = seen[value]
            if name in MONTHS:
                levels, own = _after(levels, own, self._months(wait))
            facts[name] = (levels, own)
        gone = self.stands[who] & (self.clocks.ends[who] <= wait[:, None])
        return Trial(facts, ~gone, self.clocks.ready[who] <= wait[:, None])

    def _months(self, wait: Integers) -> Integers:
        """Return how many whole months are over after some days."""
        found = np.zeros(len(wait), dtype=np.int64)
        for day in np.unique(wait).tolist():
            months = day // 28
            while months and term_after(self.now, f"{months} months") > self.now + day:
                months -= 1
            found[wait == day] = months
        return found

    def _own(self, row: int, asked: int, changes: dict[str, Value]) -> dict[str, Value]:
        """Return the changes of one who is alike as those of a person: to the same stretches."""
        if row == asked:
            return changes
        found = {}
        for name, value in changes.items():
            fact = self.facts[name]
            option = self._options[name][int(self.columns[name][1][row])]
            wanted = fact.pattern(value)
            found[name] = next(one for one in option.values if fact.pattern(one) == wanted)
        return found


@dataclass(frozen=True, eq=False)
class _Option:
    """What a person with one value of a fact could have instead."""

    values: list[Value]
    complete: bool
    key: tuple[Any, ...]

    @classmethod
    def of(cls, fact: Fact, own: Value, actions: Actions) -> "_Option":
        if fact.name in MONTHS:
            # Months pass by themselves, and by nothing else.
            return cls([], not fact.counted, (own,))
        values, complete = fact.others(own, actions)
        patterns = frozenset(fact.pattern(value) for value in values)
        return cls(values, complete, (fact.pattern(own), patterns))


@dataclass(frozen=True, eq=False)
class _Asked:
    row: int
    times: list[int]
    chosen: list[dict[str, Value]]
    cost: "np.ndarray[Any, Any]"
    complete: bool
    bound: float

    @property
    def rows(self) -> int:
        return len(self.times) * len(self.chosen)


def _choices(
    free: dict[str, list[Value]], number: int, most: int
) -> Iterator[dict[str, Value]]:  # fmt: skip
    """Yield changes, few first: all of them, or all of so many facts as there is room for."""
    spent = 0
    for changed in range(len(free) + 1):
        sets = list(combinations(free, changed)) if math.comb(len(free), changed) <= most else None
        here = None if sets is None else sum(
            math.prod(len(free[name]) for name in names) for names in sets
        )  # fmt: skip
        if sets is None or here is None or (spent + here > most and number > most):
            return
        spent += here
        for names in sets:
            for values in product(*(free[name] for name in names)):
                yield dict(zip(names, values, strict=True))


def _best(one: _Asked, hits: Truths) -> Iterator[tuple[int, float, dict[str, Value]]]:
    """Yield, for longer and longer waits, the cheapest changes, where they get cheaper."""
    least = math.inf
    for day, approved in zip(one.times, hits, strict=True):
        places = np.flatnonzero(approved)
        if not len(places):
            continue
        best = int(places[one.cost[places].argmin()])
        if one.cost[best] < least:
            least = float(one.cost[best])
            yield day, least, one.chosen[best]


def _after(
    levels: list[Value], own: Integers, months: Integers
) -> tuple[list[Value], Integers]:  # fmt: skip
    """Return counts of months after some more of them."""
    pairs = np.column_stack([own, months])
    distinct, codes = np.unique(pairs, axis=0, return_inverse=True)
    later: list[Value] = []
    for place, passed in distinct.tolist():
        value = levels[place]
        later.append(value + passed if isinstance(value, float) else value)
    return later, codes.ravel().astype(np.int64)


def distinct_values(
    people: pd.DataFrame, kinds: Mapping[str, Kind]
) -> dict[str, tuple[list[Value], Integers]]:  # fmt: skip
    """Return the distinct values of columns as conditions read them, and who has which.

    A column that is not there is the ground of an exit that nobody has: it has not come about.
    """
    there = {name: kind for name, kind in kinds.items() if name in people.columns}
    table = uniform(people, there).to_native()
    found: dict[str, tuple[list[Value], Integers]] = {}
    for name in kinds:
        if name not in there:
            nothing: Value = {"yes_no": False, "count": 0.0}.get(kinds[name].name)
            found[name] = ([nothing], np.zeros(len(people), dtype=np.int64))
            continue
        values: list[Value] = []
        place: dict[Value, int] = {}
        codes = np.empty(len(people), dtype=np.int64)
        for row, value in enumerate(table[value_name(name)].to_pylist()):
            if value not in place:
                place[value] = len(values)
                values.append(value)
            codes[row] = place[value]
        found[name] = (values, codes)
    return found
