"""The cut-offs that a criterion leads to, with what they do and what they cost."""

import math
from dataclasses import dataclass, field
from html import escape
from numbers import Real

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.tally import By, Tally
from creditaudit.thresholds.criteria import Criterion, rules_for, violation
from creditaudit.thresholds.curves import Curves, curves_of
from creditaudit.thresholds.rules import RATES, Rules

IN_SAMPLE = (
    "Chosen and measured on the same people: on others the profit is lower and the criterion "
    "holds less closely."
)
BY_GROUP = (
    "Cut-offs that differ by group say what a criterion would cost; they are no proposal. To "
    "decide by membership of a group may itself be unlawful."
)


@dataclass(frozen=True, eq=False)
class Cutoffs:
    """Cut-offs by group under one criterion.

    Attributes
    ----------
    table : DataFrame with one row a group
        The keys, cutoff_low, cutoff_high, p_high, lottery, lottery_rate, approval_rate, tpr, fpr.
        A cut-off is drawn once a person: cutoff_high with ``p_high``, else cutoff_low. With
        probability ``lottery`` the decision is instead approval with probability
        ``lottery_rate``. A score at or above the cut-off drawn is approved when higher is safer,
        one below it when higher is riskier; infinite cut-offs approve everyone, or nobody. The
        rates are those expected of this rule; tpr is the share of good payers approved, fpr of
        bad payers, null where there are none.
    profit : float
        ``gain`` for each good payer approved less ``loss`` for each bad one, expected, over all
        people with a score and an outcome.
    share_of_max : float
        ``profit`` over that of "max_profit" on the same tally; NaN where that is 0.
    violation : float
        Largest less smallest of the rates that the criterion makes equal; the larger of two.
    n : float
        People with a score and an outcome.
    notes : tuple of str
    """

    table: pd.DataFrame
    profit: float
    share_of_max: float
    violation: float
    criterion: Criterion
    by: tuple[str, ...]
    gain: float
    loss: float
    randomise: bool
    n: float
    notes: tuple[str, ...] = field(repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """The table."""
        return self.table

    def _repr_html_(self) -> str:
        head = (
            f"<p><b>{escape(self.criterion)}</b> by {escape(', '.join(self.by) or 'nothing')}: "
            f"profit {self.profit:,.6g} at gain {self.gain:g} and loss {self.loss:g}, "
            f"{self.share_of_max:.1%} of the most; the rates made equal differ by "
            f"{self.violation:.2g}</p>"
        )
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return f"{head}{self.table.to_html(index=False, na_rep='')}<ul>{notes}</ul>"


def cutoffs(
    tally: Tally,
    by: By = None,
    *,
    criterion: Criterion = "equal_opportunity",
    gain: float = 1.0,
    loss: float = 4.0,
    randomise: bool = True,
) -> Cutoffs:
    """Return the most profitable cut-offs by group under a criterion, from counts alone.

    Parameters
    ----------
    tally : Tally
        With a score and an outcome, also of people the score would refuse. People without a
        score or without an outcome are not part.
    by : str, tuple of str or None
        Whose cut-offs may differ. People whose group is missing are a group of their own.
    criterion : str
        "max_profit" (each group its own best cut-off), "single" (the best one for all),
        "demographic_parity" (the same approval rate in every group), "equal_opportunity" (the
        same share of good payers approved), "equalized_odds" (the same shares of good and of bad
        payers approved).
    gain, loss : float
        What a good payer approved brings, and what a bad one costs, in any one unit.
    randomise : bool
        With draws every criterion holds exactly. Without, each group takes the one cut-off whose
        rates are nearest those of the rule with draws, the more profitable of two equally near,
        and ``violation`` says how far apart the groups then are.

    Returns
    -------
    Cutoffs

    Raises
    ------
    MissingRole
        If the tally was made without a score or an outcome.
    InputError
        If declined people have no outcomes: nobody knows what other cut-offs would do. Also for
        an unknown criterion, a gain that is not positive, a negative loss, or a group in which a
        rate that the criterion speaks of does not exist.

    Notes
    -----
    Exact for the tally at hand: the common level is found among the corners of the groups' ROC
    hulls, equalized odds on the lower envelope of these hulls. Cut-offs lie at scores that occur,
    or at the edges of bins. The work is on score bins, whatever the number of people.

    References
    ----------
    Hardt, M., Price, E. and Srebro, N. (2016). Equality of opportunity in supervised learning.
    Kozodoi, N., Jacob, J. and Lessmann, S. (2022). Fairness in credit scoring. European Journal
    of Operational Research 297, 1083-1094.
    """
    check_money(gain, loss)
    curves = curves_of(tally, by)
    rules = rules_for(curves, criterion, gain, loss, randomise=randomise)
    profit = profit_of(rules, curves, gain, loss)
    most = profit_of(rules_for(curves, "max_profit", gain, loss), curves, gain, loss)
    table = rules.table(curves)
    rates = table[list(RATES[:3])].to_numpy()
    return Cutoffs(
        table, profit, profit / most if most > 0 else math.nan, violation(criterion, rates),
        criterion, curves.by, float(gain), float(loss), randomise, float(curves.people.sum()),
        (*curves.notes, IN_SAMPLE, *([BY_GROUP] if not rules.one and len(curves) > 1 else [])),
    )  # fmt: skip


def profit_of(rules: Rules, curves: Curves, gain: float, loss: float) -> float:
    """Return the expected profit of rules over all people of the curves."""
    bad, good = (curves.w * rules.accept(curves)[..., None]).sum(axis=(0, 1))
    return float(gain * good - loss * bad)


def check_money(gain: object, loss: object) -> None:
    """Raise `InputError` unless a gain is positive and a loss at least zero."""
    check_amount("gain", gain, "what a good payer approved brings")
    check_amount("loss", loss, "what a bad payer approved costs", zero=True)


def check_amount(name: str, given: object, what: str, *, zero: bool = False) -> None:
    """Raise `InputError` unless an amount is a positive finite number, or 0 where that may be."""
    number = isinstance(given, Real | np.number) and not isinstance(given, bool)
    amount = float(given) if number else math.nan  # type: ignore[arg-type]
    if not math.isfinite(amount) or amount < 0 or (amount == 0 and not zero):
        least = "0 or more" if zero else "above 0"
        msg = f"{name}={given!r} must be a finite number, {least}: {what}."
        raise InputError(msg)
