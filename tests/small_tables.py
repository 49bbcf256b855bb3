"""Small tables of counts with bounds and totals, and every whole table that fits them."""

from itertools import product

import numpy as np
import pandas as pd

from creditaudit import Roles, Tally

ROLES = Roles(groups=["race"], decision="decision", favourable="yes", unfavourable="no")
CROSSED = Roles(
    groups=["race", "sex"], decision="decision", favourable="yes", unfavourable="no"
)  # fmt: skip
JUDGED = Roles(
    groups=["race"], decision="decision", favourable="yes", unfavourable="no",
    outcome="outcome", good="good",
)  # fmt: skip


def random_table(rng, keys, *, widest=4, top=6, totals=()):
    """Return a truth, and what is published of it.

    Parameters
    ----------
    keys : dict of str to list
        Values of each column; None is a missing one.
    totals : sequence of tuple of str
        Which margins may be published, by their columns.
    """
    frame = pd.DataFrame(list(product(*keys.values())), columns=list(keys), dtype=object)
    truth = rng.integers(0, top, len(frame))
    frame["n"] = truth.astype(float)
    low = np.maximum(truth - rng.integers(0, widest, len(frame)), 0)
    high = truth + rng.integers(0, widest, len(frame))
    open_ones = rng.random(len(frame)) < 0.7
    frame["low"], frame["high"] = np.where(open_ones, low, truth), np.where(open_ones, high, truth)
    frame.loc[open_ones, "n"] = np.nan
    sums = []
    for margin in totals:
        if rng.random() < 0.3:
            continue
        groups = frame.assign(n=truth).groupby(list(margin), dropna=True)["n"].sum().reset_index() \
            if margin else pd.DataFrame({"n": [truth.sum()]})  # fmt: skip
        slack = rng.integers(0, 2, (2, len(groups))) * (rng.random() < 0.3)
        n = groups["n"].to_numpy(dtype=float)
        groups["low"], groups["high"] = np.maximum(n - slack[0], 0), n + slack[1]
        groups["n"] = np.where(groups["low"] == groups["high"], n, np.nan)
        sums.append(groups[rng.random(len(groups)) < 0.9])
    sums = [one for one in sums if len(one)]
    names = [*keys, "n", "low", "high"]
    made = [one.reindex(columns=names).astype(object) for one in sums]
    return truth, frame, pd.concat(made, ignore_index=True) if made else None


def tally_of(frame, totals, roles=ROLES, **more):
    return Tally.from_counts(frame, roles, low="low", high="high", totals=totals, **more)


def every_table(frame, totals):
    """Return every whole table that fits, one a row."""
    ends = zip(frame["low"].astype(int), frame["high"].astype(int), strict=True)
    axes = np.meshgrid(*(np.arange(low, high + 1) for low, high in ends), indexing="ij")
    tables = np.stack([axis.ravel() for axis in axes], axis=1)
    if totals is None:
        return tables
    keys = [name for name in frame.columns if name not in ("n", "low", "high")]
    for _, total in totals.iterrows():
        named = [name for name in keys if not pd.isna(total[name])]
        held = np.logical_and.reduce(
            [frame[name].to_numpy() == total[name] for name in named] or [np.ones(len(frame), bool)]
        )
        sums = tables[:, held].sum(axis=1)
        low, high = (
            (total["n"], total["n"]) if not pd.isna(total["n"]) else (total["low"], total["high"])
        )
        tables = tables[(sums >= low) & (sums <= high)]
    return tables


def sums_in(frame, tables, **wanted):
    """Return the people in some cells in each table."""
    held = np.ones(len(frame), dtype=bool)
    for name, value in wanted.items():
        own = frame[name].to_numpy(dtype=object)
        held &= np.array([x == value or (x is None and value is None) for x in own])
    return tables[:, held].sum(axis=1)
