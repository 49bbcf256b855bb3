"""The past lender's rule, asked again."""

import numpy as np
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.scenarios import LenderRule, error_amplification

INPUTS = ["reported_income", "late_payments_24m", "judgments_5y", "utilisation", "inquiries_6m"]


@pytest.fixture(scope="module")
def people():
    columns = [*INPUTS, "months_on_book", "debt_to_income", "minority", "approved", "lender_points"]
    return ca.make_borrowers(2_000, seed=7, columns=columns)


def test_the_same_inputs_have_the_same_points(people):
    inputs = people.frame[INPUTS].astype("float64")
    assert LenderRule(people).points(inputs).tolist() == people.frame["lender_points"].tolist()


def test_what_follows_from_an_input_follows_it(people):
    halved = people.frame[["reported_income"]] * 0.5
    made = people.replay(reported_income=halved["reported_income"].to_numpy())
    assert (made.frame["debt_to_income"] > people.frame["debt_to_income"]).mean() > 0.5
    lower = LenderRule(people).points(halved) - people.frame["lender_points"]
    assert (lower <= 0).all()
    # Without an income the card gives a fixed number of points, whatever the income was.
    assert (lower[people.frame["reported_income"].isna()] == 0).all()


def test_the_rule_stands_in_a_data_life(people):
    found = error_amplification(
        people, scorer=LenderRule(people), refit=False, errors={"linkage": [0, 0.5]}, seeds=[1, 2],
        inputs=INPUTS, linked=INPUTS[1:],
    )  # fmt: skip
    zero, some = found.frame[found.frame["measure"] == "flipped"]["value"]
    assert zero == 0
    assert 0.02 < some < 0.5


def test_a_row_for_each_person_and_people_who_were_made(people):
    with pytest.raises(InputError, match="one for each of 2,000 people"):
        LenderRule(people).points(people.frame[INPUTS].head(3))
    real = ca.Population(people.frame, people.roles)
    with pytest.raises(InputError, match="make_borrowers"):
        LenderRule(real)
    assert np.isfinite(LenderRule(people).points(people.frame[[]])).all()
