"""Scores read as probabilities of performing, beside what happened; by group and score bin."""

from dataclasses import dataclass, replace

import numpy as np

from creditaudit import intervals
from creditaudit.bins import UNDER, ScoreBins, shown
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.errors import InputError
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.measures import need
from creditaudit.metrics.proportions import BAD, GOOD, UNKNOWN, declined_unknown
from creditaudit.metrics.score_gaps import ends_of
from creditaudit.tally import By, Tally
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class Predictions:
    """What the score says: the probability that a person performs.

    Attributes
    ----------
    middle, low, high : float arrays of shape (n_bins + 2,) or (n_groups, n_bins + 2)
        The probability, with those under and over the bins; of a bin that is an interval, its
        middle and its ends.
    exact : bool
        Whether every bin of the tally is one value.
    """

    middle: Floats
    low: Floats
    high: Floats
    exact: bool


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Sums by group and bin.

    Attributes
    ----------
    groups : Groups
    n, w, w2 : float arrays of shape (n_groups, n_bins, 3)
        Outcome axis: bad, good, unknown.
    left_out : float array of shape (n_replicates, n_groups, n_bins, 3) or None
    selective : bool
        Whether declined people have no outcomes.
    """

    groups: Groups
    n: Floats
    w: Floats
    w2: Floats
    left_out: Floats | None
    selective: bool


def predictions_of(tally: Tally, by: str) -> Predictions:
    """Return the probabilities of performing that the bins of a tally stand for.

    Raises
    ------
    MissingRole
    InputError
        If the scores are not probabilities.
    """
    need(tally.roles, "score", "outcome", by=by)
    assert tally.bins is not None
    values = tally.bins.values[np.isfinite(tally.bins.values)]
    # Publishing puts the outer edges a little outside of the scores.
    beyond = 0.06 if tally.origin == "published" else 0.0
    if len(values) and (values[0] < -beyond or values[-1] > 1 + beyond):
        msg = (
            f"{by}: the scores are not probabilities: they run from {shown(values[0])} to "
            f"{shown(values[-1])}, and a probability lies between 0 and 1. Pass the model's "
            'probability as score=, with higher_is="riskier" if it is the probability of default '
            'or "safer" if it is that of performing. auc, ks and mean_score read any score.'
        )
        raise InputError(msg)
    ends = np.clip(np.nan_to_num(ends_of(tally), posinf=1, neginf=0), 0, 1)
    if tally.roles.higher_is == "riskier":
        ends = 1 - ends[::-1]
    return Predictions(ends.mean(axis=0), ends[0], ends[1], tally.bins.exact)


def outcomes_of(tally: Tally, by: By, name: str) -> Outcomes:
    """Return the sums by group, bin and outcome.

    Raises
    ------
    InputError
        If people score outside the bins, which cannot be when scores are probabilities, unless
        publishing merged inner bins to those outside; or if it merged people without a score too.
    """
    assert tally.bins is not None
    groups = lay_out(tally, by, (BIN, OUTCOME))
    outside = groups.n[:, [0, -2]].sum()
    if outside and tally.origin != "published":
        msg = (
            f"{name}: {outside:g} people score under the first or over the last bin, so their "
            "probability is not known. Make the tally with Roles(score_range=(0, 1))."
        )
        raise InputError(msg)
    if tally.bins.unscored and groups.n[:, 0].any():
        msg = (
            f"{name}: publishing merged the lowest scores with people without a score, so what was "
            "predicted for them is not known. Ask for the number made from the tally before "
            "publishing, or publish a tally of people with a score."
        )
        raise InputError(msg)
    n, w, w2 = (a[:, :-1] for a in (groups.n, groups.w, groups.w2))
    left_out = None if groups.left_out is None else groups.left_out[:, :, :-1]
    selective = False
    if n[..., UNKNOWN].any() and tally.roles.decision is not None:
        selective = declined_unknown(lay_out(tally, by, (OUTCOME, DECISION)).n)
    return Outcomes(groups, n, w, w2, left_out, selective)


def binned(
    tally: Tally, by: By, bins: int | None, name: str
) -> tuple[Predictions, Outcomes, tuple[str, ...]]:
    """Return predictions by group and bin, sums by group and bin, and the names of the bins.

    Parameters
    ----------
    bins : int or None
        This many bins of equal width on 0..1, or those of the tally. The prediction of a wide bin
        is the mean over its people with an outcome, or over everyone where nobody has one.

    Raises
    ------
    MissingRole
    InputError
        If the scores are not probabilities, or an edge falls inside a bin of the tally.
    """
    one, sums = predictions_of(tally, name), outcomes_of(tally, by, name)
    place, labels = _own_bins(tally) if bins is None else _wide_bins(tally, bins, name)
    number = len(labels)
    known = sums.w[..., [BAD, GOOD]].sum(axis=-1)
    everyone = sums.w.sum(axis=-1)

    def mean(values: Floats) -> Floats:
        found = [_merged((w * values)[..., None], place, number)[..., 0] for w in (known, everyone)]
        totals = [_merged(w[..., None], place, number)[..., 0] for w in (known, everyone)]
        some = totals[0] > 0
        top, total = (np.where(some, *pair) for pair in (found, totals))
        return np.asarray(np.divide(top, total, out=np.full(top.shape, np.nan), where=total > 0))

    predicted = Predictions(mean(one.middle), mean(one.low), mean(one.high), one.exact)
    left_out = None if sums.left_out is None else _merged(sums.left_out, place, number)
    n, w, w2 = (_merged(a, place, number) for a in (sums.n, sums.w, sums.w2))
    return predicted, replace(sums, n=n, w=w, w2=w2, left_out=left_out), labels


def clustered_size(sums: Outcomes, value: Floats, size: Floats) -> Floats:
    """Return effective people by the jackknife where there are clusters; shape as ``value``."""
    if sums.left_out is None:
        return size
    good, total = sums.left_out[..., GOOD], sums.left_out[..., [BAD, GOOD]].sum(axis=-1)
    rates = np.divide(good, total, out=np.full(total.shape, np.nan), where=total > 0)
    df = (total < sums.w[..., [BAD, GOOD]].sum(axis=-1)).sum(axis=0) - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        clustered = value * (1 - value) / intervals.jackknife_variance(rates)
    clustered *= (intervals.critical() / intervals.critical(df=np.maximum(df, 1))) ** 2
    inside = np.isfinite(clustered) & (value > 0) & (value < 1)
    return np.where(inside, np.minimum(clustered, size), np.minimum(size, df + 1))


def _own_bins(tally: Tally) -> tuple[np.ndarray, tuple[str, ...]]:
    assert tally.bins is not None
    number = len(tally.bins)
    codes = [UNDER, *range(number), number]
    if tally.bins.exact:  # nobody is outside
        return np.arange(number + 2), ("", *map(tally.bins.label, range(number)), "")
    return np.arange(number + 2), tuple(map(tally.bins.label, codes))


def _wide_bins(tally: Tally, bins: int, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return, for each bin of the tally, which of the wide bins it lies in, and their names."""
    if bins < 1:
        msg = f"{name}: bins={bins} must be at least 1."
        raise InputError(msg)
    assert tally.bins is not None
    edges = np.arange(bins + 1) / bins
    wide = ScoreBins(edges, exact=False)
    low, high = np.clip(np.nan_to_num(ends_of(tally), posinf=1, neginf=0), 0, 1)
    place = np.clip(np.searchsorted(edges, low, side="right") - 1, 0, bins - 1)
    # The first and last place are of those outside the bins, where only publishing puts people.
    codes = np.array([UNDER, *range(len(tally.bins) + 1)])
    used = np.full(len(codes), tally.origin == "published" and not tally.bins.exact)
    used[1:-1] = True
    cut = np.flatnonzero((high > edges[place + 1]) & used)
    if len(cut):
        msg = (
            f"{name}: the edge {shown(edges[place + 1][cut[0]])} falls inside the score bin "
            f"{tally.bins.label(int(codes[cut[0]]))}. Leave bins= out to use the bins of the "
            'tally, or make it with score_bins="exact" or with these edges.'
        )
        raise InputError(msg)
    return place, tuple(wide.label(code) for code in range(bins))


def _merged(sums: Floats, place: np.ndarray, number: int) -> Floats:
    """Return sums of shape (..., n_bins, k) over wider bins."""
    total = np.zeros((number, *sums.shape[:-2], sums.shape[-1]))
    np.add.at(total, place, np.moveaxis(sums, -2, 0))
    return np.moveaxis(total, 0, -2)
