"""People at other values of their features: their scores there, and what getting there costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.explain.level_moves import FeatureLevels
from creditaudit.explain.models import Model
from creditaudit.explain.trees import Integers
from creditaudit.values import Floats

# A choice of level that means: where the person is.
STAY = -1
_ROWS = 1 << 17


@dataclass(frozen=True, eq=False)
class Reachable:
    """People, the levels they can reach, and the scorer that says what they are worth there.

    Attributes
    ----------
    model : Model
        On the scale "points".
    people : DataFrame
    levels : list of FeatureLevels
        By feature, in the order of the columns of ``people``.
    """

    model: Model
    people: pd.DataFrame
    levels: Sequence[FeatureLevels]

    def frame(self, rows: Integers, choice: Integers) -> pd.DataFrame:
        """Return people with the levels they chose; choice has shape (n_rows, n_features)."""
        columns = {}
        for place, one in enumerate(self.levels):
            own = self.people[one.name].iloc[rows]
            moved = choice[:, place] != STAY
            if not moved.any():
                columns[one.name] = own.array
                continue
            levels = np.array([*one.values, None], dtype=object)
            columns[one.name] = replaced(own, np.flatnonzero(moved), levels[choice[moved, place]])
        return pd.DataFrame(columns)

    def points(self, rows: Integers, choice: Integers) -> Floats:
        """Return the scores of people with the levels they chose; shape (n_rows,)."""
        return np.concatenate(
            [
                self.model.output(self.frame(rows[a : a + _ROWS], choice[a : a + _ROWS]))
                for a in range(0, len(rows), _ROWS)
            ]
            or [np.empty(0)]
        )

    def cost(self, rows: Integers, choice: Integers) -> Floats:
        """Return what the choices cost; shape (n_rows,)."""
        total = np.zeros(len(rows))
        for place, one in enumerate(self.levels):
            moved = choice[:, place] != STAY
            total[moved] += one.cost[rows[moved], choice[moved, place]]
        return total

    def combinations(self) -> Floats:
        """Return how many choices each person has; shape (n_rows,)."""
        total = np.ones(len(self.people))
        for one in self.levels:
            total *= 1 + one.reachable.sum(axis=1)
        return total

    def changes(self, row: int, choice: Integers) -> dict[str, Any]:
        """Return the new value of each feature that a person changes."""
        return {
            one.name: one.values[choice[place]]
            for place, one in enumerate(self.levels)
            if choice[place] != STAY
        }


def replaced(column: "pd.Series[Any]", places: Any, values: Any) -> Any:
    """Return a column with other values at some places, in its type where that holds them."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        numbers = column.to_numpy(np.float64, copy=True)
        numbers[places] = values
        return numbers
    plain = column.astype(object).to_numpy(copy=True)
    plain[places] = values
    return pd.Series(plain).astype(column.dtype).array
