import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import InputError
from creditaudit.metrics.strata import Strata
from creditaudit.metrics.stratified import homogeneity, left_out, pool

# Admissions to six departments at Berkeley, 1973 (Bickel, Hammel and O'Connell 1975; R's
# UCBAdmissions): men and women, admitted and rejected.
BERKELEY = {
    "A": ((512, 313), (89, 19)), "B": ((353, 207), (17, 8)), "C": ((120, 205), (202, 391)),
    "D": ((138, 279), (131, 244)), "E": ((53, 138), (94, 299)), "F": ((22, 351), (24, 317)),
}  # fmt: skip
ROLES = Roles(groups=["sex"], strata=["department"])
COLUMNS = ["sex", "reference", "measure", "n", "n_reference", "value", "low", "high", "p_value",
           "strata", "p_same", "note"]  # fmt: skip


def tally(tables=BERKELEY, names=("male", "female"), roles=ROLES):
    """Return the tally of ``{stratum: ((approved, refused) of each name)}``."""
    rows = [
        (stratum, name, *counts)
        for stratum, both in tables.items()
        for name, counts in zip(names, both, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["department", "sex", "yes", "no"])
    by = ["sex", ("sex", "department")]
    return Tally.from_counts(frame, roles, by=by, count={"approved": "yes", "refused": "no"})


def strata(*tables):
    """Return the strata of tables ``((a, b), (c, d))``."""
    counts = np.array(tables, dtype=float).reshape(-1, 2, 2)
    keys = pd.DataFrame({"s": range(len(counts))})
    return Strata(keys, counts[..., 0], counts.sum(axis=2), counts.sum(axis=2), 0.0)


def pooled(kind="odds_ratio", **how):
    got = metrics.stratified_disparity(
        tally(), by="sex", strata="department", reference="female", kind=kind, **how
    )
    return got.set_index("measure")


# Values that others publish.


def test_berkeley_gives_the_numbers_that_r_prints():
    # mantelhaen.test(UCBAdmissions, correct = FALSE)
    got = pooled().loc["pooled"]
    assert got["value"] == pytest.approx(0.9046968, abs=5e-8)
    assert (got["low"], got["high"]) == pytest.approx((0.7719074, 1.0603298), abs=5e-7)
    assert got["p_value"] == pytest.approx(0.2169, abs=5e-5)
    assert got["strata"] == 6


def test_breslow_and_day_give_the_number_that_r_prints():
    # DescTools::BreslowDayTest on smoking and cervical cancer by number of partners.
    found = homogeneity(strata(((12, 21), (25, 118)), ((96, 148), (92, 150))))
    assert found.statistic == pytest.approx(4.2069, abs=0.005)  # there without Tarone's term
    assert found.p_value == pytest.approx(0.04026, abs=0.0005)
    assert found.df == 1


def test_raw_and_pooled_come_together_and_may_point_apart():
    got = pooled("difference")
    assert list(got.reset_index().columns) == ["measure", *(c for c in COLUMNS if c != "measure")]
    assert got.loc["raw", "value"] == pytest.approx(1198 / 2691 - 557 / 1835)
    assert got.loc["raw", "low"] > 0.1
    assert got.loc["pooled", "value"] < 0 < got.loc["pooled", "high"]


def test_three_tables_by_hand():
    one = strata(((3, 1), (2, 2)), ((1, 3), (1, 1)))
    # n0/N and n1/N: 1/2 and 1/2; then 2/6 and 4/6.
    assert pool(one, "ratio").value == pytest.approx((3 / 2 + 1 / 3) / (2 / 2 + 2 / 3))
    assert pool(one, "difference").value == pytest.approx(
        ((12 - 8) / 8 + (2 - 4) / 6) / (16 / 8 + 8 / 6)
    )
    assert pool(one, "odds_ratio").value == pytest.approx((6 / 8 + 1 / 6) / (2 / 8 + 3 / 6))


def test_one_stratum_is_the_whole_table():
    one = strata(((30, 20), (80, 20)))
    assert pool(one, "ratio").value == pytest.approx(0.75)
    assert pool(one, "difference").value == pytest.approx(-0.2)
    assert pool(one, "odds_ratio").value == pytest.approx(30 * 20 / (20 * 80))


# The oracle.


tables = st.lists(st.tuples(*[st.integers(1, 60)] * 4), min_size=2, max_size=8)


@settings(max_examples=50)
@given(tables)
def test_pooled_odds_and_tests_equal_statsmodels(cells):
    counts = [((a, b), (c, d)) for a, b, c, d in cells]
    theirs = StratifiedTable([np.array(t) for t in counts])
    one = strata(*counts)
    found = pool(one, "odds_ratio")
    assert found.value == pytest.approx(theirs.oddsratio_pooled)
    assert found.error == pytest.approx(theirs.logodds_pooled_se)
    assert found.range() == pytest.approx(theirs.oddsratio_pooled_confint())
    assert found.p_value == pytest.approx(theirs.test_null_odds().pvalue, abs=1e-9)
    assert pool(one, "ratio").value == pytest.approx(theirs.riskratio_pooled)
    if abs(theirs.oddsratio_pooled - 1) > 1e-6:  # theirs divides by zero at 1
        same = theirs.test_equal_odds(adjust=True)
        assert homogeneity(one).statistic == pytest.approx(same.statistic, abs=1e-6)
        assert homogeneity(one).p_value == pytest.approx(same.pvalue, abs=1e-6)


def test_strata_that_are_all_alike_are_the_same():
    found = homogeneity(strata(*[((1, 22), (1, 23))] * 3))
    assert found.statistic == pytest.approx(0, abs=1e-12)
    assert found.statistic >= 0
    assert found.p_value == pytest.approx(1)


def test_sameness_is_tested_at_an_odds_ratio_of_exactly_one():
    found = homogeneity(strata(((10, 20), (20, 10)), ((20, 10), (10, 20))))
    assert found.p_value < 0.01
    assert homogeneity(strata(((5, 5), (5, 5)), ((8, 8), (8, 8)))).statistic == pytest.approx(0)


@settings(max_examples=30)
@given(tables)
def test_changing_sides_turns_every_gap_round(cells):
    one = strata(*(((a, b), (c, d)) for a, b, c, d in cells))
    other = strata(*(((c, d), (a, b)) for a, b, c, d in cells))
    for kind in ("ratio", "odds_ratio"):
        mine, theirs = pool(one, kind), pool(other, kind)
        assert mine.value * theirs.value == pytest.approx(1)
        assert mine.error == pytest.approx(theirs.error)
    mine, theirs = pool(one, "difference"), pool(other, "difference")
    assert mine.value == pytest.approx(-theirs.value)
    assert mine.error == pytest.approx(theirs.error)


@pytest.mark.parametrize("many", [True, False], ids=["many small strata", "few large strata"])
@pytest.mark.parametrize(
    ("kind", "truth"), [("ratio", 0.8), ("difference", -0.1), ("odds_ratio", 0.6)]
)
def test_ranges_hold_the_truth_as_often_as_they_say(kind, truth, many):
    rng = np.random.default_rng(7)
    sizes = (np.full((80, 2), [3, 5])) if many else np.full((3, 2), [60, 120])
    base = rng.uniform(0.35, 0.8, len(sizes))
    own = {
        "ratio": base * truth,
        "difference": base + truth,
        "odds_ratio": truth * base / (1 - base + truth * base),
    }[kind]
    rates = np.column_stack([own, base])
    held = 0
    for _ in range(600):
        yes = rng.binomial(sizes, rates)
        low, high = pool(strata(*np.stack([yes, sizes - yes], axis=-1)), kind).range()
        held += low <= truth <= high
    assert 0.93 < held / 600 < 0.972


# What adds nothing.


def test_a_stratum_with_one_side_only_adds_nothing_and_is_counted():
    whole = {"A": ((30, 20), (80, 20)), "B": ((10, 10), (20, 12))}
    with_one = tally(whole | {"C": ((7, 3), (0, 0))}, names=("black", "white"))
    alone = tally(whole, names=("black", "white"))
    how = {"by": "sex", "strata": "department", "reference": "white", "kind": "ratio"}
    one, other = (metrics.stratified_disparity(t, **how).iloc[1] for t in (with_one, alone))
    assert one["value"] == pytest.approx(other["value"])
    assert one["n"] == other["n"] == 70
    assert "1 of 3 strata adds nothing" in one["note"]
    assert "10 people have nobody" in one["note"]
    assert other["note"] == ""


@pytest.mark.parametrize("kind", ["ratio", "difference", "odds_ratio"])
def test_no_shared_stratum_is_undefined_with_the_reason(kind):
    found = pool(strata(((5, 5), (0, 0)), ((0, 0), (3, 4))), kind)
    assert np.isnan([found.value, found.error, found.p_value, *found.range()]).all()
    assert found.note.startswith("Undefined: no stratum")


def test_strata_in_which_all_fare_the_same_have_a_ratio_of_one_and_no_odds():
    one = strata(((5, 0), (9, 0)), ((4, 0), (2, 0)))
    assert pool(one, "ratio").value == 1
    assert pool(one, "odds_ratio").note.startswith("Undefined: no stratum")
    assert "No test of sameness" in homogeneity(one).note


def test_zero_events_give_a_value_without_a_range_or_no_value():
    nobody = pool(strata(((0, 5), (3, 4)), ((0, 2), (1, 4))), "ratio")
    assert (nobody.value, nobody.note) == (0, "No range: the group has no event in any stratum.")
    other = pool(strata(((2, 5), (0, 4)), ((1, 2), (0, 4))), "ratio")
    assert np.isnan(other.value)
    assert other.note == "Undefined: the reference has no event in any stratum."


def test_people_without_a_stratum_are_left_out_and_counted():
    rows = [("A", "m", 1), ("A", "m", 0), ("A", "f", 1), ("A", "f", 0), (None, "f", 1)] * 10
    frame = pd.DataFrame(rows, columns=["department", "sex", "ok"])
    roles = Roles(groups=["sex"], strata=["department"], decision="ok", favourable=1)
    counted = Tally.from_frame(frame, roles, by=["sex", ("sex", "department")])
    got = metrics.stratified_disparity(counted, by="sex", strata="department", reference="f")
    assert got["n_reference"].tolist() == [30, 20]
    assert got["value"].tolist() == pytest.approx([0.75, 1])
    assert "10 people without a stratum are left out." in got["note"][1]


# Stratum by stratum.


def test_each_stratum_has_its_own_gap_and_range():
    got = metrics.stratum_disparity(
        tally(), by="sex", strata="department", reference="male", kind="difference"
    )
    assert list(got.columns)[:5] == ["sex", "department", "reference", "n", "n_reference"]
    assert got["department"].tolist() == list("ABCDEF")
    first = got.iloc[0]
    assert first["value"] == pytest.approx(89 / 108 - 512 / 825)
    assert first["low"] > 0
    assert (got["value"] > 0).sum() == 4


def test_a_stratum_without_a_side_is_null_with_the_reason():
    counted = tally({"A": ((3, 2), (0, 0)), "B": ((1, 1), (0, 2))}, names=("x", "y"))
    got = metrics.stratum_disparity(counted, by="sex", strata="department", reference="y")
    assert got[["value", "low", "high"]].isna().all(axis=None)
    assert got["note"].str.startswith("Undefined").all()
    assert "nobody" in got["note"][0]


# Weights, clusters, several columns, other rates.


def rows(n=3000, seed=3):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], n),
            "department": rng.choice(list("abc"), n),
            "year": rng.choice([1, 2], n),
            "w": rng.lognormal(0, 0.7, n),
            "branch": rng.integers(0, 60, n),
        }
    )
    p = 0.5 - 0.1 * (frame["sex"] == "f") + 0.1 * (frame["department"] == "a")
    return frame.assign(ok=(rng.random(n) < p).astype(int))


def test_equal_weights_change_nothing_and_unequal_ones_widen_the_range():
    plain = Roles(groups=["sex"], strata=["department"], decision="ok", favourable=1)
    weighted = Roles(groups=["sex"], strata=["department"], decision="ok", favourable=1, weight="w")
    by = ["sex", ("sex", "department")]
    frame = rows()
    how = {"by": "sex", "strata": "department", "reference": "m"}
    found = [
        metrics.stratified_disparity(Tally.from_frame(f, r, by=by), **how).iloc[1]
        for f, r in ((frame, plain), (frame.assign(w=2.0), weighted), (frame, weighted))
    ]
    for name in ("value", "low", "high", "p_value", "p_same"):
        assert found[0][name] == pytest.approx(found[1][name])
    assert found[2]["high"] - found[2]["low"] > 1.1 * (found[0]["high"] - found[0]["low"])


def test_several_strata_columns_and_clusters():
    roles = Roles(groups=["sex"], strata=["department", "year"], decision="ok", favourable=1,
                  cluster="branch")  # fmt: skip
    counted = Tally.from_frame(rows(), roles, by=["sex", ("sex", "department", "year")])
    got = metrics.stratified_disparity(
        counted, by="sex", strata=["department", "year"], reference="m"
    )
    assert got["strata"].tolist() == [1, 6]
    assert got["low"][1] < got["value"][1] < got["high"][1]


def test_any_rate_can_be_pooled_and_what_is_no_rate_cannot():
    rng = np.random.default_rng(1)
    frame = rows().assign(paid=lambda f: (rng.random(len(f)) < 0.7).astype(int))
    roles = Roles(groups=["sex"], strata=["department"], decision="ok", favourable=1,
                  outcome="paid", good=1)  # fmt: skip
    counted = Tally.from_frame(frame, roles, by=["sex", ("sex", "department")])
    how = {"by": "sex", "strata": "department", "reference": "m"}
    got = metrics.stratified_disparity(counted, "false_negative_rate", **how)
    assert got["n"].iloc[1] == ((frame["sex"] == "f") & (frame["paid"] == 1)).sum()
    for function in (metrics.stratified_disparity, metrics.stratum_disparity):
        with pytest.raises(InputError, match=r"'auc' is no rate.*approval_rate"):
            function(counted, "auc", **how)


def test_a_rate_that_nobody_knows_is_an_error_that_says_so():
    frame = rows().assign(paid=lambda f: np.where(f["ok"] == 1, 1.0, np.nan))
    frame.loc[::7, "paid"] = np.where(frame["ok"][::7] == 1, 0, np.nan)
    roles = Roles(groups=["sex"], strata=["department"], decision="ok", favourable=1,
                  outcome="paid", good=1)  # fmt: skip
    counted = Tally.from_frame(frame, roles, by=["sex", ("sex", "department")])
    with pytest.raises(InputError, match="Pool another rate"):
        metrics.stratified_disparity(
            counted, "false_negative_rate", by="sex", strata="department", reference="m"
        )


def test_wrong_strata_are_errors_that_say_what_to_do():
    with pytest.raises(InputError, match="other than those compared"):
        metrics.stratified_disparity(tally(), by="sex", strata="sex")
    with pytest.raises(InputError, match="other than those compared"):
        metrics.stratified_disparity(tally(), by="sex", strata=[])
    with pytest.raises(InputError, match=r"no grouping that holds.*Make it again with by="):
        metrics.stratified_disparity(tally().project(["sex"]), by="sex", strata="department")


def test_what_adds_nothing_is_said_in_words():
    found = pool(strata(((5, 5), (3, 4)), ((0, 0), (3, 4))), "ratio")
    assert left_out(found) == [
        "1 of 2 strata adds nothing: one side has nobody there, or all fare the same (7 people "
        "have nobody to be compared with)."
    ]
