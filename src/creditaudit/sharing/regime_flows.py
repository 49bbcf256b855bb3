"""A regime as flows along the ties of a society."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from creditaudit.errors import MissingColumn
from creditaudit.rulebooks.rows import uniform_row
from creditaudit.sharing.arc_draws import arc_keys, draws_of_arcs
from creditaudit.sharing.closures import byte_tables
from creditaudit.sharing.records import CHILD, SYMMETRIC, TieRule
from creditaudit.sharing.regime_checks import parse_when
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.spreading import ALL, Flow, open_limit
from creditaudit.sharing.tie_graphs import WAYS, TieGraph, graph_of

Masks = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class RegimeFlows:
    """How listings and measures of a regime travel in one society, in every draw.

    Attributes
    ----------
    regime : SharingRegime
    tables : array of uint64
        The closure of its imports, one table a byte.
    flows : tuple of Flow
        With the keys of no seed; see `seeded`.
    rules : tuple of int
        The tie rule that each flow belongs to.
    ways : tuple of str
        "forward" or "backward", for each flow.
    measures : tuple of str
        Measures that travel; measure k is layer k + 1.
    """

    regime: SharingRegime
    tables: Masks
    flows: tuple[Flow, ...]
    rules: tuple[int, ...]
    ways: tuple[str, ...]
    measures: tuple[str, ...]

    def seeded(self, seed: int) -> tuple[Flow, ...]:
        """Return the flows with the draws of one seed.

        A draw belongs to seed, kind of tie, way and both ends, and to no rule: two rules on the
        same ties open the same ones first, and a tie opened at a low p is open at a higher one.
        """
        return tuple(
            replace(flow, keys=arc_keys(seed, self.relation(place), self.ways[place]))
            for place, flow in enumerate(self.flows)
        )

    def relation(self, place: int) -> str:
        """Return the kind of tie of a flow."""
        return self.regime.ties[self.rules[place]].relation

    @property
    def n_layers(self) -> int:
        """One for lists, and one for each measure that travels."""
        return 1 + len(self.measures)

    @cached_property
    def drawn(self) -> bool:
        """Whether anything about people and firms is left to a draw."""
        return any(0 < rule.p < 1 for rule in self.regime.ties if rule.relation != CHILD)

    @cached_property
    def deniers(self) -> int:
        """Agencies that refuse something to whoever is on their list, as bits."""
        return bits_of(self.regime, {one.agency for one in self.regime.denials})


def bits_of(regime: SharingRegime, agencies: Any) -> int:
    """Return agencies as bits of a mask."""
    return sum(1 << k for k, name in enumerate(regime.agencies) if name in agencies)


def carried_by(regime: SharingRegime, rule: TieRule) -> int:
    """Return the agencies whose listings travel along a rule, as bits.

    Those that the rule names; else, of a measure that some agency refuses to whoever it lists,
    those agencies, since nobody passes on what does not apply to him; else all.
    """
    if rule.agencies is not None:
        return bits_of(regime, rule.agencies)
    refusing = {one.agency for one in regime.denials if one.measure == rule.measure}
    if rule.carries == "measure" and refusing:
        return bits_of(regime, refusing)
    return int(ALL)


def flows_of(world: Any, regime: SharingRegime, graph: TieGraph | None = None) -> RegimeFlows:
    """Return the flows of a regime; a rule with p = 0 has none, nor has one that reaches children.

    Raises
    ------
    InputError
        If a rule names ties that the society does not have.
    """
    graph = graph_of(world) if graph is None else graph
    measures = tuple(dict.fromkeys(
        rule.measure for rule in regime.ties
        if rule.carries == "measure" and rule.relation != CHILD
    ))  # fmt: skip
    flows, rules, ways = [], [], []
    for place, rule in enumerate(regime.ties):
        if rule.relation == CHILD or rule.p == 0:
            continue
        eligible = _eligible(world, rule.when, graph.n) if rule.when else None
        for way in ways_of(rule):
            flows.append(Flow(
                graph.arcs(rule.relation, way), (), open_limit(rule.p), carried_by(regime, rule),
                0 if rule.carries == "listing" else 1 + measures.index(rule.measure), rule.hops,
                eligible,
            ))  # fmt: skip
            rules.append(place)
            ways.append(way)
    tables = byte_tables(regime.closure())
    return RegimeFlows(regime, tables, tuple(flows), tuple(rules), tuple(ways), measures)


def ways_of(rule: TieRule) -> Sequence[str]:
    """Return the ways of a rule; ties that stand in both directions are walked forward only."""
    if rule.relation in SYMMETRIC:
        return WAYS[:1]
    return WAYS if rule.direction == "both" else (rule.direction,)


_WHEN: "WeakKeyDictionary[Any, dict[tuple[str, int], Any]]" = WeakKeyDictionary()


def meets(world: Any, when: str, people: NDArray[Any]) -> NDArray[np.bool_]:
    """Return of which people the row meets a condition; where facts are missing it is not met.

    Raises
    ------
    MissingColumn
        If the condition names a column that the people do not have.
    """
    condition, frame = parse_when(when), world.people.frame
    if lacking := [name for name in condition.columns if name not in frame]:
        fix = 'Make the society with columns="all".'
        raise MissingColumn.of(lacking, frame.columns, fix)
    known = _WHEN.setdefault(world, {})
    rows = frame[list(condition.columns)].iloc[people]
    keys = list(rows.itertuples(index=False, name=None))
    for key in dict.fromkeys(keys):
        if (when, key) not in known:
            row = uniform_row(dict(zip(condition.columns, key, strict=True)), condition.columns)
            known[when, key] = condition.value(row) is True
    return np.array([known[when, key] for key in keys], dtype=bool)


def _eligible(world: Any, when: str, n: int) -> NDArray[np.bool_]:
    found = np.zeros(n, bool)
    people = np.arange(world.people.n)
    found[people] = meets(world, when, people)
    return found


def children_reached(
    world: Any, regime: SharingRegime, masks: Masks, seed: int
) -> Iterator[tuple[TieRule, float]]:
    """Yield each rule that reaches children, and how many households with one it reaches.

    Parameters
    ----------
    masks : array of uint64
        Which agencies list each person, after imports.

    Notes
    -----
    A household counts once, whichever parent is listed; its draw is keyed by its number. NaN where
    the people lack a column of the condition.
    """
    for rule in regime.ties:
        if rule.relation != CHILD:
            continue
        listed = masks[: world.people.n] & np.uint64(carried_by(regime, rule))
        people = np.flatnonzero(listed)
        try:
            people = people[meets(world, rule.when, people)] if rule.when else people
        except MissingColumn:
            yield rule, np.nan
            continue
        homes = np.unique(world.people.frame["household_id"].to_numpy(np.int64)[people])
        draws = draws_of_arcs(homes, np.zeros_like(homes), arc_keys(seed, CHILD, "forward"))
        yield rule, float((draws < open_limit(rule.p)).sum())
