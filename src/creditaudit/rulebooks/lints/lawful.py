"""Lawful acts that cost points, a tier, a place on a list, or a measure."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.effects import TAKES, direction, effect_words
from creditaudit.rulebooks.lints.lint import Lint, lint_of

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

# How notes of the vocabulary mark acts that are lawful, or that nobody found unlawful.
_MARKED = re.compile(r"\blinted\b")


def lawful_lints(book: "Rulebook") -> Iterator[Lint]:
    """Yield rules that take something for an act the file or the vocabulary calls lawful."""
    for place, rule in enumerate(book.rules):
        if direction(book.contents, rule) != TAKES:
            continue
        marked = [
            f"{name} ({book.columns[name].note.rstrip('.')})"
            for name in book.conditions[rule.id].columns
            if _MARKED.search(book.columns[name].note)
        ]
        if not (rule.lawful or (marked and rule.lawful is not False)):
            continue
        told = f"rule {rule.id} ({rule.title}: {effect_words(rule)})"
        if rule.lawful:
            claim = f"A lawful act, as the file says, costs something under {told}"
        else:
            claim = f"An act that the vocabulary marks costs something under {told}: "
            claim += "; ".join(marked)
        yield lint_of("lawful_costs", place, rule, claim, "lawful" if rule.lawful else "when")
