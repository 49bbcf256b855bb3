"""Who is whose child: within the household by age, else in a household of the same community.

Kin ties join parents, children, brothers and sisters who live in different households. Surnames
go from father to child, or from the mother where there is no father in the table.
"""

from dataclasses import dataclass

import numpy as np

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import SEXES
from creditaudit.populations.persons.shapes import expit
from creditaudit.populations.randomness import Floats, Noise
from creditaudit.populations.societies.households import NOBODY, Homes, Whole

MALE = SEXES.index("male")
# Years between parent and child: inside a household as found, elsewhere as sought.
AT_HOME = (18, 45)
ELSEWHERE = (20, 38)
CENTRE = 45
MOST = 6
_AGES = 128


@dataclass(frozen=True, eq=False)
class Kin:
    """The kin of one block of people.

    Attributes
    ----------
    parent, other : arrays of int, length n
        A parent of each person and that parent's spouse, as indices into the block; -1 for none.
    surname_of : array of int, length n
        The ancestor from whom the person has the surname; the person's own index for most.
    src, dst : arrays of int
        Kin ties between households, both ways, as indices into the block.
    """

    parent: Whole
    other: Whole
    surname_of: Whole
    src: Whole
    dst: Whole


def form_kin(age: Array, sex: Array, homes: Homes, noise: Noise, numbers: Numbers) -> Kin:
    """Return the kin of the people of one block."""
    n = len(age)
    ages = age.astype(np.int64)
    at_home = _parents_at_home(ages, homes)
    # Of a couple that lives with parents, one is their child and the other has parents elsewhere.
    his = noise.uniform("society/kin/home")[:n] < numbers.husband_home
    husbands = np.where(sex == MALE, np.arange(n), homes.partner)
    at_home = np.where(
        (homes.partner == NOBODY) | ((sex == MALE) == his[husbands]), at_home, NOBODY
    )
    parent = np.where(at_home != NOBODY, at_home, _parents_elsewhere(ages, homes, noise, numbers))
    other = np.where(parent != NOBODY, homes.partner[parent], NOBODY)
    # Of a couple who were given the same parents, one has none in the table.
    family = np.where(other != NOBODY, np.minimum(parent, other), parent)
    mates = (parent != NOBODY) & (homes.partner != NOBODY) & (sex == MALE)
    same = mates & (family == family[homes.partner])
    parent, other = np.where(same, NOBODY, parent), np.where(same, NOBODY, other)
    father = np.where((other != NOBODY) & (sex[parent] != MALE), other, parent)
    root = np.where(parent != NOBODY, father, np.arange(n))
    for _ in range(MOST):
        root = root[root]
    pairs = [*_up(parent, other, homes), *_across(parent, other, homes)]
    one = np.concatenate([pair[0] for pair in pairs])
    two = np.concatenate([pair[1] for pair in pairs])
    return Kin(parent, other, root, np.concatenate([one, two]), np.concatenate([two, one]))


def _parents_at_home(age: Whole, homes: Homes) -> Whole:
    """Return the one in the household who is older by a generation, the youngest if several."""
    n = len(age)
    listed = np.argsort(homes.house * _AGES + age, kind="stable")
    house, years = homes.house[listed], age[listed]
    found = np.full(n, NOBODY)
    most = int(homes.size.max(initial=1))
    for step in range(most - 1, 0, -1):
        # Sorted by age: whoever stands nearer is younger, and overwrites those further off.
        same = house[step:] == house[:-step]
        gap = years[step:] - years[:-step]
        fits = np.flatnonzero(same & (gap >= AT_HOME[0]) & (gap <= AT_HOME[1]))
        found[listed[fits]] = listed[fits + step]
    return found


def _parents_elsewhere(age: Whole, homes: Homes, noise: Noise, numbers: Numbers) -> Whole:
    n = len(age)
    place = homes.of_person
    key = place * _AGES + age
    listed = np.argsort(key, kind="stable")
    in_order = key[listed]
    low = np.searchsorted(in_order, key + ELSEWHERE[0], side="left")
    last = np.minimum(key + ELSEWHERE[1], place * _AGES + _AGES - 1)
    high = np.searchsorted(in_order, last, side="right")
    drawn: Floats = noise.uniform("society/kin/which")[:n]
    spot = low + (drawn * np.maximum(high - low, 1)).astype(np.int64)
    chosen = listed[np.minimum(spot, n - 1)]
    chance = expit(numbers.parents_base - numbers.parents_age * (age - CENTRE))
    living = noise.uniform("society/kin/living")[:n] < chance
    there = living & (high > low) & (homes.house[chosen] != homes.house)
    return np.where(there, chosen, NOBODY)


def _up(parent: Whole, other: Whole, homes: Homes) -> list[tuple[Whole, Whole]]:
    pairs = []
    for older in (parent, other):
        child = np.flatnonzero(older != NOBODY)
        apart = homes.house[child] != homes.house[older[child]]
        pairs.append((child[apart], older[child[apart]]))
    return pairs


def _across(parent: Whole, other: Whole, homes: Homes) -> list[tuple[Whole, Whole]]:
    """Return brothers and sisters who live apart, each pair once."""
    family = np.where(other != NOBODY, np.minimum(parent, other), parent)
    children = np.flatnonzero(family != NOBODY)
    children = children[np.argsort(family[children], kind="stable")]
    pairs: list[tuple[Whole, Whole]] = []
    step = 1
    while True:
        first, second = children[:-step], children[step:]
        same = family[first] == family[second]
        if not same.any():
            return pairs
        apart = same & (homes.house[first] != homes.house[second])
        pairs.append((first[apart], second[apart]))
        step += 1
