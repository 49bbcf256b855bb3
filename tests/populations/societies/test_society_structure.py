"""Households, kin, work, owners and contacts: sizes as published, likeness as stated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.populations import check_society, load_pack, society_numbers
from creditaudit.populations.randomness import Noise
from creditaudit.populations.societies.calibrated import joined
from creditaudit.populations.societies.contacts import contact_law
from creditaudit.populations.societies.households import communities, form_households
from creditaudit.populations.societies.kinships import form_kin
from creditaudit.populations.societies.matching import filled, matched, rank_within
from creditaudit.populations.societies.owners import Owners, find_owners, responsible_for
from creditaudit.populations.societies.workplaces import find_work


@pytest.fixture(scope="module")
def numbers():
    return joined(load_pack("class_balanced"), society_numbers()).numbers


@pytest.fixture(scope="module")
def people():
    """A block of 20,000 people and what decides where they live."""
    rng = Noise(3, 0)
    n = 20_000
    return {
        "sex": (rng.uniform("sex")[:n] > 0.5).astype(np.int8),
        "age": np.floor(18 + 72 * rng.uniform("age")[:n] ** 1.5),
        "region": np.floor(rng.uniform("region")[:n] * 5).astype(np.int8),
        "minority": (rng.uniform("minority")[:n] < 0.2).astype(np.int8),
        "marital_status": np.where(rng.uniform("married")[:n] < 0.6, 1, 0).astype(np.int8),
    }


def test_every_published_size_name_and_number_of_ties_is_met(world):
    found = check_society(world)
    assert found.loc[~found["within"], ["measure", "target", "value"]].values.tolist() == []
    assert {"household_of_1", "surname_top_100", "contact_mean"} <= set(found["measure"])


def test_everyone_has_a_household_and_every_place_is_taken(people, numbers):
    homes = form_households(people, Noise(7, 0), numbers)
    assert np.array_equal(np.bincount(homes.house), homes.size)
    assert homes.size.sum() == 20_000
    assert homes.size.max() == 6


@given(n=st.integers(1, 60), seed=st.integers(0, 50))
def test_households_of_any_number_of_people_are_full(n, seed):
    numbers = joined(load_pack("class_balanced"), society_numbers()).numbers
    noise = Noise(seed, 1)
    people = {
        name: np.floor(noise.uniform(name)[:n] * many).astype(np.int8)
        for name, many in (("sex", 2), ("region", 3), ("minority", 2), ("marital_status", 4))
    }
    people["age"] = 18 + np.floor(noise.uniform("age")[:n] * 73)
    homes = form_households(people, noise, numbers)
    assert np.array_equal(np.bincount(homes.house, minlength=len(homes.size)), homes.size)
    kin = form_kin(people["age"], people["sex"], homes, noise, numbers)
    assert (homes.house[kin.src] != homes.house[kin.dst]).all()


def test_spouses_are_of_two_sexes_married_and_of_about_one_age(people, numbers):
    homes = form_households(people, Noise(7, 0), numbers)
    pair = np.flatnonzero(homes.partner >= 0)
    mate = homes.partner[pair]
    assert np.array_equal(homes.partner[mate], pair)
    assert (people["sex"][pair] != people["sex"][mate]).all()
    assert (people["marital_status"][pair] == 1).all()
    assert (homes.house[pair] == homes.house[mate]).all()
    assert np.abs(people["age"][pair] - people["age"][mate]).mean() < 5


@pytest.mark.parametrize("homophily", [0.0, 0.5, 1.0])
def test_people_of_a_household_are_alike_beyond_chance_as_stated(people, homophily):
    numbers = joined(
        load_pack("class_balanced"), society_numbers({"household_homophily": homophily})
    ).numbers
    homes = form_households(people, Noise(7, 0), numbers)
    minority = people["minority"].astype(float)
    members = np.bincount(homes.house, weights=minority)
    others = members[homes.house] - minority
    pairs = homes.size[homes.house] - 1
    mine = minority == 1
    share = minority.mean()
    seen = others[mine].sum() / pairs[mine].sum()
    assert seen == pytest.approx(share + (1 - share) * homophily, abs=0.03)


def test_a_community_is_mostly_of_one_kind():
    region = np.zeros(4, dtype=np.int8)
    minority = np.array([1, 0, 1, 0])
    alike = np.array([0.1, 0.1, 0.9, 0.9])
    drawn = np.array([0.9, 0.1, 0.1, 0.9])
    # The first two are in their own part; of the others half would be, by the share of 1/2.
    found = communities(region, minority, alike, drawn, np.float64(0.25))
    assert found.tolist() == [1, 0, 1, 0]


def test_parents_are_a_generation_older_and_nobody_is_a_child_of_their_mate(people, numbers):
    homes = form_households(people, Noise(7, 0), numbers)
    kin = form_kin(people["age"], people["sex"], homes, Noise(7, 0), numbers)
    child = np.flatnonzero(kin.parent >= 0)
    gap = people["age"][kin.parent[child]] - people["age"][child]
    assert 18 <= gap.min() <= gap.max() <= 45
    assert (kin.parent[child] != homes.partner[child]).all()
    both = child[kin.other[child] >= 0]
    assert (homes.partner[kin.parent[both]] == kin.other[both]).all()


def test_surnames_come_from_the_father_where_there_is_one(people, numbers):
    homes = form_households(people, Noise(7, 0), numbers)
    kin = form_kin(people["age"], people["sex"], homes, Noise(7, 0), numbers)
    child = np.flatnonzero((kin.parent >= 0) & (kin.other >= 0))
    father = np.where(people["sex"][kin.parent[child]] == 1, kin.parent[child], kin.other[child])
    assert np.array_equal(kin.surname_of[child], kin.surname_of[father])
    orphan = kin.parent < 0
    assert np.array_equal(kin.surname_of[orphan], np.flatnonzero(orphan))


def test_ranks_within_a_place_by_hand():
    places, order = np.array([1, 0, 1, 0, 1]), np.array([0.5, 0.9, 0.1, 0.2, 0.7])
    assert rank_within(places, order).tolist() == [1, 1, 0, 0, 2]


def test_pairs_are_made_at_home_first_and_then_across():
    # Two people of place 0 and one of place 1; one seat in place 0 and two in place 1.
    found = matched(
        np.array([0, 0, 1]), np.array([0.9, 0.1, 0.5]),
        np.array([1, 0, 1]), np.array([0.3, 0.5, 0.2]),
    )  # fmt: skip
    assert found.tolist() == [0, 1, 2]


@given(
    st.lists(st.integers(0, 4), max_size=30), st.lists(st.integers(0, 4), max_size=30),
    st.integers(0, 99),
)  # fmt: skip
def test_nothing_is_paired_twice_and_as_many_are_paired_as_can_be(one, other, seed):
    noise = Noise(seed, 0)
    places, others = np.array(one, dtype=np.int64), np.array(other, dtype=np.int64)
    found = matched(
        places, noise.uniform("a")[: len(one)], others, noise.uniform("b")[: len(other)]
    )
    paired = found[found >= 0]
    assert len(set(paired.tolist())) == len(paired) == min(len(one), len(other))
    at_home = (places[found >= 0] == others[paired]).sum()
    both = np.minimum(np.bincount(places, minlength=5), np.bincount(others, minlength=5)).sum()
    assert at_home >= both


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.integers(0, 1000))
def test_sizes_are_within_one_of_their_share_and_add_up(weights, total):
    weights = np.array(weights)
    sizes = filled(weights, total)
    assert sizes.sum() == total
    assert (np.abs(sizes - weights / weights.sum() * total) <= 1 + 1e-9).all()


def test_most_people_work_where_they_live_and_every_place_is_filled(numbers):
    both = joined(load_pack("class_balanced"), society_numbers())
    from creditaudit.populations import load_firm_pack

    p = joined(both, load_firm_pack("class_balanced")).numbers
    n = 9000
    noise = Noise(5, 0)
    employed = noise.uniform("e")[:n] < 0.6
    region = np.floor(noise.uniform("r")[:n] * 6).astype(np.int8)
    sizes = np.floor(noise.uniform("s")[:1000] ** -0.9)
    seats = np.floor(noise.uniform("f")[:1000] * 6).astype(np.int8)
    work = find_work(employed, region, sizes, seats, seed=7, numbers=p)
    assert work.size.sum() == employed.sum()
    home = seats[work.employer[employed]] == region[employed]
    assert home.mean() > 0.7
    staffed = work.size > 0
    assert np.array_equal(work.first >= 0, staffed)
    assert (work.employer[work.first[staffed]] == np.flatnonzero(staffed)).all()


def test_owners_have_one_firm_or_several_as_stated(numbers):
    n, firms = 20_000, 5000
    noise = Noise(5, 0)
    employment = np.floor(noise.uniform("e")[:n] * 4).astype(np.int8)
    region = np.floor(noise.uniform("r")[:n] * 6).astype(np.int8)
    seats = np.floor(noise.uniform("f")[:firms] * 6).astype(np.int8)
    staff = np.full(firms, -1)
    owners = find_owners(employment, region, seats, staff, seed=7, numbers=numbers)
    counts = np.bincount(owners.owner)
    several = (counts[counts > 0] > 1).mean()
    assert several == pytest.approx(0.176 / 1.176, abs=0.015)
    assert (owners.owner == owners.representative).mean() == pytest.approx(0.7, abs=0.02)
    assert (employment[owners.owner] == 1).mean() > 0.95


def test_firms_of_the_same_responsible_people_by_hand():
    # Firms 0 and 1 share an owner, 1 and 2 a representative, 3 stands alone; 0 and 2 are rated D.
    owners = Owners(np.array([5, 5, 6, 7]), np.array([5, 8, 8, 7]))
    assert responsible_for(owners, np.array([1, 0, 1, 0]), 9).tolist() == [0, 2, 0, 0]
    # The same two people behind both: counted once.
    owners = Owners(np.array([1, 2]), np.array([2, 1]))
    assert responsible_for(owners, np.array([1, 1]), 3).tolist() == [1, 1]


def test_contacts_follow_the_published_law(world, numbers):
    law = contact_law(numbers)
    assert law.sum() == pytest.approx(1)
    assert law[0] / law[1] == pytest.approx((12.9 / 11.9) ** 8.4)
    degree = np.bincount(world.of("contact")["src"], minlength=80_000)[:80_000]
    degree = degree[degree > 0]
    for many in (1, 2, 3, 5, 8):
        assert (degree == many).mean() == pytest.approx(law[many - 1], abs=0.012)


def test_contacts_are_alike_beyond_chance_as_stated(world):
    minority = world.people.frame["minority"].to_numpy()
    ties = world.of("contact")
    mine = minority[ties["src"]] == 1
    share = minority.mean()
    # 7 of 10 contacts are near, and near ones alike by one half beyond chance.
    expected = share + (1 - share) * 0.7 * 0.5
    assert minority[ties["dst"]][mine].mean() == pytest.approx(expected, abs=0.015)
    far = (ties["src"] // 65_536) != (ties["dst"] // 65_536)
    assert far.mean() > 0.05
