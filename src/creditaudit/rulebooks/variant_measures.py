"""How useful a variant of a book is, and how unequal, on counts of kinds of people."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from creditaudit import intervals
from creditaudit.errors import InputError
from creditaudit.rulebooks.book_variants import Variant

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Usefulness = Literal["auc", "accuracy", "profit", "default_rate"]
Rate = Literal["approval_rate", "true_positive_rate"]
Kind = Literal["difference", "ratio"]
USES: tuple[Usefulness, ...] = get_args(Usefulness)
GOOD, BAD, UNKNOWN = range(3)
_BLOCK = 4_000_000


class Counted:
    """People by group, outcome and kind.

    Parameters
    ----------
    group : int array of shape (n_rows,)
        0 for the reference, 1 and on for the groups compared, -1 for people of none.
    outcome : int array of shape (n_rows,)
        GOOD, BAD or UNKNOWN.
    kind : int array of shape (n_rows,)
    kinds : int
    weight : float array of shape (n_rows,)
    """

    def __init__(
        self, group: Places, outcome: Places, kind: Places, kinds: int, weight: Floats
    ) -> None:
        key = ((group + 1) * 3 + outcome) * kinds + kind
        names, where = np.unique(key, return_inverse=True)
        self.group = names // kinds // 3 - 1
        self.outcome = names // kinds % 3
        self.kind = names % kinds
        self.kinds = kinds
        self.groups = int(group.max(initial=0)) + 1
        parts = (np.ones_like(weight), weight, weight**2)
        sums = [np.bincount(where, weights=part, minlength=len(names)) for part in parts]
        self.n, self.w, self.w2 = (one.astype(np.float64) for one in sums)

    def redrawn(self, replicates: int, seed: int) -> Floats:
        """Return the weight of each cell in each replicate of a bootstrap over people."""
        found = intervals.resample_cells(
            self.n, self.w, self.w2, replicates=replicates, seed=seed
        )[1]  # fmt: skip
        return np.asarray(found)

    def rates(self, approved: Flags, weights: Floats, rate: Rate) -> Floats:
        """Return the rate of each group; shape (n_replicates, n_groups, n_variants).

        Parameters
        ----------
        approved : bool array of shape (n_variants, n_kinds)
        weights : float array of shape (n_replicates, n_cells)
        rate : {"approval_rate", "true_positive_rate"}
        """
        inside = np.ones(len(self.n), dtype=bool)
        if rate == "true_positive_rate":
            inside = self.outcome == GOOD
        parts = []
        for place in range(self.groups):
            own = inside & (self.group == place)
            yes = weights[:, own] @ approved[:, self.kind[own]].T.astype(np.float64)
            with np.errstate(invalid="ignore", divide="ignore"):
                parts.append(yes / weights[:, own].sum(axis=1, keepdims=True))
        return np.stack(parts, axis=1)

    def approval(self, approved: Flags, weights: Floats) -> Floats:
        """Return the share of everyone approved; shape (n_replicates, n_variants)."""
        yes = weights @ approved[:, self.kind].T.astype(np.float64)
        return np.asarray(yes / weights.sum(axis=1, keepdims=True))

    def useful(
        self, variants: Sequence[Variant], approved: Flags, weights: Floats, use: Usefulness,
        gain: float = 1.0, loss: float = 4.0,
    ) -> Floats:  # fmt: skip
        """Return how useful each variant is; shape (n_replicates, n_variants), more is better.

        A default rate is given with a minus.
        """
        if use == "auc":
            found = [self._auc(variant, weights) for variant in variants]
            return np.stack(found, axis=1)
        good, bad = (self.outcome == one for one in (GOOD, BAD))
        yes = approved[:, self.kind].T.astype(np.float64)
        sums = [weights[:, own] @ yes[own] for own in (good, bad)]
        totals = [weights[:, own].sum(axis=1, keepdims=True) for own in (good, bad)]
        with np.errstate(invalid="ignore", divide="ignore"):
            if use == "accuracy":
                return np.asarray((sums[0] + totals[1] - sums[1]) / (totals[0] + totals[1]))
            if use == "profit":
                return np.asarray((gain * sums[0] - loss * sums[1]) / (totals[0] + totals[1]))
            return np.asarray(-sums[1] / (sums[0] + sums[1]))

    def _auc(self, variant: Variant, weights: Floats) -> Floats:
        """Return the chance that a good payer stands higher than a bad one, ties as one half.

        Who is refused whatever the points stands below everybody.
        """
        score = np.where(variant.refused, -np.inf, variant.points)
        _, rank = np.unique(score, return_inverse=True)
        size = int(rank.max()) + 1
        cell = rank[self.kind]
        found = np.empty(len(weights))
        for start in range(0, len(weights), max(1, _BLOCK // size)):
            part = weights[start : start + max(1, _BLOCK // size)]
            at = []
            for outcome in (GOOD, BAD):
                own = self.outcome == outcome
                at.append(_summed(part[:, own], cell[own], size))
            good, bad = at
            below = np.cumsum(bad, axis=1) - bad
            with np.errstate(invalid="ignore", divide="ignore"):
                won = (good * (below + bad / 2)).sum(axis=1)
                found[start : start + len(part)] = won / (good.sum(axis=1) * bad.sum(axis=1))
        return found


def _summed(weights: Floats, place: Places, size: int) -> Floats:
    """Return sums over cells of one place; shape (n_replicates, size)."""
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(size + 1))
    total = np.cumsum(np.column_stack([np.zeros(len(weights)), weights[:, order]]), axis=1)
    return np.asarray(total[:, starts[1:]] - total[:, starts[:-1]])


def inequalities(rates: Floats, kind: Kind) -> Floats:
    """Return how unequal rates are, 0 for not at all; shape (n_replicates, n_variants).

    Parameters
    ----------
    rates : float array of shape (n_replicates, n_groups, n_variants)
        The reference first.
    kind : {"difference", "ratio"}
        The largest difference to the reference; or one less the ratio that is furthest from one,
        the smaller rate over the larger.
    """
    base, others = rates[:, :1], rates[:, 1:]
    if kind == "difference":
        return np.asarray(np.abs(others - base).max(axis=1))
    high = np.maximum(others, base)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(high > 0, np.minimum(others, base) / high, 1.0)
    return np.asarray(1 - ratio.min(axis=1))


def check_words(use: str, rate: str, kind: str) -> None:
    """Refuse words that mean nothing here.

    Raises
    ------
    InputError
    """
    for name, given, known in (
        ("usefulness", use, USES), ("rate", rate, get_args(Rate)), ("kind", kind, get_args(Kind)),
    ):  # fmt: skip
        if given not in known:
            msg = f"{name}={given!r} must be one of {', '.join(map(repr, known))}."
            raise InputError(msg)
