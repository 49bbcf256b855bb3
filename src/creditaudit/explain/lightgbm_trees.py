"""Trees of LightGBM, from its own description of them; the package itself is not imported."""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.trees import Ensemble, Tree, Truths
from creditaudit.values import Floats


def read_lightgbm(model: Any) -> Ensemble:
    """Return the trees of a fitted LGBMClassifier with two classes.

    Raises
    ------
    InputError
        If the classes are not two, leaves are averaged or hold lines, or zeros are missing.
    """
    booster = model.booster_
    described = booster.dump_model()
    if described["num_tree_per_iteration"] != 1:
        msg = f"The model has {described['num_class']} classes; a score needs two."
        raise InputError(msg)
    if described.get("average_output"):
        msg = 'A random forest of LightGBM is no sum of log-odds. Pass backend="coalitions".'
        raise InputError(msg)
    trees = [_tree(one["tree_structure"]) for one in described["tree_info"]]
    levels = booster.pandas_categorical or []

    def columns(given: Any) -> Floats:
        if not isinstance(given, pd.DataFrame):
            return np.ascontiguousarray(np.asarray(given, np.float64).T)
        named = iter(levels)
        found = []
        for name in given.columns:
            column = given[name]
            if isinstance(column.dtype, pd.CategoricalDtype):
                codes = column.cat.set_categories(next(named)).cat.codes.to_numpy()
                found.append(np.where(codes < 0, np.nan, codes.astype(np.float64)))
            else:
                found.append(column.to_numpy(dtype=np.float64, na_value=np.nan))
        return np.ascontiguousarray(np.array(found))

    return Ensemble(trees, 0.0, list(range(described["max_feature_idx"] + 1)), columns)


def _tree(root: dict[str, Any]) -> Tree:
    nodes: list[dict[str, Any]] = []
    children: list[tuple[int, int]] = []
    stack = [(root, -1, 0)]
    while stack:
        node, parent, side = stack.pop()
        if parent >= 0:
            ends = list(children[parent])
            ends[side] = len(nodes)
            children[parent] = (ends[0], ends[1])
        nodes.append(node)
        children.append((-1, -1))
        if "split_feature" in node:
            stack.append((node["right_child"], len(nodes) - 1, 1))
            stack.append((node["left_child"], len(nodes) - 1, 0))
    inner = np.array(["split_feature" in node for node in nodes])
    categories: dict[int, Truths] = {}
    threshold, missing_left = np.zeros(len(nodes)), np.zeros(len(nodes), dtype=bool)
    for place in np.flatnonzero(inner).tolist():
        node = nodes[place]
        if node["decision_type"] == "==":
            named = [int(one) for one in str(node["threshold"]).split("||")]
            # Other categories, and people without one, go right.
            categories[place] = np.isin(np.arange(max(named) + 1), named)
            continue
        threshold[place] = node["threshold"]
        missing_left[place] = _missing_left(node)
    covers = [node.get("internal_count", node.get("leaf_count", 0)) for node in nodes]
    return Tree(
        np.array([node.get("split_feature", -1) for node in nodes], dtype=np.int64),
        threshold, missing_left,
        np.array([left for left, _ in children]), np.array([right for _, right in children]),
        np.array([node.get("leaf_value", 0.0) for node in nodes]),
        np.array(covers, dtype=np.float64), categories,
    )  # fmt: skip


def _missing_left(node: dict[str, Any]) -> bool:
    kind = node["missing_type"]
    if kind == "None":
        # Without missing values in training, NaN is read as 0.
        return bool(node["threshold"] >= 0)
    if kind == "NaN":
        return bool(node["default_left"])
    msg = (
        "The model was trained with zero_as_missing, whose trees are not read here. "
        'Pass backend="shap".'
    )
    raise InputError(msg)
