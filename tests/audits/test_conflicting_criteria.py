import numpy as np
import pandas as pd
import pytest

from creditaudit import Roles, Tally, cutoffs, metrics
from made_tables import VERDICTS, audited, claims, of

SCORED = Roles(groups=["group"], outcome="paid", good=1, score="points", higher_is="safer")


def scored(cells):
    """Return people from ``(group, points, good, bad)``."""
    rows = [
        (group, points, paid)
        for group, points, good, bad in cells
        for paid, times in ((1, good), (0, bad))
        for _ in range(times)
    ]
    return pd.DataFrame(rows, columns=["group", "points", "paid"])


# Of a 800 of 1,000 pay, of b 300 of 500. One cut-off for all, at 20, approves 600 + 200 of 1,100
# good payers and 20 + 20 of 400 bad ones.
UNEQUAL = [("a", 20, 600, 20), ("a", 10, 200, 180), ("b", 20, 200, 20), ("b", 10, 100, 180)]
EQUAL = [("a", 20, 600, 50), ("a", 10, 200, 150), ("b", 20, 300, 25), ("b", 10, 100, 75)]


@pytest.fixture(scope="module")
def report():
    return audited(scored(UNEQUAL), SCORED, score_bins="exact", reference={"group": "a"})


def test_base_rates_and_what_follows_are_those_worked_out_by_hand(report):
    finding, _ = of(report, "criteria_conflict")
    assert finding.estimate == pytest.approx(-0.2)
    assert finding.low < -0.2 < finding.high < 0
    assert (finding.group, finding.reference, finding.unit) == ("group b", "group a", "difference")
    assert finding.claim.startswith(
        "group: 60.0 % of 500 people of group b paid, 80.0 % of 1,000 of group a: 20.0 percentage "
        "points fewer ("
    )
    tpr, fpr = 800 / 1100, 40 / 400
    shown = finding.table.set_index("group")
    for group, base in (("a", 0.8), ("b", 0.6)):
        approval = base * tpr + (1 - base) * fpr
        assert shown.loc[group, "value"] == pytest.approx(base)
        assert shown.loc[group, "approval_rate"] == pytest.approx(approval)
        assert shown.loc[group, "precision"] == pytest.approx(base * tpr / approval)
    # 0.8 * 0.7273 / 0.6018 and 0.6 * 0.7273 / 0.4764.
    assert (
        "If 72.7 % of the good and 10.0 % of the bad payers were approved in every group, as one "
        "cut-off does over all of them, 91.6 % of those approved would be good payers in group b "
        "and 96.7 % in group a, and the approval rates 47.6 % and 60.2 %." in finding.claim
    )


def test_the_identity_of_the_theorem_holds_in_the_table(report):
    finding, _ = of(report, "criteria_conflict")
    base, precision = finding.table["value"], finding.table["precision"]
    tpr, fpr = 800 / 1100, 40 / 400
    implied = base / (1 - base) * (1 - precision) / precision * tpr
    assert implied.tolist() == pytest.approx([fpr, fpr])


def test_a_theorem_is_called_one(report):
    finding, _ = of(report, "criteria_conflict")
    assert "it is arithmetic that no rule makes all three of these equal" in finding.claim
    assert finding.method.startswith("A theorem, not an estimate (Chouldechova 2017; Kleinberg")


def test_equal_base_rates_are_no_conflict_that_can_be_told():
    finding, left = of(audited(scored(EQUAL), SCORED, score_bins="exact"), "criteria_conflict")
    assert finding.estimate == 0
    assert "These shares may be equal, so it cannot be told" in finding.claim
    assert "arithmetic" not in finding.claim
    # The groups are alike at each score, so that no criterion leaves anything unequal.
    assert left.table["difference"].abs().max() < 1e-12
    assert "leave nothing unequal" in left.claim


def test_each_criterion_leaves_unequal_what_the_cut_offs_say(report):
    _, left = of(report, "criteria_conflict")
    tally = Tally.from_frame(scored(UNEQUAL), SCORED, score_bins="exact")
    shown = left.table.set_index(["criterion", "measure"])
    for name in ("single", "demographic_parity", "equal_opportunity", "equalized_odds"):
        table = cutoffs(tally, by="group", criterion=name, loss=4.0).table.set_index("group")
        for measure in ("approval_rate", "tpr", "fpr"):
            row = shown.loc[(name.replace("_", " "), measure)]
            gap = table.loc["b", measure] - table.loc["a", measure]
            assert row["difference"] == pytest.approx(gap, abs=1e-9)
            assert row["low"] <= row["difference"] + 1e-12
            assert row["difference"] <= row["high"] + 1e-12
    assert shown.loc[("equalized odds", "tpr"), "difference"] == 0
    assert shown.loc[("equalized odds", "precision"), "difference"] < -0.02
    assert set(left.table["reference"]) == {"a"}


def test_the_largest_difference_of_each_criterion_is_in_the_claim(report):
    _, left = of(report, "criteria_conflict")
    row = left.table.set_index(["criterion", "measure"]).loc[("equalized odds", "approval_rate")]
    assert (
        "With the same shares of good and of bad payers approved, the approval rate is "
        f"{-100 * row['difference']:.1f} percentage points lower in group b than in group a "
        f"({-100 * row['high']:.1f} to {-100 * row['low']:.1f})." in left.claim
    )
    assert left.claim.endswith("A bad payer is taken to cost 4 times what a good one brings.")


def test_the_group_furthest_from_the_reference_is_named_with_a_range_for_all():
    cells = [*UNEQUAL, ("c", 20, 100, 10), ("c", 10, 100, 190)]
    report = audited(scored(cells), SCORED, score_bins="exact", reference={"group": "a"})
    finding, left = of(report, "criteria_conflict")
    assert finding.group == "group c"
    assert "allowing for 2 comparisons" in finding.claim
    assert finding.table["group"].tolist() == ["a", "b", "c"]
    tally = Tally.from_frame(scored(cells), SCORED, score_bins="exact")
    one = metrics.disparity(tally, "base_rate", by="group", reference="a", kind="difference")
    assert finding.low < one["low"][1] < one["high"][1] < finding.high
    assert len(left.table) == 4 * 4 * 2


def test_where_nobody_is_approved_nothing_is_worked_out():
    frame = scored([("a", 20, 50, 50), ("b", 20, 20, 80)])
    finding, left = of(audited(frame, SCORED, score_bins="exact"), "criteria_conflict")
    assert "If " not in finding.claim
    assert "precision" not in finding.table
    assert left.claim.startswith("group: the most profitable cut-offs leave nothing unequal.")
    assert left.table["difference"].fillna(0).eq(0).all()


def test_the_default_reference_is_the_group_with_most_people():
    finding, left = of(audited(scored(UNEQUAL), SCORED, score_bins="exact"), "criteria_conflict")
    assert finding.reference == left.reference == "group a"


def test_missing_outcomes_are_named_among_the_limits():
    frame = scored(UNEQUAL)
    frame["paid"] = frame["paid"].astype(object)
    frame.loc[::10, "paid"] = None
    for finding in of(audited(frame, SCORED, score_bins="exact"), "criteria_conflict"):
        assert any(limit.startswith("Complete cases: 1,350 of 1,500") for limit in finding.limits)


def test_no_claim_gives_a_cause_or_a_verdict(report):
    found = of(report, "criteria_conflict")
    assert {finding.status for finding in found} == {"descriptive"}
    assert all(finding.tested == () for finding in found)
    assert not VERDICTS.search(claims(report))


def test_ranges_are_the_same_from_run_to_run(report):
    again = audited(scored(UNEQUAL), SCORED, score_bins="exact", reference={"group": "a"})
    assert again.to_dict() == report.to_dict()
    assert np.isfinite(of(again, "criteria_conflict")[1].table["low"]).all()
