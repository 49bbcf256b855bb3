import tomllib
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from creditaudit.rulebooks.toml_lines import key_lines, line_of
from creditaudit.rulebooks.toml_texts import toml_text

TEXT = '''\
# a comment with [brackets] and "quotes"
top = 1
[book]   # note
title = "a # no comment"
long = """
first
second"""
raw = \'\'\'one
two\'\'\'
"quoted key".inner = 2
[deep.er]
x = { a = 1, b = { c = "}" } }

[[rules]]
id = "one"
tests = [
    { row = { y = 1 } },  # ]
    { row = { y = 2 } },
]
[[rules]]
id = "two"
[rules.effective]
from = 2016-01-01
[[rules.more]]
z = true
[[rules.more]]
z = false
'''


def test_every_key_has_the_line_it_stands_on():
    lines = key_lines(TEXT)
    wanted = {
        ("top",): 2,
        ("book",): 3,
        ("book", "title"): 4,
        ("book", "long"): 6,  # where its first character stands
        ("book", "raw"): 8,
        ("book", "quoted key", "inner"): 10,
        ("deep", "er", "x", "b", "c"): 12,
        ("rules", 0): 14,
        ("rules", 0, "tests", 1, "row", "y"): 18,
        ("rules", 1, "id"): 21,
        ("rules", 1, "effective", "from"): 23,
        ("rules", 1, "more", 1, "z"): 27,
    }
    assert {path: lines[path] for path in wanted} == wanted


def test_a_path_that_is_not_there_has_the_line_of_what_holds_it():
    lines = key_lines(TEXT)
    assert line_of(("rules", 1, "points"), lines) == 20
    assert line_of(("nothing",), lines) == 1


def paths_of(data, path=()):
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from paths_of(value, (*path, key))


SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
    st.dates(),
)
KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(data=st.dictionaries(KEYS, VALUES, max_size=4))
def test_what_is_written_is_read_again_and_every_key_is_found(data):
    text = toml_text(data)
    assert tomllib.loads(text) == data
    assert set(paths_of(data)) <= set(key_lines(text))


@pytest.mark.parametrize(
    "path",
    sorted(Path(__file__).parents[2].joinpath("src/creditaudit").rglob("*.toml")),
    ids=lambda path: path.name,
)
def test_every_key_of_every_file_of_the_library_is_found_on_its_line(path):
    text = path.read_text(encoding="utf-8")
    lines, rows = key_lines(text), text.splitlines()
    for found in paths_of(tomllib.loads(text)):
        last = found[-1]
        assert found in lines
        if isinstance(last, str) and '"""' not in rows[lines[found] - 2]:
            assert last in rows[lines[found] - 1]


def test_a_value_without_a_form_in_toml_is_refused():
    with pytest.raises(TypeError, match="NoneType"):
        toml_text({"x": None})
