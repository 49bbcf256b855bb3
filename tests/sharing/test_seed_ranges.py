import math

import numpy as np
import pytest

from creditaudit.errors import InputError
from creditaudit.sharing.seed_ranges import over_seeds, read_seeds


@pytest.mark.parametrize("seeds", [3, np.int64(3), range(3), [0, 1, 2], np.arange(3), (0, 1, 2)])
def test_a_number_of_draws_is_its_seeds_and_seeds_are_themselves(seeds):
    found = read_seeds(seeds)
    assert found == (0, 1, 2)
    assert all(type(one) is int for one in found)
    assert read_seeds(iter([5, 9])) == (5, 9)


@pytest.mark.parametrize(("seeds", "told"), [
    ([], "seeds= is empty"), (0, "no draw"), (-3, "no draw"), (True, "is a bool"),
    (None, "is a NoneType"), ("12", "is a str"), (2.0, "is a float"), ([1, 1], "more than once"),
    ([0, "a"], r"has \['a'\]"), ([0, 1.5], r"has \[1\.5\]"), ([True, 2], r"has \[True\]"),
    ([-1], r"has \[-1\]"),
])  # fmt: skip
def test_what_is_no_seed_is_told(seeds, told):
    with pytest.raises(InputError, match=told):
        read_seeds(seeds)


def test_the_range_holds_95_in_100_and_one_seed_has_none_beside_itself():
    told = over_seeds([*range(101)])
    assert (told["value"], told["low"], told["high"]) == (50, 2.5, 97.5)
    assert over_seeds([0.1, 0.1, 0.1]) == {"value": 0.1, "low": 0.1, "high": 0.1}
    assert math.isnan(over_seeds([math.nan])["value"])
