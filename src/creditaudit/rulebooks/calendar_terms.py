"""Terms of calendar months, days and working days, on many days at once."""

from typing import Any

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.rulebooks.readers import read_term
from creditaudit.rulebooks.shapes import Unreadable

Days = npt.NDArray[np.datetime64]
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
NEVER = np.datetime64("NaT", "D")


def term_after(days: npt.ArrayLike, term: str, *, holidays: Any = ()) -> Days:
    """Return the day on which a term that begins on a day is over.

    Parameters
    ----------
    days : array of days
        NaT stays NaT.
    term : str
        Such as "24 months", "2 weeks" or "3 working days".
    holidays : array-like of days, optional
        Days from Monday to Friday that are no working days.

    Returns
    -------
    array of datetime64[D]
        The first day after the term.

    Raises
    ------
    InputError
        If the term cannot be read.

    Notes
    -----
    Months end on the same day of a later month, or on its last day where it has no such day:
    29 February and 24 months give 28 February. Working days are Monday to Friday; the day itself
    is not counted. Laws differ by a day on whether the first or the last day counts.
    """
    try:
        number, unit = read_term(term)
    except Unreadable as error:
        raise InputError(str(error)) from error
    given = np.asarray(days, dtype="datetime64[D]")
    if unit in _DAYS:
        return np.asarray(given + np.timedelta64(number * _DAYS[unit], "D"), "datetime64[D]")
    if unit in _MONTHS:
        return months_after(given, number * _MONTHS[unit])
    found = np.full(given.shape, NEVER)
    known = ~np.isnat(given)
    closed = np.asarray(list(holidays), dtype="datetime64[D]")
    found[known] = np.busday_offset(given[known], number, roll="backward", holidays=closed)
    return found


def months_after(days: Days, months: int) -> Days:
    """Return the same day so many months later, or earlier, or the last of a shorter month."""
    first = days.astype("datetime64[M]")
    day_of_month = (days - first.astype("datetime64[D]")).astype(np.int64)
    aim = first + np.timedelta64(months, "M")
    last = (aim + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    same = aim.astype("datetime64[D]") + np.where(np.isnat(days), 0, day_of_month)
    return np.where(np.isnat(days), NEVER, np.minimum(same, last))
