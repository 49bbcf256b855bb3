from pathlib import Path

import pytest

from commands import AUDIT, audit, run
from made_tables import decided


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in an empty folder with one file of decisions."""
    monkeypatch.chdir(tmp_path)
    decided(a=(60, 40), b=(30, 70)).to_csv("decisions.csv", index=False)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("audit",),
        ("audit", "--group", "group"),
        ("audit", "decisions.csv"),
        ("audit", "decisions.csv", "--counts", "decisions.csv", "--group", "group"),
        ("audit", "decisions.csv", *AUDIT, "--count", "n"),
        ("audit", "--counts", "decisions.csv", *AUDIT, "--count", "n", "--count", "m"),
        ("audit", "--counts", "decisions.csv", *AUDIT, "--count", "n", "--count", "approved=m"),
        ("audit", "--counts", "x", *AUDIT, "--count", "approved=a", "--count", "approved=b"),
        ("audit", "decisions.csv", *AUDIT, "--reference", "group"),
        ("audit", "decisions.csv", *AUDIT, "--reference", "group=a", "--reference", "group=b"),
        ("audit", "decisions.csv", *AUDIT, "--higher-is", "better"),
        ("audit", "decisions.csv", *AUDIT, "--fail-on", "fair"),
        ("audit", "decisions.csv", *AUDIT, "--no-such-option"),
        ("verify", "audit.json"),
        ("report",),
        ("check",),
        ("nonsense",),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_two(here, words):
    done = run(*words, code=2)
    assert done.stdout == ""
    assert "Error" in done.stderr
    assert not Path("audit").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--group", "grupo"), "Did you mean 'group'?"),
        (("--decision", "aproved"), "Columns: 'group', 'approved'. Did you mean 'approved'?"),
        (("--favourable", "yes"), "favourable='yes' never occurs in column 'approved'. Values"),
        (("--reference", "grupo=a"), "Plan names reference ['grupo'], which the tally lacks."),
        (("--reference", "group=c"), "Groups: 'a', 'b'. Pass one of them."),
        (("--good", "1"), "needs outcome="),
        (("--outcome", "group"), "needs good="),
        (("--by", "group,county"), "Add them to groups=."),
        (("--score-bins", "5"), "needs score="),
        (("--jurisdiction", "XX"), "No law entry for jurisdiction 'XX'"),
        (("--jurisdiction", "US", "--product", "boat"), "product"),
        (("--decision-date", "1990"), "decision_date='1990' must be a day"),
        (("--group", "approved"), "plays two parts"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_an_error_says_what_exists_and_what_to_do(here, words, said):
    base = {"--group": "group", "--decision": "approved", "--favourable": "1"}
    given = list(words)
    if words[:2] != ("--group", "approved"):
        base |= {words[0]: words[1]} if words[0] in base else {}
        given = [] if words[0] in base else given
    flags = [word for pair in base.items() for word in pair]
    done = run("audit", "decisions.csv", *flags, *given, code=1)
    assert said in done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert not Path("audit").exists()


FILES = {
    "none.csv": (None, "'none.csv' not found. Tables in that folder: ['decisions.csv']"),
    "folder": ("folder", "holds no .parquet and no .csv file"),
    "folder.csv": ("folder", "holds no .parquet and no .csv file"),
    "empty.csv": (b"", "Columns: none"),
    "header.csv": (b"group,approved\n", "holds 0 people"),
    "binary.csv": (bytes(range(256)) * 9, "cannot be read as CSV: "),
    "cut.parquet": (b"PAR1\x00\x00", "cannot be read as Parquet: "),
    "table.xlsx": (b"PK\x03\x04", "ends in .parquet or .csv"),
    "latin.csv": ("group,approved\né,1\n".encode("latin-1") * 9, "export it again"),
    "twice.csv": (b"group,group,approved\na,b,1\n" * 9, "Rename the columns"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_audited_is_told_without_a_trace(here, name):
    content, said = FILES[name]
    if content == "folder":
        Path(name).mkdir()
    elif content is not None:
        Path(name).write_bytes(content)
    done = audit(data=name, code=5 if name == "header.csv" else 1)
    assert said in done.stderr
    assert str(here) not in done.stderr
    assert not Path("audit").exists()
    if content is None or content == "folder":
        run("check", name, code=1)


@pytest.mark.parametrize("content", [b"", b"group,approved\n"])
def test_an_empty_table_can_be_looked_at(here, content):
    Path("x.csv").write_bytes(content)
    assert "0 rows looked at" in run("check", "x.csv").stdout


@pytest.mark.parametrize("command", ["report", "verify"])
@pytest.mark.parametrize("content", [None, b"", b"\xff", b"{}", b"[]"], ids=str)
def test_a_file_that_is_no_audit_is_told_without_a_trace(here, command, content):
    if content is not None:
        Path("x.json").write_bytes(content)
    words = ("--data", "decisions.csv") if command == "verify" else ()
    said = run(command, "x.json", *words, code=1).stderr
    assert "x.json" in said
    assert str(here) not in said


def test_a_page_is_written_as_a_page_only(here):
    audit()
    said = run("report", "audit/audit.json", "--out", "page.pdf", code=1).stderr
    assert "ending in .json or .html" in said
    assert (
        "Make it first"
        in run("report", "audit/audit.json", "--out", "none/page.html", code=1).stderr
    )
