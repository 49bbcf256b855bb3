"""What is left of a gap among people in the same stratum?"""

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import (
    adjusted,
    compared,
    counts_table,
    data_limits,
    held,
    key_values,
    not_shown,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import chance_words, listed, points, raw_words
from creditaudit.audits.wording import (
    confidence,
    group_name,
    p_words,
    per_hundred,
    reach_words,
    status_of,
    status_sentence,
)
from creditaudit.errors import NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.metrics.disparities import Comparison
from creditaudit.metrics.rates import BY_NAME
from creditaudit.metrics.sensitivities import e_value, e_value_limit, strength_words
from creditaudit.metrics.strata import Strata, stratify
from creditaudit.metrics.stratified import Homogeneity, Pooled, homogeneity, left_out, pool

APPROVAL = BY_NAME["approval_rate"]
QUESTION = "What gap in approvals is left among people of the same stratum?"
METHOD = (
    "Ratio of approval rates pooled over strata by Mantel and Haenszel, with the error of "
    "Greenland and Robins; p-value by Cochran, Mantel and Haenszel; sameness over strata by "
    "Breslow and Day with Tarone's correction. The range for all comparisons is widened by "
    "Bonferroni, p-values by Holm."
)
LIMITS = (
    "The gap that is left when people are compared within their stratum only. What else differs "
    "between the groups is not held equal, and the number shows how large the rest is, not why it "
    "is there.",
    "A stratum may itself carry the gap: where people were sorted into strata unequally, comparing "
    "within them takes that part out of sight.",
)
ROWS = 40


@audit(
    question=QUESTION,
    needs=("tally", "decision", "groups", "strata"),
    estimand="approval rate of the group / approval rate of the reference within strata, if it is "
    "the same in each; else a mean of the ratios with the weights of Mantel and Haenszel",
    topic="approval_gap",
)
def conditional_disparity(evidence: Evidence) -> list[Finding]:
    """Return the ratio of approval rates pooled over strata, beside the raw one.

    References
    ----------
    Mantel, N. and Haenszel, W. (1959). JNCI 22, 719-748.
    Greenland, S. and Robins, J. M. (1985). Biometrics 41, 55-68.
    """
    return [
        finding
        for name, strata in evidence.conditionals
        for finding in _column(evidence, name, strata)
    ]


def _column(evidence: Evidence, name: str, strata: tuple[str, ...]) -> list[Finding]:
    try:
        raw = compared(evidence, "approval_rate", (name,))
    except NothingToCompare:
        least = evidence.plan.min_cell
        claim = (
            f"{name} within {listed(strata)}: nothing can be compared. It takes a reference group "
            f"and another one with {least} or more people each."
        )
        return [
            Finding(
                id=finding_id("conditional_disparity", "", f"{name} in {' x '.join(strata)}"),
                audit="conditional_disparity", question=QUESTION, claim=claim,
                status="cannot_tell", unit="ratio", n=held(evidence).n, method=METHOD,
                limits=LIMITS,
            )
        ]  # fmt: skip
    tables = stratify(held(evidence), "approval_rate", raw, strata)
    found = [pool(one, "ratio") for one in tables]
    values = np.array([one.value for one in found])
    order = np.argsort(np.nan_to_num(values, nan=np.inf), kind="stable")
    return [_finding(evidence, raw, int(at), strata, tables[at], found[at]) for at in order]


def _finding(
    evidence: Evidence,
    raw: Comparison,
    place: int,
    strata: tuple[str, ...],
    table: Strata,
    found: Pooled,
) -> Finding:
    (name,) = raw.groups.by
    values, base = key_values(raw.groups.keys, place), key_values(raw.reference.keys, 0)
    group, reference = group_name((name,), values), group_name((name,), base)
    low, high = found.range()
    ends = found.range(evidence.family.level if evidence.family else LEVEL)
    status = status_of(*ends, evidence.plan.line)
    p_adjusted = adjusted(evidence, found.p_value)
    within = listed(strata)
    before = raw_words(raw, place)
    if np.isfinite(found.value) and np.isfinite(found.error):
        strength = strength_words(
            e_value(found.value), e_value_limit(low, high), "approval", f" and beyond {within}"
        )
        claim = (
            f"{group}: {per_hundred(found.value)} approvals for every 100 in the reference group, "
            f"{reference}, per head, among people of the same {within} ({reach_words(low, high)}); "
            f"raw, in the whole table, {before}. "
            f"{status_sentence(status, found.value, *ends, evidence.plan.line)} "
            f"{_points_words(raw, place, table)} {chance_words(p_adjusted)} "
            f"{_same_words(homogeneity(table), found)} {strength}"
        )
    else:
        claim = (
            f"{group}, against {reference}: what is left among people of the same {within} cannot "
            f"be told. {found.note} Raw, in the whole table: {before} approvals for every 100."
        )
    by = (*strata, name)
    everyone = float(raw.groups.n[place] + raw.reference.n[0])
    shown, more = _shown(evidence, by, name, values, base)
    scope = f"{name} in {' x '.join(strata)}: {reference}"
    return Finding(
        id=finding_id("conditional_disparity", group, scope),
        audit="conditional_disparity", question=QUESTION, claim=claim, status=status,
        estimate=found.value, low=low, high=high, low_family=ends[0], high_family=ends[1],
        unit="ratio", n=float(table.people[table.shared, 0].sum()), group=group,
        reference=reference, p_value=found.p_value, p_adjusted=p_adjusted,
        tested=(found.p_value,),
        confidence=confidence(evidence, raw, place, (found.apart + found.missing) / everyone),
        table=shown, method=METHOD,
        limits=(*LIMITS, *left_out(found, evidence.plan.min_cell), *data_limits(evidence, raw),
                *not_shown(evidence, APPROVAL, by), *more),
    )  # fmt: skip


def _points_words(raw: Comparison, place: int, table: Strata) -> str:
    found = pool(table, "difference")
    low, high = found.range()
    gap = float(raw.groups.value[place] - raw.reference.value[0])
    words = (
        f"In percentage points: {points(found.value)} ({points(low)} to {points(high)}) within, "
        f"{points(gap)} raw."
    )
    if np.sign(found.value) == -np.sign(gap) and gap:
        words += " Within strata the gap points the other way than in the whole table."
    return words


def _same_words(same: Homogeneity, found: Pooled) -> str:
    strata = "stratum" if found.used == 1 else "strata"
    pooled = f"Pooled over {found.used} {strata}"
    if np.isnan(same.p_value):
        return f"{pooled}; whether it is the same in each cannot be tested."
    p = p_words(same.p_value).removeprefix("adjusted ")
    if same.p_value < 0.05:
        return (
            f"{pooled} that differ more than chance alone would give ({p}): one number for all of "
            "them hides some."
        )
    return f"{pooled}; no difference between them can be told from chance ({p})."


def _shown(
    evidence: Evidence, by: tuple[str, ...], name: str, values: list[object], base: list[object]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the counts of group and reference by stratum, and how many rows are left out."""
    table = counts_table(evidence, APPROVAL, by, ("approved", "refused"))
    keys = table[name].astype(object)
    table = table[[key in (values[0], base[0]) for key in keys.where(keys.notna(), None)]]
    more = len(table) - ROWS
    said = (f"{more} more rows of strata are not in the table.",) if more > 0 else ()
    return table.head(ROWS).reset_index(drop=True), said
