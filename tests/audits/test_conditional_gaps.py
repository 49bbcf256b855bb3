import pandas as pd
import pytest

from creditaudit import Evidence, Plan, Roles, Tally, metrics
from creditaudit.audits import run_audits
from creditaudit.pages.schemas import validate_report
from creditaudit.reports import verify_report
from made_tables import DAY, VERDICTS, of

ROLES = Roles(groups=["race"], strata=["county"])
BY = ["race", ("race", "county")]
# Within each county 80 and 81 of 100; black applicants live where fewer are approved.
APART = {
    "north": ((80, 20), (810, 190)),
    "south": ((300, 700), (30, 70)),
}
ALIKE = {"north": ((150, 150), (800, 200)), "south": ((120, 180), (350, 150))}


def table(tables=ALIKE, names=("black", "white")):
    return pd.DataFrame(
        [
            (county, name, *counts)
            for county, both in tables.items()
            for name, counts in zip(names, both, strict=True)
        ],
        columns=["county", "race", "yes", "no"],
    )


def counted(frame, roles=ROLES, by=BY):
    return Tally.from_counts(frame, roles, by=by, count={"approved": "yes", "refused": "no"})


def audited(frame, roles=ROLES, by=BY, **plan):
    plan = {"reference": {"race": "white"}} | plan
    evidence = Evidence(tally=counted(frame, roles, by))
    return run_audits(evidence, title="A lender", plan=Plan(**plan), report_date=DAY)


def one(frame, **how):
    (found,) = of(audited(frame, **how), "conditional_disparity")
    return found


def test_raw_and_pooled_stand_in_one_claim():
    found = one(table())
    got = metrics.stratified_disparity(
        counted(table()), by="race", strata="county", reference="white"
    ).set_index("measure")
    assert found.estimate == pytest.approx(got.loc["pooled", "value"])
    assert (found.low, found.high) == pytest.approx(tuple(got.loc["pooled", ["low", "high"]]))
    assert found.p_value == pytest.approx(got.loc["pooled", "p_value"])
    assert found.claim.startswith(
        f"race black: {100 * found.estimate:.0f} approvals for every 100 in the reference group, "
        f"race white, per head, among people of the same county ({100 * found.low:.0f} to "
        f"{100 * found.high:.0f}); raw, in the whole table, "
        f"{100 * got.loc['raw', 'value']:.0f} "
    )
    assert "Pooled over 2 strata" in found.claim
    assert "beyond county accounts for all of this ratio only if" in found.claim
    assert found.status == "beyond"
    assert found.n == 600


def test_a_gap_that_is_gone_within_strata_is_not_beyond():
    found = one(table(APART))
    assert found.estimate == pytest.approx(1, abs=0.02)
    assert found.status == "not_beyond"
    assert "What is left cannot be told from chance" in found.claim
    assert "raw, in the whole table, 45 (" in found.claim


def test_a_gap_that_turns_round_is_told():
    turned = {"north": ((90, 10), (800, 200)), "south": ((400, 600), (30, 70))}
    assert "the gap points the other way than in the whole table" in one(table(turned)).claim
    assert "the other way" not in one(table()).claim


def test_strata_that_differ_are_told_apart():
    mixed = {"north": ((50, 150), (150, 50)), "south": ((150, 50), (50, 150))}
    found = one(table(mixed))
    assert "Pooled over 2 strata that differ more than chance alone would give (p < 0.001)" in (
        found.claim
    )
    alone = one(table({"north": ALIKE["north"]}))
    assert "Pooled over 1 stratum; whether it is the same in each cannot be tested." in alone.claim


def test_the_table_shows_every_stratum():
    found = one(table())
    assert list(found.table.columns) == [
        "county", "race", "n", "approved", "refused", "value", "low", "high", "note",
    ]  # fmt: skip
    assert found.table[["county", "race"]].to_numpy().tolist() == [
        ["north", "black"], ["north", "white"], ["south", "black"], ["south", "white"],
    ]  # fmt: skip


def test_small_cells_and_long_tables_are_cut_and_told():
    many = {f"c{i:02}": ((8 + i % 3, 6), (3, 1) if i == 0 else (20, 8)) for i in range(30)}
    found = one(table(many))
    assert len(found.table) == 40
    assert "19 more rows of strata are not in the table." in found.limits
    assert any("1 group of fewer than 5 people: not shown." in limit for limit in found.limits)
    assert not (found.table["n"] < 5).any()


def test_no_shared_stratum_cannot_tell_and_shows_the_raw_gap():
    apart = {"north": ((30, 20), (0, 0)), "south": ((0, 0), (80, 20))}
    found = one(table(apart))
    assert found.status == "cannot_tell"
    assert found.estimate is None
    assert "no stratum in which both sides have people" in found.claim
    assert "Raw, in the whole table: 75 (" in found.claim


def test_no_number_of_people_under_the_minimum_is_told():
    frame = pd.concat([table(), table({None: ((1, 1), (1, 0)), "east": ((2, 2), (0, 0))})])
    found = one(frame[frame["yes"] + frame["no"] > 0])
    assert "Fewer than 5 people without a stratum are left out." in found.limits
    assert any("(fewer than 5 people have nobody to be compared with)" in x for x in found.limits)


def test_too_few_people_are_not_compared_and_not_shown():
    found = one(table({"north": ((2, 1), (800, 200)), "south": ((1, 0), (350, 150))}))
    assert found.status == "cannot_tell"
    assert found.claim.startswith("race within county: nothing can be compared.")


def test_groups_come_furthest_first_and_each_grouping_is_asked():
    frame = pd.concat(
        [table(), table({"north": ((90, 10), (0, 0)), "south": ((50, 50), (0, 0))}, ("red", "x"))]
    )
    frame = frame[frame["yes"] + frame["no"] > 0].assign(branch="one")
    roles = Roles(groups=["race"], strata=["county", "branch"])
    by = ["race", ("race", "county"), ("race", "branch"), ("race", "county", "branch")]
    found = of(audited(frame, roles=roles, by=by), "conditional_disparity")
    assert [f.group for f in found] == ["race black", "race red"] * 3
    assert "of the same county and branch" in found[-1].claim
    assert len({f.id for f in found}) == 6
    assert found[0].estimate == pytest.approx(found[4].estimate)


def test_no_claim_gives_a_cause_or_a_verdict():
    for tables in (ALIKE, APART):
        found = one(table(tables))
        assert not VERDICTS.search(" ".join([found.claim, found.method, *found.limits]))
        assert "A stratum may itself carry the gap" in " ".join(found.limits)


def test_the_report_follows_the_schema_and_can_be_verified(tmp_path):
    frame, layout = table(), {"approved": "yes", "refused": "no"}
    frame.to_csv(tmp_path / "counts.csv", index=False)
    tally = Tally.from_counts(tmp_path / "counts.csv", ROLES, by=BY, count=layout)
    report = run_audits(
        Evidence(tally=tally), title="x", report_date=DAY,
        file={"name": "counts.csv", "count": layout},
    )  # fmt: skip
    validate_report(report.to_dict())
    assert of(report, "conditional_disparity")
    assert "among people of the same county" in report.to_html()
    assert verify_report(report, tmp_path / "counts.csv").agrees


def test_the_range_is_widened_over_the_report():
    report = audited(table())
    (found,) = of(report, "conditional_disparity")
    assert report.to_dict()["comparisons"] == 2
    assert found.low_family < found.low < found.high < found.high_family


def test_without_a_grouping_that_holds_the_strata_the_question_is_listed():
    for by in (["race"], ["race", "county"]):
        report = audited(table(), by=by)
        asked = {entry["audit"]: entry for entry in report.not_asked}["conditional_disparity"]
        assert asked["needs"] == "counts by group within strata, such as county, branch or product"
        assert "Letter:" in asked["how"]


def test_crossed_groups_are_no_strata():
    frame = table().rename(columns={"county": "sex"})
    roles = Roles(groups=["race", "sex"])
    report = audited(frame, roles=roles, by=["race", ("race", "sex")])
    assert not of(report, "conditional_disparity")
    assert of(report, "intersections")
