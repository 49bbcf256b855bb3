from datetime import date

import pytest

from creditaudit.rulebooks.kinds import (
    DATE,
    NUMBER,
    Kind,
    WrongLiteral,
    kind_of_column,
    read_literal,
    same_kind,
    shifted,
)
from creditaudit.vocabulary import load_vocabulary

MONEY, MONTHS, DAYS = Kind("money", "CNY"), Kind("duration", "months"), Kind("duration", "days")


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [
        ("10000 CNY", MONEY, 10_000.0),
        ("10,000.50 CNY", MONEY, 10_000.5),
        ("-5 CNY", MONEY, -5.0),
        (0, MONEY, 0.0),
        ("24 months", MONTHS, 24.0),
        ("2 years", MONTHS, 24.0),
        ("1 week", DAYS, 7.0),
        ("18 months", Kind("duration", "years"), 1.5),
        (3, Kind("count"), 3.0),
        ("30 %", Kind("share"), 0.3),
        ("2018-06-01", DATE, date(2018, 6, 1)),
        ("A", Kind("category", "", ("A", "B")), "A"),
        ("x", Kind("text"), "x"),
    ],
)
def test_a_literal_is_read_in_the_unit_of_what_it_is_set_against(value, kind, found):
    assert read_literal(value, kind) == found


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (100, MONEY, "has no unit"),
        ("100 EUR", MONEY, "money in EUR"),
        ("100 CNY per month", MONEY, "money in CNY per month"),
        ("10,00 CNY", MONEY, "is no money"),
        (3, MONTHS, '"6 months"'),
        ("30 days", MONTHS, "do not convert"),
        ("a while", MONTHS, "is no duration"),
        ("3", Kind("count"), "without quotes"),
        (1e16, Kind("count"), "between"),
        (float("nan"), NUMBER, "between"),
        ("2018-02-30", DATE, "is no date"),
        ("20180601", DATE, "is no date"),
        ("C", Kind("category", "", ("A", "B")), "levels: 'A', 'B'"),
        ("", Kind("text"), "is missing"),
        ("7", Kind("id"), "compared with nothing"),
        (True, Kind("count"), "stands alone"),
    ],
)
def test_a_wrong_literal_says_what_to_write(value, kind, said):
    with pytest.raises(WrongLiteral, match=said):
        read_literal(value, kind)


def test_kinds_go_together_in_one_unit_only():
    assert same_kind(MONEY, Kind("money", "CNY"))
    assert not same_kind(MONEY, Kind("money", "EUR"))
    assert not same_kind(MONEY, Kind("money", "CNY per month"))
    assert not same_kind(MONTHS, DAYS)
    assert not same_kind(MONEY, NUMBER)
    assert same_kind(Kind("count"), NUMBER)
    assert not same_kind(Kind("count"), Kind("share"))


@pytest.mark.parametrize(
    ("day", "text", "sign", "found"),
    [
        (date(2020, 2, 29), "1 year", 1, date(2021, 2, 28)),
        (date(2020, 3, 31), "1 month", -1, date(2020, 2, 29)),
        (date(2020, 12, 31), "2 months", 1, date(2021, 2, 28)),
        (date(2020, 1, 1), "1 day", -1, date(2019, 12, 31)),
        (date(2019, 12, 15), "1 month", 1, date(2020, 1, 15)),
    ],
)
def test_a_month_keeps_the_day_or_ends_with_its_last(day, text, sign, found):
    assert shifted(day, text, sign) == found


def test_a_day_outside_of_the_calendar_is_refused():
    with pytest.raises(WrongLiteral):
        shifted(date(9999, 12, 31), "1 month", 1)
    with pytest.raises(WrongLiteral, match="no whole number"):
        shifted(date(2020, 1, 1), "1.5 months", 1)


def test_every_column_of_the_vocabulary_has_a_kind():
    kinds = {name: kind_of_column(c, "CNY") for name, c in load_vocabulary().columns.items()}
    assert kinds["income"] == Kind("money", "CNY per month")
    assert kinds["age"] == Kind("duration", "years")
    assert kinds["employment"].levels[0] == "employed"
    assert str(kinds["overdue_amount"]) == "money in CNY"
