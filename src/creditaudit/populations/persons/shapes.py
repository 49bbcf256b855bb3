"""From noise to counts, levels and chances: the shapes that formulas of columns share."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditaudit.populations.graphs import Array, Compute, Node

Floats = NDArray[np.float64]
MISSING_LEVEL = -1
FEW = 0.15


def declare(nodes: list[Node]) -> Callable[..., Callable[[Compute], Compute]]:
    """Return a decorator that adds a function to a list of nodes.

    The function gets the parents' values, the noise, the numbers of the pack and the knobs, in this
    order; formulas call them v, z, p and b.
    """

    def node(
        name: str, parents: str = "", *, formula: str, unit: str = "", decimals: int | None = None,
        levels: Sequence[str] = (), idle: Mapping[str, str] = MappingProxyType({}),
    ) -> Callable[[Compute], Compute]:  # fmt: skip
        def added(compute: Compute) -> Compute:
            nodes.append(
                Node(
                    name, tuple(parents.split()), compute, formula, unit=unit,
                    levels=tuple(levels), decimals=decimals, idle=idle,
                )
            )  # fmt: skip
            return compute

        return added

    return node


def expit(log_odds: Array) -> Floats:
    """Return the probability with these log-odds."""
    shrunk: Floats = np.exp(-log_odds)
    shrunk += 1
    return np.divide(1, shrunk, out=shrunk)


def flag(condition: Array) -> NDArray[np.int8]:
    """Return 1 where something holds and 0 elsewhere."""
    return np.asarray(condition, dtype=np.int8)


def levels(uniform: Array, shares: Array) -> NDArray[np.int8]:
    """Return the code of the level that each uniform number falls into, given the shares."""
    codes = np.zeros(len(uniform), dtype=np.int8)
    for edge in np.cumsum(shares)[:-1] / np.sum(shares):
        codes += uniform > edge
    return codes


def banded(uniform: Array, shares: Array, edges: Array) -> Floats:
    """Return the value at each quantile, uniform within bands that hold these shares."""
    reached = np.append(0, np.cumsum(shares) / np.sum(shares))
    slopes = np.diff(edges) / np.diff(reached)
    starts = edges[:-1] - slopes * reached[:-1]
    band = levels(uniform, shares).astype(np.intp)
    values: Floats = slopes.take(band)
    values *= uniform
    values += starts.take(band)
    return values


def ranked(latent: Array, edges: Array) -> NDArray[np.int8]:
    """Return how many edges each latent value is above."""
    codes = np.zeros(len(latent), dtype=np.int8)
    for edge in edges:
        codes += latent > edge
    return codes


def poisson(uniform: Array, mean: Array, most: int) -> Floats:
    """Return the Poisson count at each quantile, with this mean and cut off at ``most``.

    By the inverse of the distribution function, so that a higher mean never lowers the count of
    the same person.
    """
    chance: Floats = np.exp(-mean)
    count, reached, k = np.zeros(len(chance)), chance.copy(), 0
    more = uniform > reached
    # Picking out those whose count may still grow pays once they are few.
    while k < most and np.count_nonzero(more) > FEW * len(chance):
        k += 1
        count += more
        chance *= mean
        chance /= k
        reached += chance
        np.greater(uniform, reached, out=more)
    left: NDArray[np.intp] = np.flatnonzero(more)
    uniform, mean = uniform.take(left), mean.take(left)
    chance, reached = chance.take(left), reached.take(left)
    while k < most and len(left):
        k += 1
        count[left] = k
        chance *= mean
        chance /= k
        reached += chance
        still = np.flatnonzero(uniform > reached)
        left, uniform, mean = left.take(still), uniform.take(still), mean.take(still)
        chance, reached = chance.take(still), reached.take(still)
    return count


def thinned(share: Array, left_out: float, weighs_here: bool) -> Array:
    """Return a group's share of the table when part of the group is left out of it."""
    if not weighs_here:
        return share
    return share * (1 - left_out) / (1 - share * left_out)


def unknown_unless(known: Array, values: Array) -> Floats:
    """Return the values, with NaN where they are not known."""
    unknown = ~np.asarray(known, dtype=np.bool_)
    marked: Floats = np.empty(unknown.shape)
    marked[:] = values
    bits = marked.view(np.int64)
    # A number whose bits are all ones is NaN; a choice between two would cost six times as much.
    bits |= _all_ones(unknown)
    return marked


def only_at(places: Array, values: Array, size: int) -> Floats:
    """Return so many values, NaN but in these places."""
    spread = np.full(size, np.nan)
    spread[places] = values
    return spread


def filled(values: Array, instead: Array | float = 0.0) -> Floats:
    """Return the values, with another number where they are NaN."""
    missing = np.isnan(values)
    kept: Floats = np.array(values, dtype=np.float64)
    bits = kept.view(np.int64)
    bits &= ~_all_ones(missing)
    if np.any(instead):
        kept += instead * missing
    return kept


def level_if(known: Array, codes: Array) -> NDArray[np.int8]:
    """Return the codes, with -1 where the level is not known."""
    kept: NDArray[np.int8] = codes | -np.asarray(~known).view(np.int8)
    return kept


def _all_ones(where: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return -1, whose bits are all ones, where something holds and 0 elsewhere."""
    return (-where.view(np.int8)).astype(np.int64)


def pick(table: Any, codes: Array) -> Floats:
    """Return the entry of a table for each code; 0 for a code of -1."""
    extended = np.append(table, 0.0)
    return np.asarray(extended.take(codes.astype(np.intp)))
