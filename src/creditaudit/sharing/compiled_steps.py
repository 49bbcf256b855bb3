"""The same two steps in compiled code; importing this needs numba.

Equal to `array_steps` in every result. An arc is drawn only where it could bring something.
"""

from typing import Any

import numpy as np
from numba import njit

PRIME = 2**31 - 1
BYTE = np.uint64(255)
NOTHING = np.uint64(0)


def _compiled(function: Any) -> Any:
    """Return the function compiled, kept on disk where the folder can be written to."""
    try:
        return njit(cache=True)(function)
    except RuntimeError:
        return njit(function)


@_compiled
def _times(x: int, y: int) -> int:
    """Return x y mod 2^31 - 1, for x and y below it, without a division."""
    product = x * y
    product = (product & PRIME) + (product >> 31)
    return product - PRIME if product >= PRIME else product


@_compiled
def _plus(x: int, y: int) -> int:
    total = x + y
    return total - PRIME if total >= PRIME else total


@_compiled
def _fifth(x: int) -> Any:
    square = _times(x, x)
    return _times(_times(square, square), x)


@_compiled
def walk(  # type: ignore[no-untyped-def]
    nodes, delta, carry, eligible, starts, ends, a, b, c, d, e, limit, seen, mask, incoming, via,
    flow, found, n_found,
):  # fmt: skip
    """Send new bits along open arcs; return how many nodes ``found`` holds now."""
    some = len(eligible) > 0
    for i in nodes:
        bits = delta[i] & carry
        if bits == NOTHING or (some and not eligible[i]):
            continue
        base = _plus(_times(np.int64(i), a), c)
        for k in range(starts[i], starts[i + 1]):
            j = ends[k]
            if bits & ~seen[j] == NOTHING:
                continue
            if limit < PRIME:
                x = _plus(base, _times(np.int64(j), b))
                if _fifth(_plus(_times(_fifth(x), d), e)) >= limit:
                    continue
            seen[j] |= bits
            if incoming[j] == NOTHING:
                found[n_found] = j
                n_found += 1
                if mask[j] == NOTHING:
                    via[j] = flow
            incoming[j] |= bits
    return n_found


@_compiled
def settle(found, n_found, incoming, seen, implied, mask, tables, delta, level, ties, nodes):  # type: ignore[no-untyped-def]
    """Add what came in, with its imports; return how many ``nodes`` have something new."""
    count = 0
    n_bytes = len(tables)
    for place in range(n_found):
        j = found[place]
        came = incoming[j]
        incoming[j] = NOTHING
        closed = NOTHING
        for byte in range(n_bytes):
            closed |= tables[byte, (came >> np.uint64(8 * byte)) & BYTE]
        new = closed & ~mask[j]
        if implied:
            seen[j] |= closed
        if new != NOTHING:
            mask[j] |= new
            delta[j] = new
            nodes[count] = j
            count += 1
            if level[j] < 0:
                level[j] = ties
    return count
