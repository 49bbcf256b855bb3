"""What each rule adds to the points of a person, shared exactly where rules interact."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.rulebooks.programs import POINTS, Program, RuleStep
from creditaudit.rulebooks.records import Contents
from creditaudit.rulebooks.rule_coalitions import (
    Flags,
    Floats,
    Game,
    as_numbers,
    floats,
    held_by,
    kinds_of_people,
    worths,
)
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.trees import refs_of
from creditaudit.shapley import MOST_PLAYERS, shapley_values


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
    kinds, which = kinds_of_people(facts)
    found = own_points(program, kinds)
    games = games_of_points(contents, program, held_by(program, kinds))
    check_sizes(games)
    for game, worth in zip(games, worths(program, kinds, games, POINTS, as_numbers), strict=True):
        found[game.person, [rule for (rule,) in game.players]] = shapley_values(worth)
    found[kinds[POINTS].isna().to_numpy()] = np.nan
    names = [step.rule.id for step in program.rules]
    return pd.DataFrame(found[which], columns=names)


def facts_needed(program: Program) -> list[str]:
    """Return the steps whose values `rule_values` needs."""
    points = [step.points for step in program.rules if step.points]
    columns = [n for p in points for n in refs_of(program.steps[p]) if n not in program.steps]
    holds = [step.holds for step in program.rules]
    return list(dict.fromkeys([*holds, *points, *columns, POINTS]))


def own_points(program: Program, kinds: pd.DataFrame) -> Floats:
    """Return what each rule counts for each kind of person as it stands, 0 where that is unknown.

    For a rule in no game of `games_of_points` that is what it adds to every subset.
    """
    own = np.column_stack([floats(kinds, r.points) for r in program.rules] or [np.zeros((0, 0))])
    return np.where(np.isnan(own), 0.0, own)


def games_of_points(contents: Contents, program: Program, held: Flags) -> list[Game]:
    """Return the games to play over points; a rule in none of them adds what it adds alone."""
    linked = _components(contents, [step.rule for step in program.rules])
    scale = contents.scale
    games = []
    for person in range(len(held)):
        holding = [int(rule) for rule in np.flatnonzero(held[person])]
        if scale is not None and _may_end(program, scale.min, scale.max, scale.base, holding):
            games.append(Game(person, tuple((rule,) for rule in holding)))
            continue
        for component in linked:
            players = tuple((rule,) for rule in holding if rule in component)
            if len(players) > 1:
                games.append(Game(person, players))
    return games


def check_sizes(games: Sequence[Game]) -> None:
    """Refuse a game with more players than there are subsets to list.

    Raises
    ------
    InputError
    """
    for game in games:
        if len(game.players) > MOST_PLAYERS:
            msg = (
                f"{len(game.players)} rules of one person interact, more than the {MOST_PLAYERS} "
                "whose subsets can be listed. Read contributions() instead, which counts each "
                "rule as it stands."
            )
            raise InputError(msg)


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
