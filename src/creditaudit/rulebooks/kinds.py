"""What a value is: money, count, date and the rest; and how a literal is read as one."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Literal, Protocol

KindName = Literal[
    "money", "count", "duration", "share", "ratio", "number", "date", "category", "text", "id",
    "yes_no",
]  # fmt: skip
Value = float | bool | str | date | None
NUMERIC: tuple[KindName, ...] = ("money", "count", "duration", "share", "ratio", "number")
ORDERED: tuple[KindName, ...] = (*NUMERIC, "date")
LARGEST = 1e15
# How many of the smaller unit make one of the larger; days and months do not convert.
_DAYS = {"days": 1, "weeks": 7}
_MONTHS = {"months": 1, "years": 12}
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) (day|week|month|year)s?")
_MONEY = re.compile(
    r"(-?\d{1,15}(?:\.\d{1,4})?|-?\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?) ([A-Z]{3}(?: per [a-z]+)?)"
)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?%")


class TypedColumn(Protocol):
    """What the language needs of a column: its name, type, unit and domain."""

    @property
    def name(self) -> str:
        """The name in frames and conditions."""

    @property
    def type(self) -> str:
        """One of the kinds of a vocabulary."""

    @property
    def unit(self) -> str:
        """The unit, such as "currency per month"."""

    @property
    def domain(self) -> object:
        """Two ends of a range, levels of a category, or words."""


@dataclass(frozen=True)
class Kind:
    """What a value is and in which unit it is counted.

    Attributes
    ----------
    name : str
        money, count, duration, share, ratio, number (a bare number in a condition), date,
        category, text, id or yes_no.
    unit : str
        Of money the currency with its period ("CNY", "CNY per month"); of a duration days, weeks,
        months or years; of a ratio what it counts.
    levels : tuple of str
        Levels of a category.
    """

    name: KindName
    unit: str = ""
    levels: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether values are numbers."""
        return self.name in NUMERIC

    def __str__(self) -> str:
        if self.name in ("money", "duration"):
            return f"{self.name} in {self.unit}"
        words = {"yes_no": "yes or no", "id": "identifier"}
        return words.get(self.name, self.name)


YES_NO, NUMBER, DATE = Kind("yes_no"), Kind("number"), Kind("date")


class WrongLiteral(ValueError):
    """A literal that is no value of a kind; says what to write."""


def kind_of_column(column: TypedColumn, currency: str = "") -> Kind:
    """Return the kind of a column; its money is in the currency of the book.

    Raises
    ------
    WrongLiteral
        If the column is of no known type or counts a duration in no known unit.
    """
    if column.type not in (*ORDERED, "category", "text", "id", "yes_no"):
        msg = f"column {column.name!r} has the unknown type {column.type!r}"
        raise WrongLiteral(msg)
    name: KindName = column.type
    if name == "money":
        return Kind(name, str(column.unit).replace("currency", currency or "currency"))
    if name == "duration" and column.unit not in (*_DAYS, *_MONTHS):
        units = ", ".join((*_DAYS, *_MONTHS))
        msg = f"column {column.name!r} is a duration in {column.unit!r}; known are {units}"
        raise WrongLiteral(msg)
    if name == "category":
        levels = column.domain if isinstance(column.domain, Sequence) else ()
        return Kind(name, "", tuple(str(level) for level in levels))
    return Kind(name, str(column.unit) if name in ("duration", "ratio") else "")


def same_kind(a: Kind, b: Kind) -> bool:
    """Whether two values can be compared or added."""
    if a.name == b.name:
        return a.unit == b.unit if a.name in ("money", "duration", "ratio") else True
    return {a.name, b.name} <= {"number", "count", "share", "ratio"} and "number" in {
        a.name,
        b.name,
    }


def read_literal(value: object, kind: Kind) -> Value:
    """Return a literal as a value of a kind: numbers as float, dates as date.

    Raises
    ------
    WrongLiteral
        If it is none; the text says what to write.
    """
    if isinstance(value, bool):
        msg = f"{value} is no {kind}; a column of yes or no stands alone: 'x' or 'not x'"
        raise WrongLiteral(msg)
    if kind.name == "date":
        return _date(value)
    if kind.numeric:
        return _numeric(value, kind)
    if kind.name in ("category", "text") and isinstance(value, str):
        return _level(value, kind)
    if kind.name == "id":
        msg = "an identifier is compared with nothing; only 'is missing' can be asked of it"
        raise WrongLiteral(msg)
    msg = f"{value!r} is no {kind}"
    raise WrongLiteral(msg)


def _date(value: object) -> date:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        found = None
    if found is None:
        msg = f'{value!r} is no date; write a day such as "2018-06-01"'
        raise WrongLiteral(msg)
    return found


def _numeric(value: object, kind: Kind) -> float:
    if isinstance(value, int | float):
        number = float(value) if abs(value) <= LARGEST else math.inf
        if not math.isfinite(number):
            msg = f"a number has to be between -{LARGEST:.0e} and {LARGEST:.0e}"
            raise WrongLiteral(msg)
        if kind.name in ("money", "duration") and number != 0:
            example = "6 months" if kind.unit in _MONTHS else "30 days"
            example = f"{number:g} {kind.unit}" if kind.name == "money" else example
            msg = f'{number:g} has no unit and is set against {kind}; write for example "{example}"'
            raise WrongLiteral(msg)
        return number
    text = str(value)
    if kind.name == "money":
        return _money(text, kind)
    if kind.name == "duration":
        amount, unit = read_duration(text)
        return amount * _factor(unit, kind.unit, text)
    percent = _PERCENT.fullmatch(text)
    if kind.name in ("share", "ratio") and percent:
        return float(percent[1]) / 100
    msg = f"{text!r} is text and is set against {kind}; write a number without quotes"
    raise WrongLiteral(msg)


def _money(text: str, kind: Kind) -> float:
    found = _MONEY.fullmatch(text)
    if found is None:
        msg = f'{text!r} is no money; write for example "10000 {kind.unit}"'
        raise WrongLiteral(msg)
    if found[2] != kind.unit:
        msg = f"{text!r} is money in {found[2]} and is set against {kind}"
        raise WrongLiteral(msg)
    return float(found[1].replace(",", ""))


def _level(value: str, kind: Kind) -> str:
    if kind.levels and value not in kind.levels:
        close = get_close_matches(value, kind.levels, n=2)
        hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
        shown = ", ".join(map(repr, kind.levels[:20]))
        msg = f"{value!r} is not a level; levels: {shown}.{hint}"
        raise WrongLiteral(msg)
    if not value:
        msg = 'an empty text is a missing value; ask "is missing"'
        raise WrongLiteral(msg)
    return value


def read_duration(text: str) -> tuple[float, str]:
    """Return the amount and the unit (days, weeks, months, years) of a text such as "2 years".

    Raises
    ------
    WrongLiteral
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        msg = f'{text!r} is no duration; write for example "30 days", "24 months" or "5 years"'
        raise WrongLiteral(msg)
    return float(found[1]), f"{found[2]}s"


def _factor(unit: str, into: str, text: str) -> float:
    for family in (_DAYS, _MONTHS):
        if unit in family and into in family:
            return family[unit] / family[into]
    msg = f"{text!r} is set against a duration in {into}; days and months do not convert"
    raise WrongLiteral(msg)


def shifted(day: date, text: str, sign: int) -> date:
    """Return a date moved by a duration; a month keeps the day or ends with its last one.

    Raises
    ------
    WrongLiteral
        If the duration is no whole number, or the calendar ends.
    """
    amount, unit = read_duration(text)
    if amount != int(amount):
        msg = f"{text!r} is no whole number of {unit}, so it gives no day"
        raise WrongLiteral(msg)
    steps = sign * int(amount)
    try:
        if unit in _DAYS:
            return day + timedelta(days=steps * _DAYS[unit])
        months = day.year * 12 + day.month - 1 + steps * _MONTHS[unit]
        year, month = divmod(months, 12)
        first = date(year, month + 1, 1)
        following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
        last = (following - timedelta(days=1)).day
        return first.replace(day=min(day.day, last))
    except (ValueError, OverflowError) as error:
        msg = f"{day} moved by {text!r} is no date"
        raise WrongLiteral(msg) from error


def period_of(unit: str) -> tuple[str, str]:
    """Return the currency and the period of a unit of money: ("CNY", "months") or ("CNY", "")."""
    currency, _, period = unit.partition(" per ")
    return currency, f"{period}s" if period else ""
