"""Stages: rates, and logs that add exactly."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import creditaudit as ca
from creditaudit.errors import NothingToCompare

STAGES = ["applied", "complete", "offered", "accepted"]
TABLE = pd.DataFrame(
    {"group": ["a", "b"], "applied": [400, 200], "complete": [300, 100], "offered": [200, 65],
     "accepted": [180, 60]}
)  # fmt: skip


def funnel(table=TABLE):
    return ca.Funnel.from_counts(table, "group", STAGES)


def test_stage_rates_are_those_on_paper():
    found = ca.metrics.stage_rates(funnel(), "group").set_index(["group", "step"])
    assert found.loc[("b", "applied to complete"), ["n", "value"]].tolist() == [200, 0.5]
    assert found.loc[("b", "complete to offered"), ["n", "value"]].tolist() == [100, 0.65]
    assert found.loc[("a", "all stages"), ["n", "value"]].tolist() == [400, 0.45]


def test_each_step_is_the_ratio_of_the_rates_of_its_tally():
    found = ca.metrics.stage_contributions(funnel(), by="group").set_index("step")
    for step, tally in zip(funnel().moves, funnel().steps, strict=True):
        expected = ca.metrics.disparity(tally, by="group", reference="a").iloc[0]
        assert found.loc[step, "ratio"] == pytest.approx(expected["value"])
        assert found.loc[step, ["low", "high"]].tolist() == pytest.approx(
            np.log([expected["low"], expected["high"]]).tolist()
        )
        assert found.loc[step, "p_value"] == pytest.approx(expected["p_value"])


counts = st.lists(st.integers(1, 200), min_size=4, max_size=4).map(lambda x: sorted(x)[::-1])


@given(a=counts, b=counts)
def test_the_logs_of_the_steps_add_up_to_the_log_of_the_whole(a, b):
    table = pd.DataFrame([["a", *a], ["b", *b]], columns=["group", *STAGES])
    found = ca.metrics.stage_contributions(funnel(table), by="group", reference="a")
    steps, whole = found[:-1], found.iloc[-1]
    assert steps["value"].sum() == pytest.approx(whole["value"], abs=1e-9)
    if abs(whole["value"]) > 1e-9:
        assert steps["share"].sum() == pytest.approx(1)


def test_the_logs_add_up_with_weights_too():
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"group": rng.choice(["a", "b"], 500), "w": rng.lognormal(0, 1, 500)})
    deepest = rng.integers(0, 4, 500)
    for place, stage in enumerate(STAGES):
        frame[stage] = (deepest >= place).astype(int)
    made = ca.Funnel.from_frame(frame, "group", STAGES, weight="w")
    found = ca.metrics.stage_contributions(made, by="group")
    assert found["value"][:-1].sum() == pytest.approx(found["value"].iloc[-1])


def test_a_stage_nobody_reached_is_null_with_a_reason():
    table = TABLE.assign(complete=[300, 0], offered=[200, 0], accepted=[180, 0])
    found = ca.metrics.stage_contributions(funnel(table), by="group", reference="a")
    assert found["value"].isna().all()
    assert found["ratio"].iloc[0] == found["ratio"].iloc[-1] == 0
    assert found["note"].tolist() == [
        "Nobody of the group went on, so the log is not defined.",
        "Undefined: nobody of the group reached this stage.",
        "Undefined: nobody of the group reached this stage.",
        "Nobody of the group went on, so the log is not defined.",
    ]


def test_one_group_alone_is_not_compared():
    with pytest.raises(NothingToCompare, match="Only one group"):
        ca.metrics.stage_contributions(funnel(TABLE[:1]), by="group")
