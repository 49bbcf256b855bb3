"""Ranges of numbers that rest on draws or on a sweep, and over what each range goes."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from creditaudit.sharing.seed_ranges import over_seeds

SWEPT, ONE_DRAW, NO_DRAW = "sweep", "one draw: no range", "no draw: exact for these people"


def over_draws(values: Sequence[float], *, drawn: bool, what: str) -> dict[str, Any]:
    """Return ``value, low, high, range_over`` of one number under several seeds.

    Parameters
    ----------
    values : sequence of float
        One a seed.
    drawn : bool
        Whether luck enters; if not, the number is exact for these people.
    what : str
        What is drawn, such as "draws of the ties".

    Notes
    -----
    The range has the 2.5 % and the 97.5 % quantile of the draws; the people stay the same.
    """
    found = over_seeds(values)
    if not drawn:
        return {**found, "range_over": NO_DRAW}
    if len(values) > 1:
        return {**found, "range_over": what}
    return {**found, "low": float("nan"), "high": float("nan"), "range_over": ONE_DRAW}


def over_sweep(told: dict[str, Any], ends: Iterable[float]) -> dict[str, Any]:
    """Return the same with the range of a sweep, which holds that over draws as well.

    Parameters
    ----------
    told : dict
        As `over_draws` returns it.
    ends : iterable of float
        The number at the places of the sweep; undefined ones (NaN) are left out.
    """
    every = np.array([told["value"], told["low"], told["high"], *ends], dtype=np.float64)
    every = every[~np.isnan(every)]
    low, high = (float(every.min()), float(every.max())) if len(every) else (float("nan"),) * 2
    return {**told, "low": low, "high": high, "range_over": SWEPT}
