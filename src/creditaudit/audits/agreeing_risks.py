"""Do the model's risks agree with what happened, in each group?"""

import math

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import adjusted, held
from creditaudit.audits.model_findings import CLUSTERED, CORRECTED, too_few, untold
from creditaudit.audits.model_rows import (
    OBSERVED,
    Sides,
    bad_and_good,
    cannot_read,
    cluster_of,
    probability_of,
    sides_of,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import percent
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.metrics.influences import Estimate, Mask
from creditaudit.metrics.risk_checks import hosmer_lemeshow, risk_slope
from creditaudit.protocols import HasProbability
from creditaudit.values import Codes, Floats

QUESTION = "Do the model's risks agree with what happened, in each group?"
METHOD = (
    "Slope of the outcome on the log-odds of the predicted risk, by logistic regression in each "
    "group with the sandwich error. Hosmer and Lemeshow over tenths of the group, beside it."
)
NO_RISK = "The model gives points and no probability, so there is no risk to set beside outcomes."
SLOPE = (
    "A slope of 1 is agreement in how far risks lie apart; whether they are too high or too low as "
    "a whole is shown by the rates, not by the slope."
)
STATED = {
    True: "The model is said to be fitted on these rows: g - 2 degrees of freedom.",
    False: "The model is said not to be fitted on these rows: g degrees of freedom.",
    None: "Whether the model was fitted on these rows is not stated (about={'fitted_here': True} "
    "or False); the larger p-value is shown, that of other rows, with g degrees of freedom.",
}


@audit(
    question=QUESTION,
    needs=("tally", "frame", "scorer", "outcome", "groups"),
    estimand="coefficient of logit(predicted risk) in a logistic regression of default on it, in "
    "the group, among people with a known outcome",
    topic="accuracy",
)
def model_calibration(evidence: Evidence) -> list[Finding]:
    """Return for each group the slope of outcomes on predicted risks, and Hosmer-Lemeshow.

    References
    ----------
    Cox, D. R. (1958). Biometrika 45, 562-565.
    Hosmer, D. W. and Lemeshow, S. (1980). Communications in Statistics A9, 1043-1069.
    """
    frame, roles = evidence.frame, held(evidence).roles
    assert frame is not None
    why = cannot_read(evidence, roles.outcome, roles.cluster, *evidence.groups)
    if not isinstance(evidence.scorer, HasProbability):
        why = NO_RISK
    if why:
        return [untold(evidence, "model_calibration", "", why)]
    assert isinstance(evidence.scorer, HasProbability)
    bad, good = bad_and_good(evidence)
    risk = probability_of(evidence.scorer, frame, roles)
    cluster = cluster_of(evidence)
    found: list[Finding] = []
    for name in evidence.groups:
        found += _column(evidence, sides_of(evidence, name), risk, bad, good, cluster)
    return found


def _column(
    evidence: Evidence, sides: Sides, risk: Floats, bad: Mask, good: Mask, cluster: Codes | None
) -> list[Finding]:
    least = max(evidence.plan.min_cell, 5)
    found = []
    for place in range(len(sides.levels)):
        own = sides.of(place)
        if min((bad & own).sum(), (good & own).sum()) >= least:
            found.append(_finding(evidence, sides, place, risk, bad, good, cluster))
    if not found:
        why = too_few(least, "good and bad payers")
        return [untold(evidence, "model_calibration", sides.name, why)]
    return found


def _finding(
    evidence: Evidence, sides: Sides, place: int, risk: Floats, bad: Mask, good: Mask,
    cluster: Codes | None,
) -> Finding:  # fmt: skip
    who = sides.of(place) & (bad | good)
    group, n = sides.word(place), int(who.sum())
    _, slope = risk_slope(risk, bad, who, cluster)
    low, high = slope.range()
    ends = slope.range(evidence.family.level if evidence.family else LEVEL)
    away = slope - _one(slope.parts)
    p_value = away.p_value
    told = math.isfinite(p_value)
    status: Status = "beyond" if told and (ends[0] > 1 or ends[1] < 1) else "cannot_tell"
    agreed = hosmer_lemeshow(risk[who], bad[who])
    given = evidence.about.get("fitted_here")
    fitted = given if isinstance(given, bool) else None
    p_agreed = agreed.p_value(fitted_here=bool(fitted))
    seen, expected = float(bad[who].mean()), float(risk[who].mean())
    claim = (
        f"{group}: {percent(seen)} of {n:,} people with a known outcome defaulted, the model said "
        f"{percent(expected)}. "
    )
    if told:
        way = "too far apart" if slope.value < 1 else "too close together"
        line = (
            f"beyond the line at 1: the model's risks lie {way}"
            if status == "beyond"
            else "the line at 1 is inside the range: it cannot be told whether the risks lie too "
            "far apart or too close together"
        )
        claim += (
            f"Slope of outcomes on risks {slope.value:.2f} ({low:.2f} to {high:.2f}). Allowing for "
            f"every comparison made ({ends[0]:.2f} to {ends[1]:.2f}), {line}. "
        )
    else:
        claim += "The slope is undefined: some risks are 0 or 1, or they tell all apart. "
    claim += f"Hosmer and Lemeshow: {agreed.statistic:.1f} over {agreed.groups} groups of risk"
    claim += f", p = {p_agreed:.3f}." if math.isfinite(p_agreed) else "."
    small = int(min((bad & who).sum(), (good & who).sum()))
    kept = agreed.table["n"].min() >= evidence.plan.min_cell
    return Finding(
        id=finding_id("model_calibration", group, sides.name), audit="model_calibration",
        question=QUESTION, claim=claim, status=status, estimate=slope.value, low=low, high=high,
        low_family=ends[0], high_family=ends[1], unit="slope", n=float(n), group=group,
        p_value=p_value, p_adjusted=adjusted(evidence, p_value),
        tested=(p_value,) if told else (),
        confidence="low" if small < 100 or not told else "moderate" if small < 1000 else "high",
        table=agreed.table if kept else pd.DataFrame(),
        method=f"{METHOD} {CORRECTED}" + (f" {CLUSTERED}" if cluster is not None else ""),
        limits=(SLOPE, STATED[fitted], *([_INSIDE] if fitted else []), OBSERVED,
                *([] if kept else [f"Tenths of fewer than {evidence.plan.min_cell} people: not "
                                   "shown."])),
    )  # fmt: skip


_INSIDE = (
    "What the fit uses up is used up over all groups together: for one group alone the degrees of "
    "freedom lie between g - 2 and g, and this p-value is the smaller one."
)


def _one(parts: Floats) -> Estimate:
    return Estimate(1.0, np.zeros(len(parts)))
