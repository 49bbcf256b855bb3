"""Faulty files are refused with every fault and its line."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.vocabulary import SECTORS, load_vocabulary

HEAD = "".join(f'[[sector]]\nid = "{sector}"\nwords = "data of {sector}"\n' for sector in SECTORS)
HEAD += '[[purpose]]\nid = "lending"\nwords = "to lend"\n'
HEAD += '[[agency]]\nid = "bank"\nsector = "bank"\nwords = "a bank"\n'
AT = HEAD.count("\n")
# Line of each key below the head: [[column]] stands on AT + 1.
MONEY = """[[column]]
name = "debt"
of = "person"
sector = "bank"
purpose = "lending"
sensitivity = "medium"
type = "money"
unit = "currency"
domain = [0, inf]
missing = "never"
description = "All debt"
source = "A form"
"""
CATEGORY = MONEY.replace('"money"', '"category"').replace(
    "domain = [0, inf]", 'domain = ["a", "b"]\nlabels = ["first", "second"]'
)


def written(folder: Path, text: str) -> Path:
    path = folder / "words.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        load_vocabulary(written(folder, text))
    return str(caught.value)


@pytest.mark.parametrize("column", [MONEY, CATEGORY], ids=["money", "category"])
def test_the_example_is_a_vocabulary(tmp_path: Path, column: str) -> None:
    words = load_vocabulary(written(tmp_path, HEAD + column))
    assert list(words.columns) == ["debt"]


# (what is there, what stands instead, the line after the head, what the fault says)
FAULTS = [
    ('name = "debt"', 'name = "Debt"', 2, "has to be small letters"),
    ('name = "debt"', 'name = "debt__old"', 2, "has to be small letters"),
    ('name = "debt"', "name = 5", 2, "has to be small letters"),
    ('name = "debt"', "", 1, "name is missing"),
    ('of = "person"', 'of = "robot"', 3, "of 'robot' is not one of person, firm"),
    ('sector = "bank"', 'sector = "astrology"', 4, "sector 'astrology' is not one of bank"),
    ('purpose = "lending"', 'purpose = "fun"', 5, "purpose 'fun' has no [[purpose]] table"),
    ('sensitivity = "medium"', 'sensitivity = "some"', 6, "sensitivity 'some' is not one of"),
    ('type = "money"', 'type = "gold"', 7, "type 'gold' is not one of money"),
    ('unit = "currency"', 'unit = " "', 8, "unit has to be text, found ' '"),
    ('unit = "currency"', "unit = 3", 8, "unit has to be text, found 3"),
    ("domain = [0, inf]", "domain = [5, 2]", 9, "the first bound has to be the smaller one"),
    ("domain = [0, inf]", "domain = [nan, 2]", 9, "the first bound has to be the smaller one"),
    ("domain = [0, inf]", "domain = [0]", 9, "the domain has to be [low, high]"),
    ("domain = [0, inf]", 'domain = ["0", "1"]', 9, "both bounds have to be numbers"),
    ("domain = [0, inf]", "domain = [false, true]", 9, "both bounds have to be numbers"),
    ("domain = [0, inf]", "", 1, "domain is missing"),
    ('missing = "never"', "missing = false", 10, "missing has to be text"),
    ('description = "All debt"', 'description = ""', 11, "description has to be text"),
    ('source = "A form"', "", 1, "source is missing"),
    ('source = "A form"', 'source = "A form"\ncolour = "red"', 13, "unknown key 'colour'"),
    ('source = "A form"', 'source = "A form"\nnote = ""', 13, "note has to be text"),
    ('source = "A form"', 'source = "A form"\ndecimals = 9', 13, "from 0 to 6, found 9"),
    ('source = "A form"', 'source = "A form"\ndecimals = true', 13, "from 0 to 6, found True"),
    ('source = "A form"', 'source = "A form"\nlabels = ["x"]', 13, "only a category has labels"),
]


@pytest.mark.parametrize(("old", "new", "line", "says"), FAULTS, ids=[f[1] or f[3] for f in FAULTS])
def test_a_fault_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in MONEY
    said = refused(tmp_path, HEAD + MONEY.replace(old, new))
    assert "words.toml has 1 fault" in said
    assert re.search(rf"^  - line {AT + line}: column .*{re.escape(says)}", said, re.M), said


TYPED = [
    ("yes_no", "[0, 2]", "the domain of a yes_no is [0, 1]"),
    ("count", "[-1, 5]", "a count is not below 0"),
    ("duration", "[-1, 5]", "a duration is not below 0"),
    ("date", "[0, 5]", "both bounds have to be dates"),
    ("date", "[2020-01-01T00:00:00, 2021-01-01T00:00:00]", "both bounds have to be dates"),
    ("date", "[2021-01-01, 2020-01-01]", "the first bound has to be the smaller one"),
    ("id", "[0, 5]", "the domain of a id is its form in words"),
    ("text", "[0, 5]", "the domain of a text is its form in words"),
]


@pytest.mark.parametrize(("kind", "domain", "says"), TYPED)
def test_a_domain_has_to_fit_its_type(tmp_path: Path, kind: str, domain: str, says: str) -> None:
    column = MONEY.replace('"money"', f'"{kind}"').replace("[0, inf]", domain)
    assert f"line {AT + 9}: column debt: {says}" in refused(tmp_path, HEAD + column)


LEVELS = [
    ('domain = ["a", "b"]', 'domain = ["a"]', "lists two levels or more"),
    ('domain = ["a", "b"]', 'domain = ["a", "b c"]', "in plain letters"),
    ('domain = ["a", "b"]', 'domain = ["a", 1]', "in plain letters"),
    ('domain = ["a", "b"]', 'domain = ["a", "a"]', "a level is there twice"),
    ('labels = ["first", "second"]', "", "a category needs labels"),
    ('labels = ["first", "second"]', 'labels = ["first", " "]', "a category needs labels"),
    ('labels = ["first", "second"]', 'labels = ["one"]', "2 levels need as many different"),
    ('labels = ["first", "second"]', 'labels = ["x", "x"]', "2 levels need as many different"),
]


@pytest.mark.parametrize(("old", "new", "says"), LEVELS)
def test_levels_need_words_of_their_own(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in CATEGORY
    assert says in refused(tmp_path, HEAD + CATEGORY.replace(old, new))


VALUES = ["1", "1.5", "nan", "true", '""', '"x"', "[]", "[1, 2]", '["a", 1]', "[[]]", "{a = 1}"]
VALUES += ["2020-01-01", "2020-01-01T00:00:00", "[2020-01-01, 2020-01-01]"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), column=st.sampled_from([MONEY, CATEGORY]))
def test_whatever_stands_in_a_field_ends_in_a_vocabulary_or_in_named_faults(
    tmp_path: Path, data: st.DataObject, column: str
) -> None:
    lines = (HEAD + column).splitlines()
    for number in data.draw(st.sets(st.integers(0, len(lines) - 1), min_size=1, max_size=3)):
        key, equals, _ = lines[number].partition(" = ")
        if equals:
            lines[number] = f"{key} = {data.draw(st.sampled_from(VALUES))}"
    load_vocabulary.cache_clear()
    path = written(tmp_path, "\n".join(lines))
    said = ""
    try:
        assert len(load_vocabulary(path).columns) == 1
    except InputError as error:
        said = str(error)
    assert not said or re.search(r"- line \d+: ", said)


def test_decimals_belong_to_numbers(tmp_path: Path) -> None:
    said = refused(tmp_path, HEAD + CATEGORY + "decimals = 2\n")
    assert "a column of type 'category' has no decimals" in said


def test_a_name_used_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    said = refused(tmp_path, HEAD + MONEY + MONEY)
    assert f"line {AT + 14}: column debt: name 'debt' is already used on line {AT + 2}" in said


def test_all_faults_come_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    first = MONEY.replace('"person"', '"robot"').replace('"bank"', '"sky"')
    second = MONEY.replace('name = "debt"', 'name = "loan"').replace('"money"', '"gold"')
    said = refused(tmp_path, HEAD + first + second)
    assert "has 3 faults; correct all and load again" in said
    assert [int(n) for n in re.findall(r"line (\d+):", said)] == [AT + 3, AT + 4, AT + 19]


def test_the_ten_sectors_have_to_be_there(tmp_path: Path) -> None:
    without = HEAD.replace('[[sector]]\nid = "census"\nwords = "data of census"\n', "")
    assert "the sectors have to be bank, court" in refused(tmp_path, without + MONEY)
    more = '[[sector]]\nid = "sky"\nwords = "the sky"\n' + HEAD
    assert "line 1: the sectors have to be" in refused(tmp_path, more + MONEY)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "lending"', 'id = "Lending"', "purpose Lending: id 'Lending' has to be small"),
        ('words = "to lend"', "words = 1", "purpose lending: words has to be text, found 1"),
        ('words = "to lend"', 'words = "to lend"\nwhy = "x"', "unknown key 'why'"),
        ('id = "bank"\nsector = "bank"', 'id = "bank"\nsector = "sky"', "sector 'sky' is not"),
    ],
)
def test_ids_are_checked_as_well(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert HEAD.count(old) == 1
    assert says in refused(tmp_path, HEAD.replace(old, new) + MONEY)


@pytest.mark.parametrize("text", ["", "column = 3\n", "column = [3]\n", 'colour = "red"\n'])
def test_a_file_without_tables_is_refused(tmp_path: Path, text: str) -> None:
    assert "there are no [[column]] tables" in refused(tmp_path, text)


def test_an_unknown_table_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, HEAD + MONEY + "[[colour]]\nid = 'red'\n")
    assert "unknown key 'colour'; tables are [[sector]], [[purpose]]" in said


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    assert "words.toml is not readable as TOML" in refused(tmp_path, "name = \n")
