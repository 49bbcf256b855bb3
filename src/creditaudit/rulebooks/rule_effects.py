"""What each rule does to each person's points, approval or listing: alone, last, and shared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.rulebooks.programs import DECISION, POINTS, Program
from creditaudit.rulebooks.rule_coalitions import (
    Flags,
    Floats,
    Game,
    Places,
    as_numbers,
    equal_to,
    held_by,
    inputs_of,
    kinds_of_people,
    worths,
)
from creditaudit.rulebooks.rule_games import facts_needed, games_of_points, own_points
from creditaudit.rulebooks.scoring import RulebookScorer
from creditaudit.rulebooks.table_steps import steps_of
from creditaudit.shapley import first_in, last_in, shapley_values

WAYS: Mapping[str, Callable[[npt.ArrayLike], Floats]] = {
    "shapley": shapley_values, "leave_one_out": last_in, "alone": first_in,
}  # fmt: skip
MOST_RULES = 20
MOST_SUBSETS = 1 << 24
UNTAGGED = "no tag"
LISTING = "listing:"


@dataclass(frozen=True, eq=False)
class Effects:
    """What each rule, or each tag, does to each kind of person.

    Attributes
    ----------
    measure : str
        points, approval, or "listing:" and the id of a list.
    players : tuple of str
        Ids of rules, or tags where rules were joined.
    joined : bool
        Whether rules were joined by their tags.
    which : int array of shape (n_rows,)
        The kind of each row.
    known : bool array of shape (n_kinds,)
        Whether the measure is known with every subset of the rules.
    values : mapping of str to array of shape (n_kinds, n_players)
        By way: "shapley", "leave_one_out" (all rules less all but this one), "alone" (only this
        one less none).
    total : array of shape (n_kinds,)
        The measure with all rules less that with none.
    """

    measure: str
    players: tuple[str, ...]
    joined: bool
    which: Places
    known: Flags
    values: Mapping[str, Floats]
    total: Floats


def measures_of(scorer: RulebookScorer) -> list[str]:
    """Return what can be asked of a book: points, approval, and the listing in each of its lists.

    Approval is left out where the text decides on no application and it is assumed here that
    whoever is listed is refused: that is the listing once more.
    """
    program, decision = scorer.program, scorer.book.contents.decision
    found = ["points"] if any(step.points for step in program.rules) else []
    assumed = decision is None or (decision.rests_on == "assumption" and decision.refuse_listed)
    if not assumed and inputs_of(program, DECISION)[0]:
        found.append("approval")
    return [*found, *(f"{LISTING}{name}" for name in program.listed)]


def effects_of(scorer: RulebookScorer, frame: pd.DataFrame, measure: str) -> Effects:
    """Return what each rule does to each person.

    Parameters
    ----------
    scorer : RulebookScorer
    frame : DataFrame
        The people.
    measure : str
        One of `measures_of`, or "approval" where that is assumed.

    Returns
    -------
    Effects

    Raises
    ------
    InputError
        If the measure is none of the book, or too many rules meet in one person.
    MissingColumn

    Notes
    -----
    Only the rules that hold for a person can change what becomes of that person, so the subsets of
    these are looked at and no others: exact for a book of any length. Where more than 20 rules hold
    for one person, or too many subsets come together, rules join by their tags, and a value is that
    of all rules of a tag at once.
    """
    program = scorer.program
    target, read = _target(scorer, measure)
    holds, columns = inputs_of(program, target)
    needed = dict.fromkeys([*holds, *columns, target])
    if measure == "points":
        needed |= dict.fromkeys(facts_needed(program))
    kinds, which = kinds_of_people(steps_of(program, list(needed), frame))
    for step in program.rules:
        if step.holds not in kinds:
            # A rule that cannot change the measure plays no part.
            kinds[step.holds] = pd.array([False] * len(kinds), dtype="boolean")
    held = held_by(program, kinds)
    told = [target] if measure == "points" else [*holds, target]
    open_: Flags = kinds[told].isna().any(axis=1).to_numpy()
    relevant = [place for place, step in enumerate(program.rules) if step.holds in set(holds)]
    ids = tuple(program.rules[place].rule.id for place in relevant)
    names = ids
    sets: list[tuple[int, ...]] = [(place,) for place in relevant]
    own = own_points(program, kinds)[:, relevant] if measure == "points" else None
    if measure == "points":
        # Rules that only override others without points are linked to them and change nothing.
        linked = games_of_points(scorer.book.contents, program, held)
        games = [Game(g.person, left) for g in linked if (left := _of(g.players, relevant))]
    else:
        games = _games(held & ~open_[:, None], sets)
    joined = _too_many(games)
    if joined:
        names, sets = _tags(program, relevant)
        own, games = None, _games(held & ~open_[:, None], sets)
        if _too_many(games):
            msg = (
                f"More than {MOST_RULES} tags of rules hold for one person, or too many kinds of "
                "people: their subsets cannot be listed. Ask for fewer people, or tag the rules."
            )
            raise InputError(msg)
    values = _played(program, kinds, games, target, read, sets, own)
    total = values["shapley"].sum(axis=1)
    return Effects(measure, names, joined, which, ~open_, values, total)


def _target(scorer: RulebookScorer, measure: str) -> tuple[str, Callable[[Any], Floats]]:
    if measure == "points":
        return POINTS, as_numbers
    if measure == "approval":
        return DECISION, equal_to("approved")
    listed = scorer.program.listed
    name = measure.removeprefix(LISTING)
    if measure.startswith(LISTING) and name in listed:
        return listed[name], equal_to(True)
    known = ", ".join(map(repr, [*measures_of(scorer), "approval"]))
    msg = f"measure={measure!r} is none of {scorer.book.id!r}. It has: {known}."
    raise InputError(msg)


def _games(held: Flags, sets: Sequence[tuple[int, ...]]) -> list[Game]:
    """Return one game for each kind of person for whom a rule holds."""
    games = []
    for person in np.flatnonzero(held.any(axis=1)):
        own = [tuple(rule for rule in rules if held[person, rule]) for rules in sets]
        players = tuple(rules for rules in own if rules)
        if players:
            games.append(Game(int(person), players))
    return games


def _of(players: Sequence[tuple[int, ...]], relevant: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    return tuple(rules for rules in players if rules[0] in relevant)


def _too_many(games: Sequence[Game]) -> bool:
    most = max((len(game.players) for game in games), default=0)
    return most > MOST_RULES or sum(game.size for game in games) > MOST_SUBSETS


def _tags(
    program: Program, relevant: Sequence[int]
) -> tuple[tuple[str, ...], list[tuple[int, ...]]]:
    found: dict[str, list[int]] = {}
    for place in relevant:
        found.setdefault(program.rules[place].rule.tag or UNTAGGED, []).append(place)
    return tuple(found), [tuple(places) for places in found.values()]


def _played(
    program: Program, kinds: pd.DataFrame, games: Sequence[Game], target: str,
    read: Callable[[Any], Floats], sets: Sequence[tuple[int, ...]], own: Floats | None,
) -> dict[str, Floats]:  # fmt: skip
    """Return the values of all players by way; what ``own`` says of those in no game."""
    start = np.zeros((len(kinds), len(sets))) if own is None else own
    found = {way: start.copy() for way in WAYS}
    player_of = {rule: number for number, rules in enumerate(sets) for rule in rules}
    for game, worth in zip(games, worths(program, kinds, games, target, read), strict=True):
        places = [player_of[rules[0]] for rules in game.players]
        for way, value in WAYS.items():
            found[way][game.person, places] = value(worth)
    return found
