"""Audits of sharing regimes: uses no agreement names for these data, errors that live on."""

from dataclasses import replace

import pytest

import creditaudit as ca
from creditaudit.audits import purposes, retraction
from creditaudit.errors import InputError
from creditaudit.pages.schemas import validate_report
from creditaudit.sharing import Import
from made_tables import DAY

R = ca.SharingRegime


def line(importer, source, purpose="", collected_for="", days=None, **more):
    number = {} if days is None else {"every_days": days, "mark": "V", "source_text": "a text"}
    return Import(**{
        "importer": importer, "source": source, "purpose": purpose, "mark": "F",
        "collected_for": collected_for, **number, **more,
    })  # fmt: skip


def regime(*lines, agencies=("ecommerce", "bank", "police", "tax")):
    return replace(R.silos(agencies), name="own", title="Own", imports=lines)


SALES = line("bank", "ecommerce", "lending", "trade", basis="a contract")
POLICE = line("police", "bank", "public_order", "lending", basis="an order")


def test_the_planted_drift_is_found_and_nothing_else():
    drift, closing = purposes(ca.Evidence(regimes=regime(SALES, POLICE)))
    assert drift.estimate == 1
    assert "what 4 agencies collect reaches 3 uses elsewhere; 1 of these serve" in drift.claim
    assert drift.table["way"].tolist() == [
        "ecommerce (trade) > bank (lending) > police (public_order)"
    ]
    assert set(drift.table["kind"]) == {"theorem"}
    assert closing.estimate == 1
    assert "with them 1 use of other kinds" in closing.claim
    # The last agreement names that use, and takes other data there: nobody says it is unnamed.
    assert "none takes the data there directly for that use" in drift.claim
    assert closing.table["in a smallest set for all"].tolist() == ["yes", "no"]
    assert drift.status == closing.status == "descriptive"


def test_with_a_society_its_catalog_and_its_people_count_as_columns_times_people():
    world = ca.make_society(people=500, firms=50, seed=7)
    takes = line("bank", "tax", "lending", basis="x", carries=("tax_arrears", "late_filings"))
    (drift,) = purposes(ca.Evidence(society=world, regimes=regime(takes)))
    assert drift.table["person_columns"].tolist() == [2 * 500]
    assert drift.table["collected_for"].tolist() == ["taxation"]
    # Uses are counted along agreements: the number rests on no people.
    assert drift.n == 0


def test_no_agreement_is_named_where_no_single_one_closes_a_use():
    two = (
        SALES, line("tax", "ecommerce", "taxation", "trade", basis="x"),
        line("police", "bank", "public_order", "lending", basis="x"),
        line("police", "tax", "public_order", "taxation", basis="x"),
    )  # fmt: skip
    _, closing = purposes(ca.Evidence(regimes=regime(*two)))
    assert "no single agreement closes any of 1 such uses" in closing.claim
    assert "Each alone, with all its columns, is closed by ending 2 agreements, and all" in (
        closing.claim
    )


def test_where_no_purpose_is_stated_it_cannot_be_told_and_not_said_to_be_clean():
    drift, told = purposes(ca.Evidence(regimes=R.full()))
    assert (drift.status, drift.estimate) == ("cannot_tell", None)
    assert "no purpose is stated for any of them" in drift.claim
    assert "56 without a stated purpose" in told.claim
    half = regime(SALES, POLICE, line("tax", "bank", "", "lending"))
    drift = purposes(ca.Evidence(regimes=half))[0]
    assert (drift.status, drift.estimate) == ("descriptive", 1)
    assert "For 2 of them a purpose is not stated" in drift.claim


def test_one_agreement_that_all_ways_share_closes_everything():
    both = ("ecommerce_spend", "orders_12m")
    drift, closing = purposes(ca.Evidence(regimes=regime(
        line("bank", "ecommerce", "lending", "trade", basis="x", carries=both),
        line("police", "bank", "public_order", "lending", basis="x", carries=both[:1]),
        line("tax", "bank", "taxation", "lending", basis="x", carries=both[1:]),
    )))  # fmt: skip
    assert (drift.estimate, closing.estimate) == (2, 2)
    assert "and all together by ending 1 agreement." in closing.claim


def test_what_comes_back_is_no_use_elsewhere():
    back = regime(
        line("bank", "ecommerce", "lending", "trade", basis="x"),
        line("ecommerce", "bank", "safety", "lending", basis="x"),
    )  # fmt: skip
    (drift,) = purposes(ca.Evidence(regimes=back))
    assert drift.estimate == 0
    assert "reaches 2 uses elsewhere" in drift.claim
    assert "1 more lead back to the agency that collected it" in drift.claim


def test_agreements_without_a_purpose_or_a_basis_are_counted():
    bare = line("bank", "ecommerce")
    found = purposes(ca.Evidence(regimes=regime(bare, POLICE)))
    told = found[-1]
    assert "of 2 agreements in this file, 1 without a stated purpose of use and 1" in told.claim
    assert told.table["agreement"].tolist() == ["bank from ecommerce: list"]
    assert "Absence of a basis in the file is not absence in law." in told.limits


def test_silos_are_silent_in_both_audits():
    evidence = ca.Evidence(regimes=R.silos())
    (drift,) = purposes(evidence)
    (endings,) = retraction(evidence)
    assert "nothing that 8 agencies collect is passed on" in drift.claim
    assert "there are no copies" in endings.claim
    assert drift.estimate == endings.estimate == 0


def test_a_planted_cycle_is_told_as_a_theorem_with_its_remedy():
    ring = regime(
        line("bank", "ecommerce", days=3.0), line("police", "bank", days=3.0),
        line("bank", "police", days=3.0),
    )  # fmt: skip
    (endings,) = retraction(ca.Evidence(regimes=ring))
    assert endings.estimate == 3
    assert "errors of 3 of 4 agencies outlive their correction for ever" in endings.claim
    assert "This follows from who takes whose list." in endings.claim
    assert "no refresh can be the first to clear one" in endings.method
    rows = endings.table.set_index("error of")
    assert set(rows["never cleared if copies name their origin"]) == {"nowhere"}
    assert rows.loc["ecommerce", "kept alive by"] in (
        "bank > police > bank", "police > bank > police",
    )  # fmt: skip


def test_without_a_cycle_days_are_told_with_their_range():
    chain = regime(line("bank", "ecommerce", days=90.0), line("police", "bank", days=30.0))
    endings, days = retraction(ca.Evidence(regimes=chain))
    assert "every copy of a corrected error ends" in endings.claim
    # Two agencies refuse one measure each, for 45 days and for 45 + 15.
    assert days.low < 105 < days.high
    assert "a corrected error of ecommerce" in days.claim
    assert "over where the correction falls" in days.claim
    assert "denial-days within a year, added over 2 agencies" in days.claim
    bound = days.table.query("measure == 'longest possible days' and copies == 'as it stands'")
    assert bound.set_index("error_of")["value"].to_dict() == {"ecommerce": 120, "bank": 30}
    asking = days.table.query("error_of == 'ecommerce' and copies == 'copies name their origin'")
    assert asking.set_index("measure").loc["longest possible days", "value"] == 90


def test_days_from_free_intervals_come_with_their_sweep_and_low_confidence():
    endings, days = retraction(ca.Evidence(regimes=R.load("regime_us_fcra")))
    assert endings.confidence == "high"
    assert days.confidence == "low"
    assert days.low < days.estimate < days.high
    assert "as the refresh interval goes over 7 to 90 days, which no text read states" in days.claim
    # The ends of the sweep alone, and no number between them.
    assert f"leaves {days.low:,.0f} to {days.high:,.0f} denial-days within a year" in days.claim
    # Lenders ask the bureau anew, so its own errors leave no copies at all.
    at_once = days.table["error_of"] == "credit_bureau"
    assert set(days.table.loc[~at_once, "kind"]) == {"sweep"}
    assert set(days.table.loc[at_once, "value"]) == {0}
    assert days.table[["low", "high"]].notna().all(axis=None)


def test_without_intervals_only_the_wiring_is_told():
    (endings,) = retraction(ca.Evidence(regimes=R.hub("court")))
    assert "every copy of a corrected error ends" in endings.claim


def test_several_regimes_stand_in_one_report_that_fits_the_schema():
    named = {"joint": R.load("regime_cn_joint_2016"), "alone": R.silos()}
    report = ca.audit(ca.Evidence(regimes=named), title="Two regimes", report_date=DAY)
    asked = [finding.audit for finding in report.findings]
    assert asked == ["purposes", "purposes", "purposes", "retraction", "retraction", "retraction"]
    assert {finding.group for finding in report.findings} == set(named)
    assert len({finding.id for finding in report.findings}) == 6
    assert report.to_dict()["evidence"]["level"] == 5
    validate_report(report.to_dict())
    assert {one["audit"] for one in report.not_asked} >= {"disparity", "mistaken_identity"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (3, "regimes= is a int"),
        ({}, "names no regime"),
        ({"a": 1}, "regimes= holds int"),
        ([R.silos(), "full"], "regimes= holds str"),
    ],
)
def test_what_is_no_regime_is_an_error_of_the_evidence(given, told):
    with pytest.raises(InputError, match=told):
        ca.Evidence(regimes=given)
