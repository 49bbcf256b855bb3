"""How long an entry in a list lasts and what ends it, as the text of a rulebook has it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from creditaudit.errors import InputError
from creditaudit.rulebooks import Rulebook
from creditaudit.rulebooks.list_texts import ListText, read_list
from creditaudit.rulebooks.readers import read_term
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.sharing.regimes import SharingRegime

# Somebody who has paid everything, and done what repair asks for.
PAID: Mapping[str, Any] = {
    "judgment_unperformed": False, "obligations_met": True, "conduct_corrected": True,
    "commitment_made": True, "settlement_performed": True,
}  # fmt: skip
# Clocks that start when the debt is paid; all others start with the entry.
_AT_PAYMENT = ("end_of_act", "settlement")
_DAYS_A_MONTH = 30.4
# Lists for unpaid debts; the first of two whose lists as many agencies take.
KEEPERS = ("court", "credit_bureau")


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long an entry lasts.

    Parameters
    ----------
    name : str
        Such as the id of the rulebook.
    longest : int, optional
        Months after which an entry goes by itself; never when not given.
    starts : {"entry", "payment"}
        Where the clock of the longest term starts.
    paying_ends : bool
        Whether an entry can go because everything is paid.
    shortest : int
        Months before which paying does not end it.
    asked : bool
        Whether it has to be asked for then (a repair), or goes by itself.
    source : str
        Where the text says so.

    Raises
    ------
    InputError
        If an entry cannot last as long as that.
    """

    name: str
    longest: int | None = None
    starts: Literal["entry", "payment"] = "entry"
    paying_ends: bool = True
    shortest: int = 0
    asked: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        known = self.longest is None or self.longest >= 0
        if not known or self.shortest < 0 or self.starts not in ("entry", "payment"):
            msg = (
                f"Retention {self.name!r}: longest={self.longest} and shortest={self.shortest} "
                "are months, 0 or more, and starts is 'entry' or 'payment'."
            )
            raise InputError(msg)

    @property
    def words(self) -> str:
        """The rule in a sentence."""
        term = "without a term" if self.longest is None else f"at most {self.longest} months"
        if self.longest is not None and self.starts == "payment":
            term = f"{self.longest} months from the day everything is paid"
        if not self.paying_ends:
            return f"{term}; paying does not end it"
        after = f" after {self.shortest} months" if self.shortest else ""
        return f"{term}; paying ends it{after}{' on application' if self.asked else ''}"


def retention_of(
    book: Rulebook | str,
    *,
    list: str | None = None,  # noqa: A002
    rule: str | None = None,
    reading: Literal["mild", "strict"] = "strict",
    subject: str | None = None,
) -> Retention:
    """Return how long an entry lasts by the text of a rulebook.

    Parameters
    ----------
    book : Rulebook or str
    list : str, optional
        Needed where the book has several lists.
    rule : str, optional
        The rule that makes the entry; needed where rules of the list have different terms.
    reading : {"mild", "strict"}
        Of a term from one length to another, the shorter or the longer one.
    subject : {"person", "firm", "event"}, optional
        Needed where rules of the list are about several.

    Returns
    -------
    Retention

    Raises
    ------
    InputError
        If the list or the rule is not there or has to be named, or the text says neither how long
        an entry lasts nor that paying ends it.

    Notes
    -----
    A way off the list counts as paying when its condition holds for somebody who has performed
    everything and did what repair asks for (`PAID`), whatever else is missing. It has to be asked
    for where the text calls it early. Other ways off a list are left out. Terms are whole months,
    rounded up; an extension of a term is left out.
    """
    found = Rulebook.load(book) if isinstance(book, str) else book
    text = read_list(found, list, reading, subject, None)
    chosen = _rule(text, rule)
    kept = text.retention(chosen)
    # The mild reading keeps the ways that are allowed and not ordered.
    every = read_list(found, list, "mild", subject, None).exits
    ways = [way for way, when in every if when.value(_paid(when.columns)) is True]
    # A way that needs no request comes before one that does.
    way = min(ways, key=lambda one: one.early, default=None)
    length = text.length(chosen) if kept is not None else None
    if length is None and way is None:
        msg = (
            f"{found.id!r} says neither how long an entry lasts nor that paying ends it, as far as "
            "can be read here. Make a Retention of your own."
        )
        raise InputError(msg)
    shortest = _months(kept.min) if kept is not None and kept.min is not None else 0
    clock = kept.clock if kept is not None else "entry"
    return Retention(
        name=found.id if chosen is None else f"{found.id}:{chosen.id}",
        longest=None if length is None else _months(length),
        starts="payment" if clock in _AT_PAYMENT else "entry",
        paying_ends=way is not None,
        shortest=shortest if way is not None and way.early else 0,
        asked=way is not None and way.early,
        source=(kept.where or kept.source or "") if kept is not None else "",
    )


def keeper_of(regime: SharingRegime) -> str | None:
    """Return whose list of unpaid debts most agencies of a regime take directly.

    Returns
    -------
    str or None
        "court" or "credit_bureau", the court where as many take either; None where the regime has
        neither.
    """
    there = [one for one in KEEPERS if one in regime.agencies]
    takers = {
        name: {
            line.importer for line in regime.imports if line.source == name and line.carries_list
        }
        for name in there
    }
    return max(there, key=lambda name: len(takers[name]), default=None)


def written_retention(regime: SharingRegime, agency: str) -> Retention | None:
    """Return how long entries of an agency's own list last by the rulebooks of a regime.

    Parameters
    ----------
    regime : SharingRegime
    agency : str
        Whose list it is.

    Returns
    -------
    Retention or None
        By the first list of that agency, in a rulebook of the regime and of its jurisdiction, from
        which a single term can be read; None where there is none. A term of another agency, or of
        another jurisdiction, is never put in its place.
    """
    for name in regime.rulebooks:
        book = Rulebook.load(name)
        if regime.jurisdiction not in (None, book.contents.book.jurisdiction):
            continue
        for row in book.contents.lists:
            if row.agency != agency:
                continue
            try:
                return retention_of(book, list=row.id)
            except InputError:
                # Its terms differ by rule or subject, or cannot be read here.
                continue
    return None


def _paid(columns: Iterable[str]) -> dict[str, Any]:
    return {name: PAID.get(name) for name in columns}


def _rule(text: ListText, name: str | None) -> Rule | None:
    rules = {one.id: one for one in text.rules}
    if name is not None and name not in rules:
        msg = f"List {text.row.id!r} of {text.book.id!r} has no rule {name!r}: {', '.join(rules)}."
        raise InputError(msg)
    if name is not None:
        return rules[name]
    own = {one.id: one.retention for one in text.rules if one.retention is not None}
    lengths = {(kept.term, kept.min, kept.max, kept.open) for kept in own.values()}
    if len(lengths) > 1:
        msg = (
            f"Rules of {text.book.id!r} have different terms. Pass rule= with one of "
            f"{', '.join(own)}."
        )
        raise InputError(msg)
    return None if not own else rules[next(iter(own))]


def _months(term: str) -> int:
    number, unit = read_term(term)
    if unit in ("month", "year"):
        return number * (12 if unit == "year" else 1)
    days = {"week": 7.0, "working day": 1.4}.get(unit, 1.0)
    return math.ceil(number * days / _DAYS_A_MONTH)
