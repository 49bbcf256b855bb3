"""People of a society as debtors: what they earn, what they owe, and to whom."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations import Society
from creditaudit.values import Floats

FIX = "Use a society made by make_society."
INCOME, LOG_ODDS = "income", "true_log_odds"


@dataclass(frozen=True, eq=False)
class Debtors:
    """What `feedback` needs to know of people; the arrays run over the people of a society.

    Attributes
    ----------
    income : array of float
        A month, in the currency of the society.
    debt : array of float
        All debts, reported or not, to firms and to people.
    to_people : array of float
        Part of the debts that is owed to people; 0 for who owes nothing.
    log_odds : array of float
        Of default within a year, as it truly is.
    creditors : int
        People somebody owes money to.
    """

    income: Floats
    debt: Floats
    to_people: Floats
    log_odds: Floats
    creditors: int

    @property
    def n(self) -> int:
        """How many people there are."""
        return len(self.income)


def debtors_of(world: Society) -> Debtors:
    """Return the people of a society as debtors.

    Parameters
    ----------
    world : Society
        Of which the truth is known.

    Returns
    -------
    Debtors

    Raises
    ------
    MissingColumn
        If there is no income, or no true chance of default.
    InputError
        If nobody owes anything.
    """
    truth, frame = world.people.truth, world.people.frame
    if truth is None or LOG_ODDS not in truth:
        raise MissingColumn.of(LOG_ODDS, [] if truth is None else truth.columns, FIX)
    # What is recorded of income may be wrong; the debtor lives on what it truly is.
    held = truth if INCOME in truth else frame
    if INCOME not in held:
        raise MissingColumn.of(INCOME, held.columns, FIX)
    people = len(frame)
    debts = world.debts[world.debts["debtor"] < people]
    who = debts["debtor"].to_numpy(np.int64)
    amount = debts["amount"].to_numpy(np.float64)
    person = debts["creditor"].to_numpy(np.int64) < people
    owed: Floats = np.bincount(who, amount, minlength=people).astype(np.float64)
    own = np.bincount(who[person], amount[person], minlength=people)
    if not owed.any():
        msg = "Nobody in this society owes anything, so nothing can feed back. See world.debts."
        raise InputError(msg)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(owed > 0, own / owed, 0.0)
    income: Floats = np.nan_to_num(held[INCOME].to_numpy(np.float64))
    log_odds: Floats = truth[LOG_ODDS].to_numpy(np.float64)
    creditors: npt.NDArray[np.int64] = np.unique(debts["creditor"].to_numpy(np.int64)[person])
    return Debtors(income, owed, part, log_odds, len(creditors))
