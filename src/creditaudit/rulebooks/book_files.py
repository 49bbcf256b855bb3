"""The text of a book -> its contents and conditions, with all faults told at once."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from creditaudit.rulebooks.columns import known_columns
from creditaudit.rulebooks.faults import BookFault, Fault
from creditaudit.rulebooks.inline_tests import run_tests
from creditaudit.rulebooks.records import Contents
from creditaudit.rulebooks.references import check_references
from creditaudit.rulebooks.rule_conditions import RuleConditions, read_conditions
from creditaudit.rulebooks.shapes import FAULTY, read_record
from creditaudit.rulebooks.toml_lines import Path, key_lines, line_of
from creditaudit.vocabulary import Column, load_vocabulary

MAX_BYTES = 2_000_000


@dataclass(frozen=True)
class ReadBook:
    """What stands in a file, read and checked.

    Attributes
    ----------
    data : mapping
        The file as plain data.
    contents : Contents
    conditions : mapping
        Id of a rule -> its conditions.
    columns : mapping
        The columns its rules read.
    lines : mapping
        Path -> line in the file.
    name : str
        Of the file.
    """

    data: Mapping[str, Any]
    contents: Contents
    conditions: Mapping[str, RuleConditions]
    columns: Mapping[str, Column]
    lines: Mapping[Path, int]
    name: str


def read_book(text: str, name: str) -> ReadBook:
    """Return a book from its text.

    Parameters
    ----------
    text : str
        TOML.
    name : str
        Of the file, for the error.

    Raises
    ------
    BookFault
        With every fault of the file, each with its line.
    """
    if len(text) > MAX_BYTES:
        what = f"{len(text):,} characters; at most {MAX_BYTES:,} are read"
        raise BookFault(name, [Fault(1, "the file", what)])
    try:
        data = tomllib.loads(text)
        lines = key_lines(text)
    except tomllib.TOMLDecodeError as error:
        raise BookFault(name, [Fault(_line_in(str(error)), "not readable", str(error))]) from None
    except RecursionError:
        raise BookFault(name, [Fault(1, "the file", "nested too deeply")]) from None
    faults: list[Fault] = []

    def report(path: Path, what: str, *, below: int = 0) -> None:
        faults.append(Fault(line_of(path, lines) + below, _where(path, data), what))

    contents = read_record(Contents, data, (), report)
    if contents is FAULTY:
        raise BookFault(name, faults)
    known = known_columns(contents)
    for own in contents.columns:
        if own in load_vocabulary():
            report(("columns", own), f"{own!r} is in the vocabulary; use that, or another name")
    check_references(contents, report)
    conditions = read_conditions(contents, known, report)
    if not faults:
        run_tests(contents, conditions, report)
    if faults:
        raise BookFault(name, faults)
    read = dict.fromkeys(c for both in conditions.values() for c in both.columns)
    return ReadBook(data, contents, conditions, {c: known[c] for c in read}, lines, name)


def _line_in(message: str) -> int:
    _, _, rest = message.partition("at line ")
    digits = rest.split(",")[0]
    return int(digits) if digits.isdigit() else 1


def _where(path: Path, data: object) -> str:
    """Return a path in words: ``rules 4 (utility_late), when``."""
    words: list[str] = []
    here = data
    for part in path:
        if isinstance(part, int):
            row = here[part] if isinstance(here, Sequence) and part < len(here) else None
            label = row.get("id", row.get("tier", "")) if isinstance(row, Mapping) else ""
            words[-1] += f" {part + 1}" + (f" ({label})" if label else "")
            here = row
        else:
            words.append(str(part))
            here = here.get(part) if isinstance(here, Mapping) else None
    return ", ".join(words) or "the file"
