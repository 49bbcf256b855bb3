"""A summary of terms laid out by group, and what sums give: means and their errors."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.terms_counting import AMOUNT, BAND, NO_TERMS, SUMS, UNRECORDED
from creditaudit.terms_tally import By, TermsTally
from creditaudit.values import Floats

# Sums whose rounding error is larger than this share of the mean square show no spread.
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class TermsGroups:
    """Sums by group.

    Attributes
    ----------
    by : tuple of str
    keys : DataFrame of shape (n_groups, len(by))
        Sorted; people one of whose keys is missing come last.
    missing : bool array of shape (n_groups,)
    sums : float array of shape (n_groups, n_bands, n_bins, 7)
        Bands: under, missing, the bands, over. Bins: under, the bins, over. People without terms
        are in ``without``.
    without : float array of shape (n_groups, n_bands, 2)
        People and weights without terms, or whose terms are not recorded.
    """

    by: tuple[str, ...]
    keys: pd.DataFrame
    missing: np.ndarray
    sums: Floats
    without: Floats


def lay_out_terms(terms: TermsTally, by: By) -> TermsGroups:
    """Return the groups of a summary as dense arrays."""
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    cells = terms.select(names)
    codes = cells.codes[:, : len(names)]
    last = np.iinfo(np.int64).max
    # Missing keys are coded -1; they belong at the end.
    ordered = np.column_stack([(codes < 0).any(axis=1), np.where(codes < 0, last, codes)])
    distinct, where = np.unique(ordered, axis=0, return_inverse=True)
    found = distinct[:, 1:]
    found = np.where(found == last, -1, found)
    bands = 3 + (0 if terms.bands is None else len(terms.bands))
    bins = 4 + (1 if terms.edges is None else len(terms.edges))
    dense = np.zeros((len(distinct), bands, bins, len(SUMS)))
    position = (where.reshape(-1), cells.column(BAND) + 2, cells.column(AMOUNT) + 3)
    np.add.at(dense, position, cells.sums)
    outside = [NO_TERMS + 3, UNRECORDED + 3]
    return TermsGroups(
        names, terms.keys(names, found), np.asarray((found < 0).any(axis=1)),
        np.delete(dense, outside, axis=2), dense[:, :, outside, :2].sum(axis=2),
    )  # fmt: skip


def means(sums: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean, variance of the mean, and its degrees of freedom, from `SUMS` in the last axis.

    Notes
    -----
    With effective people ``m``, the least of the people and of the variance over the linearised
    variance of the weighted mean, the variance of the mean is ``variance / (m - 1)`` on ``m - 1``
    degrees of freedom. Without weights that is the usual one. NaN for fewer than two people.
    """
    n, w, w2, wx, wxx, w2x, w2xx = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, square = wx / w, wxx / w
        spread = square - mean**2
        spread = np.where(spread <= _ROUNDING * square, 0.0, spread)
        linear = (w2xx - 2 * mean * w2x + mean**2 * w2) / w**2
        people = np.where(spread > 0, np.minimum(spread / linear, n), w**2 / w2)
        df = people - 1
        variance = np.where(df > 1e-9, spread / df, np.nan)
    # Weights that are all one leave as many people as there are, without rounding.
    whole = np.isclose(people, n, rtol=1e-9)
    return mean, variance, np.where(whole, n - 1, df)
