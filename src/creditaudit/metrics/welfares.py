"""Inequality of what decisions give to people, after Speicher and others.

A good payer refused gets 0, a decision that matches the outcome 1, a bad payer approved 2.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.cells import DECISION, OUTCOME
from creditaudit.errors import InputError
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.linearised import linear_error
from creditaudit.metrics.measures import join_notes, need, say_observed, whole
from creditaudit.metrics.proportions import (
    APPROVED,
    BAD,
    DECIDED,
    GOOD,
    KNOWN,
    REFUSED,
    UNKNOWN,
    declined_unknown,
)
from creditaudit.metrics.quadratic_ranges import noncentral_range
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

BENEFITS = np.array([0.0, 1.0, 2.0])
NOT_KNOWN, SPLIT = "Not known:", "the cut-off falls inside a merged score bin."


@dataclass(frozen=True, eq=False)
class Benefits:
    """People, weights and squared weights at each benefit; arrays of shape (n_groups, 3)."""

    groups: Groups
    n: Floats
    w: Floats
    w2: Floats
    left_out: Floats | None
    notes: list[str]


def theil(tally: Tally, by: By = None) -> pd.DataFrame:
    """Theil index of the benefits inside each group: `generalized_entropy` with alpha 1.

    Takes and returns what `generalized_entropy` does. aif360's ``theil_index``.
    """
    return generalized_entropy(tally, by, alpha=1)


def generalized_entropy(tally: Tally, by: By = None, *, alpha: float = 2) -> pd.DataFrame:
    """Inequality of the benefits inside each group: 0 where all get the same.

    The benefit of a person is decision - good + 1: 0 for a good payer refused, 1 for a decision
    that matches the outcome, 2 for a bad payer approved.

    Parameters
    ----------
    tally : Tally
        With a decision and an outcome.
    by : str, tuple of str or None
        None for the inequality among all people, which is what other tools print.
    alpha : float
        How much weight large benefits get: 2 is half the squared coefficient of variation, 1 is
        Theil's index, 0 the mean log deviation, which is infinite when anybody gets 0.

    Returns
    -------
    frame of shape (n_groups, n_keys + 5)
        The keys, n (people with a decision and an outcome), value (0 or more), low and high (95 %,
        linearised, on the log scale), note. Null where declined people have no outcomes.

    Raises
    ------
    MissingRole

    Notes
    -----
    With b over its mean m: mean((b / m)^alpha - 1) / (alpha (alpha - 1)); mean(b / m ln(b / m))
    for 1; -mean(ln(b / m)) for 0. aif360's ``generalized_entropy_index``; for alpha 0 aif360 0.6.1
    divides by m once more than its own formula says. The index reads a wrong approval as the
    opposite of a wrong refusal and a right refusal as equal to a right approval: the sizes 0, 1
    and 2 are a convention, measured by nobody.

    References
    ----------
    Speicher, T. et al. (2018). KDD 24, 2239-2248.
    Cowell, F. A. (2011). Measuring Inequality, 3rd ed., chapter 3.
    """
    sums = _benefits(tally, by, "generalized_entropy")
    value, influence = _entropy(sums.w, alpha)
    return _frame(sums, value, _error(sums, influence, lambda w: _entropy(w, alpha)[0]), alpha)


def coefficient_of_variation(tally: Tally, by: By = None) -> pd.DataFrame:
    """Return the standard deviation of the benefits inside each group over their mean.

    Takes and returns what `generalized_entropy` does.

    Notes
    -----
    sqrt(2 GE(2)), the weighted deviation with n and not n - 1 below. aif360's
    ``coefficient_of_variation``.
    """
    frame = generalized_entropy(tally, by, alpha=2)
    for name in ("value", "low", "high"):
        frame[name] = np.sqrt(2 * frame[name])
    return frame


def inequality_parts(tally: Tally, by: By, *, alpha: float = 2) -> pd.DataFrame:
    """Split the inequality of benefits among all people into parts within and between groups.

    Parameters
    ----------
    tally : Tally
        With a decision and an outcome.
    by : str or tuple of str
        People whose group is missing are a group here, so that the parts add up.
    alpha : float

    Returns
    -------
    frame of shape (3, 6)
        measure ("total", "within", "between"), n, value, low, high, note; total = within +
        between. Between is on average too large for few people: its range is that of a noncentral
        chi-squared, and begins at 0 where chance alone could have made it.

    Raises
    ------
    InputError
        Without a group to split by.
    MissingRole

    Notes
    -----
    Between is the index with everyone's benefit replaced by the mean of their group: aif360's
    ``between_all_groups_generalized_entropy_index`` and, with alpha 1, ``..._theil_index``.
    """
    if not by:
        msg = "inequality_parts: by= must name a group column, or a tuple of them, to split by."
        raise InputError(msg)
    sums = _benefits(tally, by, "inequality_parts")
    everyone = _benefits(tally, None, "inequality_parts")
    total, influence = _entropy(everyone.w, alpha)
    error = _error(everyone, influence, lambda w: _entropy(w, alpha)[0])
    known = sums.w.sum(axis=-1) > 0
    between, away = _between(sums.w[known], alpha)
    n, w, w2 = (a[known].reshape(1, -1) for a in (sums.n, sums.w, sums.w2))
    with np.errstate(invalid="ignore"):
        inside = (np.broadcast_to(influence, away.shape) - away).reshape(1, -1)
    within_error = linear_error(n, w, w2, inside)
    value = np.array([total[0], total[0] - between, between])
    low, high = np.full((2, 3), np.nan)
    low[:2], high[:2] = _range(value[:2], np.array([error[0], within_error[0]]))
    far = linear_error(n, w, w2, away.reshape(1, -1))
    low[2], high[2] = _between_range(sums, between, known, far)
    notes = list(everyone.notes) * 3
    if sums.left_out is not None:
        low[1:], high[1:] = np.nan, np.nan
        notes[1:] = [join_notes(n, "No range: people were sampled in clusters.") for n in notes[1:]]
    if np.isnan(total[0]) and not notes[0].startswith(NOT_KNOWN):
        notes = [join_notes(_undefined(everyone.w[0], alpha), everyone.notes[0])] * 3
    frame = pd.DataFrame({"measure": ["total", "within", "between"]})
    frame["n"] = np.repeat(whole(everyone.n.sum(axis=-1)), 3)
    gone = np.isnan(total[0]) or everyone.notes[0].startswith(NOT_KNOWN)
    for name, numbers in (("value", value), ("low", low), ("high", high)):
        frame[name] = np.nan if gone else numbers
    frame["note"] = notes
    return frame


def _benefits(tally: Tally, by: By, name: str) -> Benefits:
    need(tally.roles, "decision", "outcome", by=name)
    groups = lay_out(tally, by, (OUTCOME, DECISION))

    def by_benefit(sums: Floats) -> Floats:
        right = sums[..., GOOD, APPROVED] + sums[..., BAD, REFUSED]
        return np.stack([sums[..., GOOD, REFUSED], right, sums[..., BAD, APPROVED]], axis=-1)

    n, w, w2 = (by_benefit(a) for a in (groups.n, groups.w, groups.w2))
    people = groups.n[:, list(KNOWN)][..., list(DECIDED)].sum(axis=(-2, -1))
    hidden = groups.n[:, UNKNOWN, list(DECIDED)].sum(axis=-1)
    if groups.open:
        notes = [f"{NOT_KNOWN} {SPLIT}"] * len(groups)
    elif declined_unknown(groups.n):
        notes = [f"{NOT_KNOWN} declined people have no outcomes."] * len(groups)
    else:
        notes = say_observed([""] * len(groups), hidden, people + hidden)
    left_out = None if groups.left_out is None else by_benefit(groups.left_out)
    return Benefits(groups, n, w, w2, left_out, notes)


def _moments(w: Floats, values: Floats, alpha: float) -> tuple[Floats, Floats, Floats]:
    """Return the share of each cell, the mean of its values, and their alpha-th power or like."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = w / w.sum(axis=-1, keepdims=True)
        mean = (share * values).sum(axis=-1, keepdims=True)
        if alpha == 1:
            power = np.where(values > 0, values * np.log(np.where(values > 0, values, 1)), 0)
        elif alpha == 0:
            power = np.log(values)
        else:
            power = values**alpha
    return share, mean, np.broadcast_to(power, w.shape)


def _mean(share: Floats, power: Floats) -> Floats:
    with np.errstate(invalid="ignore"):  # nobody at an infinite value
        return np.asarray(np.where(share > 0, share * power, 0).sum(axis=-1, keepdims=True))


def _index(mean: Floats, moment: Floats, alpha: float) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        if alpha == 1:
            found = moment / mean - np.log(mean)
        elif alpha == 0:
            found = np.log(mean) - moment
        else:
            found = (moment / mean**alpha - 1) / (alpha * (alpha - 1))
    return np.where(np.isfinite(found) & (mean > 0), found, np.nan)[..., 0]


def _entropy(w: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Return the index, and how one more person at each benefit would move it."""
    share, mean, power = _moments(w, BENEFITS, alpha)
    moment = _mean(share, power)
    with np.errstate(invalid="ignore"):
        away = power - moment
    return _index(mean, moment, alpha), _slope(mean, moment, away, BENEFITS - mean, alpha)


def _slope(mean: Floats, moment: Floats, d_moment: Floats, d_mean: Floats, alpha: float) -> Floats:
    """Return the change of the index with small changes of its moment and mean."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if alpha == 1:
            return np.asarray(d_moment / mean - moment * d_mean / mean**2 - d_mean / mean)
        if alpha == 0:
            return np.asarray(d_mean / mean - d_moment)
        change = d_moment / mean**alpha - alpha * moment * d_mean / mean ** (alpha + 1)
        return np.asarray(change / (alpha * (alpha - 1)))


def _between(w: Floats, alpha: float) -> tuple[float, Floats]:
    """Return the index of the group means, and how one more person would move it; (n_groups, 3)."""
    total = w.sum(axis=-1)
    means = (w * BENEFITS).sum(axis=-1) / total
    share, mean, power = _moments(total[None], means[None], alpha)
    moment = _mean(share, power)
    value = float(_index(mean, moment, alpha)[0])
    away = BENEFITS - means[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        if alpha == 1:
            steep = np.log(means) + 1
        elif alpha == 0:
            steep = 1 / means
        else:
            steep = alpha * means ** (alpha - 1)
        d_moment = power[0][:, None] + steep[:, None] * away - moment
    return value, _slope(mean, moment, d_moment, BENEFITS - mean, alpha)


def _between_range(
    sums: Benefits, value: float, known: np.ndarray, error: Floats
) -> tuple[float, float]:
    if np.isnan(value):
        return np.nan, np.nan
    w, w2 = sums.w[known], sums.w2[known]
    total = w.sum(axis=-1)
    means = (w * BENEFITS).sum(axis=-1) / total
    spread = (w * (BENEFITS - means[:, None]) ** 2).sum() / w.sum()
    mean = (total * means).sum() / total.sum()
    kish = w.sum() ** 2 / w2.sum()
    # Near 0 every index is half the squared deviation of the means over the square of the mean.
    scale = np.array(spread / (2 * kish * mean**2) if mean > 0 and spread > 0 else np.nan)
    df = np.array(known.sum() - 1.0)
    low, high = noncentral_range(np.array(value), scale, df, error=error[0])
    return float(low), float(high)


def _error(sums: Benefits, influence: Floats, index: Callable[[Floats], Floats]) -> Floats:
    if sums.left_out is not None:
        return np.sqrt(intervals.jackknife_variance(index(sums.left_out)))
    return linear_error(sums.n, sums.w, sums.w2, influence)


def _range(value: Floats, error: Floats) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.exp(intervals.critical() * error / value)
        low, high = value / step, value * step
    shows = np.isfinite(value) & (error > 0) & (value > 0)
    return np.where(shows, low, np.nan), np.where(shows, high, np.nan)


def _frame(sums: Benefits, value: Floats, error: Floats, alpha: float) -> pd.DataFrame:
    low, high = _range(value, error)
    people = sums.n.sum(axis=-1)
    same = (value < 1e-12) & (people > 0)
    # All have one benefit: another one may be as frequent as Wilson's range allows.
    other = intervals.wilson(np.zeros(len(people)), people)[1]
    shares = [
        np.stack([other, 1 - other, 0 * other], -1),
        np.stack([0 * other, 1 - other, other], -1),
    ]
    most = np.fmax(*(_entropy(s, alpha)[0] for s in shares))
    value, low = np.where(same, 0.0, value), np.where(same, 0.0, low)
    high = np.where(same, most, high)
    gone = np.array([note.startswith(NOT_KNOWN) for note in sums.notes], dtype=bool)
    notes = [join_notes(_undefined(w, alpha) if np.isnan(v) and not g else "", note)
             for v, w, g, note in zip(value, sums.w, gone, sums.notes, strict=True)]  # fmt: skip
    frame = sums.groups.keys.copy()
    frame["n"] = whole(people)
    for name, numbers in (("value", value), ("low", low), ("high", high)):
        frame[name] = np.where(gone, np.nan, numbers)
    frame["note"] = notes
    return frame


def _undefined(w: Floats, alpha: float) -> str:
    if w.sum() == 0:
        return "Undefined: there are no people with a decision and an outcome here."
    if w[1:].sum() == 0:
        return "Undefined: all are good payers who were refused, so nobody gets anything."
    return f"Infinite for alpha {alpha:g}: good payers were refused and get 0."
