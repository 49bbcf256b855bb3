"""What refused people might have done: where each way is right, and where it is wrong.

All people here are synthetic, so what refused people would have done is known.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.scorers import infer_rejected

BEHIND, AWAY = ["lender_points", "minority"], ["utilisation", "late_payments_24m"]


@cache
def synthetic():
    return ca.make_borrowers(20_000, seed=7, bias=ca.Bias(selection=1), pack="class_balanced")


def inferred(columns, **given):
    frame = synthetic().frame
    return infer_rejected(frame[columns], frame["default"], frame["approved"] == 1, **given)


def truth(who=slice(None)):
    return float(synthetic().truth["label_true"][who].mean())


def of(frame, measure, uplift=None):
    chosen = frame["measure"] == measure
    if uplift is not None:
        chosen &= frame["uplift"] == uplift
    (row,) = frame[chosen].to_dict("records")
    return row


def test_the_bounds_hold_what_is_true_whatever_drove_the_refusals():
    for columns in (BEHIND, AWAY):
        row = of(inferred(columns).frame, "bounds")
        assert row["low"] < truth() < row["high"]
        assert np.isnan(row["value"])
        assert "Assumes nothing" in row["note"]


def test_with_what_drove_the_refusals_both_guesses_hold_the_truth():
    found = inferred(BEHIND).frame
    for row in (of(found, "parcelling", 1.0), of(found, "reweighting")):
        assert row["low"] < truth() < row["high"]
        assert row["note"].startswith("ASSUMES, and cannot test")


def test_without_it_both_guesses_are_too_low_and_their_ranges_do_not_say_so():
    found = inferred(AWAY).frame
    for row in (of(found, "parcelling", 1.0), of(found, "reweighting")):
        assert row["high"] < truth() - 0.005
    # Nearer to what approved people do than to what is true.
    seen = synthetic().frame["default"].mean()
    assert abs(of(found, "reweighting")["value"] - seen) < abs(seen - truth())


def test_selection_hides_a_group_from_the_approved_and_reweighting_by_its_inputs_finds_it():
    people = synthetic().frame
    minority = people["minority"]
    seen = people["default"][minority == 1].mean()
    found = inferred(BEHIND, groups=minority).frame
    row = of(found[found["group"] == 1], "reweighting")
    true = truth(minority == 1)
    assert seen < true - 0.02
    assert row["low"] < true < row["high"]


def test_the_uplift_is_swept_and_twice_as_often_is_too_much_here():
    found = inferred(BEHIND).frame
    assert of(found, "parcelling", 2.0)["low"] > truth()
    assert "2 times as often" in of(found, "parcelling", 2.0)["note"]


def by_hand():
    """Two bands of 100 approved and 50 refused; of the approved 20 and 50 are bad."""
    x = np.repeat([0, 0, 1, 1], [100, 50, 100, 50])
    approved = np.repeat([True, False, True, False], [100, 50, 100, 50])
    y = np.full(300, np.nan)
    y[:100], y[150:250] = np.arange(100) < 20, np.arange(100) < 50
    return pd.DataFrame({"x": x}), y, approved


def test_two_bands_by_hand():
    table, y, approved = by_hand()
    made = infer_rejected(
        table, y, approved, scorer=LogisticRegression(C=1e6), bands=2, uplift=(1.0, 1.5)
    )
    # 20 + 50 seen; 50 x .2 + 50 x .5 = 35 guessed; times 1.5: 52.5.
    assert of(made.frame, "parcelling", 1.0)["value"] == pytest.approx(105 / 300)
    assert of(made.frame, "parcelling", 1.5)["value"] == pytest.approx(122.5 / 300)
    # Each approved person stands for one and a half: the same 105 of 300.
    assert of(made.frame, "reweighting")["value"] == pytest.approx(105 / 300, abs=0.005)
    low, high = (of(made.frame, "bounds")[end] for end in ("low", "high"))
    assert low < 70 / 300 < 170 / 300 < high


def test_rows_to_train_on_weigh_as_many_people_as_there_are():
    table, y, approved = by_hand()
    made = infer_rejected(table, y, approved, scorer=LogisticRegression(C=1e6), bands=2)
    rows, bad, weight = made.training("parcelling")
    assert weight.sum() == pytest.approx(300)
    assert weight @ bad == pytest.approx(105)
    assert set(rows) == set(range(300))
    rows, bad, weight = made.training("reweighting")
    assert approved[rows].all()
    assert weight.sum() == pytest.approx(300, rel=0.02)
    with pytest.raises(InputError, match="parcelling"):
        made.training("augmentation")


def test_the_guess_is_loud_where_it_is_shown():
    table, y, approved = by_hand()
    made = infer_rejected(table, y, approved, scorer=LogisticRegression())
    assert "ASSUMES, and cannot test" in made._repr_html_()


def test_outcomes_written_for_refused_people_are_not_read():
    table, y, approved = by_hand()
    filled = np.where(approved, y, 1)
    one, other = (
        infer_rejected(table, given, approved, scorer=LogisticRegression()) for given in (y, filled)
    )
    pd.testing.assert_frame_equal(one.frame, other.frame)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x, y, a: (x.to_numpy(), y, a), "DataFrame"),
        (lambda x, y, a: (x, y[:-1], a), "lengths"),
        (lambda x, y, a: (x, y, np.ones(300, dtype=bool)), "0 or 1"),
        (lambda x, y, a: (x, np.where(a, 1.0, y), a), "takes 20 of each"),
    ],
)
def test_what_cannot_be_used_is_said(change, said):
    with pytest.raises(InputError, match=said):
        infer_rejected(*change(*by_hand()))
