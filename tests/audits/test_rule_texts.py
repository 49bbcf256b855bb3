"""A report from a rulebook alone: what the rules show, and what the text gives people."""

import re
from pathlib import Path

import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.audits.rule_texts import ROWS, rules_in_text
from creditaudit.errors import InputError
from creditaudit.pages.report_page import LIMIT, PAGE_ONE_FINDINGS
from creditaudit.rulebooks import Rulebook, preset_ids
from creditaudit.rulebooks.lints import lints_of
from made_tables import DAY, ROLES, VERDICTS, decided

BOOKS = Path(__file__).parent.parent / "rulebooks"
TALLY = ca.Tally.from_frame(decided(north=(80, 20), south=(30, 70)), ROLES)
FAULTY, CLEAN = (Rulebook.load(BOOKS / name) for name in ("faulty.toml", "clean.toml"))


def audited(book, **more):
    return ca.audit(ca.Evidence(rulebook=book, **more), title="Rules", report_date=DAY)


def of(report, audit):
    return [finding for finding in report.findings if finding.audit == audit]


def test_a_rulebook_alone_is_level_0_and_every_other_question_is_listed():
    report = audited(FAULTY)
    plain = report.to_dict()
    assert plain["evidence"]["level"] == 0
    assert plain["evidence"]["source"] == "One fault of every kind"
    assert plain["comparisons"] == 0
    audits = {"rights", "rules_in_text", "rule_proofs"}
    assert {finding.audit for finding in report.findings} == audits
    asked = {one["audit"] for one in report.not_asked}
    assert {"disparity", "blind_spots"} <= asked
    assert not audits & asked


def test_without_a_rulebook_its_text_is_asked_for():
    report = ca.audit(ca.Evidence(tally=TALLY), title="Counts", report_date=DAY)
    asked = {one["audit"]: one for one in report.not_asked}
    for name in ("rights", "rules_in_text", "rule_proofs"):
        assert asked[name]["needs"] == "the rules as text"
        assert 'Letter: "Please send' in asked[name]["how"]


def test_every_kind_of_lint_is_one_finding_with_all_its_lines():
    found = of(audited(FAULTY), "rules_in_text")
    kinds = {lint.kind for lint in lints_of(FAULTY)}
    assert len(found) == len([kind for kind in kinds if not kind.startswith("no_")])
    for finding in found:
        lines = re.search(r"File faulty\.toml, lines? ([\d, ]+)", finding.claim)
        assert int(lines[1].split(",")[0]) == finding.table["line"].min()
        assert finding.status == "descriptive"
    severities = [("low", "medium", "high").index(one.severity) for one in found]
    assert severities == sorted(severities, reverse=True)
    assert not VERDICTS.search(" ".join(f.claim for f in found))


def test_of_a_clean_book_it_is_said_what_was_looked_for_and_no_more():
    report = audited(CLEAN)
    (said,) = of(report, "rules_in_text")
    assert "23 kinds of things" in said.claim
    assert said.claim.endswith("What nobody looked for does not show.")
    assert len(said.table) == 23
    assert {finding.severity for finding in report.findings} == {"not rated"}


def test_a_report_opens_with_the_rights_that_are_not_stated():
    report = audited(FAULTY)
    first = report.findings[0]
    assert first.audit == "rights"
    assert first.claim.startswith(
        "The file of One fault of every kind does not state notice, reasons, repair or appeal. "
        "Notice: searched, not found (the text and its annexes, 2026-11-23, by a test); "
        "reasons: not searched;"
    )
    html = report.to_html()
    assert html.index("does not state notice") < html.index("Findings in short")


def test_it_opens_with_them_also_where_a_gap_was_found():
    report = ca.audit(ca.Evidence(tally=TALLY, rulebook=FAULTY), title="Both", report_date=DAY)
    assert of(report, "disparity")
    html = report.to_html()
    assert html.index("does not state notice") < html.index("Findings in short")


def test_all_four_standards_are_told_and_none_alone():
    law = next(f for f in of(audited(FAULTY), "rights") if "Legal basis" in f.claim)
    assert [f"under standard {number}" in law.claim for number in (1, 2, 3, 4)] == [True] * 4
    assert law.estimate is None
    assert law.table["standard"].str[0].tolist() == ["1", "2", "3", "4"]
    counts = law.table[["cited", "repealed", "searched, not found", "not searched"]]
    assert counts.sum(axis=1).nunique() == 1


def test_no_cell_of_the_rights_is_a_bare_no():
    table = of(audited(FAULTY), "rights")[1].table
    assert len(table) == 14
    for cell in table["cell"]:
        assert re.match(r"stated: .|searched, not found \(.+, .+, by .+\)|not searched", cell)


def test_people_who_are_held_say_for_how_many_a_reading_matters():
    people = pd.DataFrame({name: [0] * 20 for name in FAULTY.columns})
    people["region"] = "r01"
    people.loc[:9, "other_commercial_breaches"] = 2
    found = of(audited(FAULTY, frame=people), "rules_in_text")
    read = next(finding for finding in found if "two ways" in finding.claim)
    assert (read.estimate, read.n, read.unit) == (0.5, 20, "share")
    assert "10 of 20" in read.claim
    few = people.copy()
    few["other_commercial_breaches"] = [2, 2] + [0] * 18
    read = next(f for f in of(audited(FAULTY, frame=few), "rules_in_text") if "two ways" in f.claim)
    assert read.estimate is None
    assert "fewer than 5 of 20" in read.claim
    without = audited(FAULTY, frame=people.drop(columns="region"))
    read = next(f for f in of(without, "rules_in_text") if "two ways" in f.claim)
    assert read.estimate is None


def test_a_long_list_is_cut_and_says_how_much_of_it():
    text = (BOOKS / "clean.toml").read_text("utf-8").split("[[rules]]")
    more = [
        f'\nid = "r{place}"\ntitle = "Cards"\nwhen = "cards > {place + 9}"\npoints = -1\n'
        'group = "contracts"\nbasis = ["law"]\nsource = "own"\nmark = "F"\n\n'
        for place in range(ROWS + 5)
    ]  # fmt: skip
    book = Rulebook.from_toml("[[rules]]".join([*text[:2], *more, *text[2:]]))
    found = rules_in_text(ca.Evidence(rulebook=book))
    first = next(f for f in found if f.claim.startswith("Rules that do not say whether"))
    assert len(first.table) == ROWS
    assert "5 more are not in the table; rules check lists all." in first.limits


@pytest.mark.parametrize("name", preset_ids())
def test_a_report_of_every_preset_can_be_printed_and_read_again(name, tmp_path):
    report = audited(ca.Rulebook.load(name))
    report.save(tmp_path / "report.html")
    report.save(tmp_path / "audit.json")
    assert (tmp_path / "report.html").stat().st_size <= LIMIT
    again = ca.Report.load(tmp_path / "audit.json")
    assert again.to_html() == report.to_html()
    words = (tmp_path / "report.html").read_text("utf-8").lower()
    for word in ("deadbeat", "violator", "illegal share", "biased"):
        assert word not in words
    assert f"1 of {len(report.findings)}" not in words or len(report.findings) > PAGE_ONE_FINDINGS


def test_a_study_preset_says_so_in_its_report():
    notes = audited(ca.Rulebook.load("cn_rongcheng_2016")).to_dict()["notes"]
    assert notes[0].startswith("Rulebook cn_rongcheng_2016 (cn_rongcheng_2016.toml): Rongcheng")
    assert "Confidence V/V*/M" in notes[0]
    assert notes[1].startswith("For study. Not for decisions about anyone")


def test_what_is_no_rulebook_is_refused_with_what_to_do():
    with pytest.raises(InputError, match=r"rulebook= is a str\. Read it first"):
        ca.Evidence(rulebook="cn_rongcheng_2016")

    class Other:
        id = title = "x"

        def lint(self, population=None):
            return []

    with pytest.raises(InputError, match=r"rulebook= is a Other, and these audits read the text"):
        audited(Other())


def test_law_of_a_finding_and_law_of_the_plan_are_both_named():
    plan = ca.Plan(jurisdictions=["US"], product="consumer_credit")
    book = ca.Rulebook.load("cn_rongcheng_2016")
    evidence = ca.Evidence(rulebook=book, tally=TALLY)
    report = ca.audit(evidence, title="Both", plan=plan, report_date=DAY)
    law = {finding.audit: finding.law for finding in report.findings}
    assert any(name.startswith("us_") for name in law["disparity"])
    assert "cn_pipl_24" in report.findings[[f.audit for f in report.findings].index("rights")].law
    assert {entry["id"] for entry in report.to_dict()["law"]} >= {"cn_pipl_24"}
