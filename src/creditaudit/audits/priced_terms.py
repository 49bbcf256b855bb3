"""Who pays more, or gets less?"""

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import adjusted, key_values, reference_of
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import confidence, group_name, p_words, people, per_hundred
from creditaudit.errors import NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.metrics.disparities import Comparison
from creditaudit.metrics.terms_gaps import compare_terms, terms_mean
from creditaudit.metrics.terms_quantiles import terms_quantile
from creditaudit.terms_tally import TermsTally

QUESTION = "Who pays more, or gets less?"
METHOD = (
    "Difference of mean amounts with Welch's t; the ratio on the log scale. The range for all "
    "comparisons is widened by Bonferroni, p-values by Holm, over every comparison of the report."
)
WITHIN = (
    "Both means are averages over the bands in which both groups have two people or more, with the "
    "group's own shares. "
)
CONDITIONAL = (
    "Terms are seen only for people who got an offer, so this gap is conditional on approval: "
    "where groups are approved at different rates, those seen may differ in other ways too."
)
RAW = "What else differs between the groups is not held equal: the number does not say why."
WORST = (
    "The worst-case reading lets everyone without terms have been offered anything between the "
    "outer edges stated for the amount; no sampling error is added."
)


@audit(
    question=QUESTION,
    needs=("terms",),
    estimand="mean amount of the group - mean amount of the reference, among people who got an "
    "offer, in the population they are a sample of; where there are bands, also with the group's "
    "own shares of the bands",
    topic="approval_gap",
)
def terms(evidence: Evidence) -> list[Finding]:
    """Return the gap in mean terms between each group and its reference.

    References
    ----------
    Welch, B. L. (1947). Biometrika 34, 28-35.
    """
    found = []
    for name in _groups(evidence):
        for within in (False, True) if _held(evidence).bands is not None else (False,):
            found += _column(evidence, name, within=within)
    return found


def amount(value: float) -> str:
    """Return an amount in as many digits as it can carry."""
    size = abs(value)
    digits = f"{value:,.0f}" if size >= 1000 else f"{value:.4g}" if size >= 1 else f"{value:.3g}"
    return digits.replace("-", "−")


def _held(evidence: Evidence) -> TermsTally:
    assert evidence.terms is not None
    return evidence.terms


def _groups(evidence: Evidence) -> list[str]:
    kept = {name for grouping in _held(evidence).groupings for name in grouping}
    asked = evidence.plan.groups
    return [x for x in _held(evidence).roles.groups if x in kept and (asked is None or x in asked)]


def _column(evidence: Evidence, name: str, *, within: bool) -> list[Finding]:
    summary, plan = _held(evidence), evidence.plan
    scope = f"{name}, same band of {summary.roles.control}" if within else name
    try:
        gap, ratio = (
            compare_terms(
                summary, (name,), reference_of(evidence, (name,)), kind, within_bands=within,
                family=evidence.family.size if evidence.family else None, min_people=plan.min_cell,
            )
            for kind in ("difference", "ratio")
        )  # fmt: skip
    except NothingToCompare:
        claim = (
            f"{scope}: nothing can be compared. It takes a reference group and another one with "
            f"{plan.min_cell} or more people each who got terms."
        )
        return [
            Finding(
                id=finding_id("terms", "", scope), audit="terms", question=QUESTION, claim=claim,
                status="cannot_tell", unit=_unit(summary), n=summary.with_terms, method=METHOD,
                limits=(CONDITIONAL,),
            )
        ]  # fmt: skip
    worse = 1 if summary.roles.higher_is == "worse" else -1
    order = np.argsort(np.nan_to_num(-worse * gap.value, nan=np.inf), kind="stable")
    return [_finding(evidence, scope, gap, ratio, int(at), within=within) for at in order]


def _finding(
    evidence: Evidence, scope: str, gap: Comparison, ratio: Comparison, place: int, *, within: bool
) -> Finding:
    summary = _held(evidence)
    (name,) = gap.groups.by
    values, base = key_values(gap.groups.keys, place), key_values(gap.reference.keys, 0)
    group, reference = group_name((name,), values), group_name((name,), base)
    low, high = gap.low[place], gap.high[place]
    ends = gap.low_family[place], gap.high_family[place]
    status = _status(*ends)
    p_adjusted = adjusted(evidence, float(gap.p_value[place]))
    table = _table(evidence, name, values, base)
    if np.isfinite(gap.value[place]) and np.isfinite(low):
        claim = " ".join(
            filter(None, (
                _gap_words(summary, gap, place, group, reference, within=within),
                _ratio_words(ratio, place),
                _status_words(status, *ends),
                _chance_words(summary, p_adjusted, gap.detectable[place]),
                _median_words(summary, name, values, base) if not within else "",
                _worst_words(summary, gap, place) if not within else "",
                f"This is about people who got an offer: {_without_words(table)}.",
            ))
        )  # fmt: skip
    else:
        claim = f"{group}, against {reference}: no range can be computed. {gap.notes[place]}"
    chosen = f"Reference {reference}: the group with most people, as the plan names none."
    weighted = f"Means are weighted by {summary.roles.weight}; the numbers of people are not."
    limits = [CONDITIONAL, RAW]
    limits += [WORST] if gap.bound_low is not None else []
    limits += [gap.notes[place]] if within and gap.notes[place] else []
    limits += [chosen] if gap.chosen else []
    limits += [weighted] if summary.roles.weight else []
    return Finding(
        id=finding_id("terms", group, f"{scope}: {reference}"), audit="terms", question=QUESTION,
        claim=claim, status=status, estimate=gap.value[place], low=low, high=high,
        low_family=ends[0], high_family=ends[1], unit=_unit(summary),
        n=float(gap.groups.n[place]), group=group, reference=reference,
        p_value=float(gap.p_value[place]), p_adjusted=p_adjusted,
        tested=(float(gap.p_value[place]),), confidence=confidence(evidence, gap, place, 0.0),
        table=table, method=(WITHIN if within else "") + METHOD, limits=tuple(limits),
    )  # fmt: skip


def _unit(summary: TermsTally) -> str:
    return summary.roles.unit or summary.roles.amount


def _status(low: float, high: float) -> Status:
    """Return where a range lies about the line at 0; that there is no gap is never shown."""
    return "beyond" if low > 0 or high < 0 else "cannot_tell"


def _gap_words(
    summary: TermsTally, gap: Comparison, place: int, group: str, reference: str, *, within: bool
) -> str:
    value, low, high = gap.value[place], gap.low[place], gap.high[place]
    side = "more" if value > 0 else "less"
    worse = (value > 0) == (summary.roles.higher_is == "worse")
    way = "which is worse for them" if worse else "which is better for them"
    ends = (low, high) if value > 0 else (-high, -low)
    among = f", among people of the same band of {summary.roles.control}" if within else ""
    text = (
        f"{group}: {amount(abs(value))} {_unit(summary)} {side} on average than the reference "
        f"group, {reference}{among}, {way} ({amount(ends[0])} to {amount(ends[1])})"
    )
    if within:
        return f"{text}."
    means = gap.groups.value[place], gap.reference.value[0]
    sizes = gap.groups.n[place], gap.reference.n[0]
    return (
        f"{text}: {amount(means[0])} among {people(sizes[0])} people against {amount(means[1])} "
        f"among {people(sizes[1])}."
    )


def _ratio_words(ratio: Comparison, place: int) -> str:
    if not np.isfinite(ratio.value[place]):
        return ""
    low, high = per_hundred(ratio.low[place]), per_hundred(ratio.high[place])
    value = per_hundred(ratio.value[place])
    return f"In proportion: {value} for every 100 in the reference group ({low} to {high})."


def _status_words(status: Status, low: float, high: float) -> str:
    reach = f"{amount(low)} to {amount(high)}, group less reference"
    if status == "beyond":
        return f"Allowing for every comparison made ({reach}), the gap is beyond the line at 0."
    return (
        f"Allowing for every comparison made ({reach}), the line at 0 is inside the range: it "
        "cannot be told whether there is a gap."
    )


def _chance_words(summary: TermsTally, p_adjusted: float, detectable: float) -> str:
    if np.isnan(p_adjusted):
        return ""
    if p_adjusted < 0.05:
        return f"Chance alone would seldom give a gap this large ({p_words(p_adjusted)})."
    return (
        f"No gap can be told from chance here ({p_words(p_adjusted)}). A sample of this size shows "
        f"a gap of {amount(detectable)} {_unit(summary)} in 8 of 10 cases."
    )


def _median_words(summary: TermsTally, name: str, values: list[object], base: list[object]) -> str:
    if summary.edges is None:
        return ""
    frame = terms_quantile(summary, name)
    ends = []
    for key in (values[0], base[0]):
        row = frame[[one == key for one in frame[name].tolist()]]
        low, high = row["bound_low"].iloc[0], row["bound_high"].iloc[0]
        if not np.isfinite(low + high):
            return ""
        ends.append(f"{amount(low)} and {amount(high)}")
    return f"The median lies between {ends[0]}, in the reference group between {ends[1]}."


def _worst_words(summary: TermsTally, gap: Comparison, place: int) -> str:
    if gap.bound_low is None or gap.bound_high is None or summary.edges is None:
        return ""
    if not np.isfinite(gap.bound_low[place] + gap.bound_high[place]):
        return ""
    first, last = summary.edges.values[0], summary.edges.values[-1]
    return (
        f"Worst case over everyone, had people without terms been offered {amount(first)} to "
        f"{amount(last)}: a gap of {amount(gap.bound_low[place])} to "
        f"{amount(gap.bound_high[place])}."
    )


def _without_words(table: pd.DataFrame) -> str:
    parts = [
        f"{people(row.without)} of {people(row.n + row.without)} {where}"
        for row, where in zip(
            table.itertuples(), ("in the group", "in the reference group"), strict=False
        )
    ]
    return f"{' and '.join(parts)} have no terms or none recorded"


def _table(evidence: Evidence, name: str, values: list[object], base: list[object]) -> pd.DataFrame:
    """Return the means of the group and of the reference, in this order."""
    frame = terms_mean(_held(evidence), name)
    keys = frame[name].tolist()
    return frame.iloc[[keys.index(values[0]), keys.index(base[0])]].reset_index(drop=True)
