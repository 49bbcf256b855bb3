"""Rules that turn on a protected field, or on one that can stand in for a group."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.effects import SPARES, direction, effect_words
from creditaudit.rulebooks.lints.lint import Lint, lint_of

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

# Fields of the vocabulary that can stand in for a group, each with the reason: judgements of ours.
PROXIES = {
    "region": "where somebody lives can stand in for a group",
    "district": "where somebody lives can stand in for a group",
    "firm_region": "where a firm is can stand in for the group of its owners",
    "person_name": "a name can tell of sex and of descent",
    "resident_id": "the number holds day of birth, sex and place of registration",
    "residence_months": "people who move for work have lived at an address for less long",
    "blood_donations": "who may not give blood for reasons of health cannot earn the points",
    "births_over_quota": "it is about women and their children",
    "contacts_score": "people know people like themselves",
}
LIMITS = (
    "Protected is what a law somewhere forbids to decide by, as the shared vocabulary marks it; "
    "which law covers this rule is another question.",
    "Any other field may stand in for a group as well: whether it does is seen in data, and not in "
    "a text.",
)


def field_lints(book: "Rulebook") -> Iterator[Lint]:
    """Yield rules that read protected fields or known proxies."""
    for place, rule in enumerate(book.rules):
        read = book.conditions[rule.id].columns
        protected = [name for name in read if book.columns[name].sensitivity == "protected"]
        proxies = [f"{name} ({PROXIES[name]})" for name in read if name in PROXIES]
        spares = direction(book.contents, rule) == SPARES
        done = effect_words(rule)
        if protected:
            kind = "protected_spared" if spares else "protected_field"
            verb = "reads" if spares else "turns on"
            yield lint_of(
                kind, place, rule,
                f"Rule {rule.id} ({done}) {verb} {', '.join(protected)}, which the "
                "shared vocabulary marks as protected", "when", limits=LIMITS,
            )  # fmt: skip
        if proxies and not spares:
            yield lint_of(
                "proxy_field", place, rule,
                f"Rule {rule.id} ({done}) turns on {'; '.join(proxies)}", "when",
                limits=LIMITS, judged=True,
            )  # fmt: skip
