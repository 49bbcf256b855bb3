"""Which rules and which values of parameters are in force on a day."""

from collections.abc import Mapping
from datetime import date, timedelta

from creditaudit.errors import InputError
from creditaudit.rulebooks.kinds import Kind, Value, read_literal
from creditaudit.rulebooks.readers import read_day
from creditaudit.rulebooks.records import Contents, DatedParameter
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.shapes import Unreadable


def changes(contents: Contents) -> tuple[date, ...]:
    """Return the days on which the text changes while it is in force, in order."""
    start, end = contents.book.in_force, contents.book.repealed
    days = {start} if start else set()
    for rule in contents.rules:
        if rule.effective.from_:
            days.add(rule.effective.from_)
        if rule.effective.to:
            days.add(rule.effective.to + timedelta(days=1))
    for parameter in contents.parameters.values():
        days |= {value.from_ for value in parameter.values if value.from_}
    return tuple(sorted(d for d in days if (not start or d >= start) and (not end or d < end)))


def last_in_force(contents: Contents, today: date) -> date:
    """Return the day on which the last version came into force, as far as today knows.

    A book that gives no day at all is read as it was looked at.
    """
    known = [day for day in changes(contents) if day <= today]
    return known[-1] if known else contents.book.in_force or contents.book.looked_at


def chosen_day(contents: Contents, as_of: date | str | None) -> date:
    """Return the day of a version: the one asked for, or that of the last one in force.

    Raises
    ------
    InputError
        If it is no day, or the book was not in force on it.
    """
    if as_of is None:
        return last_in_force(contents, date.today())
    try:
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else read_day(as_of)
    except (ValueError, Unreadable) as error:
        msg = f'as_of={as_of!r} is no day; write "2018-06-01".'
        raise InputError(msg) from error
    start, end = contents.book.in_force, contents.book.repealed
    if (start and day < start) or (end and day >= end):
        span = f"from {start or 'an unknown day'}" + (f" until before {end}" if end else " on")
        msg = (
            f"{contents.book.id!r} was not in force on {day}: it is {span}. "
            "Choose a day in that time, or leave as_of out for the last version."
        )
        raise InputError(msg)
    return day


def is_in_force(rule: Rule, day: date) -> bool:
    """Whether a rule is in force on a day."""
    start, end = rule.effective.from_, rule.effective.to
    return (start is None or day >= start) and (end is None or day <= end)


def parameter_kind(parameter: DatedParameter) -> Kind:
    """Return the kind of a parameter."""
    return Kind(parameter.type, parameter.unit)


def parameter_value(parameter: DatedParameter, value: object) -> Value:
    """Return a value of a parameter as its kind stores it.

    Raises
    ------
    WrongLiteral
    """
    kind = parameter_kind(parameter)
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and kind.numeric:
        # The unit stands beside the parameter.
        return read_literal(value, Kind("number"))
    return read_literal(value, kind)


def parameter_values(contents: Contents, day: date, reading: str | None) -> Mapping[str, Value]:
    """Return the value of every parameter that has one on a day, and the day as ``as_of``."""
    found: dict[str, Value] = {"as_of": day}
    for name, parameter in contents.parameters.items():
        dated = [v for v in parameter.values if v.from_ is None or v.from_ <= day]
        if dated:
            last = max(dated, key=lambda v: v.from_ or date.min)
            found[name] = parameter_value(parameter, last.readings.of(reading))
    return found


def open_readings(contents: Contents, day: date | None = None) -> tuple[str, ...]:
    """Return what has a mild and a strict reading that differ: ids of rules and parameters.

    Of all versions, or of the one in force on a day.
    """
    rules = [
        rule.id
        for rule in contents.rules
        if (day is None or is_in_force(rule, day))
        and any(part is not None and part.differ for part in (rule.when, rule.points, rule.per))
    ]
    parameters = [
        name
        for name, parameter in contents.parameters.items()
        if any(value.readings.differ for value in parameter.values)
    ]
    return (*rules, *parameters)
