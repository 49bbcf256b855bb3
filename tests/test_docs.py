"""Every snippet runs and shows what it says; every name and every link is there.

In a page, blocks run in their order in one namespace and one folder:

* ``python`` is executed; a ``text`` block right after it is what it prints.
* ``console`` holds ``$ creditaudit ...`` commands, each with what it prints; it exits with 0 unless
  ``$ echo $?`` after it says otherwise.
* A block with a file name after its language is written to that file.

``...`` stands for anything, and white space does not matter.
"""

import json
import re
import runpy
import shlex
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

import creditaudit as ca
from creditaudit.cli import main
from creditaudit.pages.schemas import report_schema

ROOT = Path(__file__).parent.parent
TOP = ["README.md", "ARCHITECTURE.md", "RESPONSIBLE_USE.md", "SECURITY.md", "CHANGELOG.md"]
BUILT = sorted(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)
PAGES = [*(ROOT / name for name in TOP), *BUILT]
FENCE = re.compile(r"^```(\S*)([^\n]*)\n(.*?)^```$", re.M | re.S)
LANGUAGES = {"python", "console", "text", "toml", "sh", "{eval-rst}", "{toctree}", "{include}"}


@dataclass(frozen=True)
class Block:
    language: str
    file: str
    body: str
    line: int
    follows: str


def blocks(page: Path) -> Iterator[Block]:
    text, before, end = page.read_text("utf-8"), "", 0
    for found in FENCE.finditer(text):
        language, file, body = found[1], found[2].strip(), found[3]
        near = not text[end : found.start()].strip()
        line = text.count("\n", 0, found.start()) + 1
        yield Block(language, file, body, line, before if near else "")
        before, end = language, found.end()


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def assert_shows(shown: str, printed: str, where: str) -> None:
    parts = [re.escape(" ".join(part.split())) for part in shown.split("...")]
    pattern = r"\s*.*?\s*".join(parts)
    assert re.fullmatch(pattern, " ".join(printed.split()), re.S), (
        f"{where} shows\n{shown}\nand the snippet prints\n{printed}"
    )


def run_console(body: str, where: str) -> None:
    code = None
    joined = body.replace("\\\n", " ")
    for part in re.split(r"^\$ ", joined, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        if command == "echo $?":
            assert code == int(shown), f"{where}: exit code {code}, the page says {shown}"
            code = None
            continue
        assert code in (None, 0), f"{where}: a command before this one exits with {code}"
        program, *arguments = shlex.split(command)
        assert program == "creditaudit", f"{where}: {program} is not ours to run"
        result = CliRunner().invoke(main, arguments, prog_name="creditaudit")
        code = result.exit_code
        assert_shows(shown, result.output, where)
    assert code in (None, 0), f"{where}: exit code {code}"


RUNNING = [p for p in PAGES if any(b.language in ("python", "console") for b in blocks(p))]


@pytest.mark.parametrize("page", RUNNING, ids=name_of)
def test_the_snippets_of_a_page_run_and_show_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "page"}
    printed = ""
    for block in blocks(page):
        where = f"{name_of(page)}:{block.line}"
        if block.file:
            Path(block.file).write_text(block.body, "utf-8")
        elif block.language == "python":
            exec(compile(block.body, where, "exec"), namespace)
            printed = capsys.readouterr().out
        elif block.language == "console":
            run_console(block.body, where)
        elif block.language == "text" and block.follows == "python":
            assert_shows(block.body, printed, where)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_is_of_a_kind_that_is_checked(page: Path) -> None:
    assert {block.language for block in blocks(page) if block.language} <= LANGUAGES


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    prose = FENCE.sub("", page.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if target.startswith("https://"):
            continue
        path, _, heading = target.partition("#")
        aim = page if not path else (page.parent / path).resolve()
        assert aim.exists(), f"{name_of(page)}: {target}"
        words = re.findall(r"^#+ (.+)$", aim.read_text("utf-8"), re.M) if heading else []
        slugs = [re.sub(r"[^\w\- ]", "", word.lower()).replace(" ", "-") for word in words]
        assert not heading or heading in slugs, f"{name_of(page)}: {target}"


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    script = ROOT / "examples" / "audit_a_table.py"
    monkeypatch.setattr(sys, "argv", [str(script), "out"])
    runpy.run_path(str(script), run_name="__main__")
    assert "Open out/report.html" in capsys.readouterr().out.replace("\\", "/")
    assert ca.Report.load("out/audit.json").findings


def test_the_reference_names_every_public_name() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "reference").glob("*.md"))
    functions = [name for name in ca.__all__ if not hasattr(getattr(ca, name), "__path__")]
    wanted = {f"creditaudit.{name}" for name in functions}
    wanted |= {f"creditaudit.metrics.{n}" for n in ca.metrics.__all__ if n.islower()}
    assert sorted(name for name in wanted if name not in text) == []


def test_every_measure_is_in_the_table_of_metrics() -> None:
    table = (ROOT / "docs" / "reference" / "metrics.md").read_text("utf-8")
    assert [name for name in ca.metrics.CATALOGUE if f"| `{name}` |" not in table] == []


def test_the_schema_page_names_every_property() -> None:
    page = (ROOT / "docs" / "reference" / "report_schema.md").read_text("utf-8")
    schema = report_schema()
    parts = [schema, *schema["$defs"].values()]
    names = {name for part in parts for name in part.get("properties", {})}
    assert sorted(name for name in names if f"`{name}`" not in page) == []


def test_the_command_page_names_every_command_and_option() -> None:
    page = (ROOT / "docs" / "reference" / "command_line.md").read_text("utf-8")
    for name, command in main.commands.items():
        assert f"`creditaudit {name}" in page
        options = [one for param in command.params for one in param.opts if one.startswith("--")]
        assert [one for one in options if one not in page] == []


def test_the_exit_codes_are_the_same_in_code_and_pages() -> None:
    for name in ("README.md", "docs/reference/command_line.md"):
        page = (ROOT / name).read_text("utf-8")
        assert re.findall(r"^\| (\d) \|", page, re.M) == list("012345")


def test_version_and_licence_are_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    fields = dict(re.findall(r"^([a-z-]+): *\"?([^\"\n]+)\"?$", citation, re.M))
    assert {"cff-version", "message", "type", "title", "version", "license"} <= set(fields)
    assert fields["cff-version"] == "1.2.0"
    assert fields["version"] == project["version"] == ca.__version__
    assert fields["license"] == project["license"]
    assert f"## [{ca.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_metric_of_the_peers_is_named() -> None:
    page = (ROOT / "docs" / "ideas" / "other_tools.md").read_text("utf-8")
    rows = json.loads((ROOT / "tests/oracles/data/peer_metrics.json").read_text("utf-8"))
    # "conditional_demographic_disparity(no strata; ...)" is named without its setting, and the
    # ratios of aequitas by their first part.
    names = {row["metric"].split("(")[0] for row in rows}
    short = {name.replace("disparity_ratio", "") for name in names}
    missing = [name for name in sorted(short) if f"`{name}" not in page]
    assert set(missing) <= {"chi2_no_correction", "odds_ratio_denial"}  # named in words


def test_every_data_set_has_its_section() -> None:
    page = (ROOT / "docs" / "reference" / "data_sets.md").read_text("utf-8")
    loaders = [name for name in ca.__all__ if name.startswith("load_")]
    assert [name for name in loaders if f"`{name}()`" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_people_are_spoken_of_with_care(page: Path) -> None:
    text = page.read_text("utf-8").lower()
    words = ("biased", "deadbeat", "violator", "blacklist", "unbiased")
    assert [word for word in words if word in text] == []
