"""At which stage does the gap arise?"""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import adjusted, reference_of
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import (
    RAW_GAP,
    group_name,
    per_hundred,
    percent,
    reach_words,
    status_of,
    status_sentence,
)
from creditaudit.errors import NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.funnels import Funnel
from creditaudit.intervals import LEVEL
from creditaudit.metrics.measures import Estimates
from creditaudit.metrics.stage_gaps import Chain, StageGap, compare_stages, stage_rates

QUESTION = "At which stage does the gap arise?"
METHOD = (
    "Ratio of the shares that reach the next stage, with a Miettinen-Nurminen score range. The "
    "overall rate is the product of those of the steps, so the log of the overall ratio is exactly "
    "the sum of the logs of the steps; a step's part of it can be over 100 % or negative. The "
    "range for all comparisons is widened by Bonferroni, p-values by Holm."
)
SELECTED = (
    "Those who reach a stage are not everyone: a step compares people whom the steps before let "
    "through, and says where the numbers part, not why."
)


@audit(
    question=QUESTION,
    needs=("funnel",),
    estimand="share of the group that reaches the last stage / the same share of the reference, "
    "and the part of its log at each step, in the population the applications are a sample of",
    topic="approval_gap",
)
def funnel(evidence: Evidence) -> list[Finding]:
    """Return for each group the overall ratio and the step with most of its log."""
    kept = {name for grouping in _held(evidence).overall.groupings for name in grouping}
    asked = evidence.plan.groups
    names = [x for x in _held(evidence).groups if x in kept and (asked is None or x in asked)]
    return [finding for name in names for finding in _column(evidence, name)]


def _held(evidence: Evidence) -> Funnel:
    assert evidence.funnel is not None
    return evidence.funnel


def _column(evidence: Evidence, name: str) -> list[Finding]:
    least = evidence.plan.min_cell
    given = reference_of(evidence, (name,))
    try:
        base, chains = compare_stages(_held(evidence), (name,), given, min_people=least)
    except NothingToCompare:
        claim = (
            f"{name}: nothing can be compared. It takes a reference group and another one with "
            f"{least} or more people each at the first stage."
        )
        return [
            Finding(
                id=finding_id("funnel", "", name), audit="funnel", question=QUESTION, claim=claim,
                status="cannot_tell", unit="ratio", n=_held(evidence).n, method=METHOD,
            )
        ]  # fmt: skip
    values = np.array([chain.overall.ratio for chain in chains])
    order = np.argsort(np.nan_to_num(values, nan=np.inf), kind="stable")
    return [_finding(evidence, name, base, chains[at], chosen=given is None) for at in order]


def _finding(
    evidence: Evidence, name: str, base: Estimates, chain: Chain, *, chosen: bool
) -> Finding:
    whole, plan = chain.overall, evidence.plan
    group = group_name((name,), list(chain.key))
    reference = group_name((name,), [base.keys[name].tolist()[0]])
    level = evidence.family.level if evidence.family else LEVEL
    low, high = whole.range()
    ends = whole.range(level)
    status = status_of(*ends, plan.line)
    stages = _held(evidence).stages
    shown = [step for step in chain.steps if min(step.n) >= plan.min_cell]
    if np.isfinite(whole.ratio):
        claim = (
            f"{group}: {per_hundred(whole.ratio)} go from {stages[0]!r} to {stages[-1]!r} for "
            f"every 100 in the reference group, {reference}, per head ({reach_words(low, high)}). "
            f"{status_sentence(status, whole.ratio, *ends, plan.line)} "
            f"{_where_words(chain, shown, level)} {_steps_words(shown)}"
        )
    else:
        claim = f"{group}, against {reference}: no ratio can be computed. {whole.note}"
    table = _table(evidence, name, [chain.key[0], base.keys[name].tolist()[0]])
    hidden = len(chain.steps) - len(shown)
    limits = [RAW_GAP, SELECTED]
    limits += [f"{hidden} steps of fewer than {plan.min_cell} people: not shown."] if hidden else []
    if chosen:
        limits.append(f"Reference {reference}: the group with most people, as the plan names none.")
    return Finding(
        id=finding_id("funnel", group, f"{name}: {reference}"), audit="funnel", question=QUESTION,
        claim=claim.strip(), status=status, estimate=whole.ratio, low=low, high=high,
        low_family=ends[0], high_family=ends[1], unit="ratio", n=whole.n[0], group=group,
        reference=reference, p_value=whole.p_value, p_adjusted=adjusted(evidence, whole.p_value),
        # The steps widen the ranges of the family; their p-values are not told.
        tested=(whole.p_value, *(np.nan for _ in chain.steps)),
        confidence=_confidence(evidence, whole), table=table, method=METHOD, limits=tuple(limits),
    )  # fmt: skip


def _where_words(chain: Chain, shown: list[StageGap], level: float) -> str:
    """Return the step with the largest part of the gap, and whether it is told from chance."""
    total = chain.overall.contribution
    parts = [step for step in shown if np.isfinite(step.contribution)]
    if not np.isfinite(total) or total == 0 or not parts:
        return "The gap cannot be split over the steps."
    least, highest = chain.overall.range(level)
    if least <= 1 <= highest:
        return "No overall gap can be told from chance, so no step is named."
    most = max(parts, key=chain.share)
    low, high = most.range(level)
    assert most.places is not None
    rates = most.rates.value[list(most.places)]
    told = "" if high < 1 or low > 1 else ", though that step alone cannot be told from chance"
    return (
        f"The largest part of the gap arises at the step {most.step!r}: "
        f"{100 * chain.share(most):.0f} % of it, in logs{told}; "
        f"there {percent(rates[0])} went on against {percent(rates[1])}."
    )


def _steps_words(shown: list[StageGap]) -> str:
    parts = []
    for step in shown:
        low, high = step.range()
        if np.isfinite(step.ratio):
            parts.append(f"{step.step} {per_hundred(step.ratio)} ({reach_words(low, high)})")
    return f"Step by step, for every 100: {'; '.join(parts)}." if parts else ""


def _table(evidence: Evidence, name: str, keys: list[Any]) -> pd.DataFrame:
    frame = stage_rates(_held(evidence), name)
    wanted = np.array([key in keys for key in frame[name].tolist()])
    return frame[wanted & (frame["n"] >= evidence.plan.min_cell)].reset_index(drop=True)


def _confidence(evidence: Evidence, whole: StageGap) -> str:
    smaller = min(whole.n)
    if smaller < 100 or np.isnan(whole.ratio):
        return "low"
    return "high" if smaller >= 1000 and evidence.level >= 2 else "moderate"
