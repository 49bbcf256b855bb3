"""The gap in mean scores in standard deviations, to compare gaps of scores on different scales."""

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.cells import BIN
from creditaudit.metrics.disparities import Reference, asked_of, reference_name, reference_row
from creditaudit.metrics.groups import lay_out
from creditaudit.metrics.linearised import linear_error
from creditaudit.metrics.measures import Estimates, join_notes, whole
from creditaudit.metrics.score_gaps import ends_of
from creditaudit.tally import By, Tally
from creditaudit.values import Floats


def standardised_mean_difference(
    tally: Tally, *, by: By, reference: Reference | None = None
) -> pd.DataFrame:
    """Return the gap in mean scores of each group, in standard deviations of the score.

    Parameters
    ----------
    tally : Tally
        With a score.
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people.

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n, n_reference (people with a score), value (below 0 where the group
        scores lower), low, high (95 %, linearised, Student's t), note. Where scores were put into
        intervals, the middles stand for them.

    Raises
    ------
    InputError
        For an unknown reference.
    MissingRole

    Notes
    -----
    (mean - mean_reference) / s, with s the standard deviation inside the two groups together, N - 2
    below: Cohen's d. Tools named SMD in US lending divide by the deviation of everyone, which
    holds the gap itself, and turn the sign; s here does not depend on how large the gap is.
    `disparity` of mean_score gives the gap in points.

    References
    ----------
    Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences, 2nd ed., chapter 2.
    """
    _, everyone = asked_of(tally, "mean_score", by, "difference")
    assert tally.bins is not None
    base = reference_row(everyone, reference)
    places = np.flatnonzero((np.arange(len(everyone.n)) != base) & ~everyone.missing)
    groups = lay_out(tally, by, (BIN,))
    x = ends_of(tally).mean(axis=0)
    # Nobody is in a bin without a middle, or the mean would not be known.
    x = np.where(np.isfinite(x), x, 0)
    sums = [a[:, :-1] for a in (groups.n, groups.w, groups.w2)]
    value, low, high = np.full((3, len(places)), np.nan)
    for row, place in enumerate(places):
        pair = np.array([place, base])
        if np.isnan(everyone.value[pair]).any():
            continue
        n, w, w2 = (a[pair] for a in sums)
        people = n.sum()
        found, influence = _gap(w, x, people)
        value[row] = found
        if groups.left_out is None:
            error, df = float(np.hypot(*linear_error(n, w, w2, influence))), people - 2
        else:
            left = np.array([_gap(one[pair, :-1], x, people)[0] for one in groups.left_out])
            error = float(np.sqrt(intervals.jackknife_variance(left)))
            assert everyone.df is not None
            df = everyone.df[pair].min()
        if error > 0 and df >= 1:
            reach = float(intervals.critical(df=np.array(df))) * error
            low[row], high[row] = found - reach, found + reach
    some, one = everyone.take(places), everyone.take(np.array([base]))
    frame = some.keys.copy()
    frame["reference"] = reference_name(one)
    frame["n"], frame["n_reference"] = whole(some.n), np.repeat(whole(one.n), len(frame))
    frame["value"], frame["low"], frame["high"] = value, low, high
    said = "" if tally.bins.exact else "The middles stand for the bins."
    chosen = "Reference chosen because it has most people." if reference is None else ""
    frame["note"] = [
        join_notes(said if np.isfinite(v) else _reason(mean, note, one), chosen)
        for v, mean, note in zip(value, some.value, some.notes, strict=True)
    ]
    return frame


def _gap(w: Floats, x: Floats, people: float) -> tuple[float, Floats]:
    """Return Cohen's d of two groups, and how one more person of each cell would move it."""
    totals = w.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (w * x).sum(axis=-1, keepdims=True) / totals
        squares = (x - means) ** 2
        variance = (w * squares).sum() / totals.sum() * people / (people - 2)
        found = float((means[0] - means[1]).item() / np.sqrt(variance))
    if not np.isfinite(found):
        return np.nan, np.zeros_like(w)
    inside = (w * squares).sum(axis=-1, keepdims=True) / totals
    share = totals / totals.sum() * people / (people - 2)
    side = np.array([[1.0], [-1.0]])
    moved = side * (x - means) / np.sqrt(variance)
    return found, moved - found / (2 * variance) * share * (squares - inside)


def _reason(mean: float, note: str, reference: Estimates) -> str:
    if np.isnan(mean):
        return note
    if np.isnan(reference.value[0]):
        return f"Reference: {reference.notes[0]}"
    return "Undefined: the score does not vary inside these groups."
