"""Every function of ``fairlearn.metrics`` that has a counterpart, on random tables, to 1e-12.

A function is either compared here or named in ``NOT_SHARED`` with the reason; one in neither fails.
Where a rate is of nobody fairlearn prints 0 and this library null, so such tables have no common
number: `test_where_a_group_has_nobody_to_ask_theirs_is_zero_and_ours_undefined`.
"""

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import NothingToCompare

NOT_SHARED = {
    "MetricFrame": "a container; its by_group values are compared in test_fairlearn.py",
    "make_derived_metric": "makes functions, and is no metric",
    "plot_model_comparison": "draws",
    "plot_roc_curve_by_group": "draws",
    "log_loss_group_max": "of single predictions: where one is 0 or 1 and wrong it is infinite",
    "r2_score_group_min": "a share of variance, for outcomes that are no yes or no",
}
RATES = {
    "selection_rate": "approval_rate",
    "true_positive_rate": "true_positive_rate",
    "true_negative_rate": "true_negative_rate",
    "false_positive_rate": "false_positive_rate",
    "false_negative_rate": "false_negative_rate",
}
# Each measure of a group from our rates; 1 - accuracy has three names where labels are 0 and 1.
OURS = {
    **{name: lambda tally, by, own=own: rate(tally, own, by) for name, own in RATES.items()},
    "accuracy_score": lambda t, by: rate(t, "accuracy", by),
    "precision_score": lambda t, by: rate(t, "precision", by),
    "recall_score": lambda t, by: rate(t, "true_positive_rate", by),
    "zero_one_loss": lambda t, by: 1 - rate(t, "accuracy", by),
    "mean_absolute_error": lambda t, by: 1 - rate(t, "accuracy", by),
    "mean_squared_error": lambda t, by: 1 - rate(t, "accuracy", by),
    "balanced_accuracy_score": lambda t, by: (
        (rate(t, "true_positive_rate", by) + rate(t, "true_negative_rate", by)) / 2
    ),
    "f1_score": lambda t, by: f1(rate(t, "precision", by), rate(t, "true_positive_rate", by)),
    "roc_auc_score": lambda t, by: rate(t, "auc", by),
}  # fmt: skip
OVER = {
    "difference": lambda values, _: values.max() - values.min(),
    "ratio": lambda values, _: values.min() / values.max(),
    "group_min": lambda values, _: values.min(),
    "group_max": lambda values, _: values.max(),
}
TO_OVERALL = {
    "difference": lambda values, overall: np.abs(values - overall).max(),
    "ratio": lambda values, overall: np.minimum(values / overall, overall / values).min(),
}
PARITY = {
    "demographic_parity_difference": ("difference", ["approval_rate"]),
    "demographic_parity_ratio": ("ratio", ["approval_rate"]),
    "equal_opportunity_difference": ("difference", ["true_positive_rate"]),
    "equal_opportunity_ratio": ("ratio", ["true_positive_rate"]),
    "equalized_odds_difference": ("difference", ["true_positive_rate", "false_positive_rate"]),
    "equalized_odds_ratio": ("ratio", ["true_positive_rate", "false_positive_rate"]),
}
DERIVED = {
    f"{name}_{over}": (name, over) for name in OURS for over in OVER
    if f"{name}_{over}" in fairlearn.__all__
}  # fmt: skip
OTHER = {"mean_prediction", "count"}


def f1(precision, recall):
    with np.errstate(divide="ignore"):
        return 2 / (1 / precision + 1 / recall)


def rate(tally, name, by):
    return getattr(metrics, name)(tally, by=by)["value"].to_numpy(dtype=float)


@st.composite
def tables(draw):
    n = draw(st.integers(20, 80))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frame = pd.DataFrame({
        "race": rng.choice(["a", "b", "c"][: draw(st.integers(2, 3))], n),
        "ok": (rng.random(n) < draw(st.floats(0.2, 0.8))).astype(int),
        "paid": (rng.random(n) < draw(st.floats(0.2, 0.8))).astype(int),
        "p": rng.random(n).round(draw(st.integers(1, 3))),
        "w": rng.lognormal(size=n),
    })  # fmt: skip
    return frame, "w" if draw(st.booleans()) else None


def counted(frame, weight):
    roles = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1, score="p",
                  higher_is="safer", weight=weight)  # fmt: skip
    return Tally.from_frame(frame, roles, score_bins="exact")


def asked(frame, weight, name, *, pred="ok", grouped=True, **more):
    weights = {"sample_weight": frame[weight]} if weight else {}
    groups = {"sensitive_features": frame["race"]} if grouped else {}
    return getattr(fairlearn, name)(frame["paid"], frame[pred], **groups, **weights, **more)


def test_every_function_is_compared_or_has_a_reason():
    known = {*NOT_SHARED, *RATES, *OTHER, *PARITY, *DERIVED}
    assert set(fairlearn.__all__) == known
    assert not set(NOT_SHARED) & {*RATES, *OTHER, *PARITY, *DERIVED}


@settings(max_examples=12)
@given(made=tables())
def test_functions_of_everyone(made):
    frame, weight = made
    tally = counted(frame, weight)
    for name, own in RATES.items():
        found = rate(tally, own, None)[0]
        if np.isfinite(found):
            theirs = asked(frame, weight, name, grouped=False)
            assert found == pytest.approx(theirs, abs=1e-12), name
    theirs = asked(frame, weight, "mean_prediction", pred="p", grouped=False)
    assert rate(tally, "mean_score", None)[0] == pytest.approx(theirs, abs=1e-12)
    people = metrics.approval_rate(tally)["n"].item()
    assert people == fairlearn.count(frame["paid"], frame["ok"])


@settings(max_examples=12)
@given(made=tables())
def test_functions_over_groups(made):
    frame, weight = made
    tally = counted(frame, weight)
    for function, (name, over) in DERIVED.items():
        values = OURS[name](tally, "race")
        if not np.isfinite(values).all() or (over == "ratio" and values.max() == 0):
            continue
        pred = "p" if name == "roc_auc_score" else "ok"
        theirs = asked(frame, weight, function, pred=pred)
        assert OVER[over](values, None) == pytest.approx(theirs, abs=1e-12), function


@settings(max_examples=12)
@given(made=tables())
def test_parities_between_groups_to_everyone_and_on_average(made):
    frame, weight = made
    tally = counted(frame, weight)
    for function, (over, names) in PARITY.items():
        values = [rate(tally, name, "race") for name in names]
        overall = [rate(tally, name, None)[0] for name in names]
        if not all(np.isfinite(v).all() and (over == "difference" or v.min() > 0) for v in values):
            continue
        worst = max if over == "difference" else min
        for method, made_over in (("between_groups", OVER), ("to_overall", TO_OVERALL)):
            each = [made_over[over](*pair) for pair in zip(values, overall, strict=True)]
            theirs = asked(frame, weight, function, method=method)
            assert worst(each) == pytest.approx(theirs, abs=1e-12), (function, method)
            if len(each) == 2:
                theirs = asked(frame, weight, function, method=method, agg="mean")
                assert np.mean(each) == pytest.approx(theirs, abs=1e-12), (function, method)


@settings(max_examples=12)
@given(made=tables())
def test_our_functions_over_all_groups_are_theirs(made):
    frame, weight = made
    tally, how = counted(frame, weight), {"by": "race", "min_people": 0}
    ours = {
        "demographic_parity_difference": lambda: metrics.worst_against_best(
            tally, kind="difference", **how
        ),
        "demographic_parity_ratio": lambda: metrics.worst_against_best(tally, **how),
        "equal_opportunity_difference": lambda: metrics.equal_opportunity(tally, **how),
        "equal_opportunity_ratio": lambda: metrics.equal_opportunity(tally, kind="ratio", **how),
        "equalized_odds_difference": lambda: metrics.equalized_odds(tally, **how),
        "equalized_odds_ratio": lambda: metrics.equalized_odds(tally, kind="ratio", **how),
    }
    assert set(ours) == set(PARITY)
    for function, found in ours.items():
        try:
            value = found()["value"].item()
        except NothingToCompare:
            value = np.nan
        of = [rate(tally, name, "race") for name in PARITY[function][1]]
        # A group of whom nobody can be asked is left out here, and counted as 0 there.
        if np.isfinite(of).all() and np.isfinite(value):
            assert value == pytest.approx(asked(frame, weight, function), abs=1e-12), function
        else:
            assert any(np.isnan(v).any() or v.max() == 0 for v in of), function


def test_where_a_group_has_nobody_to_ask_theirs_is_zero_and_ours_undefined():
    frame = pd.DataFrame(
        {"race": ["a"] * 6 + ["b"] * 3, "ok": [1, 1, 1, 0, 1, 0, 1, 1, 0], "p": 0.5, "w": 1.0,
         "paid": [1, 1, 1, 1, 0, 0, 0, 0, 0]}
    )  # fmt: skip
    tally = counted(frame, None)
    found = metrics.true_positive_rate(tally, by="race").set_index("race")
    assert np.isnan(found.loc["b", "value"])
    assert found.loc["b", "note"] == "Undefined: there are no good payers here."
    assert asked(frame, None, "true_positive_rate_difference") == 0.75
    assert asked(frame, None, "equal_opportunity_ratio") == 0
    with pytest.raises(NothingToCompare):
        metrics.equal_opportunity(tally, by="race", min_people=0)
