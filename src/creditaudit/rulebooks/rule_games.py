"""What each rule adds to the points of a person, shared exactly where rules interact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from creditaudit.errors import InputError
from creditaudit.rulebooks.expressions import expression
from creditaudit.rulebooks.programs import POINTS, Program, RuleStep
from creditaudit.rulebooks.records import Contents
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.trees import refs_of
from creditaudit.shapley import MOST_PLAYERS, coalition_members, shapley_values

Floats = npt.NDArray[np.float64]
ROWS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Game:
    """Rules of one person that interact: the points of every subset of them are needed."""

    person: int
    rules: tuple[int, ...]


def rule_values(contents: Contents, program: Program, facts: pd.DataFrame) -> pd.DataFrame:
    """Return the Shapley value of each rule for each row.

    Parameters
    ----------
    contents : Contents
    program : Program
    facts : pandas.DataFrame of shape (n_rows, n_facts)
        The steps `facts_needed` names, worked out.

    Returns
    -------
    pandas.DataFrame of shape (n_rows, n_rules)
        Columns are ids of rules; a row adds up to its points without the base, and is null where
        its points are.

    Raises
    ------
    InputError
        If more than 24 rules of one person interact.
    """
    kinds, which = _kinds_of_people(facts)
    own = np.column_stack([_floats(kinds, r.points) for r in program.rules] or [np.zeros((0, 0))])
    found = np.where(np.isnan(own), 0.0, own)
    held = np.column_stack([kinds[r.holds].fillna(False).to_numpy(bool) for r in program.rules])
    games = _games(contents, program, held, found)
    for game, values in zip(games, _played(program, kinds, games), strict=True):
        found[game.person, list(game.rules)] = values
    found[kinds[POINTS].isna().to_numpy()] = np.nan
    names = [step.rule.id for step in program.rules]
    return pd.DataFrame(found[which], columns=names)


def facts_needed(program: Program) -> list[str]:
    """Return the steps whose values `rule_values` needs."""
    points = [step.points for step in program.rules if step.points]
    columns = [n for p in points for n in refs_of(program.steps[p]) if n not in program.steps]
    holds = [step.holds for step in program.rules]
    return list(dict.fromkeys([*holds, *points, *columns, POINTS]))


def _kinds_of_people(facts: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Return the distinct rows, and which of them each row is: people of one kind share values."""
    which = facts.groupby(list(facts), dropna=False, sort=False).ngroup().to_numpy()
    first = np.unique(which, return_index=True)[1]
    return facts.iloc[first].reset_index(drop=True), which


def _floats(frame: pd.DataFrame, name: str | None) -> Floats:
    if name is None:
        return np.zeros(len(frame))
    return np.asarray(frame[name].to_numpy(np.float64, na_value=np.nan))


def _games(
    contents: Contents, program: Program, held: npt.NDArray[np.bool_], own: Floats
) -> list[Game]:
    """Return the games to play; a rule in none of them adds what it adds alone."""
    linked = _components(contents, [step.rule for step in program.rules])
    scale = contents.scale
    games = []
    for person in range(len(held)):
        holding = [int(rule) for rule in np.flatnonzero(held[person])]
        if scale is not None and _may_end(program, scale.min, scale.max, scale.base, holding):
            games.append(Game(person, tuple(holding)))
            continue
        for component in linked:
            players = tuple(rule for rule in holding if rule in component)
            if len(players) > 1:
                games.append(Game(person, players))
    for game in games:
        if len(game.rules) > MOST_PLAYERS:
            msg = (
                f"{len(game.rules)} rules of one person interact, more than the {MOST_PLAYERS} "
                "whose subsets can be listed. Read contributions() instead, which counts each "
                "rule as it stands."
            )
            raise InputError(msg)
    return games


def _components(contents: Contents, rules: Sequence[Rule]) -> list[set[int]]:
    """Return sets of rules that override each other or share a group that does not just add."""
    place = {rule.id: number for number, rule in enumerate(rules)}
    component = {number: {number} for number in range(len(rules))}

    def join(a: int, b: int) -> None:
        union = component[a] | component[b]
        for member in union:
            component[member] = union

    members: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        for other in rule.overrides:
            if other in place:
                join(number, place[other])
        group = contents.groups.get(rule.group or "")
        if group is not None and (group.take != "sum" or group.cap is not None):
            members.setdefault(str(rule.group), []).append(number)
    for group_members in members.values():
        for number in group_members[1:]:
            join(group_members[0], number)
    return list({id(found): found for found in component.values()}.values())


def _may_end(
    program: Program,
    least: float | None,
    most: float | None,
    base: float,
    holding: Sequence[int],
) -> bool:
    """Whether the ends of the scale may cut the points of some subset of these rules."""
    bounds = [_bounds(program.rules[rule]) for rule in holding]
    low = base + sum(bound[0] for bound in bounds)
    high = base + sum(bound[1] for bound in bounds)
    return (least is not None and low < least) or (most is not None and high > most)


def _bounds(step: RuleStep) -> tuple[float, float]:
    rule = step.rule
    if rule.points is None:
        return 0.0, 0.0
    ends = [float(str(rule.points.mild)), float(str(rule.points.strict))]
    if rule.per is not None:
        capped = rule.cap if rule.cap is not None else np.inf * np.sign(ends[0])
        ends.append(float(capped))
    return min(0.0, *ends), max(0.0, *ends)


def _played(program: Program, kinds: pd.DataFrame, games: Sequence[Game]) -> list[Floats]:
    """Return the Shapley values of each game."""
    found: list[Floats] = []
    start = 0
    while start < len(games):
        end, rows = start, 0
        while end < len(games) and (
            end == start or rows + (1 << len(games[end].rules)) <= ROWS_AT_ONCE
        ):
            rows += 1 << len(games[end].rules)
            end += 1
        batch = games[start:end]
        worth = _worth(program, kinds, batch)
        edges = np.cumsum([0, *(1 << len(game.rules) for game in batch)])
        found += [shapley_values(worth[a:b]) for a, b in pairwise(edges)]
        start = end
    return found


def _worth(program: Program, kinds: pd.DataFrame, games: Sequence[Game]) -> Floats:
    """Return the points of every subset of rules of every game, by the steps of the book itself."""
    people = np.concatenate([np.full(1 << len(g.rules), g.person) for g in games])
    present = np.zeros((len(people), len(program.rules)), dtype=bool)
    row = 0
    for game in games:
        members = coalition_members(len(game.rules))
        present[row : row + len(members), list(game.rules)] = members
        row += len(members)
    holds = {step.holds: present[:, place] for place, step in enumerate(program.rules)}
    facts = {
        name: pa.array(kinds[name].to_numpy()[people], from_pandas=True)
        for name in kinds
        if name not in program.steps
    }
    table = pa.table({**facts, **{name: pa.array(column) for name, column in holds.items()}})
    return _points_of(program, table, holds)


def _points_of(program: Program, table: pa.Table, given: Mapping[str, Any]) -> Floats:
    frame = nw.from_native(table, eager_only=True)
    for stage in program.stages([POINTS]):
        steps = [expression(node).alias(name) for name, node in stage.items() if name not in given]
        if steps:
            frame = frame.with_columns(*steps)
    return np.asarray(frame[POINTS].to_numpy(), dtype=np.float64)
