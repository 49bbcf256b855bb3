from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import creditaudit as ca
from creditaudit.sharing.records import TieRule
from creditaudit.sharing.walk_bounds import walks_of
from spread_worlds import SmallWorld

R = ca.SharingRegime


def walks(n, ties, p, hops=None, **given):
    rule = TieRule(
        relation="guarantee", p=p, mark="K", carries="listing", hops=hops, source_text="a text",
        **given,
    )  # fmt: skip
    world = SmallWorld(n, ties=[(a, b, "guarantee") for a, b in ties])
    return walks_of(world, replace(R.silos(["court"]), ties=(rule,)))


def exactly(n, ties, p, found, hops=None):
    """The mean number reached for each finding, over every way in which ties are open or shut."""
    whole = 0.0
    for state in product((False, True), repeat=len(ties)):
        reached = np.array(found)
        for _ in range(n if hops is None else hops):
            more = reached.copy()
            for (a, b), on in zip(ties, state, strict=True):
                more[b] |= on and reached[a]
            reached = more
        whole += reached.sum() * p ** sum(state) * (1 - p) ** (len(ties) - sum(state))
    return whole / sum(found)


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8),
    st.sampled_from([0.2, 0.5, 0.9, 1.0]), st.sampled_from([None, 1, 2]),
)  # fmt: skip
def test_nothing_that_happens_is_above_the_bound_on_any_graph(ties, p, hops):
    ties = sorted(pair for pair in ties if pair[0] != pair[1])
    found = np.array([True, False, False, False, True])
    bound = walks(5, ties, p, hops).reached_at_most(found)
    assert exactly(5, ties, p, found.tolist(), hops) <= bound + 1e-9


def test_on_a_tree_the_bound_is_what_happens():
    ties = [(0, 1), (0, 2), (1, 3), (1, 4), (4, 5)]
    both = ties + [(b, a) for a, b in ties]
    found = np.array([True] + [False] * 5)
    for listed in (ties, both):
        assert walks(6, listed, 0.5).reached_at_most(found) == pytest.approx(
            exactly(6, ties, 0.5, found.tolist())
        )
    assert walks(6, ties, 0.5, hops=1).reached_at_most(found) == pytest.approx(2)


def test_growth_is_at_least_the_radius_of_ways_that_do_not_turn_back():
    rng, n, p = np.random.default_rng(3), 30, 0.3
    pairs = {tuple(sorted(pair)) for pair in rng.integers(0, n, (50, 2)) if pair[0] != pair[1]}
    arcs = [(int(x), int(y)) for a, b in pairs for x, y in ((a, b), (b, a))]
    steps = np.array([[p * (b == c and a != d) for c, d in arcs] for a, b in arcs])
    radius = np.abs(np.linalg.eigvals(steps)).max()
    growth = walks(n, arcs, p).growth_at_most()
    assert radius <= growth + 1e-12
    assert growth == pytest.approx(radius, rel=0.1)


def test_ways_that_end_grow_nowhere_and_a_ring_grows_by_its_share():
    assert walks(4, [(0, 1), (1, 0), (1, 2), (2, 1)], 1.0).growth_at_most() == 0
    ring = [(k, (k + step) % 9) for k in range(9) for step in (1, -1)]
    assert walks(9, ring, 0.4).growth_at_most() == pytest.approx(0.4)
    assert walks(9, ring, 0.4, hops=3).growth_at_most() == 0
    assert walks(9, [], 0.4).growth_at_most() == 0
    assert np.isnan(walks(9, ring, 0.4).reached_at_most(np.zeros(9, bool)))


def test_where_ways_grow_without_end_everyone_within_reach_is_the_bound():
    whole = [(a, b) for a in range(6) for b in range(6) if a != b] + [(5, 6), (8, 9), (9, 8)]
    found = np.array([True] + [False] * 7 + [True, False])
    # Six with the one at the end of a way out of them; of the pair apart, half a person.
    assert walks(10, whole, 0.5).reached_at_most(found) == pytest.approx((7 + 1.5) / 2)
