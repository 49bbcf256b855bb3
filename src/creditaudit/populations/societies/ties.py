"""Ties between people and firms as one table of two numbers and a kind."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from creditaudit.populations.graphs import Array
from creditaudit.populations.randomness import BLOCK
from creditaudit.populations.societies.households import Homes, Whole
from creditaudit.populations.societies.matching import distinct
from creditaudit.vocabulary import load_vocabulary

RELATIONS = (
    "household", "kin", "employment", "ownership", "representation", "guarantee", "contact",
)  # fmt: skip
# Ties that hold both ways are there twice, once from each side.
BOTH_WAYS = ("household", "kin", "contact")
Pairs = tuple[Whole, Whole]


def household_pairs(homes: Homes, block: int) -> Pairs:
    """Return everyone who lives together, both ways, as person numbers."""
    listed = np.argsort(homes.house, kind="stable")
    house = homes.house[listed]
    first: list[Array] = []
    second: list[Array] = []
    for step in range(1, int(homes.size.max(initial=1))):
        together = np.flatnonzero(house[step:] == house[:-step])
        first.append(listed[together])
        second.append(listed[together + step])
    one = np.concatenate([*first, *second]) if first else np.empty(0, dtype=np.int64)
    two = np.concatenate([*second, *first]) if first else np.empty(0, dtype=np.int64)
    return one + block * BLOCK, two + block * BLOCK


def ties_frame(pairs: Mapping[str, Pairs]) -> pd.DataFrame:
    """Return ties of several kinds as one table, by kind and then by number.

    Parameters
    ----------
    pairs : mapping of str to two arrays of int64
        Kind -> where its ties start and where they end.

    Returns
    -------
    frame
        ``src, dst`` (int64) and ``relation`` (categorical); no tie is there twice.
    """
    sources, ends, kinds = [], [], []
    levels = load_vocabulary()["relation"].levels
    for relation in RELATIONS:
        if relation not in pairs:
            continue
        src, dst = pairs[relation]
        wide = 1 + int(dst.max(initial=0))
        key = distinct(src * wide + dst)
        start, end = np.divmod(key, wide)
        sources.append(start)
        ends.append(end)
        kinds.append(np.full(len(key), levels.index(relation), dtype=np.int8))
    codes = np.concatenate(kinds) if kinds else np.empty(0, dtype=np.int8)
    none = np.empty(0, dtype=np.int64)
    return pd.DataFrame(
        {
            "src": np.concatenate([none, *sources]),
            "dst": np.concatenate([none, *ends]),
            "relation": pd.Categorical.from_codes(codes, categories=list(levels)),
        }
    )


def both_ways(pairs: Pairs) -> Pairs:
    """Return pairs and the same pairs the other way round."""
    one, two = pairs
    return np.concatenate([one, two]), np.concatenate([two, one])
