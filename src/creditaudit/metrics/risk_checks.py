"""Do predicted risks agree with outcomes, row by row? Slope, intercept, Hosmer and Lemeshow."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import chi2

from creditaudit.metrics.influences import Estimate
from creditaudit.values import Floats

STEPS, STILL = 50, 1e-10


@dataclass(frozen=True, eq=False)
class Agreement:
    """Groups of predicted risk, with what was expected and what happened.

    Attributes
    ----------
    table : DataFrame
        n, predicted (mean risk), expected, bad, by group of risk.
    statistic : float
    groups : int
        Groups used: fewer than asked for where risks are tied.
    """

    table: pd.DataFrame
    statistic: float
    groups: int

    def p_value(self, *, fitted_here: bool) -> float:
        """Return the p-value, by chi-squared.

        Degrees of freedom: g - 2 on the rows that the model was fitted on, g on others.
        """
        df = self.groups - 2 if fitted_here else self.groups
        return float(chi2.sf(self.statistic, df)) if df > 0 else float("nan")


def hosmer_lemeshow(risk: Floats, bad: npt.NDArray[np.bool_], groups: int = 10) -> Agreement:
    """Return how far outcomes are from predicted risks in groups of equal size.

    Parameters
    ----------
    risk : float array of shape (n_rows,)
        Predicted P(bad), 0..1.
    bad : bool array of shape (n_rows,)
    groups : int, default 10
        Cut at quantiles of the risk; ties stay together.

    Notes
    -----
    sum over groups of (bad - expected)^2 / (n p (1 - p)), p the mean risk of the group. Fitting a
    logistic regression makes two of the groups' differences follow from the others, so g - 2 on
    those rows; on new rows nothing was fitted, so g. For other kinds of model fitted here g - 2 is
    customary and not proved. With many people the smallest miss is told, with few none.

    References
    ----------
    Hosmer, D. W. and Lemeshow, S. (1980). Communications in Statistics A9, 1043-1069.
    Hosmer, D. W., Lemeshow, S. and Sturdivant, R. X. (2013). Applied Logistic Regression, 5.2.2.
    """
    edges = np.unique(np.quantile(risk, np.arange(1, groups) / groups, method="inverted_cdf"))
    place = np.unique(np.searchsorted(edges, risk, side="left"), return_inverse=True)[1]
    n = np.bincount(place).astype(np.float64)
    expected, seen = np.bincount(place, risk), np.bincount(place, bad)
    mean = expected / n
    spread = n * mean * (1 - mean)
    away = (seen - expected) ** 2
    # A group whose risk is exactly 0 or 1 agrees wholly or not at all.
    alone = np.where(away > 0, np.inf, 0.0)
    each = np.divide(away, spread, out=alone, where=spread > 0)
    table = pd.DataFrame({
        "n": n.astype(np.int64), "predicted": mean, "expected": expected,
        "bad": seen.astype(np.int64),
    })  # fmt: skip
    return Agreement(table, float(each.sum()), len(n))


def risk_slope(
    risk: Floats,
    bad: npt.NDArray[np.bool_],
    who: npt.NDArray[np.bool_],
    cluster: npt.NDArray[np.int64] | None = None,
) -> tuple[Estimate, Estimate]:
    """Return intercept and slope of the outcome on the log-odds of the predicted risk.

    Slope 1 and intercept 0 are agreement; a slope under 1 means that risks are too far apart.

    Notes
    -----
    logit P(bad) = a + b logit(risk), by maximum likelihood; the error is the sandwich's, from
    (inverse information) x (score of each row). Undefined where a risk is 0 or 1, or where the risk
    tells bad from good without a miss.

    References
    ----------
    Cox, D. R. (1958). Biometrika 45, 562-565.
    """
    nothing = Estimate(float("nan"), np.zeros(len(risk)), cluster)
    own = risk[who]
    if len(own) < 3 or not ((own > 0) & (own < 1)).all() or len(np.unique(own)) < 2:
        return nothing, nothing
    x = np.column_stack([np.ones(len(own)), logit(own)])
    y = bad[who].astype(np.float64)
    beta = np.array([0.0, 1.0])
    for _ in range(STEPS):
        p = expit(x @ beta)
        information = (x * (p * (1 - p))[:, np.newaxis]).T @ x
        if not np.isfinite(information).all() or np.linalg.cond(information) > 1e12:
            return nothing, nothing
        step = np.linalg.solve(information, x.T @ (y - p))
        # A full step can run away where the start is far off.
        beta = beta + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < STILL:
            break
    else:
        return nothing, nothing
    p = expit(x @ beta)
    information = (x * (p * (1 - p))[:, np.newaxis]).T @ x
    each = (x * (y - p)[:, np.newaxis]) @ np.linalg.inv(information)
    parts = np.zeros((2, len(risk)))
    parts[:, who] = each.T
    return (
        Estimate(float(beta[0]), parts[0], cluster),
        Estimate(float(beta[1]), parts[1], cluster),
    )
