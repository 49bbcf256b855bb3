import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep

from creditaudit import Roles, Tally, intervals, metrics
from creditaudit.errors import InputError
from creditaudit.metrics.planning import score_power

WIDE = {"approved": "approved", "refused": "refused"}


def tally(*rows):
    table = pd.DataFrame(rows, columns=["race", "approved", "refused"])
    return Tally.from_counts(table, Roles(groups=["race"]), count=WIDE)


LENDER = tally(("a", 640, 160), ("b", 36, 14), ("c", 90, 10))


def exact_power(p, n, p_reference, n_reference, level):
    """Return the chance that the score test rejects, over every pair of counts."""
    x, y = np.meshgrid(np.arange(n + 1), np.arange(n_reference + 1), indexing="ij")
    sizes = np.full(x.shape, float(n)), np.full(x.shape, float(n_reference))
    rejected = intervals.score_p_value(x / n, sizes[0], y / n_reference, sizes[1]) < 1 - level
    chance = binom.pmf(x, n, p) * binom.pmf(y, n_reference, p_reference)
    return (chance * rejected).sum()


@pytest.mark.parametrize(
    ("p", "n", "p_reference", "n_reference"),
    [(0.64, 217, 0.8, 1_000), (0.64, 50, 0.8, 400), (0.2, 60, 0.25, 300), (0.72, 217, 0.9, 217)],
)
@pytest.mark.parametrize("comparisons", [1, 5])
def test_power_is_the_share_of_samples_in_which_our_test_rejects(
    p, n, p_reference, n_reference, comparisons
):
    level = 1 - 0.05 / comparisons
    got = score_power(*map(np.array, (p, n, p_reference, n_reference)), level)
    assert got == pytest.approx(exact_power(p, n, p_reference, n_reference, level), abs=0.03)


def test_power_is_near_statsmodels():
    got = score_power(*map(np.array, (0.64, 217, 0.8, 1_000)), 0.95)
    theirs = power_proportions_2indep(-0.16, 0.8, 217, ratio=1_000 / 217, return_results=False)
    assert got == pytest.approx(theirs, abs=0.01)
    even = NormalIndPower().power(0.0, 100, 0.05)
    none = score_power(*map(np.array, (0.5, 100, 0.5, 100)), 0.95)
    assert even == pytest.approx(0.05)
    assert none == pytest.approx(0.05, abs=0.003)


def test_power_of_the_people_there_are():
    got = metrics.power(LENDER, by="race", reference="a").set_index("race")
    level = 1 - 0.05 / 2
    for race, n in (("b", 50), ("c", 100)):
        row = got.loc[race]
        assert row[["reference", "n", "n_reference"]].tolist() == ["a", n, 800]
        assert row["stated"] == pytest.approx(0.64)
        expected = score_power(*map(np.array, (0.64, n, 0.8, 800)), level)
        assert row["value"] == pytest.approx(float(expected))
        assert row["low"] < row["value"] < row["high"]
    alone = metrics.power(LENDER, by="race", reference="a", comparisons=1)
    assert (alone["value"].to_numpy() > got["value"].to_numpy()).all()


def test_the_detectable_disparity_has_eighty_per_cent_power():
    gap = metrics.disparity(LENDER, by="race", reference="a").set_index("race")
    got = metrics.power(LENDER, by="race", reference="a", ratio=gap.loc["b", "detectable"])
    assert got.set_index("race").loc["b", "value"] == pytest.approx(0.8, abs=0.01)


def test_differences_and_other_rates_can_be_stated():
    got = metrics.power(LENDER, by="race", reference="a", difference=-0.16)
    other = metrics.power(LENDER, by="race", reference="a", ratio=0.8)
    np.testing.assert_allclose(got["value"], other["value"])
    beyond = metrics.power(LENDER, by="race", reference="a", difference=0.5)
    assert beyond["value"].isna().all()
    assert beyond["note"].str.startswith("The stated rate is not between 0 and 1.").all()


def test_the_default_reference_is_said_and_clusters_lower_the_power():
    assert metrics.power(LENDER, by="race")["note"][0].startswith("Reference chosen")
    rng = np.random.default_rng(2)
    branch = np.repeat(np.arange(11), 60)
    p = np.clip(0.6 + rng.normal(0, 0.25, 11), 0.05, 0.95).repeat(60)
    frame = pd.DataFrame({"race": rng.choice(["a", "b"], 660), "branch": branch,
                          "ok": (rng.random(660) < p).astype(int)})  # fmt: skip
    found = []
    for cluster in (None, "branch"):
        given = Roles(groups=["race"], decision="ok", favourable=1, cluster=cluster)
        found.append(metrics.power(Tally.from_frame(frame, given), by="race", reference="a"))
    assert found[1]["value"].item() < found[0]["value"].item()


@pytest.mark.parametrize("rate", [0.3, 0.8, 0.95])
@pytest.mark.parametrize("share", [0.5, 0.1])
@pytest.mark.parametrize("comparisons", [1, 4])
def test_the_sample_size_is_the_smallest_with_the_power_asked_for(rate, share, comparisons):
    row = metrics.sample_size(rate, share=share, comparisons=comparisons).iloc[0]
    assert row["total"] == row["n"] + row["n_reference"]
    assert row["n"] == pytest.approx(share * row["total"], abs=1)
    level = 1 - 0.05 / comparisons
    here, fewer = (
        score_power(*map(np.array, (0.8 * rate, row["n"] * k, rate, row["n_reference"] * k)), level)
        for k in (1, 0.97)
    )
    assert here == pytest.approx(row["value"])
    assert here >= 0.8 > fewer


def test_samples_of_the_size_asked_for_show_the_disparity_in_eight_of_ten_cases():
    row = metrics.sample_size(0.8, share=0.2).iloc[0]
    rng, n, other = np.random.default_rng(4), row["n"], row["n_reference"]
    a, b = rng.binomial(n, 0.64, 20_000) / n, rng.binomial(other, 0.8, 20_000) / other
    sizes = np.full(20_000, float(n)), np.full(20_000, float(other))
    rejected = intervals.score_p_value(a, sizes[0], b, sizes[1]) < 0.05
    assert rejected.mean() == pytest.approx(0.8, abs=0.02)


def test_clusters_ask_for_more_people():
    one, two = (metrics.sample_size(0.8, design_effect=d)["total"].item() for d in (1, 2))
    assert two == pytest.approx(2 * one, abs=4)
    rare = metrics.sample_size(0.02, ratio=0.1)
    assert rare["note"].item().startswith("Fewer than five people are expected")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rate": 1.2}, "rate=1.2 must lie"),
        ({"rate": 0.5, "share": 1}, "share=1 must lie"),
        ({"rate": 0.5, "ratio": 1.0}, "states no disparity"),
        ({"rate": 0.5, "ratio": -0.5}, "states no disparity"),
        ({"rate": 0.5, "ratio": 0.8, "difference": 0.1}, "State one disparity"),
        ({"rate": 0.5, "difference": 0.6}, "out of 0 to 1"),
        ({"rate": 0.5, "comparisons": 0}, "comparisons= is 1 or more"),
    ],
)
def test_questions_out_of_range_are_named(given, words):
    with pytest.raises(InputError, match=words):
        metrics.sample_size(**given)
    with pytest.raises(InputError, match="power needs a rate"):
        metrics.power(LENDER, "auc", by="race")
