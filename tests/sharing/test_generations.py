from dataclasses import replace

import numpy as np
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.sharing import cascade, generations
from creditaudit.sharing.generations import first_generation, next_generation, tipping
from creditaudit.sharing.records import TieRule
from creditaudit.sharing.sweeps import Swept
from spread_worlds import LISTINGS, SmallWorld

R = ca.SharingRegime


def lists(relation, p):
    return TieRule(
        relation=relation, p=p, mark="K", carries="listing", hops=None, source_text="a text"
    )


def forest(rng, trees, offspring, kind):
    """Trees in which everyone has a random number of followers, until they die out."""
    ties, front, n = [], list(range(trees)), trees
    while front:
        here = []
        for parent in front:
            for _ in range(int(rng.poisson(offspring))):
                ties.append((parent, n, kind))
                here.append(n)
                n += 1
        front = here
    return n, ties


@pytest.fixture
def listed(monkeypatch):
    """`next_generation` and `tipping` read findings as a `SmallWorld` has them."""
    whole = generations.listings_of
    monkeypatch.setattr(
        generations, "listings_of", lambda world, names: whole(world, names, entries=LISTINGS)
    )


def test_on_trees_the_estimate_is_what_happens(listed):
    rng = np.random.default_rng(4)
    n, ties = forest(rng, 4_000, 0.9, "guarantee")
    world = SmallWorld(n, ties=ties, findings=[(k, "court", "true") for k in range(4_000)])
    regime = replace(R.silos(["court"]), ties=(lists("guarantee", 0.7),))
    expected = next_generation(world, regime)
    one = cascade(world, regime, 10, entries=LISTINGS)
    # Of an infinite forest: p times offspring, and 1 / (1 - that).
    assert expected.rho == pytest.approx(0.63, rel=0.03)
    assert expected.reached_per_finding == pytest.approx(1 / (1 - 0.63), rel=0.05)
    reached = one.values("touched_per_person_with_finding").mean()
    assert reached == pytest.approx(expected.reached_per_finding, rel=0.02)
    assert first_generation(one).mean() == pytest.approx(expected.first[0], rel=0.02)


def test_on_a_ring_the_way_back_is_left_out(listed):
    n, p = 3_000, 0.4
    ring = [(k, (k + step) % n, "kin") for k in range(n) for step in (1, -1)]
    world = SmallWorld(n, ties=ring, findings=[(k, "court", "true") for k in range(0, n, 100)])
    regime = replace(R.silos(["court"]), ties=(lists("kin", p),))
    expected = next_generation(world, regime)
    assert expected.rho == pytest.approx(p)
    assert expected.reached_per_finding == pytest.approx(1 + 2 * p / (1 - p))
    one = cascade(world, regime, 40, entries=LISTINGS)
    reached = one.values("touched_per_person_with_finding")
    assert reached.mean() == pytest.approx(expected.reached_per_finding, rel=0.05)


def test_in_cliques_the_estimate_is_above_what_happens(listed):
    n = 900
    cliques = [
        (3 * home + i, 3 * home + j, "household")
        for home in range(n // 3) for i in range(3) for j in range(3) if i != j
    ]  # fmt: skip
    world = SmallWorld(n, ties=cliques, findings=[(k, "court", "true") for k in range(0, n, 30)])
    regime = replace(R.silos(["court"]), ties=(lists("household", 0.5),))
    reached = cascade(world, regime, 20, entries=LISTINGS).values("touched_per_person_with_finding")
    assert reached.mean() <= 3 < next_generation(world, regime).reached_per_finding + 1
    assert next_generation(world, regime).reached_per_finding > reached.mean()


def test_what_rests_on_free_shares_comes_with_its_sweep():
    world = ca.make_society(2_000, 200, seed=3, relations=["household", "kin"])
    free = R.full().with_tie("kin", p=0.1, carries="listing", hops=None)
    found = next_generation(world, free)
    assert isinstance(found.rho, Swept)
    assert found.rho.low == 0
    assert "not shown" in repr(first_generation(cascade(world, free, 2)))
    assert isinstance(found.reached_at_most, Swept)
    assert "not shown" in repr(found.matrix) + repr(found.first)
    assert next_generation(world, R.full()).rho == 0
    assert next_generation(world, R.full()).rho_at_most == 0
    assert next_generation(world, R.full()).reached_at_most == 1
    assert next_generation(world, R.full()).reached_per_finding == 1


def test_a_lattice_tips_where_it_is_searched_for_step_by_step(listed):
    side = 60
    lattice = [
        (side * i + j, side * k + m, "kin")
        for i in range(side) for j in range(side)
        for k, m in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1))
        if 0 <= k < side and 0 <= m < side
    ]  # fmt: skip
    findings = [(k, "court", "true") for k in range(0, side * side, 360)]
    world = SmallWorld(side * side, ties=lattice, findings=findings)
    regime = R.silos(["court"]).with_tie("kin", p=0.25, carries="listing", hops=None)
    found = tipping(world, regime, findings=10, share=0.5, seeds=[3], tolerance=0.02)
    (low,), (high,) = found.low, found.high
    assert high - low <= 0.02
    # Directed bond percolation on the square lattice, each way drawn for itself, tips near 1/2.
    assert 0.4 < 0.25 * high < 0.75
    counted = []
    for k in (low - 0.1, low, high, high + 0.1):
        one = cascade(world, regime.scaled(float(k)), [3], entries=LISTINGS)
        counted.append(bool(one.values_without_sweep("listed_share")[0] >= 0.5))
    assert counted == [False, False, True, True]
    assert "stress test" in str(found)
    assert found.shares["low"].iloc[0] == pytest.approx(0.25 * low)


def test_what_never_tips_and_what_cannot_is_told(listed):
    world = SmallWorld(50, ties=[(0, 1, "kin"), (1, 0, "kin")], findings=[(0, "court", "true")])
    regime = R.silos(["court"]).with_tie("kin", p=0.5, carries="listing", hops=None)
    assert "even where every tie lists" in str(tipping(world, regime, share=0.5, seeds=[1]))
    with pytest.raises(InputError, match="nothing can tip"):
        tipping(world, R.silos(["court"]).with_tie("kin", p=0.5, measure="school"))
    with pytest.raises(InputError, match="Nobody has a finding"):
        tipping(SmallWorld(3, findings=[(0, "bank", "true")]), regime)


def test_where_the_busy_know_each_other_the_estimate_is_too_low_and_the_bound_holds(listed):
    """Many ties among a few and pairs among the rest: degrees along a way are not independent."""
    rng, few, pairs = np.random.default_rng(0), 300, 1_500
    stubs = np.repeat(np.arange(few), 6)
    rng.shuffle(stubs)
    ties = {(int(min(p)), int(max(p))) for p in stubs.reshape(-1, 2) if p[0] != p[1]}
    ties |= {(few + 2 * k, few + 2 * k + 1) for k in range(pairs)}
    both = [(*way, "household") for a, b in ties for way in ((a, b), (b, a))]
    n = few + 2 * pairs
    world = SmallWorld(n, ties=both, findings=[(k, "court", "true") for k in range(0, n, 33)])
    regime = replace(R.silos(["court"]), ties=(lists("household", 0.4),))
    found = next_generation(world, regime)
    reached = cascade(world, regime, 20, entries=LISTINGS).values("touched_per_person_with_finding")
    assert found.rho < 1 < found.rho_at_most
    assert found.reached_per_finding < reached.mean() - 2 * reached.std()
    assert reached.mean() <= found.reached_at_most


def test_a_condition_on_whoever_is_listed_counts_in_the_next_generation(listed):
    n = 600
    ring = [(k, (k + 1) % n, "guarantee") for k in range(n)]
    world = SmallWorld(
        n, ties=ring, findings=[(k, "court", "true") for k in range(0, n, 30)],
        columns={"listed_court": [k % 3 > 0 for k in range(n)]},
    )  # fmt: skip
    rule = replace(lists("guarantee", 0.9), when="listed_court")
    found = next_generation(world, replace(R.silos(["court"]), ties=(rule,)))
    # From an eligible person the next is eligible half the time.
    assert found.rho == pytest.approx(0.45)


def test_numbers_of_a_search_for_the_tipping_point_are_checked_together(listed):
    world = SmallWorld(3, ties=[(0, 1, "kin")], findings=[(0, "court", "true")])
    regime = R.silos(["court"]).with_tie("kin", p=0.5, carries="listing", hops=None)
    with pytest.raises(InputError, match=r"findings=0 .*share=2 .*tolerance='a'"):
        tipping(world, regime, findings=0, share=2, tolerance="a")
    with pytest.raises(InputError, match="regime= is a str"):
        tipping(world, "full")
    with pytest.raises(InputError, match="regime= is None"):
        next_generation(world, None)
    assert tipping(world, regime, share=0.3, seeds=2, tolerance=0.5).seeds == (0, 1)
    with pytest.raises(InputError, match="Got a SharingRegime"):
        first_generation(regime)
