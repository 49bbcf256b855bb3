"""Counts from rounded per cents, and per cents as a check of counts."""

from decimal import Decimal
from fractions import Fraction

Bounds = tuple[float, float]


def counts_of(share: Decimal, decimals: int, total: int) -> tuple[int, int] | None:
    """Return the least and the most people of ``total`` whose rounded per cent is ``share``.

    Either way to round a half is allowed. None if there is no such number.
    """
    half = Fraction(1, 2 * 10**decimals)
    low = (Fraction(share) - half) * total / 100
    high = (Fraction(share) + half) * total / 100
    least, most = max(-(-low.numerator // low.denominator), 0), min(high.__floor__(), total)
    return None if least > most else (int(least), int(most))


def agrees(share: Decimal, decimals: int, part: Bounds, whole: Bounds) -> bool:
    """Whether a rounded per cent can be that of a part of a whole, both known within bounds."""
    if whole[1] == 0:
        return share == 0
    half = Fraction(1, 2 * 10**decimals)
    low = Fraction(part[0]) / Fraction(whole[1]) * 100
    top = min(Fraction(part[1]), Fraction(whole[1])) / Fraction(max(whole[0], 1)) * 100
    return low - half <= Fraction(share) <= top + half
