"""Sampling error of bounds over cells: outward in cells of any size."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from creditaudit.metrics.membership_bounds import ProxyCells, capped
from creditaudit.metrics.membership_ranges import LARGE, set_range, split_capped

hundredths = st.integers(0, 100).map(lambda one: one / 100)


def split(n, x, cap, guess=0.5):
    """Return the estimate of one cell and one group."""
    arrays = [np.array([float(one)]) for one in (n, x)]
    return float(split_capped(*arrays, np.array([[cap]]), np.array([guess]))[0, 0])


def exact(n, x, rates, share):
    """Return cells with one group of a given share, and the rest."""
    p = np.column_stack([share, 1 - np.asarray(share)])
    return ProxyCells(np.asarray(n, float), np.asarray(x, float), np.asarray(rates, float), p, p)


@given(st.integers(1, 7), st.data())
def test_the_estimate_is_the_mean_over_every_half(n, data):
    x, cap = data.draw(st.integers(0, n)), data.draw(st.floats(0.01, 0.99))
    people, half = [1] * x + [0] * (n - x), n // 2
    found = []
    for chosen in combinations(range(n), half):
        rest = [people[one] for one in range(n) if one not in chosen]
        share_is_less = sum(people[one] for one in chosen) + 0.5 < cap * (half + 1)
        found.append(n / len(rest) * (sum(rest) if share_is_less else cap * len(rest)))
    assert split(n, x, cap) == pytest.approx(np.mean(found), abs=1e-9)


@given(st.integers(1, 40), hundredths, hundredths, hundredths)
def test_on_average_it_is_never_below_the_bound(n, rate, cap, guess):
    x = np.arange(n + 1)
    chance = binom.pmf(x, n, rate)
    mean = sum(p * split(n, one, cap, guess) for p, one in zip(chance, x, strict=True))
    assert mean >= n * min(cap, rate) - 1e-7


def test_shares_as_found_are_too_low_on_average():
    """What the halves are for: two people, a coin each, against a cap of one half."""
    x = np.arange(3)
    plain = binom.pmf(x, 2, 0.5) @ np.minimum(x, 2 * 0.5)
    assert plain == pytest.approx(0.75)
    assert binom.pmf(x, 2, 0.5) @ [split(2, one, 0.5) for one in x] >= 1


def test_in_a_large_cell_it_is_the_bound():
    for x, cap in ((700, 0.2), (200, 0.6)):
        plain = float(capped(np.array([1000.0]), np.array([float(x)]), np.array([[cap]]))[0, 0])
        assert split(1000, x, cap) == pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("cap", [0.299, 0.3, 0.302])
def test_the_normal_distribution_takes_over_smoothly(cap):
    below, above = (split(n, round(0.3 * n), cap) / n for n in (LARGE, LARGE + 2))
    assert below == pytest.approx(above, abs=1e-4)


def test_cells_of_one_person_are_no_knowledge_of_cells():
    """Each person alone, 80 of 100 approved, all with probability 0.3: as one cell of 100.

    The shares as found would give one point, the weighted estimate.
    """
    x = np.repeat([1.0, 0.0], [80, 20])
    alone = exact(np.ones(100), x, 1 - x, np.full(100, 0.3))
    low, high = alone.bounds()
    assert low[0] == pytest.approx(0.8)
    assert high[0] == pytest.approx(0.8)
    found, together = set_range(alone), exact([100], [80], [20], [0.3])
    assert found.low_end[0] == pytest.approx(together.bounds()[0][0])
    assert found.high_end[0] == pytest.approx(together.bounds()[1][0])
    assert found.low[0] < found.low_end[0] == pytest.approx(1 / 3)


def test_a_count_of_nobody_still_has_a_range():
    """20 of 20 approved: in another sample some would be refused, and all of them may be of the
    group, which has 6 people; Wilson's limit for 0 of 20 is 0.161, 3.2 people.
    """
    found = set_range(exact([20], [20], [0], [0.3]))
    assert found.low_end[0] == pytest.approx(1)
    assert found.low[0] == pytest.approx(1 - 0.16113 / 0.3, abs=1e-4)
    assert found.high[0] == 1


def test_certain_groups_have_wilson_ranges():
    """With shares of 0 and 1 only, a rate is a proportion like any other."""
    table = exact([50, 400], [35, 300], [15, 100], [1, 0])
    found = set_range(table)
    assert found.low_end == pytest.approx([0.7, 0.75])
    assert found.low[0] == pytest.approx(0.5625, abs=0.004)
    assert found.high[0] == pytest.approx(0.8090, abs=0.004)


@given(st.floats(0.5, 0.999))
def test_a_wider_level_gives_a_wider_range(level):
    table = exact([40, 60], [30, 20], [10, 40], [0.2, 0.6])
    narrow, wide = set_range(table, level), set_range(table, (1 + level) / 2)
    assert (wide.low <= narrow.low + 1e-12).all()
    assert (wide.high >= narrow.high - 1e-12).all()
