"""Who is tied to whom, as arrays that a cascade walks along."""

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from creditaudit.errors import InputError

Ints = NDArray[Any]
WAYS = ("forward", "backward")
MOST_NODES = 2**31 - 2


@dataclass(frozen=True, eq=False)
class Arcs:
    """The ties of one kind, one way: node i leads to ``ends[starts[i]:starts[i + 1]]``.

    Attributes
    ----------
    starts : array of int32 or int64, length n + 1
    ends : array of int32
    """

    starts: Ints
    ends: Ints

    @property
    def count(self) -> int:
        """Number of arcs."""
        return len(self.ends)

    @property
    def nbytes(self) -> int:
        """Bytes it takes."""
        return int(self.starts.nbytes + self.ends.nbytes)

    @property
    def degrees(self) -> Ints:
        """Arcs that leave each node."""
        return np.diff(self.starts)

    def sources(self) -> Ints:
        """Return the node that each arc leaves, int32."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), self.degrees)


@dataclass(eq=False, repr=False)
class TieGraph:
    """The ties of a society, by kind and way; people first, firms after them.

    Parameters
    ----------
    n : int
        People and firms.
    first_firm : int
        Number of the first firm; n where there are none.
    ties : mapping of str to (src, dst)
        Arrays of whole numbers for each kind. Ways are laid out when first walked, then kept.

    Raises
    ------
    InputError
        If a tie names a number that is not there.
    """

    n: int
    first_firm: int
    ties: dict[str, tuple[Ints, Ints]]
    _laid: dict[tuple[str, str], Arcs] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.first_firm <= self.n <= MOST_NODES:
            msg = f"A graph has 0 <= first_firm <= n <= {MOST_NODES:,}, not {self.n}."
            raise InputError(msg)
        for name, ends in self.ties.items():
            for end in ends:
                if len(end) and not 0 <= int(end.min()) <= int(end.max()) < self.n:
                    msg = f"Ties of kind {name!r} name numbers outside 0 to {self.n - 1:,}."
                    raise InputError(msg)

    @property
    def relations(self) -> tuple[str, ...]:
        """Kinds of ties."""
        return tuple(self.ties)

    @property
    def nbytes(self) -> int:
        """Bytes that the ways laid out so far take."""
        return sum(arcs.nbytes for arcs in self._laid.values())

    def arcs(self, relation: str, way: str = "forward") -> Arcs:
        """Return the arcs of one kind, from ``src`` to ``dst`` or back.

        Raises
        ------
        InputError
            If there is no such kind.
        """
        if relation not in self.ties:
            msg = f"There are no ties of kind {relation!r}. Kinds: {', '.join(self.ties)}."
            raise InputError(msg)
        if (relation, way) not in self._laid:
            src, dst = self.ties[relation]
            self._laid[relation, way] = laid_out(
                self.n, *((src, dst) if way == "forward" else (dst, src))
            )
        return self._laid[relation, way]

    def __repr__(self) -> str:
        ties = sum(len(src) for src, _ in self.ties.values())
        return f"<TieGraph: {self.n:,} nodes, {ties:,} ties of {len(self.ties)} kinds>"


def laid_out(n: int, src: Ints, dst: Ints) -> Arcs:
    """Return arcs sorted by where they leave from, by counting and not by comparing.

    Parameters
    ----------
    n : int
        Nodes.
    src, dst : array of int
        In any order; the ends of a node keep theirs.
    """
    starts = np.zeros(n + 1, dtype=np.int32 if len(src) < 2**31 else np.int64)
    np.cumsum(np.bincount(src, minlength=n), out=starts[1:])
    if len(src) == 0 or bool((src[1:] >= src[:-1]).all()):
        return Arcs(starts, dst.astype(np.int32))
    # A matrix with one column an arc, turned into rows: a counting sort in compiled code.
    columns = np.arange(len(src) + 1, dtype=starts.dtype)
    kept = np.ones(len(src), dtype=np.int8)
    rows = sparse.csc_array((kept, src.astype(starts.dtype), columns), shape=(n, len(src))).tocsr()
    return Arcs(starts, dst.astype(np.int32)[rows.indices])


_GRAPHS: "WeakKeyDictionary[Any, TieGraph]" = WeakKeyDictionary()


def graph_of(world: Any) -> TieGraph:
    """Return the ties of a society as a graph; built once for a society, used by every regime.

    Parameters
    ----------
    world : Society

    Returns
    -------
    TieGraph
        About 4 bytes an arc and 4 a node for each kind and way that is walked.
    """
    if world not in _GRAPHS:
        n = world.people.n + world.firms.n
        _GRAPHS[world] = TieGraph(n, world.first_firm, ties_by_kind(world.ties))
    return _GRAPHS[world]


def ties_by_kind(ties: pd.DataFrame) -> dict[str, tuple[Ints, Ints]]:
    """Return ``src`` and ``dst`` of each kind; views where the rows of a kind stand together."""
    codes = ties["relation"].cat.codes.to_numpy()
    src, dst = ties["src"].to_numpy(), ties["dst"].to_numpy()
    together = bool((codes[1:] >= codes[:-1]).all())
    found = {}
    for code, name in enumerate(ties["relation"].cat.categories):
        if together:
            rows: Any = slice(*np.searchsorted(codes, [code, code + 1]))
        else:
            rows = codes == code
        found[str(name)] = (src[rows], dst[rows])
    return found
