"""Terms in calendar units, by hand and against the calendar of the standard library."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.rulebooks.calendar_terms import term_after

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    ("day", "term", "after"),
    [
        ("2018-06-01", "24 months", "2020-06-01"),
        ("2018-06-01", "2 years", "2020-06-01"),
        ("2020-02-29", "1 year", "2021-02-28"),
        ("2024-01-31", "1 month", "2024-02-29"),
        ("2024-01-31", "3 months", "2024-04-30"),
        ("2024-03-04", "2 weeks", "2024-03-18"),
        ("2024-03-04", "10 days", "2024-03-14"),
        # 1 March 2024 was a Friday: the third working day after it is Wednesday.
        ("2024-03-01", "3 working days", "2024-03-06"),
        ("2024-03-02", "3 working days", "2024-03-06"),
    ],
)
def test_a_term_ends_where_the_calendar_says(day, term, after):
    assert str(term_after(day, term)) == after


def test_a_holiday_is_no_working_day():
    found = term_after("2024-03-01", "3 working days", holidays=["2024-03-05"])
    assert str(found) == "2024-03-07"


def test_what_has_not_begun_has_no_end():
    for term in ("2 years", "3 working days", "5 days"):
        assert np.isnat(term_after(["NaT", "2024-03-01"], term)).tolist() == [True, False]


@given(DAYS, st.integers(0, 60))
def test_months_keep_the_day_or_take_the_last_one(day, months):
    found = term_after(day, f"{months} months").item()
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (
        found.day < day.day and (found + timedelta(days=1)).month != found.month
    )


@given(DAYS, st.integers(1, 30))
def test_working_days_are_counted_one_by_one(day, number):
    here, left = day, number
    while left:
        here += timedelta(days=1)
        left -= here.weekday() < 5
    assert term_after(day, f"{number} working days").item() == here


def test_what_is_no_term_is_an_error():
    with pytest.raises(InputError, match="3 working days"):
        term_after("2024-03-01", "a while")
