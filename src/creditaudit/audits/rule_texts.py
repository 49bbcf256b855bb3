"""What do the rules themselves show?"""

from collections.abc import Sequence

import pandas as pd

from creditaudit.audits.questions import audit
from creditaudit.audits.rulebook_notes import held_book
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.rulebooks import Rulebook, lint_kinds
from creditaudit.rulebooks.lints import Lint, lints_of
from creditaudit.rulebooks.lints.lint import (
    AUDIT,
    LIMITS,
    METHOD,
    QUESTION,
    confidence_of,
    law_of,
)
from creditaudit.rulebooks.lints.unstated import RIGHT_KINDS

ROWS, LINES = 40, 3


@audit(
    question=QUESTION,
    needs=("rulebook",),
    estimand="parts of the text that meet a stated description; exact for the file at hand",
)
def rules_in_text(evidence: Evidence) -> list[Finding]:
    """Return one finding for each kind of thing found in the text, the gravest first.

    Rights that are not stated are told by the audit `rights`. Where the evidence holds people with
    every column the rules read, rules with two readings come with the share of people for whom it
    matters which is taken.
    """
    book = held_book(evidence)
    frame = evidence.frame
    people = frame if frame is not None and set(book.columns) <= set(frame.columns) else None
    found = lints_of(book, population=people, least=evidence.plan.min_cell)
    kinds: dict[str, list[Lint]] = {}
    for lint in found:
        if lint.kind not in RIGHT_KINDS:
            kinds.setdefault(lint.kind, []).append(lint)
    return [_of_kind(book, lints) for lints in kinds.values()] or [_nothing(book)]


def _of_kind(book: Rulebook, lints: Sequence[Lint]) -> Finding:
    kind = lints[0].sort
    # A share of people for all rules together stands for those of the single rules.
    whole = next((one for one in lints if one.n and one.path == ("book",)), lints[0])
    told = [one for one in lints if one is not whole or not one.n]
    lines = sorted({book.line(*one.path) for one in told or lints})
    claim = f"{kind.title}: {len(told)}. {whole.claim.rstrip('.')}. {_place(book, lines)}."
    limits = dict.fromkeys((*LIMITS, *(limit for one in lints for limit in one.limits)))
    if len(told) > ROWS:
        limits[f"{len(told) - ROWS} more are not in the table; rules check lists all."] = None
    rows = [[one.about, book.line(*one.path), one.claim, one.source, one.where, one.mark]
            for one in told[:ROWS]]  # fmt: skip
    return Finding(
        id=finding_id(AUDIT, book.id, kind.id), audit=AUDIT, question=QUESTION, claim=claim,
        status="descriptive", estimate=whole.estimate, low=whole.low, high=whole.high,
        unit="share" if whole.estimate is not None else "", n=whole.n, severity=lints[0].severity,
        confidence=confidence_of(one.mark for one in told), law=law_of(book, kind.law),
        table=pd.DataFrame(rows, columns=["what", "line", "found", "source", "where", "mark"]),
        method=METHOD, limits=tuple(limits),
    )  # fmt: skip


def _place(book: Rulebook, lines: Sequence[int]) -> str:
    """Return the file and its first lines."""
    shown = ", ".join(map(str, lines[:LINES]))
    more = f" and {len(lines) - LINES} more" if len(lines) > LINES else ""
    return f"File {book.file}, line{'s' if len(lines) > 1 else ''} {shown}{more}"


def _nothing(book: Rulebook) -> Finding:
    looked = len(lint_kinds()) - len(RIGHT_KINDS)
    rules = f"{len(book.rules)} rules" if book.rules else "no rules, for it is shape only"
    claim = (
        f"Of {looked} kinds of things that were looked for in {book.file} ({rules}) none was "
        "found. What nobody looked for does not show."
    )
    return Finding(
        id=finding_id(AUDIT, book.id, ""), audit=AUDIT, question=QUESTION, claim=claim,
        status="descriptive", confidence=confidence_of([book.header.confidence]),
        table=pd.DataFrame({"looked for": [k.title for k in lint_kinds().values()
                                           if k.id not in RIGHT_KINDS]}),
        method=METHOD, limits=LIMITS,
    )  # fmt: skip
