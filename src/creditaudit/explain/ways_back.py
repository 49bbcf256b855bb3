"""`recourse`: the cheapest way back over the cut-off, or a certificate that there is none."""

from typing import Any

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.actions import Actions
from creditaudit.explain.way_options import options_of
from creditaudit.explain.ways import Way
from creditaudit.explain.ways_asked import WaysAsked

_APPROVED = Way("found", "already at or above the cut-off", 0.0)
COLUMNS = ("person", "status", "cost", "changes", "proof")


def recourse(
    scorer: Any,
    X: Any,  # noqa: N803
    *,
    actions: Actions | None = None,
    cutoff: float = 600,
    background: Any = None,
    options: int = 1,
) -> pd.DataFrame:
    """Return for each person the cheapest way over the cut-off, or proof that there is none.

    Parameters
    ----------
    scorer : object
        With ``points``: a scorecard, a boosting scorer, or any model after `scorers.wrap`.
    X : table or array
        People, refused or not.
    actions : Actions, optional
        What people can change. Without it every feature can take every value.
    cutoff : float
        Points from which people are approved.
    background : table or array, optional
        People whose values are the levels that features can take, and whose shares make the costs.
        A scorecard has both in its bins and needs none.
    options : int
        At most so many ways for each person, cheapest first. Each leaves out a feature of every one
        before it; where there are fewer, no other was found.

    Returns
    -------
    DataFrame
        One row a person, in the order of X: person (label in X), status, cost, changes, proof.
        Status is "found"; "none", certified for these actions; or "undecided". Cost is NaN and
        changes (feature to new value) are empty unless found. Who is approved already has a way of
        cost 0. With several options one row an option, and its number after person.

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
    ==============================  ================================  ============================

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
    asked = WaysAsked.of(scorer, X, actions, cutoff, background)
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
