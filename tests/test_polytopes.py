import itertools

import numpy as np
import pytest

from creditaudit import polytopes
from creditaudit.polytopes import NoTable, Polytope, membership, narrowed


def polytope(low, high, totals=(), *, whole=True):
    """Return a polytope; totals are (members, low, high)."""
    rows = [np.full(len(members), t) for t, (members, *_) in enumerate(totals)]
    columns = [np.array(members) for members, *_ in totals]
    none = [np.empty(0, dtype=np.int64)]
    members = membership(
        np.concatenate([*rows, *none]).astype(np.int64),
        np.concatenate([*columns, *none]).astype(np.int64), (len(totals), len(low)),
    )  # fmt: skip
    ends = [np.array([total[side] for total in totals], dtype=float) for side in (1, 2)]
    low, high = narrowed(
        np.array(low, dtype=float), np.array(high, dtype=float), members, *ends, whole=whole
    )
    return Polytope(low, high, members, *ends, whole)


def tables(one):
    """Return every whole table of a polytope."""
    axes = [range(int(a), int(b) + 1) for a, b in zip(one.low, one.high, strict=True)]
    found = np.array(list(itertools.product(*axes)))
    sums = found @ one.members.toarray().T
    return found[((sums >= one.total_low) & (sums <= one.total_high)).all(axis=1)]


def at(*places):
    return np.array(places, dtype=np.int64)


def random_polytope(rng, *, ways):
    shape = {2: (3, 2), 3: (2, 2, 2)}[ways]
    size = int(np.prod(shape))
    truth = rng.integers(0, 5, size)
    grid = np.arange(size).reshape(shape)
    totals = []
    for axes in itertools.chain.from_iterable(
        itertools.combinations(range(ways), r) for r in range(ways)
    ):
        if rng.random() < 0.5:
            continue
        for fixed in itertools.product(*(range(shape[a]) for a in axes)):
            where = [slice(None)] * ways
            for axis, value in zip(axes, fixed, strict=True):
                where[axis] = value
            members = grid[tuple(where)].ravel()
            slack = rng.integers(0, 2, 2) * (rng.random() < 0.3)
            total = truth[members].sum()
            totals.append((members, total - slack[0], total + slack[1]))
    low = np.maximum(truth - rng.integers(0, 3, size), 0)
    return polytope(low, truth + rng.integers(0, 3, size), totals)


@pytest.mark.parametrize("ways", [2, 3])
def test_corners_reaches_and_ratios_are_those_of_every_table_written_out(ways):
    rng = np.random.default_rng(7)
    for _ in range(60):
        one = random_polytope(rng, ways=ways)
        every = tables(one)
        assert one.fits()
        sides = rng.integers(0, 3, len(one))
        down, up = np.flatnonzero(sides == 0), np.flatnonzero(sides == 1)
        least, most = every[:, down].sum(axis=1), every[:, up].sum(axis=1)
        corner = one.corner(down, up)
        assert (corner.least, corner.most) == (least.min(), most.max())
        assert corner.together == ((least == least.min()) & (most == most.max())).any()
        assert one.reach(down) == (least.min(), least.max())
        weights = rng.normal(size=len(one))
        assert one.least_sum(weights) == pytest.approx((every @ weights).min())
        top, bottom = (sides == 0).astype(float), (sides <= 1).astype(float)
        told = rng.integers(0, 3, 2).astype(float)
        below = every @ bottom + told[1]
        found = one.least_ratio(top, bottom, tuple(told))
        if below.max() == 0:
            assert np.isnan(found)
        else:
            some = below > 0
            expected = ((every @ top + told[0])[some] / below[some]).min()
            assert found == pytest.approx(expected, abs=1e-9)


def test_rows_and_columns_have_whole_corners_by_hand():
    # Two rows of 5 and 3, columns of 4 and 4: the first count is 1 to 4.
    one = polytope([0] * 4, [9] * 4, [((0, 1), 5, 5), ((2, 3), 3, 3), ((0, 2), 4, 4)])
    assert one.reach(at(0)) == (1, 4)
    assert one.reach(at(0, 1)) == (5, 5)
    assert one.reach(at(1)) == (1, 4)
    # The first is least where the second is most.
    assert one.corner(at(0), at(1)) == polytopes.Corner(1, 4, True)
    assert not one.corner(at(0), at(3)).together


def test_whole_numbers_matter_with_three_ways():
    # Each pair of three makes 1: halves would do, whole numbers cannot.
    totals = [((0, 1), 1, 1), ((1, 2), 1, 1), ((0, 2), 1, 1)]
    assert not polytope([0] * 3, [1] * 3, totals).fits()
    halves = polytope([0] * 3, [1] * 3, totals, whole=False)
    assert halves.fits()
    assert halves.reach(at(0)) == pytest.approx((0.5, 0.5))


def test_a_count_without_an_upper_end_has_none():
    one = polytope([0, 0, 2], [np.inf, 4, 5], [((0, 1), 3, np.inf)])
    assert one.reach(at(0)) == (0, np.inf)
    assert one.reach(at(0, 1)) == (3, np.inf)
    assert one.reach(at(2)) == (2, 5)
    # With a total it gets one.
    assert polytope([0, 0], [np.inf, 4], [((0, 1), 9, 9)]).high.tolist() == [9, 4]
    two = polytope(
        [0, 0, 0], [np.inf, np.inf, 4], [((0, 1), 3, np.inf), ((1, 2), 2, np.inf)]
    )  # fmt: skip
    assert two.corner(at(1), at(0)) == polytopes.Corner(0, np.inf, True)


def test_parts_without_a_shared_total_are_independent():
    one = polytope([0] * 4, [3] * 4, [((0, 1), 4, 4), ((2, 3), 5, 5)])
    assert not one.shared(at(0), at(2, 3))
    assert one.shared(at(0), at(1))
    assert one.reach(at(0, 2)) == (1 + 2, 3 + 3)


def test_a_total_that_no_counts_make_is_named():
    with pytest.raises(NoTable) as caught:
        polytope([0, 0, 0], [4, 4, 4], [((0, 1), 3, 3), ((1, 2), 9, 9)])
    assert caught.value.total == 1
    with pytest.raises(NoTable):
        polytope([3, 3], [4, 4], [((0, 1), 5, 5)])


def test_totals_narrow_bounds():
    one = polytope([0, 0, 0], [4, 4, 4], [((0, 1), 7, 7), ((1, 2), 3, 3)])
    assert (one.low.tolist(), one.high.tolist()) == ([4, 3, 0], [4, 3, 0])


def test_where_the_solver_stops_its_dual_bound_is_a_bound(monkeypatch):
    monkeypatch.setattr(polytopes, "NODES", 1)
    rng = np.random.default_rng(1)
    for _ in range(20):
        one = random_polytope(rng, ways=3)
        every = tables(one)
        corner = one.corner(at(0, 3), at(5))
        assert corner.least <= every[:, [0, 3]].sum(axis=1).min()
        assert corner.most >= every[:, 5].max()


def test_fractions_of_people_are_solved_without_whole_numbers():
    one = polytope(
        [0, 0, 0, 0],
        [2.5, 2.5, 2.5, 2.5],
        [((0, 1), 3.25, 3.25), ((2, 3), 1.5, 1.5), ((0, 2), 2, 2)],
        whole=False,
    )
    assert one.reach(at(0)) == pytest.approx((0.75, 2))
    assert one.corner(at(0), at(1)).together
