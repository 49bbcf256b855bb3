"""Any classifier as a scorer."""

import numpy as np
import pandas as pd
import pytest
from cards import applicants
from sklearn.linear_model import LogisticRegression

from creditaudit.errors import InputError
from creditaudit.protocols import HasPoints, HasProbability
from creditaudit.scorers import wrap


def model(labels):
    frame, bad = applicants(400, 7)
    return LogisticRegression().fit(frame[["select"]], np.array(labels)[bad]), frame[["select"]]


def test_points_follow_from_the_probability_of_bad():
    logistic, frame = model([0, 1])
    scorer = wrap(logistic)
    p = logistic.predict_proba(frame)[:, 1]
    assert scorer.points(frame) == pytest.approx(600 + 20 * np.log2((1 - p) / p / 50))
    assert set(scorer.decide(frame, cutoff=500)) <= {"approved", "refused"}
    assert isinstance(scorer, HasPoints)
    assert isinstance(scorer, HasProbability)


def test_the_bad_class_is_named_where_it_is_not_the_second():
    logistic, frame = model(["good", "bad"])
    with pytest.raises(InputError, match="here it is 'good'"):
        wrap(logistic)
    p = logistic.predict_proba(frame)[:, 0]
    assert wrap(logistic, bad="bad").predict_proba(frame)[:, 1] == pytest.approx(p)
    with pytest.raises(InputError, match="bad='worse' is none of"):
        wrap(logistic, bad="worse")


def test_a_function_is_a_scorer_and_certainty_is_infinite():
    scorer = wrap(lambda table: table["p"], base_odds=1, base_points=0)
    frame = pd.DataFrame({"p": [0.5, 1.0, 0.0]})
    assert scorer.points(frame).tolist() == [0, -np.inf, np.inf]
    assert scorer.decide(frame, cutoff=0).tolist() == ["approved", "refused", "approved"]
    with pytest.raises(InputError, match="no probabilities"):
        scorer.points(pd.DataFrame({"p": [0.5, 1.5]}))


def test_lightgbm_is_wrapped_like_any_classifier():
    lightgbm = pytest.importorskip("lightgbm", reason="LightGBM is no dependency")
    frame, bad = applicants(400, 7)
    given = frame[["select", "small"]]
    fitted = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1).fit(given, bad)
    p = fitted.predict_proba(given)[:, 1]
    assert wrap(fitted).predict_proba(given)[:, 1] == pytest.approx(p)


@pytest.mark.parametrize("given", [3, "model"])
def test_what_has_no_probability_is_an_error(given):
    with pytest.raises(InputError, match="has no predict_proba"):
        wrap(given)


def test_a_model_of_three_classes_is_an_error():
    frame, bad = applicants(400, 7)
    three = LogisticRegression().fit(frame[["select"]], bad + (frame["select"] > 40))
    with pytest.raises(InputError, match="expected two"):
        wrap(three)
