import ast
from pathlib import Path

import pytest

import creditaudit as ca

NAMES = ca.sharing.__all__


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there_and_documented(name):
    found = getattr(ca.sharing, name)
    assert len(found.__doc__ or "") > 20


def test_type_checkers_see_the_names_that_run_time_gives():
    tree = ast.parse(Path(ca.sharing.__file__).read_text(encoding="utf-8"))
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = [alias.name for node in checked.body for alias in node.names]
    assert sorted(seen) == sorted(NAMES) == sorted(dir(ca.sharing))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'casacde'"):
        _ = ca.sharing.casacde
