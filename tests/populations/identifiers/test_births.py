"""Days of birth that fit an age, and numbers for people born on the same day."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.populations.identifiers import birth_dates, sequence_numbers


def completed_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@given(
    st.integers(0, 110),
    st.floats(0, 1, exclude_max=True),
    st.dates(date(1950, 1, 1), date(2050, 12, 31)),
)
def test_the_date_gives_the_age(age: int, uniform: float, on: date) -> None:
    (born,) = birth_dates(np.array([age]), np.array([uniform]), on=str(on)).tolist()
    assert completed_years(born, on) == age


def test_all_days_that_fit_are_reached_and_no_others() -> None:
    uniforms = (np.arange(365) + 0.5) / 365
    born = birth_dates(np.full(365, 30), uniforms, on="2026-07-01")
    assert np.array_equal(born, np.arange("1995-07-02", "1996-07-02", dtype="datetime64[D]")[
        np.floor(uniforms * 366).astype(int)
    ])  # fmt: skip
    edges = birth_dates(np.array([30, 30]), np.array([0, np.nextafter(1, 0)]), on="2026-07-01")
    assert edges.astype(str).tolist() == ["1995-07-02", "1996-07-01"]


def test_a_leap_day_belongs_to_the_year_that_ends_on_the_first_of_march() -> None:
    last = np.array([np.nextafter(1, 0)])
    assert str(birth_dates(np.array([1]), last, on="2025-02-28")[0]) == "2024-02-28"
    assert str(birth_dates(np.array([0]), np.array([0.0]), on="2025-02-28")[0]) == "2024-02-29"
    assert str(birth_dates(np.array([1]), last, on="2025-03-01")[0]) == "2024-03-01"


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="on='soon' is no day"):
        birth_dates(np.array([1]), np.array([0.5]), on="soon")


def test_people_born_on_one_day_are_counted_by_id_and_sex() -> None:
    births = np.array(["1990-01-01"] * 5 + ["1990-01-02"], dtype="datetime64[D]")
    female = np.array([True, False, True, True, False, True])
    ids = np.array([9, 4, 2, 5, 1, 3])
    assert sequence_numbers(births, female, ids).tolist() == [2, 1, 0, 1, 0, 0]


@given(st.data())
def test_order_and_later_people_change_nobody_s_number(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 40))
    days = data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    births = np.datetime64("1990-01-01") + np.array(days, dtype="timedelta64[D]")
    female = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    ids = np.arange(n)
    whole = sequence_numbers(births, female, ids)
    order = np.array(data.draw(st.permutations(range(n))))
    assert (sequence_numbers(births[order], female[order], ids[order]) == whole[order]).all()
    part = data.draw(st.integers(0, n))
    assert (sequence_numbers(births[:part], female[:part], ids[:part]) == whole[:part]).all()


def test_more_people_than_numbers_are_refused() -> None:
    births = np.full(501, np.datetime64("1990-01-01"))
    with pytest.raises(InputError, match="501 people share a birth date and a sex"):
        sequence_numbers(births, np.ones(501, dtype=bool), np.arange(501))
    assert sequence_numbers(births[1:], np.ones(500, dtype=bool), np.arange(500)).max() == 499
