"""fairlearn's reductions: a mixture of models under a bound on the gap, without the group."""

import warnings
from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, Self

import numpy as np
import pandas as pd

from creditaudit.alternatives.asked import Asked
from creditaudit.alternatives.candidates import Candidate, by_cutoff
from creditaudit.values import Codes, Floats

METHOD = (
    "Exponentiated gradient of fairlearn (Agarwal and others 2018) under a bound of {bound:g} on "
    "the gap in {what}, at the costs that the cut-off implies. Scores are the mean P(bad) of its "
    "{number} models by their weights, so no decision is drawn by lot."
)


class _ByRow:
    """A model that reads people of a table by their row: fairlearn hands on no mixed tables."""

    def __init__(self, scorer: Any, table: pd.DataFrame) -> None:
        self.scorer, self.table = scorer, table

    def __deepcopy__(self, memo: object) -> "_ByRow":
        return copy(self)

    def fit(self, X: Any, y: Any, sample_weight: Any) -> Self:  # noqa: N803
        from sklearn.base import clone

        rows = np.asarray(X)[:, 0].astype(np.intp)
        weights = np.asarray(sample_weight, dtype=np.float64)
        self.model = clone(self.scorer).fit(
            self.table.iloc[rows], np.asarray(y), sample_weight=weights
        )
        return self

    def predict(self, X: Any) -> Any:  # noqa: N803
        rows = np.asarray(X)[:, 0].astype(np.intp)
        return (self.risk(self.table.iloc[rows]) > 0.5).astype(np.int64)

    def risk(self, table: pd.DataFrame) -> Floats:
        return np.asarray(self.model.predict_proba(table), dtype=np.float64)[:, 1]


def reduced(scorer: Any, asked: Asked, bounds: Sequence[float], rounds: int) -> Iterator[Candidate]:
    """Yield one mixture for each bound on the gap.

    Notes
    -----
    The reduction decides at P(bad) = 1/2. To decide where this share is approved, errors cost
    t for a good person refused and 1 - t for a bad one approved, t the share of bad people
    at the cut-off of the model as it is.

    References
    ----------
    Agarwal, A., Beygelzimer, A., Dudik, M., Langford, J. and Wallach, H. (2018). A reductions
    approach to fair classification. ICML 2018, 60-69.
    """
    from fairlearn.reductions import (  # type: ignore[import-untyped]
        DemographicParity,
        ErrorRate,
        ExponentiatedGradient,
        FalsePositiveRateParity,
    )

    parity = asked.criterion == "demographic_parity"
    kind = DemographicParity if parity else FalsePositiveRateParity
    rows = asked.known[asked.codes[asked.known] >= 0]
    table, bad = asked.X.iloc[rows], asked.bad[rows].astype(np.int64)
    first = _ByRow(scorer, table).fit(np.arange(len(rows))[:, None], bad, np.ones(len(rows)))
    at = float(np.clip(np.quantile(first.risk(table), asked.share), 0.01, 0.99))
    for bound in bounds:
        found = ExponentiatedGradient(
            _ByRow(scorer, table), kind(difference_bound=bound), max_iter=rounds,
            objective=ErrorRate(costs={"fp": at, "fn": 1 - at}),
        )  # fmt: skip
        with warnings.catch_warnings():
            # fairlearn's own use of pandas; nothing a caller could change.
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            warnings.filterwarnings("ignore", category=FutureWarning)
            found.fit(np.arange(len(rows))[:, None], bad, sensitive_features=asked.codes[rows])
        held = [(w, found.predictors_[k]) for k, w in found.weights_.items() if w > 0]
        what = "shares refused" if parity else "shares of good payers refused"
        yield by_cutoff(
            f"reduction, bound {bound:g}",
            METHOD.format(bound=bound, what=what, number=len(held)),
            _mixture(held), asked,
        )  # fmt: skip


def _mixture(held: Sequence[tuple[float, Any]]) -> Any:
    def score(X: pd.DataFrame, codes: Codes) -> Floats:  # noqa: N803
        total = np.zeros(len(X))
        for weight, one in held:
            # One that refuses, or approves, everyone orders nobody.
            total += weight * (one.risk(X) if isinstance(one, _ByRow) else 0.5)
        return total

    return score
