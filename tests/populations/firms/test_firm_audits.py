"""The audit of firms finds the gap that was planted, in its range, and none where none was."""

import numpy as np
import pytest

import creditaudit as ca

FIRMS, RUNS = 3000, 40
COLUMNS = ["ownership", "firm_approved"]


def gaps(bias, seeds):
    for seed in seeds:
        firms = ca.make_firms(FIRMS, seed=seed, bias=bias, columns=COLUMNS)
        tally = ca.Tally.from_frame(firms.frame, firms.roles, by=["ownership"])
        found = ca.metrics.disparity(
            tally, metric="approval_rate", by="ownership", reference="private", kind="difference"
        )
        yield found.set_index("ownership").loc["politically_tied"]


@pytest.mark.parametrize("size", [0.0, 1.0])
def test_ranges_of_the_gap_in_approvals_hold_the_true_one_as_often_as_they_say(size):
    bias = ca.FirmBias(selection=size)
    whole = ca.make_firms(200_000, seed=99, bias=bias, columns=COLUMNS)
    chance = whole.truth["approval_propensity"].groupby(whole.frame["ownership"]).mean()
    true = chance["politically_tied"] - chance["private"]
    found = list(gaps(bias, range(RUNS)))
    held = sum(one["low"] <= true <= one["high"] for one in found)
    # 95 in 100 of them; under 33 of 40 would come once in 10,000 times.
    assert held >= 33
    assert np.mean([one["value"] for one in found]) == pytest.approx(true, abs=0.012)
    beyond = sum(one["p_value"] < 0.05 for one in found)
    assert beyond == RUNS if size else beyond <= 8


def test_every_question_that_asks_for_counts_and_rows_is_answered_on_firms():
    firms = ca.make_firms(6000, seed=7, bias=ca.FirmBias(selection=1, group="private"))
    by = ["ownership", "size_class", "firm_region"]
    tally = ca.Tally.from_frame(firms.frame, firms.roles, by=by, score_bins=20)
    report = ca.audit(
        ca.Evidence(tally=tally, frame=firms.frame, about=firms.made), title="Made-up firms"
    )
    asked = {finding.audit for finding in report.findings}
    assert {"disparity", "error_rates", "calibration", "power", "cutoff_policy"} <= asked
    of_owners = [one for one in report.findings if one.audit == "disparity"][:3]
    assert all(one.reference == "ownership private" for one in of_owners)
    # Private firms are held back: every other kind of owner is approved more often than they are.
    assert all(one.low > 1.1 for one in of_owners)
