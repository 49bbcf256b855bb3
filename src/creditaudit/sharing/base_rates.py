"""How many of those who are flagged are flagged wrongly, when what is looked for is rare."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creditaudit.errors import InputError

Share = float | tuple[float, float]
FLAGGED = 100
MOST_TOLD = 1_000_000


@dataclass(frozen=True)
class PredictiveValue:
    """The share of flagged people who are what they are flagged for.

    Attributes
    ----------
    value : float or None
        0 to 1; None where an input is a range, or where nobody is flagged.
    low, high : float or None
        The least and greatest value over the ranges of the inputs; both are ``value`` without one.
    sensitivity, specificity, base_rate : tuple of two floats
        As given; a single number is both ends.
    note : str
        Why there is no value.
    """

    value: float | None
    low: float | None
    high: float | None
    sensitivity: tuple[float, float]
    specificity: tuple[float, float]
    base_rate: tuple[float, float]
    note: str = ""
    kind: str = "theorem"

    @property
    def wrongly_flagged(self) -> tuple[float, float] | None:
        """Of 100 flagged people, how many are flagged wrongly: least and most."""
        if self.low is None or self.high is None:
            return None
        return FLAGGED * (1 - self.high), FLAGGED * (1 - self.low)

    @property
    def wrong_per_hit(self) -> tuple[float, float] | None:
        """People flagged wrongly for each one flagged rightly: least and most, maybe infinite."""
        if self.low is None or self.high is None:
            return None
        return _odds(self.high), _odds(self.low)

    @property
    def words(self) -> str:
        """The result in a sentence."""
        if self.wrongly_flagged is None:
            return f"Nothing can be said of those who are flagged: {self.note}."
        least, most = (_count(one) for one in self.wrongly_flagged)
        number = least if least == most else f"between {least} and {most}"
        per_hit = _beside(*(self.wrong_per_hit or (0.0, 0.0)))
        return (
            f"Of {FLAGGED} people flagged, {number} are flagged wrongly{per_hit}, when "
            f"{_share(self.base_rate)} of all people are what is looked for, "
            f"{_share(self.sensitivity)} of those are flagged, and "
            f"{_share((1 - self.specificity[1], 1 - self.specificity[0]))} of the others."
        )

    def counts(self, people: int) -> pd.DataFrame:
        """Return the expected numbers among so many people.

        Parameters
        ----------
        people : int

        Returns
        -------
        DataFrame
            measure (flagged rightly, flagged wrongly, missed, left alone rightly), value, low,
            high, n, kind, note. Each range is that of its own number.
        """
        if isinstance(people, bool) or not people >= 0:
            msg = f"people={people!r} has to be a count of people."
            raise InputError(msg)
        (r0, r1), (s0, s1), (c0, c1) = self.base_rate, self.sensitivity, self.specificity
        ends = {
            "flagged rightly": (r0 * s0, r1 * s1),
            "flagged wrongly": ((1 - r1) * (1 - c1), (1 - r0) * (1 - c0)),
            "missed": (r0 * (1 - s1), r1 * (1 - s0)),
            "left alone rightly": ((1 - r1) * c0, (1 - r0) * c1),
        }
        rows: list[list[Any]] = []
        for name, (low, high) in ends.items():
            exact = math.isclose(low, high, rel_tol=1e-12)
            rows.append([
                name, people * low if exact else None, people * low, people * high, people,
                self.kind, "exact" if exact else "ends of the ranges given",
            ])  # fmt: skip
        return pd.DataFrame(rows, columns=["measure", "value", "low", "high", "n", "kind", "note"])

    @property
    def frame(self) -> pd.DataFrame:
        """One row: measure, value, low, high, kind, note."""
        row = ["positive predictive value", self.value, self.low, self.high, self.kind]
        note = self.note or ("exact" if self.value is not None else "ends of the ranges given")
        columns = ["measure", "value", "low", "high", "kind", "note"]
        return pd.DataFrame([[*row, note]], columns=columns)


def predictive_value(sensitivity: Share, specificity: Share, base_rate: Share) -> PredictiveValue:
    """Return the share of flagged people who are what they are flagged for.

    Parameters
    ----------
    sensitivity : float or (low, high)
        Share flagged of those who are what is looked for.
    specificity : float or (low, high)
        Share not flagged of all others.
    base_rate : float or (low, high)
        Share of all people who are what is looked for.

    Returns
    -------
    PredictiveValue

    Raises
    ------
    InputError
        If a share is no number from 0 to 1, or a range is the wrong way round.

    Notes
    -----
    Bayes: ``ppv = s r / (s r + (1 - c) (1 - r))`` with sensitivity s, specificity c and base rate
    r. It rises in each of the three, so over ranges its ends lie at the ends of all three. Watch
    lists are looked at in this form only: nobody is scored or matched here.

    References
    ----------
    Bayes, T. (1763). Phil. Trans. R. Soc. 53, 370-418. Axelsson, S. (2000). The base-rate fallacy
    and the difficulty of intrusion detection. ACM TISSEC 3(3).
    """
    s, c, r = (
        _ends(name, given)
        for name, given in (
            ("sensitivity", sensitivity), ("specificity", specificity), ("base_rate", base_rate),
        )
    )  # fmt: skip
    low, high = (_bayes(s[k], c[k], r[k]) for k in (0, 1))
    if low is None or high is None:
        note = "at one end of the inputs nobody is flagged" if low != high else "nobody is flagged"
        return PredictiveValue(None, None, None, s, c, r, note)
    single = low if s[0] == s[1] and c[0] == c[1] and r[0] == r[1] else None
    return PredictiveValue(single, low, high, s, c, r)


def _bayes(sensitivity: float, specificity: float, base_rate: float) -> float | None:
    rightly = sensitivity * base_rate
    flagged = rightly + (1 - specificity) * (1 - base_rate)
    return rightly / flagged if flagged > 0 else None


def _ends(name: str, given: Share) -> tuple[float, float]:
    ends = given if isinstance(given, tuple | list) else (given, given)
    try:
        low, high = (float(one) for one in ends)
    except (TypeError, ValueError):
        low, high = math.nan, math.nan
    if not 0 <= low <= high <= 1:
        msg = f"{name}={given!r} has to be a share from 0 to 1, or a range (low, high) of shares."
        raise InputError(msg)
    return low, high


def _odds(value: float) -> float:
    return (1 - value) / value if value > 0 else math.inf


def _count(wrong: float) -> str:
    whole = round(wrong)
    # Not "100 of 100" while a few are right, nor "0" while a few are wrong.
    if whole == FLAGGED and wrong < FLAGGED:
        return f"more than {FLAGGED - 1}"
    if whole == 0 and wrong > 0:
        return "fewer than 1"
    return f"about {whole}" if abs(wrong - whole) > 1e-9 else str(whole)


def _beside(least: float, most: float) -> str:
    """Return how many are flagged wrongly for each one who is flagged rightly."""
    if most == 0:
        return ""
    if math.isinf(least):
        return " and none rightly"
    low, high = _per(least), _per(most)
    if math.isinf(most):
        each = f"{low} or more" if least else "any number"
    elif not least:
        each = f"up to {high}"
    else:
        each = low if low == high else f"{low} to {high}"
    return f": {each} for each one flagged rightly"


def _per(odds: float) -> str:
    if odds > MOST_TOLD:
        return f"more than {MOST_TOLD:,}"
    if odds >= 1_000:
        return f"{float(f'{odds:.2g}'):,.0f}"
    if odds < 0.01:
        return "fewer than 1 in 100"
    return f"{odds:,.0f}" if odds >= 10 else f"{odds:.2g}"


def _share(ends: tuple[float, float]) -> str:
    low, high = (_one(end) for end in ends)
    return low if low == high else f"{low} to {high}"


def _one(share: float) -> str:
    if 0 < share < 0.01:
        return f"1 in {float(f'{1 / share:.3g}'):,.0f}"
    return f"{100 * share:.3g} %"
