"""Bootstrap ranges of any measure, from the cells alone."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError
from creditaudit.metrics.catalogue import measure
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.measures import Estimates, Measure, join_notes, ready, whole
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

_BLOCK = 4_000_000


def bootstrap(
    tally: Tally,
    metrics: str | Sequence[str],
    *,
    by: By = None,
    replicates: int = 1000,
    seed: int = 0,
    level: float = intervals.LEVEL,
) -> pd.DataFrame:
    """Bootstrap standard errors and percentile ranges of several measures at once.

    The cost does not depend on the number of people: the cells are resampled, which for
    unweighted data has the same law as resampling the rows.

    Parameters
    ----------
    tally : Tally
    metrics : str or sequence of str
        Names in `metrics.CATALOGUE`.
    by : str, tuple of str or None
    replicates, seed : int
    level : float

    Returns
    -------
    frame of shape (n_metrics * n_groups, n_keys + 7)
        The keys, measure, n, value, error (standard error), low, high (percentiles), note. A
        percentile range has no width where a rate is 0 or 1: prefer the rates' own ranges for
        few people.

    Raises
    ------
    InputError
        For a clustered tally, whose rows are not drawn independently; for no metric, an unknown
        one, or fewer than two replicates.

    References
    ----------
    Efron, B. and Tibshirani, R. (1993). An Introduction to the Bootstrap, chapter 13.
    """
    if tally.roles.cluster is not None:
        msg = "A clustered tally is not resampled by person; its ranges come from the jackknife."
        raise InputError(msg)
    metrics = [metrics] if isinstance(metrics, str) else list(dict.fromkeys(metrics))
    if not metrics or replicates < 2:
        msg = f"bootstrap needs a metric and 2 replicates; got {metrics} and {replicates}."
        raise InputError(msg)
    asked = {name: measure(name) for name in metrics}
    frames = {}
    for axes in dict.fromkeys(one.axes for one in asked.values()):
        together = [name for name in metrics if asked[name].axes == axes]
        exact = {name: asked[name].estimate(tally, by) for name in together}
        ways = [ready(asked[name], tally) for name in together]
        drawn = _redraw(lay_out(tally, by, axes), ways, replicates, seed)
        for name, values in zip(together, drawn, strict=True):
            frames[name] = _summary(name, exact[name], values, level)
    return pd.concat([frames[name] for name in metrics], ignore_index=True)


def _redraw(
    groups: Groups, measures: Sequence[Measure], replicates: int, seed: int
) -> list[Floats]:
    """Return each measure on the same resampled cells; arrays of shape (replicates, n_groups)."""
    rng = np.random.default_rng(seed)
    flat = [a.reshape(-1) for a in (groups.n, groups.w, groups.w2)]
    used = np.flatnonzero(flat[0])
    n, w, w2 = (a[used] for a in flat)
    found: list[list[Floats]] = [[] for _ in measures]
    # Blocks bound the memory where every score is its own bin.
    block = max(1, _BLOCK // max(1, flat[0].size))
    for start in range(0, replicates, block):
        rows = min(block, replicates - start)
        drawn = np.zeros((rows, flat[0].size))
        drawn[:, used] = intervals.resample_cells(n, w, w2, replicates=rows, seed=rng)[1]
        sums = drawn.reshape(rows, *groups.w.shape)
        for values, one in zip(found, measures, strict=True):
            values.append(one.values(sums))
    return [np.concatenate(values) for values in found]


def _summary(name: str, exact: Estimates, values: Floats, level: float) -> pd.DataFrame:
    frame = exact.keys.copy()
    frame["measure"] = name
    frame["n"] = whole(exact.n)
    frame["value"] = exact.value
    defined = np.isfinite(exact.value)
    stable = defined & np.isfinite(values).all(axis=0)
    values = np.where(stable, values, 0)
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail], axis=0)
    for column, numbers in (("error", values.std(axis=0, ddof=1)), ("low", low), ("high", high)):
        frame[column] = np.where(stable, numbers, np.nan)
    frame["note"] = [
        join_notes(note, "Undefined in some replicates." if unsure else "")
        for note, unsure in zip(exact.notes, defined & ~stable, strict=True)
    ]
    return frame
