"""Is the gap changing?"""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import adjusted, held, reference_of
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import RAW_GAP, group_name, p_words, percent
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.metrics.drifts import (
    Change,
    Changes,
    compare_periods,
    rate_trend,
    rates_by_period,
)
from creditaudit.metrics.stabilities import psi

QUESTION = "Is the gap changing?"
METHOD = (
    "Gap in approval rates (group less reference) in the last period less that in the first; "
    "Wilson's ranges of the four rates are carried over (MOVER), or a jackknife over clusters. "
    "Trends by Cochran and Armitage. The range for all comparisons is widened by Bonferroni, "
    "p-values by Holm."
)
ENDS = (
    "The change is between the first and the last period only; the periods between are in the "
    "table and in the trend."
)
MIXED = "Who applies may change from period to period, and the gap with it."
PEOPLE = "percentage points"


@audit(
    question=QUESTION,
    needs=("tally", "decision", "groups", "period"),
    estimand="(approval rate of the group - that of the reference) in the last period less the "
    "same in the first, in the population the decisions are a sample of",
    topic="approval_gap",
)
def drift(evidence: Evidence) -> list[Finding]:
    """Return the change of each gap from the first period to the last, and everyone's rates.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Statistics in Medicine 27, 1693-1702.
    """
    found = []
    for name in evidence.groups:
        try:
            changes = compare_periods(
                held(evidence), "approval_rate", (name,), reference_of(evidence, (name,)),
                min_people=evidence.plan.min_cell,
            )  # fmt: skip
        except NothingToCompare:
            found.append(_nothing(evidence, name))
            continue
        trends = rate_trend(held(evidence), by=name)
        order = sorted(changes.each, key=lambda one: -abs(np.nan_to_num(one.contrast.value)))
        found += [_finding(evidence, name, changes, one, trends) for one in order]
    return [*found, _everyone(evidence)]


def _nothing(evidence: Evidence, name: str) -> Finding:
    least = evidence.plan.min_cell
    claim = (
        f"{name}: no change can be told. It takes two periods, and in the first and the last a "
        f"reference group and another one with {least} or more people each."
    )
    return Finding(
        id=finding_id("drift", "", name), audit="drift", question=QUESTION, claim=claim,
        status="cannot_tell", unit=PEOPLE, n=held(evidence).n, method=METHOD,
    )  # fmt: skip


def _finding(
    evidence: Evidence, name: str, changes: Changes, one: Change, trends: pd.DataFrame
) -> Finding:
    base = changes.reference.keys[name].tolist()[0]
    group, reference = group_name((name,), list(one.key)), group_name((name,), [base])
    value, (low, high) = one.contrast.value, one.contrast.range()
    ends = one.contrast.range(evidence.family.level if evidence.family else LEVEL)
    status: Status = "beyond" if ends[0] > 0 or ends[1] < 0 else "cannot_tell"
    p_value = one.contrast.p_value
    own = trends[[key == one.key[0] for key in trends[name].tolist()]].iloc[0]
    first, last = changes.periods
    if np.isfinite(value):
        claim = (
            f"{group} against {reference}: {points(one.first)} approvals for every 100 people in "
            f"{first} and {points(one.last)} in {last}, a change of {points(value)} "
            f"({points(low)} to {points(high)}; group less reference). "
            f"{_status_words(status, one, last, *ends)} {_trend_words(evidence, own)}"
        )
    else:
        claim = f"{group}, against {reference}: no change can be computed. {one.note}"
    limits = [RAW_GAP, ENDS, MIXED]
    if changes.chosen:
        limits.append(f"Reference {reference}: the group with most people, as the plan names none.")
    limits += [own["note"]] if own["note"] else []
    smaller = min(one.n, one.n_reference)
    sure = "high" if smaller >= 2000 and evidence.level >= 2 else "moderate"
    numbers = [100 * x for x in (value, low, high, *ends)]
    return Finding(
        id=finding_id("drift", group, f"{name}: {reference}"), audit="drift", question=QUESTION,
        claim=claim.strip(), status=status, estimate=numbers[0], low=numbers[1], high=numbers[2],
        low_family=numbers[3], high_family=numbers[4], unit=PEOPLE, n=one.n, group=group,
        reference=reference, p_value=p_value, p_adjusted=adjusted(evidence, p_value),
        tested=(p_value, float(own["p_value"])),
        confidence="low" if smaller < 200 or np.isnan(value) else sure,
        table=_table(evidence, name, [one.key[0], base]), method=METHOD, limits=tuple(limits),
    )  # fmt: skip


def _status_words(status: Status, one: Change, last: Any, low: float, high: float) -> str:
    said = f"Allowing for every comparison made ({points(low)} to {points(high)}),"
    if status != "beyond":
        return (
            f"{said} the line at 0 is inside the range: it cannot be told whether the gap has "
            "changed."
        )
    if np.sign(one.first) != np.sign(one.last):
        way = f"the gap of {last} points the other way"
    else:
        way = f"the gap of {last} is {'wider' if abs(one.last) > abs(one.first) else 'narrower'}"
    return f"{said} the change is beyond the line at 0: {way}."


def _trend_words(evidence: Evidence, own: "pd.Series[Any]") -> str:
    if np.isnan(own["p_value"]):
        return ""
    words = p_words(adjusted(evidence, float(own["p_value"])))
    return (
        f"Over all {own['periods']} periods the rate of the group moved by {points(own['value'])} "
        f"points a step ({points(own['low'])} to {points(own['high'])}; {words})."
    )


def _table(evidence: Evidence, name: str, keys: list[Any]) -> pd.DataFrame:
    frame = rates_by_period(held(evidence), by=name)
    wanted = np.array([key in keys for key in frame[name].tolist()])
    return frame[wanted & (frame["n"] >= evidence.plan.min_cell)].reset_index(drop=True)


def _everyone(evidence: Evidence) -> Finding:
    """Return the rates of everyone by period, and how far the scores moved."""
    tally, frames = held(evidence), []
    asked = ("approval_rate", *(["base_rate"] if tally.roles.outcome else []))
    parts = []
    for metric in asked:
        frame = rates_by_period(tally, metric)
        frame = frame[frame["n"] >= evidence.plan.min_cell].reset_index(drop=True)
        period = frame.columns[0]
        frame.insert(0, "measure", metric.replace("_", " "))
        frames.append(frame)
        ends = frame[frame[period].notna() & frame["value"].notna()]
        if len(ends) > 1:
            one, two = ends.iloc[0], ends.iloc[-1]
            what = "approved" if metric == "approval_rate" else "good outcomes"
            parts.append(
                f"{what} {percent(one['value'])} in {one[period]} and {percent(two['value'])} "
                f"({percent(two['low'])} to {percent(two['high'])}) in {two[period]}"
            )
    if tally.roles.score is not None:
        frame, words = _scores(evidence)
        frames.append(frame)
        parts += [words] if words else []
    said = "; ".join(parts) or "no rate is known in two periods"
    return Finding(
        id=finding_id("drift", "everyone", str(tally.roles.period)), audit="drift",
        question=QUESTION, claim=f"Everyone, by {tally.roles.period}: {said}.",
        status="descriptive", unit="rate", n=tally.n,
        table=pd.concat(frames, ignore_index=True),
        method="Rates with Wilson's range; population stability index of the score against the "
        "first period.",
        limits=(MIXED,),
    )  # fmt: skip


def _scores(evidence: Evidence) -> tuple[pd.DataFrame, str]:
    """Return the stability index of each period against the first."""
    tally = held(evidence)
    period = str(tally.roles.period)
    first = rates_by_period(tally)[period].dropna()
    try:
        frame = psi(tally, period, reference=first.iloc[0], bins=10)
    except (InputError, IndexError):
        return pd.DataFrame(), ""
    least = evidence.plan.min_cell
    frame = frame[(frame["n"] >= least) & (frame["n_reference"] >= least)].reset_index(drop=True)
    frame.insert(0, "measure", "score psi")
    known = frame[frame["value"].notna() & frame[period].notna()]
    frame = frame[["measure", period, "n", "value", "low", "high", "no_change", "note"]]
    if not len(known):
        return frame, ""
    last = known.iloc[-1]
    chance = f" (chance alone: up to {last['no_change']:.3f})" if last["no_change"] > 0 else ""
    return frame, (
        f"scores of {last[period]} against {first.iloc[0]}: stability index "
        f"{last['value']:.3f}{chance}"
    )
