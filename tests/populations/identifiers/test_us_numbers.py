"""Numbers in the form of US ones that nobody can have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.populations.identifiers import (
    check_employer_numbers,
    check_taxpayer_ids,
    make_employer_numbers,
    make_taxpayer_ids,
)

MOST = 11_980_000


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "000000000"),
        (999_999, "000999999"),
        (1_000_000, "666000000"),
        (1_999_999, "666999999"),
        (2_000_000, "001000000"),
        (2_000_000 + 665 * 10_000 - 1, "665009999"),
        (2_000_000 + 665 * 10_000, "667000000"),
        (MOST - 1, "999009999"),
    ],
)
def test_taxpayer_numbers_by_hand(number: int, text: str) -> None:
    assert make_taxpayer_ids(np.array([number])).to_pylist() == [text]


@given(st.lists(st.integers(0, MOST - 1), unique=True, min_size=1, max_size=50))
def test_made_taxpayer_numbers_are_distinct_and_nobody_s(numbers: list[int]) -> None:
    texts = make_taxpayer_ids(np.array(numbers))
    assert len(set(texts.to_pylist())) == len(numbers)
    assert (check_taxpayer_ids(texts) == "").all()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("000-12-3456", ""),
        ("666123456", ""),
        ("123-00-4567", ""),
        ("123-45-0000", ""),
        ("900-70-0001", "may have been issued"),
        ("123-45-6789", "may have been issued"),
        ("12345678", "not nine digits"),
        ("12345678A", "not nine digits"),
        (None, "missing"),
    ],
)
def test_reasons_for_taxpayer_numbers(text: str | None, reason: str) -> None:
    assert check_taxpayer_ids([text]).tolist() == [reason]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("00-0000001", ""),
        ("04-2103594", "may have been issued"),
        ("00000001", "not nine digits"),
        ("00-00000O1", "not nine digits"),
        (None, "missing"),
    ],
)
def test_reasons_for_employer_numbers(text: str | None, reason: str) -> None:
    assert check_employer_numbers([text]).tolist() == [reason]


def test_made_employer_numbers_are_distinct_and_no_firm_s() -> None:
    numbers = np.arange(0, 10**7, 997)
    texts = make_employer_numbers(numbers)
    assert len(set(texts.to_pylist())) == len(numbers)
    assert (check_employer_numbers(texts) == "").all()


def test_more_people_or_firms_than_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="11,980,000 people"):
        make_taxpayer_ids(np.array([MOST]))
    with pytest.raises(InputError, match="10,000,000 firms"):
        make_employer_numbers(np.array([10**7]))
