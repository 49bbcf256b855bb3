"""Several columns as one whole number a row, so that people alike have the same one."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.sharing.quasi_identifiers import Bands, QuasiIdentifier, quasi_identifier
from creditaudit.values import Codes

LIMIT = 2**62
# Up to so many possible values, or four a row, counting by place is cheaper than sorting.
_COUNTED = 1 << 22


@dataclass(frozen=True, eq=False)
class PackedKey:
    """One whole number a row, equal for two rows where every column so far is.

    Attributes
    ----------
    values : int64 array of shape (n,)
    size : int
        Values lie from 0 to ``size - 1``.

    Notes
    -----
    A further column of L levels multiplies by L and adds its code, which is exact while the product
    stays under 2^62. Beyond, values are first numbered anew, by no more numbers than there are
    rows: still exact, and nothing is hashed.
    """

    values: Codes
    size: int

    @classmethod
    def empty(cls, rows: int) -> "PackedKey":
        """Return the key of no column: everybody is alike."""
        return cls(np.zeros(rows, dtype=np.int64), 1)

    def joined(self, column: QuasiIdentifier) -> "PackedKey":
        """Return the key with one more column."""
        start = self if self.size * column.levels < LIMIT else self.renumbered()
        values = start.values * column.levels
        values += column.codes
        return PackedKey(values, start.size * column.levels)

    def renumbered(self) -> "PackedKey":
        """Return the same classes with numbers from 0 on, without gaps."""
        codes, distinct = pd.factorize(self.values)
        return PackedKey(codes.astype(np.int64, copy=False), max(len(distinct), 1))

    def class_sizes(self) -> Codes:
        """Return how many people are in each class, in no order that means anything."""
        if self._few:
            counts = np.bincount(self.values, minlength=1)
            return np.asarray(counts[counts > 0], dtype=np.int64)
        ordered = np.sort(self.values)
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        return np.diff(np.append(starts, len(ordered)))

    def sizes_of_people(self) -> Codes:
        """Return for each person how many people, themselves among them, are alike."""
        key = self if self._few else self.renumbered()
        return np.asarray(np.bincount(key.values, minlength=1)[key.values], dtype=np.int64)

    @property
    def _few(self) -> bool:
        return self.size <= max(_COUNTED, 4 * len(self.values)) or not len(self.values)


def packed(frame: pd.DataFrame, columns: Iterable[str], bands: Bands | None = None) -> PackedKey:
    """Return the key of several columns of a frame.

    Raises
    ------
    MissingColumn
        If the frame lacks one.
    """
    key = PackedKey.empty(len(frame))
    for name in columns:
        key = key.joined(quasi_identifier(frame, name, (bands or {}).get(name)))
    return key


def unique_share(
    frame: pd.DataFrame, columns: Iterable[str], *, bands: Bands | None = None
) -> float:
    """Return the share of people whom these columns together tell from everybody else.

    Parameters
    ----------
    frame : DataFrame
        One row a person.
    columns : iterable of str
        Columns of the frame, or ``birth_year``, ``birth_month``, ``surname``, ``given_name``.
    bands : mapping, optional
        Column -> how it is cut, see `quasi_identifiers.quasi_identifier`. By default numbers with a
        fraction are cut into 20 bands of about as many people.

    Returns
    -------
    float
        0 to 1, of the table given; NaN without people.

    Raises
    ------
    MissingColumn
        If the frame lacks one.
    """
    if not len(frame):
        return float("nan")
    sizes = packed(frame, columns, bands).class_sizes()
    return float((sizes == 1).sum() / len(frame))
