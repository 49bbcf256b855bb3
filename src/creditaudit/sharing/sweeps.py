"""Numbers that rest on free parameters, and the sweep without which they are not shown."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError, RefusedError

Corners = Literal["all", "ends"]
MOST_CROSSED = 4


@dataclass(frozen=True)
class FreeParameter:
    """A number that no source gives, and the range it may lie in.

    Parameters
    ----------
    name : str
        Such as "household: p".
    base, low, high : float
        The value that is used, and the ends of the range: low <= base <= high.

    Raises
    ------
    InputError
        If the base is outside the range, or an end is no number.
    """

    name: str
    base: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.base <= self.high or not math.isfinite(self.high - self.low):
            msg = (
                f"Free parameter {self.name!r} has base {self.base} and range {self.low} to "
                f"{self.high}. Give a finite range that holds the base."
            )
            raise InputError(msg)

    @property
    def words(self) -> str:
        """The parameter with its range: "household: p from 0.1 to 0.6"."""
        return f"{self.name} from {_short(self.low)} to {_short(self.high)}"


class _NeverAlone:
    """Refuses every way in which a number leaves without its sweep."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise RefusedError(self._reason())

    def _reason(self) -> str:
        raise NotImplementedError

    __float__ = __int__ = __index__ = __complex__ = __round__ = __bool__ = _refuse
    __array__ = _refuse


@dataclass(frozen=True, repr=False)
class Unswept(_NeverAlone):
    """A number that rests on free parameters, before their sweep: it cannot be shown.

    Text, JSON, a float and a finding are refused. `swept` makes it showable.

    Parameters
    ----------
    measure : str
    parameters : tuple of FreeParameter
    """

    measure: str
    parameters: tuple[FreeParameter, ...]
    _value: float = field(kw_only=True)

    def _reason(self) -> str:
        names = ", ".join(one.name for one in self.parameters)
        return (
            f"{self.measure!r} rests on free parameters ({names}) and is not shown without its "
            "sweep. Use sharing.sweep, or .sweep of the result it came from."
        )

    def __str__(self) -> str:
        self._refuse()

    def __format__(self, spec: str) -> str:
        self._refuse()

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.parameters)
        return f"<{self.measure}: rests on {names}; not shown without its sweep>"

    def swept(self, values: pd.DataFrame) -> "Swept":
        """Return the number with its sweep; ``values`` has ``parameter, at, value``."""
        return Swept(self.measure, self.parameters, values, _value=self._value)


@dataclass(frozen=True, repr=False)
class Swept(_NeverAlone):
    """A number with what it becomes over the ranges of the free parameters it rests on.

    It is shown with both ends or not at all: `str`, `format` and `to_dict` give all three
    numbers, `float` and JSON without `to_dict` are refused.

    Parameters
    ----------
    measure : str
    parameters : tuple of FreeParameter
    frame : pandas.DataFrame
        ``parameter, at, value``: the number at each place of the sweep.

    Raises
    ------
    InputError
        If the sweep does not go to both ends of each parameter.
    """

    measure: str
    parameters: tuple[FreeParameter, ...]
    frame: pd.DataFrame
    _value: float = field(kw_only=True)

    def __post_init__(self) -> None:
        seen = set(zip(self.frame["parameter"], self.frame["at"], strict=True))
        wanted = {(one.name, end) for one in self.parameters for end in (one.low, one.high)}
        if missing := sorted(wanted - seen):
            msg = f"The sweep of {self.measure!r} lacks {missing}. Add the number at each of them."
            raise InputError(msg)

    def _reason(self) -> str:
        return (
            f"{self.measure!r} rests on free parameters: it is not shown as one number. Use str, "
            ".numbers() for a Finding, .row() for a frame or .to_dict() for JSON."
        )

    @property
    def low(self) -> float:
        """The least value of the sweep."""
        return float(np.nanmin([self._value, *self.frame["value"].astype(float)]))

    @property
    def high(self) -> float:
        """The greatest value of the sweep."""
        return float(np.nanmax([self._value, *self.frame["value"].astype(float)]))

    @property
    def words(self) -> str:
        """Over which ranges: "as household: p goes from 0.1 to 0.6"."""
        return "as " + " and ".join(
            f"{one.name} goes from {_short(one.low)} to {_short(one.high)}"
            for one in self.parameters
        )

    def numbers(self) -> dict[str, float]:
        """Return ``estimate, low, high`` for a Finding; the range is that of the sweep."""
        return {"estimate": self._value, "low": self.low, "high": self.high}

    def row(self) -> dict[str, Any]:
        """Return ``measure, value, low, high, kind, note`` for a frame."""
        return {
            "measure": self.measure, "value": self._value, "low": self.low, "high": self.high,
            "kind": "sweep", "note": self.words,
        }  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types: the number, both ends, and what was swept."""
        return {
            "measure": self.measure,
            **{
                name: value if math.isfinite(value) else None
                for name, value in self.numbers().items()
            },
            "parameters": [
                {"name": one.name, "base": one.base, "low": one.low, "high": one.high}
                for one in self.parameters
            ],
        }

    def __format__(self, spec: str) -> str:
        spec = spec or ".3g"
        low, value, high = (format(number, spec) for number in (self.low, self._value, self.high))
        return f"{value} ({low} to {high} {self.words})"

    def __str__(self) -> str:
        return format(self, "")

    def __repr__(self) -> str:
        return f"<{self.measure}: {self}>"


class FreeDraws(_NeverAlone):
    """Values of a measure, one a draw, that rest on free parameters: none of them is shown.

    Text, single values, lists, sums, comparisons, arrays, tables and JSON are refused. ``swept`` of
    the result that it came from gives a number with its sweep; `values_without_sweep` is for those
    who compute on.

    Parameters
    ----------
    values : array of float
    rests_on : str
        The names of the free parameters.
    """

    __slots__ = ("_values", "rests_on")

    def __init__(self, values: NDArray[Any], rests_on: str) -> None:
        self._values = np.array(values)
        self.rests_on = rests_on

    def values_without_sweep(self) -> NDArray[Any]:
        """Return the bare numbers, to compute with and not to show.

        Each rests on parameters that no source gives. Whoever shows a number made of them shows
        what it becomes over the ranges of those parameters too.
        """
        return self._values.copy()

    def _reason(self) -> str:
        return (
            f"These values rest on free parameters ({self.rests_on}) and are not shown without "
            "their sweep. Use .swept(measure) of the result they came from; to compute on, "
            ".values_without_sweep()."
        )

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        size = self._values.size
        what = "1 value that rests" if size == 1 else f"{size} values that rest"
        them = "its" if size == 1 else "their"
        return f"<{what} on {self.rests_on}; not shown without {them} sweep>"

    __str__ = __repr__

    def __getattr__(self, name: str) -> NoReturn:
        # What an array has, such as .mean() or .tolist(), is told why it is not here.
        if not name.startswith("__") and hasattr(np.ndarray, name):
            self._refuse()
        raise AttributeError(name)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise RefusedError(self._reason())

    __getitem__ = __iter__ = __contains__ = __reversed__ = __format__ = _refuse
    __array_ufunc__ = __array_function__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = __abs__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = _refuse
    __mod__ = __rmod__ = __matmul__ = __rmatmul__ = _refuse
    __hash__ = object.__hash__


def sweep(
    run: Callable[[Mapping[str, float]], Mapping[str, float]],
    parameters: Sequence[FreeParameter],
    *,
    corners: Corners = "all",
) -> dict[str, Swept]:
    """Return every number that ``run`` gives, with its sweep over the free parameters.

    Run at the base, and at every place of `sweep_places`.

    Parameters
    ----------
    run : callable
        From a value of each parameter by name to numbers by name.
    parameters : sequence of FreeParameter
    corners : {"all", "ends"}
        See `sweep_places`.

    Returns
    -------
    dict of str to Swept

    Raises
    ------
    InputError
        If there is no free parameter: such a number needs no sweep.

    Notes
    -----
    Where a number goes one way in each parameter, its range over all combinations lies between two
    of the corners, so low and high are exact. For other numbers they are the range over the places
    tried.
    """
    parameters = tuple(parameters)
    base = {one.name: one.base for one in parameters}
    tried = sweep_places(parameters, corners=corners)
    at_base = run(base)
    places = [(name, at, run(values)) for name, at, values in tried]
    found = {}
    for measure, value in at_base.items():
        rows = [(name, at, float(numbers[measure])) for name, at, numbers in places]
        frame = pd.DataFrame(rows, columns=["parameter", "at", "value"])
        found[measure] = Swept(measure, parameters, frame, _value=float(value))
    return found


def sweep_places(
    parameters: Sequence[FreeParameter], *, corners: Corners = "all"
) -> list[tuple[str, float, dict[str, float]]]:
    """Return where a sweep looks: ``(parameter, at, value of each parameter)``.

    Each parameter alone at both ends of its range, the others at their base; then all of them at
    an end each (``at`` is NaN): every combination up to four parameters, or all low and all high
    with more, or with ``corners="ends"``, which is enough for what rises in every parameter.

    Raises
    ------
    InputError
        If there is no free parameter: such a number needs no sweep.
    """
    if not parameters:
        msg = "There is no free parameter to sweep. Show the number as it is."
        raise InputError(msg)
    base = {one.name: one.base for one in parameters}
    places = [
        (one.name, at, {**base, one.name: at})
        for one in parameters
        for at in dict.fromkeys((one.low, one.high))
    ]
    if len(parameters) == 1:
        return places
    if corners == "all" and len(parameters) <= MOST_CROSSED:
        ends = [*itertools.product(*((one.low, one.high) for one in parameters))]
    else:
        ends = [tuple(one.low for one in parameters), tuple(one.high for one in parameters)]
    together = " + ".join(base)
    places += [
        (together, math.nan, dict(zip(base, corner, strict=True))) for corner in dict.fromkeys(ends)
    ]
    return places


def _short(value: float) -> str:
    return f"{value:g}"
