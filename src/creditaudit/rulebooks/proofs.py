"""What can be proved of a book, or refuted by a person who shows it."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from creditaudit.errors import InputError
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.kinds import Value
from creditaudit.rulebooks.programs import (
    DECISION,
    POINTS,
    TIER,
    Program,
    RuleStep,
    value_name,
    worked_out,
)
from creditaudit.rulebooks.solver_terms import PersonTerms
from creditaudit.rulebooks.trees import Node, refs_of

Answer = Literal["proved", "refuted", "undecided"]
Row = Mapping[str, Value]
SECONDS = 10.0


@dataclass(frozen=True)
class Proof:
    """The answer to one question about every person there could be.

    Attributes
    ----------
    question : str
        What kind: "implies", "never together", "double exception", "monotone", "no influence",
        "way to approval".
    claim : str
        In words, with the rules or columns it is about.
    about : tuple of str
        Ids of rules, or names of columns.
    answer : {"proved", "refuted", "undecided"}
        Of every person within the domains of the columns; undecided when time ran out.
    witnesses : tuple of mapping
        The person, or the two persons, who refute it; checked by working the rules out.
    """

    question: str
    claim: str
    about: tuple[str, ...]
    answer: Answer
    witnesses: tuple[Row, ...] = ()


class Prover:
    """Asks a solver about a book on a day, under a reading.

    Parameters
    ----------
    book : Rulebook
    as_of : date or str, optional
    reading : {"strict", "mild"}, optional
    subject : {"person", "firm", "event"}, optional
    seconds : float
        For each question.

    Raises
    ------
    MissingExtra
        Without the extra ``proofs``.
    InputError
        If the book cannot be run on that day.
    """

    def __init__(
        self,
        book: Rulebook,
        as_of: Any = None,
        reading: str | None = "strict",
        subject: str | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.book = book
        self.reading = reading if book.open_readings else None
        self.program: Program = book.program(as_of, self.reading, subject)
        self.milliseconds = round(seconds * 1000)
        self.person = PersonTerms(self.program, book.columns)
        self.z3 = self.person.z3
        self.solver = self.z3.Solver()
        self.solver.set("timeout", self.milliseconds)
        self.solver.add(self.person.bounds)
        self._singles: dict[tuple[str, bool], Row | None] = {}

    def pairs(self, rules: Sequence[str] | None = None) -> Iterator[Proof]:
        """Yield for all pairs whether one implies the other and whether they can meet.

        A rule's own condition is meant, before other rules override it. Rules that read no column
        in common are answered from one person for each of them; for the others the solver is asked
        about the pair.
        """
        steps = {s.rule.id: s for s in self.program.rules if rules is None or s.rule.id in rules}
        read = {name: self._columns_of([name]) for name in steps}
        for a, b in combinations(steps, 2):
            apart = not read[a] & read[b] and self._apart(a, b, read)
            if apart:
                yield from apart
                continue
            yield self._meeting("never together", _never(a, b), (a, b), steps[a], steps[b])
            yield self._implied(steps[a], steps[b])
            yield self._implied(steps[b], steps[a])

    def _apart(self, a: str, b: str, read: Mapping[str, set[str]]) -> list[Proof]:
        """Return the answers for two rules that read nothing in common, none where one is open."""
        persons = {(n, h): self._single(n, holds=h) for n in (a, b) for h in (True, False)}
        if any(person is None for person in persons.values()):
            return []
        found = []
        for question, claim, about, wanted in (
            ("never together", _never(a, b), (a, b), ((a, True), (b, True))),
            ("implies", _within(a, b), (a, b), ((a, True), (b, False))),
            ("implies", _within(b, a), (b, a), ((b, True), (a, False))),
        ):
            parts = [(name, persons[name, holds]) for name, holds in wanted]
            if not all(part for _, part in parts):
                found.append(Proof(question, claim, about, "proved"))
                continue
            # Columns are free of each other, so a person can be put together from two.
            value = {c: row[c] for name, row in parts if row for c in read[name]}
            person = {name: value[name] for name in self.program.columns if name in value}
            found.append(Proof(question, claim, about, "refuted", (person,)))
        return found

    def _single(self, name: str, *, holds: bool) -> Row | None:
        """Return a person of whom a rule holds or does not, {} for nobody, None if undecided."""
        if (name, holds) not in self._singles:
            step = next(one for one in self.program.rules if one.rule.id == name)
            term = self.person.is_true(step.holds)
            proof = self._ask(
                "one rule", name, (name,), [term if holds else self.z3.Not(term)],
                lambda found: (found[0][step.holds] is True) is holds,
            )  # fmt: skip
            shown: dict[str, Row | None] = {"proved": {}, "undecided": None}
            self._singles[name, holds] = (
                proof.witnesses[0] if proof.witnesses else shown[proof.answer]
            )
        return self._singles[name, holds]

    def double_exceptions(self) -> Iterator[Proof]:
        """Yield for each rule with several exceptions whether two can hold of one person."""
        exceptions: dict[str, list[RuleStep]] = {}
        for step in self.program.rules:
            for overridden in step.rule.overrides:
                exceptions.setdefault(overridden, []).append(step)
        for overridden, steps in exceptions.items():
            for a, b in combinations(steps, 2):
                about = (overridden, a.rule.id, b.rule.id)
                claim = "{1} and {2}, exceptions to {0}, never hold of one person".format(*about)
                yield self._meeting("double exception", claim, about, a, b)

    def monotone(self, column: str, direction: Literal["up", "down"]) -> Proof:
        """Return whether more of a column, all else equal, never raises (lowers) the points.

        ``direction`` is that in which the points may move: "down" claims that more never raises.

        Raises
        ------
        InputError
            If it is no number that a rule reads.
        """
        kind = self.program.columns.get(column)
        if kind is None or not kind.numeric:
            numeric = [name for name, one in self.program.columns.items() if one.numeric]
            msg = f"{column!r} is no number that a rule in force reads. Numbers: {numeric}."
            raise InputError(msg)
        other = PersonTerms(self.program, self.book.columns, "b", self.person, column)
        (a, a_known), (b, b_known) = (one.step(POINTS) for one in (self.person, other))
        value = value_name(column)
        less, more = self.person.step(value), other.step(value)
        wrong = b > a if direction == "down" else b < a
        moves = operator.gt if direction == "down" else operator.lt
        words = "raises" if direction == "down" else "lowers"
        return self._ask(
            "monotone", f"more {column}, all else equal, never {words} the points", (column,),
            [*other.bounds, less[1], more[1], less[0] < more[0], a_known, b_known, wrong],
            lambda found: moves(found[1][POINTS], found[0][POINTS]), other=other,
        )  # fmt: skip

    def no_influence(self, column: str) -> Proof:
        """Return whether a column alone never changes points, tier, decision or lists."""
        claim = f"{column}, all else equal, changes neither points nor decision nor lists"
        if column not in self.program.columns:
            return Proof("no influence", f"{claim}: no rule in force reads it", (column,), "proved")
        other = PersonTerms(self.program, self.book.columns, "b", self.person, column)
        names = [n for n in (POINTS, TIER, DECISION) if n in self.program.steps]
        names += self.program.listed.values()
        pairs = [(self.person.step(name), other.step(name)) for name in names]
        z3 = self.z3
        differ = [z3.Or(k != m, z3.And(k, a != b)) for (a, k), (b, m) in pairs]
        return self._ask(
            "no influence", claim, (column,), [*other.bounds, z3.Or(differ)],
            lambda found: any(found[0][name] != found[1][name] for name in names), other=other,
        )  # fmt: skip

    def way_to_approval(self, fixed: Sequence[str] = ()) -> Proof:
        """Return whether nobody is refused whatever changes: nobody is excluded for good.

        ``fixed`` are columns a person cannot change; all others may take any value.
        """
        z3 = self.z3
        held = [name for name in fixed if name in self.program.columns]
        refused = self.person.is_text(DECISION, "refused")
        free = [name for name in self.program.columns if name not in held]
        unknowns = [self.person.unknowns[name] for name in free]
        unknowns += [k for n in free if not z3.is_true(k := self.person.known[n])]
        always = z3.Implies(z3.And(self.person.bounds), refused)
        question = [z3.ForAll(unknowns, always)] if unknowns else [refused]
        claim = "whatever is fixed for a person, some change of the rest leads to approval"
        return self._ask(
            "way to approval", claim, tuple(held), question,
            lambda found: found[0][DECISION] == "refused", shown=held,
        )  # fmt: skip

    def _meeting(
        self, question: str, claim: str, about: tuple[str, ...], a: RuleStep, b: RuleStep
    ) -> Proof:
        both = [self.person.is_true(step.holds) for step in (a, b)]
        return self._ask(
            question, claim, about, both,
            lambda found: found[0][a.holds] is True and found[0][b.holds] is True,
        )  # fmt: skip

    def _implied(self, a: RuleStep, b: RuleStep) -> Proof:
        alone = [self.person.is_true(a.holds), self.z3.Not(self.person.is_true(b.holds))]
        return self._ask(
            "implies", _within(a.rule.id, b.rule.id), (a.rule.id, b.rule.id),
            alone, lambda found: found[0][a.holds] is True and found[0][b.holds] is not True,
        )  # fmt: skip

    def _ask(
        self, question: str, claim: str, about: tuple[str, ...], counterexample: Sequence[Any],
        shows: Callable[[list[dict[str, Any]]], bool], *,
        other: PersonTerms | None = None, shown: Sequence[str] | None = None,
    ) -> Proof:  # fmt: skip
        """Look for a counterexample; ``shows`` checks it on the rules, worked out."""
        self.solver.push()
        try:
            self.solver.add(*counterexample)
            found = self.solver.check()
            if found == self.z3.unsat:
                return Proof(question, claim, about, "proved")
            if found != self.z3.sat:
                return Proof(question, claim, about, "undecided")
            model = self.solver.model()
            rows = [one.row(model) for one in (self.person, other) if one is not None]
        finally:
            self.solver.pop()
        if not shows([dict(worked_out(self.program, row)) for row in rows]):
            msg = f"The person found against {claim!r} does not show it when worked out: {rows}."
            raise AssertionError(msg)
        if shown is None:
            read = self._columns_of(about) or set(self.program.columns)
            shown = [name for name in self.program.columns if name in read]
        people = tuple({name: row[name] for name in shown} for row in rows)
        return Proof(question, claim, about, "refuted", people)

    def _columns_of(self, about: Sequence[str]) -> set[str]:
        """Return the columns that rules read; none for what is about columns."""
        own = {step.rule.id: step for step in self.program.rules}
        found: set[str] = set()
        pending: list[Node] = [self.program.steps[own[name].holds] for name in about if name in own]
        columns = {value_name(name): name for name in self.program.columns}
        while pending:
            for ref in refs_of(pending.pop()):
                if ref in columns:
                    found.add(columns[ref])
                elif ref in self.program.steps:
                    pending.append(self.program.steps[ref])
        return found


def _never(a: str, b: str) -> str:
    return f"{a} and {b} never hold of the same person"


def _within(a: str, b: str) -> str:
    return f"{b} holds wherever {a} does"
