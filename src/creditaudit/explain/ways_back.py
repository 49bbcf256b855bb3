"""`recourse`: the cheapest way back over the cut-off, or a certificate that there is none."""

from typing import Any

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.actions import Actions
from creditaudit.explain.rule_shares import is_book
from creditaudit.explain.rule_ways import RuleWay
from creditaudit.explain.rule_ways_asked import RuleWaysAsked
from creditaudit.explain.waiting import Waiting
from creditaudit.explain.way_options import options_of
from creditaudit.explain.ways import Way
from creditaudit.explain.ways_asked import WaysAsked

_APPROVED = Way("found", "already at or above the cut-off", 0.0)
_BY_TEXT = RuleWay("found", "approved already", 0.0, wait_low=0, wait_high=0)
_OPEN = RuleWay("undecided", "the facts that are missing leave the decision open")
COLUMNS = ("person", "status", "cost", "changes", "proof")


def recourse(
    scorer: Any,
    X: Any,  # noqa: N803
    *,
    actions: Actions | None = None,
    cutoff: float | None = None,
    background: Any = None,
    options: int = 1,
    waiting: Waiting | None = None,
) -> pd.DataFrame:
    """Return for each person the cheapest way over the cut-off, or proof that there is none.

    Parameters
    ----------
    scorer : object
        With ``points``: a scorecard, a boosting scorer, or any model after `scorers.wrap`; or a
        rulebook, where facts change and rules cease.
    X : table or array
        People, refused or not.
    actions : Actions, optional
        What people can change. Without it every feature can take every value.
    cutoff : float, optional
        Points from which people are approved; 600 when not given. A rulebook decides by itself.
    background : table or array, optional
        People whose values are the levels that features can take, and whose shares make the costs.
        A scorecard has both in its bins and needs none.
    options : int
        At most so many ways for each person, cheapest first. Each leaves out a feature of every one
        before it; where there are fewer, no other was found. Of a rulebook the shortest wait comes
        first, and each further one waits longer and changes less.
    waiting : Waiting, optional
        Of a rulebook: from which day waiting counts, and when clocks started.

    Returns
    -------
    DataFrame
        One row a person, in the order of X: person (label in X), status, cost, changes, proof.
        Status is "found"; "none", certified for these actions; or "undecided". Cost is NaN and
        changes (feature to new value) are empty unless found. Who is approved already has a way of
        cost 0. With several options one row an option, and its number after person. Of a rulebook
        also wait_low and wait_high, days until the way opens at the earliest and at the latest, and
        ceases: the rules that stand now and then do not, and why.

    Raises
    ------
    InputError, MissingColumn

    Notes
    -----
    ==============================  ================================  ============================
    scorer                          whether there is a way            cost
    ==============================  ================================  ============================
    scorecard, linear               exact                             least, by proof
    trees, monotone where it moves  exact (all features at safest)    least found
    other trees                     bound, search, all choices        least found, or least if all
                                                                      choices were tried
    anything else                   search, all choices               the same
    rulebook                        all changes tried, few first, on  least of those tried, by
                                    each day the text ends something  proof where it says so
    ==============================  ================================  ============================

    Of a rulebook the cost is the sum of weights of the facts that change, and time does the rest:
    terms run out, counts of months go on, exits take effect. "Found" rests on what the text
    promises under the strict reading, or that of the scorer; where only its mild reading, or a
    repair or early end that may be granted, opens a way, the answer is "undecided", and wait_low
    says when at the earliest. Grounds of exits that X does not hold have not come about, and can,
    unless they are immutable. The version of the text and every other fact are held.

    A way back is about the score. Whether a person can walk it, and whether the reasons behind the
    score would change with it, is not in the model.

    References
    ----------
    Ustun, B., Spangher, A., Liu, Y. (2019). Actionable recourse in linear classification. FAT*
    2019, 10-19. Kothari, A. et al. (2024). Prediction without preclusion: recourse verification
    with reachable sets. ICLR 2024.
    """
    if isinstance(options, bool) or not isinstance(options, int) or options < 1:
        msg = f"options={options!r} must be a whole number of ways, 1 or more."
        raise InputError(msg)
    if is_book(scorer):
        return _by_rules(scorer, X, actions, cutoff, options, waiting)
    asked = WaysAsked.of(scorer, X, actions, 600 if cutoff is None else cutoff, background)
    found = asked.ways(asked.refused, asked.actions)
    each = [[_APPROVED]] * len(asked.people)
    several = options_of(asked, asked.refused, found, options)
    for row, some in zip(asked.refused.tolist(), several, strict=True):
        each[row] = some
    places = [place for place, some in enumerate(each) for _ in some]
    ways = [way for some in each for way in some]
    table = pd.DataFrame(
        {
            "person": asked.people.index[places],
            "status": [way.status for way in ways],
            "cost": [way.cost for way in ways],
            "changes": [dict(way.changes) for way in ways],
            "proof": [way.proof for way in ways],
        },
        columns=list(COLUMNS),
    )
    if options > 1:
        table.insert(1, "option", [1 + k for some in each for k in range(len(some))])
    return table


def _by_rules(
    scorer: Any,
    people: Any,
    actions: Actions | None,
    cutoff: float | None,
    options: int,
    waiting: Waiting | None,
) -> pd.DataFrame:
    if cutoff is not None:
        msg = "A rulebook decides by its own text. Leave cutoff= out."
        raise InputError(msg)
    asked = RuleWaysAsked.of(scorer, people, actions, waiting)
    each = [
        [_BY_TEXT if decision == "approved" else _OPEN] for decision in asked.decision
    ]  # fmt: skip
    found = asked.ways(asked.refused, asked.actions)
    for row, some in zip(asked.refused.tolist(), found, strict=True):
        each[row] = some[:options]
    places = [place for place, some in enumerate(each) for _ in some]
    ways = [way for some in each for way in some]
    table = pd.DataFrame({"person": asked.people.index[places]})
    if options > 1:
        table["option"] = [1 + k for some in each for k in range(len(some))]
    return table.assign(
        status=[way.status for way in ways], cost=[way.cost for way in ways],
        changes=[dict(way.changes) for way in ways], proof=[way.proof for way in ways],
        wait_low=[way.wait_low for way in ways], wait_high=[way.wait_high for way in ways],
        ceases=[dict(way.ceases) for way in ways],
    )  # fmt: skip
