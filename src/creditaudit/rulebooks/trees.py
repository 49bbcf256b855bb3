"""The neutral tree of an expression: what every compiler walks, and what each node means.

Every value may be *unknown*. The meaning of a node does not depend on the engine:

* A comparison, a membership, a sum, ``min``, ``max`` and ``abs`` are unknown when any part is.
* ``not`` unknown is unknown. ``and`` is false when any part is false, else unknown when any part
  is; ``or`` is true when any part is true, else unknown when any part is (Kleene).
* ``is missing`` is never unknown.
* A `Case` takes the value of its first case whose condition is *true*; an unknown condition is not
  true. Without such a case it takes ``otherwise``, and without that it is unknown.
* `Settled` replaces unknown by a default.

References
----------
Kleene, S. C. (1952). Introduction to Metamathematics, section 64.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from creditaudit.rulebooks.kinds import NUMBER, YES_NO, Kind, Value, shifted

Operator = Literal["<", "<=", "==", "!=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Ref:
    """A column of the frame, or a value computed before."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated parameter of the book; has a value once a day is chosen."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: a number as float, a date, a text, a truth value; None is unknown."""

    value: Value
    kind: Kind


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one kind, compared."""

    op: Operator
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class IsIn:
    """Whether a value is one of some literals."""

    item: "Node"
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class IsMissing:
    """Whether a value is missing."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A sum, a difference, or a product with a constant; its kind is stated."""

    op: Literal["+", "-", "*"]
    left: "Node"
    right: "Node"
    kind: Kind


@dataclass(frozen=True, slots=True)
class DateShift:
    """A constant day moved by a duration such as "5 years"; sign is 1 or -1."""

    item: "Node"
    duration: str
    sign: int


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least or the greatest of some values; unknown when any is."""

    word: Literal["min", "max"]
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Absolute:
    """The value without its sign."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class Case:
    """The value of the first case whose condition is true."""

    cases: tuple[tuple["Node", "Node"], ...]
    otherwise: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A condition in which unknown is replaced by a default."""

    item: "Node"
    default: bool


Node = (
    Ref | Parameter | Constant | Compare | IsIn | IsMissing | Not | And | Or | Arithmetic
    | DateShift | Extreme | Absolute | Case | Settled
)  # fmt: skip


def kind_of(node: Node) -> Kind:
    """Return the kind of a node's value."""
    match node:
        case Ref(kind=kind) | Parameter(kind=kind) | Constant(kind=kind) | Arithmetic(kind=kind):
            return kind
        case DateShift(item=item) | Absolute(item=item):
            return kind_of(item)
        case Extreme(items=items):
            return next((k for k in map(kind_of, items) if k != NUMBER), NUMBER)
        case Case(cases=cases):
            return kind_of(cases[0][1])
        case _:
            return YES_NO


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes a node is made of."""
    match node:
        case Compare(left=left, right=right) | Arithmetic(left=left, right=right):
            return (left, right)
        case And(items=items) | Or(items=items) | Extreme(items=items):
            return items
        case Not(item=item) | Settled(item=item) | Absolute(item=item) | IsMissing(item=item):
            return (item,)
        case IsIn(item=item) | DateShift(item=item):
            return (item,)
        case Case(cases=cases, otherwise=otherwise):
            inner = tuple(part for case in cases for part in case)
            return inner if otherwise is None else (*inner, otherwise)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes under it."""
    pending = [node]
    while pending:
        here = pending.pop()
        yield here
        pending.extend(reversed(children(here)))


def refs_of(node: Node) -> dict[str, Kind]:
    """Return the columns and earlier values a tree reads, in the order met."""
    return {here.name: here.kind for here in walk(node) if isinstance(here, Ref)}


def parameters_of(node: Node) -> dict[str, Kind]:
    """Return the dated parameters a tree reads."""
    return {here.name: here.kind for here in walk(node) if isinstance(here, Parameter)}


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the tree with ``change`` applied to every node, leaves first."""

    def again(item: Node) -> Node:
        return rebuilt(item, change)

    match node:
        case Compare(op=op, left=left, right=right):
            node = Compare(op, again(left), again(right))
        case Arithmetic(op=sign, left=left, right=right, kind=kind):
            node = Arithmetic(sign, again(left), again(right), kind)
        case And(items=items):
            node = And(tuple(map(again, items)))
        case Or(items=items):
            node = Or(tuple(map(again, items)))
        case Extreme(word=word, items=items):
            node = Extreme(word, tuple(map(again, items)))
        case Not(item=item):
            node = Not(again(item))
        case IsMissing(item=item):
            node = IsMissing(again(item))
        case IsIn(item=item, values=values):
            node = IsIn(again(item), values)
        case Absolute(item=item):
            node = Absolute(again(item))
        case DateShift(item=item, duration=duration, sign=direction):
            node = DateShift(again(item), duration, direction)
        case Settled(item=item, default=default):
            node = Settled(again(item), default)
        case Case(cases=cases, otherwise=otherwise):
            pairs = tuple((again(when), again(then)) for when, then in cases)
            node = Case(pairs, None if otherwise is None else again(otherwise))
        case _:
            pass
    return change(node)


def resolved(node: Node, values: Mapping[str, Value]) -> Node:
    """Return the tree with every parameter replaced by its value, and constants worked out.

    Raises
    ------
    KeyError
        If a parameter has no value.
    WrongLiteral
        If a day moved by a duration is no date.
    """

    def settle(here: Node) -> Node:
        match here:
            case Parameter(name=name, kind=kind):
                return Constant(values[name], kind)
            case DateShift(item=Constant(value=day), duration=duration, sign=sign) if day:
                return Constant(shifted(day, duration, sign), kind_of(here))  # type: ignore[arg-type]
            case Arithmetic(op=op, left=Constant(value=a), right=Constant(value=b), kind=kind):
                return Constant(_worked_out(op, a, b), kind)
            case Extreme(word=word, items=items) if all(isinstance(i, Constant) for i in items):
                known = [i.value for i in items if isinstance(i, Constant)]
                return Constant(_extreme(word, known), kind_of(here))
            case Absolute(item=Constant(value=float(number), kind=kind)):
                return Constant(abs(number), kind)
        return here

    return rebuilt(node, settle)


def _extreme(word: str, values: list[Value]) -> Value:
    if any(value is None for value in values):
        return None
    return (min if word == "min" else max)(values)  # type: ignore[type-var]


def _worked_out(op: str, a: Value, b: Value) -> Value:
    if not isinstance(a, float) or not isinstance(b, float):
        return None
    return {"+": a + b, "-": a - b, "*": a * b}[op]
