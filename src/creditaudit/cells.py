"""The cells of a tally: rows of codes, and for each the three sums n, sum w, sum w squared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.values import Codes, Floats

# Names no column of a user can have: the fixed keys of every cell.
DECISION, OUTCOME, BIN, REPLICATE = "\0decision", "\0outcome", "\0bin", "\0replicate"
FIXED = (REPLICATE, BIN, OUTCOME, DECISION)
MAX_CELLS = 2_000_000
_DENSE = 1 << 22


@dataclass(frozen=True, eq=False)
class Cells:
    """Distinct combinations of codes with their sums.

    ``codes`` is an int64 array of shape (n_cells, n_columns), ``sums`` a float64 array of shape
    (n_cells, 3): people, sum of weights, sum of squared weights.
    """

    columns: tuple[str, ...]
    codes: Codes
    sums: Floats

    def __len__(self) -> int:
        return len(self.codes)

    def column(self, name: str) -> Codes:
        """Return the codes of one column."""
        return self.codes[:, self.columns.index(name)]

    def project(self, columns: Sequence[str]) -> "Cells":
        """Return the cells of fewer columns, the others summed out."""
        where = [self.columns.index(name) for name in columns]
        return compact(tuple(columns), self.codes[:, where], self.sums)

    def recode(self, targets: Mapping[str, Codes]) -> "Cells":
        """Return the cells with ``targets[column][code]`` for each code; negative codes stay."""
        codes = self.codes.copy()
        for where, name in enumerate(self.columns):
            if name in targets and len(targets[name]):
                old = codes[:, where]
                codes[:, where] = np.where(old >= 0, targets[name][old], old)
        return compact(self.columns, codes, self.sums)

    def with_column(self, name: str, values: Codes) -> "Cells":
        """Return the cells with one column set anew."""
        codes = self.codes.copy()
        codes[:, self.columns.index(name)] = values
        return compact(self.columns, codes, self.sums)


def count_rows(
    columns: Sequence[str], arrays: Sequence[Codes], weights: Floats | None, counts: Floats | None
) -> Cells:
    """Return the cells of a batch of rows.

    Parameters
    ----------
    columns : sequence of str
    arrays : sequence of int64 arrays of shape (n_rows,)
        Codes of each column; the lowest allowed is -2.
    weights : float array of shape (n_rows,), optional
        Survey weights; 1 when absent.
    counts : float array of shape (n_rows,), optional
        People each row stands for; 1 when absent. Not both.
    """
    index, offsets, sizes = _ravel(arrays)
    flat, position, rows = _distinct(index, sizes)

    def total(values: Floats) -> Floats:
        if position is None:
            return _added(index, values, 0)[flat]
        return _added(position, values, len(flat))

    n = rows.astype(np.float64) if counts is None else total(counts)
    w = n if weights is None else total(weights)
    w2 = n if weights is None else total(weights * weights)
    return Cells(tuple(columns), _unravel(flat, offsets, sizes), np.column_stack([n, w, w2]))


def compact(columns: Sequence[str], codes: Codes, sums: Floats) -> Cells:
    """Return the cells with equal codes added, in the order of their codes.

    Raises
    ------
    InputError
        If more than two million cells are left, naming the column with most values.
    """
    if len(codes) == 0:
        return Cells(tuple(columns), codes, sums)
    if codes.shape[1] == 0:
        return Cells(tuple(columns), codes[:1], sums.sum(axis=0, keepdims=True))
    index, offsets, sizes = _ravel(list(codes.T))
    flat, position, _ = _distinct(index, sizes)
    if position is None:
        position = np.searchsorted(flat, index)
    if len(flat) > MAX_CELLS:
        raise too_many_cells(columns, codes, len(flat))
    added = np.column_stack([_added(position, one, len(flat)) for one in sums.T])
    return Cells(tuple(columns), _unravel(flat, offsets, sizes), added)


def too_many_cells(columns: Sequence[str], codes: Codes, found: int) -> InputError:
    """Return the error for a cross-tabulation that is no summary any more."""
    names = [name.strip("\0") for name in columns]
    distinct = [len(np.unique(column)) for column in codes.T]
    most = int(np.argmax(distinct))
    return InputError(
        f"The groupings asked for make {found:,} cells or more; the limit is {MAX_CELLS:,}. "
        f"Column {names[most]!r} alone has {distinct[most]:,} values. Ask for fewer columns in "
        "one grouping, merge its values first, or use fewer score bins."
    )


def _added(position: npt.NDArray[np.int64], values: Floats, length: int) -> Floats:
    return np.asarray(np.bincount(position, weights=values, minlength=length), dtype=np.float64)


def _ravel(arrays: Sequence[Codes]) -> tuple[Codes, list[int], list[int]]:
    """Return one index for each row, with the offsets and sizes that undo it."""
    offsets = [int(a.min()) if len(a) else 0 for a in arrays]
    sizes = [
        int(a.max()) - low + 1 if len(a) else 1 for a, low in zip(arrays, offsets, strict=True)
    ]
    space = float(np.prod(sizes, dtype=np.float64))
    if space >= 2**62:
        msg = (
            "The groupings asked for cross too many values. Ask for fewer columns in one grouping."
        )
        raise InputError(msg)
    index = np.zeros(len(arrays[0]) if arrays else 0, dtype=np.int64)
    for codes, low, size in zip(arrays, offsets, sizes, strict=True):
        if size > 1:
            index *= size
            index += codes
            if low:
                index -= low
    return index, offsets, sizes


def _distinct(
    index: Codes, sizes: Sequence[int]
) -> tuple[Codes, npt.NDArray[np.intp] | None, npt.NDArray[np.intp]]:
    """Return the distinct indices, the position of each row among them, and rows per index.

    Positions are left out where the space is small enough to be indexed directly.
    """
    if np.prod(sizes, dtype=np.float64) <= _DENSE:
        rows = np.bincount(index)
        flat = np.flatnonzero(rows)
        return flat, None, rows[flat]
    flat, position, rows = np.unique(index, return_inverse=True, return_counts=True)
    return flat, position, rows


def _unravel(flat: Codes, offsets: Sequence[int], sizes: Sequence[int]) -> Codes:
    codes = np.empty((len(flat), len(sizes)), dtype=np.int64)
    rest = flat
    for place in range(len(sizes) - 1, -1, -1):
        rest, codes[:, place] = np.divmod(rest, sizes[place])
        codes[:, place] += offsets[place]
    return codes
