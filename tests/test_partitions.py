from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.bins import MISSING, UNDER, ScoreBins
from creditaudit.partitions import Chain, detail, finest, roundest, small

EDGES = ScoreBins.from_edges([1, 2, 3, 4])
EXACT = ScoreBins(np.array([1.0, 2.5, 4.0]), exact=True)


def cuts(places):
    """Return every way to cut a chain into blocks."""
    for new in product((0, 1), repeat=places - 1):
        yield np.cumsum([0, *new])


def squares(people, blocks):
    return (np.bincount(blocks, weights=people) ** 2).sum()


@given(
    st.lists(st.lists(st.integers(-1, 6), min_size=6, max_size=6), min_size=1, max_size=3),
    st.integers(2, 6),
)
def test_no_other_cut_is_finer(rows, least):
    table = np.array(rows, dtype=float)
    people = np.abs(table).sum(axis=0)
    found = finest(table, people, least)
    good = [
        blocks
        for blocks in cuts(6)
        if not small(np.array([np.bincount(blocks, weights=row) for row in table]), least).any()
    ]
    if found is None:
        assert good == []
    else:
        assert any(np.array_equal(found, blocks) for blocks in good)
        least_squares = min(squares(people, blocks) for blocks in good)
        assert squares(people, found) == pytest.approx(least_squares)


def test_the_detail_is_the_number_of_equal_blocks():
    people = np.array([5.0, 5, 5, 5])
    assert detail(people, np.array([0, 1, 2, 3])) == 4
    assert detail(people, np.array([0, 0, 1, 1])) == 2
    assert detail(people, np.array([0, 0, 0, 0])) == 1
    assert detail(0 * people, np.array([0, 1, 2, 3])) == 1


@pytest.mark.parametrize("bins", [EDGES, EXACT, None], ids=["edges", "exact", "no score"])
def test_every_bin_has_a_place(bins):
    chain = Chain.of(bins)
    assert chain.places(chain.codes).tolist() == list(range(len(chain)))
    assert chain.starts.tolist() == sorted(chain.starts)


def test_scores_lie_in_the_places_of_their_bins():
    scores = np.array([-np.inf, 0.5, 1, 1.5, 2, 3.999, 4, np.nextafter(4, 5), np.inf])
    chain = Chain.of(EDGES)
    assert np.array_equal(chain.codes[chain.place_of(scores)], EDGES.assign(scores))
    assert Chain.of(EXACT).place_of(EXACT.values).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([0, 1, 2, 3, 4, 5], ["missing", "under 1", "[1, 2)", "[2, 3)", "[3, 4]", "over 4"]),
        ([0, 1, 2, 2, 3, 4], ["missing", "under 1", "[1, 3)", "[3, 4]", "over 4"]),
        ([0, 1, 1, 2, 3, 4], ["missing", "under 2", "[2, 3)", "[3, 4]", "over 4"]),
        ([0, 1, 2, 3, 4, 4], ["missing", "under 1", "[1, 2)", "[2, 3)", "3 or over"]),
        ([0, 1, 1, 1, 2, 2], ["missing", "under 3", "3 or over"]),
        ([0, 0, 1, 2, 3, 4], ["under 1 or missing", "[1, 2)", "[2, 3)", "[3, 4]", "over 4"]),
        ([0, 0, 0, 1, 2, 3], ["under 2 or missing", "[2, 3)", "[3, 4]", "over 4"]),
        ([0, 1, 1, 1, 1, 1], ["missing", "any"]),
        ([0, 0, 0, 0, 0, 0], ["any or missing"]),
    ],
)
def test_merged_bins_in_words(blocks, words):
    chain = Chain.of(EDGES)
    blocks = np.array(blocks)
    bins, new, spans = chain.merged(blocks, np.ones(6, dtype=bool))
    told = [bins.label(code) for code in new]
    assert list(dict.fromkeys(told)) == words
    assert [told[at] == told[at + 1] for at in range(5)] == (np.diff(blocks) == 0).tolist()
    assert len(spans) == len(bins)


def test_what_merged_bins_span():
    bins, _, spans = Chain.of(EDGES).merged(np.array([0, 1, 2, 3, 3, 4]), np.ones(6, dtype=bool))
    assert spans == ((0, 0), (1, 2))
    assert bins.starts.tolist() == [1, 2, np.nextafter(4, 5)]


def test_exact_values_without_people_are_not_told():
    used = np.array([True, True, False, True])
    bins, new, _ = Chain.of(EXACT).merged(np.arange(4), used)
    assert bins.values.tolist() == [1, 4]
    assert new[[0, 1, 3]].tolist() == [MISSING, 0, 1]


def test_merged_exact_values_lie_between_round_edges():
    bins, new, _ = Chain.of(EXACT).merged(np.array([0, 1, 1, 2]), np.ones(4, dtype=bool))
    assert [bins.label(code) for code in new] == ["missing", "[1, 4)", "[1, 4)", "[4, 4.1]"]


@pytest.mark.parametrize(
    ("low", "high", "number"),
    [
        (612.37, 613.92, 613),
        (300, 350, 350),
        (612, 613, 613),
        (0.1234, 0.1299, 0.129),
        (-5.5, 5.5, 0),
        (0.1, 0.3, 0.3),
        (97, 1042, 1000),
        (1, 1 + 1e-12, 1 + 1e-12),
        (5, np.inf, 10),
    ],
)
def test_the_roundest_number_between(low, high, number):
    assert roundest(np.array([low]), np.array([float(high)]))[0] == pytest.approx(number, rel=1e-13)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_roundest_number_is_between(one, other):
    low, high = sorted([one, other])
    if low < high:
        found = roundest(np.array([low]), np.array([high]))[0]
        assert low < found <= high


@pytest.mark.parametrize("exact", [True, False])
def test_sides_of_a_cutoff(exact):
    bins = EXACT if exact else EDGES
    assert bins.sides(2.5) == ((1, 1) if exact else (1, 2))
    assert bins.sides(0) == ((0, 0) if exact else (UNDER, 0))
    assert bins.sides(9) == ((3, 3) if exact else (3, 4))
    assert bins.sides(1) == (0, 0)
