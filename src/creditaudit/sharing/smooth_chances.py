"""Chances of an event that move smoothly with features, fitted to other people."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import MissingColumn

Floats = NDArray[np.float64]
FOLDS = 5
MOST_LEVELS = 10
KNOTS = (0.05, 0.35, 0.65, 0.95)
RIDGE = 1e-4
"""Holds a coefficient where people of one kind never have the event; far below what shrinks."""
STEPS = 30


def feature_columns(world: Any, given: Sequence[str]) -> Floats:
    """Return features as columns of a model: array of shape (people, columns), the first all 1.

    Parameters
    ----------
    world : Society
    given : sequence of str
        Columns of the people or of their truth. A number with more than ten values is a natural
        cubic spline with four knots, a chance after its log-odds were taken; anything else has a
        column a level. A missing number is the mean, with a column of its own.

    Raises
    ------
    MissingColumn
        If a feature is neither in the frame nor in the truth.
    """
    frame, truth = world.people.frame, world.people.truth
    lacking = [name for name in given if name not in frame and name not in truth]
    if lacking:
        fix = "Name columns of the people or of their truth in given=."
        raise MissingColumn.of(lacking, [*frame.columns, *truth.columns], fix)
    parts = [np.ones((world.people.n, 1))]
    for name in given:
        column = frame[name] if name in frame else truth[name]
        many = pd.api.types.is_numeric_dtype(column) and column.nunique() > MOST_LEVELS
        parts.append(_spline(column.to_numpy(float)) if many else _levels(column))
    return np.hstack(parts)


def _spline(values: Floats) -> Floats:
    missing = np.isnan(values)
    x = np.where(missing, np.nanmean(values), values)
    if x.min() >= 0 and x.max() <= 1:
        held = np.clip(x, 1e-6, 1 - 1e-6)
        x = np.log(held / (1 - held))
    x = (x - x.mean()) / (x.std() or 1.0)
    knots = np.unique(np.quantile(x, KNOTS))
    columns = [x]
    if len(knots) > 2:
        # Harrell's form: linear beyond the outer knots.
        last, before = knots[-1], knots[-2]
        for knot in knots[:-2]:
            cubes = [np.maximum(x - k, 0) ** 3 for k in (knot, before, last)]
            share = (last - knot) / (last - before)
            columns.append(cubes[0] - share * cubes[1] + (share - 1) * cubes[2])
        columns[1:] = [one / (one.std() or 1.0) for one in columns[1:]]
    if missing.any():
        columns.append(missing.astype(float))
    return np.column_stack(columns)


def _levels(column: pd.Series) -> Floats:
    codes, levels = pd.factorize(column, use_na_sentinel=False)
    # The most frequent level is what the others are set against.
    base = int(np.bincount(codes).argmax())
    return np.column_stack(
        [np.zeros((len(codes), 0)), *(codes == k for k in range(len(levels)) if k != base)]
    ).astype(float)


def crossfitted_chances(columns: Floats, event: NDArray[np.bool_]) -> Floats:
    """Return the chance of an event for each person, fitted on the people of other folds.

    Parameters
    ----------
    columns : array of shape (n, k)
        Of `feature_columns`.
    event : array of bool, length n

    Returns
    -------
    array of float, length n

    Notes
    -----
    Logistic regression in five folds: exact where the log-odds are a smooth function of each number
    plus a shift for each level. Nobody's own event is in the fit, and no chance is drawn to that of
    all: the means of fitted chances and of events agree in each fit.

    References
    ----------
    Harrell, F. (2015). Regression Modeling Strategies, 2nd ed., section 2.4 (splines).
    """
    n = len(event)
    outcome = event.astype(float)
    start = _fitted(columns, outcome, np.zeros(columns.shape[1]))
    # Numbers of people are in no order that matters; a multiplier parts households.
    folds = (np.arange(n, dtype=np.uint64) * np.uint64(11400714819323198485)) >> np.uint64(32)
    folds %= np.uint64(FOLDS)
    found = np.empty(n)
    for fold in range(FOLDS):
        held = folds == fold
        rest = outcome[~held]
        if not rest.any() or rest.all():
            found[held] = rest.mean() if len(rest) else outcome.mean()
            continue
        found[held] = _chances(columns[held], _fitted(columns[~held], rest, start))
    return found


def _chances(columns: Floats, weights: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp(-np.clip(columns @ weights, -35, 35)))
    return chances


def _fitted(columns: Floats, outcome: Floats, start: Floats) -> Floats:
    """Return coefficients by Newton steps, halved where a whole one would not improve."""
    penalty = np.full(columns.shape[1], RIDGE)
    penalty[0] = 0.0
    weights, best = start, _loss(columns, outcome, start, penalty)
    for _ in range(STEPS):
        p = _chances(columns, weights)
        slope = columns.T @ (p - outcome) + penalty * weights
        bend = (columns * (p * (1 - p))[:, None]).T @ columns + np.diag(penalty + 1e-9)
        step, size = np.linalg.solve(bend, slope), 1.0
        while (loss := _loss(columns, outcome, weights - size * step, penalty)) > best:
            size /= 2
            if size < 1e-6:
                return weights
        weights, gained, best = weights - size * step, best - loss, loss
        if gained < 1e-9 * max(best, 1.0):
            break
    return weights


def _loss(columns: Floats, outcome: Floats, weights: Floats, penalty: Floats) -> float:
    at = np.clip(columns @ weights, -35, 35)
    return float((np.logaddexp(0, at) - outcome * at).sum() + (penalty * weights**2).sum() / 2)
