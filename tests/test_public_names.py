import ast
import inspect
import subprocess
import sys
from pathlib import Path
from statistics import median
from types import ModuleType

import pytest

import creditaudit as ca

HELP = "from creditaudit.cli import main; main(['--help'], standalone_mode=False)"
# Printed by the process itself: its own CPU seconds, which other work on the computer leaves alone.
CLOCK = "import time, sys; print(time.process_time(), 'pandas' in sys.modules, file=sys.stderr)"


def alone(code):
    """Run code in a fresh Python; return its CPU seconds and whether it imported pandas."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{CLOCK}"], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(Path(ca.__file__).parents[1])},
    )  # fmt: skip
    seconds, pandas = done.stderr.split()
    return float(seconds), pandas == "True"


@pytest.mark.parametrize("code", ["import creditaudit", HELP], ids=["import", "help"])
def test_starting_costs_less_than_half_a_second(code):
    runs = [alone(code) for _ in range(3)]
    assert median(seconds for seconds, _ in runs) < 0.5
    assert not any(pandas for _, pandas in runs)


@pytest.mark.parametrize("name", ca.__all__)
def test_every_public_name_is_there_and_documented(name):
    found = getattr(ca, name)
    assert (found.__doc__ or "").strip().endswith((".", "`", ")")) or inspect.getdoc(found)
    assert len(inspect.getdoc(found)) > 20


@pytest.mark.parametrize("name", ca.__all__)
def test_every_public_name_is_a_fresh_import_away(name):
    namespace = {}
    exec(f"from creditaudit import {name}", namespace)
    assert namespace[name] is getattr(ca, name)


def test_modules_are_modules_and_functions_are_functions():
    assert callable(ca.audit)
    assert callable(ca.check)
    assert isinstance(ca.audits, ModuleType)
    assert ca.audit is ca.audits.run_audits
    # Also after the package of that nearly that name was imported.
    import creditaudit.audits

    assert callable(creditaudit.audit)


def test_the_list_of_names_is_sorted_and_is_what_dir_shows():
    assert ca.__all__ == sorted(ca.__all__)
    assert dir(ca) == sorted([*ca.__all__, "__version__"])


def test_type_checkers_see_the_names_that_run_time_gives():
    tree = ast.parse(Path(ca.__file__).read_text(encoding="utf-8"))
    (checked,) = (
        node for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )  # fmt: skip
    seen = {
        alias.asname or alias.name
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == set(ca.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'audti'"):
        _ = ca.audti
    assert not hasattr(ca, "run_audits")


def test_the_version_is_that_of_the_package():
    pyproject = (Path(ca.__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{ca.__version__}"' in pyproject
