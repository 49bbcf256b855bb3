from datetime import date

import pytest
from made_books import book_text, rule, with_header

from creditaudit.errors import InputError
from creditaudit.rulebooks import Rulebook, RulebookScorer

LIMIT = {
    "limit": {
        "type": "count",
        "label": "Cards that are too many",
        "values": [
            {"from": date(2016, 1, 1), "value": 3},
            {"from": date(2020, 7, 1), "mild": 6, "strict": 5},
        ],
    }
}
RULES = [
    rule("cards", "cards >= $limit", points=-10),
    rule("early", "minor", points=-20, effective={"to": date(2017, 12, 31)}),
    rule("late", "minor", points=-30, effective={"from": date(2018, 1, 1)}),
]
BOOK = Rulebook.from_toml(book_text(*RULES, parameters=LIMIT))


def points(as_of, reading=None, **row):
    return RulebookScorer(BOOK, as_of=as_of, reading=reading).trace(row).points


def test_the_day_chooses_rules_and_values():
    assert points("2016-01-01", "mild", cards=4, minor=True) == 970
    assert points("2017-12-31", "mild", cards=4, minor=True) == 970
    assert points("2018-01-01", "mild", cards=4, minor=True) == 960
    assert points("2020-06-30", "mild", cards=5, minor=False) == 990
    assert points("2020-07-01", "mild", cards=5, minor=False) == 1000
    assert points("2020-07-01", "strict", cards=5, minor=False) == 990


def test_changes_are_the_days_on_which_anything_changes():
    assert BOOK.changes == (date(2016, 1, 1), date(2018, 1, 1), date(2020, 7, 1))


def test_the_last_version_is_the_default_and_is_told():
    scorer = RulebookScorer(BOOK, reading="mild")
    assert scorer.as_of == date(2020, 7, 1)
    assert "as of 2020-07-01" in repr(scorer)
    assert "as of 2020-07-01" in str(scorer.trace({"cards": 9}))


def test_a_version_that_lies_ahead_is_not_in_force_yet():
    rules = [
        rule("now", "minor", points=-1),
        rule("ahead", "minor", points=-2, effective={"from": date(2999, 1, 1)}),
    ]
    book = Rulebook.from_toml(book_text(*rules))
    assert RulebookScorer(book).as_of == date(2016, 1, 1)
    assert RulebookScorer(book, as_of="2999-01-01").trace({"minor": 1}).points == 997


def test_a_day_out_of_force_is_refused():
    book = Rulebook.from_toml(
        book_text(rule("a", "minor", points=-1), book=with_header(repealed=date(2019, 1, 1)))
    )
    assert RulebookScorer(book, as_of="2018-12-31").as_of == date(2018, 12, 31)
    assert RulebookScorer(book).as_of == date(2016, 1, 1)
    for day in ("2015-12-31", "2019-01-01"):
        with pytest.raises(InputError, match="was not in force"):
            RulebookScorer(book, as_of=day)
    for day in ("soon", "2018-13-01", 7):
        with pytest.raises(InputError, match="no day"):
            RulebookScorer(book, as_of=day)


def test_a_book_of_unknown_dates_is_read_as_it_was_looked_at():
    book = Rulebook.from_toml(
        book_text(rule("a", "minor", points=-1), book=with_header(in_force=None))
    )
    assert RulebookScorer(book).as_of == date(2026, 11, 22)
    assert RulebookScorer(book, as_of="1990-01-01").as_of == date(1990, 1, 1)


def test_part_of_a_date_is_its_first_day():
    book = Rulebook.from_toml(
        book_text(rule("a", "minor", points=-1), book=with_header(in_force="2016-05"))
    )
    assert book.header.in_force == date(2016, 5, 1)
    assert 'in_force = "2016-05"' in book.to_toml()


def test_a_parameter_without_a_value_on_the_day_is_told():
    late = {"limit": {**LIMIT["limit"], "values": LIMIT["limit"]["values"][1:]}}
    book = Rulebook.from_toml(book_text(RULES[0], parameters=late))
    with pytest.raises(InputError, match="no value on 2016-01-01"):
        RulebookScorer(book, as_of="2016-01-01", reading="mild")


def test_a_reading_is_asked_for_only_where_the_version_leaves_room():
    rules = [
        rule("open", "minor", points=[-50, -5], effective={"from": date(2018, 1, 1)}),
        rule("plain", "minor", points=-1),
    ]
    book = Rulebook.from_toml(book_text(*rules))
    assert RulebookScorer(book, as_of="2017-01-01").trace({"minor": 1}).points == 999
    with pytest.raises(InputError, match=r"leaves room for readings \(open\)"):
        RulebookScorer(book)
    assert RulebookScorer(book, reading="mild").trace({"minor": 1}).points == 994
    assert RulebookScorer(book, reading="strict").trace({"minor": 1}).points == 949
    with pytest.raises(InputError, match="no middle"):
        RulebookScorer(book, reading="middle")
