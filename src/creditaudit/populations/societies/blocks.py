"""Work that is done block by block, on any number of threads, with one and the same result."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from creditaudit.populations.graphs import Array
from creditaudit.populations.randomness import BLOCK
from creditaudit.populations.worlds import World

Part = TypeVar("Part")


def each_block(n: int, work: Callable[[int], Part], workers: int) -> list[Part]:
    """Return what ``work`` gives for each block of ``n`` people, in order."""
    blocks = range(-(-n // BLOCK))
    if workers == 1 or len(blocks) == 1:
        return [work(block) for block in blocks]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, blocks))


def inside(n: int, block: int) -> int:
    """Return how many of a block's people are in a table of ``n``."""
    return min(n - block * BLOCK, BLOCK)


def everyone(world: World, n: int, wanted: Collection[str], workers: int) -> dict[str, Array]:
    """Return quantities of the first ``n`` people, as one array each; see `World.everyone`."""

    def values(block: int) -> dict[str, Array]:
        found, here = world.values(block, wanted), inside(n, block)
        return {name: found[name][:here] for name in wanted}

    return joined_arrays(each_block(n, values, workers))


def joined_arrays(parts: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """Return the arrays of several blocks end to end."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
