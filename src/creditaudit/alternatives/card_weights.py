"""A scorecard whose points are held to a bound on the gap in mean score, and stay a card."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from creditaudit.alternatives.asked import Asked
from creditaudit.alternatives.candidates import Candidate, by_cutoff
from creditaudit.scorers.inputs import Rows
from creditaudit.scorers.score_features import scaled
from creditaudit.scorers.score_tables import ScoreTable
from creditaudit.values import Codes, Floats

METHOD = (
    "The same bins with each feature's points multiplied by a number from 0 to {most:g}: the card "
    "of highest likelihood whose gap in mean points is at most {bound:.0%} of what it was (after "
    "Zafar and others 2017). It reads no group."
)
MOST = 2.0


def constrained_cards(
    model: Any, asked: Asked, bounds: Sequence[float]
) -> Iterator[tuple[Candidate, ScoreTable]]:
    """Yield one card for each bound, a share of the gap in mean points; none for other models.

    Notes
    -----
    With l_ij the part of feature j in the log-odds of person i, c + sum_j a_j l_ij with
    0 <= a_j <= 2 minimises the logistic loss under |sum_j a_j (mean of l_j in the group - mean in
    the reference)| <= bound * (the same at a = 1), for every group. By the criterion of equal
    opportunity the means are of people recorded as good.
    The problem is convex.

    References
    ----------
    Zafar, M. B., Valera, I., Gomez Rodriguez, M. and Gummadi, K. P. (2017). Fairness constraints:
    mechanisms for fair classification. AISTATS 2017, 962-970.
    """
    table = getattr(model, "table_", None)
    if not isinstance(table, ScoreTable) or not table.features:
        return
    parts = _log_odds(table, asked.X.iloc[asked.fitted])
    own, counted = asked.codes[asked.fitted], asked.counted[asked.fitted]
    base = counted & (own == asked.reference)
    gaps = [
        parts[counted & (own == k)].mean(axis=0) - parts[base].mean(axis=0)
        for k in asked.others
        if (counted & (own == k)).any() and base.any()
    ]
    known = np.isfinite(asked.bad[asked.fitted])
    for bound in bounds:
        times, start = _fitted(parts[known], asked.bad[asked.fitted][known], np.array(gaps), bound)
        card = _scaled(table, times, start)
        yield (
            by_cutoff(
                f"card, gap in points held to {bound:.0%}",
                METHOD.format(most=MOST, bound=bound), _score(card), asked,
            ),
            card,
        )  # fmt: skip


def _log_odds(table: ScoreTable, people: pd.DataFrame) -> Floats:
    rows = Rows.of(people, need=table.names)
    return np.column_stack([one.logits[one.bins.assign(rows)] for one in table.features])


def _fitted(parts: Floats, bad: Floats, gaps: Floats, bound: float) -> tuple[Floats, float]:
    """Return the multiplier of each feature, and the intercept."""
    from scipy.optimize import minimize

    number = parts.shape[1]
    sign = 2 * bad - 1

    def loss(given: Floats) -> tuple[float, Floats]:
        margin = sign * (given[number] + parts @ given[:number])
        pull = -sign * expit(-margin) / len(bad)
        return float(np.mean(np.logaddexp(0, -margin))), np.append(pull @ parts, pull.sum())

    limit = bound * np.abs(gaps.sum(axis=1))
    ends = np.concatenate([limit, limit])
    rows = np.vstack([gaps, -gaps])
    wide = np.column_stack([rows, np.zeros(len(rows))])
    start = np.append(np.zeros(number), np.log(bad.mean() / (1 - bad.mean())))
    found = minimize(
        loss, start, jac=True, method="SLSQP", bounds=[(0, MOST)] * number + [(None, None)],
        constraints={"type": "ineq", "fun": lambda a: ends - wide @ a, "jac": lambda a: -wide},
        options={"maxiter": 200},
    )  # fmt: skip
    return np.clip(found.x[:number], 0, MOST), float(found.x[number])


def _scaled(table: ScoreTable, times: Floats, intercept: float) -> ScoreTable:
    """Return the card of these coefficients, with exact points on the same scale."""
    bins = [one.bins for one in table.features]
    coefficients = [
        float(a) * one.coefficient for a, one in zip(times, table.features, strict=True)
    ]
    labels = [one.label for one in table.features]
    features, start, scale = scaled(
        bins, coefficients, intercept, table.scale, None, labels, integer=False
    )
    return replace(
        table, features=features, start=start, scale=scale, intercept=intercept, integer=False
    )


def _score(card: ScoreTable) -> Any:
    def score(X: pd.DataFrame, codes: Codes) -> Floats:  # noqa: N803
        return -np.asarray(card.points(X), dtype=np.float64)

    return score
