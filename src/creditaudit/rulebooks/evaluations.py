"""One row, worked out by hand-readable steps: what tests, traces and every compiler are held to."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from creditaudit.rulebooks.kinds import Value
from creditaudit.rulebooks.trees import (
    Absolute,
    And,
    Arithmetic,
    Case,
    Compare,
    Constant,
    Extreme,
    IsIn,
    IsMissing,
    Node,
    Not,
    Or,
    Ref,
    Settled,
)

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq,
    "!=": operator.ne, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip


def evaluated(node: Node, row: Mapping[str, Value]) -> Value:
    """Return the value of a tree for one row; None is unknown.

    Parameters
    ----------
    node : Node
        Without parameters: see `creditaudit.rulebooks.trees.resolved`.
    row : mapping
        Numbers as float, yes or no as bool, days as date, texts; None where missing.
    """
    match node:
        case Ref(name=name):
            return row[name]
        case Constant(value=value):
            return value
        case Compare(op=op, left=left, right=right):
            return _strict(_COMPARE[op], evaluated(left, row), evaluated(right, row))
        case Arithmetic(op=op, left=left, right=right):
            return _strict(_ARITHMETIC[op], evaluated(left, row), evaluated(right, row))
        case IsIn(item=item, values=values):
            member = evaluated(item, row)
            return None if member is None else member in values
        case IsMissing(item=item):
            return evaluated(item, row) is None
        case Not(item=item):
            truth = evaluated(item, row)
            return None if truth is None else not truth
        case And(items=items):
            return _kleene([evaluated(item, row) for item in items], deciding=False)
        case Or(items=items):
            return _kleene([evaluated(item, row) for item in items], deciding=True)
        case Extreme(word=word, items=items):
            return _extreme(word, [evaluated(item, row) for item in items])
        case Absolute(item=item):
            number = evaluated(item, row)
            return abs(number) if isinstance(number, float) else None
        case Case(cases=cases, otherwise=otherwise):
            chosen = next((then for when, then in cases if evaluated(when, row) is True), otherwise)
            return None if chosen is None else evaluated(chosen, row)
        case Settled(item=item, default=default):
            settled = evaluated(item, row)
            return default if settled is None else settled
    msg = f"{type(node).__name__} has no value before a day is chosen"
    raise TypeError(msg)


def _strict(operation: Callable[[Any, Any], Any], a: Value, b: Value) -> Value:
    if a is None or b is None:
        return None
    found: Value = operation(a, b)
    return found


def _kleene(parts: list[Value], *, deciding: bool) -> bool | None:
    if any(part is deciding for part in parts):
        return deciding
    return None if any(part is None for part in parts) else not deciding


def _extreme(word: str, parts: list[Any]) -> Value:
    if any(part is None for part in parts):
        return None
    found: Value = min(parts) if word == "min" else max(parts)
    return found
