"""Unified social credit codes under GB 32100: made for no firm, and checked."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from creditaudit.populations.identifiers.byte_texts import (
    ZERO,
    Bytes,
    as_texts,
    digits_of,
    of_width,
    reasons,
    require_below,
    trimmed_texts,
    weighted,
)

FIRMS = 31**6
_SIGNS = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", dtype=np.uint8)
_WEIGHTS = 3 ** np.arange(17) % 31
_AUTHORITIES = np.frombuffer(b"123456789ANY", dtype=np.uint8)
_BODY_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_BODY_CHECKS = np.frombuffer(b"0123456789X", dtype=np.uint8)
_PLACES = np.full(256, 255, dtype=np.uint8)
_PLACES[_SIGNS] = np.arange(31)


def make_credit_codes(numbers: NDArray[Any], *, individual: Any = False) -> pa.Array:
    """Return unified social credit codes of firms that do not exist.

    Parameters
    ----------
    numbers : array of int, length n
        0 to 887,503,680, one of its own for each firm.
    individual : bool or array of bool, length n
        Whether it is the business of one person (entity type 2) and no company (1).

    Returns
    -------
    pyarrow array of n texts of 18 signs
        Authority 9, entity type, region 999999, organisation code with its own check character,
        check character.

    Raises
    ------
    InputError
        If a number is out of range.

    Notes
    -----
    Organisation code: ``11 - sum(w_i c_i) mod 11`` with A = 10 to Z = 35; 10 is written X and 11
    is written 0. Whole code: ``(31 - sum(3^i c_i mod 31) mod 31) mod 31`` over 31 signs, without
    I, O, S, V and Z.

    References
    ----------
    GB 32100-2015, Unified social credit identifier. GB 11714-1997, Organisation codes.
    """
    require_below(numbers, FIRMS, "firms", "Number them from 0.")
    n = len(numbers)
    signs = np.empty((18, n), dtype=np.uint8)
    signs[0] = ord("9")
    signs[1] = np.where(np.asarray(individual, dtype=bool), ord("2"), ord("1"))
    signs[2:8] = ord("9")
    signs[8], signs[9] = ord("M"), ord("A")
    signs[10:16] = _SIGNS[digits_of(numbers, 6, base=31)]
    signs[16] = _body_check(signs[8:16])
    signs[17] = _code_check(_PLACES[signs])
    return as_texts(signs)


def check_credit_codes(values: Any, *, synthetic: bool = False) -> "pd.Series[str]":
    """Return what is wrong with each unified social credit code, "" where nothing is.

    Parameters
    ----------
    values : pyarrow array, pandas.Series or sequence of str
        Blanks, hyphens and small letters are read as they are meant.
    synthetic : bool
        True also refuses every region but 999999.

    Returns
    -------
    pandas.Series of str, length n
        "", "missing", "not 18 signs", "a sign that no code has", "no such authority", "region not
        in digits", "wrong check character of the organisation code", "wrong check character", or,
        if asked, "names a region".

    Notes
    -----
    python-stdnum 2.2 reads the first eight signs as digits only and so refuses the codes of
    authorities A, N and Y, and does not check the inner character or the authority:
    ``000000000000000000`` passes there and not here. Neither checks which entity types an
    authority registers. The list of authorities is from memory of the standard and its amendment.
    """
    texts = trimmed_texts(values, drop=" -")
    signs, whole = of_width(texts, 18)
    places = _PLACES[signs]
    ok = (places < 31).all(axis=0)
    safe = np.where(ok, places, 0)
    wrong = np.where(_code_check(safe) != signs[17], "wrong check character", "")
    wrong = wrong.astype("U48")
    inner = _body_check(np.where(ok, signs[8:16], ZERO)) != signs[16]
    wrong[inner] = "wrong check character of the organisation code"
    if synthetic:
        wrong[(signs[2:8] != ord("9")).any(axis=0)] = "names a region"
    wrong[(safe[2:8] > 9).any(axis=0)] = "region not in digits"
    wrong[~np.isin(signs[0], _AUTHORITIES)] = "no such authority"
    return reasons(texts, whole, np.where(ok, wrong, "a sign that no code has"), "not 18 signs")


def _body_check(signs: Bytes) -> Bytes:
    values = np.where(signs <= ord("9"), signs - ZERO, signs - (ord("A") - 10))
    return _BODY_CHECKS[(11 - weighted(values, _BODY_WEIGHTS) % 11) % 11]


def _code_check(places: NDArray[Any]) -> Bytes:
    return _SIGNS[(31 - weighted(places[:17], _WEIGHTS) % 31) % 31]
