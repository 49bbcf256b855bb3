import pandas as pd
import pytest

from creditaudit import Roles
from made_tables import LENDER, ROLES, audited, decided, lent, of, rows


def spots(frame, roles=ROLES, **given):
    return of(audited(frame, roles, **given), "blind_spots")


def without_group(approved, refused):
    return rows((approved, {"group": None, "approved": 1}),
                (refused, {"group": None, "approved": 0}))  # fmt: skip


def test_people_without_a_group_are_counted_with_their_own_rate():
    frame = pd.concat([decided(a=(60, 40), b=(30, 70)), without_group(15, 5)], ignore_index=True)
    (finding,) = spots(frame)
    assert finding.status == "descriptive"
    assert (finding.n, finding.estimate, finding.unit) == (20, 20, "people")
    assert finding.claim == (
        "group is missing for 20 of 220 people (9.1 %); they are in no comparison by group. "
        "75.0 % of them were approved, against 47.7 % of everyone."
    )
    table = finding.table.set_index("who")
    assert table.loc["group missing", ["n", "value"]].tolist() == [20, 0.75]
    assert table.loc["everyone", "n"] == 220
    assert table.loc["everyone", "value"] == pytest.approx(105 / 220)


def test_fewer_people_without_a_group_than_the_minimum_are_not_counted_out():
    frame = pd.concat([decided(a=(60, 40), b=(30, 70)), without_group(2, 1)], ignore_index=True)
    (finding,) = spots(frame)
    assert finding.estimate is None
    assert finding.n == 0
    assert finding.claim.startswith("group is missing for fewer than 5 of 203 people;")
    assert finding.table.empty


def test_people_with_neither_group_nor_decision_have_no_rate():
    frame = pd.concat(
        [decided(a=(60, 40), b=(30, 70)), rows((20, {"group": None, "approved": None}))],
        ignore_index=True,
    )
    first, second = spots(frame)
    assert "were approved" not in first.claim
    assert "nan" not in first.claim
    assert first.table.empty
    assert second.claim.startswith("20 of 220 people (9.1 %) have no decision")


def test_people_without_a_decision_are_counted():
    frame = pd.concat(
        [decided(a=(60, 40), b=(30, 70)), rows((50, {"group": "a", "approved": 7}))],
        ignore_index=True,
    )
    roles = Roles(groups=["group"], decision="approved", favourable=1, unfavourable=0)
    report = audited(frame, roles)
    (finding,) = of(report, "blind_spots")
    assert finding.claim == ("50 of 250 people (20.0 %) have no decision; they are in no rate.")
    assert finding.table["what"].tolist() == ["approved", "refused", "no decision"]
    assert finding.table["n"].tolist() == [90, 110, 50]
    assert finding.table["share"].tolist() == pytest.approx([0.36, 0.44, 0.2])
    assert report.to_dict()["notes"] == ["In column 'approved', 7 were read as no decision."]


def test_refused_people_without_outcomes_leave_bounds_over_everyone():
    (finding,) = spots(lent(a=(60, 10, 30), b=(30, 20, 50)), LENDER)
    assert finding.n == 80
    assert "Nobody who was refused has an outcome" in finding.claim
    assert "The outcome is missing for 80 of 200 people (40.0 %)" in finding.claim
    table = finding.table.set_index("what")
    assert list(table.index) == ["approved", "refused"]
    assert table.loc["approved"].tolist() == [120, 120, 0]
    assert table.loc["refused"].tolist() == [80, 0, 80]
    # 90 to 170 of 200 would have paid; sampling error is added outward.
    low, high = (float(word) for word in finding.claim.split("between ")[1].split(" %")[0:2]
                 for word in [word.split()[-1]])  # fmt: skip
    assert 36 < low < 45
    assert 85 < high < 91


def test_outcomes_missing_here_and_there_are_not_called_selective():
    frame = pd.concat(
        [
            lent(a=(60, 10, 0), b=(30, 20, 0)),
            rows(
                (30, {"group": "a", "approved": 0, "paid": 1}),
                (20, {"group": "b", "approved": 0, "paid": None}),
                (30, {"group": "a", "approved": 1, "paid": None}),
            ),
        ],
        ignore_index=True,
    )
    (finding,) = spots(frame, LENDER)
    assert finding.n == 50
    assert "Nobody who was refused" not in finding.claim
    # 120 of 150 known; 120 to 170 of 200 over everyone, exactly.
    assert "between 60.0 % and 85.0 %" in finding.claim


def test_outcomes_without_decisions_are_told_of_everyone():
    frame = rows((60, {"group": "a", "paid": 1}), (20, {"group": "b", "paid": 0}),
                 (20, {"group": "b", "paid": None}))  # fmt: skip
    (finding,) = spots(frame, Roles(groups=["group"], outcome="paid", good=1))
    assert finding.table.to_numpy().tolist() == [["everyone", 100, 80, 20]]
    assert "between 60.0 % and 80.0 %" in finding.claim


def test_people_without_a_score_are_counted():
    frame = decided(a=(60, 40), b=(30, 70)).assign(points=1.5)
    frame.loc[:29, "points"] = None
    roles = Roles(groups=["group"], decision="approved", favourable=1, score="points",
                  higher_is="safer")  # fmt: skip
    (finding,) = spots(frame, roles)
    assert finding.claim == "30 of 200 people (15.0 %) have no score; no cut-off decides on them."
    assert finding.n == 30


def test_every_blind_spot_has_its_own_id_whatever_the_columns_are_called():
    frame = decided(a=(60, 40), b=(30, 70)).rename(columns={"group": "score"})
    frame["points"] = 1.0
    frame.loc[::2, "points"] = None
    frame.loc[::3, "score"] = None
    roles = Roles(groups=["score"], decision="approved", favourable=1, score="points",
                  higher_is="safer")  # fmt: skip
    report = audited(frame, roles)
    assert len(of(report, "blind_spots")) == 2
    report.to_json()


@pytest.mark.parametrize(
    ("roles", "by", "said"),
    [
        (ROLES, None, "Nobody lacks a value of group and approved."),
        (Roles(groups=["group"]), None, "Nobody lacks a value of group."),
        (Roles(), None, "What was never recorded"),
        # The other column was not kept, so nothing is known of it.
        (Roles(groups=["group", "other"]), ["group"], "Nobody lacks a value of group."),
    ],
    ids=["decision", "group", "nothing", "one kept"],
)
def test_where_nothing_is_missing_only_what_was_looked_at_is_vouched_for(roles, by, said):
    frame = decided(a=(60, 40), b=(30, 70)).assign(other=None)
    (finding,) = spots(frame, roles, by=by)
    assert finding.claim.startswith(said)
    assert finding.claim.endswith("does not show.")
    assert finding.n == 200
