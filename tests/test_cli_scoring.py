"""The command score: study presets on synthetic people, and on others only by name."""

import json
from pathlib import Path

import pandas as pd
import pytest

import creditaudit as ca
from commands import run

BOOK = "cn_rongcheng_2016"
WORD = "write-study-rows"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({
        name: [0, 3] * 50 for name in ca.RulebookScorer(BOOK, reading="strict").columns
    })  # fmt: skip
    frame.assign(group=["a", "b", "b", "a"] * 25).to_csv("people.csv", index=False)


def score(*words, code=0):
    return run("score", *words, "--scorer", BOOK, "--reading", "strict", code=code)


def test_your_own_rows_are_refused_without_the_named_override():
    done = score("people.csv", code=5)
    assert "Refused: 'cn_rongcheng_2016' is for study" in done.stderr
    assert WORD in done.stderr
    assert not Path("scored.parquet").exists()
    score("people.csv", "--override", "yes", code=5)


def test_the_override_shows_in_the_file_and_in_the_report_about_it():
    done = score("people.csv", "--override", WORD, "--keep", "group")
    assert "100 rows scored by cn_rongcheng_2016 as of 2016-01-01: scored.parquet" in done.stdout
    assert f"Written with the override {WORD}; the file says so." in done.stdout
    assert "Not for decisions about anyone" in done.stderr
    run("audit", "scored.parquet", "--group", "group", "--decision", "decision",
        "--favourable", "approved")  # fmt: skip
    plain = json.loads(Path("audit/audit.json").read_text("utf-8"))
    assert any(f"named override {WORD}" in one for one in plain["evidence"]["disputes"])
    assert any("does not state: " in one for one in plain["evidence"]["disputes"])
    assert plain["synthetic"] is False
    page = Path("audit/report.html").read_text("utf-8")
    assert f"named override {WORD}" in page
    assert "agree" in run("verify", "audit/audit.json", "--data", "scored.parquet").output


def test_synthetic_people_are_scored_and_the_report_says_they_are():
    run("generate", "--people", "200", "--seed", "7", "--columns", "all", "--out", "world")
    done = score("world/people.parquet", "--keep", "sex", "--json")
    told = json.loads(done.stdout)
    assert (told["rows"], told["synthetic"], told["override"]) == (200, True, None)
    run("audit", "scored.parquet", "--group", "sex", "--decision", "decision",
        "--favourable", "approved")  # fmt: skip
    plain = json.loads(Path("audit/audit.json").read_text("utf-8"))
    assert plain["synthetic"] is True
    assert not any("override" in one for one in plain["evidence"]["disputes"])


def test_what_is_missing_is_told():
    done = run("score", "people.csv", "--scorer", BOOK, code=2)
    assert "Add --reading mild or strict" in done.stderr
    Path("scored.parquet").write_text("here")
    assert "--force" in score("people.csv", "--override", WORD, code=1).stderr
    done = score("people.csv", "--override", WORD, "--keep", "age", "--force", code=1)
    assert "Column 'age' not found" in done.stderr
