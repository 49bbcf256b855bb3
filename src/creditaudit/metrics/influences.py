"""What each row adds to a number made from rows: its error, and that of differences, from one sum.

A number's rows are paired by place, so two models, two outcomes or two samples of people are all
compared by subtracting parts.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from creditaudit import intervals
from creditaudit.values import Floats

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Estimate:
    """A number and what each row adds to its error.

    Attributes
    ----------
    value : float
        NaN where it is undefined.
    parts : float array of shape (n_rows,)
        The sum of squares is the variance; 0 for rows that do not count.
    cluster : int array of shape (n_rows,) or None
        Rows of one cluster are summed before they are squared.
    """

    value: float
    parts: Floats
    cluster: npt.NDArray[np.int64] | None = None

    def __sub__(self, other: "Estimate") -> "Estimate":
        return Estimate(self.value - other.value, self.parts - other.parts, self.cluster)

    @property
    def error(self) -> float:
        """Standard error; NaN where no row varies."""
        if not np.isfinite(self.value):
            return float("nan")
        parts = self.parts
        scale = 1.0
        if self.cluster is not None:
            used = np.unique(self.cluster[parts != 0])
            parts = np.bincount(self.cluster, parts).astype(np.float64)
            scale = len(used) / max(len(used) - 1, 1)
        variance = scale * float(parts @ parts)
        return float(np.sqrt(variance)) if variance > 0 else float("nan")

    def range(self, level: float = intervals.LEVEL) -> tuple[float, float]:
        """Return the value less and plus so many standard errors (normal, or Student's t)."""
        reach = float(intervals.critical(level, self._df())) * self.error
        return self.value - reach, self.value + reach

    @property
    def p_value(self) -> float:
        """Two-sided, for a value of 0."""
        error = self.error
        if not np.isfinite(error):
            return float("nan")
        return float(intervals.two_sided_p(np.array(self.value / error), self._df()))

    def _df(self) -> Any:
        if self.cluster is None:
            return None
        return np.array(max(len(np.unique(self.cluster[self.parts != 0])) - 1.0, 1.0))


def mean_of(
    values: Floats, who: Mask, cluster: npt.NDArray[np.int64] | None = None
) -> Estimate:  # fmt: skip
    """Return the mean of values over some rows.

    Notes
    -----
    Parts are (x_i - mean) / sqrt(n (n - 1)), so the variance is s^2 / n.
    """
    n = int(who.sum())
    if n < 2:
        return Estimate(float("nan"), np.zeros(len(values)), cluster)
    value = float(values[who].mean())
    parts = np.where(who, (values - value) / np.sqrt(n * (n - 1.0)), 0.0)
    return Estimate(value, parts, cluster)


def auc_of(
    risk: Floats, bad: Mask, good: Mask, cluster: npt.NDArray[np.int64] | None = None
) -> Estimate:
    """Return the AUC: how often a bad row has the higher risk than a good one, ties one half.

    Parameters
    ----------
    risk : float array of shape (n_rows,)
        Higher is riskier.
    bad, good : bool arrays of shape (n_rows,)
        Who counts on either side; a row in neither does not.

    Notes
    -----
    V_i is the share of the other class that row i is placed right against; the variance is
    sum (V_i - A)^2 / (n_1 (n_1 - 1)) over the bad and the same over the good. Parts of two numbers
    on the same rows multiply to the covariance of DeLong, also where the outcomes differ.

    References
    ----------
    DeLong, E. R. et al. (1988). Biometrics 44, 837-845.
    Sun, X. and Xu, W. (2014). IEEE Signal Processing Letters 21, 1389-1393 (by ranks).
    """
    parts = np.zeros(len(risk))
    n_bad, n_good = int(bad.sum()), int(good.sum())
    if min(n_bad, n_good) < 2:
        return Estimate(float("nan"), parts, cluster)
    both = rankdata(np.concatenate([risk[bad], risk[good]]))
    above = (both[:n_bad] - rankdata(risk[bad])) / n_good
    under = 1 - (both[n_bad:] - rankdata(risk[good])) / n_bad
    value = float(above.mean())
    parts[bad] = (above - value) / np.sqrt(n_bad * (n_bad - 1.0))
    parts[good] = (under - value) / np.sqrt(n_good * (n_good - 1.0))
    return Estimate(value, parts, cluster)


def auc_range(one: Estimate, level: float = intervals.LEVEL) -> tuple[float, float]:
    """Return the range of an AUC on the logit scale; NaN where no variance shows."""
    value, error = one.value, one.error
    if not (0 < value < 1) or not np.isfinite(error):
        return float("nan"), float("nan")
    place = np.log(value / (1 - value))
    reach = float(intervals.critical(level, one._df())) * error / (value * (1 - value))
    low, high = (1 / (1 + np.exp(-place - sign * reach)) for sign in (-1, 1))
    return float(low), float(high)
