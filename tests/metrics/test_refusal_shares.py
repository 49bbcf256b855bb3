"""Refused people beside a population: by hand, against exact ranges, and laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

import creditaudit as ca
from creditaudit.errors import InputError

CENSUS = {"named": "residents", "date": "2020", "source": "census"}


def refused(people, population, unknown=None, **given):
    rows = [("black", people[0], population[0]), ("white", people[1], population[1])]
    rows += [] if unknown is None else [(None, unknown, None)]
    table = pd.DataFrame(rows, columns=["race", "refused", "population"])
    return ca.Refusals.from_counts(table, "race", **(CENSUS | given))


def ratio(*args, **given):
    return ca.metrics.refusal_ratio(refused(*args, **given), reference="white").iloc[0]


def test_shares_by_hand():
    """90 of 240 people refused are black, and 1,000 of 6,000 residents: 0.375 over 0.167."""
    found = ca.metrics.refusal_composition(refused((90, 150), (1000, 5000), 12))
    assert found["share"].tolist() == pytest.approx([0.375, 0.625])
    assert found["population_share"].tolist() == pytest.approx([1 / 6, 5 / 6])
    assert found["value"].tolist() == pytest.approx([2.25, 0.75])
    low, high = proportion_confint(90, 240, method="wilson")
    assert found.loc[0, ["low", "high"]].tolist() == pytest.approx([6 * low, 6 * high])
    assert "Population: residents (2020; census)." in found.loc[0, "note"]
    assert "12 people refused have no group" in found.loc[0, "note"]


def test_the_ratio_per_head_by_hand():
    """9 of 100 against 3 of 100; it takes three times as many applications for no gap."""
    found = ratio((90, 150), (1000, 5000))
    assert found["value"] == found["no_gap_factor"] == pytest.approx(3)
    assert found["n"] == 90
    assert found["n_reference"] == 150
    exact = binomtest(90, 240).proportion_ci(method="exact")
    assert [found["low"], found["high"]] == pytest.approx(
        [5 * x / (1 - x) for x in (exact.low, exact.high)]
    )
    assert np.isnan(found["application_low"])
    assert "only if both groups apply equally often" in found["note"]


def test_the_factor_divides_the_range():
    found = ratio((90, 150), (1000, 5000), application_factor=(1.5, 2), reason="a survey")
    assert found["application_low"] == pytest.approx(found["low"] / 2)
    assert found["application_high"] == pytest.approx(found["high"] / 1.5)
    assert "1.50 to 2.00 times as often per head (a survey)" in found["note"]


def test_people_without_a_group_may_all_belong_to_either():
    found = ratio((90, 150), (1000, 5000), 10, application_factor=(1, 1), reason="all apply")
    assert found["bound_low"] == pytest.approx(5 * 90 / 160)
    assert found["bound_high"] == pytest.approx(5 * 100 / 150)
    assert found["application_low"] < found["low"]
    assert found["application_high"] > found["high"]


def test_nobody_of_the_reference_has_no_upper_end():
    found = ratio((9, 0), (1000, 5000))
    assert np.isnan(found["value"])
    assert np.isnan(found["high"])
    assert found["low"] > 1


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0.2, 5))
def test_at_the_factor_of_the_ratio_there_is_no_gap(own, other, scale):
    """Applications that make both rates equal: the ratio per head is how often they apply."""
    population = (10_000, round(10_000 * scale))
    found = ratio((own, other), population)
    per_head = found["value"]
    applied = per_head * 0.3 * population[0], 0.3 * population[1]
    assert own / applied[0] == pytest.approx(other / applied[1])


@given(st.integers(0, 200), st.integers(1, 200), st.floats(1, 4))
def test_the_range_over_a_factor_holds_the_ratio_at_every_factor_in_it(own, other, factor):
    found = ratio((own, other), (1000, 3000), application_factor=factor, reason="a survey")
    for k in np.linspace(1 / factor, factor, 7):
        assert found["application_low"] - 1e-9 <= found["value"] / k
        assert found["value"] / k <= found["application_high"] + 1e-9


@given(st.integers(0, 300), st.integers(1, 300))
def test_turning_group_and_reference_turns_the_range(own, other):
    one = ratio((own, other), (700, 2000))
    table = refused((own, other), (700, 2000))
    turned = ca.metrics.refusal_ratio(table, reference="black").iloc[0]
    assert one["low"] == pytest.approx(1 / turned["high"] if turned["high"] > 0 else 0)


def test_the_reference_is_the_largest_population_unless_named():
    table = refused((90, 150), (1000, 5000))
    assert ca.metrics.refusal_ratio(table)["reference"].tolist() == ["white"]
    with pytest.raises(InputError, match="'green' is none of the groups"):
        ca.metrics.refusal_ratio(table, reference="green")
    with pytest.raises(InputError, match="refusals= is a DataFrame"):
        ca.metrics.refusal_composition(pd.DataFrame())
