"""What scores that are probabilities predicted for each group, beside what happened."""

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import held
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import group_name, percent
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.calibration_errors import calibration_slope, expected_calibration_error
from creditaudit.metrics.calibrations import calibration_gap
from creditaudit.metrics.predictions import predictions_of

NAMED = 3
METHOD = (
    "Gap: share who paid less the mean probability of paying that the score gave, with Wilson's "
    "range for the share. Slope: of a logistic regression of paying on the logit of that "
    "probability, 1 where the score spreads people as far as outcomes do. Expected error: mean "
    "distance by bin, with what a score that is right would show with so few people."
)
NO_PROBABILITY = (
    "The score is no probability, so it predicts no share who pay and cannot be set against one."
)
OUTSIDE = "Some people score outside the bins, so what the score predicted is not known."
COLUMNS = ("n", "value", "low", "high", "by_chance", "corrected", "bound_low", "bound_high", "note")


def predicted_finding(evidence: Evidence, question: str, name: str) -> tuple[list[Finding], str]:
    """Return the finding of one column, or none and why."""
    tally = held(evidence)
    try:
        predictions_of(tally, "calibration")
    except InputError:
        return [], NO_PROBABILITY
    try:
        parts = {
            "gap": calibration_gap(tally, name),
            "slope": calibration_slope(tally, name),
            "expected error": expected_calibration_error(tally, name),
        }
    except InputError:
        return [], OUTSIDE
    frames = [part.assign(measure=measure) for measure, part in parts.items()]
    table = pd.concat(frames, ignore_index=True)
    table = table[(table["n"] >= evidence.plan.min_cell) & table[name].notna()]
    if not len(table):
        return [], ""
    shown = [name, "measure", *(column for column in COLUMNS if column in table)]
    order = {key: place for place, key in enumerate(dict.fromkeys(table[name].tolist()))}
    places = table[name].map(order).to_numpy()
    table = table.iloc[np.argsort(places, kind="stable")][shown].reset_index(drop=True)
    return [
        Finding(
            id=finding_id("calibration", "predicted", name), audit="calibration",
            question=question, claim=_claim(name, table), status="descriptive", unit="rate",
            n=tally.n, table=table, method=METHOD,
            limits=("Bounds hold every place inside a bin and every value of missing outcomes.",),
        )
    ], ""  # fmt: skip


def _claim(name: str, table: pd.DataFrame) -> str:
    """Return what was predicted and seen, the groups furthest from their prediction first."""
    by_group = {key: rows.set_index("measure") for key, rows in table.groupby(name, sort=False)}
    order = sorted(by_group, key=lambda key: -_distance(by_group[key].loc["gap"]))
    told = [_group_words(name, key, by_group[key]) for key in order[:NAMED]]
    left = len(order) - len(told)
    more = f" The table has {left} more groups." if left > 1 else ""
    more = " The table has one more group." if left == 1 else more
    return f"Read as a probability of paying, the score of {'; of '.join(told)}.{more}"


def _distance(gap: "pd.Series[float]") -> float:
    return abs(float(np.nan_to_num(gap["value"])))


def _group_words(name: str, key: object, rows: pd.DataFrame) -> str:
    gap, error = rows.loc["gap"], rows.loc["expected error"]
    group = group_name((name,), [key])
    if np.isnan(gap["value"]):
        if np.isnan(gap["low"]):
            return f"{group} has nothing to be set against"
        return (
            f"{group} misses the share who paid by {points(gap['low'])} to {points(gap['high'])} "
            "points, whatever the outcomes are that nobody knows"
        )
    side = "more" if gap["value"] > 0 else "fewer"
    words = (
        f"{group} misses the share who paid by {points(gap['value'])} points "
        f"({points(gap['low'])} to {points(gap['high'])}; {side} paid than it says)"
    )
    return (
        f"{words}, with an expected error of {percent(error['value'])}, of which chance alone "
        f"gives {percent(error['by_chance'])}"
    )
