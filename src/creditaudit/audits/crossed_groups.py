"""Which small groups fare worst after correction?"""

import numpy as np

from creditaudit.audits.bounded_wording import bounded_claim
from creditaudit.audits.comparing import (
    Words,
    adjusted,
    compared,
    counts_table,
    data_limits,
    key_values,
    method,
    not_shown,
    nothing_compared,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import (
    RAW_GAP,
    confidence,
    group_name,
    p_words,
    people,
    per_hundred,
    percent,
    status_of,
    status_sentence,
)
from creditaudit.errors import NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.disparities import Comparison
from creditaudit.metrics.rates import BY_NAME
from creditaudit.values import Floats

APPROVAL = BY_NAME["approval_rate"]
QUESTION = "Which small groups fare worst after correction?"
WORDS = Words("intersections", QUESTION, "approved", "refused", "approvals", "were approved")
ROWS = 40


@audit(
    question=QUESTION,
    needs=("tally", "decision", "intersections"),
    estimand="lowest ratio of approval rates among the crossed groups, to the reference",
    topic="approval_gap",
)
def intersections(evidence: Evidence) -> list[Finding]:
    """Return, for each crossing of groups, the one approved least often beside the reference.

    The lowest ratio of many is low by chance too, so the range is the one that holds for all
    comparisons of the report together.
    """
    return [_crossing(evidence, by) for by in evidence.crossings]


def _crossing(evidence: Evidence, by: tuple[str, ...]) -> Finding:
    scope = " x ".join(by)
    try:
        found = compared(evidence, "approval_rate", by)
    except NothingToCompare:
        return nothing_compared(evidence, WORDS, APPROVAL, by)
    p_adjusted = np.array([adjusted(evidence, float(p)) for p in found.p_value])
    ratio, low, high = found.value, found.low_family, found.high_family
    # A ratio that is known within bounds only is at most this.
    most = ratio if found.groups.ends is None else np.fmin(ratio, _ends(found)[1])
    # Of the groups told to fare worse than the reference, the worst; without any, the worst seen.
    told = (p_adjusted < 0.05) & (most < 1)
    worst = int(np.argmin(np.where(told if told.any() else np.isfinite(most), most, np.inf)))
    group = group_name(by, key_values(found.groups.keys, worst))
    reference = group_name(by, key_values(found.reference.keys, 0))
    line = evidence.plan.line
    status = status_of(low[worst], high[worst], line)
    if np.isfinite(ratio[worst]):
        lead = _lead(scope, len(ratio), int(told.sum()), reference)
        claim = (
            f"{lead}: {group}, {per_hundred(ratio[worst])} approvals for every 100, per head "
            f"({percent(found.groups.value[worst])} of {people(found.groups.n[worst])}; "
            f"{p_words(p_adjusted[worst])}). "
            f"{status_sentence(status, ratio[worst], low[worst], high[worst], line)}"
        )
    elif np.isfinite(most[worst]):
        lead = _lead(scope, len(ratio), int(told.sum()), reference)
        words = (WORDS.things, WORDS.of)
        claim = f"{lead}: {group}: {bounded_claim(found, worst, status, line, words)}"
    else:
        why = found.groups.notes[worst] or found.reference.notes[0]
        claim = (
            f"{scope}, against {reference}: no ratio can be computed. "
            f"{why or 'Nobody in the reference group was approved.'}"
        )
    if found.groups.ends is not None:
        lower = int((_ends(found)[0] < most[worst]).sum() - (_ends(found)[0][worst] < most[worst]))
        claim += f" Within their bounds {lower} others may be lower." if lower else ""
    table = counts_table(evidence, APPROVAL, by, ("approved", "refused"))
    table = table.merge(
        found.groups.keys.assign(ratio=ratio, ratio_low=low, ratio_high=high,
                                 p_adjusted=p_adjusted),
        on=list(by), how="left",
    ).sort_values("ratio", kind="stable", na_position="first")  # fmt: skip
    table["note"] = table.pop("note")
    left = len(table) - ROWS
    limits = [RAW_GAP, *data_limits(evidence, found), *not_shown(evidence, APPROVAL, by)]
    if left > 0:
        limits.append(f"{left} more rows, nearer to the reference, are not in the table.")
    return Finding(
        id=finding_id("intersections", scope, reference), audit="intersections",
        question=QUESTION, claim=claim, status=status, estimate=ratio[worst], low=found.low[worst],
        high=found.high[worst], low_family=low[worst], high_family=high[worst], unit="ratio",
        n=float(found.groups.n[worst]), group=group, reference=reference,
        p_value=float(found.p_value[worst]), p_adjusted=float(p_adjusted[worst]),
        tested=tuple(map(float, found.p_value)),
        confidence=confidence(evidence, found, worst, 0.0),
        table=table.head(ROWS).reset_index(drop=True), method=method(evidence),
        limits=tuple(limits),
    )  # fmt: skip


def _ends(found: Comparison) -> tuple[Floats, Floats]:
    """Return the least and greatest ratio of each group; that of nobody is beyond all."""
    assert found.bound_low is not None
    assert found.bound_high is not None
    unknown = np.isnan(found.value)
    low, high = (np.where(unknown, one, found.value) for one in (found.bound_low, found.bound_high))
    return np.where(np.isnan(low), np.inf, low), np.where(np.isnan(high), np.inf, high)


def _lead(scope: str, count: int, told: int, reference: str) -> str:
    crossed = f"Of {count} crossed group{'s' if count > 1 else ''} of {scope}"
    if told:
        return (
            f"{crossed}, {told} {'are' if told > 1 else 'is'} approved less often than the "
            f"reference ({reference}) after correction. Lowest"
        )
    return (
        f"{crossed}, none can be told to be approved less often than the reference ({reference}) "
        "after correction. Lowest seen"
    )
