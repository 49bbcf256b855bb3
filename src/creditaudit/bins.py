"""How a score is cut into bins: edges that are part of a tally's identity."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.values import Floats

UNDER, MISSING = -2, -1
REFUSED, APPROVED, NONE = 0, 1, -1
# Codes of a decision that merged bins leave open: what it may be.
OPEN = {
    2: (REFUSED, APPROVED),
    3: (REFUSED, NONE),
    4: (APPROVED, NONE),
    5: (REFUSED, APPROVED, NONE),
}
ScoreBinning = int | Literal["exact"] | Sequence[float] | npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ScoreBins:
    """Bins of a score: either one for each distinct value, or the intervals between edges.

    Intervals are [a, b), the last one [a, b]. A score under the first edge is in bin -2, one over
    the last edge in bin ``len(self)``, a missing one in bin -1.

    Where bins were merged for publication, those at an end may have gone to the bin under the first
    edge or over the last one, which then stands further inside: with ``half_open`` a score at the
    last edge is over it, and with ``unscored`` people without a score are in bin -2.
    """

    values: Floats
    exact: bool
    half_open: bool = False
    unscored: bool = False

    def __len__(self) -> int:
        return len(self.values) if self.exact else len(self.values) - 1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ScoreBins):
            return NotImplemented
        return self._kind == other._kind and np.array_equal(self.values, other.values)

    @property
    def _kind(self) -> tuple[bool, bool, bool]:
        return self.exact, self.half_open, self.unscored

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
            return shown(self.values[code])
        if code == UNDER:
            whole = self.values[0] >= np.finfo(np.float64).max
            some = "any" if whole else f"under {shown(self.values[0])}"
            return f"{some} or missing" if self.unscored else some
        if code >= len(self):
            last = shown(self.values[-1])
            return f"{last} or over" if self.half_open else f"over {last}"
        close = "]" if code == len(self) - 1 and not self.half_open else ")"
        return f"[{shown(self.values[code])}, {shown(self.values[code + 1])}{close}"

    def first_at_or_above(self, cutoff: float) -> int:
        """Return the first bin that lies wholly at or above a cut-off.

        Raises
        ------
        InputError
            If the cut-off falls inside a bin, naming the edges on either side, or is no number.
        """
        _check_number(cutoff)
        if self.exact:
            return int(np.searchsorted(self.values, cutoff, side="left"))
        where = np.flatnonzero(self.values[:-1] == cutoff)
        if len(where):
            return int(where[0])
        below, above = (
            self.values[:-1][self.values[:-1] < cutoff],
            self.values[self.values > cutoff],
        )
        near = [shown(x) for x in (*below[-1:], *above[:1])]
        nearest = f"edges are {' and '.join(near)}" if len(near) > 1 else f"edge is {near[0]}"
        msg = (
            f"Cut-off {shown(cutoff)} falls inside a score bin. The nearest {nearest}. "
            "Use an edge, or make the tally with this one."
        )
        raise InputError(msg)

    @property
    def starts(self) -> Floats:
        """Where each bin begins, and the place over the last one; exact values themselves."""
        if self.exact:
            return self.values
        over = self.values[-1] if self.half_open else np.nextafter(self.values[-1], np.inf)
        return np.append(self.values[:-1], over)

    def sides(self, cutoff: float) -> tuple[int, int]:
        """Return the first bin not wholly below a cut-off and the first wholly at or above it.

        They are one unless the cut-off falls inside a bin.
        """
        _check_number(cutoff)
        above = int(np.searchsorted(self.starts, cutoff, side="left"))
        if self.exact or cutoff in self.starts:
            return above, above
        return (above - 1 if above else UNDER), above

    def decisions(
        self, codes: npt.NDArray[np.int64], sides: tuple[int, int], *, safer: bool
    ) -> npt.NDArray[np.int64]:
        """Return the decision in each bin for the `sides` of a cut-off; see `OPEN`."""
        low, high = sides
        above, below = (APPROVED, REFUSED) if safer else (REFUSED, APPROVED)
        found = np.where(codes >= high, above, np.where(codes >= low, 2, below))
        if self.unscored:
            # Codes 3, 4 and 5 are refused, approved and either, or none.
            found = np.where(codes == UNDER, found + 3, found)
        return np.where(codes == MISSING, NONE, found).astype(np.int64)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; floats round-trip."""
        plain: dict[str, Any] = {"exact": self.exact, "values": [float(x) for x in self.values]}
        return plain | {name: True for name in _MERGED if getattr(self, name)}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "ScoreBins":
        """Return the bins that `to_dict` wrote."""
        values = np.asarray(plain["values"], dtype=np.float64)
        return cls(values, bool(plain["exact"]), *(bool(plain.get(name)) for name in _MERGED))

    @classmethod
    def from_edges(cls, edges: Iterable[float] | str) -> "ScoreBins":
        """Return the intervals between at least two rising finite edges."""
        msg = (
            f"score_bins={edges!r} must be at least two finite edges, each higher than "
            'the one before; or an integer number of bins; or "exact".'
        )
        try:
            given = [] if isinstance(edges, str) else list(edges)
            values = np.asarray(given, dtype=np.float64) + 0.0  # -0.0 becomes 0.0
        except (TypeError, ValueError) as error:
            raise InputError(msg) from error
        several = values.ndim == 1 and len(values) > 1
        if not several or not np.isfinite(values).all() or not (np.diff(values) > 0).all():
            raise InputError(msg)
        return cls(values, exact=False)


def spread(low: float, high: float, number: int) -> ScoreBins:
    """Return ``number`` bins of equal width; the same arguments give the same edges everywhere.

    Inner edges are rounded to a millionth of the width, so that 0.3 is 0.3 and can be typed.
    """
    edges = np.linspace(low, high, number + 1)
    decimals = 6 - math.floor(math.log10((high - low) / number))
    if abs(decimals) <= 22:  # powers of ten are exact up to here
        edges[1:-1] = np.round(edges[1:-1], decimals)
    return ScoreBins.from_edges(edges)


_MERGED = ("half_open", "unscored")


def _check_number(cutoff: float) -> None:
    if math.isnan(cutoff):
        msg = "Cut-off nan is no number. Pass the score from which people are approved."
        raise InputError(msg)


def shown(value: float) -> str:
    """Return a number in the fewest digits that give the same number when typed."""
    return repr(float(value)).removesuffix(".0")
