"""Trees explained by their decision patterns, on the scale that was asked for."""

import pandas as pd

from creditaudit.explain.asking import Question, Shares
from creditaudit.explain.lines import line_of
from creditaudit.explain.readers import read_trees
from creditaudit.explain.steps import Steps
from creditaudit.explain.tree_values import path_dependent_base, values_of_trees
from creditaudit.values import Floats

BACKEND = "patterns"


def pattern_shares(question: Question, steps: Steps) -> Shares:
    """Return the exact values of a sum of trees; columns of one feature join as one player.

    Raises
    ------
    InputError
    """
    model = question.model
    ensemble = read_trees(steps.final)
    encoded = steps.origin(model)
    players = [question.players[encoded[column]] for column in ensemble.origin]

    def columns(people: pd.DataFrame) -> Floats:
        return ensemble.columns(steps.encoded(model, people))

    others = None
    if question.method == "interventional" and question.background is not None:
        others = columns(question.background)
    values = values_of_trees(
        ensemble, columns(question.people), players, len(question.names), others
    )
    line = line_of(question, lambda people: ensemble.outputs(columns(people)))
    if others is not None:
        return Shares(line.slope * values, question.base(), BACKEND)
    base = line.shift + line.slope * path_dependent_base(ensemble)
    return Shares(line.slope * values, base, BACKEND)
