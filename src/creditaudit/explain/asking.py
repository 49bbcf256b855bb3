"""What every way of explaining is asked, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.explain.models import Model
from creditaudit.values import Floats

Method = Literal["interventional", "path_dependent", "absent_rules"]


class Shares(NamedTuple):
    """What players add to outputs.

    Attributes
    ----------
    values : array of shape (n_rows, n_players)
    base : float
    backend : str
        Who computed it, with its version where it is not this package.
    notes : tuple of str
    names : list of str or None
        The players, where the backend has its own.
    """

    values: Floats
    base: float
    backend: str
    notes: tuple[str, ...] = ()
    names: list[str] | None = None


@dataclass(frozen=True, eq=False)
class Question:
    """Whom to explain, against whom, and who counts as a player.

    Attributes
    ----------
    model : Model
    people : DataFrame
        Features of those to explain.
    background : DataFrame or None
        Features of those they are compared with.
    method : {"interventional", "path_dependent", "absent_rules"}
    names : list of str
        The players.
    players : list of int
        For each feature of the model, the place of its player.
    """

    model: Model
    people: pd.DataFrame
    background: pd.DataFrame | None
    method: Method
    names: list[str]
    players: list[int]

    @property
    def alone(self) -> bool:
        """Whether every feature is a player of its own."""
        return len(self.names) == len(self.players)

    def base(self) -> float:
        """Return the mean of the model's own output over the whole background."""
        if self.background is None:
            msg = "Interventional values need background=, the people to compare with."
            raise InputError(msg)
        return float(self.model.output(self.background).mean())

    def joined(self, values: Floats, origin: Sequence[int]) -> Floats:
        """Return columns of values added up by the player that each feature belongs to.

        Parameters
        ----------
        values : array of shape (n_rows, n_columns)
        origin : sequence of int
            The feature each column is made from.
        """
        found = np.zeros((len(values), len(self.names)))
        for column, feature in enumerate(origin):
            found[:, self.players[feature]] += values[:, column]
        return found


def players_of(
    names: Sequence[str], joined: Mapping[str, str] | None
) -> tuple[list[str], list[int]]:
    """Return the players and, for each feature, the place of its own.

    Parameters
    ----------
    names : sequence of str
        Features of the model.
    joined : mapping of str to str, optional
        Feature to the player it is part of; features that are not named play alone.

    Raises
    ------
    MissingColumn
        If a feature is named that the model does not take.
    """
    given = dict(joined or {})
    missing = [name for name in given if name not in names]
    if missing:
        raise MissingColumn.of(missing, names, "players= names features of the model.")
    said = [given.get(name, name) for name in names]
    found = list(dict.fromkeys(said))
    return found, [found.index(one) for one in said]
