"""A plain table as a record: each field read by its type, and every fault kept with its path."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints

from creditaudit.rulebooks.toml_lines import Path


class Report(Protocol):
    """Takes a fault: its path in the file, what is wrong, and lines below that path."""

    def __call__(self, path: Path, what: str, *, below: int = 0) -> None:
        """Keep the fault."""


class Unreadable(ValueError):
    """A value that is not what its field holds; the text says what it has to be."""


class _Faulty:
    """Stands for a value that could not be read; its fault is already reported."""


FAULTY = _Faulty()


def read_record(cls: type, table: object, path: Path, report: Report) -> Any:
    """Return a record made of a plain table, or `FAULTY` after reporting every fault of it.

    Parameters
    ----------
    cls : type
        A dataclass. A field without a default is required; a trailing ``_`` of a name is not part
        of the key. An ``Annotated`` type names the function that reads the value.
    table : object
        What the file holds there.
    path : tuple
        Where it stands in the file.
    report : callable
        Takes a path and what is wrong.
    """
    if not isinstance(table, Mapping):
        report(path, f"has to be a table, found {_found(table)}")
        return FAULTY
    hints = _hints(cls)
    known = {name.rstrip("_"): name for name in hints}
    for key in table:
        if key not in known:
            close = get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            report((*path, key), f"unknown key {key!r}{hint}")
    made: dict[str, Any] = {}
    whole = True
    for field in fields(cls):
        key = field.name.rstrip("_")
        if key in table:
            made[field.name] = _read(hints[field.name], table[key], (*path, key), report)
            whole = whole and made[field.name] is not FAULTY
        elif field.default is MISSING and field.default_factory is MISSING:
            report(path, f"{key} is missing")
            whole = False
    return cls(**made) if whole else FAULTY


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)


def _read(hint: Any, value: object, path: Path, report: Report) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        inner = [part for part in arguments if part is not NoneType]
        return _read(inner[0], value, path, report)
    if origin is Annotated:
        try:
            return arguments[1](value)
        except Unreadable as error:
            report(path, str(error))
            return FAULTY
    if origin is tuple:
        return _many(arguments[0], value, path, report)
    if origin in (dict, Mapping):
        return _named(arguments[1], value, path, report)
    if isinstance(hint, type) and is_dataclass(hint):
        return read_record(hint, value, path, report)
    return _single(hint, value, path, report)


def _many(hint: Any, value: object, path: Path, report: Report) -> Any:
    if not isinstance(value, list):
        report(path, f"has to be a list, found {_found(value)}")
        return FAULTY
    read = [_read(hint, item, (*path, place), report) for place, item in enumerate(value)]
    return FAULTY if any(item is FAULTY for item in read) else tuple(read)


def _named(hint: Any, value: object, path: Path, report: Report) -> Any:
    if not isinstance(value, Mapping):
        report(path, f"has to be a table, found {_found(value)}")
        return FAULTY
    read = {str(k): _read(hint, item, (*path, k), report) for k, item in value.items()}
    return FAULTY if any(item is FAULTY for item in read.values()) else read


def _single(hint: Any, value: object, path: Path, report: Report) -> Any:
    if get_origin(hint) is Literal:
        known = get_args(hint)
        if not isinstance(value, bool) and value in known:
            return value
        report(path, f"has to be one of {', '.join(map(repr, known))}, found {_found(value)}")
    elif hint is bool:
        if isinstance(value, bool):
            return value
        report(path, f"has to be true or false, found {_found(value)}")
    elif hint is str:
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())
        report(path, f"has to be a text with something in it, found {_found(value)}")
    elif hint is int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        report(path, f"has to be a whole number, found {_found(value)}")
    elif hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
            return float(value)
        report(path, f"has to be a number, found {_found(value)}")
    else:
        return value
    return FAULTY


def _found(value: object) -> str:
    plain = repr(value)
    return plain if len(plain) <= 60 else f"{plain[:57]}..."
