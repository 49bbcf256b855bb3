"""Which estimators have trees that can be read here."""

from typing import Any

from creditaudit.explain.boosted_trees import read_histogram_boosting
from creditaudit.explain.gradient_trees import read_gradient_boosting
from creditaudit.explain.lightgbm_trees import read_lightgbm
from creditaudit.explain.trees import Ensemble

_READERS = {
    "HistGradientBoostingClassifier": read_histogram_boosting,
    "GradientBoostingClassifier": read_gradient_boosting,
    "LGBMClassifier": read_lightgbm,
}
# Sums of trees that only other packages read here.
_FOREIGN = ("xgboost", "catboost")


def is_readable(final: Any) -> bool:
    """Return whether the trees of an estimator can be read."""
    return _name(final) in _READERS


def is_foreign(final: Any) -> bool:
    """Return whether an estimator is a sum of trees that woodelf or shap may read."""
    return type(final).__module__.partition(".")[0] in _FOREIGN


def read_trees(final: Any) -> Ensemble:
    """Return the trees of a fitted estimator.

    Raises
    ------
    InputError
    """
    return _READERS[_name(final)](final)


def _name(final: Any) -> str:
    """Return the name of the class, or of the first above it, that is known."""
    known = (one.__name__ for one in type(final).__mro__ if one.__name__ in _READERS)
    return next(known, type(final).__name__)
