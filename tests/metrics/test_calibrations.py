from math import comb

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from creditaudit import Roles, Tally, intervals, metrics
from creditaudit.errors import InputError, MissingRole
from creditaudit.metrics.calibration_errors import _mean_deviation


def roles(higher_is="safer", **more):
    given_ = {"groups": ["race"], "outcome": "paid", "good": 1, "score": "p"}
    return Roles(**given_ | {"higher_is": higher_is} | more)


def applicants(seed=1, n=600, shift=0.0, decimals=2):
    rng = np.random.default_rng(seed)
    p = np.clip(np.round(rng.beta(4, 2, n), decimals), 0.01, 0.99)
    paid = (rng.random(n) < expit(logit(p) + shift)).astype(int)
    return pd.DataFrame(
        {
            "race": rng.choice(["a", "b"], n, p=[0.7, 0.3]),
            "paid": paid,
            "p": p,
            "w": rng.lognormal(size=n),
            "branch": rng.integers(0, 11, n),
        }
    )


def counted(frame, given_=None, score_bins="exact"):
    return Tally.from_frame(frame, given_ or roles(), by=["race"], score_bins=score_bins)


# Scores that are no probabilities.


@pytest.mark.parametrize("name", ["calibration", "calibration_gap", "calibration_slope",
                                  "expected_calibration_error"])  # fmt: skip
def test_points_are_not_probabilities(name):
    frame = applicants().assign(p=lambda f: 300 + 550 * f["p"])
    with pytest.raises(InputError, match=r"scores are not probabilities: they run from 3\d\d"):
        getattr(metrics, name)(counted(frame), by="race")
    with pytest.raises(MissingRole, match=f"{name} needs score"):
        getattr(metrics, name)(Tally.from_frame(frame, Roles(groups=["race"], outcome="paid",
                                                             good=1)))  # fmt: skip


def test_people_outside_the_bins_have_no_known_probability():
    with pytest.raises(InputError, match="people score under the first or over the last"):
        metrics.calibration_gap(counted(applicants(), score_bins=[0, 0.25, 0.5]))


# The curve.


@pytest.mark.parametrize("bins", [5, 10])
def test_the_curve_is_sklearns(bins):
    frame = applicants(decimals=6)
    got = metrics.calibration(counted(frame), bins=bins)
    observed, predicted = calibration_curve(frame["paid"], frame["p"], n_bins=bins)
    np.testing.assert_allclose(got["value"], observed, atol=1e-12)
    np.testing.assert_allclose(got["predicted"], predicted, atol=1e-12)
    assert got["n"].sum() == len(frame)
    low, high = intervals.wilson(got["value"].to_numpy(), got["n"].to_numpy(dtype=float))
    np.testing.assert_allclose(got[["low", "high"]], np.column_stack([low, high]))


def test_the_curve_names_its_bins_in_the_words_of_the_score():
    got = metrics.calibration(counted(applicants()), by="race", bins=4)
    assert list(got.columns) == ["race", "score_bin", "predicted", "n", "value", "low", "high",
                                 "note"]  # fmt: skip
    assert got["score_bin"].tolist()[:4] == ["[0, 0.25)", "[0.25, 0.5)", "[0.5, 0.75)", "[0.75, 1]"]


def test_probabilities_of_default_are_turned_round():
    frame = applicants()
    safer = metrics.calibration(counted(frame), by="race")
    riskier = metrics.calibration(
        counted(frame.assign(p=(1 - frame["p"]).round(2)), roles("riskier")), by="race"
    )
    for race in "ab":
        one, two = (f[f["race"] == race] for f in (safer, riskier))
        np.testing.assert_allclose(one["predicted"], two["predicted"][::-1], atol=1e-12)
        np.testing.assert_allclose(one["value"], two["value"][::-1], atol=1e-12)


def test_intervals_have_their_ends_as_bounds_of_what_was_predicted():
    tally = counted(applicants(), roles(score_range=(0, 1)), score_bins=4)
    got = metrics.calibration(tally)
    ends = got[["predicted_low", "predicted", "predicted_high"]].to_numpy()
    np.testing.assert_allclose(ends[0], [0, 0.125, 0.25])
    two = metrics.calibration(tally, bins=2)
    exact = metrics.calibration(counted(applicants()), bins=2)
    assert (two["predicted_low"] <= exact["predicted"]).all()
    assert (two["predicted_high"] >= exact["predicted"]).all()
    np.testing.assert_allclose(two["value"], exact["value"])
    with pytest.raises(InputError, match=r"edge 0.3333333333333333 falls inside the score bin"):
        metrics.calibration(tally, bins=3)


def test_bins_above_the_cut_off_of_a_lenders_file_stay_known():
    frame = applicants().assign(ok=lambda f: (f["p"] >= 0.6).astype(int))
    frame["paid"] = frame["paid"].astype(float).mask(frame["ok"] == 0)
    got = metrics.calibration(counted(frame, roles(decision="ok", favourable=1)), bins=10)
    below = got["predicted"] < 0.6
    assert got.loc[below, "value"].isna().all()
    assert got.loc[~below, "value"].notna().all()
    assert (got.loc[below, ["low", "high"]] == [0, 1]).all(axis=None)
    assert got.loc[below, "note"].str.startswith("Declined people have no outcomes").all()


def test_missing_outcomes_bound_the_curve():
    frame = applicants()
    frame["paid"] = frame["paid"].astype(float).mask(frame.index % 5 == 0)
    got = metrics.calibration(counted(frame), bins=5)
    full = metrics.calibration(counted(applicants()), bins=5)
    assert (got["bound_low"] <= full["value"]).all()
    assert (got["bound_high"] >= full["value"]).all()


# The gap.


def test_the_gap_is_the_mean_of_good_less_predicted():
    frame = applicants(shift=0.5)
    got = metrics.calibration_gap(counted(frame), by="race").set_index("race")
    for race, rows in frame.groupby("race"):
        expected = rows["paid"].mean() - rows["p"].mean()
        assert got.loc[race, "value"] == pytest.approx(expected)
        assert got.loc[race, "low"] < expected < got.loc[race, "high"]


def test_the_range_of_the_gap_is_wilsons_on_the_people_that_give_its_error():
    frame = applicants(n=80)
    away = frame["paid"] - frame["p"]
    observed = frame["paid"].mean()
    size = observed * (1 - observed) / (away.var() / 80)
    low, high = intervals.wilson(np.array(observed), np.array(size))
    got = metrics.calibration_gap(counted(frame)).iloc[0]
    expected = [low - frame["p"].mean(), high - frame["p"].mean()]
    np.testing.assert_allclose(got[["low", "high"]].astype(float), expected)


@pytest.mark.parametrize(("n", "shape"), [(15, (9, 1)), (60, (9, 1)), (200, (2, 2))])
def test_ranges_of_the_gap_cover(n, shape):
    rng, samples = np.random.default_rng(7), 1_500
    p = np.round(rng.beta(*shape, (samples, n)), 4)
    paid = (rng.random(p.shape) < p).astype(int)
    frame = pd.DataFrame(
        {"race": np.arange(samples).repeat(n), "p": p.ravel(), "paid": paid.ravel()}
    )
    got = metrics.calibration_gap(counted(frame), by="race")
    held = np.mean((got["low"] <= 0) & (got["high"] >= 0))
    assert 0.93 <= held <= 0.985


def test_a_group_where_all_paid_has_a_range():
    frame = pd.DataFrame({"race": "a", "paid": 1, "p": [0.9, 0.8, 0.9]})
    got = metrics.calibration_gap(counted(frame)).iloc[0]
    low, _ = intervals.wilson(np.array(1.0), np.array(3.0))
    assert got["low"] == pytest.approx(low - 2.6 / 3)
    assert got["high"] == pytest.approx(1 - 2.6 / 3)


@settings(max_examples=25)
@given(st.integers(0, 5_000), st.booleans())
def test_bounds_hold_the_gap_whatever_is_hidden(seed, riskier):
    frame = applicants(seed, n=60)
    truth = metrics.calibration_gap(counted(frame), by="race")["value"]
    hide = np.random.default_rng(seed).random(60) < 0.2
    seen = frame.assign(paid=frame["paid"].astype(float).mask(hide))
    given_ = roles(score_range=(0, 1))
    if riskier:
        seen = seen.assign(p=1 - seen["p"])
        given_ = roles("riskier", score_range=(0, 1))
    got = metrics.calibration_gap(counted(seen, given_, score_bins=7), by="race")
    assert (got["bound_low"] <= truth + 1e-9).all()
    assert (got["bound_high"] >= truth - 1e-9).all()


def test_a_lenders_file_gives_bounds_and_no_gap():
    frame = applicants().assign(ok=lambda f: (f["p"] >= 0.6).astype(int))
    truth = metrics.calibration_gap(counted(frame), by="race")["value"]
    frame["paid"] = frame["paid"].astype(float).mask(frame["ok"] == 0)
    tally = counted(frame, roles(decision="ok", favourable=1))
    got = metrics.calibration_gap(tally, by="race")
    assert got["value"].isna().all()
    assert ((got["low"] < truth) & (truth < got["high"])).all()
    assert metrics.calibration_slope(tally)["note"].item().startswith("Not known: declined")
    error = metrics.expected_calibration_error(tally, bins=10).iloc[0]
    assert error[["value", "corrected", "by_chance"]].isna().all()
    assert 0 <= error["low"] < error["high"] <= 1


def test_gaps_of_groups_can_be_compared():
    frame = applicants(n=4_000)
    frame["paid"] = np.where((frame["race"] == "b") & (frame.index % 4 == 0), 1, frame["paid"])
    got = metrics.disparity(counted(frame), "calibration_gap", by="race", reference="a",
                            kind="difference").iloc[0]  # fmt: skip
    by_group = metrics.calibration_gap(counted(frame), by="race")["value"]
    assert got["value"] == pytest.approx(by_group[1] - by_group[0])
    assert got["low"] > 0


def test_clusters_widen_the_range_of_the_gap():
    rng = np.random.default_rng(2)
    frame = applicants(n=1_200)
    luck = rng.normal(0, 0.8, 11)[frame["branch"]]
    frame["paid"] = (rng.random(1_200) < expit(logit(frame["p"]) + luck)).astype(int)
    plain, clustered = (
        metrics.calibration_gap(counted(frame, roles(cluster=c))).iloc[0] for c in (None, "branch")
    )
    assert clustered["value"] == plain["value"]
    assert clustered["high"] - clustered["low"] > 1.5 * (plain["high"] - plain["low"])
    curve = metrics.calibration(counted(frame, roles(cluster="branch")), bins=5)
    assert (curve["low"] <= curve["value"]).all()


def test_nobody_is_null_with_the_reason():
    frame = applicants(n=5).assign(paid=None)
    got = metrics.calibration_gap(counted(frame)).iloc[0]
    assert np.isnan(got["value"])
    assert got["note"].startswith("Undefined: there are no people with a score and an outcome")
    assert metrics.expected_calibration_error(counted(frame))["note"].item().startswith("Undef")
    weightless = applicants(n=5).assign(w=0.0)
    got = metrics.calibration_gap(counted(weightless, roles(weight="w")))
    assert got["note"].item() == "Undefined: all weights here are zero."


# The expected error.


def test_the_expected_error_by_hand_and_from_the_curve():
    frame = pd.DataFrame({"race": "a", "paid": [1, 1, 0, 1, 0], "p": [0.9, 0.9, 0.9, 0.2, 0.2]})
    got = metrics.expected_calibration_error(counted(frame)).iloc[0]
    assert got["value"] == pytest.approx(0.6 * abs(2 / 3 - 0.9) + 0.4 * abs(0.5 - 0.2))
    frame = applicants(shift=0.4)
    curve = metrics.calibration(counted(frame), bins=10)
    expected = np.average((curve["value"] - curve["predicted"]).abs(), weights=curve["n"])
    got = metrics.expected_calibration_error(counted(frame), bins=10)
    assert got["value"].item() == pytest.approx(expected)


def test_calibration_and_resolution_add_up_to_the_brier_score():
    frame = applicants()
    curve = metrics.calibration(counted(frame))
    share = curve["n"] / curve["n"].sum()
    base = frame["paid"].mean()
    reliability = (share * (curve["value"] - curve["predicted"]) ** 2).sum()
    resolution = (share * (curve["value"] - base) ** 2).sum()
    expected = brier_score_loss(frame["paid"], frame["p"])
    assert reliability - resolution + base * (1 - base) == pytest.approx(expected)


@pytest.mark.parametrize("n", [1, 2, 7, 30])
@pytest.mark.parametrize("p", [0.0, 0.03, 0.5, 0.9, 1.0])
def test_de_moivres_formula_is_the_mean_distance(n, p):
    chance = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    expected = sum(c * abs(k / n - p) for k, c in enumerate(chance))
    assert _mean_deviation(np.array(float(n)), np.array(p)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.6])
def test_chance_makes_the_expected_error_larger_and_the_corrected_one_less_so(shift):
    rng, samples, n = np.random.default_rng(9), 300, 250
    grid = np.arange(0.05, 1, 0.1)
    place = rng.integers(0, 10, (samples, n))
    true = expit(logit(grid) + shift)
    paid = (rng.random(place.shape) < true[place]).astype(int)
    frame = pd.DataFrame({"race": np.arange(samples).repeat(n), "p": grid[place].ravel(),
                          "paid": paid.ravel()})  # fmt: skip
    truth = np.abs(true - grid).mean()
    got = metrics.expected_calibration_error(counted(frame), by="race")
    assert np.mean((got["low"] <= truth + 1e-12) & (truth <= got["high"])) >= 0.95
    upwards = [got[name].mean() - truth for name in ("value", "corrected")]
    assert upwards[0] > 0.005
    assert abs(upwards[1]) < 0.85 * upwards[0]
    if shift == 0:
        assert got["by_chance"].mean() == pytest.approx(got["value"].mean(), rel=0.05)
        assert (got["low"] == 0).mean() > 0.95


def test_intervals_bound_the_expected_error_by_the_same_bins():
    frame = applicants(shift=0.5)
    exact = metrics.expected_calibration_error(counted(frame), by="race", bins=5)
    tally = counted(frame, roles(score_range=(0, 1)), score_bins=5)
    got = metrics.expected_calibration_error(tally, by="race")
    assert (got["bound_low"] <= exact["value"]).all()
    assert (got["bound_high"] >= exact["value"]).all()


# The slope.


def test_the_slope_is_that_of_statsmodels():
    frame = applicants(n=300)
    got = metrics.calibration_slope(counted(frame), by="race").set_index("race")
    for race, rows in frame.groupby("race"):
        fit = sm.Logit(rows["paid"], sm.add_constant(logit(rows["p"]))).fit(disp=0)
        ends = fit.conf_int().iloc[1]
        expected = [fit.params.iloc[1], ends[0], ends[1]]
        np.testing.assert_allclose(got.loc[race, ["value", "low", "high"]].astype(float), expected,
                                   rtol=1e-6)  # fmt: skip


def test_the_weighted_slope_has_the_sandwichs_error():
    frame = applicants(n=400)
    x = sm.add_constant(logit(frame["p"]))
    fit = sm.GLM(frame["paid"], x, family=sm.families.Binomial(), freq_weights=frame["w"]).fit()
    p = fit.predict(x)
    scores = (frame["w"] * (frame["paid"] - p)).to_numpy()[:, None] * x.to_numpy()
    bread = np.linalg.inv(x.T @ (x.to_numpy() * (frame["w"] * p * (1 - p)).to_numpy()[:, None]))
    error = np.sqrt((bread @ scores.T @ scores @ bread)[1, 1])
    got = metrics.calibration_slope(counted(frame, roles(weight="w"))).iloc[0]
    assert got["value"] == pytest.approx(fit.params.iloc[1])
    assert (got["high"] - got["value"]) == pytest.approx(1.959964 * error, rel=1e-5)


def test_too_sure_a_score_has_a_slope_below_one():
    frame = applicants(n=4_000)
    extreme = frame.assign(p=np.round(expit(2 * logit(frame["p"])), 4).clip(0.001, 0.999))
    got = metrics.calibration_slope(counted(extreme)).iloc[0]
    assert got["value"] == pytest.approx(0.5, abs=0.06)
    assert got["high"] < 1


def test_the_clustered_slope_is_jackknifed():
    frame = applicants(n=600)
    left_out = []
    for branch in range(11):
        rows = frame[frame["branch"] != branch]
        left_out.append(
            sm.Logit(rows["paid"], sm.add_constant(logit(rows["p"]))).fit(disp=0).params.iloc[1]
        )
    error = np.sqrt(10 / 11 * ((left_out - np.mean(left_out)) ** 2).sum())
    got = metrics.calibration_slope(counted(frame, roles(cluster="branch"))).iloc[0]
    reach = float(intervals.critical(df=np.array(10.0))) * error
    assert got["high"] - got["value"] == pytest.approx(reach, rel=1e-6)


@pytest.mark.parametrize(
    ("paid", "p", "words"),
    [
        ([1, 1], [0.4, 0.6], "no bad payers"),
        ([1, 0, 1], [1.0, 0.4, 0.5], "has no logit (people: 1)"),
        ([1, 0], [0.5, 0.5], "same score"),
        ([1, 1, 0], [0.9, 0.8, 0.2], "no score is shared or out of order"),
    ],
)
def test_slopes_that_do_not_exist_say_why(paid, p, words):
    frame = pd.DataFrame({"race": "a", "paid": paid, "p": p})
    got = metrics.calibration_slope(counted(frame)).iloc[0]
    assert got[["value", "low", "high"]].isna().all()
    assert words in got["note"]


def test_intervals_are_named_in_the_note_of_the_slope():
    tally = counted(applicants(), roles(score_range=(0, 1)), score_bins=20)
    assert metrics.calibration_slope(tally)["note"].item() == "The middles stand for the bins."


# Published tallies.


def test_published_probabilities_bound_gap_and_error():
    frame = applicants(n=2_000)
    published = counted(frame, roles(score_range=(0, 1)), score_bins=50).publish(min_cell=5)
    exact = metrics.calibration_gap(counted(frame), by="race")["value"]
    got = metrics.calibration_gap(published, by="race")
    assert ((got["bound_low"] <= exact) & (exact <= got["bound_high"])).all()
    curve = metrics.calibration(published)
    assert curve["n"].sum() == 2_000
    assert curve[["predicted_low", "predicted_high"]].stack().between(0, 1).all()
    frame["p"] = frame["p"].mask(frame.index % 300 == 0)
    unscored = counted(frame, roles(score_range=(0, 1)), score_bins=50).publish(min_cell=10)
    assert unscored.bins is not None
    if unscored.bins.unscored:
        with pytest.raises(InputError, match="people without a score"):
            metrics.calibration_gap(unscored)
