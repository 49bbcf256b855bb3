"""Who calls whom: as many contacts as people were found to have, near and alike beyond chance."""

from collections.abc import Mapping

import numpy as np

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.randomness import BLOCK, Floats, Noise, entity_uniforms
from creditaudit.populations.societies.households import Whole, communities

NEEDED = ("region", "minority", "contract_months")
MOST = 400


def contact_law(numbers: Numbers) -> Floats:
    """Return the chance of 1, 2, ... contacts: in proportion to (k + shift) ^ -exponent."""
    weights = (np.arange(1, MOST + 1) + numbers.contact_shift) ** -numbers.contact_exponent
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def near_contacts(
    people: Mapping[str, Array], noise: Noise, numbers: Numbers, block: int
) -> tuple[Whole, Whole, Whole]:
    """Return the contacts within a block, and who of it still lacks a contact elsewhere.

    Parameters
    ----------
    people : mapping
        `NEEDED`, of the people in the table.
    noise : Noise
        Of the block.
    numbers : Numbers
        Of the society.
    block : int
        Which block.

    Returns
    -------
    src, dst : arrays of int
        Person numbers of each pair, once.
    left : array of int
        A person number for each contact to be found anywhere.
    """
    n = len(people["region"])
    drawn = noise.uniform("society/contact/number")[:n]
    many = 1 + np.searchsorted(np.cumsum(contact_law(numbers)), drawn, side="right")
    many = np.where(np.isnan(people["contract_months"]), 0, np.minimum(many, MOST))
    ends = np.repeat(np.arange(n), many)
    near = noise.uniform("society/contact/near", size=len(ends)) < numbers.contact_near
    place = communities(
        people["region"], people["minority"], noise.uniform("society/contact/alike")[:n],
        noise.uniform("society/contact/part")[:n], numbers.contact_homophily,
    )  # fmt: skip
    order = noise.uniform("society/contact/order", size=len(ends))
    inner, outer = ends[near], ends[~near]
    inner = inner[np.argsort(place[inner] + order[near], kind="stable")]
    # Two by two within a community: the odd one of each, and pairs that cannot be, look further.
    first, second = inner[0 : len(inner) - 1 : 2], inner[1::2]
    good = (first != second) & (place[first] == place[second]) & _once(first, second, n)
    odd = inner[len(inner) - len(inner) % 2 :]
    left = np.concatenate([outer, first[~good], second[~good], odd])
    start = block * BLOCK
    return first[good] + start, second[good] + start, left + start


def far_contacts(left: Whole, seed: int, people: int) -> tuple[Whole, Whole]:
    """Return contacts among those who look for one anywhere, each pair once."""
    ends = np.sort(left)
    turn = np.arange(len(ends)) - np.searchsorted(ends, ends)
    # Two by two, in an order that follows from the person and from which of their contacts it is.
    ends = ends[np.argsort(entity_uniforms(ends * MOST + turn, seed, "society/contact/far"))]
    first, second = ends[0 : len(ends) - 1 : 2], ends[1::2]
    good = (first != second) & _once(first, second, people)
    return first[good], second[good]


def _once(first: Whole, second: Whole, n: int) -> Array:
    """Return which pairs come for the first time."""
    key = np.minimum(first, second) * n + np.maximum(first, second)
    seen = np.zeros(len(key), dtype=bool)
    seen[np.unique(key, return_index=True)[1]] = True
    return seen
