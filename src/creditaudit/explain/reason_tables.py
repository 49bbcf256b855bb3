"""Explanations as frames that are drawn: from base to score, reasons by group, ways by cost."""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.attributed import Attributions
from creditaudit.intervals import wilson


def waterfall_frame(found: Attributions, person: Any, *, most: int = 10) -> pd.DataFrame:
    """Return the way from the base to one person's score, a row a feature.

    Parameters
    ----------
    found : Attributions
    person : label
        In the people that were explained.
    most : int
        Features at most, largest first; the others stand together in one row.

    Returns
    -------
    DataFrame
        step, value, start, end: the base first, then features, then the score.

    Raises
    ------
    InputError
        If there is no such person, or two.
    """
    rows = np.flatnonzero(np.asarray(found.values.index == person))
    if len(rows) != 1:
        msg = f"{person!r} names {len(rows)} of the people explained. Pass the label of one."
        raise InputError(msg)
    own = found.values.iloc[int(rows[0])]
    order = np.argsort(-np.abs(own.to_numpy()), kind="stable")
    parts = [(str(own.index[place]), float(own.iloc[place])) for place in order[:most]]
    rest = order[most:]
    if len(rest):
        parts.append((f"{len(rest)} other features", float(own.iloc[rest].sum())))
    steps, at = [("base", found.base, 0.0, found.base)], found.base
    for name, value in parts:
        steps.append((name, value, at, at + value))
        at += value
    steps.append(("score", at, 0.0, at))
    return pd.DataFrame(steps, columns=["step", "value", "start", "end"])


def reason_frame(
    reasons: pd.DataFrame, groups: "pd.Series[Any]", *, rank: int | None = None
) -> pd.DataFrame:
    """Return how often each reason is given to the refused of each group.

    Parameters
    ----------
    reasons : DataFrame
        From `reasons`: person, rank, feature.
    groups : Series
        The group of each refused person, by label.
    rank : int, optional
        Count no reasons after this rank; 1 for the main one.

    Returns
    -------
    DataFrame
        group, reason, value, low, high (Wilson), n (refused people of the group); the most frequent
        reasons first.

    Raises
    ------
    InputError
        If a person has no group.
    """
    kept = reasons if rank is None else reasons[reasons["rank"] <= rank]
    missing = [one for one in kept["person"] if one not in groups.index]
    if missing:
        msg = f"{len(missing)} people with reasons have no group. Pass the group of everybody."
        raise InputError(msg)
    names = list(kept["feature"].value_counts().index)
    own = kept["person"].map(groups)
    rows = []
    for name in names:
        for side in sorted(groups.dropna().unique(), key=str):
            n = int((groups == side).sum())
            hit = int(((own == side) & (kept["feature"] == name)).sum())
            value = hit / n
            low, high = (float(one) for one in wilson(np.array(value), np.array(float(n))))
            rows.append((side, name, value, low, high, n))
    return pd.DataFrame(rows, columns=["group", "reason", "value", "low", "high", "n"])


def recourse_frame(ways: pd.DataFrame, groups: "pd.Series[Any]") -> pd.DataFrame:
    """Return which share of each group has a way back at each cost, or by each day.

    Parameters
    ----------
    ways : DataFrame
        From `recourse`, one row a refused person. Of a rulebook the days until a way opens are
        taken, and the cost otherwise.
    groups : Series
        The group of each person, by label.

    Returns
    -------
    DataFrame
        group, at (cost or days), value (share with a way that costs or waits no more), n,
        undecided (share without an answer).
    """
    kind = "wait_high" if "wait_high" in ways else "cost"
    own = ways["person"].map(groups)
    rows = []
    for side in sorted(own.dropna().unique(), key=str):
        mine = ways[(own == side).to_numpy()]
        costs = np.sort(mine.loc[mine["status"] == "found", kind].to_numpy(np.float64))
        open_share = float((mine["status"] == "undecided").mean())
        at = np.concatenate([[0.0], np.unique(costs)])
        shares = np.searchsorted(costs, at, side="right") / len(mine)
        rows += [(side, x, share, len(mine), open_share)
                 for x, share in zip(at.tolist(), shares.tolist(), strict=True)]  # fmt: skip
    return pd.DataFrame(rows, columns=["group", "at", "value", "n", "undecided"])
