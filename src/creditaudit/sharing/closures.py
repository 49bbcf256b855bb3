"""Where a listing ends: which agencies hold it after every import, exactly and for many at once."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.sharing.records import Import

Masks = NDArray[np.uint64]
BYTE = 8


def import_closure(agencies: tuple[str, ...], imports: Iterable[Import]) -> Masks:
    """Return which agencies list what each one lists.

    Parameters
    ----------
    agencies : tuple of str
        Agency ``k`` is bit ``k``; at most 64.
    imports : iterable of Import
        Those that carry a list count.

    Returns
    -------
    array of uint64, length n_agencies
        Bit b of entry a is set if what a finds ends on b's list, or b is a.

    Notes
    -----
    The first import is from a itself. After it, the record is one that the holder imported, so only
    imports without ``own_only`` take it further.
    """
    place = {name: k for k, name in enumerate(agencies)}
    size = len(agencies)
    first = [0] * size
    onward = [0] * size
    for line in imports:
        if line.carries_list:
            bit = 1 << place[line.importer]
            first[place[line.source]] |= bit
            if not line.own_only:
                onward[place[line.source]] |= bit
    reach = [(1 << k) | first[k] for k in range(size)]
    for a in range(size):
        waiting = [b for b in range(size) if first[a] >> b & 1]
        seen = set(waiting)
        while waiting:
            here = waiting.pop()
            reach[a] |= onward[here]
            for b in range(size):
                if onward[here] >> b & 1 and b not in seen:
                    seen.add(b)
                    waiting.append(b)
    return np.array(reach, dtype=np.uint64)


def byte_tables(closure: Masks) -> Masks:
    """Return one table a byte of a mask: which agencies hold it once imports are done.

    Parameters
    ----------
    closure : array of uint64, length n_agencies

    Returns
    -------
    array of uint64, shape (n_bytes, 256)
        The masks of all 256 values of each byte; as many bytes as the agencies take, at most 8.
    """
    closure = np.asarray(closure, dtype=np.uint64)
    n_bytes = max(1, -(-len(closure) // BYTE))
    tables = np.zeros((n_bytes, 1 << BYTE), dtype=np.uint64)
    for k, reach in enumerate(closure):
        byte, bit = divmod(k, BYTE)
        with_bit = (np.arange(1 << BYTE) >> bit) & 1 == 1
        tables[byte, with_bit] |= reach
    return tables


def apply_closure(masks: Masks, closure: Masks) -> Masks:
    """Return masks of own listings after all imports.

    Parameters
    ----------
    masks : array of uint64
        Which agencies found something themselves, of each person or firm.
    closure : array of uint64, length n_agencies

    Returns
    -------
    array of uint64, of the same shape

    Raises
    ------
    InputError
        If a mask has a bit of an agency that is not there.

    Notes
    -----
    The OR of at most eight lookups, one a byte, so the cost does not grow with the agencies of a
    byte. Exact, since the closure of a union is the union of the closures.
    """
    masks = np.asarray(masks, dtype=np.uint64)
    size = len(closure)
    if size < BYTE * BYTE and masks.size and int(masks.max()) >> size:
        msg = f"A mask has bits beyond those of the {size} agencies of the closure."
        raise InputError(msg)
    tables = byte_tables(closure)
    closed = np.zeros_like(masks)
    for byte, table in enumerate(tables):
        closed |= table[(masks >> np.uint64(BYTE * byte)) & np.uint64(255)]
    return closed
