"""Cuts with few digits, and counts that are those of the rows."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.scorers.prebins import Target, number_prebins, short_cut, value_prebins
from creditaudit.scorers.predicates import Special

FLOATS = st.floats(allow_nan=False)


def digits(number):
    return len(Decimal(repr(float(number))).normalize().as_tuple().digits)


@given(FLOATS, FLOATS)
def test_a_cut_lies_over_the_lower_value_and_not_over_the_higher(a, b):
    low, high = sorted((a, b))
    if low < high:
        cut = short_cut(low, high)
        assert low < cut <= high
        if np.isfinite(high):
            assert digits(cut) <= digits(high)


@pytest.mark.parametrize(
    ("low", "high", "cut"),
    [(29, 30, 30), (0, 1, 1), (900, 1200, 1000), (-1, 1, 0), (-10, -3, -3), (1234.567, 1234.571,
     1234.57), (0.1, 0.30000000000000004, 0.3), (-np.inf, 5, 0)],
)  # fmt: skip
def test_a_cut_has_few_digits(low, high, cut):
    assert short_cut(low, high) == cut


def test_few_values_have_a_prebin_each():
    x = np.array([3, 1, 1, 2, np.nan, -9, 3.0])
    bad = np.array([1, 0, 1, 0, 1, 0, 0], dtype=bool)
    found = number_prebins(x, Target(bad), (Special((-9.0,)),))
    assert [one.words for one in found.holds] == ["under 2", "2 to under 3", "3 or more"]
    assert found.counts[:, 0].tolist() == [[1, 1, 2], [0, 1, 1], [1, 1, 2]]
    asides = {name and name.words: part.tolist() for name, part in found.aside}
    assert asides == {None: [1, 0, 1], "special: -9": [0, 1, 1]}
    assert found.totals.tolist() == [3, 4, 7]


def test_many_values_are_cut_at_quantiles_and_counted_exactly():
    rng = np.random.default_rng(7)
    x, bad = rng.lognormal(8, 1, 20_000), rng.random(20_000) < 0.2
    found = number_prebins(x, Target(bad), ())
    assert len(found.holds) == 64
    lows = np.array([one.low for one in found.holds])
    place = np.searchsorted(lows[1:], x, side="right")
    assert (found.counts[:, 0, 2] == np.bincount(place, minlength=64)).all()
    assert (found.counts[:, 0, 0] == np.bincount(place, weights=bad, minlength=64)).all()
    # Nearly equal numbers of people, so the few digits cost little.
    assert found.counts[:, 0, 2].min() > 20_000 / 64 * 0.7
    assert found.counts[:, 0, 2].max() < 20_000 / 64 * 1.4
    assert max(digits(cut) for cut in lows[1:]) <= 3


def test_a_value_of_many_people_stands_alone():
    rng = np.random.default_rng(7)
    x = np.where(rng.random(10_000) < 0.4, 0.0, rng.lognormal(8, 1, 10_000))
    found = number_prebins(x, Target(rng.random(10_000) < 0.2), ())
    first = found.counts[0, 0, 2]
    assert first == (x == 0).sum()
    assert len(found.holds) == 64


def test_whole_weights_are_as_good_as_repeated_rows():
    rng = np.random.default_rng(7)
    x = np.where(rng.random(5_000) < 0.3, 0.0, rng.normal(size=5_000))
    bad, weight = rng.random(5_000) < 0.3, rng.integers(0, 4, 5_000)
    once = number_prebins(x, Target(bad, weight.astype(float)), ())
    again = number_prebins(np.repeat(x, weight), Target(np.repeat(bad, weight)), ())
    assert once.holds == again.holds
    assert np.array_equal(once.counts[..., :2], again.counts[..., :2])


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(7)
    x, bad, order = rng.normal(size=3_000), rng.random(3_000) < 0.3, rng.permutation(3_000)
    one, other = number_prebins(x, Target(bad), ()), number_prebins(
        x[order], Target(bad[order]), ()
    )  # fmt: skip
    assert one.holds == other.holds
    assert np.array_equal(one.counts, other.counts)


def test_infinite_values_are_the_smallest_and_the_largest():
    x = np.array([-np.inf, 1, 2, np.inf, np.inf])
    found = number_prebins(x, Target(np.array([1, 0, 0, 1, 0], dtype=bool)), ())
    assert found.counts[:, 0, 2].tolist() == [1, 1, 1, 2]


def test_rare_values_are_together_and_values_stand_in_the_order_of_their_rates():
    levels = ["often bad", "seldom bad", "rare a", "rare b", "odd"]
    codes = np.repeat([0, 1, 2, 3, 4, -1], [40, 40, 1, 1, 9, 5])
    bad = np.zeros(len(codes), dtype=bool)
    bad[:30] = bad[40:44] = bad[80] = True
    found = value_prebins(codes, levels, Target(bad), (Special(("odd",)),), min_share=0.05)
    assert [(one.words) for one in found.holds] == [
        "seldom bad", "rare a or rare b or any other", "often bad"
    ]  # fmt: skip
    assert found.counts[:, 0, 2].tolist() == [40, 2, 40]
    assert [None if name is None else name.words for name, _ in found.aside] == [
        None, "special: odd"
    ]  # fmt: skip
