"""Reasons of a rulebook: the rules that fired against a person."""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.explain.trees import Truths


def reasons_of_rules(scorer: Any, people: Any, k: int) -> pd.DataFrame:
    """Return the rules that led to each refusal.

    A rule that refuses whoever it fires for, by a gate, a list or a tier, is a reason in itself and
    comes first, without points. Others follow by the points they took, if points decide.

    Parameters
    ----------
    scorer : RulebookScorer
    people : DataFrame
    k : int

    Returns
    -------
    DataFrame
        person, rank, feature (the id of the rule), points_lost, text, code, method, reference.

    References
    ----------
    12 CFR Part 1002, Supplement I, comments 9(b)(2)-6 to -8 (judgmental and combined systems).
    """
    contents, rules = scorer.book.contents, [step.rule for step in scorer.program.rules]
    refused = _true(pd.Series(scorer.decide(people)) == "refused")
    refusing = [_refuses(rule, contents.decision) for rule in rules]
    fired = scorer.fired(people)
    fires = {rule.id: _true(fired[rule.id]) for rule in rules}
    taken = scorer.attributions(people)
    read = f", {scorer.reading} reading" if scorer.reading else ""
    method = f"rules that fired, {scorer.book.id} as of {scorer.as_of}{read}"
    found = []
    for place in np.flatnonzero(refused):
        reasons = []
        for number, rule in enumerate(rules):
            if not fires[rule.id][place]:
                continue
            lost = -float(taken[rule.id].iloc[place]) if rule.id in taken else 0.0
            if refusing[number]:
                reasons.append((0, 0.0, number, np.nan))
            elif lost > 0:
                reasons.append((1, -lost, number, lost))
        for rank, (_, _, number, lost) in enumerate(sorted(reasons)[:k], start=1):
            rule = rules[number]
            found.append(
                {
                    "person": people.index[place],
                    "rank": rank,
                    "feature": rule.id,
                    "points_lost": lost,
                    "text": rule.reason.text if rule.reason else (rule.text or rule.title),
                    "code": (rule.reason.code if rule.reason else "") or rule.id,
                    "method": method,
                    "reference": "no rule fires",
                }
            )
    columns = (
        "person", "rank", "feature", "points_lost", "text", "code", "method", "reference",
    )  # fmt: skip
    return pd.DataFrame(found, columns=columns)


def _true(column: pd.Series) -> Truths:
    """Return where a column is true; what is not known is not true."""
    return np.asarray(column.astype("boolean").fillna(False), dtype=bool)


def _refuses(rule: Any, decision: Any) -> bool:
    """Return whether a rule refuses whoever it fires for, whatever their points."""
    if rule.gate == "refuse":
        return True
    if decision is None:
        return False
    return rule.list in decision.refuse_listed or rule.tier_cap in decision.refuse_tiers
