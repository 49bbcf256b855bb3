"""Trends and changes of gaps: against statsmodels, Newcombe, and tables counted by hand."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import Table

import creditaudit as ca
from creditaudit import intervals
from creditaudit.errors import InputError, MissingRole, NothingToCompare
from creditaudit.metrics.contrasts import Contrast
from creditaudit.metrics.rates import BY_NAME
from made_tables import rows

# (approved, refused) of each group in each year
YEARS = {
    ("a", 2020): (60, 40), ("a", 2021): (62, 38), ("a", 2023): (58, 42),
    ("b", 2020): (50, 50), ("b", 2021): (40, 60), ("b", 2023): (30, 70),
}  # fmt: skip


def tally(cells=YEARS, **given):
    frame = rows(
        *(
            (n, {"group": group, "year": year, "approved": approved})
            for (group, year), counts in cells.items()
            for approved, n in zip((1, 0), counts, strict=True)
        )
    )
    if given:
        frame["branch"] = np.arange(len(frame)) % 40
    roles = ca.Roles(groups=["group"], decision="approved", favourable=1, period="year", **given)
    return ca.Tally.from_frame(frame, roles)


def test_rates_are_those_of_each_period():
    found = ca.metrics.rates_by_period(tally(), by="group")
    assert found["value"].tolist() == [0.6, 0.62, 0.58, 0.5, 0.4, 0.3]
    assert found["year"].tolist() == [2020, 2021, 2023] * 2


@pytest.mark.parametrize(("words", "steps"), [(False, [2020, 2021, 2023]), (True, [0, 1, 2])])
def test_the_trend_test_is_that_of_statsmodels(words, steps):
    cells = {(g, f"{y}-01" if words else y): n for (g, y), n in YEARS.items()}
    found = ca.metrics.rate_trend(tally(cells), by="group").set_index("group")
    for group in "ab":
        counts = np.array([n[::-1] for (g, _), n in YEARS.items() if g == group])
        expected = Table(counts).test_ordinal_association(np.array(steps), np.array([0, 1]))
        assert found.loc[group, "p_value"] == pytest.approx(expected.pvalue)
        share = counts[:, 1] / counts.sum(axis=1)
        assert found.loc[group, "value"] == pytest.approx(np.polyfit(steps, share, 1)[0])
    assert found["note"].str.contains("equal steps").all() == words
    assert found.loc["b", "low"] < found.loc["b", "value"] < found.loc["b", "high"] < 0


def test_the_change_of_the_gap_is_the_difference_of_differences():
    row = ca.metrics.gap_change(tally(), by="group", reference="a").iloc[0]
    assert (row["first"], row["last"]) == (2020, 2023)
    assert (row["gap_first"], row["gap_last"]) == pytest.approx((-0.1, -0.28))
    assert row["value"] == pytest.approx(-0.18)
    assert (row["n"], row["n_reference"]) == (200, 200)
    rates = [(0.3, 1), (0.5, -1), (0.58, -1), (0.6, 1)]
    ends = [intervals.wilson(np.array(p), np.array(100.0)) for p, _ in rates]
    down = sum((p - e[0]) ** 2 if s > 0 else (e[1] - p) ** 2
               for (p, s), e in zip(rates, ends, strict=True))  # fmt: skip
    assert row["low"] == pytest.approx(-0.18 - np.sqrt(down))


def test_the_change_of_the_ratio_is_the_ratio_of_ratios():
    row = ca.metrics.gap_change(tally(), by="group", reference="a", kind="ratio").iloc[0]
    assert row["value"] == pytest.approx((0.3 / 0.58) / (0.5 / 0.6))
    assert row["low"] < row["value"] < row["high"]


def test_two_rates_contrasted_are_newcombes_difference():
    found = BY_NAME["approval_rate"].estimate(tally(), ("group", "year"))
    weights = np.array([1.0, 0, 0, -1.0, 0, 0])
    expected = intervals.newcombe(*(np.array(x) for x in (0.6, 100.0, 0.5, 100.0)))
    assert Contrast(found, weights).range() == pytest.approx(tuple(map(float, expected)))


def test_the_p_value_and_the_range_agree():
    found = BY_NAME["approval_rate"].estimate(tally(), ("group", "year"))
    one = Contrast(found, np.array([1.0, 0, -1.0, -1.0, 0, 1.0]))
    low, high = one.range(1 - one.p_value)
    assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-6)


def test_clusters_widen_by_the_jackknife():
    plain, clustered = (
        ca.metrics.gap_change(x, by="group", reference="a").iloc[0]
        for x in (tally(), tally(cluster="branch"))
    )
    assert plain["value"] == pytest.approx(clustered["value"])
    assert plain["low"] != clustered["low"]
    assert np.isfinite(clustered["p_value"])
    assert np.isfinite(ca.metrics.rate_trend(tally(cluster="branch"), by="group")["p_value"]).all()


def test_what_is_undefined_is_null_with_a_reason():
    flat = {key: (0, 100) if key[0] == "b" else n for key, n in YEARS.items()}
    trend = ca.metrics.rate_trend(tally(flat), by="group").set_index("group").loc["b"]
    assert np.isnan(trend["p_value"])
    assert "0 or 1 in every period" in trend["note"]
    change = ca.metrics.gap_change(tally(flat), by="group", reference="a", kind="ratio").iloc[0]
    assert np.isnan(change["value"])
    assert "a rate is 0" in change["note"]
    one = ca.metrics.rate_trend(tally({("a", 2020): (5, 5), ("b", 2020): (4, 6)}), by="group")
    assert one["value"].isna().all()
    assert one["note"].str.contains("takes two periods").all()


def test_declined_people_without_outcomes_leave_the_change_unknown():
    frame = pd.DataFrame({
        "group": ["a", "a", "b", "b"] * 20, "year": [1] * 40 + [2] * 40, "approved": [1, 0] * 40,
        "paid": [1, None] * 40,
    })  # fmt: skip
    roles = ca.Roles(groups=["group"], decision="approved", favourable=1, outcome="paid", good=1,
                     period="year")  # fmt: skip
    made = ca.Tally.from_frame(frame, roles)
    row = ca.metrics.gap_change(made, "false_negative_rate", by="group").iloc[0]
    assert np.isnan(row["value"])
    assert "no outcomes" in row["note"]


def test_questions_that_cannot_be_put_say_why():
    without = ca.Tally.from_frame(
        pd.DataFrame({"group": ["a", "b"], "approved": [1, 0]}),
        ca.Roles(groups=["group"], decision="approved", favourable=1),
    )
    with pytest.raises(MissingRole, match="period="):
        ca.metrics.rate_trend(without)
    with pytest.raises(InputError, match="is no rate"):
        ca.metrics.rates_by_period(tally(), "auc")
    with pytest.raises(InputError, match="kind='odds'"):
        ca.metrics.gap_change(tally(), by="group", kind="odds")
    with pytest.raises(NothingToCompare, match="one period"):
        ca.metrics.gap_change(tally({("a", 1): (5, 5), ("b", 1): (4, 6)}), by="group")
    with pytest.raises(NothingToCompare, match="too few people in one of the periods"):
        ca.metrics.gap_change(tally({("a", 1): (9, 9), ("b", 1): (4, 6), ("b", 2): (4, 4)}),
                              by="group", reference="a")  # fmt: skip
