"""How formulas of firms are written down: like those of people, with the knobs of firms."""

from collections.abc import Callable, Sequence
from typing import cast

from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.graphs import Array, Compute, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons import shapes
from creditaudit.populations.randomness import Noise

# Parents' values, noise, the numbers of the pack, the knobs: one block of firms in, one out.
FirmCompute = Callable[[Values, Noise, Numbers, FirmBias], Array]


def declare_firm(nodes: list[Node]) -> Callable[..., Callable[[FirmCompute], FirmCompute]]:
    """Return a decorator that adds a function to a list of nodes; see `persons.shapes.declare`."""
    of_people = shapes.declare(nodes)

    def node(
        name: str, parents: str = "", *, formula: str, unit: str = "", decimals: int | None = None,
        levels: Sequence[str] = (),
    ) -> Callable[[FirmCompute], FirmCompute]:  # fmt: skip
        add = of_people(
            name, parents, formula=formula, unit=unit, decimals=decimals, levels=levels
        )  # fmt: skip

        def added(compute: FirmCompute) -> FirmCompute:
            # The graph hands on whatever knobs its world holds: those of people or those of firms.
            add(cast(Compute, compute))
            return compute

        return added

    return node
