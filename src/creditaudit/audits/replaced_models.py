"""Who wins and who loses when one model replaces another?"""

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.audits.comparing import held
from creditaudit.audits.model_findings import Said, gap_finding, too_few, untold
from creditaudit.audits.model_rows import (
    Sides,
    approved_by,
    cannot_read,
    cluster_of,
    risk_of,
    share_approved,
    sides_of,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import percent
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding
from creditaudit.metrics.influences import Estimate, Mask, mean_of
from creditaudit.protocols import HasProbability
from creditaudit.values import Codes, Floats

METHOD = (
    "Both models approve the same share of all people, those of least risk, {share:.1%}: {source}; "
    "people at the risk of the last one have the same chance. "
    "Errors pair the same people and allow for the two cut-offs being drawn from them."
)
LIMITS = (
    "Approving is what each model would do at these cut-offs; the lender's own cut-offs, rules and "
    "exceptions are not in it.",
    "Being approved is taken to be the gain. Credit that cannot be repaid is none.",
    "It shows who changes places, and not why, nor which of the models is right about them.",
)
# Shares of groups near the cut-off are read off this share of people.
NEAR = 0.1


@audit(
    question="Who wins and who loses when one model replaces another?",
    needs=("tally", "frame", "scorer", "earlier_scorer", "groups"),
    estimand="change in the share of the group approved when the new model replaces the earlier "
    "one at the same overall share approved, less the same change in the reference",
    topic="approval_gap",
)
def replacement(evidence: Evidence) -> list[Finding]:
    """Return for each group who is newly approved and newly refused, less the reference.

    References
    ----------
    Fuster, A., Goldsmith-Pinkham, P., Ramadorai, T. and Walther, A. (2022). Predictably unequal?
    Journal of Finance 77, 5-47.
    """
    frame, roles = evidence.frame, held(evidence).roles
    assert frame is not None
    why = cannot_read(evidence, roles.cluster, *evidence.groups)
    if why:
        return [untold(evidence, "replacement", "", why)]
    both = [risk_of(one, frame, roles) for one in (evidence.scorer, evidence.earlier_scorer)]
    share, source = share_approved(evidence)
    method = METHOD.format(share=share, source=source)
    cluster = cluster_of(evidence)
    falls = None
    if all(isinstance(one, HasProbability) for one in (evidence.scorer, evidence.earlier_scorer)):
        falls = both[0] < both[1]
    found: list[Finding] = []
    for name in evidence.groups:
        sides = sides_of(evidence, name)
        found += _column(evidence, sides, both, share, cluster, falls, method)
    return found


def net_change(
    now: Floats, before: Floats, share: float, one: Mask, other: Mask,
    cluster: Codes | None = None,
) -> Estimate:  # fmt: skip
    """Return the change in the share approved of one group, less that of another.

    Notes
    -----
    A cut-off drawn from the same people adds, for each model, (near_one / one - near_other /
    other) x (approved_i - share) / n to a person's part, with near the groups' shares of the people
    about the cut-off: the density of each group there beside that of all.
    """
    taken = [approved_by(risk, share) for risk in (now, before)]
    moved = taken[0] - taken[1]
    found = mean_of(moved, one, cluster) - mean_of(moved, other, cluster)
    parts = found.parts.copy()
    for sign, risk, approved in ((1, now, taken[0]), (-1, before, taken[1])):
        order = np.argsort(risk, kind="stable")
        reach = max(int(NEAR * len(risk) / 2), 1)
        at = round(float(approved.sum()))
        near = order[max(at - reach, 0) : at + reach]
        tilt = one[near].mean() / one.mean() - other[near].mean() / other.mean()
        parts -= sign * tilt * (approved - approved.mean()) / len(risk)
    return Estimate(found.value, parts, cluster)


def _column(
    evidence: Evidence, sides: Sides, both: list[Floats], share: float, cluster: Codes | None,
    falls: Mask | None, method: str,
) -> list[Finding]:  # fmt: skip
    least = max(evidence.plan.min_cell, 2)
    sizes = np.bincount(sides.codes[sides.codes >= 0], minlength=len(sides.levels)).astype(float)
    others = sides.others(sizes, least)
    if not others or sides.reference is None:
        return [untold(evidence, "replacement", sides.name, too_few(least, "people"))]
    taken = [approved_by(risk, share) for risk in both]
    gained, lost = np.maximum(taken[0] - taken[1], 0), np.maximum(taken[1] - taken[0], 0)
    events = {"newly approved": gained, "newly refused": lost}
    if falls is not None:
        events["risk falls"] = falls.astype(np.float64)
    base = sides.of(sides.reference)
    reference = sides.word(sides.reference)
    found = []
    for place in others:
        own, group = sides.of(place), sides.word(place)
        change = net_change(both[0], both[1], share, own, base, cluster)
        said = [_words(word, one, gained, lost) for word, one in ((group, own), (reference, base))]
        after = ""
        if falls is not None:
            after = (
                f"The predicted risk falls for {percent(falls[own].mean())} of the group and for "
                f"{percent(falls[base].mean())} of the reference."
            )
        lead = (
            f"{said[0]}; {said[1]}. Net change in approvals of the group, less that of the "
            f"reference: {points(change.value)} percentage points"
        )
        rows = [
            _row(sides.levels[k], word, event[sides.of(k)])
            for word, event in events.items()
            for k in (sides.reference, place)
        ]
        columns = pd.Index([sides.name, "measure", "n", "people", "value", "low", "high"])
        found.append(gap_finding(evidence, change, Said(
            audit="replacement", scope=f"{sides.name}: {reference}", lead=lead, after=after,
            n=float(own.sum()), smaller=float(min(own.sum(), base.sum())),
            table=pd.DataFrame(rows, columns=columns), method=method, limits=LIMITS,
            group=group, reference=reference,
        )))  # fmt: skip
    return found


def _words(group: str, own: Mask, gained: Floats, lost: Floats) -> str:
    return (
        f"{group}: of 100 people {100 * gained[own].mean():.1f} are newly approved and "
        f"{100 * lost[own].mean():.1f} newly refused"
    )


def _row(key: object, measure: str, event: Floats) -> tuple[object, ...]:
    # People at the same risk as the last one approved share what room there is: not whole.
    n, count = len(event), float(event.sum().round(1))
    low, high = intervals.wilson(np.array(count / n), np.array(float(n)))
    return key, measure, n, count, count / n, float(low), float(high)
