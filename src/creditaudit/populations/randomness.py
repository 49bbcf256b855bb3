"""Noise that depends on who and what, never on how the rows are cut.

People are numbered from 0 and lie in blocks of 65,536. The noise that enters a node of the causal
graph in a block is a stream of its own: Philox with the seed and the node's name as its key, and
the block and the month as words of its counter. A block is always drawn whole. So a person's noise
is the same whatever the number of people, of workers or of rows handled at once, and a node that
is added takes nothing from those that were there.

Only the raw bits of the generator are used, which numpy keeps stable; its distributions may change
between versions (NEP 19), so the transforms are ours.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.special import ndtri

from creditaudit.errors import InputError

BLOCK = 65_536
Floats = NDArray[np.floating]
_HALF = 0.5
_STEP_32 = np.float32(2.0**-23)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def whole_seed(seed: object) -> int:
    """Return a seed as a Python int; anything that is not a whole number is an error."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        msg = f"seed={seed!r} must be a whole number, such as seed=7."
        raise InputError(msg)
    return int(seed)


@dataclass(frozen=True)
class Noise:
    """The noise of one block of people in one month.

    Parameters
    ----------
    seed : int
        Any whole number.
    block : int
        Which people: block ``b`` holds the people from ``b * 65,536`` on.
    month : int
        0 for what does not change from month to month.

    References
    ----------
    Salmon, J. K., Moraes, M. A., Dror, R. O. and Shaw, D. E. (2011). Parallel random numbers: as
    easy as 1, 2, 3. SC '11. numpy: NEP 19, Random number generator policy.
    """

    seed: int
    block: int
    month: int = 0

    def bits(self, name: str, size: int = BLOCK) -> NDArray[np.uint32]:
        """Return ``size`` random whole numbers below 2^32, the first ones of the stream."""
        counter = [0, 0, self.block, self.month]
        stream = np.random.Philox(key=_key(self.seed, name), counter=counter)
        raw = stream.random_raw((size + 1) // 2)
        # The low half of each word comes first, on every machine.
        return raw.astype("<u8", copy=False).view("<u4")[:size]

    def uniform(self, name: str, *, dtype: DTypeLike = np.float64, size: int = BLOCK) -> Floats:
        """Return numbers in the open interval from 0 to 1, in steps of 2^-32 (float32: 2^-23)."""
        bits = self.bits(name, size)
        if np.dtype(dtype) == np.float32:
            return ((bits >> np.uint32(9)).astype(np.float32) + np.float32(_HALF)) * _STEP_32
        drawn = bits + _HALF
        drawn *= 2.0**-32
        return drawn

    def normal(
        self, name: str, *, size: int = BLOCK, at: NDArray[np.intp] | None = None
    ) -> NDArray[np.float64]:
        """Return standard normal numbers, by the inverse of the distribution function.

        Within -6.4 and 6.4, because the uniform number behind each has 32 bits. With ``at``, those
        of the people in these places only.
        """
        drawn = self.uniform(name, size=size)
        return np.asarray(ndtri(drawn if at is None else drawn.take(at)), dtype=np.float64)


def entity_uniforms(ids: NDArray[np.integer], seed: int, name: str) -> NDArray[np.float64]:
    """Return a number in the open interval from 0 to 1 for each id, equal where ids are equal.

    For what belongs to something that many people share, such as an employer, and for tables
    whose rows have ids of their own: no row needs to know any other.

    Notes
    -----
    Number ``id`` of the splitmix64 stream that starts at a key made of seed and name, of which the
    top 52 bits are kept.

    References
    ----------
    Steele, G. L., Lea, D. and Flood, C. H. (2014). Fast splittable pseudorandom number generators.
    OOPSLA '14.
    """
    key = np.uint64(_key(seed, name) & (2**64 - 1))
    with np.errstate(over="ignore"):
        mixed = ids.astype(np.int64).view(np.uint64) * _GOLDEN + key
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    kept: NDArray[np.float64] = (mixed >> np.uint64(12)).astype(np.float64)
    return (kept + _HALF) * 2.0**-52


def _key(seed: int, name: str) -> int:
    return int.from_bytes(blake2b(f"{seed}|{name}".encode(), digest_size=16).digest(), "little")
