"""Scores that are sums: the exact values in closed form."""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.asking import Question, Shares
from creditaudit.explain.lines import line_of
from creditaudit.explain.models import card_of
from creditaudit.explain.steps import Steps
from creditaudit.shapley import additive_values
from creditaudit.values import Floats

BACKEND = "closed form"


def is_card(scorer: Any) -> bool:
    """Return whether points of each feature are known."""
    return card_of(scorer) is not None


def is_linear(final: Any) -> bool:
    """Return whether an estimator is linear in what it takes, for two classes."""
    weights = getattr(final, "coef_", None)
    return weights is not None and np.shape(weights)[0] == 1 and np.ndim(weights) == 2


def card_shares(question: Question) -> Shares:
    """Return the values of a card: the points of a person's bins less the mean points.

    Notes
    -----
    phi_j = points_j(x_j) - mean points_j, divided by minus the points for each unit of the log-odds
    on the scale "logit". Without a background the means are over the people that the card was made
    from, as its bins count them.
    """
    card = card_of(question.model.scorer)
    parts = np.asarray(card.by_feature(question.people), np.float64)
    notes: tuple[str, ...] = ()
    if question.background is None:
        means = _own_means(card)
        notes = ("Compared with the people that the card was made from.",)
    else:
        means = np.asarray(card.by_feature(question.background), np.float64).mean(axis=0)
    values, base = additive_values(parts, means[None])
    base += card.start
    if question.model.scale == "logit":
        values = -values / card.scale.factor
        base = float(card.scale.logit(np.array(base)))
    return Shares(question.joined(values, range(parts.shape[1])), base, BACKEND, notes)


def linear_shares(question: Question, steps: Steps) -> Shares:
    """Return the values of a linear model; the columns of one feature are added up.

    Notes
    -----
    phi_j = sum over the columns c of feature j of b_c (z_c - mean z_c).
    """
    if question.background is None:
        msg = "A linear model needs background=, the people to compare with."
        raise InputError(msg)
    model = question.model
    origin = steps.origin(model)
    weights = np.asarray(steps.final.coef_, np.float64)[0]

    def parts(people: pd.DataFrame) -> Floats:
        encoded = np.asarray(steps.encoded(model, people), np.float64)
        return np.asarray(encoded * weights)

    own, others = parts(question.people), parts(question.background)
    values, _ = additive_values(own, others)
    start = float(np.ravel(steps.final.intercept_)[0])
    line = line_of(question, lambda people: parts(people).sum(axis=1) + start)
    return Shares(line.slope * question.joined(values, origin), question.base(), BACKEND)


def _own_means(card: Any) -> Floats:
    try:
        return np.array([one.bins.shares @ np.array(one.points) for one in card.features])
    except AttributeError as error:
        msg = (
            "This card does not count people by bin. Pass background=, the people to compare with."
        )
        raise InputError(msg) from error
