import json
import math

import numpy as np
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


def test_draws_are_arrays_in_every_sum_and_show_no_number():
    draws = FreeDraws(np.array([1.25, 2.5]), "household: p")
    assert (draws * 2).sum() == 7.5
    assert "household: p" in repr(draws[:1])
    assert float(draws.mean()) == 1.875
    assert isinstance((draws > 2), np.ndarray)
    assert (draws > 2).tolist() == [False, True]
    assert repr((draws == draws).all()) == "np.True_"
    for shown in (repr(draws), str(draws), repr(draws + 1), str(draws.mean()), repr(draws.max())):
        assert not any(number in shown for number in ("1.25", "1.875", "2.5", "3.5"))
