"""From log-odds to points and back: so many points at certain odds, so many more double them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from creditaudit.errors import InputError
from creditaudit.values import Floats

NAMED_RANGES = {"300-850": (300, 850), "350-950": (350, 950), "0-1000": (0, 1000)}


@dataclass(frozen=True)
class Scale:
    """Points and odds; odds are of good to bad.

    Attributes
    ----------
    pdo : float
        Points that double the odds.
    base_points, base_odds : float
        A score of ``base_points`` has odds of ``base_odds`` to 1.

    Notes
    -----
    points = base_points + pdo log2(odds / base_odds), and the probability of bad is 1 / (1 + odds).
    """

    pdo: float = 20.0
    base_points: float = 600.0
    base_odds: float = 50.0

    def __post_init__(self) -> None:
        for name, least in (("pdo", 0.0), ("base_points", -math.inf), ("base_odds", 0.0)):
            given = getattr(self, name)
            number = isinstance(given, int | float | np.number) and not isinstance(given, bool)
            if not number or not math.isfinite(given) or given <= least:
                above = "" if least == -math.inf else " above 0"
                msg = f"{name}={given!r} must be a finite number{above}."
                raise InputError(msg)
            object.__setattr__(self, name, float(given))

    @property
    def factor(self) -> float:
        """Points for each unit of the log-odds."""
        return self.pdo / math.log(2)

    @property
    def offset(self) -> float:
        """Points at odds of 1 to 1."""
        return self.base_points - self.factor * math.log(self.base_odds)

    @property
    def words(self) -> str:
        """The scale in a sentence."""
        return (
            f"{_plain(self.base_points)} points mean odds of {_plain(self.base_odds)} good to 1 "
            f"bad; {_plain(self.pdo)} more points double the odds."
        )

    def points(self, logit: Floats) -> Floats:
        """Return the points of log-odds of being bad."""
        return np.asarray(self.base_points - self.factor * (logit + math.log(self.base_odds)))

    def logit(self, points: Floats) -> Floats:
        """Return the log-odds of being bad at a score."""
        return np.asarray((self.base_points - points) / self.factor - math.log(self.base_odds))

    def probability(self, points: Floats) -> Floats:
        """Return the probability of being bad at a score."""
        with np.errstate(over="ignore"):
            odds = self.base_odds * np.exp2((np.asarray(points) - self.base_points) / self.pdo)
            return np.asarray(1 / (1 + odds))

    def to_plain(self) -> dict[str, Any]:
        """Return JSON types."""
        return {"pdo": self.pdo, "base_points": self.base_points, "base_odds": self.base_odds}


def range_of(given: object) -> tuple[float, float] | None:
    """Return the ends of a range of scores: by name, as a pair, or none.

    Raises
    ------
    InputError
    """
    if given is None:
        return None
    if isinstance(given, str) and given in NAMED_RANGES:
        return NAMED_RANGES[given]
    if isinstance(given, tuple | list) and len(given) == 2:
        ends = [float(x) for x in given if isinstance(x, int | float) and math.isfinite(x)]
        if len(ends) == 2 and ends[0] < ends[1]:
            return ends[0], ends[1]
    names = ", ".join(map(repr, NAMED_RANGES))
    msg = f"scale={given!r} must be one of {names}, or (lowest, highest) points."
    raise InputError(msg)


def _plain(value: float) -> str:
    return f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.6g}"
