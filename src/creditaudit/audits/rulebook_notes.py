"""What a report says of the rulebook behind it: which one, how it is known, and for what use."""

from typing import Any

from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.protocols import HasRules
from creditaudit.rulebooks import Rulebook, preset_ids
from creditaudit.rulebooks.guards import NOT_FOR_DECISIONS

WOULD_CHANGE = (
    "The text itself where only a report of it was read, and any version or annex that was not: "
    "absence in this file is not absence in law.",
    "A source that contradicts a line of the file; each part names the one it rests on.",
)


def held_book(evidence: Evidence, *, earlier: bool = False) -> Rulebook:
    """Return the rulebook of evidence that does not lack one, or the one it replaces.

    Raises
    ------
    InputError
        If it is another thing that has rules.
    """
    name = "earlier_rulebook" if earlier else "rulebook"
    held = getattr(evidence, name)
    if isinstance(held, Rulebook):
        return held
    msg = (
        f"{name}= is a {type(held).__name__}, and these audits read the text of a "
        "Rulebook. Load it with ca.Rulebook.load(id_or_path)."
    )
    raise InputError(msg)


def day_of(evidence: Evidence, book: Rulebook) -> str | None:
    """Return the plan's decision date where the book was in force then; None is the last day."""
    day = evidence.plan.decision_date
    try:
        book.program(day, "strict")
    except InputError:
        return None
    return day


def book_notes(book: HasRules | None) -> list[str]:
    """Return sentences on how a rulebook was read; none without one."""
    if not isinstance(book, Rulebook):
        return []
    header = book.header
    since = f"in force from {header.in_force}" if header.in_force else "first day not known"
    until = f" until before {header.repealed}" if header.repealed else ""
    told = [
        f"Rulebook {book.id} ({book.file}): {book.title}, {header.issuer}; {since}{until}. "
        f"Confidence {header.confidence}; compared with its sources on {header.looked_at}; read "
        f"by somebody with legal training: {header.reviewer}.",
    ]
    if header.shape_only:
        told.append("Shape only: its rules or weights are not public, and none are invented.")
    if header.use == "study":
        told.append(f"For study. {NOT_FOR_DECISIONS}")
    return [*told, *header.notes]


def book_names(book: HasRules | None) -> dict[str, str]:
    """Return the name of a rulebook's file, and what to pass to have its report recomputed."""
    if not isinstance(book, Rulebook):
        return {}
    is_preset = book.id in preset_ids() and book is Rulebook.load(book.id)
    return {"file": book.file, "data": book.id if is_preset else book.file}


def book_part(book: HasRules | None) -> dict[str, Any]:
    """Return what stands for source and description where nothing else was held."""
    if not isinstance(book, Rulebook):
        return {}
    about = " ".join(book.header.about.split())
    return {"name": book.title, "about": about, "limits": WOULD_CHANGE}
