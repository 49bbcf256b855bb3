"""`surrogate_fidelity`: how far a simple model that stands in for another agrees with it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.models import Model
from creditaudit.intervals import wilson
from creditaudit.values import Floats

COLUMNS = ("measure", "value", "low", "high", "n", "note")


def surrogate_fidelity(
    scorer: Any,
    surrogate: Any,
    X: Any,  # noqa: N803
    *,
    cutoff: float,
    surrogate_cutoff: float | None = None,
    width: float = 20.0,
    groups: "pd.Series[Any] | None" = None,
) -> pd.DataFrame:
    """Return how far a surrogate gives the scores and the decisions of the model.

    Reasons taken from a surrogate are reasons of the model only as far as these agree. Without
    these numbers no reason should be taken from one.

    Parameters
    ----------
    scorer, surrogate : object
        With ``points``.
    X : table or array
        People, best none that the surrogate was fitted on.
    cutoff : float
        Points of the model from which people are approved.
    surrogate_cutoff : float, optional
        Those of the surrogate; the same by default.
    width : float
        People within so many points of the cut-off, on either side, are looked at apart.
    groups : Series, optional
        One group a person, in the order of X.

    Returns
    -------
    DataFrame
        group (with groups), measure, value, low, high, n, note. "r2" is 1 - sum of squared
        differences over that of the scores about their mean, on the model's own scale, and
        "r2_of_a_line" the same after the best straight line, each with a range by the jackknife;
        "same_decision" and "same_decision_near_cutoff" are shares, with Wilson's range.

    Raises
    ------
    InputError, MissingColumn

    References
    ----------
    Ribeiro, M. T., Singh, S., Guestrin, C. (2016). "Why should I trust you?" KDD. Rudin, C. (2019).
    Stop explaining black box machine learning models for high stakes decisions. Nature Machine
    Intelligence 1, 206-215.
    """
    if not width > 0:
        msg = f"width={width!r} must be a number of points above 0."
        raise InputError(msg)
    model, other = (Model.of(one, "points", X) for one in (scorer, surrogate))
    own = model.output(model.people(X))
    theirs = other.output(other.people(X))
    line = cutoff if surrogate_cutoff is None else surrogate_cutoff
    same = (own >= cutoff) == (theirs >= line)
    near = np.abs(own - cutoff) <= width
    if groups is None:
        return pd.DataFrame(list(_rows(own, theirs, same, near)), columns=list(COLUMNS))
    if len(groups) != len(own):
        msg = f"groups= has {len(groups):,} values for {len(own):,} people."
        raise InputError(msg)
    parts = []
    for side in sorted(groups.dropna().unique(), key=str):
        who = np.asarray(groups == side, dtype=bool)
        rows = list(_rows(own[who], theirs[who], same[who], near[who]))
        part = pd.DataFrame(rows, columns=list(COLUMNS))
        part.insert(0, "group", side)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _rows(
    own: Floats, theirs: Floats, same: "np.ndarray[Any, Any]", near: "np.ndarray[Any, Any]"
) -> Iterator[tuple[Any, ...]]:
    slope, shift = _line(theirs, own)
    yield ("r2", *_r2(own, theirs), len(own), _flat(own))
    yield ("r2_of_a_line", *_r2(own, shift + slope * theirs), len(own), _flat(own))
    for name, who in (("same_decision", np.ones(len(own), dtype=bool)),
                      ("same_decision_near_cutoff", near)):  # fmt: skip
        n = int(who.sum())
        value = float(same[who].mean()) if n else float("nan")
        low, high = (float(one) for one in wilson(np.array(value), np.array(float(n))))
        yield (name, value, low, high, n, "" if n else "nobody there")


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread if spread else 0.0
    return slope, float(y.mean() - slope * x.mean())


def _r2(own: Floats, theirs: Floats) -> tuple[float, float, float]:
    """Return 1 - residual over total sum of squares, and its range by leaving out one person."""
    n = len(own)
    off, about = (own - theirs) ** 2, (own - own.mean()) ** 2
    residual, total = float(off.sum()), float(about.sum())
    if n < 3 or not total:
        return float("nan"), float("nan"), float("nan")
    value = 1 - residual / total
    # Without one person the mean moves too: the sum about it falls by n / (n - 1) of the square.
    without = 1 - (residual - off) / np.maximum(total - about * n / (n - 1), 1e-12)
    error = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    return value, value - 1.959963984540054 * error, value + 1.959963984540054 * error


def _flat(own: Floats) -> str:
    return "everybody has the same score" if len(own) and not np.ptp(own) else ""
