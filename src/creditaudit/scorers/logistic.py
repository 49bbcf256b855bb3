"""Logistic regression on weights of evidence, read block by block from the places of bins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from creditaudit.scorers.feature_bins import Bytes
from creditaudit.values import Floats

_BLOCK = 1 << 14
_START_ROWS = 1 << 16
_STEP = 1e-10


@dataclass(frozen=True, eq=False)
class Evidence:
    """Weights of evidence of people: for each feature the place of their bin and its weight.

    Attributes
    ----------
    codes : sequence of uint8 arrays of shape (n_rows,)
    woe : sequence of float arrays of shape (n_bins,)
    """

    codes: Sequence[Bytes]
    woe: Sequence[Floats]

    def blocks(self, n: int, step: int = 1) -> Iterator[tuple[slice, Floats]]:
        """Yield rows and their matrix, one row a feature, under a first row of ones."""
        for start in range(0, n, _BLOCK * step):
            rows = slice(start, min(start + _BLOCK * step, n), step)
            block = np.empty((len(self.codes) + 1, len(range(n)[rows])))
            block[0] = 1.0
            for j, (codes, woe) in enumerate(zip(self.codes, self.woe, strict=True), start=1):
                np.take(woe, codes[rows], out=block[j], mode="clip")
            yield rows, block

    def chosen(self, places: Sequence[int]) -> "Evidence":
        """Return the evidence of some features."""
        return Evidence([self.codes[j] for j in places], [self.woe[j] for j in places])

    def correlations(self, weight: Floats | None, n: int) -> Floats:
        """Return the correlations of the features; shape (n_features, n_features)."""
        size = len(self.codes) + 1
        moments = np.zeros((size, size))
        for rows, block in self.blocks(n):
            moments += (block if weight is None else block * weight[rows]) @ block.T
        mean = moments[0, 1:] / moments[0, 0]
        cover = moments[1:, 1:] / moments[0, 0] - np.outer(mean, mean)
        spread = np.sqrt(np.maximum(np.diag(cover), 1e-300))
        return np.asarray(cover / np.outer(spread, spread))


def fit_logistic(
    evidence: Evidence,
    bad: npt.NDArray[np.bool_],
    weight: Floats | None,
    ridge: float,
    start: Floats | None = None,
) -> Floats:
    """Return the intercept and the coefficient of each feature for the log-odds of being bad.

    Parameters
    ----------
    ridge : float
        Half of it times the squared coefficients, without the intercept, is added to the negative
        log-likelihood.
    start : array of shape (n_features + 1,), optional
        Where to begin.

    Notes
    -----
    Newton's method to a step below 1e-10. Where rows are many, every k-th gives the start; the
    result does not depend on it.
    """
    n = len(bad)
    weights = np.ones(n) if weight is None else weight
    if start is not None:
        return _newton(evidence, bad, weights, ridge, start, 1)
    p = weights[bad].sum() / weights.sum()
    found = np.zeros(len(evidence.codes) + 1)
    found[0], found[1:] = np.log(p / (1 - p)), 1.0
    step = n // _START_ROWS
    if step > 1:
        some = _newton(evidence, bad, weights, ridge / step, found, step)
        found = some if np.isfinite(some).all() else found
    return _newton(evidence, bad, weights, ridge, found, 1)


def fit_line(x: Floats, bad: npt.NDArray[np.bool_], weight: Floats | None) -> tuple[float, float]:
    """Return intercept and slope of the log-odds of being bad on one number."""
    order = np.unique(x, return_inverse=True)
    # A place for each distinct number: blocks are then made as for bins.
    line = _Line(order[1].reshape(-1), order[0])
    weights = np.ones(len(x)) if weight is None else weight
    a, b = _newton(line, bad, weights, 1e-6, np.array([0.0, 1.0]), 1)
    return float(a), float(b)


class _Line(Evidence):
    def __init__(self, places: npt.NDArray[np.int64], values: Floats) -> None:
        super().__init__([places], [values])  # type: ignore[list-item]


def _newton(
    evidence: Evidence, bad: npt.NDArray[np.bool_], weights: Floats, ridge: float, start: Floats,
    step: int,
) -> Floats:  # fmt: skip
    penalty = np.full(len(start), ridge)
    penalty[0] = 0.0
    at = start
    loss, slope, bend = _derivatives(evidence, bad, weights, penalty, at, step)
    for _ in range(100):
        move = np.linalg.solve(bend + np.eye(len(at)) * 1e-12 * np.trace(bend), slope)
        size = 1.0
        while True:
            new = at - size * move
            found = _derivatives(evidence, bad, weights, penalty, new, step)
            # A full step may go too far when classes are all but separated.
            if found[0] <= loss + 1e-9 * abs(loss) or size < 1e-4:
                break
            size /= 2
        at, (loss, slope, bend) = new, found
        if np.abs(move).max() * size < _STEP:
            break
    return at


def _derivatives(
    evidence: Evidence, bad: npt.NDArray[np.bool_], weights: Floats, penalty: Floats, at: Floats,
    step: int,
) -> tuple[float, Floats, Floats]:  # fmt: skip
    loss = 0.5 * float(penalty @ at**2)
    slope, bend = penalty * at, np.diag(penalty)
    for rows, block in evidence.blocks(len(bad), step):
        logit, outcome, w = at @ block, bad[rows], weights[rows]
        e = np.exp(-np.abs(logit))
        p = np.where(logit >= 0, 1.0, e) / (1 + e)
        loss += float(w @ (np.log1p(e) + np.maximum(logit, 0.0) - logit * outcome))
        slope = slope + block @ (w * (p - outcome))
        bend = bend + (block * (w * p * (1 - p))) @ block.T
    return loss, slope, bend
