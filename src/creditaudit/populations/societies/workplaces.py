"""Who works where: firms of the published sizes, filled from their region first."""

from dataclasses import dataclass

import numpy as np

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.populations.societies.households import Whole
from creditaudit.populations.societies.matching import filled, matched


@dataclass(frozen=True, eq=False)
class Work:
    """Where people work.

    Attributes
    ----------
    size : array of int, length n_firms
        How many work in each firm.
    employer : array of int, length n_people
        The present employer of those employed, and the last one of everyone else, from 0.
    first : array of int, length n_firms
        One who works there, -1 where nobody does.
    """

    size: Whole
    employer: Whole
    first: Whole


def find_work(
    employed: Array, region: Array, sizes: Array, seats: Array, *, seed: int, numbers: Numbers
) -> Work:
    """Return where people work.

    Parameters
    ----------
    employed, region : arrays of length n_people
    sizes, seats : arrays of length n_firms
        How large firms are by the law of firm sizes, and in which region they sit. Sizes are scaled
        so that every employee has one place and every place is filled.
    seed : int
    numbers : Numbers
        Of the society.
    """
    many, workers = len(sizes), np.flatnonzero(employed)
    ceiling = max(1.0, float(numbers.largest_share) * len(workers))
    weights = np.minimum(sizes.astype(np.float64), ceiling)
    size = np.minimum(filled(weights, len(workers)), int(numbers.employees_most))
    places = np.repeat(np.arange(many), size)
    slots = np.arange(len(places))
    near = entity_uniforms(slots, seed, "society/work/near") < numbers.works_near
    # A place that is not filled from its region stands, for the matching, where nobody lives.
    stands = np.where(near, seats[places].astype(np.int64), 1 + int(seats.max(initial=0)))
    found = matched(
        region[workers].astype(np.int64), entity_uniforms(workers, seed, "society/work/person"),
        stands, entity_uniforms(slots, seed, "society/work/place"),
    )  # fmt: skip
    people = np.arange(len(employed))
    last = entity_uniforms(people, seed, "society/work/last")
    # Whoever has no job now, and whoever is one too many for the largest firms, draws one by size.
    room = np.where(size < int(numbers.employees_most), weights, 0)
    reached = np.cumsum(room) / room.sum()
    employer = np.minimum(np.searchsorted(reached, last, side="right"), many - 1)
    placed = found >= 0
    employer[workers[placed]] = places[found[placed]]
    first = np.full(many, -1, dtype=np.int64)
    first[employer[workers[::-1]]] = workers[::-1]
    counted = np.bincount(employer[workers], minlength=many)
    return Work(counted.astype(np.int64), employer.astype(np.int64), first)
