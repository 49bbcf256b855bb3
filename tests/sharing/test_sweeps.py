import json
import math

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, RefusedError
from creditaudit.sharing.sweeps import (
    FreeDraws,
    FreeParameter,
    Swept,
    Unswept,
    sweep,
    sweep_places,
)

P = FreeParameter("household: p", 0.3, 0.1, 0.6)
Q = FreeParameter("kin: p", 0.2, 0.0, 1.0)


def made():
    return sweep(lambda values: {"reach": 10 * values["household: p"]}, [P])["reach"]


def finding(**numbers):
    return ca.Finding(
        id="F1", audit="a", question="q", claim="c", status="descriptive", **numbers
    )  # fmt: skip


def test_a_number_comes_with_what_it_is_at_both_ends():
    swept = made()
    assert str(swept) == "3 (1 to 6 as household: p goes from 0.1 to 0.6)"
    assert f"{swept:.1f}" == "3.0 (1.0 to 6.0 as household: p goes from 0.1 to 0.6)"
    assert finding(**swept.numbers()).high == 6
    plain = swept.to_dict()
    assert json.loads(json.dumps(plain))["low"] == 1
    assert swept.row()["kind"] == "sweep"
    assert "reach" in repr(swept)


@pytest.mark.parametrize("number", [made(), Unswept("reach", (P,), _value=3.0)])
def test_a_number_never_leaves_without_its_sweep(number):
    for leave in (float, int, round, np.asarray, bool, lambda x: math.isfinite(x)):
        with pytest.raises(RefusedError, match="free parameters"):
            leave(number)
    with pytest.raises(TypeError):
        json.dumps({"value": number})
    with pytest.raises(RefusedError):
        finding(estimate=number)


def test_an_unswept_number_has_no_text_until_it_is_swept():
    bare = Unswept("reach", (P,), _value=3.0)
    for show in (str, format, "{}".format, "{:.1f}".format, lambda x: f"{x}"):
        with pytest.raises(RefusedError, match=r"household: p"):
            show(bare)
    assert "3" not in repr(bare)
    assert str(bare.swept(made().frame)) == str(made())


def test_a_sweep_that_does_not_go_to_both_ends_is_none():
    short = made().frame.iloc[:1]
    with pytest.raises(InputError, match=r"0\.6"):
        Swept("reach", (P,), short, _value=3.0)


def test_ends_and_corners_are_tried_and_the_rest_stay_at_their_base():
    places = sweep_places([P, Q])
    assert [at for _, at, _ in places[:4]] == [0.1, 0.6, 0.0, 1.0]
    assert places[0][2] == {"household: p": 0.1, "kin: p": 0.2}
    assert {tuple(values.values()) for _, _, values in places[4:]} == {
        (0.1, 0.0), (0.1, 1.0), (0.6, 0.0), (0.6, 1.0)
    }  # fmt: skip
    assert len(sweep_places([P, Q], corners="ends")) == 6
    many = [FreeParameter(f"p{k}", 0.5, 0, 1) for k in range(6)]
    assert len(sweep_places(many)) == 14
    with pytest.raises(InputError, match="no free parameter"):
        sweep_places([])


def test_a_product_that_only_corners_reach_is_in_the_range():
    found = sweep(lambda v: {"both": v["household: p"] * v["kin: p"]}, [P, Q])["both"]
    assert (found.low, found.high) == (0, 0.6)


def test_a_free_parameter_has_a_finite_range_that_holds_its_base():
    for low, high in ((0.4, 0.6), (0.1, math.inf), (math.nan, 1)):
        with pytest.raises(InputError, match="finite range"):
            FreeParameter("p", 0.3, low, high)


@pytest.mark.parametrize("leave", [
    lambda x: x[0], lambda x: x[:1], list, sum, max, float, lambda x: 0.5 in x, np.asarray,
    np.array, np.mean, np.sort, np.max, lambda x: np.quantile(x, 0.5), lambda x: np.add(x, 0),
    pd.Series, lambda x: pd.DataFrame({"x": x}), lambda x: x.mean(), lambda x: x.tolist(),
    lambda x: x.item(0), lambda x: round(x.mean(), 3), lambda x: json.dumps([*x]),
    lambda x: f"{x:.2f}", lambda x: x > 0, lambda x: x == 2.5, lambda x: x + 1, lambda x: 1 - x,
    lambda x: x * 2, lambda x: 2 / x, lambda x: -x, bool, lambda x: [*zip(x, x, strict=True)],
])  # fmt: skip
def test_draws_leave_by_no_way_but_the_one_that_says_so(leave):
    with pytest.raises(RefusedError, match=r"household: p.*values_without_sweep"):
        leave(FreeDraws(np.array([1.25, 2.5]), "household: p"))


def test_draws_say_on_what_they_rest_and_give_their_numbers_when_asked_by_name():
    draws = FreeDraws(np.array([1.25, 2.5]), "household: p")
    assert draws.values_without_sweep().tolist() == [1.25, 2.5]
    draws.values_without_sweep()[:] = 0
    assert draws.values_without_sweep().sum() == 3.75
    assert len(draws) == 2
    assert (
        repr(draws)
        == str(draws)
        == ("<2 values that rest on household: p; not shown without their sweep>")
    )
    assert "1 value that rests" in repr(FreeDraws(np.array([1.25]), "household: p"))
    assert not hasattr(draws, "colour")
    with pytest.raises(TypeError):
        json.dumps(draws)
