"""Bounds from above on what listings breed, by counting ways that do not turn back."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditaudit.sharing.regime_flows import flows_of
from creditaudit.sharing.regimes import SharingRegime

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
POWER, STEPS, LEFT_OVER, TOO_MANY = 64, 2_000, 1e-12, 1e12


@dataclass(frozen=True, eq=False)
class Walks:
    """The arcs along which a regime lists, each with the chance that it is open.

    Notes
    -----
    Whoever a cascade reaches is reached along open arcs that visit nobody twice. Arcs are open one
    apart from the other, so a way of that kind is open with the product of the chances p of its
    arcs, and the sum of those products over all such ways bounds the chance of being reached. Ways
    that may visit somebody again but never turn back at once are more, and easily counted:
    x'(j, k) = p(j, k) [sum over i other than k of x(i, j)], one step after the other. So their sum
    is a bound on every graph. Two rules on the same ties count twice, which only raises it.

    References
    ----------
    Hamilton, K. and Pryadko, L. (2014). Tight lower bound for percolation threshold on an infinite
    graph. Physical Review Letters 113, 208701 (one over the radius of ways that do not turn back).
    """

    n: int
    sources: Ints
    ends: Ints
    shares: Floats
    hops: Floats
    _pair: Ints = field(repr=False)
    _back: Ints = field(repr=False)

    def growth_at_most(self) -> float:
        """Return a bound from above on the spectral radius of one step, without limit of ties.

        The least over k up to 64 of the k-th root of the greatest row sum of k steps.
        """
        shares = np.where(np.isinf(self.hops), self.shares, 0.0)
        ways, logs, least = np.ones(len(self.ends)), 0.0, np.inf
        for k in range(1, POWER + 1):
            # Row sums: arcs that leave the end of an arc, less the one back.
            ways = self._onward(shares * ways)
            most = float(ways.max(initial=0.0))
            if most == 0:
                return 0.0
            logs += np.log(most)
            least = min(least, float(np.exp(logs / k)))
            ways /= most
        return least

    def reached_at_most(self, found: NDArray[np.bool_]) -> float:
        """Return a bound on the mean number reached for each with a finding, themselves included.

        Parameters
        ----------
        found : array of bool, length n
            Who has a finding.
        """
        start = int(found.sum())
        if not start:
            return float("nan")
        # A way to somebody new has a part that meets nobody with a finding on its way.
        shares = np.where(found[self.ends], 0.0, self.shares)
        ways = np.where(found[self.sources], shares, 0.0)
        ways[self.hops < 1] = 0.0
        expected = np.zeros(self.n)
        for step in range(2, STEPS + 2):
            expected += np.bincount(self.ends, ways, minlength=self.n)
            if ways.sum() < LEFT_OVER * start:
                break
            if ways.max() > TOO_MANY or step > STEPS:
                expected[self._within_reach(ways > 0, found)] = 1.0
                break
            ways = np.where(self.hops >= step, shares, 0.0) * self._arriving(ways)
        return float(1 + np.minimum(expected, 1.0).sum() / start)

    def _arriving(self, ways: Floats) -> Floats:
        """Return for each arc what arrives where it leaves from, other than from its own end."""
        at = np.bincount(self.ends, ways, minlength=self.n)
        return np.maximum(at[self.sources] - self._along_back(ways), 0.0)

    def _onward(self, ways: Floats) -> Floats:
        """Return for each arc what leaves its end, other than to where it came from."""
        out = np.bincount(self.sources, ways, minlength=self.n)
        return np.maximum(out[self.ends] - self._along_back(ways), 0.0)

    def _along_back(self, ways: Floats) -> Floats:
        """Return for each arc the sum over the arcs between the same two the other way."""
        pairs = np.append(np.bincount(self._pair, ways, minlength=int(self._back.size)), 0.0)
        found: Floats = pairs[self._back[self._pair]]
        return found

    def _within_reach(self, arcs: NDArray[np.bool_], found: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whom arcs lead to, at once or on the way."""
        reached = np.zeros(self.n, bool)
        while arcs.any():
            reached[self.ends[arcs]] = True
            arcs = reached[self.sources] & (self.shares > 0) & ~reached[self.ends]
        return reached & ~found


def walks_of(world: Any, regime: SharingRegime) -> Walks:
    """Return the arcs along which a regime lists in a society."""
    parts = flows_of(world, regime)
    n = world.people.n + world.firms.n
    sources, ends = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    shares, hops = [np.empty(0)], [np.empty(0)]
    for flow, rule in zip(parts.flows, parts.rules, strict=True):
        if flow.layer:
            continue
        leaves = flow.arcs.sources().astype(np.int64)
        kept = slice(None) if flow.eligible is None else flow.eligible[leaves]
        leaves = leaves[kept]
        sources.append(leaves)
        ends.append(flow.arcs.ends.astype(np.int64)[kept])
        shares.append(np.full(len(leaves), regime.ties[rule].p))
        hops.append(np.full(len(leaves), np.inf if flow.hops is None else float(flow.hops)))
    start, end = np.concatenate(sources), np.concatenate(ends)
    pairs, place = np.unique(start * n + end, return_inverse=True)
    back = (pairs % n) * n + pairs // n
    at = np.searchsorted(pairs, back)
    # Where nobody leads back, the place is one beyond the last, which holds 0.
    there = np.append(pairs, -1)[at] == back
    return Walks(
        n, start, end, np.concatenate(shares), np.concatenate(hops),
        place, np.where(there, at, len(pairs)),
    )  # fmt: skip
