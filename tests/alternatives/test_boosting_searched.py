"""Boosting is searched as any model is: with its directions, its categories and missing values."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

import creditaudit as ca
from alternative_people import INPUTS, planted
from creditaudit.scorers.estimators import on_features

NAMES = [*INPUTS, "part"]


@cache
def people():
    frame = planted().copy()
    street = frame["street"]
    frame["part"] = pd.Categorical(
        np.where(street > 1, "north", np.where(street < -1, "south", ""))
    )
    frame.loc[::17, "noise"] = np.nan
    return frame


@cache
def searched():
    frame = people()
    scorer = ca.BoostingScorer(
        monotone={"ability": -1, "street": 1}, categorical=("part",), max_iter=10
    )
    return ca.alternatives.frontier(
        scorer, frame[NAMES], frame["bad"], groups=frame["group"], reference="a", share=0.6,
        draws=20, rounds=1, methods=("features", "reweighing", "reductions"),
    )  # fmt: skip


def test_every_way_of_fitting_again_is_tried_and_a_smaller_gap_is_found():
    found = searched()
    tried = {one.name for one in found.alternatives}
    assert {"without street", "reweighed", "reduction, bound 0.05"} <= tried
    assert found.base.gap.value > 0.04
    assert abs(found.best.gap.value) < found.base.gap.value
    without = next(one for one in found.alternatives if one.name == "without 2 features")
    assert abs(without.gap.value) < found.base.gap.value / 2


def test_directions_still_hold_in_what_was_fitted_again():
    rising = people()[NAMES].head(200)
    for one in searched().alternatives:
        if one.name.startswith("reduction"):
            continue
        risks = [
            one.candidate.score(rising.assign(ability=value), np.zeros(len(rising), dtype=np.int64))
            for value in (-2.0, 0.0, 2.0)
        ]
        assert (np.diff(risks, axis=0) <= 1e-9).all(), one.name


@pytest.mark.parametrize(
    "scorer",
    [
        ca.BoostingScorer(monotone={"ability": -1, "street": 1}, categorical=["part"], max_iter=5),
        ca.ScorecardScorer(
            monotone={"street": "ascending"}, categorical=("part",), specials={"noise": [-9]},
            labels={"street": "Street", "ability": "Ability"},
        ),
    ],
)  # fmt: skip
def test_a_scorer_can_be_fitted_on_some_of_its_features(scorer):
    before = repr(scorer.get_params())
    some = on_features(scorer, ["ability", "noise"])
    with threadpool_limits(1):
        fitted = some.fit(people()[["ability", "noise"]].head(500), people()["bad"].head(500))
    assert fitted.n_features_in_ == 2
    assert "street" not in repr(some.get_params())
    assert repr(scorer.get_params()) == before
