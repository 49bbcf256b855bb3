"""How well a score tells good payers from bad ones."""

from dataclasses import dataclass, replace
from itertools import product
from typing import Literal, Self

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from creditaudit import intervals
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.measures import Estimates, Harm, need, say_observed
from creditaudit.metrics.proportions import BAD, GOOD, UNKNOWN, declined_unknown
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

SELECTIVE = (
    "Declined people have no outcomes, so the {} over all applicants is not known; low and high "
    "are worst-case bounds with sampling error added."
)


@dataclass(frozen=True)
class Separation:
    """How far apart good and bad payers score; reads sums by score bin and outcome."""

    higher_is: Literal["safer", "riskier"] = "safer"
    name: str = ""
    axes: tuple[str, ...] = (BIN, OUTCOME)
    harm: Harm = "low"
    words: str = ""

    def of(self, tally: Tally) -> Self:
        """Return the measure in the direction in which the score of this tally points."""
        need(tally.roles, "score", "outcome", by=self.name)
        return replace(self, higher_is=tally.roles.higher_is or "safer")

    def values(self, w: Floats) -> Floats:
        """Return the measure from sums of shape (..., n_bins + 3, 3)."""
        raise NotImplementedError

    def estimate(self, tally: Tally, by: By, level: float = intervals.LEVEL) -> Estimates:
        """Return the measure for each group with its range and what binning hides."""
        return self.of(tally)._estimate(tally, by, level)

    def _estimate(self, tally: Tally, by: By, level: float) -> Estimates:
        raise NotImplementedError

    def by_outcome(self, w: Floats) -> tuple[Floats, Floats, Floats]:
        """Return good, bad and unknown by score bin, from the riskiest to the safest."""
        scored = w[..., :-1, :] if self.higher_is == "safer" else w[..., -2::-1, :]
        return scored[..., GOOD], scored[..., BAD], scored[..., UNKNOWN]

    def jackknife(self, groups: Groups) -> tuple[Floats, Floats] | tuple[None, None]:
        """Return the value without each replicate group, and the degrees of freedom."""
        if groups.left_out is None:
            return None, None
        rest, everyone = (
            np.sum(self.by_outcome(a)[:2], axis=(0, -1)) for a in (groups.left_out, groups.w)
        )
        return self.values(groups.left_out), (rest < everyone).sum(axis=0) - 1.0

    def who_scored(self, tally: Tally, groups: Groups) -> list[Groups]:
        """Return the groups as they could be, where publishing hid who has no score.

        People of each outcome in the lowest bin have all scores, or none have one.
        """
        assert tally.bins is not None
        if not tally.bins.unscored:
            return [groups]
        ways = []
        for kept in product((0, 1), repeat=3):
            n, w, w2 = (a.copy() for a in (groups.n, groups.w, groups.w2))
            for sums in (n, w, w2):
                sums[:, 0] *= np.array(kept)
            ways.append(replace(groups, n=n, w=w, w2=w2))
        return ways

    def say_selective(self, notes: list[str], low: Floats) -> list[str]:
        """Return the notes where declined people have no outcomes."""
        said = SELECTIVE.format(self.words)
        return [said if ok else note for note, ok in zip(notes, np.isfinite(low), strict=True)]


@dataclass(frozen=True)
class Auc(Separation):
    """Probability that a good payer scores safer than a bad one, ties counted one half."""

    name: str = "auc"
    words: str = "AUC"

    def values(self, w: Floats) -> Floats:
        """Return the AUC from sums of shape (..., n_bins + 3, 3)."""
        good, bad, _ = self.by_outcome(w)
        won = (good * (summed_before(bad) + bad / 2)).sum(axis=-1)
        lost = (good * (summed_after(bad) + bad / 2)).sum(axis=-1)
        # Over their sum, and not over good times bad, a score that is never wrong has exactly 1.
        pairs = won + lost
        return np.asarray(np.divide(won, pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0))

    def _estimate(self, tally: Tally, by: By, level: float) -> Estimates:
        assert tally.bins is not None
        groups = lay_out(tally, by, self.axes)
        value, error, size = self._value_and_error(groups)
        left_out, df = self.jackknife(groups)
        if left_out is not None and df is not None:
            error = np.sqrt(intervals.jackknife_variance(left_out))
            size = np.where(error > 0, size, np.minimum(size, df + 1))
        low, high, error = _logit_range(value, error, size, level, df)
        good, bad, hidden = (part.sum(axis=-1) for part in self.by_outcome(groups.n))
        notes = [undefined(*sums) for sums in zip(value, good, bad, strict=True)]
        bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
        if hidden.any() or not tally.bins.exact:
            ways = [self._bounds(way, exact=tally.bins.exact)
                    for way in self.who_scored(tally, groups)]  # fmt: skip
            bounds = np.fmin.reduce([low for low, _ in ways]), np.fmax.reduce([h for _, h in ways])
        decided = lay_out(tally, by, (OUTCOME, DECISION)) if hidden.any() else None
        if decided is not None and declined_unknown(decided.n):
            value = np.full(len(groups), np.nan)
            # The variance of an AUC is at most A (1 - A) over the smaller class, and outcomes that
            # are unknown can only make the smaller class larger.
            sure = np.maximum(size, 1)
            low = intervals.wilson(bounds[0], sure, level)[0]  # type: ignore[arg-type]
            high = intervals.wilson(bounds[1], sure, level)[1]  # type: ignore[arg-type]
            bounds = (None, None)
            notes = self.say_selective(notes, low)
        elif hidden.any():
            notes = say_observed(notes, hidden, good + bad + hidden)
        return Estimates(
            groups.by, groups.keys, groups.missing, good + bad, value, low, high, size, notes,
            error=error, bound_low=bounds[0], bound_high=bounds[1], left_out=left_out, df=df,
        )  # fmt: skip

    def _value_and_error(self, groups: Groups) -> tuple[Floats, Floats, Floats]:
        """Return the AUC, its DeLong standard error, and the (Kish) size of the smaller class."""
        value = self.values(groups.w)
        good, bad, _ = self.by_outcome(groups.w)
        people, squares = (self.by_outcome(a)[:2] for a in (groups.n, groups.w2))
        with np.errstate(divide="ignore", invalid="ignore"):
            wins = (summed_before(bad) + bad / 2) / bad.sum(axis=-1, keepdims=True)
            losses = (summed_after(good) + good / 2) / good.sum(axis=-1, keepdims=True)
            variance, sizes = np.zeros(value.shape), []
            for placement, w, n, w2 in zip(
                (wins, losses), (good, bad), people, squares, strict=True
            ):
                total, count = w.sum(axis=-1), n.sum(axis=-1)
                spread = (w2 * (placement - value[..., None]) ** 2).sum(axis=-1) / total**2
                variance += spread * count / (count - 1)
                sizes.append(np.where(total > 0, total**2 / w2.sum(axis=-1), 0.0))
        return value, np.sqrt(variance), np.minimum(*sizes)

    def _bounds(self, groups: Groups, *, exact: bool) -> tuple[Floats, Floats]:
        """Return the least and greatest AUC over unknown outcomes and orders inside a bin."""
        ends = []
        for n, w, w2 in zip(groups.n, groups.w, groups.w2, strict=True):
            good, bad, unknown = self.by_outcome(w)
            step = _step(*(self.by_outcome(a)[2] for a in (n, w, w2)))
            # Good and bad change parts: the least AUC is one minus the greatest of the mirror.
            least = 1 - _greatest(bad, good, unknown, step, exact=exact)
            ends.append((least, _greatest(good, bad, unknown, step, exact=exact)))
        low, high = np.array(ends).reshape(-1, 2).T
        return low, high


@dataclass(frozen=True)
class Gini(Auc):
    """2 AUC - 1: 0 for no separation, less for a score that points the wrong way."""

    name: str = "gini"
    words: str = "Gini coefficient"
    widest: float = 2.0

    def values(self, w: Floats) -> Floats:
        """Return the Gini coefficient from sums of shape (..., n_bins + 3, 3)."""
        return 2 * super().values(w) - 1

    def estimate(self, tally: Tally, by: By, level: float = intervals.LEVEL) -> Estimates:
        """Return the Gini coefficient for each group: every number is that of the AUC, mapped."""
        self.of(tally)
        found = AUC.estimate(tally, by, level)

        def mapped(auc: Floats | None) -> Floats | None:
            return None if auc is None else 2 * auc - 1

        assert found.error is not None
        notes = [note.replace(AUC.words, self.words) for note in found.notes]
        return replace(
            found, value=2 * found.value - 1, low=2 * found.low - 1, high=2 * found.high - 1,
            error=2 * found.error, bound_low=mapped(found.bound_low), notes=notes,
            bound_high=mapped(found.bound_high), left_out=mapped(found.left_out),
        )  # fmt: skip


def summed_before(values: Floats) -> Floats:
    """Return what lies before each place of the last axis."""
    return np.asarray(np.cumsum(values, axis=-1) - values)


def summed_after(values: Floats) -> Floats:
    """Return what lies after each place of the last axis."""
    return summed_before(values[..., ::-1])[..., ::-1]


def _step(n: Floats, w: Floats, w2: Floats) -> Floats:
    """Return the weight of one person where all weigh the same, else next to nothing."""
    alike = (n * w2 <= w**2 * (1 + 1e-9)) & (np.mod(n, 1) == 0)
    return np.where(alike, w / np.maximum(n, 1), 1e-6 * w)


def _greatest(good: Floats, bad: Floats, unknown: Floats, step: Floats, *, exact: bool) -> float:
    """Return the greatest AUC over all outcomes of the unknown.

    However many of them are good, the AUC is greatest when the safest of them are. So it is
    enough to try each bin as the turning point, with x of its unknown weight good, a multiple of
    ``step``: there the AUC is one quadratic over another.
    """
    half = 0.5 if exact else 1.0  # inside an interval the order may favour every pair
    bad_below, good_above = bad + unknown, good + unknown
    won_below = summed_before(good * (summed_before(bad_below) + half * bad_below))
    won_above = good_above * (summed_before(bad) + half * bad)
    won_above, after = summed_after(won_above), summed_after(good_above)
    lower = summed_before(bad_below)
    beaten = lower + half * bad_below
    n0 = won_below + won_above + good * beaten + after * (lower - summed_before(bad) + unknown)
    n1 = beaten - half * good - after
    at_least = summed_before(good) + good + after
    total = good.sum() + bad.sum() + unknown.sum()
    d0, d1 = at_least * (total - at_least), total - 2 * at_least
    # Where the derivative of (n0 + n1 x - half x^2) / (d0 + d1 x - x^2) is zero.
    a, b, c = n1 - half * d1, 2 * (n0 - half * d0), n1 * d0 - n0 * d1
    with np.errstate(divide="ignore", invalid="ignore"):
        q = -(b + np.copysign(np.sqrt(np.maximum(b**2 - 4 * a * c, 0)), b)) / 2
        flat = np.nan_to_num(np.array([q / a, c / q]) / step, posinf=0, neginf=0)
    # Both ends may leave a class empty, so the steps beside them are tried too.
    x = np.vstack([0 * step, step, unknown - step, unknown, step * np.floor(flat),
                   step * np.ceil(flat)])  # fmt: skip
    x = np.clip(x, 0, unknown)
    won, pairs = n0 + n1 * x - half * x**2, d0 + d1 * x - x**2
    defined = pairs > 1e-10 * total**2
    found = np.divide(won, pairs, out=np.full(pairs.shape, -1.0), where=defined)
    return min(float(found.max()), 1.0) if defined.any() else np.nan


def _logit_range(
    value: Floats, error: Floats, size: Floats, level: float, df: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Return a range on the logit scale, and the standard error.

    Where no variance shows both come from Wilson's range on the smaller class.
    """
    low, high = intervals.wilson(value, size, level)
    reach = intervals.critical(level, None if df is None else np.maximum(df, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = (value > 0) & (value < 1) & (error > 0) & np.isfinite(error)
        error = np.where(inside, error, (high - low) / 2 / intervals.critical(level))
        step = reach * error / (value * (1 - value))
        sides = [expit(logit(value) + sign * step) for sign in (-1, 1)]
    return np.where(inside, sides[0], low), np.where(inside, sides[1], high), error


def undefined(value: float, good: float, bad: float) -> str:
    """Return why a separation is null, or nothing."""
    lacking = [word for word, people in (("good", good), ("bad", bad)) if people == 0]
    if lacking:
        return f"Undefined: there are no {' and no '.join(lacking)} payers here."
    return "Undefined: all weights of one class are zero." if np.isnan(value) else ""


AUC, GINI = Auc(), Gini()


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


def gini(tally: Tally, by: By = None) -> pd.DataFrame:
    """Gini coefficient of the score: 2 AUC - 1.

    Takes and returns what `auc` does, every number mapped: -1..1, 0 for no separation, less than 0
    for a score that points the wrong way. Also called accuracy ratio and Somers' D. It is not the
    Gini coefficient of inequality.
    """
    return GINI.estimate(tally, by).frame
