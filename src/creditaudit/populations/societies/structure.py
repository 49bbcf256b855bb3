"""Who lives with whom, works where, owns what and calls whom, before anything else is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.randomness import BLOCK, Noise
from creditaudit.populations.societies import contacts, households
from creditaudit.populations.societies.blocks import each_block, inside, joined_arrays
from creditaudit.populations.societies.contacts import far_contacts, near_contacts
from creditaudit.populations.societies.households import Whole, form_households
from creditaudit.populations.societies.kinships import form_kin
from creditaudit.populations.societies.matching import distinct
from creditaudit.populations.societies.owners import Owners, find_owners
from creditaudit.populations.societies.ties import Pairs, both_ways, household_pairs
from creditaudit.populations.societies.workplaces import Work, find_work
from creditaudit.populations.worlds import World

ROOTS = (*households.NEEDED, "surname_rank", "employment", "ability", *contacts.NEEDED[2:])
EMPLOYED = 0


@dataclass(frozen=True, eq=False)
class Structure:
    """Ties that follow from who people and firms are.

    Attributes
    ----------
    people : mapping of str to array of length n_people
        ``ROOTS`` with ``region`` that of the household, and ``household_id, household_size,
        surname_rank, partner, degree``.
    work : Work
        Where people work.
    owners : Owners
        Who owns and represents firms.
    pairs : mapping of str to pair of arrays
        Ties of household, kin and contact, both ways.
    """

    people: Mapping[str, Array]
    work: Work
    owners: Owners
    pairs: Mapping[str, Pairs]


def form_structure(
    people: World, n: int, firms: Mapping[str, Array], numbers: Numbers, workers: int
) -> Structure:
    """Return who lives with whom, works where, owns what and calls whom.

    Parameters
    ----------
    people : World
        Of people without ties.
    n : int
        How many people.
    firms : mapping
        ``employees`` (by the law of sizes) and ``firm_region``, one value a firm.
    numbers : Numbers
        Of the society and of the people's pack.
    workers : int
        Threads.
    """
    seed = people.seed

    def block_of(block: int) -> dict[str, Array]:
        return _block(people, block, inside(n, block), numbers)

    parts = each_block(n, block_of, workers)
    names = [name for name in parts[0] if not name.startswith(("pair_", "left"))]
    joined = joined_arrays([{name: part[name] for name in names} for part in parts])
    pairs: dict[str, Pairs] = {}
    for kind in ("household", "kin"):
        pairs[kind] = _ends(parts, kind)
    near = _ends(parts, "contact")
    far = far_contacts(np.concatenate([part["left"] for part in parts]), seed, n)
    once = np.concatenate([near[0], far[0]]), np.concatenate([near[1], far[1]])
    pairs["contact"] = _distinct(both_ways(once), n)
    joined["degree"] = np.bincount(pairs["contact"][0], minlength=n).astype(np.float64)
    work = find_work(
        joined["employment"] == EMPLOYED, joined["region"], firms["employees"],
        firms["firm_region"], seed=seed, numbers=numbers,
    )  # fmt: skip
    owners = find_owners(
        joined["employment"], joined["region"], firms["firm_region"], work.first, seed=seed,
        numbers=numbers,
    )  # fmt: skip
    return Structure(joined, work, owners, pairs)


def _block(people: World, block: int, many: int, numbers: Numbers) -> dict[str, Array]:
    values = people.values(block, ROOTS)
    found: dict[str, Any] = {name: values[name][:many] for name in ROOTS}
    noise = Noise(people.seed, block)
    homes = form_households(found, noise, numbers)
    kin = form_kin(found["age"], found["sex"], homes, noise, numbers)
    start = block * BLOCK
    # A household has one region: that of its community.
    found["region"] = (homes.of_person // 2).astype(np.int8)
    found["household_id"] = homes.house + start
    found["household_size"] = homes.size[homes.house].astype(np.float64)
    found["surname_rank"] = found["surname_rank"][kin.surname_of]
    found["partner"] = homes.partner
    src, dst, left = near_contacts(found, noise, numbers, block)
    lived = household_pairs(homes, block)
    return found | {
        "pair_household_src": lived[0], "pair_household_dst": lived[1],
        "pair_kin_src": kin.src + start, "pair_kin_dst": kin.dst + start,
        "pair_contact_src": src, "pair_contact_dst": dst, "left": left,
    }  # fmt: skip


def _ends(parts: list[dict[str, Array]], kind: str) -> Pairs:
    return (
        np.concatenate([part[f"pair_{kind}_src"] for part in parts]),
        np.concatenate([part[f"pair_{kind}_dst"] for part in parts]),
    )


def _distinct(pairs: Pairs, n: int) -> Pairs:
    src, dst = np.divmod(distinct(pairs[0] * n + pairs[1]), n)
    return src, dst


def first_firm_of(owners: Whole, people: int) -> Whole:
    """Return the first firm of each person, counted from 0; -1 without one."""
    first = np.full(people, -1, dtype=np.int64)
    first[owners[::-1]] = np.arange(len(owners))[::-1]
    return first
