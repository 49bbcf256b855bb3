import pytest

from creditaudit.pages.number_rows import (
    hundredths,
    kind_words,
    number,
    number_row,
    number_table,
    percent,
    two_digits,
)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(1, 1.0), (-0.5, -0.5), (True, None), ("1", None), (None, None), (float("nan"), None),
     (float("inf"), None), (10**400, None), ([1], None)],
)  # fmt: skip
def test_only_finite_numbers_are_numbers(cell, expected):
    assert number(cell) == expected


def test_a_range_that_is_a_point_is_not_said():
    assert number_row("a", {"value": 1, "low": 1, "high": 1}, hundredths).words == "1.00"
    assert number_row("a", {"value": 1, "low": 0, "high": None}, hundredths).ends is None


def test_a_range_the_wrong_way_round_is_no_number():
    assert number_row("a", {"value": 1, "low": 2, "high": 1}, hundredths) is None


def test_a_share_lies_between_none_and_all():
    assert number_row("a", {"value": 1.5}, percent) is None
    assert number_row("a", {"value": 0.5, "low": -0.1, "high": 1}, percent) is None
    assert number_row("a", {"value": 1.5}, hundredths).words == "1.50"


def test_a_kind_nobody_knows_is_an_estimate():
    assert number_row("a", {"value": 1, "kind": "guess"}, hundredths).kind == "estimate"
    assert number_row("a", {"value": 1, "kind": 7}, hundredths).kind == "estimate"


def test_captions_name_the_kinds_that_are_there():
    rows = [number_row("a", {"value": 1, "kind": "sweep"}, hundredths)]
    assert kind_words(rows).startswith("■")
    assert "●" not in kind_words(rows)


def test_the_table_counts_people_where_they_are_counted():
    rows = [number_row("a", {"value": 1, "n": 2000}, hundredths)]
    assert number_table(rows, ("A", "B", "N"), 9)["rows"] == [["a", "1.00", "estimate", "2,000"]]
    assert number_table(rows, ("A", "B"), 9)["rows"] == [["a", "1.00", "estimate"]]


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (0.0266, "0.027"), (9.96, "10"), (1234.5, "1,234")]
)
def test_two_digits_tell_a_size(value, words):
    assert two_digits(value) == words
