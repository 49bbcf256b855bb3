"""Columns that single people out together, as small whole numbers, and how each was cut."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.values import Codes

Dates = Literal["day", "month", "year"]
Band = int | Dates | Literal["exact"] | Sequence[float]
Bands = Mapping[str, Band]
BANDS = 20
# Made of a column where a table does not have them: a list often holds the year of birth alone.
DERIVED: Mapping[str, tuple[str, str]] = {
    "birth_year": ("birth_date", "year"),
    "birth_month": ("birth_date", "month"),
    "surname": ("person_name", "first word"),
    "given_name": ("person_name", "last word"),
}
_DATE_UNITS = {"day": "D", "month": "M", "year": "Y"}
# Whole numbers over no wider a span than this are counted from the least of them.
_SPAN = 1 << 24


@dataclass(frozen=True, eq=False)
class QuasiIdentifier:
    """One column of a table as whole numbers.

    Attributes
    ----------
    name : str
    codes : int array of shape (n,)
        0 for missing, which is a value like any other: it tells people apart too.
    levels : int
        Codes are smaller than this.
    how : str
        How values were told apart, in words: "as they are", "20 bands of about as many people".
    """

    name: str
    codes: Codes
    levels: int
    how: str


def quasi_identifier(
    frame: pd.DataFrame, name: str, band: Band | None = None
) -> QuasiIdentifier:  # fmt: skip
    """Return one column as whole numbers.

    Parameters
    ----------
    frame : DataFrame
    name : str
        A column, or one of `DERIVED`.
    band : int, "exact", "day", "month", "year" or increasing numbers, optional
        Into how many bands of about as many people; at which edges, [a, b); or values as they
        are. By default numbers with a fraction are cut into 20 bands and all else is kept as it
        is, dates by day.

    Raises
    ------
    MissingColumn
        If the frame has no such column.
    InputError
        For a band that does not fit the column.
    """
    column = _column(frame, name)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _dates(column, name, "day" if band in (None, "exact") else band)
    if band in get_args(Dates):
        raise _unfit(name, band, "no dates")
    number = pd.api.types.is_numeric_dtype(column.dtype)
    if band is None and number and _whole(column):
        band = "exact"
    if number and band != "exact":
        return _banded(column, name, BANDS if band is None else band)
    if band not in (None, "exact"):
        raise _unfit(name, band, "no numbers")
    codes, levels = _plain(column)
    return QuasiIdentifier(name, codes, levels, "as they are")


def named_columns(frame: pd.DataFrame, names: Iterable[str]) -> list[str]:
    """Return names that the frame has or that can be made of it.

    Raises
    ------
    MissingColumn
        If one cannot.
    """
    names = list(names)
    missing = [
        one for one in names
        if one not in frame.columns and DERIVED.get(one, ("",))[0] not in frame.columns
    ]  # fmt: skip
    if missing:
        fix = f"Name columns of the table, or one of {', '.join(DERIVED)} where it can be made."
        raise MissingColumn.of(missing, frame.columns, fix)
    return names


def _column(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    named_columns(frame, [name])
    if name in frame.columns:
        return frame[name]
    source, part = DERIVED[name]
    column = frame[source]
    if part in _DATE_UNITS:
        unit = _DATE_UNITS[part]
        days = column.to_numpy().astype("datetime64[D]").astype(f"datetime64[{unit}]")
        return pd.Series(days.astype("datetime64[s]"), name=name)
    place = 0 if part == "first word" else 1
    codes, texts = column.factorize()
    words = [str(text).partition(" ")[2 * place] for text in texts]
    return pd.Series(pd.Categorical.from_codes(*_merged(codes, words)), name=name)


def _merged(codes: Codes, words: list[str]) -> tuple[Codes, "pd.Index[str]"]:
    """Return codes of distinct words where several texts have the same."""
    place, distinct = pd.factorize(pd.Index(words, dtype="str"))
    return np.append(place, -1)[codes], pd.Index(distinct)


def _whole(column: "pd.Series[Any]") -> bool:
    return not pd.api.types.is_float_dtype(column.dtype)


def _plain(column: "pd.Series[Any]") -> tuple[Codes, int]:
    """Return codes of values as they are, 0 for missing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(np.int64) + 1, len(column.cat.categories) + 1
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biu" and len(column):
        values = column.to_numpy()
        least, most = int(values.min()), int(values.max())
        if most - least < _SPAN:
            return values.astype(np.int64) - (least - 1), most - least + 2
    codes, values = column.factorize()
    return codes.astype(np.int64) + 1, len(values) + 1


def _dates(column: "pd.Series[Any]", name: str, band: Band | None) -> QuasiIdentifier:
    if not isinstance(band, str) or band not in _DATE_UNITS:
        raise _unfit(name, band, "dates; write 'day', 'month' or 'year'")
    unit = _DATE_UNITS[band]
    plain = column.dt.tz_localize(None) if column.dt.tz is not None else column
    values = plain.to_numpy().astype("datetime64[D]").astype(f"datetime64[{unit}]")
    none, place = np.isnat(values), values.astype(np.int64)
    known = place[~none]
    if not len(known):
        return QuasiIdentifier(name, np.zeros(len(place), dtype=np.int64), 1, f"by {band}")
    codes = np.where(none, 0, place - (known.min() - 1))
    return QuasiIdentifier(name, codes, int(known.max() - known.min()) + 2, f"by {band}")


def _banded(column: "pd.Series[Any]", name: str, band: Any) -> QuasiIdentifier:
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = values[~np.isnan(values)]
    if isinstance(band, int) and not isinstance(band, bool):
        if band < 1:
            raise _unfit(name, band, "numbers; ask for 1 band or more")
        inner = np.arange(1, band) / band
        edges = np.unique(np.quantile(known, inner)) if len(known) else np.empty(0)
        how = f"{len(edges) + 1} bands of about as many people"
    else:
        try:
            edges = np.asarray(band, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise _unfit(name, band, "numbers; write a number of bands, or edges") from error
        if edges.ndim != 1 or (np.diff(edges) <= 0).any() or not np.isfinite(edges).all():
            raise _unfit(name, band, "numbers; edges have to increase")
        how = f"{len(edges) + 1} bands, cut at {', '.join(f'{one:g}' for one in edges)}"
    codes = np.searchsorted(edges, values, side="right").astype(np.int64) + 1
    codes[np.isnan(values)] = 0
    return QuasiIdentifier(name, codes, len(edges) + 2, how)


def _unfit(name: str, band: object, found: str) -> InputError:
    return InputError(f"Bands of column {name!r} are {band!r}, and it holds {found}.")
