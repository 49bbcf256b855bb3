"""What holds in all cases holds for all rows; a witness is a row."""

from datetime import date

import pytest
from hypothesis import given
from made_books import CONDITIONS, KINDS, ROWS, SCOPE, VALUES

from creditaudit.rulebooks.binding import Scope
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.evaluations import evaluated
from creditaudit.rulebooks.kinds import YES_NO
from creditaudit.rulebooks.lints.cases import MOST, Cases
from creditaudit.rulebooks.rows import uniform_row
from creditaudit.rulebooks.trees import And, Not
from creditaudit.vocabulary import Column

DOMAINS = {
    "debt": (0.0, float("inf")),
    "income": (0.0, float("inf")),
    "late": (0, float("inf")),
    "share": (0.0, 1.0),
    "age": (0, 120),
    "minor": (0, 1),
    "listed_on": (date(1900, 1, 1), date(2100, 12, 31)),
    "rating": ("A", "B", "it's"),
    "name": "a word",
    "person": "a number",
}


def column(name, **more):
    kind = KINDS[name]
    plain = {
        "name": name, "type": kind.name, "unit": kind.unit, "domain": DOMAINS[name],
        "missing": "not known", "sector": "bank", "purpose": "lending", "sensitivity": "low",
        "of": "person", "source": "own", "description": name,
        "decimals": {"count": 0, "duration": 0, "money": 2, "share": 4}.get(kind.name),
    }  # fmt: skip
    return Column(**(plain | more))


COLUMNS = {name: column(name) for name in KINDS}


def tree(text):
    return Condition.parse(text, SCOPE).at(VALUES).tree


def cases(*texts, **columns):
    trees = [tree(text) for text in texts]
    return Cases(trees, {**COLUMNS, **columns}), *trees


@pytest.mark.parametrize(
    "text",
    [
        "late > 5 and late < 3",
        "late > 2 and late < 3",
        "0 < late and late < 1",
        "share > 1",
        "debt > '500 CNY' and debt <= '500 CNY'",
        "rating == 'A' and rating == 'B'",
        "rating not in ['A', 'B', \"it's\"]",
        "minor and not minor",
        "listed_on > '2018-06-01' and listed_on < '2018-06-02'",
        "name == 'x' and name == 'y'",
        "late is missing and late > 0",
        "debt + income * 2 > '100 CNY' and debt is missing",
        "not (late > 2 or late <= 2 or late is missing)",
        "abs(late - 2) < 1 and not abs(late - 2) < 1",
    ],
)
def test_what_can_be_true_for_nobody_is_seen(text):
    # A sum of kinds that do not go together is no condition; use one that does.
    found, node = cases(text.replace("debt + income * 2 > '100 CNY'", "debt * 2 > '100 CNY'"))
    assert found.never(node)


@pytest.mark.parametrize(
    "text",
    [
        "late > 2 and late < 4",
        "share > 0.3 and share < 0.3001",
        "debt > '500 CNY' and debt < '500.01 CNY'",
        "abs(late - 2) < 1",
        "debt > '6 months' * income",
        "max(debt, '6 months' * income) < '100 CNY'",
        "listed_on > '2018-06-01' and listed_on < '2018-06-03'",
        "name != 'x' and name != 'y'",
        "late is missing",
    ],
)
def test_what_can_be_true_for_somebody_is_not_called_dead(text):
    found, node = cases(text)
    assert not found.never(node)


def test_a_condition_implies_another_for_all_rows_or_not():
    found, narrow, wide, other = cases("late > 5", "late >= 2", "late > 1 and minor")
    assert found.implies(narrow, wide)
    assert not found.implies(wide, narrow)
    assert not found.implies(narrow, other)
    assert found.implies(other, wide)


def test_whole_numbers_have_nothing_between_them():
    found, one, other = cases("late > 2", "late >= 3")
    assert found.implies(one, other)
    assert found.implies(other, one)
    found, one, other = cases("debt > '2 CNY'", "debt >= '3 CNY'")
    assert not found.implies(one, other)


def test_a_missing_value_makes_a_condition_unknown_and_not_false():
    found, one = cases("not (late > 2 or late <= 2)")
    assert found.never(one)
    found, one, both = cases("late <= 2", "not late > 2")
    assert found.implies(one, both)
    assert found.implies(both, one)
    assert not found.always(both)


def test_a_column_that_is_never_missing_is_always_on_one_side():
    sure = column("late", missing="never")
    found, node = cases("late > 2 or late <= 2", late=sure)
    assert found.always(node)
    found, node = cases("late is missing", late=sure)
    assert found.never(node)


def test_an_expression_of_several_columns_is_left_open():
    found, one, other = cases("debt > '6 months' * income", "'6 months' * income < debt")
    # The same in other words: only a solver could tell.
    assert not found.implies(one, other)
    found, one, both = cases("debt > '6 months' * income", "debt > '6 months' * income and minor")
    assert found.implies(both, one)


def test_a_witness_is_a_row_for_which_the_condition_is_true():
    found, node = cases("late > 2 and debt > '6 months' * income and rating == 'B'")
    row = found.witness(node)
    assert row["late"] == 3.0
    assert row["rating"] == "B"
    assert row["debt"] > 6 * row["income"]
    found, node = cases("late > 2 and late < 3")
    assert found.witness(node) is None


def test_levels_that_no_condition_tells_apart_are_one_case():
    levels = tuple(f"r{place}" for place in range(500))
    regions = column("rating", domain=levels)
    found, _ = cases("rating in ['A', 'B']", rating=regions)
    assert len(found.values["rating"]) == 2  # one level, and missing


def test_too_many_cases_are_told_and_not_looked_at():
    text = " and ".join(f"late != {place}" for place in range(40))
    found, _ = cases(f"{text} and share > 0.3 and age > '18 years' and debt > '1 CNY'")
    assert not found.too_many
    many = dict.fromkeys([f"c{place}" for place in range(30)], column("minor"))
    scope = Scope(dict.fromkeys(many, YES_NO))
    node = Condition.parse(" and ".join(many), scope).tree
    found = Cases([node], many)
    assert found.size > MOST
    assert found.too_many


@given(CONDITIONS, CONDITIONS, ROWS)
def test_what_is_said_of_all_cases_holds_for_every_row(one, other, rows):
    first, second = tree(one), tree(other)
    found = Cases([first, second], COLUMNS)
    if found.too_many:
        return
    never, always, implies = found.never(first), found.always(first), found.implies(first, second)
    for given_row in rows:
        row = uniform_row(given_row, KINDS)
        truth = evaluated(first, row)
        assert not (never and truth is True)
        assert not (always and truth is not True)
        assert not (implies and truth is True and evaluated(second, row) is not True)
    row = found.witness(And((first, Not(second))))
    if row is not None:
        assert not implies
        assert evaluated(first, row) is True
        assert evaluated(second, row) is False
