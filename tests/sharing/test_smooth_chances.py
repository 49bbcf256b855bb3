from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from creditaudit.errors import MissingColumn
from creditaudit.sharing.smooth_chances import _fitted, crossfitted_chances, feature_columns


def people(**columns):
    frame = pd.DataFrame(columns)
    return SimpleNamespace(people=SimpleNamespace(n=len(frame), frame=frame, truth=frame[[]]))


def test_the_fit_is_that_of_another_library():
    rng = np.random.default_rng(2)
    columns = np.column_stack([np.ones(500), rng.normal(size=(500, 2))])
    event = rng.random(500) < 1 / (1 + np.exp(1 - columns[:, 1]))
    ours = _fitted(columns, event.astype(float), np.zeros(3))
    theirs = sm.Logit(event.astype(float), columns).fit(disp=0).params
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_nobody_has_a_part_in_his_own_chance():
    rng = np.random.default_rng(2)
    columns = feature_columns(people(age=rng.normal(40, 10, 400)), ["age"])
    event = rng.random(400) < 0.2
    before = crossfitted_chances(columns, event)
    other = event.copy()
    other[7] = ~other[7]
    assert crossfitted_chances(columns, other)[7] == pytest.approx(before[7], rel=1e-4)


def test_an_event_that_nobody_has_is_expected_of_nobody():
    columns = feature_columns(people(age=np.arange(100.0)), ["age"])
    assert (crossfitted_chances(columns, np.zeros(100, bool)) == 0).all()
    assert (crossfitted_chances(columns, np.ones(100, bool)) == 1).all()


def test_without_features_the_chance_is_the_share_among_the_others():
    event = np.arange(1_000) % 10 == 0
    chances = crossfitted_chances(feature_columns(people(age=np.arange(1_000.0)), []), event)
    np.testing.assert_allclose(chances, 0.1, atol=0.02)


def test_levels_and_missing_numbers_have_columns_of_their_own():
    world = people(
        kind=["a", "b", "c", "a"] * 10, age=[np.nan, *np.arange(39.0)], few=[0, 1] * 20,
    )  # fmt: skip
    assert feature_columns(world, ["kind"]).shape == (40, 3)
    assert feature_columns(world, ["few"]).shape == (40, 2)
    assert feature_columns(world, ["age"]).shape == (40, 1 + 3 + 1)
    assert np.isfinite(feature_columns(world, ["kind", "age"])).all()
    with pytest.raises(MissingColumn, match=r"'hair'.*'nose'|hair, nose"):
        feature_columns(world, ["hair", "nose"])
