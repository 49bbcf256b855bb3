"""DeLong's error of an AUC from counts by bin, against every pair of people.

The textbook version loops over all good and all bad payers, after their scores were binned.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from creditaudit import Roles, Tally
from creditaudit.metrics.separations import AUC

EDGES = np.arange(0, 11, 2.5)


def textbook(good, bad):
    """Return the AUC and DeLong's standard error: one loop over all pairs of people.

    DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Biometrics 44, 837-845.
    """
    placed_good = [sum((g > b) + 0.5 * (g == b) for b in bad) / len(bad) for g in good]
    placed_bad = [sum((g > b) + 0.5 * (g == b) for g in good) / len(good) for b in bad]
    area = sum(placed_good) / len(good)
    s10 = sum((v - area) ** 2 for v in placed_good) / (len(good) - 1)
    s01 = sum((v - area) ** 2 for v in placed_bad) / (len(bad) - 1)
    return area, (s10 / len(good) + s01 / len(bad)) ** 0.5


@settings(max_examples=60)
@given(
    n=st.integers(6, 50),
    seed=st.integers(0, 2**32 - 1),
    higher_is=st.sampled_from(["safer", "riskier"]),
    binned=st.booleans(),
)
def test_the_error_from_bins_is_that_of_the_binned_people(n, seed, higher_is, binned):
    rng = np.random.default_rng(seed)
    paid = rng.integers(0, 2, n)
    frame = pd.DataFrame({"race": rng.choice(["a", "b"], n), "paid": paid})
    frame["points"] = (rng.uniform(0, 7.9, n) + 2 * paid).round(1)
    sizes = pd.crosstab(frame["race"], frame["paid"]).reindex(columns=[0, 1], fill_value=0)
    assume(sizes.to_numpy().min() > 1)
    roles = Roles(groups=["race"], outcome="paid", good=1, score="points", higher_is=higher_is)
    tally = Tally.from_frame(frame, roles, score_bins=EDGES if binned else "exact")
    found = AUC.estimate(tally, "race")
    sign = 1 if higher_is == "safer" else -1
    frame["seen"] = np.digitize(frame["points"], EDGES) if binned else frame["points"]
    for place, race in enumerate(found.keys["race"]):
        rows = frame[frame["race"] == race]
        sides = [(sign * rows.loc[rows["paid"] == side, "seen"]).tolist() for side in (1, 0)]
        area, error = textbook(*sides)
        assert found.value[place] == pytest.approx(area, abs=1e-12)
        if error > 0:
            assert found.error[place] == pytest.approx(error, rel=1e-9)
