"""One fixed draw for each arc and seed, the same in Python, in compiled code and in SQL."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
PRIME = 2**31 - 1
N_KEYS = 5


def arc_keys(seed: int, relation: str, direction: str) -> tuple[int, ...]:
    """Return the five numbers, 1 to 2^31 - 2, that make the draws of one seed and kind of arc.

    Parameters
    ----------
    seed : int
    relation : str
    direction : {"forward", "backward"}
        A tie that stands once and carries both ways has a draw for each way.
    """
    digest = blake2b(f"{seed}|{relation}|{direction}".encode(), digest_size=8 * N_KEYS).digest()
    parts = (digest[8 * k : 8 * k + 8] for k in range(N_KEYS))
    return tuple(1 + int.from_bytes(part, "little") % (PRIME - 1) for part in parts)


def draws_of_arcs(src: Ints, dst: Ints, keys: Sequence[int]) -> Ints:
    """Return a whole number from 0 to 2^31 - 2 for each arc; divided by 2^31 - 1 it is uniform.

    Parameters
    ----------
    src, dst : array of int, values from 0 to 2^31 - 2
    keys : sequence of five int
        From `arc_keys`.

    Notes
    -----
    With p = 2^31 - 1 and keys a, b, c, d, e: x = a src + b dst + c mod p, so that any two arcs are
    independent over seeds; then y = d x^5 + e and y^5 mod p, which are permutations since 5 does
    not divide p - 1, so that more than two are not tied to each other by the line. Every product
    stays under 2^63: the same text runs in any SQL with 64-bit whole numbers.

    References
    ----------
    Carter, J. L. and Wegman, M. N. (1979). JCSS 18, 143-154 (the first, linear step).
    """
    a, b, c, d, e = (np.int64(key) for key in keys)
    x = (np.asarray(src, np.int64) * a % PRIME + np.asarray(dst, np.int64) * b % PRIME + c) % PRIME
    draws: Ints = _fifth((_fifth(x) * d + e) % PRIME)
    return draws


def _fifth(x: Any) -> Any:
    square = x * x % PRIME
    return square * square % PRIME * x % PRIME


def open_arcs_sql(arcs: str, keys: Sequence[int], limit: int) -> str:
    """Return as SQL text the rows of ``arcs`` whose draw is below a limit: ``j`` and ``mask``.

    Parameters
    ----------
    arcs : str
        A query that gives ``i``, ``j`` and ``mask``: from whom, to whom, and what travels.
    keys : sequence of five int
    limit : int
    """
    a, b, c, d, e = keys
    p = PRIME
    x = f"select j, mask, (i * {a} % {p} + j * {b} % {p} + {c}) % {p} as x from ({arcs}) as arcs"
    square = f"select j, mask, x, x * x % {p} as s from ({x}) as one"
    y = f"select j, mask, (s * s % {p} * x % {p} * {d} + {e}) % {p} as x from ({square}) as two"
    square = f"select j, mask, x, x * x % {p} as s from ({y}) as three"
    return f"select j, mask from ({square}) as four where s * s % {p} * x % {p} < {limit}"
