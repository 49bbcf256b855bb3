"""What is asked of ways back: of whom, over which cut-off, by which actions."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.actions import Actions
from creditaudit.explain.additive import is_linear
from creditaudit.explain.card_moves import CardMoves
from creditaudit.explain.card_ways import is_enough, ways_on_card
from creditaudit.explain.level_ways import linear_ways, searched_ways
from creditaudit.explain.models import Model, card_of
from creditaudit.explain.reachable import replaced
from creditaudit.explain.steps import Steps
from creditaudit.explain.trees import Integers
from creditaudit.explain.ways import Way
from creditaudit.values import Floats

# Sums of parts of points differ from their total by less.
_CLOSE = 1e-9


@dataclass(frozen=True, eq=False)
class WaysAsked:
    """People before a scorer with a cut-off, and what they can change.

    Attributes
    ----------
    model : Model
    people : DataFrame
        Features of everybody, refused or not.
    points : array of shape (n_rows,)
    cutoff : float
    actions : Actions
    background : DataFrame or None
    """

    model: Model
    people: pd.DataFrame
    points: Floats
    cutoff: float
    actions: Actions
    background: pd.DataFrame | None

    @classmethod
    def of(
        cls, scorer: Any, people: Any, actions: Actions | None, cutoff: float, background: Any
    ) -> "WaysAsked":
        """Return the question, checked.

        Raises
        ------
        InputError, MissingColumn
        """
        if not hasattr(scorer, "points"):
            msg = (
                f"Ways back are counted in points, and {type(scorer).__name__} has none. Pass "
                "creditaudit.scorers.wrap(model)."
            )
            raise InputError(msg)
        line = float(cutoff)
        if not np.isfinite(line):
            msg = f"cutoff={cutoff!r} must be a finite number of points."
            raise InputError(msg)
        model = Model.of(scorer, "points", people)
        features = model.people(people)
        can = actions or Actions()
        can.check(model.names, getattr(people, "columns", ()))
        points = model.output(features)
        others = None if background is None else model.people(background, "background")
        return cls(model, features, points, line, can, others)

    @cached_property
    def refused(self) -> Integers:
        """Rows of the people below the cut-off."""
        return np.flatnonzero(self.points < self.cutoff)

    def ways(self, rows: Integers, actions: Actions) -> list[Way]:
        """Return the way of each of these refused people; what is found is scored again.

        Raises
        ------
        InputError
        """
        if not len(rows):
            return []
        found = self._ways(rows, actions)
        _scored_again(self.model, self.people.iloc[rows], found, self.cutoff)
        return found

    def statuses(self, rows: Integers, actions: Actions) -> "np.ndarray[Any, Any]":
        """Return "found", "none" or "undecided" for each of these refused people.

        Notes
        -----
        On a card points of features add up, so there is a way exactly where every feature at its
        best reaches the cut-off, and no way has to be worked out.
        """
        card = card_of(self.model.scorer)
        if card is None:
            return np.array([way.status for way in self.ways(rows, actions)], dtype="<U9")
        gains = CardMoves.of(card, actions, None).best_gains(self._places[rows])
        enough = is_enough(self.points[rows] + gains, self.cutoff)
        return np.where(enough, np.array("found", dtype="<U9"), "none")

    @cached_property
    def _places(self) -> Integers:
        moves = CardMoves.of(card_of(self.model.scorer), self.actions, None)
        return moves.places(self.people)

    def _ways(self, rows: Integers, actions: Actions) -> list[Way]:
        model, people, points = self.model, self.people.iloc[rows], self.points[rows]
        card = card_of(model.scorer)
        if card is not None:
            return ways_on_card(card, people, points, self.cutoff, actions, self.background)
        if self.background is None:
            msg = (
                "This scorer has no bins, so the values that features can take come from "
                "background=: pass applicants."
            )
            raise InputError(msg)
        steps = Steps.of(model.scorer)
        if is_linear(steps.final) and _adds_up(steps, model):
            return linear_ways(model, people, points, self.cutoff, actions, self.background)
        return searched_ways(model, steps, people, points, self.cutoff, actions, self.background)


def _adds_up(steps: Steps, model: Model) -> bool:
    """Return whether every column before a linear model is made from one feature."""
    try:
        steps.origin(model)
    except InputError:
        return False
    return True


def _scored_again(model: Model, people: pd.DataFrame, ways: list[Way], cutoff: float) -> None:
    """Raise unless everybody who has a way is approved after their changes."""
    rows = [row for row, way in enumerate(ways) if way.status == "found"]
    if not rows:
        return
    changed = people.iloc[rows].reset_index(drop=True)
    for name in model.names:
        moved = [place for place, row in enumerate(rows) if name in ways[row].changes]
        if moved:
            values = [ways[rows[place]].changes[name] for place in moved]
            changed[name] = replaced(changed[name], moved, values)
    points = model.output(changed)
    if (points < cutoff - _CLOSE).any():
        place = int(points.argmin())
        msg = (
            f"{people.index[rows[place]]!r} should reach {cutoff:g} points by "
            f"{dict(ways[rows[place]].changes)}, and is given {points[place]:.6g} when scored "
            "again. The scorer does not give the same person the same score, or reads these "
            "values otherwise than its bins say."
        )
        raise InputError(msg)
