"""What does the text give the people it reaches, and on what law does it rest?"""

from collections.abc import Sequence

import pandas as pd

from creditaudit.audits.questions import audit
from creditaudit.audits.rulebook_notes import held_book
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.rulebooks import Rulebook, legal_basis, lint_kinds
from creditaudit.rulebooks import rights as rights_of
from creditaudit.rulebooks.lints import STANDARDS
from creditaudit.rulebooks.lints.bases import LIMITS as BASIS_LIMITS
from creditaudit.rulebooks.lints.lint import confidence_of, law_of
from creditaudit.rulebooks.lints.unstated import LIMITS

QUESTION = "What does the text give the people it reaches, and on what law does it rest?"
METHOD = (
    "Read from the file of the rulebook alone. Each right is stated; searched and not found, with "
    "where, when and by whom; or not searched."
)
# A book without one of these runs, and its report opens with that.
FIRST = ("notice", "reasons", "repair", "appeal")
FIRST_OF_ALL = (
    "Rated high so that the report opens with it, whatever else was found. What nobody searched "
    "for is a gap of this file, and not yet one of the text."
)
STATES = ("cited", "repealed", "searched, not found", "not searched")


@audit(
    question=QUESTION,
    needs=("rulebook",),
    estimand="the state of each right and of each legal basis; exact for the file at hand",
)
def rights(evidence: Evidence) -> list[Finding]:
    """Return the rights the file does not state, all of them with sources, and the legal bases.

    The first finding is there only where notice, reasons, repair or appeal are not stated.
    """
    book = held_book(evidence)
    table = rights_of(book)
    found = [_missing(book, table), _all(book, table), _law(book)]
    return [one for one in found if one is not None]


def _missing(book: Rulebook, table: pd.DataFrame) -> Finding | None:
    lacking = table[table["right"].isin(FIRST) & (table["state"] != "stated")]
    if lacking.empty:
        return None
    names = lacking["right"].tolist()
    told = "; ".join(f"{right}: {cell}" for right, cell in zip(names, lacking["cell"], strict=True))
    told = f"{told[0].upper()}{told[1:]}"
    law = [entry for name in names for entry in lint_kinds()[f"no_{name}"].law]
    return _finding(
        book, "not stated", f"The file of {book.title} does not state {_listed(names)}. {told}.",
        lacking[["right", "cell", "line"]], severity="high", mark=lacking["mark"].tolist(),
        law=law,
        limits=(*LIMITS, FIRST_OF_ALL),
    )  # fmt: skip


def _all(book: Rulebook, table: pd.DataFrame) -> Finding:
    counts = table["state"].value_counts()
    told = ", ".join(
        f"{counts[state]} {state}"
        for state in ("stated", "searched, not found", "not searched")
        if state in counts
    )
    claim = f"Of {len(table)} questions on rights, {book.title} has {told}."
    shown = table[["right", "cell", "source", "where", "mark", "line"]]
    return _finding(book, "all", claim, shown, mark=table["mark"].tolist())


def _law(book: Rulebook) -> Finding | None:
    bases = legal_basis(book)
    if bases.empty:
        return None
    parts = len(bases) // len(STANDARDS)
    rows, told = [], []
    for standard in STANDARDS:
        own = bases[bases["standard"] == standard.number]
        counts = [int((own["state"] == state).sum()) for state in STATES]
        late = own["lag_years"][own["lag_years"] > 0]
        words = f"{standard.number}: {standard.words}"
        rows.append([words, *counts, len(late), late.max() if len(late) else None])
        states = ", ".join(f"{n} {state}" for n, state in zip(counts, STATES, strict=True) if n)
        told.append(f"under standard {standard.number}, {states}")
    claim = (
        f"Legal basis of {parts} rules, lists and measures: {'; '.join(told)}. Each standard takes "
        "what those before it take: 1 constitution or statute; 2 also national regulations; "
        "3 also local ones; 4 any document."
    )
    columns = ["standard", *STATES, "in force before it", "longest, in years"]
    return _finding(
        book, "legal basis", claim, pd.DataFrame(rows, columns=columns),
        mark=[row.mark for row in book.basis.values()], law=lint_kinds()["basis_not_found"].law,
        limits=BASIS_LIMITS,
    )  # fmt: skip


def _finding(
    book: Rulebook, scope: str, claim: str, table: pd.DataFrame, *, mark: list[str],
    severity: str = "not rated", law: Sequence[str] = (),
    limits: tuple[str, ...] = LIMITS,
) -> Finding:  # fmt: skip
    return Finding(
        id=finding_id("rights", book.id, scope), audit="rights", question=QUESTION, claim=claim,
        status="descriptive", severity=severity, confidence=confidence_of(mark),
        law=law_of(book, law), table=table.astype(object).reset_index(drop=True),
        method=METHOD, limits=(*limits, f"Read from {book.file}."),
    )  # fmt: skip


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
