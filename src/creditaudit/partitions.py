"""The score as a chain of places, and how to cut the chain into fewer pieces."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from creditaudit.bins import MISSING, UNDER, ScoreBins
from creditaudit.values import Codes, Floats

_TOLERANCE = 1e-6
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Chain:
    """Places of a score from end to end: people without one, under the edges, the bins, over them.

    People without a score stand beside the lowest scores, so that they can be merged with them.

    Attributes
    ----------
    bins : ScoreBins or None
    codes : int64 array of shape (n_places,)
        The bin of each place.
    starts : float array of shape (n_places,)
        The score from which on a place begins; -inf for the first two. Between exact values it is
        the roundest number there is, as an edge that is one person's score would tell it.
    """

    bins: ScoreBins | None
    codes: Codes
    starts: Floats

    @classmethod
    def of(cls, bins: ScoreBins | None) -> "Chain":
        """Return the chain of some bins; of one place when there is no score."""
        if bins is None or (bins.exact and not len(bins)):
            return cls(bins, np.array([MISSING]), np.array([-np.inf]))
        lowest = [-np.inf, -np.inf]
        if bins.exact:
            codes = np.arange(-1, len(bins))
            starts = [*lowest, *roundest(bins.values[:-1], bins.values[1:])]
        else:
            codes = np.array([MISSING, UNDER, *range(len(bins) + 1)])
            starts = [*lowest, *bins.values[:-1], np.nextafter(bins.values[-1], np.inf)]
        return cls(bins, codes, np.array(starts))

    def __len__(self) -> int:
        return len(self.codes)

    def places(self, codes: Codes) -> Codes:
        """Return the places of bins."""
        if self.bins is None or self.bins.exact:
            return codes + 1
        return np.where(codes == MISSING, 0, np.where(codes == UNDER, 1, codes + 2))

    def place_of(self, scores: Floats) -> Codes:
        """Return the places in which scores lie."""
        return np.maximum(np.searchsorted(self.starts, scores, side="right") - 1, 1)

    def merged(self, blocks: Codes, used: npt.NDArray[np.bool_]) -> tuple[ScoreBins, Codes, Spans]:
        """Return the bins after merging, the new bin of each place, and what each bin spans.

        Parameters
        ----------
        blocks : int64 array of shape (n_places,)
            Rising; places with the same number become one bin.
        used : bool array of shape (n_places,)
            Places where there are people. Exact values without any are not told.
        """
        assert self.bins is not None
        if len(self) < 2 or (np.diff(blocks) > 0).all():
            return self._as_they_are(used)
        cuts = np.flatnonzero(np.diff(blocks)) + 1
        ends = [(int(a), int(b) - 1) for a, b in pairwise([0, *cuts, len(self)])]
        unscored = ends[0][1] > 0
        # The places under the first edge and over the last one, alone or with bins merged to them.
        under = unscored or not self.bins.exact
        over = not self.bins.exact
        new = np.full(len(self), MISSING)
        outer = [ends.pop(0)]
        outer = outer if unscored else [ends.pop(0)] if under else []
        for first, last in outer:
            new[first : last + 1] = UNDER
        edges = [float(self.starts[first]) for first, _ in ends]
        half_open = False
        if over and ends:
            first, last = ends.pop()
            new[first : last + 1] = len(ends)
            half_open = first < last or not ends
            edges[-1] = float(self.starts[first]) if half_open else float(self.bins.values[-1])
            if not ends and not used[first:].any():
                edges = []
        elif ends:
            low, high = self._around(edges[-1])
            edges = [*(edges if under else [low, *edges[1:]]), high]
        for code, (first, last) in enumerate(ends):
            new[first : last + 1] = code
        spans = tuple((int(self.codes[first]), int(self.codes[last])) for first, last in ends)
        # Where all is one bin it goes under the highest number there is, as infinity is no JSON.
        found = np.array(edges or [np.finfo(np.float64).max])
        return ScoreBins(found, False, half_open or not edges, unscored), new, spans

    def _around(self, inner: float) -> tuple[float, float]:
        """Return round numbers a little outside of all exact scores, the last above ``inner``."""
        assert self.bins is not None
        signs, ends = np.array([1.0, -1.0]), self.bins.values[[0, -1]]
        reach = (ends[1] - ends[0]) / 20 if np.isfinite(ends).all() else 0.0
        ends = np.nan_to_num(ends)  # infinity is no JSON
        low, high = roundest(ends * signs - reach, ends * signs) * signs
        if high <= inner:
            high = roundest(np.array([inner]), np.array([inner + reach]))[0]
        return float(low), float(high)

    def _as_they_are(self, used: npt.NDArray[np.bool_]) -> tuple[ScoreBins, Codes, Spans]:
        assert self.bins is not None
        if not self.bins.exact:
            return self.bins, self.codes, tuple((k, k) for k in range(len(self.bins)))
        kept = used[1:]
        new = np.concatenate([[MISSING], np.cumsum(kept) - 1])
        return ScoreBins(self.bins.values[kept], exact=True), new, ()


def roundest(low: Floats, high: Floats) -> Floats:
    """Return for each pair the number above ``low``, at most ``high``, of the fewest digits."""
    with np.errstate(over="ignore", invalid="ignore"):
        reach = np.maximum(1, np.abs(np.where(np.isfinite(low), low, high)))
        low, high = (
            np.where(np.isfinite(low), low, high - reach),
            np.where(np.isfinite(high), high, low + reach),
        )
        found = high.copy()
        for decimals in range(15, -16, -1):
            near = np.round(high, decimals)
            for number in (near - 10.0**-decimals, near):
                shown = np.round(number, decimals)
                inside = (shown > low) & (shown <= high)
                found = np.where(inside, shown, found)
    return found + 0.0


def small(counts: Floats, least: float) -> npt.NDArray[np.bool_]:
    """Whether numbers of people are neither none nor enough; for differences, in absolute value."""
    sizes = np.abs(counts)
    return np.asarray((sizes > _TOLERANCE) & (sizes < least - _TOLERANCE))


def finest(rows: Floats, people: Floats, least: float) -> Codes | None:
    """Return the finest cut of a chain into blocks in which no row has too few people.

    Parameters
    ----------
    rows : float array of shape (n_rows, n_places)
        People of each row by place; differences may be negative.
    people : float array of shape (n_places,)
        Everyone by place.
    least : float
        In a block every row has nobody, or so many.

    Returns
    -------
    int64 array of shape (n_places,) or None
        The block of each place. None when even one block of all places has a small row.

    Notes
    -----
    Of all such cuts, the one with the least sum of squared shares of people, found by dynamic
    programming: of two people drawn, the fewest are in one block.
    """
    places = len(people)
    sums = np.concatenate([np.zeros((1, len(rows))), np.cumsum(rows, axis=1).T])
    total = np.concatenate([[0.0], np.cumsum(people)])
    share = total / max(total[-1], 1.0)
    cost, start = np.full(places + 1, np.inf), np.zeros(places + 1, dtype=np.int64)
    cost[0] = 0.0
    for end in range(1, places + 1):
        allowed = np.isfinite(cost[:end])
        allowed[allowed] = ~small(sums[end] - sums[:end][allowed], least).any(axis=1)
        # The last term keeps empty places apart, which costs nothing.
        reached = np.where(allowed, cost[:end] + (share[end] - share[:end]) ** 2 - 1e-12, np.inf)
        start[end] = int(reached.argmin())
        cost[end] = reached[start[end]]
    if not np.isfinite(cost[-1]):
        return None
    blocks, end = np.zeros(places, dtype=np.int64), places
    while end > 0:
        blocks[: start[end]] -= 1
        end = int(start[end])
    return np.asarray(blocks - blocks[0])


def detail(people: Floats, blocks: Codes) -> float:
    """Return the number of equally filled blocks that would tell as much about a score.

    Notes
    -----
    1 / sum of squared shares, with the shares of the blocks among all people.
    """
    sums = np.bincount(blocks, weights=people)
    squares = float((sums**2).sum())
    return float(sums.sum() ** 2 / squares) if squares > 0 else 1.0
