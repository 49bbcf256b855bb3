"""Nine-digit numbers in the form of US ones, in ranges that were never issued."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from creditaudit.populations.identifiers.byte_texts import (
    ZERO,
    as_texts,
    digits_of,
    number_of,
    of_width,
    reasons,
    require_below,
    trimmed_texts,
)

EMPLOYERS = 10**7
_AREA = 10**6
_SERIALS = 10**4
# First the areas 000 and 666 with every group and serial, then group 00 of all other areas.
TAXPAYERS = 2 * _AREA + 998 * _SERIALS


def make_taxpayer_ids(numbers: NDArray[Any]) -> pa.Array:
    """Return nine-digit numbers in the form of US social security numbers, none ever issued.

    Parameters
    ----------
    numbers : array of int, length n
        0 to 11,979,999, one of its own for each person.

    Raises
    ------
    InputError
        If a number is out of range.

    References
    ----------
    Social Security Administration, Social Security Number Randomization: areas 000, 666 and 900
    to 999, group 00 and serial 0000 are not assigned. Areas from 900 on serve other numbers.
    """
    require_below(numbers, TAXPAYERS, "people", "Number them from 0.")
    plain = np.asarray(numbers, dtype=np.int64)
    rest = np.maximum(plain - 2 * _AREA, 0)
    areas = 1 + rest // _SERIALS
    areas += areas >= 666
    whole = np.where(
        plain < 2 * _AREA,
        plain // _AREA * 666 * _AREA + plain % _AREA,
        areas * _AREA + rest % _SERIALS,
    )
    return as_texts(digits_of(whole, 9) + np.uint8(ZERO))


def make_employer_numbers(numbers: NDArray[Any]) -> pa.Array:
    """Return nine-digit numbers in the form of US employer numbers, with the prefix 00.

    Parameters
    ----------
    numbers : array of int, length n
        0 to 9,999,999, one of its own for each firm.

    Raises
    ------
    InputError
        If a number is out of range.

    References
    ----------
    Internal Revenue Service, How EINs are assigned and valid EIN prefixes: 00 is none.
    """
    require_below(numbers, EMPLOYERS, "firms", "Number them from 0.")
    return as_texts(digits_of(numbers, 9) + np.uint8(ZERO))


def check_taxpayer_ids(values: Any) -> "pd.Series[str]":
    """Return what is wrong with each nine-digit number, "" where it can be nobody's.

    Returns
    -------
    pandas.Series of str, length n
        "", "missing", "not nine digits", "may have been issued".
    """
    texts = trimmed_texts(values, drop=" -")
    signs, whole = of_width(texts, 9)
    digits = signs - np.uint8(ZERO)
    area = number_of(digits[:3])
    free = (area == 0) | (area == 666)
    free |= (number_of(digits[3:5]) == 0) | (number_of(digits[5:]) == 0)
    wrong = np.where(free, "", "may have been issued")
    ok = (digits <= 9).all(axis=0)
    return reasons(texts, whole, np.where(ok, wrong, "not nine digits"), "not nine digits")


def check_employer_numbers(values: Any) -> "pd.Series[str]":
    """Return what is wrong with each employer number, "" where it can be no firm's.

    Returns
    -------
    pandas.Series of str, length n
        "", "missing", "not nine digits", "may have been issued".
    """
    texts = trimmed_texts(values, drop=" -")
    signs, whole = of_width(texts, 9)
    digits = signs - np.uint8(ZERO)
    wrong = np.where((digits[:2] == 0).all(axis=0), "", "may have been issued")
    ok = (digits <= 9).all(axis=0)
    return reasons(texts, whole, np.where(ok, wrong, "not nine digits"), "not nine digits")
