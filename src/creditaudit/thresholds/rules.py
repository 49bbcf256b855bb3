"""Rules that turn scores into decisions, one cut-off or a draw between two for each group."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.thresholds.curves import Curves, Path, Places
from creditaudit.values import Floats

# Levels closer than this are one level: a draw of one in 10^12 is no draw.
SNAP = 1e-12
RATES = ("approval_rate", "tpr", "fpr", "precision")


@dataclass(frozen=True, eq=False)
class Rules:
    """The rule of each group; arrays of shape (n_groups,).

    ``strict`` and ``lenient`` count the safest scores that each of the two cut-offs approves; the
    strict one is drawn with ``p_strict``. With probability ``lottery`` the decision is a draw at
    ``lottery_rate`` instead. ``one`` is a single rule for all.
    """

    strict: Places
    lenient: Places
    p_strict: Floats
    lottery: Floats
    lottery_rate: Floats
    one: bool = False

    @classmethod
    def at(cls, places: Places | list[int], *, one: bool = False) -> "Rules":
        """Return rules with one cut-off for each group and no draw."""
        chosen, nothing = np.asarray(places, dtype=np.int64), np.zeros(len(places))
        return cls(chosen, chosen, nothing + 1, nothing, nothing, one)

    def accept(self, curves: Curves) -> Floats:
        """Return the probability of approval by group and score; shape (n_groups, n_scores)."""
        score = np.arange(curves.w.shape[1])
        strict, lenient = (a[:, None] > score for a in (self.strict, self.lenient))
        p, lottery = self.p_strict[:, None], self.lottery[:, None]
        return np.asarray(
            (1 - lottery) * (p * strict + (1 - p) * lenient) + lottery * self.lottery_rate[:, None]
        )

    def table(self, curves: Curves) -> pd.DataFrame:
        """Return keys, cut-offs, draws and the rates expected; see `Cutoffs`."""
        ends: list[list[float]] = [
            [curves.cut(int(place), None if self.one else group) for group, place in enumerate(a)]
            for a in (self.strict, self.lenient)
        ]
        drawn = self.strict != self.lenient
        p_high = self.p_strict if curves.safer else np.where(drawn, 1 - self.p_strict, 1.0)
        low, high = ends[::-1] if curves.safer else ends
        accept = self.accept(curves)[..., None]
        rates = shares((curves.w * accept).sum(axis=1), curves.totals)
        frame = curves.keys.copy()
        frame["cutoff_low"], frame["cutoff_high"], frame["p_high"] = low, high, p_high
        frame["lottery"], frame["lottery_rate"] = self.lottery, self.lottery_rate
        for at, name in enumerate(RATES[:3]):
            frame[name] = rates[:, at]
        return frame


def between(path: Path, levels: Floats, wanted: float) -> tuple[int, int, float]:
    """Return the strict and lenient cut-off and the draw that give a level on rising levels."""
    at = int(np.searchsorted(levels, wanted - SNAP))
    if at == 0 or levels[at] - wanted <= SNAP:
        return int(path.place[at]), int(path.place[at]), 1.0
    p_strict = (levels[at] - wanted) / (levels[at] - levels[at - 1])
    return int(path.place[at - 1]), int(path.place[at]), float(p_strict)


def shares(approved: Floats, totals: Floats) -> Floats:
    """Return the rates of `RATES` from weights of bad and good; shapes (..., 2) to (..., 4).

    NaN where there is nobody to take a share of.
    """
    bad, good = approved[..., 0], approved[..., 1]
    parts = np.stack(np.broadcast_arrays(bad + good, good, bad, good), axis=-1)
    whole = np.stack(
        np.broadcast_arrays(totals.sum(axis=-1), totals[..., 1], totals[..., 0], bad + good),
        axis=-1,
    )
    undefined = np.full(parts.shape, np.nan)
    return np.asarray(np.divide(parts, whole, out=undefined, where=whole > 0))


def gap(values: Floats) -> Floats:
    """Return the largest less the smallest value over the groups, the last axis."""
    return level(np.fmax.reduce(values, axis=-1) - np.fmin.reduce(values, axis=-1))


def level(differences: Floats) -> Floats:
    """Return differences of levels, those that are rounding alone as 0."""
    return np.where(np.abs(differences) <= SNAP, 0.0, differences)
