"""Whether the strict reading of a book is ever milder on anybody than the mild one."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.programs import DECISION, POINTS, worked_out
from creditaudit.rulebooks.proofs import SECONDS, Answer, Proof
from creditaudit.rulebooks.solver_terms import PersonTerms

QUESTION = "readings in order"


def readings_in_order(
    book: Rulebook,
    as_of: date | str | None = None,
    subject: str | None = None,
    seconds: float = SECONDS,
) -> Iterator[Proof]:
    """Yield for points, decision and each list whether strict is at least as hard as mild.

    A book that leaves no room yields nothing. Proved: for no person within the domains of the
    columns is the strict reading milder. Refuted: with a person for whom it is, worked out under
    both readings.

    Raises
    ------
    MissingExtra
        Without the extra ``proofs``.
    InputError
        If the book cannot be run on that day.
    """
    if not book.open_readings:
        return
    programs = {word: book.program(as_of, word, subject) for word in ("mild", "strict")}
    mild = PersonTerms(programs["mild"], book.columns)
    strict = PersonTerms(programs["strict"], book.columns, "b", mild)
    both, z3 = set(programs["mild"].steps) & set(programs["strict"].steps), mild.z3
    columns = list(dict.fromkeys(name for one in programs.values() for name in one.columns))
    sure = [*mild.bounds, *strict.bounds]

    def ask(claim: str, about: str, milder: Any, shows: Callable[[Any, Any], bool]) -> Proof:
        solver = z3.Solver()
        solver.set("timeout", round(seconds * 1000))
        solver.add([*sure, milder])
        found = solver.check()
        if found != z3.sat:
            answer: Answer = "proved" if found == z3.unsat else "undecided"
            return Proof(QUESTION, claim, (about,), answer)
        model = solver.model()
        row = mild.row(model) | strict.row(model)
        worked = [
            dict(worked_out(one, {name: row[name] for name in one.columns}))
            for one in programs.values()
        ]
        if not shows(*worked):
            msg = f"The person found against {claim!r} does not show it when worked out: {row}."
            raise AssertionError(msg)
        return Proof(QUESTION, claim, (about,), "refuted", ({name: row[name] for name in columns},))

    # What is proved of single rules helps to prove it of their sum.
    for rule in programs["mild"].rules:
        if rule.points in both:
            (a, a_known), (b, b_known) = mild.step(rule.points), strict.step(rule.points)
            higher = z3.And(a_known, b_known, b > a)
            if ask("", rule.rule.id, higher, lambda *_: True).answer == "proved":
                sure.append(z3.Not(higher))
    if POINTS in both:
        (a, a_known), (b, b_known) = mild.step(POINTS), strict.step(POINTS)
        yield ask(
            "the strict reading never gives more points", "points", z3.And(a_known, b_known, b > a),
            lambda was, now: now[POINTS] > was[POINTS],
        )  # fmt: skip
    if DECISION in both:
        milder = [mild.is_text(DECISION, "refused"), strict.is_text(DECISION, "approved")]
        yield ask(
            "whoever is refused under the mild reading is refused under the strict one",
            "decision", z3.And(milder),
            lambda was, now: (was[DECISION], now[DECISION]) == ("refused", "approved"),
        )  # fmt: skip
    for name, step in programs["mild"].listed.items():
        if step not in both:
            continue
        value, known = strict.step(step)
        yield ask(
            f"whoever is on the list {name} under the mild reading is on it under the strict one",
            name, z3.And(mild.is_true(step), known, z3.Not(value)),
            _newly_off(step),
        )  # fmt: skip


def _newly_off(step: str) -> Callable[[Any, Any], bool]:
    return lambda was, now: was[step] is True and now[step] is False
