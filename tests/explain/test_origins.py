"""Encoded columns and the features they are made from."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    PolynomialFeatures,
    SplineTransformer,
    StandardScaler,
)

from creditaudit.errors import InputError
from creditaudit.explain.origins import column_origins

# One name is part of another, which must not confuse them.
FRAME = pd.DataFrame(
    {
        "age": [20.0, 40, 60, 30],
        "age2": [1.0, 2, np.nan, 4],
        "job": list("abca"),
        "x": [0.0, 1, 2, 3],
    }
)
NAMES = list(FRAME.columns)
ONE_HOT = OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def found(transformer, frame=FRAME):
    fitted = transformer.fit(frame)
    places = column_origins([fitted], list(frame.columns))
    assert len(places) == np.asarray(fitted.transform(frame)).shape[1]
    return places


def test_each_column_of_one_feature_points_to_it():
    assert found(StandardScaler(), FRAME[["age", "age2", "x"]]) == [0, 1, 2]
    assert found(ONE_HOT, FRAME[["job", "x"]]) == [0, 0, 0, 1, 1, 1, 1]
    assert found(SimpleImputer(add_indicator=True), FRAME[["age", "age2"]]) == [0, 1, 1]
    bins = KBinsDiscretizer(2, encode="onehot-dense", strategy="uniform")
    assert found(bins, FRAME[["age", "x"]]) == [0, 0, 1, 1]
    assert found(SplineTransformer(n_knots=3, degree=2), FRAME[["x"]]) == [0] * 4


@pytest.mark.parametrize(
    "columns",
    [["job"], [2], [-2], slice("job", "job"), slice(2, 3), [False, False, True, False]],
    ids=str,
)
def test_columns_can_be_named_in_every_way(columns):
    transformer = make_column_transformer((ONE_HOT, columns), remainder="passthrough")
    assert found(transformer) == [2, 2, 2, 0, 1, 3]


def test_steps_within_columns_within_steps_are_followed():
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    columns = make_column_transformer(
        (ONE_HOT, ["job"]), ("drop", ["x"]), (numbers, ["age2", "age"])
    )
    pipeline = make_pipeline(columns, StandardScaler())
    assert found(pipeline) == [2, 2, 2, 1, 0, 1]
    assert column_origins(list(pipeline), NAMES) == [2, 2, 2, 1, 0, 1]
    assert column_origins([None, "passthrough"], NAMES) == [0, 1, 2, 3]


def test_a_product_of_two_features_belongs_to_neither():
    fitted = PolynomialFeatures(include_bias=False).fit(FRAME[["age", "x"]])
    with pytest.raises(InputError, match="PolynomialFeatures makes a column from several features"):
        column_origins([fitted], ["age", "x"])


def test_a_step_that_does_not_name_its_columns_is_refused():
    fitted = FunctionTransformer(np.log1p).fit(FRAME[["age", "x"]])
    with pytest.raises(InputError, match="does not say which columns it makes"):
        column_origins([fitted], ["age", "x"])
    assert found(FunctionTransformer(np.log1p, feature_names_out="one-to-one"), FRAME[["x"]]) == [0]


def test_a_fitted_transformer_keeps_the_names_it_was_fitted_with():
    fitted = StandardScaler().fit(FRAME[["age", "x"]])
    column_origins([fitted], ["age", "x"])
    assert list(fitted.feature_names_in_) == ["age", "x"]


def test_a_column_taken_as_text_owns_all_that_is_made_of_it():
    words = CountVectorizer(token_pattern=r"\w")
    transformer = ColumnTransformer([("words", words, "job"), ("rest", "passthrough", [3])])
    assert found(transformer) == [2, 2, 2, 3]
