"""Who is refused by whom when lists, models and data are shared or not: the eight designs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from creditaudit.values import Floats

Flags = npt.NDArray[np.bool_]
SWITCHES = ("list", "model", "data")


@dataclass(frozen=True, eq=False)
class Deciders:
    """What deciders know of the same people, shared and not.

    Attributes
    ----------
    names : tuple of str
    risks : dict of (str, bool, bool) to array of length n_people
        Decider, model shared, data shared -> the risk it gives each person.
    listed : bool array of shape (n_people, n_deciders)
        Who is on each decider's own list.
    bad : bool array
        Who truly does not pay.
    bins : int array
        Bin of the true risk, from 0.
    share : float
        Of people that each refuses.
    """

    names: tuple[str, ...]
    risks: Mapping[tuple[str, bool, bool], Floats]
    listed: Flags
    bad: Flags
    bins: npt.NDArray[np.int64]
    share: float

    def refused(self, design: Sequence[bool]) -> Flags:
        """Return who is refused by whom under a design.

        Parameters
        ----------
        design : three bool
            Whether list, model and data are shared.

        Returns
        -------
        bool array of shape (n_people, n_deciders)

        Notes
        -----
        People on a list the decider knows come first, the riskiest of the others after them, until
        the share is refused; a longer list is refused as a whole.
        """
        shared_list, model, data = design
        n = len(self.bad)
        found = np.zeros(self.listed.shape, dtype=bool)
        for j, name in enumerate(self.names):
            listed = self.listed.any(axis=1) if shared_list else self.listed[:, j]
            count = max(round(self.share * n), int(listed.sum()))
            order = np.lexsort((-self.risks[name, model, data], ~listed))
            found[order[:count], j] = True
        return found


def independent(refused: Flags, bins: npt.NDArray[np.int64]) -> Floats:
    """Return how many refusals people would meet if deciders erred independently at equal risk.

    Parameters
    ----------
    refused : bool array of shape (n_people, n_deciders)
    bins : int array
        People of equal true risk.

    Returns
    -------
    array of length n_deciders + 1
        Share of people with 0, 1, ... refusals: within a bin the sum of independent draws with each
        decider's own rate there (Poisson-binomial).
    """
    sizes = np.bincount(bins)
    k = refused.shape[1]
    rates = np.stack(
        [np.bincount(bins, refused[:, j], minlength=len(sizes)) for j in range(k)], axis=1
    ) / np.maximum(sizes, 1)[:, None]  # fmt: skip
    dealt = np.zeros((len(sizes), k + 1))
    dealt[:, 0] = 1.0
    for j in range(k):
        p = rates[:, j : j + 1]
        dealt[:, 1:] = dealt[:, 1:] * (1 - p) + dealt[:, :-1] * p
        dealt[:, 0] *= 1 - p[:, 0]
    return np.asarray(sizes @ dealt / sizes.sum(), dtype=np.float64)


def mean_phi(refused: Flags, bins: npt.NDArray[np.int64] | None = None) -> float:
    """Return the mean over pairs of deciders of the correlation of their refusals.

    Parameters
    ----------
    refused : bool array of shape (n_people, n_deciders)
    bins : int array, optional
        With it, the correlation within bins, pooled.

    Returns
    -------
    float
        NaN where a decider refuses nobody or everybody.
    """
    x = refused.astype(np.float64)
    if bins is None:
        x -= x.mean(axis=0)
    else:
        sizes = np.maximum(np.bincount(bins), 1)
        for j in range(x.shape[1]):
            x[:, j] -= (np.bincount(bins, x[:, j]) / sizes)[bins]
    cross = x.T @ x
    scale = np.sqrt(np.diag(cross))
    with np.errstate(invalid="ignore", divide="ignore"):
        phi = cross / np.outer(scale, scale)
    return float(phi[np.triu_indices(len(scale), 1)].mean())


def described(
    deciders: Deciders, design: Sequence[bool], gain: float, loss: float
) -> tuple[dict[str, float], Floats]:
    """Return the measures of a design, and the share of people with each number of refusals.

    Parameters
    ----------
    deciders : Deciders
    design : three bool
    gain, loss : float
        What a decider gains by approving somebody who pays, and loses by approving one who does
        not.
    """
    refused = deciders.refused(design)
    bad, k = deciders.bad, refused.shape[1]
    by_all: Flags = np.asarray(refused.all(axis=1))
    chance = independent(refused, deciders.bins)
    everyone, expected = float(by_all.mean()), float(chance[-1])
    approved: Flags = ~refused
    earned = gain * approved[~bad].sum() - loss * approved[bad].sum()
    _, model, data = design
    scores = [deciders.risks[name, model, data] for name in deciders.names]
    counts = np.bincount(refused.sum(axis=1), minlength=k + 1) / len(bad)
    return {
        "refused_by_all": everyone,
        "expected_refused_by_all": expected,
        "excess": everyone - expected,
        "ratio": everyone / expected if expected else float("nan"),
        "phi": mean_phi(refused),
        "phi_at_equal_risk": mean_phi(refused, deciders.bins),
        "refused": float(refused.mean()),
        "good_refused": float(refused[~bad].mean()),
        "good_refused_by_all": float(by_all[~bad].mean()),
        "bad_approved_by_any": float(approved[bad].any(axis=1).mean()),
        "auc": float(np.mean([_auc(score, bad) for score in scores])),
        "profit": float(earned / refused.size),
    }, counts - chance


def _auc(risk: Floats, bad: Flags) -> float:
    """Return the chance that somebody bad has a higher risk than somebody good; ties count half."""
    _, places, counts = np.unique(risk, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    rank = (ends - (counts - 1) / 2)[places]
    many = int(bad.sum())
    return float((rank[bad].sum() - many * (many + 1) / 2) / (many * (len(bad) - many)))
