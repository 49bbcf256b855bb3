"""Resident numbers: the standard's example, and every single slip of a pen."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.populations.identifiers import check_resident_ids, make_resident_ids

WRONG = "wrong check character"


def made(born: str, female: bool, sequence: int) -> str:
    births = np.array([born], dtype="datetime64[D]")
    (text,) = make_resident_ids(births, np.array([female]), np.array([sequence])).to_pylist()
    return str(text)


def check_sign(digits: str) -> str:
    """The standard's own formula, digit by digit."""
    total = sum(int(d) * 2 ** (18 - place) for place, d in enumerate(digits, start=1))
    return "10X98765432"[total % 11]


# The example of the standard, and what is wrong with numbers near it.
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("11010519491231002X", ""),
        ("11010519491231002x", ""),
        (" 11010519491231002X\n", ""),
        ("110105194912310021", WRONG),
        ("999999199101010072", ""),
        ("110105199102300025", "no such day of birth"),
        ("11010519910001002" + check_sign("11010519910001002"), "no such day of birth"),
        ("11010500000101002" + check_sign("11010500000101002"), "no such day of birth"),
        ("110105491231002", "an old number of 15 digits"),
        ("11010549123100X", "not 18 signs"),
        ("1101051949123100", "not 18 signs"),
        ("", "not 18 signs"),
        ("1101051949123100X2", "not 17 digits and a check character"),
        ("é10105194912310021", "not 18 signs"),
        ("éé0105194912310X", "not 17 digits and a check character"),
        (None, "missing"),
    ],
)
def test_reasons_by_hand(number: str | None, reason: str) -> None:
    assert check_resident_ids([number]).tolist() == [reason]


def test_a_region_is_refused_where_only_made_numbers_belong() -> None:
    both = ["11010519491231002X", "999999199101010072"]
    assert check_resident_ids(both).tolist() == ["", ""]
    assert check_resident_ids(both, synthetic=True).tolist() == ["names a region", ""]


@given(
    st.dates(date(1000, 1, 1), date(9999, 12, 31)), st.booleans(), st.integers(0, 499)
)  # fmt: skip
def test_a_made_number_is_right_and_says_what_it_was_made_from(
    born: date, female: bool, sequence: int
) -> None:
    number = made(str(born), female, sequence)
    assert check_resident_ids([number], synthetic=True).tolist() == [""]
    assert number[:6] == "999999"
    assert number[6:14] == born.strftime("%Y%m%d").zfill(8)
    assert int(number[16]) % 2 == (0 if female else 1)
    assert int(number[14:17]) // 2 == sequence
    assert number[17] == check_sign(number[:17])


@given(
    st.dates(date(1900, 1, 1), date(2030, 12, 31)), st.booleans(), st.integers(0, 499)
)  # fmt: skip
def test_every_wrong_sign_and_every_swap_of_neighbours_is_found(
    born: date, female: bool, sequence: int
) -> None:
    right = made(str(born), female, sequence)
    slips = {
        right[:place] + sign + right[place + 1 :]
        for place in range(18)
        for sign in ("0123456789X" if place == 17 else "0123456789")
    }
    slips |= {right[:p] + right[p + 1] + right[p] + right[p + 2 :] for p in range(17)}
    assert (check_resident_ids(sorted(slips - {right})) != "").all()


def test_distinct_people_get_distinct_numbers() -> None:
    births = np.datetime64("1990-01-01") + np.arange(20).repeat(1000).astype("timedelta64[D]")
    female = np.tile(np.arange(1000) < 500, 20)
    numbers = make_resident_ids(births, female, np.tile(np.arange(500), 40))
    assert len(set(numbers.to_pylist())) == 20_000


@pytest.mark.parametrize("sequence", [-1, 500])
def test_a_sequence_number_out_of_range_is_refused(sequence: int) -> None:
    with pytest.raises(InputError, match="500 sequence numbers"):
        made("1990-01-01", True, sequence)


@pytest.mark.parametrize("born", ["0999-12-31", "10000-01-01"])
def test_a_year_without_four_digits_is_refused(born: str) -> None:
    with pytest.raises(InputError, match="four digits for the year"):
        made(born, True, 0)


@pytest.mark.parametrize(
    "wrap",
    [list, pd.Series, pa.array, lambda v: pa.chunked_array([v[:1], v[1:]]), lambda v: np.array(v)],
    ids=["list", "pandas", "arrow", "chunks", "numpy"],
)
def test_any_column_of_texts_is_read(wrap) -> None:
    values = wrap(["11010519491231002X", "110105194912310021"])
    assert check_resident_ids(values).tolist() == ["", WRONG]


def test_a_slice_of_an_arrow_array_is_read_from_its_own_start() -> None:
    values = pa.array(["x", "11010519491231002X", "110105194912310021"])[1:]
    assert check_resident_ids(values).tolist() == ["", WRONG]


def test_no_numbers_give_no_reasons() -> None:
    assert check_resident_ids([]).tolist() == []
    nobody = np.array([], dtype="datetime64[D]")
    assert make_resident_ids(nobody, np.array([], dtype=bool), np.array([], int)).to_pylist() == []


def test_missing_and_unreadable_values_keep_their_places() -> None:
    values = [None, "11010519491231002X", "short", None, "999999199101010072"]
    assert check_resident_ids(values).tolist() == ["missing", "", "not 18 signs", "missing", ""]
