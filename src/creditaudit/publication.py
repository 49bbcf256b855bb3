"""What was merged, dropped and left out so that a tally could be published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from creditaudit.bins import ScoreBins
from creditaudit.values import Level

OTHER = "(other)"


@dataclass(frozen=True)
class Publication:
    """The record of a published tally.

    Attributes
    ----------
    min_cell : int
        No published cell, and none that can be derived, is about fewer people.
    edges : tuple of float or None
        The edges before merging: every one of them can still be a cut-off. None without a score,
        and where every distinct score was a bin: those are people's own scores, so they are not
        told, and any number can be a cut-off.
    spans : tuple of (int, int) or None
        For each published bin the first and last bin it was made of. Bins before these are
        counted under the first published edge, bins after them over the last.
    other : mapping of str to tuple
        By column, the levels that went to "(other)"; None among them is people without one.
    dropped : tuple of tuple of str
        Groupings that were asked for and are not there, or only in part.
    sentences : tuple of str
        All of it in words, for reports.
    """

    min_cell: int
    edges: tuple[float, ...] | None = None
    spans: tuple[tuple[int, int], ...] | None = None
    other: Mapping[str, tuple[Level, ...]] = field(default_factory=dict)
    dropped: tuple[tuple[str, ...], ...] = ()
    sentences: tuple[str, ...] = ()

    def sides(self, bins: ScoreBins, cutoff: float) -> tuple[int, int]:
        """Return the first bin not wholly below a cut-off and the first wholly at or above it.

        Raises
        ------
        InputError
            If the cut-off is none of the edges before merging; the nearest are named.
        """
        if self.edges is not None:
            ScoreBins(np.array(self.edges), exact=False).first_at_or_above(cutoff)
        return bins.sides(cutoff)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "min_cell": self.min_cell,
            "edges": None if self.edges is None else list(self.edges),
            "spans": None if self.spans is None else [list(span) for span in self.spans],
            "other": {name: list(levels) for name, levels in self.other.items()},
            "dropped": [list(grouping) for grouping in self.dropped],
            "sentences": list(self.sentences),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Publication":
        """Return the record that `to_dict` wrote."""
        edges, spans = plain["edges"], plain["spans"]
        return cls(
            min_cell=int(plain["min_cell"]),
            edges=None if edges is None else tuple(map(float, edges)),
            spans=None if spans is None else tuple((int(a), int(b)) for a, b in spans),
            other={name: tuple(levels) for name, levels in plain["other"].items()},
            dropped=tuple(map(tuple, plain["dropped"])),
            sentences=tuple(map(str, plain["sentences"])),
        )
