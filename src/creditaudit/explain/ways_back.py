"""`recourse`: the cheapest way back over the cut-off, or a certificate that there is none."""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.actions import Actions
from creditaudit.explain.additive import is_linear
from creditaudit.explain.card_ways import ways_on_card
from creditaudit.explain.level_ways import linear_ways, searched_ways
from creditaudit.explain.models import Model, card_of
from creditaudit.explain.reachable import replaced
from creditaudit.explain.rule_shares import is_book
from creditaudit.explain.steps import Steps
from creditaudit.explain.ways import Way

# Sums of parts of points differ from their total by less.
_CLOSE = 1e-9
COLUMNS = ("person", "status", "cost", "changes", "proof")


def recourse(
    scorer: Any,
    X: Any,  # noqa: N803
    *,
    actions: Actions | None = None,
    cutoff: float = 600,
    background: Any = None,
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

    Returns
    -------
    DataFrame
        One row a person, in the order of X: person (label in X), status, cost, changes, proof.
        Status is "found"; "none", certified for these actions; or "undecided". Cost is NaN and
        changes (feature to new value) are empty unless found. Who is approved already has a way of
        cost 0.

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
    if is_book(scorer):
        msg = (
            "A rulebook decides by rules that fire and end, not by a cut-off alone. See "
            "scorer.trace for the rules behind a refusal."
        )
        raise InputError(msg)
    if not hasattr(scorer, "points"):
        msg = (
            f"Ways back are counted in points, and {type(scorer).__name__} has none. Pass "
            "creditaudit.scorers.wrap(model)."
        )
        raise InputError(msg)
    line = float(cutoff)
    if not np.isfinite(line):
        msg = f"cutoff={cutoff!r} must be a finite number of points."
        raise InputError(msg)
    model = Model.of(scorer, "points", X)
    people = model.people(X)
    can = actions or Actions()
    can.check(model.names, getattr(X, "columns", ()))
    points = model.output(people)
    refused = np.flatnonzero(points < line)
    others = None if background is None else model.people(background, "background")
    ways = [Way("found", "already at or above the cut-off", 0.0)] * len(people)
    if len(refused):
        found = _ways(model, people.iloc[refused], points[refused], line, can, others)
        _scored_again(model, people.iloc[refused], found, line)
        for row, way in zip(refused.tolist(), found, strict=True):
            ways[row] = way
    return pd.DataFrame(
        {
            "person": people.index,
            "status": [way.status for way in ways],
            "cost": [way.cost for way in ways],
            "changes": [dict(way.changes) for way in ways],
            "proof": [way.proof for way in ways],
        },
        columns=list(COLUMNS),
    )


def _ways(
    model: Model,
    people: pd.DataFrame,
    points: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    cutoff: float,
    actions: Actions,
    background: pd.DataFrame | None,
) -> list[Way]:
    card = card_of(model.scorer)
    if card is not None:
        return ways_on_card(card, people, points, cutoff, actions, background)
    if background is None:
        msg = (
            "This scorer has no bins, so the values that features can take come from "
            "background=: pass applicants."
        )
        raise InputError(msg)
    steps = Steps.of(model.scorer)
    if is_linear(steps.final) and _adds_up(steps, model):
        return linear_ways(model, people, points, cutoff, actions, background)
    return searched_ways(model, steps, people, points, cutoff, actions, background)


def _adds_up(steps: Steps, model: Model) -> bool:
    """Return whether every column before a linear model is made from one feature."""
    try:
        steps.origin(model)
    except InputError:
        return False
    return True


def _scored_again(model: Model, people: pd.DataFrame, ways: list[Way], cutoff: float) -> None:
    """Raise unless everybody who has a way is approved after their changes."""
    rows = [row for row, way in enumerate(ways) if way.status == "found"]
    if not rows:
        return
    changed = people.iloc[rows].reset_index(drop=True)
    for name in model.names:
        moved = [place for place, row in enumerate(rows) if name in ways[row].changes]
        if moved:
            values = [ways[rows[place]].changes[name] for place in moved]
            changed[name] = replaced(changed[name], moved, values)
    points = model.output(changed)
    if (points < cutoff - _CLOSE).any():
        place = int(points.argmin())
        msg = (
            f"{people.index[rows[place]]!r} should reach {cutoff:g} points by "
            f"{dict(ways[rows[place]].changes)}, and is given {points[place]:.6g} when scored "
            "again. The scorer does not give the same person the same score, or reads these "
            "values otherwise than its bins say."
        )
        raise InputError(msg)
