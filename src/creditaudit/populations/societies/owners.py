"""Who owns a firm and who represents it."""

from dataclasses import dataclass

import numpy as np

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.livelihoods import EMPLOYMENT
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.populations.societies.households import Whole
from creditaudit.populations.societies.matching import matched

# Whose firms they are: people who work for themselves before employees, and these before others.
TURN = {"self_employed": 0, "employed": 1, "unemployed": 2, "inactive": 2}
TURNS = 3


@dataclass(frozen=True, eq=False)
class Owners:
    """The people behind firms: one owner and one representative each, from 0."""

    owner: Whole
    representative: Whole


def find_owners(
    employment: Array, region: Array, seats: Array, staff: Whole, *, seed: int, numbers: Numbers
) -> Owners:
    """Return an owner and a legal representative for every firm.

    Parameters
    ----------
    employment, region : arrays of length n_people
        Codes of the levels.
    seats : array of length n_firms
        The region of each firm.
    staff : array of int, length n_firms
        Someone who works there, -1 where nobody does.
    seed : int
    numbers : Numbers
        Of the society.

    Notes
    -----
    Firms come one after the other. Each goes, with chance ``serial_share``, to the owner of an
    earlier firm, every firm being as likely (Simon's process: who has more gets more), else to
    someone of its region who has none. With ``s`` for the chance, a share ``1 / (1 + s)`` of owners
    have one firm only.

    References
    ----------
    Simon, H. A. (1955). On a class of skew distribution functions. Biometrika 42, 425-440.
    """
    firms, people = np.arange(len(seats)), np.arange(len(employment))
    earlier = (entity_uniforms(firms, seed, "society/owner/which") * firms).astype(np.int64)
    serial = entity_uniforms(firms, seed, "society/owner/serial") < numbers.serial_share
    source = np.where(serial & (firms > 0), earlier, firms)
    turns = np.array([TURN[level] for level in EMPLOYMENT])
    order = (turns[employment] + entity_uniforms(people, seed, "society/owner/person")) / TURNS
    new = np.flatnonzero(source == firms)
    found = matched(
        seats[new].astype(np.int64), entity_uniforms(new, seed, "society/owner/firm"),
        region.astype(np.int64), order,
    )  # fmt: skip
    # More firms than people: those left over go to people who already have one.
    left = entity_uniforms(new, seed, "society/owner/left")
    found = np.where(found < 0, (left * len(people)).astype(np.int64), found)
    owner = np.full(len(firms), -1, dtype=np.int64)
    owner[new] = found
    while (source != source[source]).any():
        source = source[source]
    owner = owner[source]
    drawn = entity_uniforms(firms, seed, "society/representative/person")
    stranger = np.where(staff >= 0, staff, (drawn * len(people)).astype(np.int64))
    own = entity_uniforms(firms, seed, "society/representative") < numbers.owner_represents
    return Owners(owner, np.where(own, owner, stranger))


def responsible_for(owners: Owners, marked: Array, people: int) -> Whole:
    """Return for each firm how many other, marked firms have a responsible person in common.

    Parameters
    ----------
    owners : Owners
    marked : array of 0 and 1, length n_firms
    people : int
        How many people there are.
    """
    owner, agent = owners.owner, owners.representative
    two = owner != agent
    weight = marked.astype(np.float64)
    behind = np.bincount(owner, weights=weight, minlength=people)
    behind = behind + np.bincount(agent[two], weights=weight[two], minlength=people)
    pair = np.minimum(owner, agent) * people + np.maximum(owner, agent)
    _, which = np.unique(pair, return_inverse=True)
    of_pair = np.bincount(which, weights=weight)[which]
    # A firm is reached once through each of its two people; those of the same pair come up twice.
    count = behind[owner] + np.where(two, behind[agent] - of_pair, 0) - weight
    return np.rint(count).astype(np.int64)
