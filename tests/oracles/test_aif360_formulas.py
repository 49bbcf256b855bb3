"""The formulas of aif360 0.6.1, written out here over rows, against our numbers from counts.

aif360 pins older packages, so it is not imported; each function below is its source in few lines.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from creditaudit import Roles, Tally, metrics

ROLES = {"groups": ["race"], "decision": "ok", "favourable": 1, "outcome": "paid", "good": 1}


@st.composite
def tables(draw):
    n = draw(st.integers(20, 90))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return pd.DataFrame(
        {
            "race": rng.choice(["priv", "unpriv", "other"], n, p=[0.5, 0.3, 0.2]),
            "ok": (rng.random(n) < draw(st.floats(0.2, 0.9))).astype(int),
            "paid": (rng.random(n) < draw(st.floats(0.2, 0.9))).astype(int),
            "w": rng.lognormal(size=n),
        }
    )


def counted(frame, weight=None):
    return Tally.from_frame(frame, Roles(**ROLES, weight=weight))


def rate(rows, event, given_):
    """Return instance_weights of an event over those of its condition."""
    return rows.loc[event & given_, "w"].sum() / rows.loc[given_, "w"].sum()


def rates(rows):
    good = rows["paid"] == 1
    return rate(rows, rows["ok"] == 1, good), rate(rows, rows["ok"] == 1, ~good)


def differences(frame):
    """Return difference(true_positive_rate) and difference(false_positive_rate)."""
    unprivileged, privileged = (rates(frame[frame["race"] == r]) for r in ("unpriv", "priv"))
    return np.subtract(unprivileged, privileged)


def ours(name, frame, weight=None):
    found = getattr(metrics, name)(counted(frame, weight), by="race", reference="priv")
    return found.set_index("race").loc["unpriv", "value"]


@settings(max_examples=30)
@given(frame=tables(), weighted=st.booleans())
def test_odds_of_one_pair(frame, weighted):
    assume(frame.groupby("race")["paid"].nunique().reindex(["priv", "unpriv"]).eq(2).all())
    weight = "w" if weighted else None
    gaps = differences(frame if weighted else frame.assign(w=1.0))
    assert ours("average_odds_difference", frame, weight) == pytest.approx(gaps.mean(), abs=1e-12)
    sizes, mean = np.abs(gaps), ours("average_abs_odds_difference", frame, weight)
    assert mean == pytest.approx(sizes.mean(), abs=1e-12)
    assert ours("equalized_odds", frame, weight) == pytest.approx(sizes.max(), abs=1e-12)
    assert ours("equal_opportunity", frame, weight) == pytest.approx(gaps[0], abs=1e-12)


def generalized_entropy_index(b, alpha):
    """Return ClassificationMetric.generalized_entropy_index, with its 0.6.1 slip at alpha 0."""
    if alpha == 1:
        return np.mean(np.log((b / np.mean(b)) ** b) / np.mean(b))
    if alpha == 0:
        return -np.mean(np.log(b / np.mean(b)) / np.mean(b))
    return np.mean((b / np.mean(b)) ** alpha - 1) / (alpha * (alpha - 1))


def between_group(frame, alpha):
    """Return _between_group_generalized_entropy_index over all groups."""
    b = 1 + frame["ok"].astype(float) - frame["paid"]
    return generalized_entropy_index(b.groupby(frame["race"]).transform("mean"), alpha)


@settings(max_examples=30)
@given(frame=tables(), alpha=st.sampled_from([1, 2, 0.5, 3]))
def test_inequality_of_benefits(frame, alpha):
    b = 1 + frame["ok"].astype(float) - frame["paid"]
    assume(b.mean() > 0 and b.groupby(frame["race"]).mean().min() > 0)
    tally = counted(frame)
    expected = generalized_entropy_index(b, alpha)
    found = metrics.generalized_entropy(tally, alpha=alpha)["value"].item()
    assert found == pytest.approx(expected, abs=1e-12)
    parts = metrics.inequality_parts(tally, "race", alpha=alpha).set_index("measure")["value"]
    assert parts["between"] == pytest.approx(between_group(frame, alpha), abs=1e-12)
    if alpha == 2:
        variation = metrics.coefficient_of_variation(tally)["value"].item()
        assert variation == pytest.approx(np.sqrt(2 * expected), abs=1e-12)


def test_at_alpha_zero_theirs_is_divided_by_the_mean_once_more():
    frame = pd.DataFrame({"race": "a", "ok": [1, 1, 1, 0], "paid": [1, 0, 0, 0]})
    b = 1 + frame["ok"].astype(float) - frame["paid"]
    found = metrics.generalized_entropy(counted(frame), alpha=0)["value"].item()
    assert b.mean() == 1.5
    assert found == pytest.approx(-np.mean(np.log(b / 1.5)))
    assert found == pytest.approx(generalized_entropy_index(b, 0) * 1.5)


def test_weights_count_in_our_inequality_and_not_in_theirs():
    frame = pd.DataFrame({"race": "a", "ok": [1, 1, 0], "paid": [1, 0, 1], "w": [2.0, 1.0, 1.0]})
    tally = counted(frame, "w")
    found = metrics.generalized_entropy(tally)["value"].item()
    twice = frame.iloc[[0, 0, 1, 2]]
    b = 1 + twice["ok"].astype(float) - twice["paid"]
    assert found == pytest.approx(generalized_entropy_index(b, 2))
