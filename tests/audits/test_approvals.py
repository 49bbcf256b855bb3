"""The bars: what an audit of well-known data must say."""

import pytest

import creditaudit as ca
from made_tables import DAY, VERDICTS, audited, claims, decided, of

WHITE = {"race": "white"}


@pytest.fixture(scope="module")
def hmda():
    people = ca.load_hmda_boston()
    tally = ca.Tally.from_frame(people.frame, people.roles)
    return ca.audit(
        ca.Evidence(tally=tally, about=people.made),
        title="Boston",
        plan=ca.Plan(reference=WHITE),
        report_date=DAY,
    )


@pytest.fixture(scope="module")
def loanapp():
    people = ca.load_loanapp()
    tally = ca.Tally.from_frame(people.frame, people.roles)
    return ca.audit(
        ca.Evidence(tally=tally, about=people.made),
        title="Boston",
        plan=ca.Plan(reference=WHITE),
        report_date=DAY,
    )


def test_hmda_gives_the_denial_rates_in_the_literature(hmda):
    (finding,) = of(hmda, "disparity")
    table = finding.table.set_index("race")
    assert table.loc["black", ["n", "approved", "refused"]].tolist() == [339, 243, 96]
    assert table.loc["white", ["n", "approved", "refused"]].tolist() == [2041, 1852, 189]
    assert 100 * (1 - table["value"]["black"]) == pytest.approx(28.32, abs=0.005)
    assert 100 * (1 - table["value"]["white"]) == pytest.approx(9.26, abs=0.005)


def test_hmda_gives_the_approval_ratio_with_its_range(hmda):
    (finding,) = of(hmda, "disparity")
    assert finding.estimate == pytest.approx((243 / 339) / (1852 / 2041))
    assert round(finding.estimate, 3) == 0.790
    assert 0.72 < finding.low < 0.74
    assert 0.83 < finding.high < 0.85
    assert (finding.low_family, finding.high_family) == (finding.low, finding.high)
    assert (finding.group, finding.reference, finding.n) == ("race black", "race white", 339)
    assert "79 approvals for every 100 in the reference group, race white, per head (73 to 84)" in (
        finding.claim
    )


def test_hmda_cannot_tell_at_the_four_fifths_line(hmda):
    (finding,) = of(hmda, "disparity")
    assert finding.status == "cannot_tell"
    assert "the line at 80 is inside the range" in finding.claim


def test_hmda_lists_what_is_disputed(hmda):
    said = " ".join(hmda.to_dict()["evidence"]["disputes"])
    for name in ("Day and Liebowitz", "Horne", "Ross and Yinger", "Browne and Tootell"):
        assert name in said
    assert "Day and Liebowitz" in hmda.to_html()


def test_hmda_resolves_the_law_at_both_dates(hmda):
    law = {entry["id"]: entry for entry in hmda.to_dict()["law"]}
    reg_b = law["us_ecoa_reg_b_1977"]
    assert reg_b["at_decision"] == "in force"
    assert reg_b["at_report"].startswith("replaced")
    assert set(law) == {entry for finding in hmda.findings for entry in finding.law}
    assert hmda.to_dict()["plan"]["decision_date"] == "1990-12-31"


def test_law_is_resolved_at_another_decision_date():
    frame = decided(a=(60, 40), b=(30, 70))
    asked = {"jurisdictions": ["US"], "product": "mortgage"}
    early = audited(frame, decision_date="1990-12-31", **asked)
    late = audited(frame, decision_date="2026-08-01", **asked)
    unknown = audited(frame, **asked)
    ids = [{entry["id"] for entry in one.to_dict()["law"]} for one in (early, late)]
    assert "us_ecoa_reg_b_1977" in ids[0] - ids[1]
    assert "us_ecoa_reg_b_2026" in ids[1] - ids[0]
    assert {entry["at_decision"] for entry in unknown.to_dict()["law"]} == {
        "unknown: no decision date given"
    }


def test_loanapp_gives_the_gap_in_the_textbook(loanapp):
    (finding,) = of(loanapp, "disparity")
    value = finding.table.set_index("race")["value"]
    assert value["white"] - value["non-white"] == pytest.approx(0.201, abs=0.0005)
    assert finding.status == "cannot_tell"


@pytest.mark.parametrize("name", ["hmda", "loanapp"])
def test_no_claim_gives_a_cause_or_a_verdict(name, request):
    report = request.getfixturevalue(name)
    assert not VERDICTS.search(claims(report))
    assert len(of(report, "blind_spots")) == 1


@pytest.mark.parametrize("name", ["hmda", "loanapp"])
def test_real_data_without_outcomes_leave_the_error_rates_unasked(name, request):
    report = request.getfixturevalue(name)
    asked = {one["audit"] for one in report.not_asked}
    assert {"error_rates", "intersections", "cutoff_policy", "criteria_conflict"} <= asked
    assert not {"disparity", "blind_spots"} & asked
    assert not of(report, "error_rates")
