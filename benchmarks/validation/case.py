"""`Case`: what an audit is asked, of whom, and the number it should have found."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

import creditaudit as ca
from benchmarks.validation.people import People


@dataclass(frozen=True)
class Case:
    """One audit on one kind of evidence.

    Attributes
    ----------
    audit : str
    about : str
        What is asked, in words for the table.
    evidence : callable (people) -> Evidence
    truth : callable (crowd) -> float
        The estimand, for the group beside its reference.
    settings : tuple of str
    none : float or None
        What it is when there is no gap: an alarm is a family range without it.
    behind : callable (crowd) -> float, optional
        What is true behind the record, where that is another number.
    bounds : bool
        The audit gives bounds, which should hold the truth and need not be narrow.
    least : float
        What the estimand must be off ``none`` to be called a gap; more than chance in the crowd.
    group : str
        Whose finding is read, where several groups are set against one: a part of its name.
    most : int
        Samples that are enough, where each takes long.
    short : bool
        Whether a short form runs with every test.
    """

    audit: str
    about: str
    evidence: Callable[[People], ca.Evidence]
    truth: Callable[[pd.DataFrame], float]
    settings: tuple[str, ...]
    none: float | None
    behind: Callable[[pd.DataFrame], float] | None = None
    bounds: bool = False
    least: float = 0.005
    group: str = ""
    most: int = 1_000_000
    short: bool = True
