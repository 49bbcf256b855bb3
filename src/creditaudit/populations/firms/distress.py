"""Altman's distress scores, from the five ratios in the accounts of firms."""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import MissingColumn

RATIOS = (
    "working_capital_to_assets", "retained_earnings_to_assets", "ebit_to_assets",
    "equity_to_liabilities", "sales_to_assets",
)  # fmt: skip
# Weights in the order of RATIOS; below the first edge distress, from the second on safe.
PRIVATE = (0.717, 0.847, 3.107, 0.420, 0.998)
LISTED = (1.2, 1.4, 3.3, 0.6, 1.0)
PRIVATE_EDGES = (1.23, 2.9)
LISTED_EDGES = (1.81, 2.99)
ZONES = ("distress", "grey", "safe")


def altman_scores(frame: pd.DataFrame, *, market_to_book: Any = 1.0) -> pd.DataFrame:
    """Return the distress scores of firms: Z' of private firms and Z of listed ones.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns `RATIOS`; ``equity_to_liabilities`` is of book equity.
    market_to_book : float or array of length n
        Market over book value of equity, for Z, which asks for market value.

    Returns
    -------
    frame of the rows of ``frame``
        ``z_private, zone_private, z_listed, zone_listed``; missing where a ratio is. Zones are
        distress, grey and safe.

    Raises
    ------
    MissingColumn
        If a ratio is missing.

    Notes
    -----
    ``Z' = .717 X1 + .847 X2 + 3.107 X3 + .420 X4 + .998 X5``: distress below 1.23, safe from 2.9
    on, X4 with book equity. ``Z = 1.2 X1 + 1.4 X2 + 3.3 X3 + .6 X4 + 1.0 X5``: distress below
    1.81, safe from 2.99 on, X4 with market equity. X1 is working capital, X2 retained earnings, X3
    earnings before interest and tax and X5 sales, each over assets; X4 is equity over liabilities.
    Both were estimated on some 60 firms of manufacture in the United States.

    References
    ----------
    Altman, E. I. (1968). Financial ratios, discriminant analysis and the prediction of corporate
    bankruptcy. Journal of Finance 23, 589-609. Altman, E. I. (1983). Corporate Financial Distress.
    """
    missing = [name for name in RATIOS if name not in frame.columns]
    if missing:
        raise MissingColumn.of(missing, frame.columns, "Distress scores need five ratios.")
    ratios = frame[list(RATIOS)].to_numpy(dtype=np.float64)
    market = ratios * np.where(np.arange(len(RATIOS)) == 3, np.reshape(market_to_book, (-1, 1)), 1)
    told = {}
    for kind, values, weights, edges in (
        ("private", ratios, PRIVATE, PRIVATE_EDGES), ("listed", market, LISTED, LISTED_EDGES),
    ):  # fmt: skip
        score = values @ np.array(weights)
        zone = np.where(np.isnan(score), -1, np.searchsorted(edges, score, side="right"))
        told[f"z_{kind}"] = score
        told[f"zone_{kind}"] = pd.Categorical.from_codes(zone, list(ZONES))
    return pd.DataFrame(told, index=frame.index)
