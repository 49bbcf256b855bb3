"""`Candidate`: a way to decide, which can be put to other people too."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.alternatives.asked import Asked
from creditaudit.values import Codes, Floats

Score = Callable[[pd.DataFrame, Codes], Floats]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A way to decide.

    Attributes
    ----------
    name : str
    method : str
        What made it, with the source.
    score : callable or None
        From inputs and groups to risk, higher is riskier; None where nobody gets one number.
    chance : callable
        From inputs and groups to the chance of approval, 0..1.
    uses_group : bool
        Whether the group of a person changes the decision on that person.
    same_share : bool
        Whether it approves the share asked for.
    note : str
    """

    name: str
    method: str
    score: Score | None
    chance: Score
    uses_group: bool = False
    same_share: bool = True
    note: str = ""


def by_cutoff(
    name: str, method: str, score: Score, asked: Asked, *, share: float | None = None,
    uses_group: bool = False, note: str = "",
) -> Candidate:  # fmt: skip
    """Return the candidate that approves this share of people, those of least risk.

    The cut-off is drawn from the people that a choice may look at. People exactly at it are
    approved in part, so that scores of few values approve the same share as others.
    """
    rows = asked.before
    at, part = cutoff_of(score(asked.X.iloc[rows], asked.codes[rows]), share or asked.share)

    def chance(X: pd.DataFrame, codes: Codes) -> Floats:  # noqa: N803
        return approved_at(score(X, codes), at, part)

    return Candidate(
        name, method, score, chance, uses_group=uses_group, same_share=share is None, note=note
    )


def cutoff_of(risk: Floats, share: float) -> tuple[float, float]:
    """Return a cut-off on risk, and the chance of those exactly at it."""
    at = float(np.quantile(risk, share, method="inverted_cdf"))
    below, equal = float(np.mean(risk < at)), float(np.mean(risk == at))
    return at, (share - below) / equal if equal else 0.0


def approved_at(risk: Floats, at: float, part: float) -> Floats:
    """Return the chance of approval at a cut-off."""
    return np.where(risk < at, 1.0, np.where(risk == at, part, 0.0))
