import pytest

from creditaudit.errors import InputError
from creditaudit.sharing.cascade_arguments import checked_number, checked_pair, whole_number
from spread_worlds import SmallWorld


@pytest.mark.parametrize("value", [True, "3", None, 3.0])
def test_what_is_no_whole_number_is_told_with_what_it_is(value):
    with pytest.raises(InputError, match=r"months=.* is (a|None).*; give a whole number"):
        whole_number("months", value)


def test_a_number_out_of_its_range_is_told_with_the_range():
    assert checked_number("months", 12, 12) == 12
    with pytest.raises(InputError, match=r"months=11 has to be a whole number from 12\."):
        checked_number("months", 11, 12)
    with pytest.raises(InputError, match="months=2000 has to be a whole number from 1 to 1,200"):
        checked_number("months", 2_000, 1, 1_200)


def test_a_society_and_a_regime_that_are_none_are_told_together():
    with pytest.raises(InputError) as told:
        checked_pair(None, SmallWorld(2))
    assert "world= is None without people" in str(told.value)
    assert "regime= is a SmallWorld: give a SharingRegime" in str(told.value)
