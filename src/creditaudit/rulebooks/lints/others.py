"""Who is touched besides the person, and rules that turn on what somebody else did."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.effects import SPARES, direction, effect_words
from creditaudit.rulebooks.lints.lint import Lint, lint_of
from creditaudit.rulebooks.rule_records import Measure, Rule

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

# How the notes of the vocabulary say that a value is decided by somebody else.
_NOT_OWN = re.compile(r"not own conduct|not of the person|somebody else")
LIMITS = ("Touched is not listed: a measure reaches these people, and no list names them for it.",)
TIES = (
    "Which columns tell of somebody else is said by the notes of the shared vocabulary; columns "
    "that a book declares have no such notes.",
)


def other_lints(book: "Rulebook") -> Iterator[Lint]:
    """Yield measures and rules that reach others, and rules that turn on the conduct of others."""
    for place, measure in enumerate(book.contents.measures):
        others = others_of(measure)
        if others:
            yield Lint(
                kind="touches_others", path=("measures", place, "who"), about=measure.id,
                claim=f"Measure {measure.id} ({measure.title}) reaches {_listed(others)}"
                f"{_own_property(measure)}",
                source=measure.source, where=measure.where, mark=measure.mark, limits=LIMITS,
            )  # fmt: skip
    told = {who for measure in book.contents.measures for who in others_of(measure)}
    for place, rule in enumerate(book.rules):
        beyond = [who for who in rule.touches if who != "self"]
        # What a measure of this rule reaches is told of the measure.
        if beyond and not (rule.measures and set(beyond) <= told):
            yield lint_of(
                "touches_others", place, rule,
                f"Rule {rule.id} ({effect_words(rule)}) reaches {_listed(beyond)}", "touches",
            )  # fmt: skip
        ties = [
            f"{name} ({book.columns[name].description}: {book.columns[name].note.rstrip('.')})"
            for name in book.conditions[rule.id].columns
            if _NOT_OWN.search(book.columns[name].note)
        ]
        if ties and direction(book.contents, rule) != SPARES:
            yield _tie(place, rule, ties)


def _tie(place: int, rule: Rule, ties: list[str]) -> Lint:
    return lint_of(
        "turns_on_others", place, rule,
        f"Rule {rule.id} ({effect_words(rule)}) turns on what somebody else did or is: "
        f"{'; '.join(ties)}", "when", limits=TIES,
    )  # fmt: skip


def others_of(measure: Measure) -> list[str]:
    """Return whom a measure reaches besides the person it follows for."""
    return [who for who in measure.who if who != "self"]


def _listed(others: Sequence[str]) -> str:
    return ", ".join(one.replace("_", " ") for one in others)


def _own_property(measure: Measure) -> str:
    if measure.own_property_only:
        return ": it restricts what the listed person's own property may pay"
    return ""
