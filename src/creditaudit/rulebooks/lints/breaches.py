"""Whether a first act is waived, counted, or left to whoever decides."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.effects import TAKES, direction, effect_words
from creditaudit.rulebooks.lints.lint import Lint, lint_of

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook


def breach_lints(book: "Rulebook") -> Iterator[Lint]:
    """Yield rules that count a first act, or do not say whether they do."""
    for place, rule in enumerate(book.rules):
        if direction(book.contents, rule) != TAKES or rule.first_breach == "waived":
            continue
        if rule.first_breach == "counted":
            claim = f"Rule {rule.id} ({effect_words(rule)}) counts from the first act"
            yield lint_of("first_breach_counted", place, rule, claim, "first_breach")
        else:
            claim = (
                f"Whether rule {rule.id} ({effect_words(rule)}) waives a first act is not stated "
                "in the file"
            )
            yield lint_of("first_breach_unstated", place, rule, claim)
