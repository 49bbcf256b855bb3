"""Resident numbers under GB 11643: made for nobody, and checked."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.populations.identifiers.births import SEQUENCES
from creditaudit.populations.identifiers.byte_texts import (
    ZERO,
    Bytes,
    as_texts,
    digits_of,
    number_of,
    of_width,
    reasons,
    require_below,
    trimmed_texts,
    weighted,
)

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_DAY = "datetime64[D]"


def make_resident_ids(
    births: NDArray[np.datetime64], female: NDArray[Any], sequence: NDArray[Any]
) -> pa.Array:
    """Return resident numbers of people who do not exist.

    Parameters
    ----------
    births : array of datetime64, length n
        From year 1000 to 9999.
    female : array of bool, length n
        Women have even sequence numbers, men odd ones.
    sequence : array of int, length n
        0 to 499, see `sequence_numbers`.

    Returns
    -------
    pyarrow array of n texts of 18 signs
        Region 999999, birth date, sequence number, check character.

    Raises
    ------
    InputError
        If a sequence number or a year is out of range.

    Notes
    -----
    ISO 7064 MOD 11-2: with places i counted from the right, the sum of ``a_i 2^(i-1)`` leaves 1
    when divided by 11; a check of 10 is written X.

    References
    ----------
    GB 11643-1999, Citizen identification number.
    """
    require_below(sequence, SEQUENCES, "sequence numbers", "See sequence_numbers().")
    days = births.astype(_DAY)
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    months = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    of_month = (days - days.astype("datetime64[M]").astype(_DAY)).astype(np.int64) + 1
    if len(years) and not (years.min() >= 1000 and years.max() <= 9999):
        msg = "A resident number has four digits for the year of birth: 1000 to 9999."
        raise InputError(msg)
    digits = np.empty((18, len(days)), dtype=np.uint8)
    digits[:6] = 9
    digits[6:14] = digits_of(years * 10_000 + months * 100 + of_month, 8)
    digits[14:17] = digits_of(2 * np.asarray(sequence) + (1 - female.astype(np.int64)), 3)
    signs = digits + np.uint8(ZERO)
    signs[17] = _resident_check(digits)
    return as_texts(signs)


def check_resident_ids(values: Any, *, synthetic: bool = False) -> "pd.Series[str]":
    """Return what is wrong with each resident number, "" where nothing is.

    Parameters
    ----------
    values : pyarrow array, pandas.Series or sequence of str
        White space around a number and a small x are read as they are meant.
    synthetic : bool
        True also refuses every region but 999999.

    Returns
    -------
    pandas.Series of str, length n
        "", "missing", "an old number of 15 digits", "not 18 signs", "not 17 digits and a check
        character", "no such day of birth", "wrong check character", or, if asked, "names a region".

    Notes
    -----
    python-stdnum 2.2 also looks the region up and so refuses 999999; neither it nor this function
    refuses a day of birth in the future. Region codes are not looked up here: the table changes.
    """
    texts = trimmed_texts(values)
    signs, whole = of_width(texts, 18)
    digits = signs - np.uint8(ZERO)
    ok = (digits[:17] <= 9).all(axis=0) & ((digits[17] <= 9) | (signs[17] == ord("X")))
    safe = np.where(ok, digits[:17], 0)
    wrong = np.where(_resident_check(safe) != signs[17], "wrong check character", "")
    if synthetic:
        wrong[(safe[:6] != 9).any(axis=0)] = "names a region"
    wrong[~_is_day(number_of(safe[6:14]))] = "no such day of birth"
    wrong = np.where(ok, wrong, "not 17 digits and a check character")
    found = reasons(texts, whole, wrong, "not 18 signs")
    old, short = of_width(texts, 15)
    short[short] = (old - np.uint8(ZERO) <= 9).all(axis=0)
    found[short] = "an old number of 15 digits"
    return found


def _resident_check(digits: NDArray[Any]) -> Bytes:
    return _CHECKS[weighted(digits[:17], _WEIGHTS) % 11]


def _is_day(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of the numbers yyyymmdd are days of the calendar, from year 1 on."""
    years, months, days = numbers // 10_000, numbers // 100 % 100, numbers % 100
    known = (years >= 1) & (months >= 1) & (months <= 12)
    first = np.where(known, (years - 1970) * 12 + months - 1, 0).astype("datetime64[M]")
    longest = ((first + 1).astype(_DAY) - first.astype(_DAY)).astype(np.int64)
    return np.asarray(known & (days >= 1) & (days <= longest))
