"""The same numbers as scikit-learn, scipy and fairlearn for scores, on random tables."""

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from creditaudit import Roles, Tally, metrics


@st.composite
def tables(draw):
    n = draw(st.integers(12, 120))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    p = rng.beta(2, 2, n).round(draw(st.integers(1, 3))).clip(0.001, 0.999)
    frame = pd.DataFrame(
        {
            "race": rng.choice(["a", "b"], n),
            "ok": rng.integers(0, 2, n),
            "paid": (rng.random(n) < p).astype(int),
            "p": p,
            "w": rng.lognormal(size=n),
        }
    )
    assume(frame.groupby("race")["paid"].nunique().eq(2).all() and frame["race"].nunique() == 2)
    return frame


def counted(frame, weight=None):
    given_ = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1, score="p",
                   higher_is="safer", weight=weight)  # fmt: skip
    return Tally.from_frame(frame, given_, score_bins="exact")


@settings(max_examples=25)
@given(frame=tables(), weighted=st.booleans())
def test_separation_by_group(frame, weighted):
    tally = counted(frame, "w" if weighted else None)
    gini, ks = (getattr(metrics, name)(tally, by="race") for name in ("gini", "ks"))
    for place, (_, rows) in enumerate(frame.groupby("race")):
        w = rows["w"] if weighted else None
        area = roc_auc_score(rows["paid"], rows["p"], sample_weight=w)
        assert gini["value"][place] == pytest.approx(2 * area - 1, abs=1e-12)
        false, true, _ = roc_curve(rows["paid"], rows["p"], sample_weight=w)
        assert ks["value"][place] == pytest.approx(np.abs(true - false).max(), abs=1e-12)
        if not weighted:
            bad, good = (rows.loc[rows["paid"] == k, "p"] for k in (0, 1))
            assert ks["value"][place] == pytest.approx(ks_2samp(bad, good).statistic, abs=1e-12)


@settings(max_examples=25)
@given(frame=tables())
def test_mean_scores_are_fairlearns_mean_prediction(frame):
    theirs = fairlearn.MetricFrame(metrics=fairlearn.mean_prediction, y_true=frame["paid"],
                                   y_pred=frame["p"], sensitive_features=frame["race"],
                                   sample_params={"sample_weight": frame["w"]})  # fmt: skip
    ours = metrics.mean_score(counted(frame, "w"), by="race")["value"]
    np.testing.assert_allclose(ours, theirs.by_group, atol=1e-12)


@settings(max_examples=25)
@given(frame=tables(), bins=st.integers(2, 12))
def test_the_calibration_curve(frame, bins):
    # Their bins are (a, b] and ours [a, b): the same where no score is an edge.
    assume(not np.isin(frame["p"].round(6), (np.arange(bins + 1) / bins).round(6)).any())
    observed, predicted = calibration_curve(frame["paid"], frame["p"], n_bins=bins)
    got = metrics.calibration(counted(frame), bins=bins)
    np.testing.assert_allclose(got["value"], observed, atol=1e-12)
    np.testing.assert_allclose(got["predicted"], predicted, atol=1e-12)


@settings(max_examples=25)
@given(frame=tables())
def test_the_curve_holds_the_brier_score(frame):
    got = metrics.calibration(counted(frame))
    k, n, p = got["value"] * got["n"], got["n"], got["predicted"]
    ours = (k * (1 - p) ** 2 + (n - k) * p**2).sum() / n.sum()
    assert ours == pytest.approx(brier_score_loss(frame["paid"], frame["p"]), abs=1e-12)


@settings(max_examples=25)
@given(frame=tables(), weighted=st.booleans())
def test_widest_gaps_are_fairlearns(frame, weighted):
    w = frame["w"] if weighted else None
    given_ = {"y_true": frame["paid"], "y_pred": frame["ok"], "sensitive_features": frame["race"],
              "sample_weight": w}  # fmt: skip
    tally = counted(frame, "w" if weighted else None)
    how = {"by": "race", "min_people": 0}
    ours = {
        "equalized_odds_difference": metrics.equalized_odds(tally, **how),
        "equal_opportunity_difference": metrics.equal_opportunity(tally, **how),
        "demographic_parity_difference": metrics.worst_against_best(
            tally, kind="difference", **how
        ),
        "demographic_parity_ratio": metrics.worst_against_best(tally, kind="ratio", **how),
        "equal_opportunity_ratio": metrics.equal_opportunity(tally, kind="ratio", **how),
        "equalized_odds_ratio": metrics.equalized_odds(tally, kind="ratio", **how),
    }
    for name, found in ours.items():
        value = found["value"].item()
        if np.isnan(value):  # 0 over 0, which fairlearn calls nan or 0
            continue
        assert value == pytest.approx(getattr(fairlearn, name)(**given_), abs=1e-12), name
