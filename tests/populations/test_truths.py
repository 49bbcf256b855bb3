"""What the summary of the truth says is what can be counted in the people themselves."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

import creditaudit as ca
from creditaudit.populations.biases import RANGES
from creditaudit.populations.truths import COLUMNS, auc_with_range

N = 80_000
BIAS = ca.Bias(
    opportunity=0.5, direct=0.3, label=0.1, proxy=0.6, measurement=0.2, selection=1,
    missingness=0.3, linkage=0.2, representation=0.4,
)  # fmt: skip


@pytest.fixture(scope="module")
def people():
    return ca.make_borrowers(N, seed=7, bias=BIAS, columns=["minority", "approved", "default"])


@pytest.fixture(scope="module")
def summary(people):
    return people.truth_summary()


@pytest.fixture(scope="module")
def value(summary):
    table = summary.set_index(["knob", "measure", "group"])
    return lambda knob, measure, group="exposed": table.loc[(knob, measure, group)]


def test_the_summary_has_one_shape(summary):
    assert tuple(summary.columns) == COLUMNS
    exact = summary["note"] == "exact"
    assert (summary.loc[exact, "low"] == summary.loc[exact, "high"]).all()
    rest = summary[~exact]
    assert ((rest["low"] <= rest["value"]) & (rest["value"] <= rest["high"])).all()
    assert set(summary["knob"]) == {"", *RANGES}


def test_rates_of_the_groups_are_those_of_the_people(people, value):
    members = people.truth["exposed"] == 1
    for group, of in (("exposed", members), ("others", ~members)):
        got = value("", "default_rate", group)
        assert got["value"] == pytest.approx(people.truth["true_pd"][of].mean())
        assert got["n"] == of.sum()
        known = people.frame["default"].astype("Float64")[of].mean()
        assert value("", "default_rate_of_the_approved", group)["value"] == pytest.approx(known)


def test_the_area_under_the_curve_is_that_of_the_peers(people, value):
    got = value("", "auc_of_true_pd", "all")
    truth = people.truth
    assert got["value"] == pytest.approx(roc_auc_score(truth["label_true"], truth["true_pd"]))
    ties = np.array([1.0, 1, 2, 2, 3]), np.array([0, 1, 0, 1, 1])
    assert auc_with_range(*ties)[0] == pytest.approx(roc_auc_score(ties[1], ties[0]))


def test_an_area_without_both_outcomes_is_unknown():
    assert np.isnan(auc_with_range(np.ones(3), np.zeros(3))[0])


def test_effects_are_those_that_replays_of_the_same_people_give(people, value):
    nobody, everyone = people.replay(minority=0), people.replay(minority=1)
    effect = (everyone.truth["true_pd"] - nobody.truth["true_pd"]).mean()
    assert value("", "total_effect_on_true_pd", "all")["value"] == pytest.approx(effect)
    around = nobody.replay(minority=1, hold=["burden"])
    direct = (around.truth["true_pd"] - nobody.truth["true_pd"]).mean()
    assert value("", "direct_effect_on_true_pd", "all")["value"] == pytest.approx(direct)
    assert value("", "direct_effect_on_true_log_odds", "all")["value"] == pytest.approx(0.3)
    assert 0 < direct < effect


def test_a_knob_is_set_against_the_same_people_without_it(people, value):
    without = people.replay(bias=BIAS.without("label"))
    members = people.truth["exposed"] == 1
    moved = (people.truth["label_recorded"] - without.truth["label_recorded"])[members].mean()
    assert value("label", "effect_on_label_recorded")["value"] == pytest.approx(moved)
    assert value("label", "effect_on_true_pd")["value"] == 0
    assert value("selection", "effect_on_approval_propensity")["value"] < -0.05


@pytest.mark.parametrize(
    ("knob", "measure", "group", "size"),
    [
        ("opportunity", "difference_in_mean_opportunity", "exposed", -0.5),
        ("direct", "difference_in_log_odds_of_default", "exposed", 0.3),
        ("label", "recorded_default_of_those_who_paid", "exposed", 0.1),
        ("proxy", "auc_of_region_for_exposed", "all", 0.8),
        ("measurement", "shift_of_log_reported_income", "exposed", -0.2),
        ("selection", "difference_in_log_odds_of_approval", "exposed", -1),
        ("missingness", "income_not_stated", "exposed", 0.05 + 0.95 * 0.3),
        ("linkage", "entries_of_somebody_else", "exposed", 0.2),
        ("representation", "share_of_table", "exposed", 0.2 * 0.6 / (1 - 0.2 * 0.4)),
    ],
)
def test_what_a_formula_implies_is_exact(value, knob, measure, group, size):
    got = value(knob, measure, group)
    assert got["value"] == pytest.approx(size)
    assert got["note"] == "exact"


def test_with_no_knob_nothing_is_implied_and_no_group_has_an_effect():
    plain = ca.make_borrowers(5000, seed=7, columns=["minority"])
    summary = plain.truth_summary()
    assert set(summary["knob"]) == {""}
    effects = summary[summary["measure"].str.contains("effect")]
    assert (effects["value"] == 0).all()


def test_a_group_nobody_belongs_to_has_no_rate():
    few = ca.make_borrowers(1, seed=7, columns=["minority"])
    rates = few.truth_summary().query("measure == 'default_rate'").set_index("group")["n"]
    assert sorted(rates) == [0, 1]
    assert isinstance(few.truth_summary(), pd.DataFrame)
