"""Who is approved less often, when the group is known only as a probability?"""

import math

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import reference_of
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import (
    RAW_GAP,
    group_name,
    people,
    per_hundred,
    percent,
    reach_words,
    status_of,
    status_sentence,
)
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.memberships import Memberships
from creditaudit.metrics.membership_gaps import THRESHOLDS, Proxied

QUESTION = "Who is approved less often, when the group is known only as a probability?"
METHOD = (
    "Sharp bounds from the shares of groups and of decisions in each cell (Frechet; Kallus, Mao "
    "and Zhou 2022), no link of the two within a cell assumed. Sampling error is added to both "
    "ends, so that the whole set is held in at least 95 of 100 samples; the range for all "
    "comparisons is widened by Bonferroni."
)
SENSITIVE = (
    "Probabilities of race or ethnicity are sensitive data. They are made here to examine "
    "decisions; to decide about anyone by them may be unlawful: a criterion that stands in for a "
    "protected ground (United States: ECOA and Regulation B, 12 CFR 1002), processing of special "
    "categories (GDPR art. 9), their use in creditworthiness (Directive (EU) 2023/2225)."
)
RIGHT = (
    "The bounds hold if the probabilities are right for the people here: of the applicants of a "
    "cell, and not only of its residents, so many belong to the group. State how far they may be "
    "off to widen them."
)


@audit(
    question=QUESTION,
    needs=("memberships",),
    estimand="bounds of the approval rate of the group over that of the reference, which are all "
    "that is identified by P(group | cell) and P(approved | cell), in the population the decisions "
    "are a sample of",
    topic="missing_groups",
)
def proxied_disparity(evidence: Evidence) -> list[Finding]:
    """Return bounds of the ratio of approval rates of each group to the reference.

    References
    ----------
    Kallus, N., Mao, X. and Zhou, A. (2022). Management Science 68, 1959-1981.
    Chen, J., Kallus, N., Mao, X., Svacha, G. and Udell, M. (2019). FAT* 2019, 339-348.
    """
    held = _held(evidence)
    if held.roles.decision is None:
        return [_nothing(evidence, "there is no decision")]
    asked = Proxied.of(held, "approval_rate", None, THRESHOLDS)
    try:
        base = asked.place(reference_of(evidence, (held.name,)))
    except InputError:
        return [_nothing(evidence, "the reference of the plan is none of the groups")]
    least, expected = evidence.plan.min_cell, held.expected
    others = [at for at in range(len(expected)) if at != base and expected[at] >= least]
    if not others or expected[base] < least:
        return [_nothing(evidence, f"it takes two groups of {least} or more people expected")]
    return [_finding(evidence, asked, at, base) for at in others]


def _held(evidence: Evidence) -> Memberships:
    assert evidence.memberships is not None
    return evidence.memberships


def _nothing(evidence: Evidence, why: str) -> Finding:
    held = _held(evidence)
    return Finding(
        id=finding_id("proxied_disparity", "", held.name), audit="proxied_disparity",
        question=QUESTION, claim=f"{held.name}: nothing can be compared, as {why}.",
        status="cannot_tell", unit="ratio", n=held.n, method=METHOD,
    )  # fmt: skip


def _finding(evidence: Evidence, asked: Proxied, at: int, base: int) -> Finding:
    held, line = _held(evidence), evidence.plan.line
    level = evidence.family.level if evidence.family else LEVEL
    low, high, bound_low, bound_high = asked.gap(at, base, "ratio", asked.limits(LEVEL))
    ends = asked.gap(at, base, "ratio", asked.limits(level))[:2]
    group, reference = (group_name((held.name,), [held.groups[x]]) for x in (at, base))
    status = status_of(*ends, line)
    cells = " and ".join(held.cells) or "probabilities"
    side = ends[0] if ends[0] > 1 else math.nan
    sharp = (
        f", {reach_words(bound_low, bound_high)} if the shares found in each cell are exact"
        if math.isfinite(bound_low)
        else ""
    )
    claim = (
        f"{group}: {reach_words(low, high)} approvals for every 100 in the reference group, "
        f"{reference}, per head{sharp}. More than that cannot be known without the group of each "
        f"person, whatever the link of group and decision among people of the same {cells}. "
        f"{status_sentence(status, side, *ends, line)} {_points(asked, at, base)}"
    )
    given = evidence.plan.reference
    limits = [RAW_GAP, RIGHT, *held.notes, SENSITIVE]
    if held.name not in given:
        limits.append(
            f"Reference {reference}: the group with most people expected, as the plan names none."
        )
    return Finding(
        id=finding_id("proxied_disparity", group, f"{held.name}: {reference}"),
        audit="proxied_disparity", question=QUESTION, claim=claim.strip(), status=status,
        low=low, high=high, low_family=ends[0], high_family=ends[1], unit="ratio",
        n=float(round(held.expected[at])), group=group, reference=reference, tested=(math.nan,),
        confidence="low", table=_table(asked, (base, at)), method=METHOD, limits=tuple(limits),
    )  # fmt: skip


def _points(asked: Proxied, at: int, base: int) -> str:
    """Return the usual estimates, each with what it assumes."""
    said = []
    for one in asked.estimates:
        value, low, high = one.gap(at, base, "ratio", LEVEL)
        if not math.isfinite(value):
            continue
        within = f" ({reach_words(low, high)})" if math.isfinite(low) else ""
        what = (
            "when each person counts in each group with its probability, which assumes that among "
            "people of equal probabilities the decision does not go with the group, and tends to "
            "show too small a gap"
            if one is asked.estimates[0]
            else f"{one.method.replace('assigned', 'when people are assigned')} or more, which "
            "tends to show too large a gap"
        )
        said.append(f"{per_hundred(value)}{within} {what}")
    return f"Points that assume more: {'; '.join(said)}." if said else ""


def _table(asked: Proxied, places: tuple[int, ...]) -> pd.DataFrame:
    held, (bound_low, bound_high) = asked.memberships, asked.ends
    limits = asked.limits(LEVEL)
    rows = []
    for at in places:
        row = {
            held.name: held.groups[at], "n": round(held.expected[at]), "value": np.nan,
            "low": limits.low[at], "high": limits.high[at],
            "bound_low": bound_low[at], "bound_high": bound_high[at],
        }  # fmt: skip
        row |= {one.method: one.value[at] for one in asked.estimates}
        rows.append(row | {"note": f"People expected: {people(round(held.expected[at]))}; "
                           f"{percent(_classed(asked, at))} of them by a probability of 80 % or "
                           "more."})  # fmt: skip
    return pd.DataFrame(rows)


def _classed(asked: Proxied, at: int) -> float:
    """Return which share of the expected people of a group have a high probability of it."""
    held = asked.memberships
    p, n = np.nan_to_num(held.probability[:, at]), held.counts.sum(axis=(1, 2))
    total = float(n @ p)
    return float(n @ np.where(p >= 0.8, p, 0)) / total if total else 0.0
