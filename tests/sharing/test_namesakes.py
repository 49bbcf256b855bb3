"""The closed form of wrongful hits: by hand, by brute force, and where lists and people grow."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.sharing import wrongful_hits
from creditaudit.sharing.namesakes import Namesakes

COUNTS = [1, 1, 2, 3]


def brute(counts, listed):
    """Mean number of people not on the list who share a name with somebody on it."""
    names = np.repeat(np.arange(len(counts)), counts)
    wrong = []
    for rows in itertools.combinations(range(len(names)), listed):
        on = np.isin(np.arange(len(names)), rows)
        wrong.append((np.isin(names, names[on]) & ~on).sum())
    return np.mean(wrong)


@pytest.mark.parametrize("listed", [1, 2, 3, 5, 6])
def test_every_list_that_could_be_drawn_gives_the_closed_form(listed):
    found = wrongful_hits(COUNTS, list_size=listed)
    assert found["wrongful"] == pytest.approx(brute(COUNTS, listed))
    assert found["per_listing"] == pytest.approx(brute(COUNTS, listed) / listed)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=4), st.integers(1, 3))
def test_the_closed_form_is_a_mean_over_all_lists(counts, listed):
    if listed < sum(counts):
        assert wrongful_hits(counts, list_size=listed)["wrongful"] == pytest.approx(
            brute(counts, listed)
        )


def test_seven_people_on_paper():
    # Pairs alike: 1 of two people and 3 of three, of 21; so there are 21 / 4 effective names.
    assert wrongful_hits(COUNTS, list_size=1)["effective_keys"] == pytest.approx(21 / 4)
    # One listed: two of seven have one namesake, three have two: 2 x 1/6 + 3 x 2/6, times 6/7.
    assert wrongful_hits(COUNTS, list_size=1)["wrongful"] == pytest.approx(8 / 6 * 6 / 7)


def test_wrongful_hits_for_one_listing_do_not_depend_on_the_list_and_grow_with_the_people():
    counts = np.full(5_000, 20)
    each = [wrongful_hits(counts, list_size=m, population=1e7)["per_listing"] for m in (1, 10)]
    assert each[1] == pytest.approx(each[0], rel=0.01)
    keys = wrongful_hits(counts, list_size=1)["effective_keys"]
    assert each[0] == pytest.approx(1e7 / keys, rel=0.01)
    assert keys == pytest.approx(99_999 / 19)


def test_a_long_list_hits_everybody_who_has_a_namesake_and_nobody_twice():
    found = wrongful_hits([10] * 100, list_size=900, population=1e6)
    assert found["wrongful"] <= 1e6 - 900
    assert found["share"] > 0.999
    # Everybody but one is listed: that one is hit when they have a namesake.
    assert wrongful_hits(COUNTS, list_size=6)["wrongful"] == pytest.approx(5 / 7)


def test_effective_keys_have_a_range_that_holds_them():
    rng = np.random.default_rng(2)
    law = 1.0 / np.arange(5, 405)
    law /= law.sum()
    truth, held, found = 1 / (law**2).sum(), 0, []
    for _ in range(300):
        drawn = np.bincount(rng.choice(400, 500, p=law), minlength=400)
        value, low, high = Namesakes.of_counts(drawn).effective()
        held += low <= truth <= high
        found.append(1 / value)
    assert 0.9 <= held / 300 <= 0.99
    assert np.mean(found) == pytest.approx(1 / truth, rel=0.02)


def test_where_no_two_are_alike_there_is_a_low_end_only():
    value, low, high = Namesakes.of_counts([1] * 100).effective()
    assert np.isinf([value, high]).all()
    assert low == pytest.approx(100 * 99 / 6)
    assert wrongful_hits([1] * 100, list_size=10)["wrongful"] == 0


def test_counts_and_lists_that_cannot_be_are_errors():
    for counts in ([-1, 3], [1], [np.nan, 2], [[1, 2]]):
        with pytest.raises(InputError, match="Counts of people"):
            wrongful_hits(counts, list_size=1)
    for size in (0, 7, 9):
        with pytest.raises(InputError, match="among 7 people"):
            wrongful_hits(COUNTS, list_size=size)
