"""Ways back on models without bins, among the levels that features can take."""

import numpy as np
import pandas as pd

from creditaudit.explain.actions import Actions
from creditaudit.explain.asking import Question
from creditaudit.explain.card_moves import Move
from creditaudit.explain.knapsack_fronts import cheapest_choice
from creditaudit.explain.level_moves import FeatureLevels, levels_of
from creditaudit.explain.level_search import cheapened, climbed, every_choice
from creditaudit.explain.lines import line_of
from creditaudit.explain.models import Model
from creditaudit.explain.monotone_directions import safe_directions
from creditaudit.explain.reachable import STAY, Reachable
from creditaudit.explain.readers import is_readable, read_trees
from creditaudit.explain.steps import Steps
from creditaudit.explain.tree_reach import least_sums
from creditaudit.explain.trees import Integers
from creditaudit.explain.ways import Way
from creditaudit.values import Floats

# Choices of one person up to which all are tried, at first and at last.
_FEW = 256
_MANY = 50_000
# A score this little under the cut-off is taken to be at it when certifying.
_MARGIN = 1e-6


def linear_ways(
    model: Model,
    people: pd.DataFrame,
    points: Floats,
    cutoff: float,
    actions: Actions,
    background: pd.DataFrame,
) -> list[Way]:
    """Return the way of each person under a score that is a sum over features.

    Notes
    -----
    What a level gains does not depend on the other features, so it is read off one person.
    """
    levels = levels_of(people, background, actions)
    world = Reachable(model, people, levels)
    gains = [_gains(model, people, one) for one in levels]
    ways = []
    for row in range(len(people)):
        options = [
            [
                Move(int(level), float(gain[row, level]), float(one.cost[row, level]))
                for level in np.flatnonzero(one.reachable[row] & (gain[row] > 0))
            ]
            for one, gain in zip(levels, gains, strict=True)
        ]
        best = points[row] + sum(max((m.gain for m in some), default=0.0) for some in options)
        chosen = cheapest_choice(options, cutoff - points[row])
        if chosen is None:
            said = f"every feature at its best level: {best:.6g} points, under {cutoff:g}"
            ways.append(Way("none", said))
            continue
        choice = np.array([STAY if move is None else move.target for move in chosen])
        said = "cheapest of all levels, by the front of gain against cost"
        cost = sum(move.cost for move in chosen if move is not None)
        ways.append(Way("found", said, cost, world.changes(row, choice)))
    return ways


def searched_ways(
    model: Model,
    steps: Steps,
    people: pd.DataFrame,
    points: Floats,
    cutoff: float,
    actions: Actions,
    background: pd.DataFrame,
) -> list[Way]:
    """Return the way of each person under any other score.

    Notes
    -----
    In this order: few choices are all tried, which is exact. If every feature that can move is
    monotone, all at their safest is the best there is, which decides whether there is a way. Trees
    give a sound bound, which may certify that there is none. Climbing may find a way. Who is left
    has every choice tried, if they are at most 50,000, or stays undecided. Ways that were found by
    climbing are made cheaper step by step; their cost is the least found, not the least there is.
    """
    levels = levels_of(people, background, actions)
    world = Reachable(model, people, levels)
    ways: list[Way | None] = [None] * len(people)
    number = world.combinations()
    for row in np.flatnonzero(number <= _FEW).tolist():
        ways[row] = _tried(world, row, cutoff)
    rest = np.array([row for row, way in enumerate(ways) if way is None], dtype=np.int64)
    directions = safe_directions(steps, model)
    movable = [place for place, one in enumerate(levels) if one.reachable.any()]
    monotone = all(place in directions for place in movable)
    corner = _corners(world, rest, directions)
    if not monotone and is_readable(steps.final) and len(rest):
        highest = _highest(world, steps, rest, background)
        for row, most in zip(rest.tolist(), highest.tolist(), strict=True):
            if most < cutoff - _MARGIN:
                said = f"no tree allows more: at most {most:.6g} points, under {cutoff:g}"
                ways[row] = Way("none", said)
        kept = np.array([ways[row] is None for row in rest], dtype=bool)
        rest, corner = rest[kept], corner[kept]
    found = climbed(world, rest, corner, cutoff) if not monotone else corner
    reached = world.points(rest, found)
    enough = reached >= cutoff
    cheap = cheapened(world, rest[enough], found[enough], cutoff)
    cost = world.cost(rest[enough], cheap)
    said = "least cost found by search, not proved least"
    said += "; that there is a way is certain: scored again"
    for row, choice, price in zip(rest[enough].tolist(), cheap, cost.tolist(), strict=True):
        ways[row] = Way("found", said, price, world.changes(row, choice))
    for row, most in zip(rest[~enough].tolist(), reached[~enough].tolist(), strict=True):
        if monotone:
            said = (
                f"every feature at its safest reaches {most:.6g} points, under {cutoff:g}, and the "
                "score is monotone in each"
            )
            ways[row] = Way("none", said)
        elif number[row] <= _MANY:
            ways[row] = _tried(world, row, cutoff)
        else:
            said = (
                f"search reached {most:.6g} points, under {cutoff:g}; {number[row]:,.0f} choices "
                "are too many to try"
            )
            ways[row] = Way("undecided", said)
    return [way for way in ways if way is not None]


def _gains(model: Model, people: pd.DataFrame, one: FeatureLevels) -> Floats:
    """Return the points that each level gains for each person, all else being anything."""
    if not one.values:
        return np.zeros((len(people), 0))
    first = people.iloc[np.zeros(len(people), dtype=np.int64)]
    own = model.output(first.assign(**{one.name: people[one.name].array}))
    world = Reachable(model, people.iloc[:1], [_alone(name, one) for name in people.columns])
    place = list(people.columns).index(one.name)
    choice = np.full((len(one.values), people.shape[1]), STAY)
    choice[:, place] = np.arange(len(one.values))
    at_level = world.points(np.zeros(len(one.values), dtype=np.int64), choice)
    return np.asarray(at_level[None] - own[:, None])


def _alone(name: str, one: FeatureLevels) -> FeatureLevels:
    """Return the levels of one feature, and none for every other."""
    if name == one.name:
        return one
    nothing = np.zeros((1, 0))
    return FeatureLevels(name, [], True, nothing.astype(bool), nothing)


def _tried(world: Reachable, row: int, cutoff: float) -> Way:
    choice, most = every_choice(world, row, cutoff)
    if choice is None:
        return Way("none", f"every choice was tried: at most {most:.6g} points, under {cutoff:g}")
    cost = world.cost(np.array([row]), choice[None])[0]
    return Way("found", "cheapest: every choice was tried", float(cost), world.changes(row, choice))


def _corners(world: Reachable, rows: Integers, directions: dict[int, int]) -> Integers:
    """Return the safest level of features the score is monotone in, and stay elsewhere."""
    choice = np.full((len(rows), len(world.levels)), STAY)
    for place, way in directions.items():
        one = world.levels[place]
        if not one.values or not one.numeric:
            continue
        values = np.array(one.values, dtype=np.float64) * way
        own = world.people[one.name].iloc[rows].to_numpy(np.float64, na_value=np.nan) * way
        reach = np.where(one.reachable[rows], values[None], -np.inf)
        best = reach.argmax(axis=1)
        gains = reach.max(axis=1) > own
        choice[gains, place] = best[gains]
    return choice


def _highest(world: Reachable, steps: Steps, rows: Integers, background: pd.DataFrame) -> Floats:
    """Return scores that nobody can exceed by the levels they can reach."""
    model, people = world.model, world.people.iloc[rows]
    ensemble = read_trees(steps.final)
    origin = steps.origin(model)
    players = [origin[column] for column in ensemble.origin]

    def columns(some: pd.DataFrame) -> Floats:
        return ensemble.columns(steps.encoded(model, some))

    question = Question(
        model, people, background, "interventional", model.names, list(range(len(model.names)))
    )
    line = line_of(question, lambda some: ensemble.outputs(columns(some)))
    at_level = []
    for place, one in enumerate(world.levels):
        number = len(one.values)
        choice = np.full((max(number, 1), len(world.levels)), STAY)
        choice[:number, place] = np.arange(number)
        at_level.append(columns(world.frame(np.zeros(len(choice), dtype=np.int64), choice)))
    reachable = [
        one.reachable[rows] if one.values else np.zeros((len(rows), 1), dtype=bool)
        for one in world.levels
    ]
    sign = 1.0 if line.slope < 0 else -1.0
    least = least_sums(ensemble, columns(people), players, at_level, reachable, sign)
    return np.asarray(line.shift + line.slope * sign * least)
