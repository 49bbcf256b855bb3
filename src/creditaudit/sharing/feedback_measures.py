"""What months with a list come to: who is on it, for how long, who falls, who is paid."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from creditaudit.sharing.debtors import Debtors
from creditaudit.sharing.feedback_months import Trail
from creditaudit.values import Floats

Flags = npt.NDArray[np.bool_]
# Lock-in asks for half of the months, of those listed in the first four tenths.
LONG, EARLY = 0.5, 0.4
WORDS: Mapping[str, str] = {
    "listed_at_end": "share of people on the list at the end",
    "ever_listed": "share of people who were on the list",
    "listed_early": "share of people first listed in the first four tenths of the months: those "
    "whom lock_in is about",
    "touched_at_end": "share of people reached by a measure through a tie at the end",
    "lock_in": "of people first listed in the first four tenths of the months, the share who are "
    "on the list in at least half of all months",
    "months_listed": "mean months on the list, of those who were on it",
    "recovery_median": "months from the first listing until nothing is due and the list is left, "
    "median; inf where half do not get there",
    "relisted": "of those who were on the list, the share listed more than once",
    "ever_defaulted": "share of people who fell into default",
    "defaults_per_100": "defaults for every 100 people",
    "in_default_at_end": "share of people with something due at the end",
    "creditors_paid": "share of what fell due, with interest, that creditors were paid",
    "people_paid": "the same for creditors who are people",
    "paid_per_person": "money paid on what fell due, a person and year",
    "income_lost_per_person": "income lost to measures, a person and year",
}


def measured(trail: Trail, debtors: Debtors, members: Flags) -> dict[str, float]:
    """Return the measures of `WORDS` for some of the people.

    Parameters
    ----------
    trail : Trail
    debtors : Debtors
    members : bool array of length n_people

    Returns
    -------
    dict of str to float
        NaN where there is nobody to take a share of.
    """
    months = len(trail.listed)
    listed = trail.listed[:, members]
    on = listed.sum(axis=0)
    first, recovered = trail.first_listed[members], trail.recovered[members]
    ever = first > 0
    early = ever & (first < EARLY * months)
    time = np.where(recovered > 0, recovered - first, np.inf)
    due, paid = trail.due[members], trail.paid[members]
    to_people = debtors.to_people[members]
    years = months / 12 * max(int(members.sum()), 1)
    return {
        "listed_at_end": float(listed[-1].mean()),
        "ever_listed": float(ever.mean()),
        "listed_early": float(early.mean()),
        "touched_at_end": float(trail.touched[-1, members].mean()),
        "lock_in": _mean(on[early] >= LONG * months),
        "months_listed": _mean(on[ever]),
        "recovery_median": _median(time[ever]),
        "relisted": _mean(trail.listings[members][ever] > 1),
        "ever_defaulted": float((trail.first_fall[members] > 0).mean()),
        "defaults_per_100": float(100 * trail.falls[members].mean()),
        "in_default_at_end": float(trail.in_default[-1, members].mean()),
        "creditors_paid": _ratio(paid.sum(), due.sum()),
        "people_paid": _ratio((paid * to_people).sum(), (due * to_people).sum()),
        "paid_per_person": float(paid.sum() / years),
        "income_lost_per_person": float(trail.income_lost[members].sum() / years),
    }


def monthly(trail: Trail) -> dict[str, Floats]:
    """Return what goes month by month, of all people: arrays of length months."""
    people = trail.listed.shape[1]
    return {
        "listed": trail.listed.mean(axis=1),
        "in_default": trail.in_default.mean(axis=1),
        "touched": trail.touched.mean(axis=1),
        "defaults_per_100": 100 * trail.totals["fell"] / people,
        "paid_per_person": trail.totals["paid"] / people,
        "income_lost_per_person": trail.totals["income_lost"] / people,
    }


def half_life(gap: Floats, reverse_at: int) -> float:
    """Return how many months after a repeal a gap is at most half of what it was then.

    Parameters
    ----------
    gap : array of length months
    reverse_at : int
        The last month of the old rule.

    Returns
    -------
    float
        inf where it does not get there; NaN where there was no gap.
    """
    at_repeal = gap[reverse_at - 1]
    if not at_repeal:
        return float("nan")
    below = np.flatnonzero(gap[reverse_at:] / at_repeal <= 0.5)
    return float(below[0] + 1) if len(below) else float("inf")


def _mean(values: npt.NDArray[np.generic]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _median(values: Floats) -> float:
    # The lower middle value, so that two people of whom one never recovers have a median.
    return float(np.sort(values)[(len(values) - 1) // 2]) if len(values) else float("nan")


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below else float("nan")
