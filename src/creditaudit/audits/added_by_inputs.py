"""What does each input add to accuracy, and to the gap?"""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from creditaudit.audits.comparing import held
from creditaudit.audits.model_findings import too_few, untold
from creditaudit.audits.model_rows import (
    OBSERVED,
    Sides,
    approved_by,
    bad_and_good,
    cannot_read,
    inputs_of,
    risk_of,
    share_approved,
    sides_of,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.replaced_models import net_change
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.metrics.influences import Estimate, Mask, auc_of
from creditaudit.values import Codes, Floats

QUESTION = "What does each input add to accuracy, and to the gap?"
MOST_ROWS, MOST_INPUTS = 20_000, 30
METHOD = (
    "The model is fitted on one half of the people with a known outcome, once as it is and once "
    "for each input with that input the same for everyone; both are set against each other on the "
    "other half. AUC by DeLong, paired; approvals at the same share of people. Ranges hold for all "
    "inputs of the table together (Bonferroni)."
)
LIMITS = (
    "What an input adds beside all the others: two that say the same each add nothing, though "
    "together they may add much. The numbers do not sum to the whole.",
    "It shows what the fit would lose and whom it would approve; not why the input differs between "
    "groups.",
)


@audit(
    question=QUESTION,
    needs=("tally", "frame", "scorer", "outcome", "groups"),
    estimand="AUC, and approval rate of the group less that of the reference at the same overall "
    "share approved, of a fit with the input less that of a fit without it",
    topic="approval_gap",
)
def input_effects(evidence: Evidence) -> list[Finding]:
    """Return for each group what each input adds to the AUC and to the gap in approvals."""
    frame, roles = evidence.frame, held(evidence).roles
    assert frame is not None
    why = cannot_read(evidence, roles.outcome, *evidence.groups)
    if not why and roles.cluster is not None:
        why = "People were sampled in clusters, and halves are drawn person by person."
    if not why and not (hasattr(evidence.scorer, "fit") and hasattr(evidence.scorer, "get_params")):
        why = "The model cannot be fitted again: that takes a scikit-learn estimator."
    if why:
        return [untold(evidence, "input_effects", "", why)]
    inputs = inputs_of(evidence.scorer, frame, roles)
    if len(inputs.columns) > MOST_INPUTS:
        why = f"The model reads {len(inputs.columns)} inputs; at most {MOST_INPUTS} are fitted out."
        return [untold(evidence, "input_effects", "", why)]
    bad, good = bad_and_good(evidence)
    rows = np.flatnonzero(bad | good)
    if min(bad.sum(), good.sum()) < max(evidence.plan.min_cell, 10):
        return [untold(evidence, "input_effects", "", "Good or bad payers are too few.")]
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))
    halves = train_test_split(rows, test_size=0.5, random_state=0, stratify=bad[rows])
    try:
        risks = _risks(evidence, inputs, bad, *halves)
    except (TypeError, ValueError, InputError) as error:
        return [untold(evidence, "input_effects", "", f"The model cannot be fitted again: {error}")]
    share, source = share_approved(evidence)
    found: list[Finding] = []
    for name in evidence.groups:
        sides = sides_of(evidence, name)
        half = replace(sides, codes=sides.codes[halves[1]])
        where = f" Share approved: {share:.1%}, {source}."
        found += _column(evidence, half, risks, bad[halves[1]], share, where)
    return found


def _risks(
    evidence: Evidence, inputs: pd.DataFrame, bad: Mask, fitted: Codes, other: Codes
) -> dict[str, Floats]:
    """Return the risk of the other half by each fit; that with all inputs under the name ''."""

    def risk(table: pd.DataFrame) -> Floats:
        model = clone(evidence.scorer)
        if "random_state" in model.get_params():
            model.set_params(random_state=0)
        with threadpool_limits(1):
            model.fit(table.iloc[fitted], bad[fitted].astype(np.int64))
            return risk_of(model, table.iloc[other])

    found = {"": risk(inputs)}
    for name in inputs.columns:
        known = inputs[name].dropna()
        # The same value for everyone: the model keeps its inputs, and learns nothing from this one.
        same = inputs.assign(**{name: known.iloc[0] if len(known) else np.nan})
        same[name] = same[name].astype(inputs[name].dtype)
        found[str(name)] = risk(same)
    return found


def _column(
    evidence: Evidence, sides: Sides, risks: dict[str, Floats], bad: Mask, share: float, where: str
) -> list[Finding]:
    least = max(evidence.plan.min_cell, 2)
    sizes = np.bincount(sides.codes[sides.codes >= 0], minlength=len(sides.levels)).astype(float)
    others = sides.others(sizes, least)
    if not others or sides.reference is None:
        return [untold(evidence, "input_effects", sides.name, too_few(least, "people"))]
    base, reference = sides.of(sides.reference), sides.word(sides.reference)
    whole, approved = auc_of(risks[""], bad, ~bad), approved_by(risks[""], share)
    level = 1 - (1 - LEVEL) / (2 * max(len(risks) - 1, 1))
    found = []
    for place in others:
        own, group = sides.of(place), sides.word(place)
        rows = []
        for name, risk in risks.items():
            if not name:
                continue
            auc = whole - auc_of(risk, bad, ~bad)
            gap = net_change(risks[""], risk, share, own, base)
            rows.append((name, auc.value, *_ends(auc, level), gap.value, *_ends(gap, level)))
        columns = ["input", "auc_added", "auc_low", "auc_high", "gap_added", "gap_low", "gap_high"]
        table = pd.DataFrame(rows, columns=pd.Index(columns))
        table = table.sort_values("gap_added", key=np.abs, ascending=False, ignore_index=True)
        top = table.iloc[0]
        gap_now = float(approved[own].mean() - approved[base].mean())
        claim = (
            f"{group}, against {reference}: a fit with all inputs ranks "
            f"{100 * whole.value:.1f} of 100 pairs of payers right, and approves the group "
            f"{points(gap_now)} percentage points apart from the reference. Most of that gap comes "
            f"or goes with {top['input']}: it adds {points(top['gap_added'])} percentage points to "
            f"the gap ({points(top['gap_low'])} to {points(top['gap_high'])}) and "
            f"{points(top['auc_added'])} to the pairs ranked right ({points(top['auc_low'])} to "
            f"{points(top['auc_high'])})."
        )
        found.append(Finding(
            id=finding_id("input_effects", group, f"{sides.name}: {reference}"),
            audit="input_effects", question=QUESTION, claim=claim, status="descriptive",
            n=float(len(bad)), group=group, reference=reference, table=table,
            method=METHOD + where, limits=(*LIMITS, OBSERVED),
        ))  # fmt: skip
    return found


def _ends(one: Estimate, level: float) -> tuple[float, float]:
    # An input that the fit does not use changes nothing, for sure.
    return (0.0, 0.0) if not one.parts.any() and one.value == 0 else one.range(level)
