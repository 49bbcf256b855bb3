"""Justice in two readings side by side, and what exclusion is owed to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.populations import Society
from creditaudit.shapley import coalition_members, shapley_values
from creditaudit.sharing.cascade_arguments import checked_pair
from creditaudit.sharing.cascade_measures import rests_on
from creditaudit.sharing.drawn_ranges import NO_DRAW, over_draws, over_sweep
from creditaudit.sharing.entry_facts import entry_facts_of
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.person_groups import By, PersonGroup, groups_of_people
from creditaudit.sharing.readings import (
    CORRECTIVE,
    DISTRIBUTIVE,
    corrective,
    distributive,
    people_behind,
    types_of,
)
from creditaudit.sharing.regime_flows import RegimeFlows, flows_of
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.sanctions import (
    UNSAID,
    Sanctions,
    all_alike,
    origins_named,
    sanctions_of,
    tied,
)
from creditaudit.sharing.seed_ranges import read_seeds
from creditaudit.sharing.sweeps import FreeParameter, sweep_places
from creditaudit.sharing.true_causes import ABILITY, TrueCauses, causes_of
from creditaudit.values import Floats

SOURCE = (
    "Inspired by M. Thompson, as the essay behind this project reports him: corrective and "
    "distributive justice in one framework centred on reasons. The numbers are this library's "
    "reading of that thought, and no measure of justice."
)
CAUSES = ("own acts", "circumstance", "association", "error", "unexplained")
UNTOLD = "too few to tell"
WORTHS = {
    "reached_share": "share of people whom a measure reaches, by a list or through a tie",
    "measures_per_person": "measures that reach a person, mean",
}
BESIDE = ("region", "age", "ability", "opportunity", "income")
SWEEP_SEEDS = 2
TIES, FITS = "draws of the ties", "draws of the ties, of luck, and of the people of the fit"
ALIKE = (
    "All lists are in all hands and all refuse: one finding brings as much as another, whatever "
    "was done. This follows from the rule itself."
)
UNTIED = "No tie carries anything: this follows from the rule itself."
ANSWERING = ("measures_minor", "measures_general", "measures_serious", "slope")


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
        ``reading, measure, value, low, high, range_over, n, seeds, kind, note`` of both readings;
        n is the people that a number is counted on.
    owed : DataFrame
        ``measure``, the columns of ``by``, ``cause, value, share, low, high, range_over, n, seeds,
        kind, note``: Shapley values which, with what is left untold, add up to the measure;
        ``share`` is the part of it.
    gaps : DataFrame
        ``by, group, measure, value, difference, low, high, range_over, n, seeds, kind, note``: of
        each group, and less everybody's.
    few : tuple of str
        Agencies with too few findings of not paying to tell causes apart.
    acts : dict of str to int
        True findings that stand on own acts, by agency.
    """

    regime: SharingRegime
    circumstances: tuple[str, ...]
    seeds: tuple[int, ...]
    parameters: tuple[FreeParameter, ...]
    frame: pd.DataFrame = field(repr=False)
    owed: pd.DataFrame = field(repr=False)
    gaps: pd.DataFrame = field(repr=False)
    few: tuple[str, ...] = ()
    acts: Mapping[str, int] = field(default_factory=dict, repr=False)
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
            "Own acts are true entries of something a person did or left undone that takes no "
            f"money, here {self._deeds()}; what led to them is not asked. Not paying is none: the "
            "record does not tell who could have paid.",
            f"Circumstances are {', '.join(self.circumstances)}; what they add to not paying is "
            "fitted here (logistic models), not known, and another list of them is another "
            "answer. Ability is what a person could do: it is no conduct and no fault.",
            "Unexplained is not paying that these circumstances do not tell, choices among it.",
            *([UNSAID] if origins_named(self.regime) != self.regime else []),
            *(
                [
                    "Too few findings of not paying to tell circumstances from the rest: "
                    f"{', '.join(self.few)}. They are left out of the causes and shown as "
                    f"'{UNTOLD}'."
                ]
                if self.few
                else []
            ),
        )

    def _deeds(self) -> str:
        found = [f"{many:,} by {name}" for name, many in self.acts.items() if many]
        return f"findings {', '.join(found)}" if found else "none"

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
    seeds: int | Iterable[int] = range(5),
) -> Justice:
    """Return two readings of what a regime does, and what exclusion is owed to.

    Parameters
    ----------
    world : Society
        Of which the truth is known.
    regime : SharingRegime
    circumstances : sequence of str, optional
        Columns of the people or of their truth that they are taken not to have chosen; by default
        the groups, region, age, and the true ability, opportunity and income.
    by : str or sequence of str, optional
        Groups to tell ``owed`` apart for.
    seeds : int or iterable of int
        Draws of the ties, of the luck given what happened, and of the people whom the models of
        not paying are fitted on (bootstrap); a number n is 0 to n - 1. With one seed there is no
        range.

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
    how much of it lies between people of other circumstances and equal ability?

    Owed: the exact Shapley values of five causes, each switched off under the same luck in all 32
    combinations. Own acts off: what people did was not done; circumstance off: everybody at the
    mean; association off: no ties; error off: no mistaken entries; unexplained off: log-odds alone
    decide. With everything off nobody is reached. Findings of not paying at agencies with too few
    of them are outside; what they add to the whole is the row "too few to tell", so that all rows
    add up to what the record shows. See `causes_of`.

    References
    ----------
    Roemer, J. E. (1998). Equality of Opportunity. Harvard University Press.
    """
    chosen = read_seeds(seeds)
    checked_pair(world, regime)
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
        self.causes = [self._causes(seed) for seed in self.seeds]
        truth = self.world.people.truth
        assert truth is not None
        self.ability = truth[ABILITY].to_numpy(np.float64)
        self.types = types_of(frame, list(self.world.people.roles.groups))
        self.crowds = [
            (by, group) for by in self.world.people.roles.groups if by in frame
            for group in groups_of_people(frame, by)[1:]
        ]  # fmt: skip

    def _causes(self, seed: int) -> TrueCauses:
        return causes_of(self.world, self.regime.agencies, self.circumstances, dealt=seed)

    def answer(self) -> Justice:
        parameters = rests_on(self.regime, "touched_share")
        base = [self._numbers(self.regime, place) for place in range(len(self.seeds))]
        ends = [
            self._numbers(self.regime.with_values(values), place)
            for place in range(min(SWEEP_SEEDS, len(self.seeds)))
            for *_, values in (sweep_places(parameters, corners="ends") if parameters else [])
        ]  # fmt: skip
        words = "; ".join(one.words for one in parameters)
        drawn = flows_of(self.world, self.regime).drawn
        told = {
            key: _told(
                [one[key] for one in base], [one[key] for one in ends], words,
                drawn=drawn or key[0] == "owed", what=FITS if key[0] == "owed" else TIES,
            )
            for key in base[0]
        }  # fmt: skip
        if ("named", "reasoned") in told:
            both = [one["named", "reasoned"] for one in (*base, *ends)]
            reasoned = over_sweep(told["corrective", "reasoned"], both)
            words = "; ".join(filter(None, (UNSAID, words)))
            told["corrective", "reasoned"] = {**reasoned, "kind": "sweep", "swept": words}
        return Justice(
            self.regime, self.circumstances, self.seeds, parameters, self._readings(told),
            self._owed(told), self._gaps(told), self.causes[0].few, self.causes[0].acts_counted,
        )  # fmt: skip

    def _numbers(self, regime: SharingRegime, place: int) -> dict[tuple[str, ...], float]:
        """Return every number of one seed, by what it is."""
        seed = self.seeds[place]
        parts = flows_of(self.world, regime)
        reached = sanctions_of(self.world, parts, self.own, seed, self.facts)
        found: dict[tuple[str, ...], float] = {
            ("corrective", name): value for name, value in corrective(reached, self.facts).items()
        }
        spread = distributive(reached, self.types, self.ability)
        found |= {("distributive", name): value for name, value in spread.items()}
        if (named := origins_named(regime)) != regime:
            whole_text = flows_of(self.world, named)
            told = sanctions_of(self.world, whole_text, self.own, seed, self.facts)
            found["named", "reasoned"] = corrective(told, self.facts)["reasoned"]
        behind = people_behind(reached, self.facts)
        found |= {("people", name): many for name, many in behind.items()}
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
        causes = self.causes[place]
        luck = causes.luck(seed)
        alone = flows_of(self.world, replace(regime, ties=()))
        worths = []
        for acts, circumstance, ties, error, lucky in coalition_members(len(CAUSES)):
            own = causes.findings(
                luck if lucky else None, acts=bool(acts), circumstance=bool(circumstance),
                error=bool(error),
            )  # fmt: skip
            # Firms reach people through ties only.
            reached = sanctions_of(self.world, parts if ties else alone, own, seed)
            worths.append([[*_worths(reached, one.members).values()] for one in self.groups])
        shares = shapley_values(np.array(worths))
        # What findings that are not told apart add to the whole.
        whole = sanctions_of(self.world, parts, self.own, seed)
        rest = np.array([[*_worths(whole, one.members).values()] for one in self.groups])
        rest -= worths[-1]
        shares = np.concatenate([shares, rest[None]])
        return {
            ("owed", name, group.name, cause): float(shares[c, g, w])
            for w, name in enumerate(WORTHS)
            for g, group in enumerate(self.groups)
            for c, cause in enumerate((*CAUSES, UNTOLD))
        }

    def _readings(self, told: Mapping[tuple[str, ...], dict[str, Any]]) -> pd.DataFrame:
        rows = []
        spread = told["corrective", "slope"]["value"]
        for reading, texts in (("corrective", CORRECTIVE), ("distributive", DISTRIBUTIVE)):
            for name, words in texts.items():
                one = told[reading, name]
                # Without a true finding nothing arrives, so severities must be those of findings.
                if name in ANSWERING and all_alike(self.regime) and spread == 0:
                    one, words = {**one, "kind": "theorem"}, f"{words}. {ALIKE}"
                rows.append({
                    "reading": reading, "measure": name, **_tail(one),
                    "n": told["people", name]["value"], "seeds": len(self.seeds),
                    "note": _note(words, one),
                })  # fmt: skip
        columns = ["reading", "measure", "value", "low", "high", "range_over", "n", "seeds",
                   "kind", "note"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def _owed(self, told: Mapping[tuple[str, ...], dict[str, Any]]) -> pd.DataFrame:
        rows = []
        for name, words in WORTHS.items():
            for group in self.groups:
                every = (*CAUSES, UNTOLD)
                whole = sum(told["owed", name, group.name, cause]["value"] for cause in every)
                for cause in every:
                    one = told["owed", name, group.name, cause]
                    if cause == "association" and not tied(self.regime):
                        one = {**one, "low": 0.0, "high": 0.0, "kind": "theorem",
                               "range_over": NO_DRAW, "swept": UNTIED}  # fmt: skip
                    rows.append({
                        "measure": name, **group.keys, "cause": cause, **_tail(one),
                        "share": one["value"] / whole if whole else float("nan"), "n": group.n,
                        "seeds": len(self.seeds), "note": _note(words, one),
                    })  # fmt: skip
        columns = [
            "measure", *self.groups[0].keys, "cause", "value", "share", "low", "high",
            "range_over", "n", "seeds", "kind", "note",
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
            "by", "group", "measure", "value", "difference", "low", "high", "range_over", "n",
            "seeds", "kind", "note",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)


def _worths(reached: Sanctions, members: npt.NDArray[np.bool_]) -> dict[str, float]:
    measures: Floats = reached.all[members].astype(np.float64)
    return {"reached_share": float((measures > 0).mean()), "measures_per_person": measures.mean()}


def _told(
    base: list[float], ends: list[float], words: str, *, drawn: bool, what: str
) -> dict[str, Any]:
    found = over_draws(base, drawn=drawn, what=what)
    if not ends:
        return {**found, "kind": "estimate", "swept": ""}
    return {**over_sweep(found, ends), "kind": "sweep", "swept": words}


def _tail(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("value", "low", "high", "range_over", "kind")}


def _note(words: str, one: Mapping[str, Any]) -> str:
    return f"{words}; {one['swept']}" if one["swept"] else words
