"""Rates: the share of some people to whom something happened.

"Positive" means approved and "good" means the person performed, so the true positive rate is the
share of good payers who were approved. Each rate is a pair of masks over outcome and decision.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.cells import DECISION, OUTCOME
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.measures import Estimates, Harm, join_notes, need
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

BAD, GOOD, UNKNOWN = 0, 1, 2
REFUSED, APPROVED, UNDECIDED = 0, 1, 2
SELECTIVE = (
    "Declined people have no outcomes, so this rate is not known; low and high are worst-case "
    "bounds with sampling error added."
)

_Test = Callable[[int, int], bool]


def _mask(test: _Test) -> np.ndarray:
    return np.array([[test(outcome, decision) for decision in range(3)] for outcome in range(3)])


@dataclass(frozen=True, eq=False)
class Rate:
    """Of the people in ``condition``, the share in ``event``; masks over (outcome, decision)."""

    name: str
    event: np.ndarray
    condition: np.ndarray
    roles: tuple[str, ...]
    harm: Harm
    people: str
    axes: tuple[str, ...] = (OUTCOME, DECISION)

    def values(self, w: Floats) -> Floats:
        """Return the rate from sums of shape (..., 3, 3); NaN where nobody is in the condition."""
        total = w[..., self.condition].sum(axis=-1)
        events = w[..., self.event].sum(axis=-1)
        return np.divide(events, total, out=np.full(total.shape, np.nan), where=total > 0)

    def estimate(self, tally: Tally, by: By, level: float = intervals.LEVEL) -> Estimates:
        """Return the rate for each group with its Wilson range."""
        need(tally.roles, *self.roles, by=self.name)
        groups = lay_out(tally, by, self.axes)
        value, size = self._value_and_size(groups.n, groups.w, groups.w2)
        n = groups.n[..., self.condition].sum(axis=-1)
        left_out = None
        if groups.left_out is not None:
            left_out = self.values(groups.left_out)
            size = _clustered_size(value, size, left_out)
        low, high = intervals.wilson(value, size, level)
        notes = [self._undefined(n[i], groups.w[i]) for i in range(len(groups))]
        bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
        hidden = self._hidden(groups.n)
        if hidden.any():
            bounds = self._bounds(groups, None)
            if self.selective(groups.n):
                low, high = self._bounds(groups, level)
                value, bounds = np.full(len(groups), np.nan), (None, None)
                notes = [SELECTIVE if np.isfinite(x) else note for x, note in zip(low, notes,
                         strict=True)]  # fmt: skip
            else:
                scope = n + hidden
                notes = [
                    join_notes(
                        note, f"Outcome known for {1 - h / s:.1%} of these people." if h else ""
                    )
                    for note, h, s in zip(notes, hidden, scope, strict=True)
                ]
        return Estimates(
            groups.by, groups.keys, groups.missing, n, value, low, high, size, notes,
            bound_low=bounds[0], bound_high=bounds[1], left_out=left_out,
        )  # fmt: skip

    def _value_and_size(self, n: Floats, w: Floats, w2: Floats) -> tuple[Floats, Floats]:
        value = self.values(w)
        parts = [a[..., m].sum(axis=-1) for a in (w, w2) for m in (self.event, self.condition)]
        w_event, w_all, w2_event, w2_all = parts
        del n
        return value, intervals.effective_size(value, w_event, w_all, w2_event, w2_all)

    def _undefined(self, n: float, w: Floats) -> str:
        if n == 0:
            return f"Undefined: there are no {self.people} here."
        return "" if w[self.condition].sum() > 0 else "Undefined: all weights here are zero."

    def _open(self) -> list[int]:
        """Return the decisions at which an unknown outcome could have counted."""
        if "outcome" not in self.roles:
            return []
        return [d for d in range(3) if self.condition[[BAD, GOOD], d].any()]

    def _hidden(self, n: Floats) -> Floats:
        return n[..., UNKNOWN, :][..., self._open()].sum(axis=-1)

    def selective(self, n: Floats) -> bool:
        """Whether declined people have no outcomes, judged over everyone."""
        total = n.sum(axis=0)
        declined = total[:, REFUSED]
        return (
            REFUSED in self._open()
            and declined[UNKNOWN] > 0
            and declined[BAD] == declined[GOOD] == 0
        )

    def _bounds(self, groups: Groups, level: float | None) -> tuple[Floats, Floats]:
        """Return the least and greatest value over all outcomes that are unknown.

        The rate is a ratio of linear functions of the unknown outcomes, so its extremes lie where
        all unknown outcomes at one decision are the same.
        """
        low, high = np.full(len(groups), np.inf), np.full(len(groups), -np.inf)
        places = self._open()
        for chosen in product((BAD, GOOD), repeat=len(places)):
            filled = [a.copy() for a in (groups.n, groups.w, groups.w2)]
            for array in filled:
                for place, outcome in zip(places, chosen, strict=True):
                    array[:, outcome, place] += array[:, UNKNOWN, place]
                array[:, UNKNOWN] = 0
            value, size = self._value_and_size(*filled)
            below, above = (value, value) if level is None else intervals.wilson(value, size, level)
            low, high = np.fmin(low, below), np.fmax(high, above)
        return np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high)


def _clustered_size(value: Floats, size: Floats, left_out: Floats) -> Floats:
    """Return effective people by the jackknife; never more than there are groups at 0 or 1."""
    variance, groups = intervals.jackknife_variance(left_out)
    with np.errstate(divide="ignore", invalid="ignore"):
        clustered = value * (1 - value) / variance
    # The t quantile is wider than the normal one; shrink the size so that Wilson is as wide.
    if groups > 1:
        shrink = (intervals.critical() / intervals.critical(df=groups - 1)) ** 2
        clustered = clustered * shrink
    inside = np.isfinite(clustered) & (value > 0) & (value < 1)
    return np.where(inside, np.minimum(clustered, size), np.minimum(size, groups))


_DECIDED = (REFUSED, APPROVED)
_KNOWN = (BAD, GOOD)
_BOTH = ("decision", "outcome")


def _rate(name: str, event: _Test, condition: _Test, harm: Harm, people: str) -> Rate:
    roles = {"approval_rate": ("decision",), "base_rate": ("outcome",)}.get(name, _BOTH)
    happened = _mask(lambda o, d: condition(o, d) and event(o, d))
    return Rate(name, happened, _mask(condition), roles, harm, people)


APPROVAL = _rate(
    "approval_rate", lambda o, d: d == APPROVED, lambda o, d: d in _DECIDED, "low", "decisions"
)
BASE = _rate(
    "base_rate", lambda o, d: o == GOOD, lambda o, d: o in _KNOWN, "low", "people with an outcome"
)
ACCURACY = _rate(
    "accuracy", lambda o, d: (o == GOOD) == (d == APPROVED),
    lambda o, d: o in _KNOWN and d in _DECIDED, "low", "people with a decision and an outcome",
)  # fmt: skip
RATES = (
    APPROVAL,
    BASE,
    ACCURACY,
    *(
        _rate(
            name,
            lambda o, d, decision=decision: d == decision,  # type: ignore[misc]
            lambda o, d, outcome=outcome: o == outcome and d in _DECIDED,  # type: ignore[misc]
            harm,
            people,
        )
        for name, decision, outcome, harm, people in (
            ("true_positive_rate", APPROVED, GOOD, "low", "good payers"),
            ("false_negative_rate", REFUSED, GOOD, "high", "good payers"),
            ("false_positive_rate", APPROVED, BAD, "low", "bad payers"),
            ("true_negative_rate", REFUSED, BAD, "high", "bad payers"),
        )
    ),
    *(
        _rate(
            name,
            lambda o, d, outcome=outcome: o == outcome,  # type: ignore[misc]
            lambda o, d, decision=decision: d == decision and o in _KNOWN,  # type: ignore[misc]
            harm,
            people,
        )
        for name, outcome, decision, harm, people in (
            ("precision", GOOD, APPROVED, "high", "approved people with an outcome"),
            ("false_discovery_rate", BAD, APPROVED, "low", "approved people with an outcome"),
            ("false_omission_rate", GOOD, REFUSED, "high", "refused people with an outcome"),
            ("negative_predictive_value", BAD, REFUSED, "low", "refused people with an outcome"),
        )
    ),
)
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
