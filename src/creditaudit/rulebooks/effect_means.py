"""Means of what rules do, by group, with ranges from a bootstrap over people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from creditaudit import intervals
from creditaudit.rulebooks.rule_effects import WAYS, Effects

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_BLOCK = 4_000_000


@dataclass(frozen=True, eq=False)
class RuleGap:
    """The gap between one group and the reference, and what each rule makes of it.

    The last entry of each array is the gap itself.

    Attributes
    ----------
    group, reference : value
    n, n_reference : int
        People of whom the measure is known.
    left_out : int
        People of both whose facts leave it open.
    value, error : mapping of str to array of shape (n_players + 1,)
        By way; group less reference.
    touched : int array of shape (n_players,)
        People of both for whom a rule does something, in the order of the players.
    """

    group: Any
    reference: Any
    n: int
    n_reference: int
    left_out: int
    value: Mapping[str, Floats]
    error: Mapping[str, Floats]
    touched: npt.NDArray[np.int64]

    def range(self, way: str, level: float = intervals.LEVEL) -> tuple[Floats, Floats]:
        """Return a range of each value; null where a rule touches nobody."""
        reach = intervals.critical(level) * self.error[way]
        reach = np.where(self._idle, np.nan, reach)
        return self.value[way] - reach, self.value[way] + reach

    def p_values(self, way: str) -> Floats:
        """Return the p-value of each for "no share"; null where a rule touches nobody."""
        with np.errstate(divide="ignore", invalid="ignore"):
            z = self.value[way] / self.error[way]
        return np.where(self._idle, np.nan, intervals.two_sided_p(z))

    @property
    def _idle(self) -> Flags:
        return np.asarray(np.append(self.touched, self.touched.sum()) == 0)


class EffectCells:
    """People by group and kind: what a bootstrap over people draws from."""

    def __init__(
        self, effects: Effects, codes: npt.NDArray[np.int64], groups: int, weights: Floats
    ) -> None:
        used = (codes >= 0) & effects.known[effects.which]
        kinds = len(effects.known)
        key = codes[used] * kinds + effects.which[used]
        names, where = np.unique(key, return_inverse=True)
        self.group, self.kind = names // kinds, names % kinds
        w = weights[used]
        parts = (np.ones_like(w), w, w**2)
        sums = [np.bincount(where, weights=part, minlength=len(names)) for part in parts]
        self.n, self.w, self.w2 = (one.astype(np.float64) for one in sums)
        self.groups = groups
        self.effects = effects

    def means(self, weights: Floats) -> dict[str, Floats]:
        """Return by way the mean of each player and of the total; (replicates, groups, players)."""
        weights = np.atleast_2d(weights)
        found: dict[str, list[Floats]] = {way: [] for way in WAYS}
        for group in range(self.groups):
            own = self.group == group
            part = weights[:, own]
            with np.errstate(invalid="ignore", divide="ignore"):
                part = part / part.sum(axis=1, keepdims=True)
            for way, values in self.effects.values.items():
                beside = np.column_stack([values, self.effects.total])[self.kind[own]]
                found[way].append(part @ beside)
        return {way: np.stack(parts, axis=1) for way, parts in found.items()}

    def drawn(self, replicates: int, seed: int) -> dict[str, Floats]:
        """Return by way the gap to the reference in each replicate."""
        rng = np.random.default_rng(seed)
        parts: dict[str, list[Floats]] = {way: [] for way in WAYS}
        block = max(1, _BLOCK // max(1, len(self.n)))
        for start in range(0, replicates, block):
            size = min(block, replicates - start)
            weights = intervals.resample_cells(
                self.n, self.w, self.w2, replicates=size, seed=rng
            )[1]  # fmt: skip
            for way, means in self.means(weights).items():
                parts[way].append(means[:, 1:] - means[:, :1])
        return {way: np.concatenate(found) for way, found in parts.items()}


def gap_of(
    effects: Effects, cells: EffectCells, drawn: Mapping[str, Floats], groups: Sequence[Any],
    place: int, codes: npt.NDArray[np.int64],
) -> RuleGap:  # fmt: skip
    """Return the gap of the group at a place to the reference, the group at place 0."""
    means = cells.means(cells.w)
    value = {way: means[way][0, place] - means[way][0, 0] for way in WAYS}
    error = {way: np.nanstd(drawn[way][:, place - 1], axis=0, ddof=1) for way in WAYS}
    both = np.isin(cells.group, (0, place))
    moves = [np.abs(effects.values[way][cells.kind[both]]) > 0 for way in WAYS]
    touched = (cells.n[both][:, None] * np.logical_or.reduce(moves)).sum(axis=0)
    n = [int(cells.n[cells.group == group].sum()) for group in (place, 0)]
    members = np.isin(codes, (0, place))
    return RuleGap(
        groups[place], groups[0], n[0], n[1], int(members.sum()) - sum(n), value, error,
        touched.astype(np.int64),
    )  # fmt: skip
