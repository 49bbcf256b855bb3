"""What each criterion costs, in profit and in people whose decision hangs on a draw."""

import numpy as np
import pandas as pd

from creditaudit.metrics.measures import join_notes, whole
from creditaudit.tally import By, Tally
from creditaudit.thresholds.criteria import CRITERIA, cannot_hold, rules_for
from creditaudit.thresholds.curves import Curves, curves_of
from creditaudit.thresholds.policies import IN_SAMPLE, check_money
from creditaudit.thresholds.rules import RATES, Rules, gap, shares
from creditaudit.thresholds.spreads import REPLICATES, SEED, spread_of
from creditaudit.values import Floats

UNDEFINED = "Undefined: no cut-off makes a profit."


def cutoff_costs(
    tally: Tally,
    by: By = None,
    *,
    gain: float = 1.0,
    loss: float = 4.0,
    randomise: bool = True,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Return what each criterion costs beside the cut-offs of most profit.

    Parameters
    ----------
    tally : Tally
        As for `cutoffs`.
    by : str, tuple of str or None
    gain, loss : float
    randomise : bool
    replicates, seed : int
        Of the bootstrap.

    Returns
    -------
    frame of shape (5, 12)
        criterion; n (people with a score and an outcome); profit; share_of_max with low and high
        (95 %, the cut-offs as they are and the people drawn anew); approval_rate over everyone;
        approval_gap, tpr_gap, fpr_gap (largest less smallest group); by_draw (share of people
        whose decision hangs on a draw); note. A criterion that says nothing about these groups
        has nulls and the reason.

    Raises
    ------
    MissingRole, InputError
        As `cutoffs`.

    Notes
    -----
    The profit is that on the people the cut-offs were chosen on. The range does not cover the
    choice itself, nor what gain and loss are taken to be.
    """
    check_money(gain, loss)
    curves = curves_of(tally, by, asked="cutoff_costs")
    return costs_of(
        curves, gain, loss, randomise=randomise, replicates=replicates, seed=seed
    )  # fmt: skip


def costs_of(
    curves: Curves, gain: float, loss: float, *, randomise: bool = True,
    replicates: int = REPLICATES, seed: int = SEED,
) -> pd.DataFrame:  # fmt: skip
    """Return `cutoff_costs` of curves."""
    reasons = {name: cannot_hold(curves, name) for name in CRITERIA}
    held = [name for name in CRITERIA if not reasons[name]]
    rules = [rules_for(curves, name, gain, loss, randomise=randomise) for name in held]
    spread = spread_of(curves, rules, replicates=replicates, seed=seed)

    def profits(approved: Floats, totals: Floats) -> Floats:
        return np.asarray((gain * approved[..., 1] - loss * approved[..., 0]).sum(axis=-1))

    def kept(approved: Floats, totals: Floats) -> Floats:
        money = profits(approved, totals)
        most = money[..., :1]
        undefined = np.full(money.shape, np.nan)
        return np.asarray(np.divide(money, most, out=undefined, where=most > 0))

    share, low, high = spread.ranged(kept)
    rates = shares(spread.approved, spread.totals)
    everyone = shares(spread.approved.sum(axis=1), spread.totals.sum(axis=0))
    undefined = "" if np.isfinite(share).all() else UNDEFINED
    frame = pd.DataFrame({
        "criterion": held,
        "n": np.repeat(whole(np.array([curves.people.sum()])), len(held)),
        "profit": profits(spread.approved, spread.totals),
        "share_of_max": share, "low": low, "high": high, "approval_rate": everyone[:, 0],
        **{f"{name}_gap": gap(rates[..., at]) for at, name in enumerate(("approval", *RATES[1:3]))},
        "by_draw": [_by_draw(curves, rule) for rule in rules],
        "note": join_notes(undefined, *curves.notes, IN_SAMPLE, spread.note),
    })  # fmt: skip
    frame = frame.set_index("criterion").reindex(list(CRITERIA)).reset_index()
    frame["note"] = [
        reasons[name] or note for name, note in frame[["criterion", "note"]].to_numpy()
    ]
    return frame


def _by_draw(curves: Curves, rules: Rules) -> float:
    accept = rules.accept(curves)
    weight = curves.w.sum(axis=-1)
    return float(weight[(accept > 0) & (accept < 1)].sum() / weight.sum())
