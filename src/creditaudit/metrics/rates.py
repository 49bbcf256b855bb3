"""Rates of approval and of error, one row a group.

"Positive" means approved and "good" means the person performed, so the true positive rate is the
share of good payers who were approved.
"""

import pandas as pd

from creditaudit.metrics.proportions import (
    APPROVED,
    BAD,
    DECIDED,
    GOOD,
    KNOWN,
    REFUSED,
    UNDECIDED,
    UNKNOWN,
    Rate,
    mask,
)
from creditaudit.tally import By, Tally

_ANY_OUTCOME, _ANY_DECISION = (BAD, GOOD, UNKNOWN), (REFUSED, APPROVED, UNDECIDED)
_BOTH = ("decision", "outcome")

RATES = (
    Rate("approval_rate", mask(_ANY_OUTCOME, [APPROVED]), mask(_ANY_OUTCOME, DECIDED),
         ("decision",), "low", "decisions"),
    Rate("base_rate", mask([GOOD], _ANY_DECISION), mask(KNOWN, _ANY_DECISION),
         ("outcome",), "low", "people with an outcome"),
    Rate("accuracy", mask([GOOD], [APPROVED]) | mask([BAD], [REFUSED]), mask(KNOWN, DECIDED),
         _BOTH, "low", "people with a decision and an outcome"),
    Rate("true_positive_rate", mask([GOOD], [APPROVED]), mask([GOOD], DECIDED),
         _BOTH, "low", "good payers"),
    Rate("false_negative_rate", mask([GOOD], [REFUSED]), mask([GOOD], DECIDED),
         _BOTH, "high", "good payers"),
    Rate("false_positive_rate", mask([BAD], [APPROVED]), mask([BAD], DECIDED),
         _BOTH, "low", "bad payers"),
    Rate("true_negative_rate", mask([BAD], [REFUSED]), mask([BAD], DECIDED),
         _BOTH, "high", "bad payers"),
    Rate("precision", mask([GOOD], [APPROVED]), mask(KNOWN, [APPROVED]),
         _BOTH, "high", "approved people with an outcome"),
    Rate("false_discovery_rate", mask([BAD], [APPROVED]), mask(KNOWN, [APPROVED]),
         _BOTH, "low", "approved people with an outcome"),
    Rate("false_omission_rate", mask([GOOD], [REFUSED]), mask(KNOWN, [REFUSED]),
         _BOTH, "high", "refused people with an outcome"),
    Rate("negative_predictive_value", mask([BAD], [REFUSED]), mask(KNOWN, [REFUSED]),
         _BOTH, "low", "refused people with an outcome"),
)  # fmt: skip
BY_NAME = {rate.name: rate for rate in RATES}


def _frame(name: str, tally: Tally, by: By) -> pd.DataFrame:
    return BY_NAME[name].estimate(tally, by).frame


def approval_rate(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of people approved, of those with a decision.

    Parameters
    ----------
    tally : Tally
    by : str, tuple of str or None
        A group column, several, or None for everyone together.

    Returns
    -------
    frame of shape (n_groups, n_keys + 5)
        The keys, then n (people in the denominator, unweighted), value (0..1; null where nobody
        is), low and high (Wilson 95 % on the effective n), note.

    Raises
    ------
    MissingRole
        If the tally was made without a decision.
    InputError
        If no grouping of the tally holds ``by``.

    Notes
    -----
    approved / (approved + refused). Called selection rate by fairlearn, pprev by aequitas.

    References
    ----------
    Wilson, E. B. (1927). JASA 22, 209-212.
    """
    return _frame("approval_rate", tally, by)


def base_rate(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of people who performed, of those with an outcome.

    Takes and returns what `approval_rate` does. Where declined people have no outcomes the value
    is null, and low and high are worst-case bounds with sampling error added. Where some outcomes
    are missing, bound_low and bound_high say what the value could be over everyone.

    Notes
    -----
    good / (good + bad). Called prev by aequitas.

    References
    ----------
    Manski, C. F. (2003). Partial Identification of Probability Distributions, chapter 1.
    """
    return _frame("base_rate", tally, by)


def true_positive_rate(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of good payers who were approved.

    Takes and returns what `base_rate` does, with the same bounds.

    Notes
    -----
    approved and good / good.
    """
    return _frame("true_positive_rate", tally, by)


def false_negative_rate(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of good payers who were refused.

    Takes and returns what `base_rate` does, with the same bounds.

    Notes
    -----
    refused and good / good.
    """
    return _frame("false_negative_rate", tally, by)


def false_positive_rate(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of bad payers who were approved.

    Takes and returns what `base_rate` does, with the same bounds.

    Notes
    -----
    approved and bad / bad.
    """
    return _frame("false_positive_rate", tally, by)


def true_negative_rate(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of bad payers who were refused.

    Takes and returns what `base_rate` does, with the same bounds.

    Notes
    -----
    refused and bad / bad.
    """
    return _frame("true_negative_rate", tally, by)


def precision(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of approved people who performed.

    Takes and returns what `base_rate` does. Refused people play no part, so it stays defined
    where only approved people have outcomes.

    Notes
    -----
    approved and good / approved with an outcome.
    """
    return _frame("precision", tally, by)


def false_discovery_rate(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of approved people who did not perform: 1 - `precision`."""
    return _frame("false_discovery_rate", tally, by)


def false_omission_rate(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of refused people who performed.

    Takes and returns what `base_rate` does, with the same bounds.

    Notes
    -----
    refused and good / refused with an outcome.
    """
    return _frame("false_omission_rate", tally, by)


def negative_predictive_value(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of refused people who did not perform: 1 - `false_omission_rate`."""
    return _frame("negative_predictive_value", tally, by)


def accuracy(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of people whose decision matched their outcome.

    Takes and returns what `base_rate` does, with the same bounds.

    Notes
    -----
    (approved and good + refused and bad) / people with both.
    """
    return _frame("accuracy", tally, by)
