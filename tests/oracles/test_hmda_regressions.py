"""The regressions that textbooks print for the Boston data, to the digits they print.

Stock and Watson, Introduction to Econometrics, chapter 11: the models of denial on the payment
ratio and race, and the columns of table 11.2 with the controls of the lenders.
"""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca

MODELS = ("linear", "probit", "logit")
RATIO = {"pirat": "what a person can pay back"}
TABLE = dict.fromkeys(
    ["pirat", "hirat", "lvrat_band", "chist", "mhist", "phist", "insurance", "selfemp"],
    "a control of table 11.2",
)


@pytest.fixture(scope="module")
def hmda():
    people = ca.load_hmda_boston()
    value = people.frame["lvrat"]
    # Medium is 0.80 to 0.95 with both ends, high is above.
    bands = np.select([value < 0.8, value <= 0.95], ["low", "medium"], "high")
    frame = people.frame.assign(lvrat_band=pd.Categorical(bands, ["low", "medium", "high"]))
    return frame, people.roles


def denial(hmda, model, controls):
    frame, roles = hmda
    found = ca.metrics.regression(
        frame, roles, by="race", controls=controls, reference="white", model=model, event="refused"
    )
    return found.set_index("term")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("linear", (-0.091, 0.559, 0.177)),
        ("probit", (-2.26, 2.74, 0.71)),
        ("logit", (-4.13, 5.37, 1.27)),
    ],
)
def test_denial_on_the_payment_ratio_and_race(hmda, model, expected):
    value = denial(hmda, model, RATIO)["value"]
    digits = 3 if model == "linear" else 2
    got = tuple(value[["constant", "pirat", "race = black"]].round(digits))
    assert got == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("linear", (0.029, 0.089, 0.025)),
        ("probit", (0.16, 0.44, 0.08)),
        ("logit", (0.35, 0.96, 0.15)),
    ],
)
def test_their_robust_errors(hmda, model, expected):
    error = denial(hmda, model, RATIO)["error"]
    digits = 3 if model == "linear" else 2
    got = tuple(error[["constant", "pirat", "race = black"]].round(digits))
    assert got == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("model", "value", "error"),
    [("linear", 0.084, 0.023), ("logit", 0.688, 0.182), ("probit", 0.389, 0.098)],
)
def test_table_eleven_two_gives_the_coefficient_of_race(hmda, model, value, error):
    black = denial(hmda, model, TABLE).loc["race = black"]
    assert black["n"] == 2380
    assert round(black["value"], 3) == value
    assert round(black["error"], 3) == error


def test_more_digits_of_the_same(hmda):
    got = [denial(hmda, model, TABLE).loc["race = black", "value"] for model in MODELS]
    assert got == pytest.approx([0.0837, 0.3891, 0.6884], abs=5e-5)
    assert denial(hmda, "linear", TABLE).loc["race = black", "error"] == pytest.approx(
        0.0226, abs=5e-5
    )


def test_the_other_rows_of_the_linear_column(hmda):
    value = denial(hmda, "linear", TABLE)["value"].round(3)
    assert value[["constant", "pirat", "hirat"]].tolist() == [-0.183, 0.449, -0.048]
    assert value[["lvrat_band = medium", "lvrat_band = high"]].tolist() == [0.031, 0.189]
    assert value[["chist", "mhist", "phist = yes"]].tolist() == [0.031, 0.021, 0.197]
    assert value[["insurance = yes", "selfemp = yes"]].tolist() == [0.702, 0.060]


def test_raw_and_adjusted_odds_stand_side_by_side(hmda):
    frame, roles = hmda
    found = ca.metrics.adjusted_disparity(
        frame, roles, by="race", controls=TABLE, reference="white"
    ).set_index("measure")["value"]
    assert 1 / found["raw_odds_ratio"] == pytest.approx(3.871, abs=5e-4)
    assert 1 / found["adjusted_odds_ratio"] == pytest.approx(1.99, abs=5e-3)
    assert found["raw_ratio"] == pytest.approx(0.7900, abs=5e-5)
    assert found["raw_difference"] == pytest.approx(-0.1906, abs=5e-5)
    assert found["adjusted_difference"] == pytest.approx(-0.060, abs=5e-4)
