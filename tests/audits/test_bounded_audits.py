"""Reports on tables of which some counts are known within bounds only."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit import Roles, Tally
from creditaudit.audits.bounded_wording import bounded_counts
from creditaudit.metrics.rates import BY_NAME
from creditaudit.reports import verify_report

ROLES = Roles(groups=["race"], decision="decision", favourable="yes", unfavourable="no")
JUDGED = Roles(
    groups=["race"], decision="decision", favourable="yes", outcome="outcome", good="good",
    score="points", higher_is="safer",
)  # fmt: skip


def tally(black, *more, roles=ROLES, **given):
    """Return a tally: of white people 500 of 700 approved, of black ones some within bounds."""
    rows = [("white", "yes", 500, 500), ("white", "no", 200, 200),
            ("black", "yes", *black), ("black", "no", 190, 190), *more]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["race", "decision", "low", "high"]).assign(n=np.nan)
    return Tally.from_counts(frame, roles, low="low", high="high", **given)


def audited(made, **plan):
    plan = ca.Plan(reference={"race": "white"}, **plan)
    return ca.audit(ca.Evidence(tally=made), title="Bounds", plan=plan)


def of(report, audit):
    return [finding for finding in report.findings if finding.audit == audit]


@pytest.mark.parametrize(
    ("black", "status"),
    [((30, 44), "beyond"), ((480, 500), "not_beyond"), ((90, 400), "cannot_tell"),
     ((210, 330), "cannot_tell")],
)  # fmt: skip
def test_a_finding_is_decided_where_both_ends_fall_on_one_side(black, status):
    (found,) = of(audited(tally(black)), "disparity")
    assert found.status == status
    assert found.estimate is None or np.isnan(found.estimate)
    ends = [black[end] / (black[end] + 190) / (5 / 7) for end in (0, 1)]
    said = " to ".join(f"{100 * end:.0f}" for end in ends)
    assert f"Whatever they are, there are {said} approvals for every 100" in found.claim
    assert "some counts are known within bounds only" in found.claim
    # Each end with its sampling error, as it would be found alone.
    at = [of(audited(tally((black[end],) * 2)), "disparity")[0] for end in (0, 1)]
    assert found.low <= at[0].low
    assert found.high >= at[1].high
    assert found.low == pytest.approx(at[0].low, rel=0.1)
    sides = {one.status for one in at}
    assert status == "cannot_tell" or sides == {status}
    assert "every table that lies within them" in found.method


def test_a_range_over_the_line_on_the_other_side_names_that_line():
    rows = [("white", "yes", 100, 110), ("white", "no", 400, 400),
            ("black", "yes", 300, 320), ("black", "no", 100, 100)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["race", "decision", "low", "high"]).assign(n=np.nan)
    made = Tally.from_counts(frame, ROLES, low="low", high="high")
    (found,) = of(audited(made), "disparity")
    assert found.status == "beyond"
    assert "beyond the line at 125" in found.claim


def test_the_table_shows_bounds_and_no_count_that_is_not_told():
    (found,) = of(audited(tally((30, 44))), "disparity")
    black, white = found.table.to_dict("records")
    assert np.isnan(black["approved"])
    assert black["refused"] == 190
    assert black["note"].startswith("Approved: 30 to 44. Some counts")
    assert (black["bound_low"], black["bound_high"]) == (30 / 220, 44 / 234)
    assert (white["approved"], white["refused"]) == (500, 200)


def test_counts_that_are_told_or_bounded_are_shown_by_group():
    made = tally((30, 44), ("asian", "yes", 0, 4), ("asian", "no", 3, 3),
                 totals=pd.DataFrame({"race": ["black"], "n": [230]}))  # fmt: skip
    found = BY_NAME["approval_rate"].estimate(made, "race")
    shown, said = bounded_counts(found.ends, ("approved", "refused"))
    assert [one.fillna(-1).tolist() for one in shown] == [[-1, 40, 500], [3, 190, 200]]
    assert said == ["Approved: 0 to 4.", "", ""]


def test_known_groups_are_spoken_of_as_ever():
    made = tally((100, 100), ("asian", "yes", 0, 4), ("asian", "no", 60, 60))
    plain = audited(Tally.from_counts(
        made.told.frame.query("race != 'asian'")[["race", "decision", "n"]].replace(
            {"approved": "yes", "refused": "no"}), ROLES,
    ))  # fmt: skip
    (found,) = (one for one in of(audited(made), "disparity") if one.group == "race black")
    (expected,) = of(plain, "disparity")
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (expected.estimate, expected.low, expected.high)
    )
    assert "missing" not in found.claim


def test_groups_of_too_few_for_certain_are_counted_and_not_shown():
    (found,) = of(audited(tally((30, 44), ("asian", "yes", 0, 4), ("asian", "no", 0, 4))),
                  "disparity")  # fmt: skip
    assert "1 group of fewer than 5 people: not shown." in found.limits


def test_what_the_bounds_leave_open_is_a_blind_spot():
    report = audited(tally((30, 44), (None, "yes", 0, 4), (None, "no", 10, 10)))
    said = [finding.claim for finding in of(report, "blind_spots")]
    assert said[0].startswith(
        "2 counts are known within bounds only. Together they are of 30 to 48 people; the others "
        "are of 900."
    )
    assert said[1].startswith("Race is missing for 10 to 14 people")
    (found,) = of(report, "disparity")
    assert found.confidence == "low"


def test_missing_decisions_within_bounds_are_said():
    report = audited(tally((30, 44), ("black", "gone", 0, 9)))
    said = [finding.claim for finding in of(report, "blind_spots")]
    assert "Decision is missing for 0 to 9 people" in said[1]


def test_audits_that_need_every_count_are_listed_with_what_to_ask_for():
    rows = [
        (race, word, outcome, points, n, n)
        for race in ("white", "black")
        for word, outcome, points, n in (
            ("yes", "good", 2, 60),
            ("yes", "bad", 2, 9),
            ("no", "good", 1, 20),
            ("no", "bad", 1, 30),
        )
    ]
    rows[4] = (*rows[4][:4], 50, 64)
    frame = pd.DataFrame(rows, columns=["race", "decision", "outcome", "points", "low", "high"])
    made = Tally.from_counts(frame.assign(n=np.nan), JUDGED, low="low", high="high",
                             score_bins="exact")  # fmt: skip
    report = audited(made)
    wrongly, _ = of(report, "error_rates")[0], of(report, "blind_spots")[0]
    assert "refusals of good payers for every 100" in wrongly.claim
    table = of(report, "error_rates")[1].table
    assert "auc" not in table["measure"].tolist()
    asked = {one["audit"] for one in report.not_asked}
    ran = {finding.audit for finding in report.findings}
    assert not asked & ran
    needs = {one["audit"]: one["needs"] for one in report.not_asked}
    unsure = [name for name, need in needs.items() if need == "every count, and not bounds of some"]
    assert all("held back" in one["how"] for one in report.not_asked if one["audit"] in unsure)


def test_crossed_groups_are_ranked_by_what_is_certain():
    roles = Roles(groups=["race", "sex"], decision="decision", favourable="yes")
    rows = [("w", "f", 300, 300, 100), ("w", "m", 250, 250, 100), ("b", "f", 20, 40, 100),
            ("b", "m", 30, 100, 60)]  # fmt: skip
    cells = [(r, s, d, *(ends if d == "yes" else (no, no)))
             for r, s, *ends, no in rows for d in ("yes", "no")]  # fmt: skip
    frame = pd.DataFrame(cells, columns=["race", "sex", "decision", "low", "high"])
    made = Tally.from_counts(frame.assign(n=np.nan), roles, low="low", high="high")
    report = ca.audit(ca.Evidence(tally=made), title="Crossed")
    (found,) = of(report, "intersections")
    assert found.group == "race b, sex f"
    assert found.status == "beyond"
    assert "Lowest: race b, sex f: some counts are known within bounds only" in found.claim
    assert "Within their bounds 1 others may be lower" not in found.claim
    lower = frame.assign(low=frame["low"].where(frame.index != 6, 1), n=np.nan)
    report = ca.audit(ca.Evidence(tally=Tally.from_counts(lower, roles, low="low", high="high")),
                      title="Crossed")  # fmt: skip
    assert "Within their bounds 1 others may be lower." in of(report, "intersections")[0].claim


def test_a_report_within_bounds_is_drawn_and_verified(tmp_path):
    made = tally((30, 44), totals=pd.DataFrame({"race": ["black"], "low": [225], "high": [240]}))
    made.save(tmp_path / "tally.parquet")
    report = audited(made)
    assert "known within bounds only" in report.to_html()
    report.save(tmp_path / "audit.json")
    again = ca.Report.load(tmp_path / "audit.json")
    found = verify_report(again, tmp_path / "tally.parquet")
    assert found.agrees, found.mismatches
    assert report.to_dict()["evidence"]["people"] == 925


def test_a_table_of_too_few_for_certain_is_refused():
    frame = pd.DataFrame({"race": ["a", "b"], "decision": ["yes", "no"], "n": np.nan,
                          "low": [1, 0], "high": [4, 90]})  # fmt: skip
    with pytest.raises(ca.errors.RefusedError):
        ca.audit(ca.Evidence(tally=Tally.from_counts(frame, ROLES, low="low", high="high")),
                 title="Few")  # fmt: skip
