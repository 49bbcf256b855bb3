"""The shape of the house: layers, names, and a map that is true."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "creditaudit"
# Imports go downwards only; the names of one set do not import each other.
LAYERS: list[set[str]] = [
    {"cli"},
    {"reports"},
    {"scenarios"},
    {"audits"},
    {"alternatives", "explain", "sharing"},
    {"populations", "rulebooks"},
    {"thresholds"},
    {"metrics", "scorers"},
    {"report", "proposals", "federation", "published_tables"},
    {"evidence"},
    {"plan"},
    {"funnels", "memberships", "refusals"},
    {"membership_tables"},
    {"pages"},
    {"charts"},
    {"tally", "finding", "terms_tally"},
    {"terms_publishing"},
    {"terms_rounding"},
    {"tally_files", "terms_files", "publishing", "tally_sums", "tally_words", "bounded_tables"},
    {"merging"},
    {"earlier"},
    {"passes", "terms_counting", "groupings"},
    {"counting", "crosstabs", "count_bounds"},
    {"cells", "partitions", "publication", "hypergraphs", "polytopes"},
    {"bins"},
    {"roles", "intervals", "law", "shapley", "protocols", "vocabulary"},
    {"vocabulary_tables"},
    {"frames"},
    {"values"},
    {"errors"},
]
RANK = {name: rank for rank, names in enumerate(reversed(LAYERS)) for name in names}
MODULES = sorted(SOURCE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Names of the parts of this package that a module imports when it is loaded or run."""
    found = set()
    tree = ast.parse(path.read_text())
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("creditaudit"):
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {parts[1] for parts in names if parts[0] == "creditaudit" and len(parts) > 1}
    return found - {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_downwards_only(path: Path) -> None:
    here = part_of(path)
    if here == "__init__":
        return
    assert here in RANK, f"{here} has no layer: add it to LAYERS"
    wrong = {name for name in imported(path) - {here} if RANK[name] >= RANK[here]}
    assert not wrong, f"{here} may not import {wrong}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_file_is_longer_than_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_only_the_border_knows_the_dataframe_adapter() -> None:
    users = {part_of(path) for path in MODULES if "narwhals" in path.read_text()}
    assert users <= {"frames", "rulebooks", "scorers"}


def test_no_public_function_has_the_name_of_a_module() -> None:
    modules = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    functions = {
        node.name: path
        for path in MODULES
        if path.parent.name != "cli"
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    assert not modules & set(functions)


def test_the_map_names_every_module() -> None:
    described = (ROOT / "ARCHITECTURE.md").read_text()
    paths = [str(p.relative_to(SOURCE)) for p in MODULES if p.name != "__init__.py"]
    assert [path for path in paths if f"`{path}`" not in described] == []
