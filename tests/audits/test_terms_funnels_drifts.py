"""Three questions: who pays more, at which stage, and is the gap changing."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.pages.schemas import validate_report
from creditaudit.reports import verify_report
from made_tables import DAY, VERDICTS, claims, of

STAGES = ["applied", "complete", "offered"]
PLAN = ca.Plan(reference={"group": "a"})


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(7)
    n = 6_000
    frame = pd.DataFrame({"group": rng.choice(["a", "b", None], n, p=[0.6, 0.39, 0.01])})
    frame["year"] = rng.choice([2023, 2024, 2025], n)
    frame["score"] = rng.normal(600, 50, n).round()
    b = frame["group"] == "b"
    frame["complete"] = (rng.random(n) < 0.9).astype(int)
    offered = rng.random(n) < 0.7 - 0.1 * b * (frame["year"] - 2023)
    frame["offered"] = (offered & (frame["complete"] == 1)).astype(int)
    rate = 7 - 0.01 * (frame["score"] - 600) + 0.4 * b + rng.normal(0, 0.5, n)
    frame["rate"] = rate.where(frame["offered"] == 1)
    return frame


def evidence(people, **without):
    roles = ca.Roles(groups=["group"], decision="offered", favourable=1, score="score",
                     higher_is="safer", score_range=(300, 900), period="year")  # fmt: skip
    terms = ca.TermsRoles(groups=["group"], amount="rate", higher_is="worse", control="score",
                          unit="percentage points")  # fmt: skip
    held = {
        "tally": ca.Tally.from_frame(people, roles),
        "terms": ca.TermsTally.from_frame(
            people, terms, bands=[300, 560, 640, 900], edges=np.arange(3, 13)
        ),
        "funnel": ca.Funnel.from_frame(people, "group", STAGES[1:], everyone="applied"),
    }
    return ca.Evidence(**{k: v for k, v in held.items() if k not in without})


@pytest.fixture(scope="module")
def report(people):
    return ca.audit(evidence(people), title="A lender", plan=PLAN, report_date=DAY)


def test_terms_say_who_pays_more_and_on_what_condition(report):
    raw, within = of(report, "terms")
    assert raw.status == within.status == "beyond"
    assert 0.3 < raw.estimate < 0.5
    assert 0.3 < within.estimate < 0.5
    assert raw.unit == "percentage points"
    assert "percentage points more on average than the reference group, group a" in raw.claim
    assert "which is worse for them" in raw.claim
    assert "This is about people who got an offer" in raw.claim
    assert "Worst case over everyone" in raw.claim
    assert "same band of score" in within.claim
    assert any("conditional on approval" in limit for limit in raw.limits)
    assert raw.table["group"].tolist() == ["b", "a"]


def test_a_higher_limit_is_better():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"group": ["a", "b"] * 200, "limit": rng.normal(20_000, 500, 400)})
    frame["limit"] += 3_000 * (frame["group"] == "b")
    roles = ca.TermsRoles(groups=["group"], amount="limit", higher_is="better", unit="euros")
    held = ca.Evidence(terms=ca.TermsTally.from_frame(frame, roles))
    found = ca.audit(held, title="Limits", plan=PLAN, report_date=DAY)
    (finding,) = found.findings
    assert "euros more on average" in finding.claim
    assert "which is better for them" in finding.claim
    assert "e+0" not in found.to_html() + finding.claim
    assert held.level == 2


def test_the_funnel_names_the_stage(report):
    (finding,) = of(report, "funnel")
    assert "The largest part of the gap arises at the step 'complete to offered'" in finding.claim
    assert len(finding.tested) == 3
    assert finding.unit == "ratio"
    assert set(finding.table["step"]) == {
        "applied to complete", "complete to offered", "all stages",
    }  # fmt: skip


def test_drift_tells_the_change_and_the_scores(report):
    change, everyone = of(report, "drift")
    assert change.status == "beyond"
    assert change.unit == "percentage points"
    assert change.high < 0
    assert "the gap of 2025 is wider" in change.claim
    assert everyone.status == "descriptive"
    assert "stability index" in everyone.claim
    assert {"approval rate", "score psi"} <= set(everyone.table["measure"])


def test_no_gap_planted_is_not_told(people):
    rng = np.random.default_rng(3)
    frame = people.assign(group=rng.choice(["a", "b"], len(people)))
    found = ca.audit(evidence(frame), title="None", plan=PLAN, report_date=DAY)
    for audit in ("terms", "drift"):
        statuses = {f.status for f in of(found, audit)}
        assert "beyond" not in statuses
    (stage,) = of(found, "funnel")
    assert stage.status == "not_beyond"
    assert "so no step is named" in stage.claim


def test_every_claim_is_without_cause_or_verdict_and_the_report_is_whole(report):
    assert not VERDICTS.search(claims(report))
    validate_report(report.to_dict())
    assert len(report.to_html()) < 200_000
    assert report.to_dict()["comparisons"] == sum(len(f.tested) for f in report.findings)


def test_four_fifths_is_not_named_beside_amounts_and_changes(report):
    assert "us_four_fifths" in of(report, "funnel")[0].law
    for finding in (*of(report, "terms"), *of(report, "drift")):
        assert "us_four_fifths" not in finding.law


def test_they_are_not_asked_without_the_evidence(people):
    tally = ca.Tally.from_frame(
        people, ca.Roles(groups=["group"], decision="offered", favourable=1)
    )
    found = ca.audit(ca.Evidence(tally=tally), title="Less", report_date=DAY)
    asked = {one["audit"]: one for one in found.not_asked}
    assert {"terms", "funnel", "drift"} <= set(asked)
    assert "mean and the standard deviation" in asked["terms"]["how"]
    assert "withdrew" in asked["funnel"]["how"]
    assert "Roles(period=...)" in asked["drift"]["how"]


def test_small_groups_are_not_shown(people):
    frame = people.copy()
    frame.loc[frame.index[:3], "group"] = "tiny"
    found = ca.audit(evidence(frame), title="Small", plan=PLAN, report_date=DAY)
    for finding in found.findings:
        assert "tiny" not in finding.claim
        assert "tiny" not in finding.table.to_string()


def test_one_group_or_one_period_cannot_be_told(people):
    frame = people[(people["group"] == "a") & (people["year"] == 2023)]
    found = ca.audit(evidence(frame), title="One", report_date=DAY)
    for audit in ("terms", "funnel", "drift"):
        assert of(found, audit)[0].status == "cannot_tell"


def test_a_report_is_recomputed_but_for_what_rests_on_more(people, report, tmp_path):
    people.to_parquet(tmp_path / "people.parquet")
    found = verify_report(report, tmp_path / "people.parquet")
    assert found.mismatches == ()
    assert sum("rests on more than this table" in said for said in found.warnings) == 3


def test_evidence_of_another_kind_is_named(people):
    with pytest.raises(InputError, match=r"terms= is a DataFrame. Make a TermsTally first"):
        ca.Evidence(terms=people)
    with pytest.raises(InputError, match=r"funnel= is a DataFrame. Make a Funnel first"):
        ca.Evidence(funnel=people)
