"""The bins of one feature: who is in each, how many are bad, and what it weighs."""

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.scorers.inputs import Kind, Rows
from creditaudit.scorers.predicates import (
    Interval,
    Missing,
    OneOf,
    Predicate,
    Special,
    from_plain,
    to_plain,
)
from creditaudit.values import Floats, Level

Bytes = npt.NDArray[np.uint8]
# Rows that stay in the cache while they are compared with every cut.
_BLOCK = 1 << 14


@dataclass(frozen=True)
class Bin:
    """One bin.

    Attributes
    ----------
    holds : Predicate
        Who is in it.
    n : float
        People it was made from.
    bad, good : float
        Their weights; equal to numbers of people where there are no weights.
    woe : float
        Weight of evidence: the logarithm of the odds of being bad here over those of everybody.
        Positive is riskier.
    iv : float
        Part of the feature's information value.
    """

    holds: Predicate
    n: float
    bad: float
    good: float
    woe: float
    iv: float

    @property
    def rate(self) -> float:
        """Share of bad people, by weight; NaN where there is nobody."""
        return self.bad / (self.bad + self.good) if self.bad + self.good else float("nan")


@dataclass(frozen=True)
class FeatureBins:
    """The bins of one feature; everybody is in exactly one.

    Attributes
    ----------
    feature : str
    kind : {"number", "truth", "code", "text"}
    trend : str
        How the bad rate runs over the intervals, or over the values in their order.
    bins : tuple of Bin
        Intervals or sets of values in order, then special values, then missing ones.
    """

    feature: str
    kind: Kind
    trend: str
    bins: tuple[Bin, ...]

    @property
    def iv(self) -> float:
        """Information value."""
        return float(sum(one.iv for one in self.bins))

    @property
    def woe(self) -> Floats:
        """Weight of evidence of each bin."""
        return np.array([one.woe for one in self.bins])

    @property
    def shares(self) -> Floats:
        """Share of the weight of people in each bin."""
        weights = np.array([one.bad + one.good for one in self.bins])
        return np.asarray(weights / weights.sum())

    @property
    def words(self) -> tuple[str, ...]:
        """Who is in each bin, in words."""
        said = {"under 1": "no", "1 or more": "yes"} if self.kind == "truth" else {}
        return tuple(said.get(one.holds.words, one.holds.words) for one in self.bins)

    @property
    def on_numbers(self) -> bool:
        """Whether the bins are intervals."""
        return self.kind in ("number", "truth")

    def place(self, kind: type) -> int:
        """Return the place of the only bin of missing values, or of values not named."""
        if kind is Missing:
            return next(k for k, one in enumerate(self.bins) if isinstance(one.holds, Missing))
        return next(
            k for k, one in enumerate(self.bins) if isinstance(one.holds, OneOf) and one.holds.rest
        )

    def assign(self, table: object) -> Bytes:
        """Return the place of each person's bin; shape (n_rows,).

        Raises
        ------
        MissingColumn, InputError
        """
        rows = Rows.of(table)
        rows.need([self.feature])
        if self.on_numbers:
            return self._of_numbers(rows.floats(self.feature))
        codes, levels = rows.values(self.feature, self.kind)
        targets = np.array([*map(self._of_level, levels), self.place(Missing)], dtype=np.uint8)
        return targets[codes]

    def _of_numbers(self, x: Floats) -> Bytes:
        cuts = self.cuts
        found = np.zeros(len(x), dtype=np.uint8)
        for start in range(0, len(x), _BLOCK):
            block, out = x[start : start + _BLOCK], found[start : start + _BLOCK]
            for cut in cuts:
                out += block >= cut
        missing = np.isnan(x)
        if missing.any():
            found[missing] = self.place(Missing)
        for k, one in enumerate(self.bins):
            if isinstance(one.holds, Special):
                for value in one.holds.values:
                    found[x == value] = k
        return found

    @property
    def cuts(self) -> Floats:
        """The inner ends of the intervals, rising; empty for values."""
        lows = [one.holds.low for one in self.bins if isinstance(one.holds, Interval)]
        return np.array(lows[1:], dtype=np.float64)

    def _of_level(self, level: Level) -> int:
        for k, one in enumerate(self.bins):
            if isinstance(one.holds, OneOf | Special) and level in one.holds.values:
                return k
        return self.place(OneOf)

    @property
    def frame(self) -> pd.DataFrame:
        """The bins as a table: feature, bin, n, bad_rate, woe, iv."""
        return pd.DataFrame(
            {
                "feature": self.feature,
                "bin": self.words,
                "n": [one.n for one in self.bins],
                "bad_rate": [one.rate for one in self.bins],
                "woe": self.woe,
                "iv": [one.iv for one in self.bins],
            }
        )

    def to_plain(self) -> dict[str, Any]:
        """Return JSON types."""
        bins = [
            {**to_plain(one.holds), "n": one.n, "bad": one.bad, "good": one.good, "woe": one.woe,
             "iv": one.iv}
            for one in self.bins
        ]  # fmt: skip
        return {"feature": self.feature, "kind": self.kind, "trend": self.trend, "bins": bins}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "FeatureBins":
        """Return the bins that `to_plain` wrote."""
        numbers = ("n", "bad", "good", "woe", "iv")
        bins = tuple(
            Bin(from_plain(one), *(float(one[name]) for name in numbers)) for one in plain["bins"]
        )
        return cls(str(plain["feature"]), plain["kind"], str(plain["trend"]), bins)

    def _repr_html_(self) -> str:
        head = f"{escape(self.feature)}: {self.trend}, information value {self.iv:.3f}"
        return f"<p>{head}</p>{self.frame.to_html(index=False, na_rep='')}"
