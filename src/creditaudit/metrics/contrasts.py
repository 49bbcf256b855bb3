"""Sums of rates with signs, such as a change of a gap, and their ranges."""

from dataclasses import dataclass

import numpy as np

from creditaudit import intervals
from creditaudit.metrics.measures import Estimates
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class Contrast:
    """The sum of ``weights * value`` over some rates, or over their logs.

    Attributes
    ----------
    rates : Estimates
        Proportions, all from one tally.
    weights : float array of shape (n_rates,)
        0 for rates that play no part.
    log : bool
        Of the logs: the contrast is then the log of a ratio.
    """

    rates: Estimates
    weights: Floats
    log: bool = False

    @property
    def _used(self) -> np.ndarray:
        return np.asarray(self.weights != 0)

    @property
    def value(self) -> float:
        """The contrast; NaN where a rate is not known, or has no log."""
        return float(self._sum(self.rates.value))

    def _sum(self, rates: Floats) -> Floats:
        used = self._used
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.log(rates[..., used]) if self.log else rates[..., used]
            total = part @ self.weights[used]
        return np.asarray(np.where(np.isfinite(total), total, np.nan))

    def range(self, level: float = intervals.LEVEL) -> tuple[float, float]:
        """Return low and high.

        Notes
        -----
        Each rate's Wilson range is carried over (MOVER), which for a difference of two rates is
        Newcombe's range. With clusters: delete-a-group jackknife and Student's t.

        References
        ----------
        Zou, G. Y. and Donner, A. (2008). Statistics in Medicine 27, 1693-1702.
        """
        value = self.value
        if np.isnan(value):
            return np.nan, np.nan
        error, df = self._clustered()
        if error > 0:
            reach = error * float(intervals.critical(level, np.array(df)))
            return value - reach, value + reach
        used, weights = self._used, self.weights[self._used]
        rates = self.rates.value[used]
        low, high = intervals.wilson(rates, self.rates.size[used], level)
        if self.log:
            with np.errstate(divide="ignore"):
                rates, low, high = np.log(rates), np.log(low), np.log(high)
        below, above = weights * (rates - low), weights * (high - rates)
        down = np.sqrt(np.where(weights > 0, below**2, above**2).sum())
        up = np.sqrt(np.where(weights > 0, above**2, below**2).sum())
        return value - float(down), value + float(up)

    @property
    def p_value(self) -> float:
        """For "the contrast is 0": 1 less the level at which the range just touches 0."""
        value = self.value
        if np.isnan(value):
            return np.nan
        error, df = self._clustered()
        if error > 0:
            return float(intervals.two_sided_p(np.array(value / error), np.array(df)))
        # Beyond 8 standard errors a level is 1 in floating point.
        least, most = 0.0, 8.0
        for _ in range(60):
            middle = (least + most) / 2
            low, high = self.range(1 - float(intervals.two_sided_p(np.array(middle))))
            least, most = (least, middle) if low <= 0 <= high else (middle, most)
        return float(intervals.two_sided_p(np.array(least)))

    def _clustered(self) -> tuple[float, float]:
        rates = self.rates
        if rates.left_out is None or rates.df is None:
            return np.nan, np.nan
        error = np.sqrt(intervals.jackknife_variance(self._sum(rates.left_out)))
        return float(error), max(float(rates.df[self._used].min()), 1.0)
