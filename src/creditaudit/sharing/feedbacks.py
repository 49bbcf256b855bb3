"""Is there a way out of the list? People month by month under a regime, with the sweep."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.populations import Society
from creditaudit.populations.packs import Pack
from creditaudit.rulebooks import Rulebook
from creditaudit.sharing.cascade_arguments import checked_number, checked_pair
from creditaudit.sharing.coefficients import feedback_numbers
from creditaudit.sharing.debtors import Debtors, debtors_of
from creditaudit.sharing.feedback_measures import half_life, measured, monthly
from creditaudit.sharing.feedback_months import Trail, lived
from creditaudit.sharing.feedback_results import Feedback
from creditaudit.sharing.list_reach import Copies, ListReach, reach_of
from creditaudit.sharing.person_groups import By, PersonGroup, groups_of_people
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.retentions import Retention, retention_of
from creditaudit.sharing.seed_ranges import read_seeds
from creditaudit.sharing.sweeps import FreeParameter, sweep
from creditaudit.values import Floats

# One number for the refreshes of all imports: each alone would move little and cost two runs more.
REFRESHES = "days between refreshes (-1 all at their least, 0 as given, 1 all at their most)"
DEFAULT_RETENTION = Retention(name="two_years", longest=24, paying_ends=True)


def feedback(
    world: Society,
    regime: SharingRegime,
    *,
    months: int = 60,
    reverse_at: int | None = None,
    against: SharingRegime | None = None,
    retention: Retention | Rulebook | str = DEFAULT_RETENTION,
    rule: str | None = None,
    agency: str = "court",
    copies: Copies = "cleared",
    by: By = None,
    numbers: Mapping[str, float] | None = None,
    seeds: int | Iterable[int] = range(3),
) -> Feedback:
    """Return what being listed leads to, month after month, and who is paid.

    Parameters
    ----------
    world : Society
        Nobody is on the list at the beginning.
    regime : SharingRegime
        Who learns of a listing, what they refuse, and what reaches people tied to who is listed.
    months : int
        At least 12.
    reverse_at : int, optional
        The last month of the regime; from then on nobody imports anything and no measure goes along
        ties, while entries stay as long as they last.
    against : SharingRegime, optional
        What to take differences to, under the same luck. With ``reverse_at`` the same regime
        without imports and ties, all along, unless another is given.
    retention : Retention, Rulebook or str
        How long an entry lasts; a rulebook or the id of a preset is read by `retention_of`.
    rule : str, optional
        The rule of the rulebook that makes the entry.
    agency : str
        Whose list it is.
    copies : {"cleared", "as_imported"}
        What happens to imported copies when an entry ends: they go at the next refresh, or as the
        wiring has it, so that copies in a cycle of imports without provenance never go (a stress
        test).
    by : str or sequence of str, optional
        Columns of the people to tell apart.
    numbers : mapping of str to float, optional
        Coefficients set to another value. These are not swept.
    seeds : int or iterable of int
        Luck; a number n is 0 to n - 1. The sweep is run under the first of them.

    Returns
    -------
    Feedback
        Every number with the range it takes while the free coefficients vary over theirs.

    Raises
    ------
    InputError

    Notes
    -----
    The months are described at `creditaudit.sharing.feedback_months.lived`, the coefficients in
    `feedback_numbers`: none is measured, so the result is a sweep and no forecast. One list is
    followed, that of ``agency``, for unpaid debts. Creditors are counted with the same care as
    debtors: `creditors_paid`, `people_paid`, `paid_per_person` stand beside
    `income_lost_per_person`, in the same currency. What a creditor does with the money, and what
    becomes of prices and of the supply of credit, is left out.

    References
    ----------
    Musto, D. K. (2004). What happens when information leaves a market? Journal of Business 77,
    725-748. Elul, R. and Gottardi, P. (2015). Bankruptcy: is it enough to forgive or must we also
    forget? American Economic Journal: Microeconomics 7, 294-338.
    """
    seeds = read_seeds(seeds)
    for one in [regime] if against is None else [regime, against]:
        checked_pair(world, one)
    _check(months, reverse_at)
    kept = retention if isinstance(retention, Retention) else retention_of(retention, rule=rule)
    if against is None and reverse_at is not None:
        against = repealed(regime)
    pack = feedback_numbers(numbers)
    asked = _Asked(
        world, regime, against, months, reverse_at, kept, agency, copies, pack, debtors_of(world),
        groups_of_people(world.people.frame, by), seeds,
    )  # fmt: skip
    return asked.answer()


def repealed(regime: SharingRegime) -> SharingRegime:
    """Return the regime without its imports and ties; what each agency refuses stays."""
    return replace(regime, name=f"{regime.name}_repealed", imports=(), ties=())


@dataclass(eq=False)
class _Asked:
    world: Society
    regime: SharingRegime
    against: SharingRegime | None
    months: int
    reverse_at: int | None
    retention: Retention
    agency: str
    copies: Copies
    pack: Pack
    debtors: Debtors
    groups: list[PersonGroup]
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        self.places: list[dict[str, Floats]] = []
        self.by_seed: list[dict[str, float]] = []
        self.first_falls: list[float] = []

    def answer(self) -> Feedback:
        free = self._free()
        swept = sweep(self._run, free)
        return Feedback(
            regime=self.regime, against=self.against, retention=self.retention, agency=self.agency,
            months=self.months, reverse_at=self.reverse_at, seeds=self.seeds, parameters=free,
            groups=tuple((one.keys, one.name, one.n) for one in self.groups),
            swept=swept, by_seed=pd.DataFrame(self.by_seed), places=tuple(self.places),
            first_falls=self._first_falls(), pack=self.pack,
        )  # fmt: skip

    def _free(self) -> tuple[FreeParameter, ...]:
        found = [
            FreeParameter(name, float(one.value), float(one.low), float(one.high))  # type: ignore[arg-type]
            for name, one in self.pack.parameters.items()
            if one.free and one.low != one.high
        ]
        names = {one.name for one in found}
        for regime in filter(None, (self.regime, self.against)):
            for row in regime.free.itertuples(index=False):
                one = (
                    FreeParameter(REFRESHES, 0.0, -1.0, 1.0)
                    if row.unit == "days"
                    else FreeParameter(row.parameter, row.value, row.low, row.high)
                )
                if one.name not in names:
                    found.append(one)
                    names.add(one.name)
        return tuple(found)

    def _run(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return every number at one place of the sweep; the first place is the base."""
        base = not self.places
        seeds = self.seeds if base else self.seeds[:1]
        found = [self._one(values, seed, base) for seed in seeds]
        courses = [course for _, course in found]
        self.places.append(
            {name: np.mean([c[name] for c in courses], axis=0) for name in courses[0]}
        )
        if base:
            self.by_seed = [numbers for numbers, _ in found]
        table = pd.DataFrame([numbers for numbers, _ in found])
        return {str(name): float(value) for name, value in table.mean().items()}

    def _one(
        self, values: Mapping[str, float], seed: int, base: bool
    ) -> tuple[dict[str, float], dict[str, Floats]]:
        changes = {name: value for name, value in values.items() if name in self.pack.parameters}
        numbers = feedback_numbers({**self._set(), **changes}).numbers

        def trail(phases: list[tuple[int, ListReach]]) -> Trail:
            return lived(self.debtors, phases, self.retention, numbers, seed, self.months)

        phases = [(1, self._reach(self.regime, values))]
        if self.reverse_at is not None:
            phases.append((self.reverse_at + 1, self._reach(repealed(self.regime), values)))
        own = trail(phases)
        course = monthly(own)
        told = self._told(own)
        if self.against is not None:
            other = trail([(1, self._reach(self.against, values))])
            beside = self._told(other)
            told |= {f"{name}, difference": _less(told[name], beside[name]) for name in beside}
            gap = {f"{name}, difference": course[name] - x for name, x in monthly(other).items()}
            if self.reverse_at is not None:
                told |= self._after(gap)
            course |= gap
            if base:
                self.first_falls.append(float((own.first_fall != other.first_fall).mean()))
        return told, course

    def _after(self, gap: Mapping[str, Floats]) -> dict[str, float]:
        assert self.reverse_at is not None
        listed = gap["listed, difference"]
        return {
            "all|listed_at_repeal, difference": float(listed[self.reverse_at - 1]),
            "all|hysteresis": float(listed[-1]),
            "all|reversal_half_life": half_life(listed, self.reverse_at),
        }

    def _told(self, trail: Trail) -> dict[str, float]:
        return {
            f"{group.name}|{name}": value
            for group in self.groups
            for name, value in measured(trail, self.debtors, group.members).items()
        }

    def _reach(self, regime: SharingRegime, values: Mapping[str, float]) -> ListReach:
        free = regime.free
        own = {name: value for name, value in values.items() if name in set(free["parameter"])}
        if end := values.get(REFRESHES):
            days = free[free["unit"] == "days"]
            own |= dict(zip(days["parameter"], days["high" if end > 0 else "low"], strict=True))
        known = regime.with_values(own) if own else regime
        return reach_of(self.world, known, self.agency, copies=self.copies)

    def _set(self) -> dict[str, float]:
        """Return the coefficients that the caller set."""
        return {
            name: float(one.value)  # type: ignore[arg-type]
            for name, one in self.pack.parameters.items() if one.low == one.high
        }  # fmt: skip

    def _first_falls(self) -> float | None:
        """Return the share of people whose first fall differs, where a theorem says nobody's."""
        regimes = [one for one in (self.regime, self.against) if one is not None]
        numbers: Any = self.pack.numbers
        untied = not any(one.ties for one in regimes)
        if len(regimes) < 2 or not untied or numbers.mistaken_month or numbers.deterrence:
            return None
        return float(np.mean(self.first_falls))


def _less(value: float, other: float) -> float:
    # Two medians that nobody reaches do not differ.
    return 0.0 if value == other else value - other


def _check(months: int, reverse_at: int | None) -> None:
    checked_number("months", months, 12)
    if reverse_at is not None:
        checked_number("reverse_at", reverse_at, 1, months - 1)
