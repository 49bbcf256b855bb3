"""The values a person could have instead, on features without bins, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from creditaudit.errors import InputError
from creditaudit.explain.actions import Actions
from creditaudit.explain.trees import Truths
from creditaudit.values import Floats

# Values of a number above which its quantiles are its levels.
MOST_LEVELS = 20


@dataclass(frozen=True, eq=False)
class FeatureLevels:
    """The levels of one feature.

    Attributes
    ----------
    name : str
    values : list
        In order, where they have one.
    numeric : bool
    reachable : bool array of shape (n_rows, n_levels)
        Which levels each person can move to; their own value is not among them.
    cost : array of shape (n_rows, n_levels)
        Infinite where a level cannot be reached.
    """

    name: str
    values: list[Any]
    numeric: bool
    reachable: Truths
    cost: Floats


def levels_of(
    people: pd.DataFrame, background: pd.DataFrame, actions: Actions
) -> list[FeatureLevels]:
    """Return the levels of each feature, with who can reach them and at what cost.

    Notes
    -----
    Costs are as on a card, with shares of the background: |log((1 - Q') / (1 - Q))|, where Q is the
    share of people passed, mid-ranked, with half a person added at either end.

    Raises
    ------
    InputError
    """
    return [_levels(name, people[name], background[name], actions) for name in people.columns]


def _levels(
    name: str, own: "pd.Series[Any]", others: "pd.Series[Any]", actions: Actions
) -> FeatureLevels:
    numeric = bool(is_numeric_dtype(others.dtype) and not is_bool_dtype(others.dtype))
    values = _values(name, others, numeric=numeric, given=actions.levels.get(name))
    if name in actions.immutable or not values:
        nothing = np.zeros((len(own), 0))
        return FeatureLevels(name, [], numeric, nothing.astype(bool), nothing)
    if not numeric:
        actions.ordered(name)
    cost = _numbers(name, own, others, values, actions) if numeric else _names(own, values)
    if actions.missing == "stay":
        cost[pd.isna(own).to_numpy()] = np.inf
    cost = cost * actions.weight.get(name, 1.0)
    return FeatureLevels(name, values, numeric, np.isfinite(cost), cost)


def _values(
    name: str, others: "pd.Series[Any]", *, numeric: bool, given: Sequence[Any] | None
) -> list[Any]:
    if given is not None:
        values = list(dict.fromkeys(given))
        if numeric:
            try:
                return sorted(float(one) for one in values)
            except (TypeError, ValueError) as error:
                msg = f"levels={{{name!r}: ...}} must be numbers, as the feature is: {error}."
                raise InputError(msg) from error
        return values
    known = others.dropna()
    if not numeric:
        return sorted(known.unique().tolist(), key=str)
    distinct = np.unique(known.to_numpy(np.float64))
    if len(distinct) > MOST_LEVELS:
        shares = np.linspace(0, 1, MOST_LEVELS)
        distinct = np.unique(np.quantile(known, shares, method="inverted_cdf"))
    return [float(one) for one in distinct]


def _numbers(
    name: str,
    own: "pd.Series[Any]",
    others: "pd.Series[Any]",
    values: list[float],
    actions: Actions,
) -> Floats:
    known = np.sort(others.dropna().to_numpy(np.float64))
    here = own.to_numpy(np.float64, na_value=np.nan)
    levels = np.array(values)
    below_own, below = _mid_shares(known, here)[:, None], _mid_shares(known, levels)[None]
    up = levels[None] > here[:, None]
    # Places passed on the way, counting the one that is reached.
    place_up = np.arange(len(levels)) - np.searchsorted(levels, here, side="right")[:, None] + 1
    place_down = np.searchsorted(levels, here, side="left")[:, None] - np.arange(len(levels))
    steps = np.where(up, place_up, place_down)
    cost = np.where(up, np.log((1 - below_own) / (1 - below)), np.log(below_own / below))
    way, most = actions.direction.get(name, "any"), actions.step.get(name)
    cost[up if way == "down" else ~up if way == "up" else np.zeros_like(up)] = np.inf
    if most is not None:
        cost[steps > most] = np.inf
    # Out of a missing value there is no distance.
    cost[np.isnan(here)] = 1.0
    cost[levels[None] == here[:, None]] = np.inf
    return np.asarray(cost)


def _names(own: "pd.Series[Any]", values: list[Any]) -> Floats:
    cost = np.ones((len(own), len(values)))
    for place, value in enumerate(values):
        cost[(own == value).fillna(False).to_numpy(bool), place] = np.inf
    return cost


def _mid_shares(known: Floats, at: Floats) -> Floats:
    """Return the share of people below a value, those at it counting half."""
    low, high = np.searchsorted(known, at, "left"), np.searchsorted(known, at, "right")
    return np.asarray(((low + high) / 2 + 0.5) / (len(known) + 1))
