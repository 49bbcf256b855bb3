"""The model fitted again: as it is, without features, and on reweighed people."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.alternatives.asked import Asked
from creditaudit.alternatives.candidates import Candidate, Score, by_cutoff
from creditaudit.protocols import HasProbability
from creditaudit.values import Codes, Floats

AS_IT_IS = "the model as it is"
REFITTED = "The model, fitted again on the first part of the people."
GIVEN = "The model as it was given; it cannot be fitted again here."


def can_refit(scorer: Any) -> bool:
    """Whether a scorer can be fitted again, as scikit-learn's estimators can."""
    shape = hasattr(scorer, "fit") and hasattr(scorer, "get_params")
    return shape and isinstance(scorer, HasProbability)


def fitted(scorer: Any, asked: Asked, names: Sequence[str], weights: Floats | None = None) -> Any:
    """Return a copy of the scorer, fitted on some features of the first part."""
    from creditaudit.scorers.estimators import on_features

    rows = asked.known
    given = {} if weights is None else {"sample_weight": weights}
    bad = asked.bad[rows].astype(np.int64)
    return on_features(scorer, names).fit(asked.X.iloc[rows][list(names)], bad, **given)


def score_of(model: Any, names: Sequence[str]) -> Score:
    """Return what a model says of people: P(bad), or points turned round."""
    taken = list(names)

    def score(X: pd.DataFrame, codes: Codes) -> Floats:  # noqa: N803
        if isinstance(model, HasProbability):
            return np.asarray(model.predict_proba(X[taken]), dtype=np.float64)[:, 1]
        return -np.asarray(model.points(X), dtype=np.float64)

    return score


def as_it_is(scorer: Any, asked: Asked) -> tuple[Candidate, Any]:
    """Return what alternatives are set against, and its model."""
    names = [str(name) for name in asked.X.columns]
    if can_refit(scorer):
        model = fitted(scorer, asked, names)
        return by_cutoff(AS_IT_IS, REFITTED, score_of(model, names), asked), model
    found = by_cutoff(AS_IT_IS, GIVEN, score_of(scorer, names), asked)
    return found, scorer


def without_features(scorer: Any, asked: Asked, number: int) -> Iterator[Candidate]:
    """Yield the model without the features that tell the group best, one more each time."""
    names = [str(name) for name in asked.X.columns]
    order = sorted(names, key=lambda name: -group_share_told(asked, name))
    for k in range(1, min(number, len(names) - 1) + 1):
        kept = [name for name in names if name not in order[:k]]
        words = f"without {order[0]}" if k == 1 else f"without {k} features"
        yield by_cutoff(
            words,
            f"Fitted again without {', '.join(order[:k])}: "
            "the features that tell the group best, by the correlation ratio.",
            score_of(fitted(scorer, asked, kept), kept), asked,
        )  # fmt: skip


def reweighed(scorer: Any, asked: Asked, strengths: Sequence[float]) -> Iterator[Candidate]:
    """Yield the model on people weighted so that group and outcome do not go together.

    References
    ----------
    Kamiran, F. and Calders, T. (2012). Data preprocessing techniques for classification without
    discrimination. Knowledge and Information Systems 33, 1-33.
    """
    names = [str(name) for name in asked.X.columns]
    weights = reweighing(asked.codes[asked.known], asked.bad[asked.known])
    for strength in strengths:
        model = fitted(scorer, asked, names, weights**strength)
        part = "" if strength == 1 else f", power {strength:g}"
        yield by_cutoff(
            f"reweighed{part}",
            f"Fitted again with weights P(group) P(outcome) / P(group and outcome){part} "
            "(Kamiran and Calders 2012).",
            score_of(model, names), asked,
        )  # fmt: skip


def reweighing(codes: Codes, bad: Floats) -> Floats:
    """Return for each person the expected share of group and outcome over the observed one."""
    weights = np.empty(len(bad))
    for k in np.unique(codes):
        for outcome in (0.0, 1.0):
            both = (codes == k) & (bad == outcome)
            if both.any():
                weights[both] = np.mean(codes == k) * np.mean(bad == outcome) / np.mean(both)
    return weights


def group_share_told(asked: Asked, name: str) -> float:
    """Return the correlation ratio of being in the reference given a feature, 0..1.

    Numbers are cut at their deciles; missing values are a level of their own.
    """
    rows = asked.fitted
    column = asked.X[name].iloc[rows]
    known = asked.codes[rows] >= 0
    own = (asked.codes[rows] == asked.reference).astype(np.float64)[known]
    level = _levels(column)[known]
    n = np.bincount(level)
    held = n > 0
    means = np.bincount(level, own)[held] / n[held]
    spread = float(own.var())
    return float(n[held] @ (means - own.mean()) ** 2 / len(own) / spread) if spread else 0.0


def _levels(column: "pd.Series[Any]") -> npt.NDArray[np.int64]:
    if pd.api.types.is_numeric_dtype(column):
        x = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
        there = np.isfinite(x)
        if not there.any():
            return np.zeros(len(x), dtype=np.int64)
        cuts = np.unique(np.quantile(x[there], np.arange(0.1, 1, 0.1)))
        return np.where(there, np.digitize(x, cuts) + 1, 0).astype(np.int64)
    return np.asarray(pd.factorize(column.astype(object))[0] + 1, dtype=np.int64)
