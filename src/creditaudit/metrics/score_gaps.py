"""Scores by group: the widest gap between good and bad payers, and the mean."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import kolmogorov

from creditaudit import intervals
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.linearised import linear_error, mean_range
from creditaudit.metrics.measures import Estimates, Harm, join_notes, need, say_observed
from creditaudit.metrics.proportions import declined_unknown
from creditaudit.metrics.separations import Separation, summed_after, undefined
from creditaudit.tally import By, Tally
from creditaudit.values import Floats


@dataclass(frozen=True)
class Ks(Separation):
    """Widest gap between the shares of bad and of good payers below one cut-off."""

    name: str = "ks"
    words: str = "KS"

    def values(self, w: Floats) -> Floats:
        """Return KS from sums of shape (..., n_bins + 3, 3)."""
        bad, good = self._below(w)
        return np.asarray(np.abs(bad - good).max(axis=-1))

    def _below(self, w: Floats) -> tuple[Floats, Floats]:
        """Return the shares of bad and of good payers below each cut-off."""
        good, bad, _ = self.by_outcome(w)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = [np.cumsum(a, axis=-1) / a.sum(axis=-1, keepdims=True) for a in (bad, good)]
        return shares[0], shares[1]

    def _estimate(self, tally: Tally, by: By, level: float) -> Estimates:
        assert tally.bins is not None
        groups = lay_out(tally, by, self.axes)
        below = self._below(groups.w)
        place = np.abs(below[0] - below[1]).argmax(axis=-1)[:, None]
        bad_share, good_share = (np.take_along_axis(a, place, -1)[:, 0] for a in below)
        value = np.abs(bad_share - good_share)
        left_out, df = self.jackknife(groups)
        sizes = self._sizes(groups)
        if left_out is not None and df is not None:
            sizes = _shrunk(sizes, _gap_error(bad_share, good_share, *sizes), left_out, df, level)
        low, high, error = _ks_range(bad_share, good_share, *sizes, level)
        good, bad, hidden = (part.sum(axis=-1) for part in self.by_outcome(groups.n))
        wrong = ["At the widest gap good payers score riskier." if worse else ""
                 for worse in good_share > bad_share]  # fmt: skip
        notes = [join_notes(undefined(*sums), said)
                 for *sums, said in zip(value, good, bad, wrong, strict=True)]  # fmt: skip
        bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
        if hidden.any() or not tally.bins.exact:
            ways = np.stack([way.w for way in self.who_scored(tally, groups)])
            bounds = self._bounds(ways, exact=tally.bins.exact)
        decided = lay_out(tally, by, (OUTCOME, DECISION)) if hidden.any() else None
        if decided is not None and declined_unknown(decided.n):
            value = np.full(len(groups), np.nan)
            # Massart's bound holds at every cut-off at once, so also at one that is not known.
            reach = sum(np.sqrt(np.log(4 / (1 - level)) / 2 / np.maximum(n, 1)) for n in sizes)
            low = np.maximum(bounds[0] - reach, 0)
            high = np.minimum(bounds[1] + reach, 1)
            bounds, notes = (None, None), self.say_selective(notes, low)
        elif hidden.any():
            notes = say_observed(notes, hidden, good + bad + hidden)
        return Estimates(
            groups.by, groups.keys, groups.missing, good + bad, value, low, high,
            np.minimum(*sizes), notes, error=error, bound_low=bounds[0], bound_high=bounds[1],
            left_out=left_out, df=df,
        )  # fmt: skip

    def _sizes(self, groups: Groups) -> tuple[Floats, Floats]:
        """Return the Kish sizes of bad and of good payers."""
        w, w2 = (self.by_outcome(a) for a in (groups.w, groups.w2))
        totals = [(w[i].sum(axis=-1), w2[i].sum(axis=-1)) for i in (1, 0)]
        bad, good = (np.divide(a**2, b, out=np.zeros_like(a), where=b > 0) for a, b in totals)
        return bad, good

    def _bounds(self, w: Floats, *, exact: bool) -> tuple[Floats, Floats]:
        """Return bounds of KS over unknown outcomes, orders inside a bin, and ways to count.

        ``w`` has one such way on its first axis.
        Below one cut-off the bad lead by most when all unknown below it are bad and all above it
        good. The lower bound is the widest gap that some cut-off has for certain.
        """
        good, bad, unknown = self.by_outcome(w)
        leads = []
        for one, other in ((bad, good), (good, bad)):
            below, above = np.cumsum(unknown, axis=-1), summed_after(unknown)
            # Inside a bin a cut-off may have all of one class below it and none of the other.
            inside, undecided = (0.0, 0.0) if exact else (other, unknown)
            with np.errstate(divide="ignore", invalid="ignore"):
                ahead = (np.cumsum(one, -1) + below) / (one.sum(-1, keepdims=True) + below)
                total = other.sum(-1, keepdims=True) + above
                behind = np.cumsum(other, -1) / total
                at_least = (np.cumsum(other, -1) - inside) / (total + undecided)
            # A class that may be empty can have any share below the cut-off.
            ahead = np.nan_to_num(ahead, nan=1)
            leads.append([ahead - np.nan_to_num(share) for share in (behind, at_least)])
        most = [[lead.max(axis=0) for lead in pair] for pair in leads]
        low = np.max([-most[0][0], -most[1][0], 0 * most[0][0]], axis=(0, -1))
        high = np.max([most[0][1], most[1][1]], axis=(0, -1))
        empty = [(part + unknown).sum(axis=(0, -1)) == 0 for part in (good, bad)]
        none = empty[0] | empty[1]
        return np.where(none, np.nan, low), np.where(none, np.nan, np.minimum(high, 1))


def _gap_error(p1: Floats, p2: Floats, n1: Floats, n2: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2))


def _shrunk(
    sizes: tuple[Floats, Floats], error: Floats, left_out: Floats, df: Floats, level: float
) -> tuple[Floats, Floats]:
    """Return sizes that give the jackknife's error; where it shows none, at most its groups."""
    wider = intervals.critical(level, np.maximum(df, 1)) / intervals.critical(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt(intervals.jackknife_variance(left_out)) / error * wider
    shows = np.isfinite(ratio) & (ratio > 0)
    bad, good = (
        np.where(shows, n / np.maximum(np.where(shows, ratio, 1), 1) ** 2, np.minimum(n, df + 1))
        for n in sizes
    )
    return bad, good


def _ks_range(
    bad_share: Floats, good_share: Floats, bad: Floats, good: Floats, level: float
) -> tuple[Floats, Floats, Floats]:
    """Return Newcombe's range at the widest gap, from 0 where the two-sample test sees none.

    The gap is the widest of many: without the test the range misses a true 0 once in five times.
    """
    turned = good_share > bad_share
    first, second = (np.where(turned, good_share, bad_share), np.where(turned, good, bad)), (
        np.where(turned, bad_share, good_share), np.where(turned, bad, good)
    )  # fmt: skip
    low, high = intervals.newcombe(*first, *second, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(bad * good / (bad + good))
    unseen = kolmogorov((first[0] - second[0]) * scale) > 1 - level
    low, high = np.where(unseen, 0, np.maximum(low, 0)), np.minimum(high, 1)
    low = np.where(np.isfinite(high), low, np.nan)
    error = _gap_error(bad_share, good_share, bad, good)
    return low, high, np.where(error > 0, error, (high - low) / 2 / intervals.critical(level))


@dataclass(frozen=True, eq=False)
class MeanScore:
    """Mean score; of bins that are intervals, the mean of their middles."""

    ends: Floats | None = None
    unscored: bool = False
    name: str = "mean_score"
    axes: tuple[str, ...] = (BIN,)
    harm: Harm = "low"
    widest: float = np.inf

    def of(self, tally: Tally) -> "MeanScore":
        """Return the measure for the bins of this tally."""
        need(tally.roles, "score", by=self.name)
        assert tally.bins is not None
        harm: Harm = "low" if tally.roles.higher_is == "safer" else "high"
        return replace(self, ends=ends_of(tally), unscored=tally.bins.unscored, harm=harm)

    def values(self, w: Floats) -> Floats:
        """Return the mean from sums of shape (..., n_bins + 3); NaN where a bin has no middle."""
        assert self.ends is not None
        scored, middle = w[..., :-1], self.ends.mean(axis=0)
        known = np.isfinite(middle)
        if self.unscored:
            known[0] = False
        total = scored.sum(axis=-1)
        # But for a negligible part, which sums of thousands of weights can leave.
        sure = (total > 0) & (scored[..., ~known].sum(axis=-1) <= 1e-12 * total)
        top = (scored[..., known] * middle[known]).sum(axis=-1)
        return np.asarray(np.divide(top, total, out=np.full(top.shape, np.nan), where=sure))

    def estimate(self, tally: Tally, by: By, level: float = intervals.LEVEL) -> Estimates:
        """Return the mean score of each group with its range and what binning hides."""
        return self.of(tally)._estimate(tally, by, level)

    def _estimate(self, tally: Tally, by: By, level: float) -> Estimates:
        assert self.ends is not None
        assert tally.bins is not None
        groups = lay_out(tally, by, self.axes)
        value = self.values(groups.w)
        n, w, w2 = (a[:, :-1] for a in (groups.n, groups.w, groups.w2))
        middle = self.ends.mean(axis=0)
        away = np.where(np.isfinite(middle), middle, 0) - value[:, None]
        error = linear_error(n, w, w2, away)
        people = n.sum(axis=-1)
        df, left_out = people - 1, None
        if groups.left_out is not None:
            left_out = self.values(groups.left_out)
            df = (groups.left_out[..., :-1].sum(-1) < w.sum(-1)).sum(axis=0) - 1.0
            error = np.sqrt(intervals.jackknife_variance(left_out))
        low, high, error = mean_range(value, error, df, level)
        notes = [self._note(*sums) for sums in zip(people, n, w, value, error, strict=True)]
        bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
        if not tally.bins.exact:
            bounds = self._bounds(w)
        return Estimates(
            groups.by, groups.keys, groups.missing, people, value, low, high, people, notes,
            error=error, bound_low=bounds[0], bound_high=bounds[1], left_out=left_out, df=df,
        )  # fmt: skip

    def _bounds(self, w: Floats) -> tuple[Floats, Floats]:
        """Return the mean when all lie at the lower ends, and at the upper ends, of their bins."""
        assert self.ends is not None
        found: list[Floats] = []
        for end in self.ends:
            # The mean is greatest without people who may have no score and would be lowest.
            some = w[:, 1:] if self.unscored and len(found) else w
            with np.errstate(divide="ignore", invalid="ignore"):
                top = np.where(some > 0, some * end[-some.shape[1] :], 0).sum(axis=-1)
                mean = top / some.sum(axis=-1)
            found.append(np.where(np.isfinite(mean), mean, np.nan))
        return found[0], found[1]

    def _note(self, people: float, n: Floats, w: Floats, value: float, error: float) -> str:
        assert self.ends is not None
        if people == 0:
            return "Undefined: there are no people with a score here."
        if np.isnan(value) and w.sum() == 0:
            return "Undefined: all weights here are zero."
        if np.isnan(value) and self.unscored and n[0]:
            return "Not known: the lowest score bin also holds people without a score."
        if np.isnan(value):
            outside = n[~np.isfinite(self.ends.mean(axis=0))].sum()
            return (
                f"Undefined: {outside:g} of {people:g} people score under the first or over the "
                "last bin. Make the tally with bins that hold all scores."
            )
        if np.isnan(error):
            return "No range: one person, or all have the same score."
        return ""


def ends_of(tally: Tally) -> Floats:
    """Return the lower and upper ends of the bins, with those under and over; (2, n_bins + 2).

    Infinite under the first and over the last edge, unless the tally was published, which may have
    merged inner bins to these, and the range of the score is known.
    """
    assert tally.bins is not None
    values = tally.bins.values
    inner = (values, values) if tally.bins.exact else (values[:-1], values[1:])
    lowest, highest = -np.inf, np.inf
    if tally.origin == "published" and tally.roles.score_range is not None:
        lowest, highest = tally.roles.score_range
    first, last = (values[0], values[-1]) if len(values) else (np.inf, -np.inf)
    ends = np.array([[lowest, *inner[0], last], [first, *inner[1], highest]])
    # Where all is one bin, or an edge is a little outside of the range.
    return np.array([np.minimum(ends[0], highest), np.maximum(ends[1], lowest)])


KS, MEAN_SCORE = Ks(), MeanScore()


def ks(tally: Tally, by: By = None) -> pd.DataFrame:
    """Kolmogorov-Smirnov: widest gap between bad and good payers who score below one cut-off.

    Takes what `auc` does.

    Returns
    -------
    frame of shape (n_groups, n_keys + 5 or 7)
        The keys, n (people with a score and an outcome), value (0..1; null where good or bad
        payers are absent), low and high (95 %), note. Where scores are binned, or some outcomes
        are missing, bound_low and bound_high hold what KS could be; where declined people have no
        outcomes the value is null and low and high are those bounds, widened.

    Notes
    -----
    max over s of abs(share of bad payers below s - share of good payers below s): the statistic of
    scipy's ``ks_2samp``, which has no direction; the note says where good payers score riskier.
    The range is Newcombe's at the widest gap, and begins at 0 where the two-sample test sees no
    difference. The value is the widest of many gaps and on average too large for few people.

    References
    ----------
    Newcombe, R. G. (1998). Statistics in Medicine 17, 873-890, method 10.
    Massart, P. (1990). Annals of Probability 18, 1269-1283.
    """
    return KS.estimate(tally, by).frame


def mean_score(tally: Tally, by: By = None) -> pd.DataFrame:
    """Mean score of the people who have one.

    Parameters
    ----------
    tally : Tally
        With a score; decision and outcome are not needed.
    by : str, tuple of str or None

    Returns
    -------
    frame of shape (n_groups, n_keys + 5 or 7)
        The keys, n (people with a score), value in the units of the score (null where nobody is),
        low and high (95 %, Student's t), note. Where scores were put into intervals the middles
        stand for them, and bound_low and bound_high are the mean with everyone at the lower, and
        at the upper, end of their bin; where people score outside all bins the value is null, and
        so is the bound on that side.

    Raises
    ------
    MissingRole
        If the tally was made without a score.

    Notes
    -----
    sum of w times score / sum of w, with the linearised variance of a ratio. fairlearn's
    ``mean_prediction`` is the same number where the scores are exact.
    """
    return MEAN_SCORE.estimate(tally, by).frame
