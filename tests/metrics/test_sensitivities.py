import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import InputError
from creditaudit.metrics.sensitivities import GAMMAS, strength_words

WIDE = {"approved": "yes", "refused": "no"}


def tally(*rows, strata=False):
    """Return the tally of ``(race, yes, no)``, or of ``(place, race, yes, no)``."""
    columns = [*(["place"] if strata else []), "race", "yes", "no"]
    roles = Roles(groups=["race"], strata=["place"] if strata else [])
    by = ["race", ("race", "place")] if strata else ["race"]
    return Tally.from_counts(pd.DataFrame(rows, columns=columns), roles, by=by, count=WIDE)


# E-values and Cornfield's condition.


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (3.9, 3.9 + math.sqrt(3.9 * 2.9)),  # VanderWeele and Ding 2017: 7.26
        (10.73, 20.95),  # smoking and lung cancer, there: 20.9
        (2, 2 + math.sqrt(2)),
        (0.5, 2 + math.sqrt(2)),
        (1, 1),
    ],
)
def test_e_values_by_hand(ratio, expected):
    assert metrics.e_value(ratio) == pytest.approx(expected, abs=0.005)
    assert metrics.e_value(1 / ratio) == pytest.approx(metrics.e_value(ratio))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1.8, 8.7, 3.0), (8.02, 14.36, 15.52), (0.9, 1.4, 1), (0.4, 0.5, 2 + math.sqrt(2)), (1, 2, 1)],
)
def test_the_limit_is_that_of_the_end_nearest_to_one(low, high, expected):
    assert metrics.e_value_limit(low, high) == pytest.approx(expected, abs=0.005)


def test_edges_of_the_ratio():
    assert metrics.e_value(0) == metrics.cornfield_ratio(0) == math.inf
    assert math.isnan(metrics.e_value(math.nan))
    assert math.isnan(metrics.e_value_limit(math.nan, 2))
    assert metrics.cornfield_ratio(0.25) == metrics.cornfield_ratio(4) == 4
    with pytest.raises(InputError, match="must be 0 or more"):
        metrics.e_value(-1)


@given(st.floats(1.001, 50))
def test_the_e_value_is_the_strength_that_just_accounts_for_the_ratio(ratio):
    strength = metrics.e_value(ratio)
    assert metrics.bounding_factor(strength, strength) == pytest.approx(ratio)
    # Cornfield: neither of the two can be weaker than the ratio, however strong the other.
    assert metrics.bounding_factor(ratio, 1e12) == pytest.approx(ratio)
    assert metrics.bounding_factor(0.99 * ratio if ratio > 1.02 else 1, 1e12) < ratio


def test_a_strength_under_one_is_an_error():
    with pytest.raises(InputError, match="take the inverse"):
        metrics.bounding_factor(0.5, 2)


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(1.1, 8), st.floats(0.02, 0.12))
def test_the_bound_holds_for_any_hidden_thing(in_group, in_reference, times, base):
    """Build tables in which a hidden thing makes all of the gap; the bound is never crossed."""
    rates = [base * (1 + (times - 1) * share) for share in (in_group, in_reference)]
    ratio = max(rates[0] / rates[1], rates[1] / rates[0])
    with_group = max(in_group / in_reference, in_reference / in_group)
    assert ratio <= metrics.bounding_factor(with_group, times) * (1 + 1e-9)
    assert metrics.cornfield_ratio(ratio) <= with_group * (1 + 1e-9)


# From counts.


def test_the_strength_is_said_for_approvals_and_for_refusals():
    got = metrics.confounder_strength(
        tally(("black", 243, 96), ("white", 1852, 189)), by="race", reference="white"
    )
    assert list(got.columns) == [
        "race", "reference", "measure", "n", "n_reference", "value", "low", "high", "e_value",
        "e_value_limit", "cornfield", "note",
    ]  # fmt: skip
    approvals, refusals = (row for _, row in got.iterrows())
    assert approvals["value"] == pytest.approx(0.789966, abs=1e-6)
    ratio = (96 / 339) / (189 / 2041)
    assert refusals["value"] == pytest.approx(ratio)
    assert refusals["e_value"] == pytest.approx(ratio + math.sqrt(ratio * (ratio - 1)))
    assert refusals["cornfield"] == pytest.approx(ratio)
    assert refusals["e_value_limit"] == pytest.approx(metrics.e_value(refusals["low"]))
    assert approvals["e_value_limit"] == pytest.approx(metrics.e_value(approvals["high"]))
    assert "with refusal by a ratio of 5.57 or more" in refusals["note"]
    assert "from 4.34, the range holds 1." in refusals["note"]


def test_within_strata_the_strength_is_beyond_them():
    counted = tally(("n", "b", 30, 20), ("n", "w", 80, 20), ("s", "b", 10, 30), ("s", "w", 20, 30),
                    strata=True)  # fmt: skip
    got = metrics.confounder_strength(counted, by="race", strata="place", reference="w")
    pooled = metrics.stratified_disparity(counted, by="race", strata="place", reference="w")
    assert got["value"][0] == pytest.approx(pooled["value"][1])
    assert got["low"][0] == pytest.approx(pooled["low"][1])
    assert got["value"][1] > 1


def test_a_range_that_holds_one_needs_nothing():
    got = metrics.confounder_strength(tally(("b", 5, 5), ("w", 6, 4)), by="race", reference="w")
    assert got["e_value_limit"].tolist() == [1, 1]
    assert got["note"].str.contains("the range holds 1 as it is").all()


def test_what_is_undefined_is_null_with_words():
    got = metrics.confounder_strength(tally(("b", 0, 9), ("w", 7, 0)), by="race", reference="w")
    approvals, refusals = (row for _, row in got.iterrows())
    assert (approvals["value"], np.isnan(approvals["e_value"])) == (0, True)
    assert "however strong" in approvals["note"]
    assert approvals["e_value_limit"] == pytest.approx(metrics.e_value(approvals["high"]))
    assert refusals[["value", "low", "high", "e_value"]].isna().all()
    assert refusals["note"].startswith("Undefined: nobody in the reference was refused.")
    assert strength_words(math.nan, 1, "approval") == ""


# Matched pairs.


def test_rosenbaums_smokers():
    # Hammond's 36,975 pairs: 122 discordant, in 110 the smoker died (Rosenbaum 2002, 4.3.2). His
    # table has the normal approximation; the conclusion is the same: from gamma 5 to 6 on.
    got = metrics.rosenbaum_bounds(110, 12, gammas=[1, 4, 5, 6]).set_index("gamma")
    assert got["p_high"][4] < 0.0036 < got["p_high"][5] < 0.05 < got["p_high"][6]
    assert 5 < metrics.rosenbaum_gamma(110, 12) < 6
    assert got["n"].tolist() == [122] * 4


@given(st.integers(0, 40), st.integers(0, 40))
def test_gamma_one_is_mcnemars_exact_test(against, in_favour):
    first = metrics.rosenbaum_bounds(against, in_favour).iloc[0]
    if against + in_favour == 0:
        assert np.isnan(first["p_high"])
        assert first["note"].startswith("Undefined")
        return
    exact = binomtest(against, against + in_favour, 0.5, alternative="greater").pvalue
    assert first["p_low"] == pytest.approx(exact)
    assert first["p_high"] == pytest.approx(exact)


@given(st.integers(0, 60), st.integers(0, 60))
def test_bounds_open_as_gamma_grows_and_the_limit_is_where_they_cross(against, in_favour):
    got = metrics.rosenbaum_bounds(against, in_favour)
    if against + in_favour:
        assert got["p_high"].is_monotonic_increasing
        assert (got["p_low"] <= got["p_high"]).all()
    limit = metrics.rosenbaum_gamma(against, in_favour)
    if np.isnan(limit):
        assert not got["p_high"][0] < 0.05 - 1e-9
    else:
        at = metrics.rosenbaum_bounds(against, in_favour, gammas=[limit])["p_high"].item()
        assert at == pytest.approx(0.05)


def test_pairs_that_cannot_be_are_errors():
    for wrong in (-1, 2.5):
        with pytest.raises(InputError, match=r"against=.* must be a whole number"):
            metrics.rosenbaum_bounds(wrong, 3)
    with pytest.raises(InputError, match="in_favour=-1"):
        metrics.rosenbaum_gamma(1, -1)
    for gammas in ([0.5], [np.inf]):
        with pytest.raises(InputError, match="must be numbers of 1 or more"):
            metrics.rosenbaum_bounds(3, 1, gammas=gammas)
    with pytest.raises(InputError, match="level=2 must lie"):
        metrics.rosenbaum_gamma(3, 1, level=2)
    assert metrics.rosenbaum_bounds(3, 1)["gamma"].tolist() == list(GAMMAS)


# Simpson.


def checked(*rows):
    return metrics.simpson_check(
        tally(*rows, strata=True), by="race", strata="place", reference="w"
    ).iloc[0]


def test_a_gap_that_turns_round_in_every_stratum_is_found():
    # Within both places b fares better; b live where few are approved.
    got = checked(("n", "b", 9, 1), ("n", "w", 80, 20), ("s", "b", 30, 70), ("s", "w", 2, 8))
    assert got["value"] < 0 < got["pooled"]
    assert (got["strata"], got["higher"], got["lower"]) == (2, 2, 0)
    assert got["reversal"] == "every stratum"
    assert "points the other way in every stratum" in got["note"]
    assert "not both directions can be told" in got["note"]


def test_a_reversal_in_large_numbers_is_told_from_chance():
    got = checked(
        ("n", "b", 900, 100), ("n", "w", 8000, 2000), ("s", "b", 3000, 7000), ("s", "w", 200, 800)
    )
    assert "both directions can be told from chance" in got["note"]


def test_a_pooled_reversal_is_told_apart_from_one_in_every_stratum():
    got = checked(("n", "b", 9, 1), ("n", "w", 80, 20), ("s", "b", 30, 70), ("s", "w", 31, 69))
    assert got["reversal"] == "pooled"
    assert (got["higher"], got["lower"]) == (1, 1)


def test_no_reversal_is_none():
    got = checked(("n", "b", 5, 5), ("n", "w", 8, 2), ("s", "b", 3, 7), ("s", "w", 3, 7))
    assert (got["reversal"], got["note"], got["equal"]) == ("none", "", 1)


def test_one_shared_stratum_is_not_every_stratum():
    got = checked(("n", "b", 9, 1), ("n", "w", 80, 20), ("s", "b", 30, 70), ("t", "w", 50, 1))
    assert got["reversal"] == "pooled"
    assert "2 of 3 strata add nothing" in got["note"]
