from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from creditaudit import Roles, Tally, intervals, metrics
from creditaudit.errors import MissingRole
from creditaudit.metrics.separations import AUC


def roles(higher_is="safer", **more):
    return Roles(
        groups=["race"], outcome="paid", good=1, score="points", higher_is=higher_is, **more
    )


def applicants(seed=1, n=400, values=25):
    rng = np.random.default_rng(seed)
    paid = rng.integers(0, 2, n)
    return pd.DataFrame(
        {
            "race": rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]),
            "paid": paid,
            "points": rng.integers(0, values, n) + 6 * paid,
            "w": rng.lognormal(size=n),
        }
    )


def auc(frame, given=None, score_bins="exact", by="race"):
    return metrics.auc(Tally.from_frame(frame, given or roles(), score_bins=score_bins), by=by)


def auc_of_rows(good, bad):
    """The share of pairs in which the good payer scores higher, ties one half."""
    return np.mean(np.sign(good[:, None] - bad[None, :]) / 2 + 0.5)


def delong_error(good, bad):
    """DeLong, DeLong and Clarke-Pearson (1988), from the placement of each person."""
    pairs = np.sign(good[:, None] - bad[None, :]) / 2 + 0.5
    return np.sqrt(
        pairs.mean(axis=1).var(ddof=1) / len(good) + pairs.mean(axis=0).var(ddof=1) / len(bad)
    )


def sides(rows):
    return [rows.loc[rows["paid"] == paid, "points"].to_numpy(dtype=float) for paid in (1, 0)]


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
def test_auc_equals_sklearn_in_both_directions(higher_is):
    frame = applicants()
    got = auc(frame, roles(higher_is)).set_index("race")["value"]
    for race, rows in frame.groupby("race"):
        expected = roc_auc_score(rows["paid"], rows["points"])
        assert got[race] == pytest.approx(
            expected if higher_is == "safer" else 1 - expected, abs=1e-12
        )


def test_weighted_auc_equals_sklearn():
    frame = applicants()
    got = auc(frame, roles(weight="w"), by=None)["value"].item()
    expected = roc_auc_score(frame["paid"], frame["points"], sample_weight=frame["w"])
    assert got == pytest.approx(expected, abs=1e-12)


def test_columns_of_exact_scores_hold_no_bounds():
    got = auc(applicants())
    assert list(got.columns) == ["race", "n", "value", "low", "high", "note"]
    assert got["n"].sum() == 400


def test_error_equals_delong_from_the_rows():
    frame = applicants()
    got = AUC.estimate(Tally.from_frame(frame, roles(), score_bins="exact"), "race")
    expected = [delong_error(*sides(rows)) for _, rows in frame.groupby("race")]
    np.testing.assert_allclose(got.error, expected, rtol=1e-10)
    np.testing.assert_allclose(
        got.value, [auc_of_rows(*sides(r)) for _, r in frame.groupby("race")]
    )


def test_the_range_is_on_the_logit_scale():
    frame = applicants()
    good, bad = sides(frame)
    a, error = auc_of_rows(good, bad), delong_error(good, bad)
    reach = intervals.critical() * error / (a * (1 - a))
    got = auc(frame, by=None).iloc[0]
    logit = np.log(got[["low", "high"]].astype(float) / (1 - got[["low", "high"]].astype(float)))
    np.testing.assert_allclose(logit, np.log(a / (1 - a)) + np.array([-reach, reach]))


def test_people_without_a_score_play_no_part():
    frame = applicants()
    frame["points"] = frame["points"].astype(float).mask(frame.index % 7 == 0)
    scored = frame.dropna()
    assert auc(frame)[["n", "value"]].equals(auc(scored)[["n", "value"]])


@pytest.mark.parametrize(("points", "value"), [([4, 5, 1, 2], 1.0), ([1, 2, 4, 5], 0.0)])
def test_a_score_that_is_always_right_or_wrong_has_a_range(points, value):
    frame = pd.DataFrame({"race": "a", "paid": [1, 1, 0, 0], "points": points})
    got = auc(frame).iloc[0]
    wilson = intervals.wilson(np.array([value]), np.array([2.0]))
    assert got["value"] == value
    np.testing.assert_allclose([got["low"], got["high"]], np.ravel(wilson))


def test_a_weighted_score_that_is_never_wrong_has_exactly_one():
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"race": "a", "paid": [0] * 30 + [1] * 30, "points": range(60)})
    for _ in range(20):
        for higher_is, value in (("safer", 1), ("riskier", 0)):
            got = auc(frame.assign(w=rng.random(60)), roles(higher_is, weight="w")).iloc[0]
            assert got["value"] == value
            assert 0.05 < got["high"] - got["low"] < 0.3


def test_one_good_payer_has_a_wide_range():
    frame = pd.DataFrame({"race": "a", "paid": [1] + [0] * 9, "points": [8, *range(9)]})
    got = auc(frame).iloc[0]
    assert got["high"] - got["low"] > 0.7


@pytest.mark.parametrize(
    ("paid", "words"), [([1, 1], "no bad"), ([0, 0], "no good"), ([None, None], "no good and no")]
)
def test_a_group_without_one_class_is_null_with_the_reason(paid, words):
    lone = pd.DataFrame({"race": "z", "paid": paid, "points": [1, 2]})
    rest = applicants()
    got = auc(pd.concat([lone.astype({"paid": float}), rest])).set_index("race").loc["z"]
    assert np.isnan(got["value"])
    assert np.isnan(got["low"])
    assert f"Undefined: there are {words}" in got["note"]


def test_weights_of_zero_are_named():
    frame = pd.DataFrame({"race": "a", "paid": [1, 0], "points": [2, 1], "w": [0, 1]})
    got = auc(frame, roles(weight="w")).iloc[0]
    assert np.isnan(got["value"])
    assert got["note"] == "Undefined: all weights of one class are zero."


def test_auc_without_a_score_names_the_fix():
    with pytest.raises(MissingRole, match="auc needs score"):
        metrics.auc(Tally.from_frame(applicants(), Roles(groups=["race"], outcome="paid", good=1)))


# What binning hides.


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
@pytest.mark.parametrize("bins", [[0, 5, 10, 20, 40], [8, 12, 13], 7])
def test_bounds_of_binned_scores_hold_the_auc_of_the_rows(higher_is, bins):
    frame = applicants(n=300)
    exact = auc(frame, roles(higher_is))
    got = auc(frame, roles(higher_is, score_range=(0, 31)), score_bins=bins)
    assert (got["bound_low"] <= exact["value"]).all()
    assert (got["bound_high"] >= exact["value"]).all()
    np.testing.assert_allclose((got["bound_low"] + got["bound_high"]) / 2, got["value"])


def test_bounds_of_binned_scores_are_attained():
    # Bin [0, 10): bad, good. Bin [10, 20]: good, bad, bad.
    paid = [0, 1, 1, 0, 0]
    found = [
        auc_of_rows(*sides(pd.DataFrame({"paid": paid, "points": [*low, *high]})))
        for low in permutations([1, 2])
        for high in permutations([11, 12, 13])
    ]
    frame = pd.DataFrame({"race": "a", "paid": paid, "points": [1, 2, 11, 12, 13]})
    got = auc(frame, score_bins=[0, 10, 20]).iloc[0]
    assert (got["bound_low"], got["bound_high"]) == pytest.approx((min(found), max(found)))


# Outcomes that are unknown.


def every_filling(rows, higher_is="safer"):
    unknown = np.flatnonzero(rows["paid"].isna())
    found = []
    for outcomes in product((0, 1), repeat=len(unknown)):
        filled = rows["paid"].to_numpy(dtype=float, copy=True)
        filled[unknown] = outcomes
        if 0 < filled.sum() < len(filled):
            found.append(auc_of_rows(*sides(rows.assign(paid=filled))))
    found = np.array(found)
    return found if higher_is == "safer" else 1 - found


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
@pytest.mark.parametrize("seed", range(12))
def test_bounds_over_unknown_outcomes_are_the_extremes_of_every_filling(seed, higher_is):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 11))
    frame = pd.DataFrame(
        {
            "race": "a",
            "paid": rng.choice([0.0, 1.0, np.nan], n, p=[0.3, 0.3, 0.4]),
            "points": rng.integers(0, rng.integers(1, 7), n),
        }
    )
    frame.loc[0, "paid"] = np.nan
    got = auc(frame, roles(higher_is)).iloc[0]
    values = every_filling(frame, higher_is)
    assert (got["bound_low"], got["bound_high"]) == pytest.approx((values.min(), values.max()))
    complete = frame.dropna()
    if complete["paid"].nunique() == 2:
        expected = auc_of_rows(*sides(complete))
        assert got["value"] == pytest.approx(expected if higher_is == "safer" else 1 - expected)
    assert f"Outcome known for {len(complete) / n:.1%} of these people." in got["note"]


def test_bounds_with_weights_hold_every_filling():
    rng = np.random.default_rng(3)
    n = 9
    frame = pd.DataFrame(
        {
            "race": "a",
            "paid": [1, 0, *[None] * 6, 1],
            "points": rng.integers(0, 4, n),
            "w": rng.lognormal(size=n),
        }
    )
    got = auc(frame, roles(weight="w")).iloc[0]
    for outcomes in product((0, 1), repeat=6):
        filled = [1, 0, *outcomes, 1]
        value = roc_auc_score(filled, frame["points"], sample_weight=frame["w"])
        assert got["bound_low"] - 1e-12 <= value <= got["bound_high"] + 1e-12


def test_bounds_with_bins_and_unknown_outcomes_hold_every_filling():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {"race": "a", "paid": [1, 0, *[None] * 7, 1], "points": rng.integers(0, 12, 10)}
    )
    got = auc(frame, score_bins=[0, 4, 8, 12]).iloc[0]
    values = every_filling(frame)
    assert got["bound_low"] <= values.min()
    assert got["bound_high"] >= values.max()


def lenders_file():
    frame = applicants(n=60)
    frame["ok"] = (frame["points"] > 14).astype(int)
    frame["paid"] = frame["paid"].astype(float).mask(frame["ok"] == 0)
    return frame


def test_a_lenders_file_gives_bounds_and_no_auc():
    given = roles(decision="ok", favourable=1)
    got = auc(lenders_file(), given)
    assert got["value"].isna().all()
    assert "bound_low" not in got
    assert got["note"].str.startswith("Declined people have no outcomes").all()
    assert ((got["low"] >= 0) & (got["high"] <= 1) & (got["low"] < 0.5)).all()


def test_bounds_of_a_lenders_file_hold_every_filling():
    frame = lenders_file().groupby("ok").head(8)
    got = auc(frame, roles(decision="ok", favourable=1), by=None).iloc[0]
    values = every_filling(frame)
    assert got["low"] <= values.min()
    assert got["high"] >= values.max()


def test_a_group_of_a_lenders_file_without_one_class_may_have_any_auc():
    frame = pd.DataFrame(
        {
            "race": list("aaaabbbb"),
            "ok": [1, 1, 0, 0, 0, 0, 0, 0],
            "paid": [1, 1, *[None] * 6],
            "points": [4, 3, 2, 1, 4, 3, 2, 1],
        }
    )
    got = auc(frame, roles(decision="ok", favourable=1))
    # The least AUC of a is 2/3, but the bad payers there may be one person.
    assert got["low"].between(0, 0.25).all()
    assert (got["high"] == 1).all()


# Clusters.


def test_clustered_error_is_the_jackknife_of_the_rows():
    frame = applicants(seed=2).assign(branch=lambda f: f.index % 11)
    tally = Tally.from_frame(frame, roles(cluster="branch"), score_bins="exact")
    got = AUC.estimate(tally, None)
    assert got.left_out is not None
    assert len(got.left_out) == 11, "branches 0 to 10 fall into eleven replicate groups"
    left_out = [auc_of_rows(*sides(frame[frame["branch"] != b])) for b in range(11)]
    np.testing.assert_allclose(sorted(got.left_out[:, 0]), sorted(left_out))
    np.testing.assert_allclose(
        got.error, np.sqrt(10 / 11 * ((left_out - np.mean(left_out)) ** 2).sum())
    )


def test_a_group_in_one_cluster_has_a_wide_auc():
    frame = applicants(seed=2).assign(branch=lambda f: f.index % 11)
    frame["race"] = np.where(frame["branch"] == 5, "lone", "b")
    got = auc(frame, roles(cluster="branch")).set_index("race").loc["lone"]
    assert got["value"] > 0.5
    assert got["high"] - got["low"] > 0.7
