"""People and cards for the tests of scorers."""

import numpy as np
import pandas as pd

from creditaudit.scorers import ScorecardScorer

ODD = 'odd "name" with `ticks`, it\'s \\ x.y'


def applicants(n, seed):
    """Return people with every kind of column and value, and who turned out bad."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "income": rng.lognormal(8, 1, n),
            ODD: rng.choice(["a'b", 'c"d', "e\\f", "ü x", "", "g`h"], n),
            "late days": rng.choice([0.0, 1, 2, 3, -9, -8], n),
            "flag": rng.random(n) < 0.3,
            "small": rng.normal(size=n).astype(np.float32),
            "code": rng.choice([1, 2, 3, 4], n),
            "select": rng.integers(0, 50, n),
        }
    )
    logit = 2 - 0.4 * np.log(frame["income"]) + 0.7 * (frame[ODD] == 'c"d') - 0.3 * frame["small"]
    logit += 0.6 * (frame["code"] == 2) - 0.5 * frame["flag"] - 0.01 * frame["select"]
    bad = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    frame["flag"] = frame["flag"].astype("boolean").mask(rng.random(n) < 0.02)
    frame.loc[rng.random(n) < 0.05, "income"] = np.nan
    frame.loc[rng.random(n) < 0.01, "income"] = np.inf
    frame.loc[rng.random(n) < 0.01, "income"] = -np.inf
    frame.loc[rng.random(n) < 0.05, ODD] = None
    frame.loc[rng.random(n) < 0.05, "small"] = np.nan
    return frame, bad


def new_people(card, n, seed):
    """Return people unlike those of the fit: unseen values, and numbers on the cuts."""
    frame, _ = applicants(n, seed)
    frame.loc[:10, ODD] = "never seen"
    frame.loc[11:20, "code"] = 77
    for feature in ("income", "small", "select"):
        cuts = card.bins_[feature].cuts
        near = np.concatenate([cuts, np.nextafter(cuts, -np.inf), np.nextafter(cuts, np.inf)])
        kind = frame[feature].dtype
        frame.loc[30 : 29 + len(near), feature] = near.astype(kind)
    return frame


def fitted(n=4_000, seed=7, **given):
    """Return a card with every kind of bin."""
    frame, bad = applicants(n, seed)
    # Two columns tell nothing and stay, so that each kind of bin is on the card.
    given = {"suppressors": "keep", "min_share": 0.02, **given}
    specials = {"late days": [-9, (-8,)]}
    return ScorecardScorer(specials=specials, categorical=["code"], **given).fit(frame, bad)
