"""Would the reasons be the same after another fit, and do they carry the score?"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from creditaudit.audits.comparing import held
from creditaudit.audits.model_findings import Said, gap_finding, too_few, untold
from creditaudit.audits.model_rows import Sides, bad_and_good, sides_of
from creditaudit.audits.questions import REGISTERED, audit
from creditaudit.audits.refused_reasons import RefusedPeople, cannot_tell, refused_by
from creditaudit.audits.wording import percent
from creditaudit.errors import CreditauditError, InputError
from creditaudit.evidence import Evidence
from creditaudit.explain.explaining import attributions
from creditaudit.explain.models import Model, card_of
from creditaudit.explain.readers import is_readable
from creditaudit.explain.reason_sets import (
    ReasonSets,
    reasons_as_sets,
    sets_of_losses,
    usual_reference,
)
from creditaudit.explain.references import Reference
from creditaudit.explain.rule_shares import is_book
from creditaudit.explain.steps import Steps
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.influences import Estimate, Mask, mean_of
from creditaudit.values import Floats

REFITS, K, DRAWS = 10, 4, 10
METHOD = (
    "Reasons are the first {k} by points lost against {reference}. Fits: the model again, {fits} "
    "times, on people drawn with replacement from those with a known outcome and with seed 0 to "
    "{last}, asked for the reasons of the same refused people; errors add those of the people and "
    "of the fits. Reasons carry the score as far as people reach the cut-off when their first {k} "
    "inputs take the values of somebody drawn from those above it ({draws} draws), beside as many "
    "inputs drawn by chance."
)
LIMITS = (
    "The share of reasons that change holds for this kind of model, fitted on other people like "
    "these; the decision itself changes for some of them.",
    "Neither of two references is the right one: that they disagree shows how much rests on the "
    "choice.",
)
UNFITTED = "The model cannot be fitted again, so whether its reasons would change cannot be told."


@dataclass(frozen=True, eq=False)
class Kept:
    """What is known of each refused person's reasons, as arrays over everybody.

    Attributes
    ----------
    refused : RefusedPeople
    reference : str
    measures : mapping of str to array of shape (n_people,)
    fits : array of shape (n_fits, n_people) or None
        1 where the main reason of a fit is another.
    """

    refused: RefusedPeople
    reference: str
    measures: dict[str, Floats]
    fits: Floats | None = field(default=None)

    def other_first(self, who: Mask) -> Estimate:
        """Return how often a fit gives another main reason, with parts of people and fits."""
        assert self.fits is not None
        each = mean_of(self.fits.mean(axis=0), who)
        own = self.fits[:, who].mean(axis=1)
        k = len(own)
        parts = (own - own.mean()) / np.sqrt(k * (k - 1))
        return Estimate(each.value, np.concatenate([each.parts, parts]))


@audit(
    question="Would the reasons be the same after another fit, and do they carry the score?",
    needs=("tally", "frame", "scorer", "groups", "cutoff"),
    estimand="probability that the main reason of a refused person of the group is another one "
    "after a fit on people drawn with replacement, less the same in the reference",
    topic="reasons",
)
def reasons_hold(evidence: Evidence) -> list[Finding]:
    """Return how far reasons change with the fit and the reference, and whether they carry scores.

    References
    ----------
    12 CFR Part 1002, Supplement I, comments 9(b)(2)-4 and -5. Alvarez-Melis, D., Jaakkola, T.
    (2018). On the robustness of interpretability methods.
    """
    why = cannot_tell(evidence)
    if not why and is_book(evidence.scorer):
        why = "A rulebook is not fitted, and the rule that fired is the reason."
    if why:
        return [untold(evidence, "reasons_hold", "", why)]
    try:
        kept = _remembered(evidence)
    except CreditauditError as error:
        return [untold(evidence, "reasons_hold", "", str(error))]
    return [
        finding for name in evidence.groups
        for finding in _column(evidence, sides_of(evidence, name), kept)
    ]  # fmt: skip


def reasons_kept(evidence: Evidence) -> Kept:
    """Return what is known of the reasons of the people whom the model refuses.

    Raises
    ------
    InputError, AdditivityGap
    """
    refused = refused_by(evidence)
    if not len(refused.rows):
        msg = "Nobody is refused at this cut-off."
        raise InputError(msg)
    reference = usual_reference(evidence.scorer)
    background = refused.background()

    def sets(scorer: Any, kind: Reference, others: pd.DataFrame) -> ReasonSets:
        return reasons_as_sets(
            scorer, refused.people, others, reference=kind, cutoff=evidence.cutoff, k=K
        )

    own = sets(evidence.scorer, reference, background)
    measures = {}
    if reference == "near_cutoff":
        other = sets(evidence.scorer, "all_applicants", background)
        measures["another main reason against all applicants"] = own.other_first(other)
        measures["reasons shared by both references"] = own.overlap(other)
    if card_of(evidence.scorer) is not None:
        other = sets(evidence.scorer, "below_max", background)
        measures["another main reason against the most points"] = own.other_first(other)
    if is_readable(Steps.of(evidence.scorer).final):
        # Both compare with people in general: by the background, and by the cover of the trees.
        one = sets(evidence.scorer, "all_applicants", background)
        paths = attributions(
            evidence.scorer, refused.people, method="path_dependent", scale="points"
        )
        other = sets_of_losses(-paths.values, "path_dependent", K)
        measures["another main reason by path-dependent values"] = one.other_first(other)
    drawn = sets(evidence.scorer, reference, refused.background(seed=1))
    measures["another main reason against other applicants"] = own.other_first(drawn)
    carried, chance = _carried(evidence, refused, own)
    measures["reaches the cut-off without the reasons"] = carried
    measures["reaches it without as many inputs by chance"] = chance
    fits = _fits(evidence, refused, own, sets, reference)
    if fits is not None:
        measures = {
            "another main reason after a fit": fits[0].mean(axis=0),
            "reasons shared with a fit": fits[1].mean(axis=0),
            "approved after a fit": fits[2].mean(axis=0),
            **measures,
        }
    everybody = {name: refused.spread(values) for name, values in measures.items()}
    spread = None if fits is None else np.array([refused.spread(one) for one in fits[0]])
    return Kept(refused, reference, everybody, spread)


def _fits(
    evidence: Evidence, refused: RefusedPeople, own: ReasonSets, sets: Any, reference: Reference
) -> Floats | None:
    """Return for each fit who has another first reason, how much is shared, and who is approved."""
    scorer, roles = evidence.scorer, held(evidence).roles
    if roles.outcome is None or not (hasattr(scorer, "fit") and hasattr(scorer, "get_params")):
        return None
    bad, good = bad_and_good(evidence)
    places = np.flatnonzero(bad | good)
    found = []
    for seed in range(REFITS):
        drawn = np.random.default_rng(seed).choice(places, len(places))
        model = clone(scorer)
        if "random_state" in model.get_params():
            model.set_params(random_state=seed)
        with threadpool_limits(1):
            try:
                model.fit(refused.inputs.iloc[drawn], bad[drawn].astype(np.int64))
                again = sets(model, reference, refused.background())
                points = np.asarray(model.points(refused.people), dtype=np.float64)
            except (TypeError, ValueError):
                return None
        if again.names != own.names:
            again = _same_names(again, own.names)
        approved = (points >= float(evidence.cutoff or 0)).astype(np.float64)
        found.append([own.other_first(again), own.overlap(again), approved])
    return np.array(found).transpose(1, 0, 2)


def _same_names(one: ReasonSets, names: list[str]) -> ReasonSets:
    """Return sets over the features of another fit: a card may take fewer."""
    places = [one.names.index(name) if name in one.names else -1 for name in names]
    among = np.column_stack([
        one.among[:, place] if place >= 0 else np.zeros(len(one.among), dtype=bool)
        for place in places
    ])  # fmt: skip
    where = {name: place for place, name in enumerate(names)}
    # A reason on an input that the model held does not read is another one.
    first = np.array([where.get(one.names[k], -2) if k >= 0 else -1 for k in one.first])
    return ReasonSets(names, np.zeros(among.shape), first, among, one.reference)


def _carried(
    evidence: Evidence, refused: RefusedPeople, own: ReasonSets
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return how often people reach the cut-off with others' values for their reasons."""
    model = Model.of(evidence.scorer, "points", refused.inputs)
    line, rng = float(evidence.cutoff or 0), np.random.default_rng(2)
    above = np.flatnonzero(refused.points >= line)
    if not len(above):
        nothing = np.zeros(len(refused.rows))
        return nothing, nothing
    names = list(refused.inputs.columns)
    places = np.array([names.index(name) for name in own.names])
    size = own.among.sum(axis=1)
    scores = np.zeros((2, len(refused.rows)))
    for _ in range(DRAWS):
        other = refused.inputs.iloc[rng.choice(above, len(refused.rows))]
        order = rng.random(own.among.shape).argsort(axis=1).argsort(axis=1)
        for kind, among in enumerate((own.among, order < size[:, None])):
            mask = np.zeros((len(refused.rows), len(names)), dtype=bool)
            mask[:, places] = among
            changed = refused.people.reset_index(drop=True)
            given = other.reset_index(drop=True)
            swapped = pd.DataFrame({
                name: changed[name].where(~mask[:, place], given[name])
                for place, name in enumerate(names)
            })  # fmt: skip
            scores[kind] += (model.output(swapped) >= line) / DRAWS
    return scores[0], scores[1]


# A report asks twice, and the fits are the same both times.
_FIRST: dict[tuple[int, int], tuple[object, object, Kept]] = {}


def _remembered(evidence: Evidence) -> Kept:
    key = id(evidence.frame), id(evidence.scorer)
    if evidence.family is not None and key in _FIRST:
        frame, scorer, kept = _FIRST.pop(key)
        if frame is evidence.frame and scorer is evidence.scorer:
            return kept
    kept = reasons_kept(evidence)
    _FIRST.clear()
    if evidence.family is None:
        _FIRST[key] = evidence.frame, evidence.scorer, kept
    return kept


def _column(evidence: Evidence, sides: Sides, kept: Kept) -> list[Finding]:
    least = max(evidence.plan.min_cell, 2)
    who = kept.refused.who
    code = sides.codes[kept.refused.rows]
    sizes = np.bincount(code[code >= 0], minlength=len(sides.levels)).astype(float)
    others = sides.others(sizes, least)
    if not others or sides.reference is None:
        return [untold(evidence, "reasons_hold", sides.name, too_few(least, "refused people"))]
    reference, base = sides.word(sides.reference), who & sides.of(sides.reference)
    method = METHOD.format(k=K, reference=kept.reference, fits=REFITS, last=REFITS - 1, draws=DRAWS)
    found = []
    for place in others:
        own, group = who & sides.of(place), sides.word(place)
        rows = [
            (sides.levels[side], name, int(mask.sum()), *_mean(values, mask))
            for name, values in kept.measures.items()
            for side, mask in ((place, own), (sides.reference, base))
        ]
        columns = pd.Index([sides.name, "measure", "n", "value", "low", "high"])
        table = pd.DataFrame(rows, columns=columns)
        after = _after(kept, who)
        scope, smaller = f"{sides.name}: {reference}", float(min(own.sum(), base.sum()))
        limits = (*LIMITS, *kept.refused.limits)
        if kept.fits is None:
            found.append(Finding(
                id=finding_id("reasons_hold", group, scope), audit="reasons_hold",
                question=REGISTERED["reasons_hold"].question, claim=f"{group}: {after}",
                status="descriptive", n=float(own.sum()), group=group, reference=reference,
                table=table, method=method, limits=(UNFITTED, *limits),
            ))  # fmt: skip
            continue
        one, other = kept.other_first(own), kept.other_first(base)
        lead = (
            f"{group}: after a fit on another draw of people, {percent(one.value)} of the refused "
            f"of the group have another main reason, and {percent(other.value)} of the reference "
            f"group, {reference}: {100 * (one.value - other.value):+.1f} percentage points"
        ).replace("-", "−")
        found.append(gap_finding(evidence, one - other, Said(
            audit="reasons_hold", scope=scope, lead=lead, after=after, n=float(own.sum()),
            smaller=smaller, table=table, method=method, limits=limits, group=group,
            reference=reference,
        )))  # fmt: skip
    return found


def _mean(values: Floats, who: Mask) -> tuple[float, float, float]:
    one = mean_of(values, who)
    low, high = one.range()
    if not np.isfinite(low) and who.sum() > 1:
        # Everybody is the same.
        return one.value, np.nan, np.nan
    return one.value, max(low, 0.0), min(high, 1.0)


def _after(kept: Kept, who: Mask) -> str:
    """Return what is said of all refused people."""
    mean = {name: float(values[who].mean()) for name, values in kept.measures.items()}
    said = []
    name = "another main reason against all applicants"
    if name in mean:
        said.append(
            f"compared with all applicants instead, {percent(mean[name])} have another main reason"
        )
    carried = mean["reaches the cut-off without the reasons"]
    chance = mean["reaches it without as many inputs by chance"]
    said.append(
        f"with others' values for their reasons {percent(carried)} reach the cut-off, and with as "
        f"many inputs drawn by chance {percent(chance)}"
    )
    return f"Of all refused people: {'; '.join(said)}."
