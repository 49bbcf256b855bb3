"""Worlds: the same people and the same noise, with some quantities set by hand."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Graph, Node
from creditaudit.populations.packs import Numbers, Pack
from creditaudit.populations.randomness import BLOCK, Noise

Edge = tuple[str, str]
Finish = Callable[[str, Array], Any]


@dataclass(frozen=True, eq=False)
class Setting:
    """A value that a quantity is given, for everyone or for some."""

    value: NDArray[Any]
    where: NDArray[np.bool_] | None = None

    @property
    def for_everyone(self) -> bool:
        """Whether no computed value is left."""
        return self.where is None and self.value.ndim == 0

    def put(self, computed: Array, block: int) -> Array:
        """Return a block's values with those set by hand in their place."""
        where = _of_block(self.where, block, fill=False)
        if self.value.ndim == 0:
            given: Array = self.value
        else:
            given = _of_block(self.value, block, fill=0)
            # People beyond the table keep what was computed.
            inside = np.arange(BLOCK) < len(self.value) - block * BLOCK
            where = inside if where is None else where & inside
        if where is None:
            return np.full_like(computed, given)
        return np.where(where, given, computed).astype(computed.dtype)


@dataclass(frozen=True, eq=False)
class World:
    """Everything that decides what people are like, but how many there are.

    Parameters
    ----------
    graph : Graph
        What is computed from what.
    pack : Pack
        The numbers.
    bias : Bias
        The knobs.
    seed : int
        The noise.
    settings : mapping of str to tuple of Setting
        Quantities set by hand, the last setting last.
    held : mapping of str or (parent, child) to World
        Quantities, or edges, read from another world instead of being computed in this one.
    """

    graph: Graph
    pack: Pack
    bias: Bias
    seed: int
    settings: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)
    held: Mapping[str | Edge, "World"] = field(default_factory=dict)

    def values(
        self, block: int, wanted: Collection[str], *, month: int = 0, kept_as: Finish | None = None
    ) -> dict[str, Any]:
        """Return the wanted quantities of one whole block of people.

        With ``kept_as``, each as this makes it, as soon as nothing else is computed from it.
        """
        noise, numbers = Noise(self.seed, block, month), self.pack.numbers
        needed = self._needed(wanted)
        elsewhere = self._elsewhere(needed, block)
        last = {parent: node.name for node in needed for parent in (*node.parents, node.name)}
        kept, values = set(wanted), dict[str, Any]()
        for node in needed:
            if node.name in self.held:
                values[node.name] = elsewhere[node.name]
            else:
                values[node.name] = self._value(node, values, elsewhere, noise, numbers)
            # What nobody will look at again makes room, so that a block stays in the cache.
            for name in {*node.parents, node.name}:
                if last[name] != node.name or name not in values:
                    continue
                if name not in kept:
                    values.pop(name)
                elif kept_as:
                    values[name] = kept_as(name, values[name])
        return values

    def _value(
        self, node: Node, values: Mapping[str, Array], elsewhere: Mapping[str | Edge, Array],
        noise: Noise, numbers: Numbers,
    ) -> Array:  # fmt: skip
        settings = self.settings.get(node.name, ())
        if settings and settings[-1].for_everyone:
            return np.full(BLOCK, settings[-1].value)
        seen = {
            parent: elsewhere.get((parent, node.name), values.get(parent))
            for parent in node.parents
        }
        computed = node.value(seen, noise, numbers, self.bias)  # type: ignore[arg-type]
        for setting in settings:
            computed = setting.put(computed, noise.block)
        return computed

    def _needed(self, wanted: Iterable[str]) -> list[Node]:
        names = set(wanted)
        for node in reversed(list(self.graph)):
            settings = self.settings.get(node.name, ())
            fixed = node.name in self.held or (settings and settings[-1].for_everyone)
            if node.name in names and not fixed:
                names.update(node.read(self.bias))
        return [node for node in self.graph if node.name in names]

    def _elsewhere(self, needed: Collection[Node], block: int) -> dict[str | Edge, Array]:
        here = {node.name for node in needed}
        asked: dict[World, list[str | Edge]] = {}
        for key, world in self.held.items():
            child = key if isinstance(key, str) else key[1]
            if child in here:
                asked.setdefault(world, []).append(key)
        found: dict[str | Edge, Array] = {}
        for world, keys in asked.items():
            sources = {key: key if isinstance(key, str) else key[0] for key in keys}
            values = world.values(block, set(sources.values()))
            found |= {key: values[source] for key, source in sources.items()}
        return found

    def everyone(self, n: int, wanted: Collection[str]) -> dict[str, Array]:
        """Return quantities of the first ``n`` people, as one array each."""
        parts: list[dict[str, Array]] = []
        for block in range(-(-n // BLOCK)):
            values, inside = self.values(block, wanted), slice(0, n - block * BLOCK)
            parts.append({name: values[name][inside] for name in wanted})
        return {name: np.concatenate([part[name] for part in parts]) for name in wanted}

    def asked_of(self, wanted: Iterable[str]) -> set[str]:
        """Return the names of the pack's numbers that these quantities rest on."""
        read: set[str] = set()
        for node in self._needed(wanted):
            if node.name not in self.held:
                read |= node.asks
        others = [world.asked_of(wanted) for world in set(self.held.values())]
        return set().union(read & set(self.pack.parameters), *others)

    def changed(
        self,
        n: int,
        given: Mapping[str, Any],
        *,
        where: Any = None,
        hold: Iterable[str | Edge] = (),
        bias: Bias | None = None,
    ) -> "World":
        """Return the world with quantities set by hand, and others held as they are in this one.

        Parameters
        ----------
        n : int
            How many people there are, which arrays must match.
        given : mapping
            Quantity -> value for everyone, or one value a person; levels by their name.
        where : array-like of bool of length n, optional
            For whom; everyone by default.
        hold : iterable of str or (parent, child)
            Quantities that keep the values they have in this world, or edges along which a child
            keeps seeing the parent of this world.
        bias : Bias, optional
            Other knobs.

        Raises
        ------
        InputError
            If a name is not in the graph, an edge is not in it, a value is of the wrong kind, or
            a length does not match.
        """
        holds = [hold] if isinstance(hold, str) else [_edge(one) for one in hold]
        names = [*given, *(one for one in holds if isinstance(one, str))]
        self.graph.require(names, "creditaudit.populations.causal_graph() lists what can be set.")
        for edge in holds:
            if not isinstance(edge, str) and edge[0] not in self._parents(edge[1]):
                msg = f"hold has {edge!r}, which is no edge (parent, child) of the graph."
                raise InputError(msg)
        mask = None if where is None else _mask(where, n)
        settings = dict(self.settings)
        held = {**self.held, **dict.fromkeys(holds, self)}
        for name, value in given.items():
            setting = Setting(_plain(self.graph.nodes[name], value, n), mask)
            earlier = () if setting.for_everyone else settings.get(name, ())
            settings[name] = (*earlier, setting)
            held.pop(name, None)
        return replace(self, settings=settings, held=held, bias=bias or self.bias)

    def _parents(self, name: str) -> tuple[str, ...]:
        return self.graph.nodes[name].parents if name in self.graph else ()


def _edge(one: Any) -> str | Edge:
    if isinstance(one, str):
        return one
    pair = tuple(one)
    if len(pair) != 2:
        msg = f"hold has {one!r}; it takes names and (parent, child) pairs."
        raise InputError(msg)
    return pair


def _plain(node: Node, value: Any, n: int) -> NDArray[Any]:
    given = np.asarray(value)
    if given.ndim and given.shape != (n,):
        msg = f"{node.name} has shape {given.shape}; give one value, or one for each of {n} people."
        raise InputError(msg)
    if not node.levels:
        if given.dtype.kind not in "biuf":
            msg = f"{node.name}={value!r} must be a number."
            raise InputError(msg)
        return given
    unknown = sorted(set(map(str, given.ravel().tolist())) - set(node.levels))
    if unknown:
        msg = f"{node.name} has no level {unknown}. Levels: {', '.join(node.levels)}."
        raise InputError(msg)
    codes = [node.levels.index(str(level)) for level in given.ravel().tolist()]
    return np.array(codes, dtype=np.int8).reshape(given.shape)


def _mask(where: Any, n: int) -> NDArray[np.bool_]:
    mask = np.asarray(where)
    if mask.shape != (n,) or mask.dtype.kind != "b":
        found = f"where has shape {mask.shape} and type {mask.dtype}"
        msg = f"{found}; give one True or False for each of {n} people."
        raise InputError(msg)
    return mask


def _of_block(values: NDArray[Any] | None, block: int, *, fill: Any) -> Any:
    if values is None:
        return None
    part = values[block * BLOCK : (block + 1) * BLOCK]
    if len(part) == BLOCK:
        return part
    return np.concatenate([part, np.full(BLOCK - len(part), fill, dtype=values.dtype)])
