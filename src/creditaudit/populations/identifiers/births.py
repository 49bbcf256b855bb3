"""Days of birth that fit an age, and the places of people born on the same day."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditaudit.errors import InputError

# Half of the sequence numbers 000 to 999: women have the even ones, men the odd ones.
SEQUENCES = 500
_DAY = "datetime64[D]"


def birth_dates(
    ages: NDArray[Any], uniforms: NDArray[np.floating], *, on: str
) -> NDArray[np.datetime64]:
    """Return a birth date for each person that gives the age on a day.

    Parameters
    ----------
    ages : array of int, length n
        Completed years.
    uniforms : array of float, length n
        In [0, 1): where in the year that fits.
    on : str
        The day, such as "2026-01-01".

    Raises
    ------
    InputError
        If ``on`` is no day.

    Notes
    -----
    Somebody born on 29 February completes a year on 1 March where the year has no such day.
    """
    try:
        day = np.datetime64(on, "D")
    except ValueError as error:
        msg = f"on={on!r} is no day; write it as in on='2026-01-01'."
        raise InputError(msg) from error
    first, last = _same_day(day, ages + 1) + 1, _same_day(day, ages)
    span = (last - first).astype(np.int64) + 1
    ahead = np.minimum((uniforms * span).astype(np.int64), span - 1)
    return np.asarray(first + ahead.astype("timedelta64[D]"), dtype=_DAY)


def sequence_numbers(
    births: NDArray[np.datetime64], female: NDArray[Any], ids: NDArray[Any]
) -> NDArray[np.int64]:
    """Return how many people of the same birth date and sex have a smaller id.

    Parameters
    ----------
    births : array of datetime64, length n
    female : array of bool, length n
    ids : array of int, length n
        One of its own for each person. The order of rows does not matter, and adding people with
        larger ids changes nothing.

    Raises
    ------
    InputError
        If more than 500 people share a birth date and a sex: the standard has no more numbers in
        one region.
    """
    cells = births.astype(_DAY).astype(np.int64) * 2 + female.astype(np.int64)
    order = np.lexsort((ids, cells))
    ordered = cells[order]
    found = np.empty(len(cells), dtype=np.int64)
    found[order] = np.arange(len(cells)) - np.searchsorted(ordered, ordered, side="left")
    if len(found) and found.max() >= SEQUENCES:
        msg = (
            f"{found.max() + 1:,} people share a birth date and a sex; one region has numbers for "
            f"{SEQUENCES}. Make resident numbers for fewer people, or spread their birth dates."
        )
        raise InputError(msg)
    return found


def _same_day(day: np.datetime64, years: NDArray[Any]) -> NDArray[np.datetime64]:
    """Return the day so many years earlier; 28 February where that year has no 29th."""
    month = day.astype("datetime64[M]")
    then = (month - 12 * np.asarray(years, dtype=np.int64)).astype("datetime64[M]")
    of_month = (day - month.astype(_DAY)).astype(np.int64)
    longest = ((then + 1).astype(_DAY) - then.astype(_DAY)).astype(np.int64) - 1
    ahead = np.minimum(of_month, longest).astype("timedelta64[D]")
    return np.asarray(then.astype(_DAY) + ahead, dtype=_DAY)
