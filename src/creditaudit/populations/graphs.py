"""A causal graph: what each column of a synthetic person is computed from, and how."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations.biases import Bias
from creditaudit.populations.packs import Numbers
from creditaudit.populations.randomness import Noise

Array = NDArray[Any]
Values = Mapping[str, Array]
# Parents' values, noise, the numbers of the pack, the knobs: one block of people in, one out.
Compute = Callable[[Values, Noise, Numbers, Bias], Array]


@dataclass(frozen=True)
class Node:
    """One quantity of a person.

    Parameters
    ----------
    name : str
        What it is called, in the graph and as a column.
    parents : sequence of str
        The quantities it is computed from, and no others.
    compute : callable
        From parents' values, noise, numbers and knobs to one value a person.
    formula : str
        The same in words and signs, for readers.
    unit : str
        Unit of the value; empty for levels and flags.
    levels : sequence of str
        The words that the codes 0, 1, ... stand for; a code of -1 is missing.
    decimals : int, optional
        Numbers are rounded to so many decimals before anything else is computed from them, so that
        the last bit, in which machines differ, is gone.
    numbers : sequence of str
        Numbers of the pack that the code reads under a name put together when it runs.
    idle : mapping of str to str
        Parent -> the knob at zero of which the code does not look at it.
    """

    name: str
    parents: tuple[str, ...]
    compute: Compute
    formula: str
    unit: str = ""
    levels: tuple[str, ...] = ()
    decimals: int | None = None
    numbers: tuple[str, ...] = ()
    idle: Mapping[str, str] = field(default_factory=dict)

    def read(self, knobs: Bias) -> tuple[str, ...]:
        """Return the parents that the code looks at under these knobs."""
        return tuple(
            parent
            for parent in self.parents
            if parent not in self.idle or getattr(knobs, self.idle[parent])
        )

    @property
    def asks(self) -> frozenset[str]:
        """Names that its code reads from the pack and from the knobs, among other names."""
        return frozenset(self.compute.__code__.co_names).union(self.numbers)

    def value(self, seen: Values, noise: Noise, numbers: Numbers, knobs: Bias) -> Array:
        """Return the value of each person in a block, rounded."""
        computed = self.compute(seen, noise, numbers, knobs)
        if self.decimals is None:
            return computed
        if self.decimals == 0:
            rounded = np.rint(computed)
        else:
            step = 10.0**self.decimals
            rounded = computed * step
            np.rint(rounded, out=rounded)
            rounded /= step
        # Adding zero turns -0.0 into 0.0: equal numbers have equal bits.
        rounded += 0.0
        return rounded


class Graph:
    """Nodes in an order in which each comes after its parents.

    Parameters
    ----------
    nodes : iterable of Node
        Each after its parents, so the order in which they are written is the order in which they
        are computed, and a circle cannot be written.

    Raises
    ------
    InputError
        If a name comes twice, or a node before one of its parents.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes: dict[str, Node] = {}
        for node in nodes:
            late = [parent for parent in node.parents if parent not in self.nodes]
            if node.name in self.nodes or late:
                fault = f"comes before its parents {late}" if late else "comes twice"
                msg = f"Node {node.name!r} {fault}."
                raise InputError(msg)
            self.nodes[node.name] = node

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __contains__(self, name: object) -> bool:
        return name in self.nodes

    def require(self, names: Iterable[str], fix: str) -> None:
        """Raise the error that lists what there is, when a name is not in the graph."""
        missing = [name for name in names if name not in self.nodes]
        if missing:
            raise MissingColumn.of(missing, self.nodes, fix)

    def ancestors(self, names: Iterable[str]) -> list[Node]:
        """Return the nodes that these need, themselves among them, in order."""
        wanted = set(names)
        for node in reversed(self.nodes.values()):
            if node.name in wanted:
                wanted.update(node.parents)
        return [node for node in self if node.name in wanted]

    def descendants(self, names: Iterable[str]) -> set[str]:
        """Return the names of what depends on these, themselves among them."""
        moved = set(names)
        for node in self:
            if moved.intersection(node.parents):
                moved.add(node.name)
        return moved

    def entered_by(self, knob: str) -> set[str]:
        """Return the names of the nodes whose code reads a knob."""
        return {node.name for node in self if knob in node.asks}

    def frame(self) -> pd.DataFrame:
        """Return one row a node: ``node, parents, formula, unit, levels, decimals``."""
        rows = [
            (
                node.name, ", ".join(node.parents), node.formula, node.unit,
                ", ".join(node.levels), node.decimals,
            )
            for node in self
        ]  # fmt: skip
        columns = ["node", "parents", "formula", "unit", "levels", "decimals"]
        return pd.DataFrame(rows, columns=columns).astype({"decimals": "Int64"})
