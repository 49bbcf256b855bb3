"""Every number behind ties is read from somewhere or marked as chosen, and every one is used."""

import ast
import inspect
import re
from importlib import resources
from pathlib import Path

import pytest

from creditaudit.errors import InputError
from creditaudit.populations import (
    check_society,
    load_firm_pack,
    load_pack,
    make_society,
    society_numbers,
)
from creditaudit.populations.firms import FIRMS
from creditaudit.populations.packs import MARKS
from creditaudit.populations.persons import PEOPLE
from creditaudit.populations.societies import further, schooling
from creditaudit.populations.societies.checks import SOCIETY_MEASURES
from creditaudit.populations.societies.establishments import FIRM_MISTAKEN
from creditaudit.populations.societies.residents import MISTAKEN

FOLDER = Path(str(resources.files("creditaudit.populations.societies")))


def test_every_number_has_a_source_or_is_free_with_a_range():
    pack = society_numbers()
    for one in [*pack.parameters.values(), *(target.parameter for target in pack.targets)]:
        if one.free:
            assert not one.source
            assert one.low <= one.value <= one.high
        else:
            assert one.source
            assert one.mark in MARKS
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", one.date)


def test_every_number_is_used_and_every_number_used_is_there():
    used = {*MISTAKEN.values(), *FIRM_MISTAKEN.values()}
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = ("p", "numbers", "self.numbers", "draft.numbers")
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in names:
                used.add(node.attr)
    own = set(society_numbers().parameters)
    assert own <= used
    others = set(load_pack("class_balanced").parameters)
    others |= set(load_firm_pack("class_balanced").parameters)
    assert used <= own | others


def test_no_number_has_the_name_of_a_number_of_people_or_firms():
    own = set(society_numbers().parameters)
    people, firms = (set(load(p).parameters) for load, p in (
        (load_pack, "class_balanced"), (load_firm_pack, "class_balanced")
    ))  # fmt: skip
    assert not own & people
    assert not own & firms
    assert not people & firms


def test_every_target_has_a_measure():
    targets = {target.measure for target in society_numbers().targets}
    assert targets == set(SOCIETY_MEASURES)


def test_a_number_can_be_changed_and_then_counts_as_free():
    assert society_numbers({"owner_represents": 1}).parameters["owner_represents"].free
    world = make_society(500, 50, numbers={"owner_represents": 1}, months=0)
    assert (world.firms.frame["owner_id"] == world.firms.frame["legal_representative_id"]).all()
    assert world.made["numbers"] == {"owner_represents": 1}


def test_a_society_without_names_cannot_be_checked():
    world = make_society(200, 20, columns=["age"], months=0)
    with pytest.raises(InputError, match="has no household_id, person_name"):
        check_society(world)


def test_formulas_of_further_quantities_name_their_numbers_and_hide_none():
    known = set(society_numbers().parameters) | set(load_pack("class_balanced").parameters)
    for part in (schooling, further):
        for node in part.NODES:
            assert [name for name in node.asks & known if name not in node.formula] == [], node.name
        for function in ast.walk(ast.parse(inspect.getsource(part))):
            if isinstance(function, ast.FunctionDef):
                inside = [one for line in function.body for one in ast.walk(line)]
                found = [one.value for one in inside if isinstance(one, ast.Constant)]
                assert {x for x in found if isinstance(x, int | float)} <= {0, 1, 2, 3}


def test_replaced_quantities_are_in_the_graphs_they_replace():
    assert set(MISTAKEN) <= {node.name for node in PEOPLE}
    assert set(FIRM_MISTAKEN) <= {node.name for node in FIRMS}
