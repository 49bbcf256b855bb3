"""The past lender's own rule, asked again about the people whom it decided on."""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.populations import Population
from creditaudit.values import Floats

POINTS = "lender_points"


class LenderRule:
    """The points that the past lender of synthetic people would have given.

    Parameters
    ----------
    people : Population
        From `make_borrowers`, with the column ``lender_points``.

    Raises
    ------
    InputError
        If the lender's rule is not known: the people are real, or have no such column.

    Notes
    -----
    Inputs are set by hand and everything that follows from them is computed anew, by
    `Population.replay`: with another income a person has another debt service ratio too.
    """

    def __init__(self, people: Population) -> None:
        if people.origin is None or POINTS not in people.frame:
            msg = f"LenderRule needs people from make_borrowers, with the column {POINTS!r}."
            raise InputError(msg)
        self.people = people

    def points(self, X: pd.DataFrame) -> Floats:  # noqa: N803
        """Return the points of each person.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n_people, n_inputs)
            One row for each of the people, in their order; columns are nodes of the causal graph.

        Raises
        ------
        InputError
            If there is not a row for each person.
        """
        if len(X) != self.people.n:
            msg = f"X has {len(X):,} rows; the rule needs one for each of {self.people.n:,} people."
            raise InputError(msg)
        given: dict[str, Any] = {str(name): X[name].to_numpy() for name in X}
        return np.asarray(self.people.replay(**given).frame[POINTS], dtype=np.float64)
