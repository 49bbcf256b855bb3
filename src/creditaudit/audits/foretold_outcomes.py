"""What does the score foretell: what it is said to, or something else?"""

import numpy as np
import pandas as pd

from creditaudit.audits.model_findings import Said, gap_finding, untold
from creditaudit.audits.model_rows import cannot_read, cluster_of, happened, risk_of
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import per_hundred
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding
from creditaudit.metrics.influences import auc_of, auc_range

METHOD = (
    "AUC of the score for each outcome with DeLong's error; differences pair the same people, "
    "whose parts in both numbers are subtracted."
)
LIMITS = (
    "A score that ranks an outcome well need not have been made for it, and what it was made for "
    "is not shown. Outcomes that share causes are foretold together.",
    "Outcomes are as recorded: one that an agency looks for more often among people with low "
    "scores is foretold for that reason too.",
)


@audit(
    question="What does the score foretell: what it is said to, or something else?",
    needs=("frame", "scorer", "outcomes"),
    estimand="AUC of the score for the outcome it is said to foretell, less its AUC for another "
    "outcome, among people with each outcome known",
    topic="accuracy",
)
def construct(evidence: Evidence) -> list[Finding]:
    """Return how well the score ranks each outcome, the first one less each of the others.

    References
    ----------
    Jacobs, A. Z. and Wallach, H. (2021). Measurement and Fairness. FAccT, 375-385.
    """
    frame = evidence.frame
    assert frame is not None
    why = cannot_read(evidence)
    if why:
        return [untold(evidence, "construct", "", why)]
    roles = None if evidence.tally is None else evidence.tally.roles
    cluster = None if evidence.tally is None else cluster_of(evidence)
    risk = risk_of(evidence.scorer, frame, roles)
    least = max(evidence.plan.min_cell, 2)
    each, sizes, left = {}, {}, []
    for name, value in evidence.outcomes.items():
        hit, rest = happened(frame, name, value)
        if min(hit.sum(), rest.sum()) < least:
            left.append(name)
            continue
        each[name], sizes[name] = auc_of(risk, hit, rest, cluster), (hit, rest)
    said, *others = evidence.outcomes
    if said in left or len(each) < 2:
        why = (
            f"It takes two outcomes or more, the first of them what the score is said to foretell, "
            f"each of which happened to {least} or more people and did not to as many."
        )
        return [untold(evidence, "construct", "", why)]
    rows = [
        (name, int((hit | rest).sum()), int(hit.sum()), each[name].value, *auc_range(each[name]))
        for name, (hit, rest) in sizes.items()
    ]
    columns = pd.Index(["outcome", "n", "happened", "value", "low", "high"])
    table = pd.DataFrame(rows, columns=columns)
    limits = (*LIMITS, *([f"Too few people for: {', '.join(left)}."] if left else []))
    found = []
    for name in others:
        if name not in each:
            continue
        one, other = each[said], each[name]
        lead = (
            f"Of 100 pairs of one to whom it happened and one to whom not, the score ranks "
            f"{per_hundred(one.value)} right for {said} and {per_hundred(other.value)} for {name}; "
            f"50 is what chance ranks right. {said} less {name}: "
            f"{points(one.value - other.value)} percentage points"
        )
        known = (sizes[said][0] | sizes[said][1]) & (sizes[name][0] | sizes[name][1])
        smaller = min(int(side.sum()) for key in (said, name) for side in sizes[key])
        found.append(gap_finding(evidence, one - other, Said(
            audit="construct", scope=f"{said}: {name}", lead=lead, after="",
            n=float(np.count_nonzero(known)), smaller=float(smaller), table=table, method=METHOD,
            limits=limits,
        )))  # fmt: skip
    return found
