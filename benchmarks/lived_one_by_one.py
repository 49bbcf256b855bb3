"""The months of `feedback`, person by person in plain Python: an oracle, and a peer to time.

Written from the words of `creditaudit.sharing.feedback_months.lived` and not from its arrays. Ties
and delays are left out.
"""

import math
from typing import Any

import numpy as np

from creditaudit.populations.randomness import entity_uniforms
from creditaudit.sharing.debtors import Debtors
from creditaudit.sharing.retentions import Retention


def one_by_one(
    debtors: Debtors, measures: int, refuses_credit: bool, retention: Retention, numbers: Any,
    seed: int, months: int,
) -> dict[str, list[Any]]:  # fmt: skip
    """Return ``listed`` (months of each person), ``falls``, ``paid``, ``due`` and ``recovered``.

    Parameters
    ----------
    measures : int
        How many reach somebody who is listed.
    refuses_credit : bool
        Whether one of them is credit.
    """
    median = float(np.median(debtors.income))
    found: dict[str, list[Any]] = {
        name: [] for name in ("listed", "falls", "paid", "due", "recovered")
    }
    for person in range(debtors.n):
        life = _life(
            person, debtors, measures, refuses_credit, retention, numbers, seed, months, median
        )
        for name, value in life.items():
            found[name].append(value)
    return found


def _life(
    person: int, debtors: Debtors, measures: int, refuses_credit: bool, retention: Retention,
    p: Any, seed: int, months: int, median: float,
) -> dict[str, Any]:  # fmt: skip
    def luck(event: str, month: int) -> float:
        return float(
            entity_uniforms(np.array([person]), seed, f"sharing/feedback/{event}/{month}")[0]
        )

    income, debt = float(debtors.income[person]), float(debtors.debt[person])
    odds = float(debtors.log_odds[person])
    held, due, waiting, listed, wrong = debt, 0.0, False, False, False
    since = paid_at = first_listed = recovered = falls = 0
    all_due = all_paid = 0.0
    on = []
    for month in range(1, months + 1):
        k = measures if listed else 0
        factor = (1 - float(p.income_per_measure)) ** k
        told = odds
        if falls or listed:
            burden = (held + due) / debt if debt else 1.0
            told += float(p.income_effect) * math.log(max(burden, 0.1) / factor)
        if not listed:
            told -= float(p.deterrence) * measures
        chance = 1 - (1 - 1 / (1 + math.exp(-told))) ** (1 / 12)
        reached, fallen = listed, falls > 0
        if debt > 0 and held > 0 and luck("default", month) < chance:
            moved = float(p.overdue) * held
            held, due, all_due = held - moved, due + moved, all_due + moved
            falls, waiting = falls + 1, True
        if due > 0:
            interest = float(p.interest) * due
            due, all_due = due + interest, all_due + interest
            will = 1 - (1 - float(p.willing)) * (1 - float(p.push)) ** k
            able = float(p.spare) * max(0.0, income * factor - float(p.needs) * median)
            paid = min(due, able * will)
            due, all_paid = due - paid, all_paid + paid
            if due <= 0:
                due, waiting, paid_at = 0.0, False, month
        # Whoever fell for the first time this month borrows again from the next.
        if (fallen or reached) and not (reached and refuses_credit):
            held += min(max(0.0, debt - held - due), float(p.reborrow) * debt)
        newly = False
        if waiting and luck("listed", month) < float(p.listed_month):
            waiting, newly, since, wrong = False, not listed, month, False
            listed = True
        first_listed = month if newly and not first_listed else first_listed
        if listed and since < month:
            asked = luck("repair", month) < float(p.repair_month)
            start = max(since, paid_at) if retention.starts == "payment" else since
            over = retention.longest is not None and month - start >= retention.longest
            gone = over and (retention.starts == "entry" or due == 0)
            if retention.paying_ends and due == 0 and month - since >= retention.shortest:
                gone = gone or asked or not retention.asked
            listed = not (gone or (wrong and asked))
        on.append(listed)
        if first_listed and not recovered and not listed and due == 0:
            recovered = month
    return {
        "listed": on, "falls": falls, "paid": all_paid, "due": all_due,
        "recovered": recovered,
    }  # fmt: skip
