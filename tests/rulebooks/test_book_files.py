"""A file with many faults: each is told, with its line."""

import re
from datetime import date

import pytest
from made_books import HEAD, book_text, rule, with_header

from creditaudit.rulebooks import BookFault, Rulebook

FAULTY = """\
format = 1
[book]
id = "XX bad"
title = ""
about = "x"
jurisdiction = "Nowhere"
issuer = "x"
issuer_type = "king"
use = "study"
confidence = "V?"
looked_at = "yesterday"
colour = "blue"

[[sources]]
id = "own"
title = "Own"
kind = "own"
read = "all"
mark = "F"

[[rules]]
id = "one"
title = "One"
when = 7
points = "many"
source = "own"
mark = "F"
tagg = "moral"
"""


def faults_of(text):
    with pytest.raises(BookFault) as caught:
        Rulebook.from_toml(text, "made.toml")
    return caught.value


def test_all_faults_of_a_file_are_told_together_each_with_its_line():
    fault = faults_of(FAULTY)
    assert [one.line for one in fault.faults] == [3, 4, 6, 8, 10, 11, 12, 24, 25, 28]
    assert (
        "made.toml, line 28: rules 1 (one), tagg: unknown key 'tagg'; did you mean 'tag'?"
        in str(fault)
    )
    assert "The rulebook has 10 faults" in str(fault)


# What is wrong with a made-up book, and what is said of it.
SEMANTIC = [
    ({"rules": [rule("a", "minor", points=-1), rule("a", "minor", points=-1)]}, "used 2 times"),
    ({"rules": [rule("a", "minor", points=-1, source="owl")]}, "did you mean 'own'"),
    ({"rules": [rule("a", "minor", list="x")]}, "'x' is not in this book"),
    ({"rules": [rule("a", "minor", points=-1, basis=["law"])]}, "'law' is not in this book"),
    ({"rules": [rule("a", "minor")]}, "nothing follows"),
    ({"rules": [rule("a", "minor", tier_cap="Z")]}, "no tier of this book"),
    ({"rules": [rule("a", "minor", points=[-5, 5])]}, "from minus to plus"),
    ({"rules": [rule("a", "minor", points=[1, 2, 3])]}, "a number, or two"),
    ({"rules": [rule("a", "minor", points=-1, cap=-5)]}, "belongs to points with 'per'"),
    ({"rules": [rule("a", "minor", points=-1, per="cards", cap=5)]}, "has their sign"),
    ({"rules": [rule("a", "minor", list="x", cap=5)]}, "belong to a rule with points"),
    (
        {
            "rules": [
                rule(
                    "a",
                    "minor",
                    points=-1,
                    effective={"from": date(2020, 1, 1), "to": date(2019, 1, 1)},
                )
            ]
        },
        "is before 'from'",
    ),
    (
        {"rules": [rule("a", "minor", overrides=["b"]), rule("b", "minor", overrides=["a"])]},
        "in a circle: a > b > a",
    ),
    ({"rules": [rule("a", "minor", overrides=["a"])]}, "in a circle: a > a"),
    (
        {"rules": [rule("a", "minor", points=-1, group="g")], "groups": {"g": {"take": "best"}}},
        "'max', 'sum', 'first'",
    ),
    (
        {
            "rules": [rule("a", "minor", points=-1, per="cards", group="g")],
            "groups": {"g": {"take": "max"}},
        },
        "cannot be in it",
    ),
    (
        {
            "rules": [
                rule("a", "minor", points=-1, group="g"),
                rule("b", "minor", points=1, group="g"),
            ],
            "groups": {"g": {"take": "max"}},
        },
        "not both",
    ),
    ({"rules": [rule("a", "minr", points=-1)]}, "column 'minr' is not known. Did you mean 'minor'"),
    ({"rules": [rule("a", "cards > $x", points=-1)]}, "parameter 'x' is not known"),
    ({"rules": [rule("a", "minor and firm_late_wages > 0", points=-1)]}, "different tables"),
    ({"rules": [rule("a", "firm_late_wages > 0", points=-1)]}, "the book's subjects are person"),
    ({"rules": [rule("a", {"mild": "minor"}, points=-1)]}, "two readings is written"),
    ({"rules": [rule("a", {"mild": "minor", "strict": "cards >"}, points=-1)]}, "not readable"),
    (
        {"rules": [rule("a", "minor", points=-1, tests=[{"row": {"cards": 1}, "fires": True}])]},
        "no column of this rule",
    ),
    (
        {"rules": [rule("a", "minor", points=-1, tests=[{"row": {"minor": 1}, "fires": False}])]},
        "the rule fires on",
    ),
    (
        {
            "rules": [
                rule("a", "minor", points=-1, tests=[{"row": {"minor": "yes"}, "fires": True}])
            ]
        },
        "is no yes or no",
    ),
    ({"tests": [{"row": {"minor": 1}, "points": 5}]}, "points is 990.0, the test says 5.0"),
    ({"tests": [{"row": {"minor": 1}, "tier": "B"}]}, "tier is 'A', the test says 'B'"),
    ({"tests": [{"row": {"minor": 1}, "fired": []}]}, "fired is ['a']"),
    ({"tests": [{"row": {"minor": 1}, "unknown": ["points"]}]}, "the test says it is unknown"),
    ({"tests": [{"row": {"minor": 1}}]}, "the test asks nothing"),
    ({"tests": [{"row": {"cards": 1}, "points": 1000}]}, "is read by no rule"),
    ({"tests": [{"row": {}, "points": 1000, "as_of": date(2001, 1, 1)}]}, "was not in force"),
    ({"bands": [{"tier": "A", "from": 5, "mark": "F"}]}, "exactly one band"),
    ({"bands": [{"tier": "A", "mark": "F"}, {"tier": "A", "from": 5, "mark": "F"}]}, "same tier"),
    (
        {
            "bands": [
                {"tier": "A", "mark": "F"},
                {"tier": "B", "from": 9, "mark": "F"},
                {"tier": "D", "from": 5, "mark": "F"},
                {"tier": "E", "from": 7, "mark": "F"},
            ]
        },
        "in the order",
    ),
    ({"decision": {"rests_on": "text", "text": "x", "refuse_tiers": ["Q"]}}, "'Q' is no tier"),
    (
        {"decision": {"rests_on": "text", "text": "x", "refuse_listed": ["q"]}},
        "'q' is not in this book",
    ),
    ({"basis": [{"id": "x", "state": "cited", "mark": "V"}]}, "needs cite and rank"),
    (
        {"basis": [{"id": "x", "state": "searched_not_found", "mark": "V", "searched_in": "here"}]},
        "searched_on is missing",
    ),
    (
        {"basis": [{"id": "x", "state": "repealed", "mark": "V", "cite": "x", "rank": "statute"}]},
        "needs 'to'",
    ),
    ({"rights": {"appeal": {"state": "stated", "mark": "V"}}}, "needs text and source"),
    ({"rights": {"lunch": {"state": "not_searched", "mark": "U"}}}, "is not one of entry"),
    (
        {
            "columns": {
                "cards": {"type": "count", "unit": "x", "domain": [0, 1], "description": "x"}
            }
        },
        "is in the vocabulary",
    ),
    (
        {"columns": {"is": {"type": "count", "unit": "x", "domain": [0, 1], "description": "x"}}},
        "cannot be a name",
    ),
    (
        {
            "columns": {
                "wait": {"type": "duration", "unit": "moons", "domain": [0, 1], "description": "x"}
            }
        },
        "'moons'",
    ),
    (
        {"parameters": {"cards": {"type": "count", "label": "x", "values": [{"value": 1}]}}},
        "is a column",
    ),
    ({"parameters": {"p": {"type": "count", "label": "x", "values": []}}}, "at least one"),
    (
        {"parameters": {"p": {"type": "count", "label": "x", "values": [{"value": "x"}]}}},
        "without quotes",
    ),
    (
        {
            "parameters": {
                "p": {
                    "type": "count",
                    "label": "x",
                    "values": [{"value": 1, "mild": 2, "strict": 3}],
                }
            }
        },
        "either value",
    ),
    ({"book": with_header(repealed=date(2015, 1, 1))}, "is not after in_force"),
    ({"book": with_header(shape_only=True)}, "has no rules"),
    ({"format": 2}, "format 2 is not known"),
    ({"scale": {"base": 10, "min": 20, "mark": "F"}}, "outside of the scale"),
    ({"sources": []}, "no [[sources]]"),
]


@pytest.mark.parametrize(("sections", "said"), SEMANTIC, ids=[said for _, said in SEMANTIC])
def test_what_the_parts_say_of_each_other_is_checked(sections, said):
    rules = sections.get("rules", [rule("a", "minor", points=-10)])
    rest = {name: part for name, part in sections.items() if name != "rules"}
    fault = faults_of(book_text(*rules, **rest))
    assert any(said in one.what for one in fault.faults), str(fault)


def test_the_book_without_these_faults_is_whole():
    assert len(Rulebook.from_toml(book_text(rule("a", "minor", points=-10))).rules) == 1


def test_a_fault_in_a_condition_of_several_lines_has_the_line_of_the_file():
    text = book_text(rule("a", "PLACE", points=-1))
    text = text.replace('"PLACE"', '"""\nminor and\n  cards ** 2 > 3"""')
    fault = faults_of(text)
    place = text.splitlines().index('  cards ** 2 > 3"""') + 1
    assert [(one.line, one.what) for one in fault.faults] == [
        (place, "column 3: not in the language: a power")
    ]


def test_every_kind_of_missing_section_is_told():
    assert "needs [decision]" in str(
        faults_of(
            re.sub(r"\[decision\].*?\n\n", "", book_text(rule("a", "minor", points=-1)), flags=re.S)
        )
    )
    no_scale = {
        name: part for name, part in HEAD.items() if name not in ("scale", "bands", "decision")
    }
    from creditaudit.rulebooks.toml_texts import toml_text

    text = toml_text({**no_scale, "rules": [rule("a", "minor", points=-1)]})
    assert "points need [scale]" in str(faults_of(text))


@pytest.mark.parametrize(
    ("text", "line"),
    [("x = [1,\n", 2), ("a = 1\na = 2\n", 2), ("\n\n= 3", 3), ("a = 1\n[a]\n", 2)],
)
def test_what_is_no_toml_is_told_with_a_line(text, line):
    fault = faults_of(text)
    assert abs(fault.faults[0].line - line) <= 1


def test_a_huge_or_deeply_nested_file_is_refused():
    assert "at most" in str(faults_of("# " + "x" * 5_000_000))
    assert "nested too deeply" in str(faults_of("x = " + "[" * 10_000 + "]" * 10_000))


def test_long_lists_of_faults_are_cut_short():
    many = [rule(f"r{number}", "minr", points=-1) for number in range(300)]
    fault = faults_of(book_text(*many))
    assert len(fault.faults) == 300
    assert str(fault).endswith("and 100 more")
