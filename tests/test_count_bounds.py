import numpy as np
import pytest

from creditaudit.cells import BIN, DECISION, OUTCOME, REPLICATE, Cells
from creditaudit.count_bounds import CountBounds, by_place
from creditaudit.errors import BoundedCounts
from creditaudit.polytopes import Polytope, membership

COLUMNS = ("race", BIN, OUTCOME, DECISION)


def bounds(codes, low, high, totals=()):
    rows = np.concatenate([np.full(len(m), t) for t, (m, *_) in enumerate(totals)] or [[]])
    columns = np.concatenate([m for m, *_ in totals] or [[]])
    members = membership(rows.astype(int), columns.astype(int), (len(totals), len(low)))
    ends = [np.array([total[side] for total in totals], dtype=float) for side in (1, 2)]
    counts = Polytope(np.array(low, float), np.array(high, float), members, *ends, True)
    return CountBounds.of(COLUMNS, np.array(codes, dtype=np.int64), counts)


@pytest.fixture
def two():
    """Approved and refused of race 0, 0 to 4 each and 5 together; 1 to 2 approved of race 1."""
    codes = [(0, -1, -1, 1), (0, -1, -1, 0), (1, -1, -1, 1)]
    return bounds(codes, [0, 0, 1], [4, 4, 2], [([0, 1], 5, 5)])


def cells(*rows, columns=("race", DECISION)):
    codes, sums = zip(*rows, strict=True)
    return Cells(columns, np.array(codes), np.array(sums, dtype=float))


def test_open_counts_are_added_where_their_sum_is_certain(two):
    everyone = cells(((0,), (7, 7, 7)), columns=("race",))
    with pytest.raises(BoundedCounts, match="1 of the 2 counts"):
        two.settle(cells(((0,), (7, 7, 7)), ((1,), (3, 3, 3)), columns=("race",)))
    assert two.settle(everyone).sums.tolist() == [[12, 12, 12]]


def test_spans_are_of_each_cell(two):
    low, high = two.spans(cells(((0, 0), (0, 0, 0)), ((0, 1), (1, 1, 1)), ((1, 1), (0, 0, 0))))
    assert (low.tolist(), high.tolist()) == ([1, 1, 1], [4, 4, 2])


def test_counts_whose_ends_meet_are_not_open():
    made = bounds([(0, -1, -1, 1)], [2, 0], [2, 3], [([0, 1], 4, 5)])
    assert len(made) == 1
    # The two told are taken off the total.
    assert (made.counts.total_low.tolist(), made.counts.total_high.tolist()) == ([2], [3])
    assert bounds(np.empty((0, 4)), [2], [2]) is None


def test_the_dictionary_holds_everything(two):
    endless = bounds([(0, -1, -1, 1), (1, -1, -1, 0)], [0, 1], [np.inf, 3], [([0, 1], 2, np.inf)])
    for made in (two, endless, two.joined(endless)):
        again = CountBounds.from_dict(made.to_dict())
        assert again.to_dict() == made.to_dict()
        every = np.arange(len(made))
        assert again.counts.reach(every) == made.counts.reach(every)
    with pytest.raises(ValueError, match="differ in number"):
        CountBounds.from_dict(two.to_dict() | {"low": [1.0]})


def test_the_order_is_that_of_codes_bounds_and_totals():
    one = bounds([(0, -1, -1, 1), (0, -1, -1, 0), (1, -1, -1, 1)], [0, 0, 1], [4, 4, 2],
                 [([0, 1], 5, 5), ([1, 2], 3, 5)])  # fmt: skip
    other = bounds([(1, -1, -1, 1), (0, -1, -1, 0), (0, -1, -1, 1)], [1, 0, 0], [2, 4, 4],
                   [([1, 0], 3, 5), ([2, 1], 5, 5)])  # fmt: skip
    assert one.to_dict() == other.to_dict()


def test_columns_can_be_left_out_recoded_and_set_anew(two):
    fewer = two.keep(["race", DECISION])
    assert fewer.columns == ("race", DECISION)
    moved = two.recode({"race": np.array([5, 6])})
    assert sorted(moved.places(["race"])[:, 0].tolist()) == [5, 5, 6]
    set_anew = two.with_column(DECISION, np.array([-1, -1, -1]))
    assert set(set_anew.places([DECISION, REPLICATE]).ravel().tolist()) == {-1}


def test_counts_that_are_joined_do_not_tie_each_other(two):
    both = two.joined(two)
    low, high = both.spans(cells(((0, 0), (0, 0, 0)), ((0, 1), (1, 1, 1)), ((1, 1), (0, 0, 0))))
    assert (low.tolist(), high.tolist()) == ([2, 2, 2], [8, 8, 4])
    assert both.counts.members.shape == (2, 6)


def test_places_are_grouped():
    found = {place: counts.tolist() for place, counts in by_place(np.array([2, -1, 0, 2]))}
    assert found == {0: [2], 2: [0, 3]}
    assert list(by_place(np.empty(0, dtype=np.int64))) == []
