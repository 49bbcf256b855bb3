"""The two steps of a cascade on plain arrays: along the arcs, and what comes of it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditaudit.sharing.arc_draws import draws_of_arcs

Ints = NDArray[Any]
Masks = NDArray[np.uint64]
MOST_ARCS = 1 << 20
"""Arcs looked at in one go: bounds the memory of a step."""


def walk(
    nodes: Ints, bits: Masks, starts: Ints, ends: Ints, keys: tuple[int, ...], limit: int,
    seen: Masks, mask: Masks, incoming: Masks, via: Ints, flow: int, brought: list[Any] | None,
) -> Ints:  # fmt: skip
    """Send ``bits`` of ``nodes`` along their open arcs into ``incoming``.

    Returns
    -------
    array of int32
        Nodes that had nothing coming in before, in any order. ``brought`` gets the arcs that
        brought something, if it is a list.
    """
    found = []
    for some, their in _pieces(nodes, bits, starts):
        counts = (starts[some + 1] - starts[some]).astype(np.int64)
        offsets = np.repeat(starts[some] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        to = ends[offsets + np.arange(len(offsets))]
        sent = np.repeat(their, counts)
        fresh = (sent & ~seen[to]) != 0
        source, to, sent = np.repeat(some, counts)[fresh], to[fresh], sent[fresh]
        is_open = draws_of_arcs(source, to, keys) < limit
        source, to, sent = source[is_open], to[is_open], sent[is_open]
        first = np.unique(to[incoming[to] == 0])
        via[first[mask[first] == 0]] = flow
        np.bitwise_or.at(incoming, to, sent)
        seen[to] |= incoming[to]
        found.append(first.astype(np.int32))
        if brought is not None:
            brought.append((flow, source, to, sent))
    return np.concatenate(found) if found else np.empty(0, np.int32)


def _pieces(nodes: Ints, bits: Masks, starts: Ints) -> Iterator[tuple[Ints, Masks]]:
    reached = np.cumsum(starts[nodes + 1] - starts[nodes], dtype=np.int64)
    begin = 0
    while begin < len(nodes):
        spent = reached[begin - 1] if begin else 0
        end = max(int(np.searchsorted(reached, spent + MOST_ARCS, "right")), begin + 1)
        yield nodes[begin:end], bits[begin:end]
        begin = end


def settle(
    found: Ints, incoming: Masks, seen: Masks, implied: bool, mask: Masks, tables: Masks,
    delta: Masks, level: Ints, ties: int,
) -> Ints:  # fmt: skip
    """Add what came in to the masks, with its imports.

    ``implied`` says whether whatever an agency imports is implied by its listing, so that it need
    not come again.

    Returns
    -------
    array of int32
        Nodes with something new, in order; ``delta`` holds what is new to them.
    """
    found = np.sort(found)
    came = incoming[found]
    incoming[found] = 0
    closed = close(came, tables)
    new = closed & ~mask[found]
    if implied:
        seen[found] |= closed
    kept = new != 0
    nodes: Ints = found[kept]
    new = new[kept]
    mask[nodes] |= new
    delta[nodes] = new
    unreached = nodes[level[nodes] < 0]
    level[unreached] = ties
    return nodes


def close(masks: Masks, tables: Masks) -> Masks:
    """Return masks after all imports: the OR of one lookup a byte."""
    closed = np.zeros_like(masks)
    for byte, table in enumerate(tables):
        closed |= table[(masks >> np.uint64(8 * byte)) & np.uint64(255)]
    return closed
