"""Synthetic applicants and fitted models to explain."""

from functools import cache

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from creditaudit.scorers import ScorecardScorer


def applicants(n, seed=7):
    """Six features, two of them categories, some values missing; and who turned out bad."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "income": np.round(rng.lognormal(3, 0.5, n), 1),
            "late": rng.poisson(0.7, n).astype(float),
            "region": rng.integers(0, 12, n).astype(float),
            "age": rng.integers(18, 80, n).astype(float),
            "job": rng.integers(0, 5, n).astype(float),
            "debt": np.round(rng.gamma(2, 5, n), 1),
        }
    )
    risk = (
        0.8 * frame["late"]
        - 0.04 * frame["income"]
        + np.where(frame["region"].isin([1, 4, 7]), 0.03, -0.02) * frame["debt"]
        + 0.5 * (frame["job"] == 3)
    )
    bad = (rng.random(n) < 1 / (1 + np.exp(-risk))).astype(int)
    frame = frame.mask(rng.random(frame.shape) < 0.06)
    return frame, bad


@cache
def boosted(**given):
    """Histogram boosting with native categories, deeper than 17."""
    frame, bad = applicants(1500)
    settings = {"max_iter": 4, "max_leaf_nodes": None, "min_samples_leaf": 3} | given
    return HistGradientBoostingClassifier(
        categorical_features=["region", "job"], early_stopping=False, random_state=0, **settings
    ).fit(frame, bad)


@cache
def card(**given):
    """A scorecard on the same people."""
    frame, bad = applicants(1500)
    return ScorecardScorer(categorical=["region", "job"], **given).fit(frame, bad)
