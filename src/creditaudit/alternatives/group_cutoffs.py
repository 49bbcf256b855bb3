"""Cut-offs: other shares approved by one cut-off for all, and cut-offs by group."""

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from creditaudit.alternatives.asked import Asked
from creditaudit.alternatives.candidates import Candidate, approved_at, by_cutoff, cutoff_of
from creditaudit.values import Codes, Floats

USES_GROUP = (
    "Uses the group at decision time: to decide by membership of a group may itself be unlawful."
)


def moved_cutoffs(base: Candidate, asked: Asked, shares: Sequence[float]) -> Iterator[Candidate]:
    """Yield the same score with one cut-off for all that approves another share."""
    assert base.score is not None
    for share in shares:
        if 0 < share < 1 and share != asked.share:
            yield by_cutoff(
                f"one cut-off, {share:.0%} approved",
                "The same score with another cut-off, the same for everyone.",
                base.score, asked, share=share,
                note="Approves another share of people than the model as it is.",
            )  # fmt: skip


def same_in_each_group(base: Candidate, asked: Asked) -> Candidate:
    """Return the cut-offs by group that approve the same share of each.

    By the criterion of equal opportunity it is the same share of those recorded as good, set so
    that the share asked for is approved over all.
    """
    assert base.score is not None
    before, score = asked.before, base.score
    risk = score(asked.X.iloc[before], asked.codes[before])
    codes, counted = asked.codes[before], asked.counted[before]
    pools = {k: np.sort(risk[(codes == k) & counted]) for k in np.unique(codes[codes >= 0])}
    everyone = np.sort(risk[counted])

    def place(X: pd.DataFrame, codes: Codes) -> Floats:  # noqa: N803
        found = score(X, codes)
        ranked = np.searchsorted(everyone, found, "right") / len(everyone)
        for k, pool in pools.items():
            own = codes == k
            if len(pool):
                ranked[own] = np.searchsorted(pool, found[own], "right") / len(pool)
        return ranked

    return by_cutoff(
        "cut-offs by group, same share",
        "The same score with a cut-off for each group that approves the same share of it "
        "(Hardt, Price and Srebro 2016).",
        place, asked, uses_group=True, note=USES_GROUP,
    )  # fmt: skip


class _Good(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """P(good) of people who are handed on as their row of scores."""

    classes_ = np.array([0, 1])

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803
        self.fitted_ = True
        return self

    def predict(self, X: Any) -> Floats:  # noqa: N803
        return np.asarray(X, dtype=np.float64)[:, 0]


def optimised(base: Candidate, asked: Asked) -> Candidate:
    """Return fairlearn's cut-offs by group, with draws.

    References
    ----------
    Hardt, M., Price, E. and Srebro, N. (2016). Equality of opportunity in supervised learning.
    """
    from fairlearn.postprocessing import (  # type: ignore[import-untyped]
        ThresholdOptimizer,
    )

    assert base.score is not None
    score = base.score
    parity = asked.criterion == "demographic_parity"
    constraint = "demographic_parity" if parity else "true_positive_rate_parity"
    rows = asked.before
    rows = rows[np.isfinite(asked.bad[rows]) & (asked.codes[rows] >= 0)]
    bad, codes = asked.bad[rows], asked.codes[rows]
    model = ThresholdOptimizer(
        estimator=_Good().fit(None, None), constraints=constraint,
        objective="balanced_accuracy_score", prefit=True, predict_method="predict",
    )  # fmt: skip
    good = 1 - score(asked.X.iloc[rows], codes)
    model.fit(good[:, None], (1 - bad).astype(np.int64), sensitive_features=codes)
    seen = np.unique(codes)
    every = score(asked.X.iloc[asked.before], asked.codes[asked.before])
    at, part = cutoff_of(every, asked.share)

    def chance(X: pd.DataFrame, codes: Codes) -> Floats:  # noqa: N803
        risk = score(X, codes)
        # People of a group that was not seen get the one cut-off for all.
        found = approved_at(risk, at, part)
        own = np.isin(codes, seen)
        if own.any():
            drawn = model._pmf_predict((1 - risk[own])[:, None], sensitive_features=codes[own])
            found[own] = np.asarray(drawn)[:, 1]
        return found

    return Candidate(
        "cut-offs by group, with draws",
        f"ThresholdOptimizer of fairlearn under {constraint.replace('_', ' ')}, for the highest "
        "balanced accuracy. Decisions near a cut-off are drawn by lot.",
        None, chance, uses_group=True, same_share=False,
        note=f"{USES_GROUP} It gives no one score, and approves another share of people.",
    )  # fmt: skip
