"""What the text of a rulebook shows by itself. One file a family; to add one, name it here."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from creditaudit.rulebooks.lints.acts import act_lints
from creditaudit.rulebooks.lints.bases import STANDARDS, basis_lints, legal_basis
from creditaudit.rulebooks.lints.breaches import breach_lints
from creditaudit.rulebooks.lints.catalogue import LintKind, gravity, lint_kinds
from creditaudit.rulebooks.lints.contradictions import contradiction_lints
from creditaudit.rulebooks.lints.domains import domain_lints
from creditaudit.rulebooks.lints.fields import field_lints
from creditaudit.rulebooks.lints.lawful import lawful_lints
from creditaudit.rulebooks.lints.lint import Lint
from creditaudit.rulebooks.lints.logic import logic_lints
from creditaudit.rulebooks.lints.others import other_lints
from creditaudit.rulebooks.lints.reach import reach_lints
from creditaudit.rulebooks.lints.readings import reading_lints
from creditaudit.rulebooks.lints.spans import spans_of
from creditaudit.rulebooks.lints.unstated import right_lints
from creditaudit.rulebooks.versions import chosen_day, is_in_force

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

__all__ = [
    "STANDARDS",
    "Lint",
    "LintKind",
    "gravity",
    "legal_basis",
    "lint_kinds",
    "lints_of",
]


def lints_of(
    book: "Rulebook",
    *,
    as_of: date | str | None = None,
    population: Any = None,
    least: int = 1,
) -> list[Lint]:
    """Return everything that is found in the text of a book, the gravest first.

    Parameters
    ----------
    book : Rulebook
    as_of : date or str, optional
        Only the version in force on that day; all versions by default.
    population : Population or DataFrame, optional
        People, for the share whose answer depends on the reading.
    least : int
        Counts of fewer of these people, and more than none, are not told.

    Raises
    ------
    InputError
        If the book was not in force on that day, or the population lacks columns.
    """
    found = list(_families(book, as_of, population, least))
    if as_of is not None:
        day = chosen_day(book.contents, as_of)
        found = [one for one in found if _is_in_force(book, one, day)]
    order = list(lint_kinds())
    return sorted(found, key=lambda one: (-gravity(one.severity), order.index(one.kind)))


def _is_in_force(book: "Rulebook", lint: Lint, day: date) -> bool:
    place = lint.path[1] if lint.path[0] == "rules" else None
    return not isinstance(place, int) or is_in_force(book.rules[place], day)


def _families(
    book: "Rulebook", as_of: date | str | None, population: Any, least: int
) -> Iterator[Lint]:
    spans = spans_of(book, as_of)
    yield from logic_lints(book, spans)
    yield from contradiction_lints(book, spans)
    yield from reach_lints(book, spans)
    yield from act_lints(book, spans)
    yield from basis_lints(book)
    yield from right_lints(book)
    yield from reading_lints(book, as_of, population, least)
    yield from other_lints(book)
    yield from domain_lints(book)
    yield from lawful_lints(book)
    yield from field_lints(book)
    yield from breach_lints(book)
