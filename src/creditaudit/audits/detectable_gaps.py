"""What could these data have shown?"""

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.audits.comparing import compared, data_limits, held, key_values
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import group_name, people, per_hundred, percent
from creditaudit.errors import NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.intervals import LEVEL, POWER
from creditaudit.metrics.disparities import Comparison
from creditaudit.metrics.measures import whole
from creditaudit.metrics.planning import line_ratios, sample_size, score_power

QUESTION = "What could these data have shown?"
METHOD = (
    "Score test of two rates at the level that allows for every comparison of the report, with the "
    "people there are (effective ones, where there are weights or clusters) and the approval rate "
    "of the reference as seen. Numbers needed keep the mix of both groups."
)
LIMITS = (
    "Said of disparities of a stated size, not of the one that was found: the chance to see that "
    "one says no more than its p-value.",
    "About approval rates. Rates among good payers or among bad ones rest on fewer people and show "
    "less.",
)
FIVE, ROWS, NAMED = 0.05, 40, 3


@audit(
    question=QUESTION,
    needs=("tally", "decision", "groups"),
    estimand="disparities in approval rates that the people there are would show in 8 of 10 "
    "samples, and the people it would take; exact for the sizes and the reference rate at hand",
    topic="approval_gap",
)
def power(evidence: Evidence) -> list[Finding]:
    """Return for each grouping what its smallest groups could have shown, and what it would take.

    References
    ----------
    Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions, 2nd ed., chapter 3.
    Hoenig, J. M. and Heisey, D. M. (2001). The American Statistician 55, 19-24.
    """
    by = [*((name,) for name in evidence.groups), *evidence.crossings]
    return [_grouping(evidence, one) for one in by]


def _grouping(evidence: Evidence, by: tuple[str, ...]) -> Finding:
    scope = " x ".join(by)
    made = finding_id("power", "", scope)
    n = held(evidence).n
    try:
        found = compared(evidence, "approval_rate", by)
    except NothingToCompare:
        least = evidence.plan.min_cell
        claim = (
            f"{scope}: these data could show no disparity. It takes a reference group and another "
            f"one with {least} or more people each."
        )
        return Finding(id=made, audit="power", question=QUESTION, claim=claim,
                       status="descriptive", n=n, method=METHOD)  # fmt: skip
    table = _table(evidence, found)
    reference = group_name(by, key_values(found.reference.keys, 0))
    table = table.sort_values("n", kind="stable").reset_index(drop=True)
    left = len(table) - ROWS
    limits = [*LIMITS, *data_limits(evidence, found)]
    if held(evidence).bounds is not None:
        limits.append("Where the number of people is known within bounds only, the least is taken.")
    if left > 0:
        limits.append(f"{left} more rows, of more people, are not in the table.")
    return Finding(
        id=made, audit="power", question=QUESTION, claim=_claim(evidence, found, table),
        status="descriptive", n=n, reference=reference,
        table=table.head(ROWS).reset_index(drop=True), method=METHOD, limits=tuple(limits),
    )  # fmt: skip


def _table(evidence: Evidence, found: Comparison) -> pd.DataFrame:
    line = evidence.plan.line
    level = evidence.family.level if evidence.family else LEVEL
    groups, base = found.groups, found.reference
    rate = np.full(len(groups.n), base.value[0])
    size, size_reference = groups.size, np.full(len(groups.n), base.size[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = [
            intervals.detectable_rate(rate, size, size_reference, level=level, lower=lower) / rate
            for lower in (True, False)
        ]
        chance = score_power(rate * line, size, rate, size_reference, level)
    below, low, high = line_ratios(rate, size, size_reference, line, level)
    needed = [
        [_needed(evidence, found, place, **stated) for place in range(len(rate))]
        for stated in ({"ratio": line}, {"difference": -FIVE})
    ]
    table = groups.keys.copy()
    table["n"], table["n_reference"] = whole(groups.n), np.repeat(whole(base.n), len(rate))
    table["seen_below"], table["seen_above"] = seen
    table["chance_at_line"] = chance
    table["beyond_under"], table["not_beyond_from"], table["not_beyond_to"] = below, low, high
    table["needed_for_line"], table["needed_for_5_points"] = needed
    numbers = table.columns[len(found.groups.by) + 2 :]
    table[numbers] = table[numbers].astype(float).replace([np.inf, -np.inf], np.nan)
    return table


def _needed(evidence: Evidence, found: Comparison, place: int, **stated: float) -> float:
    """Return people of the group that show a stated disparity in 8 of 10 samples."""
    rate = float(found.reference.value[0])
    n, other = found.groups.n[place], found.reference.n[0]
    size = found.groups.size[place] + found.reference.size[0]
    moved = rate * stated["ratio"] if "ratio" in stated else rate + stated["difference"]
    if not 0 < rate < 1 or not 0 <= moved <= 1 or not size > 0:
        return float("nan")
    asked = sample_size(
        rate, **stated, share=float(n / (n + other)), design_effect=float((n + other) / size),
        comparisons=evidence.family.size if evidence.family else 1,
    )  # fmt: skip
    return float(asked["n"].iloc[0])


def _claim(evidence: Evidence, found: Comparison, table: pd.DataFrame) -> str:
    by = found.groups.by
    reference = group_name(by, key_values(found.reference.keys, 0))
    rate = float(found.reference.value[0])
    if not rate > 0:
        why = "is not known" if np.isnan(rate) else "is 0"
        return (
            f"The approval rate of the reference group, {reference}, {why}: no ratio can be seen."
        )
    keys = table[list(by)]
    # Numbers only: a row across columns of other types would change theirs.
    row = table.drop(columns=list(by)).iloc[0]
    told = [_line_words(evidence, group_name(by, key_values(keys, 0)), reference, rate, row)]
    others = [
        f"{group_name(by, key_values(keys, place))} ({people(table['n'].iloc[place])} people) "
        f"{_seen_words(*table.loc[place, ['seen_below', 'seen_above']].tolist())}"
        for place in range(1, min(len(table), NAMED + 1))
    ]
    if others:
        told.append(f"Of the others: {'; '.join(others)}.")
    if len(table) > NAMED + 1:
        left = len(table) - NAMED - 1
        told.append(f"{left} more, of more people, {'are' if left > 1 else 'is'} in the table.")
    return " ".join(told)


def _seen_words(below: float, above: float) -> str:
    parts = [f"{per_hundred(below)} or fewer"] if np.isfinite(below) else []
    parts += [f"{per_hundred(above)} or more"] if np.isfinite(above) else []
    return f"show {', or '.join(parts)}" if parts else "would rarely show any gap"


def _line_words(
    evidence: Evidence, group: str, reference: str, rate: float, row: "pd.Series[float]"
) -> str:
    """Return what the first group of the table could have shown, and what more would take."""
    line = f"{100 * evidence.plan.line:.4g}"
    seen = _seen_words(row["seen_below"], row["seen_above"])
    words = (
        f"With {people(row['n'])} people of {group} and {people(row['n_reference'])} of the "
        f"reference group, {reference} ({percent(rate)} approved), these data "
    )
    if "rarely" in seen:
        words += "would rarely show any gap, allowing for every comparison made."
    else:
        words += (
            f"{seen} approvals for every 100 in the reference group in {10 * POWER:.0f} of 10 "
            "cases, allowing for every comparison made; a ratio nearer to 100 may well not be told "
            "from none."
        )
    words += f" A true ratio at the line of {line} is told from 100 in {_often(row)} cases."
    takes = [
        f"about {people(row[name])} people of {group} for {what}"
        for what, name in (
            (f"a ratio of {line}", "needed_for_line"),
            (f"a gap of {100 * FIVE:g} percentage points", "needed_for_5_points"),
        )
        if np.isfinite(row[name])
    ]
    if takes:
        cases = f"{10 * POWER:.0f} of 10 cases"
        words += f" To tell it in {cases} takes, in the same mix, {' and '.join(takes)}."
    return f"{words} {_observed_words(row)}"


def _often(row: "pd.Series[float]") -> str:
    chance = row["chance_at_line"]
    if np.isnan(chance):
        return "an unknown share of"
    return "more than 99 of 100" if chance > 0.99 else f"{100 * chance:.0f} of 100"


def _observed_words(row: "pd.Series[float]") -> str:
    below, low, high = row[["beyond_under", "not_beyond_from", "not_beyond_to"]].tolist()
    beyond = (
        f"under {per_hundred(below)} would have been beyond the line"
        if np.isfinite(below)
        else "of any size below 100 could not have been beyond the line"
    )
    within = (
        f"from {per_hundred(low)} to {per_hundred(high)} not beyond it"
        if np.isfinite(low)
        else "none not beyond it"
    )
    return f"A ratio seen here {beyond}, {within}; for any other it cannot be told."
