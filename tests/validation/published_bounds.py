"""Many small tables at once, rounded and suppressed as publishers do, and what follows by hand."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit import Roles, Tally

WAYS = ("under five", "starred", "to five", "to ten", "per cent", "per mille")
ROLES = Roles(
    groups=["table", "race"], decision="decision", favourable="yes", unfavourable="no"
)  # fmt: skip


@dataclass
class Published:
    """Tables of groups by decision, side by side in one.

    ``truth``, ``low`` and ``high`` have shape (n_tables, n_groups, 2): those approved, those
    refused; ``rows`` and ``columns`` are pairs of ends of their totals, None where not told.
    """

    way: str
    truth: np.ndarray
    low: np.ndarray
    high: np.ndarray
    rows: tuple[np.ndarray, np.ndarray] | None
    columns: tuple[np.ndarray, np.ndarray] | None


def rounded(truth, step):
    """Return the ends of counts rounded to a multiple of ``step``, a half to either side."""
    shown = step * np.floor(truth / step + 0.5)
    return np.maximum(np.ceil(shown - step / 2), 0), np.floor(shown + step / 2)


def publish(rng, way, tables, groups, top):
    """Return random tables as a publisher would print them."""
    truth = rng.integers(0, top, (tables, groups, 2))
    sums, columns = truth.sum(axis=2), truth.sum(axis=1)
    exact = (sums, sums), (columns, columns)
    if way == "under five":
        small = truth < 5
        return Published(way, truth, np.where(small, 0, truth), np.where(small, 4, truth),
                         exact[0] if rng.random() < 0.5 else None, None)  # fmt: skip
    if way == "starred":
        # A star is for any number; a second one in each row keeps the first from being derived.
        hidden = (truth < 5).any(axis=2, keepdims=True) | (truth < 0)
        return Published(way, truth, np.where(hidden, 0, truth),
                         np.where(hidden, np.inf, truth), *exact)  # fmt: skip
    if way in ("to five", "to ten"):
        step = 5 if way == "to five" else 10
        told = rng.random() < 0.5
        return Published(way, truth, *rounded(truth, step), rounded(sums, step),
                         rounded(columns, step) if told else None)  # fmt: skip
    decimals = 0 if way == "per cent" else 1
    # Per cents of a total: the count is any that rounds to it, a half to either side.
    half = 0.5 * 10.0**-decimals
    share = np.divide(100 * truth[..., 0], sums, out=np.zeros(sums.shape), where=sums > 0)
    shown = np.round(share, decimals)
    low = np.maximum(np.ceil((shown - half) * sums / 100 - 1e-9), 0)
    high = np.minimum(np.floor((shown + half) * sums / 100 + 1e-9), sums)
    ends = np.stack([low, sums - high], axis=2), np.stack([high, sums - low], axis=2)
    columns = exact[1] if rng.random() < 0.5 else None
    return Published(way, truth, *ends, exact[0], columns)


def tally_of(made):
    """Return the tally of all tables together, each tied by its own totals only."""
    tables, groups, _ = made.truth.shape
    at = np.indices(made.truth.shape)
    frame = pd.DataFrame({
        "table": at[0].ravel(), "race": at[1].ravel(),
        "decision": np.array(["yes", "no"])[at[2].ravel()],
        "n": np.where(made.low == made.high, made.low, np.nan).ravel(),
        "low": made.low.ravel(), "high": made.high.ravel(),
    })  # fmt: skip
    sums = []
    if made.rows is not None:
        table, race = np.indices((tables, groups))
        sums.append(
            pd.DataFrame(
                {
                    "table": table.ravel(),
                    "race": race.ravel(),
                    "low": made.rows[0].ravel(),
                    "high": made.rows[1].ravel(),
                }
            )
        )
    if made.columns is not None:
        table, decision = np.indices((tables, 2))
        sums.append(pd.DataFrame({"table": table.ravel(),
                                  "decision": np.array(["yes", "no"])[decision.ravel()],
                                  "low": made.columns[0].ravel(),
                                  "high": made.columns[1].ravel()}))  # fmt: skip
    totals = pd.concat(sums, ignore_index=True) if sums else None
    return Tally.from_counts(
        frame, ROLES, by=[("table", "race")], low="low", high="high", totals=totals
    )


def ends_of_rows(made):
    """Return the least and greatest approval rate of each group, where no column is told.

    With one total a row, or none, they follow without a solver: as many approved as the refused
    and the total leave room for, and the other way round.
    """
    low, high = made.low.astype(float), made.high.astype(float)
    rows = made.rows or (np.zeros(low.shape[:2]), np.full(low.shape[:2], np.inf))
    ends = []
    for event, rest in ((0, 1), (1, 0)):
        fewest = np.maximum(low[..., event], rows[0] - high[..., rest])
        most = np.minimum(high[..., rest], rows[1] - fewest)
        with np.errstate(invalid="ignore"):
            share = fewest / (fewest + most)
        # Nobody at that corner: where there is anybody, it is an event.
        there = np.minimum(high[..., event], rows[1] - low[..., rest]) > 0
        ends.append(np.where(fewest + most > 0, share, np.where(there, 1.0, np.nan)))
    return ends[0], 1 - ends[1]


def every_table(low, high, rows, columns):
    """Return every whole table of one published table; shape (n, n_groups, 2)."""
    sizes = (high - low + 1).astype(int).ravel()
    places = np.indices(sizes).reshape(len(sizes), -1).T
    found = (places + low.ravel()).reshape(-1, *low.shape)
    for axis, ends in ((2, rows), (1, columns)):
        if ends is not None:
            sums = found.sum(axis=axis)
            found = found[((sums >= ends[0]) & (sums <= ends[1])).all(axis=1)]
    return found
