"""The commands rules list, check, explain and rights."""

import json
from pathlib import Path

import pandas as pd
import pytest

import creditaudit as ca
from commands import run
from creditaudit.rulebooks import lint_kinds, preset_ids

BOOKS = Path(__file__).parent / "rulebooks"
BROKEN = """
format = 1

[book]
id = "xx_broken"
title = "Broken"
about = "Broken."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "F"
looked_at = 2026-11-23

[scale]
base = 0
mark = "F"

[decision]
rests_on = "text"
text = "None."

[[sources]]
id = "own"
title = "Own"
kind = "own"
read = "all"
mark = "F"

[[rules]]
id = "one"
title = "One"
when = "cardz > 1"
points = -1
source = "elsewhere"
mark = "F"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("faulty.toml", "clean.toml"):
        Path(name).write_text((BOOKS / name).read_text("utf-8"), encoding="utf-8")
    Path("broken.toml").write_text(BROKEN, encoding="utf-8")


def test_the_presets_are_listed_with_issuer_and_confidence():
    done = run("rules", "list")
    lines = done.stdout.splitlines()
    assert len(lines) == len(preset_ids())
    line = next(one for one in lines if one.startswith("cn_rongcheng_2016 "))
    assert "Rongcheng municipal government" in line
    assert "use study; confidence V/V*/M" in line
    assert "rules check BOOK" in done.stderr
    rows = json.loads(run("rules", "list", "--json").stdout)
    assert [row["id"] for row in rows] == list(preset_ids())


def test_all_faults_of_a_broken_file_are_told_with_their_lines():
    done = run("rules", "check", "broken.toml", code=1)
    assert "The rulebook has 2 faults; correct all and load again" in done.stderr
    lines = BROKEN.splitlines()
    for text, what in (("cardz", "column 'cardz' is not known"), ("elsewhere", "'elsewhere' is")):
        line = next(place for place, one in enumerate(lines, 1) if text in one)
        assert f"broken.toml, line {line}: rules 1 (one)" in done.stderr
        assert what in done.stderr
    plain = json.loads(run("rules", "check", "broken.toml", "--json", code=1).stdout)
    assert [fault["what"][:20] for fault in plain["faults"]]
    assert len(plain["faults"]) == 2
    assert plain["lints"] == []


def test_lints_are_told_by_kind_with_file_and_line():
    done = run("rules", "check", "faulty.toml")
    for kind in lint_kinds().values():
        assert f"{kind.title}: " in done.stdout
    lines = Path("faulty.toml").read_text("utf-8").splitlines()
    line = lines.index('when = "petitions >= 2"') + 1
    assert f"  faulty.toml:{line}  An act that the vocabulary marks costs something" in done.stdout
    assert "29 things found, of 28 kinds. What nobody looked for does not show." in done.stderr
    rows = json.loads(run("rules", "check", "faulty.toml", "--json").stdout)["lints"]
    assert len(rows) == 29
    assert {row["kind"] for row in rows} == set(lint_kinds())


def test_a_clean_book_says_that_nothing_was_found_and_fails_nothing():
    done = run("rules", "check", "clean.toml", "--fail-on", "low")
    assert done.stdout == ""
    assert "0 things found" in done.stderr


def test_fail_on_exits_with_3_at_its_severity_or_a_graver_one():
    run("rules", "check", "faulty.toml", "--fail-on", "high", code=3)
    run("rules", "check", "de_schufa", "--fail-on", "low", code=3)
    run("rules", "check", "faulty.toml", "--fail-on", "grave", code=2)


def test_a_day_or_a_book_that_is_not_there_is_told_with_what_to_do():
    done = run("rules", "check", "cn_spc_defaulters_2013", "--as-of", "2020-01-01", code=1)
    assert "was not in force on 2020-01-01" in done.stderr
    done = run("rules", "check", "cn_spc_defaulters", code=1)
    assert "There is no preset 'cn_spc_defaulters'" in done.stderr
    done = run("rules", "check", "none.toml", code=1)
    assert "Cannot read the rulebook 'none.toml'" in done.stderr


def test_people_give_the_share_for_whom_the_reading_matters():
    book = ca.Rulebook.load("clean.toml")
    people = pd.DataFrame({name: [0] * 40 for name in book.columns})
    people["other_commercial_breaches"] = [2] * 10 + [0] * 30
    people["region"] = "r01"
    people["spouse_listed"] = people["minority"] = people["minor"] = people["petitions"] = 0
    people.to_csv("people.csv", index=False)
    done = run("rules", "check", "faulty.toml", "--data", "people.csv")
    assert "10 of 40 (25.0 %" in done.stdout
    few = people.head(12).assign(other_commercial_breaches=[2] + [0] * 11)
    few.to_csv("few.csv", index=False)
    assert "fewer than 5 of 12" in run("rules", "check", "faulty.toml", "--data", "few.csv").stdout
    people.drop(columns="petitions").to_csv("less.csv", index=False)
    done = run("rules", "check", "faulty.toml", "--data", "less.csv", code=1)
    assert "Column 'petitions' not found" in done.stderr
    assert "'xx_faulty' reads it; add it" in done.stderr


def test_days_in_a_csv_are_read_as_days():
    Path("dated.toml").write_text(
        BROKEN.replace('"cardz > 1"', "{ mild = \"listed_on > '2020-01-01'\", "
                       "strict = \"listed_on > '2018-01-01'\" }")
        .replace("elsewhere", "own"), encoding="utf-8",
    )  # fmt: skip
    days = ["2019-05-01"] * 6 + ["2021-05-01"] * 6 + [None] * 8
    pd.DataFrame({"listed_on": days}).to_csv("days.csv", index=False)
    done = run("rules", "check", "dated.toml", "--data", "days.csv")
    assert "6 of 20 (30.0 %" in done.stdout
    pd.DataFrame({"listed_on": ["soon"] * 9}).to_csv("words.csv", index=False)
    done = run("rules", "check", "dated.toml", "--data", "words.csv", code=1)
    assert "words.csv has a day that cannot be read" in done.stderr


def test_a_report_is_written_and_not_over_another():
    done = run("rules", "check", "cn_joint_sanctions_2016", "--report", "out.html")
    assert "Open out.html" in done.stderr
    html = Path("out.html").read_text("utf-8")
    assert "What do the rules themselves show?" in html
    done = run("rules", "check", "cn_joint_sanctions_2016", "--report", "out.html", code=1)
    assert "--force" in done.stderr
    run("rules", "check", "cn_joint_sanctions_2016", "--report", "out.html", "--force")
    run("rules", "check", "faulty.toml", "--report", "audit.json")
    assert ca.Report.load("audit.json").findings[0].audit == "rights"
    assert "agree" in run("verify", "audit.json", "--data", "faulty.toml").output
    run("rules", "check", "faulty.toml", "--report", "out.pdf", code=1)


def person(**row):
    Path("p.json").write_text(json.dumps(row), encoding="utf-8")
    return "p.json"


def test_one_person_is_explained_rule_by_rule():
    row = person(arrears_months=3, utility_late_payments=2)
    words = ("rules", "explain", "cn_rongcheng_2016", "--person", row, "--reading", "strict")
    done = run(*words)
    lines = done.stdout.splitlines()
    assert lines[0] == "cn_rongcheng_2016 as of 2016-01-01, strict"
    assert lines[1].startswith("  arrears: fires (-30). Monthly cycles")
    assert lines[2].startswith("  utility_late: fires (-40).")
    assert lines[3] == "  points 930, tier B, approved"
    assert "The decision rests on an assumption: No text read says" in lines[4]
    assert "19 rules do not fire; --all shows them." in done.stderr
    assert "Not for decisions about anyone" in done.stderr
    assert len(run(*words, "--all").stdout.splitlines()) == 5 + 19
    plain = json.loads(run(*words, "--json").stdout)
    assert (plain["points"], plain["tier"], plain["decision"]) == (930.0, "B", "approved")
    assert len(plain["rules"]) == 21
    assert plain["not_for_decisions"].startswith("Not for decisions")


def test_a_person_who_is_listed_is_said_to_be():
    row = person(effective_judgment=1, judgment_unperformed=1, able_but_refuses=1)
    done = run("rules", "explain", "cn_spc_defaulters_2017", "--person", row, "--reading", "mild")
    assert "  listed: judgment_defaulters" in done.stdout
    row = person(effective_judgment=1, judgment_unperformed=1, able_but_refuses=1, minor=True)
    done = run("rules", "explain", "cn_spc_defaulters_2017", "--person", row, "--reading", "mild")
    assert "able_but_refuses: overridden by not_minors" in done.stdout
    assert "listed:" not in done.stdout


def test_what_explain_cannot_read_is_told_with_what_to_do():
    words = ("rules", "explain", "cn_rongcheng_2016", "--person")
    done = run(*words, person(cards=1), "--reading", "mild", code=1)
    assert "p.json names 'cards', which no rule in force reads. Columns: " in done.stderr
    done = run(*words, person(cards=1), code=2)
    assert "Add --reading mild or strict." in done.stderr
    Path("p.json").write_text("[1]", encoding="utf-8")
    assert "holds a list" in run(*words, "p.json", "--reading", "mild", code=1).stderr
    Path("p.json").write_text("{", encoding="utf-8")
    assert "it is not JSON" in run(*words, "p.json", "--reading", "mild", code=1).stderr
    assert "Cannot read 'q.json'" in run(*words, "q.json", "--reading", "mild", code=1).stderr
    shape = next(n for n in preset_ids() if ca.Rulebook.load(n).header.shape_only)
    row = person()
    assert "is shape only" in run("rules", "explain", shape, "--person", row, code=1).stderr


def test_rights_of_books_stand_side_by_side():
    done = run("rules", "rights", "cn_spc_defaulters_2017", "de_schufa", "faulty.toml")
    blocks = done.stdout.splitlines()
    place = blocks.index("NOTICE")
    assert blocks[place + 1].startswith("  cn_spc_defaulters_2017  stated: ")
    assert blocks[place + 2].startswith("  de_schufa               stated: Duties to inform")
    assert blocks[place + 3].startswith("  xx_faulty               searched, not found (the text")
    heads = [one for one in blocks if not one.startswith(" ")]
    assert heads[0] == "ENTRY"
    assert len(heads) == 14
    rows = json.loads(run("rules", "rights", "--json").stdout)
    assert len(rows) == 14 * len(preset_ids())
    assert {row["state"] for row in rows} <= {"stated", "searched, not found", "not searched"}


def test_a_book_that_is_named_twice_is_refused():
    done = run("rules", "rights", "de_schufa", "de_schufa", code=1)
    assert "'de_schufa' is named more than once" in done.stderr


def test_help_names_every_command():
    text = run("rules", "--help").stdout
    assert all(name in text for name in ("list", "check", "explain", "rights"))
