"""People whose sectors are worth what was planted."""

from functools import cache

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from creditaudit.sharing import information_value

# Bank holds ability; tax a noisy copy of it; social the street, which tells the group alone.
SECTORS = {"ability": "bank", "copy": "tax", "street": "social", "toss": "police"}


@cache
def planted(n=4_000, seed=1):
    """Ability tells default. The street tells the group, and default as recorded only."""
    rng = np.random.default_rng(seed)
    group = rng.random(n) < 0.4
    frame = pd.DataFrame({"person_id": np.arange(n), "group": np.where(group, "b", "a")})
    frame["ability"] = rng.normal(size=n)
    frame["copy"] = frame["ability"] + rng.normal(0, 0.3, n)
    frame["street"] = rng.normal(1.5 * group, 1)
    frame["toss"] = rng.integers(2, size=n)
    frame["true"] = (rng.random(n) < expit(-1 - 1.5 * frame["ability"])).astype(float)
    frame["bad"] = np.where(group & (rng.random(n) < 0.25), 1.0, frame["true"])
    return frame


def valued(frame=None, scorer=None, **given):
    return information_value(
        planted() if frame is None else frame, scorer or LogisticRegression(),
        **{"sectors": SECTORS, "group": "group", "reference": "a", "outcome": "bad",
           "judged_by": "true", "share": 0.6, "draws": 60, "refits": 2} | given,
    )  # fmt: skip


@cache
def worth():
    return valued(draws=200, refits=3)
