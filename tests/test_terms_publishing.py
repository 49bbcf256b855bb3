"""Terms that can be handed over: what is merged, what is rounded, what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import creditaudit as ca
from creditaudit import metrics
from creditaudit.bins import UNDER
from creditaudit.errors import InputError, RefusedError, UnequalTallies
from creditaudit.terms_counting import NO_TERMS, UNRECORDED
from creditaudit.terms_rounding import tells
from made_tables import DAY

ROLES = {"amount": "rate", "higher_is": "worse", "decision": "ok", "favourable": 1}


def offers(seed=1, n=3000, rare=60):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"race": rng.choice(["a", "b"], n, p=[0.7, 0.3]), "sex": rng.choice(["f", "m"], n)}
    )
    frame.loc[: rare - 1, "race"] = ["c", "d"] * (rare // 2)
    frame["points"] = np.round(rng.normal(600, 60, n))
    frame["ok"] = (rng.random(n) < 0.7).astype(int)
    rate = 7 - 0.01 * (frame["points"] - 600) + 0.4 * (frame["race"] == "b") + rng.normal(0, 0.6, n)
    frame["rate"] = rate.where(frame["ok"] == 1)
    frame["w"] = rng.lognormal(size=n)
    return frame


def counted(frame, groups=("race", "sex"), **given_):
    more = {name: given_.pop(name) for name in ("control", "weight") if name in given_}
    return ca.TermsTally.from_frame(frame, ca.TermsRoles(groups=groups, **ROLES | more), **given_)


BANDS = {"control": "points", "bands": [400, 500, 550, 600, 650, 700, 800]}


def whole_cells(terms):
    """Return people with terms, mean and deviation of every cell, over the bins of the amount."""
    found = []
    for grouping in terms.groupings:
        cells = terms.select(grouping)
        offered = ~np.isin(cells.codes[:, -1], (NO_TERMS, UNRECORDED))
        frame = pd.DataFrame(cells.sums[offered])
        key = pd.Series([str(code) for code in cells.codes[offered, :-1].tolist()])
        found.append(frame.groupby(key).sum())
    return pd.concat(found).to_numpy()


def test_no_cell_is_of_fewer_people_and_the_record_says_what_was_merged():
    whole = counted(offers(), edges=np.arange(2, 13), **BANDS)
    told = whole.publish(min_cell=8)
    for grouping in told.groupings:
        assert told.select(grouping).sums[:, 0].min() >= 8
    assert told.n == whole.n
    assert told.with_terms == whole.with_terms
    assert told.origin == "published"
    assert set(told.published.other["race"]) == {"c", "d"}
    assert "(other)" in told.levels["race"]
    said = " ".join(told.published.sentences)
    for words in ("of fewer than 8 people", "Neighbouring bands of points were merged", "c, d",
                  "Neighbouring bins of rate were merged", "Means are rounded"):  # fmt: skip
        assert words in said


def test_gaps_hardly_move_and_every_table_still_answers():
    whole = counted(offers(rare=0), edges=np.arange(2, 13), **BANDS)
    told = whole.publish()
    before, after = (
        metrics.terms_disparity(one, by="race", reference="a") for one in (whole, told)
    )
    assert after["value"][0] == pytest.approx(
        before["value"][0], abs=(before["high"] - before["low"])[0] / 20
    )
    assert (after["high"] - after["low"])[0] == pytest.approx(
        (before["high"] - before["low"])[0], rel=0.01
    )
    within = metrics.terms_disparity(told, by="race", reference="a", within_bands=True)
    assert np.isfinite(within["low"][0])
    median = metrics.terms_quantile(told, "race").set_index("race")
    exact = offers(rare=0).groupby("race")["rate"].median()
    assert (median["bound_low"] <= exact).all()
    assert (exact <= median["bound_high"]).all()
    for column in ("bound_low", "bound_high"):
        assert after[column][0] == pytest.approx(before[column][0], abs=0.1)


def test_weighted_summaries_keep_their_means_and_errors():
    whole = counted(offers(rare=0), weight="w")
    told = whole.publish()
    before, after = (
        metrics.terms_disparity(one, by="race", reference="a") for one in (whole, told)
    )
    width = (before["high"] - before["low"])[0]
    assert after["value"][0] == pytest.approx(before["value"][0], abs=width / 15)
    assert (after["high"] - after["low"])[0] == pytest.approx(width, rel=0.02)


def test_means_are_rounded_to_at_most_half_their_standard_error():
    whole, told = (
        whole_cells(one) for one in (lambda t: (t, t.publish()))(counted(offers(rare=0)))
    )
    mean, other = whole[:, 3] / whole[:, 0], told[:, 3] / told[:, 0]
    spread = whole[:, 4] / whole[:, 0] - mean**2
    error = np.sqrt(spread / (whole[:, 0] - 1))
    assert (np.abs(mean - other) <= error / 4 + 1e-12).all()
    assert (mean != other).all()
    assert all(len(f"{x:.10g}") < 8 for x in other)


def test_sums_by_bin_of_the_amount_are_not_told():
    told = counted(offers(rare=0), groups=["race"], edges=[2, 6, 7, 8, 12]).publish()
    cells = told.select(("race",))
    offered = ~np.isin(cells.codes[:, -1], (NO_TERMS, UNRECORDED))
    means = pd.Series(cells.sums[offered, 3] / cells.sums[offered, 0]).round(9)
    assert (means.groupby(cells.codes[offered, 0]).nunique() == 1).all()
    assert offered.sum() > 4


def test_an_amount_that_makes_up_most_of_a_sum_merges_its_cell_further():
    frame = offers(rare=0)
    few = frame[frame["race"] == "b"].index[:6]
    frame.loc[few, ["race", "ok"]] = ["c", 1]
    frame.loc[few, "rate"] = [1.0, 1.0, 1.0, 1.0, 1.0, 900.0]
    frame["rate"] = frame["rate"].where(frame["ok"] == 1)
    told = counted(frame, groups=["race"]).publish()
    assert "c" not in told.levels["race"]
    assert any("Cells were merged further" in said for said in told.published.sentences)


@pytest.mark.parametrize(
    ("amounts", "found"),
    [
        ([10, 10, 10, 10, 10], True),  # alike
        ([10.0, 10.1, 9.9, 10.0, 10.0], True),  # within ten per cent of each other
        ([1, 1, 1, 1, 400], True),  # one is nearly all
        ([1, 300, 400], True),  # who has 300 tells the 400
        ([8, 9, 10, 11, 12], False),
        ([0, 0, 0, 0, 0], True),
        ([-5, -1, 1, 2, 5], False),
    ],
)
def test_what_a_cell_tells_of_one_amount(amounts, found):
    x = np.array(amounts, dtype=float)
    n = float(len(x))
    sums = np.array([[n, n, n, x.sum(), (x**2).sum(), x.sum(), (x**2).sum()]])
    assert tells(sums).tolist() == [found]


@settings(max_examples=200)
@given(st.lists(st.floats(0.01, 1000), min_size=4, max_size=12))
def test_a_cell_that_tells_nothing_follows_the_rules_with_its_own_amounts(amounts):
    x = np.sort(np.array(amounts))
    n = float(len(x))
    sums = np.array([[n, n, n, x.sum(), (x**2).sum(), x.sum(), (x**2).sum()]])
    if not tells(sums)[0]:
        assert x[:-2].sum() >= 0.1 * x[-1] * (1 - 1e-9)


def test_one_price_for_all_is_refused_and_said_why():
    frame = offers(rare=0)
    frame["rate"] = frame["rate"].where(frame["rate"].isna(), 5.0)
    with pytest.raises(RefusedError, match=r"or all be nearly the same.*told as such"):
        counted(frame).publish()


def test_few_people_without_terms_are_left_out_and_few_with_terms_refused():
    frame = offers(rare=0)
    frame["ok"] = 1
    frame["rate"] = frame["rate"].fillna(7.3)
    frame.loc[:1, "ok"] = 0
    frame.loc[2:4, "rate"] = np.nan
    told = counted(frame, groups=["race"]).publish()
    assert told.n == len(frame) - 5
    said = " ".join(told.published.sentences)
    assert "Fewer than 5 people without terms are left out" in said
    assert "Fewer than 5 people whose terms are not recorded are left out" in said
    with pytest.raises(RefusedError, match="Fewer than 5 people have terms"):
        counted(frame[:4]).publish()


def test_people_without_the_controlling_value_are_hidden_in_the_lowest_band():
    frame = offers(rare=0)
    frame.loc[:2, "points"] = np.nan
    told = counted(frame, groups=["race"], **BANDS).publish()
    assert told.bands.unscored
    assert "also of people without points" in " ".join(told.published.sentences)
    within = metrics.terms_disparity(told, by="race", reference="a", within_bands=True)
    lowest = told.select(("race",))
    offered = (lowest.codes[:, 0] == 1) & (lowest.codes[:, 1] == UNDER) & (lowest.codes[:, 2] == 0)
    apart = int(lowest.sums[offered, 0].sum())
    assert apart
    assert f"{apart} of" in within["note"][0]


def test_three_crossed_columns_are_published_in_part():
    frame = offers(n=400, rare=0)
    frame["area"] = np.random.default_rng(3).choice(list("nswe"), len(frame))
    roles = ["race", "sex", "area"]
    told = counted(frame, groups=roles, by=[("race", "sex", "area"), "race"]).publish(20)
    assert told.published.dropped
    assert ("race",) in told.groupings
    assert any(said.startswith("Not published: the terms by") for said in told.published.sentences)


def test_published_tables_of_means_without_deviations_are_rounded_to_two_digits():
    table = pd.DataFrame({"race": ["a", "b"], "n": [200, 90], "mean": [7.1234, 8.4321]})
    roles = ca.TermsRoles(groups=["race"], amount="mean", higher_is="worse")
    told = ca.TermsTally.from_counts(table, roles, sd=None).publish()
    assert metrics.terms_mean(told, "race")["value"].tolist() == [7.1, 8.4]
    assert any("No standard deviations were given" in x for x in told.published.sentences)


def test_a_publication_refuses_to_be_added_or_published_again():
    whole = counted(offers())
    told = whole.publish()
    for pair in ((told, whole), (whole, told), (told, told)):
        with pytest.raises(UnequalTallies, match="add first, then publish"):
            pair[0] + pair[1]
    with pytest.raises(InputError, match="published already"):
        told.publish()


@pytest.mark.parametrize("least", [0, 3, 2.5, True, "5"])
def test_a_smallest_cell_is_a_whole_number_of_four_or_more(least):
    with pytest.raises(InputError, match="one of three amounts tells the other two"):
        counted(offers()).publish(least)


def test_a_publication_survives_its_file_and_its_fingerprint_is_another(tmp_path):
    whole = counted(offers(), edges=np.arange(2, 13), **BANDS)
    told = whole.publish()
    told.save(tmp_path / "terms.parquet")
    again = ca.TermsTally.load(tmp_path / "terms.parquet")
    assert again.fingerprint() == told.fingerprint() != whole.fingerprint()
    assert again.published == told.published
    pd.testing.assert_frame_equal(again.frame, told.frame)


def test_a_report_can_be_made_from_a_publication():
    told = counted(offers(), **BANDS).publish()
    evidence = ca.Evidence(terms=told)
    assert evidence.level == 1
    report = ca.audit(evidence, title="Published terms", plan=ca.Plan(reference={"race": "a"}),
                      report_date=DAY)  # fmt: skip
    assert {f.status for f in report.findings if f.group == "race b"} == {"beyond"}


def test_the_order_of_rows_changes_nothing():
    frame = offers()
    one, other = (
        counted(f, **BANDS).publish() for f in (frame, frame.sample(frac=1, random_state=3))
    )
    assert one.fingerprint() == other.fingerprint()
