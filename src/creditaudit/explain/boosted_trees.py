"""Trees of scikit-learn's histogram boosting, with its categories and missing values."""

from typing import Any

import numpy as np
import numpy.typing as npt
import sklearn

from creditaudit.errors import InputError
from creditaudit.explain.trees import Ensemble, Tree, Truths
from creditaudit.values import Floats


def read_histogram_boosting(model: Any) -> Ensemble:
    """Return the trees of a fitted HistGradientBoostingClassifier with two classes.

    Raises
    ------
    InputError
        If the classes are not two, or the installed scikit-learn keeps its trees elsewhere.
    """
    try:
        if model.n_trees_per_iteration_ != 1:
            msg = f"The model has {model.n_trees_per_iteration_} classes; a score needs two."
            raise InputError(msg)
        sets, place = model._bin_mapper.make_known_categories_bitsets()
        trees = [_tree(predictor, sets, place) for (predictor,) in model._predictors]
        start = float(np.ravel(model._baseline_prediction)[0])
        moved = model._preprocessor is not None
        prepare = model._preprocess_X
    except AttributeError as error:
        msg = (
            f"scikit-learn {sklearn.__version__} keeps the trees of histogram boosting where they "
            f'are not looked for ({error}). Pass backend="woodelf" or "shap".'
        )
        raise InputError(msg) from error
    origin = np.arange(model.n_features_in_)
    if moved:
        # Categories come first in what the trees read.
        categorical = np.asarray(model.is_categorical_, dtype=bool)
        origin = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])

    def columns(given: Any) -> Floats:
        return np.ascontiguousarray(np.asarray(prepare(given, reset=False), np.float64).T)

    return Ensemble(trees, start, origin.tolist(), columns)


def _tree(
    predictor: Any, sets: npt.NDArray[np.uint32], place: npt.NDArray[np.uint32]
) -> Tree:  # fmt: skip
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    column = np.where(leaf, -1, nodes["feature_idx"].astype(np.int64))
    missing_left = nodes["missing_go_to_left"].astype(bool)
    categories = {}
    for node in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~leaf).tolist():
        left = _members(predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]])
        known = _members(sets[place[column[node]]])
        # A category that training did not see is missing.
        categories[node] = np.where(known | left, left, missing_left[node])
    return Tree(
        column, nodes["num_threshold"].astype(np.float64), missing_left,
        nodes["left"].astype(np.int64), nodes["right"].astype(np.int64),
        nodes["value"].astype(np.float64), nodes["count"].astype(np.float64), categories,
    )  # fmt: skip


def _members(bits: npt.NDArray[np.uint32]) -> Truths:
    return (np.asarray(bits)[:, None] >> np.arange(32, dtype=np.uint32) & 1).astype(bool).ravel()
