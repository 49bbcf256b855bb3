"""Syntax -> a tree with meaning: names are columns or parameters, every value has a kind."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import cast

from creditaudit.rulebooks.kinds import (
    DATE,
    NUMBER,
    ORDERED,
    Kind,
    WrongLiteral,
    period_of,
    read_duration,
    read_literal,
    same_kind,
)
from creditaudit.rulebooks.parsing import Syntax
from creditaudit.rulebooks.trees import (
    Absolute,
    And,
    Arithmetic,
    Compare,
    Constant,
    DateShift,
    Extreme,
    IsIn,
    IsMissing,
    Node,
    Not,
    Operator,
    Or,
    Parameter,
    Ref,
    kind_of,
    refs_of,
)

RESERVED = ("missing", "min", "max", "abs", "and", "or", "not", "in", "is", "as_of")
_OPERATORS: dict[type[ast.cmpop], Operator] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """The names a condition may use, each with its kind; ``$as_of`` is always there."""

    columns: Mapping[str, Kind]
    parameters: Mapping[str, Kind] = field(default_factory=dict)

    def parameter(self, name: str) -> Kind | None:
        """Return the kind of a parameter, None if there is none of that name."""
        return DATE if name == "as_of" else self.parameters.get(name)


class _Literal:
    """A literal whose kind follows from what it is set against."""

    def __init__(self, value: int | float | str, node: ast.expr) -> None:
        self.value = value
        self.node = node


_Operand = Node | _Literal


def bind_condition(syntax: Syntax, scope: Scope) -> Node:
    """Return the tree of a condition, which is yes, no or unknown.

    Raises
    ------
    ConditionFault
        For an unknown name, kinds that do not go together, or an operation on the wrong kind.
    """
    return _Binder(syntax, scope).truth(syntax.body)


def bind_amount(syntax: Syntax, scope: Scope) -> Node:
    """Return the tree of a number, such as how often an act counts.

    Raises
    ------
    ConditionFault
    """
    binder = _Binder(syntax, scope)
    found = binder.value(syntax.body)
    if isinstance(found, _Literal) or not refs_of(found):
        raise syntax.fault(syntax.body, "an amount depends on a column")
    if not kind_of(found).numeric:
        raise syntax.fault(syntax.body, f"a number is needed here, found {kind_of(found)}")
    return found


class _Binder:
    def __init__(self, syntax: Syntax, scope: Scope) -> None:
        self.syntax = syntax
        self.scope = scope
        self.fault = syntax.fault

    def truth(self, node: ast.expr) -> Node:
        match node:
            case ast.BoolOp(op=op, values=values):
                items = tuple(map(self.truth, values))
                return And(items) if isinstance(op, ast.And) else Or(items)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.truth(operand))
            case ast.Compare():
                return self.comparison(node)
            case ast.Name():
                found = self.name(node)
                if kind_of(found).name == "yes_no":
                    return found
                what = f"{node.id!r} is {kind_of(found)} and no yes or no; compare it"
                raise self.fault(node, what)
            case ast.Constant(value=bool(value)):
                what = f"{value} alone; a condition depends on a column"
                raise self.fault(node, what)
            case _:
                raise self.fault(node, "a number stands where a yes or no is needed; compare it")

    def comparison(self, node: ast.Compare) -> Node:
        parts = [node.left, *node.comparators]
        links = [self.link(op, parts[place], parts[place + 1]) for place, op in enumerate(node.ops)]
        return links[0] if len(links) == 1 else And(tuple(links))

    def link(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> Node:
        if isinstance(op, ast.Is | ast.IsNot):
            return self.missing(isinstance(op, ast.Is), left, right)
        if _is_missing(right):
            raise self.fault(right, "write 'is missing' or 'is not missing'")
        if isinstance(op, ast.In | ast.NotIn):
            found = self.membership(left, right)
            return found if isinstance(op, ast.In) else Not(found)
        return self.compare(_OPERATORS[type(op)], left, right)

    def missing(self, asked: bool, left: ast.expr, right: ast.expr) -> Node:
        if not _is_missing(right):
            raise self.fault(right, "'is' is followed by 'missing' or 'not missing' only")
        if not isinstance(left, ast.Name) or self.syntax.parameter(left):
            raise self.fault(left, "'is missing' is asked of a column")
        found = IsMissing(self.name(left))
        return found if asked else Not(found)

    def membership(self, left: ast.expr, right: ast.expr) -> Node:
        if not isinstance(right, ast.List) or not right.elts:
            raise self.fault(right, "'in' is followed by values in square brackets")
        item = self.value(left)
        if isinstance(item, _Literal) or not refs_of(item):
            raise self.fault(left, "'in' is asked of a column")
        values = []
        for literal in right.elts:
            read = self.value(literal)
            if not isinstance(read, _Literal):
                raise self.fault(literal, "a list holds literals only")
            values.append(self.constant(read, kind_of(item)).value)
        return IsIn(item, tuple(values))

    def compare(self, op: Operator, left: ast.expr, right: ast.expr) -> Node:
        a, b = self.value(left), self.value(right)
        first, second = self.alike(left, a, right, b)
        kind = kind_of(first)
        if kind.name == "yes_no":
            raise self.fault(left, "a yes or no stands alone: write 'x' or 'not x'")
        if kind.name == "id":
            raise self.fault(left, "of an identifier only 'is missing' can be asked")
        if kind.name not in ORDERED and op not in ("==", "!="):
            raise self.fault(left, f"{kind} has no order; write ==, != or in [...]")
        if not refs_of(first) and not refs_of(second):
            raise self.fault(left, "two constants are compared; a condition depends on a column")
        return Compare(op, first, second)

    def alike(self, left: ast.expr, a: _Operand, right: ast.expr, b: _Operand) -> tuple[Node, Node]:
        """Return both sides as nodes of one kind; a literal takes the kind of the other side."""
        if isinstance(a, _Literal) and isinstance(b, _Literal):
            if isinstance(a.value, str) or isinstance(b.value, str):
                raise self.fault(left, "two constants; a condition depends on a column")
            return self.constant(a, NUMBER), self.constant(b, NUMBER)
        if isinstance(a, _Literal):
            return self.constant(a, kind_of(cast("Node", b))), cast("Node", b)
        if isinstance(b, _Literal):
            return a, self.constant(b, kind_of(a))
        if not same_kind(kind_of(a), kind_of(b)):
            raise self.fault(right, f"{kind_of(b)} is set against {kind_of(a)}")
        return a, b

    def constant(self, literal: _Literal, kind: Kind) -> Constant:
        try:
            return Constant(read_literal(literal.value, kind), kind)
        except WrongLiteral as error:
            raise self.fault(literal.node, str(error)) from None

    def value(self, node: ast.expr) -> _Operand:
        match node:
            case ast.Constant(value=value) if not isinstance(value, bool):
                return _Literal(cast("int | float | str", value), node)
            case ast.Name():
                return self.name(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.negative(node, operand)
            case ast.BinOp(op=ast.Mult(), left=left, right=right):
                return self.product(node, left, right)
            case ast.BinOp(op=op, left=left, right=right):
                return self.sum(node, "+" if isinstance(op, ast.Add) else "-", left, right)
            case ast.Call(func=ast.Name(id=word), args=arguments):
                return self.call(node, word, arguments)
            case _:
                raise self.fault(node, "a yes or no stands where a value is needed")

    def name(self, node: ast.Name) -> Node:
        if self.syntax.parameter(node):
            name = node.id[1:]
            kind = self.scope.parameter(name)
            if kind is None:
                raise self.fault(node, _unknown("parameter", name, self.scope.parameters))
            return Parameter(name, kind)
        if node.id in self.scope.columns:
            return Ref(node.id, self.scope.columns[node.id])
        kind = self.scope.parameters.get(node.id)
        if kind is not None:
            return Parameter(node.id, kind)
        known = [*self.scope.columns, *self.scope.parameters]
        raise self.fault(node, _unknown("column", node.id, known))

    def negative(self, node: ast.expr, operand: ast.expr) -> _Operand:
        inner = self.value(operand)
        if isinstance(inner, _Literal):
            if isinstance(inner.value, str):
                return _Literal(f"-{inner.value}", node)
            return _Literal(-inner.value, node)
        kind = self.numeric(operand, inner)
        return Arithmetic("*", Constant(-1.0, NUMBER), inner, kind)

    def numeric(self, node: ast.expr, item: Node) -> Kind:
        kind = kind_of(item)
        if not kind.numeric:
            raise self.fault(node, f"no arithmetic on {kind}")
        return kind

    def product(self, node: ast.expr, left: ast.expr, right: ast.expr) -> _Operand:
        a, b = self.value(left), self.value(right)
        if isinstance(a, _Literal) and isinstance(b, _Literal):
            if isinstance(a.value, str) or isinstance(b.value, str):
                raise self.fault(node, "a product of two literals; write the result")
            return _Literal(a.value * b.value, node)
        for factor, place, other, other_place in ((a, left, b, right), (b, right, a, left)):
            if isinstance(other, _Literal):
                continue
            if isinstance(factor, _Literal) or not refs_of(factor):
                return self.scaled(place, factor, other_place, other)
        raise self.fault(node, "a product of two columns; one side has to be a constant")

    def scaled(self, place: ast.expr, factor: _Operand, at: ast.expr, other: Node) -> Node:
        kind = self.numeric(at, other)
        if isinstance(factor, _Literal):
            if isinstance(factor.value, str):
                return self.over_time(factor, other, kind)
            return Arithmetic("*", self.constant(factor, NUMBER), other, kind)
        scale = self.numeric(place, factor)
        if scale.name in ("money", "duration"):
            if kind.name in ("money", "duration"):
                raise self.fault(place, f"{scale} times {kind}")
            kind = scale
        return Arithmetic("*", factor, other, kind)

    def over_time(self, factor: _Literal, other: Node, kind: Kind) -> Node:
        """Return money per month times a duration: money."""
        currency, period = period_of(kind.unit) if kind.name == "money" else ("", "")
        if not period:
            what = "only money per month or per year is multiplied by a duration; write a number"
            raise self.fault(factor.node, what)
        length = self.constant(factor, Kind("duration", period))
        return Arithmetic("*", Constant(length.value, NUMBER), other, Kind("money", currency))

    def sum(self, node: ast.expr, sign: str, left: ast.expr, right: ast.expr) -> _Operand:
        a, b = self.value(left), self.value(right)
        if isinstance(a, _Literal) and isinstance(b, _Literal):
            if isinstance(a.value, str) or isinstance(b.value, str):
                raise self.fault(node, "a sum of two literals; write the result")
            return _Literal(a.value + b.value if sign == "+" else a.value - b.value, node)
        if not isinstance(a, _Literal) and kind_of(a).name == "date":
            return self.shift(node, a, sign, right, b)
        first, second = self.alike(left, a, right, b)
        kind = self.numeric(left, first)
        kind = kind if kind != NUMBER else self.numeric(right, second)
        return Arithmetic("+" if sign == "+" else "-", first, second, kind)

    def shift(self, node: ast.expr, day: Node, sign: str, right: ast.expr, b: _Operand) -> Node:
        if not isinstance(b, _Literal) or not isinstance(b.value, str):
            what = 'a date moves by a duration in quotes: $as_of - "5 years"'
            raise self.fault(right, what)
        if refs_of(day):
            what = 'move the constant and not the column: listed_on < $as_of - "2 years"'
            raise self.fault(node, what)
        try:
            read_duration(b.value)
        except WrongLiteral as error:
            raise self.fault(right, str(error)) from None
        return DateShift(day, b.value, 1 if sign == "+" else -1)

    def call(self, node: ast.Call, word: str, arguments: Sequence[ast.expr]) -> Node:
        values = [self.value(argument) for argument in arguments]
        nodes = [value for value in values if not isinstance(value, _Literal)]
        if not nodes or (word == "abs") != (len(values) == 1):
            count = "one column" if word == "abs" else "two values or more, one of them a column"
            raise self.fault(node, f"{word}() takes {count}")
        kind = next((k for k in map(kind_of, nodes) if k != NUMBER), NUMBER)
        if kind.name not in ORDERED or (word == "abs" and kind.name == "date"):
            raise self.fault(node, f"{word}() of {kind}")
        items = []
        for place, value in zip(arguments, values, strict=True):
            item = self.constant(value, kind) if isinstance(value, _Literal) else value
            if not same_kind(kind_of(item), kind):
                raise self.fault(place, f"{kind_of(item)} is set against {kind}")
            items.append(item)
        if word == "abs":
            return Absolute(items[0])
        return Extreme("min" if word == "min" else "max", tuple(items))


def _is_missing(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "missing"


def _unknown(what: str, name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    close = get_close_matches(name, list(known), n=3)
    hint = f" Did you mean {', '.join(map(repr, close))}?" if close else ""
    return f"{what} {name!r} is not known.{hint}"
