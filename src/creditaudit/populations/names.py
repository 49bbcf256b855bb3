"""Names that many people share, as often as people do share them; the names are invented.

Nothing here depends on the order of people: a name follows from a person's own two random numbers.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.populations.packs import Parameter, Target

_ONSETS = ("b", "d", "f", "l", "m", "n", "r", "s", "t", "v", "w", "y", "br", "dr", "tr", "fl")
_SYLLABLES = pa.array([onset + vowel for onset in _ONSETS for vowel in "aeiou"])
_FIRST = pc.utf8_capitalize(_SYLLABLES)
_BASE = len(_SYLLABLES)
# Of n syllables, all of those of fewer coming first. A factor without a divisor in common with
# 80 ** n, near 0.618 of it, sends neighbouring ranks to words that look nothing alike.
_FACTORS = {2: 3957, 3: 316_433, 4: 25_314_613}
# Where each kind of name begins, so that the commonest surname is not the commonest given name.
_SURNAME, _GIVEN, _FIRM = 2_011, 4_703, 91_193
SURNAMES = _BASE**2
GIVEN_NAMES = SURNAMES + _BASE**3
FIRM_NAMES = _BASE**3 + _BASE**4


@dataclass(frozen=True)
class ZipfMandelbrot:
    """Shares of names by rank: ``p_k`` in proportion to ``(k + shift) ^ -exponent``.

    Parameters
    ----------
    size : int
        Number of names.
    exponent, shift : float
        Larger exponent: fewer names for most people. Larger shift: more names about as common as
        the first.

    Raises
    ------
    InputError
        If there is no name, or a shift not above -1.

    References
    ----------
    Mandelbrot, B. (1953). An informational theory of the statistical structure of language.
    """

    size: int
    exponent: float
    shift: float

    def __post_init__(self) -> None:
        if self.size < 1 or not (self.shift > -1 and np.isfinite(self.exponent)):
            msg = f"{self} is no law of names: size has to be 1 or more and shift above -1."
            raise InputError(msg)

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Share of people with each name, the commonest first; they add up to 1."""
        weights = (np.arange(1, self.size + 1) + self.shift) ** -self.exponent
        return np.asarray(weights / weights.sum(), dtype=np.float64)

    @property
    def collision(self) -> float:
        """Probability that two people share a name: the sum of the squared shares."""
        return float((self.shares**2).sum())

    def ranks(self, uniforms: NDArray[np.floating]) -> NDArray[np.int64]:
        """Return a rank, 0 for the commonest name, for each number in [0, 1)."""
        found = np.searchsorted(self._reached, uniforms, side="right")
        return np.minimum(found, self.size - 1)

    @cached_property
    def _reached(self) -> NDArray[np.float64]:
        return np.cumsum(self.shares)


@dataclass(frozen=True)
class NamePool:
    """Surnames and given names of a population, drawn independently.

    Parameters
    ----------
    surnames, given : ZipfMandelbrot
        At most 6,400 surnames and 518,400 given names.
    offset : int
        Ranks are counted on from here when words are made, so that two groups can have names of
        the same shares and other words.

    Raises
    ------
    InputError
        If there are more names than words.

    Notes
    -----
    Of ``n`` people, one chosen at random has ``(n - 1) x collision`` namesakes on average: with
    names alone, that many others stand beside the one who is meant.
    """

    surnames: ZipfMandelbrot
    given: ZipfMandelbrot
    offset: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        for law, most in ((self.surnames, SURNAMES), (self.given, GIVEN_NAMES)):
            if law.size > most:
                msg = f"There are words for {most:,} names and {law.size:,} are asked for."
                raise InputError(msg)

    @property
    def collision(self) -> float:
        """Probability that two people share surname and given name."""
        return self.surnames.collision * self.given.collision

    @property
    def effective_names(self) -> float:
        """As many equally common names would give as many namesakes."""
        return 1 / self.collision

    @property
    def commonest(self) -> float:
        """Share of people with the commonest name."""
        return float(self.surnames.shares[0] * self.given.shares[0])

    def draw(
        self, surname_uniforms: NDArray[np.floating], given_uniforms: NDArray[np.floating]
    ) -> pa.Array:
        """Return the name of each person, given name last, from two random numbers in [0, 1).

        Returns
        -------
        pyarrow array of n texts
            People of one household share a surname when they share its random number.
        """
        ranks = self.surnames.ranks(surname_uniforms), self.given.ranks(given_uniforms)
        return pc.binary_join_element_wise(
            self.surname_words(ranks[0]), self.given_words(ranks[1]), " "
        )

    def surname_words(self, ranks: NDArray[Any]) -> pa.Array:
        """Return the surname of each rank."""
        return _words(self._moved(ranks, SURNAMES), 2, _SURNAME)

    def given_words(self, ranks: NDArray[Any]) -> pa.Array:
        """Return the given name of each rank; the commonest are short."""
        return _words(self._moved(ranks, GIVEN_NAMES), 2, _GIVEN)

    def _moved(self, ranks: NDArray[Any], size: int) -> NDArray[np.int64]:
        return (np.asarray(ranks, dtype=np.int64) + self.offset) % size


def firm_names(numbers: NDArray[Any]) -> pa.Array:
    """Return an invented word for each number, one of its own for each firm.

    Parameters
    ----------
    numbers : array of int, length n
        0 to 41,471,999.

    Raises
    ------
    InputError
        If a number is out of range.
    """
    plain = np.asarray(numbers, dtype=np.int64)
    if len(plain) and not (plain.min() >= 0 and plain.max() < FIRM_NAMES):
        msg = f"There are words for {FIRM_NAMES:,} firms, counted from 0; found {plain.max():,}."
        raise InputError(msg)
    return _words(plain, 3, _FIRM)


def name_parameters() -> tuple[dict[str, Parameter], tuple[Target, ...]]:
    """Return the numbers behind `load_name_pool`, and the rates they are to reach."""
    path = resources.files("creditaudit.populations") / "names.toml"
    plain = tomllib.loads(path.read_text(encoding="utf-8"))
    targets = tuple(
        Target(
            measure=measure,
            value=table["value"],
            tolerance=table.pop("tolerance"),
            parameter=Parameter(**table),
        )
        for measure, table in plain["targets"].items()
    )
    return {name: Parameter(**table) for name, table in plain["parameters"].items()}, targets


@cache
def load_name_pool(*, offset: int = 0, **changes: float) -> NamePool:
    """Return names as common as published counts say, with single numbers changed where asked.

    Parameters
    ----------
    offset : int
        See `NamePool`.
    **changes : float
        Numbers of names.toml set to another value, such as ``surname_exponent=2.5``.

    Raises
    ------
    InputError
        If there is no such number.

    Notes
    -----
    Shares are calibrated to counts of names in China, because they are published and because names
    there are few and shared by many; numbers of names are free.
    """
    known = {name: one.value for name, one in name_parameters()[0].items()}
    unknown = sorted(set(changes) - set(known))
    if unknown:
        msg = f"Names have no number {unknown}. Numbers: {', '.join(known)}."
        raise InputError(msg)
    numbers: dict[str, Any] = known | changes
    laws = (
        ZipfMandelbrot(
            int(numbers[f"{kind}s"]),
            float(numbers[f"{kind.removesuffix('_name')}_exponent"]),
            float(numbers[f"{kind.removesuffix('_name')}_shift"]),
        )
        for kind in ("surname", "given_name")
    )
    return NamePool(*laws, offset=offset)


def _words(ranks: NDArray[np.int64], shortest: int, start: int) -> pa.Array:
    """Return words of ``shortest`` syllables, and of one more where those are used up."""
    short = _word(np.minimum(ranks, _BASE**shortest - 1), shortest, start)
    beyond = ranks - _BASE**shortest
    if not len(ranks) or beyond.max() < 0:
        return short
    long = _word(np.maximum(beyond, 0), shortest + 1, start)
    return pc.if_else(pa.array(beyond < 0), short, long)


def _word(ranks: NDArray[np.int64], syllables: int, start: int) -> pa.Array:
    code = (ranks * _FACTORS[syllables] + start) % _BASE**syllables
    parts = []
    for _ in range(syllables):
        code, place = np.divmod(code, _BASE)
        parts.append(place)
    first, *rest = parts
    words = [_FIRST.take(pa.array(first)), *(_SYLLABLES.take(pa.array(p)) for p in rest)]
    return pc.binary_join_element_wise(*words, "")
