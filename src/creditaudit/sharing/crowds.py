"""People and firms in groups, and sums of what reaches them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.sharing.spreading import Reach

Masks = NDArray[np.uint64]
Floats = NDArray[np.float64]
ALL_OF_THEM = "all"
NOT_RECORDED = "not recorded"

SUMS = (
    "people", "with_finding", "listed", "touched", "touched_innocent", "refused_by_all",
    "findings", "refusals", "findings_squared", "refusals_squared", "products",
)  # fmt: skip
"""What is summed over each group; the last three are for ranges."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """People, or firms: which numbers they have and which group each is in.

    Attributes
    ----------
    entities : {"people", "firms"}
    place : slice
        Their numbers.
    columns : mapping of str to (codes, words)
        Group columns, each with a code for everyone and the words of the codes.
    """

    entities: str
    place: slice
    columns: Mapping[str, tuple[NDArray[Any], tuple[str, ...]]]

    @property
    def cells(self) -> tuple[tuple[str, str, str], ...]:
        """Everyone, then each group: ``(entities, by, group)``, in the order of `sums`."""
        rows = [(self.entities, ALL_OF_THEM, ALL_OF_THEM)]
        rows += [
            (self.entities, by, word) for by, (_, words) in self.columns.items() for word in words
        ]
        return tuple(rows)


_CROWDS: "WeakKeyDictionary[Any, tuple[Crowd, Crowd]]" = WeakKeyDictionary()


def crowds_of(world: Any) -> tuple[Crowd, Crowd]:
    """Return the people and the firms of a society in the groups that their roles name."""
    if world not in _CROWDS:
        ends = (slice(0, world.first_firm), slice(world.first_firm, None))
        parts = (("people", world.people), ("firms", world.firms))
        _CROWDS[world] = tuple(  # type: ignore[assignment]
            Crowd(name, place, {
                by: _coded(part.frame[by]) for by in part.roles.groups if by in part.frame
            })
            for (name, part), place in zip(parts, ends, strict=True)
        )  # fmt: skip
    return _CROWDS[world]


def _coded(column: pd.Series) -> tuple[NDArray[Any], tuple[str, ...]]:
    codes, levels = pd.factorize(column, sort=True)
    words = tuple(map(str, levels))
    if (codes < 0).any():
        codes, words = np.where(codes < 0, len(words), codes), (*words, NOT_RECORDED)
    return codes.astype(np.int16), words


def sums(crowd: Crowd, own: Masks, reach: Reach, deniers: int) -> Floats:
    """Return what reaches each group.

    Parameters
    ----------
    crowd : Crowd
    own : array of uint64, length n
        Findings before anything is shared.
    reach : Reach
    deniers : int
        The agencies that refuse something to whoever is on their list, as bits.

    Returns
    -------
    array of float, shape (n_cells, n_sums)
        Rows as `Crowd.cells`, columns as `SUMS`.
    """
    own, refusing = own[crowd.place], np.uint64(deniers)
    masks = reach.masks[:, crowd.place]
    touched = (masks != 0).any(axis=0) if len(masks) > 1 else masks[0] != 0
    some = np.flatnonzero(touched)
    theirs, lists = own[some], masks[0, some]
    found = np.bitwise_count(theirs).astype(float)
    refused = np.bitwise_count(lists & refusing).astype(float)
    everything = (lists & refusing == refusing) if deniers else np.zeros(len(some), bool)
    each = np.column_stack([
        theirs != 0, lists != 0, np.ones(len(some)), theirs == 0, everything, found, refused,
        found**2, refused**2, found * refused,
    ])  # fmt: skip
    n = len(own)
    rows = [np.concatenate([[n], each.sum(axis=0)])[None]]
    for codes, words in crowd.columns.values():
        here = codes[some]
        size = np.bincount(codes, minlength=len(words))[:, None]
        parts = [
            np.bincount(here, weights=column, minlength=len(words))[:, None] for column in each.T
        ]
        rows.append(np.hstack([size, *parts]))
    return np.vstack(rows)
