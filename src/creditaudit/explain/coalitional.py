"""Any model, by asking it for every coalition: exact, and slow beyond a dozen features."""

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.asking import Question, Shares
from creditaudit.explain.models import Model
from creditaudit.explain.trees import Truths
from creditaudit.shapley import coalition_members, shapley_values
from creditaudit.values import Floats

MOST_ANSWERS = 50_000_000
_ROWS = 1 << 17


def coalition_shares(question: Question) -> Shares:
    """Return the values of any model, absent players taken from the background together.

    Raises
    ------
    InputError
        Without a background, for the path-dependent method, or if more than 50 million answers of
        the model would be needed.

    Notes
    -----
    v(S) is the mean of the output over the background, where the players in S have the person's
    values and the others those of the background person; 2^p n m answers for n people, p players
    and m people in the background.
    """
    background = question.background
    if background is None or question.method != "interventional":
        msg = (
            'backend="coalitions" asks the model about mixtures of two people. Pass background=, '
            'and method="interventional".'
        )
        raise InputError(msg)
    people, players = question.people, len(question.names)
    answers = len(people) * len(background) << players
    if answers > MOST_ANSWERS:
        msg = (
            f"{players} features, {len(people):,} people and a background of {len(background):,} "
            f"would take {answers:,} answers of the model; {MOST_ANSWERS:,} are the most. Explain "
            "fewer people, pass a smaller background, or join features with players=."
        )
        raise InputError(msg)
    step = max(1, _ROWS // len(background))
    values = [
        _values(question, people.iloc[start : start + step], background)
        for start in range(0, len(people), step)
    ]
    return Shares(np.concatenate(values), question.base(), "coalitions")


def _values(question: Question, people: pd.DataFrame, background: pd.DataFrame) -> Floats:
    own = people.iloc[np.repeat(np.arange(len(people)), len(background))]
    other = background.iloc[np.tile(np.arange(len(background)), len(people))]
    game = [
        _mixed(question.model, own, other, members[question.players])
        .reshape(len(people), len(background))
        .mean(axis=1)
        for members in coalition_members(len(question.names))
    ]
    return shapley_values(game).T


def _mixed(model: Model, own: pd.DataFrame, other: pd.DataFrame, joined: Truths) -> Floats:
    columns = {
        name: (own if take else other)[name].array
        for name, take in zip(model.names, joined, strict=True)
    }
    return model.output(pd.DataFrame(columns))
