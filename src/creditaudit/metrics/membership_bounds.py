"""Sharp bounds of rates when the group is known only as a probability in each cell.

In a cell z the shares of decisions and of groups are known, but not which people are both. With E
the event (approved), F the rest of the condition (refused), s the shares of a cell and p the share
of a group there, the group's part in E lies between max(0, p + s_E - 1) and min(p, s_E) (Frechet),
and so in F. Over cells of n people each,

    greatest rate = sum n min(p, s_E) / (sum n min(p, s_E) + sum n max(0, p + s_F - 1)),

and the least is 1 less the greatest rate of F. Both ends are attained, each by its own table of
group by decision. So are the greatest rate of one group and the least of another, together: a cell
in which the first takes up all of E leaves no more of the second out of E than F and the rest can
hold. Bounds of a difference or a ratio are therefore the differences or ratios of the ends.

If p is known only to lie in [lo, hi], the greatest rate is taken at p = s_E where that lies between
them, else at the nearer end. One formula holds for all cases, with M(c, X) = sum n min(c, s_X):

    greatest rate = M(hi, E) / (M(hi, E) + sum n lo - M(lo, not F)).

References
----------
Kallus, N., Mao, X. and Zhou, A. (2022). Assessing algorithmic fairness with unobserved protected
class using data combination. Management Science 68, 1959-1981.
Frechet, M. (1951). Annales de l'Universite de Lyon, section A, 14, 53-77.
Duncan, O. D. and Davis, B. (1953). American Sociological Review 18, 665-666.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.memberships import Memberships
from creditaudit.metrics.measures import need
from creditaudit.metrics.proportions import KNOWN, UNKNOWN, Rate
from creditaudit.metrics.rates import BY_NAME
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class ProxyCells:
    """People by cell, and the range of each group's share there.

    Attributes
    ----------
    n, event, other : float arrays of shape (n_cells,)
        Everyone; those in the event; those in the condition and not in the event.
    low, high : float arrays of shape (n_cells, n_groups)
        The share of each group lies between these.
    """

    n: Floats
    event: Floats
    other: Floats
    low: Floats
    high: Floats

    @property
    def turned(self) -> "ProxyCells":
        """The same with the event and the rest of the condition exchanged."""
        return ProxyCells(self.n, self.other, self.event, self.low, self.high)

    def greatest(self) -> Floats:
        """Return the greatest rate of each group; NaN where it may have nobody in the condition."""
        rate, _ = ratio_of(
            capped(self.n, self.event, self.high).sum(axis=0),
            capped(self.n, self.n - self.other, self.low).sum(axis=0),
            (self.n[:, None] * self.low).sum(axis=0),
        )
        possible = capped(self.n, self.other, self.high).sum(axis=0) > 0
        return np.where(np.isnan(rate) & possible, 0.0, rate)

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the least and the greatest rate of each group."""
        return 1 - self.turned.greatest(), self.greatest()

    def attained_together(self, first: int, second: int) -> bool:
        """Whether the greatest rate of one group and the least of another fit in one table.

        Always where the shares are exact, and for two groups. For three or more whose shares are
        ranges, the shares at which both ends are taken may add up to more than all people.
        """
        share, rest = self.event / self.n, 1 - self.other / self.n
        own, other = (
            [np.clip(one, self.low[:, group], self.high[:, group]) for one in ends]
            for group, ends in ((first, (share, rest)), (second, (1 - rest, 1 - share)))
        )
        left = [x for x in range(self.low.shape[1]) if x not in (first, second)]
        least, most = self.low[:, left].sum(axis=1), self.high[:, left].sum(axis=1)
        fits = (own[0] + other[0] <= 1 - least + 1e-12) & (own[1] + other[1] >= 1 - most - 1e-12)
        return bool(fits.all())


def capped(n: Floats, x: Floats, cap: Floats) -> Floats:
    """Return ``n min(cap, x / n)`` of shape (n_cells, n_groups)."""
    return np.asarray(np.minimum(n[:, None] * cap, x[:, None]))


def ratio_of(most: Floats, within: Floats, least: Floats) -> tuple[Floats, Floats]:
    """Return the greatest rate and the people it is of, from the three sums of its formula."""
    people = most + least - within
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(people > 1e-12, most / people, np.nan), people


def rate_of(memberships: Memberships, metric: str) -> Rate:
    """Return the rate asked for, if all outcomes that it needs are known.

    Raises
    ------
    InputError, MissingRole
    """
    if metric not in BY_NAME:
        msg = f"metric={metric!r} must be one of {', '.join(map(repr, BY_NAME))}."
        raise InputError(msg)
    rate = BY_NAME[metric]
    need(memberships.roles, *rate.roles, by=metric)
    could = rate.condition[list(KNOWN)].any(axis=0) & ~rate.condition[UNKNOWN]
    hidden = memberships.counts[:, UNKNOWN, could].sum()
    if hidden:
        msg = (
            f"{metric} needs the outcomes of {hidden:,.0f} people, which are missing. Bounds over "
            "groups and outcomes that are both unknown are not computed. Ask for approval_rate, "
            "or for precision, which needs the outcomes of approved people only."
        )
        raise InputError(msg)
    return rate


def proxy_cells(memberships: Memberships, rate: Rate, error: float = 0.0) -> ProxyCells:
    """Return the cells of memberships for one rate; each probability lies within ``error``.

    Raises
    ------
    InputError
        If the error is no number from 0 to 1.
    """
    if isinstance(error, bool) or not isinstance(error, int | float) or not 0 <= error <= 1:
        msg = f"error={error!r} must be a number from 0 to 1: how far each probability may be off."
        raise InputError(msg)
    cells = len(memberships.keys)

    def people(mask: npt.NDArray[np.bool_]) -> Floats:
        inside = memberships.counts[:, mask].sum(axis=1)
        return np.bincount(memberships.cell, inside, cells).astype(np.float64)

    n = people(np.ones((3, 3), dtype=bool))
    share = memberships.by_cell
    held = n > 0
    unknown = np.isnan(share)
    low = np.where(unknown, 0.0, np.maximum(share - error, 0))
    high = np.where(unknown, 1.0, np.minimum(share + error, 1))
    return ProxyCells(
        n[held], people(rate.event)[held], people(rate.condition & ~rate.event)[held],
        low[held], high[held],
    )  # fmt: skip
