"""The reasons of many refused people as sets, to be compared with each other and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.explain.models import card_of
from creditaudit.explain.reason_ranking import ranked
from creditaudit.explain.references import Reference, points_lost
from creditaudit.explain.rule_reasons import reasons_of_rules
from creditaudit.explain.rule_shares import is_book
from creditaudit.explain.trees import Integers, Truths
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class ReasonSets:
    """The main reasons of people.

    Attributes
    ----------
    names : list of str
        Features, or rules of a book.
    lost : float array of shape (n_rows, p)
        Points lost on each; NaN for a rule that refuses by itself.
    first : int array of shape (n_rows,)
        The main reason, by place in ``names``; -1 for none.
    among : bool array of shape (n_rows, p)
        Which are among the first k.
    reference : str
    """

    names: list[str]
    lost: Floats
    first: Integers
    among: Truths
    reference: str

    def overlap(self, other: "ReasonSets") -> Floats:
        """Return for each person how far two sets are the same: both over either (Jaccard).

        Two empty sets are the same.
        """
        both = (self.among & other.among).sum(axis=1)
        either = (self.among | other.among).sum(axis=1)
        shared = np.divide(both, either, out=np.ones(len(both)), where=either > 0)
        return np.asarray(shared, dtype=np.float64)

    def other_first(self, other: "ReasonSets") -> Floats:
        """Return 1 for each person whose main reason is another, else 0."""
        return np.asarray(self.first != other.first, dtype=np.float64)


def usual_reference(scorer: Any) -> Reference:
    """Return "near_cutoff" where the scorer says how near is near, else "all_applicants"."""
    for one in (card_of(scorer), scorer):
        for name in ("scale", "scale_"):
            if isinstance(getattr(getattr(one, name, None), "pdo", None), float):
                return "near_cutoff"
    return "all_applicants"


def reasons_as_sets(
    scorer: Any,
    people: pd.DataFrame,
    background: pd.DataFrame | None,
    *,
    reference: Reference,
    cutoff: float | None,
    k: int = 4,
    inquiries: Sequence[str] = (),
) -> ReasonSets:
    """Return the first k reasons of each person, whether or not this scorer refuses them.

    Parameters
    ----------
    scorer : object
        With ``points``, or a rulebook.
    people : DataFrame
    background : DataFrame or None
        Applicants to compare with.
    reference : {"near_cutoff", "all_applicants", "below_max"}
    cutoff : float or None
    k : int
    inquiries : sequence of str
        Features that are told beside the k if they cost points.

    Raises
    ------
    InputError, AdditivityGap
    """
    if is_book(scorer):
        return _of_rules(scorer, people, k)
    line = 600.0 if cutoff is None else float(cutoff)
    lost = points_lost(scorer, people, background, reference, line, None).frame
    return sets_of_losses(lost, reference, k, inquiries)


def sets_of_losses(
    lost: pd.DataFrame, reference: str, k: int = 4, inquiries: Sequence[str] = ()
) -> ReasonSets:
    """Return the first k reasons by points lost, however they were computed."""
    names = [str(name) for name in lost.columns]
    places = ranked(lost.to_numpy(np.float64), names, k, {}, list(inquiries))
    return _sets(names, lost.to_numpy(np.float64), places, reference)


def _of_rules(scorer: Any, people: pd.DataFrame, k: int) -> ReasonSets:
    names = [step.rule.id for step in scorer.program.rules]
    place = {name: number for number, name in enumerate(names)}
    found = reasons_of_rules(scorer, people.reset_index(drop=True), k)
    lost = np.zeros((len(people), len(names)))
    places: list[list[int]] = [[] for _ in range(len(people))]
    for row, name, points in zip(
        found["person"], found["feature"], found["points_lost"], strict=True
    ):
        places[row].append(place[name])
        lost[row, place[name]] = points
    return _sets(names, lost, places, "no rule fires")


def _sets(
    names: list[str], lost: Floats, places: Sequence[npt.ArrayLike], reference: str
) -> ReasonSets:
    among = np.zeros((len(lost), len(names)), dtype=bool)
    first = np.full(len(lost), -1, dtype=np.int64)
    for row, one in enumerate(places):
        own = np.asarray(one, dtype=np.int64)
        among[row, own] = True
        if len(own):
            first[row] = own[0]
    return ReasonSets(names, lost, first, among, reference)
