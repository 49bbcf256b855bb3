"""The most profitable rules under each criterion, exactly, from the curves alone.

A draw between two neighbours on a group's hull gives every level in between, so the best profit of
a group is a concave function of the level, straight between the cut-offs on the hull. The sum over
groups bends only where one of them does: it is enough to look there.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np

from creditaudit.errors import InputError
from creditaudit.thresholds.curves import Curves, Path
from creditaudit.thresholds.rules import SNAP, Rules, between, gap
from creditaudit.values import Floats

Criterion = Literal[
    "max_profit", "single", "demographic_parity", "equal_opportunity", "equalized_odds"
]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
# The rates, by their place in `RATES`, that a criterion makes equal.
EQUAL: dict[Criterion, tuple[int, ...]] = {
    "max_profit": (), "single": (), "demographic_parity": (0,), "equal_opportunity": (1,),
    "equalized_odds": (1, 2),
}  # fmt: skip
# Which payers a group must have for its rates to exist: 0 bad, 1 good.
_NEEDED: dict[Criterion, tuple[int, ...]] = {"equal_opportunity": (1,), "equalized_odds": (1, 0)}
_LEVELS = {"demographic_parity": "rate", "equal_opportunity": "tpr"}


def rules_for(
    curves: Curves, criterion: Criterion, gain: float, loss: float, *, randomise: bool = True
) -> Rules:
    """Return the rules of most profit under a criterion.

    Of several with the same profit, those that approve most people.

    Raises
    ------
    InputError
        If the criterion is not one of `CRITERIA`, or speaks of a rate that a group lacks.
    """
    if criterion not in CRITERIA:
        msg = f"criterion={criterion!r} must be one of {', '.join(map(repr, CRITERIA))}."
        raise InputError(msg)
    lacking = cannot_hold(curves, criterion)
    if lacking:
        raise InputError(lacking)
    if criterion == "single":
        everyone = curves.path()
        best = everyone.place[_last_best(everyone.money(gain, loss))]
        return Rules.at([int(best)] * len(curves), one=True)
    paths = [curves.path(group) for group in range(len(curves))]
    if criterion == "max_profit":
        best_places = [path.place[_last_best(path.money(gain, loss))] for path in paths]
        return Rules.at([int(place) for place in best_places])
    hulls = [path.hull() for path in paths]
    if criterion == "equalized_odds":
        hulls = [path.take(np.append(np.diff(path.fpr) > 0, True)) for path in hulls]
        fpr, tpr = _best_odds(hulls, gain, loss)
        levels = {"fpr": fpr, "tpr": tpr}
        return _same_odds(hulls, fpr, tpr) if randomise else _nearest(paths, levels, gain, loss)
    name = _LEVELS[criterion]
    # Where good payers are all approved already, only the first of these cut-offs is of use.
    hulls = [path.take(np.append(True, np.diff(getattr(path, name)) > 0)) for path in hulls]
    level = _best_level(hulls, name, gain, loss)
    if not randomise:
        return _nearest(paths, {name: level}, gain, loss)
    drawn = [between(path, getattr(path, name), level) for path in hulls]
    return _drawn(drawn, np.zeros(len(hulls)), 0.0)


def cannot_hold(curves: Curves, criterion: Criterion) -> str:
    """Return why a criterion says nothing about these groups, or an empty text."""
    for payers in _NEEDED.get(criterion, ()):
        without = np.flatnonzero(curves.totals[:, payers] <= 0)
        if len(without):
            word = ("bad", "good")[payers]
            names = "; ".join(curves.names[group] for group in without)
            return (
                f"{criterion} speaks of {word} payers, and there are none with a score in group "
                f"{names}. Merge groups, or leave such people out of the tally."
            )
    return ""


def violation(criterion: Criterion, rates: Floats) -> float:
    """Return by how much the rates that a criterion makes equal differ; 0 where it names none."""
    return max((float(gap(rates[:, place])) for place in EQUAL[criterion]), default=0.0)


def _last_best(money: Floats) -> int:
    """Return the last place of the largest value, but for rounding."""
    tiny = 1e-12 * float(np.abs(money).max(initial=0.0))
    return int(np.flatnonzero(money >= money.max() - tiny)[-1])


def _best_level(hulls: Sequence[Path], name: str, gain: float, loss: float) -> float:
    """Return the common level of a rate at which the profit of all groups together is largest."""
    grid = np.unique(np.concatenate([getattr(path, name) for path in hulls]))
    parts = [np.interp(grid, getattr(path, name), path.money(gain, loss)) for path in hulls]
    return float(grid[_last_best(np.sum(parts, axis=0))])


def _best_odds(hulls: Sequence[Path], gain: float, loss: float) -> tuple[float, float]:
    """Return the most profitable pair of false and true positive rate that all groups can have."""
    grid, height = hulls[0].fpr, hulls[0].tpr
    for path in hulls[1:]:
        both = np.union1d(grid, path.fpr)
        above = np.interp(both, grid, height) - np.interp(both, path.fpr, path.tpr)
        turn = np.flatnonzero(above[:-1] * above[1:] < 0)
        step = above[turn] / (above[turn] - above[turn + 1])
        both = np.union1d(both, both[turn] + step * (both[turn + 1] - both[turn]))
        height = np.minimum(np.interp(both, grid, height), np.interp(both, path.fpr, path.tpr))
        grid = both
    good, bad = (sum(float(getattr(path, kind)[-1]) for path in hulls) for kind in ("good", "bad"))
    best = _last_best(gain * good * height - loss * bad * grid)
    return float(grid[best]), float(height[best])


def _same_odds(hulls: Sequence[Path], fpr: float, tpr: float) -> Rules:
    """Return rules that give each group one pair of rates; a lottery comes down to it."""
    drawn = [between(path, path.fpr, fpr) for path in hulls]
    above = np.array([np.interp(fpr, path.fpr, path.tpr) for path in hulls]) - tpr
    # A lottery that approves with probability fpr moves a group straight down towards (fpr, fpr).
    reach = above + tpr - fpr
    lottery = np.divide(above, reach, out=np.zeros(len(hulls)), where=above > SNAP)
    return _drawn(drawn, lottery, fpr)


def _drawn(drawn: Sequence[tuple[int, int, float]], lottery: Floats, rate: float) -> Rules:
    strict, lenient, p_strict = zip(*drawn, strict=True)
    return Rules(
        np.array(strict), np.array(lenient), np.array(p_strict),
        lottery, np.where(lottery > 0, rate, 0.0),
    )  # fmt: skip


def _nearest(paths: Sequence[Path], levels: Mapping[str, float], gain: float, loss: float) -> Rules:
    """Return for each group the one cut-off nearest the levels; of equals the most profitable."""
    places = []
    for path in paths:
        off = np.max([np.abs(getattr(path, name) - at) for name, at in levels.items()], axis=0)
        near = np.flatnonzero(off <= off.min() + SNAP)
        places.append(int(path.place[near[_last_best(path.money(gain, loss)[near])]]))
    return Rules.at(places)
