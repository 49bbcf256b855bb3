"""Numbers under several seeds: their mean, and the range that holds 95 % of them."""

from collections.abc import Sequence

import numpy as np


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
