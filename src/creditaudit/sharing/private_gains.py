"""What recipients gain when each is given the data of all, and how exposed people are then."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.sharing.coalition_games import EXPOSURE
from creditaudit.sharing.coalition_measures import METRICS
from creditaudit.values import Floats

if TYPE_CHECKING:
    from creditaudit.sharing.sector_worths import InformationValue


def gained_and_exposed(worth: "InformationValue", metric: str | None) -> pd.DataFrame:
    """Return one row for each further recipient, those who gain most first.

    Notes
    -----
    Recipient a gains v(everything) - v(base + a): each holds its own data and the base, decides
    about the same people by the same kind of model, and is the only one to gain from it. Of people,
    U(everything) are alone with their values in its hands, where U(base + a) were. ``copies`` is
    the mean over columns of how many hold a column.
    """
    profit = "profit" if "profit" in worth.asked else worth.accuracy
    metric = metric or profit
    if metric not in worth.asked or METRICS[metric].gap:
        msg = f"{metric!r} is no gain among the metrics {list(worth.asked)}."
        raise InputError(msg)
    m, sign = worth.metrics.index(metric), METRICS[metric].sign
    alone = 1 << np.arange(len(worth.sectors))
    gain = sign * (worth.games.game[-1, m, 0] - worth.games.game[alone, m, 0])
    order = np.argsort(-gain, kind="stable")

    def summed(game: Floats) -> Floats:
        return np.asarray(np.cumsum(sign * (game[-1] - game[alone])[order], axis=0))

    total = worth.ranged(summed)
    low, high = total.range()
    exposed = worth.games.game[:, worth.metrics.index(EXPOSURE), 0]
    before = exposed[alone][order]
    columns = np.array([len(worth.people.columns.inputs[one]) for one in worth.sectors])
    joined = np.arange(1, len(worth.sectors) + 1)
    # Who collects a column holds it; each recipient that did not collect it is one more.
    own = np.cumsum(columns[order]) / columns.sum()
    return pd.DataFrame({
        "recipients": joined, "joined": [worth.sectors[i] for i in order], "metric": metric,
        "gain": gain[order], "gain_sum": total.value[:, m], "low": low[:, m], "high": high[:, m],
        "exposed_before": before, "exposed_after": exposed[-1],
        "exposure_sum": np.cumsum(exposed[-1] - before), "copies": 1 + joined - own,
    })  # fmt: skip
