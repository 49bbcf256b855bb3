"""What the sums of a cell tell of single amounts, and how they are rounded before they are told.

From people ``n``, mean ``m`` and standard deviation ``s`` it follows what one person's amount can
be at most, and two persons' together. These limits stand in for the amounts, which a summary does
not hold:

* The largest amount is at most ``m + s sqrt(n - 1)``, the two largest together at most
  ``2 m + s sqrt(2 (n - 2))``. The rest of the sum must be `SHARE` of the largest or more, so that
  the person with the second largest cannot tell it to within that (the p per cent rule).
* Every amount is within ``s sqrt(n - 1)`` of the mean, which must be `SHARE` of the mean or more.

References
----------
Samuelson, P. A. (1968). JASA 63, 1522-1525.
Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley, chapter 4.
"""

import numpy as np
import numpy.typing as npt

from creditaudit.cells import Cells
from creditaudit.publishing import significant
from creditaudit.terms_counting import AMOUNT, NO_TERMS, UNRECORDED
from creditaudit.values import Floats

SHARE = 0.1


def tells(sums: Floats) -> npt.NDArray[np.bool_]:
    """Whether each cell tells too much of one amount; sums of shape (n_cells, 7)."""
    n, mean, spread, *_ = _moments(sums)
    with np.errstate(invalid="ignore"):
        reach = np.sqrt(spread)
        largest = mean + reach * np.sqrt(np.maximum(n - 1, 0))
        two = 2 * mean + reach * np.sqrt(2 * np.maximum(n - 2, 0))
        # So wide a spread has amounts under 0, which leave no shares of a sum.
        signed = reach > mean * np.sqrt(np.maximum(n - 1, 0)) * (1 + 1e-9)
        dominated = ~signed & (n * mean - two < SHARE * largest)
        alike = (reach == 0) | (reach * np.sqrt(n - 1) < SHARE * np.abs(mean))
    return np.asarray(np.isfinite(spread) & (dominated | alike))


def _moments(sums: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return effective people, mean, variance, Kish's size and the mean's linearised variance."""
    n, w, w2, wx, wxx, w2x, w2xx = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = wx / w
        spread = np.maximum(wxx / w - mean**2, 0)
        # Rounding of large sums is no spread.
        spread = np.where(spread <= 1e-13 * (wxx / w), 0.0, spread)
        kish = w**2 / w2
        linear = np.maximum((w2xx - 2 * mean * w2x + mean**2 * w2) / w**2, 0)
    return np.minimum(n, kish), mean, spread, kish, linear


def told(table: Cells, whole: Cells) -> Cells:
    """Return the cells with rounded means and deviations, the same in all bins of the amount."""
    amounts = table.column(AMOUNT)
    offered = ~np.isin(amounts, (NO_TERMS, UNRECORDED))
    place = {tuple(code): at for at, code in enumerate(whole.codes[:, :-1].tolist())
             if whole.codes[at, -1] == 0}  # fmt: skip
    sums = table.sums.copy()
    weighted = not np.array_equal(sums[:, 0], sums[:, 1])
    if weighted:
        kish = sums[:, 1] ** 2 / sums[:, 2]
        sums[:, 1] = significant(sums[:, 1])
        sums[:, 2] = significant(sums[:, 1] ** 2 / kish)
    at = [place[tuple(code)] for code in table.codes[offered, :-1].tolist()]
    _, mean, spread, kish, linear = (part[at] for part in _moments(whole.sums))
    mean, spread, ratio = _rounded(mean, spread, kish, linear)
    w, w2 = sums[offered, 1], sums[offered, 2]
    rest = ratio if weighted else spread
    sums[offered, 3:] = np.column_stack(
        [w * mean, w * (spread + mean**2), w2 * mean, w2 * (rest + mean**2)]
    )
    return Cells(table.columns, table.codes, sums)


def _rounded(
    mean: Floats, spread: Floats, kish: Floats, linear: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return mean, variance, and the variance that weights leave of it for the mean's error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(spread / np.maximum(kish - 1, 1)) / 2
        power = np.where(error > 0, 10.0 ** np.floor(np.log10(error)), 1.0)
        unit = power * np.select([5 * power <= error, 2 * power <= error], [5, 2], 1)
        near = np.round(mean / unit) * unit
        known = np.isfinite(spread) & (error > 0)
    two = np.array([float(f"{value:.1e}") for value in mean])
    deviation = significant(np.sqrt(np.where(np.isfinite(spread), spread, 0)))
    spread = np.where(np.isfinite(spread), deviation**2, np.nan)
    return np.where(known, near, two), spread, significant(np.nan_to_num(linear * kish))
