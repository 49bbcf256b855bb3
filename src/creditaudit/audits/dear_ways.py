"""What does a way back ask of people of different groups?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.audits.amount_findings import amount, amount_finding
from creditaudit.audits.model_findings import Said, too_few, untold
from creditaudit.audits.model_rows import Sides, cluster_of, inputs_of, sides_of
from creditaudit.audits.questions import audit
from creditaudit.audits.refused_reasons import DRAWN, MOST, cannot_tell
from creditaudit.audits.wording import per_hundred
from creditaudit.errors import CreditauditError
from creditaudit.evidence import Evidence
from creditaudit.explain.models import card_of
from creditaudit.explain.preclusions import Asked, question_of
from creditaudit.explain.rule_shares import is_book
from creditaudit.explain.rule_ways_asked import RuleWaysAsked
from creditaudit.finding import Finding
from creditaudit.metrics.influences import Estimate, Mask, mean_of
from creditaudit.values import Codes, Floats

BANDS = 4
COST = "features changed, weighted by the share of people passed"
DAYS = "days"
METHOD = (
    "Of each refused person the cheapest way within the actions stated; means over those for whom "
    "one was found. A change of a number costs |log((1 - Q') / (1 - Q))|, with Q and Q' the shares "
    "of people passed, other changes 1. At equal shortfall: within {bands} bands of the points "
    "that lack, which weigh as the group is spread over them."
)
BY_RULES = (
    "Of each refused person the way that opens first under the rulebook, at the latest, within the "
    "actions stated; means over those for whom one was found."
)
LIMITS = (
    "Who has no way is not in these means: see who has no way back, beside it.",
    "A cost is a convention; the number of changes is set beside it, and can point the other way.",
    "What a change asks of a person's life is not known, and can differ between groups where its "
    "cost here does not.",
)


@dataclass(frozen=True, eq=False)
class Costs:
    """Ways of the refused, as arrays over them.

    Attributes
    ----------
    rows : int array
        Their places in everybody.
    cost : float array
        NaN where no way was found.
    changes : float array
    lacking : float array or None
        Points that lack.
    """

    rows: Codes
    cost: Floats
    changes: Floats
    lacking: Floats | None


@audit(
    question="What does a way back ask of people of different groups?",
    needs=("tally", "frame", "scorer", "groups", "actions", "cutoff"),
    estimand="mean cost of the cheapest way of the group's refused people who have one, or days "
    "until it opens under a rulebook, less the same in the reference",
    topic="reasons",
)
def recourse_by_group(evidence: Evidence) -> list[Finding]:
    """Return what ways back cost, each group less the reference.

    References
    ----------
    Ustun, B., Spangher, A., Liu, Y. (2019). Actionable recourse in linear classification. FAT*
    2019. Gupta, V. et al. (2019). Equalizing recourse across groups. arXiv:1909.03166.
    """
    frame, scorer, tally = evidence.frame, evidence.scorer, evidence.tally
    assert frame is not None
    assert tally is not None
    why = cannot_tell(evidence)
    if why:
        return [untold(evidence, "recourse_by_group", "", why)]
    book = is_book(scorer)
    people = frame if card_of(scorer) is not None or book else inputs_of(scorer, frame, tally.roles)
    cutoff = None if book else evidence.cutoff
    try:
        asked = question_of(scorer, people, evidence.actions, cutoff, people)
        costs = _costs(asked)
    except CreditauditError as error:
        return [untold(evidence, "recourse_by_group", "", str(error))]
    drawn = (DRAWN,) if len(asked.refused) > MOST else ()
    return [
        finding
        for name in evidence.groups
        for finding in _column(evidence, sides_of(evidence, name), costs, book=book, drawn=drawn)
    ]


def _costs(asked: Asked) -> Costs:
    rows = asked.refused
    if len(rows) > MOST:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST, replace=False))
    if isinstance(asked, RuleWaysAsked):
        first = [some[0] for some in asked.ways(rows, asked.actions)] if len(rows) else []
        cost = np.array([way.wait_high if way.status == "found" else np.nan for way in first])
        changes = np.array([float(len(way.changes)) for way in first])
        return Costs(rows, cost, changes, None)
    ways = asked.ways(rows, asked.actions)
    cost = np.array([way.cost if way.status == "found" else np.nan for way in ways])
    changes = np.array([float(len(way.changes)) for way in ways])
    return Costs(rows, cost, changes, asked.cutoff - asked.points[rows])


def _column(
    evidence: Evidence, sides: Sides, costs: Costs, *, book: bool, drawn: tuple[str, ...]
) -> list[Finding]:
    least = max(evidence.plan.min_cell, 2)
    code = sides.codes[costs.rows]
    has = np.isfinite(costs.cost)
    sizes = np.bincount(code[has & (code >= 0)], minlength=len(sides.levels)).astype(float)
    others = sides.others(sizes, least)
    if not others or sides.reference is None:
        why = too_few(least, "refused people with a way")
        return [untold(evidence, "recourse_by_group", sides.name, why)]
    cluster = cluster_of(evidence)
    cluster = None if cluster is None else cluster[costs.rows]
    reference, base = sides.word(sides.reference), has & (code == sides.reference)
    cost = np.nan_to_num(costs.cost)
    other = mean_of(cost, base, cluster)
    unit = DAYS if book else COST
    found = []
    for place in others:
        own, group = has & (code == place), sides.word(place)
        one = mean_of(cost, own, cluster)
        what = "opens after {:.0f} days" if book else "costs {:.2f}"
        lead = (
            f"{group}: of people of the group who are refused and have a way back, the way "
            f"{what.format(one.value)} on average, and {what.format(other.value)} in the "
            f"reference group, {reference}: a difference of {amount(one.value - other.value)}"
        )
        rows = []
        for side, mask in ((place, own), (sides.reference, base)):
            rows += _rows(sides.levels[side], costs, mask, code == side)
        columns = pd.Index([sides.name, "measure", "n", "value", "low", "high"])
        table = pd.DataFrame(rows, columns=columns)
        after = _after(costs, own, base, code, place, int(sides.reference))
        found.append(amount_finding(evidence, one - other, Said(
            audit="recourse_by_group", scope=f"{sides.name}: {reference}", lead=lead, after=after,
            n=float(own.sum()), smaller=float(min(own.sum(), base.sum())), table=table,
            method=BY_RULES if book else METHOD.format(bands=BANDS), limits=(*LIMITS, *drawn),
            group=group, reference=reference,
        ), unit))  # fmt: skip
    return found


def _rows(key: object, costs: Costs, has: Mask, group: Mask) -> list[tuple[object, ...]]:
    cost, changes = costs.cost[has], costs.changes[has]
    n = int(has.sum())
    feasible = mean_of(np.isfinite(costs.cost).astype(np.float64), group)
    ends = feasible.range()
    ends = (max(ends[0], 0.0), min(ends[1], 1.0)) if np.isfinite(ends[0]) else ends
    each = mean_of(np.nan_to_num(costs.cost), has)
    number = mean_of(costs.changes, has)
    rows: list[tuple[object, ...]] = [
        (key, "share with a way", int(group.sum()), feasible.value, *ends),
        (key, "mean cost or wait", n, each.value, *each.range()),
        (key, "median cost or wait", n, float(np.median(cost)), np.nan, np.nan),
        (key, "mean number of changes", n, number.value, *number.range()),
        (key, "one change is enough", n, float((changes <= 1).mean()), np.nan, np.nan),
    ]
    if costs.lacking is not None:
        lacks = mean_of(costs.lacking, has)
        rows.append((key, "mean points that lack", n, lacks.value, *lacks.range()))
    return rows


def _after(costs: Costs, own: Mask, base: Mask, code: Codes, place: int, reference: int) -> str:
    """Return the difference in the number of changes, and at equal shortfall."""
    number = costs.changes[own].mean() - costs.changes[base].mean()
    said = [f"In number of changes: {amount(float(number))}."]
    if costs.lacking is not None:
        equal = at_equal_shortfall(np.nan_to_num(costs.cost), costs.lacking, own, base)
        if np.isfinite(equal.value):
            low, high = equal.range()
            reach = f" ({amount(low)} to {amount(high)})" if np.isfinite(low) else ""
            said.append(f"Among people who lack as many points: {amount(equal.value)}{reach}.")
    shares = [np.isfinite(costs.cost[code == side]).mean() for side in (place, reference)]
    said.append(
        f"A way was found for {per_hundred(float(shares[0]))} of 100 of the group and "
        f"{per_hundred(float(shares[1]))} of the reference."
    )
    return " ".join(said)


def at_equal_shortfall(cost: Floats, lacking: Floats, own: Mask, base: Mask) -> Estimate:
    """Return the difference of mean costs within bands of the points that lack."""
    known = own | base
    edges = np.unique(np.quantile(lacking[known], np.arange(1, BANDS) / BANDS))
    band = np.searchsorted(edges, lacking, "right")
    value, parts, weight = 0.0, np.zeros(len(cost)), 0.0
    for one in np.unique(band[known]):
        here, there = own & (band == one), base & (band == one)
        if min(here.sum(), there.sum()) < 2:
            continue
        gap = mean_of(cost, here) - mean_of(cost, there)
        n = float(here.sum())
        value, parts, weight = value + n * gap.value, parts + n * gap.parts, weight + n
    if not weight:
        return Estimate(float("nan"), parts)
    return Estimate(value / weight, parts / weight)
