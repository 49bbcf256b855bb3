"""Hostile and broken text gives an error that names line and column, and nothing runs."""

import sys

import pytest
from made_books import SCOPE

from creditaudit.errors import InputError
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.faults import ConditionFault
from creditaudit.rulebooks.parsing import MAX_LENGTH

# Text, line, column, and part of what is said.
HOSTILE = [
    ("__import__('os').system('true')", 1, 1, "only functions"),
    ("debt.__class__ == 0", 1, 1, "dot"),
    ("late > 1 and debt.real > 0", 1, 14, "dot"),
    ("[late for late in [1]] == 1", 1, 1, "comprehension"),
    ("(late for late in [1]) == 1", 1, 1, "comprehension"),
    ("(lambda: late)() > 0", 1, 1, "only functions"),
    ("late > (lambda: 1)", 1, 9, "lambda"),
    ("f'{late}' == 'x'", 1, 1, "f-string"),
    ("late ** 9 > 0", 1, 1, "power"),
    ("9 ** 9 ** 9 > late", 1, 1, "power"),
    ("late[0] > 0", 1, 1, "square brackets"),
    ("eval('late') > 0", 1, 1, "only functions"),
    ("print(late) > 0", 1, 1, "only functions"),
    ("min(late, key=late) > 0", 1, 1, "only functions"),
    ("max(*[late]) > 0", 1, 5, "star"),
    ("(x := late) > 0", 1, 2, "assignment"),
    ("late / 2 > 1", 1, 1, "division"),
    ("late % 2 == 1", 1, 1, "remainder"),
    ("late if minor else debt", 1, 1, "two rules"),
    ("late in (1, 2)", 1, 9, "tuple"),
    ("late in {1, 2}", 1, 9, "set"),
    ("~minor", 1, 1, "tilde"),
    ("minor & minor", 1, 1, "ampersand"),
    ("late > 3j", 1, 8, "number or a text"),
    ("late > ...", 1, 8, "number or a text"),
    ("late is None", 1, 9, "number or a text"),
    ("b'x' == name", 1, 1, "number or a text"),
    ("late > 1; late > 2", 1, 9, "not readable"),
    ("late >", 1, 7, "not readable"),
    ("minor and\n  late > 1 and\n  late ** 2 > 1", 3, 3, "power"),
    ("minor and\n  late >", 2, 9, "not readable"),
    ("late > 1 # note", 1, 10, "number sign"),
    ("ⅼate > 1", 1, 1, "character"),
    ("late > 1\x00", 1, 9, "character"),
    ("name == 'a\\x41'", 1, 11, "backslash"),
    ("name == 'a\nb'", 1, 11, "ends on its line"),
    ("name == 'é' and late ** 2 > 1", 1, 17, "power"),
    ("late > $", 1, 8, "not readable"),
    ("", 1, 1, "empty"),
    ("  \n ", 1, 1, "empty"),
    (" " * 3 + "late ** 2 > 0", 1, 4, "power"),
]


@pytest.mark.parametrize(("text", "line", "column", "said"), HOSTILE)
def test_what_is_not_in_the_language_is_refused_at_its_place(text, line, column, said):
    with pytest.raises(ConditionFault) as caught:
        Condition.parse(text, SCOPE)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert said in caught.value.what
    assert f"line {line}, column {column}" in str(caught.value)
    assert isinstance(caught.value, InputError)


def test_nothing_of_a_condition_is_executed(tmp_path, monkeypatch):
    mark = tmp_path / "touched"
    monkeypatch.setattr(sys, "setrecursionlimit", lambda limit: mark.touch())
    for text in (
        f"__import__('pathlib').Path('{mark}').touch()",
        f"open('{mark}', 'w') == 0",
        f"[open('{mark}', 'w') for late in [1]] == 1",
    ):
        with pytest.raises(ConditionFault):
            Condition.parse(text, SCOPE)
    assert not mark.exists()


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "minor" + ")" * 10_000,
        "not " * 10_000 + "minor",
        "-" * 10_000 + "late > 0",
        "late > " + "[" * 10_000,
        "x" * 5_000_000,
        "late > 0 and " * 400_000 + "minor",
        "late > " + "9" * 5_000_000,
    ],
    ids=["brackets", "nots", "minuses", "lists", "a name", "ands", "a number"],
)
def test_ten_thousand_deep_and_five_megabytes_are_refused_at_once(text):
    with pytest.raises(ConditionFault, match="line 1, column 1"):
        Condition.parse(text, SCOPE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(" * 900 + "minor" + ")" * 900, "too many nested"),
        ("not " * 450 + "minor", "nested more than"),
        ("-" * 1_900 + "late > 0", "nested"),
        ("late" + " + late" * 200 + " > 0", "nested more than"),
        ("late in [" + "1, " * 500 + "1]", "values in a list"),
        ("late" + "<1" * 900, "parts"),
        ("name == '" + "x" * 300 + "'", "a text of more than"),
    ],
)
def test_what_fits_the_length_is_bounded_in_depth_and_size(text, said):
    assert len(text) <= MAX_LENGTH
    with pytest.raises(ConditionFault, match=said):
        Condition.parse(text, SCOPE)


def test_brackets_and_blanks_change_nothing():
    plain = Condition.parse("minor and late > 3", SCOPE)
    spread = Condition.parse("  (\n minor\tand (late >\n 3) )", SCOPE)
    assert plain.tree == spread.tree


def test_a_dollar_inside_quotes_is_text():
    assert Condition.parse("name == '$limit'", SCOPE).parameters == {}
