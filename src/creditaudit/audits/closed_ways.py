"""Who has no way back?"""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.model_findings import Said, gap_finding, too_few, untold
from creditaudit.audits.model_rows import (
    Sides,
    cannot_read,
    cluster_of,
    inputs_of,
    sides_of,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import per_hundred, percent
from creditaudit.errors import InputError, MissingExtra
from creditaudit.evidence import Evidence
from creditaudit.explain.actions import Actions
from creditaudit.explain.models import card_of
from creditaudit.explain.preclusions import HORIZONS, Answer, Asked, answered, question_of, shares
from creditaudit.explain.rule_shares import is_book
from creditaudit.explain.ways_asked import WaysAsked
from creditaudit.finding import Finding
from creditaudit.metrics.influences import Mask, mean_of
from creditaudit.rulebooks.proofs import Prover
from creditaudit.values import Codes
from creditaudit.vocabulary import load_vocabulary

METHOD = (
    "For each refused person, whether any change within the actions stated leads to approval: "
    "exact on cards and linear models, elsewhere certified, found or undecided. Difference of two "
    "shares; ranges of single shares are Wilson's. Sectors are those of the vocabulary."
)
BY_RULES = (
    "Terms, exits and counts of months of the rulebook pass beside the changes. Found rests on "
    "what its text promises; what it only allows is undecided. Waits are at the latest, from the "
    "day of the version that is applied."
)
LIMITS = (
    "Certified for the actions that were stated, and for no others: what people can in fact change "
    "is taken from there.",
    "Refused by the score at this cut-off, or by the rulebook, whatever the decisions on record "
    "were.",
    "Freed: the features of one sector could take every value, all else being as stated. That data "
    "bind does not say that they are wrong.",
)
UNPOINTED = (
    "Ways back are counted in points up to a cut-off, or by the rules of a book. It takes a scorer "
    "with points(X), such as a scorecard, ca.scorers.wrap(model) or a RulebookScorer."
)
NO_SECTOR = "not in the vocabulary"


@audit(
    question="Who has no way back?",
    needs=("tally", "frame", "scorer", "groups", "actions", "cutoff"),
    estimand="share of the group's people under the cut-off for whom no change within the stated "
    "actions reaches it, certified, less the same in the reference",
    topic="reasons",
)
def preclusion(evidence: Evidence) -> list[Finding]:
    """Return the share of refused people without a way back, each group less the reference.

    References
    ----------
    Kothari, A. et al. (2024). Prediction without preclusion: recourse verification with reachable
    sets. ICLR 2024.
    """
    frame, scorer, tally = evidence.frame, evidence.scorer, evidence.tally
    assert frame is not None
    assert tally is not None
    why = cannot_read(evidence, tally.roles.cluster, *evidence.groups)
    if not why and not hasattr(scorer, "points"):
        why = UNPOINTED
    if why:
        return [untold(evidence, "preclusion", "", why)]
    by_itself = card_of(scorer) is not None or is_book(scorer)
    people = frame if by_itself else inputs_of(scorer, frame, tally.roles)
    cutoff = None if is_book(scorer) else evidence.cutoff
    asked = question_of(scorer, people, evidence.actions, cutoff, people)
    answers = answered(asked, _sectors(asked.model.names))
    shown = _for_anybody(scorer, evidence.actions) if is_book(scorer) else ""
    cluster = cluster_of(evidence)
    return [
        finding
        for name in evidence.groups
        for finding in _column(evidence, sides_of(evidence, name), asked, answers, cluster, shown)
    ]


def _for_anybody(scorer: Any, actions: Actions) -> str:
    """Return what can be proved of every person there could be, before any term is over."""
    try:
        prover = Prover(scorer.book, scorer.as_of, scorer.reading, scorer.subject)
        found = prover.way_to_approval(list(actions.immutable))
    except (MissingExtra, InputError):
        return ""
    if found.answer == "proved":
        return "Proved of the text: whatever is fixed, some change of the rest leads to approval."
    if found.answer == "refuted":
        facts = ", ".join(f"{name} {value}" for name, value in found.witnesses[0].items())
        return (
            "Proved of the text: until a term is over nothing that can change helps whoever has "
            f"{facts or 'any facts at all'}."
        )
    return ""


def _sectors(names: list[str]) -> dict[str, str]:
    known = load_vocabulary()
    return {name: known[name].sector if name in known else NO_SECTOR for name in names}


def _column(
    evidence: Evidence, sides: Sides, asked: Asked, answers: list[Answer],
    cluster: Codes | None, shown: str,
) -> list[Finding]:  # fmt: skip
    least = max(evidence.plan.min_cell, 2)
    code = sides.codes[asked.refused]
    sizes = np.bincount(code[code >= 0], minlength=len(sides.levels)).astype(float)
    others = sides.others(sizes, least)
    if not others or sides.reference is None:
        return [untold(evidence, "preclusion", sides.name, too_few(least, "refused people"))]
    keys = pd.DataFrame({sides.name: list(sides.levels)})
    table = pd.concat(shares(answers, keys, code), ignore_index=True)
    table["place"] = np.tile(np.arange(len(sides.levels)), len(answers))
    shut = _spread(asked, answers[0].event)
    who = _spread(asked, np.ones(len(code), dtype=bool))
    base = mean_of(shut.astype(float), who & sides.of(sides.reference), cluster)
    reference = sides.word(sides.reference)
    method = METHOD if isinstance(asked, WaysAsked) else f"{METHOD} {BY_RULES}"
    found = []
    for place in others:
        own, group = mean_of(shut.astype(float), who & sides.of(place), cluster), sides.word(place)
        lead = (
            f"{group}: of 100 people {_refused(asked)}, {per_hundred(own.value)} have "
            f"no way back within the actions stated, certified, against {per_hundred(base.value)} "
            f"in the reference group, {reference}: {points(own.value - base.value)} percentage "
            "points"
        )
        both = table[table["place"].isin([place, sides.reference])]
        found.append(gap_finding(evidence, own - base, Said(
            audit="preclusion", scope=f"{sides.name}: {reference}", lead=lead,
            after=f"{_after(table[table['place'] == place], both, least)} {shown}".strip(),
            n=float(sizes[place]),
            smaller=float(min(sizes[place], sizes[sides.reference])),
            table=_shown(both, least), method=method, limits=LIMITS, group=group,
            reference=reference,
        )))  # fmt: skip
    return found


def _spread(asked: Asked, event: Mask) -> Mask:
    """Return what is said of refused people as said of everybody."""
    everyone = np.zeros(len(asked.people), dtype=bool)
    everyone[asked.refused] = event
    return everyone


def _refused(asked: Asked) -> str:
    return f"under {asked.cutoff:g} points" if isinstance(asked, WaysAsked) else "refused"


def _after(own: pd.DataFrame, both: pd.DataFrame, least: float) -> str:
    """Return what is undecided, and whose data bind the people of the group."""
    said = []
    undecided = both.loc[both["measure"] == "undecided", "value"]
    if (undecided > 0).any():
        said.append(f"Undecided, and not counted: up to {percent(undecided.max())} of a group.")
    opens = own.set_index("measure")["value"]
    timed = [
        f"{per_hundred(opens[name])} {f'within {months} months' if months else 'at once'}"
        for months in HORIZONS
        if (name := f"found_in_{months}_months") in opens.index
    ]
    if timed:
        said.append(f"Of 100 refused people of the group a way opens for {', '.join(timed)}.")
    freed = own[(own["measure"] == "freed_found") & (own["n"] >= least)]
    ordered = freed.sort_values("value", ascending=False, kind="stable")
    opened = [
        f"{sector} for {per_hundred(value)}"
        for sector, value in zip(ordered["sector"], ordered["value"], strict=True)
    ]
    if opened:
        said.append(
            "Of 100 of the group without a way, one opens if the data of a single sector could "
            f"take any value: {', '.join(opened)}."
        )
    return " ".join(said)


def _shown(both: pd.DataFrame, least: float) -> pd.DataFrame:
    """Return the rows of two groups, without shares of too few people."""
    table = both.drop(columns="place").reset_index(drop=True)
    few = (table["n"] > 0) & (table["n"] < least)
    table.loc[few, ["value", "low", "high"]] = np.nan
    table.loc[few, "note"] = f"fewer than {least:g} people"
    return table
