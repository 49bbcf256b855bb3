"""How the output that is asked for follows from the sum that is explained."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.asking import Question
from creditaudit.values import Floats

# People who show the line.
_ENOUGH = 256
_SAME = 1e-6


class Line(NamedTuple):
    """Output = shift + slope times the sum."""

    shift: float
    slope: float


def line_of(question: Question, total: Callable[[pd.DataFrame], Any]) -> Line:
    """Return how outputs follow from sums of trees or terms.

    Parameters
    ----------
    question : Question
    total : callable
        From people to their sums, shape (n_rows,).

    Raises
    ------
    InputError
        If points are asked for and all people have the same sum.

    Notes
    -----
    Log-odds are mostly the sum itself. A scorer around the model may calibrate them, count the
    other class, or give points: each is a straight line, found here from two people and confirmed
    for everybody by the check against the model's own output.
    """
    model = question.model
    few = question.people.iloc[:_ENOUGH]
    sums, own = np.asarray(total(few), np.float64), model.output(few)
    if model.scale == "logit" and np.allclose(sums, own, rtol=0, atol=_SAME):
        return Line(0.0, 1.0)
    if question.background is not None:
        others = question.background.iloc[:_ENOUGH]
        sums = np.concatenate([sums, np.asarray(total(others), np.float64)])
        own = np.concatenate([own, model.output(others)])
    return _through(sums, own)


def _through(sums: Floats, own: Floats) -> Line:
    low, high = int(sums.argmin()), int(sums.argmax())
    if sums[high] - sums[low] < _SAME:
        msg = (
            "These people all have the same score, so what a part of it is worth on this scale "
            "cannot be told. Pass more people, or a background."
        )
        raise InputError(msg)
    slope = (own[high] - own[low]) / (sums[high] - sums[low])
    return Line(float(own[low] - slope * sums[low]), float(slope))
