"""Numbers under several seeds: their mean, and the range that holds 95 % of them."""

from collections.abc import Iterable, Sequence
from operator import index

import numpy as np

from creditaudit.errors import InputError


def read_seeds(seeds: int | Iterable[int]) -> tuple[int, ...]:
    """Return the seeds of draws; a number n is 0 to n - 1.

    Parameters
    ----------
    seeds : int or iterable of int

    Raises
    ------
    InputError
        If there is none, one is no whole number from 0, or one stands there twice: the same luck
        counted twice is no second draw.
    """
    fix = "Give a number of draws, or whole numbers from 0, each once, such as seeds=range(20)."
    if isinstance(seeds, bool | np.bool_ | str | bytes):
        msg = f"seeds={seeds!r} is a {type(seeds).__name__}. {fix}"
        raise InputError(msg)
    try:
        found = [*seeds] if isinstance(seeds, Iterable) else [*range(index(seeds))]
    except TypeError:
        msg = f"seeds={seeds!r} is a {type(seeds).__name__}. {fix}"
        raise InputError(msg) from None
    wrong = [
        one for one in found
        if isinstance(one, bool | np.bool_) or not hasattr(one, "__index__") or one < 0
    ]  # fmt: skip
    if wrong or (not found and not isinstance(seeds, Iterable)):
        msg = f"seeds={seeds!r} has {wrong[:3] or 'no draw'}. {fix}"
        raise InputError(msg)
    if not found:
        msg = f"seeds= is empty. {fix}"
        raise InputError(msg)
    chosen = tuple(map(index, found))
    if len(set(chosen)) < len(chosen):
        twice = sorted({one for one in chosen if chosen.count(one) > 1})
        msg = f"seeds= has {twice[:3]} more than once: the same draw is no second one. {fix}"
        raise InputError(msg)
    return chosen


def over_seeds(values: Sequence[float]) -> dict[str, float]:
    """Return ``value, low, high`` of one number under several seeds.

    Parameters
    ----------
    values : sequence of float
        One a seed; undefined ones (NaN) are left out.

    Returns
    -------
    dict
        The mean and the 2.5 % and 97.5 % quantiles; with one seed all three are equal. The range is
        for luck alone: the people stay the same.
    """
    found = np.asarray(values, dtype=np.float64)
    found = found[~np.isnan(found)]
    if not len(found):
        return dict.fromkeys(("value", "low", "high"), float("nan"))
    # The mean of equal numbers is that number, to the last digit.
    same = bool((found == found[0]).all())
    value = float(found[0]) if same else float(found.mean())
    low, high = (value, value) if same else np.quantile(found, [0.025, 0.975])
    return {"value": value, "low": float(low), "high": float(high)}
