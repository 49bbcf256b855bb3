"""Every number behind synthetic firms is read from somewhere, or is marked as chosen."""

import re

import pytest

from creditaudit.errors import InputError
from creditaudit.populations import check_firm_calibration, firm_pack_names, load_firm_pack
from creditaudit.populations.firms.calibrations import tail_exponent
from creditaudit.populations.firms.distress import LISTED, PRIVATE
from creditaudit.populations.firms.packs import read_parameters
from creditaudit.populations.packs import MARKS


@pytest.mark.parametrize("name", firm_pack_names())
def test_every_number_has_a_source_or_is_free_with_a_range(name):
    pack = load_firm_pack(name)
    for one in [*pack.parameters.values(), *(target.parameter for target in pack.targets)]:
        if one.free:
            assert not one.source
            assert isinstance(one.value, tuple) or one.low <= one.value <= one.high
        else:
            assert one.source
            assert one.mark in MARKS
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", one.date)


@pytest.mark.parametrize("name", firm_pack_names())
def test_firms_made_from_a_pack_show_its_rates(name):
    found = check_firm_calibration(name)
    assert len(found) >= 5
    assert found.loc[~found["within"], ["measure", "target", "value"]].values.tolist() == []


def test_packs_are_named_by_their_marginals_and_never_by_a_country():
    assert firm_pack_names() == ["class_balanced", "registers2024_marginals"]
    for name in firm_pack_names():
        words = f"{name} {load_firm_pack(name).title}".lower()
        assert not re.search(r"china|chinese|america|united states", words)


def test_the_weights_of_the_distress_score_stand_in_one_place_and_are_the_published_ones():
    assert load_firm_pack("class_balanced").parameters["altman_private"].value == PRIVATE
    assert PRIVATE == (0.717, 0.847, 3.107, 0.420, 0.998)
    assert LISTED == (1.2, 1.4, 3.3, 0.6, 1.0)


def test_unknown_packs_and_numbers_are_answered_with_those_there_are():
    with pytest.raises(InputError, match="Packs: class_balanced, registers2024_marginals"):
        load_firm_pack("large")
    with pytest.raises(InputError, match="no parameter"):
        load_firm_pack("class_balanced", size=3)


def test_a_number_that_is_wrong_is_named():
    with pytest.raises(InputError, match="Parameter 'x'"):
        read_parameters({"parameters": {"x": {"value": 1}}})


def test_the_exponent_of_a_tail_is_found():
    import numpy as np

    uniform = (np.arange(200_000) + 0.5) / 200_000
    assert tail_exponent(np.floor(uniform ** (-1 / 1.3))) == pytest.approx(1.3, abs=0.03)
    assert np.isnan(tail_exponent(np.array([1, 2, 3])))
