import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import creditaudit
from commands import AUDIT, audit, run, written
from creditaudit import Report, Tally
from creditaudit.cli import main
from made_tables import CROSSED, crossed, decided, lent


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in an empty folder with one file of decisions."""
    monkeypatch.chdir(tmp_path)
    decided(a=(60, 40), b=(30, 70)).to_csv("decisions.csv", index=False)
    return tmp_path


def test_an_audit_writes_both_files_and_says_what_to_open(here):
    done = audit()
    assert sorted(path.name for path in Path("audit").iterdir()) == ["audit.json", "report.html"]
    assert done.stdout.startswith("Who is approved less often?\ngroup b: 50 approvals")
    assert done.stdout.endswith("Open audit/report.html\n")
    assert done.stderr == ""
    plain = written()
    assert plain["title"] == "decisions"
    assert plain["author"] is None
    assert plain["provenance"]["file_name"] == "decisions.csv"
    assert plain["verify"] == "creditaudit verify audit.json --data decisions.csv"
    assert Report.load("audit/audit.json").to_html() == Path("audit/report.html").read_text()


def test_every_option_reaches_the_report(here):
    frame = lent(a=(60, 10, 30), b=(30, 9, 61))
    frame["sex"], frame["points"] = ["f", "m"] * 100, [1.0 + i % 9 for i in range(200)]
    frame["w"], frame["branch"] = 1.5, [i % 20 for i in range(200)]
    frame["county"], frame["year"] = "north", 2000
    frame.to_csv("x.csv", index=False)
    Path("plan.toml").write_text(
        'line = 0.75\nmin_cell = 7\nreference = {group = "a"}\ndecision_date = 2020-01-02\n'
    )
    audit(
        "--group", "sex", "--unfavourable", "0", "--outcome", "paid", "--good", "1",
        "--score", "points", "--higher-is", "riskier", "--score-bins", "5", "--weight", "w",
        "--cluster", "branch", "--strata", "county", "--period", "year", "--by", "group",
        "--by", "group,sex", "--by", "sex", "--reference", "sex=m", "--plan", "plan.toml",
        "--jurisdiction", "US", "--product", "mortgage", "--decision-date", "2021-01-02",
        "--title", "T", "--author", "A", "--out", "made/here", data="x.csv",
    )  # fmt: skip
    plain = written("made/here")
    assert plain["roles"] == {
        "groups": ["group", "sex"], "strata": ["county"], "decision": "approved",
        "favourable": "1", "unfavourable": ["0"], "outcome": "paid", "good": "1",
        "score": "points", "higher_is": "riskier", "weight": "w", "cluster": "branch",
        "period": "year",
    }  # fmt: skip
    assert plain["groupings"] == [["group"], ["group", "sex"], ["sex"]]
    assert len(plain["score_bins"]) == 6
    plan = plain["plan"]
    assert (plan["line"], plan["min_cell"], plan["product"]) == (0.75, 7, "mortgage")
    # An option adds to the plan's references, and goes before its other entries.
    assert plan["reference"] == {"group": "a", "sex": "m"}
    assert plan["decision_date"] == "2021-01-02"
    assert (plain["title"], plain["author"]) == ("T", "A")
    assert plain["law"]
    assert run("verify", "made/here/audit.json", "--data", "x.csv").stdout


def test_an_exact_score_is_an_option(here):
    decided(a=(60, 40), b=(30, 70)).assign(s=range(200)).to_csv("x.csv", index=False)
    audit("--score", "s", "--higher-is", "safer", "--score-bins", "exact", data="x.csv")
    assert written()["score_bins"] == "exact"


@pytest.mark.parametrize("bins", ["many", "-1", "2.5", "²"])
def test_a_number_of_bins_is_a_number(here, bins):
    done = audit("--score", "points", "--higher-is", "safer", "--score-bins", bins, code=2)
    assert 'must be a number of bins, or "exact"' in done.stderr


def test_counts_long_and_wide_agree_and_can_be_verified(here):
    frame = decided(a=(60, 40), b=(30, 70))
    frame.value_counts(["group", "approved"]).reset_index(name="n").to_csv("long.csv", index=False)
    pd.DataFrame({"group": ["a", "b"], "yes": [60, 30], "no": [40, 70]}).to_csv(
        "wide.csv", index=False
    )
    run("audit", "--counts", "long.csv", *AUDIT, "--out", "long")
    run("audit", "--counts", "wide.csv", "--count", "approved=yes", "--count", "refused=no",
        "--group", "group", "--out", "wide")  # fmt: skip
    long, wide = written("long"), written("wide")
    assert long["findings"][0] == wide["findings"][0]
    assert (long["count"], wide["count"]) == ("n", "approved=yes, refused=no")
    assert long["evidence"]["level"] == 1
    for name in ("long", "wide"):
        assert "agree with" in run("verify", f"{name}/audit.json", "--data", f"{name}.csv").stdout


@pytest.mark.parametrize("folder", ["parts", "parts/", "."])
def test_a_folder_of_files_is_audited_and_verified_as_one_table(here, folder, monkeypatch):
    Path("parts").mkdir()
    frame = decided(a=(60, 40), b=(30, 70))
    for at in range(2):
        frame.iloc[at::2].to_csv(f"parts/{at}.csv", index=False)
    monkeypatch.chdir("parts" if folder == "." else ".")
    audit("--out", "../made", data=folder) if folder == "." else audit("--out", "made", data=folder)
    made = here / "made" / "audit.json"
    assert json.loads(made.read_text())["findings"][0]["estimate"] == 0.5
    assert run("verify", made, "--data", folder).stderr == ""
    assert run("verify", made, "--data", here / "decisions.csv").stderr == ""


def test_a_report_on_a_file_is_verified_against_a_folder_with_a_warning(here):
    audit()
    Path("parts").mkdir()
    Path("decisions.csv").rename("parts/decisions.csv")
    done = run("verify", "audit/audit.json", "--data", "parts")
    assert "differs in its bytes" in done.stderr


def test_a_plan_in_a_file_that_cannot_be_read_is_told(here):
    Path("bad.toml").write_text("line = ")
    Path("odd.toml").write_text('lines = 0.8\nreference = "white"')
    Path("typed.toml").write_text('reference = "white"')
    Path("binary.toml").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in audit("--plan", "bad.toml", code=1).stderr
    assert "cannot be read" in audit("--plan", "binary.toml", code=1).stderr
    assert "Unknown plan entries ['lines']" in audit("--plan", "odd.toml", code=1).stderr
    assert "reference='white' must name columns" in audit("--plan", "typed.toml", code=1).stderr
    gone = audit("--plan", "none.toml", code=1).stderr
    assert "'none.toml' cannot be read: No such file or directory." in gone
    assert not Path("audit").exists()


def test_nothing_is_overwritten_without_force(here):
    audit()
    before = Path("audit/audit.json").read_bytes()
    again = audit("--title", "another", code=1)
    assert "report.html, audit.json would be overwritten. Add --force" in again.stderr
    assert Path("audit/audit.json").read_bytes() == before
    audit("--title", "another", "--force")
    assert written()["title"] == "another"


def test_a_page_is_not_overwritten_without_force(here):
    audit()
    run("report", "audit/audit.json", "--out", "page.html")
    assert "Add --force" in run("report", "audit/audit.json", "--out", "page.html", code=1).stderr
    run("report", "audit/audit.json", "--out", "page.html", "--force")
    assert Path("page.html").read_bytes() == Path("audit/report.html").read_bytes()


def test_the_demo_is_not_overwritten_without_force(here):
    done = run("demo", "--out", "d")
    assert "race black: 79 approvals for every 100" in done.stdout
    for people in ("Real people (Boston, 1990), race black", "Synthetic people, minority 1"):
        said = next(line for line in done.stdout.splitlines() if line.startswith(people))
        assert all(way in said for way in ("list ", "scorecard ", "boosting "))
    for page in ("side_by_side_real.html", "side_by_side_synthetic.html"):
        assert f"Open d/{page}\n" in done.stdout
        assert "three ways to decide, side by side" in Path("d", page).read_text("utf-8")
    assert done.stdout.endswith("Open d/report.html\n")
    assert "Add --force" in run("demo", "--out", "d", code=1).stderr
    run("demo", "--out", "d", "--force")
    assert run("verify", "d/audit.json", "--data", "d/decisions.csv").exit_code == 0


def test_what_stands_in_the_way_of_the_folder_is_told_before_any_work(here):
    Path("taken").write_text("a file")
    for words in (("audit", "decisions.csv", *AUDIT), ("demo",)):
        said = run(*words, "--out", "taken", code=1).stderr
        assert "Cannot make the folder 'taken'" in said
        assert "--out" in said
    assert Path("taken").read_text() == "a file"


@pytest.mark.parametrize(
    ("fail_on", "groups", "code"),
    [
        (None, {"a": (900, 100), "b": (300, 700)}, 0),
        ("beyond", {"a": (900, 100), "b": (300, 700)}, 3),
        ("cannot_tell", {"a": (900, 100), "b": (300, 700)}, 3),
        ("beyond", {"a": (90, 10), "b": (8, 2)}, 0),
        ("cannot_tell", {"a": (90, 10), "b": (8, 2)}, 3),
        ("cannot_tell", {"a": (900, 100), "b": (900, 100)}, 0),
        ("beyond", {"a": (900, 100), "b": (900, 100)}, 0),
    ],
)
def test_a_finding_at_or_above_the_mark_exits_three_after_writing(here, fail_on, groups, code):
    decided(**groups).to_csv("x.csv", index=False)
    words = () if fail_on is None else ("--fail-on", fail_on)
    done = CliRunner().invoke(main, ["audit", "x.csv", *AUDIT, *words])
    assert done.exit_code == code
    assert Path("audit/report.html").exists()


def test_verify_exits_four_and_names_the_number(here):
    audit()
    plain = written()
    plain["findings"][0]["estimate"] = 0.95
    Path("audit/audit.json").write_text(json.dumps(plain))
    done = CliRunner().invoke(main, ["verify", "audit/audit.json", "--data", "decisions.csv"])
    assert done.exit_code == 4
    assert "estimate is 0.95 in the report and 0.5 from the data." in done.stdout
    assert "do not all agree with the report" in done.stdout


def test_verify_warns_of_other_bytes_and_exits_zero(here):
    audit()
    decided(a=(60, 40), b=(30, 70)).sample(frac=1, random_state=7).to_parquet("x.parquet")
    done = run("verify", "audit/audit.json", "--data", "x.parquet")
    assert "Warning: The file differs in its bytes" in done.stderr
    assert "agree with the report" in done.stdout
    assert "Warning" not in done.stdout


def test_a_table_of_too_few_people_is_refused_with_five(here):
    decided(a=(2, 1), b=(1, 0)).to_csv("x.csv", index=False)
    said = audit(data="x.csv", code=5).stderr
    assert said.startswith("Refused: ")
    assert "holds 4 people; under 5" in said
    assert not Path("audit").exists()


JSON = {
    "check": ("check", "decisions.csv"),
    "audit": ("audit", "decisions.csv", *AUDIT, "--out", "second"),
    "report": ("report", "audit/audit.json", "--out", "page.html"),
    "verify": ("verify", "audit/audit.json", "--data", "decisions.csv"),
    "demo": ("demo",),
}


@pytest.mark.parametrize("name", JSON)
def test_json_is_one_object_on_stdout(here, name):
    audit()
    found = json.loads(run(*JSON[name], "--json").stdout)
    assert isinstance(found, dict)
    if name in ("audit", "demo"):
        assert Report.from_dict(found).findings
    if name == "verify":
        assert found["agrees"] is True
        assert found["checked"] > 10
        assert found["mismatches"] == found["warnings"] == []
    if name == "check":
        assert found["rows"] == 200
        assert found["columns"][0]["column"] == "group"
        assert found["questions"]


def test_every_command_offers_json():
    counts = {"tally", "merge", "publish", "explore"}  # see test_cli_tallies.py
    # See test_cli_generating.py, test_cli_rules.py, test_cli_scoring.py and test_cli_sharing.py.
    others = {"generate", "rules", "score", "share"}
    assert set(JSON) | counts | others == set(main.commands)


def test_stdout_holds_data_and_stderr_the_advice(here):
    done = run("check", "decisions.csv")
    assert "approved" in done.stdout
    assert "Next:" not in done.stdout
    assert "Next: creditaudit audit decisions.csv --group COLUMN" in done.stderr
    decided(a=(6, 4)).to_csv("my $(file).csv", index=False)
    assert "audit 'my $(file).csv' --group" in run("check", "my $(file).csv").stderr


def test_hostile_names_are_kept_as_text(here):
    name, value = "<script>alert(1)</script>", '"><img src=x>'
    frame = decided(**{"a": (60, 40), value: (30, 70)}).rename(columns={"group": name})
    frame.to_csv("<b>.csv", index=False)
    run("audit", "<b>.csv", "--group", name, "--decision", "approved", "--favourable", "1",
        "--title", name)  # fmt: skip
    page = Path("audit/report.html").read_text(encoding="utf-8")
    for raw in ("<script", "<img", "<b>.csv"):
        assert raw not in page
    assert run("verify", "audit/audit.json", "--data", "<b>.csv").exit_code == 0


def test_the_command_line_and_the_library_find_the_same(here):
    crossed({("a", "f"): (70, 30), ("b", "m"): (55, 45), ("a", "m"): (9, 8)}).to_csv(
        "x.csv", index=False
    )
    run("audit", "x.csv", "--group", "race", "--group", "sex", "--decision", "approved",
        "--favourable", "1")  # fmt: skip
    made = creditaudit.audit(
        creditaudit.Evidence(tally=Tally.from_frame("x.csv", CROSSED)), title="x"
    )
    assert written()["findings"] == made.to_dict()["findings"]


def test_the_help_names_every_exit_code_and_option():
    said = run("--help").stdout
    for code in ("0 done", "1 input or audit error", "2 usage", "3 a finding", "4 verify",
                 "5 refused"):  # fmt: skip
        assert code in " ".join(said.split())
    for name in main.commands:
        assert name in said
        command = main.commands[name]
        # Of a group, each of its commands.
        for words, one in (
            [((name, inner), one) for inner, one in command.commands.items()]
            if hasattr(command, "commands")
            else [((name,), command)]
        ):
            assert "--json" in run(*words, "--help").stdout
            assert all(
                option.help for option in one.params
                if option.param_type_name == "option" and option.name not in ("out", "count_table")
            )  # fmt: skip
    assert run("--version").stdout == f"creditaudit, version {creditaudit.__version__}\n"


def shell(*words, cwd):
    code = "from creditaudit.cli import main; main(prog_name='creditaudit')"
    return subprocess.run(
        [sys.executable, "-c", code, *words], cwd=cwd, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path(creditaudit.__file__).parents[1])},
    )  # fmt: skip


def test_a_real_process_writes_data_to_stdout_and_exits_with_the_code(here):
    done = shell("audit", "decisions.csv", *AUDIT, "--json", cwd=here)
    assert done.returncode == 0
    assert Report.from_dict(json.loads(done.stdout)).title == "decisions"
    assert done.stderr == ""
    gone = shell("audit", "none.csv", *AUDIT, "--out", "other", cwd=here)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert gone.stderr.startswith("Error: File 'none.csv' not found.")


def test_a_real_process_tells_a_mismatch(here):
    shell("audit", "decisions.csv", *AUDIT, cwd=here)
    decided(a=(60, 40), b=(31, 69)).to_csv("decisions.csv", index=False)
    done = shell("verify", "audit/audit.json", "--data", "decisions.csv", cwd=here)
    assert done.returncode == 4
    assert "The counts differ" in done.stdout
    assert done.stderr.startswith("Warning: The file differs in its bytes")
