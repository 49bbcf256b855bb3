"""The same numbers as fairlearn on random tables, weighted or not; and where it says 0, null."""

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_score

from creditaudit import Roles, Tally, metrics

PEERS = {
    "approval_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "true_negative_rate": fairlearn.true_negative_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "accuracy": accuracy_score,
    "precision": lambda *args, **more: precision_score(*args, zero_division=0, **more),
}


@st.composite
def tables(draw):
    n = draw(st.integers(4, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return pd.DataFrame(
        {
            "race": rng.choice(["a", "b", "c"][: draw(st.integers(2, 3))], n),
            "ok": (rng.random(n) < draw(st.floats(0.1, 0.9))).astype(int),
            "paid": (rng.random(n) < draw(st.floats(0.1, 0.9))).astype(int),
            "w": rng.lognormal(size=n),
        }
    )


def counted(frame, *, weighted):
    weight = "w" if weighted else None
    roles = Roles(
        groups=["race"], decision="ok", favourable=1, outcome="paid", good=1, weight=weight
    )
    return Tally.from_frame(frame, roles)


@settings(max_examples=25)
@given(frame=tables(), weighted=st.booleans())
def test_rates_equal_fairlearn_wherever_they_are_defined(frame, weighted):
    params = {"sample_weight": frame["w"]} if weighted else {}
    theirs = fairlearn.MetricFrame(
        metrics=PEERS | {"count": fairlearn.count},
        y_true=frame["paid"],
        y_pred=frame["ok"],
        sensitive_features=frame["race"],
        sample_params=dict.fromkeys(PEERS, params),
    )
    tally = counted(frame, weighted=weighted)
    assert metrics.approval_rate(tally, by="race")["n"].tolist() == list(theirs.by_group["count"])
    for name in PEERS:
        ours = getattr(metrics, name)(tally, by="race")
        defined = ours["value"].notna().to_numpy()
        expected = theirs.by_group[name].to_numpy(dtype=float)
        np.testing.assert_allclose(ours["value"][defined], expected[defined], atol=1e-12)
        # A rate of nobody is printed as 0 there and is null with the reason here.
        assert (expected[~defined] == 0).all()
        assert ours["note"][~defined].str.startswith("Undefined").all()
        everyone = getattr(metrics, name)(tally)["value"].item()
        assert np.isnan(everyone) or everyone == pytest.approx(theirs.overall[name], abs=1e-12)


@settings(max_examples=15)
@given(frame=tables(), weighted=st.booleans())
def test_demographic_parity_equals_fairlearn(frame, weighted):
    given_ = {
        "y_true": frame["paid"],
        "y_pred": frame["ok"],
        "sensitive_features": frame["race"],
        "sample_weight": frame["w"] if weighted else None,
    }
    rates = metrics.approval_rate(counted(frame, weighted=weighted), by="race")["value"]
    gap = fairlearn.demographic_parity_difference(**given_)
    assert rates.max() - rates.min() == pytest.approx(gap, abs=1e-12)
    if rates.max() > 0:
        ratio = fairlearn.demographic_parity_ratio(**given_)
        assert rates.min() / rates.max() == pytest.approx(ratio, abs=1e-12)


def test_a_group_without_good_payers_is_no_gap_of_one():
    frame = pd.DataFrame(
        {"race": ["a"] * 20 + ["b"] * 3, "ok": [1] * 23, "paid": [1] * 20 + [0] * 3, "w": 1.0}
    )
    given_ = {"y_true": frame["paid"], "y_pred": frame["ok"], "sensitive_features": frame["race"]}
    assert fairlearn.equal_opportunity_difference(**given_) == 1
    got = metrics.disparity(
        counted(frame, weighted=False),
        "true_positive_rate",
        by="race",
        reference="a",
        kind="difference",
    )
    assert got["value"].isna().all()
    assert got["note"].item() == "Undefined: there are no good payers here."
