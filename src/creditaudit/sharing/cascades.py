"""`cascade`: what one rule of sharing does to the people and firms of a synthetic society."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.sharing.cascade_arguments import checked_pair, whole_number
from creditaudit.sharing.cascade_measures import (
    CHILDREN,
    MEASURES,
    SWEEP_SEEDS,
    cascade_frame,
    deepest,
    rests_on,
    values_of,
)
from creditaudit.sharing.cascade_runs import one_draw
from creditaudit.sharing.crowds import ALL_OF_THEM, SUMS, Crowd, crowds_of
from creditaudit.sharing.listings import Entries, Findings, listings_of
from creditaudit.sharing.records import CHILD
from creditaudit.sharing.regime_flows import RegimeFlows, flows_of
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.seed_ranges import read_seeds
from creditaudit.sharing.spreading import Engine, Reach, chosen_engine, spread
from creditaudit.sharing.sweeps import FreeDraws, Swept, sweep_places
from creditaudit.sharing.tie_graphs import TieGraph

Floats = NDArray[np.float64]
Number = TypeVar("Number", np.float64, np.int64)
FINDINGS: tuple[Findings, ...] = ("recorded", "true")


@dataclass(frozen=True, eq=False, repr=False)
class Cascade:
    """What a regime does to the people and firms of a society, in several draws of its ties.

    Values of `refusals_per_finding` and the other measures are arrays with one value a seed, about
    people and all entries of the record. Where they rest on a free parameter they are `FreeDraws`,
    which give no number: `frame` and `swept` show them with their sweep. What ends in
    ``_without_sweep`` is bare, to compute with and not to show.

    Attributes
    ----------
    world : Society
    regime : SharingRegime
    seeds : tuple of int
    engine : {"numba", "numpy"}
    on : str or None
        The day of the record.
    sums_without_sweep : array of float, shape (findings, seeds, cells, sums)
    generations_without_sweep : array of int, shape (seeds, ties crossed)
    first_ties_without_sweep : array of int, shape (seeds, rules)
    children_without_sweep : array of float, shape (seeds, rules)
    """

    world: Any
    regime: SharingRegime
    seeds: tuple[int, ...]
    engine: Literal["numba", "numpy"]
    on: str | None
    entries: Entries | None
    parts: RegimeFlows = field(repr=False)
    crowds: tuple[Crowd, Crowd] = field(repr=False)
    sums_without_sweep: Floats = field(repr=False)
    generations_without_sweep: NDArray[np.int64] = field(repr=False)
    first_ties_without_sweep: NDArray[np.int64] = field(repr=False)
    children_without_sweep: Floats = field(repr=False)

    def values(
        self, measure: str, *, entities: str = "people", by: str = ALL_OF_THEM,
        group: object = ALL_OF_THEM, findings: Findings = "recorded",
    ) -> Floats | FreeDraws:  # fmt: skip
        """Return a measure, one value a seed; `FreeDraws` where it rests on a free parameter.

        Parameters
        ----------
        measure : str
            One of `creditaudit.sharing.cascade_measures.MEASURES`.
        entities : {"people", "firms"}
        by, group : str
            A group column and one of its groups; everyone by default.
        findings : {"recorded", "true"}
            All entries of the record, or those without the mistaken ones.

        Raises
        ------
        InputError
            If there is no such measure or group.
        """
        found = self.values_without_sweep(
            measure, entities=entities, by=by, group=group, findings=findings
        )
        return self._guarded(measure, found)

    def values_without_sweep(
        self, measure: str, *, entities: str = "people", by: str = ALL_OF_THEM,
        group: object = ALL_OF_THEM, findings: Findings = "recorded",
    ) -> Floats:  # fmt: skip
        """Return the bare numbers of `values`, to compute with and not to show.

        Whoever shows a number made of them shows its sweep too; see `free`.
        """
        if measure not in MEASURES:
            msg = f"There is no measure {measure!r}. Measures: {', '.join(MEASURES)}."
            raise InputError(msg)
        if findings not in FINDINGS:
            msg = f"findings={findings!r} must be 'recorded' or 'true'."
            raise InputError(msg)
        row = self.row_of(entities, by, group)
        return values_of(self.sums_without_sweep[FINDINGS.index(findings), :, row], measure)

    def row_of(self, entities: str, by: str = ALL_OF_THEM, group: object = ALL_OF_THEM) -> int:
        """Return the place of a group among `cells`."""
        cells = self.cells
        if (entities, by, str(group)) not in cells:
            known = ", ".join(f"{a} {b}={c}" for a, b, c in cells)
            msg = f"There is no group {entities} {by}={group}. Groups: {known}."
            raise InputError(msg)
        return cells.index((entities, by, str(group)))

    @cached_property
    def cells(self) -> list[tuple[str, str, str]]:
        """``(entities, by, group)`` of everything that is counted."""
        return [cell for crowd in self.crowds for cell in crowd.cells]

    @property
    def refusals_per_finding(self) -> Floats | FreeDraws:
        """Pairs (person, agency that refuses) for each pair (person, agency that found)."""
        return self.values("refusals_per_finding")

    @property
    def listed_share(self) -> Floats | FreeDraws:
        """Share of people on at least one list."""
        return self.values("listed_share")

    @property
    def touched_without_own_finding(self) -> Floats | FreeDraws:
        """Of the people on a list or reached by a measure, the share without a finding."""
        return self.values("touched_without_own_finding")

    @property
    def refused_by_all(self) -> Floats | FreeDraws:
        """Share of people whom every agency that refuses anything refuses."""
        return self.values("refused_by_all")

    @property
    def depth(self) -> Floats | FreeDraws:
        """Most ties between a finding and a person or firm it reaches."""
        return self._guarded("depth", deepest(self))

    @property
    def owed_to_mistaken_findings(self) -> Floats | FreeDraws:
        """Of the people touched, the share that nothing would reach without mistaken entries."""
        row, touched = self.row_of("people"), SUMS.index("touched")
        recorded, true = self.sums_without_sweep[:, :, row, touched]
        share = np.divide(recorded - true, recorded, out=np.zeros_like(true), where=recorded > 0)
        return self._guarded("touched_share", share)

    @property
    def totals(self) -> Floats | FreeDraws:
        """Sums by findings, seed, cell and `creditaudit.sharing.crowds.SUMS`."""
        return self._guarded("touched_share", self.sums_without_sweep)

    @property
    def generations(self) -> NDArray[np.int64] | FreeDraws:
        """Whoever is reached by 0, 1, 2 ... ties, by seed."""
        return self._guarded("touched_share", self.generations_without_sweep)

    @property
    def first_ties(self) -> NDArray[np.int64] | FreeDraws:
        """People without a finding whom each rule about ties reaches first, by seed."""
        return self._guarded("touched_share", self.first_ties_without_sweep)

    @property
    def children(self) -> Floats | FreeDraws:
        """Households with a child whom each rule about children reaches, by seed."""
        return self._guarded(CHILDREN, self.children_without_sweep)

    @property
    def free(self) -> pd.DataFrame:
        """The free parameters of the regime that a cascade rests on: shares of ties."""
        return self.regime.free[self.regime.free["unit"] == "share of ties"]

    def swept(
        self, measure: str, *, entities: str = "people", by: str = ALL_OF_THEM,
        group: object = ALL_OF_THEM, findings: Findings = "recorded",
    ) -> Swept:  # fmt: skip
        """Return the mean of a measure over seeds with its sweep over the free parameters.

        Raises
        ------
        InputError
            If the measure rests on none.
        """

        def mean(one: "Cascade") -> float:
            return float(one.values_without_sweep(
                measure, entities=entities, by=by, group=group, findings=findings
            ).mean())  # fmt: skip

        value, parameters = mean(self), rests_on(self.regime, measure)
        if not parameters:
            msg = f"{measure!r} rests on no free parameter of {self.regime.name}: use .values()."
            raise InputError(msg)
        names = {one.name for one in parameters}
        rows = [
            (name, at, mean(one)) for name, at, one in self.places if name in names or np.isnan(at)
        ]
        frame = pd.DataFrame(rows, columns=["parameter", "at", "value"])
        return Swept(measure, parameters, frame, _value=value)

    @cached_property
    def places(self) -> list[tuple[str, float, "Cascade"]]:
        """The same at every place of the sweep: ``(parameter, at, cascade)``, with five seeds.

        Reach only grows with each p, so the ends of a sweep are where all shares are at their
        lowest and at their highest.
        """
        parameters = rests_on(self.regime, "touched_share")
        given = {"engine": self.engine, "on": self.on, "entries": self.entries}
        return [
            (name, at, cascade(
                self.world, self.regime.with_values(values), self.seeds[:SWEEP_SEEDS],
                **given,  # type: ignore[arg-type]
            ))
            for name, at, values in sweep_places(parameters, corners="ends")
        ]  # fmt: skip

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a measure, entities, findings and group.

        ``measure, regime, entities, findings, by, group, value, low, high, n, seeds, kind, note``.
        ``kind`` is "theorem" where the value follows from the wiring alone, "estimate" where it is
        counted on these people (range: over people, or over draws where there are any), and
        "sweep" where it rests on a free parameter (range: the sweep). ``note`` names the range, and
        ``seeds`` is how many draws the value rests on.
        """
        return cascade_frame(self)

    @cached_property
    def by_agency(self) -> pd.DataFrame:
        """People on the list of each agency, and touched by each measure that travels.

        ``agency, measure, people, value, low, high, seeds, kind, note``: ``people`` says whether
        they are ``found`` (a finding of its own), ``refused`` the measure (on its own, imported or
        inherited list) or ``touched`` by it through a tie; value, low and high are people.
        """
        from creditaudit.sharing.cascade_agencies import agency_frame

        return agency_frame(self)

    def reach(self, seed: int, findings: Findings = "recorded", *, trace: bool = False) -> Reach:
        """Return whom findings reach in one draw, person by person."""
        own = listings_of(
            self.world, self.regime.agencies, findings=findings, on=self.on, entries=self.entries
        )
        return spread(
            own, self.parts.tables, self.parts.seeded(seed), n_layers=self.parts.n_layers,
            engine=self.engine, trace=trace,
        )  # fmt: skip

    def path(self, person: int, seed: int | None = None) -> str:
        """Return in words how something comes to a person or firm, agency by agency, tie by tie.

        Parameters
        ----------
        person : int
            Number of a person, or of a firm.
        seed : int, optional
            The draw; the first by default.
        """
        from creditaudit.sharing.cascade_paths import path_words

        drawn = self.seeds[0] if seed is None else whole_number("seed", seed)
        return path_words(self, whole_number("person", person), drawn)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know beside the numbers."""
        return tuple(_notes(self))

    def _guarded(self, measure: str, values: NDArray[Number]) -> NDArray[Number] | FreeDraws:
        parameters = rests_on(self.regime, measure)
        if not parameters:
            return values
        return FreeDraws(values, ", ".join(one.name for one in parameters))

    def __repr__(self) -> str:
        rests = rests_on(self.regime, "touched_share")
        swept = f", rests on {len(rests)} free shares of ties" if rests else ""
        return (
            f"<Cascade: {self.regime.name}, {self.world.people.n:,} people, {self.world.firms.n:,} "
            f"firms, {len(self.seeds)} seeds, {self.engine}{swept}>"
        )

    def _repr_html_(self) -> str:
        shown = self.frame[(self.frame["by"] == ALL_OF_THEM) & (self.frame["entities"] == "people")]
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return f"{shown.to_html(index=False, na_rep='')}<ul>{notes}</ul>"


def cascade(
    world: Any,
    regime: SharingRegime,
    seeds: int | Iterable[int] = range(20),
    *,
    engine: Engine = "auto",
    on: str | None = None,
    entries: Entries | None = None,
    graph: TieGraph | None = None,
) -> Cascade:
    """Return what a regime does to the people and firms of a society.

    Parameters
    ----------
    world : Society
        Synthetic: what is found holds for these people, and describes the rule and no country.
    regime : SharingRegime
    seeds : int or iterable of int
        Draws of the ties; a number n is 0 to n - 1. The same seed under two regimes is the same
        luck: a tie open at a low share is open at a higher one.
    engine : {"auto", "numba", "numpy"}
        numba (extra ``fast``) where it is installed; both give the same.
    on, entries : optional
        The day of the record, and what counts as a finding; see `listings.listings_of`.
    graph : TieGraph, optional
        That of the world by default, built once.

    Returns
    -------
    Cascade

    Raises
    ------
    InputError
        If the society or the regime is none, there is no seed, or a rule names ties that the
        society does not have.

    Notes
    -----
    Findings are put on lists; imports follow, at no tie; a tie with a measure touches, a tie with a
    listing lists, which is a stress test: no national text does so. Each tie is open or closed for
    a person's whole record. See `spreading.spread`.

    References
    ----------
    Kempe, D., Kleinberg, J. and Tardos, E. (2003). KDD, 137-146.
    """
    checked_pair(world, regime)
    chosen = read_seeds(seeds)
    parts, crowds = flows_of(world, regime, graph), crowds_of(world)
    engine = chosen_engine(engine)
    owns = [
        listings_of(world, regime.agencies, findings=findings, on=on, entries=entries)
        for findings in FINDINGS
    ]
    runs = [
        one_draw(world, parts, crowds, owns, seed, engine)
        for seed in (chosen if any(0 < rule.p < 1 for rule in regime.ties) else chosen[:1])
    ]
    runs *= len(chosen) // len(runs)
    levels = max(len(one[1]) for one in runs)
    return Cascade(
        world, regime, chosen, engine, on, entries, parts, crowds,
        sums_without_sweep=np.stack([one[0] for one in runs], axis=1),
        generations_without_sweep=np.array(
            [np.pad(one[1], (0, levels - len(one[1]))) for one in runs]
        ),
        first_ties_without_sweep=np.array([one[2] for one in runs]),
        children_without_sweep=np.array([one[3] for one in runs]).reshape(len(runs), -1),
    )  # fmt: skip


def _notes(one: Cascade) -> Iterable[str]:
    yield "Synthetic people: what is found describes this rule, and no country."
    if any(rule.carries == "listing" for rule in one.regime.ties):
        yield "A tie that lists is a stress test: no national text lists a relative."
    if one.engine == "numpy":
        yield "Computed on arrays; the extra 'fast' (numba) gives the same sooner."
    for rule in one.regime.ties:
        kind = rule.relation
        if kind != CHILD and rule.p > 0 and not (one.world.ties["relation"] == kind).any():
            yield f"The society has no ties of kind {kind}: that rule reaches nobody."
    counted = one.children_without_sweep
    lacking = np.isnan(counted).any() if counted.size else False
    if lacking:
        yield 'Children could not be counted: make the society with columns="all".'
    elif any(rule.relation == CHILD for rule in one.regime.ties):
        yield "Children are in no table; households with one are counted."
