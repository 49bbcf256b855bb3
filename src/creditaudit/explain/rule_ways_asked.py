"""What is asked of ways back under a rulebook: of whom, from which day, by which actions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.actions import Actions
from creditaudit.explain.fact_values import Fact, check_actions, facts_of
from creditaudit.explain.models import Model, as_table
from creditaudit.explain.rule_certificates import Certifier
from creditaudit.explain.rule_ways import Found, RuleSearch, RuleWay, distinct_values
from creditaudit.explain.trees import Integers, Truths
from creditaudit.explain.waiting import Waiting
from creditaudit.rulebooks.columns import known_columns
from creditaudit.rulebooks.kinds import Kind, Value
from creditaudit.rulebooks.list_texts import CLOCKS
from creditaudit.rulebooks.programs import DECISION
from creditaudit.rulebooks.readers import read_day
from creditaudit.rulebooks.rule_clocks import Clocks, clocks_of, helping_last
from creditaudit.rulebooks.rule_trials import Book
from creditaudit.rulebooks.scoring import RulebookScorer
from creditaudit.rulebooks.shapes import Unreadable
from creditaudit.rulebooks.table_steps import true_steps

# People of whom a solver is asked at most, in one call.
MOST_SOLVED = 50
# Days that the list itself writes; nobody changes them.
WRITTEN = tuple(name for name in CLOCKS if name.endswith("_on"))


@dataclass(frozen=True, eq=False)
class RuleWaysAsked:
    """People before a rulebook, and what they can change.

    Attributes
    ----------
    model : Model
        With the columns of the book as features.
    people : DataFrame
    decision : array of shape (n_rows,)
        "approved", "refused", or None where the facts leave it open.
    day : date
        From which waiting counts.
    actions : Actions
    sights : tuple of Clocks
        At the latest, and at the earliest.
    """

    model: Model
    people: pd.DataFrame
    decision: "np.ndarray[Any, Any]"
    day: date
    actions: Actions
    sights: tuple[Clocks, Clocks]
    _solved: list[int] = field(default_factory=list, init=False)

    @classmethod
    def of(
        cls,
        scorer: RulebookScorer,
        people: Any,
        actions: Actions | None,
        waiting: Waiting | None = None,
    ) -> "RuleWaysAsked":
        """Return the question, checked.

        Raises
        ------
        InputError, MissingColumn
        """
        table = as_table(people)
        if not isinstance(table, pd.DataFrame):
            msg = "A rulebook reads columns by name. Pass people as a table."
            raise InputError(msg)
        model = Model.of(scorer, "points", table)
        model.people(table)
        can = actions or Actions()
        given = waiting or Waiting()
        now = _day(given.day, scorer)
        latest, earliest = (
            clocks_of(scorer, table, now, sight, given.starts, given.entries, given.key)
            for sight in ("latest", "earliest")
        )
        grounds = [name for off in (*latest.offs, *earliest.offs) for name in off.condition.columns]
        can.check([*model.names, *grounds], table.columns)
        latest, earliest = helping_last(scorer, latest, earliest)
        decision = np.asarray(scorer.decide(table).astype(object).where(lambda x: x.notna(), None))
        return cls(model, table, decision, now, can, (latest, earliest))

    @cached_property
    def refused(self) -> Integers:
        """Rows of the people who are refused."""
        return np.flatnonzero(self.decision == "refused")

    def ways(self, rows: Integers, actions: Actions) -> list[list[RuleWay]]:
        """Return the ways of each of these refused people, the shortest wait first.

        There is one at least: "none" or "undecided" where no way was found.
        """
        return self._answered(rows, actions, told=True)

    def statuses(self, rows: Integers, actions: Actions) -> "np.ndarray[Any, Any]":
        """Return "found", "none" or "undecided" for each of these refused people."""
        ways = self._answered(rows, actions, told=False)
        return np.array([some[0].status for some in ways], dtype="<U9")

    def waits(self, rows: Integers, actions: Actions) -> "np.ndarray[Any, Any]":
        """Return for each of these people the days until a way opens, at the latest; else inf."""
        ways = self._answered(rows, actions, told=False)
        return np.array([np.nan_to_num(some[0].wait_high, nan=np.inf) for some in ways])

    def _answered(
        self, rows: Integers, actions: Actions, *, told: bool
    ) -> list[list[RuleWay]]:  # fmt: skip
        if not len(rows):
            return []
        check_actions(actions, self.facts)
        searches = [
            self._search(book, clocks, actions)
            for book, clocks in zip(self._books, self.sights, strict=True)
        ]
        late, early = (search.found(rows) for search in searches)
        answers = []
        for row, sure, hoped in zip(rows.tolist(), late, early, strict=True):
            if not sure.ways:
                answers.append([self._closed(searches, row, sure, hoped)])
                continue
            ways = []
            for days, cost, changes in sure.ways:
                soonest = min((d for d, c, _ in hoped.ways if c <= cost), default=days)
                soonest = min(soonest, days)
                ceases = self._ceases(searches[0], row, days, changes) if told else {}
                how = _proof(sure, days, cost)
                ways.append(RuleWay("found", how, cost, changes, soonest, days, ceases))
            answers.append(ways)
        return answers

    def _closed(
        self, searches: list[RuleSearch], row: int, sure: Found, hoped: Found
    ) -> RuleWay:  # fmt: skip
        """Return what is said where the text promises no way."""
        if hoped.ways:
            days, _, changes = hoped.ways[0]
            does = f"changing {', '.join(changes)}" if changes else "waiting"
            said = (
                f"only if what the text allows is granted, or by its mild reading: by {does}; "
                "nothing in it promises that"
            )
            return RuleWay("undecided", said, wait_low=float(days))
        what = (
            f"all {sure.tried - 1:,} changes of what can change were tried"
            if sure.tried > 1
            else "nothing that the rules read can change"
        )
        said = f"{what}, and on every day on which this text ends something it leads to refusal"
        if not (sure.complete and hoped.complete):
            way = self._certified(searches, row)
            if way is None or way.status == "found":
                less = f"{sure.tried:,} changes were tried and none is enough; there are more"
                return way or RuleWay("undecided", less)
            said = way.proof
        unread = self._unread
        if unread:
            return RuleWay("undecided", f"no way was found, and {unread}")
        return RuleWay("none", said)

    def _certified(self, searches: list[RuleSearch], row: int) -> RuleWay | None:
        """Return what a solver says, on every day on which the text ends something."""
        if not Certifier.there() or len(self._solved) >= MOST_SOLVED:
            return None
        self._solved.append(row)
        columns = known_columns(self.model.scorer.book.contents)
        for sight, search in zip(("latest", "earliest"), searches, strict=True):
            certifier = Certifier(search.book, columns)
            for days, own, months, gone, offs in search.days_of(row):
                found = certifier.change(own, months, gone, offs, search.actions)
                if found == "none":
                    continue
                if sight == "earliest" or isinstance(found, str):
                    return None
                cost = sum(search.actions.weight.get(name, 1.0) for name in found)
                ceases = self._ceases(search, row, days, found)
                said = f"after {days:,} days at the latest; found by a solver, not proved cheapest"
                return RuleWay("found", said, cost, found, days, days, ceases)
        said = (
            "a solver shows that no change leads to approval, on every day on which this text ends "
            "something"
        )
        return RuleWay("none", said)

    @cached_property
    def _unread(self) -> str:
        """Why the passing of time could do what was not looked at."""
        scorer = self.model.scorer
        if self.sights[0].unread:
            return self.sights[0].unread[0]
        latest, earliest = self.sights
        for place, step in enumerate(scorer.program.rules):
            moves = (latest.ends[:, place] != earliest.ends[:, place]).any()
            if step.rule.overrides and moves:
                return f"it is not known when {step.rule.id!r} ends, which others are set aside by"
            if "as_of" in scorer.book.conditions[step.rule.id].when(scorer.reading).parameters:
                return f"rule {step.rule.id!r} reads the day itself, which was held"
        return ""

    def _ceases(
        self, search: RuleSearch, row: int, days: int, changes: Mapping[str, Any]
    ) -> dict[str, str]:
        rules = self.model.scorer.program.rules
        fires = [step.fires for step in rules]

        def stands(wait: int, *, exits: bool) -> list[Any]:
            trial = search.trial([row], [wait], [dict(changes)])
            trial = trial if exits else replace(trial, ready=trial.ready & False)
            return [one.to_pylist()[0] for one in search.book.decided(trial, fires)]

        then, inside, changed = stands(days, exits=True), stands(days, exits=False), stands(
            0, exits=False
        )  # fmt: skip
        over = self.sights[0].ends[row] <= days
        return {
            step.rule.id: "changed" if not changed[place] else "term over" if over[place] else
            "exit" if inside[place] else "time"
            for place, step in enumerate(rules)
            if search.stands[row, place] and not then[place]
        }  # fmt: skip

    def _search(self, book: Book, clocks: Clocks, actions: Actions) -> RuleSearch:
        held = [name for name in WRITTEN if name in self.facts]
        actions = replace(actions, immutable=[*actions.immutable, *held])
        return RuleSearch(
            book, self.facts, self._columns, self._stands, clocks, actions,
            np.datetime64(self.day, "D"),
        )  # fmt: skip

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The facts that the decision and the ways off its lists read."""
        scorer = self.model.scorer
        beside = [tree for book in self._books for tree in book.conditions()]
        known = known_columns(scorer.book.contents)
        return facts_of(scorer.program, DECISION, beside, self._kinds, known)

    @cached_property
    def _books(self) -> list[Book]:
        return [Book.of(self.model.scorer.program, clocks.offs) for clocks in self.sights]

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        return {name: kind for book in self._books for name, kind in book.kinds.items()}

    @cached_property
    def _columns(self) -> dict[str, tuple[list[Value], Integers]]:
        return distinct_values(self.people, self._kinds)

    @cached_property
    def _stands(self) -> Truths:
        program = self.model.scorer.program
        return true_steps(program, [step.fires for step in program.rules], self.people)


def _proof(found: Found, days: int, cost: float) -> str:
    wait = "now" if not days else f"after {days:,} days at the latest, as the text ends by then"
    least = "cheapest changes" if cost <= found.bound else "cheapest changes found"
    return f"{wait}; {least}, {found.tried:,} tried"


def _day(day: date | str | None, scorer: RulebookScorer) -> date:
    if day is None:
        return scorer.as_of
    try:
        return read_day(date.fromisoformat(day) if isinstance(day, str) else day)
    except (ValueError, Unreadable) as error:
        msg = f'day={day!r} is no day; write "2018-06-01".'
        raise InputError(msg) from error
