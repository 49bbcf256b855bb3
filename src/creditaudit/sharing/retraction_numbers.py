"""The measures of copies that outlive a correction, and their sweeps over free intervals."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.sharing.sweeps import FreeParameter, Swept, sweep

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
    and 1 that depends on no interval, so all low and all high are the ends of the range.
    """
    used = list(dict.fromkeys(name for group in names.values() for name in group))
    if not used:
        return {}
    parameters = {
        name: FreeParameter(name, *free.loc[name, ["value", "low", "high"]].astype(float))
        for name in used
    }
    keys = [key for key, value in run({}).items() if names.get(key[0]) and math.isfinite(value)]
    texts = {f"{agency}: {measure}": (agency, measure) for agency, measure in keys}
    tried = sweep(
        lambda values: _told(run(values), texts), list(parameters.values()), corners="ends"
    )
    together = " + ".join(used)
    found = {}
    for text, key in texts.items():
        own = set(names[key[0]])
        frame = tried[text].frame
        kept = frame[frame["parameter"].isin(own) | (frame["parameter"] == together)]
        chosen = tuple(one for name, one in parameters.items() if name in own)
        found[key] = Swept(key[1], chosen, kept, _value=tried[text].numbers()["estimate"])
    return found


def _told(numbers: Mapping[Key, float], texts: Mapping[str, Key]) -> dict[str, float]:
    return {text: numbers[key] for text, key in texts.items()}
