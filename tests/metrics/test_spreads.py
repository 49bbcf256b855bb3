from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from creditaudit import Roles, Tally, intervals, metrics
from creditaudit.errors import InputError, NothingToCompare

WIDE = {"approved": "approved", "refused": "refused"}
MATRIX = {name: name for name in ("tp", "fn", "fp", "tn")}
ROLES = Roles(groups=["race"])


def tally(*rows):
    """Return the tally of rows of group, approved and refused."""
    table = pd.DataFrame(rows, columns=["race", "approved", "refused"])
    return Tally.from_counts(table, ROLES, count=WIDE)


def matrix(*rows):
    table = pd.DataFrame(rows, columns=["race", "tp", "fn", "fp", "tn"])
    return Tally.from_counts(table, ROLES, count=MATRIX)


FOUR = tally(("a", 80, 20), ("b", 30, 20), ("c", 55, 45), ("tiny", 1, 5))


# The worst against the best.


def test_the_two_groups_are_named_with_their_people():
    got = metrics.worst_against_best(FOUR, by="race").iloc[0]
    assert got[["worst", "n_worst", "best", "n_best"]].tolist() == ["c", 100, "a", 100]
    assert got["value"] == pytest.approx(0.55 / 0.8)
    assert got["groups"] == 3
    assert got["excluded"] == "tiny (6)"
    gap = metrics.worst_against_best(FOUR, by="race", kind="difference", min_people=0).iloc[0]
    assert gap["worst"] == "tiny"
    assert gap["value"] == pytest.approx(0.8 - 1 / 6)
    assert gap["excluded"] == ""


def test_the_worst_is_on_the_side_of_harm():
    counted = matrix(("a", 80, 20, 30, 70), ("b", 60, 40, 30, 70))
    for name, worst in (("true_positive_rate", "b"), ("false_negative_rate", "b")):
        got = metrics.worst_against_best(counted, name, by="race").iloc[0]
        assert got["worst"] == worst
        assert got["value"] < 1


@pytest.mark.parametrize("kind", ["difference", "ratio"])
def test_with_two_groups_it_is_the_disparity(kind):
    two = tally(("a", 80, 20), ("b", 30, 20))
    got = metrics.worst_against_best(two, by="race", kind=kind).iloc[0]
    other = metrics.disparity(two, by="race", reference="a", kind=kind).iloc[0]
    sign = -1 if kind == "difference" else 1
    assert got["value"] == pytest.approx(sign * other["value"])
    ends = sorted(sign * other[["low", "high"]].astype(float))
    np.testing.assert_allclose(got[["low", "high"]].astype(float), ends)


def test_the_range_is_that_of_all_pairs_together():
    got = metrics.worst_against_best(FOUR, by="race", kind="difference").iloc[0]
    rates = {"a": (0.8, 100.0), "b": (0.6, 50.0), "c": (0.55, 100.0)}
    ends = []
    for one, other in combinations(rates, 2):
        arrays = [np.array(x) for x in (*rates[one], *rates[other])]
        low, high = intervals.miettinen_nurminen(*arrays, "difference", 1 - 0.05 / 3)
        ends += [(low, high), (-high, -low)]
    assert got["low"] == pytest.approx(max(low for low, _ in ends), abs=1e-9)
    assert got["high"] == pytest.approx(max(high for _, high in ends), abs=1e-9)


@pytest.mark.parametrize("kind", ["difference", "ratio"])
@pytest.mark.parametrize("apart", [False, True])
def test_the_range_holds_the_true_widest_gap_whichever_pair_is_picked(kind, apart):
    rng = np.random.default_rng(6)
    rates = np.array([0.7, 0.7, 0.7, 0.7]) - apart * np.array([0, 0.1, 0.2, 0.05])
    sizes = np.array([300, 200, 100, 60])
    truth = rates.max() - rates.min() if kind == "difference" else rates.min() / rates.max()
    held, gaps, chance = 0, [], []
    for seed in range(100):
        approved = rng.binomial(sizes, rates)
        rows = zip("abcd", approved, sizes - approved, strict=True)
        got = metrics.worst_against_best(tally(*rows), by="race", kind=kind, replicates=200,
                                         seed=seed).iloc[0]  # fmt: skip
        held += got["low"] - 1e-12 <= truth <= got["high"] + 1e-12
        gaps.append(got["value"])
        chance.append(got["by_chance"])
    assert held / 100 >= 0.92
    if not apart:
        # What is seen without any gap is what chance is said to show.
        assert np.mean(gaps) == pytest.approx(np.mean(chance), rel=0.12)


def test_a_reference_keeps_its_own_pairs():
    got = metrics.worst_against_best(FOUR, by="race", reference="b", kind="difference").iloc[0]
    assert {got["worst"], got["best"]} == {"a", "b"}
    pairs = metrics.disparity(FOUR, by="race", reference="b", kind="difference")
    assert got["value"] == pytest.approx(pairs.set_index("race").loc["a", "value"])


def test_nobody_approved_in_one_group_is_a_ratio_of_zero():
    got = metrics.worst_against_best(tally(("a", 80, 20), ("b", 0, 50)), by="race").iloc[0]
    assert (got["value"], got["worst"], got["low"]) == (0, "b", 0)
    none = metrics.worst_against_best(tally(("a", 0, 60), ("b", 0, 50)), by="race").iloc[0]
    assert np.isnan(none["value"])
    assert none["note"] == "Not known, or the highest value is 0."


def test_one_seed_gives_one_number():
    one, two, three = (
        metrics.worst_against_best(FOUR, by="race", seed=s)["by_chance"][0] for s in (1, 1, 2)
    )
    assert one == two != three


def test_auc_and_gaps_of_calibration_have_a_spread_too():
    rng = np.random.default_rng(2)
    p = rng.beta(4, 2, 900).round(2).clip(0.01, 0.99)
    frame = pd.DataFrame({"race": rng.choice(["a", "b", None], 900, p=[0.5, 0.4, 0.1]), "p": p,
                          "paid": (rng.random(900) < p).astype(int)})  # fmt: skip
    given = Roles(groups=["race"], outcome="paid", good=1, score="p", higher_is="safer")
    counted = Tally.from_frame(frame, given, score_bins="exact")
    for name in ("auc", "calibration_gap", "mean_score"):
        got = metrics.worst_against_best(counted, name, by="race", kind="difference").iloc[0]
        assert 0 <= got["low"] <= got["value"] <= got["high"]
        assert got["by_chance"] > 0
        assert got["excluded"].startswith("missing (")


def test_a_lenders_file_bounds_the_spread():
    frame = pd.DataFrame({"race": list("ab") * 60, "ok": [1, 1, 0, 0] * 30,
                          "paid": [1, 0, None, None, 1, 1, None, None] * 15})  # fmt: skip
    given = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1)
    got = metrics.worst_against_best(Tally.from_frame(frame, given), "true_positive_rate",
                                     by="race", kind="difference",
                                     min_people=10).iloc[0]  # fmt: skip
    assert np.isnan(got["value"])
    assert 0 <= got["low"] < got["high"] <= 1
    assert "Declined people have no outcomes" in got["note"]


def test_fewer_than_two_groups_of_enough_people_is_named():
    with pytest.raises(NothingToCompare, match="1 groups have 90 people or more"):
        metrics.worst_against_best(tally(("a", 80, 20), ("b", 30, 20)), by="race", min_people=90)
    with pytest.raises(InputError, match='"difference" or "ratio"'):
        metrics.worst_against_best(FOUR, by="race", kind="odds_ratio")


# Shortfall.


def test_the_shortfall_is_the_gap_times_the_people():
    got = metrics.shortfall(FOUR, by="race", reference="a").set_index("race")
    gap = metrics.disparity(FOUR, by="race", reference="a", kind="difference").set_index("race")
    assert got.loc["b", "value"] == pytest.approx(50 * 0.2)
    np.testing.assert_allclose(got["value"], -gap["value"] * gap["n"])
    np.testing.assert_allclose(got["low"], -gap["high"] * gap["n"])
    np.testing.assert_allclose(got["high"], -gap["low"] * gap["n"])
    np.testing.assert_allclose(got["p_adjusted"], gap["p_adjusted"])


def test_deviations_are_the_pooled_two_sample_statistic():
    got = metrics.shortfall(FOUR, by="race", reference="a").set_index("race").loc["b"]
    pooled = 110 / 150
    z = 0.2 / np.sqrt(pooled * (1 - pooled) * (1 / 50 + 1 / 100))
    assert got["deviations"] == pytest.approx(z)
    assert got["deviations_low"] == pytest.approx(z * got["low"] / got["value"])
    # The factor (N - 1) / N of the score test is all that lies between z and the p-value.
    p = intervals.two_sided_p(np.array(z * np.sqrt(149 / 150)))
    assert got["p_value"] == pytest.approx(float(p))


def test_a_group_ahead_of_the_reference_is_below_zero():
    got = metrics.shortfall(FOUR, by="race", reference="b").set_index("race")
    assert got.loc["a", "value"] == pytest.approx(-100 * 0.2)
    assert got.loc["a", "deviations"] < 0


def test_of_harms_it_counts_how_many_fewer():
    counted = matrix(("a", 80, 20, 30, 70), ("b", 60, 40, 30, 70))
    more, fewer = (
        metrics.shortfall(counted, name, by="race", reference="a").iloc[0]
        for name in ("true_positive_rate", "false_negative_rate")
    )
    assert more["value"] == pytest.approx(20) == pytest.approx(fewer["value"])
    np.testing.assert_allclose(more[["low", "high"]].astype(float),
                               fewer[["low", "high"]].astype(float))  # fmt: skip


def test_shortfalls_of_what_is_no_rate_are_refused():
    with pytest.raises(InputError, match="needs a rate: approval_rate"):
        metrics.shortfall(FOUR, "auc", by="race")


def test_shortfalls_of_unknown_rates_are_null():
    frame = pd.DataFrame({"race": list("ab") * 20, "ok": [1, 1, 0, 0] * 10,
                          "paid": [1, 0, None, None, 1, 1, None, None] * 5})  # fmt: skip
    given = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1)
    got = metrics.shortfall(Tally.from_frame(frame, given), "true_positive_rate", by="race",
                            reference="a").iloc[0]  # fmt: skip
    assert got[["value", "low", "high", "deviations"]].isna().all()


# Equalised odds and its relatives.

ODDS = matrix(("a", 800, 200, 60, 140), ("b", 200, 100, 30, 30), ("c", 70, 30, 5, 45))
TPR, FPR = [0.8, 2 / 3, 0.7], [0.3, 0.5, 0.1]


def test_the_two_conventions_of_equalised_odds():
    all_groups = metrics.equalized_odds(ODDS, by="race").iloc[0]
    assert all_groups["value"] == pytest.approx(0.4)
    assert all_groups["measure"] == "false_positive_rate"
    assert (all_groups["worst"], all_groups["best"]) == ("c", "b")
    pairwise = metrics.equalized_odds(ODDS, by="race", reference="a")
    assert pairwise["value"].tolist() == pytest.approx([0.2, 0.2])
    assert pairwise["rate"].tolist() == ["false_positive_rate"] * 2
    assert pairwise["n"].tolist() == [360, 150]
    ratio = metrics.equalized_odds(ODDS, by="race", kind="ratio").iloc[0]
    assert ratio["value"] == pytest.approx(0.1 / 0.5)
    pairwise = metrics.equalized_odds(ODDS, by="race", reference="a", kind="ratio")
    assert pairwise["value"].tolist() == pytest.approx([0.3 / 0.5, 0.1 / 0.3])
    assert ((pairwise["low"] <= pairwise["value"]) & (pairwise["value"] <= pairwise["high"])).all()


def test_equal_opportunity_is_the_gap_in_one_rate():
    assert metrics.equal_opportunity(ODDS, by="race")["value"].item() == pytest.approx(0.8 - 2 / 3)
    pairwise = metrics.equal_opportunity(ODDS, by="race", reference="a")
    other = metrics.disparity(ODDS, "true_positive_rate", by="race", reference="a",
                              kind="difference")  # fmt: skip
    pd.testing.assert_frame_equal(pairwise, other)


def test_average_odds_by_hand():
    got = metrics.average_odds_difference(ODDS, by="race", reference="a").set_index("race")
    sizes = metrics.average_abs_odds_difference(ODDS, by="race", reference="a").set_index("race")
    for place, race in ((1, "b"), (2, "c")):
        gaps = [TPR[place] - TPR[0], FPR[place] - FPR[0]]
        assert got.loc[race, "value"] == pytest.approx(sum(gaps) / 2)
        assert sizes.loc[race, "value"] == pytest.approx(sum(map(abs, gaps)) / 2)
    assert (sizes["low"] >= 0).all()
    chosen = metrics.average_odds_difference(ODDS, by="race")
    assert (chosen["reference"] == "a").all()


@pytest.mark.parametrize("name", ["average_odds_difference", "average_abs_odds_difference",
                                  "equalized_odds"])  # fmt: skip
@pytest.mark.parametrize("apart", [False, True])
def test_ranges_of_the_combinations_cover(name, apart):
    # So large a reference that the groups are as good as independent samples.
    rng, samples = np.random.default_rng(11), 600
    rates = np.array([0.7, 0.45] if apart else [0.8, 0.3])
    gaps = rates - [0.8, 0.3]
    truth = {"average_odds_difference": gaps.mean(), "equalized_odds": np.abs(gaps).max(),
             "average_abs_odds_difference": np.abs(gaps).mean()}[name]  # fmt: skip
    good, bad = rng.binomial(60, rates[0], samples), rng.binomial(40, rates[1], samples)
    rows = [(f"b{i}", a, 60 - a, b, 40 - b) for i, (a, b) in enumerate(zip(good, bad, strict=True))]
    counted = matrix(("a", 8_000_000, 2_000_000, 3_000_000, 7_000_000), *rows)
    got = getattr(metrics, name)(counted, by="race", reference="a")
    assert np.mean((got["low"] - 1e-9 <= truth) & (truth <= got["high"])) >= 0.94


def test_a_group_without_bad_payers_leaves_the_combinations_null():
    counted = matrix(("a", 800, 200, 60, 140), ("b", 200, 100, 0, 0))
    for name in ("equalized_odds", "average_odds_difference", "average_abs_odds_difference"):
        got = getattr(metrics, name)(counted, by="race", reference="a").iloc[0]
        assert np.isnan(got["value"])
        assert "no bad payers" in got["note"]
    with pytest.raises(NothingToCompare):
        metrics.equalized_odds(counted, by="race")


def test_a_lenders_file_bounds_the_combinations():
    frame = pd.DataFrame({"race": list("ab") * 60, "ok": [1, 1, 0, 0] * 30,
                          "paid": [1, 0, None, None, 0, 1, None, None] * 15})  # fmt: skip
    given = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1)
    counted = Tally.from_frame(frame, given)
    for name in ("equalized_odds", "average_odds_difference", "average_abs_odds_difference"):
        got = getattr(metrics, name)(counted, by="race", reference="a").iloc[0]
        assert np.isnan(got["value"])
        assert -1 <= got["low"] < got["high"] <= 1
    spread = metrics.equalized_odds(counted, by="race", min_people=5).iloc[0]
    assert np.isnan(spread["value"])


def test_clustered_averages_do_not_take_the_gaps_as_independent():
    rng = np.random.default_rng(4)
    branch = np.repeat(np.arange(11), 60)
    p = np.clip(0.6 + rng.normal(0, 0.2, 11), 0.05, 0.95).repeat(60)
    frame = pd.DataFrame({"race": rng.choice(["a", "b"], 660), "branch": branch,
                          "ok": (rng.random(660) < p).astype(int),
                          "paid": rng.integers(0, 2, 660)})  # fmt: skip
    widths = []
    for cluster in (None, "branch"):
        given = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1,
                      cluster=cluster)  # fmt: skip
        got = metrics.average_odds_difference(Tally.from_frame(frame, given), by="race",
                                              reference="a").iloc[0]  # fmt: skip
        widths.append(got["high"] - got["low"])
    assert widths[1] > widths[0]
