"""Boosted trees as a scorer."""

import numpy as np
import pandas as pd
import pytest
from cards import ODD, applicants
from classifier_checks import failed_checks
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn


@pytest.fixture(autouse=True)
def one_thread():
    # The work is small; more threads only wait for each other.
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def fit():
    frame, bad = applicants(3_000, 7)
    scorer = ca.BoostingScorer(
        monotone={"income": -1, "select": "descending"}, categorical=["code"], max_iter=30
    )
    with threadpool_limits(1):
        return scorer.fit(frame, bad), frame, bad


def test_it_is_a_classifier_by_the_checks_of_scikit_learn():
    assert failed_checks(ca.BoostingScorer()) == {}


def test_without_directions_it_is_the_plain_model():
    frame, bad = applicants(2_000, 7)
    plain = frame.replace([np.inf, -np.inf], np.nan)
    plain["flag"] = plain["flag"].astype(float)
    plain[ODD] = plain[ODD].replace("", None).astype("category")
    plain["code"] = plain["code"].astype("category")
    peer = HistGradientBoostingClassifier(random_state=0).fit(plain, bad)
    mine = ca.BoostingScorer().fit(plain, bad)
    assert mine.predict_proba(plain) == pytest.approx(peer.predict_proba(plain), abs=1e-12)


def test_named_directions_hold_for_every_person(fit):
    scorer, frame, _ = fit
    for feature, change in (("income", 1.7), ("select", 3)):
        more = frame.assign(**{feature: frame[feature] * change})
        known = frame[feature].notna() & (frame[feature] > 0)
        assert (scorer.points(more)[known] >= scorer.points(frame)[known] - 1e-9).all()


def test_the_promise_of_the_scale_is_true(fit):
    scorer, frame, _ = fit
    p, points = scorer.predict_proba(frame)[:, 1], scorer.points(frame)
    assert (1 - p) / p == pytest.approx(50 * 2 ** ((points - 600) / 20))
    assert (
        scorer.decide(frame, cutoff=560) == np.where(points >= 560, "approved", "refused")
    ).all()


def test_categories_missing_and_unseen_values_are_read(fit):
    scorer, frame, _ = fit
    odd = frame.assign(**{ODD: "never seen", "code": 99})
    none = frame.assign(**{ODD: None, "code": np.nan})
    assert np.array_equal(scorer.points(odd), scorer.points(none))
    assert scorer.levels_["code"] == [1, 2, 3, 4]
    assert "" not in scorer.levels_[ODD]
    pl = pytest.importorskip("polars")
    assert np.array_equal(scorer.points(pl.from_pandas(frame)), scorer.points(frame))
    assert np.array_equal(scorer.points(frame[frame.columns[::-1]]), scorer.points(frame))


def test_held_out_folds_calibrate_and_keep_the_order(fit):
    rng = np.random.default_rng(7)
    x = rng.normal(size=(1_200, 6))
    bad = rng.random(1_200) < 1 / (1 + np.exp(1 - x[:, 0]))
    plain = ca.BoostingScorer().fit(x, bad)
    folded = ca.BoostingScorer(calibration_folds=3).fit(x, bad)
    assert plain.calibration_ == (0, 1)
    assert 0 < folded.calibration_[1] < 1
    new = rng.normal(size=(20_000, 6))
    truth = rng.random(20_000) < 1 / (1 + np.exp(1 - new[:, 0]))
    error = [np.mean((m.predict_proba(new)[:, 1] - truth) ** 2) for m in (plain, folded)]
    assert error[1] < error[0]
    assert np.array_equal(
        np.argsort(plain.decision_function(new)), np.argsort(folded.decision_function(new))
    )


def test_more_values_than_the_trees_can_tell_apart_are_as_good_as_missing():
    rng = np.random.default_rng(7)
    town = np.array([f"town {k}" for k in rng.integers(0, 400, 3_000)])
    frame = pd.DataFrame({"town": town})
    scorer = ca.BoostingScorer(max_iter=5).fit(frame, rng.random(3_000) < 0.3)
    assert len(scorer.levels_["town"]) == 254


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"monotone": {"incme": 1}}, MissingColumn, "'incme' not found"),
        ({"monotone": {"income": "peak"}}, InputError, "must be 1 .ascending. or -1"),
        ({"monotone": {ODD: 1}}, InputError, "whose values have no order"),
        ({"categorical": ["x"]}, MissingColumn, "'x' not found"),
        ({"calibration_folds": -1}, InputError, "calibration_folds=-1"),
        ({"pdo": -5}, InputError, "pdo=-5"),
    ],
)
def test_parameters_that_make_no_sense_are_named(given, error, message):
    frame, bad = applicants(100, 7)
    with pytest.raises(error, match=message):
        ca.BoostingScorer(**given).fit(frame, bad)


@pytest.mark.parametrize(
    ("y", "weight", "message"),
    [
        ([0, 0, 0, 0], None, "one class only"),
        ([0, None, 1, 0], None, "no outcome for 1 of 4"),
        ([0, 1, 1, 0], [1, -1, 1, 1], "not negative"),
        ([0, 1, 1, 0], [1, 0, 0, 1], "one class have a weight of zero"),
    ],
)
def test_outcomes_and_weights_that_cannot_be_used_are_named(y, weight, message):
    with pytest.raises(InputError, match=message):
        ca.BoostingScorer().fit(pd.DataFrame({"x": [1, 2, 3, np.inf]}), y, weight)


def test_what_its_trees_read_can_be_had_and_gives_its_own_score():
    frame = pd.DataFrame({"x": [1.0, 2, np.nan, 4] * 30, "job": ["a", "b", "a", "c"] * 30})
    bad = np.tile([0, 1, 0, 1], 30)
    model = ca.BoostingScorer(max_iter=5, categorical=["job"], calibration_folds=0).fit(frame, bad)
    people = pd.DataFrame({"job": ["c", "never seen"], "x": [np.inf, np.nan]})
    read = model.encoded(people)
    assert read.shape == (2, 2)
    assert read[0, 1] == model.levels_["job"].index("c")
    assert np.isnan(read[1]).all()
    raw = model.model_.decision_function(read)
    assert model.decision_function(people[["x", "job"]]) == pytest.approx(raw)
