"""One row of a table, or of a test, with every value in one uniform form."""

from collections.abc import Mapping
from datetime import date, datetime

from creditaudit.rulebooks.kinds import Kind, Value


class WrongCell(ValueError):
    """A value of a row that is none of its column's kind."""


def uniform_value(value: object, kind: Kind) -> Value:
    """Return a value of a row as every compiler keeps it: float, bool, date or text, or None.

    Raises
    ------
    WrongCell
    """
    if hasattr(value, "item"):
        value = value.item()
    # Missing values of engines have no truth value; their names are what they share.
    if value is None or (isinstance(value, str) and not value):
        return None
    if not isinstance(value, str) and str(value) in ("nan", "NaT", "<NA>"):
        return None
    if kind.name == "yes_no":
        if value in (0, 1):
            return bool(value)
        msg = f"{value!r} is no yes or no; write true, false, 1 or 0"
        raise WrongCell(msg)
    if kind.numeric and isinstance(value, int | float):
        return float(value)
    if kind.name == "date" and isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if kind.name in ("category", "text", "id") and isinstance(value, str | int):
        return str(value)
    if kind.numeric and type(value).__name__ == "Decimal":
        return float(str(value))
    msg = f"{value!r} is no {kind}"
    raise WrongCell(msg)


def uniform_row(row: Mapping[str, object], columns: Mapping[str, Kind]) -> dict[str, Value]:
    """Return a row with a uniform value for every column; one that is not there is missing.

    Raises
    ------
    WrongCell
        Names the column.
    """
    found: dict[str, Value] = {}
    for name, kind in columns.items():
        try:
            found[name] = uniform_value(row.get(name), kind)
        except WrongCell as error:
            msg = f"{name}: {error}"
            raise WrongCell(msg) from None
    return found
