"""Means and quantiles of terms against scipy and numpy, and what stays undefined."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import creditaudit as ca
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.metrics.terms_sums import means

EDGES = [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]


@pytest.fixture
def offers():
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"group": rng.choice(["a", "b", "c"], 300, p=[0.6, 0.3, 0.1])})
    frame["score"] = rng.choice([1.0, 2.0, 3.0], 300)
    frame["rate"] = 3 + 0.5 * (frame["group"] == "b") + rng.gamma(2, 1, 300) - 0.4 * frame["score"]
    frame["rate"] = frame["rate"].clip(0, 9.9)
    frame["w"] = rng.lognormal(0, 1, 300)
    frame.loc[::7, "rate"] = np.nan
    return frame


def summary(frame, **given):
    roles = {"groups": ["group"], "amount": "rate", "higher_is": "worse"}
    cut = {name: given.pop(name) for name in ("bands", "edges") if name in given}
    return ca.TermsTally.from_frame(frame, ca.TermsRoles(**(roles | given)), **cut)


def test_the_difference_is_that_of_welch(offers):
    found = ca.metrics.terms_disparity(summary(offers), by="group", reference="a")
    x = {name: part.dropna().to_numpy() for name, part in offers.groupby("group")["rate"]}
    for row in found.itertuples():
        mine, base = x[row.group], x["a"]
        expected = stats.ttest_ind_from_stats(
            mine.mean(), mine.std(ddof=1), len(mine), base.mean(), base.std(ddof=1), len(base),
            equal_var=False,
        )  # fmt: skip
        ends = stats.ttest_ind(mine, base, equal_var=False).confidence_interval()
        assert row.p_value == pytest.approx(expected.pvalue)
        assert (row.low, row.high) == pytest.approx((ends.low, ends.high))
    assert found["p_adjusted"].to_numpy() == pytest.approx(
        ca.intervals.holm(found["p_value"].to_numpy())
    )


def test_the_mean_is_that_of_student(offers):
    found = ca.metrics.terms_mean(summary(offers), "group").set_index("group")
    x = offers[offers["group"] == "b"]["rate"].dropna()
    ends = stats.t.interval(0.95, len(x) - 1, x.mean(), stats.sem(x))
    row = found.loc["b"]
    assert (row["value"], row["low"], row["high"]) == pytest.approx((x.mean(), *ends))
    assert row["without"] == offers[offers["group"] == "b"]["rate"].isna().sum()


def test_published_means_give_the_gap_of_the_rows(offers):
    table = offers.dropna().groupby("group")["rate"].agg(["size", "mean", "std"]).reset_index()
    roles = ca.TermsRoles(groups=["group"], amount="mean", higher_is="worse")
    counts = ca.TermsTally.from_counts(table, roles, n="size", sd="std")
    one, other = (
        ca.metrics.terms_disparity(x, by="group", reference="a", kind="ratio")
        for x in (counts, summary(offers))
    )
    pd.testing.assert_frame_equal(one, other)


def test_the_ratio_is_delta_on_the_log_scale(offers):
    row = ca.metrics.terms_disparity(
        summary(offers), by="group", reference="a", kind="ratio"
    ).iloc[0]  # fmt: skip
    x = {name: part.dropna().to_numpy() for name, part in offers.groupby("group")["rate"]}
    parts = [x[k].var(ddof=1) / len(x[k]) / x[k].mean() ** 2 for k in "ba"]
    df = sum(parts) ** 2 / sum(p**2 / (len(x[k]) - 1) for p, k in zip(parts, "ba", strict=True))
    reach = stats.t.ppf(0.975, df) * np.sqrt(sum(parts))
    ratio = x["b"].mean() / x["a"].mean()
    assert (row["value"], row["low"], row["high"]) == pytest.approx(
        (ratio, ratio * np.exp(-reach), ratio * np.exp(reach))
    )


def test_weights_enter_as_linearised_effective_people(offers):
    terms = summary(offers, weight="w")
    x = offers.dropna()
    x = x[x["group"] == "a"]
    rate, w = x["rate"].to_numpy(), x["w"].to_numpy()
    mean = np.average(rate, weights=w)
    spread = np.average((rate - mean) ** 2, weights=w)
    people = min(spread / ((w**2 * (rate - mean) ** 2).sum() / w.sum() ** 2), len(x))
    row = ca.metrics.terms_mean(terms, "group").set_index("group").loc["a"]
    reach = stats.t.ppf(0.975, people - 1) * np.sqrt(spread / (people - 1))
    assert (row["value"], row["high"] - row["value"]) == pytest.approx((mean, reach))


def test_rescaling_weights_changes_nothing(offers):
    one, other = (
        ca.metrics.terms_disparity(summary(offers.assign(w=c * offers["w"]), weight="w"),
                                   by="group") for c in (1, 1000)
    )  # fmt: skip
    pd.testing.assert_frame_equal(one, other)


def test_within_bands_both_have_the_shares_of_the_group(offers):
    terms = summary(offers, control="score", bands=[1, 2, 3, 4])
    found = ca.metrics.terms_disparity(terms, by="group", reference="a", within_bands=True)
    x = offers.dropna()
    mean = x.groupby(["group", "score"])["rate"].mean().unstack()
    shares = x[x["group"] == "b"]["score"].value_counts(normalize=True)
    gap = ((mean.loc["b"] - mean.loc["a"]) * shares).sum()
    var = x.groupby(["group", "score"])["rate"].var().unstack()
    n = x.groupby(["group", "score"])["rate"].size().unstack()
    error = np.sqrt((shares**2 * (var / n).loc[["a", "b"]].sum()).sum())
    row = found.set_index("group").loc["b"]
    assert row["value"] == pytest.approx(gap)
    assert (row["high"] - row["low"]) / 2 == pytest.approx(1.96 * error, rel=0.03)


def test_without_one_person_in_common_nothing_is_compared_within_bands(offers):
    frame = offers.assign(score=(offers["group"] == "a").astype(float))
    terms = summary(frame, control="score", bands=[0, 1, 2])
    found = ca.metrics.terms_disparity(terms, by="group", reference="a", within_bands=True)
    assert found["value"].isna().all()
    assert found["note"].str.contains("no band has two people of each group").all()


def test_worst_case_bounds_hold_whatever_people_without_terms_got(offers):
    terms = summary(offers, edges=EDGES)
    found = ca.metrics.terms_mean(terms, "group").set_index("group")
    rng = np.random.default_rng(1)
    for _ in range(50):
        low, high = np.sort(rng.uniform(0, 10, 2))
        filled = offers["rate"].fillna(pd.Series(rng.uniform(low, high, len(offers))))
        for name, mean in filled.groupby(offers["group"]).mean().items():
            assert found.loc[name, "bound_low"] <= mean <= found.loc[name, "bound_high"]
    for edge, side in ((0.0, "bound_low"), (10.0, "bound_high")):
        mean = offers["rate"].fillna(edge).groupby(offers["group"]).mean()
        assert found[side].to_numpy() == pytest.approx(mean.to_numpy())


def test_amounts_beyond_the_edges_leave_no_worst_case(offers):
    found = ca.metrics.terms_mean(summary(offers, edges=[0, 2, 3]), "group")
    assert found[["bound_low", "bound_high"]].isna().all(axis=None)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("weight", [None, "w"])
def test_a_quantile_lies_in_its_bin(offers, q, weight):
    terms = summary(offers, edges=EDGES, weight=weight)
    found = ca.metrics.terms_quantile(terms, "group", q=q)
    assert found["value"].isna().all()
    for row in found.itertuples():
        x = offers[offers["group"] == row.group].dropna().sort_values("rate")
        w = np.ones(len(x)) if weight is None else x["w"].to_numpy()
        true = x["rate"].to_numpy()[np.searchsorted(w.cumsum(), q * w.sum())]
        assert row.bound_low <= true <= row.bound_high
        assert row.low <= row.bound_low < row.bound_high <= row.high


def test_a_quantile_gap_holds_the_true_one_in_every_band(offers):
    terms = summary(offers, edges=EDGES, control="score", bands=[1, 2, 3, 4])
    found = ca.metrics.quantile_gap(terms, by="group", reference="a", by_band=True)
    labels = {"[1, 2)": 1, "[2, 3)": 2, "[3, 4]": 3}
    assert len(found) == 6
    for row in found.itertuples():
        x = offers[offers["score"] == labels[row.band]].dropna()
        true = [
            np.quantile(x[x["group"] == name]["rate"], 0.5, method="inverted_cdf")
            for name in (row.group, "a")
        ]
        assert row.bound_low <= true[0] - true[1] <= row.bound_high


def test_what_is_undefined_is_null_with_a_reason():
    frame = pd.DataFrame({"group": list("aabbcdd"), "rate": [3, 5, 4, 4, 2, None, None]})
    found = ca.metrics.terms_mean(summary(frame), "group").set_index("group")
    assert found.loc["a", "note"] == ""
    assert found.loc["b", "note"].startswith("No range: everyone here got the same")
    assert found.loc["c", "note"].startswith("No range: it takes two")
    assert found.loc["d", "note"].startswith("Undefined: nobody here got terms")
    assert found.loc[["b", "c", "d"], ["low", "high"]].isna().all(axis=None)
    gaps = ca.metrics.terms_disparity(summary(frame), by="group", reference="a").set_index("group")
    assert sorted(gaps.index) == ["b", "c"]
    assert np.isnan(gaps.loc["c", "low"])
    assert np.isfinite(gaps.loc["b", "low"])
    negative = ca.metrics.terms_disparity(
        summary(frame.assign(rate=-frame["rate"])), by="group", reference="a", kind="ratio"
    )
    assert negative["value"].isna().all()
    assert negative["note"].str.contains("needs means above 0").all()


def test_a_table_without_spread_has_gaps_without_ranges():
    table = pd.DataFrame({"group": ["a", "b"], "n": [10, 20], "mean": [4.0, 5.0]})
    roles = ca.TermsRoles(groups=["group"], amount="mean", higher_is="worse")
    terms = ca.TermsTally.from_counts(table, roles, sd=None)
    row = ca.metrics.terms_disparity(terms, by="group", reference="a").iloc[0]
    assert row["value"] == 1
    assert np.isnan(row["low"])
    assert "no standard deviation" in row["note"]


def test_large_amounts_lose_no_spread():
    x = 250_000 + np.arange(10.0)
    frame = pd.DataFrame({"group": "a", "rate": x})
    sums = summary(frame).select(("group",)).sums[0]
    assert means(sums)[1] == pytest.approx(x.var(ddof=1) / 10, rel=1e-3)


def test_questions_that_cannot_be_put_say_why(offers):
    terms = summary(offers)
    with pytest.raises(InputError, match="kind='odds'"):
        ca.metrics.terms_disparity(terms, by="group", kind="odds")
    with pytest.raises(InputError, match="reference='z' is not a group"):
        ca.metrics.terms_disparity(terms, by="group", reference="z")
    with pytest.raises(InputError, match="needs bands="):
        ca.metrics.terms_disparity(terms, by="group", within_bands=True)
    with pytest.raises(InputError, match="need edges="):
        ca.metrics.terms_quantile(terms, "group")
    with pytest.raises(InputError, match="between 0 and 1"):
        ca.metrics.terms_quantile(summary(offers, edges=EDGES), "group", q=1)
    with pytest.raises(NothingToCompare, match="takes two"):
        ca.metrics.terms_disparity(summary(offers[offers["group"] == "a"]), by="group")
