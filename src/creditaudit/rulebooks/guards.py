"""What stands between a study preset and a file about people, and what every scored file says.

The guard is friction and no control: a preset is a published text, and whoever wants to misuse it
can copy it. It makes sure that nobody writes such a file by accident or without saying so.
"""

from typing import Any

from creditaudit.errors import RefusedError
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.records import RIGHTS

STUDY_OVERRIDE = "write-study-rows"
"""The word that allows a file with one row a person from a study preset and real rows."""

NOT_FOR_DECISIONS = (
    "Not for decisions about anyone: a documented reading of a published text, not validated. "
    "Using it to score real people may be unlawful."
)


def missing_rights(book: Rulebook) -> tuple[str, ...]:
    """Return the rights of which the book states nothing, in a fixed order.

    Nothing stated is not nothing in law: the book may not have been searched.
    """
    rights = book.contents.rights
    return tuple(n for n in RIGHTS if n not in rights or rights[n].state != "stated")


def file_metadata(
    book: Rulebook, *, synthetic: bool, override: str | None = None
) -> dict[str, Any]:
    """Return what a file with one row a person has to say, or refuse it.

    Call this before such a file is written; counts, findings and the trace of one person need it
    not.

    Parameters
    ----------
    book : Rulebook
    synthetic : bool
        Whether the rows were generated and describe nobody.
    override : str, optional
        `STUDY_OVERRIDE` allows the file; it is named in the result.

    Returns
    -------
    dict
        ``not_for_decisions, book, title, use, confidence, marks`` (how many rules have each mark),
        ``missing_rights, synthetic, override``.

    Raises
    ------
    RefusedError
        If the book is for study, the rows are not synthetic, and there is no override.
    """
    if book.header.use == "study" and not synthetic and override != STUDY_OVERRIDE:
        given = "" if override is None else f" override={override!r} is not that word."
        msg = (
            f"{book.id!r} is for study, and these rows are not known to be synthetic, so no file "
            f"with one row a person is written.{given} Use tallies, findings or the trace of one "
            f"person, or pass override={STUDY_OVERRIDE!r}; the file and the report will say so."
        )
        raise RefusedError(msg)
    marks: dict[str, int] = {}
    for rule in book.rules:
        marks[rule.mark] = marks.get(rule.mark, 0) + 1
    used = book.header.use == "study" and not synthetic
    return {
        "not_for_decisions": NOT_FOR_DECISIONS,
        "book": book.id,
        "title": book.title,
        "use": book.header.use,
        "confidence": book.header.confidence,
        "marks": marks,
        "missing_rights": list(missing_rights(book)),
        "synthetic": synthetic,
        "override": STUDY_OVERRIDE if used else None,
    }
