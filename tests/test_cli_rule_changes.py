"""The command rules diff, and rules check --prove."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

import creditaudit as ca
from commands import run

OLD, NEW = "cn_rongcheng_2016", "cn_rongcheng_2019"
BOOKS = Path(__file__).parent / "rulebooks"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def people(**columns):
    """Write forty people who did nothing but what is given, and return the file's name."""
    names = dict.fromkeys(
        name for book in (OLD, NEW) for name in ca.RulebookScorer(book, reading="strict").columns
    )
    frame = pd.DataFrame({name: [0] * 40 for name in names})
    for name, values in columns.items():
        frame[name] = values
    frame["sex"] = ["f", "m"] * 20
    frame.to_csv("people.csv", index=False)
    return "people.csv"


def test_two_texts_are_compared_rule_by_rule_with_file_and_line():
    done = run("rules", "diff", OLD, NEW)
    lines = done.stdout.splitlines()
    assert lines[0] == f"{OLD} (2016-01-01) -> {NEW} (2019-01-01), strict reading"
    assert lines[1] == (
        "Rules: 6 removed, 1 tightened, 14 unchanged. Mandatory consultation: unknown."
    )
    place = lines.index("TIGHTENED")
    line = ca.Rulebook.load(NEW).line("rules", [r.id for r in ca.Rulebook.load(NEW).rules].index(
        "utility_theft"
    ))  # fmt: skip
    assert lines[place + 1] == f"  utility_theft: Points: -50 -> -60. [{NEW}.toml:{line}, V]"
    assert "PEOPLE" not in done.stdout


def test_people_of_a_file_are_put_to_both_texts():
    # 10 people fined once lost 5 points; the later text does not count fines.
    data = people(traffic_fines=[1] * 10 + [0] * 30)
    done = run("rules", "diff", OLD, NEW, "--data", data, "--by", "sex")
    lines = done.stdout.splitlines()
    start = lines.index("PEOPLE (40): share, with its 95 % range")
    assert lines[start + 1] == "  everyone"
    assert "    More points: 25.0 % (14.2 to 40.2) of 40." in lines
    assert "    Only lose: 0.0 % (0.0 to 8.8) of 40." in lines
    assert lines.count("    More points: 25.0 % (11.2 to 46.9) of 20.") == 2
    told = json.loads(run("rules", "diff", OLD, NEW, "--data", data, "--json").stdout)
    assert (told["people"], told["synthetic"], told["source"]) == (40, False, "people")
    fined = next(one for one in told["rules"] if one["rule"] == "traffic_ticket")
    assert (fined["change"], fined["fires_before"], fined["fires_after"]) == ("removed", 10, 0)


def test_nothing_is_shown_of_fewer_people_than_asked():
    data = people(traffic_fines=[1] * 4 + [0] * 36)
    told = json.loads(run("rules", "diff", OLD, NEW, "--data", data, "--json").stdout)
    fined = next(one for one in told["rules"] if one["rule"] == "traffic_ticket")
    assert (fined["fires_before"], fined["no_longer"]) == (None, None)
    words = ("rules", "diff", OLD, NEW, "--data", data, "--by", "sex", "--min-cell", "21")
    done = run(*words)
    assert "  sex f\n    Approved before, refused after: not shown. Fewer than 21" in done.stdout


def test_synthetic_people_are_made_and_said_to_be():
    done = run("rules", "diff", OLD, NEW, "--people", "300", "--seed", "7", "--by", "sex")
    assert "PEOPLE (300, synthetic)" in done.stdout
    assert "  sex female" in done.stdout
    same = run("rules", "diff", OLD, NEW, "--people", "300", "--seed", "7", "--by", "sex")
    assert same.stdout == done.stdout
    words = ("rules", "diff", "cn_repair_2023", "cn_repair_2026", "--people", "9", "--seed", "1")
    assert "These books are about: event." in run(*words, code=1).stderr


def test_a_book_can_be_compared_with_itself_on_another_day():
    book = "cn_spc_defaulters_2017"
    done = run("rules", "diff", f"{book}@2018-06-01", book)
    assert done.stdout.startswith(f"{book} (2018-06-01) -> {book} (2019-12-01), strict reading")
    assert "Rules: 2 added, 10 unchanged." in done.stdout
    assert "not_students: Sets aside able_but_refuses" in done.stdout
    done = run("rules", "diff", f"{book}@2001-01-01", book, code=1)
    assert "not in force on 2001-01-01" in done.stderr


def test_the_page_and_its_json_are_written_and_not_over_others():
    done = run("rules", "diff", OLD, NEW, "--out", "page.html")
    assert "Open page.html" in done.stderr
    assert "Mandatory consultation: unknown" in Path("page.html").read_text("utf-8")
    assert "--force" in run("rules", "diff", OLD, NEW, "--out", "page.html", code=1).stderr
    run("rules", "diff", OLD, NEW, "--out", "page.json")
    told = json.loads(Path("page.json").read_text("utf-8"))
    assert told["$schema"] == "creditaudit.consultation/1"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--people", "9"), "--people and --seed belong together"),
        (("--seed", "9"), "--people and --seed belong together"),
        (("--by", "sex"), "--by names groups of people"),
        (("--data", "x.csv", "--people", "9", "--seed", "1"), "Give one of them"),
        (("--out", "page.pdf"), "must end in .html or .json"),
    ],
)
def test_options_that_do_not_fit_are_told(words, told):
    assert told in run("rules", "diff", OLD, NEW, *words, code=2).stderr


def test_a_column_that_either_text_reads_is_asked_for():
    frame = pd.read_csv(people()).drop(columns="traffic_fines")
    frame.to_csv("less.csv", index=False)
    done = run("rules", "diff", OLD, NEW, "--data", "less.csv", code=1)
    assert "Column 'traffic_fines' not found" in done.stderr
    assert "Both versions are put to the same people" in done.stderr


def test_what_holds_of_everybody_is_proved_beside_the_lints():
    pytest.importorskip("z3", reason="proofs need the extra: creditaudit[proofs]")
    done = run("rules", "check", BOOKS / "faulty.toml", "--prove")
    assert "What holds of everybody there could be" in done.stdout
    assert "minority" in done.stdout.partition("What holds")[2]
    told = json.loads(run("rules", "check", BOOKS / "faulty.toml", "--prove", "--json").stdout)
    assert {one["audit"] for one in told["proofs"]} == {"rule_proofs"}
    ids = [one["id"] for one in told["proofs"]]
    assert len(set(ids)) == len(ids)
    plain = json.loads(run("rules", "check", BOOKS / "faulty.toml", "--json").stdout)
    assert "proofs" not in plain


def test_without_the_solver_check_still_works_and_prove_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    run("rules", "check", BOOKS / "clean.toml")
    done = run("rules", "check", BOOKS / "clean.toml", "--prove", code=1)
    assert "creditaudit[proofs]" in done.stderr
    assert done.stdout == ""
