"""Is there a model as good that discriminates less?"""

from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from creditaudit.alternatives import Frontier, frontier
from creditaudit.alternatives.frontiers import claim_of
from creditaudit.alternatives.refitting import can_refit
from creditaudit.audits.comparing import adjusted, held, reference_of
from creditaudit.audits.model_findings import CORRECTED, untold
from creditaudit.audits.model_rows import (
    bad_and_good,
    cannot_read,
    cluster_of,
    inputs_of,
    share_approved,
)
from creditaudit.audits.questions import REGISTERED, audit
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.tally import Tally

NAME = "less_discriminatory"
MARGIN = 0.01
# More people would tell the rest no better, and take long to fit.
MOST_PEOPLE = 20_000
SEED = 0
METHODS = ("features", "reweighing", "reductions", "card", "group_cutoffs")
FIXED = (
    "The model cannot be fitted again here, and moving its one cut-off leaves the order of people "
    "as it is. Pass a classifier that can be fitted."
)
# A report asks every question twice; the search behind this one takes long and does not change.
_SEARCHES: WeakKeyDictionary[Tally, list[tuple[object, object, str, object, Frontier]]] = (
    WeakKeyDictionary()
)


@audit(
    question="Is there a model as good that discriminates less?",
    needs=("tally", "frame", "scorer", "outcome", "groups"),
    estimand="how much nearer to 0 the gap in approvals is under the alternative chosen on other "
    "people than under the model fitted again, at the same share approved",
    topic="approval_gap",
)
def less_discriminatory(evidence: Evidence) -> list[Finding]:
    """Return for each column the alternative found, and whether it is as good and its gap smaller.

    References
    ----------
    Agarwal, A. et al. (2018). A reductions approach to fair classification. ICML 2018, 60-69.
    Gillis, T., Meursault, V. and Ustun, B. (2024). Operationalizing the search for less
    discriminatory alternatives in fair lending. FAccT 2024, 377-387.
    """
    roles = held(evidence).roles
    why = cannot_read(evidence, roles.outcome, roles.cluster, *evidence.groups)
    if why or not can_refit(evidence.scorer):
        return [untold(evidence, NAME, "", why or FIXED)]
    return [_finding(evidence, name) for name in evidence.groups]


def _finding(evidence: Evidence, name: str) -> Finding:
    try:
        found = _searched(evidence, name)
    except InputError as error:
        return untold(evidence, NAME, name, str(error))
    level = evidence.family.level if evidence.family else LEVEL
    best = found.best
    common = {
        "audit": NAME, "question": REGISTERED[NAME].question, "table": found.table,
        "limits": found.limits, "n": found.n, "reference": f"{name} {found.reference}",
        "group": f"{name} {found.group}", "unit": "percentage points",
        "id": finding_id(NAME, name, f"{found.reference}"),
        "claim": f"{name}: {claim_of(found, level)}",
    }  # fmt: skip
    if best is None:
        return Finding(status="cannot_tell", method=found.method, **common)
    status: Status = "beyond" if found.found(level) else "cannot_tell"
    p_value = best.lower.above(0)
    low, high, low_family, high_family = (
        100 * x for x in (*best.lower.range(), *best.lower.range(level))
    )
    return Finding(
        status=status, estimate=100 * best.lower.value, low=low, high=high, low_family=low_family,
        high_family=high_family, p_value=p_value, p_adjusted=adjusted(evidence, p_value),
        tested=(p_value,) if np.isfinite(p_value) else (),
        confidence="low" if found.n < 1000 else "moderate",
        method=f"{found.method} Chosen: {best.method} {CORRECTED}", **common,
    )  # fmt: skip


def _searched(evidence: Evidence, name: str) -> Frontier:
    tally, frame, scorer = held(evidence), evidence.frame, evidence.scorer
    assert frame is not None
    reference = reference_of(evidence, (name,))
    kept = _SEARCHES.setdefault(tally, [])
    for one in kept:
        if one[0] is frame and one[1] is scorer and one[2:4] == (name, reference):
            return one[4]
    bad, good = bad_and_good(evidence)
    y = np.where(bad, 1.0, np.where(good, 0.0, np.nan))
    share, _ = share_approved(evidence)
    clusters = cluster_of(evidence)
    taken = np.arange(len(frame))
    if len(frame) > MOST_PEOPLE:
        rng = np.random.default_rng(SEED)
        taken = np.sort(rng.choice(len(frame), MOST_PEOPLE, replace=False))
    inputs = inputs_of(scorer, frame, tally.roles).iloc[taken]
    found = frontier(
        scorer, inputs, y[taken], groups=pd.Series(frame[name]).iloc[taken], reference=reference,
        share=share, margin=MARGIN, seed=SEED, methods=METHODS, rounds=5,
        min_people=max(evidence.plan.min_cell, 20),
        clusters=None if clusters is None else clusters[taken],
    )  # fmt: skip
    kept.append((frame, scorer, name, reference, found))
    return found
