"""How many decisions hang on the sample, or the seed, that the model was fitted with?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from creditaudit.audits.comparing import held
from creditaudit.audits.model_findings import Said, gap_finding, too_few, untold
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
from creditaudit.audits.wording import percent
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding
from creditaudit.metrics.influences import Estimate, Mask, mean_of
from creditaudit.values import Codes, Floats

REFITS, MOST_ROWS = 20, 100_000
METHOD = (
    "The model is fitted {k} times, each on people drawn with replacement from those with a known "
    "outcome and with seed 0 to {last}. Each fit approves the same share of all people, {share:.1%}"
    ": {source}. The number is the share of people on whom two such fits differ. Errors add those "
    "of the people (as they were drawn) and of the fits, by a jackknife over them."
)
LIMITS = (
    "What a fit on other people like these would decide; what another kind of model, or other "
    "inputs, would decide is not in it.",
    "A person whose decision changes is near the cut-off in these fits. It is not shown which "
    "decision is right.",
    "Ambiguity grows with the number of fits; the share on which two fits differ does not.",
)


@dataclass(frozen=True, eq=False)
class Refits:
    """What each fit decides.

    Attributes
    ----------
    approved : float array of shape (n_refits, n_people)
    model : float array of shape (n_people,)
        What the model that is held decides.
    """

    approved: Floats
    model: Floats

    def differ(self) -> Floats:
        """Return for each person the share of pairs of fits that differ."""
        k = len(self.approved)
        place = 2 * np.arange(1, k + 1) - k - 1
        return np.asarray(place @ np.sort(self.approved, axis=0) / (k * (k - 1) / 2))

    def from_model(self) -> Floats:
        """Return how far each fit is from the model, shape (n_refits, n_people)."""
        return np.abs(self.approved - self.model)

    def mean(self, who: Mask, cluster: Codes | None = None) -> Estimate:
        """Return the mean share of pairs that differ, with parts for people and for fits."""
        each = mean_of(self.differ(), who, cluster)
        own = self.approved[:, who]
        k = len(own)
        apart = np.array([np.abs(own - one).mean(axis=1).sum() for one in own])
        without = (apart.sum() / 2 - apart) / ((k - 1) * (k - 2) / 2)
        fits = np.sqrt((k - 1) / k) * (without - without.mean())
        grouped = None
        if cluster is not None:
            grouped = np.concatenate([cluster, cluster.max() + 1 + np.arange(k)])
        return Estimate(each.value, np.concatenate([each.parts, fits]), grouped)


def refit(evidence: Evidence, known: Mask, bad: Mask, share: float) -> Refits:
    """Return what the model decides when it is fitted again on other draws of people.

    Raises
    ------
    TypeError, ValueError
        If the model cannot be cloned or fitted.
    """
    frame, roles = evidence.frame, held(evidence).roles
    assert frame is not None
    inputs = inputs_of(evidence.scorer, frame, roles)
    places = np.flatnonzero(known)
    found = []
    for seed in range(REFITS):
        drawn = np.random.default_rng(seed).choice(places, len(places))
        model = clone(evidence.scorer)
        if "random_state" in model.get_params():
            model.set_params(random_state=seed)
        # Boosted trees on many threads cost several times the work where cores are shared.
        with threadpool_limits(1):
            model.fit(inputs.iloc[drawn], bad[drawn].astype(np.int64))
            found.append(approved_by(risk_of(model, frame, roles), share))
    return Refits(np.array(found), approved_by(risk_of(evidence.scorer, frame, roles), share))


@audit(
    question="How many decisions hang on the sample, or the seed, that the model was fitted with?",
    needs=("tally", "frame", "scorer", "outcome", "groups"),
    estimand="probability that two fits on people drawn with replacement decide differently on a "
    "person of the group, less the same in the reference",
    topic="accuracy",
)
def multiplicity(evidence: Evidence) -> list[Finding]:
    """Return the share of people on whom two fits of the model differ, group less reference.

    References
    ----------
    Marx, C., Calmon, F. and Ustun, B. (2020). Predictive multiplicity in classification. ICML.
    Cooper, A. F. et al. (2024). Arbitrariness and social prediction. AAAI 38, 22004-22012.
    """
    frame, roles = evidence.frame, held(evidence).roles
    assert frame is not None
    why = cannot_read(evidence, roles.outcome, roles.cluster, *evidence.groups)
    if not why and roles.cluster is not None:
        why = "People were sampled in clusters, and fits draw them one by one."
    if not why and not (hasattr(evidence.scorer, "fit") and hasattr(evidence.scorer, "get_params")):
        why = "The model cannot be fitted again: that takes a scikit-learn estimator."
    if not why and len(frame) > MOST_ROWS:
        why = f"It takes {REFITS} fits: pass {MOST_ROWS:,} people or fewer, drawn by chance."
    if why:
        return [untold(evidence, "multiplicity", "", why)]
    bad, good = bad_and_good(evidence)
    share, source = share_approved(evidence)
    try:
        refits = _remembered(evidence, bad | good, bad, share)
    except (TypeError, ValueError, InputError) as error:
        return [untold(evidence, "multiplicity", "", f"The model cannot be fitted again: {error}")]
    method = METHOD.format(k=REFITS, last=REFITS - 1, share=share, source=source)
    found: list[Finding] = []
    for name in evidence.groups:
        found += _column(evidence, sides_of(evidence, name), refits, method)
    return found


# A report asks twice, and the fits are the same both times.
_FIRST: dict[tuple[int, int], tuple[object, object, Refits]] = {}


def _remembered(evidence: Evidence, known: Mask, bad: Mask, share: float) -> Refits:
    key = id(evidence.frame), id(evidence.scorer)
    if evidence.family is not None and key in _FIRST:
        frame, scorer, refits = _FIRST.pop(key)
        if frame is evidence.frame and scorer is evidence.scorer:
            return refits
    refits = refit(evidence, known, bad, share)
    _FIRST.clear()
    if evidence.family is None:
        _FIRST[key] = evidence.frame, evidence.scorer, refits
    return refits


def _column(evidence: Evidence, sides: Sides, refits: Refits, method: str) -> list[Finding]:
    least = max(evidence.plan.min_cell, 2)
    sizes = np.bincount(sides.codes[sides.codes >= 0], minlength=len(sides.levels)).astype(float)
    others = sides.others(sizes, least)
    if not others or sides.reference is None:
        return [untold(evidence, "multiplicity", sides.name, too_few(least, "people"))]
    base, reference = sides.of(sides.reference), sides.word(sides.reference)
    everyone = refits.mean(np.ones(len(sides.codes), dtype=bool))
    found = []
    for place in others:
        own, group = sides.of(place), sides.word(place)
        one, other = refits.mean(own), refits.mean(base)
        lead = (
            f"{group}: two fits of the model on other draws of the same people decide differently "
            f"on {percent(one.value)} of the group and on {percent(other.value)} of the reference "
            f"group, {reference}, a difference of {100 * (one.value - other.value):+.1f} "
            "percentage points"
        ).replace("-", "−")
        low, high = everyone.range()
        after = (
            f"Of all people: {percent(everyone.value)} ({percent(max(low, 0))} to {percent(high)})."
        )
        rows = [row for key, who in ((sides.reference, base), (place, own))
                for row in _rows(sides.levels[key], refits, who)]  # fmt: skip
        columns = pd.Index([sides.name, "measure", "n", "value", "low", "high", "note"])
        found.append(gap_finding(evidence, one - other, Said(
            audit="multiplicity", scope=f"{sides.name}: {reference}", lead=lead, after=after,
            n=float(own.sum()), smaller=float(min(own.sum(), base.sum())),
            table=pd.DataFrame(rows, columns=columns), method=method,
            limits=(*LIMITS, OBSERVED), group=group, reference=reference,
        )))  # fmt: skip
    return found


def _rows(key: object, refits: Refits, who: Mask) -> list[tuple[object, ...]]:
    n, pairs = int(who.sum()), refits.mean(who)
    away = refits.from_model()[:, who]
    worst = mean_of(away.max(axis=0), np.ones(n, dtype=bool))
    far = away[int(np.argmax(away.mean(axis=1)))]
    note = "Errors of the people alone."
    return [
        (key, "two fits differ", n, pairs.value, *_ends(pairs), ""),
        (key, "ambiguity: any fit differs from the model", n, worst.value, *_ends(worst), note),
        (key, "discrepancy: the fit that differs most", n, float(far.mean()),
         *_ends(mean_of(far, np.ones(n, dtype=bool))), note),
    ]  # fmt: skip


def _ends(one: Estimate) -> tuple[float, float]:
    low, high = one.range()
    return max(low, 0.0), min(high, 1.0)
