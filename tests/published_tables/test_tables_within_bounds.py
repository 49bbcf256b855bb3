"""Printed tables with suppressed and rounded counts, on their way into a tally."""

import numpy as np
import pytest

from creditaudit import Roles, metrics
from creditaudit.published_tables import read_published

ROLES = Roles(groups=["Region"], decision="decision", favourable="Approved")
PAGE = """Region\tApplications\tApproved\tRefused
North\t2406\t1804\t602
South\t1310\t786\t524
Islands\t64\t*\t37
Reef\t20\t*\t*
All\t3800\t2620\t1180

* fewer than 30
"""


def spans(found, roles=ROLES):
    frame = found.to_tally(roles).frame.set_index(["Region", "decision"])
    if "low" not in frame:
        frame["low"] = frame["high"] = frame["n"]
    return {key: (row["low"], row["high"]) for key, row in frame.iterrows()}


def test_printed_totals_tie_the_counts_that_are_not_told():
    found = read_published(PAGE)
    assert found.intervals == ("C5 (0 to 20)", "D5 (0 to 20)")
    rows = found.totals.replace({np.nan: None}).to_numpy().tolist()
    assert [(region, n) for region, _, n, *_ in rows] == [
        ("North", 2406), ("South", 1310), ("Islands", 64), ("Reef", 20),
    ]  # fmt: skip
    assert spans(found)["Islands", "approved"] == (27, 27)
    reef = metrics.approval_rate(found.to_tally(ROLES), "Region").set_index("Region").loc["Reef"]
    assert (reef["n"], reef["bound_low"], reef["bound_high"]) == (20, 0, 1)


def test_totals_that_nothing_shows_to_be_whole_are_used_when_the_user_says_so():
    found = read_published(PAGE, {"totals": "whole"})
    assert spans(found)["Reef", "approved"] == (3, 3)
    assert len(found.totals) == 7


def test_totals_that_differ_are_never_used():
    text = PAGE.replace("2406\t1804", "2407\t1804")
    found = read_published(text, {"totals": "ignore"})
    assert "North" not in found.totals["Region"].tolist()
    assert read_published(text, {"totals": "whole"}).doubts[0].id == "totals"


def test_a_total_of_which_per_cents_are_given_ties_both_sides():
    roles = Roles(groups=["Region"], decision="decision", favourable="approved")
    text = "Region\tApplications\t% approved\nNorth\t2,100\t61\nSouth\t40\t45\n"
    north, south = metrics.approval_rate(
        read_published(text).to_tally(roles), "Region"
    ).itertuples(index=False)  # fmt: skip
    assert (north.n, north.bound_low, north.bound_high) == (2100, 1271 / 2100, 1291 / 2100)
    assert south.value == 18 / 40


def test_rounded_counts_and_totals_are_bounds_of_each_other():
    text = "Race\tApproved\tRefused\tTotal\nA\t10\t20\t35\nB\t30\t45\t70\nCounts are rounded.\n"
    roles = Roles(groups=["Race"], decision="decision", favourable="Approved")
    alone = read_published(text, {"rounding": 5}).to_tally(roles)
    tied = read_published(text, {"rounding": 5, "totals": "whole"}).to_tally(roles)
    # 8 to 12 and 18 to 22 that make 33 to 37: 11 and 12, with 21 and 22.
    one, other = (metrics.approval_rate(x, "Race").iloc[0] for x in (alone, tied))
    assert (one["bound_low"], one["bound_high"]) == (8 / 30, 12 / 30)
    assert (other["bound_low"], other["bound_high"]) == (11 / 33, 12 / 33)


def test_an_unknown_symbol_may_be_any_number_that_the_totals_leave():
    text = PAGE.replace("* fewer than 30", "")
    found = read_published(text, {"star": "unknown"})
    assert found.intervals == ("C5 (0 to 20)", "D5 (0 to 20)")
    loose = "Region\tApproved\tRefused\nNorth\t1804\t602\nReef\t*\t5\n"
    found = read_published(loose, {"star": "unknown"})
    assert found.intervals == ("B3 (0 to any number)",)
    reef = metrics.approval_rate(found.to_tally(ROLES), "Region").iloc[1]
    assert (reef["bound_low"], reef["bound_high"], reef["n"]) == (0, 1, 5)


@pytest.mark.parametrize("end", ["low", "high"])
def test_one_end_can_still_be_read(end):
    found = read_published(PAGE.replace("64\t*", "\t<9").replace("20\t*\t*", "\t9\t<5"),
                           {"intervals": end, "totals": "ignore"})  # fmt: skip
    assert found.to_tally(ROLES).bounds is None


HEADS = {
    "Good approved\tGood refused\tBad approved\tBad refused": ("approved", "refused", "Good"),
    "Repaid (approved)\tRepaid (refused)\tDefaulted (approved)\tDefaulted (refused)": (
        "approved", "refused", "Repaid",
    ),
    "Approved and repaid\tRefused and repaid\tApproved, not repaid\tRefused, not repaid": (
        "Approved", "Refused", "repaid",
    ),
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
def test_headings_that_name_decision_and_outcome_are_two_keys(head):
    found = read_published(f"Race\t{head}\nA\t50\t20\t5\t<5\nB\t30\t41\t3\t9\n")
    assert found.doubts == ()
    approved, refused, good = HEADS[head]
    assert list(found.table.columns[:3]) == ["Race", "decision", "outcome"]
    assert set(found.table["decision"]) == {approved, refused}
    roles = Roles(groups=["Race"], decision="decision", favourable=approved, outcome="outcome",
                  good=good)  # fmt: skip
    a, b = metrics.true_positive_rate(found.to_tally(roles), "Race")["value"]
    assert (a, b) == (50 / 70, 30 / 71)
    fpr = metrics.false_positive_rate(found.to_tally(roles), "Race").iloc[0]
    assert (fpr["bound_low"], fpr["bound_high"]) == (5 / 9, 1)


def test_refused_people_beside_outcomes_of_the_approved_have_none():
    text = "Race\tApproved, repaid\tapproved, defaulted\tRefused\tTotal\n"
    found = read_published(text + "A\t50\t21\t70\t141\nB\t30\t41\t77\t148\n")
    assert found.doubts == ()
    assert set(found.table["decision"]) == {"Approved", "Refused"}
    roles = Roles(groups=["Race"], decision="decision", favourable="Approved", outcome="outcome",
                  good="repaid")  # fmt: skip
    tpr = metrics.true_positive_rate(found.to_tally(roles), "Race").iloc[0]
    assert tpr["note"].startswith("Declined people have no outcomes")
    assert tpr["n"] == 50


def test_a_sum_of_outcomes_is_a_total_of_its_decision():
    text = "Race\tApproved and repaid\tApproved and not repaid\tApproved\tRefused\n"
    found = read_published(text + "A\t50\t20\t70\t8\nB\t30\t41\t71\t9\n")
    assert found.doubts == ()
    assert found.table["n"].tolist() == [50, 20, 8, 30, 41, 9]


MATRIX = "Race\t{}\nA\t50\t20\t5\t6\nB\t30\t41\t3\t9\n"


@pytest.mark.parametrize(
    "head",
    ["TP\tFN\tFP\tTN", "True positives\tFalse negatives\tFalse positives\tTrue negatives",
     "True pos.\tFalse neg.\tFalse pos.\tTrue neg."],
)  # fmt: skip
def test_a_confusion_matrix_asks_who_is_positive(head):
    text = MATRIX.format(head)
    (doubt,) = read_published(text).doubts
    assert doubt.id == "positive"
    assert doubt.where == "columns B, C, D, E"
    assert doubt.values == ("approved", "default")
    roles = Roles(groups=["Race"], decision="decision", favourable="approved", outcome="outcome",
                  good="good")  # fmt: skip
    own = read_published(text, {"positive": "approved"}).to_tally(roles)
    assert metrics.true_positive_rate(own, "Race")["value"].tolist() == [50 / 70, 30 / 71]
    other = read_published(text, {"positive": "default"}).to_tally(roles)
    # The bad who were caught are the true positives of whom the library calls the refused.
    assert metrics.true_negative_rate(other, "Race")["value"].tolist() == [50 / 70, 30 / 71]


@pytest.mark.parametrize(
    "head",
    ["TP\tFN\tFP\tX", "Approved\tRefused\tWithdrawn\tPending", "Good\tBad\tOverdue\tPaid",
     "Approved men\tRefused men\tApproved women\tRefused women"],
)  # fmt: skip
def test_other_headings_are_left_as_they_are(head):
    found = read_published(MATRIX.format(head), {"columns": "count"} if "X" in head else None)
    assert len(found.table.columns) == 3 or found.doubts
