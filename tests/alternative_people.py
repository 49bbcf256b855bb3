"""Small populations for the tests of alternatives."""

from functools import cache

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

import creditaudit as ca

INPUTS = ["ability", "street", "noise"]
SEEN = [
    "reported_income", "utilisation", "late_payments_24m", "debt_to_income", "months_on_book",
    "region", "phone_bills_late",
]  # fmt: skip


@cache
def planted(n=4_000, seed=5):
    """Ability tells default. The street tells the group, and default as recorded only."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b"], n, p=[0.6, 0.4])
    frame = pd.DataFrame({"group": group, "ability": rng.normal(0, 1, n)})
    frame["street"] = rng.normal(1.5 * (group == "b"), 1)
    frame["noise"] = rng.normal(0, 1, n)
    frame["true"] = (rng.random(n) < expit(-1 - 1.5 * frame["ability"])).astype(float)
    false = (group == "b") & (rng.random(n) < 0.25)
    frame["bad"] = np.where(false, 1.0, frame["true"])
    return frame


@cache
def searched(**given):
    frame = planted()
    return ca.alternatives.frontier(
        LogisticRegression(), frame[INPUTS], frame["bad"], groups=frame["group"],
        **{"reference": "a", "share": 0.6, "draws": 60, "rounds": 2} | given,
    )  # fmt: skip


@cache
def borrowers(n, seed, **knobs):
    return ca.make_borrowers(n, seed=seed, bias=ca.Bias(**knobs), columns=[*SEEN, "minority"])


def true_gaps(alternative, people):
    """Return the gap in approvals of everyone, and of those who would have repaid."""
    own = people.frame["minority"].to_numpy()
    chance = alternative.approval(people.frame[SEEN], own)
    good = people.truth["label_true"].to_numpy() == 0
    return [
        chance[(own == 0) & who].mean() - chance[(own == 1) & who].mean()
        for who in (np.ones(len(own), dtype=bool), good)
    ]
