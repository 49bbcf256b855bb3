"""From findings to everyone they reach: imports at no cost, ties counted, each arc drawn once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from creditaudit.errors import InputError, MissingExtra
from creditaudit.sharing import array_steps
from creditaudit.sharing.arc_draws import PRIME
from creditaudit.sharing.tie_graphs import Arcs

Ints = NDArray[Any]
Masks = NDArray[np.uint64]
Engine = Literal["auto", "numba", "numpy"]
ALL = np.uint64(2**64 - 1)
IDENTITY = np.array(
    [np.arange(256, dtype=np.uint64) << np.uint64(8 * byte) for byte in range(8)]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Flow:
    """One way in which something travels along one kind of arc.

    Parameters
    ----------
    arcs : Arcs
    keys : tuple of int
        What the draws of the arcs are made from; see `arc_draws.arc_keys`.
    limit : int
        An arc whose draw is below it is open.
    carry : int
        Agencies whose listings travel, as bits.
    layer : int
        0 if the listing itself travels; k if measure k touches.
    hops : int or None
        Ties it may cross, counted from the finding; None for no limit.
    eligible : array of bool, optional
        Whose listings travel; everybody's if left out.
    """

    arcs: Arcs
    keys: tuple[int, ...]
    limit: int
    carry: int = int(ALL)
    layer: int = 0
    hops: int | None = 1
    eligible: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Reach:
    """Whom findings reach in one draw.

    Attributes
    ----------
    masks : array of uint64, shape (n_layers, n)
        Row 0: which agencies list each person or firm. Row k: whose listing brings measure k.
    levels : array of int32, the same shape
        Fewest ties from a finding; 0 for those with a finding, -1 where nothing comes.
    via : array of int16, the same shape
        The flow that came first; -1 where there is none.
    brought : list, optional
        ``(level, flow, source, to, bits)`` of the arcs that brought something new.
    """

    masks: Masks
    levels: Ints
    via: Ints
    brought: list[tuple[int, int, Ints, Ints, Masks]] = field(default_factory=list, repr=False)

    @property
    def depth(self) -> int:
        """Most ties between a finding and somebody it reaches."""
        return int(max(self.levels.max(initial=0), 0))


def has_numba() -> bool:
    """Whether compiled steps can be used: numba is there and works with this numpy."""
    if find_spec("numba") is None:
        return False
    try:
        import_module("creditaudit.sharing.compiled_steps")
    except ImportError:
        return False
    return True


def chosen_engine(engine: Engine) -> Literal["numba", "numpy"]:
    """Return the engine that will run.

    Raises
    ------
    MissingExtra
        If numba was asked for and is not there.
    InputError
        If there is no such engine.
    """
    if engine not in ("auto", "numba", "numpy"):
        msg = f"engine={engine!r} must be 'auto', 'numba' or 'numpy'."
        raise InputError(msg)
    if engine == "numba" and not has_numba():
        package, extra = "numba", "fast"
        raise MissingExtra.of(package, extra, "A compiled cascade")
    return "numpy" if engine == "numpy" or not has_numba() else "numba"


def spread(
    own: Masks,
    tables: Masks,
    flows: Sequence[Flow] = (),
    *,
    n_layers: int = 1,
    engine: Engine = "auto",
    trace: bool = False,
) -> Reach:
    """Return whom findings reach.

    Parameters
    ----------
    own : array of uint64, length n
        Which agencies have a finding of their own, as bits.
    tables : array of uint64, shape (n_bytes, 256)
        Closure of imports, one table a byte; see `closures.byte_tables`.
    flows : sequence of Flow
    n_layers : int
        1 and one for each measure that travels.
    engine : {"auto", "numba", "numpy"}
        Both give the same arrays. A trace is always made by numpy.
    trace : bool
        Whether to keep the arcs that brought something.

    Notes
    -----
    Step t walks the arcs of every flow with hops >= t, and carries only what was new at step t - 1.
    A bit so comes first by the fewest ties it can come by, and the fewest are the best: a path
    allowed after a longer way is allowed after a shorter one. It is therefore the same as k + 1
    masks a person for k hops, of which bits of the last one stop. What comes in counts as a listing
    by that agency, and its imports follow in the same step, since imports are no ties. Masks only
    grow, so the least fixed point is reached; every open arc stays open when its p is raised (same
    draw, higher limit), so masks are monotone in every p.

    References
    ----------
    Kempe, D., Kleinberg, J. and Tardos, E. (2003). KDD, 137-146 (open arcs drawn once).
    """
    n = len(own)
    masks = np.zeros((n_layers, n), np.uint64)
    masks[0] = array_steps.close(own, tables)
    levels = np.full((n_layers, n), -1, np.int32)
    nodes = np.flatnonzero(masks[0]).astype(np.int32)
    levels[0, nodes] = 0
    via = np.full((n_layers, n), -1, np.int16)
    reach = Reach(masks, levels, via)
    if flows:
        compiled = chosen_engine(engine) == "numba" and not trace
        _Run(own, tables, flows, reach, compiled, trace).until_nothing_is_new(nodes)
    return reach


class _Run:
    """The arrays of one run: what is coming in, what is new, and who has it."""

    def __init__(
        self, own: Masks, tables: Masks, flows: Sequence[Flow], reach: Reach, compiled: bool,
        trace: bool,
    ) -> None:  # fmt: skip
        n_layers, n = reach.masks.shape
        self.flows, self.reach, self.compiled, self.trace = flows, reach, compiled, trace
        self.incoming = np.zeros((n_layers, n), np.uint64)
        self.delta = np.zeros((n_layers, n), np.uint64)
        self.tables = [tables] + [IDENTITY] * (n_layers - 1)
        # What need not come again. Where an import may not be passed on, a held listing does not
        # imply its imports, so only what was found or came in counts.
        self.seen = reach.masks.copy()
        self.implied = np.array_equal(array_steps.close(tables.ravel(), tables), tables.ravel())
        if not self.implied:
            self.seen[0] = own

    def until_nothing_is_new(self, nodes: Ints) -> None:
        """Walk and settle, level by level."""
        masks = self.reach.masks
        fronts = [nodes] + [np.empty(0, np.int32)] * (len(masks) - 1)
        self.delta[0, nodes] = masks[0, nodes]
        ties = 0
        while any(len(front) for front in fronts):
            ties += 1
            active = [
                (place, one)
                for place, one in enumerate(self.flows)
                if one.hops is None or one.hops >= ties
            ]
            if not active:
                break
            found = self._walk(active, fronts, ties)
            for layer, front in enumerate(fronts):
                self.delta[layer, front] = 0
            fronts = [self._settle(layer, found[layer], ties) for layer in range(len(masks))]

    def _walk(self, active: list[tuple[int, Flow]], fronts: list[Ints], ties: int) -> list[Ints]:
        """Return for each layer the nodes with something coming in."""
        found: list[list[Ints]] = [[] for _ in fronts]
        for place, flow in active:
            # A measure comes from whoever is listed, or from whom it has touched before.
            for layer in dict.fromkeys((0, flow.layer)):
                if len(fronts[layer]):
                    found[flow.layer].append(self._along(flow, place, fronts[layer], layer, ties))
        return [np.concatenate(some) if some else np.empty(0, np.int32) for some in found]

    def _along(self, flow: Flow, place: int, nodes: Ints, layer: int, ties: int) -> Ints:
        to, reach = flow.layer, self.reach
        incoming, seen, mask = self.incoming[to], self.seen[to], reach.masks[to]
        arcs, via = flow.arcs, reach.via[to]
        if self.compiled:
            from creditaudit.sharing import compiled_steps

            eligible = np.empty(0, np.bool_) if flow.eligible is None else flow.eligible
            most = min(int((arcs.starts[nodes + 1] - arcs.starts[nodes]).sum()), len(mask))
            found = np.empty(most, np.int32)
            count = compiled_steps.walk(
                nodes, self.delta[layer], np.uint64(flow.carry), eligible, arcs.starts, arcs.ends,
                *flow.keys, flow.limit, seen, mask, incoming, via, place, found, 0,
            )  # fmt: skip
            return found[:count]
        if flow.eligible is not None:
            nodes = nodes[flow.eligible[nodes]]
        bits = self.delta[layer, nodes] & np.uint64(flow.carry)
        some = bits != 0
        arcs_brought: list[Any] | None = [] if self.trace else None
        new = array_steps.walk(
            nodes[some], bits[some], arcs.starts, arcs.ends, flow.keys, flow.limit, seen, mask,
            incoming, via, place, arcs_brought,
        )  # fmt: skip
        reach.brought.extend((ties, *one) for one in arcs_brought or ())
        return new

    def _settle(self, layer: int, found: Ints, ties: int) -> Ints:
        given = (
            self.incoming[layer], self.seen[layer], self.implied, self.reach.masks[layer],
            self.tables[layer],            self.delta[layer], self.reach.levels[layer],
        )  # fmt: skip
        if not self.compiled:
            return array_steps.settle(found, *given, ties)
        from creditaudit.sharing import compiled_steps

        # In order, the next step reads memory from end to end.
        found = np.sort(found)
        nodes = np.empty(len(found), np.int32)
        count = compiled_steps.settle(found, len(found), *given, ties, nodes)
        return nodes[:count]


def open_limit(p: float) -> int:
    """Return the limit of a flow that opens the share p of arcs.

    Raises
    ------
    InputError
        If p is not between 0 and 1.
    """
    if not 0 <= p <= 1:
        msg = f"p={p} is not a share between 0 and 1."
        raise InputError(msg)
    return int(np.ceil(p * PRIME))
