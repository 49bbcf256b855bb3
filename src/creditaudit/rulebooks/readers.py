"""How single values of a book are read: marks, ids, days, terms, points, readings."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from creditaudit.rulebooks.shapes import Unreadable

MARKS = {
    "V": "verified: the text or page itself was read",
    "V*": "seen only in a secondary, partial or doubtful page",
    "M": "from memory, well established",
    "U": "uncertain: not to be used without a caveat",
    "D": "derived here from what is verified",
    "F": "free: chosen here, rests on no source",
    "S": "seen in a public page, often only in its opening",
    "K": "own knowledge, sure",
    "k": "own knowledge, to check before use",
    "J": "a judgement of ours",
}
"""How a fact is known. Two marks are joined by "/" where parts of a fact differ."""

_ID = re.compile(r"[a-z][a-z0-9_]{0,60}")
_JURISDICTION = re.compile(r"[A-Z]{2,3}(-[A-Z0-9]{1,3})?")
_PART_OF_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")
_TERM = re.compile(r"(\d{1,4}) (working day|day|week|month|year)s?")


@dataclass(frozen=True)
class Readings:
    """A text or a number with a mild and a strict reading, which may be the same.

    Strict is the reading that is harder on the person.
    """

    mild: object
    strict: object

    @property
    def differ(self) -> bool:
        """Whether it matters which reading is taken."""
        return self.mild != self.strict

    def of(self, reading: str | None) -> object:
        """Return the value under a reading; any where they do not differ."""
        return self.mild if reading == "mild" else self.strict


def _id(value: object) -> str:
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    msg = f"{value!r} has to be small letters and digits joined by '_', beginning with a letter"
    raise Unreadable(msg)


def _jurisdiction(value: object) -> str:
    if isinstance(value, str) and _JURISDICTION.fullmatch(value):
        return value
    msg = f'{value!r} has to look like "CN", "EU" or "US-CO"'
    raise Unreadable(msg)


def _mark(value: object) -> str:
    if isinstance(value, str) and value and all(part in MARKS for part in value.split("/")):
        return value
    msg = f"mark {value!r} has to be made of {', '.join(MARKS)} joined by '/'"
    raise Unreadable(msg)


def read_day(value: object) -> date:
    """Return a date; a text such as "2016" or "2019-12" is its first day.

    Raises
    ------
    Unreadable
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    part = _PART_OF_DATE.fullmatch(value) if isinstance(value, str) else None
    try:
        if part:
            return date(int(part[1]), int(part[2] or 1), 1)
    except ValueError:
        pass
    msg = (
        f'{value!r} has to be a day such as 2018-06-01, or "2018-06" or "2018" if no more is known'
    )
    raise Unreadable(msg)


def read_term(value: object) -> tuple[int, str]:
    """Return how many of which unit a term has: "3 working days" is 3 of "working day".

    Raises
    ------
    Unreadable
    """
    found = _TERM.fullmatch(value) if isinstance(value, str) else None
    if found:
        return int(found[1]), found[2]
    msg = f'{value!r} has to be a term such as "3 working days", "24 months" or "5 years"'
    raise Unreadable(msg)


def _term(value: object) -> str:
    read_term(value)
    return str(value)


def _points(value: object) -> Readings:
    if _is_number(value):
        return Readings(float(value), float(value))  # type: ignore[arg-type]
    if isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)):
        # Higher is safer, so the lower end is the strict one.
        return Readings(float(max(value)), float(min(value)))
    msg = f"{value!r} has to be a number, or two: [-50, -5]"
    raise Unreadable(msg)


def _readings(value: object) -> Readings:
    if isinstance(value, dict):
        if sorted(value) == ["mild", "strict"] and all(isinstance(v, str) for v in value.values()):
            return Readings(value["mild"], value["strict"])
        msg = "a text with two readings is written { mild = '...', strict = '...' }"
        raise Unreadable(msg)
    if isinstance(value, str):
        return Readings(value, value)
    msg = f"{value!r} has to be a condition in quotes"
    raise Unreadable(msg)


def _fires(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if value == "unknown":
        return None
    msg = f"{value!r} has to be true, false or 'unknown'"
    raise Unreadable(msg)


def _plain(value: object) -> object:
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


Id = Annotated[str, _id]
Jurisdiction = Annotated[str, _jurisdiction]
Mark = Annotated[str, _mark]
Day = Annotated[date, read_day]
Term = Annotated[str, _term]
Points = Annotated[Readings, _points]
ConditionText = Annotated[Readings, _readings]
Plain = Annotated[object, _plain]
MaybeTrue = Annotated[bool | None, _fires]
