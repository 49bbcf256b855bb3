"""How well a score tells good payers from bad ones."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.measures import Estimates, Harm, join_notes, need
from creditaudit.metrics.rates import BAD, BASE, GOOD, UNKNOWN
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

_FRACTIONS = np.linspace(0, 1, 65)


@dataclass(frozen=True)
class Auc:
    """Probability that a good payer scores safer than a bad one, ties counted one half."""

    higher_is: Literal["safer", "riskier"] = "safer"
    name: str = "auc"
    axes: tuple[str, ...] = (BIN, OUTCOME)
    harm: Harm = "low"

    def values(self, w: Floats) -> Floats:
        """Return the AUC from sums of shape (..., n_bins + 3, 3)."""
        good, bad = self._sides(w)
        pairs = good.sum(axis=-1) * bad.sum(axis=-1)
        won = (good * (_before(bad) + bad / 2)).sum(axis=-1)
        return np.divide(won, pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0)

    def _sides(self, w: Floats) -> tuple[Floats, Floats]:
        """Return good and bad by score bin, from the riskiest to the safest."""
        scored = w[..., :-1, :] if self.higher_is == "safer" else w[..., -2::-1, :]
        return scored[..., GOOD], scored[..., BAD]

    def estimate(self, tally: Tally, by: By, level: float = intervals.LEVEL) -> Estimates:
        """Return the AUC for each group with its DeLong range and the bound that binning brings."""
        need(tally.roles, "score", "outcome", by=self.name)
        oriented = Auc(tally.roles.higher_is or "safer")
        return oriented._estimate(tally, by, level)

    def _estimate(self, tally: Tally, by: By, level: float) -> Estimates:
        assert tally.bins is not None
        groups = lay_out(tally, by, self.axes)
        value, error, size = self._value_and_error(groups.n, groups.w, groups.w2)
        df = None
        left_out = None
        if groups.left_out is not None:
            left_out = self.values(groups.left_out)
            variance, used = intervals.jackknife_variance(left_out)
            error, df = np.sqrt(variance), max(used - 1, 1)
        low, high = _logit_range(value, error, size, level, df)
        known = groups.n[..., :-1, :2].sum(axis=(-2, -1))
        notes = [_why_undefined(n) for n in groups.n[..., :-1, :].sum(axis=-2)]
        blur = np.zeros(len(groups)) if tally.bins.exact else self._blur(groups.w)
        bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
        if not tally.bins.exact:
            bounds = (value - blur, value + blur)
        hidden = groups.n[..., :-1, UNKNOWN].sum(axis=-1)
        if hidden.any():
            bounds = self._bounds(groups, exact=tally.bins.exact)
            notes = [
                join_notes(
                    note, f"Outcome known for {1 - h / (h + k):.1%} of these people." if h else ""
                )
                for note, h, k in zip(notes, hidden, known, strict=True)
            ]
            if tally.roles.decision and BASE.selective(lay_out(tally, by, (OUTCOME, DECISION)).n):
                value = np.full(len(groups), np.nan)
                # The variance of an AUC is at most A (1 - A) over the smaller class.
                low = intervals.wilson(bounds[0], size, level)[0]
                high = intervals.wilson(bounds[1], size, level)[1]
                notes = [
                    "Declined people have no outcomes, so the AUC over all applicants is not "
                    "known; low and high are worst-case bounds with sampling error added."
                ] * len(groups)
                bounds = (None, None)
        return Estimates(
            groups.by, groups.keys, groups.missing, known, value, low, high, size, notes,
            error=error, bound_low=bounds[0], bound_high=bounds[1], left_out=left_out,
        )  # fmt: skip

    def _value_and_error(self, n: Floats, w: Floats, w2: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the AUC, its DeLong standard error, and the size of the smaller class."""
        value = self.values(w)
        good, bad = self._sides(w)
        totals = [side.sum(axis=-1) for side in (good, bad)]
        people = [side.sum(axis=-1) for side in self._sides(n)]
        squares = self._sides(w2)
        with np.errstate(divide="ignore", invalid="ignore"):
            wins = (_before(bad) + bad / 2) / totals[1][..., None]
            after = totals[0][..., None] - _before(good) - good
            losses = (after + good / 2) / totals[0][..., None]
            variance = np.zeros(value.shape)
            for placement, total, count, square in zip(
                (wins, losses), totals, people, squares, strict=True
            ):
                spread = (square * (placement - value[..., None]) ** 2).sum(axis=-1) / total**2
                variance += spread * count / (count - 1)
            sizes = [total**2 / sq.sum(axis=-1) for total, sq in zip(totals, squares, strict=True)]
        return value, np.sqrt(variance), np.fmin(*sizes)

    def _blur(self, w: Floats) -> Floats:
        """Return how far the AUC could move if the order inside each bin were known."""
        good, bad = self._sides(w)
        pairs = good.sum(axis=-1) * bad.sum(axis=-1)
        tied = (good * bad).sum(axis=-1) / 2
        return np.divide(tied, pairs, out=np.zeros(pairs.shape), where=pairs > 0)

    def _bounds(self, groups: Groups, *, exact: bool) -> tuple[Floats, Floats]:
        ends = []
        for w in groups.w:
            good, bad = self._sides(w)
            unknown = w[:-1, UNKNOWN] if self.higher_is == "safer" else w[-2::-1, UNKNOWN]
            high = _greatest(good, bad, unknown, exact=exact)
            # Good and bad change parts: the least AUC is one minus the greatest of the mirror.
            ends.append((1 - _greatest(bad, good, unknown, exact=exact), high))
        low, high = np.array(ends).T
        return low, high


def _before(values: Floats) -> Floats:
    return np.cumsum(values, axis=-1) - values


def _greatest(good: Floats, bad: Floats, unknown: Floats, *, exact: bool) -> float:
    """Return the greatest AUC over all outcomes of the unknown.

    For any number of them that are good, the greatest AUC has the safest of them good. So it is
    enough to try each bin as the turning point, with each fraction of that bin.
    """
    half = 0.5 if exact else 1.0  # inside an interval the order may favour every pair
    part = unknown[:, None] * _FRACTIONS
    bad_low = bad + unknown
    won_low = _before(good * (_before(bad_low) + half * bad_low))
    good_high = good + unknown
    won_high = good_high * (_before(bad) + half * bad)
    won_high = won_high.sum() - np.cumsum(won_high)
    good_after = (good_high.sum() - np.cumsum(good_high))[:, None]
    before = _before(bad_low)[:, None]
    here_good, here_bad = good[:, None] + part, bad[:, None] + unknown[:, None] - part
    moved = before - _before(bad)[:, None] + unknown[:, None] - part
    won = (
        won_low[:, None]
        + here_good * (before + half * here_bad)
        + won_high[:, None]
        + good_after * moved
    )
    total_good = _before(good)[:, None] + here_good + good_after
    pairs = total_good * (good.sum() + bad.sum() + unknown.sum() - total_good)
    found = np.divide(won, pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0)
    return float(np.nanmax(found)) if np.isfinite(found).any() else np.nan


def _logit_range(
    value: Floats, error: Floats, size: Floats, level: float, df: int | None
) -> tuple[Floats, Floats]:
    """Return a range on the logit scale; where no variance shows, Wilson on the smaller class."""
    low, high = intervals.wilson(value, size, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = (value > 0) & (value < 1) & (error > 0) & np.isfinite(error)
        logit = np.log(value / (1 - value))
        reach = intervals.critical(level, df) * error / (value * (1 - value))
        sides = [1 / (1 + np.exp(-(logit + sign * reach))) for sign in (-1, 1)]
    return np.where(inside, sides[0], low), np.where(inside, sides[1], high)


def _why_undefined(n: Floats) -> str:
    lacking = [word for word, place in (("good", GOOD), ("bad", BAD)) if n[place] == 0]
    return f"Undefined: there are no {' and no '.join(lacking)} payers here." if lacking else ""


AUC = Auc()


def auc(tally: Tally, by: By = None) -> pd.DataFrame:
    """Area under the ROC curve: how often a good payer scores safer than a bad one.

    Parameters
    ----------
    tally : Tally
        With a score and an outcome.
    by : str, tuple of str or None

    Returns
    -------
    frame of shape (n_groups, n_keys + 5 or 7)
        The keys, n (people with a score and an outcome), value (0..1; null where good or bad
        payers are absent), low and high (DeLong 95 % on the logit scale), note. Where scores are
        binned, or some outcomes are missing, bound_low and bound_high hold what the AUC could be
        whatever the order inside a bin and whatever those outcomes are. Where declined people
        have no outcomes the value is null and low and high are those bounds, widened.

    Raises
    ------
    MissingRole
        If the tally was made without a score or an outcome.

    Notes
    -----
    The direction is that of ``Roles(higher_is=...)``, so 0.5 is no separation and less than 0.5
    is a score that points the wrong way.

    References
    ----------
    DeLong, E. R. et al. (1988). Biometrics 44, 837-845.
    Birnbaum, Z. W. and Klose, O. M. (1957). Annals of Mathematical Statistics 28, 933-945.
    """
    return AUC.estimate(tally, by).frame
