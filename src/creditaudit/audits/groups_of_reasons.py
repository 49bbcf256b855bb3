"""Are groups refused for different reasons, and through what does the gap in points go?"""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.amount_findings import amount, amount_finding
from creditaudit.audits.model_findings import Said, gap_finding, too_few, untold
from creditaudit.audits.model_rows import Sides, sides_of
from creditaudit.audits.questions import audit
from creditaudit.audits.refused_reasons import RefusedPeople, cannot_tell, refused_by
from creditaudit.audits.telling_inputs import told_apart
from creditaudit.audits.wording import per_hundred
from creditaudit.errors import CreditauditError
from creditaudit.evidence import Evidence
from creditaudit.explain.explaining import attributions
from creditaudit.explain.reason_sets import ReasonSets, reasons_as_sets, usual_reference
from creditaudit.explain.rule_shares import is_book
from creditaudit.finding import Finding
from creditaudit.intervals import LEVEL, critical
from creditaudit.metrics.influences import Estimate, Mask, mean_of
from creditaudit.values import Codes, Floats

BANDS, K, MOST_EXPLAINED = 5, 4, 4_000
METHOD = (
    "The main reason of each refused person, by points lost against {reference}, within {bands} "
    "bands of the score with as many refused people each; bands weigh as the group is spread over "
    "them. One half of people says which reasons are more frequent in the group, the other half by "
    "how much, and the two halves are averaged: half of them drawn by chance, seed 0."
)
FLOW = (
    "Shapley values in points of everybody who is in one of both groups (at most {most:,}, drawn "
    "by chance), whose means differ by what the means of scores differ. The share of each input "
    "is its part of the gap. Told apart: how often the input alone tells the group in 100 pairs "
    "of people."
)
LIMITS = (
    "People with the same score can lack different things. That reasons differ does not say that "
    "one of them is wrong.",
    "Half of the people choose and half are counted, so a difference that is there by chance is 0 "
    "on average, and small ones are told as smaller than they are.",
)
FLOW_LIMITS = (
    "What an input adds to a score is about the score: not what the input does to people, and not "
    "why groups differ in it.",
    "An input can tell the group and still be what a person can pay back.",
)


@audit(
    question="Are people of different groups refused for different reasons?",
    needs=("tally", "frame", "scorer", "groups", "cutoff"),
    estimand="share of the group's refused people whose main reason is one that is more frequent "
    "in the group, less the same in the reference, within bands of the score; and the difference "
    "in mean points, by input",
    topic="reasons",
)
def reasons_by_group(evidence: Evidence) -> list[Finding]:
    """Return how differently groups are refused at the same score, and the score gap by input.

    References
    ----------
    Lundberg, S. M. (2020). Explaining quantitative measures of fairness. FAT* tutorial.
    """
    why = cannot_tell(evidence)
    if why:
        return [untold(evidence, "reasons_by_group", "", why)]
    try:
        refused = refused_by(evidence)
        book = is_book(evidence.scorer)
        reference = usual_reference(evidence.scorer)
        sets = reasons_as_sets(
            evidence.scorer, refused.people, refused.background(), reference=reference,
            cutoff=evidence.cutoff, k=K,
        ) if len(refused.rows) else None  # fmt: skip
    except CreditauditError as error:
        return [untold(evidence, "reasons_by_group", "", str(error))]
    found: list[Finding] = []
    for name in evidence.groups:
        sides = sides_of(evidence, name)
        found += _column(evidence, sides, refused, sets)
        found += [] if book else _flow(evidence, sides, refused)
    return found


def _column(
    evidence: Evidence, sides: Sides, refused: RefusedPeople, sets: ReasonSets | None
) -> list[Finding]:  # fmt: skip
    least = max(evidence.plan.min_cell, 2)
    code = sides.codes[refused.rows]
    sizes = np.bincount(code[code >= 0], minlength=len(sides.levels)).astype(float)
    # Each half has to hold so many.
    others = sides.others(sizes, 2 * least)
    if sets is None or not others or sides.reference is None:
        why = too_few(2 * least, "refused people")
        return [untold(evidence, "reasons_by_group", sides.name, why)]
    bands = _bands(refused.points[refused.rows])
    reference = sides.word(sides.reference)
    found = []
    for place in others:
        own, base = code == place, code == sides.reference
        apart = distance(sets.first, len(sets.names), own, base, bands)
        group = sides.word(place)
        table = _table(evidence, sides, sets, place, own, base, bands)
        top = table.iloc[table["difference"].abs().argmax()]
        lead = (
            f"{group}: of 100 refused people, {per_hundred(apart.value)} more than in the "
            f"reference group, {reference}, have one of the main reasons that are more frequent "
            f"in the group, at the same score: {100 * apart.value:+.1f} percentage points"
        ).replace("-", "−")
        after = (
            f"The largest difference is on {top['reason']}: "
            f"{100 * top['difference']:+.1f} percentage points."
        ).replace("-", "−")
        found.append(gap_finding(evidence, apart, Said(
            audit="reasons_by_group", scope=f"{sides.name}: {reference}", lead=lead, after=after,
            n=float(own.sum()), smaller=float(min(own.sum(), base.sum())), table=table,
            method=METHOD.format(reference=sets.reference, bands=BANDS),
            limits=(*LIMITS, *refused.limits), group=group, reference=reference,
        )))  # fmt: skip
    return found


def distance(first: Codes, p: int, own: Mask, base: Mask, bands: Codes) -> Estimate:
    """Return how much more frequent, in a group, those main reasons are that are more frequent.

    Parameters
    ----------
    first : int array of shape (n_rows,)
        The main reason by place; -1 for none.
    p : int
        Reasons there are.
    own, base : bool arrays of shape (n_rows,)
    bands : int array of shape (n_rows,)

    Notes
    -----
    With S the reasons for which the weighted difference of shares is above 0 on one half, the sum
    over S of the differences on the other half has an expectation of at most the total variation
    distance within bands, and of 0 where there is none.
    """
    half = np.random.default_rng(0).permutation(len(first)) < len(first) / 2
    value, parts, counted = 0.0, np.zeros(len(first)), 0
    for chooses in (half, ~half):
        differences = [
            _within(first == reason, own & chooses, base & chooses, bands).value
            for reason in range(p)
        ]
        chosen = np.isin(first, np.flatnonzero(np.nan_to_num(differences) > 0))
        other = _within(chosen, own & ~chooses, base & ~chooses, bands)
        if np.isfinite(other.value):
            value, parts, counted = value + other.value, parts + other.parts, counted + 1
    if not counted:
        return Estimate(float("nan"), parts)
    # The halves choose for each other, so their errors go together: at most as if they were one.
    return Estimate(value / counted, parts / np.sqrt(counted))


def _within(event: Mask, own: Mask, base: Mask, bands: Codes) -> Estimate:
    """Return the difference of two shares within bands, weighted as the group is spread."""
    value, parts, weight = 0.0, np.zeros(len(event)), 0.0
    for band in np.unique(bands):
        here, there = own & (bands == band), base & (bands == band)
        if min(here.sum(), there.sum()) < 2:
            continue
        one = mean_of(event.astype(np.float64), here) - mean_of(event.astype(np.float64), there)
        n = float(here.sum())
        value, parts, weight = value + n * one.value, parts + n * one.parts, weight + n
    if not weight:
        return Estimate(float("nan"), parts)
    return Estimate(value / weight, parts / weight)


def _bands(points: Floats) -> Codes:
    edges = np.unique(np.quantile(points, np.arange(1, BANDS) / BANDS))
    return np.searchsorted(edges, points, "right").astype(np.int64)


def _table(
    evidence: Evidence, sides: Sides, sets: ReasonSets, place: int, own: Mask, base: Mask,
    bands: Codes,
) -> pd.DataFrame:  # fmt: skip
    """Return each reason with its share in both groups and the difference at the same score."""
    told = [k for k in range(len(sets.names)) if (sets.first == k).any()]
    level = 1 - (1 - LEVEL) / max(len(told), 1)
    rows = []
    for reason in told:
        event = sets.first == reason
        one = _within(event, own, base, bands)
        rows.append((
            sets.names[reason], int(own.sum()), float(event[own].mean()),
            int(base.sum()), float(event[base].mean()), one.value, *one.range(level),
        ))  # fmt: skip
    columns = ["reason", "n", f"{sides.word(place)}", "n_reference",
               f"{sides.word(int(sides.reference or 0))}", "difference", "low", "high"]  # fmt: skip
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    return table.sort_values("difference", key=np.abs, ascending=False, ignore_index=True)


def _flow(evidence: Evidence, sides: Sides, refused: RefusedPeople) -> list[Finding]:
    """Return through which inputs the gap in mean points goes."""
    least = max(evidence.plan.min_cell, 10)
    sizes = np.bincount(sides.codes[sides.codes >= 0], minlength=len(sides.levels)).astype(float)
    others = sides.others(sizes, least)
    if not others or sides.reference is None:
        return []
    reference = sides.word(sides.reference)
    found = []
    for place in others:
        rows = np.flatnonzero(sides.of(place) | sides.of(sides.reference))
        if len(rows) > MOST_EXPLAINED:
            rows = np.sort(np.random.default_rng(0).choice(rows, MOST_EXPLAINED, replace=False))
        own, base = sides.codes[rows] == place, sides.codes[rows] == sides.reference
        inputs = refused.inputs.iloc[rows]
        try:
            shares = attributions(
                evidence.scorer, inputs, background=refused.background(), scale="points"
            )
        except CreditauditError as error:
            found.append(untold(evidence, "reasons_by_group", f"{sides.name}: points", str(error)))
            continue
        group = sides.word(place)
        whole = mean_of(shares.output, own) - mean_of(shares.output, base)
        table = _flows(inputs, shares.values, own, base, whole)
        top = table.iloc[0]
        lead = (
            f"{group}: the mean score is {amount(whole.value)} points from that of the reference "
            f"group, {reference}"
        )
        part = f", {100 * top['share']:.0f} of every 100 of them" if abs(top["share"]) < 10 else ""
        after = f"Most goes through {top['input']}: {amount(top['value'])} points{part}."
        value, low, high = proxy_flow(shares.values, table)
        if np.isfinite(value):
            after += (
                f" Of all that inputs add, {100 * value:.0f} % goes through them in proportion to "
                f"how well each tells the group ({100 * low:.0f} to {100 * high:.0f} %; 0 where "
                "none does, 100 where each does always)."
            )
        found.append(amount_finding(evidence, whole, Said(
            audit="reasons_by_group", scope=f"{sides.name}: points: {reference}", lead=lead,
            after=after, n=float(own.sum()), smaller=float(min(own.sum(), base.sum())),
            table=table, method=FLOW.format(most=MOST_EXPLAINED), limits=FLOW_LIMITS, group=group,
            reference=reference,
        ), "points"))  # fmt: skip
    return found


def proxy_flow(values: pd.DataFrame, table: pd.DataFrame) -> tuple[float, float, float]:
    """Return how much of what inputs add goes through inputs that tell the group, with its range.

    Parameters
    ----------
    values : DataFrame of shape (n_rows, p)
        Shapley values.
    table : DataFrame
        With ``input`` and ``told_apart``.

    Notes
    -----
    With w_j = 2 AUC_j - 1, at least 0, and s_i = sum over j of |phi_ij|: the mean over people of
    sum over j of w_j |phi_ij|, over the mean of s_i. The range is that of a ratio of means over
    people, with w as it is.
    """
    tells = table.set_index("input")["told_apart"].reindex(map(str, values.columns))
    weight = np.clip(2 * tells.to_numpy(np.float64) - 1, 0, 1)
    size = np.abs(values.to_numpy(np.float64))
    above, whole = size @ weight, size.sum(axis=1)
    n = len(size)
    if n < 2 or not whole.any() or not np.isfinite(weight).all():
        return float("nan"), float("nan"), float("nan")
    ratio = float(above.mean() / whole.mean())
    parts = (above - ratio * whole) / whole.mean()
    reach = float(critical(LEVEL)) * float(parts.std(ddof=1)) / np.sqrt(n)
    return ratio, max(ratio - reach, 0.0), min(ratio + reach, 1.0)


def _flows(
    inputs: pd.DataFrame, values: pd.DataFrame, own: Mask, base: Mask, whole: Estimate
) -> pd.DataFrame:
    level = 1 - (1 - LEVEL) / max(len(values.columns), 1)
    alone: dict[str, Any] = {}
    if min(own.sum(), base.sum()) >= 10:
        alone = told_apart(inputs, own)[1]
    rows = []
    for name in values.columns:
        each = values[name].to_numpy(np.float64)
        one = mean_of(each, own) - mean_of(each, base)
        low, high = one.range(level) if one.parts.any() else (one.value, one.value)
        share = one.value / whole.value if whole.value else float("nan")
        tells = alone[name].value if name in alone else float("nan")
        rows.append((str(name), len(each), one.value, low, high, share, tells))
    columns = ["input", "n", "value", "low", "high", "share", "told_apart"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    return table.sort_values("value", key=np.abs, ascending=False, ignore_index=True)
