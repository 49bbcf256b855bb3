"""The measures of copies that outlive a correction, and their sweeps over free intervals."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.sharing.sweeps import FreeParameter, Swept

ALL = "all"
LONGEST = "longest possible days"
MEAN = "mean days until cleared"
MEDIAN = "median days until cleared"
LATE = "days until 95 % are cleared"
DENIED = "wrongful denial-days per error"
ALIVE = "share of copies alive at the horizon"
HALF = "day by which half the copies are gone"
_LATE_SHARE = 0.95

Key = tuple[str, str]


def numbers_of(
    clear: pd.DataFrame,
    longest: Mapping[str, float],
    holders: Sequence[str],
    denied: Mapping[str, int],
    horizon: float,
) -> dict[Key, float]:
    """Return every measure as one number.

    Parameters
    ----------
    clear : DataFrame of shape (n_errors, n_agencies)
        Days until each stops listing.
    longest : mapping
        The bound of each agency.
    holders : sequence of str
        Agencies other than the origin that hold a copy on day 0.
    denied : mapping
        How many measures each agency refuses to whoever is on its list.
    horizon : float
        Days over which denials are counted.

    Returns
    -------
    dict
        (agency, measure) -> number; infinite where it never clears.
    """
    found: dict[Key, float] = {}
    all_denied = 0.0
    for name in clear.columns:
        days = clear[name].to_numpy(dtype=np.float64)
        lost = denied.get(name, 0) * float(np.minimum(days, horizon).mean())
        all_denied += lost
        found[name, LONGEST] = longest[name]
        found[name, MEAN] = float(days.mean())
        found[name, MEDIAN] = _by(days, 0.5)
        found[name, LATE] = _by(days, _LATE_SHARE)
        if denied.get(name):
            found[name, DENIED] = lost
    found[ALL, DENIED] = all_denied
    if holders:
        days = clear[list(holders)].to_numpy(dtype=np.float64)
        found[ALL, LONGEST] = max(longest.values())
        found[ALL, ALIVE] = float((days > horizon).mean())
        found[ALL, HALF] = _by(days.reshape(-1), 0.5)
    return found


def _by(days: NDArray[np.float64], share: float) -> float:
    """Return the first day by which a share is cleared; no interpolation, days may be infinite."""
    ordered = np.sort(days)
    return float(ordered[math.ceil(share * len(ordered)) - 1])


def swept_rows(
    run: Callable[[Mapping[str, float]], Mapping[Key, float]],
    free: pd.DataFrame,
    names: Mapping[str, Sequence[str]],
) -> dict[Key, Swept]:
    """Return the numbers that rest on free intervals, each with its sweep.

    Parameters
    ----------
    run : callable
        From values of free parameters to numbers by (agency, measure).
    free : DataFrame
        Free parameters by name: value, low, high.
    names : mapping
        The free parameters that each agency rests on.

    Notes
    -----
    In law each number rises with each interval: a wait is the interval times a number between 0
    and 1 that depends on no interval. So all low and all high are the ends of the range, and
    several intervals are swept as one, from all low to all high.
    """
    used = list(dict.fromkeys(name for group in names.values() for name in group))
    if not used:
        return {}
    ends = free.loc[used, ["low", "high"]].astype(float)
    base, low, high = run({}), run(ends["low"].to_dict()), run(ends["high"].to_dict())
    found = {}
    for key, value in base.items():
        own = names.get(key[0])
        if own and math.isfinite(value):
            one = _together(free.loc[list(own)])
            frame = pd.DataFrame(
                [(one.name, one.low, low[key]), (one.name, one.high, high[key])],
                columns=["parameter", "at", "value"],
            )
            found[key] = Swept(key[1], (one,), frame, _value=value)
    return found


def _together(free: pd.DataFrame) -> FreeParameter:
    """Return one parameter that moves all of some intervals from their low to their high ends."""
    numbers = free[["value", "low", "high"]].astype(float)
    if len(free) == 1:
        return FreeParameter(str(free.index[0]), *numbers.iloc[0])
    if len(numbers.drop_duplicates()) == 1:
        return FreeParameter(f"each of {len(free)} refresh intervals", *numbers.iloc[0])
    name = f"the place of {len(free)} refresh intervals in their ranges (-1 least, 1 greatest)"
    return FreeParameter(name, 0.0, -1.0, 1.0)
