"""What would change if the rule were another? Regimes beside each other, under the same luck."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.populations import Society
from creditaudit.shapley import coalition_members, shapley_values
from creditaudit.sharing.cascade_arguments import checked_pair
from creditaudit.sharing.cascade_measures import (
    CHILDREN,
    MEASURES,
    SWEEP_SEEDS,
    drawn,
    parts_of,
    rests_on,
    values_of,
)
from creditaudit.sharing.cascades import Cascade, cascade
from creditaudit.sharing.contrast_kinds import (
    HOMES,
    NOT_HERE,
    check_measure,
    homes_of,
    kinds_of,
    n_of,
    same_under_both,
    side_values,
)
from creditaudit.sharing.drawn_ranges import over_draws, over_sweep
from creditaudit.sharing.records import CHILD
from creditaudit.sharing.regime_levers import Lever, levers_between, pulled
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.seed_ranges import over_seeds, read_seeds
from creditaudit.sharing.sweeps import FreeParameter, Swept, sweep_places
from creditaudit.values import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FINDINGS = ("recorded", "true")
DRAWS = "draws of the ties, paired by seed"


@dataclass(frozen=True, eq=False, repr=False)
class Contrast:
    """Regimes beside each other on the same people under the same luck.

    Attributes
    ----------
    world : Society
    regimes : dict of str to SharingRegime
        The first is the reference.
    cascades : dict of str to Cascade
    seeds : tuple of int
    """

    world: Society
    regimes: dict[str, SharingRegime]
    cascades: dict[str, Cascade]
    seeds: tuple[int, ...]
    _run: dict[Any, Cascade] = field(default_factory=dict, repr=False)

    @property
    def reference(self) -> str:
        """Name of the regime that differences are taken to."""
        return next(iter(self.regimes))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Every difference to the reference.

        Returns
        -------
        frame
            ``regime, reference, measure, entities, findings, by, group, reference_value,
            regime_value, value, low, high, range_over, n, seeds, kind, note``: value is regime less
            reference, paired by seed; n is what the measure is a share of under the regime.
            ``kind`` is "theorem" where the difference follows from the rules themselves, "sweep"
            where one side rests on a free parameter (low and high are the sweep, and the value of
            that side is left out), else "estimate". ``range_over`` says what a range is of; with
            one draw there is none.
        """
        rows = [
            row
            for name in list(self.regimes)[1:]
            for measure in MEASURES
            for row in self._rows(name, measure)
        ]
        rows += [row for name in list(self.regimes)[1:] for row in self._children(name)]
        return pd.DataFrame(rows)

    def swept(self, measure: str, regime: str | None = None, **where: Any) -> Swept:
        """Return a difference of all people with its sweep.

        Parameters
        ----------
        measure : str
        regime : str, optional
            The second one by default.
        **where : optional
            ``entities``, ``by`` and ``group``, as for `Cascade.values`.

        Raises
        ------
        InputError
            If it rests on no free parameter.
        """
        name = self._named(regime)
        check_measure(measure)
        if unknown := [*(where.keys() - {"entities", "by", "group"})]:
            msg = f"swept() has no {unknown[0]}=. Use entities=, by= and group=."
            raise InputError(msg)
        parameters = self._free(name, measure)
        if not parameters:
            msg = f"{measure!r} rests on no free parameter here: read it in .frame."
            raise InputError(msg)
        place = self.cascades[name].row_of(where.pop("entities", "people"), **where)
        rows = [
            (parameter, at, float(self._gap(name, measure, values)[0, :, place].mean()))
            for parameter, at, values in sweep_places(parameters, corners="all")
        ]
        value = float(self._gap(name, measure, None)[0, :, place].mean())
        frame = pd.DataFrame(rows, columns=["parameter", "at", "value"])
        return Swept(f"{measure}, difference", parameters, frame, _value=value)

    def levers(self, regime: str | None = None) -> pd.DataFrame:
        """Share out each difference over what differs between two regimes: Shapley values.

        Parameters
        ----------
        regime : str, optional
            The one set against the reference; the second one by default.

        Returns
        -------
        frame
            ``regime, reference, lever, governance, measure, value, low, high, range_over, n,
            seeds, kind, note``, about people and all entries. The values of a measure add up to its
            difference in `frame`, under each seed.

        Notes
        -----
        The game has one player a lever and the mean of the measure as its worth; every combination
        of levers is run under the same luck.
        """
        name = self._named(regime)
        levers = levers_between(self.regimes[self.reference], self.regimes[name])
        acting = [lever for lever in levers if lever.governance == "by data"]
        base = self._game(name, acting, None)
        rows = []
        for measure in MEASURES:
            value = shapley_values(base[measure])
            luck = self._drawn(name, measure)
            why = same_under_both(self._pair(name), measure)
            parameters = self._free(name, measure)
            ends = [
                shapley_values(self._game(name, acting, values)[measure]).mean(axis=1)
                for *_, values in (sweep_places(parameters, corners="all") if parameters else [])
            ]
            for k, lever in enumerate(acting):
                told = over_draws([*value[k]], drawn=luck, what=DRAWS)
                if ends:
                    told = over_sweep(told, [end[k] for end in ends])
                rows.append({
                    **self._head(name), "lever": lever.name, "governance": lever.governance,
                    "measure": measure, **told, "n": n_of(self.cascades[name], measure),
                    "seeds": len(self.seeds),
                    "kind": "theorem" if why else "sweep" if ends else "estimate",
                    "note": why or "; ".join(one.words for one in parameters),
                })  # fmt: skip
            rows += [
                {
                    **self._head(name), "lever": lever.name, "governance": lever.governance,
                    "measure": measure, **over_draws([0.0], drawn=False, what=DRAWS),
                    "n": n_of(self.cascades[name], measure), "seeds": len(self.seeds),
                    "kind": "theorem", "note": NOT_HERE,
                }
                for lever in levers if lever not in acting
            ]  # fmt: skip
        return pd.DataFrame(rows)

    def plot(self) -> "Figure":
        """Draw how far each step of the flow reaches, one panel a regime."""
        from creditaudit.sharing.contrast_charts import steps_drawn

        return steps_drawn(self)

    def plot_levers(
        self, measure: str = "touched_share", regime: str | None = None, ax: "Axes | None" = None
    ) -> "Axes":
        """Draw a difference as a waterfall, one step a lever."""
        from creditaudit.sharing.contrast_charts import waterfall

        check_measure(measure)
        return waterfall(self, measure, self._named(regime), ax)

    def _named(self, regime: str | None) -> str:
        others = list(self.regimes)[1:]
        name = others[0] if regime is None else regime
        if name not in others:
            msg = f"regime={name!r} is none of those set against {self.reference!r}: {others}."
            raise InputError(msg)
        return name

    def _head(self, name: str) -> dict[str, Any]:
        return {"regime": name, "reference": self.reference}

    def _rows(self, name: str, measure: str) -> Iterable[dict[str, Any]]:
        own, other = self.cascades[name], self.cascades[self.reference]
        gap = self._gap(name, measure, None)
        sides = [side_values(one, measure) for one in (other, own)]
        under = parts_of(own.sums_without_sweep, measure)[1].mean(axis=1)
        parameters = self._free(name, measure)
        ends = [
            self._gap(name, measure, values).mean(axis=1)
            for *_, values in (sweep_places(parameters, corners="all") if parameters else [])
        ]
        why, luck = same_under_both(self._pair(name), measure), self._drawn(name, measure)
        kinds = [kinds_of(one, measure) for one in (other, own)]
        for f, findings in enumerate(FINDINGS):
            for place, (entities, by, group) in enumerate(own.cells):
                told = over_draws([*gap[f, :, place]], drawn=luck, what=DRAWS)
                both = [one[findings, entities, by, group] for one in kinds]
                kind, note = "estimate", ""
                if why:
                    kind, note = "theorem", why
                elif ends:
                    told = over_sweep(told, [end[f, place] for end in ends])
                    kind, note = "sweep", "; ".join(one.words for one in parameters)
                elif all(one[0] == "theorem" for one in both):
                    kind, note = "theorem", " ".join(dict.fromkeys(one[1] for one in both))
                yield {
                    **self._head(name), "measure": measure, "entities": entities,
                    "findings": findings, "by": by, "group": group,
                    "reference_value": sides[0][f, place], "regime_value": sides[1][f, place],
                    **told, "n": float(under[f, place]), "seeds": len(self.seeds), "kind": kind,
                    "note": note,
                }  # fmt: skip

    def _pair(self, name: str) -> list[SharingRegime]:
        return [self.regimes[key] for key in (self.reference, name)]

    def _drawn(self, name: str, measure: str) -> bool:
        return any(drawn(self.cascades[key], measure) for key in (self.reference, name))

    def _children(self, name: str) -> Iterable[dict[str, Any]]:
        """Yield households with a child whom a rule reaches: children are in no table."""
        pair = (self.reference, name)
        rules = dict.fromkeys(
            rule.what for key in pair for rule in self.regimes[key].ties if rule.relation == CHILD
        )
        parameters = self._free(name, CHILDREN)
        for what in rules:
            other, own = (self._reached(key, what, None) for key in pair)
            luck = self._drawn(name, "touched_share") or any(
                0 < rule.p < 1 for key in pair for rule in self.regimes[key].ties
                if rule.relation == CHILD
            )  # fmt: skip
            told = over_draws([*(own - other)], drawn=luck, what=DRAWS)
            sides = [over_seeds([*one])["value"] for one in (other, own)]
            kind, note = "estimate", HOMES
            if parameters:
                kind, note = "sweep", f"{note}; " + "; ".join(one.words for one in parameters)
                sides = [
                    np.nan if rests_on(self.regimes[key], CHILDREN) else value
                    for key, value in zip(pair, sides, strict=True)
                ]
                ends = [
                    [self._reached(key, what, values).mean() for key in pair]
                    for *_, values in sweep_places(parameters, corners="all")
                ]
                told = over_sweep(told, [there - here for here, there in ends])
            yield {
                **self._head(name), "measure": CHILDREN, "entities": "households",
                "findings": "recorded", "by": "rule", "group": what,
                "reference_value": sides[0], "regime_value": sides[1], **told,
                "n": homes_of(self.world), "seeds": len(self.seeds), "kind": kind,
                "note": note,
            }  # fmt: skip

    def _reached(self, key: str, what: str, values: Mapping[str, float] | None) -> Floats:
        run = self._at(self.regimes[key], values)
        rules = [rule.what for rule in run.regime.ties if rule.relation == CHILD]
        if what not in rules:
            return np.zeros(len(run.seeds))
        return np.asarray(run.children_without_sweep[:, rules.index(what)])

    def _free(self, name: str, measure: str) -> tuple[FreeParameter, ...]:
        """Return the free parameters of both sides, those they share once."""
        found = {
            one.name: one
            for key in (self.reference, name)
            for one in rests_on(self.regimes[key], measure)
        }
        return tuple(found.values())

    def _gap(self, name: str, measure: str, values: Mapping[str, float] | None) -> Floats:
        """Return regime less reference: findings x seeds x groups."""
        pair = [
            values_of(self._at(self.regimes[key], values).sums_without_sweep, measure)
            for key in (name, self.reference)
        ]
        return np.asarray(pair[0] - pair[1])

    def _game(
        self, name: str, levers: list[Lever], values: Mapping[str, float] | None
    ) -> dict[str, Floats]:
        """Return the worth of every combination of levers, by measure and seed."""
        found: dict[str, list[Floats]] = {measure: [] for measure in MEASURES}
        one, other = self.regimes[self.reference], self.regimes[name]
        for members in coalition_members(len(levers)):
            chosen = [lever for lever, on in zip(levers, members, strict=True) if on]
            run = self._at(pulled(one, other, chosen), values)
            place = run.row_of("people")
            for measure, worth in found.items():
                worth.append(values_of(run.sums_without_sweep, measure)[0, :, place])
        return {measure: np.stack(worth) for measure, worth in found.items()}

    def _at(self, regime: SharingRegime, values: Mapping[str, float] | None) -> Cascade:
        """Return a cascade at a place of a sweep; each is run once."""
        seeds = self.seeds if values is None else self.seeds[:SWEEP_SEEDS]
        if values:
            free = set(regime.free["parameter"])
            own = {name: value for name, value in values.items() if name in free}
            regime = regime.with_values(own) if own else regime
        # Only what a cascade depends on: the same wiring under another name is run once.
        wiring = (regime.agencies, regime.closure().tobytes(), regime.ties,
                  {(d.agency, d.measure) for d in regime.denials})  # fmt: skip
        key = (str(wiring), seeds)
        if key not in self._run:
            self._run[key] = cascade(self.world, regime, seeds)
        return self._run[key]

    def __repr__(self) -> str:
        others = ", ".join(list(self.regimes)[1:])
        return f"<Contrast of {others} with {self.reference}: {len(self.seeds)} seeds>"

    def _repr_html_(self) -> str:
        frame = self.frame
        shown = frame[(frame["entities"] == "people") & (frame["by"] == "all")]
        return str(shown.to_html(index=False, na_rep=""))


def contrast(
    world: Society,
    regimes: Mapping[str, SharingRegime],
    seeds: int | Iterable[int] = 20,
) -> Contrast:
    """Return what changes when the rule is another: the same people, the same luck.

    Parameters
    ----------
    world : Society
        Synthetic: what is found holds for these people, and describes rules and no country.
    regimes : mapping of str to SharingRegime
        Two or more with the same agencies; the first is the reference.
    seeds : int or iterable of int
        Draws of the ties; a number n is 0 to n - 1.

    Returns
    -------
    Contrast

    Raises
    ------
    InputError
        If there are fewer than two regimes, or their agencies differ.

    Notes
    -----
    A tie is drawn once for a seed, whatever the rule, so each difference is that of the rules alone
    and its range is far narrower than that of two runs under different luck.
    """
    if not isinstance(regimes, Mapping) or len(regimes) < 2:
        msg = 'regimes= names two or more, such as {"silos": R.silos(), "full": R.full()}.'
        raise InputError(msg)
    named, chosen = dict(regimes), read_seeds(seeds)
    for regime in named.values():
        checked_pair(world, regime)
    first = next(iter(named.values()))
    for name, regime in list(named.items())[1:]:
        if regime.agencies != first.agencies:
            msg = (
                f"Regime {name!r} has other agencies than the reference, so their numbers are not "
                f"of the same things. Make the reference with agencies={list(regime.agencies)}."
            )
            raise InputError(msg)
    found = Contrast(world, named, {}, chosen)
    for name, regime in named.items():
        found.cascades[name] = found._at(regime, None)
    return found
