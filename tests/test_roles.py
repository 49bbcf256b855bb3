import dataclasses
import json

import numpy as np
import pytest

from creditaudit import Roles
from creditaudit.errors import InputError


def fault(**given):
    with pytest.raises(InputError) as caught:
        Roles(**given)
    return str(caught.value)


def test_one_group_may_be_given_as_a_name():
    assert Roles(groups="race", strata="county").columns == ["race", "county"]


def test_columns_are_listed_once_with_groups_first():
    roles = Roles(
        decision="d", favourable=1, groups=["a", "b"], strata=["s"], weight="w", period="p"
    )
    assert roles.columns == ["a", "b", "s", "d", "w", "p"]


def test_roles_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Roles(groups=["race"]).groups = ("sex",)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"decision": "approved"}, "decision='approved' needs favourable="),
        ({"outcome": "defaulted"}, "outcome='defaulted' needs good="),
        ({"score": "points"}, "score='points' needs higher_is="),
        ({"favourable": 0}, "favourable=0 needs decision="),
        ({"good": False}, "good=False needs outcome="),
        ({"higher_is": "safer"}, "higher_is='safer' needs score="),
        ({"unfavourable": 0}, "unfavourable= needs decision="),
        ({"score_range": (0, 1)}, "score_range= needs score="),
        ({"score": "s", "higher_is": "better"}, "higher_is='better' must be"),
    ],
)
def test_nothing_is_guessed(given, named):
    assert named in fault(**given)


@pytest.mark.parametrize(
    "score_range", [(1, 0), (1, 1), (0, 1, 2), (0,), (float("nan"), 1), (0, float("inf"))]
)
def test_a_score_range_is_two_finite_rising_numbers(score_range):
    told = fault(score="s", higher_is="safer", score_range=score_range)
    assert "must be (low, high), finite, low < high" in told


def test_a_column_plays_one_part():
    assert "'race' plays two parts" in fault(groups=["race"], strata=["race"])
    assert "'race' plays two parts" in fault(groups=["race", "race"])


def test_column_names_are_text():
    assert "Column names must be text" in fault(groups=[1, ""])
    assert "Column names must be text" in fault(groups=[1, 1, "a", "a"])


def test_a_value_is_not_favourable_and_unfavourable():
    assert "favourable and unfavourable are both 1" in fault(
        decision="d", favourable=1, unfavourable=(0, 1)
    )


def test_no_unfavourable_value_at_all_is_a_fault():
    assert "names no value" in fault(decision="d", favourable=1, unfavourable=[])


def test_all_faults_are_told_at_once():
    told = fault(decision="d", outcome="o", score="s")
    assert all(word in told for word in ("favourable=", "good=", "higher_is="))


def test_zero_and_false_are_values():
    assert Roles(decision="d", favourable=0).favourable == 0
    assert Roles(outcome="o", good=False).good is False


@pytest.mark.parametrize("refused", ["no", ["no"], ("no",)])
def test_one_unfavourable_value_may_stand_alone(refused):
    roles = Roles(decision="d", favourable="yes", unfavourable=refused)
    assert roles.refusals == ("no",)


def test_numpy_scalars_are_plain_values_afterwards():
    roles = Roles(
        decision="d",
        favourable=np.int64(1),
        unfavourable=np.int64(0),
        outcome="o",
        good=np.bool_(False),
        score="s",
        higher_is="safer",
        score_range=np.array([0, 1]),
    )
    assert roles.refusals == (0,)
    assert Roles.from_dict(json.loads(json.dumps(roles.to_dict()))) == roles


def test_several_numpy_refusals_are_plain_values_afterwards():
    roles = Roles(decision="d", favourable="yes", unfavourable=np.array(["no", "never"]))
    assert roles.refusals == ("no", "never")
    assert all(type(value) is str for value in roles.refusals)


def test_roles_round_trip_through_json(all_roles):
    plain = json.loads(json.dumps(all_roles.to_dict()))
    assert Roles.from_dict(plain) == all_roles
    assert "weight" not in plain


def test_unknown_roles_are_named():
    with pytest.raises(InputError, match=r"Unknown roles \['gruops'\]"):
        Roles.from_dict({"gruops": ["race"]})
