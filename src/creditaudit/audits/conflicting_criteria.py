"""Which criteria cannot hold together here, and by how much?"""

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import held
from creditaudit.audits.questions import audit
from creditaudit.audits.scored import (
    ASSUMED,
    GAIN,
    LOSS,
    SWEPT,
    TERMS,
    UNTOLD,
    WORDS,
    Scored,
    Unset,
    ranges_words,
    scored_groups,
    sentences,
    term,
    unanswered,
)
from creditaudit.audits.wording import people, percent
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.disparities import compare
from creditaudit.thresholds.criteria import CRITERIA, EQUAL, rules_for
from creditaudit.thresholds.policies import BY_GROUP, IN_SAMPLE
from creditaudit.thresholds.rules import RATES, level, shares
from creditaudit.thresholds.spreads import spread_of
from creditaudit.values import Floats

QUESTION = "Which criteria cannot hold together here, and by how much?"
THEOREM = (
    "A theorem, not an estimate (Chouldechova 2017; Kleinberg, Mullainathan and Raghavan 2016): "
    "fpr = base rate / (1 - base rate) x (1 - precision) / precision x tpr in every group. For the "
    "same reason a score that means the same risk in every group cannot have equal means among "
    "good payers and equal means among bad ones, unless it is never wrong. Estimated are the base "
    "rates: Miettinen-Nurminen range of their difference, allowing for every group compared."
)
HELD = tuple(name for name in CRITERIA if name != "max_profit")
MEASURES = {
    "approval_rate": "the approval rate",
    "tpr": "the share of good payers approved",
    "fpr": "the share of bad payers approved",
    "precision": "the share of good payers among those approved",
}


@audit(
    question=QUESTION,
    needs=("tally", "outcome", "score", "groups"),
    estimand="difference of base rates between groups; differences of approval rate, error rates "
    "and precision at the most profitable cut-offs under each criterion",
    topic="error_rates",
)
def criteria_conflict(evidence: Evidence) -> list[Finding]:
    """Return how far base rates differ, what follows, and what each criterion leaves unequal.

    References
    ----------
    Chouldechova, A. (2017). Fair prediction with disparate impact. Big Data 5, 153-163.
    Kleinberg, J., Mullainathan, S. and Raghavan, M. (2016). Inherent trade-offs in the fair
    determination of risk scores. arXiv 1609.05807.
    """
    found = []
    for one in scored_groups(evidence):
        if isinstance(one, Unset):
            found.append(unanswered(evidence, "criteria_conflict", QUESTION, one))
        else:
            found += [_base_rates(evidence, one), _left_unequal(evidence, one)]
    return found


def _base_rates(evidence: Evidence, scored: Scored) -> Finding:
    keys, at = scored.keys, scored.reference
    found = compare(
        held(evidence), "base_rate", (scored.name,), keys[at], "difference",  # type: ignore[arg-type]
        family=len(keys) - 1,
    )  # fmt: skip
    compared = found.groups.keys[scored.name].tolist()
    shown = [compared.index(key) for place, key in enumerate(keys) if place != at]
    far = shown[int(np.argmax(np.abs(found.value[shown])))]
    gap, low, high = (a[far] for a in (found.value, found.low_family, found.high_family))
    group, reference = scored.group(keys.index(compared[far])), scored.group(at)
    side = "fewer" if gap < 0 else "more"
    ends = (-high, -low) if gap < 0 else (low, high)
    allowing = f", allowing for {len(shown)} comparisons" if len(shown) > 1 else ""
    claim = (
        f"{percent(found.groups.value[far])} of {people(found.groups.n[far])} people of {group} "
        f"paid, {percent(found.reference.value[0])} of {people(found.reference.n[0])} of "
        f"{reference}: {100 * abs(gap):.1f} percentage points {side} ({100 * ends[0]:.1f} to "
        f"{100 * ends[1]:.1f}{allowing}). "
    )
    claim += (
        "These shares may be equal, so it cannot be told whether the criteria exclude each other "
        "here."
        if low <= 0 <= high
        else "Where they differ, it is arithmetic that no rule makes all three of these equal: the "
        "share of good payers approved, the share of bad payers approved, and the share of good "
        "payers among those approved; unless it approves no bad payer, or no good one."
    )
    rates = np.array([found.reference.value[0], *found.groups.value[shown]])
    implied = _implied(scored, rates)
    table = pd.concat(
        [found.reference.frame, found.groups.take(np.array(shown)).frame], ignore_index=True
    )
    if implied is not None:
        tpr, fpr, approval, precision = implied
        table.insert(table.columns.get_loc("note"), "approval_rate", approval)
        table.insert(table.columns.get_loc("note"), "precision", precision)
        own = shown.index(far) + 1
        claim += (
            f" If {percent(tpr)} of the good and {percent(fpr)} of the bad payers were approved in "
            "every group, as one cut-off does over all of them, "
            f"{percent(precision[own])} of those approved would be good payers in {group} and "
            f"{percent(precision[0])} in {reference}, and the approval rates "
            f"{percent(approval[own])} and {percent(approval[0])}."
        )
    return Finding(
        id=finding_id("criteria_conflict", "base rates", scored.name), audit="criteria_conflict",
        question=QUESTION, claim=f"{scored.name}: {claim}", status="descriptive", estimate=gap,
        low=low, high=high, unit="difference", n=scored.n, group=group, reference=reference,
        table=table, method=THEOREM, limits=(SWEPT, *scored.limits),
    )  # fmt: skip


def _implied(scored: Scored, base: Floats) -> tuple[float, float, Floats, Floats] | None:
    """Return one pair of rates, and the approval rate and precision it gives at each base rate.

    None where one cut-off for all approves nobody.
    """
    curves = scored.curves
    rule = rules_for(curves, "single", GAIN, LOSS)
    approved = (curves.w * rule.accept(curves)[..., None]).sum(axis=(0, 1))
    fpr, tpr = approved / curves.totals.sum(axis=0)
    if tpr + fpr == 0:
        return None
    approval = base * tpr + (1 - base) * fpr
    precision = np.divide(base * tpr, approval, out=np.full(len(base), np.nan), where=approval > 0)
    return float(tpr), float(fpr), approval, precision


def _left_unequal(evidence: Evidence, scored: Scored) -> Finding:
    curves, at = scored.curves, scored.reference
    spread = spread_of(curves, [rules_for(curves, name, GAIN, LOSS) for name in HELD])

    def gaps(approved: Floats, totals: Floats) -> Floats:
        rates = shares(approved, totals[..., None, :, :])
        return level(rates - rates[..., [at], :])

    value, low, high = spread.ranged(gaps)
    reference, others = scored.group(at), [g for g in range(len(curves)) if g != at]
    rows = [
        (term(name), measure, scored.keys[g], scored.keys[at], curves.people[g],
         value[m, g, i], low[m, g, i], high[m, g, i])
        for m, name in enumerate(HELD)
        for i, measure in enumerate(RATES)
        for g in others
    ]  # fmt: skip
    columns = ["criterion", "measure", scored.name, "reference", "n", "difference", "low", "high"]
    parts = []
    for m, name in enumerate(HELD):
        free = [i for i in range(len(RATES)) if i not in EQUAL[name]]
        sizes = np.nan_to_num(np.abs(value[m][np.ix_(others, free)]))
        if not EQUAL[name] or not sizes.any():
            continue
        row, column = np.unravel_index(int(sizes.argmax()), sizes.shape)
        g, i = others[int(row)], free[int(column)]
        side, sign = ("lower", -1) if value[m, g, i] < 0 else ("higher", 1)
        ends = sorted(sign * 100 * x for x in (low[m, g, i], high[m, g, i]))
        parts.append(
            f"with {WORDS[name]}, {MEASURES[RATES[i]]} is {sign * 100 * value[m, g, i]:.1f} "
            f"percentage points {side} in {scored.group(g)} than in {reference} "
            f"({ends[0]:.1f} to {ends[1]:.1f})"
        )
    first, *rest = parts or ["the most profitable cut-offs leave nothing unequal"]
    return Finding(
        id=finding_id("criteria_conflict", "left unequal", scored.name), audit="criteria_conflict",
        question=QUESTION, claim=f"{scored.name}: {first}. {sentences(rest)} {ASSUMED}.",
        status="descriptive", unit="difference",
        n=scored.n, reference=reference, table=pd.DataFrame(rows, columns=columns),
        method="Difference to the reference group at the most profitable rule under each "
        f"criterion. {TERMS} {ranges_words(evidence)} Each range is for one difference alone.",
        limits=(
            "Other rules under the same criterion leave other differences; approving everyone, or "
            "nobody, leaves only that of precision.",
            SWEPT, IN_SAMPLE, UNTOLD, BY_GROUP, *scored.limits,
        ),
    )  # fmt: skip
