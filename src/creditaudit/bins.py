"""How a score is cut into bins: edges that are part of a tally's identity."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.values import Floats

UNDER, MISSING = -2, -1
ScoreBinning = int | Literal["exact"] | Sequence[float] | npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ScoreBins:
    """Bins of a score: either one for each distinct value, or the intervals between edges.

    Intervals are [a, b), the last one [a, b]. A score under the first edge is in bin -2, one over
    the last edge in bin ``len(self)``, a missing one in bin -1.
    """

    values: Floats
    exact: bool

    def __len__(self) -> int:
        return len(self.values) if self.exact else len(self.values) - 1

    def __eq__(self, other: object) -> bool:
        same_kind = isinstance(other, ScoreBins) and self.exact == other.exact
        return same_kind and np.array_equal(self.values, other.values)  # type: ignore[union-attr]

    __hash__ = None  # type: ignore[assignment]

    def assign(self, scores: Floats) -> npt.NDArray[np.int64]:
        """Return the bin of each score; shape (n_rows,)."""
        if self.exact:
            found = np.searchsorted(self.values, scores, side="left")
        else:
            found = np.searchsorted(self.values, scores, side="right") - 1
            found[scores == self.values[-1]] = len(self) - 1
            found[found == -1] = UNDER
        found[np.isnan(scores)] = MISSING
        return found.astype(np.int64, copy=False)

    def label(self, code: int) -> str:
        """Return a bin in words, such as ``[300, 350)``."""
        if code == MISSING:
            return "missing"
        if self.exact:
            return f"{self.values[code]:g}"
        if code == UNDER:
            return f"under {self.values[0]:g}"
        if code >= len(self):
            return f"over {self.values[-1]:g}"
        close = "]" if code == len(self) - 1 else ")"
        return f"[{self.values[code]:g}, {self.values[code + 1]:g}{close}"

    def first_at_or_above(self, cutoff: float) -> int:
        """Return the first bin that lies wholly at or above a cut-off.

        Raises
        ------
        InputError
            If the cut-off falls inside a bin, naming the edges on either side.
        """
        if self.exact:
            return int(np.searchsorted(self.values, cutoff, side="left"))
        where = np.flatnonzero(self.values[:-1] == cutoff)
        if len(where):
            return int(where[0])
        below, above = (
            self.values[:-1][self.values[:-1] < cutoff],
            self.values[self.values > cutoff],
        )
        near = [f"{x:g}" for x in (*below[-1:], *above[:1])]
        msg = (
            f"Cut-off {cutoff:g} falls inside a score bin. The nearest edges are "
            f"{' and '.join(near)}. Use one of them, or make the tally with that edge."
        )
        raise InputError(msg)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; floats round-trip."""
        return {"exact": self.exact, "values": [float(x) for x in self.values]}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "ScoreBins":
        """Return the bins that `to_dict` wrote."""
        return cls(np.asarray(plain["values"], dtype=np.float64), bool(plain["exact"]))

    @classmethod
    def from_edges(cls, edges: Iterable[float]) -> "ScoreBins":
        """Return the intervals between at least two rising finite edges."""
        values = np.asarray(list(edges), dtype=np.float64)
        if len(values) < 2 or not np.isfinite(values).all() or not (np.diff(values) > 0).all():
            msg = (
                f"score_bins={values.tolist()} must be at least two finite edges, each higher than "
                'the one before; or an integer number of bins; or "exact".'
            )
            raise InputError(msg)
        return cls(values, exact=False)


def spread(low: float, high: float, number: int) -> ScoreBins:
    """Return ``number`` bins of equal width; the same arguments give the same edges everywhere."""
    if not low < high:
        return ScoreBins(np.array([low]), exact=True)
    return ScoreBins.from_edges(np.linspace(low, high, number + 1))
