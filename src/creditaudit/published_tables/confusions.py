"""Headings that name a decision and an outcome at once: "good, approved", TP, FN, FP, TN."""

import re
from collections.abc import Sequence

from creditaudit.published_tables import vocabularies as words
from creditaudit.published_tables.parts import Column
from creditaudit.published_tables.questions import Answers, Doubt
from creditaudit.published_tables.readings import tidy
from creditaudit.published_tables.sheet_cells import letters

_MATRIX = re.compile(
    r"(?P<true>t(?=[pn]s?$)|f(?=[pn]s?$)|true |false )(?P<side>p|n|pos(?:itives?|\.)?|"
    r"neg(?:atives?|\.)?)s?", re.I,
)  # fmt: skip
_NEUTRAL = re.compile(
    r"and|but|then|later|who|were|was|with|of|the|a|payers?|people|persons?|borrowers?|customers?|"
    r"applicants?|applications?|loans?|accounts?|risks?|credits?|outcome|und|dann|et|puis|y", re.I,
)  # fmt: skip
_NOT = {"not", "non", "nicht", "no", "never", "nie", "pas"}
# What a column of a confusion matrix counts, by who is called positive.
POSITIVE = {
    "approved": {"tp": ("approved", "good"), "fn": ("refused", "good"),
                 "fp": ("approved", "bad"), "tn": ("refused", "bad")},
    "default": {"tp": ("refused", "bad"), "fn": ("approved", "bad"),
                "fp": ("refused", "good"), "tn": ("approved", "good")},
}  # fmt: skip


def split_headings(columns: Sequence[Column], answers: Answers) -> list[Doubt]:
    """Give columns that name a decision and an outcome a heading for each; return questions."""
    found = {one.column: _matrix_cell(one.labels[-1]) for one in columns if one.labels}
    named = [one for one in columns if found.get(one.column)]
    if {found[one.column] for one in named} == set(POSITIVE["approved"]):
        positive = answers.choice("positive", POSITIVE)
        for one in named:
            one.labels = (
                *one.labels[:-1], *POSITIVE[positive or "approved"][found[one.column] or ""],
            )  # fmt: skip
        return [] if positive else [_ask(named)]
    _split_words(columns)
    return []


def _matrix_cell(label: str) -> str | None:
    """Return "tp", "fn", "fp" or "tn" where a heading is the name of one."""
    said = _MATRIX.fullmatch(tidy(label))
    return (said["true"][0] + said["side"][0]).lower() if said else None


def _ask(named: Sequence[Column]) -> Doubt:
    return Doubt(
        "positive", f"columns {', '.join(letters(one.column) for one in named)}",
        "These are the cells of a confusion matrix, and the table does not say who is positive.",
        ("a true positive is a good payer who was approved",
         "a true positive is a bad payer who was refused"),
        tuple(POSITIVE),
    )  # fmt: skip


def _split_words(columns: Sequence[Column]) -> None:
    parts = {one.column: _two_parts(one.labels[-1]) for one in columns if one.labels}
    crossed = {pair for pair in parts.values() if all(pair)}
    decisions, outcomes = ({pair[side].casefold() for pair in crossed} for side in (0, 1))
    if len(crossed) < 2 or len(decisions) + len(outcomes) < 3:
        return
    spelled: dict[str, str] = {}
    for one in columns:
        decision, outcome = parts.get(one.column, ("", ""))
        if decision and not outcome:
            # A sum over outcomes, or people of whom none is recorded.
            outcome = "Total" if decision.casefold() in decisions else ""
        elif outcome and not decision and outcome.casefold() in outcomes:
            decision = "Total"
        elif not decision:
            continue
        # One word in two spellings is one level.
        both = (spelled.setdefault(word.casefold(), word) for word in (decision, outcome))
        one.labels = (*one.labels[:-1], *both)


def _two_parts(label: str) -> tuple[str, str]:
    """Return the decision and the outcome that a heading names; empty where it says more."""
    text = tidy(label)
    tokens = [token for token in re.split(r"[\s,;/&()+:]+|\s-\s", text) if token and token != "-"]
    joined: list[str] = []
    for token in tokens:
        if joined and joined[-1].casefold() in _NOT:
            joined[-1] += f" {token}"
        else:
            joined.append(token)
    kinds = [_kind(token) for token in joined]
    if kinds.count("decision") > 1 or kinds.count("outcome") > 1 or None in kinds:
        return "", ""
    named = dict(zip(kinds, joined, strict=True))
    return named.get("decision", ""), named.get("outcome", "")


def _kind(token: str) -> str | None:
    if words.is_outcome(token):
        return "outcome"
    # Yes and no decide nothing beside other words.
    if words.names_decision(token):
        return "decision"
    return "neutral" if _NEUTRAL.fullmatch(token) else None
