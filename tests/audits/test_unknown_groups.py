"""Who is approved less often, when the group is known only as a probability?"""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.pages.schemas import validate_report
from made_tables import DAY, VERDICTS, claims, of

RACE = {"black": "black", "white": "white"}
WIDE = {"approved": "yes", "refused": "no"}
PLAN = {"reference": {"race": "white"}}


def memberships(*rows, **given):
    table = pd.DataFrame(rows, columns=["tract", "yes", "no", "black"])
    table["white"] = 1 - table["black"]
    return ca.Memberships.from_counts(
        table, ca.Roles(), probabilities=RACE, name="race", cells="tract", count=WIDE, **given
    )


def audited(held, **plan):
    evidence = ca.Evidence(memberships=held)
    return ca.audit(evidence, title="X", plan=ca.Plan(**(PLAN | plan)), report_date=DAY)


SEPARATE = (("a", 3800, 200, 0.02), ("b", 1000, 1000, 0.98))
MIXED = (("a", 800, 200, 0.2), ("b", 700, 300, 0.4))


def test_a_gap_that_no_link_within_cells_can_undo_is_beyond():
    report = audited(memberships(*SEPARATE))
    (finding,) = of(report, "proxied_disparity")
    assert finding.status == "beyond"
    assert finding.estimate is None
    assert finding.low_family <= finding.low < finding.high < 0.8
    assert finding.confidence == "low"
    assert "whatever the link of group and decision among people of the same tract" in finding.claim
    assert "the gap is beyond the line at 80" in finding.claim
    assert "tends to show too small a gap" in finding.claim
    assert "tends to show too large a gap" in finding.claim
    assert finding.table["race"].tolist() == ["white", "black"]
    assert finding.table["value"].isna().all()
    assert report.to_dict()["comparisons"] == 1


def test_weak_proxies_cannot_tell_whatever_the_points_say():
    (finding,) = of(audited(memberships(*MIXED)), "proxied_disparity")
    assert finding.status == "cannot_tell"
    assert finding.low < 0.5
    assert finding.high > 1.25


def test_a_gap_the_other_way_is_set_against_the_mirrored_line():
    rows = [(tract, no, yes, share) for tract, yes, no, share in SEPARATE]
    (finding,) = of(audited(memberships(*rows)), "proxied_disparity")
    assert finding.status == "beyond"
    assert "the gap is beyond the line at 125" in finding.claim


def test_close_rates_and_sure_groups_are_not_beyond():
    (finding,) = of(
        audited(memberships(("a", 3600, 400, 0.0), ("b", 1780, 220, 1.0))), "proxied_disparity"
    )
    assert finding.status == "not_beyond"


def test_an_error_of_the_probabilities_widens_the_finding():
    (one,) = of(audited(memberships(*SEPARATE)), "proxied_disparity")
    (other,) = of(audited(memberships(*SEPARATE, error=0.1)), "proxied_disparity")
    assert other.low < one.low
    assert other.high > one.high


def test_it_says_that_such_probabilities_are_not_for_deciding():
    report = audited(memberships(*SEPARATE), jurisdictions=["US"])
    (finding,) = of(report, "proxied_disparity")
    said = " ".join(finding.limits)
    for part in ("sensitive data", "may be unlawful", "12 CFR 1002", "GDPR art. 9",
                 "of the applicants of a cell, and not only of its residents"):  # fmt: skip
        assert part in said
    assert "us_reg_b_information" in finding.law
    assert "us_four_fifths" in finding.law


def test_the_report_is_whole_and_without_verdicts():
    report = audited(memberships(*SEPARATE, *MIXED))
    assert not VERDICTS.search(claims(report))
    validate_report(report.to_dict())
    assert "race black" in report.to_html()
    assert report.to_dict()["evidence"]["held"] == ["memberships"]
    assert report.to_dict()["evidence"]["level"] == 1
    assert ca.Report.from_dict(report.to_dict()).to_dict() == report.to_dict()


def test_rows_without_groups_are_no_more_than_counts():
    frame = pd.DataFrame({"yes": [1, 0] * 20, "black": 0.5, "white": 0.5})
    held = ca.Memberships.from_frame(
        frame, ca.Roles(decision="yes", favourable=1), probabilities=RACE, name="race"
    )
    assert ca.Evidence(memberships=held).level == 1


def test_groups_of_few_people_are_not_shown():
    (finding,) = of(audited(memberships(("a", 300, 100, 0.005))), "proxied_disparity")
    assert finding.status == "cannot_tell"
    assert "two groups of 5 or more people expected" in finding.claim
    assert finding.table.empty


def test_a_reference_that_is_none_of_the_groups_cannot_tell():
    report = audited(memberships(*SEPARATE), reference={"race": "green"})
    assert "reference of the plan is none of the groups" in report.findings[0].claim


def test_without_a_decision_nothing_is_compared():
    table = pd.DataFrame({"black": [0.5], "white": [0.5], "good": [30], "bad": [10]})
    held = ca.Memberships.from_counts(
        table, ca.Roles(), probabilities=RACE, name="race", count={"good": "good", "bad": "bad"}
    )
    assert "there is no decision" in audited(held).findings[0].claim


def test_a_tally_and_memberships_may_have_references_of_their_own():
    tally = ca.Tally.from_counts(
        pd.DataFrame({"sex": ["f", "m"], "yes": [40, 60], "no": [60, 40]}),
        ca.Roles(groups=["sex"]), count=WIDE,
    )  # fmt: skip
    plan = ca.Plan(reference={"race": "white", "sex": "m"})
    evidence = ca.Evidence(tally=tally, memberships=memberships(*SEPARATE), plan=plan)
    report = ca.audit(evidence, title="Both", report_date=DAY)
    assert {"disparity", "proxied_disparity"} <= {f.audit for f in report.findings}
    assert report.findings[0].low_family < report.findings[0].low
    with pytest.raises(InputError, match="groups"):
        ca.Evidence(tally=tally, memberships=memberships(*SEPARATE), plan=ca.Plan(groups=["race"]))


def test_it_is_not_asked_without_memberships_and_says_how_to_get_them():
    tally = ca.Tally.from_counts(
        pd.DataFrame({"sex": ["f", "m"], "yes": [40, 60], "no": [60, 40]}),
        ca.Roles(groups=["sex"]), count=WIDE,
    )  # fmt: skip
    report = ca.audit(ca.Evidence(tally=tally), title="X", report_date=DAY)
    asked = {one["audit"]: one for one in report.not_asked}
    assert "Only where the group was never recorded" in asked["proxied_disparity"]["how"]
    with pytest.raises(InputError, match=r"memberships= is a Tally\. Make a Memberships first"):
        ca.Evidence(memberships=tally)


def test_what_is_planted_is_found_and_what_is_not_is_not():
    """Made-up lenders over 200 tracts: the true ratio is 0.6, or 1."""
    rng = np.random.default_rng(5)
    share = rng.beta(0.1, 0.2, 200).round(3)
    people = rng.integers(50, 400, 200)
    for truth, expected in ((0.6, {"beyond"}), (1.0, {"cannot_tell", "not_beyond"})):
        black = rng.binomial(people, share)
        yes = rng.binomial(black, 0.85 * truth) + rng.binomial(people - black, 0.85)
        rows = zip(range(200), yes, people - yes, share, strict=True)
        (finding,) = of(audited(memberships(*rows)), "proxied_disparity")
        assert finding.low <= truth <= finding.high
        assert finding.status in expected
