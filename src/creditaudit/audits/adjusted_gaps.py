"""What is left of a gap when named inputs are held equal?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import (
    adjusted,
    data_limits,
    held,
    key_values,
    reference_of,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import chance_words, listed, points, raw_words
from creditaudit.audits.wording import (
    confidence,
    group_name,
    people,
    per_hundred,
    reach_words,
    status_of,
    status_sentence,
)
from creditaudit.errors import NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.metrics.adjustments import NOT_COMPARABLE, Adjustment, adjust
from creditaudit.metrics.designs import Design, read_design
from creditaudit.metrics.measures import whole
from creditaudit.metrics.sensitivities import e_value, e_value_limit, strength_words

QUESTION = "What gap in approvals is left when named inputs are held equal?"
METHOD = (
    "Logit of the decision on the named controls and the groups, errors robust (HC1) or by "
    "clusters; each group's rate is the mean over everyone in the model with the controls they "
    "have. The range for all comparisons is widened by Bonferroni, p-values by Holm."
)
LIMITS = (
    "The gap that is left when the named controls are held equal. What is not among them is not "
    "held equal, and the number shows how large the rest is, not why it is there.",
    "A control may itself carry the gap: where it was shaped by unequal treatment before, holding "
    "it equal takes that part out of sight. The raw gap stands beside it for that reason.",
)
NAMES = 6


@audit(
    question=QUESTION,
    needs=("tally", "decision", "groups", "frame", "controls"),
    estimand="approval rate if everyone were in the group / approval rate if everyone were in the "
    "reference, by a logit model with the named controls as they are",
    topic="approval_gap",
)
def adjusted_disparity(evidence: Evidence) -> list[Finding]:
    """Return the ratio of approval rates with the named controls held equal, beside the raw one.

    References
    ----------
    Lane, P. W. and Nelder, J. A. (1982). Biometrics 38, 613-621.
    VanderWeele, T. J. and Ding, P. (2017). Annals of Internal Medicine 167, 268-274.
    """
    return [finding for name in evidence.groups for finding in _column(evidence, name)]


def _column(evidence: Evidence, name: str) -> list[Finding]:
    frame, roles = evidence.frame, held(evidence).roles
    assert frame is not None
    # A column that is compared cannot be held equal at the same time.
    controls = {column: why for column, why in evidence.controls.items() if column != name}
    if not controls:
        return [_nothing(evidence, name, f"{name} is the only control named.")]
    wanted = (name, roles.decision, roles.weight, roles.cluster)
    missing = [column for column in wanted if column is not None and column not in frame.columns]
    if missing:
        why = f"The table of inputs has no column {listed(missing)}, so decisions and inputs "
        return [_nothing(evidence, name, f"{why}cannot be put side by side.")]
    least = evidence.plan.min_cell
    try:
        design = read_design(
            frame, roles, name, controls, reference_of(evidence, (name,)), min_people=least
        )
    except NothingToCompare:
        why = (
            f"It takes a reference group and another one with {least} or more people each whose "
            "controls are all known."
        )
        return [_nothing(evidence, name, why)]
    if design.raw.reference.n[0] < least:
        why = f"The reference group has fewer than {least} people whose controls are all known."
        return [_nothing(evidence, name, why)]
    found = adjust(design)
    others = [adjust(design, "linear"), adjust(design, "probit")]
    order = np.argsort(np.nan_to_num(found.value["ratio"], nan=np.inf), kind="stable")
    return [_finding(evidence, found, others, int(place), controls) for place in order]


def _nothing(evidence: Evidence, name: str, why: str) -> Finding:
    return Finding(
        id=finding_id("adjusted_disparity", "", name), audit="adjusted_disparity",
        question=QUESTION, claim=f"{name}: nothing can be compared with inputs held equal. {why}",
        status="cannot_tell", unit="ratio", n=held(evidence).n, method=METHOD, limits=LIMITS,
    )  # fmt: skip


def _finding(
    evidence: Evidence,
    found: Adjustment,
    others: list[Adjustment],
    place: int,
    controls: Mapping[str, str],
) -> Finding:
    design, raw = found.design, found.design.raw
    by = raw.groups.by
    group = group_name(by, key_values(raw.groups.keys, place))
    reference = group_name(by, key_values(raw.reference.keys, 0))
    ratio = float(found.value["ratio"][place])
    low, high = (float(end[place]) for end in found.range("ratio"))
    level = evidence.family.level if evidence.family else LEVEL
    wide = found.range("ratio", level)
    ends = float(wide[0][place]), float(wide[1][place])
    status = status_of(*ends, evidence.plan.line)
    p_value = float(found.p_value[place])
    p_adjusted = adjusted(evidence, p_value)
    equal = _equal_words(list(controls))
    before = raw_words(raw, place)
    if np.isfinite(ratio):
        strength = strength_words(
            e_value(ratio), e_value_limit(low, high), "approval", " and beyond these controls"
        )
        claim = (
            f"{group}: {per_hundred(ratio)} approvals for every 100 in the reference group, "
            f"{reference}, per head, with {equal} held equal ({reach_words(low, high)}); raw, with "
            f"nothing held equal, {before}. "
            f"{status_sentence(status, ratio, *ends, evidence.plan.line)} "
            f"{_points_words(found, place)} {chance_words(p_adjusted)} {strength}"
        )
    else:
        claim = (
            f"{group}, against {reference}: what is left with {equal} held equal cannot be told. "
            f"{found.notes[place]} Raw, with nothing held equal: {before} approvals for every 100."
        )
    return Finding(
        id=finding_id("adjusted_disparity", group, f"{by[0]}: {reference}"),
        audit="adjusted_disparity", question=QUESTION, claim=claim, status=status,
        estimate=ratio, low=low, high=high, low_family=ends[0], high_family=ends[1],
        unit="ratio", n=float(raw.groups.n[place]), group=group, reference=reference,
        p_value=p_value, p_adjusted=p_adjusted, tested=(p_value,),
        confidence=confidence(evidence, raw, place, design.left_out / design.rows),
        table=_table(found, place), method=METHOD,
        limits=(*LIMITS, _reasons(controls), *_other_models(others, place), NOT_COMPARABLE,
                *design.notes, *_other_people(evidence, design), *data_limits(evidence, raw)),
    )  # fmt: skip


def _equal_words(controls: list[str]) -> str:
    return listed(controls) if len(controls) <= NAMES else f"{len(controls)} named controls"


def _points_words(found: Adjustment, place: int) -> str:
    low, high = (float(end[place]) for end in found.range("difference"))
    difference = float(found.value["difference"][place])
    raw = found.design.raws
    odds = [float(raw["odds_ratio"].value[place]), float(found.value["odds_ratio"][place])]
    words = (
        f"In percentage points: {points(difference)} ({points(low)} to {points(high)}) with the "
        f"controls held equal, {points(raw['difference'].value[place])} raw"
    )
    if np.isfinite(odds).all():
        words += f"; odds of approval {odds[1]:.2f} times those of the reference, {odds[0]:.2f} raw"
    return f"{words}."


def _reasons(controls: Mapping[str, str]) -> str:
    reasons = [f"{name} ({why.strip().rstrip('.')})" for name, why in controls.items()]
    return f"Held equal, for the reason given by the author of this report: {'; '.join(reasons)}."


def _other_models(others: list[Adjustment], place: int) -> list[str]:
    said = []
    for one in others:
        value = float(one.value["difference"][place])
        low, high = (float(end[place]) for end in one.range("difference"))
        if np.isfinite(value):
            said.append(
                f"a {one.fit.model} one {points(value)} ({points(low)} to {points(high)}) "
                "percentage points"
            )
    return [f"Another model leaves another number: {listed(said)}."] if said else []


def _other_people(evidence: Evidence, design: Design) -> list[str]:
    rows, counted = design.everyone.n, held(evidence).n
    if rows == counted:
        return []
    return [f"The table of inputs holds {people(rows)} people, the counts {people(counted)}."]


def _table(found: Adjustment, place: int) -> pd.DataFrame:
    """Return raw and adjusted rates of the reference and the group."""
    design = found.design
    name = design.raw.groups.by[0]
    rows = []
    for measure in ("raw rate", "adjusted rate"):
        for code, side, at in ((0, design.raw.reference, 0), (place + 1, design.raw.groups, place)):
            if measure == "raw rate":
                n, value = side.n[at], side.value[at]
                low, high, note = side.low[at], side.high[at], ""
                counts = np.round(value * n) if _counts_people(design) else np.nan
            else:
                n, counts = int((design.group == code).sum()), np.nan
                rates = found.rate_reference if code == 0 else found.rate
                value = rates[place]
                low, high = (end[place] for end in found.rate_range(reference=code == 0))
                note = found.notes[place]
            key = key_values(side.keys, at)[0]
            rows.append((key, measure, n, counts, n - counts, value, low, high, note))
    columns = [name, "measure", "n", "approved", "refused", "value", "low", "high", "note"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    table["n"] = whole(table["n"].to_numpy(dtype=np.float64))
    return table


def _counts_people(design: Design) -> bool:
    """Whether rates times people are counts of people: not where people have weights."""
    return design.weight is None
