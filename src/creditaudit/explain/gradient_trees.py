"""Trees of scikit-learn's GradientBoostingClassifier."""

from typing import Any

import numpy as np

from creditaudit.errors import InputError
from creditaudit.explain.trees import Ensemble, Tree
from creditaudit.values import Floats


def read_gradient_boosting(model: Any) -> Ensemble:
    """Return the trees of a fitted GradientBoostingClassifier with two classes.

    Raises
    ------
    InputError
        If the classes are not two, or another model gives the start.
    """
    if model.estimators_.shape[1] != 1:
        msg = f"The model has {model.estimators_.shape[1]} classes; a score needs two."
        raise InputError(msg)
    if model.init is not None:
        msg = (
            "Each person starts from a model of its own (init=), which its trees do not tell. "
            'Pass backend="coalitions".'
        )
        raise InputError(msg)
    trees = [_tree(one.tree_, model.learning_rate) for (one,) in model.estimators_]

    def columns(given: Any) -> Floats:
        # These trees read float32, and so must whoever follows them.
        narrow = np.asarray(given, dtype=np.float32)
        return np.ascontiguousarray(narrow.T.astype(np.float64))

    origin = list(range(model.n_features_in_))
    start = float(np.ravel(model._raw_predict_init(np.zeros((1, len(origin)), np.float32)))[0])
    return Ensemble(trees, start, origin, columns)


def _tree(tree: Any, rate: float) -> Tree:
    leaf = tree.children_left < 0
    return Tree(
        np.where(leaf, -1, tree.feature).astype(np.int64), tree.threshold,
        np.asarray(tree.missing_go_to_left, dtype=bool),
        tree.children_left.astype(np.int64), tree.children_right.astype(np.int64),
        rate * tree.value[:, 0, 0], tree.weighted_n_node_samples,
    )  # fmt: skip
