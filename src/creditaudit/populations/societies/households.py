"""Who lives with whom: couples, their grown children and parents, and people by themselves.

A household lies within a block of people, so that a block can be made by itself. Sizes are drawn
until a block is full, and the last household takes the people who are left.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import MARITAL, REGIONS, SEXES
from creditaudit.populations.persons.shapes import levels
from creditaudit.populations.randomness import Floats, Noise
from creditaudit.populations.societies.matching import rank_within

NEEDED = ("sex", "age", "region", "minority", "marital_status")
MARRIED, MALE = MARITAL.index("married"), SEXES.index("male")
NOBODY = -1
ADULT, OLDEST = 18, 90
LEVELS = 3
_CENTURY = 200.0

Drawn = Callable[..., Floats]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Homes:
    """The households of one block of people.

    Attributes
    ----------
    house : array of int, length n
        Which household of the block each person lives in, from 0.
    size : array of int, length n_households
        How many live there.
    community : array of int, length n_households
        Twice the region, and 1 more where the household belongs to the minority's part of it.
    partner : array of int, length n
        The person's spouse in the household, as an index into the block; -1 for none.
    """

    house: Whole
    size: Whole
    community: Whole
    partner: Whole

    @property
    def of_person(self) -> Whole:
        """The community of each person's household."""
        return self.community[self.house]


@dataclass(frozen=True, eq=False)
class _Couples:
    husband: Whole
    wife: Whole
    place: Whole
    house: Whole


def communities(
    region: Array, minority: Array, alike: Floats, drawn: Floats, homophily: Array
) -> Whole:
    """Return the community of each person: region, and a part of it that is mostly of one kind.

    Notes
    -----
    A person is in the part of their own kind with chance ``h``, and in either part by the share of
    the minority otherwise. Two people of one part are alike beyond chance by ``h ^ 2``, which is
    ``homophily``: of those around a member of the minority, ``s + (1 - s) x homophily`` are members
    too, where s is its share.
    """
    share = float(minority.mean()) if len(minority) else 0.0
    own = alike < np.sqrt(homophily)
    part = np.where(own, minority, drawn < share)
    return 2 * region.astype(np.int64) + part.astype(np.int64)


def form_households(people: Mapping[str, Array], noise: Noise, numbers: Numbers) -> Homes:
    """Return the households of the people of one block.

    Parameters
    ----------
    people : mapping
        `NEEDED`, of the people in the table.
    noise : Noise
        Of the block.
    numbers : Numbers
        Of the society and of the people's pack.
    """
    n = len(people["sex"])

    def uniform(name: str, many: int = n) -> Floats:
        drawn: Floats = noise.uniform(f"society/household/{name}")[:many]
        return drawn

    place = communities(
        people["region"], people["minority"], uniform("alike"), uniform("part"),
        numbers.household_homophily,
    )  # fmt: skip
    size = _sizes(uniform("size"), numbers.household_shares, n)
    in_order = np.argsort(place + uniform("order"), kind="stable")
    community = place[in_order[np.cumsum(size) - size]]
    couples = _couples(people, place, noise, numbers)
    couples = _housed(couples, size, community, uniform, numbers)
    house, partner = np.full(n, NOBODY), np.full(n, NOBODY)
    house[couples.husband] = house[couples.wife] = couples.house
    partner[couples.husband], partner[couples.wife] = couples.wife, couples.husband
    alone = np.flatnonzero(house == NOBODY)
    slots, wanted = _slots(people["age"], size, couples, alone, noise, numbers)
    # Both lists by community and age: each place goes to someone of about the age it asks for.
    ages = (people["age"][alone] + uniform("tie")[alone]) / _CENTURY
    by_age = np.argsort(place[alone] + ages, kind="stable")
    by_wish = np.argsort(community[slots] + wanted / _CENTURY, kind="stable")
    house[alone[by_age]] = slots[by_wish]
    return Homes(house, size, community, partner)


def _sizes(uniform: Floats, shares: Array, n: int) -> Whole:
    drawn = 1 + levels(uniform, shares).astype(np.int64)
    reached = np.cumsum(drawn)
    many = int(np.searchsorted(reached, n, side="right"))
    left = n - (int(reached[many - 1]) if many else 0)
    return np.append(drawn[:many], left) if left else drawn[:many]


def _couples(people: Mapping[str, Array], place: Whole, noise: Noise, numbers: Numbers) -> _Couples:
    """Return married people of the same community, in pairs of about the same age."""
    married = people["marital_status"] == MARRIED
    sides = [np.flatnonzero(married & (people["sex"] == sex)) for sex in (MALE, 1 - MALE)]
    wide = 2 * len(REGIONS)
    counts = [np.bincount(place[side], minlength=wide) for side in sides]
    quota = np.floor(np.minimum(*counts) * numbers.couple_together)
    chosen = noise.uniform("society/couple/chosen")
    ages = (
        people["age"] + numbers.spouse_age_noise * noise.normal("society/couple/age")[: len(place)]
    )
    paired = []
    for side in sides:
        kept = side[rank_within(place[side], chosen[side]) < quota[place[side]]]
        by_age = np.clip(ages[kept] / _CENTURY, 0, 1)
        paired.append(kept[np.argsort(place[kept] + by_age, kind="stable")])
    husband, wife = paired
    return _Couples(husband, wife, place[husband], np.full(len(husband), NOBODY))


def _housed(
    couples: _Couples, size: Whole, community: Whole, uniform: Drawn, numbers: Numbers
) -> _Couples:
    """Return the couples that find a household: first one in each, then a second, then a third."""
    led = uniform("led", len(size)) < numbers.couple_led
    places = [
        np.flatnonzero((size >= 2 * (level + 1)) & (led | (level > 0))) for level in range(LEVELS)
    ]
    houses = np.concatenate(places)
    level = np.repeat(np.arange(LEVELS), [len(one) for one in places])
    rank = rank_within(community[houses], (level + uniform("place")[houses]) / LEVELS)
    of_couple = rank_within(couples.place, uniform("couple")[couples.husband])
    wide = int(max(community.max(initial=0), couples.place.max(initial=0))) + 1
    room = np.bincount(community[houses], minlength=wide)
    start = np.cumsum(room) - room
    listed = np.empty(len(houses), dtype=np.int64)
    listed[start[community[houses]] + rank] = houses
    found = of_couple < room[couples.place]
    where = listed[start[couples.place[found]] + of_couple[found]]
    return _Couples(couples.husband[found], couples.wife[found], couples.place[found], where)


def _slots(
    age: Array, size: Whole, couples: _Couples, alone: Whole, noise: Noise, numbers: Numbers
) -> tuple[Whole, Floats]:
    """Return the household of every place that is left, and the age that would fit there."""
    many = len(size)
    in_couples = 2 * np.bincount(couples.house, minlength=many)
    slots = np.repeat(np.arange(many), size - in_couples)
    base = _base_age(age, many, couples, alone, noise)
    starts = np.searchsorted(slots, np.arange(many))
    first = (np.arange(len(slots)) == starts[slots]) & (in_couples[slots] == 0)
    gap = numbers.generation + numbers.generation_noise * noise.normal("society/slot/gap")
    older = base[slots] + gap[: len(slots)]
    younger = base[slots] - gap[: len(slots)]
    child = noise.uniform("society/slot/child")[: len(slots)] < numbers.stays_with_parents
    child = np.where(older > OLDEST, True, child) & (younger >= ADULT)
    wanted = np.where(first, base[slots], np.where(child, younger, older))
    return slots, np.clip(wanted, 0, _CENTURY - 1)


def _base_age(age: Array, many: int, couples: _Couples, alone: Whole, noise: Noise) -> Floats:
    """Return the age around which a household is built: its couple's, or that of someone alone."""
    drawn = noise.uniform("society/slot/base")[:many]
    base = np.full(many, float(ADULT))
    if len(alone):
        base = age[alone[(drawn * len(alone)).astype(np.int64)]].astype(float)
    # Where several couples live, one of them.
    base[couples.house] = (age[couples.husband] + age[couples.wife]) / 2
    return base
