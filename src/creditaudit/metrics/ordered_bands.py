"""Bands of a score in their order, riskiest first, with what is seen of approved people there."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from creditaudit import intervals
from creditaudit.metrics.groups import Groups
from creditaudit.metrics.proportions import APPROVED, GOOD, UNKNOWN
from creditaudit.tally import Tally
from creditaudit.values import Codes, Floats

Bands = int | Literal["exact"] | None


@dataclass(frozen=True, eq=False)
class OrderedBands:
    """Sums of weights by group and band, riskiest first; the last band has no place in the order.

    ``w`` has shape (n_groups, n_bands, 3, 3); ``size`` is the effective people approved.
    """

    w: Floats
    size: Floats
    share: tuple[Floats, Floats]

    @classmethod
    def of(cls, groups: Groups, order: Codes) -> "OrderedBands":
        """Return the bands of groups, by the band of each place of their score axis."""
        sums = [_banded(one, order) for one in (groups.n, groups.w, groups.w2)]
        n, w, w2 = (one[..., APPROVED].sum(axis=-1) for one in sums)
        good, blank = (sums[1][..., at, APPROVED] for at in (GOOD, UNKNOWN))
        shares = tuple(
            np.divide(one, w, out=np.full_like(w, np.nan), where=w > 0)
            for one in (good, good + blank)
        )
        size = intervals.effective_size(
            shares[0], n, good, w, sums[2][..., GOOD, APPROVED], w2
        )  # fmt: skip
        return cls(sums[1], size, (shares[0], shares[1]))

    def approved_share(self, level: float | None) -> tuple[Floats, Floats]:
        """Return least and greatest share of approved people who perform, or limits of them.

        Where nobody was approved it may be anything.
        """
        low, high = self.share
        if level is not None:
            low = intervals.wilson(low, self.size, level)[0]
            high = intervals.wilson(high, self.size, level)[1]
        return np.nan_to_num(low, nan=0.0), np.nan_to_num(high, nan=1.0)


def in_order(low: Floats, high: Floats, held: np.ndarray) -> tuple[Floats, Floats]:
    """Return bounds of shares that do not fall from band to band; the last band stands apart."""
    low, high = np.where(held, low, 0.0), np.where(held, high, 1.0)
    ordered = slice(None, -1)
    low[:, ordered] = np.maximum.accumulate(low[:, ordered], axis=1)
    high[:, ordered] = np.minimum.accumulate(high[:, ordered][:, ::-1], axis=1)[:, ::-1]
    return low, high


def band_order(tally: Tally, groups: Groups, bands: Bands) -> Codes:
    """Return the band of each place of the score axis, riskiest first, those without one last."""
    if bands is None:
        return np.zeros(0, dtype=np.int64)
    people = groups.n.sum(axis=(0, 2, 3))[:-1]
    if bands == "exact":
        band = np.arange(len(people))
    else:
        before = np.cumsum(people) - people / 2
        band = np.minimum((bands * before / max(people.sum(), 1)).astype(np.int64), bands - 1)
        band = np.unique(band, return_inverse=True)[1].reshape(-1)
    if tally.roles.higher_is == "riskier":
        band = band.max() - band
    return np.append(band, band.max() + 1)


def _banded(sums: Floats, order: Codes) -> Floats:
    """Return sums of shape (n_groups, n_bands, 3, 3); without a score, one band of everyone."""
    if not len(order):
        return np.stack([sums, np.zeros_like(sums)], axis=1)
    found = np.zeros((len(sums), order.max() + 1, 3, 3))
    for place, band in enumerate(order):
        found[:, band] += sums[:, place]
    return found


def summed_out(groups: Groups, order: Codes) -> Groups:
    """Return the groups with the score axis summed out."""
    if not len(order):
        return groups
    n, w, w2 = (one.sum(axis=1) for one in (groups.n, groups.w, groups.w2))
    return replace(groups, n=n, w=w, w2=w2)
