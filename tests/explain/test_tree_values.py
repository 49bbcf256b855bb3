"""Trees: equal to the game over all coalitions, whatever the splits, and however deep."""

import numpy as np
import pandas as pd
import pytest
from explained_people import applicants, boosted
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_games import by_coalitions, by_recursion
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier

from creditaudit.errors import InputError
from creditaudit.explain import tree_values as module
from creditaudit.explain.readers import read_trees
from creditaudit.explain.tree_values import path_dependent_base, values_of_trees
from creditaudit.explain.trees import Ensemble, Tree

PEOPLE, _ = applicants(8, seed=1)
# Codes that training did not see.
PEOPLE.loc[0, "region"], PEOPLE.loc[1, "job"], PEOPLE.loc[2, "region"] = 40.0, -1.0, np.nan
BACKGROUND, _ = applicants(25, seed=2)


def stump(column, threshold, low, high):
    """One split: ``low`` up to the threshold, ``high`` above it."""
    return Tree(
        np.array([column, -1, -1]), np.array([threshold, 0, 0]), np.zeros(3, bool),
        np.array([1, 0, 0]), np.array([2, 0, 0]), np.array([0.0, low, high]),
        np.array([10.0, 4.0, 6.0]),
    )  # fmt: skip


def test_a_stump_gives_its_feature_the_value_less_the_mean():
    trees = Ensemble([stump(0, 5.0, 1.0, 3.0)], 0.5, [0], np.transpose)
    people, background = np.array([[2.0, 9.0]]), np.array([[1.0, 8.0, 9.0, 7.0]])
    # Mean of the background: one low, three high: 2.5.
    found = values_of_trees(trees, people, [0], 1, background)
    assert found.tolist() == [[-1.5], [0.5]]
    # By cover: 0.4 low, 0.6 high: 2.2.
    assert values_of_trees(trees, people, [0], 1, None) == pytest.approx(np.array([[-1.2], [0.8]]))
    assert path_dependent_base(trees) == pytest.approx(2.7)


def test_the_trees_that_are_read_give_what_the_model_gives():
    model = boosted()
    depth = max(tree.get_max_depth() for (tree,) in model._predictors)
    assert depth > 17
    trees = read_trees(model)
    assert trees.outputs(trees.columns(PEOPLE)) == pytest.approx(
        model.decision_function(PEOPLE), abs=1e-12
    )


def test_interventional_values_equal_all_coalitions_on_categories_missing_values_and_depth():
    model, trees = boosted(), read_trees(boosted())
    found = values_of_trees(
        trees, trees.columns(PEOPLE), trees.origin, 6, trees.columns(BACKGROUND)
    )

    def output(rows):
        return model.decision_function(pd.DataFrame(rows, columns=PEOPLE.columns))

    wanted = by_coalitions(output, PEOPLE.to_numpy(), BACKGROUND.to_numpy())
    assert np.abs(found - wanted).max() < 1e-12


def test_path_dependent_values_equal_the_recursion_over_all_coalitions():
    trees = read_trees(boosted())
    columns = trees.columns(PEOPLE)
    found = values_of_trees(trees, columns, trees.origin, 6, None)
    assert np.abs(found - by_recursion(trees, columns, trees.origin, 6)).max() < 1e-12
    gap = path_dependent_base(trees) + found.sum(axis=1) - boosted().decision_function(PEOPLE)
    assert np.abs(gap).max() < 1e-12


def test_columns_of_one_player_join_together():
    trees = read_trees(boosted())
    columns, others = trees.columns(PEOPLE), trees.columns(BACKGROUND)
    # Region and debt as one player, in the order of the trees' columns.
    places = [{0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 2}[feature] for feature in trees.origin]

    found = values_of_trees(trees, columns, places, 5, others)
    single = values_of_trees(trees, columns, trees.origin, 6, others)
    assert found.sum(axis=1) == pytest.approx(single.sum(axis=1), abs=1e-12)
    assert np.abs(found[:, 2] - single[:, 2] - single[:, 5]).max() > 1e-4
    path = values_of_trees(trees, columns, places, 5, None)
    assert np.abs(path - by_recursion(trees, columns, places, 5)).max() < 1e-12


@pytest.mark.parametrize("background", [None, BACKGROUND], ids=["path", "interventional"])
@pytest.mark.parametrize("limit", [0, 1 << 20], ids=["only patterns seen", "every pattern"])
def test_tables_of_all_patterns_and_values_of_those_seen_agree(monkeypatch, background, limit):
    trees = read_trees(boosted())
    columns = trees.columns(PEOPLE)
    others = None if background is None else trees.columns(background)
    usual = values_of_trees(trees, columns, trees.origin, 6, others)
    monkeypatch.setattr(module, "_limit", lambda rows: limit)
    again = values_of_trees(trees, columns, trees.origin, 6, others)
    assert np.abs(again - usual).max() < 1e-13


def test_a_background_pattern_table_can_be_sorted_or_counted():
    trees = read_trees(boosted())
    columns, few = trees.columns(PEOPLE), trees.columns(BACKGROUND.iloc[:3])
    many = np.repeat(few, 200, axis=1)
    one = values_of_trees(trees, columns, trees.origin, 6, few)
    assert one == pytest.approx(values_of_trees(trees, columns, trees.origin, 6, many), abs=1e-13)


def test_blocks_of_people_do_not_change_their_values(monkeypatch):
    trees = read_trees(boosted())
    columns, others = trees.columns(PEOPLE), trees.columns(BACKGROUND)
    whole = values_of_trees(trees, columns, trees.origin, 6, others)
    monkeypatch.setattr(module, "_BLOCK", 3)
    assert np.array_equal(values_of_trees(trees, columns, trees.origin, 6, others), whole)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(2, 40), st.booleans())
def test_values_add_up_for_any_small_model(seed, leaves, categories):
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(120, 4)), 1)
    x[:, 0] = rng.integers(0, 6, 120)
    x[rng.random(x.shape) < 0.1] = np.nan
    bad = np.arange(120) % 3 == 0
    model = HistGradientBoostingClassifier(
        max_iter=3, max_leaf_nodes=leaves, min_samples_leaf=2, early_stopping=False,
        categorical_features=[0] if categories else None,
    ).fit(x, bad)  # fmt: skip
    trees = read_trees(model)
    columns = trees.columns(x)
    found = values_of_trees(trees, columns, trees.origin, 4, columns[:, :40])
    base = model.decision_function(x[:40]).mean()
    assert np.abs(base + found.sum(axis=1) - model.decision_function(x)).max() < 1e-12


def test_a_threshold_that_equals_a_value_is_kept_to_the_last_digit():
    # float32 would put this value on the other side of its own threshold.
    value = 0.1 + 1e-12
    trees = Ensemble([stump(0, value, 0.0, 1.0)], 0.0, [0], np.transpose)
    people = np.array([[value, np.nextafter(value, 1)]])
    assert values_of_trees(trees, people, [0], 1, np.array([[0.0]])).tolist() == [[0.0], [1.0]]


def test_a_split_that_training_never_passed_moves_nobody():
    tree = stump(0, 5.0, 1.0, 3.0)
    tree.cover[:] = [0.0, 0.0, 0.0]
    trees = Ensemble([tree], 0.0, [0], np.transpose)
    assert np.isfinite(values_of_trees(trees, np.array([[2.0, 9.0]]), [0], 1, None)).all()


def test_a_feature_on_no_path_adds_nothing():
    trees = Ensemble([stump(1, 0.0, -1.0, 1.0)], 0.0, [0, 1, 2], np.transpose)
    found = values_of_trees(trees, np.ones((3, 2)), [0, 1, 2], 3, -np.ones((3, 4)))
    assert found.tolist() == [[0, 2, 0], [0, 2, 0]]


def test_gradient_boosting_of_float32_trees_is_read_exactly():
    frame, bad = applicants(600)
    x = frame.fillna(0.0).to_numpy()
    model = GradientBoostingClassifier(n_estimators=8, random_state=0).fit(x, bad)
    trees = read_trees(model)
    people, background = PEOPLE.fillna(0.0).to_numpy(), BACKGROUND.fillna(0.0).to_numpy()
    assert trees.outputs(trees.columns(people)) == pytest.approx(model.decision_function(people))
    found = values_of_trees(
        trees, trees.columns(people), trees.origin, 6, trees.columns(background)
    )
    wanted = by_coalitions(model.decision_function, people, background)
    assert np.abs(found - wanted).max() < 1e-12


def test_a_path_with_more_features_than_a_pattern_has_bits_is_refused():
    wide = 70
    column = np.array([k // 2 if k % 2 == 0 else -1 for k in range(2 * wide + 1)])
    column[-1] = -1
    nodes = len(column)
    left = np.array([k + 2 if k % 2 == 0 else 0 for k in range(nodes)])
    right = np.array([k + 1 if k % 2 == 0 else 0 for k in range(nodes)])
    tree = Tree(
        column, np.zeros(nodes), np.zeros(nodes, bool), left, right, np.ones(nodes), np.ones(nodes)
    )
    trees = Ensemble([tree], 0.0, list(range(wide)), np.transpose)
    with pytest.raises(InputError, match="more than 62 features"):
        values_of_trees(trees, np.zeros((wide, 2)), list(range(wide)), wide, np.zeros((wide, 2)))


def test_three_classes_are_no_score():
    x = np.random.default_rng(7).normal(size=(90, 2))
    for kind in (HistGradientBoostingClassifier, GradientBoostingClassifier):
        model = kind().fit(x, np.arange(90) % 3)
        with pytest.raises(InputError, match="3 classes; a score needs two"):
            read_trees(model)
