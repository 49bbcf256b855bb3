"""Distress scores by hand, and their zones."""

import numpy as np
import pandas as pd
import pytest

from creditaudit.errors import MissingColumn
from creditaudit.populations.firms.distress import RATIOS, altman_scores


def test_scores_of_two_firms_by_hand():
    frame = pd.DataFrame(
        [[0.1, 0.2, 0.1, 1.0, 1.5], [-0.2, -0.1, -0.05, 0.1, 0.6]], columns=list(RATIOS),
        index=["a", "b"],
    )  # fmt: skip
    told = altman_scores(frame)
    # 0.0717 + 0.1694 + 0.3107 + 0.42 + 1.497, and 0.12 + 0.28 + 0.33 + 0.6 + 1.5.
    assert told.loc["a", "z_private"] == pytest.approx(2.4688)
    assert told.loc["a", "z_listed"] == pytest.approx(2.83)
    assert list(told["zone_private"]) == ["grey", "distress"]
    assert list(told["zone_listed"]) == ["grey", "distress"]


def test_market_value_counts_for_the_listed_score_only():
    frame = pd.DataFrame([[0.1, 0.2, 0.1, 1.0, 1.5]], columns=list(RATIOS))
    plain, dear = altman_scores(frame), altman_scores(frame, market_to_book=[3.0])
    assert dear["z_private"].equals(plain["z_private"])
    assert dear.loc[0, "z_listed"] - plain.loc[0, "z_listed"] == pytest.approx(1.2)


def test_edges_belong_to_the_safer_zone_and_missing_accounts_have_none():
    frame = pd.DataFrame(0.0, index=range(4), columns=list(RATIOS))
    frame["sales_to_assets"] = [1.23 / 0.998, 2.9 / 0.998 + 1e-12, 1.2, np.nan]
    told = altman_scores(frame)
    assert told["zone_private"].tolist()[:3] == ["grey", "safe", "distress"]
    assert told["zone_private"].isna().tolist() == [False, False, False, True]


def test_a_missing_ratio_is_named():
    with pytest.raises(MissingColumn, match="ebit_to_assets"):
        altman_scores(pd.DataFrame({"sales_to_assets": [1.0]}))
