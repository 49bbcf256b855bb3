"""Who is refused or listed more often per head of the population?"""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.pages.schemas import validate_report
from made_tables import DAY, VERDICTS, claims, of

CENSUS = {"named": "residents aged 18 and over", "date": "2020", "source": "census table DP05"}
TABLE = pd.DataFrame({
    "race": ["black", "white", "other"], "refused": [90, 150, 3], "population": [1000, 5000, 60],
})  # fmt: skip


def audited(table=TABLE, *, plan=None, **given):
    refusals = ca.Refusals.from_counts(table, "race", **(CENSUS | given))
    return ca.audit(
        ca.Evidence(refusals=refusals), title="X", report_date=DAY,
        plan=plan or ca.Plan(reference={"race": "white"}),
    )  # fmt: skip


def test_without_a_factor_it_is_described_and_never_set_against_a_line():
    report = audited()
    (finding,) = of(report, "refusals_only")
    assert finding.status == "descriptive"
    assert finding.estimate == pytest.approx(3)
    assert 2 < finding.low < 3 < finding.high < 4
    assert "300 people refused for every 100 in the reference group, race white" in finding.claim
    assert "The group is 37.0 % of people refused and 16.5 % of the population." in finding.claim
    assert "3.00 times as often per head as the reference (2.28 to 3.92)" in finding.claim
    assert "whether it does is not in these data" in finding.claim
    assert "line" not in finding.claim
    assert finding.law == ()
    assert any("Who applied is not known" in limit for limit in finding.limits)
    assert any("census table DP05" in limit for limit in finding.limits)


def test_a_factor_with_its_reason_sets_it_against_the_line():
    factor = {"application_factor": (0.8, 1.5), "reason": "survey of applicants, 2019"}
    (finding,) = of(audited(**factor), "refusals_only")
    assert finding.status == "beyond"
    assert finding.estimate is None
    assert "the gap is beyond the line at 125" in finding.claim
    assert "The factor rests on: survey of applicants, 2019." in finding.claim
    (unsure,) = of(audited(application_factor=3, reason="a guess"), "refusals_only")
    assert unsure.status == "cannot_tell"


def test_a_factor_without_a_reason_is_an_error():
    with pytest.raises(InputError, match="needs reason="):
        audited(application_factor=1.5)


def test_people_without_a_group_count_against_the_status():
    factor = {"application_factor": (1.0, 1.5), "reason": "a survey"}
    table = pd.concat([TABLE, pd.DataFrame({"race": [None], "refused": [400]})])
    (finding,) = of(audited(table, **factor), "refusals_only")
    assert finding.status == "cannot_tell"
    assert any("400 people refused have no group" in limit for limit in finding.limits)


def test_listed_people_are_called_listed():
    table = TABLE.rename(columns={"refused": "people"})
    (finding,) = of(audited(table, people="people", event="listed"), "refusals_only")
    assert "300 people listed for every 100" in finding.claim
    assert "refused" not in finding.claim
    assert "come before whoever lists people" in finding.claim


def test_groups_of_few_people_are_not_shown():
    (finding,) = of(audited(), "refusals_only")
    assert "other" not in finding.claim + finding.table.to_string()
    assert any("1 groups of fewer than 5 people" in limit for limit in finding.limits)
    (none,) = of(audited(TABLE.assign(refused=[4, 150, 3])), "refusals_only")
    assert none.status == "cannot_tell"
    assert "two groups of 5 or more people refused" in none.claim


def test_the_group_furthest_out_comes_first_and_all_are_counted():
    table = TABLE.assign(refused=[90, 150, 30])
    report = audited(table)
    found = of(report, "refusals_only")
    assert [f.group for f in found] == ["race other", "race black"]
    assert report.to_dict()["comparisons"] == 2
    assert found[0].low_family < found[0].low


def test_the_reference_is_named_when_the_plan_names_none():
    (finding, *_) = of(audited(plan=ca.Plan()), "refusals_only")
    assert any("the group with the largest population" in limit for limit in finding.limits)
    bad = audited(plan=ca.Plan(reference={"race": "green"})).findings[0]
    assert bad.status == "cannot_tell"
    assert "none of the groups" in bad.claim


def test_the_report_is_whole_and_without_verdicts():
    report = audited(application_factor=1.2, reason="a survey")
    assert not VERDICTS.search(claims(report))
    validate_report(report.to_dict())
    assert "race black" in report.to_html()
    assert report.to_dict()["evidence"]["level"] == 1
    assert ca.Report.from_dict(report.to_dict()).to_dict() == report.to_dict()


def test_equal_rates_and_equal_applications_are_seldom_beyond():
    rng = np.random.default_rng(4)
    beyond = 0
    for _ in range(60):
        table = TABLE.iloc[:2].assign(refused=rng.poisson([60, 300]))
        report = audited(table, application_factor=1.1, reason="a survey")
        beyond += of(report, "refusals_only")[0].status == "beyond"
    assert beyond == 0
