"""Justice in two readings side by side, and what exclusion is owed to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.populations import Society
from creditaudit.shapley import coalition_members, shapley_values
from creditaudit.sharing.cascade_measures import rests_on
from creditaudit.sharing.entry_facts import entry_facts_of
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.person_groups import By, PersonGroup, groups_of_people
from creditaudit.sharing.readings import (
    CORRECTIVE,
    DISTRIBUTIVE,
    corrective,
    distributive,
    types_of,
)
from creditaudit.sharing.regime_flows import RegimeFlows, flows_of
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.sanctions import Sanctions, sanctions_of
from creditaudit.sharing.seed_ranges import over_seeds
from creditaudit.sharing.sweeps import FreeParameter, sweep_places
from creditaudit.sharing.true_causes import CONDUCT, causes_of
from creditaudit.values import Floats

SOURCE = (
    "Inspired by M. Thompson, as the essay behind this project reports him: corrective and "
    "distributive justice in one framework centred on reasons. The numbers are this library's "
    "reading of that thought, and no measure of justice."
)
CAUSES = ("own conduct", "circumstance", "association", "error", "luck")
WORTHS = {
    "reached_share": "share of people whom a measure reaches, by a list or through a tie",
    "measures_per_person": "measures that reach a person, mean",
}
BESIDE = ("region", "age", "opportunity")
SWEEP_SEEDS = 2


@dataclass(frozen=True, eq=False, repr=False)
class Justice:
    """Two readings of what a regime does, side by side; neither ranks anybody.

    Attributes
    ----------
    regime : SharingRegime
    circumstances : tuple of str
        What people are taken not to have chosen.
    seeds : tuple of int
    parameters : tuple of FreeParameter
        What was swept; empty where nothing is free.
    frame : DataFrame
        ``reading, measure, value, low, high, n, seeds, kind, note`` of both readings.
    owed : DataFrame
        ``measure``, the columns of ``by``, ``cause, value, share, low, high, n, seeds, kind,
        note``: Shapley values that add up to the measure; ``share`` is the part of it.
    gaps : DataFrame
        ``by, group, measure, value, difference, low, high, n, seeds, kind, note``: of each group,
        and less everybody's.
    """

    regime: SharingRegime
    circumstances: tuple[str, ...]
    seeds: tuple[int, ...]
    parameters: tuple[FreeParameter, ...]
    frame: pd.DataFrame = field(repr=False)
    owed: pd.DataFrame = field(repr=False)
    gaps: pd.DataFrame = field(repr=False)
    source: str = SOURCE

    @property
    def corrective(self) -> pd.DataFrame:
        """Sanction against harm, what is left after repair, and reasons that can be contested."""
        return self._reading("corrective")

    @property
    def distributive(self) -> pd.DataFrame:
        """How opportunities that are left are spread over people."""
        return self._reading("distributive")

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know beside the numbers."""
        return (
            self.source,
            "Synthetic people: what is found describes this rule, and no country.",
            f"Own conduct is the true {CONDUCT}, which a society draws apart from circumstances; "
            f"circumstances are {', '.join(self.circumstances)}. Another split is another answer.",
            "Luck is everything that neither tells, deeds of one's own that they do not foretell "
            "among it.",
        )

    def _reading(self, name: str) -> pd.DataFrame:
        own = self.frame[self.frame["reading"] == name]
        return own.drop(columns="reading").reset_index(drop=True)

    def __repr__(self) -> str:
        return f"<Justice under {self.regime.name}: two readings, {len(self.seeds)} seeds>"

    def _repr_html_(self) -> str:
        sides = "".join(
            f"<td><p>{name}</p>{self._reading(name).to_html(index=False, na_rep='')}</td>"
            for name in ("corrective", "distributive")
        )
        return f"<table><tr>{sides}</tr></table><p>{self.source}</p>"


def justice(
    world: Society,
    regime: SharingRegime,
    *,
    circumstances: Sequence[str] | None = None,
    by: By = None,
    seeds: Iterable[int] = range(5),
) -> Justice:
    """Return two readings of what a regime does, and what exclusion is owed to.

    Parameters
    ----------
    world : Society
        Of which the truth is known.
    regime : SharingRegime
    circumstances : sequence of str, optional
        Columns of the people or of their truth that they are taken not to have chosen; by default
        the groups, region, age and the true opportunity.
    by : str or sequence of str, optional
        Groups to tell ``owed`` apart for.
    seeds : iterable of int
        Draws of the ties, and of the luck given what happened.

    Returns
    -------
    Justice

    Raises
    ------
    InputError, MissingColumn

    Notes
    -----
    Corrective: does what reaches people answer to what they did, end when it is repaired, and rest
    on a reason they can contest? Distributive: how are the opportunities that are left spread, and
    how much of it lies between people of other circumstances and equal effort?

    Owed: the exact Shapley values of five causes, each switched off under the same luck in all 32
    combinations. Own conduct or circumstance off: everybody at the mean in it; association off: no
    ties; error off: no mistaken entries; luck off: log-odds alone decide. With everything off
    nobody is reached, so the values add up to what the record shows. See `causes_of`.

    References
    ----------
    Roemer, J. E. (1998). Equality of Opportunity. Harvard University Press.
    """
    chosen = tuple(seeds)
    if not chosen:
        msg = "seeds= is empty. Name at least one, such as seeds=range(5)."
        raise InputError(msg)
    frame, truth = world.people.frame, world.people.truth
    named = list(circumstances) if circumstances is not None else [
        *world.people.roles.groups,
        *(name for name in BESIDE if name in frame or (truth is not None and name in truth)),
    ]  # fmt: skip
    asked = _Asked(world, regime, tuple(named), groups_of_people(frame, by), chosen)
    return asked.answer()


@dataclass(eq=False)
class _Asked:
    world: Society
    regime: SharingRegime
    circumstances: tuple[str, ...]
    groups: list[PersonGroup]
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        frame = self.world.people.frame
        self.facts = entry_facts_of(self.world, self.regime.agencies)
        self.own = listings_of(self.world, self.regime.agencies)
        self.causes = causes_of(self.world, self.regime.agencies, self.circumstances)
        truth = self.world.people.truth
        assert truth is not None
        self.effort = truth[CONDUCT].to_numpy(np.float64)
        self.types = types_of(frame, list(self.world.people.roles.groups))
        self.crowds = [
            (by, group) for by in self.world.people.roles.groups if by in frame
            for group in groups_of_people(frame, by)[1:]
        ]  # fmt: skip

    def answer(self) -> Justice:
        parameters = rests_on(self.regime, "touched_share")
        base = [self._numbers(self.regime, place) for place in range(len(self.seeds))]
        ends = [
            self._mean([
                self._numbers(self.regime.with_values(values), place)
                for place in range(min(SWEEP_SEEDS, len(self.seeds)))
            ])
            for *_, values in (sweep_places(parameters, corners="ends") if parameters else [])
        ]  # fmt: skip
        words = "; ".join(one.words for one in parameters)
        told = {key: _told([one[key] for one in base], [one[key] for one in ends], words)
                for key in base[0]}  # fmt: skip
        return Justice(
            self.regime, self.circumstances, self.seeds, parameters, self._readings(told),
            self._owed(told), self._gaps(told),
        )  # fmt: skip

    def _numbers(self, regime: SharingRegime, place: int) -> dict[tuple[str, ...], float]:
        """Return every number of one seed, by what it is."""
        seed = self.seeds[place]
        parts = flows_of(self.world, regime)
        reached = sanctions_of(self.world, parts, self.own, seed, self.facts)
        found: dict[tuple[str, ...], float] = {
            ("corrective", name): value for name, value in corrective(reached, self.facts).items()
        }
        spread = distributive(reached, self.types, self.effort)
        found |= {("distributive", name): value for name, value in spread.items()}
        whole = _worths(reached, self.groups[0].members)
        for by, group in self.crowds:
            for name, value in _worths(reached, group.members).items():
                found["gap", by, group.name, name] = value
                found["less", by, group.name, name] = value - whole[name]
        return found | self._shares(regime, parts, place)

    def _shares(
        self, regime: SharingRegime, parts: RegimeFlows, place: int
    ) -> dict[tuple[str, ...], float]:
        seed = self.seeds[place]
        luck = self.causes.luck(seed)
        alone = flows_of(self.world, replace(regime, ties=()))
        worths = []
        for conduct, circumstance, ties, error, lucky in coalition_members(len(CAUSES)):
            own = self.causes.findings(
                luck if lucky else None, conduct=bool(conduct), circumstance=bool(circumstance),
                error=bool(error),
            )  # fmt: skip
            # Firms reach people through ties only.
            reached = sanctions_of(self.world, parts if ties else alone, own, seed)
            worths.append([[*_worths(reached, one.members).values()] for one in self.groups])
        shares = shapley_values(np.array(worths))
        return {
            ("owed", name, group.name, cause): float(shares[c, g, w])
            for w, name in enumerate(WORTHS)
            for g, group in enumerate(self.groups)
            for c, cause in enumerate(CAUSES)
        }

    def _mean(self, runs: list[dict[tuple[str, ...], float]]) -> dict[tuple[str, ...], float]:
        return {key: over_seeds([one[key] for one in runs])["value"] for key in runs[0]}

    def _readings(self, told: Mapping[tuple[str, ...], dict[str, Any]]) -> pd.DataFrame:
        rows = [
            {
                "reading": reading, "measure": name, **_tail(told[reading, name]),
                "n": self.world.people.n, "seeds": len(self.seeds),
                "note": _note(words, told[reading, name]),
            }
            for reading, texts in (("corrective", CORRECTIVE), ("distributive", DISTRIBUTIVE))
            for name, words in texts.items()
        ]  # fmt: skip
        columns = ["reading", "measure", "value", "low", "high", "n", "seeds", "kind", "note"]
        return pd.DataFrame(rows, columns=columns)

    def _owed(self, told: Mapping[tuple[str, ...], dict[str, Any]]) -> pd.DataFrame:
        rows = []
        for name, words in WORTHS.items():
            for group in self.groups:
                whole = sum(told["owed", name, group.name, cause]["value"] for cause in CAUSES)
                for cause in CAUSES:
                    one = told["owed", name, group.name, cause]
                    rows.append({
                        "measure": name, **group.keys, "cause": cause, **_tail(one),
                        "share": one["value"] / whole if whole else float("nan"), "n": group.n,
                        "seeds": len(self.seeds), "note": _note(words, one),
                    })  # fmt: skip
        columns = [
            "measure", *self.groups[0].keys, "cause", "value", "share", "low", "high", "n",
            "seeds", "kind", "note",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def _gaps(self, told: Mapping[tuple[str, ...], dict[str, Any]]) -> pd.DataFrame:
        rows = []
        for by, group in self.crowds:
            for name, words in WORTHS.items():
                less = told["less", by, group.name, name]
                rows.append({
                    "by": by, "group": group.name, "measure": name, **_tail(less),
                    "value": told["gap", by, group.name, name]["value"],
                    "difference": less["value"], "n": group.n, "seeds": len(self.seeds),
                    "note": _note(f"{words}; low and high are of the difference", less),
                })  # fmt: skip
        columns = [
            "by", "group", "measure", "value", "difference", "low", "high", "n", "seeds", "kind",
            "note",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)


def _worths(reached: Sanctions, members: npt.NDArray[np.bool_]) -> dict[str, float]:
    measures: Floats = reached.all[members].astype(np.float64)
    return {"reached_share": float((measures > 0).mean()), "measures_per_person": measures.mean()}


def _told(base: list[float], ends: list[float], words: str) -> dict[str, Any]:
    found: dict[str, Any] = over_seeds(base)
    if not ends:
        return {**found, "kind": "estimate", "swept": ""}
    every = [one for one in (found["value"], *ends) if not np.isnan(one)]
    low, high = (min(every), max(every)) if every else (float("nan"),) * 2
    return {**found, "low": low, "high": high, "kind": "sweep", "swept": words}


def _tail(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("value", "low", "high", "kind")}


def _note(words: str, one: Mapping[str, Any]) -> str:
    return f"{words}; {one['swept']}" if one["swept"] else words
