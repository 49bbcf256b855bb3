"""Whom a refused person is compared with, and how many points that costs on each feature."""

from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.additive import BACKEND as CLOSED_FORM
from creditaudit.explain.explaining import attributions
from creditaudit.explain.models import card_of

Reference = Literal["near_cutoff", "all_applicants", "below_max"]
_WORDS = {
    "near_cutoff": "the average of applicants at or slightly above the cut-off",
    "all_applicants": "the average of all applicants",
    "below_max": "the most points the feature can give",
}


class Losses(NamedTuple):
    """Points lost.

    Attributes
    ----------
    frame : DataFrame of shape (n_rows, p)
        Positive where the person has fewer points than the reference.
    method : str
        How it was computed, and against how many people.
    """

    frame: pd.DataFrame
    method: str


def reference_words(reference: str) -> str:
    """Return a reference in words that stand after "compared with"."""
    return _WORDS.get(reference, "a person for whom no rule fires")


def points_lost(
    scorer: Any,
    people: pd.DataFrame,
    background: Any,
    reference: str,
    cutoff: float,
    width: float | None,
) -> Losses:
    """Return how many points each person lost on each feature against a reference.

    Parameters
    ----------
    scorer : object
        With ``points``.
    people : DataFrame
    background : table or None
        Applicants.
    reference : {"near_cutoff", "all_applicants", "below_max"}
    cutoff : float
    width : float or None
        Points above the cut-off up to which applicants are near it.

    Raises
    ------
    InputError

    Notes
    -----
    Against an average the loss is minus the Shapley value in points with the people of the
    reference as background, which for a sum is the mean of the reference less the own points. The
    losses of a person add up to the mean score of the reference less the own score.
    """
    if reference not in get_args(Reference):
        msg = f"reference={reference!r} must be one of {', '.join(get_args(Reference))}."
        raise InputError(msg)
    if reference == "below_max":
        return _below_max(scorer, people, background)
    if background is None and (reference == "near_cutoff" or card_of(scorer) is None):
        msg = f"reference={reference!r} compares with applicants. Pass background=."
        raise InputError(msg)
    others = background
    if reference == "near_cutoff":
        others = _near(scorer, background, cutoff, _width(scorer, width))
    found = attributions(scorer, people, background=others, scale="points")
    against = "the people the card was made from"
    if found.n_background is not None:
        against = f"{found.n_background:,} applicants"
    return Losses(-found.values, f"{found.backend}, against {against}")


def _below_max(scorer: Any, people: pd.DataFrame, background: Any) -> Losses:
    card = card_of(scorer)
    if card is not None:
        best = np.array([max(one.points) for one in card.features])
        own = np.asarray(card.by_feature(people), np.float64)
        frame = pd.DataFrame(best - own, index=people.index, columns=list(card.names))
        return Losses(frame, f"{CLOSED_FORM}, against the best bin")
    if background is not None:
        found = attributions(scorer, people, background=background, scale="points")
        if found.backend == CLOSED_FORM:
            best = attributions(scorer, background, background=background, scale="points").values
            frame = best.max(axis=0) - found.values
            return Losses(frame, f"{CLOSED_FORM}, against the best of {len(best):,} applicants")
    msg = (
        'reference="below_max" needs a scorecard, or a linear model with background=: in other '
        "models the most points a feature can give depend on the other features. Pass "
        '"near_cutoff" or "all_applicants".'
    )
    raise InputError(msg)


def _width(scorer: Any, width: float | None) -> float:
    if width is not None:
        if not width > 0:
            msg = f"width={width!r} must be a number of points above 0."
            raise InputError(msg)
        return float(width)
    for one in (card_of(scorer), scorer):
        for name in ("scale", "scale_"):
            pdo = getattr(getattr(one, name, None), "pdo", None)
            if isinstance(pdo, float):
                return pdo
    msg = (
        "How near to the cut-off is near? Pass width=, in points; a scorer with a scale has the "
        "points that double the odds."
    )
    raise InputError(msg)


def _near(scorer: Any, background: Any, cutoff: float, width: float) -> Any:
    points = np.asarray(scorer.points(background), np.float64)
    near = (points >= cutoff) & (points < cutoff + width)
    if not near.any():
        msg = (
            f"No applicant in the background has from {cutoff:g} to under {cutoff + width:g} "
            'points. Pass more applicants, a larger width=, or reference="all_applicants".'
        )
        raise InputError(msg)
    if isinstance(background, pd.DataFrame):
        return background[near]
    if hasattr(background, "filter") and not isinstance(background, np.ndarray):
        return background.filter(near)
    return np.asarray(background)[near]
