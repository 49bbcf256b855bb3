"""Finitely many cases that stand for every row, as far as some conditions can tell."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from creditaudit.rulebooks.evaluations import evaluated
from creditaudit.rulebooks.kinds import Value
from creditaudit.rulebooks.trees import (
    And,
    Compare,
    Constant,
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
from creditaudit.vocabulary import NEVER, Column

MOST = 1_000_000
"""Cases that are looked at together; where there are more, nothing is claimed."""

MOST_WORKED_OUT = 20_000
"""Rows for which one expression is worked out; beyond, no row is shown to meet it."""

Bools = NDArray[np.bool_]
# Where it is true, and where it is false; it is unknown where it is neither.
Truth = tuple[Bools, Bools]


class Cases:
    """Cases that stand for all rows.

    Each column is cut wherever a condition compares it with a constant, so that two rows of one
    case give every such comparison the same truth. A comparison of anything else (a sum, two
    columns) is left open: in each case in which its columns are known it may be true and it may be
    false. So what holds in all cases holds for all rows within the domains of the columns. What is
    to hold for some row is asked of `witness`, which works out real rows.

    Attributes
    ----------
    values : dict of str to tuple
        The value of each column that stands for a stretch of its domain.
    """

    def __init__(self, trees: Iterable[Node], columns: Mapping[str, Column]) -> None:
        leaves = list(dict.fromkeys(leaf for tree in trees for leaf in _leaves(tree)))
        names = list(dict.fromkeys(name for leaf in leaves for name in refs_of(leaf)))
        self.open = [leaf for leaf in leaves if not _is_simple(leaf)]
        joined = {name for leaf in self.open for name in refs_of(leaf)}
        self.values: dict[str, tuple[Value, ...]] = {}
        for name in names:
            own = [leaf for leaf in leaves if name in refs_of(leaf)]
            values = values_of(columns[name], _constants(own))
            # Levels that no condition tells apart are one case.
            simple = [leaf for leaf in own if _is_simple(leaf)]
            told = {tuple(evaluated(leaf, {name: v}) for leaf in simple): v for v in values[::-1]}
            self.values[name] = values if name in joined else tuple(told.values())[::-1]
        self.axes = {key: place for place, key in enumerate([*names, *self.open])}
        sizes = [len(values) for values in self.values.values()]
        self.size: int = math.prod(sizes) * 2 ** len(self.open)
        self._known: dict[tuple[Node, bool], Truth] = {}

    @property
    def too_many(self) -> bool:
        """Whether nothing can be said because there are too many cases."""
        return self.size > MOST

    def never(self, tree: Node) -> bool:
        """Whether a condition is true for no row."""
        return not bool(self.truth(tree)[0].any())

    def always(self, tree: Node) -> bool:
        """Whether a condition is true for every row."""
        return bool(self.truth(tree)[0].all())

    def implies(self, one: Node, other: Node) -> bool:
        """Whether the other is true for every row for which the one is."""
        found = self.truth(one)[0] & ~self.truth(other)[0]
        return not found.any()

    def witness(self, tree: Node) -> dict[str, Value] | None:
        """Return a row for which a condition is true, or None if no case shows one."""
        true = np.broadcast_to(self.truth(tree, exact=True)[0], self._shape)
        places = np.argwhere(true)
        if not len(places):
            return None
        return {name: values[places[0][self.axes[name]]] for name, values in self.values.items()}

    def truth(self, node: Node, *, exact: bool = False) -> Truth:
        """Return where a condition is true and where it is false.

        With ``exact`` an open comparison is worked out for the values that stand for each case, and
        not left open: right for these rows, and for no others of the case.
        """
        match node:
            case And(items=items):
                parts = [self.truth(item, exact=exact) for item in items]
                return _all(p[0] for p in parts), ~_all(~p[1] for p in parts)
            case Or(items=items):
                parts = [self.truth(item, exact=exact) for item in items]
                return ~_all(~p[0] for p in parts), _all(p[1] for p in parts)
            case Not(item=item):
                true, false = self.truth(item, exact=exact)
                return false, true
            case Settled(item=item, default=default):
                true, false = self.truth(item, exact=exact)
                return (~false, false) if default else (true, ~true)
        key = (node, exact)
        if key not in self._known:
            self._known[key] = self._leaf(node, exact=exact)
        return self._known[key]

    @property
    def _shape(self) -> tuple[int, ...]:
        return (*map(len, self.values.values()), *(2 for _ in self.open))

    def _leaf(self, leaf: Node, *, exact: bool) -> Truth:
        names = list(refs_of(leaf))
        if leaf in self.open and not exact:
            unknown = ~_all(~self._missing(name) for name in names)
            chosen = self._along([True, False], self.axes[leaf])
            return chosen & ~unknown, ~chosen & ~unknown
        order = sorted(names, key=self.axes.__getitem__)
        if math.prod(len(self.values[name]) for name in order) > MOST_WORKED_OUT:
            return np.array(False), np.array(False)
        rows = itertools.product(*(self.values[name] for name in order))
        found = [evaluated(leaf, dict(zip(order, row, strict=True))) for row in rows]
        shape = [1] * len(self.axes)
        for name in order:
            shape[self.axes[name]] = len(self.values[name])
        true = np.array([one is True for one in found]).reshape(shape)
        false = np.array([one is False for one in found]).reshape(shape)
        return true, false

    def _missing(self, name: str) -> Bools:
        return self._along([value is None for value in self.values[name]], self.axes[name])

    def _along(self, given: Sequence[bool], axis: int) -> Bools:
        shape = [1] * len(self.axes)
        shape[axis] = len(given)
        return np.array(given).reshape(shape)


def _all(parts: Iterable[Bools]) -> Bools:
    found = np.array(True)
    for part in parts:
        found = found & part
    return found


def _leaves(node: Node) -> Iterator[Node]:
    """Yield the parts of a condition that are not made of other conditions."""
    if isinstance(node, And | Or):
        for item in node.items:
            yield from _leaves(item)
    elif isinstance(node, Not | Settled):
        yield from _leaves(node.item)
    else:
        yield node


def _is_simple(leaf: Node) -> bool:
    """Whether a leaf sets one column against constants alone."""
    match leaf:
        # What is missing in a sum is missing in one of its columns.
        case Ref() | Constant() | IsMissing() | IsIn(item=Ref()):
            return True
        case Compare(left=Ref(), right=Constant()) | Compare(left=Constant(), right=Ref()):
            return True
    return not refs_of(leaf)


def _constants(leaves: Iterable[Node]) -> list[Value]:
    found: list[Value] = []
    for leaf in leaves:
        for node in walk(leaf):
            if isinstance(node, Constant):
                found.append(node.value)
            elif isinstance(node, IsIn):
                found += node.values
    return [value for value in dict.fromkeys(found) if value is not None]


def values_of(column: Column, constants: Sequence[Value]) -> tuple[Value, ...]:
    """Return values of a column, at least one of each stretch between its cuts."""
    found: list[Value]
    if column.type == "yes_no":
        found = [False, True]
    elif column.type == "category":
        found = list(column.levels)
    elif column.type == "date":
        found = list(_days([day for day in constants if isinstance(day, date)], column))
    elif column.numeric:
        numbers = [float(one) for one in constants if type(one) is float]
        found = list(_numbers(numbers, column))
    else:
        texts = [one for one in constants if isinstance(one, str)]
        found = [*texts, "".join(texts) + "x"]
    return (*found, *(() if column.missing == NEVER else (None,)))


def _numbers(cuts: Sequence[float], column: Column) -> list[float]:
    low = -math.inf if column.low is None else column.low
    high = math.inf if column.high is None else column.high
    if column.whole:
        near = {float(math.floor(cut) + step) for cut in cuts for step in (-1, 0, 1, 2)}
    else:
        ordered = sorted(cuts)
        near = {*cuts, *((a + b) / 2 for a, b in itertools.pairwise(ordered))}
        near |= {(cut + end) / 2 for cut in cuts for end in (low, high) if math.isfinite(end)}
        near |= {end for cut in ordered for end in (cut - 1, cut + 1)}
    near |= {end for end in (low, high) if math.isfinite(end)} or {0.0}
    return sorted(one for one in near if low <= one <= high)


def _days(cuts: Sequence[date], column: Column) -> list[date]:
    low, high = column.domain[0], column.domain[1]
    ends = [end for end in (low, high) if isinstance(end, date)]
    inner = [cut for cut in cuts if date.min < cut < date.max]
    near = {cut + timedelta(days=step) for cut in inner for step in (-1, 0, 1)} | set(ends)
    near = near or {date(2000, 1, 1)}
    return sorted(one for one in near if len(ends) < 2 or ends[0] <= one <= ends[1])
