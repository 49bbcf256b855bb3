import json

import numpy as np
import pytest

from creditaudit.bins import MISSING, UNDER, ScoreBins, shown, spread
from creditaudit.errors import InputError


@pytest.fixture
def intervals():
    return ScoreBins.from_edges([300, 500, 850])


@pytest.fixture
def exact():
    return ScoreBins(np.array([1.0, 2.5, 4.0]), exact=True)


def test_intervals_hold_their_lower_edge_and_the_last_one_both(intervals):
    scores = np.array([300, 499.9, 500, 849, 850, 299.9, 850.1, np.nan, np.inf, -np.inf])
    expected = [0, 0, 1, 1, 1, UNDER, 2, MISSING, 2, UNDER]
    assert intervals.assign(scores).tolist() == expected


def test_exact_bins_hold_one_value_each(exact):
    assert exact.assign(np.array([4, 1, np.nan, 2.5])).tolist() == [2, 0, MISSING, 1]


def test_minus_zero_is_zero():
    assert ScoreBins.from_edges([-0.0, 1]).assign(np.array([-0.0, 0.0])).tolist() == [0, 0]
    assert ScoreBins.from_edges([-0.0, 1]).to_dict() == ScoreBins.from_edges([0, 1]).to_dict()


def test_bins_in_words(intervals, exact):
    assert [intervals.label(code) for code in (UNDER, MISSING, 0, 1, 2)] == [
        "under 300",
        "missing",
        "[300, 500)",
        "[500, 850]",
        "over 850",
    ]
    assert [exact.label(code) for code in (MISSING, 0, 1)] == ["missing", "1", "2.5"]


def test_two_bins_never_have_the_same_words():
    close = ScoreBins(np.array([0.12345678, 0.12345679, 1234567.0, 1234568.0]), exact=True)
    assert len({close.label(code) for code in range(4)}) == 4


def test_a_number_is_shown_so_that_it_can_be_typed():
    assert [shown(x) for x in (300, 0.1, 1 / 3, -0.5)] == ["300", "0.1", str(1 / 3), "-0.5"]


def test_equal_bins_have_equal_edges_and_are_of_one_kind(intervals, exact):
    assert intervals == ScoreBins.from_edges((300.0, 500.0, 850.0))
    assert intervals != ScoreBins.from_edges([300, 501, 850])
    assert exact != ScoreBins(exact.values, exact=False)
    assert exact != "exact"


def test_bins_round_trip_through_json(intervals, exact):
    for bins in (intervals, exact, ScoreBins(np.array([-np.inf, 0.1, np.inf]), exact=True)):
        assert ScoreBins.from_dict(json.loads(json.dumps(bins.to_dict()))) == bins


@pytest.mark.parametrize(
    "edges",
    [[1], [], [1, 1], [2, 1], [0, np.nan], [0, np.inf], ["a", "b"], "edges", "19", 2.5, [[1], [2]]],
    ids=repr,
)
def test_edges_are_at_least_two_rising_finite_numbers(edges):
    with pytest.raises(InputError, match="at least two finite edges"):
        ScoreBins.from_edges(edges)


@pytest.mark.parametrize(("low", "high", "number"), [(0, 1, 10), (0, 1, 100), (300, 850, 100)])
def test_equal_bins_have_edges_that_can_be_typed(low, high, number):
    bins = spread(low, high, number)
    assert len(bins) == number
    typed = [float(f"{low + i * (high - low) / number:.9g}") for i in range(number + 1)]
    assert bins.values.tolist() == typed
    assert bins.first_at_or_above(typed[3]) == 3


def test_a_score_of_three_tenths_lies_above_the_edge_of_three_tenths():
    assert spread(0, 1, 10).assign(np.array([0.3, 0.6, 0.7])).tolist() == [3, 6, 7]


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (0.1234567890123456, 0.9876543210987654),
        (1e15, 1e15 + 50),
        (1e-300, 2e-300),
        (-7e200, 1e201),
    ],
)
def test_the_range_is_kept_to_the_last_digit(low, high):
    bins = spread(low, high, 7)
    assert (bins.values[0], bins.values[-1]) == (low, high)
    assert (np.diff(bins.values) > 0).all()


@pytest.mark.parametrize(("cutoff", "first"), [(300, 0), (500, 1)])
def test_a_cutoff_on_an_edge_finds_the_bin_that_begins_there(intervals, cutoff, first):
    assert intervals.first_at_or_above(cutoff) == first


@pytest.mark.parametrize(
    ("cutoff", "told"),
    [
        (450, "Cut-off 450 falls inside a score bin. The nearest edges are 300 and 500."),
        (850, "The nearest edge is 500."),
        (900, "The nearest edge is 500."),
        (200, "The nearest edge is 300."),
    ],
)
def test_a_cutoff_inside_a_bin_is_an_error_with_the_nearest_edges(intervals, cutoff, told):
    with pytest.raises(InputError) as caught:
        intervals.first_at_or_above(cutoff)
    assert told in str(caught.value)


def test_the_edges_told_can_be_used():
    bins = ScoreBins.from_edges(np.linspace(0, 1, 8))
    with pytest.raises(InputError) as caught:
        bins.first_at_or_above(0.5)
    below = str(caught.value).split("edges are ")[1].split(" and ")[0]
    assert bins.first_at_or_above(float(below)) == 3


def test_exact_bins_take_any_cutoff(exact):
    assert [exact.first_at_or_above(x) for x in (0, 1, 2, 2.5, 5)] == [0, 0, 1, 1, 3]


def test_a_cutoff_that_is_no_number_is_an_error(intervals, exact):
    for bins in (intervals, exact):
        with pytest.raises(InputError, match="Cut-off nan is no number"):
            bins.first_at_or_above(float("nan"))
