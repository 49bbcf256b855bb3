"""Columns as numbers and numbers as bins, in operations that mean the same on every engine."""

import math

import narwhals.stable.v2 as nw
import numpy as np

from creditaudit.errors import InputError
from creditaudit.values import Floats

# As in `values.numbers`: engines also read 1_000, 0x10 or 1d as numbers, each its own.
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_WORD = r"^[+-]?([iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN])$"
_TEXT = (nw.String, nw.Categorical, nw.Enum)


def number(column: str, kind: nw.dtypes.DType, title: str) -> nw.Expr:
    """Return a column as float64, null for all that is missing and for text that is no number.

    Raises
    ------
    InputError
        If the column holds dates or another type that is no number; names it by its ``title``.
    """
    if isinstance(kind, _TEXT):
        text = _stripped(column)
        value: nw.Expr = nw.when(_readable(text)).then(text).cast(nw.Float64)
    elif kind.is_temporal() or kind.is_nested() or isinstance(kind, nw.Binary | nw.Object):
        msg = (
            f"Column {title!r} must hold numbers; it holds {kind}. "
            "Clean the column, or name another one in Roles."
        )
        raise InputError(msg)
    elif kind.is_decimal():
        # The digits give the nearest float64; some versions divide by a rounded power of ten.
        value = nw.col(column).cast(nw.String).cast(nw.Float64)
    else:
        value = nw.col(column).cast(nw.Float64)
    return nw.when(~value.is_nan()).then(value)


def unreadable(column: str, kind: nw.dtypes.DType) -> nw.Expr | None:
    """Return the text of a column where it is no number and not missing; None for other types."""
    if not isinstance(kind, _TEXT):
        return None
    text = _stripped(column)
    return nw.when(~_readable(text) & (text != "")).then(text)


def _stripped(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.String).str.strip_chars()


def _readable(text: nw.Expr) -> nw.Expr:
    return text.str.contains(_NUMBER) | text.str.contains(_WORD)


def bin_of(column: str, edges: Floats) -> nw.Expr:
    """Return the bin of a float64 column as a float: -2 under, k over, null where missing."""
    x, last = nw.col(column), len(edges) - 2
    low, high = float(edges[0]), float(edges[-1])
    places = _places(edges)
    if places is None:
        inside = nw.lit(0.0)
        for edge in edges[1:-1]:
            inside = inside + _one_where(x >= float(edge))
    else:
        step = (high - low) / (last + 1)

        def edge_of(place: nw.Expr) -> nw.Expr:
            edge = place * step + low
            if not places:
                return edge
            # Polars multiplies by the reciprocal of a constant, and that is another number.
            return (edge * places + 0.5).floor() / (place * 0.0 + places)

        # The quotient may be off by one at an edge; the edges themselves decide.
        guess = ((x - low) / step).floor()
        inside = guess - _one_where(x < edge_of(guess)) + _one_where(x >= edge_of(guess + 1.0))
        inside = nw.when(inside > 0.0).then(inside).otherwise(nw.lit(0.0))
    found = nw.when(x >= float(edges[-2])).then(nw.lit(float(last))).otherwise(inside)
    found = nw.when(x > high).then(nw.lit(float(last + 1))).otherwise(found)
    found = nw.when(x < low).then(nw.lit(-2.0)).otherwise(found)
    return nw.when(~x.is_null()).then(found)


def _one_where(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1.0)).otherwise(nw.lit(0.0))


def _places(edges: Floats) -> float | None:
    """Return how inner edges follow from their place, None if they are not evenly spread.

    0 means ``place * step + low``; a power of ten means that this is then rounded to as many
    decimals, as `bins.spread` does.
    """
    last = len(edges) - 2
    low, high = float(edges[0]), float(edges[-1])
    step = (high - low) / (last + 1)
    if not 0 < step < math.inf:
        return None
    even = np.arange(last + 1) * step + low
    if np.array_equal(edges[1:-1], even[1:]):
        return 0.0
    decimals = 6 - math.floor(math.log10(step))
    if abs(decimals) > 22:
        return None
    power = 10.0**decimals
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.floor(even * power + 0.5) / power
    return power if np.array_equal(edges[1:-1], rounded[1:]) else None
