"""How many people the inputs of each coalition tell from everybody else."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from creditaudit.sharing.packed_keys import PackedKey, packed
from creditaudit.sharing.quasi_identifiers import QuasiIdentifier
from creditaudit.sharing.valued_people import ValuedPeople
from creditaudit.values import Floats


def exposed_shares(people: ValuedPeople, *, with_base: bool = True) -> Floats:
    """Return the share of people who are alone with their values, in each coalition.

    Parameters
    ----------
    people : ValuedPeople
    with_base : bool
        Whether every coalition has the columns of the base.

    Returns
    -------
    array of shape (2**n_sectors,)
        In the order of a game: 0 without columns. Numbers with a fraction are cut into 20 bands.
    """
    own = people.columns
    sectors = [_one(people.frame, own.inputs[sector]) for sector in own.sectors]
    start = packed(people.frame, own.base if with_base else ()).renumbered()
    found = np.empty(1 << len(sectors))
    for coalition, share in _shares(start, sectors, len(sectors), 0):
        found[coalition] = share
    return found


def _one(frame: pd.DataFrame, columns: Sequence[str]) -> QuasiIdentifier:
    key = packed(frame, columns).renumbered()
    return QuasiIdentifier("", key.values, key.size, "")


def _shares(
    key: PackedKey, sectors: Sequence[QuasiIdentifier], upto: int, coalition: int
) -> Iterator[tuple[int, float]]:
    """Yield this coalition, then all that lower players make larger: one key a depth is held."""
    sizes = key.class_sizes()
    yield coalition, float((sizes == 1).sum() / len(key.values))
    for i in range(upto):
        yield from _shares(key.joined(sectors[i]).renumbered(), sectors, i, coalition | 1 << i)
