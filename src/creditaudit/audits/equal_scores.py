"""Does the score mean the same in each group?"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.audits.comparing import adjusted, held, key_values, reference_of
from creditaudit.audits.predicted_rates import predicted_finding
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import chance_words, points
from creditaudit.audits.wording import group_name, p_words, people, per_hundred
from creditaudit.errors import NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.metrics.measures import whole
from creditaudit.metrics.proportions import BAD, GOOD, UNKNOWN
from creditaudit.metrics.same_scores import SameScore, SameScores, compare_scores
from creditaudit.metrics.score_bands import SELECTIVE, band_cuts, band_labels, merged, rates_of

QUESTION = "Does the score mean the same in each group?"
METHOD = (
    "Share who paid, group less reference, within each score bin, averaged by Mantel and Haenszel "
    "with Sato's error (by a jackknife over clusters); p-value by Cochran, Mantel and Haenszel. "
    "The range for all comparisons is widened by Bonferroni, p-values by Holm. The table is in "
    "wider bands, with Wilson's ranges."
)
PEOPLE = "percentage points"
ONE_WAY = (
    "Equal shares who paid at the same score do not show that the score, or what went into it, "
    "treats both groups alike; unequal ones do not show why."
)
HIDDEN = (
    "Only people who were approved have an outcome, so only they are compared. At one score a "
    "group may be approved on other grounds than the score; those approved then pay more, or less, "
    "often than those refused would have, and this number cannot show how much of it is that."
)
RECORDED = "Who paid is read from the outcome as recorded; records may differ between groups."
BINNED = "People in one score bin are taken to have the same score."


@audit(
    question=QUESTION,
    needs=("tally", "outcome", "score", "groups"),
    estimand="share of good payers in the group less that in the reference, among people with the "
    "same score and a known outcome, over scores with the weights of Mantel and Haenszel",
    topic="accuracy",
)
def calibration(evidence: Evidence) -> list[Finding]:
    """Return how often people with the same score paid, each group against the reference.

    Works for any score. Where scores are probabilities, also what they predicted beside what
    happened.

    References
    ----------
    Mantel, N. and Haenszel, W. (1959). JNCI 22, 719-748.
    Kleinberg, J., Mullainathan, S. and Raghavan, M. (2016). Inherent trade-offs in the fair
    determination of risk scores. arXiv 1609.05807.
    """
    found: list[Finding] = []
    for name in evidence.groups:
        predicted, why = predicted_finding(evidence, QUESTION, name)
        found += [*_column(evidence, name, why), *predicted]
    return found


def _column(evidence: Evidence, name: str, why: str) -> list[Finding]:
    least = evidence.plan.min_cell
    try:
        compared = compare_scores(
            held(evidence), (name,), reference_of(evidence, (name,)), min_people=least
        )
    except NothingToCompare:
        claim = (
            f"{name}: nothing can be compared. It takes a reference group and another one with "
            f"{least} or more people each who have a score and an outcome."
        )
        return [
            Finding(
                id=finding_id("calibration", "", name), audit="calibration", question=QUESTION,
                claim=claim, status="cannot_tell", unit=PEOPLE, n=held(evidence).n, method=METHOD,
            )
        ]  # fmt: skip
    order = sorted(compared.each, key=lambda one: -abs(np.nan_to_num(one.value)))
    return [_finding(evidence, name, compared, one, why) for one in order]


def _finding(
    evidence: Evidence, name: str, compared: SameScores, one: SameScore, why: str
) -> Finding:
    keys = compared.everyone.keys
    group = group_name((name,), key_values(keys, one.place))
    reference = group_name((name,), key_values(keys, compared.base))
    low, high = one.range()
    ends = one.range(evidence.family.level if evidence.family else LEVEL)
    status: Status = "beyond" if ends[0] > 0 or ends[1] < 0 else "cannot_tell"
    p_adjusted = adjusted(evidence, one.p_value)
    if np.isfinite(one.value) and np.isfinite(one.error):
        claim = " ".join(filter(None, (
            f"{group}: of people with the same score and a known outcome, "
            f"{per_hundred(one.rates[0])} of every 100 paid, against {per_hundred(one.rates[1])} "
            f"in the reference group, {reference}: {points(one.value)} percentage points "
            f"({points(low)} to {points(high)}). {_status_words(status, one.value, *ends)}",
            f"Without regard to the score: {points(one.raw)} ({points(one.raw_low)} to "
            f"{points(one.raw_high)}).",
            chance_words(p_adjusted), _same_words(one), _hidden_words(compared, one),
        )))  # fmt: skip
    else:
        claim = (
            f"{group}, against {reference}: whether the score means the same cannot be told. "
            f"{one.note or 'Everyone with the same score fares the same.'}"
        )
    numbers = [100 * x for x in (one.value, low, high, *ends)]
    return Finding(
        id=finding_id("calibration", group, f"{name}: {reference}"), audit="calibration",
        question=QUESTION, claim=claim, status=status, estimate=numbers[0], low=numbers[1],
        high=numbers[2], low_family=numbers[3], high_family=numbers[4], unit=PEOPLE,
        n=float(one.n[0]), group=group, reference=reference, p_value=one.p_value,
        p_adjusted=p_adjusted, tested=(one.p_value,),
        confidence=_confidence(evidence, compared, one), table=_table(evidence, compared, one),
        method=METHOD, limits=tuple(_limits(evidence, compared, one, reference, why)),
    )  # fmt: skip


def _status_words(status: Status, value: float, low: float, high: float) -> str:
    said = f"Allowing for every comparison made ({points(low)} to {points(high)}),"
    if status != "beyond":
        return (
            f"{said} the line at 0 is inside the range: it cannot be told whether the score means "
            "the same."
        )
    way = (
        "fewer of the group paid than of the reference at the same score, so it is easier on the "
        "group"
        if value < 0
        else "more of the group paid than of the reference at the same score, so it is harder on "
        "the group"
    )
    return f"{said} the gap is beyond the line at 0: {way}."


def _same_words(one: SameScore) -> str:
    if np.isnan(one.same.p_value):
        return ""
    p = p_words(one.same.p_value).removeprefix("adjusted ")
    if one.same.p_value < 0.05:
        return (
            f"It is not the same at every score ({p}): one number for all of them hides some, and "
            "the table shows it by band."
        )
    return f"That it differs from score to score cannot be told from chance ({p})."


def _hidden_words(compared: SameScores, one: SameScore) -> str:
    if np.isnan(one.bound_low):
        return ""
    sums = compared.pair(one.place).n.sum(axis=(0, 1))
    known, everyone = sums[[BAD, GOOD]].sum(), sums.sum()
    reach = f"{points(one.bound_low)} to {points(one.bound_high)}"
    return (
        f"The outcome is known for {people(known)} of {people(everyone)} of them with a score; "
        f"over all of these, whatever the missing outcomes are, the gap is {reach}."
    )


def _table(evidence: Evidence, compared: SameScores, one: SameScore) -> pd.DataFrame:
    """Return the share who paid by band of the score, of the reference and of the group."""
    (name,) = compared.everyone.by
    pair = compared.pair(one.place)
    cuts = band_cuts(pair, evidence.plan.min_cell)
    bands = merged(pair, cuts)
    rate, size = rates_of(bands)
    low, high = intervals.wilson(rate, size)
    n = bands.n[..., [BAD, GOOD]].sum(axis=-1)
    keys = compared.everyone.keys[name].tolist()
    rows = [
        (label, key, n[side, band], rate[side, band], low[side, band], high[side, band])
        for band, label in enumerate(band_labels(compared.starts, cuts))
        for side, key in ((1, keys[compared.base]), (0, keys[one.place]))
    ]
    columns = [str(held(evidence).roles.score), name, "n", "value", "low", "high"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    table["n"] = whole(table["n"].to_numpy(dtype=np.float64))
    return table


def _limits(
    evidence: Evidence, compared: SameScores, one: SameScore, reference: str, why: str
) -> Iterable[str]:
    roles, bins = held(evidence).roles, held(evidence).bins
    yield ONE_WAY
    yield RECORDED
    if compared.sums.selective:
        yield HIDDEN
    elif compared.sums.n[..., UNKNOWN].any():
        yield "People without an outcome are left out of all but the last range named."
    yield from (note for note in compared.notes if note != SELECTIVE)
    if bins is not None and not bins.exact:
        yield BINNED
    apart = float(one.n.sum() - one.shared.sum())
    if apart:
        few = apart < evidence.plan.min_cell
        count = f"fewer than {evidence.plan.min_cell}" if few else people(apart)
        yield f"Left out, with a score that nobody on the other side has: {count} people."
    if why:
        yield why
    if roles.weight is not None:
        yield f"Rates are weighted by {roles.weight}; the numbers of people are not."
    if compared.chosen:
        yield f"Reference {reference}: the group with most people, as the plan names none."


def _confidence(evidence: Evidence, compared: SameScores, one: SameScore) -> str:
    smaller: Any = one.shared.min()
    if smaller < 100 or np.isnan(one.value):
        return "low"
    sure = smaller >= 1000 and evidence.level >= 2 and not compared.sums.selective
    return "high" if sure else "moderate"
