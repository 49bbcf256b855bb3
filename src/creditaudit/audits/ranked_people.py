"""How well does the model tell who will default, in each group?"""

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import held
from creditaudit.audits.model_findings import Said, gap_finding, too_few, untold
from creditaudit.audits.model_rows import (
    OBSERVED,
    Sides,
    bad_and_good,
    cannot_read,
    cluster_of,
    risk_of,
    sides_of,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import per_hundred
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding
from creditaudit.metrics.influences import Estimate, Mask, auc_of, auc_range
from creditaudit.values import Codes, Floats

METHOD = "AUC of the model's scores with DeLong's error; of two on the same people, paired."
WITHIN = (
    "The AUC of a group depends on how far its own risks lie apart, and not only on the model: a "
    "lower one need not mean that the model serves the group worse."
)
SEEN = (
    "If the model was fitted on these people, it ranks them better than others it will meet; this "
    "may differ between groups."
)


@audit(
    question="How well does the model tell who will default, in each group?",
    needs=("tally", "frame", "scorer", "outcome", "groups"),
    estimand="probability that of two people of the group, one bad and one good payer with a known "
    "outcome, the model gives the bad one the higher risk, less the same in the reference",
    topic="accuracy",
)
def ranking(evidence: Evidence) -> list[Finding]:
    """Return the AUC of each group less that of the reference; with two models, new less earlier.

    References
    ----------
    DeLong, E. R. et al. (1988). Biometrics 44, 837-845.
    """
    frame, roles = evidence.frame, held(evidence).roles
    assert frame is not None
    why = cannot_read(evidence, roles.outcome, roles.cluster, *evidence.groups)
    if why:
        return [untold(evidence, "ranking", "", why)]
    bad, good = bad_and_good(evidence)
    cluster = cluster_of(evidence)
    risk = risk_of(evidence.scorer, frame, roles)
    found: list[Finding] = []
    if evidence.earlier_scorer is not None:
        earlier = risk_of(evidence.earlier_scorer, frame, roles)
        found += _models(evidence, (risk, earlier), bad, good, cluster)
    for name in evidence.groups:
        found += _column(evidence, sides_of(evidence, name), risk, bad, good, cluster)
    return found


def _column(
    evidence: Evidence, sides: Sides, risk: Floats, bad: Mask, good: Mask, cluster: Codes | None
) -> list[Finding]:
    least = max(evidence.plan.min_cell, 2)
    sizes = np.array([
        min((bad & sides.of(k)).sum(), (good & sides.of(k)).sum()) for k in range(len(sides.levels))
    ], dtype=np.float64)  # fmt: skip
    others = sides.others(sizes, least)
    if not others or sides.reference is None:
        return [untold(evidence, "ranking", sides.name, too_few(least, "good and bad payers"))]
    each = {
        place: auc_of(risk, bad & sides.of(place), good & sides.of(place), cluster)
        for place in (sides.reference, *others)
    }
    base = each[sides.reference]
    found = []
    for place in sorted(others, key=lambda k: each[k].value):
        one = each[place]
        group, reference = sides.word(place), sides.word(sides.reference)
        known = [(sides.of(k) & (bad | good)).sum() for k in (place, sides.reference)]
        lead = (
            f"{group}: of 100 pairs of one who defaulted and one who did not, the model ranks "
            f"{per_hundred(one.value)} right (ties one half), against {per_hundred(base.value)} in "
            f"the reference group, {reference}: {points(one.value - base.value)} percentage points"
        )
        rows = [_row(sides.levels[k], each[k], bad & sides.of(k), good & sides.of(k))
                for k in (sides.reference, place)]  # fmt: skip
        columns = pd.Index([sides.name, "n", "bad", "value", "low", "high"])
        found.append(gap_finding(evidence, one - base, Said(
            audit="ranking", scope=f"{sides.name}: {reference}", lead=lead, after="",
            n=float(known[0]), smaller=float(min(sizes[place], sizes[sides.reference])),
            table=pd.DataFrame(rows, columns=columns), method=METHOD,
            limits=(WITHIN, SEEN, OBSERVED), group=group, reference=reference,
        )))  # fmt: skip
    return found


def _models(
    evidence: Evidence, risks: tuple[Floats, Floats], bad: Mask, good: Mask, cluster: Codes | None
) -> list[Finding]:
    new, old = (auc_of(risk, bad, good, cluster) for risk in risks)
    few = float(min(bad.sum(), good.sum()))
    if few < max(evidence.plan.min_cell, 2):
        return [untold(evidence, "ranking", "two models", "Good or bad payers are too few.")]
    lead = (
        f"Everyone: of 100 pairs of one who defaulted and one who did not, the new model ranks "
        f"{per_hundred(new.value)} right, the earlier one {per_hundred(old.value)}: "
        f"{points(new.value - old.value)} percentage points"
    )
    rows = [_row(word, one, bad, good) for word, one in (("earlier", old), ("new", new))]
    columns = pd.Index(["model", "n", "bad", "value", "low", "high"])
    return [gap_finding(evidence, new - old, Said(
        audit="ranking", scope="two models", lead=lead, after="", n=float((bad | good).sum()),
        smaller=few, table=pd.DataFrame(rows, columns=columns), method=METHOD,
        limits=(SEEN, OBSERVED),
    ))]  # fmt: skip


def _row(word: object, one: Estimate, bad: Mask, good: Mask) -> tuple[object, ...]:
    return (word, int((bad | good).sum()), int(bad.sum()), one.value, *auc_range(one))
