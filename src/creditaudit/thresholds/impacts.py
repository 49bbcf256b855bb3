"""What becomes of the scores of those approved: the delayed impact of a cut-off."""

import math

import numpy as np
import pandas as pd

from creditaudit.metrics.measures import join_notes, whole
from creditaudit.tally import By, Tally
from creditaudit.thresholds.criteria import Criterion, rules_for
from creditaudit.thresholds.curves import Path, curves_of
from creditaudit.thresholds.policies import IN_SAMPLE, check_amount, check_money
from creditaudit.thresholds.spreads import REPLICATES, SEED, spread_of
from creditaudit.values import Floats

NEVER = "Even with everyone approved the mean score does not fall."
NOBODY = "Nobody is approved."


def delayed_impact(
    tally: Tally,
    by: By = None,
    *,
    criterion: Criterion = "max_profit",
    gain: float = 1.0,
    loss: float = 4.0,
    gain_points: float = 75.0,
    loss_points: float = 150.0,
    randomise: bool = True,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Return how the scores of each group move once those approved have repaid or not.

    Parameters
    ----------
    tally : Tally
        As for `cutoffs`.
    by : str, tuple of str or None
    criterion, gain, loss, randomise
        Which cut-offs are applied; see `cutoffs`.
    gain_points, loss_points : float
        By how much a score moves towards the safe side when a person repays, and towards the
        risky side when not. The same for everyone, and not stopped at the ends of the scale.
    replicates, seed : int
        Of the bootstrap.

    Returns
    -------
    frame with one row a group
        The keys; n (people with a score and an outcome); approval_rate; value, low, high: points
        that the score of a person approved is expected to gain (95 %, the cut-offs as they are
        and the people drawn anew); group_change, the same per person of the group, refused people
        counting 0; best_rate, the approval rate at which the group's mean score rises most;
        harm_rate, the approval rate beyond which it falls, null when it never does; note.

    Raises
    ------
    MissingRole, InputError
        As `cutoffs`; also for points that are not positive.

    Notes
    -----
    Both rates are on the group's ROC hull: the people who are approved are the safest by this
    score. It takes the outcomes seen as those that approval would bring again.

    References
    ----------
    Liu, L. T., Dean, S., Rolf, E., Simchowitz, M. and Hardt, M. (2018). Delayed impact of fair
    machine learning. ICML.
    """
    check_money(gain, loss)
    check_amount("gain_points", gain_points, "points of the score that repaying brings")
    check_amount("loss_points", loss_points, "points of the score that not repaying costs")
    curves = curves_of(tally, by, asked="delayed_impact")
    rules = rules_for(curves, criterion, gain, loss, randomise=randomise)
    spread = spread_of(curves, [rules], replicates=replicates, seed=seed)

    def change(approved: Floats, totals: Floats) -> Floats:
        bad, good = approved[..., 0, :, 0], approved[..., 0, :, 1]
        moved = gain_points * good - loss_points * bad
        undefined = np.full(bad.shape, np.nan)
        return np.asarray(np.divide(moved, good + bad, out=undefined, where=good + bad > 0))

    value, low, high = spread.ranged(change)
    bad, good = spread.approved[0].T
    totals = spread.totals.sum(axis=-1)
    turns = [_turns(curves.path(g).hull(), gain_points, loss_points) for g in range(len(curves))]
    frame = curves.keys.copy()
    frame["n"] = whole(curves.people)
    frame["approval_rate"] = (good + bad) / totals
    frame["value"], frame["low"], frame["high"] = value, low, high
    frame["group_change"] = (gain_points * good - loss_points * bad) / totals
    frame["best_rate"], frame["harm_rate"] = np.array(turns).T
    frame["note"] = [
        join_notes(
            NOBODY if math.isnan(moved) else "", NEVER if math.isnan(harm) else "",
            *curves.notes, IN_SAMPLE, spread.note,
        )
        for moved, (_, harm) in zip(value, turns, strict=True)
    ]  # fmt: skip
    return frame


def _turns(hull: Path, gain_points: float, loss_points: float) -> tuple[float, float]:
    """Return the rate at which the mean score rises most, and the one from which it falls."""
    moved, rate = hull.money(gain_points, loss_points), hull.rate
    best = float(rate[int(np.argmax(moved))])
    if moved[-1] >= 0:
        return best, math.nan
    # The curve is concave and starts at 0: it crosses 0 once, or falls from the start.
    last = int(np.flatnonzero(moved >= 0)[-1])
    step = moved[last] / (moved[last] - moved[last + 1])
    return best, float(rate[last] + step * (rate[last + 1] - rate[last]))
