"""Which small groups fare worst after correction?"""

import numpy as np

from creditaudit.audits.comparing import (
    METHOD,
    Words,
    adjusted,
    compared,
    counts_table,
    held,
    not_shown,
    only_one_group,
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
from creditaudit.metrics.rates import BY_NAME

APPROVAL = BY_NAME["approval_rate"]
QUESTION = "Which small groups fare worst after correction?"
ROWS = 40


@audit(
    question=QUESTION,
    needs=("tally", "decision", "intersections"),
    estimand="lowest ratio of approval rates among the crossed groups, to the reference",
    topic="approval_gap",
)
def intersections(evidence: Evidence) -> list[Finding]:
    """Return, for each crossing of groups, the one whose gap to the reference is widest.

    The widest gap of many is wide by chance too, so the range is the one that holds for all
    comparisons of the report together.
    """
    groups = set(held(evidence).roles.groups)
    crossed = [g for g in held(evidence).groupings if len(g) > 1 and set(g) <= groups]
    return [_crossing(evidence, by) for by in crossed]


def _crossing(evidence: Evidence, by: tuple[str, ...]) -> Finding:
    scope = " x ".join(by)
    try:
        found = compared(evidence, "approval_rate", by)
    except NothingToCompare as error:
        words = Words("intersections", QUESTION, "approved", "refused", "approvals", "")
        return only_one_group(evidence, words, scope, error)
    p_adjusted = np.array([adjusted(evidence, float(p)) for p in found.p_value])
    low, high = found.low_family, found.high_family
    # Of the gaps that are told from chance, the widest; without any, the widest seen.
    told = p_adjusted < 0.05
    candidates = np.where(told, found.value, np.inf) if told.any() else found.value
    worst = int(np.nanargmin(np.where(np.isnan(candidates), np.inf, candidates)))
    group = group_name(by, found.groups.keys.iloc[worst].tolist())
    reference = group_name(by, found.reference.keys.iloc[0].tolist())
    line = evidence.plan.line
    status = status_of(low[worst], high[worst], line)
    ratio = found.value[worst]
    count = len(found.value)
    lead = (
        f"Of {count} crossed groups of {scope}, {int(told.sum())} differ from the reference "
        f"({reference}) after correction. Widest: {group}, "
        if told.any()
        else f"Of {count} crossed groups of {scope}, none can be told from the reference "
        f"({reference}) after correction. Widest seen: {group}, "
    )
    claim = (
        f"{lead}{per_hundred(ratio)} approvals for every 100, per head "
        f"({percent(found.groups.value[worst])} of {people(found.groups.n[worst])}; "
        f"{p_words(p_adjusted[worst])}). "
        f"{status_sentence(status, ratio, low[worst], high[worst], line)}"
    )
    table = counts_table(evidence, APPROVAL, by, ("approved", "refused"))
    table = table.merge(
        found.groups.keys.assign(ratio=found.value, ratio_low=low, ratio_high=high,
                                 p_adjusted=p_adjusted),
        on=list(by), how="left",
    ).sort_values("ratio", kind="stable", na_position="first")  # fmt: skip
    table["note"] = table.pop("note")
    left = len(table) - ROWS
    limits = [RAW_GAP, *not_shown(evidence, APPROVAL, by)]
    if left > 0:
        limits.append(f"{left} more rows, nearer to the reference, are not in the table.")
    return Finding(
        id=finding_id("intersections", scope, reference), audit="intersections",
        question=QUESTION, claim=claim, status=status, estimate=ratio, low=found.low[worst],
        high=found.high[worst], low_family=low[worst], high_family=high[worst], unit="ratio",
        n=float(found.groups.n[worst]), group=group, reference=reference,
        p_value=float(found.p_value[worst]), p_adjusted=float(p_adjusted[worst]),
        tested=tuple(map(float, found.p_value)),
        confidence=confidence(evidence, found, worst, 0.0),
        table=table.head(ROWS).reset_index(drop=True), method=METHOD, limits=tuple(limits),
    )  # fmt: skip
