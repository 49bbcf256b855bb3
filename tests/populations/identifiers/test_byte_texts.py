"""Texts as bytes and back."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.populations.identifiers import byte_texts
from creditaudit.populations.identifiers.byte_texts import (
    as_texts,
    digits_of,
    number_of,
    of_width,
    trimmed_texts,
)

TEXTS = st.text(alphabet="AZ09é", min_size=0, max_size=4)


@given(st.lists(st.none() | TEXTS, max_size=20))
def test_texts_of_one_width_are_taken_out_whole_and_in_order(values: list[str | None]) -> None:
    signs, chosen = of_width(trimmed_texts(values), 3)
    wanted = [v for v in values if v is not None and len(v.upper().encode()) == 3]
    assert chosen.tolist() == [v is not None and len(v.encode()) == 3 for v in values]
    assert [bytes(column).decode() for column in signs.T] == wanted


@given(st.lists(st.text(alphabet="AZ09", min_size=3, max_size=3), max_size=20))
def test_bytes_become_the_texts_they_spell(values: list[str]) -> None:
    signs = np.frombuffer("".join(values).encode(), dtype=np.uint8).reshape(-1, 3).T
    assert as_texts(signs).to_pylist() == values


@given(st.lists(st.integers(0, 10**6 - 1), max_size=20), st.sampled_from([6, 9]))
def test_digits_spell_the_number(numbers: list[int], places: int) -> None:
    digits = digits_of(np.array(numbers, dtype=np.int64), places)
    assert number_of(digits).tolist() == numbers


def test_texts_too_many_for_short_offsets_get_long_ones(monkeypatch) -> None:
    monkeypatch.setattr(byte_texts, "_LARGEST", 5)
    signs = np.frombuffer(b"ABABAB", dtype=np.uint8).reshape(3, 2).T
    assert as_texts(signs).type == pa.large_string()
    assert as_texts(signs).to_pylist() == ["AB", "AB", "AB"]
    assert as_texts(signs[:, :2]).type == pa.string()


def test_signs_in_between_are_dropped_where_asked() -> None:
    assert trimmed_texts([" a-b c "], drop="- ").to_pylist() == ["ABC"]
    assert trimmed_texts([" a-b "]).to_pylist() == ["A-B"]
