"""The values of facts that a rulebook tells apart, and those that a person could have instead."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from creditaudit.errors import InputError
from creditaudit.explain.actions import Actions
from creditaudit.rulebooks.evaluations import evaluated
from creditaudit.rulebooks.kinds import Kind, Value
from creditaudit.rulebooks.lints.cases import values_of
from creditaudit.rulebooks.programs import Program, value_name
from creditaudit.rulebooks.trees import (
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
    refs_of,
    walk,
)
from creditaudit.vocabulary import Column

# Whole numbers up to which every value of a fact that is counted is tried.
FEW = 64
_ORDERED = ("yes_no", "date")


@dataclass(frozen=True, eq=False)
class Fact:
    """A column that a book reads, and the values between which its conditions decide.

    Attributes
    ----------
    name : str
    kind : Kind
    values : tuple
        At least one of each stretch within which no condition tells two values apart.
    leaves : tuple of Node
        Comparisons of this fact with constants.
    counted : bool
        Whether the value itself enters, so that no two values are the same to the book.
    complete : bool
        Whether no other value could do what none of these does; of what is counted, see `others`.
    span : (float, float) or None
        Between which whole numbers it lies; None for what is not counted in whole numbers.
    """

    name: str
    kind: Kind
    values: tuple[Value, ...]
    leaves: tuple[Node, ...]
    counted: bool
    complete: bool
    span: tuple[float, float] | None = None

    def pattern(self, value: Value) -> tuple[Value, ...]:
        """Return what conditions see of a value."""
        seen = tuple(evaluated(leaf, {value_name(self.name): value}) for leaf in self.leaves)
        return (*seen, value) if self.counted else seen

    def others(self, own: Value, actions: Actions) -> tuple[list[Value], bool]:
        """Return the values a person could have instead, and whether no other could do more.

        They are the nearest of each stretch. What is missing stays so, unless the actions say
        otherwise; nothing becomes missing.
        """
        if self.name in actions.immutable or (own is None and actions.missing == "stay"):
            return [], True
        way = actions.direction.get(self.name, "any")
        given = actions.levels.get(self.name)
        if given is not None:
            wanted, complete = list(given), True
        else:
            whole = self._whole(own, way)
            wanted, complete = [*self.values, *(whole or ())], self.complete or whole is not None
        found: dict[tuple[Value, ...], Value] = {}
        for value in sorted(wanted, key=lambda one: _distance(one, own)):
            allowed = own is None or way == "any" or (value > own) == (way == "up")
            if value is not None and value != own and allowed:
                found.setdefault(self.pattern(value), value)
        found.pop(self.pattern(own), None)
        return list(found.values()), complete

    def _whole(self, own: Value, way: str) -> list[float] | None:
        """Return all whole numbers that may be reached, or None where they are many."""
        if not self.counted or self.span is None:
            return None
        low, high = self.span
        here = float(own) if isinstance(own, int | float) else None
        low = here if way == "up" and here is not None else low
        high = here if way == "down" and here is not None else high
        if not high - low < FEW:
            return None
        return [float(one) for one in range(math.ceil(low), math.floor(high) + 1)]


def facts_of(
    program: Program, target: str, beside: Iterable[Node], kinds: Mapping[str, Kind],
    columns: Mapping[str, Column],
) -> dict[str, Fact]:  # fmt: skip
    """Return the facts that a step of a program and some conditions beside it read.

    Parameters
    ----------
    program : Program
    target : str
        The name of the step.
    beside : iterable of Node
        Conditions over the same values.
    kinds : mapping of str to Kind
        The columns that they read.
    columns : mapping of str to Column
        Their domains.
    """
    named = {value_name(name): name for name in kinds}
    trees = [node for stage in program.stages([target]) for node in stage.values()]
    uses = [use for tree in (*trees, *beside) for use in _uses(tree, named)]
    found = {}
    for name, kind in kinds.items():
        own = [leaf for used, leaf in uses if used == name]
        if not own:
            continue
        leaves = tuple(dict.fromkeys(leaf for leaf in own if leaf is not None))
        counted = any(leaf is None for leaf in own)
        constants = [value for leaf in leaves for value in _constants(leaf)]
        # What is counted comes in whole numbers, whether the column says so or not.
        column = replace(columns[name], decimals=0) if kind.name == "count" else columns[name]
        values = [one for one in values_of(column, constants) if one is not None]
        compared = [leaf.op for leaf in leaves if isinstance(leaf, Compare)]
        # Of words that are set in order, more stretches exist than are looked at.
        ordered = kind.name in ("text", "id") and not set(compared) <= {"==", "!="}
        span = None
        if column.whole:
            low, high = column.low, column.high
            span = (-math.inf if low is None else low, math.inf if high is None else high)
        complete = not counted and not ordered
        found[name] = Fact(name, kind, tuple(values), leaves, counted, complete, span)
    return found


def check_actions(actions: Actions, facts: Mapping[str, Fact]) -> None:
    """Raise where actions say something that has no meaning for a fact.

    Raises
    ------
    InputError
    """
    for name in facts:
        if name in actions.step:
            msg = (
                f"Actions give {name!r} a step, and facts of a rulebook have no levels to count. "
                "Pass levels= with the values it can take."
            )
            raise InputError(msg)
        if not facts[name].kind.numeric and facts[name].kind.name not in _ORDERED:
            actions.ordered(name)


def _uses(node: Node, named: Mapping[str, str]) -> Iterator[tuple[str, Node | None]]:
    """Yield each column with the comparison it stands in, or None where its value itself enters."""
    match node:
        case And(items=items) | Or(items=items) | Extreme(items=items):
            for item in items:
                yield from _uses(item, named)
        case Not(item=item) | Settled(item=item):
            yield from _uses(item, named)
        case Case(cases=cases, otherwise=otherwise):
            for part in (*(one for case in cases for one in case), otherwise):
                if part is not None:
                    yield from _uses(part, named)
        case Arithmetic(left=left, right=right):
            yield from _uses(left, named)
            yield from _uses(right, named)
        case Ref(name=name, kind=kind):
            if name in named:
                yield named[name], node if kind.name == "yes_no" else None
        case _:
            columns = [named[name] for name in refs_of(node) if name in named]
            for name in columns:
                yield name, node if _is_simple(node) else None


def _is_simple(leaf: Node) -> bool:
    match leaf:
        case IsMissing(item=Ref()) | IsIn(item=Ref()):
            return True
        case Compare(left=Ref(), right=Constant()) | Compare(left=Constant(), right=Ref()):
            return True
    return False


def _constants(leaf: Node) -> Iterator[Value]:
    for node in walk(leaf):
        if isinstance(node, Constant) and node.value is not None:
            yield node.value
        elif isinstance(node, IsIn):
            yield from (value for value in node.values if value is not None)


def _distance(value: Any, own: Any) -> float:
    if isinstance(value, date) and isinstance(own, date):
        return float(abs((value - own).days))
    if isinstance(value, int | float) and isinstance(own, int | float):
        return abs(float(value) - float(own))
    return 0.0
