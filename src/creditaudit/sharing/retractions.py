"""How long a corrected error lives on in the copies that others keep."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from creditaudit.errors import InputError
from creditaudit.populations.randomness import entity_uniforms, whole_seed
from creditaudit.sharing.copy_chains import CopyChains, chains_of
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.retraction_numbers import ALIVE, ALL, DENIED, numbers_of, swept_rows
from creditaudit.sharing.sweeps import Swept

Floats = NDArray[np.float64]
YEAR = 365.0
MOST_PARTS = 20
# Student's t with 19 degrees of freedom.
T_95 = 2.093
WITHIN = (ALIVE, DENIED)
COLUMNS = (
    "regime", "agency", "measure", "value", "low", "high", "n", "seeds", "kind", "note",
)  # fmt: skip
THEOREM = (
    "A cycle of imports without provenance never clears. Proof: let every copy of the cycle hold "
    "the record. A refresh sets a copy to what its source lists, and the source lists what the "
    "copy before it on the cycle holds: so no refresh can be the first to clear one."
)


@dataclass(frozen=True, eq=False)
class Retraction:
    """The copies of a corrected error, and how long each agency goes on listing it.

    Attributes
    ----------
    regime : SharingRegime
        With a refresh interval for every import of a list that can carry the error.
    agency : str
        Who found it wrongly, and corrects it on day 0.
    ids : array of int
        The errors; each meets the refreshes of its own correction day.
    seed : int
    horizon : float
        Days over which denials are counted.
    per_error : bool
        Whether ``ids`` are errors that were named, and not draws of one.
    """

    regime: SharingRegime
    agency: str
    ids: NDArray[np.int64]
    seed: int
    horizon: float
    per_error: bool

    @cached_property
    def chains(self) -> CopyChains:
        """Which copies hold the error, and which feed which."""
        return chains_of(self.regime.imports, self.agency)

    @property
    def holders(self) -> tuple[str, ...]:
        """Agencies other than the origin that hold a copy on day 0."""
        held = set(self.chains.holders)
        return tuple(name for name in self.regime.agencies if name in held)

    @property
    def never(self) -> tuple[str, ...]:
        """Agencies that never stop listing it, however often they refresh."""
        endless = set(self.chains.endless)
        return tuple(name for name in self.regime.agencies if name in endless)

    @property
    def cycle(self) -> tuple[str, ...]:
        """The agencies of a shortest cycle of imports that keeps it alive; empty without one."""
        return self.chains.cycle

    @property
    def free(self) -> pd.DataFrame:
        """The free refresh intervals on which the numbers rest, with their ranges."""
        free = self.regime.free
        names = {one.parameter for one in self._resting_on(self.holders)}
        return free[free["parameter"].isin(names)].reset_index(drop=True)

    def clear_days(self, values: Mapping[str, float] | None = None) -> pd.DataFrame:
        """Return the day on which each agency stops listing, one row an error.

        Parameters
        ----------
        values : mapping, optional
            Free parameters to set otherwise, by name.

        Returns
        -------
        DataFrame of shape (n_errors, n_agencies)
            Infinite where it never does. These are draws: where refresh intervals are free, show
            them with `swept` only.
        """
        days = self._days(values or {})
        return pd.DataFrame(self.chains.clear_days(days, self.phases), index=self.ids)

    @cached_property
    def phases(self) -> Floats:
        """How much of each interval is left on the correction day, 0 to 1: errors by imports."""
        phases = np.empty((len(self.ids), len(self.chains.lines)))
        for k, line in enumerate(self.chains.lines):
            phases[:, k] = entity_uniforms(self.ids, self.seed, f"refresh {line.parameter}")
        return phases

    def longest_days(self, values: Mapping[str, float] | None = None) -> dict[str, float]:
        """Return the latest day on which each agency can still list: a bound, and a theorem."""
        return self.chains.longest_days(self._days(values or {}))

    def numbers(self, values: Mapping[str, float] | None = None) -> dict[tuple[str, str], float]:
        """Return each measure of each agency, and of all together, as one number."""
        return numbers_of(
            self.clear_days(values), self.longest_days(values), self.holders, self._denied,
            self.horizon,
        )  # fmt: skip

    def swept(self) -> dict[tuple[str, str], Swept]:
        """Return the numbers that rest on free intervals, each with its sweep.

        Keys are (agency, measure); the agency is "all" where copies of all are counted together.
        """
        return dict(self._swept)

    @cached_property
    def _swept(self) -> dict[tuple[str, str], Swept]:
        free = self.regime.free.set_index("parameter")
        names = {
            name: [one.parameter for one in self._resting_on(self.holders if name == ALL else
            [name]) if one.parameter in free.index]
            for name in (ALL, *self.holders, self.agency)
        }  # fmt: skip
        return swept_rows(self.numbers, free, names)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row an agency and measure; agency "all" counts the copies of all together.

        Measures: longest possible days (the bound), mean, median and 95 % days until cleared,
        wrongful denial-days per error within the horizon, and, of all together, the share of
        copies alive at the horizon and the day by which half are gone. ``kind`` is "theorem" for
        what follows from the wiring, "estimate" for draws (low and high: 95 % of sampling),
        "sweep" where a free interval is behind it (low and high: over its range).
        """
        swept, numbers, spread = self.swept(), self.numbers(), self._sampling()
        rows = []
        for (agency, measure), value in numbers.items():
            key = agency, measure
            kind, low, high, note = "theorem", value, value, "exact"
            if np.isinf(value):
                note = "never: a cycle of copies keeps it, however often they refresh"
            elif key in swept:
                row = swept[key].row()
                kind, low, high, note = "sweep", row["low"], row["high"], row["note"]
            elif spread.get(key):
                kind, note = "estimate", "over the days on which a correction may fall"
                low, high = value - spread[key], value + spread[key]
            if measure in WITHIN:
                note += f"; within {self.horizon:g} days"
            rows.append([
                self.regime.name, agency, measure, value, low, high,
                len(self.ids) if self.per_error else None, 1, kind, note,
            ])  # fmt: skip
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _sampling(self) -> dict[tuple[str, str], float]:
        """Return half the 95 % range of each number, from equal parts of the draws."""
        if len(self.ids) < MOST_PARTS * 2:
            return {}
        clear, longest = self.clear_days(), self.longest_days()
        parts = [
            numbers_of(clear.iloc[k::MOST_PARTS], longest, self.holders, self._denied, self.horizon)
            for k in range(MOST_PARTS)
        ]
        found = {}
        for key in parts[0]:
            values = np.array([part[key] for part in parts])
            if np.isfinite(values).all():
                found[key] = float(T_95 * values.std(ddof=1) / MOST_PARTS**0.5)
        return found

    @property
    def _denied(self) -> dict[str, int]:
        return Counter(one.agency for one in self.regime.denials)

    def decay(self, days: ArrayLike) -> pd.DataFrame:
        """Return the share of copies that are still alive after so many days.

        Parameters
        ----------
        days : array of float

        Returns
        -------
        DataFrame
            day, measure, value, low, high, kind, note. Low and high are the shares with every free
            interval at its low and at its high end: alive longer where intervals are longer.
        """
        free = self.free
        ends = [
            self._alive(days, {str(p): float(v) for p, v in free[["parameter", end]].to_numpy()})
            for end in ("value", "low", "high")
        ]
        kind = "sweep" if len(free) else "estimate"
        note = "free refresh intervals at their ends" if len(free) else "no free interval"
        return pd.DataFrame({
            "day": np.asarray(days, dtype=np.float64), "measure": "share of copies alive",
            "value": ends[0], "low": np.minimum(*ends[1:]), "high": np.maximum(*ends[1:]),
            "kind": kind, "note": note,
        })  # fmt: skip

    def with_provenance(self, provenance: bool = True) -> "Retraction":
        """Return the same error where every copy names its origin, or none does."""
        return replace(self, regime=self.regime.with_provenance(provenance))

    @property
    def compared(self) -> pd.DataFrame:
        """The frame as the regime stands, with provenance everywhere, and without it anywhere."""
        ways = {
            "as it stands": self, "every copy names its origin": self.with_provenance(),
            "no copy does": self.with_provenance(False),
        }  # fmt: skip
        tables = [one.frame.assign(copies=name) for name, one in ways.items()]
        return pd.concat(tables, ignore_index=True)[["copies", *COLUMNS]]

    def _alive(self, days: ArrayLike, values: Mapping[str, float]) -> Floats:
        times = self.clear_days(values)[list(self.holders)].to_numpy()
        if not times.size:
            return np.zeros(np.shape(days))
        shares: Floats = (times[None] > np.asarray(days, dtype=float)[:, None, None]).mean((1, 2))
        return shares

    def _days(self, values: Mapping[str, float]) -> list[float]:
        lines = self.chains.lines
        return [float(values.get(one.parameter, one.every_days or 0.0)) for one in lines]

    def _resting_on(self, agencies: Iterable[str]) -> list[Any]:
        return [self.chains.lines[k] for k in sorted(self.chains.upstream(agencies))]

    def __repr__(self) -> str:
        told = f"{len(self.holders)} hold a copy, {len(self.never)} never clear"
        return f"<Retraction {self.regime.name}, error of {self.agency}: {told}>"

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def retraction(
    regime: SharingRegime,
    error: str | tuple[str, Sequence[int] | NDArray[np.int64]],
    *,
    every_days: float | None = None,
    horizon: float = YEAR,
    draws: int = 2_000,
    seed: int = 0,
) -> Retraction:
    """Return how long a corrected error lives on in the copies that others keep.

    Parameters
    ----------
    regime : SharingRegime
    error : str or (str, sequence of int)
        The agency whose record was wrong; with ids of errors, each has a correction day of its
        own and is a row of the result.
    every_days : float, optional
        Days between refreshes of imports that state none. It is free: swept from a tenth to ten
        times of it.
    horizon : float
        Days over which denials are counted.
    draws : int
        Correction days to draw, where no ids are given.
    seed : int

    Returns
    -------
    Retraction

    Raises
    ------
    InputError
        If the agency is not of the regime, an interval is missing, or a number is out of range.

    Notes
    -----
    On day 0 the agency deletes its record, and everybody else who took its list, directly or over
    others, still holds it. A refresh sets a copy to what its source then lists. With provenance a
    refresh asks the origin instead, and the copy is gone at the first one. Copies are refreshed at
    fixed intervals, and the correction falls anywhere between two refreshes.

    Without a cycle the last copy of an agency is gone after the longest path of intervals that
    leads to it, at the latest (a theorem). A cycle of imports without provenance never clears: let
    every copy of the cycle hold the record; a refresh sets a copy to what its source lists, and
    the source lists what the copy before it on the cycle holds, so no refresh can be the first to
    clear one. Where only some imports have provenance, a copy that lost its origin once is as good
    as nameless ever after.
    """
    agency, named = error if isinstance(error, tuple) else (error, None)
    if agency not in regime.agencies:
        msg = f"No agency {agency!r} in {regime.name}. Agencies: {', '.join(regime.agencies)}."
        raise InputError(msg)
    for word, number in (("horizon", horizon), ("draws", draws)):
        if not number > 0:
            msg = f"{word}={number!r} has to be more than 0."
            raise InputError(msg)
    if named is None:
        ids = np.arange(draws, dtype=np.int64)
    else:
        ids = np.asarray(named, dtype=np.int64).reshape(-1)
    if not len(ids):
        msg = "error= names no errors. Give at least one id, or the agency alone."
        raise InputError(msg)
    return Retraction(
        _timed(regime, agency, every_days), agency, ids, whole_seed(seed), float(horizon),
        named is not None,
    )  # fmt: skip


def _timed(regime: SharingRegime, agency: str, every_days: float | None) -> SharingRegime:
    """Return the regime with an interval for every import that can carry the error."""
    chains = chains_of(regime.imports, agency)
    used = {chains.lines[k].parameter for k, _ in chains.feeds}
    lacking = [one for one in regime.imports if one.parameter in used and one.every_days is None]
    if not lacking:
        return regime
    if every_days is None or not every_days > 0:
        told = "; ".join(one.what for one in lacking[:5])
        msg = (
            f"{len(lacking)} imports of {regime.name} state no refresh interval: {told}. Pass "
            "every_days= (a free number, which is swept), or a regime with its intervals."
        )
        raise InputError(msg)
    low, high = every_days / 10, every_days * 10
    lines = tuple(
        replace(one, every_days=float(every_days), free=True, low=low, high=high)
        if one in lacking
        else one
        for one in regime.imports
    )
    return replace(regime, imports=lines)
