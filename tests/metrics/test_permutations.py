import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact, hypergeom, permutation_test
from statsmodels.stats.multitest import multipletests

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import InputError, NothingToCompare

WIDE = {"approved": "approved", "refused": "refused"}


def tally(*rows):
    table = pd.DataFrame(rows, columns=["race", "approved", "refused"])
    return Tally.from_counts(table, Roles(groups=["race"]), count=WIDE)


FOUR = tally(("a", 80, 20), ("b", 30, 20), ("c", 55, 45), ("d", 3, 6))


# Fisher's exact test.


def test_fishers_p_values_are_scipys_and_their_correction_statsmodels():
    got = metrics.exact_test(FOUR, by="race", reference="a").set_index("race")
    counts = {"b": [30, 20], "c": [55, 45], "d": [3, 6]}
    for race, row in counts.items():
        expected = fisher_exact([row, [80, 20]]).pvalue
        assert got.loc[race, "p_value"] == pytest.approx(expected, rel=1e-12)
        odds = row[0] * 20 / (row[1] * 80)
        assert got.loc[race, "value"] == pytest.approx(odds)
    adjusted = multipletests(got["p_value"], method="holm")[1]
    np.testing.assert_allclose(got["p_adjusted"], adjusted)


def test_the_mid_p_value_counts_what_is_as_likely_half():
    got = metrics.exact_test(tally(("a", 7, 3), ("b", 2, 6)), by="race", reference="a").iloc[0]
    support = np.arange(0, 9)
    chance = hypergeom.pmf(support, 18, 8, 9)
    seen = chance[support == 2][0]
    less = chance[chance < seen * (1 - 1e-9)].sum()
    tied = chance[np.isclose(chance, seen)].sum()
    assert got["p_value"] == pytest.approx(less + tied)
    assert got["mid_p"] == pytest.approx(less + tied / 2)


@pytest.mark.slow
def test_the_exact_test_rejects_less_often_than_it_says_and_mid_p_about_as_often():
    rng, samples = np.random.default_rng(1), 400
    rows = {"p_value": [], "mid_p": []}
    for _ in range(samples):
        a, b = rng.binomial(60, 0.7), rng.binomial(20, 0.7)
        got = metrics.exact_test(tally(("a", a, 60 - a), ("b", b, 20 - b)), by="race",
                                 reference="a").iloc[0]  # fmt: skip
        for name in rows:
            rows[name].append(got[name] < 0.05)
    assert np.mean(rows["p_value"]) < 0.045
    assert np.mean(rows["mid_p"]) == pytest.approx(0.05, abs=0.02)


def test_a_group_without_a_denominator_is_null_with_the_reason():
    got = metrics.exact_test(tally(("a", 7, 3), ("b", 0, 0)), by="race", reference="a").iloc[0]
    assert got[["value", "p_value", "mid_p"]].isna().all()
    assert got["note"] == "Undefined: there are no decisions here."
    all_approved = metrics.exact_test(tally(("a", 7, 3), ("b", 5, 0)), by="race").iloc[0]
    assert np.isnan(all_approved["value"])
    assert 0 < all_approved["p_value"] < 1


@pytest.mark.parametrize("name", ["exact_test", "permutation_test"])
@pytest.mark.parametrize(
    ("roles", "words"), [({"weight": "w"}, "survey weights"), ({"cluster": "branch"}, "clusters")]
)
def test_what_cannot_be_dealt_is_refused(name, roles, words):
    frame = pd.DataFrame({"race": list("ab") * 20, "ok": [0, 1, 1] * 13 + [1], "w": 2.5,
                          "branch": 1})  # fmt: skip
    counted = Tally.from_frame(frame, Roles(groups=["race"], decision="ok", favourable=1, **roles))
    with pytest.raises(InputError, match=words):
        getattr(metrics, name)(counted, by="race")
    with pytest.raises(InputError, match="not whole"):
        getattr(metrics, name)(tally(("a", 7.5, 3), ("b", 5, 1)), by="race")


def test_exact_tests_of_what_is_no_rate_are_refused():
    with pytest.raises(InputError, match="exact_test needs a rate"):
        metrics.exact_test(FOUR, "auc", by="race")


# Dealing the labels anew.


def test_two_groups_are_dealt_as_the_hypergeometric_says():
    counted = tally(("a", 40, 20), ("b", 14, 16))
    got = metrics.permutation_test(counted, by="race", replicates=20_000, seed=3).iloc[0]
    support = np.arange(0, 31)
    chance = hypergeom.pmf(support, 90, 54, 30)
    gaps = np.abs(support / 30 - (54 - support) / 60)
    expected = chance[gaps >= abs(14 / 30 - 40 / 60) - 1e-12].sum()
    assert got["low"] <= expected <= got["high"]
    assert got["p_value"] == pytest.approx(expected, abs=0.006)
    assert got["by_chance"] == pytest.approx((chance * gaps).sum(), abs=0.003)
    assert got[["groups", "n", "replicates"]].tolist() == [2, 90, 20_000]


def test_the_p_value_is_that_of_scipy_from_the_rows():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"race": ["a"] * 50 + ["b"] * 40 + ["c"] * 35,
                          "ok": rng.integers(0, 2, 125)})  # fmt: skip
    counted = Tally.from_frame(frame, Roles(groups=["race"], decision="ok", favourable=1))
    got = metrics.permutation_test(counted, by="race", replicates=9_999).iloc[0]
    sides = [rows["ok"].to_numpy() for _, rows in frame.groupby("race")]

    def apart(*groups):
        means = [g.mean() for g in groups]
        return max(means) - min(means)

    theirs = permutation_test(sides, apart, n_resamples=4_000, alternative="greater",
                              permutation_type="independent", vectorized=False, rng=1)  # fmt: skip
    assert got["value"] == pytest.approx(theirs.statistic)
    assert got["p_value"] == pytest.approx(theirs.pvalue, abs=0.03)


def test_one_seed_gives_one_p_value_and_it_is_never_zero():
    one, two, three = (metrics.permutation_test(FOUR, by="race", replicates=999, seed=s, kind=k)
                       for s, k in ((1, "ratio"), (1, "ratio"), (2, "difference")))  # fmt: skip
    pd.testing.assert_frame_equal(one, two)
    assert one["by_chance"].item() != three["by_chance"].item()
    clear = metrics.permutation_test(tally(("a", 90, 0), ("b", 0, 90)), by="race", replicates=199)
    assert clear["p_value"].item() == 1 / 200


def test_the_test_rejects_as_often_as_it_says():
    rng, rejected = np.random.default_rng(5), 0
    for seed in range(200):
        ok = rng.binomial([200, 60, 40], 0.7)
        rows = zip("abc", ok, np.array([200, 60, 40]) - ok, strict=True)
        got = metrics.permutation_test(tally(*rows), by="race", replicates=199, seed=seed)
        rejected += got["p_value"].item() <= 0.05
    assert rejected / 200 == pytest.approx(0.05, abs=0.04)


def scored(n=500, seed=1):
    rng = np.random.default_rng(seed)
    paid = rng.integers(0, 2, n)
    return pd.DataFrame({"race": rng.choice(["a", "b"], n), "paid": paid,
                         "points": rng.integers(0, 12, n) + 3 * paid})  # fmt: skip


@pytest.mark.parametrize("metric", ["auc", "ks", "gini", "mean_score"])
def test_scores_are_dealt_with_their_outcomes(metric, monkeypatch):
    given = Roles(groups=["race"], outcome="paid", good=1, score="points", higher_is="safer")
    frame = scored()
    frame.loc[frame["race"] == "b", "points"] = 5
    counted = Tally.from_frame(frame, given, score_bins="exact")
    got = metrics.permutation_test(counted, metric, by="race", replicates=199)
    if metric != "mean_score":
        assert got["p_value"].item() == 1 / 200
    even = Tally.from_frame(scored(), given, score_bins="exact")
    one = metrics.permutation_test(even, metric, by="race", replicates=199)
    assert one["p_value"].item() > 0.01
    monkeypatch.setattr("creditaudit.metrics.permutations._LARGEST", 5_000)
    assert len(metrics.permutation_test(even, metric, by="race", replicates=199)) == 1


def test_small_groups_are_left_out_and_unknown_values_refused():
    assert metrics.permutation_test(FOUR, by="race", replicates=99)["groups"].item() == 3
    assert metrics.permutation_test(FOUR, by="race", replicates=99, min_people=1)["n"].item() == 259
    with pytest.raises(NothingToCompare, match="0 groups have 101"):
        metrics.permutation_test(FOUR, by="race", min_people=101)
    with pytest.raises(InputError, match="99 replicates or more"):
        metrics.permutation_test(FOUR, by="race", replicates=50)
    frame = pd.DataFrame({"race": list("ab") * 60, "ok": [1, 1, 0, 0] * 30,
                          "paid": [1, 0, None, None, 0, 1, None, None] * 15})  # fmt: skip
    given = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1)
    with pytest.raises(InputError, match="is not known for every group"):
        metrics.permutation_test(Tally.from_frame(frame, given), "true_positive_rate", by="race",
                                 min_people=5)  # fmt: skip
