"""Pairs of two kinds of things: within their place as far as both are there, then across places."""

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Floats = NDArray[np.floating]


def rank_within(places: NDArray[np.integer], order: Floats) -> Whole:
    """Return the rank of each thing among those of its place, 0 for the first.

    Parameters
    ----------
    places : array of int, length n
        0 or more.
    order : array of float, length n
        Between 0 and 1; the smallest comes first.
    """
    by_place = np.argsort(places + order, kind="stable")
    counts = np.bincount(places, minlength=1)
    starts = np.cumsum(counts) - counts
    ranks = np.empty(len(places), dtype=np.int64)
    ranks[by_place] = np.arange(len(places)) - starts[places[by_place]]
    return ranks


def distinct(numbers: NDArray[np.int64]) -> Whole:
    """Return each number once, in order; by sorting, which beats a table of so many numbers."""
    ordered = np.sort(numbers)
    kept: Whole = ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
    return kept


def matched(
    places: NDArray[np.integer], order: Floats, other_places: NDArray[np.integer],
    other_order: Floats,
) -> Whole:  # fmt: skip
    """Return for each thing the index of the other that it is paired with, -1 for none.

    Parameters
    ----------
    places, other_places : arrays of int
        Where the things are, and where the others are; 0 or more.
    order, other_order : arrays of float
        Between 0 and 1: who comes first in a place.

    Returns
    -------
    array of int, one for each thing
        Nothing is paired twice, and as many are paired as there can be. Within a place the first
        are paired with the first; those left over are paired across places, by their order.
    """
    wide = int(max(places.max(initial=0), other_places.max(initial=0))) + 1
    first = np.argsort(places + order, kind="stable")
    second = np.argsort(other_places + other_order, kind="stable")
    here = np.bincount(places, minlength=wide)
    there = np.bincount(other_places, minlength=wide)
    both = np.minimum(here, there)
    ranks = np.arange(len(first)) - np.repeat(np.cumsum(here) - here, here)
    kept = ranks < np.repeat(both, here)
    other_ranks = np.arange(len(second)) - np.repeat(np.cumsum(there) - there, there)
    other_kept = other_ranks < np.repeat(both, there)
    paired = np.full(len(first), -1, dtype=np.int64)
    # Sorted by place and cut to the same number in each: the two lists run side by side.
    paired[first[kept]] = second[other_kept]
    left, other_left = first[~kept], second[~other_kept]
    left = left[np.argsort(order[left], kind="stable")]
    other_left = other_left[np.argsort(other_order[other_left], kind="stable")]
    many = min(len(left), len(other_left))
    paired[left[:many]] = other_left[:many]
    return paired


def filled(weights: Floats, total: int) -> Whole:
    """Return whole sizes in proportion to weights that add up to ``total``.

    Each is within 1 of its exact share: the shares are added up and each sum is rounded.
    """
    reached = np.rint(np.cumsum(weights) / weights.sum() * total).astype(np.int64)
    reached[-1] = total
    sizes: Whole = np.diff(reached, prepend=0)
    return sizes
