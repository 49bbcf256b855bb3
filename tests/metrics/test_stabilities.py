import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, ncx2, norm

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import InputError, MissingRole, NothingToCompare, UnequalTallies
from creditaudit.metrics.quadratic_ranges import noncentral_range

ROLES = Roles(groups=["race"], score="points", higher_is="safer", period="year")
COLUMNS = ["race", "reference", "n", "n_reference", "bins", "value", "low", "high", "no_change",
           "p_value", "note"]  # fmt: skip


def applicants(n=3_000, seed=1, shift=0.3):
    rng = np.random.default_rng(seed)
    year = rng.integers(2020, 2023, n)
    points = np.clip(np.round(rng.normal(5 + shift * (year == 2022), 1.5, n)), 1, 9)
    return pd.DataFrame({"race": rng.choice(["a", "b"], n), "year": year, "points": points})


def counted(frame, given=ROLES, score_bins="exact"):
    return Tally.from_frame(frame, given, by=["race"], score_bins=score_bins)


def index(now, before):
    a, e = (x.value_counts(normalize=True).sort_index() for x in (now, before))
    assert a.index.equals(e.index)
    return ((a - e) * np.log(a / e)).sum()


# The value.


def test_the_index_between_periods_by_hand():
    frame = applicants()
    got = metrics.psi(counted(frame), "year", reference=2020)
    assert got["year"].tolist() == [2021, 2022]
    points = {year: rows["points"] for year, rows in frame.groupby("year")}
    for _, row in got.iterrows():
        assert row["value"] == pytest.approx(index(points[row["year"]], points[2020]))
        assert (row["n"], row["n_reference"]) == (len(points[row["year"]]), len(points[2020]))
        assert row["bins"] == 9


def test_the_index_is_the_same_the_other_way_round():
    tally = counted(applicants())
    there = metrics.psi(tally, "year", reference=2020).set_index("year").loc[2022]
    back = metrics.psi(tally, "year", reference=2022).set_index("year").loc[2020]
    assert there["value"] == pytest.approx(back["value"])
    assert there["p_value"] == pytest.approx(back["p_value"])


def test_columns_and_the_default_reference():
    got = metrics.psi(counted(applicants()), "race")
    assert list(got.columns) == COLUMNS
    assert got["note"].tolist() == ["Reference chosen because it has most people."]


def test_each_group_is_compared_with_itself_inside():
    frame = applicants()
    got = metrics.psi(counted(frame), "year", reference=2020, within="race")
    assert list(got.columns)[:3] == ["race", "year", "reference"]
    assert len(got) == 4
    for _, row in got.iterrows():
        own = frame[frame["race"] == row["race"]]
        sides = [own.loc[own["year"] == year, "points"] for year in (row["year"], 2020)]
        assert row["value"] == pytest.approx(index(*sides))


def test_two_tallies_are_compared_group_by_group():
    frame = applicants()
    new, old = (counted(frame[frame["year"] == year]) for year in (2022, 2020))
    got = metrics.psi(new, "race", reference=old)
    inside = metrics.psi(counted(frame), "year", reference=2020, within="race")
    inside = inside[inside["year"] == 2022]
    np.testing.assert_allclose(got["value"], inside["value"])
    np.testing.assert_allclose(got["p_value"], inside["p_value"])
    everyone = metrics.psi(new, reference=old)
    assert list(everyone.columns) == COLUMNS[1:]
    assert everyone["n"].tolist() == [(frame["year"] == 2022).sum()]


def test_exact_scores_that_one_tally_lacks_are_put_in_their_place():
    frame = applicants()
    old = counted(frame[frame["points"] != 5])
    got = metrics.psi(counted(frame), reference=old)
    assert got["note"].item().startswith("Infinite: 1 of 9 bins")
    merged = metrics.psi(counted(frame), reference=old, bins=3)
    assert merged["value"].item() > 0


def test_tallies_with_other_bins_are_refused():
    frame = applicants()
    with pytest.raises(UnequalTallies, match="same edges"):
        metrics.psi(counted(frame), reference=counted(frame, score_bins=[0, 5, 10]))


def test_groups_in_one_tally_only_are_shown_as_undefined():
    frame = applicants()
    new = counted(frame[frame["race"] == "a"].assign(race="z"))
    got = metrics.psi(new, "race", reference=counted(frame)).set_index("race")
    assert set(got.index) == {"z", "a", "b"}
    assert got["value"].isna().all()
    assert got.loc["z", "note"].startswith("Undefined: there are no people with a score in the ref")
    assert got.loc["a", "note"].startswith("Undefined: there are no people with a score here")


# Empty bins and missing scores.


def test_a_bin_empty_on_one_side_is_stated_and_no_number_stands_in_its_place():
    frame = applicants()
    frame = frame[(frame["year"] != 2021) | (frame["points"] != 9)]
    lost = ((frame["year"] == 2020) & (frame["points"] == 9)).sum()
    got = metrics.psi(counted(frame), "year", reference=2020).set_index("year")
    numbers = ["value", "low", "high", "no_change", "p_value"]
    assert got.loc[2021, numbers].isna().all()
    assert got.loc[2021, "note"] == (
        f"Infinite: 1 of 9 bins, with {lost} people, are empty on one side. Pass a smaller bins=."
    )
    assert got.loc[2022, numbers].notna().all()
    fewer = metrics.psi(counted(frame), "year", reference=2020, bins=4).set_index("year")
    assert fewer.loc[2021, numbers].notna().all()


def test_merged_bins_hold_about_equal_shares_of_the_reference():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"race": np.repeat(["a", "b"], 5_000), "year": 1,
                          "points": rng.normal(size=10_000).round(3)})  # fmt: skip
    got = metrics.psi(counted(frame), "race", reference="a", bins=10).iloc[0]
    assert got["bins"] == 10
    a, b = (frame.loc[frame["race"] == race, "points"] for race in "ab")
    edges = [-np.inf, *np.quantile(a, np.arange(0.1, 1, 0.1)), np.inf]
    shares = [np.histogram(x, edges)[0] / 5_000 for x in (b, a)]
    by_hand = ((shares[0] - shares[1]) * np.log(shares[0] / shares[1])).sum()
    assert got["value"] == pytest.approx(by_hand, abs=0.003)


def test_people_without_a_score_are_left_out_and_counted():
    frame = applicants()
    frame.loc[:9, "points"] = None
    got = metrics.psi(counted(frame), "race", reference="a")
    scored = metrics.psi(counted(frame.dropna()), "race", reference="a")
    assert got["value"].item() == scored["value"].item()
    here = frame.loc[:9, "race"].value_counts()
    assert got["note"].item() == (
        f"Without a score and left out: {here['b']} here, {here['a']} in the reference."
    )


# Range, test, and what no change would show.


def test_no_change_is_the_quantile_of_chi_squared():
    got = metrics.psi(counted(applicants()), "year", reference=2020)
    scale = 1 / got["n"] + 1 / got["n_reference"]
    np.testing.assert_allclose(got["no_change"], chi2.ppf(0.95, 8) * scale)
    np.testing.assert_allclose(got["p_value"], chi2.sf(got["value"] / scale, 8), rtol=1e-9)


def test_weights_enter_by_kishs_size():
    frame = applicants().assign(w=lambda f: np.where(f["points"] > 5, 2.0, 0.5))
    weighted = Roles(groups=["race"], score="points", higher_is="safer", weight="w")
    got = metrics.psi(counted(frame, weighted), "race", reference="a").iloc[0]
    kish = [rows["w"].sum() ** 2 / (rows["w"] ** 2).sum() for _, rows in frame.groupby("race")]
    assert got["no_change"] == pytest.approx(chi2.ppf(0.95, 8) * sum(1 / k for k in kish))
    shares = [rows.groupby("points")["w"].sum() / rows["w"].sum()
              for _, rows in frame.groupby("race")]  # fmt: skip
    expected = ((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum()
    assert got["value"] == pytest.approx(expected)


def test_clusters_have_a_value_and_no_range():
    frame = applicants().assign(branch=lambda f: f.index % 20)
    given = Roles(groups=["race"], score="points", higher_is="safer", cluster="branch")
    got = metrics.psi(counted(frame, given), "race", reference="a").iloc[0]
    assert got["value"] > 0
    assert got[["low", "high", "p_value"]].isna().all()
    assert got["note"] == "No range: people were sampled in clusters."


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.3, 0.7])
def test_ranges_cover_and_no_change_is_rejected_in_five_per_cent(shift):
    rng, samples = np.random.default_rng(5), 1_500
    cuts = norm.ppf(np.arange(1, 10) / 10)
    e, a = (np.diff([0, *norm.cdf(cuts, mean), 1]) for mean in (0, shift))
    truth = ((a - e) * np.log(a / e)).sum()
    old, new = rng.multinomial(800, e, samples) / 800, rng.multinomial(400, a, samples) / 400
    found = ((new - old) * np.log(new / old)).sum(axis=1)
    scale = 1 / 800 + 1 / 400
    low, high = noncentral_range(found, np.array(scale), np.array(9.0))
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.985
    if shift == 0:
        assert np.mean(found > chi2.ppf(0.95, 9) * scale) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("x", [20.0, 500.0, 9_000.0])
def test_the_ends_are_the_noncentralities_that_just_do_not_reject(x):
    low, high = noncentral_range(np.array(x), np.array(1.0), np.array(4.0))
    assert ncx2.sf(x, 4, low) == pytest.approx(0.025, rel=1e-4)
    assert ncx2.cdf(x, 4, high) == pytest.approx(0.025, rel=1e-4)


def test_far_from_no_change_the_range_goes_on_smoothly():
    below, above = (noncentral_range(np.array(x), np.array(1.0), np.array(9.0))
                    for x in (9_999.0, 10_001.0))  # fmt: skip
    for one, other in zip(below, above, strict=True):
        assert other - one == pytest.approx(2, abs=4)
    assert np.isnan(noncentral_range(np.array(np.nan), np.array(1.0), np.array(9.0))).all()


def test_equal_distributions_have_a_range_with_width():
    frame = applicants()
    got = metrics.psi(counted(frame), reference=counted(frame)).iloc[0]
    assert got["value"] == 0 == got["low"]
    assert got["high"] > 0
    assert got["p_value"] == 1


# What cannot be asked.


def test_questions_without_an_answer_name_the_fix():
    tally = counted(applicants())
    with pytest.raises(InputError, match=r"Values: 2020, 2021, 2022"):
        metrics.psi(tally, "year", reference=2019)
    with pytest.raises(InputError, match="by= must name a period or group"):
        metrics.psi(tally)
    with pytest.raises(InputError, match="Name the groups in by="):
        metrics.psi(tally, "year", reference=tally, within="race")
    with pytest.raises(InputError, match="bins=1 must be at least 2"):
        metrics.psi(tally, "race", bins=1)
    with pytest.raises(MissingRole, match="psi needs score"):
        metrics.psi(Tally.from_frame(applicants(), Roles(groups=["race"])), "race")
    alone = counted(applicants().assign(race="a"))
    with pytest.raises(NothingToCompare, match="no second value"):
        metrics.psi(alone, "race")
    with pytest.raises(NothingToCompare, match="no group has people"):
        metrics.psi(counted(applicants().head(0)), "race")


def test_one_bin_has_no_range():
    frame = applicants().assign(points=5)
    got = metrics.psi(counted(frame), "race").iloc[0]
    assert got["value"] == 0
    assert np.isnan(got["low"])
    assert got["note"].startswith("No range: all scores lie in one bin.")
