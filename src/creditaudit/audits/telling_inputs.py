"""How well do the inputs carry a protected trait?"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from creditaudit.audits.comparing import held
from creditaudit.audits.model_findings import Said, gap_finding, too_few, untold
from creditaudit.audits.model_rows import Sides, cannot_read, inputs_of, sides_of
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import per_hundred
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding
from creditaudit.metrics.influences import Estimate, Mask, auc_of, auc_range
from creditaudit.scorers.boosting import BoostingScorer
from creditaudit.values import Codes, Floats, encode

FOLDS, BINS, MOST_ROWS, PRIOR = 5, 20, 20_000, 10.0
METHOD = (
    "AUC of telling the group from the reference, on people left out of the fit, the mean over "
    f"{FOLDS} folds with DeLong's error. All inputs together by boosted trees; each alone by the "
    f"share of the group in its values, or in {BINS} bins of equal size."
)
LIMITS = (
    "That an input tells the group does not show that the model uses it so, nor that it may not be "
    "used: an input can tell the group and be what a person can pay back.",
    "Another kind of fit may tell more than this one: what is shown is at least there.",
)


@audit(
    question="How well do the inputs carry a protected trait?",
    needs=("tally", "frame", "scorer", "groups"),
    estimand="probability that of one of the group and one of the reference, boosted trees on all "
    "inputs, fitted on other people, take the right one to be of the group; less one half",
    topic="proxies",
)
def proxies(evidence: Evidence) -> list[Finding]:
    """Return how well all inputs together, and each alone, tell a group from the reference.

    References
    ----------
    Datta, A. et al. (2017). Proxy discrimination in data-driven systems. arXiv 1707.08120.
    """
    frame = evidence.frame
    assert frame is not None
    why = cannot_read(evidence, *evidence.groups)
    if why:
        return [untold(evidence, "proxies", "", why)]
    inputs = inputs_of(evidence.scorer, frame, held(evidence).roles)
    inputs = inputs[[name for name in inputs.columns if name not in evidence.outcomes]]
    found: list[Finding] = []
    for name in evidence.groups:
        own = inputs[[one for one in inputs.columns if one != name]]
        found += _column(evidence, sides_of(evidence, name), own, read=name in inputs.columns)
    return found


def told_apart(inputs: pd.DataFrame, one: Mask) -> tuple[Estimate, dict[str, Estimate]]:
    """Return the AUC of all inputs together, and of each alone; rows in order of the inputs."""
    together = np.zeros(len(inputs))
    alone = {str(name): np.zeros(len(inputs)) for name in inputs.columns}
    codes = {str(name): _values(inputs[name], str(name)) for name in inputs.columns}
    folds = list(_folds(one))
    for inside, outside in folds:
        model = BoostingScorer(max_iter=60, calibration_folds=0, random_state=0)
        with threadpool_limits(1):
            model.fit(inputs.iloc[inside], one[inside].astype(np.int64))
            together[outside] = model.decision_function(inputs.iloc[outside])
        base = one[inside].mean()
        for name, code in codes.items():
            size = np.bincount(code[inside], minlength=code.max() + 1)
            hits = np.bincount(code[inside], one[inside], minlength=code.max() + 1)
            alone[name][outside] = ((hits + PRIOR * base) / (size + PRIOR))[code[outside]]
    return _over(together, one, folds), {k: _over(v, one, folds) for k, v in alone.items()}


def _folds(one: Mask) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    yield from split.split(np.zeros(len(one)), one)


def _over(risk: Floats, one: Mask, folds: list[tuple[Codes, Codes]]) -> Estimate:
    """Return the mean AUC over folds; scores of two fits are never compared."""
    value, parts = 0.0, np.zeros(len(risk))
    for _, outside in folds:
        here = np.zeros(len(risk), dtype=bool)
        here[outside] = True
        found = auc_of(risk, one & here, ~one & here)
        value += found.value / len(folds)
        parts += found.parts / len(folds)
    return Estimate(value, parts)


def _values(column: "pd.Series[float]", name: str) -> Codes:
    """Return the value or the bin of each row, 0 for missing."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        known = numbers[np.isfinite(numbers)]
        if len(np.unique(known)) > BINS:
            edges = np.unique(np.quantile(known, np.arange(1, BINS) / BINS))
            return np.where(np.isnan(numbers), 0, 1 + np.searchsorted(edges, numbers, "right"))
    return encode(column, name)[0] + 1


def _column(evidence: Evidence, sides: Sides, inputs: pd.DataFrame, *, read: bool) -> list[Finding]:
    least = max(evidence.plan.min_cell, 2 * FOLDS)
    sizes = np.bincount(sides.codes[sides.codes >= 0], minlength=len(sides.levels)).astype(float)
    others = sides.others(sizes, least)
    if not len(inputs.columns):
        return [untold(evidence, "proxies", sides.name, "There are no inputs to look at.")]
    if not others or sides.reference is None:
        return [untold(evidence, "proxies", sides.name, too_few(least, "people"))]
    reference = sides.word(sides.reference)
    found = []
    for place in others:
        rows = np.flatnonzero(sides.of(place) | sides.of(sides.reference))
        if len(rows) > MOST_ROWS:
            rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))
        one = sides.of(place)[rows]
        if min(one.sum(), (~one).sum()) < least:
            found.append(untold(evidence, "proxies", sides.word(place), too_few(least, "people")))
            continue
        together, alone = told_apart(inputs.iloc[rows], one)
        order = sorted(alone, key=lambda name: -alone[name].value)
        group = sides.word(place)
        lead = (
            f"{group}: of 100 pairs of one of the group and one of the reference group, "
            f"{reference}, the inputs together tell {per_hundred(together.value)} right; chance "
            f"tells 50: {points(together.value - 0.5)} percentage points"
        )
        best = ", ".join(f"{name} {per_hundred(alone[name].value)}" for name in order[:3])
        after = f"Alone, of 100 pairs: {best}."
        if read:
            after += f" {sides.name} itself is among the inputs, and was left out here."
        table = pd.DataFrame(
            [("all inputs", len(rows), together.value, *auc_range(together))]
            + [(name, len(rows), alone[name].value, *auc_range(alone[name])) for name in order],
            columns=pd.Index(["input", "n", "value", "low", "high"]),
        )
        chance = Estimate(together.value - 0.5, together.parts)
        found.append(gap_finding(evidence, chance, Said(
            audit="proxies", scope=f"{sides.name}: {reference}", lead=lead, after=after,
            n=float(len(rows)), smaller=float(min(one.sum(), (~one).sum())), table=table,
            method=METHOD, limits=(*LIMITS, *_drawn(len(rows))), group=group, reference=reference,
        )))  # fmt: skip
    return found


def _drawn(rows: int) -> tuple[str, ...]:
    return (f"{MOST_ROWS:,} people drawn by chance, seed 0.",) if rows == MOST_ROWS else ()
