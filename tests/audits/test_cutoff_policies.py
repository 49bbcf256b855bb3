import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit import Roles, cutoffs
from creditaudit.thresholds.criteria import CRITERIA
from made_tables import VERDICTS, audited, claims, lent, of

SCORED = Roles(groups=["group"], outcome="paid", good=1, score="points", higher_is="safer")


def scored(n=3000, seed=4, **columns):
    """Two groups: b scores lower, and pays less often at the same score."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"group": rng.choice(["a", "b"], n, p=[0.7, 0.3])})
    lower = (frame["group"] == "b").to_numpy()
    frame["points"] = np.round(rng.normal(600 - 40 * lower, 50, n))
    odds = (frame["points"] - 560) / 40 - 0.4 * lower
    frame["paid"] = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int)
    return frame.assign(**columns)


@pytest.fixture(scope="module")
def report():
    return audited(scored(), SCORED, score_bins="exact", reference={"group": "a"})


def test_the_costs_are_those_of_the_library(report):
    costs, _ = of(report, "cutoff_policy")
    tally = ca.Tally.from_frame(scored(), SCORED, score_bins="exact")
    shown = costs.table.set_index(["loss", "criterion"])
    assert sorted(set(shown.index.get_level_values("loss"))) == [2, 4, 10]
    for name in CRITERIA:
        found = cutoffs(tally, by="group", criterion=name, loss=4.0)
        row = shown.loc[(4.0, name.replace("_", " "))]
        assert row["percent_of_max"] == pytest.approx(100 * found.share_of_max)
        assert row["low"] <= row["percent_of_max"] <= row["high"]
    parity = shown.loc[(4.0, "demographic parity")]
    assert (
        f"With the same approval rate, {parity['percent_of_max']:.1f} % of the highest profit is "
        f"kept ({parity['low']:.1f} to {parity['high']:.1f})." in costs.claim
    )


def test_what_a_bad_payer_costs_is_called_an_assumption_and_swept(report):
    costs, shown = of(report, "cutoff_policy")
    for finding in (costs, shown):
        assert "A bad payer is taken to cost 4 times what a good one brings" in finding.claim
        assert any("an assumption, not an estimate" in limit for limit in finding.limits)
        assert any("measured on the same people" in limit for limit in finding.limits)
        assert any("may itself be unlawful" in limit for limit in finding.limits)
    assert "2 and 10 times are in the table" in costs.claim


def test_the_findings_describe_and_do_not_judge(report):
    found = of(report, "cutoff_policy")
    assert {finding.status for finding in found} == {"descriptive"}
    assert all(finding.tested == () and finding.law == () for finding in found)
    assert not VERDICTS.search(claims(report))
    assert report.context["comparisons"] == len(of(report, "calibration"))


def test_the_cut_offs_by_group_are_in_the_table(report):
    _, shown = of(report, "cutoff_policy")
    tally = ca.Tally.from_frame(scored(), SCORED, score_bins="exact")
    for name in CRITERIA:
        part = shown.table[shown.table["criterion"] == name.replace("_", " ")]
        found = cutoffs(tally, by="group", criterion=name, loss=4.0).table
        assert part["cutoff_high"].tolist() == found["cutoff_high"].tolist()
        assert part["tpr"].tolist() == found["tpr"].tolist()
    single = cutoffs(tally, by="group", criterion="single", loss=4.0).table
    low, high = sorted(100 * single["approval_rate"])
    assert f"With one cut-off for all, {low:.1f} % (group b) to {high:.1f} % (group a)" in (
        shown.claim
    )
    assert "% of every group are approved" in shown.claim


def test_a_cut_off_that_approves_nobody_is_in_words():
    frame = scored()
    frame["paid"] = np.where(np.arange(len(frame)) % 10 == 0, 1, 0)
    costs, shown = of(audited(frame, SCORED, score_bins=5), "cutoff_policy")
    assert "no cut-off makes a profit where a bad payer costs 4 times" in costs.claim
    assert set(shown.table["cutoff_high"]) == {"approves nobody"}
    flipped = Roles(groups=["group"], outcome="paid", good=1, score="points", higher_is="riskier")
    _, shown = of(audited(frame, flipped, score_bins=5), "cutoff_policy")
    assert set(shown.table["cutoff_high"]) == {"approves nobody"}


def test_a_lenders_file_gets_the_reason_once():
    frame = lent(a=(300, 60, 140), b=(120, 30, 100))
    frame["points"], frame["sex"] = np.arange(len(frame)) % 7, "f"
    roles = Roles(groups=["group", "sex"], decision="approved", favourable=1, outcome="paid",
                  good=1, score="points", higher_is="safer")  # fmt: skip
    report = audited(frame, roles)
    (finding,) = of(report, "cutoff_policy")
    assert finding.status == "descriptive"
    assert finding.claim.startswith("Declined people have no outcomes")
    assert finding.n == 750
    assert of(report, "criteria_conflict")[0].claim == finding.claim


def test_small_groups_and_people_without_one_are_left_out_and_said_to_be():
    extra = pd.DataFrame({"group": ["c"] * 9 + [None] * 20, "points": 600.0,
                          "paid": [1] * 9 + [1, 0] * 10})  # fmt: skip
    frame = pd.concat([scored(), extra], ignore_index=True)
    for finding in of(audited(frame, SCORED, score_bins="exact"), "cutoff_policy"):
        assert finding.n == 3000
        assert "1 group with fewer than 5 good or 5 bad payers: not part, not shown." in (
            finding.limits
        )
        assert "People whose group is missing are not part." in finding.limits
        assert "c" not in set(finding.table.get("group", ()))


def test_one_group_is_nothing_to_compare():
    (finding,) = of(audited(scored(group="a"), SCORED), "cutoff_policy")
    assert finding.claim.startswith("group: no cut-offs are compared. It takes a reference group")


def test_it_is_not_asked_without_a_score_or_an_outcome():
    roles = Roles(groups=["group"], outcome="paid", good=1)
    report = audited(scored(), roles)
    asked = {one["audit"]: one for one in report.not_asked}
    assert {"cutoff_policy", "criteria_conflict"} <= set(asked)
    assert asked["cutoff_policy"]["needs"] == "the score behind the decision"


def test_clusters_have_jackknife_ranges():
    frame = scored(branch=np.arange(3000) % 50)
    roles = Roles(groups=["group"], outcome="paid", good=1, score="points", higher_is="safer",
                  cluster="branch")  # fmt: skip
    costs, _ = of(audited(frame, roles), "cutoff_policy")
    assert "jackknife" in costs.method
    assert (costs.table["low"] <= costs.table["percent_of_max"]).all()


def test_the_report_can_be_written_and_drawn(report):
    again = ca.Report.from_dict(report.to_dict())
    assert [f.claim for f in again.findings] == [f.claim for f in report.findings]
    assert "What would other cut-offs do" in report.to_html()
