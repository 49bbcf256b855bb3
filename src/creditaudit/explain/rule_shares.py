"""Rulebooks: what each rule adds to a person's points, where an absent rule does not fire."""

from typing import Any

import numpy as np

from creditaudit.errors import InputError
from creditaudit.explain.asking import Question, Shares

BACKEND = "rules"


def is_book(scorer: Any) -> bool:
    """Return whether a scorer is a rulebook."""
    return hasattr(scorer, "fired") and hasattr(scorer, "attributions")


def shares_of_rules(question: Question) -> Shares:
    """Return the values of rules; those that override each other or share a cap are shared exactly.

    Raises
    ------
    InputError
        If features are joined, or the scale is not points.
    """
    scorer = question.model.scorer
    if not question.alone:
        msg = "The players of a rulebook are its rules. Leave players= out."
        raise InputError(msg)
    if question.model.scale != "points":
        msg = 'A rulebook has points and no logit. Pass scale="points".'
        raise InputError(msg)
    found = scorer.attributions(question.people)
    scale = scorer.book.contents.scale
    base = 0.0 if scale is None else float(scale.base)
    names = [str(name) for name in found.columns]
    return Shares(found.to_numpy(np.float64), base, BACKEND, names=names)
