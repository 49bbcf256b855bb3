"""One number for how far a score is from the truth: its expected error, and its slope."""

import numpy as np
import pandas as pd
from scipy.special import expit, gammaln, logit, ndtr, xlog1py, xlogy

from creditaudit import intervals
from creditaudit.metrics.measures import join_notes, say_observed, whole
from creditaudit.metrics.predictions import (
    Outcomes,
    Predictions,
    binned,
    clustered_size,
    outcomes_of,
    predictions_of,
)
from creditaudit.metrics.proportions import BAD, GOOD, UNKNOWN
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

NOT_KNOWN = "Not known: declined people have no outcomes."
BOUNDED = f"{NOT_KNOWN[:-1]}; low and high are worst-case bounds with sampling error added."


def expected_calibration_error(
    tally: Tally, by: By = None, *, bins: int | None = None
) -> pd.DataFrame:
    """Mean distance, over people, between what the score says of their bin and what happened there.

    Parameters
    ----------
    tally : Tally
        As for `calibration_gap`.
    by : str, tuple of str or None
    bins : int, optional
        This many bins of equal width on 0..1; by default the bins of the tally.

    Returns
    -------
    frame of shape (n_groups, n_keys + 7 or 9)
        The keys, n (people with a score and an outcome), value (0..1), low, high (95 %),
        by_chance, corrected, note. ``by_chance`` is what a score that is exactly right would show
        on average with this many people in these bins: for few people it is not near 0.
        ``corrected`` is the value without what chance added, 0 where chance explains all of it.
        With intervals or missing outcomes, bound_low and bound_high; where declined people have no
        outcomes the value is null and low and high are those bounds, widened.

    Raises
    ------
    InputError
        If the scores are not probabilities, or an edge of ``bins`` falls inside a bin.

    Notes
    -----
    sum over bins of n_b / n * abs(observed_b - predicted_b), predicted being the mean in the bin.
    The value depends on the bins and is on average too large: distances add up and never cancel.
    ``low`` allows for all that chance can have added, ``high`` for none, so together they hold at
    least 95 %. ``corrected`` shrinks all distances by the one factor under which the value is what
    one would expect.

    References
    ----------
    Naeini, M. P. et al. (2015). AAAI 29, 2901-2907.
    Roelofs, R. et al. (2022). AISTATS 25, 4036-4054.
    Diaconis, P. and Zabell, S. (1991). Statistical Science 6, 284-302 (De Moivre's formula).
    """
    predicted, sums, _ = binned(tally, by, bins, "expected_calibration_error")
    n, w, w2 = (a[..., [BAD, GOOD]].sum(axis=-1) for a in (sums.n, sums.w, sums.w2))
    good = sums.w[..., GOOD]
    people = n.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = good / w
        share = w / w.sum(axis=-1, keepdims=True)
        size = np.where(w > 0, w**2 / w2, 0)
    size = clustered_size(sums, observed, size)
    away = np.where(w > 0, np.abs(observed - predicted.middle), 0)
    value = (share * away).sum(axis=-1)
    chance = np.where(w > 0, _mean_deviation(size, predicted.middle), 0)
    smooth = (np.nan_to_num(observed) * size + 2) / (size + 4)
    spread = np.sqrt(smooth * (1 - smooth) / np.maximum(size, 1e-9))
    most = np.where(w > 0, np.maximum(chance, spread * np.sqrt(2 / np.pi)), 0)
    reach = intervals.critical() * np.sqrt((np.where(w > 0, share * spread, 0) ** 2).sum(axis=-1))
    added = (share * most).sum(axis=-1)
    low, high = np.maximum(value - added - reach, 0), np.minimum(value + reach, 1)
    hidden = sums.n[..., UNKNOWN].sum(axis=-1)
    notes = ["" if k else "Undefined: there are no people with a score and an outcome here."
             for k in people]  # fmt: skip
    by_chance, corrected = (share * chance).sum(axis=-1), _corrected(value, away, share, chance)
    bounds = _bounds(sums, predicted) if hidden.any() or not predicted.exact else None
    if hidden.any() and sums.selective and bounds is not None:
        value, corrected, by_chance = np.full((3, len(people)), np.nan)
        low, high = np.maximum(bounds[0] - added - reach, 0), np.minimum(bounds[1] + reach, 1)
        bounds, notes = (
            None,
            [BOUNDED if k else note for k, note in zip(people, notes, strict=True)],
        )
    elif hidden.any():
        notes = say_observed(notes, hidden, people + hidden)
    frame = sums.groups.keys.copy()
    frame["n"] = whole(people)
    frame["value"], frame["low"], frame["high"] = value, low, high
    frame["by_chance"], frame["corrected"] = by_chance, corrected
    if bounds is not None:
        frame["bound_low"], frame["bound_high"] = bounds
    frame["note"] = notes
    return frame


def _mean_deviation(n: Floats, p: Floats) -> Floats:
    """Return the mean of abs(X / n - p) for a binomial X: De Moivre's formula.

    For sizes that are not whole, which are effective, the normal one.
    """
    n, p = np.broadcast_arrays(n, p)
    above = np.minimum(np.floor(n * p) + 1, np.maximum(n, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        choose = gammaln(n + 1) - gammaln(above + 1) - gammaln(n - above + 1)
        exact = 2 * above / n * np.exp(choose + xlogy(above, p) + xlog1py(n - above + 1, -p))
        normal = np.sqrt(2 * p * (1 - p) / (np.pi * n))
    return np.where(np.mod(n, 1) == 0, exact, np.minimum(normal, 2 * p * (1 - p)))


def _corrected(value: Floats, away: Floats, share: Floats, chance: Floats) -> Floats:
    """Return the value shrunk by the factor under which it is what one would expect."""
    spread = chance * np.sqrt(np.pi / 2)
    left, right = np.zeros(len(value)), np.ones(len(value))
    share = np.nan_to_num(share)
    for _ in range(40):
        middle = (left + right) / 2
        mean = middle[:, None] * away
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(spread > 0, mean / spread, np.inf)
        folded = chance * np.exp(-(np.minimum(z, 40) ** 2) / 2) + mean * (1 - 2 * ndtr(-z))
        too_much = (share * folded).sum(axis=-1) > value
        left, right = np.where(too_much, left, middle), np.where(too_much, middle, right)
    return np.where(right < 1e-9, 0, (left + right) / 2 * value)


def _bounds(sums: Outcomes, predicted: Predictions) -> tuple[Floats, Floats]:
    """Return the least and greatest value over unknown outcomes and places inside the bins."""
    good, everyone = sums.w[..., GOOD], sums.w.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        lowest, highest = good / everyone, (good + sums.w[..., UNKNOWN]) / everyone
        share = everyone / everyone.sum(axis=-1, keepdims=True)
    near = np.maximum(np.maximum(predicted.low - highest, lowest - predicted.high), 0)
    far = np.maximum(highest - predicted.low, predicted.high - lowest)
    some = everyone > 0
    low, high = (np.where(some, share * end, 0).sum(axis=-1) for end in (near, far))
    nobody = ~some.any(axis=-1)
    return np.where(nobody, np.nan, low), np.where(nobody, np.nan, high)


def calibration_slope(tally: Tally, by: By = None) -> pd.DataFrame:
    """Slope of a logistic regression of performing on the logit of what the score says.

    1 where the score spreads people as far as their outcomes do. Below 1 it is too sure of itself:
    the safe default more often and the risky less often than it says. Above 1 it is too timid.

    Parameters
    ----------
    tally : Tally
        As for `calibration_gap`.
    by : str, tuple of str or None

    Returns
    -------
    frame of shape (n_groups, n_keys + 5)
        The keys, n (people with a score and an outcome), value, low, high (95 %), note. Null where
        declined people have no outcomes, where everyone has one score, where a score of 0 or 1 has
        no logit, and where the score separates good from bad without error.

    Raises
    ------
    InputError
        If the scores are not probabilities.

    Notes
    -----
    logit P(good) = a + b logit(predicted); b is the value. Maximum likelihood from the counts by
    bin. The range is b plus or minus 1.96 standard errors from the information, with survey
    weights from the sandwich, with clusters from the jackknife. Where bins are intervals their
    middles stand for them, and the slope is approximate; it has no simple bounds.

    References
    ----------
    Cox, D. R. (1958). Biometrika 45, 562-565.
    """
    predicted = predictions_of(tally, "calibration_slope")
    sums = outcomes_of(tally, by, "calibration_slope")
    x = logit(predicted.middle)
    people = sums.n[..., [BAD, GOOD]].sum(axis=(-2, -1))
    hidden = sums.n[..., UNKNOWN].sum(axis=-1)
    notes = [_no_slope(n, x, predicted.middle) for n in sums.n[..., [BAD, GOOD]]]
    fits = np.array([not note for note in notes], dtype=bool)
    value, error = _fit(sums.w, sums.w2, x, weighted=tally.roles.weight is not None)
    crit = intervals.critical()
    if sums.left_out is not None:
        left_out = _fit(sums.left_out, sums.left_out, x, weighted=False)[0]
        total = sums.left_out[..., [BAD, GOOD]].sum(axis=(-2, -1))
        df = (total < sums.w[..., [BAD, GOOD]].sum(axis=(-2, -1))).sum(axis=0) - 1.0
        error, crit = (
            np.sqrt(intervals.jackknife_variance(left_out)),
            intervals.critical(df=np.maximum(df, 1)),
        )
    if hidden.any() and sums.selective:
        fits[:] = False
        notes = [NOT_KNOWN] * len(notes)
    elif hidden.any():
        notes = say_observed(notes, hidden, people + hidden)
    said = "" if predicted.exact else "The middles stand for the bins."
    frame = sums.groups.keys.copy()
    frame["n"] = whole(people)
    for name, sign in (("value", 0), ("low", -1), ("high", 1)):
        frame[name] = np.where(fits, value + sign * crit * error if sign else value, np.nan)
    frame["note"] = [join_notes(note, said if fit else "")
                     for note, fit in zip(notes, fits, strict=True)]  # fmt: skip
    return frame


def _no_slope(n: Floats, x: Floats, predicted: Floats) -> str:
    """Return why one group has no slope, or nothing; ``n`` of shape (n_bins, 2)."""
    people = n.sum(axis=-1)
    lacking = [word for word, k in zip(("bad", "good"), n.sum(axis=0), strict=True) if k == 0]
    if lacking:
        return f"Undefined: there are no {' and no '.join(lacking)} payers here."
    sure = people[(predicted == 0) | (predicted == 1)].sum()
    if sure:
        return f"Undefined: a predicted probability of 0 or 1 has no logit (people: {sure:g})."
    bad, good = (x[n[:, outcome] > 0] for outcome in (BAD, GOOD))
    if np.ptp(x[people > 0]) == 0:
        return "Undefined: all have the same score."
    if bad.max() <= good.min() or good.max() <= bad.min():
        return "Undefined: no score is shared or out of order between good and bad payers."
    return ""


def _fit(w: Floats, w2: Floats, x: Floats, *, weighted: bool) -> tuple[Floats, Floats]:
    """Return the slope and its standard error for each group; Newton's method on the cells."""
    used = np.isfinite(x)
    x = x[used]
    good, bad = (w[..., used, outcome] for outcome in (GOOD, BAD))
    total = good + bad
    shape = total.shape[:-1]
    a, b = np.zeros(shape), np.ones(shape)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(50):
            p = expit(a[..., None] + b[..., None] * x)
            weight = total * p * (1 - p)
            rest = good - total * p
            i0, i1, i2 = (np.sum(weight * x**power, axis=-1) for power in range(3))
            g0, g1 = rest.sum(axis=-1), (rest * x).sum(axis=-1)
            det = i0 * i2 - i1**2
            da, db = (i2 * g0 - i1 * g1) / det, (i0 * g1 - i1 * g0) / det
            # A long step can leave the region where the likelihood curves.
            short = 1 / np.maximum(np.maximum(np.abs(da), np.abs(db)) / 2, 1)
            a, b = a + short * da, b + short * db
        variance = i0 / det
        if weighted:
            squares = w2[..., used, GOOD] * (1 - p) ** 2 + w2[..., used, BAD] * p**2
            influence = (i0[..., None] * x - i1[..., None]) / det[..., None]
            variance = (squares * influence**2).sum(axis=-1)
    return b, np.sqrt(variance)
