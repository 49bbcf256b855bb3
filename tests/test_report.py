import copy
import json
import os
from pathlib import Path

import pytest

from creditaudit import Report
from creditaudit.errors import CorruptFile, InputError
from creditaudit.finding import Finding
from creditaudit.pages.report_page import render
from creditaudit.pages.schemas import validate_report
from creditaudit.report import count_from_text, count_to_text
from made_tables import CROSSED, LENDER, audited, crossed, decided, lent

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "a\u202eb",
    "\ud800",
    "\x00",
)


@pytest.fixture(scope="module")
def report():
    return audited(decided(a=(60, 40), b=(30, 70), c=(50, 50)), reference={"group": "a"})


@pytest.fixture
def plain(report):
    return copy.deepcopy(report.to_dict())


REPORTS = {
    "decisions": lambda: audited(decided(a=(60, 40), b=(30, 70))),
    "lender": lambda: audited(lent(a=(60, 10, 30), b=(30, 9, 61)), LENDER),
    "crossed": lambda: audited(
        crossed({(r, s): (20, 10) for r in "ab" for s in "fm"}), CROSSED, jurisdictions=["US"]
    ),
    "one group": lambda: audited(decided(a=(60, 40))),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_survives_json(name, tmp_path):
    made = REPORTS[name]()
    made.save(tmp_path / "audit.json")
    again = Report.load(tmp_path / "audit.json")
    assert again.to_dict() == made.to_dict() == json.loads((tmp_path / "audit.json").read_text())
    assert again.to_json() == made.to_json()


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_is_drawn_from_the_json_alone(name, tmp_path):
    made = REPORTS[name]()
    page = render(json.loads(made.to_json()))
    assert page == made.to_html()
    made.save(tmp_path / "audit.json")
    Report.load(tmp_path / "audit.json").save(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page


def test_every_key_of_the_contract_is_in_the_json(plain):
    assert list(plain)[:2] == ["$schema", "title"]
    assert set(plain) == {
        "$schema", "title", "author", "report_date", "synthetic", "evidence", "roles", "groupings",
        "score_bins", "cutoff", "count", "plan", "comparisons", "family", "findings", "hidden",
        "not_asked", "law", "notes", "provenance", "verify",
    }  # fmt: skip
    validate_report(plain)


def test_a_report_is_saved_whole_or_not_at_all(report, tmp_path, monkeypatch):
    path = tmp_path / "audit.json"
    path.write_text("the old one")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left on device"):
        report.save(path)
    assert path.read_text() == "the old one"
    assert os.listdir(tmp_path) == ["audit.json"]


def test_a_report_that_could_not_be_loaded_again_is_not_saved(report, tmp_path):
    broken = Report(title="", findings=report.findings, context=report.context)
    for name in ("audit.json", "report.html"):
        with pytest.raises(InputError, match=r"\$\.title"):
            broken.save(tmp_path / name)
    twice = Report(title="x", findings=report.findings * 2, context=report.context)
    with pytest.raises(InputError, match="2 times"):
        twice.save(tmp_path / "audit.json")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["audit", "audit.pdf", "audit.JSON", "audit.json.txt"])
def test_another_ending_is_an_error_that_names_the_two(report, tmp_path, name):
    with pytest.raises(InputError, match=r"ending in \.json or \.html"):
        report.save(tmp_path / name)


def test_a_folder_that_is_not_there_is_an_error(report, tmp_path):
    with pytest.raises(InputError, match="Make it first"):
        report.save(tmp_path / "none" / "audit.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "found array"),
        (b"null", "found null"),
        (b"{}", "no '[$]schema'"),
        (b'{"$schema": "creditaudit.report/2"}', "Install the creditaudit that wrote the report"),
        (b'{"$schema": ["creditaudit.report/1"]}', "is not read by this version"),
        (b'{"$schema": "creditaudit.report/1"}', "missing 'title'"),
        (b'{"$schema": "creditaudit.tally/1", "cells": []}', "is not read by this version"),
    ],
    ids=lambda given: repr(given)[:40],
)
def test_a_file_that_is_no_report_is_corrupt_and_says_so(tmp_path, content, said):
    path = tmp_path / "audit.json"
    path.write_bytes(content)
    with pytest.raises(CorruptFile, match=said) as error:
        Report.load(path)
    assert str(tmp_path) not in str(error.value)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(InputError, match=r"'audit\.json' not found"):
        Report.load(tmp_path / "audit.json")
    with pytest.raises(CorruptFile, match="Is a directory") as error:
        Report.load(tmp_path)
    assert str(tmp_path.parent) not in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plain: plain["findings"][0].update(status="fair"), "expected"),
        (lambda plain: plain["findings"][0].update(estimate=float("nan")), "undefined number"),
        (lambda plain: plain["findings"][0].update(p_value=2), "maximum"),
        (lambda plain: plain.update(extra=1), "unknown 'extra'"),
        (lambda plain: plain.pop("hidden"), "missing 'hidden'"),
        (lambda plain: plain["findings"].append(plain["findings"][0]), "2 times"),
        (lambda plain: plain["findings"][0]["table"]["rows"][0].pop(), "one a column"),
        (lambda plain: plain.update(report_date="soon"), "report_date"),
        (lambda plain: plain["provenance"].update(file_name="/home/me/x.csv"), "file_name"),
    ],
)
def test_a_report_against_the_schema_is_not_loaded(plain, tmp_path, change, said):
    change(plain)
    path = tmp_path / "audit.json"
    path.write_text(json.dumps(plain))
    with pytest.raises(CorruptFile, match=said):
        Report.load(path)


def test_hidden_findings_are_counted_and_named(report):
    first, second, *rest = (finding.id for finding in report.findings)
    less = report.hide([second])
    assert [finding.id for finding in less.findings] == [first, *rest]
    assert [one["id"] for one in less.hidden] == [second]
    least = less.hide(first)
    assert [one["id"] for one in least.hidden] == [second, first]
    assert set(least.hidden[0]) == {"id", "audit", "question"}
    # The ranges stay those of every comparison made.
    assert least.to_dict()["comparisons"] == report.to_dict()["comparisons"] == 2
    assert "hidden by the author: 2" in least.to_html()
    assert len(report.hidden) == 0


def test_hiding_what_is_not_there_is_an_error(report):
    with pytest.raises(InputError, match=r"No finding \['F0'\]\. Findings: \['F"):
        report.hide(["F0"])
    gone = report.findings[0].id
    with pytest.raises(InputError, match="No finding"):
        report.hide([gone]).hide([gone])


def test_the_frame_has_one_row_a_finding(report):
    frame = report.frame
    assert list(frame["id"]) == [finding.id for finding in report.findings]
    assert {"status", "estimate", "low_family", "n"} <= set(frame.columns)


def test_hostile_texts_stay_texts(tmp_path):
    names = dict(zip(HOSTILE[:3], ((60, 40), (30, 70), (50, 50)), strict=True))
    frame = decided(**names).rename(columns={"group": HOSTILE[0]})
    from creditaudit import Roles

    made = audited(frame, Roles(groups=[HOSTILE[0]], decision="approved", favourable=1))
    for title in HOSTILE:
        titled = Report(title=title, findings=made.findings, context=made.context)
        titled.save(tmp_path / "audit.json")
        loaded = Report.load(tmp_path / "audit.json")
        assert loaded.title == title
        assert loaded.to_dict() == titled.to_dict()
        loaded.save(tmp_path / "report.html")
        page = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert "<script" not in page
        assert "<img" not in page
    assert "<script" not in made._repr_html_()


def test_no_path_of_this_computer_is_in_the_report(report):
    for text in (report.to_json(), report.to_html()):
        assert str(Path.home()) not in text
        assert os.getcwd() not in text


@pytest.mark.parametrize(
    "count",
    [
        None, "n", "how many, roughly", "a=b", "50%", "",
        {"approved": "yes", "refused": "no"},
        {"tp": "a, b", "fn": "c=d", "fp": "50%", "tn": "approved=x, refused=y"},
    ],
    ids=str,
)  # fmt: skip
def test_count_columns_survive_as_text(count):
    assert count_from_text(count_to_text(count)) == count


def test_count_columns_read_well():
    assert count_to_text({"approved": "yes", "refused": "no"}) == "approved=yes, refused=no"


def test_an_empty_report_is_a_report():
    made = audited(decided(a=(60, 40), b=(30, 70)))
    empty = Report(title="Nothing", findings=(), context=made.context)
    assert Report.from_dict(empty.to_dict()).findings == ()
    assert "No question could be answered" in empty.to_html()


def test_findings_of_a_loaded_report_are_findings(report):
    again = Report.from_dict(report.to_dict())
    assert all(isinstance(finding, Finding) for finding in again.findings)
    assert again.findings[0].estimate == report.findings[0].estimate
