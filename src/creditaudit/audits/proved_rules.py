"""What follows from the rules for every person there could be?"""

from dataclasses import replace
from functools import lru_cache

from creditaudit.audits.questions import audit
from creditaudit.audits.rulebook_notes import day_of, held_book
from creditaudit.errors import MissingExtra
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.rulebooks import Rulebook
from creditaudit.rulebooks.lints.lint import confidence_of
from creditaudit.rulebooks.proof_findings import AUDIT, METHOD, QUESTION, every_proof

SOLVERS_OWN = (
    "Which made-up person is shown may depend on the version of the solver; that there is one does "
    "not."
)


@audit(
    question=QUESTION,
    needs=("rulebook",),
    estimand="whether a claim holds of every person within the domains of the columns; exact where "
    "it is decided",
)
def rule_proofs(evidence: Evidence) -> list[Finding]:
    """Return what was proved of the rules, or refuted by a made-up person, under each reading.

    Which rules imply each other, whether two exceptions can meet, which way each number moves the
    points, whether a protected column changes a result, whether anybody is shut out for good, and
    who is reached by what another did. It takes the extra ``proofs``; without it the finding says
    that it cannot be told.

    References
    ----------
    de Moura, L. and Bjorner, N. (2008). Z3: an efficient SMT solver. TACAS, LNCS 4963, 337-340.
    """
    book = held_book(evidence)
    if book.header.shape_only:
        return [_untold(book, "It is shape only: its rules or weights are not public.")]
    try:
        return list(_proved(book, day_of(evidence, book)))
    except MissingExtra as error:
        return [_untold(book, str(error))]


@lru_cache(maxsize=16)
def _proved(book: Rulebook, day: str | None) -> tuple[Finding, ...]:
    """Return the findings; the two passes of a report ask for the same."""
    sure = confidence_of(rule.mark for rule in book.rules)
    return tuple(
        replace(one, confidence=sure, limits=(*one.limits, SOLVERS_OWN))
        for one in every_proof(book, as_of=day)
    )


def _untold(book: Rulebook, why: str) -> Finding:
    return Finding(
        id=finding_id(AUDIT, book.id, ""), audit=AUDIT, question=QUESTION,
        claim=f"{book.title}: nothing can be told of every person there could be. {why}",
        status="cannot_tell", method=METHOD,
    )  # fmt: skip
