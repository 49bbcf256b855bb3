"""Any classifier as a scorer: points and decisions from its probability of bad."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.protocols import HasProbability
from creditaudit.scorers.estimators import check_bad_class
from creditaudit.scorers.scales import Scale
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class WrappedScorer:
    """A model with points; make one with `wrap`.

    Attributes
    ----------
    model : object
    column : int or None
        Of the bad class in ``predict_proba``; None for a function.
    scale : Scale
    """

    model: Any
    column: int | None
    scale: Scale

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Return the probabilities of good and bad; shape (n_rows, 2)."""
        given = self.model(X) if self.column is None else self.model.predict_proba(X)
        bad = np.asarray(given, dtype=np.float64)
        bad = bad if self.column is None else bad[:, self.column]
        if bad.ndim != 1 or not ((bad >= 0) & (bad <= 1)).all():
            msg = (
                f"The model gave values of shape {bad.shape} that are no probabilities of being "
                "bad: expected one number from 0 to 1 for each row."
            )
            raise InputError(msg)
        return np.column_stack([1 - bad, bad])

    def points(self, X: Any) -> Floats:  # noqa: N803
        """Return the score of each person, higher is safer; infinite at probabilities 0 and 1."""
        p = self.predict_proba(X)[:, 1]
        with np.errstate(divide="ignore"):
            return self.scale.points(np.log(p) - np.log1p(-p))

    def decide(self, X: Any, cutoff: float = 600) -> npt.NDArray[np.str_]:  # noqa: N803
        """Return "approved" for a score at or above the cut-off, else "refused"."""
        return np.where(self.points(X) >= cutoff, "approved", "refused")


def wrap(
    model: HasProbability | Callable[[Any], Any] | object,
    *,
    bad: object = None,
    pdo: float = 20,
    base_points: float = 600,
    base_odds: float = 50,
) -> WrappedScorer:
    """Return a fitted model as a scorer with points and decisions.

    Parameters
    ----------
    model : classifier or function
        A fitted classifier of scikit-learn, LightGBM and the like, with ``predict_proba`` and
        ``classes_``; or a function from a table to probabilities of being bad.
    bad : label, optional
        The class that is bad; the second in order when absent.
    pdo, base_points, base_odds : float
        ``base_points`` mean odds of ``base_odds`` good to 1 bad, ``pdo`` more double the odds.

    Raises
    ------
    InputError
        If the model has neither, or not two classes, or ``bad`` is not one of them.
    """
    scale = Scale(pdo, base_points, base_odds)
    if not isinstance(model, HasProbability):
        if callable(model):
            return WrappedScorer(model, None, scale)
        msg = (
            f"A {type(model).__name__} has no predict_proba. Pass a fitted classifier, or a "
            "function that returns probabilities of being bad."
        )
        raise InputError(msg)
    classes = list(getattr(model, "classes_", ()))
    if len(classes) != 2:
        msg = f"The model has classes {classes}; expected two. Fit it on good and bad people."
        raise InputError(msg)
    if bad is None:
        check_bad_class(classes)
        return WrappedScorer(model, 1, scale)
    if bad not in classes:
        msg = f"bad={bad!r} is none of the classes {classes}."
        raise InputError(msg)
    return WrappedScorer(model, classes.index(bad), scale)
