"""From bin to bin on a card: which moves there are, what they gain, what they cost."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.explain.actions import Actions
from creditaudit.explain.trees import Integers
from creditaudit.scorers.predicates import Interval, OneOf
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class Move:
    """One move out of a bin that gains points.

    Attributes
    ----------
    target : int
        Place of the bin it leads to.
    gain : float
        Points, above 0.
    cost : float
    """

    target: int
    gain: float
    cost: float


@dataclass(frozen=True, eq=False)
class CardMoves:
    """The moves on a card.

    Attributes
    ----------
    features : sequence
        Features of the card.
    moves : list of lists of lists of Move
        By feature and by the bin the person is in; none costs more than one that gains as much.
    """

    features: Sequence[Any]
    moves: list[list[list[Move]]]

    @classmethod
    def of(cls, card: Any, actions: Actions, background: pd.DataFrame | None) -> "CardMoves":
        """Return the moves that actions allow.

        Parameters
        ----------
        card : ScoreTable
        actions : Actions
        background : DataFrame or None
            Whose shares of people in bins the costs rest on; None takes those of the card.

        Notes
        -----
        The cost of moving a number is |log((1 - Q') / (1 - Q))|, where Q and Q' are the shares of
        people passed on the way, mid-ranked and with half a person added to each bin: the last
        steps into a tail where few people are cost most. A change of a value without order, or out
        of a missing one, costs 1. Each is multiplied by its weight.

        References
        ----------
        Ustun, B., Spangher, A., Liu, Y. (2019). Actionable recourse in linear classification. FAT*
        2019, 10-19.
        """
        made = []
        for feature in card.features:
            bins = feature.bins
            if background is None:
                counts = np.array([one.n for one in bins.bins])
            else:
                counts = np.bincount(bins.assign(background), minlength=len(bins.bins))
            made.append(_moves(feature, counts.astype(np.float64), actions))
        return cls(list(card.features), made)

    def places(self, people: pd.DataFrame) -> Integers:
        """Return the bin of each person on each feature; shape (n_rows, n_features)."""
        return np.column_stack([one.bins.assign(people).astype(np.int64) for one in self.features])

    def best_gains(self, places: Integers) -> Floats:
        """Return the most points each person can gain; shape (n_rows,).

        What a feature gains does not depend on the others, so this is exact.
        """
        total = np.zeros(len(places))
        for j, by_bin in enumerate(self.moves):
            best = np.array([max((move.gain for move in moves), default=0.0) for moves in by_bin])
            total += best[places[:, j]]
        return total

    def value(self, feature: int, source: int, target: int) -> Any:
        """Return the value that a move leads to: the nearest in the bin, in few digits."""
        bins = self.features[feature].bins
        holds = bins.bins[target].holds
        if not isinstance(holds, Interval):
            return holds.values[0] if holds.values else "any other"
        if bins.kind == "truth":
            return holds.low >= 1
        if target < source or holds.low == -math.inf:
            return _just_below(holds.low, holds.high)
        return holds.low


def _moves(feature: Any, counts: Floats, actions: Actions) -> list[list[Move]]:
    bins, points, name = feature.bins, feature.points, feature.feature
    weight = actions.weight.get(name, 1.0)
    holds = [one.holds for one in bins.bins]
    ordered = [place for place, one in enumerate(holds) if isinstance(one, Interval)]
    if not ordered:
        actions.ordered(name)
    named = [
        place
        for place, one in enumerate(holds)
        if isinstance(one, OneOf) and (one.values or one.rest)
    ]
    below = _mid_shares(counts[ordered]) if ordered else np.empty(0)
    found: list[list[Move]] = []
    for source in range(len(holds)):
        options: list[Move] = []
        if name not in actions.immutable:
            for target in ordered if ordered else named:
                gain = float(points[target] - points[source])
                if target == source or gain <= 0:
                    continue
                if source in ordered:
                    if not actions.allows(name, target - source):
                        continue
                    cost = _passed(below[source], below[target])
                elif source in named or actions.missing == "move":
                    cost = 1.0
                else:
                    continue
                options.append(Move(target, gain, weight * cost))
        found.append(_undominated(options))
    return found


def _mid_shares(counts: Floats) -> Floats:
    """Return the share of people below the middle of each bin."""
    smooth = counts + 0.5
    return np.asarray((np.cumsum(smooth) - smooth / 2) / smooth.sum())


def _passed(start: float, end: float) -> float:
    """Return the cost of moving between two shares of people below."""
    if end > start:
        return math.log((1 - start) / (1 - end))
    return math.log(start / end)


def _undominated(options: list[Move]) -> list[Move]:
    """Return the moves that no other beats in both gain and cost, cheapest first."""
    kept: list[Move] = []
    for move in sorted(options, key=lambda one: (one.cost, -one.gain, one.target)):
        if not kept or move.gain > kept[-1].gain:
            kept.append(move)
    return kept


def _just_below(low: float, high: float) -> float:
    """Return the largest number of few digits in [low, high)."""
    if high == math.inf:
        return low
    for digits in range(16):
        unit = 10.0**-digits
        found = round(math.ceil(high / unit - 1) * unit, digits)
        if found >= high:
            found = round(found - unit, digits)
        if low <= found < high:
            return found
    return math.nextafter(high, -math.inf)
