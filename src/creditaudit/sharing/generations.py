"""How listings breed listings: reached in one tie and the next, a bound, and where it tips.

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
from creditaudit.sharing.cascade_measures import rests_on
from creditaudit.sharing.cascades import Cascade
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.records import SYMMETRIC
from creditaudit.sharing.regime_flows import RegimeFlows, flows_of
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.spreading import Engine, chosen_engine, spread
from creditaudit.sharing.sweeps import FreeDraws, Swept, sweep

Floats = NDArray[np.float64]
STRESS_TEST = "A stress test: no national text lists a relative, and the shares of ties are free."


@dataclass(frozen=True, eq=False)
class NextGeneration:
    """How many listings follow from one, by kind of tie.

    Attributes
    ----------
    flows : tuple of str
        Kind and way of each tie that lists.
    matrix : array of shape (k, k)
        Entry (r, s): arcs of kind s that open, on average, at whoever was reached by an arc of kind
        r, without the way back.
    first : array of length k
        The same at those with a finding.
    world : Society
    regime : SharingRegime
    """

    flows: tuple[str, ...]
    matrix: Floats = field(repr=False)
    first: Floats = field(repr=False)
    world: Any = field(repr=False)
    regime: SharingRegime

    @property
    def rho(self) -> float | Swept:
        """Spectral radius of the matrix: below 1 a cascade dies out, in a graph like a tree.

        With its sweep where it rests on free shares of ties.
        """
        return self._shown("rho")

    @property
    def reached_per_finding(self) -> float | Swept:
        """Whoever is reached for each entity with a finding, itself included; inf from rho 1 on."""
        return self._shown("reached_per_finding")

    def _shown(self, name: str) -> float | Swept:
        parameters = rests_on(self.regime, "listed_share")
        if not parameters:
            return self._numbers()[name]

        def run(values: Mapping[str, float]) -> Mapping[str, float]:
            return next_generation(self.world, self.regime.with_values(values))._numbers()

        return sweep(run, parameters, corners="ends")[name]

    def _numbers(self) -> dict[str, float]:
        size = len(self.matrix)
        if not size:
            return {"rho": 0.0, "reached_per_finding": 1.0}
        rho = float(np.abs(np.linalg.eigvals(self.matrix)).max())
        if rho >= 1:
            return {"rho": rho, "reached_per_finding": np.inf}
        whole = np.linalg.solve(np.eye(size) - self.matrix, np.ones(size))
        return {"rho": rho, "reached_per_finding": float(1 + self.first @ whole)}


def next_generation(world: Any, regime: SharingRegime) -> NextGeneration:
    """Return the next-generation matrix of the ties of a regime that list without limit of ties.

    Parameters
    ----------
    world : Society
    regime : SharingRegime

    Notes
    -----
    K[r, s] = p_s E[arcs of kind s that leave the end of an arc of kind r, less the way back], the
    mean over arcs of kind r. ``rho`` and the size 1 + g'(I - K)^-1 1 are exact on trees whose
    degrees along a way are independent. In cliques and families many arcs lead to people who were
    reached before, so that what happens is less: read them as bounds, and look for the tipping
    point by `tipping`.

    References
    ----------
    Diekmann, O., Heesterbeek, J. and Roberts, M. (2010). J. R. Soc. Interface 7, 873-885. Ball, F.,
    Mollison, D. and Scalia-Tomba, G. (1997). Annals of Applied Probability 7, 46-89 (cliques).
    """
    parts = flows_of(world, regime)
    used = [k for k, flow in enumerate(parts.flows) if flow.layer == 0 and flow.hops is None]
    shares = np.array([regime.ties[parts.rules[k]].p for k in used])
    degrees = [parts.flows[k].arcs.degrees.astype(float) for k in used]
    matrix = np.zeros((len(used), len(used)))
    for r, place in enumerate(used):
        ends = parts.flows[place].arcs.ends
        for s, other in enumerate(used):
            mean = degrees[s][ends].mean() if len(ends) else 0.0
            matrix[r, s] = shares[s] * max(mean - _way_back(parts, place, other), 0.0)
    found = listings_of(world, regime.agencies) != 0
    first = [shares[s] * degrees[s][found].mean() if found.any() else 0.0 for s in range(len(used))]
    names = tuple(f"{parts.relation(k)} {parts.ways[k]}" for k in used)
    return NextGeneration(names, matrix, np.array(first), world, regime)


def _way_back(parts: RegimeFlows, one: int, other: int) -> float:
    """Return the arcs back along the same tie: one where it can be walked both ways."""
    if parts.relation(one) != parts.relation(other):
        return 0.0
    return float(parts.relation(one) in SYMMETRIC or parts.ways[one] != parts.ways[other])


def first_generation(one: Cascade) -> Floats:
    """Return R1 by seed: whoever is reached by one tie, for each entity with a finding.

    Parameters
    ----------
    one : Cascade

    Returns
    -------
    array of float, one value a seed
        Arrays that rest on free shares of ties show no number; see `sweeps.FreeDraws`.
    """
    generations = one.generations.astype(float)
    next_one = generations[:, 1] if generations.shape[1] > 1 else np.zeros(len(generations))
    values = next_one / np.maximum(generations[:, 0], 1)
    free = [rule.parameter for rule in one.regime.ties if rule.free]
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
    seeds: Iterable[int] = range(3),
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
    seeds : iterable of int
    tolerance : float
        Width in which the number is located.
    engine : {"auto", "numba", "numpy"}

    Raises
    ------
    InputError
        If no tie lists, or nobody has a finding.

    Notes
    -----
    With the draws of a seed held, whoever is reached at k is reached at every higher k, so halving
    the interval finds the place where the share is passed, and there is one.
    """
    rules = [rule for rule in regime.ties if rule.carries == "listing" and rule.p > 0]
    if not rules:
        msg = f"No tie of {regime.name} lists, so nothing can tip. Add with_tie(carries='listing')."
        raise InputError(msg)
    start = _few(listings_of(world, regime.agencies), findings)
    most = max(1 / rule.p for rule in rules)
    chosen, tried = tuple(map(int, seeds)), []
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
