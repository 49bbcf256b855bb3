"""The numbers of each sector side by side, with ranges."""

from typing import TYPE_CHECKING

import pandas as pd

from creditaudit.sharing.coalition_games import EXPOSURE
from creditaudit.sharing.worth_words import named_sectors

if TYPE_CHECKING:
    from creditaudit.sharing.sector_worths import InformationValue


def sector_table(worth: "InformationValue", level: float) -> pd.DataFrame:
    """Return one row a sector: the four numbers of accuracy, the gap, exposure, and what they say.

    Shapley values of the first metric of accuracy and of the first gap have ranges at a level.
    """
    measures = ["first_in", "last_in", "to_incumbent"]
    if worth.games.alone is not None:
        measures.insert(0, "alone")
    m = worth.metrics.index(worth.accuracy)
    made = {name: worth.numbers(name).value[:, m] for name in measures}
    own = worth.numbers("shapley")
    low, high = own.range(level)
    for metric in (worth.accuracy, worth.gap):
        k = worth.metrics.index(metric)
        made |= {f"{metric}_shapley": own.value[:, k], f"{metric}_low": low[:, k]}
        made |= {f"{metric}_high": high[:, k]}
    made |= {EXPOSURE: own.value[:, worth.metrics.index(EXPOSURE)]}
    named = named_sectors(worth, level)
    return pd.DataFrame(
        {"sector": worth.sectors, **made, "redundant": named["redundant"], "says": named["says"]}
    )


def long_rows(worth: "InformationValue", measure: str, metric: str, level: float) -> pd.DataFrame:
    """Return one measure of one metric, one row a sector."""
    found, m = worth.numbers(measure), worth.metrics.index(metric)
    low, high = found.range(level)
    exact = metric == EXPOSURE
    note = "exact, of these people" if exact else ""
    if not exact and not worth.games.parts:
        note = "for these fits alone"
    if worth.games.errors is not None and not exact and measure == "shapley":
        note = "most coalitions by one model; see surrogate_error"
    return pd.DataFrame({
        "sector": worth.sectors, "measure": measure, "metric": metric,
        "value": found.value[:, m], "low": low[:, m], "high": high[:, m],
        "error_people": found.error_people[:, m], "error_refit": found.error_refit[:, m],
        "n": len(worth.people.frame) if exact else worth.n, "note": note,
    })  # fmt: skip
