"""Surrogates: agreement by hand, by group, and near the cut-off."""

import numpy as np
import pandas as pd
import pytest

from creditaudit.errors import InputError
from creditaudit.explain import surrogate_fidelity


class Sum:
    def __init__(self, a=10.0, b=5.0, shift=0.0):
        self.a, self.b, self.shift = a, b, shift

    def points(self, X):  # noqa: N803
        return 600 + self.shift + self.a * X["x"].to_numpy(float) + self.b * X["y"].to_numpy(float)


PEOPLE = pd.DataFrame({"x": [-2.0, -1, 0, 1, 2, 3], "y": [0.0, 1, -1, 0, 1, -1]})


def measures(**given):
    asked = {"scorer": Sum(), "surrogate": Sum(), "X": PEOPLE, "cutoff": 600.0} | given
    return surrogate_fidelity(**asked)


def test_the_model_itself_agrees_with_itself():
    table = measures().set_index("measure")["value"]
    assert table["r2"] == table["same_decision"] == table["same_decision_near_cutoff"] == 1


def test_one_feature_less_is_worked_out_on_paper():
    table = measures(surrogate=Sum(b=0.0)).set_index("measure")
    own = 600 + 10 * PEOPLE["x"] + 5 * PEOPLE["y"]
    # Off by 0, 5, -5, 0, 5, -5: 100 in squares.
    assert table.loc["r2", "value"] == pytest.approx(1 - 100 / ((own - own.mean()) ** 2).sum())
    # -20, -5, -5, 10, 25, 25 against -20, -10, 0, 10, 20, 30: the third is approved.
    assert table.loc["same_decision", "value"] == pytest.approx(5 / 6)
    assert table.loc["same_decision_near_cutoff", "n"] == 4


def test_another_scale_is_told_by_the_line_and_needs_its_own_cut_off():
    table = measures(surrogate=Sum(20.0, 10.0, 300.0), surrogate_cutoff=900).set_index("measure")
    assert table.loc["r2_of_a_line", "value"] == pytest.approx(1)
    assert table.loc["r2", "value"] < 0
    assert table.loc["same_decision", "value"] == 1


def test_the_range_is_that_of_leaving_out_one_by_one():
    rng = np.random.default_rng(3)
    people = pd.DataFrame({"x": rng.normal(size=40), "y": rng.normal(size=40)})
    row = measures(surrogate=Sum(b=0.0), X=people).iloc[0]

    def r2(some):
        return measures(surrogate=Sum(b=0.0), X=some).iloc[0]["value"]

    without = np.array([r2(people.drop(index=one)) for one in people.index])
    error = np.sqrt(39 / 40 * ((without - without.mean()) ** 2).sum())
    assert row["high"] - row["value"] == pytest.approx(1.959963984540054 * error)


def test_a_surrogate_can_be_right_for_one_group_only():
    side = pd.Series(["a", "a", "b", "b", "a", "b"])
    people = PEOPLE.assign(y=np.where(side == "a", 0.0, PEOPLE["y"] * 4))
    table = measures(X=people, surrogate=Sum(b=0.0), groups=side).set_index(["group", "measure"])
    assert table.loc[("a", "same_decision"), "value"] == 1
    assert table.loc[("b", "same_decision"), "value"] < 1


def test_what_cannot_be_compared_says_so():
    with pytest.raises(InputError, match="above 0"):
        measures(width=0)
    with pytest.raises(InputError, match="2 values for 6 people"):
        measures(groups=pd.Series(["a", "b"]))
    same = PEOPLE.assign(x=1.0, y=1.0)
    table = measures(X=same).set_index("measure")
    assert np.isnan(table.loc["r2", "value"])
    assert table.loc["r2", "note"] == "everybody has the same score"
