import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands import run
from creditaudit.cli import main

TABLE = "Race\tApproved\tRefused\tTotal\nWhite\t120\t30\t150\nBlack\t40\t50\t90\n"
ROLES = ("--group", "Race", "--decision", "decision", "--favourable", "Approved")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def paste(text, *words, code=0):
    done = CliRunner().invoke(main, ["audit", "--paste", *words], input=text)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done


def test_a_pasted_table_is_audited_and_can_be_verified():
    done = paste(TABLE, *ROLES, "--transcriber", "A. Reader")
    assert "Who is approved less often?" in done.stdout
    made = json.loads(Path("audit/audit.json").read_text(encoding="utf-8"))
    assert any("SHA-256" in note and "A. Reader" in note for note in made["notes"])
    assert made["evidence"]["origin"] == "counts"
    assert Path("audit/counts.csv").read_text().startswith("Race,decision,n\nWhite,Approved,120")
    said = run("verify", "audit/audit.json", "--data", "audit/tally.parquet")
    assert "agree with" in said.stdout
    assert said.stderr == ""


def test_questions_exit_one_and_leave_no_file():
    done = paste(TABLE.replace("120", "102"), *ROLES, code=1)
    assert "nothing is guessed" in done.stderr
    assert "--answer CELL=NUMBER" in done.stderr
    assert not Path("audit").exists()
    assert paste(TABLE.replace("120", "102"), *ROLES, "--answer", "B2=120").stdout


def test_questions_are_json_when_asked():
    done = paste(TABLE.replace("120", "102"), *ROLES, "--json", code=1)
    assert json.loads(done.stdout)["questions"][0]["id"] == "totals"


def test_a_group_that_is_not_named_is_told_with_the_columns():
    assert "columns 'Race', 'decision'" in paste(TABLE, code=2).stderr
    assert "Nothing was pasted" in paste(" \n", *ROLES, code=1).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "x.csv", "--paste"),
        ("audit", "--paste", "--counts", "x.csv"),
        ("audit", "x.csv", "--transcriber", "A"),
        ("audit", "--paste", "--count", "n"),
        ("audit", "--counts", "x.xlsx", "--count", "n"),
        ("audit", "--paste", "--answer", "B2"),
    ],
    ids=" ".join,
)
def test_options_that_do_not_go_together_exit_two(words):
    run(*words, code=2)


def test_a_file_with_a_transcriber_is_read_as_it_was_published():
    Path("t.csv").write_text(TABLE.replace("\t", ","))
    run("audit", "--counts", "t.csv", "--transcriber", "A. Reader", *ROLES)
    made = json.loads(Path("audit/audit.json").read_text(encoding="utf-8"))
    assert made["title"] == "t"


WITHIN = "Race\tApproved\tRefused\tTotal\nWhite\t120\t30\t150\nBlack\t*\t20\t24\nAsian\t80\t*\t95\n"
WITHIN += "Other\t<5\t<5\t6\n* fewer than 20\n"


@pytest.mark.parametrize("kind", ["paste", "csv", "xlsx"])
def test_suppressed_counts_are_audited_without_a_question(kind):
    text = WITHIN
    if kind == "paste":
        paste(text, *ROLES)
    else:
        rows = [line.split("\t") for line in text.splitlines()]
        if kind == "csv":
            Path("t.csv").write_text(text.replace("\t", ","))
        else:
            openpyxl = pytest.importorskip("openpyxl", reason="the extra 'excel' is not installed")
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append([int(x) if x.isdecimal() else x for x in row])
            book.save("t.xlsx")
        run("audit", "--counts", f"t.{kind}", "--transcriber", "A. Reader", *ROLES)
    made = json.loads(Path("audit/audit.json").read_text(encoding="utf-8"))
    assert any("counts are known within bounds only" in note for note in made["notes"])
    claims = [one["claim"] for one in made["findings"] if one["audit"] == "disparity"]
    assert any("Whatever they are, there are" in claim for claim in claims)
    assert "high" in Path("audit/counts.csv").read_text().splitlines()[0]
    said = run("verify", "audit/audit.json", "--data", "audit/tally.parquet")
    assert "agree with" in said.stdout


@pytest.mark.parametrize("end", ["low", "high"])
def test_one_end_of_suppressed_counts_can_still_be_asked_for(end):
    paste(WITHIN, *ROLES, "--answer", f"intervals={end}")
    made = json.loads(Path("audit/audit.json").read_text(encoding="utf-8"))
    assert any(f"read at their {end} end" in note for note in made["notes"])
    assert not any("within bounds only, so" in str(one) for one in made["findings"])
