"""Means of attributions over people, with ranges."""

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.values import Floats

_CELLS = 1 << 22


def mean_table(values: pd.DataFrame, ranges: str, seed: int, replicates: int) -> pd.DataFrame:
    """Return mean size and mean of each column with 95 % ranges, largest size first.

    Returns
    -------
    DataFrame
        feature, measure, value, low, high, n, note.

    Raises
    ------
    InputError
        If the kind of ranges is not known.
    """
    plain = values.to_numpy()
    n, width = plain.shape
    both = np.concatenate([np.abs(plain), plain], axis=1)
    means = both.mean(axis=0)
    note = ""
    if ranges not in ("normal", "bootstrap"):
        msg = f'ranges={ranges!r} must be "normal" or "bootstrap".'
        raise InputError(msg)
    if n < 2:
        low = high = np.full(2 * width, np.nan)
        note = "one person: no range"
    elif ranges == "normal":
        error = 1.959963984540054 * both.std(axis=0, ddof=1) / np.sqrt(n)
        low, high = means - error, means + error
        # No mean size is below 0.
        low[:width] = np.maximum(low[:width], 0)
    else:
        low, high = _bootstrap(both, np.random.default_rng(seed), replicates)
    order = np.argsort(-means[:width], kind="stable")
    places = np.column_stack([order, order + width]).ravel()
    return pd.DataFrame(
        {
            "feature": [values.columns[place % width] for place in places],
            "measure": np.where(places < width, "mean_size", "mean"),
            "value": means[places],
            "low": low[places],
            "high": high[places],
            "n": n,
            "note": note,
        }
    )


def _bootstrap(
    both: Floats, rng: np.random.Generator, replicates: int
) -> tuple[Floats, Floats]:  # fmt: skip
    n = len(both)
    step = max(1, _CELLS // n)
    drawn = [
        rng.multinomial(n, np.full(n, 1 / n), size=min(step, replicates - start)) @ both / n
        for start in range(0, replicates, step)
    ]
    low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975], axis=0)
    return low, high
