import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from creditaudit.errors import InputError
from creditaudit.finding import Finding
from creditaudit.pages.schemas import report_schema, validate_report


def fault(report):
    with pytest.raises(InputError) as caught:
        validate_report(report)
    return str(caught.value)


def test_the_published_schema_is_itself_valid():
    text = (files("creditaudit.pages") / "schemas" / "report-1.schema.json").read_text("utf-8")
    Draft202012Validator.check_schema(json.loads(text))
    assert report_schema() == json.loads(text)


def test_the_sample_is_accepted(sample):
    validate_report(sample)


def test_the_sample_round_trips_through_finding(sample):
    sample["findings"] = [Finding.from_dict(plain).to_dict() for plain in sample["findings"]]
    validate_report(sample)


def test_every_fault_is_named_with_its_path(sample):
    del sample["verify"]
    sample["report_date"] = "2026-02-30"
    sample["evidence"]["level"] = 9
    sample["findings"][0]["status"] = "fair"
    sample["findings"][1]["estimate"] = "0.8"
    sample["findings"][2]["grade"] = "A"
    said = fault(sample)
    assert "6 faults" in said
    assert "$: missing 'verify'." in said
    assert "$.report_date: found '2026-02-30', expected a date" in said
    assert "$.evidence.level: found 9, expected maximum 5." in said
    assert "$.findings[0].status: found 'fair', expected \"beyond\" or" in said
    assert "$.findings[1].estimate: found string '0.8', expected number or null." in said
    assert "$.findings[2]: unknown 'grade'. Known: audit," in said


def test_a_row_that_is_too_short_is_named(sample):
    sample["findings"][0]["table"]["rows"][1].pop()
    assert "$.findings[0].table.rows[1]: found 7 cells, expected 8" in fault(sample)


def test_an_id_that_is_there_twice_is_named(sample):
    sample["findings"][1]["id"] = sample["findings"][0]["id"]
    assert f"id '{sample['findings'][0]['id']}' is there 2 times" in fault(sample)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_know_are_refused(sample, number):
    sample["findings"][0]["low"] = number
    assert "$.findings[0].low: found" in fault(sample)


@pytest.mark.parametrize("version", ["creditaudit.report/2", "", 2, None, ["creditaudit.report/1"]])
def test_an_unknown_version_says_which_are_read(sample, version):
    sample["$schema"] = version
    said = fault(sample)
    assert "is not read by this version" in said
    assert "Read: 'creditaudit.report/1'" in said


def test_a_report_without_a_version_and_what_is_no_report_are_refused(sample):
    del sample["$schema"]
    assert "no '$schema'" in fault(sample)
    assert "found array" in fault([sample])


def test_a_path_is_refused_where_a_file_name_belongs(sample):
    sample["provenance"]["file_name"] = "/home/someone/decisions.csv"
    assert "$.provenance.file_name" in fault(sample)


def test_plans_and_roles_may_say_more(sample):
    sample["plan"]["filed_with"] = "a notary"
    sample["roles"]["strata"] = ["county"]
    sample["provenance"]["versions"]["polars"] = "1.33"
    validate_report(sample)


def test_a_long_list_of_faults_is_cut_and_counted(sample):
    sample["notes"] = list(range(80))
    said = fault(sample)
    assert "80 faults" in said
    assert "and 30 more" in said
