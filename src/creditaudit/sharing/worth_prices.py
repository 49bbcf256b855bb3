"""What a point of accuracy costs in gap and in exposure."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from creditaudit.shapley import shapley_values
from creditaudit.sharing.coalition_games import EXPOSURE
from creditaudit.sharing.coalition_measures import METRICS
from creditaudit.sharing.paired_ranges import Ranged
from creditaudit.values import Floats

if TYPE_CHECKING:
    from creditaudit.sharing.sector_worths import InformationValue


def prices(worth: "InformationValue") -> pd.DataFrame:
    """Return for each sector the gap and the exposure it adds over the accuracy it adds.

    Notes
    -----
    r = phi(gap) / phi(accuracy), both Shapley values of the same fits. Its range is that of
    phi(gap) - r phi(accuracy), over phi(accuracy) (delta method).
    """
    places = [worth.metrics.index(one) for one in (worth.accuracy, worth.gap, EXPOSURE)]
    sign = METRICS[worth.accuracy].sign
    own = worth.ranged(shapley_values)
    low, high = own.range()
    rows = []
    for i, sector in enumerate(worth.sectors):
        a, g, e = (float(own.value[i, k]) for k in places)
        told = low[i, places[0]] > 0 or high[i, places[0]] < 0
        if not told:
            note = f"adds no {worth.accuracy} that can be told from none"
            rows.append((sector, a, g, np.nan, np.nan, np.nan, np.nan, note))
            continue
        ratio = g / (sign * a)
        left = _at_price(worth, i, places, sign * ratio)
        reach = float((left.range()[1] - left.value)[0, 0]) / abs(a)
        note = "" if sign * a > 0 else f"takes {worth.accuracy} away"
        rows.append((sector, a, g, ratio, ratio - reach, ratio + reach, e / (sign * a), note))
    columns = ["sector", worth.accuracy, worth.gap, "gap_per_point", "low", "high"]
    return pd.DataFrame(rows, columns=pd.Index([*columns, "exposure_per_point", "note"]))


def _at_price(worth: "InformationValue", i: int, places: list[int], ratio: float) -> Ranged:
    def left(game: Floats) -> Floats:
        found = shapley_values(game[:, places[:2]])[i]
        return np.asarray(found[None, 1:2] - ratio * found[None, 0:1])

    return worth.ranged(left)
