"""Can a step in the direction that is said to help cost points?"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.audits.model_findings import untold
from creditaudit.audits.model_rows import inputs_of
from creditaudit.audits.questions import REGISTERED, audit
from creditaudit.audits.wording import people as number_words
from creditaudit.audits.wording import percent
from creditaudit.errors import CreditauditError, InputError, MissingExtra
from creditaudit.evidence import Evidence
from creditaudit.explain.actions import Actions
from creditaudit.explain.additive import is_linear
from creditaudit.explain.card_moves import CardMoves
from creditaudit.explain.level_moves import levels_of
from creditaudit.explain.models import Model, card_of
from creditaudit.explain.monotone_directions import safe_directions
from creditaudit.explain.reachable import STAY, Reachable
from creditaudit.explain.rule_shares import is_book
from creditaudit.explain.steps import Steps
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.rulebooks.proofs import Prover
from creditaudit.scorers.predicates import Interval
from creditaudit.values import Floats

MOST, CLOSE = 2_000, 1e-9
METHOD = (
    "Proved by the table of a card, by the sign in a linear model, by the constraint a model was "
    "fitted under, or by a solver over every person a rulebook could meet. Otherwise each of at "
    "most {most:,} people is moved to every level in the direction, alone: one who loses points "
    "refutes it, and nobody who does proves nothing."
)
LIMITS = (
    "One input moves and all others stay; what goes together in life is not in it.",
    "That a step never costs points does not say that it is enough, or that a person can take it.",
)


@dataclass(frozen=True)
class Answer:
    """Whether a step in one direction can cost points.

    Attributes
    ----------
    answer : {"proved", "refuted", "open"}
    how : str
    shares : tuple of (people who can lose, people looked at)
    most : float
        The most points lost by one of them.
    """

    answer: Literal["proved", "refuted", "open"]
    how: str
    hit: int
    n: int
    most: float


@audit(
    question="Can a step in the direction that is said to help cost points?",
    needs=("frame", "scorer", "actions"),
    estimand="whether moving one input in the stated direction, all else equal, lowers anybody's "
    "points; and the share of people for whom it can",
    topic="reasons",
)
def monotone_steps(evidence: Evidence) -> list[Finding]:
    """Return for each input with a direction whether a step that way can cost points.

    Directions are those of ``actions``: the way in which people can go.
    """
    scorer, frame, actions = evidence.scorer, evidence.frame, evidence.actions
    assert frame is not None
    if not hasattr(scorer, "points"):
        why = "Steps are counted in points. It takes a scorer with points(X)."
        return [untold(evidence, "monotone_steps", "", why)]
    roles = None if evidence.tally is None else evidence.tally.roles
    try:
        by_itself = card_of(scorer) is not None or is_book(scorer)
        given = frame if by_itself else inputs_of(scorer, frame, roles)
        model = Model.of(scorer, "points", given)
        people = model.people(given)
        ways = {name: way for name, way in actions.direction.items()
                if name in model.names and way != "any"}  # fmt: skip
        if not ways:
            why = "The actions stated give no direction to an input of the model."
            return [untold(evidence, "monotone_steps", "", why)]
        drawn = people
        if len(people) > MOST:
            rows = np.sort(np.random.default_rng(0).choice(len(people), MOST, replace=False))
            drawn = people.iloc[rows]
        return [
            _finding(name, way, _answer(model, people, drawn, name, way))
            for name, way in ways.items()
        ]
    except CreditauditError as error:
        return [untold(evidence, "monotone_steps", "", str(error))]


def _answer(
    model: Model, people: pd.DataFrame, drawn: pd.DataFrame, name: str, way: str
) -> Answer:  # fmt: skip
    card = card_of(model.scorer)
    if card is not None:
        return _on_card(card, people, name, way)
    lost = _lost(model, drawn, people, name, way)
    hit, most = int((lost > CLOSE).sum()), float(lost.max(initial=0.0))
    proof = _by_rules(model, name, way) if is_book(model.scorer) else _by_structure(
        model, name, way
    )  # fmt: skip
    if proof is not None and proof[0] == "refuted":
        return Answer("refuted", proof[1], hit, len(drawn), most)
    if hit:
        return Answer("refuted", "people were moved and lost points", hit, len(drawn), most)
    if proof is not None:
        return Answer("proved", proof[1], 0, len(drawn), 0.0)
    return Answer("open", "nobody moved lost points, which proves nothing", 0, len(drawn), 0.0)


def _on_card(card: Any, people: pd.DataFrame, name: str, way: str) -> Answer:
    """Return the answer from the table: intervals in their order."""
    feature = next(one for one in card.features if one.bins.feature == name)
    number = [place for place, one in enumerate(feature.bins.bins)
              if isinstance(one.holds, Interval)]  # fmt: skip
    points = np.array([feature.points[place] for place in number], dtype=np.float64)
    ordered = points if way == "up" else points[::-1]
    # The most that somebody in each bin can lose by going on in the direction.
    lowest = np.minimum.accumulate(ordered[::-1])[::-1]
    loss = ordered - lowest
    loss = loss if way == "up" else loss[::-1]
    by_bin = np.zeros(len(feature.bins.bins))
    by_bin[number] = loss
    own = by_bin[
        CardMoves.of(card, Actions(), None).places(people)[:, list(card.names).index(name)]
    ]
    if (loss > CLOSE).any():
        how = "the points of the card do not run that way"
        return Answer("refuted", how, int((own > CLOSE).sum()), len(people), float(own.max()))
    return Answer("proved", "the points of the card run that way", 0, len(people), 0.0)


def _lost(
    model: Model, drawn: pd.DataFrame, people: pd.DataFrame, name: str, way: str
) -> Floats:  # fmt: skip
    """Return the most points each person loses by moving one input in a direction."""
    others = [other for other in model.names if other != name]
    actions = Actions(immutable=others, direction={name: way})  # type: ignore[dict-item]
    if people[name].dtype == bool:
        people, drawn = people.astype({name: float}), drawn.astype({name: float})
    try:
        levels = levels_of(drawn, people, actions)
    except InputError:
        return np.zeros(len(drawn))
    world = Reachable(model, drawn, levels)
    place = list(drawn.columns).index(name)
    own, lost = model.output(drawn), np.zeros(len(drawn))
    for level in range(len(levels[place].values)):
        rows = np.flatnonzero(levels[place].reachable[:, level])
        if len(rows):
            choice = np.full((len(rows), len(levels)), STAY)
            choice[:, place] = level
            lost[rows] = np.maximum(lost[rows], own[rows] - world.points(rows, choice))
    return lost


def _by_structure(model: Model, name: str, way: str) -> tuple[str, str] | None:
    steps = Steps.of(model.scorer)
    wanted = 1 if way == "up" else -1
    place = model.names.index(name)
    if safe_directions(steps, model).get(place) == wanted:
        return "proved", "the model was fitted under a constraint that way"
    if is_linear(steps.final) and steps.one_to_one:
        coefficient = np.ravel(steps.final.coef_)[place]
        bad_is_first = getattr(model.scorer, "column", 1) == 0
        sign = np.sign(coefficient) * (1 if bad_is_first else -1)
        if sign in (0, wanted):
            return "proved", "the model is linear in it, with that sign"
        return "refuted", "the model is linear in it, with the other sign"
    return None


def _by_rules(model: Model, name: str, way: str) -> tuple[str, str] | None:
    scorer = model.scorer
    if not scorer.program.columns[name].numeric:
        return None
    try:
        prover = Prover(scorer.book, scorer.as_of, scorer.reading, scorer.subject)
        found = prover.monotone(name, "up" if way == "up" else "down")
    except (MissingExtra, InputError):
        return None
    if found.answer == "undecided":
        return None
    how = "a solver looked at every person the rules could meet"
    if found.answer == "refuted":
        how += f"; two who show it: {dict(found.witnesses[0])} and {dict(found.witnesses[1])}"
    return found.answer, how


def _finding(name: str, way: str, found: Answer) -> Finding:
    words = {"up": "more", "down": "less"}[way]
    status: Status
    if found.answer == "proved":
        status = "not_beyond"
        claim = f"{words.capitalize()} {name} never costs anybody points, proved: {found.how}."
    elif found.answer == "refuted":
        status = "beyond"
        claim = (
            f"{words.capitalize()} {name} can cost points: {found.how}. It can cost "
            f"{number_words(found.hit)} of {number_words(found.n)} people points "
            f"({percent(found.hit / max(found.n, 1))}), at most {found.most:.1f}."
        )
    else:
        status = "cannot_tell"
        claim = f"Whether {words} {name} can cost points cannot be told: {found.how}."
    share = found.hit / max(found.n, 1)
    exact = found.answer == "proved"
    low, high = (0.0, 0.0) if exact else (
        float(one) for one in intervals.wilson(np.array(share), np.array(float(found.n)))
    )  # fmt: skip
    table = pd.DataFrame([{
        "input": name, "direction": way, "answer": found.answer, "n": found.n, "value": share,
        "low": low, "high": high, "most_points_lost": found.most, "note": found.how,
    }])  # fmt: skip
    return Finding(
        id=finding_id("monotone_steps", "", f"{name} {way}"), audit="monotone_steps",
        question=REGISTERED["monotone_steps"].question, claim=claim, status=status,
        estimate=100 * share,
        low=100 * low, high=100 * high, unit="% of people", n=float(found.n), table=table,
        confidence="high" if found.answer != "open" else "low",
        method=METHOD.format(most=MOST), limits=LIMITS,
    )  # fmt: skip
