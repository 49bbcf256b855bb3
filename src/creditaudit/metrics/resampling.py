"""Bootstrap ranges of any measure, from the cells alone."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError
from creditaudit.metrics.catalogue import measure
from creditaudit.metrics.groups import lay_out
from creditaudit.metrics.measures import whole
from creditaudit.metrics.separations import Auc
from creditaudit.tally import By, Tally


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
        Names of rates, or "auc".
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
    frames = []
    axes = dict.fromkeys(measure(name).axes for name in metrics)
    for one in axes:
        groups = lay_out(tally, by, one)
        flat = [a.reshape(-1) for a in (groups.n, groups.w, groups.w2)]
        used = np.flatnonzero(flat[0])
        drawn = np.zeros((replicates, len(flat[0])))
        sums = [a[used] for a in flat]
        drawn[:, used] = intervals.resample_cells(
            sums[0], sums[1], sums[2], replicates=replicates, seed=seed
        )[1]
        drawn = drawn.reshape(replicates, *groups.w.shape)
        for name in metrics:
            asked = measure(name)
            if asked.axes != one:
                continue
            exact = asked.estimate(tally, by)
            if isinstance(asked, Auc):
                asked = Auc(tally.roles.higher_is or "safer")
            values = asked.values(drawn)
            unknown = np.isnan(values).any(axis=0) | np.isnan(exact.value)
            frame = exact.keys.copy()
            frame["measure"] = name
            frame["n"] = whole(exact.n)
            frame["value"] = exact.value
            with np.errstate(invalid="ignore"):
                frame["error"] = np.where(unknown, np.nan, values.std(axis=0, ddof=1))
                tail = (1 - level) / 2
                ends = np.quantile(np.where(unknown, 0, values), [tail, 1 - tail], axis=0)
            frame["low"], frame["high"] = np.where(unknown, np.nan, ends)
            frame["note"] = [
                note or ("Undefined in some replicates." if bad else "")
                for note, bad in zip(exact.notes, unknown, strict=True)
            ]
            frames.append(frame)
    order = {name: place for place, name in enumerate(metrics)}
    joined = pd.concat(frames, ignore_index=True)
    return joined.sort_values(
        "measure", key=lambda s: s.map(order), kind="stable", ignore_index=True
    )
