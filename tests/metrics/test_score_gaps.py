from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp, norm, ttest_ind
from scipy.stats import t as student

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import InputError, MissingRole
from creditaudit.metrics.catalogue import measure


def roles(higher_is="safer", **more):
    given_ = {"groups": ["race"], "outcome": "paid", "good": 1, "score": "points"}
    return Roles(**given_ | {"higher_is": higher_is} | more)


def applicants(seed=1, n=400, values=25):
    rng = np.random.default_rng(seed)
    paid = rng.integers(0, 2, n)
    return pd.DataFrame(
        {
            "race": rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]),
            "paid": paid,
            "points": rng.integers(0, values, n) + 6 * paid,
            "w": rng.lognormal(size=n),
            "branch": rng.integers(0, 11, n),
        }
    )


def counted(frame, given_=None, score_bins="exact"):
    return Tally.from_frame(frame, given_ or roles(), by=["race"], score_bins=score_bins)


def ks_of_rows(rows):
    return ks_2samp(rows.loc[rows["paid"] == 0, "points"], rows.loc[rows["paid"] == 1, "points"])


# KS.


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
def test_ks_equals_scipy_in_both_directions(higher_is):
    frame = applicants()
    got = metrics.ks(counted(frame, roles(higher_is)), by="race").set_index("race")["value"]
    for race, rows in frame.groupby("race"):
        assert got[race] == pytest.approx(ks_of_rows(rows).statistic, abs=1e-12)


def test_weighted_ks_is_that_of_the_weighted_distributions():
    frame = applicants(n=60)
    shares = {}
    for paid, rows in frame.groupby("paid"):
        below = [rows.loc[rows["points"] <= cut, "w"].sum() for cut in range(40)]
        shares[paid] = np.array(below) / rows["w"].sum()
    got = metrics.ks(counted(frame, roles(weight="w")))
    assert got["value"].item() == pytest.approx(np.abs(shares[0] - shares[1]).max(), abs=1e-12)


def test_the_note_says_where_good_payers_score_riskier():
    frame = pd.DataFrame({"race": "a", "paid": [1, 1, 0, 0], "points": [1, 2, 3, 4]})
    got = metrics.ks(counted(frame)).iloc[0]
    assert got["value"] == 1
    assert got["note"] == "At the widest gap good payers score riskier."
    assert metrics.ks(counted(frame, roles("riskier")))["note"].item() == ""


def test_the_range_begins_at_zero_where_the_two_sample_test_sees_nothing():
    frame = applicants(n=2000)
    frame["points"] = np.random.default_rng(5).integers(0, 30, len(frame))
    got = metrics.ks(counted(frame), by="race").set_index("race")
    for race, rows in frame.groupby("race"):
        if ks_of_rows(rows).pvalue > 0.06:
            assert got.loc[race, "low"] == 0
        assert got.loc[race, "high"] > got.loc[race, "value"]


@pytest.mark.parametrize("shift", [0.0, 0.3, 1.2])
@pytest.mark.parametrize(("good", "bad"), [(150, 50), (25, 12)])
def test_ks_ranges_cover(good, bad, shift):
    rng, samples = np.random.default_rng(3), 1_000
    paid = np.repeat([1, 0], [good, bad])
    points = np.round(2 * rng.normal(shift * paid, 1, (samples, good + bad)))
    frame = pd.DataFrame(
        {
            "race": np.arange(samples).repeat(good + bad),
            "paid": np.tile(paid, samples),
            "points": points.ravel(),
        }
    )
    cuts = np.arange(-14, 15) / 2 + 0.25
    truth = np.max(norm.cdf(cuts) - norm.cdf(cuts, shift))
    got = metrics.ks(counted(frame), by="race")
    assert np.mean((got["low"] <= truth) & (truth <= got["high"])) >= 0.93


def every_filling(rows):
    """Return KS for all outcomes of the unknown, by trying all of them."""
    unknown = np.flatnonzero(rows["paid"].isna())
    found = []
    for outcomes in product((0, 1), repeat=len(unknown)):
        paid = rows["paid"].to_numpy(dtype=float, copy=True)
        paid[unknown] = outcomes
        if 0 < paid.sum() < len(paid):
            found.append(ks_of_rows(rows.assign(paid=paid)).statistic)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_upper_bound_over_unknown_outcomes_is_attained_and_the_lower_one_holds(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 10))
    frame = pd.DataFrame(
        {
            "race": "a",
            "paid": rng.choice([0.0, 1.0, np.nan], n, p=[0.35, 0.35, 0.3]),
            "points": rng.integers(0, 6, n),
        }
    )
    frame.loc[:2, "paid"] = [0, 1, np.nan]
    values = every_filling(frame)
    got = metrics.ks(counted(frame)).iloc[0]
    assert got["bound_high"] == pytest.approx(max(values))
    assert got["bound_low"] <= min(values) + 1e-12
    assert f"Outcome known for {frame['paid'].notna().mean():.1%}" in got["note"]


def test_bounds_of_binned_scores_are_attained_by_scores_inside_the_bins():
    paid = [0, 1, 1, 0, 0]
    found = [
        ks_of_rows(pd.DataFrame({"paid": paid, "points": [*low, *high]})).statistic
        for low in product([1, 2], repeat=2)
        for high in product([11, 12, 13], repeat=3)
    ]
    frame = pd.DataFrame({"race": "a", "paid": paid, "points": [1, 2, 11, 12, 13]})
    got = metrics.ks(counted(frame, score_bins=[0, 10, 20])).iloc[0]
    assert (got["bound_low"], got["bound_high"]) == pytest.approx((min(found), max(found)))
    assert got["value"] == got["bound_low"]


def test_a_lenders_file_gives_bounds_and_no_ks():
    frame = applicants(n=60).assign(ok=lambda f: (f["points"] > 14).astype(int))
    seen = frame.assign(paid=frame["paid"].astype(float).mask(frame["ok"] == 0))
    got = metrics.ks(counted(seen, roles(decision="ok", favourable=1)), by="race")
    truth = metrics.ks(counted(frame), by="race")["value"]
    assert got["value"].isna().all()
    assert got["note"].str.startswith("Declined people have no outcomes, so the KS").all()
    assert ((got["low"] <= truth) & (truth <= got["high"])).all()


def test_clusters_widen_the_range_of_ks():
    rng = np.random.default_rng(4)
    branch = np.repeat(np.arange(20), 30)
    paid = (rng.random(600) < rng.beta(2, 2, 20).repeat(30)).astype(int)
    points = np.round(3 * (rng.normal(size=20).repeat(30) + rng.normal(size=600) + paid))
    frame = pd.DataFrame({"race": "a", "paid": paid, "points": points, "branch": branch})
    plain, clustered = (
        metrics.ks(counted(frame, roles(cluster=cluster))).iloc[0] for cluster in (None, "branch")
    )
    assert clustered["value"] == plain["value"]
    width = [row["high"] - row["low"] for row in (plain, clustered)]
    assert width[1] > 1.2 * width[0]


def test_ks_without_one_class_is_null_with_the_reason():
    frame = pd.DataFrame({"race": "a", "paid": [1, 1], "points": [1, 2]})
    got = metrics.ks(counted(frame)).iloc[0]
    assert got[["value", "low", "high"]].isna().all()
    assert got["note"] == "Undefined: there are no bad payers here."
    with pytest.raises(MissingRole, match="ks needs score"):
        metrics.ks(Tally.from_frame(frame, Roles(groups=["race"], outcome="paid", good=1)))


# Gini.


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from(["exact", [0, 9, 18, 40]]))
def test_gini_is_the_auc_mapped_in_every_column(seed, score_bins):
    frame = applicants(seed, n=80)
    frame.loc[::9, "paid"] = None
    tally = counted(frame, score_bins=score_bins)
    one, two = metrics.auc(tally, by="race"), metrics.gini(tally, by="race")
    for name in ("value", "low", "high", "bound_low", "bound_high"):
        np.testing.assert_allclose(two[name], 2 * one[name] - 1)
    assert one[["n", "note"]].equals(two[["n", "note"]])
    gaps = [metrics.disparity(tally, name, by="race", reference="a", kind="difference")
            for name in ("auc", "gini")]  # fmt: skip
    np.testing.assert_allclose(gaps[1]["value"], 2 * gaps[0]["value"])
    np.testing.assert_allclose(gaps[1]["p_value"], gaps[0]["p_value"])


@pytest.mark.parametrize("metric", ["gini", "mean_score", "calibration_gap"])
def test_ratios_of_what_can_be_negative_are_refused(metric):
    frame = applicants().assign(points=lambda f: f["points"] / 40)
    with pytest.raises(InputError, match='Pass kind="difference"'):
        metrics.disparity(counted(frame), metric, by="race")


# Mean score.


def test_the_mean_score_and_its_range_are_students():
    frame = applicants()
    got = metrics.mean_score(counted(frame), by="race").set_index("race")
    for race, rows in frame.groupby("race"):
        points, row = rows["points"], got.loc[race]
        ends = student.interval(0.95, len(points) - 1, points.mean(), points.sem())
        np.testing.assert_allclose(row[["value", "low", "high"]].astype(float),
                                   [points.mean(), *ends])  # fmt: skip
        assert row["n"] == len(points)


def test_the_weighted_mean_score_has_the_linearised_error():
    frame = applicants(n=90)
    w, x = frame["w"].to_numpy(), frame["points"].to_numpy()
    mean = np.average(x, weights=w)
    error = np.sqrt(90 / 89 * (w**2 * (x - mean) ** 2).sum()) / w.sum()
    got = measure("mean_score").estimate(counted(frame, roles(weight="w")), None)
    assert got.value.item() == pytest.approx(mean)
    assert got.error is not None
    assert got.error.item() == pytest.approx(error)


def test_the_clustered_mean_score_has_the_jackknifes_error():
    frame = applicants(n=110)
    left_out = [frame.loc[frame["branch"] != b, "points"].mean() for b in range(11)]
    error = np.sqrt(10 / 11 * ((left_out - np.mean(left_out)) ** 2).sum())
    reach = student.ppf(0.975, 10) * error
    got = metrics.mean_score(counted(frame, roles(cluster="branch"))).iloc[0]
    assert got["high"] - got["value"] == pytest.approx(reach)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_bounds_of_binned_scores_hold_the_mean_of_the_rows(seed):
    frame = applicants(seed, n=50)
    exact = metrics.mean_score(counted(frame), by="race")
    got = metrics.mean_score(counted(frame, score_bins=[0, 7, 8, 20, 31]), by="race")
    assert (got["bound_low"] <= exact["value"]).all()
    assert (got["bound_high"] >= exact["value"]).all()
    assert got["value"].between(got["bound_low"], got["bound_high"]).all()


def test_bounds_are_the_ends_of_the_bins():
    frame = pd.DataFrame({"race": "a", "paid": 1, "points": [1, 2, 12]})
    got = metrics.mean_score(counted(frame, score_bins=[0, 10, 20])).iloc[0]
    ends = got[["value", "bound_low", "bound_high"]].astype(float)
    np.testing.assert_allclose(ends, [25 / 3, 10 / 3, 40 / 3])


def test_scores_outside_the_bins_leave_one_bound():
    frame = pd.DataFrame({"race": "a", "paid": 1, "points": [1, 2, 12, 50]})
    got = metrics.mean_score(counted(frame, score_bins=[0, 10, 20])).iloc[0]
    assert got[["value", "low", "high", "bound_high"]].isna().all()
    assert got["bound_low"] == pytest.approx((0 + 0 + 10 + 20) / 4)
    assert got["note"].startswith("Undefined: 1 of 4 people score under the first or over")


@pytest.mark.parametrize("points", [[5], [5, 5, 5]])
def test_no_spread_is_no_range(points):
    frame = pd.DataFrame({"race": "a", "paid": 1, "points": points})
    got = metrics.mean_score(counted(frame)).iloc[0]
    assert got["value"] == 5
    assert got[["low", "high"]].isna().all()
    assert got["note"].startswith("No range")


def test_nobody_with_a_score_is_null_with_the_reason():
    frame = pd.DataFrame({"race": ["a", "b"], "paid": 1, "points": [None, 3.0]})
    got = metrics.mean_score(counted(frame), by="race").iloc[0]
    assert np.isnan(got["value"])
    assert got["note"] == "Undefined: there are no people with a score here."


@pytest.mark.parametrize(("higher_is", "sign"), [("safer", -1), ("riskier", 1)])
def test_detectable_gaps_in_means_lie_where_the_group_is_worse_off(higher_is, sign):
    got = metrics.disparity(counted(applicants(), roles(higher_is)), "mean_score", by="race",
                            reference="a", kind="difference")  # fmt: skip
    assert (np.sign(got["detectable"]) == sign).all()


def test_the_gap_in_means_is_near_welchs_test():
    frame = applicants(n=2_000)
    got = metrics.disparity(counted(frame), "mean_score", by="race", reference="a",
                            kind="difference").set_index("race")  # fmt: skip
    sides = [frame.loc[frame["race"] == race, "points"] for race in "ba"]
    welch = ttest_ind(*sides, equal_var=False)
    assert got.loc["b", "value"] == pytest.approx(sides[0].mean() - sides[1].mean())
    assert got.loc["b", "p_value"] == pytest.approx(welch.pvalue, rel=0.02)


def test_published_scores_bound_the_mean_of_the_rows():
    frame = applicants(n=900)
    tally = counted(frame, roles(score_range=(0, 40)), score_bins=20)
    published = tally.publish(min_cell=5)
    got = metrics.mean_score(published, by="race").set_index("race")
    exact = metrics.mean_score(counted(frame), by="race").set_index("race")
    for race in set(got.index) & set(exact.index):
        assert got.loc[race, "bound_low"] <= exact.loc[race, "value"]
        assert got.loc[race, "bound_high"] >= exact.loc[race, "value"]
    ks = metrics.ks(published)
    assert ks["bound_low"].item() <= metrics.ks(counted(frame))["value"].item()
    assert ks["bound_high"].item() >= metrics.ks(counted(frame))["value"].item()


def test_people_without_a_score_merged_with_the_lowest_widen_every_bound():
    frame = applicants(n=600)
    frame["points"] = frame["points"].astype(float).mask(frame.index % 120 == 0)
    published = counted(frame, roles(score_range=(0, 40)), score_bins=20).publish(min_cell=5)
    assert published.bins is not None
    assert published.bins.unscored
    for name in ("ks", "auc", "mean_score"):
        got = getattr(metrics, name)(published).iloc[0]
        truth = getattr(metrics, name)(counted(frame))["value"].item()
        assert got["bound_low"] - 1e-12 <= truth <= got["bound_high"] + 1e-12, name
    assert np.isnan(got["value"])


# The gap in standard deviations.


def smd(frame, given_=None, **how):
    return metrics.standardised_mean_difference(counted(frame, given_, **how), by="race",
                                                reference="a").set_index("race")  # fmt: skip


def test_the_standardised_gap_is_cohens_d():
    frame = applicants()
    got = smd(frame)
    a = frame.loc[frame["race"] == "a", "points"]
    for race in "bc":
        x = frame.loc[frame["race"] == race, "points"]
        pooled = ((len(x) - 1) * x.var() + (len(a) - 1) * a.var()) / (len(x) + len(a) - 2)
        assert got.loc[race, "value"] == pytest.approx((x.mean() - a.mean()) / np.sqrt(pooled))
        assert got.loc[race, ["n", "n_reference"]].tolist() == [len(x), len(a)]


def test_ranges_of_the_standardised_gap_cover():
    rng, held = np.random.default_rng(8), []
    for _ in range(300):
        points = np.concatenate([rng.gamma(4, 1, 120), rng.gamma(4, 1, 30) - 1])
        frame = pd.DataFrame({"race": ["a"] * 120 + ["b"] * 30, "paid": 1, "points": points})
        row = smd(frame).iloc[0]
        held.append(row["low"] <= -0.5 <= row["high"])
    assert np.mean(held) >= 0.92


def test_the_standardised_gap_ignores_the_scale_of_the_score_and_of_weights():
    frame = applicants()
    one = smd(frame, roles(weight="w"))
    two = smd(frame.assign(points=3 * frame["points"] + 300, w=1e3 * frame["w"]),
              roles(weight="w"))  # fmt: skip
    np.testing.assert_allclose(one[["value", "low", "high"]], two[["value", "low", "high"]])


def test_a_score_that_does_not_vary_has_no_standardised_gap():
    frame = pd.DataFrame({"race": list("aabb"), "paid": 1, "points": [1, 1, 2, 2]})
    got = smd(frame).iloc[0]
    assert np.isnan(got["value"])
    assert "does not vary" in got["note"]
    assert "middles" in smd(applicants(), score_bins=[0, 10, 40])["note"].iloc[0]
    clustered = smd(applicants(), roles(cluster="branch"))
    assert (clustered["high"] > clustered["value"]).all()
