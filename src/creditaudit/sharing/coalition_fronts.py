"""Every coalition of sectors: accuracy against the gap, and which are beaten on both."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.shapley import coalition_members
from creditaudit.sharing.coalition_games import EXPOSURE
from creditaudit.sharing.coalition_measures import METRICS
from creditaudit.values import Floats

if TYPE_CHECKING:
    from creditaudit.sharing.sector_worths import InformationValue

NOBODY = "none of them"


def front(worth: "InformationValue", accuracy: str, gap: str) -> pd.DataFrame:
    """Return one row a coalition, those of most accuracy first."""
    for name, is_gap in ((accuracy, False), (gap, True)):
        if name not in worth.asked or METRICS[name].gap != is_gap:
            kind = "a gap" if is_gap else "accuracy"
            msg = f"{name!r} is no number of {kind} among {list(worth.asked)}."
            raise InputError(msg)
    places = [worth.metrics.index(one) for one in (accuracy, gap, EXPOSURE)]
    found = worth.ranged(lambda game: game)
    low, high = found.range()
    a, g, e = (found.value[:, k] for k in places)
    names = [
        " + ".join(worth.sectors[i] for i in np.flatnonzero(members)) or NOBODY
        for members in coalition_members(len(worth.sectors))
    ]
    made = pd.DataFrame({
        "coalition": names,
        "sectors": coalition_members(len(worth.sectors)).sum(axis=1),
        accuracy: a, f"{accuracy}_low": low[:, places[0]], f"{accuracy}_high": high[:, places[0]],
        gap: g, f"{gap}_low": low[:, places[1]], f"{gap}_high": high[:, places[1]],
        EXPOSURE: e, "dominated": dominated(METRICS[accuracy].sign * a, np.abs(g)),
    })  # fmt: skip
    order = np.argsort(-METRICS[accuracy].sign * a, kind="stable")
    return made.iloc[order].reset_index(drop=True)


def dominated(good: Floats, cost: Floats) -> npt.NDArray[np.bool_]:
    """Return which points another one beats: no worse on both and better on one."""
    order = np.lexsort((cost, -good))
    beaten = np.zeros(len(good), dtype=bool)
    least_before, least_here, here = np.inf, np.inf, np.nan
    for k in order:
        if good[k] != here:
            least_before, here, least_here = min(least_before, least_here), good[k], cost[k]
        # Beaten by one of more at no more cost, or by one of as much at less.
        beaten[k] = least_before <= cost[k] or least_here < cost[k]
    return beaten
