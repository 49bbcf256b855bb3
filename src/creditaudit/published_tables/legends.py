"""What the notes of a table, or the user, say a symbol such as "*" stands for."""

import math
import re
from collections.abc import Sequence

from creditaudit.errors import InputError
from creditaudit.published_tables.questions import Answers, Doubt
from creditaudit.published_tables.readings import tidy

Bounds = tuple[float, float]
NAMES = {
    "": "empty",
    "-": "dash",
    "*": "star",
    "..": "dots",
    "...": "dots",
    ".": "dot",
    ":": "colon",
}
UNKNOWN: Bounds = (0, math.inf)

_UNDER = re.compile(
    r"(?:fewer than|less than|below|under|smaller than|<|weniger als|unter|moins de|"
    r"menos de) ?(\d{1,3})\b",
    re.I,
)  # fmt: skip
_UP_TO = re.compile(
    r"(?:≤|at most|up to|bis zu) ?(\d{1,3})\b|\b(\d{1,3}) or (?:fewer|less)\b", re.I
)
_FROM_TO = re.compile(
    r"(?:between )?\b(\d{1,3}) ?(?:-|to|and|bis|à) ?(\d{1,3})\b(?! ?%)(?! per| pro)", re.I
)
_NIL = re.compile(r"\b(nil|zero|none|null|keine|nichts vorhanden|néant|cero|0)\b", re.I)


def told(symbol: str, notes: Sequence[str]) -> Bounds | None:
    """Return the bounds that a note gives to a symbol, or None."""
    if not symbol:
        return None
    found = {bounds for line in notes if (bounds := _in_line(symbol, tidy(line))) is not None}
    return found.pop() if len(found) == 1 else None


def _in_line(symbol: str, line: str) -> Bounds | None:
    own = re.escape(symbol)
    # The line opens with the symbol, or names it in quotes or brackets.
    opened = re.match(
        rf"(?:notes?:? ?)?[\"'(]?{own}[\"')]?(?: ?[:=]| -|(?= [a-zA-Z<≤\d])) ?(.*)", line, re.I
    )
    named = re.search(rf"[\"'(]{own}[\"')]", line)
    if opened:
        said = opened[1]
    elif named:
        said = line[: named.start()] + " " + line[named.end() :]
    else:
        return None
    if under := _UNDER.search(said):
        return 0, int(under[1]) - 1
    if up_to := _UP_TO.search(said):
        return 0, int(up_to[1] or up_to[2])
    if (span := _FROM_TO.search(said)) and int(span[1]) < int(span[2]):
        return int(span[1]), int(span[2])
    if _NIL.search(said) and not re.search(r"\d", said.replace("0", "")):
        return 0, 0
    return None


def answered(symbol: str, answers: Answers) -> Bounds | None:
    """Return the bounds that the user gives to a symbol, or None.

    Raises
    ------
    InputError
        If the answer is no number, range or "unknown".
    """
    name = NAMES.get(symbol, symbol)
    value = answers.get(name)
    if value is None:
        return None
    if value == "unknown":
        return UNKNOWN
    found = re.fullmatch(r"(\d+)(?:(?:\.\.|-)(\d+))?", value)
    if not found or int(found[2] or found[1]) < int(found[1]):
        msg = f"Answer {name}={value} must be a number, a range such as 1..4, or unknown."
        raise InputError(msg)
    return int(found[1]), int(found[2] or found[1])


def ask(symbol: str, where: str) -> Doubt:
    """Return the question what a symbol stands for."""
    name = NAMES.get(symbol, symbol)
    shown = f"{symbol!r} stands" if symbol else "Nothing stands"
    return Doubt(
        name, where, f"{shown} where a number is expected, and no note says how many people.",
        ("nobody", "few people, such as one to four", "not known"), ("0", "1..4", "unknown"),
    )  # fmt: skip
