"""The command generate: what it says, what it writes, and when it stops."""

import json

import pandas as pd
import pytest

import creditaudit as ca
from commands import run
from creditaudit.populations import people_folders

ASKED = ("generate", "--people", "2000", "--seed", "7", "--columns", "person_id,sex,income,default")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_says_what_it_made_and_where_the_truth_is():
    said = run(*ASKED, "--bias", "label=0.1", "--bias", "group=sex").stdout
    assert "Made 2,000 synthetic people; they describe nobody." in said
    assert "knobs: label=0.1, group=sex" in said
    assert "chosen and not measured" in said
    assert "world/truth.parquet" in said.replace("\\", "/")


def test_json_is_one_object_with_the_fingerprint_of_the_same_people_in_memory():
    told = json.loads(run(*ASKED, "--json").stdout)
    people = ca.make_borrowers(2000, seed=7, columns=["person_id", "sex", "income", "default"])
    assert told["fingerprint"]["people"] == people.fingerprint()
    assert told["people"] == 2000
    assert told["files"] == 2


def test_an_audit_reads_the_folder_of_people():
    run("generate", "--people", "3000", "--seed", "7", "--bias", "selection=1", "--out", "w")
    run(
        "audit", "w/people.parquet", "--group", "minority", "--decision", "approved",
        "--favourable", "1", "--out", "a",
    )  # fmt: skip
    report = ca.Report.load("a/audit.json")
    (gap,) = [one for one in report.findings if one.audit == "disparity"]
    assert gap.estimate < 0.8


def test_the_csv_holds_the_same_people():
    run(*ASKED, "--csv")
    people = ca.make_borrowers(2000, seed=7, columns=["person_id", "sex", "income", "default"])
    read = pd.read_csv("world/people.csv")
    assert read["sex"].tolist() == people.frame["sex"].tolist()
    assert read["income"].tolist() == people.frame["income"].tolist()
    assert read["default"].isna().tolist() == people.frame["default"].isna().tolist()
    done = run(*ASKED, "--csv", code=1)
    assert "people.csv would be overwritten" in done.stderr
    run(*ASKED, "--csv", "--force")


def test_the_same_command_again_changes_nothing_and_another_is_refused(here):
    run(*ASKED)
    before = {path: path.stat().st_mtime_ns for path in here.rglob("*.parquet") if path.is_file()}
    run(*ASKED)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    refused = run("generate", "--people", "2000", "--seed", "8", code=1)
    assert "other settings: seed is 7 and not 8" in refused.stderr
    run("generate", "--people", "100", "--seed", "8", "--columns", "sex", "--force")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--bias", "lable=0.1"], 2, "lable is no knob"),
        (["--bias", "label"], 2, "must be NAME=VALUE"),
        (["--bias", "label=much"], 2, "must be a number"),
        (["--bias", "label=2"], 1, "must lie between 0 and 1"),
        (["--bias", "group=tall"], 1, "must be one of minority"),
        (["--pack", "atlantis"], 1, "no calibration pack"),
        (["--workers", "0"], 2, "--workers"),
        (["--towns", "10"], 2, "No such option"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(here, words, code, said):
    assert said in run(*ASKED, *words, code=code).stderr
    assert not list(here.rglob("*.parquet"))


def test_a_run_that_is_interrupted_says_how_to_go_on(monkeypatch):
    def interrupted(*_, told, **__):
        told(1_000)
        raise KeyboardInterrupt

    monkeypatch.setattr(people_folders, "write_people", interrupted)
    stopped = run(*ASKED, code=1)
    assert "Stopped with 1,000 of 2,000 people made. The same command goes on" in stopped.stderr


def test_progress_goes_to_a_terminal_and_nowhere_else(monkeypatch):
    assert run(*ASKED).stderr == ""
    monkeypatch.setattr("creditaudit.cli.generating.on_a_terminal", lambda: True)
    shown = run(*ASKED, "--force")
    assert "2000/2000" in shown.stderr
    assert "2000/2000" not in shown.stdout


def test_with_firms_a_society_is_written_that_can_be_read_again():
    said = run("generate", "--people", "1500", "--firms", "150", "--seed", "7", "--out", "s").stdout
    assert "a synthetic society of 1,500 people and 150 firms; it describes nobody." in said
    world = ca.populations.load_society("s")
    assert world.fingerprint() == ca.make_society(1500, 150, seed=7).fingerprint()
    again = run("generate", "--people", "1500", "--firms", "150", "--seed", "7", "--out", "s",
                code=1)  # fmt: skip
    assert "--force" in again.stderr


def test_the_facts_of_a_society_are_one_object():
    told = json.loads(
        run("generate", "--people", "900", "--firms", "90", "--seed", "7", "--json").stdout
    )
    assert told["ties"]["ownership"] == 90
    assert told["people"] == 900


def test_people_of_a_society_are_not_written_as_csv():
    asked = ("generate", "--people", "90", "--firms", "9", "--seed", "7", "--csv")
    assert "Leave out --csv, or --firms" in run(*asked, code=2).stderr
