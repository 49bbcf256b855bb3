"""How listings breed listings: reached in one tie and the next, and where it tips.

Everything here is a stress test: it asks what would follow if ties listed people, which no national
text does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.sharing.arc_draws import arc_keys, draws_of_arcs
from creditaudit.sharing.cascade_arguments import checked_pair
from creditaudit.sharing.cascade_measures import rests_on
from creditaudit.sharing.cascades import Cascade
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.records import SYMMETRIC
from creditaudit.sharing.regime_flows import RegimeFlows, flows_of
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.seed_ranges import read_seeds
from creditaudit.sharing.spreading import Engine, Flow, chosen_engine, spread
from creditaudit.sharing.sweeps import FreeDraws, Swept, sweep
from creditaudit.sharing.walk_bounds import walks_of

Floats = NDArray[np.float64]
STRESS_TEST = "A stress test: no national text lists a relative, and the shares of ties are free."


@dataclass(frozen=True, eq=False, repr=False)
class NextGeneration:
    """How many listings follow from one, by kind of tie.

    Attributes
    ----------
    flows : tuple of str
        Kind and way of each tie that lists.
    matrix_without_sweep : array of shape (k, k)
        Entry (r, s): arcs of kind s that open, on average, at whoever was reached by an arc of kind
        r, without the way back. Bare, to compute with and not to show.
    first_without_sweep : array of length k
        The same at those with a finding.
    world : Society
    regime : SharingRegime
    """

    flows: tuple[str, ...]
    matrix_without_sweep: Floats = field(repr=False)
    first_without_sweep: Floats = field(repr=False)
    world: Any = field(repr=False)
    regime: SharingRegime

    @property
    def matrix(self) -> Floats | FreeDraws:
        """The matrix; without its numbers where they rest on free shares of ties."""
        return self._guarded(self.matrix_without_sweep)

    @property
    def first(self) -> Floats | FreeDraws:
        """The same at those with a finding."""
        return self._guarded(self.first_without_sweep)

    @property
    def rho(self) -> float | Swept:
        """Spectral radius of the matrix, an estimate; with its sweep where shares are free.

        Below 1 a cascade dies out on a graph like a tree whose degrees are independent along a way.
        Elsewhere it is neither a lower nor an upper bound: see `rho_at_most`.
        """
        return self._shown("rho")

    @property
    def reached_per_finding(self) -> float | Swept:
        """Whoever is reached for each entity with a finding, itself included; inf from rho 1 on.

        An estimate, as `rho` is: see `reached_at_most`.
        """
        return self._shown("reached_per_finding")

    @property
    def rho_at_most(self) -> float | Swept:
        """A bound from above on the growth of ways that do not turn back; see `walk_bounds`.

        Below 1 a cascade dies out on this graph, whatever its shape.
        """
        return self._shown("rho_at_most")

    @property
    def reached_at_most(self) -> float | Swept:
        """A bound from above on whoever is reached for each entity with a finding, itself included.

        On the mean over draws, on this graph, whatever its shape; see `walk_bounds`.
        """
        return self._shown("reached_at_most")

    def _guarded(self, values: Floats) -> Floats | FreeDraws:
        free = rests_on(self.regime, "listed_share")
        return FreeDraws(values, ", ".join(one.name for one in free)) if free else values

    def _shown(self, name: str) -> float | Swept:
        parameters = rests_on(self.regime, "listed_share")
        if not parameters:
            return self._number(name)

        def run(values: Mapping[str, float]) -> Mapping[str, float]:
            return {
                name: next_generation(self.world, self.regime.with_values(values))._number(name)
            }

        return sweep(run, parameters, corners="ends")[name]

    def _number(self, name: str) -> float:
        if name in ("rho_at_most", "reached_at_most"):
            walks = walks_of(self.world, self.regime)
            if name == "rho_at_most":
                return walks.growth_at_most()
            found = listings_of(self.world, self.regime.agencies) != 0
            return walks.reached_at_most(found)
        size = len(self.matrix_without_sweep)
        rho = float(np.abs(np.linalg.eigvals(self.matrix_without_sweep)).max()) if size else 0.0
        if name == "rho":
            return rho
        if rho >= 1:
            return float(np.inf)
        whole = np.linalg.solve(np.eye(size) - self.matrix_without_sweep, np.ones(size))
        return float(1 + self.first_without_sweep @ whole)

    def __repr__(self) -> str:
        return f"<NextGeneration of {self.regime.name}: {', '.join(self.flows) or 'no tie lists'}>"


def next_generation(world: Any, regime: SharingRegime) -> NextGeneration:
    """Return the next-generation matrix of the ties of a regime that list without limit of ties.

    Parameters
    ----------
    world : Society
    regime : SharingRegime

    Raises
    ------
    InputError
        If the first is no society or the second no regime.

    Notes
    -----
    K[r, s] = p_s E[arcs of kind s that leave the end of an arc of kind r, less the way back], the
    mean over arcs of kind r. ``rho`` and the size 1 + g'(I - K)^-1 1 are exact on trees whose
    degrees along a way are independent, and estimates elsewhere, with an error of either sign. In
    cliques and families many arcs lead to people who were reached before, so less happens. Where
    those with many ties are tied to each other, more happens than the mean over all arcs shows.
    The ``agencies`` of a rule are left out of it. ``reached_at_most`` and ``rho_at_most`` hold on
    every graph, and whatever the rules; look for the tipping point itself
    by `tipping`.

    References
    ----------
    Diekmann, O., Heesterbeek, J. and Roberts, M. (2010). J. R. Soc. Interface 7, 873-885. Ball, F.,
    Mollison, D. and Scalia-Tomba, G. (1997). Annals of Applied Probability 7, 46-89 (cliques).
    Newman, M. (2002). Physical Review Letters 89, 208701 (degrees that are not independent).
    """
    checked_pair(world, regime)
    parts = flows_of(world, regime)
    used = [k for k, flow in enumerate(parts.flows) if flow.layer == 0 and flow.hops is None]
    shares = np.array([regime.ties[parts.rules[k]].p for k in used])
    degrees = [_degrees(parts.flows[k]) for k in used]
    matrix = np.zeros((len(used), len(used)))
    for r, place in enumerate(used):
        ends = _ends(parts.flows[place])
        for s, other in enumerate(used):
            mean = degrees[s][ends].mean() if len(ends) else 0.0
            matrix[r, s] = shares[s] * max(mean - _way_back(parts, place, other), 0.0)
    found = listings_of(world, regime.agencies) != 0
    first = [shares[s] * degrees[s][found].mean() if found.any() else 0.0 for s in range(len(used))]
    names = tuple(f"{parts.relation(k)} {parts.ways[k]}" for k in used)
    return NextGeneration(names, matrix, np.array(first), world, regime)


def _degrees(flow: Flow) -> Floats:
    """Return how many arcs something leaves each node by: none where a condition is not met."""
    degrees = flow.arcs.degrees.astype(float)
    return degrees if flow.eligible is None else degrees * flow.eligible


def _ends(flow: Flow) -> NDArray[Any]:
    if flow.eligible is None:
        return flow.arcs.ends
    return flow.arcs.ends[flow.eligible[flow.arcs.sources()]]


def _way_back(parts: RegimeFlows, one: int, other: int) -> float:
    """Return the arcs back along the same tie: one where it can be walked both ways."""
    if parts.relation(one) != parts.relation(other):
        return 0.0
    return float(parts.relation(one) in SYMMETRIC or parts.ways[one] != parts.ways[other])


def first_generation(one: Cascade) -> Floats | FreeDraws:
    """Return R1 by seed: whoever is reached by one tie, for each entity with a finding.

    Parameters
    ----------
    one : Cascade

    Returns
    -------
    array of float, one value a seed
        `FreeDraws` where they rest on free shares of ties.
    """
    if not hasattr(one, "generations_without_sweep"):
        msg = f"Got a {type(one).__name__}: use first_generation(cascade(world, regime))."
        raise InputError(msg)
    generations = one.generations_without_sweep.astype(float)
    next_one = generations[:, 1] if generations.shape[1] > 1 else np.zeros(len(generations))
    values = next_one / np.maximum(generations[:, 0], 1)
    free = [each.name for each in rests_on(one.regime, "touched_share")]
    return FreeDraws(values, ", ".join(free)) if free else values


@dataclass(frozen=True, eq=False, repr=False)
class Tipping:
    """Where a few findings come to reach a given share of everybody.

    Attributes
    ----------
    regime : SharingRegime
    findings : int
        Entities with a finding at the start.
    share : float
        Of people and firms.
    seeds : tuple of int
    low, high : array of float
        For each seed the scale of all ties below which the share is not reached, and from which on
        it is; inf where no scale reaches it. No further apart than the tolerance asked for.
    frame : pandas.DataFrame
        ``seed, k, reached``: everything tried.
    """

    regime: SharingRegime
    findings: int
    share: float
    seeds: tuple[int, ...]
    low: Floats
    high: Floats
    frame: pd.DataFrame

    @property
    def shares(self) -> pd.DataFrame:
        """The share of each kind of ties at the tipping point: ``relation, p, low, high``.

        ``low, high`` are the least and the most over seeds.
        """
        least, most = float(self.low.min()), float(self.high.max())
        rows = [
            (rule.relation, rule.p, min(1.0, rule.p * least), min(1.0, rule.p * most))
            for rule in self.regime.ties
            if rule.carries == "listing"
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["relation", "p", "low", "high"])

    def __str__(self) -> str:
        if not np.isfinite(self.high).all():
            return (
                f"{self.findings} findings do not reach {self.share:.1%} of everybody in every "
                f"draw, even where every tie lists. {STRESS_TEST}"
            )
        return (
            f"{self.findings} findings reach {self.share:.1%} of everybody once all shares of ties "
            f"are multiplied by {self.low.min():.2f} to {self.high.max():.2f} "
            f"({len(self.seeds)} draws). {STRESS_TEST}"
        )

    __repr__ = __str__


def tipping(
    world: Any,
    regime: SharingRegime,
    *,
    findings: int = 100,
    share: float = 0.01,
    seeds: int | Iterable[int] = range(3),
    tolerance: float = 0.01,
    engine: Engine = "auto",
) -> Tipping:
    """Return by which number the shares of all ties are multiplied when a cascade tips.

    Parameters
    ----------
    world : Society
    regime : SharingRegime
        With ties that list.
    findings : int
        Entities at the start, drawn once from those with a finding.
    share : float
        Of people and firms who are reached.
    seeds : int or iterable of int
        Draws of the ties; a number n is 0 to n - 1.
    tolerance : float
        Width in which the number is located.
    engine : {"auto", "numba", "numpy"}

    Raises
    ------
    InputError
        If no tie lists, nobody has a finding, or a number is out of its range.

    Notes
    -----
    With the draws of a seed held, whoever is reached at k is reached at every higher k, so halving
    the interval finds the place where the share is passed, and there is one.
    """
    checked_pair(world, regime)
    _checked(findings, share, tolerance)
    rules = [rule for rule in regime.ties if rule.carries == "listing" and rule.p > 0]
    if not rules:
        msg = f"No tie of {regime.name} lists, so nothing can tip. Add with_tie(carries='listing')."
        raise InputError(msg)
    start = _few(listings_of(world, regime.agencies), findings)
    most = max(1 / rule.p for rule in rules)
    chosen, tried = read_seeds(seeds), []
    engine = chosen_engine(engine)

    def reached(k: float, seed: int) -> float:
        parts = flows_of(world, regime.scaled(k))
        reach = spread(
            start, parts.tables, parts.seeded(seed), n_layers=parts.n_layers, engine=engine
        )
        found = float((reach.masks[0] != 0).mean())
        tried.append((seed, k, found))
        return found

    ends = []
    for seed in chosen:
        low, high = 0.0, most
        if reached(most, seed) < share:
            ends.append((most, np.inf))
            continue
        while high - low > tolerance:
            middle = (low + high) / 2
            low, high = (low, middle) if reached(middle, seed) >= share else (middle, high)
        ends.append((low, high))
    frame = pd.DataFrame(tried, columns=["seed", "k", "reached"]).sort_values(["seed", "k"])
    low_ends, high_ends = (np.array(side) for side in zip(*ends, strict=True))
    return Tipping(
        regime, int((start != 0).sum()), share, chosen, low_ends, high_ends,
        frame.reset_index(drop=True),
    )  # fmt: skip


def _checked(findings: Any, share: Any, tolerance: Any) -> None:
    """Raise with every number that is out of its range."""
    wrong = []
    if isinstance(findings, bool) or not isinstance(findings, int) or findings < 1:
        wrong.append(f"findings={findings!r} has to be a whole number from 1")
    for name, value in (("share", share), ("tolerance", tolerance)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            wrong.append(f"{name}={value!r} has to be a number above 0, at most 1")
    if wrong:
        msg = f"{'. '.join(wrong)}."
        raise InputError(msg)


def _few(own: NDArray[np.uint64], findings: int) -> NDArray[np.uint64]:
    """Return the findings of a few, the same few whatever the regime."""
    found = np.flatnonzero(own)
    if not len(found):
        msg = "Nobody has a finding, so nothing can spread."
        raise InputError(msg)
    order = np.argsort(draws_of_arcs(found, np.zeros_like(found), arc_keys(0, "start", "forward")))
    kept = np.zeros_like(own)
    few = found[order[:findings]]
    kept[few] = own[few]
    return kept
