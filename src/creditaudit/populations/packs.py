"""Calibration packs: the numbers behind synthetic people, each with its source or marked free."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError

MARKS = {
    "V": "read in the text cited, or counted in the data cited",
    "D": "computed from numbers that were read",
    "K": "known well, text not read again",
    "M": "from memory, to be checked before it is relied on",
    "U": "uncertain",
}
STRUCTURE = "structure"
Number = float | Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number, or one row of shares, and where it comes from.

    Parameters
    ----------
    value : float or tuple of float
        The number.
    source : str
        Text or data it was read from; with it ``date`` (YYYY-MM-DD, of the text or of the reading)
        and ``mark``, one of `MARKS`; ``url`` where there is one.
    free : bool
        Chosen, not measured. ``low`` and ``high`` say over which range to vary it.

    Raises
    ------
    InputError
        If it has neither a source nor the mark of being free, or both.
    """

    value: Number
    source: str = ""
    url: str = ""
    date: str = ""
    mark: str = ""
    free: bool = False
    low: float | None = None
    high: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        plain = tuple(map(float, self.value)) if isinstance(self.value, Sequence) else self.value
        object.__setattr__(self, "value", plain)
        faults = list(self._faults())
        if faults:
            raise InputError(" ".join(faults))

    def _faults(self) -> Iterator[str]:
        if bool(self.source) == self.free:
            yield "A number has a source, or free = true with low and high; one of the two."
        if self.source and (self.mark not in MARKS or not self.date):
            yield f"A source needs date and mark, one of {', '.join(MARKS)}."
        if self.free and not isinstance(self.value, Sequence):
            if self.low is None or self.high is None:
                yield "A free number needs low and high, the range to vary it over."
            elif not self.low <= self.value <= self.high:
                yield f"A free number lies in its range; {self.value} is not in "
                yield f"{self.low} to {self.high}."


@dataclass(frozen=True, kw_only=True)
class Target:
    """A rate that people made from a pack show, and how near they come to it."""

    measure: str
    value: float
    tolerance: float
    parameter: Parameter


class Numbers:
    """The values of a pack as attributes, shares as arrays."""

    def __init__(self, values: Mapping[str, Number]) -> None:
        for name, value in values.items():
            # A single number stays a scalar of numpy, so that formulas need not know which it is.
            setattr(self, name, np.asarray(value, dtype=np.float64)[()])

    def __getattr__(self, name: str) -> NDArray[np.float64]:
        """Say which number is missing; a single number counts as an array without axes."""
        msg = f"The pack has no number {name!r}."
        raise AttributeError(msg)


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A named set of numbers from which people are made.

    Parameters
    ----------
    name : str
        Named by its marginals: whose rates the people have, not whose country.
    title, about : str
        In words.
    parameters : mapping of str to Parameter
        Everything that enters the formulas.
    targets : tuple of Target
        Rates that people made from it are checked against.
    """

    name: str
    title: str
    about: str
    parameters: Mapping[str, Parameter]
    targets: tuple[Target, ...]

    @property
    def numbers(self) -> Numbers:
        """The values, for the formulas."""
        return Numbers({name: one.value for name, one in self.parameters.items()})

    def free(self, names: Iterable[str]) -> list[str]:
        """Return which of these parameters were chosen and not measured."""
        return sorted(n for n in set(names) & set(self.parameters) if self.parameters[n].free)

    def free_ranges(
        self, names: Iterable[str]
    ) -> dict[str, tuple[Any, float | None, float | None]]:
        """Return the value of each of these that is free, and the ends of its range.

        Lists of shares have no ends.
        """
        free = {name: self.parameters[name] for name in self.free(names)}
        return {name: (one.value, one.low, one.high) for name, one in free.items()}

    @property
    def frame(self) -> pd.DataFrame:
        """One row a parameter: ``parameter, value, low, high, free, source, url, date, mark``."""
        rows = [
            (
                name, one.value, one.low, one.high, one.free, one.source, one.url, one.date,
                one.mark, one.note,
            )
            for name, one in self.parameters.items()
        ]  # fmt: skip
        columns = ["parameter", "value", "low", "high", "free", "source", "url", "date", "mark"]
        return pd.DataFrame(rows, columns=[*columns, "note"])


def pack_names() -> list[str]:
    """Return the names of the calibration packs that come with the library."""
    files = (resources.files("creditaudit.populations") / "calibration").iterdir()
    names = (one.name.removesuffix(".toml") for one in files if one.name.endswith(".toml"))
    return sorted(name for name in names if name != STRUCTURE)


def load_pack(pack: "str | Pack", **changes: float) -> Pack:
    """Return a calibration pack, with single numbers changed where asked.

    Parameters
    ----------
    pack : str or Pack
        A name that `packs` lists, or a pack.
    **changes : float
        Parameters set to another value, for a sweep over a free one. They count as free.

    Raises
    ------
    InputError
        If there is no such pack or parameter.
    """
    found = pack if isinstance(pack, Pack) else _read(pack)
    unknown = sorted(set(changes) - set(found.parameters))
    if unknown:
        msg = f"Pack {found.name!r} has no parameter {unknown}. It has {sorted(found.parameters)}."
        raise InputError(msg)
    if not changes:
        return found
    changed = {
        name: Parameter(value=value, free=True, low=value, high=value, note="set by the caller")
        for name, value in changes.items()
    }
    parameters = {**found.parameters, **changed}
    return Pack(
        name=f"{found.name}+{'+'.join(sorted(changes))}", title=found.title, about=found.about,
        parameters=parameters, targets=(),
    )  # fmt: skip


@cache
def _read(name: str) -> Pack:
    if name not in pack_names():
        msg = f"There is no calibration pack {name!r}. Packs: {', '.join(pack_names())}."
        raise InputError(msg)
    structure, own = _toml(STRUCTURE), _toml(name)
    return Pack(
        name=name,
        title=own["title"],
        about=own["about"],
        parameters=_parameters(structure) | _parameters(own),
        targets=tuple(
            Target(
                measure=measure,
                value=table["value"],
                tolerance=table.pop("tolerance"),
                parameter=Parameter(**table),
            )
            for measure, table in own.get("targets", {}).items()
        ),
    )


def _parameters(text: Mapping[str, Any]) -> dict[str, Parameter]:
    made = {}
    for name, table in text["parameters"].items():
        try:
            made[name] = Parameter(**table)
        except (InputError, TypeError) as error:
            msg = f"Parameter {name!r}: {error}"
            raise InputError(msg) from error
    return made


def _toml(name: str) -> dict[str, Any]:
    path = resources.files("creditaudit.populations") / "calibration" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
