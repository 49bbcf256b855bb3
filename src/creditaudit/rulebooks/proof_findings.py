"""What was proved of a book, as findings a lawyer can read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from creditaudit.finding import Finding, finding_id
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.kinds import Value
from creditaudit.rulebooks.lints.catalogue import lint_kinds
from creditaudit.rulebooks.lints.lint import law_of
from creditaudit.rulebooks.programs import DECISION, POINTS, Program
from creditaudit.rulebooks.proofs import Proof, Prover
from creditaudit.rulebooks.reading_order import readings_in_order

AUDIT = "rule_proofs"
QUESTION = "What follows from the rules for every person there could be?"
METHOD = (
    "A solver (Z3) looks for a person within the domains of the columns who shows the contrary. "
    "Proved: there is none. A person it finds is worked out by the rules again before being shown."
)
LIMITS = (
    "It holds of the rules as written here, on the day and under the reading named; not of how "
    "they are applied.",
    "A person who refutes a claim is made up and need not exist.",
)
MOST_ROWS = 60
MOST_RULES = 100
# Findings that speak to the law of a kind of lint.
LAW_OF = {"protected columns": "protected_field", "others": "touches_others"}


def prove(
    book: Rulebook,
    *,
    as_of: date | str | None = None,
    reading: str = "strict",
    subject: str | None = None,
    fixed: Sequence[str] = (),
) -> list[Finding]:
    """Return what could be proved of a book; see `Rulebook.prove`."""
    prover = Prover(book, as_of, reading, subject)
    words = _Words(book, prover.program, prover.reading, subject)
    found = [_pairs(prover, words)]
    exceptions = list(prover.double_exceptions())
    if exceptions:
        found.append(_exceptions(exceptions, words))
    if POINTS in prover.program.steps and any(s.points for s in prover.program.rules):
        found.append(_monotone(prover, words))
    found.append(_influences(prover, words))
    if DECISION in prover.program.steps:
        found.append(_approval(prover, words, fixed))
    return [*found, _touched(prover, words)]


def every_proof(
    book: Rulebook, *, as_of: date | str | None = None, fixed: Sequence[str] = ()
) -> list[Finding]:
    """Return what could be proved of a book under each reading, for each kind of row it is about.

    Raises
    ------
    MissingExtra
        Without the extra ``proofs``.
    InputError
        If the book is shape only, or was not in force on that day.
    """
    readings = ("mild", "strict") if book.open_readings else ("strict",)
    found = []
    for subject in book.header.subjects:
        for reading in readings:
            found += prove(book, as_of=as_of, reading=reading, subject=subject, fixed=fixed)
        if book.open_readings:
            words = _Words(book, book.program(as_of, "strict", subject), None, subject)
            found.append(_in_order(list(readings_in_order(book, as_of, subject)), words))
    return found


class _Words:
    def __init__(
        self, book: Rulebook, program: Program, reading: str | None, subject: str | None
    ) -> None:
        self.book, self.program, self.reading = book, program, reading
        several = len(book.header.subjects) > 1
        self.subject = (subject or book.header.subjects[0]) if several else ""

    def finding(
        self, scope: str, claim: str, table: pd.DataFrame, limits: Iterable[str] = ()
    ) -> Finding:
        day, reading = self.program.day, self.reading
        said = f", {reading} reading" if reading else ""
        said += f", {self.subject}s" if self.subject else ""
        claim = f"{self.book.title}, as of {day}{said}: {claim}"
        shown = table.head(MOST_ROWS)
        cut = (
            [f"The table shows {MOST_ROWS} of {len(table)} rows."] if len(table) > MOST_ROWS else []
        )
        return Finding(
            id=finding_id(AUDIT, self.book.id, f"{scope} {reading or ''} {self.subject}".strip()),
            audit=AUDIT, question=QUESTION,
            claim=claim, status="descriptive", table=shown, method=METHOD,
            law=law_of(self.book, lint_kinds()[LAW_OF[scope]].law) if scope in LAW_OF else (),
            limits=(*limits, *cut, *LIMITS),
        )  # fmt: skip

    def person(self, row: Mapping[str, Value]) -> str:
        return "; ".join(f"{name}: {self.value(name, value)}" for name, value in row.items())

    def value(self, name: str, value: Value) -> str:
        if value is None:
            return "not known"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float):
            return f"{value:,.10g} {self.program.columns[name].unit}".rstrip()
        return str(value)

    def witness(self, proof: Proof) -> str:
        if len(proof.witnesses) < 2:
            return " | ".join(map(self.person, proof.witnesses))
        one, other = proof.witnesses
        moved = [name for name in one if one[name] != other[name]]
        same = {name: value for name, value in one.items() if name not in moved}
        both = " -> ".join(self.person({n: row[n] for n in moved}) for row in (one, other))
        return f"{both}; both with {self.person(same)}" if same else both


def _rows(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    return pd.DataFrame([list(row) for row in rows], columns=list(columns))


def _open(proofs: Iterable[Proof]) -> str:
    count = sum(proof.answer == "undecided" for proof in proofs)
    return f" {count} questions were not decided in time." if count else ""


def _pairs(prover: Prover, words: _Words) -> Finding:
    number = len(prover.program.rules)
    if number > MOST_RULES:
        claim = (
            f"{number} rules make more pairs than are asked about here; "
            "creditaudit.rulebooks.proofs.Prover(book).pairs(rules) asks about some."
        )
        return words.finding("pairs", claim, _rows(["rule", "relation", "other rule"], []))
    proofs = list(prover.pairs())
    implied = {p.about for p in proofs if p.question == "implies" and p.answer == "proved"}
    apart = [p.about for p in proofs if p.question == "never together" and p.answer == "proved"]
    rows: list[tuple[str, str, str]] = []
    for a, b in sorted(implied):
        # A rule that never holds implies everything.
        if (a, b) in apart or (b, a) in apart:
            continue
        if (b, a) not in implied:
            rows.append((a, "holds only where this does", b))
        elif a < b:
            rows.append((a, "holds of the same people as", b))
    rows += [(a, "never holds together with", b) for a, b in apart]
    claim = (
        f"of {number * (number - 1) // 2} pairs of rules, {len(rows) - len(apart)} stand in an "
        f"implication and {len(apart)} never hold of the same person; for every other pair a "
        f"person shows that either can hold without the other, and that both can.{_open(proofs)}"
    )
    return words.finding("pairs", claim, _rows(["rule", "relation", "other rule"], rows))


def _exceptions(proofs: Sequence[Proof], words: _Words) -> Finding:
    meeting = [p for p in proofs if p.answer == "refuted"]
    rows = [
        (p.about[0], p.about[1], p.about[2],
         "can both hold" if p.answer == "refuted" else p.answer, words.witness(p))
        for p in proofs
    ]  # fmt: skip
    claim = (
        f"{len(meeting)} of {len(proofs)} pairs of exceptions to one rule can hold of the same "
        f"person.{_open(proofs)}"
    )
    columns = ["rule", "exception", "other exception", "answer", "a person who shows it"]
    return words.finding("double exceptions", claim, _rows(columns, rows))


def _monotone(prover: Prover, words: _Words) -> Finding:
    rows, neither, proofs = [], [], []
    for name, kind in prover.program.columns.items():
        if not kind.numeric:
            continue
        down, up = prover.monotone(name, "down"), prover.monotone(name, "up")
        proofs += [down, up]
        sure = [one.answer == "proved" for one in (down, up)]
        if all(sure):
            rows.append((name, "never moves the points", ""))
        elif any(sure):
            word = "raises" if sure[0] else "lowers"
            rows.append((name, f"more of it never {word} the points", ""))
        elif "undecided" in (down.answer, up.answer):
            rows.append((name, "undecided", ""))
        else:
            neither.append(name)
            both = f"raises: {words.witness(down)} || lowers: {words.witness(up)}"
            rows.append((name, "raises the points of some and lowers those of others", both))
    claim = (
        f"for {len(rows) - len(neither)} of {len(rows)} numbers it is settled which way they move "
        f"the points, all else equal"
        + (f"; {', '.join(neither)} can move them both ways." if neither else ".")
        + _open(proofs)
    )
    columns = ["column", "answer", "persons who show it"]
    return words.finding("monotone", claim, _rows(columns, rows))


def _influences(prover: Prover, words: _Words) -> Finding:
    known = prover.book.columns
    protected = [name for name, column in known.items() if column.sensitivity == "protected"]
    proofs = [prover.no_influence(name) for name in protected]
    moving = [p.about[0] for p in proofs if p.answer == "refuted"]
    if not protected:
        claim = "no rule reads a column that is protected anywhere."
    elif moving:
        claim = (
            f"of the protected columns that rules read, {', '.join(moving)} alone can change the "
            f"result, all else equal.{_open(proofs)}"
        )
    else:
        claim = f"{', '.join(protected)} cannot change a result, all else equal.{_open(proofs)}"
    rows = [
        (p.about[0], "changes the result of some" if p.answer == "refuted" else p.answer,
         words.witness(p))
        for p in proofs
    ]  # fmt: skip
    limit = "Columns that stand for a protected one are not looked for here."
    columns = ["column", "answer", "persons who show it"]
    return words.finding("protected columns", claim, _rows(columns, rows), [limit])


def _approval(prover: Prover, words: _Words, fixed: Sequence[str]) -> Finding:
    known = prover.book.columns
    held = list(dict.fromkeys([
        *(name for name, column in known.items() if column.sensitivity == "protected"), *fixed,
    ]))  # fmt: skip
    proof = prover.way_to_approval(held)
    claim = {
        "proved": "nobody is shut out for good: for every person some change of what is "
        "not fixed leads to approval.",
        "refuted": "some people are shut out for good, whatever else changes: "
        f"{words.witness(proof) or 'all'}.",
        "undecided": "whether anybody is shut out for good was not decided in time.",
    }[proof.answer]
    rows = [(", ".join(proof.about) or "nothing", proof.answer, words.witness(proof))]
    limit = (
        "Past conduct is taken to change too: whether an entry ever leaves the record is a "
        "question of terms and repair, not of this."
    )
    columns = ["fixed", "answer", "a person who shows it"]
    return words.finding("way to approval", claim, _rows(columns, rows), [limit])


def _in_order(proofs: Sequence[Proof], words: _Words) -> Finding:
    milder = [one for one in proofs if one.answer == "refuted"]
    claim = (
        f"the strict reading is milder on some in {len(milder)} of {len(proofs)} results."
        if milder
        else f"in {sum(p.answer == 'proved' for p in proofs)} of {len(proofs)} results the strict "
        "reading is milder on nobody."
    )
    rows = [(p.claim, p.answer, words.witness(p)) for p in proofs]
    columns = ["claim", "answer", "a person who shows the contrary"]
    return words.finding("readings", claim + _open(proofs), _rows(columns, rows))


def _touched(prover: Prover, words: _Words) -> Finding:
    """Who is reached by what another did; read from the text, nothing has to be solved."""
    rows = list(_reached(prover))
    claim = (
        f"{len(rows)} rules and measures reach people other than the one who acted."
        if rows
        else "every rule and measure in force names the person who acted and nobody else."
    )
    return words.finding("others", claim, _rows(["where", "id", "reaches", "line"], rows))


def _reached(prover: Prover) -> Iterator[tuple[str, str, str, int]]:
    book = prover.book
    for step in prover.program.rules:
        others = [who for who in step.rule.touches if who != "self"]
        if others:
            line = book.line("rules", book.rules.index(step.rule))
            yield "rule", step.rule.id, ", ".join(others), line
    for place, measure in enumerate(book.contents.measures):
        others = [who for who in measure.who if who != "self"]
        if others:
            yield "measure", measure.id, ", ".join(others), book.line("measures", place)
