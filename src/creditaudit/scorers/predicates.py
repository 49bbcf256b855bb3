"""Who belongs to a bin: an interval, a set of values, or the people without a value."""

from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

from creditaudit.errors import CorruptFile


@dataclass(frozen=True)
class Interval:
    """Numbers from ``low`` up to but without ``high``; infinite ends take infinite numbers too."""

    low: float = -inf
    high: float = inf

    @property
    def words(self) -> str:
        """The interval as text, such as ``1,000 to under 2,500``."""
        if self.low == -inf:
            return "any number" if self.high == inf else f"under {number_text(self.high)}"
        if self.high == inf:
            return f"{number_text(self.low)} or more"
        return f"{number_text(self.low)} to under {number_text(self.high)}"


@dataclass(frozen=True)
class OneOf:
    """The values named; with ``rest`` also every value that no bin of the feature names."""

    values: tuple[str | float, ...] = ()
    rest: bool = False

    @property
    def words(self) -> str:
        """The values as text, in their order."""
        named = [value if isinstance(value, str) else number_text(value) for value in self.values]
        return " or ".join([*named, "any other"] if self.rest else named)


@dataclass(frozen=True)
class Special:
    """Values that are no measurement, such as -9 for "no record"."""

    values: tuple[str | float, ...]

    @property
    def words(self) -> str:
        """The values as text, marked as special."""
        return f"special: {OneOf(self.values).words}"


@dataclass(frozen=True)
class Missing:
    """People without a value: null, NaN or empty text."""

    @property
    def words(self) -> str:
        """The word ``missing``."""
        return "missing"


Predicate = Interval | OneOf | Special | Missing


def number_text(value: float) -> str:
    """Return a number in the fewest digits that give it back when typed, with thousands commas."""
    plain = repr(float(value)).removesuffix(".0")
    whole, point, decimals = plain.partition(".")
    if "e" in plain or "n" in plain or len(whole.lstrip("-")) <= 4:
        return plain
    return f"{int(whole):,}{point}{decimals}"


def to_plain(predicate: Predicate) -> dict[str, Any]:
    """Return a predicate as JSON types; an infinite end is null."""
    if isinstance(predicate, Interval):
        ends = (predicate.low, predicate.high)
        low, high = (end if isfinite(end) else None for end in ends)
        return {"kind": "interval", "low": low, "high": high}
    if isinstance(predicate, OneOf):
        return {"kind": "values", "values": list(predicate.values), "rest": predicate.rest}
    if isinstance(predicate, Special):
        return {"kind": "special", "values": list(predicate.values)}
    return {"kind": "missing"}


def from_plain(plain: dict[str, Any]) -> Predicate:
    """Return the predicate that `to_plain` wrote.

    Raises
    ------
    CorruptFile
        If it is of no known kind.
    """
    kind = plain.get("kind")
    if kind == "interval":
        low, high = plain["low"], plain["high"]
        return Interval(-inf if low is None else float(low), inf if high is None else float(high))
    if kind == "values":
        return OneOf(_values(plain["values"]), bool(plain["rest"]))
    if kind == "special":
        return Special(_values(plain["values"]))
    if kind == "missing":
        return Missing()
    msg = f"A bin of kind {kind!r} is not known. Read the file with the version that wrote it."
    raise CorruptFile(msg)


def _values(given: list[Any]) -> tuple[str | float, ...]:
    return tuple(value if isinstance(value, str) else float(value) for value in given)
