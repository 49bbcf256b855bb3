"""The counts of a tally that are known within bounds only, and the totals they make."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import block_array

from creditaudit.cells import REPLICATE, Cells
from creditaudit.errors import BoundedCounts
from creditaudit.polytopes import Polytope, membership, without
from creditaudit.values import Codes, Floats


@dataclass(frozen=True, eq=False)
class CountBounds:
    """Open counts: where each belongs, and every way in which they can be filled.

    The cells of a tally hold the counts that are told, and people of open counts in none of them.

    Attributes
    ----------
    columns : tuple of str
        Every key of the tally, and the fixed keys.
    codes : int64 array of shape (n_counts, n_columns)
        Several open counts may belong to one cell.
    counts : Polytope
        Their bounds, and the totals that tie them to each other.
    """

    columns: tuple[str, ...]
    codes: Codes
    counts: Polytope

    def __len__(self) -> int:
        return len(self.codes)

    def places(self, columns: Sequence[str]) -> Codes:
        """Return the codes of some columns; no count of people is replicated."""
        none = np.full(len(self), -1, dtype=np.int64)
        named = [none if c == REPLICATE else self.codes[:, self.columns.index(c)] for c in columns]
        return np.column_stack(named) if named else np.empty((len(self), 0), dtype=np.int64)

    def keep(self, columns: Sequence[str]) -> "CountBounds":
        """Return the counts without some of the columns."""
        kept = tuple(name for name in self.columns if name in columns)
        return replace(self, columns=kept, codes=self.places(kept))

    def recode(self, targets: Mapping[str, Codes]) -> "CountBounds":
        """Return the counts with ``targets[column][code]`` for each code; negative codes stay."""
        codes = self.codes.copy()
        for where, name in enumerate(self.columns):
            if name in targets and len(targets[name]):
                old = codes[:, where]
                codes[:, where] = np.where(old >= 0, targets[name][old], old)
        return replace(self, codes=codes)

    def with_column(self, name: str, values: Codes) -> "CountBounds":
        """Return the counts with one column set anew."""
        codes = self.codes.copy()
        codes[:, self.columns.index(name)] = values
        return replace(self, codes=codes)

    def joined(self, other: "CountBounds") -> "CountBounds":
        """Return both, of different people: neither ties the other."""
        a, b = self.counts, other.counts
        return CountBounds(
            self.columns,
            np.concatenate([self.codes, other.places(self.columns)]),
            Polytope(
                np.concatenate([a.low, b.low]), np.concatenate([a.high, b.high]),
                block_array([[a.members, None], [None, b.members]], format="csr"),
                np.concatenate([a.total_low, b.total_low]),
                np.concatenate([a.total_high, b.total_high]), a.whole and b.whole,
            ),
        ).in_order()  # fmt: skip

    def spans(self, cells: Cells) -> tuple[Floats, Floats]:
        """Return the fewest and the most people of the open counts in each of some cells."""
        low, high = np.zeros(len(cells)), np.zeros(len(cells))
        for cell, counts in self._by_cell(cells):
            low[cell], high[cell] = self.counts.reach(counts)
        return low, high

    def settle(self, cells: Cells) -> Cells:
        """Return the cells with the open counts added, where their sums are certain.

        Raises
        ------
        BoundedCounts
            If the number of people in any of these cells is not certain.
        """
        low, high = self.spans(cells)
        unsure = np.flatnonzero(~np.isclose(low, high, rtol=1e-9, atol=1e-6))
        if len(unsure):
            raise BoundedCounts.of(len(unsure), len(cells))
        return Cells(cells.columns, cells.codes, cells.sums + low[:, None])

    def _by_cell(self, cells: Cells) -> Iterator[tuple[int, Codes]]:
        both = np.concatenate([cells.codes, self.places(cells.columns)])
        _, where = np.unique(both, axis=0, return_inverse=True)
        where = where.reshape(-1)
        row_of = np.full(where.max(initial=-1) + 1, -1, dtype=np.int64)
        row_of[where[: len(cells)]] = np.arange(len(cells))
        yield from by_place(row_of[where[len(cells) :]])

    def in_order(self) -> "CountBounds":
        """Return the same in an order that does not depend on that of the table."""
        counts = self.counts
        size = np.diff(counts.members.indptr)
        ranks = _ranks(np.column_stack([counts.total_low, counts.total_high, size]))
        held = [sorted(ranks[one].tolist()) for one in _lists(counts.members.T.tocsr())]
        keys = [
            (*row, low, high, *of)
            for row, low, high, of in zip(
                self.codes.tolist(), counts.low.tolist(), counts.high.tolist(), held, strict=True
            )
        ]
        order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
        members = counts.members[:, order]
        members.sort_indices()
        parts = [tuple(one.tolist()) for one in _lists(members)]
        by_member = sorted(
            range(len(parts)), key=lambda t: (parts[t], counts.total_low[t], counts.total_high[t])
        )
        totals = np.array(by_member, dtype=np.int64)
        return CountBounds(
            self.columns, self.codes[order],
            Polytope(
                counts.low[order], counts.high[order], members[totals],
                counts.total_low[totals], counts.total_high[totals], counts.whole,
            ),
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; null is no upper end."""
        counts = self.counts
        return {
            "columns": list(self.columns),
            "codes": self.codes.tolist(),
            "low": counts.low.tolist(),
            "high": _plain(counts.high),
            "members": [one.tolist() for one in _lists(counts.members)],
            "total_low": counts.total_low.tolist(),
            "total_high": _plain(counts.total_high),
            "whole": counts.whole,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "CountBounds":
        """Return what `to_dict` wrote."""
        columns = tuple(map(str, plain["columns"]))
        codes = np.array(plain["codes"], dtype=np.int64).reshape(-1, len(columns))
        members = plain["members"]
        rows = np.repeat(np.arange(len(members)), [len(one) for one in members])
        counts = Polytope(
            np.array(plain["low"], dtype=np.float64), _endless(plain["high"]),
            membership(rows, np.concatenate([*members, []]).astype(np.int64),
                       (len(members), len(codes))),
            np.array(plain["total_low"], dtype=np.float64), _endless(plain["total_high"]),
            bool(plain["whole"]),
        )  # fmt: skip
        lengths = {len(codes), len(counts.low), len(counts.high)}
        if len(lengths) > 1 or len(counts.total_low) != len(counts.total_high):
            msg = "open counts and their bounds differ in number"
            raise ValueError(msg)
        return cls(columns, codes, counts)

    @classmethod
    def of(cls, columns: Sequence[str], codes: Codes, counts: Polytope) -> "CountBounds | None":
        """Return the counts that are open, or None where all are told.

        Parameters
        ----------
        columns : sequence of str
        codes : int64 array of shape (n_open, n_columns)
        counts : Polytope
            Of all counts, those told too; ``codes`` are of those whose ends differ, in order.
        """
        is_open = counts.low < counts.high
        if not is_open.any():
            return None
        told = counts.members @ np.where(is_open, 0.0, counts.low)
        members = without(counts.members, is_open)
        binding = np.diff(members.indptr) > 0
        return cls(
            tuple(columns), codes,
            Polytope(
                counts.low[is_open], counts.high[is_open], members[np.flatnonzero(binding)],
                (counts.total_low - told)[binding], (counts.total_high - told)[binding],
                counts.whole,
            ),
        ).in_order()  # fmt: skip


def by_place(places: Codes) -> Iterator[tuple[int, Codes]]:
    """Yield each place 0 or above with the positions that hold it."""
    order = np.argsort(places, kind="stable")
    for one in np.split(order, np.flatnonzero(np.diff(places[order])) + 1):
        if len(one) and places[one[0]] >= 0:
            yield int(places[one[0]]), one


def _lists(members: Any) -> list[Codes]:
    indices = members.indices.astype(np.int64)
    return np.split(indices, members.indptr[1:-1]) if members.shape[0] else []


def _ranks(rows: Floats) -> Codes:
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)


def _plain(values: Floats) -> list[float | None]:
    return [one if math.isfinite(one) else None for one in values.tolist()]


def _endless(values: Sequence[float | None]) -> Floats:
    return np.array([math.inf if one is None else one for one in values], dtype=np.float64)
