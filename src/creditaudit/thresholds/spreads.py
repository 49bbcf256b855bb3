"""How much the figures of given rules vary from one sample of people to another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from creditaudit import intervals
from creditaudit.thresholds.curves import Curves
from creditaudit.thresholds.rules import Rules
from creditaudit.values import Floats

# From approved (..., n_rules, n_groups, 2) and all (..., n_groups, 2), weights of bad and good.
Statistic = Callable[[Floats, Floats], Floats]
REPLICATES, SEED = 1000, 0
RANGE = (
    "low and high are a 95 % bootstrap range: people are drawn anew and the cut-offs stay as they "
    "are."
)
CLUSTERED = (
    "low and high are a 95 % jackknife range: sampled clusters are left out in turn and the "
    "cut-offs stay as they are."
)


@dataclass(frozen=True, eq=False)
class Spread:
    """Several rules on the people there are, and on samples of them; the rules stay the same.

    Attributes
    ----------
    approved : float array of shape (n_rules, n_groups, 2)
        Weights of bad and good payers that each rule is expected to approve.
    totals : float array of shape (n_groups, 2)
    drawn : pair of float arrays of shapes (n_draws, n_rules, n_groups, 2), (n_draws, n_groups, 2)
        The same of each sample.
    clustered : bool
        The samples leave out a group of clusters each, else they are bootstrap samples.
    """

    approved: Floats
    totals: Floats
    drawn: tuple[Floats, Floats]
    clustered: bool

    @property
    def note(self) -> str:
        """What low and high are."""
        return CLUSTERED if self.clustered else RANGE

    def ranged(
        self, statistic: Statistic, level: float = intervals.LEVEL
    ) -> tuple[Floats, Floats, Floats]:
        """Return a statistic with its range; NaN where it is undefined in a sample."""
        value, draws = statistic(self.approved, self.totals), statistic(*self.drawn)
        stable = np.isfinite(draws).all(axis=0) & np.isfinite(value)
        draws = np.where(stable, draws, 0.0)
        if self.clustered:
            error = np.sqrt(intervals.jackknife_variance(draws))
            reach = intervals.critical(level, np.array(max(len(draws) - 1.0, 1.0))) * error
            low, high = value - reach, value + reach
        else:
            tail = (1 - level) / 2
            low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
        return value, np.where(stable, low, np.nan), np.where(stable, high, np.nan)


def spread_of(
    curves: Curves, rules: Sequence[Rules], *, replicates: int = REPLICATES, seed: int = SEED
) -> Spread:
    """Return several rules on the people of the curves and on samples of them.

    Scores on which every rule decides alike are one cell, so the cost depends on neither the
    number of people nor that of scores.
    """
    starts = [_starts(rules, group, curves.w.shape[1]) for group in range(len(curves))]
    accept = [
        np.array([one[group, at] for one in (rule.accept(curves) for rule in rules)])
        for group, at in enumerate(starts)
    ]
    n, w, w2 = (
        np.concatenate([np.add.reduceat(a[g], at, axis=0) for g, at in enumerate(starts)])
        for a in (curves.n, curves.w, curves.w2)
    )
    ends = np.cumsum([len(at) for at in starts])[:-1]

    def approve(weights: Floats) -> tuple[Floats, Floats]:
        """Return approved and total weights from cells of shape (..., n_cells, 2)."""
        parts = np.split(weights, ends, axis=-2)
        approved = [
            np.einsum("...sc,ms->...mc", part, own) for part, own in zip(parts, accept, strict=True)
        ]
        return np.stack(approved, axis=-2), np.stack([p.sum(axis=-2) for p in parts], axis=-2)

    if curves.left_out is not None:
        left = curves.left_out
        cells = [np.add.reduceat(left[:, g], at, axis=1) for g, at in enumerate(starts)]
        return Spread(*approve(w), approve(np.concatenate(cells, axis=1)), clustered=True)
    there = np.flatnonzero(n)
    flat = [a.reshape(-1)[there] for a in (n, w, w2)]
    drawn = np.zeros((replicates, n.size))
    drawn[:, there] = intervals.resample_cells(*flat, replicates=replicates, seed=seed)[1]
    return Spread(*approve(w), approve(drawn.reshape(replicates, *n.shape)), clustered=False)


def _starts(rules: Sequence[Rules], group: int, scores: int) -> np.ndarray:
    """Return the first score of each run of scores on which every rule decides alike."""
    places = [(0, rule.strict[group], rule.lenient[group]) for rule in rules]
    found = np.unique(places)
    return np.asarray(found[found < scores])
