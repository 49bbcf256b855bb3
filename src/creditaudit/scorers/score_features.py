"""The points of a card: those of each bin, exact or rounded, on either kind of scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from creditaudit.scorers.feature_bins import FeatureBins
from creditaudit.scorers.scales import Scale
from creditaudit.values import Floats


@dataclass(frozen=True)
class ScoredFeature:
    """A feature on a card.

    Attributes
    ----------
    bins : FeatureBins
    coefficient : float
        Of the weight of evidence, in the log-odds of being bad.
    points : tuple of float
        One a bin; whole numbers on a card of integers.
    label : str
        The feature in words.
    """

    bins: FeatureBins
    coefficient: float
    points: tuple[float, ...]
    label: str

    @property
    def feature(self) -> str:
        """The name of the column."""
        return self.bins.feature

    @property
    def reasons(self) -> tuple[str, ...]:
        """What each bin says of a person."""
        return tuple(f"{self.label}: {words}" for words in self.bins.words)

    @property
    def logits(self) -> Floats:
        """Unrounded part of the log-odds of being bad, by bin."""
        return self.coefficient * self.bins.woe

    def to_plain(self) -> dict[str, Any]:
        """Return JSON types."""
        return {
            "label": self.label, "coefficient": self.coefficient, "points": list(self.points),
            **self.bins.to_plain(),
        }  # fmt: skip

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "ScoredFeature":
        """Return the feature that `to_plain` wrote."""
        points = tuple(float(one) for one in plain["points"])
        bins = FeatureBins.from_plain(plain)
        if len(points) != len(bins.bins):
            msg = f"{bins.feature!r} has {len(bins.bins)} bins and {len(points)} points"
            raise ValueError(msg)
        return cls(bins, float(plain["coefficient"]), points, str(plain["label"]))


def scaled(
    bins: Sequence[FeatureBins],
    coefficients: Sequence[float],
    intercept: float,
    scale: Scale,
    span: tuple[float, float] | None,
    labels: Sequence[str],
    *,
    integer: bool,
) -> tuple[tuple[ScoredFeature, ...], float, Scale]:
    """Return features with points, what everybody starts with, and the scale.

    Notes
    -----
    With J features, factor F and offset O of the scale, a bin has O/J - F (b0/J + b woe) points,
    and nobody starts with any. Where the scale is a range, the worst bin of each feature has its
    share of the lowest score, and the factor follows from the best possible person; the number of
    points that double the odds, and those at the base odds, are then what they come to.
    """
    logits = [b * one.woe for b, one in zip(coefficients, bins, strict=True)]
    number = len(bins)
    if number == 0:
        start = float(scale.points(np.array(intercept)))
        return (), float(np.rint(start)) if integer else start, scale
    if span is None:
        exact = [
            scale.points(np.array(intercept)) / number - scale.factor * logit for logit in logits
        ]
    else:
        exact, scale = _spanning(logits, intercept, scale, span, integer=integer)
    made = [np.rint(points) + 0.0 if integer else points for points in exact]
    return (
        tuple(
            ScoredFeature(one, float(b), tuple(map(float, points)), label)
            for one, b, points, label in zip(bins, coefficients, made, labels, strict=True)
        ),
        0.0,
        scale,
    )


def _spanning(
    logits: Sequence[Floats], intercept: float, scale: Scale, span: tuple[float, float], *,
    integer: bool,
) -> tuple[list[Floats], Scale]:  # fmt: skip
    low, high = (round(end) for end in span) if integer else span
    number = len(logits)
    worst = [float(part.max()) for part in logits]
    reach = [top - part for top, part in zip(worst, logits, strict=True)]
    widest = sum(float(part.max()) for part in reach)
    factor = (high - low) / widest if widest > 0 else scale.factor
    if integer:
        # Rounded up everywhere, the best person could be above the range.
        while sum(float(np.rint(factor * part).max()) for part in reach) > high - low:
            factor *= 0.999
    shares = [math.floor(low / number)] * number if integer else [low / number] * number
    if integer:
        left = round(low - sum(shares))
        shares = [share + (j < left) for j, share in enumerate(shares)]
    base = low + factor * (sum(worst) + intercept + math.log(scale.base_odds))
    exact = [share + factor * part for share, part in zip(shares, reach, strict=True)]
    return exact, Scale(factor * math.log(2), base, scale.base_odds)
