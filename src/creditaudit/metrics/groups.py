"""A tally laid out by group: one dense block of sums for each group, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.bins import OPEN
from creditaudit.cells import BIN, DECISION, OUTCOME, REPLICATE, Cells
from creditaudit.polytopes import Polytope
from creditaudit.tally import By, Tally
from creditaudit.values import Codes, Floats

# Places on the axes of outcome and decision.
BAD, GOOD, UNKNOWN = 0, 1, 2
REFUSED, APPROVED, UNDECIDED = 0, 1, 2
KNOWN, DECIDED = (BAD, GOOD), (REFUSED, APPROVED)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class OpenCounts:
    """Counts known within bounds only, and where each belongs.

    Attributes
    ----------
    counts : Polytope
        Every way to fill them.
    group : int array of shape (n_counts,)
    places : tuple of int arrays of shape (n_counts,)
        For each axis the place on it.
    """

    counts: Polytope
    group: Codes
    places: tuple[Codes, ...]


@dataclass(frozen=True, eq=False)
class Groups:
    """Sums by group.

    Attributes
    ----------
    by : tuple of str
    keys : DataFrame of shape (n_groups, len(by))
        Sorted; people one of whose keys is missing come last.
    missing : bool array of shape (n_groups,)
        Groups in which a key is missing.
    n, w, w2 : float arrays of shape (n_groups, ...)
        Outcome axis: bad, good, unknown. Decision axis: refused, approved, none. Score axis:
        under, the bins, over, missing.
    left_out : float array of shape (n_replicates, n_groups, ...) or None
        Sums of weights without each replicate group of clusters that has people.
    open : mapping of int to float array of shape (3, n_groups, ...)
        Of the people without a decision above, those who have one that merging hid, by code of
        what it may be: n, w and w2 without the decision axis.
    within : OpenCounts or None
        Counts known within bounds only, which are in none of the sums.
    """

    by: tuple[str, ...]
    keys: pd.DataFrame
    missing: np.ndarray
    n: Floats
    w: Floats
    w2: Floats
    left_out: Floats | None
    open: Mapping[int, Floats] = field(default_factory=dict)
    within: OpenCounts | None = None

    def __len__(self) -> int:
        return len(self.keys)


def lay_out(tally: Tally, by: By, axes: tuple[str, ...], *, within_bounds: bool = False) -> Groups:
    """Return the groups of a tally with one array axis for each fixed key in ``axes``.

    Parameters
    ----------
    tally : Tally
    by : str, tuple of str or None
    axes : tuple of str
    within_bounds : bool
        Leave counts known within bounds only out of the sums and tell them apart; else an error.

    Raises
    ------
    BoundedCounts
    """
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    clustered = tally.roles.cluster is not None
    fixed = [*([REPLICATE] if clustered else []), *axes]
    bounds = tally.bounds if within_bounds else None
    cells = (tally if bounds is None else tally.told).select(names, fixed)
    codes = cells.codes[:, : len(names)]
    if bounds is not None:
        # Every open count has a cell of its own, of those told there: often nobody.
        codes = np.concatenate([codes, bounds.places(names)])
    distinct, where = _distinct_keys(codes, bool(names))
    where, group = where[: len(cells)], where[len(cells) :]
    shape = tuple(_size(tally, axis) for axis in axes)
    position = (where, *(_position(axis, cells.column(axis)) for axis in axes))
    sums = np.zeros((3, len(distinct), *shape))
    for place, one in enumerate(cells.sums.T):
        np.add.at(sums[place], position, one)
    left_out = None
    if clustered:
        used, replicate = np.unique(cells.column(REPLICATE), return_inverse=True)
        parts = np.zeros((len(used), len(distinct), *shape))
        np.add.at(parts, (replicate, *position), cells.sums[:, 1])
        left_out = sums[1] - parts
    missing = np.asarray((distinct < 0).any(axis=1))
    unclear = _open(cells, where, axes, sums.shape) if DECISION in axes else {}
    keys = tally.keys(names, distinct)
    within = None
    if bounds is not None:
        found = [bounds.places([axis])[:, 0] for axis in axes]
        # The last place stands as -1 there.
        places = tuple(
            _position(axis, codes) % size
            for axis, codes, size in zip(axes, found, shape, strict=True)
        )
        within = OpenCounts(bounds.counts, group, places)
    return Groups(names, keys, missing, sums[0], sums[1], sums[2], left_out, unclear, within)


def _open(
    cells: Cells, where: Codes, axes: tuple[str, ...], shape: tuple[int, ...]
) -> dict[int, Floats]:
    decision, at = cells.column(DECISION), 2 + axes.index(DECISION)
    found = {}
    for code in sorted(set(OPEN) & set(decision.tolist())):
        own = decision == code
        sums = np.zeros((*shape[:at], *shape[at + 1 :]))
        others = [cells.column(axis)[own] for axis in axes if axis != DECISION]
        position = (where[own], *map(_position, (x for x in axes if x != DECISION), others))
        for place, one in enumerate(cells.sums[own].T):
            np.add.at(sums[place], position, one)
        found[code] = sums
    return found


def _distinct_keys(codes: Codes, grouped: bool) -> tuple[Codes, Codes]:
    if not grouped:
        return np.empty((1, 0), dtype=np.int64), np.zeros(len(codes), dtype=np.int64)
    # Missing keys are coded -1; they belong at the end, in whichever column they are.
    last = np.iinfo(np.int64).max
    ordered = np.column_stack([(codes < 0).any(axis=1), np.where(codes < 0, last, codes)])
    distinct, where = np.unique(ordered, axis=0, return_inverse=True)
    found = distinct[:, 1:]
    return np.where(found == last, -1, found), where.reshape(-1)


def _size(tally: Tally, axis: str) -> int:
    return len(tally.bins) + 3 if axis == BIN and tally.bins is not None else 3


def _position(axis: str, codes: Codes) -> Codes:
    if axis in (OUTCOME, DECISION):
        return np.where(codes > 1, -1, codes)  # 0, 1, and -1: the last place
    return np.where(codes >= 0, codes + 1, np.where(codes == -2, 0, -1))
