"""Measures outside the domain of the act they follow from."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.effects import HARMFUL, measures_of
from creditaudit.rulebooks.lints.lint import Lint, lint_of
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

LIMITS = (
    "Which domain belongs to which sector is a judgement of ours (J), in domains.toml beside the "
    "code; of a measure without a domain, or with one that is not in that table, nothing is said.",
    "Outside the domain is no finding of disproportion: that asks for the gravity of both.",
)


def domain_lints(book: "Rulebook") -> Iterator[Lint]:
    """Yield rules from which measures follow that bear on another part of life than the act."""
    for place, rule in enumerate(book.rules):
        act = sectors_of_act(book, rule)
        far = [
            measure
            for measure in measures_of(book.contents, rule)
            if measure.family in HARMFUL and _is_outside(measure.domain, act)
        ]
        if not far:
            continue
        of_life: dict[str, list[str]] = {}
        for measure in far:
            of_life.setdefault(measure.domain, []).append(measure.id)
        told = "; ".join(f"{word.replace('_', ' ')} ({', '.join(ids)})"
                         for word, ids in of_life.items())  # fmt: skip
        words = load_vocabulary().sectors
        yield lint_of(
            "outside_domain", place, rule,
            f"Rule {rule.id} ({rule.title}) rests on what is known to "
            f"{' and '.join(words[one] for one in sorted(act))}, and its measures bear on {told}",
            "measures" if rule.measures else "list", limits=LIMITS, judged=True,
        )  # fmt: skip


def sectors_of_act(book: "Rulebook", rule: Rule) -> set[str]:
    """Return the sectors from which a rule draws: those of its columns, and of who finds the act.

    The register of people and firms is left out where there is another: it says who somebody is.
    """
    found = {book.columns[name].sector for name in book.conditions[rule.id].columns}
    agencies = load_vocabulary().agencies
    if rule.agency in agencies:
        found.add(agencies[rule.agency][0])
    found.discard("")
    return found - {"census"} or found


@cache
def domain_table() -> Mapping[str, frozenset[str]]:
    """Return the sectors that a domain belongs to, by the word for it."""
    text = files("creditaudit.rulebooks.lints").joinpath("domains.toml").read_text("utf-8")
    return {row["word"]: frozenset(row["sectors"]) for row in tomllib.loads(text)["domain"]}


def _is_outside(domain: str, act: set[str]) -> bool:
    belongs = domain_table().get(domain)
    return belongs is not None and bool(act) and not belongs & act
