import pandas as pd
import pytest

from creditaudit import Roles
from made_tables import LENDER, VERDICTS, audited, claims, lent, of, rows


@pytest.fixture(scope="module")
def lender():
    return audited(lent(a=(300, 60, 140), b=(120, 30, 100)), LENDER, reference={"group": "a"})


def known():
    """Good payers: 80 of 100 approved in a, 60 of 100 in b; bad payers: 30 of 50 in both."""
    return rows(*(
        (times, {"group": group, "approved": approved, "paid": paid})
        for group, counts in (("a", (80, 20, 30, 20)), ("b", (60, 40, 30, 20)))
        for (paid, approved), times in zip(((1, 1), (1, 0), (0, 1), (0, 0)), counts, strict=True)
    ))  # fmt: skip


def test_no_true_positive_rate_of_one_is_printed_for_a_lenders_file(lender):
    (shown,) = (f for f in of(lender, "error_rates") if f.status == "descriptive")
    columns = shown.to_dict()["table"]["columns"]
    cells = [dict(zip(columns, row, strict=True)) for row in shown.to_dict()["table"]["rows"]]
    hidden = {"true positive rate", "false negative rate", "false positive rate", "accuracy",
              "base rate"}  # fmt: skip
    assert {cell["measure"] for cell in cells} == {*hidden, "precision"}
    for cell in cells:
        if cell["measure"] in hidden:
            assert cell["value"] is None
            assert 0 <= cell["low"] < cell["high"] <= 1
            assert "Declined people have no outcomes" in cell["note"]
    for finding in of(lender, "error_rates"):
        table = finding.to_dict()["table"]
        at = table["columns"].index("value")
        assert all(row[at] not in (0, 1) for row in table["rows"])


def test_the_ratio_of_a_lenders_file_is_unknown_with_bounds_and_a_reason(lender):
    finding = of(lender, "error_rates")[0]
    assert finding.estimate is None
    assert finding.low == 0
    assert finding.high is None
    assert finding.status == "cannot_tell"
    assert "declined people have no outcomes, so it cannot be told" in finding.claim
    assert "0 or more refusals of good payers for every 100" in finding.claim
    assert finding.confidence == "low"


def test_no_count_of_refused_good_payers_stands_in_for_one_that_is_unknown(lender):
    table = of(lender, "error_rates")[0].to_dict()["table"]
    assert table["columns"][:4] == ["group", "n", "refused", "approved"]
    assert [row[1:4] for row in table["rows"]] == [[300, None, None], [120, None, None]]


def test_with_outcomes_for_everyone_the_rates_are_those_counted_by_hand():
    report = audited(known(), LENDER, reference={"group": "a"})
    finding, shown = of(report, "error_rates")
    assert finding.estimate == pytest.approx(0.40 / 0.20)
    assert finding.n == 100
    assert finding.table[["refused", "approved"]].to_numpy().tolist() == [[20, 80], [40, 60]]
    assert "40.0 % of 100 good payers were refused against 20.0 % of 100" in finding.claim
    value = shown.table.set_index(["measure", "group"])["value"]
    assert value["true positive rate"].tolist() == [0.8, 0.6]
    assert value["false negative rate"].tolist() == pytest.approx([0.2, 0.4])
    assert value["false positive rate"].tolist() == [0.6, 0.6]
    assert value["precision"].tolist() == pytest.approx([80 / 110, 60 / 90])
    assert value["accuracy"].tolist() == pytest.approx([100 / 150, 80 / 150])
    assert value["base rate"].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert "Not known here" not in shown.claim


def test_the_gravest_comes_first_where_more_refusals_are_worse():
    frame = pd.concat([known(), rows((90, {"group": "c", "approved": 0, "paid": 1}),
                                     (10, {"group": "c", "approved": 1, "paid": 1}))])  # fmt: skip
    report = audited(frame, LENDER, reference={"group": "a"})
    assert [f.group for f in of(report, "error_rates")][:2] == ["group c", "group b"]


def test_one_outcome_among_the_refused_does_not_pass_for_knowledge():
    frame = pd.concat(
        [
            lent(a=(300, 60, 140), b=(120, 30, 100)),
            rows((1, {"group": "a", "approved": 0, "paid": 1}),
                 (1, {"group": "b", "approved": 0, "paid": 1})),
        ],
        ignore_index=True,
    )  # fmt: skip
    report = audited(frame, LENDER, reference={"group": "a"})
    finding = of(report, "error_rates")[0]
    assert finding.estimate == pytest.approx((1 / 121) / (1 / 301))
    # Of a: 1 of 301 to 141 of 441 refused; of b: 1 of 121 to 101 of 221.
    assert "Some outcomes are missing; whatever they are, there are 3 to 13756 for every 100." in (
        finding.claim
    )
    assert finding.table["bound_high"].tolist() == pytest.approx([141 / 441, 101 / 221])
    assert "Outcome known for" in finding.table["note"][0]


def test_a_group_without_good_payers_is_left_out_and_said_to_be():
    frame = pd.concat([known(), rows((3, {"group": "c", "approved": 0, "paid": 1}),
                                     (50, {"group": "c", "approved": 0, "paid": 0}))])  # fmt: skip
    report = audited(frame, LENDER, reference={"group": "a"})
    first, shown = of(report, "error_rates")
    assert first.group == "group b"
    assert "1 group of fewer than 5 people: not shown." in first.limits
    measures = set(shown.table.loc[shown.table["group"] == "c", "measure"])
    assert "true positive rate" not in measures
    assert "false positive rate" in measures
    assert [f.group for f in of(report, "disparity")] == ["group c", "group b"]


def test_the_auc_is_shown_where_there_is_a_score():
    frame = known()
    frame["points"] = frame["paid"] * 2.0 + frame.index % 3
    roles = Roles(groups=["group"], decision="approved", favourable=1, outcome="paid", good=1,
                  score="points", higher_is="safer")  # fmt: skip
    shown = of(audited(frame, roles), "error_rates")[-1]
    assert "auc" in set(shown.table["measure"])
    assert "auc" not in set(of(audited(frame, LENDER), "error_rates")[-1].table["measure"])


def test_no_claim_gives_a_cause_or_a_verdict(lender):
    assert not VERDICTS.search(claims(lender))
    assert not VERDICTS.search(claims(audited(known(), LENDER)))
