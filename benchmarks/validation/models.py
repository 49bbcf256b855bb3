"""Models for the audit of audits, and what is true of them in the crowd."""

from typing import Any

import numpy as np
import pandas as pd

import creditaudit as ca

GROUP, OTHERS = 1, 0
PLAN = ca.Plan(groups=["minority"], reference={"minority": OTHERS})


class LenderRisk:
    """The lender's points as a probability: twice the odds of paying every 20 points."""

    def predict_proba(self, X: pd.DataFrame) -> Any:  # noqa: N803
        """Return the probabilities of good and bad."""
        return _both((X["lender_points"].to_numpy(float) - 520) * np.log(2) / 20)


class LateRisk:
    """An earlier model that looks at late payments and the reported income alone."""

    def predict_proba(self, X: pd.DataFrame) -> Any:  # noqa: N803
        """Return the probabilities of good and bad."""
        late = X["late_payments_24m"].astype(float).fillna(0.4).to_numpy()
        income = X["reported_income"].astype(float).fillna(4000).to_numpy()
        return _both(2 - late + np.log(np.maximum(income, 100) / 4000))


def _both(good: Any) -> Any:
    p = 1 / (1 + np.exp(good))
    return np.column_stack([1 - p, p])


def with_models(people: Any) -> ca.Evidence:
    """Return people with every outcome known, a model and the one before it."""
    roles = ca.Roles(
        groups=["minority"], decision="approved", favourable=1, outcome="label_recorded", good=0
    )
    columns = ["minority", "approved", "label_recorded", "lender_points", "late_payments_24m",
               "reported_income"]  # fmt: skip
    return ca.Evidence(
        tally=ca.Tally.from_frame(people.frame, roles), frame=people.frame[columns],
        scorer=LenderRisk(), earlier_scorer=LateRisk(), plan=PLAN,
    )  # fmt: skip


def auc_gap(crowd: pd.DataFrame) -> float:
    """Return the AUC of the group less that of the others, counted from sorted risks."""
    found = []
    for group in (GROUP, OTHERS):
        own = crowd[crowd["minority"] == group]
        points, bad = own["lender_points"].to_numpy(float), own["label_recorded"].to_numpy() == 1
        good = np.sort(points[~bad])
        over = len(good) - np.searchsorted(good, points[bad], side="right")
        level = np.searchsorted(good, points[bad], side="right") - np.searchsorted(
            good, points[bad], side="left"
        )
        found.append((over + level / 2).sum() / (len(good) * bad.sum()))
    return 100 * float(found[0] - found[1])


def slope_of_others(crowd: pd.DataFrame) -> float:
    """Return the slope of outcomes on the log-odds of the risk, by Newton steps on counts."""
    own = crowd[crowd["minority"] == OTHERS]
    cells = own.groupby("lender_points")["label_recorded"].agg(["size", "sum"])
    x = -(cells.index.to_numpy(float) - 520) * np.log(2) / 20
    x = np.column_stack([np.ones(len(x)), x])
    n, bad, beta = cells["size"].to_numpy(), cells["sum"].to_numpy(), np.array([0.0, 1.0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve((x * (n * p * (1 - p))[:, None]).T @ x, x.T @ (bad - n * p))
    return float(beta[1])


def net_change(crowd: pd.DataFrame) -> float:
    """Return the change in approvals of the group less that of the others."""
    share = crowd["approved"].mean()
    moved = np.zeros(len(crowd))
    for sign, model in ((1, LenderRisk()), (-1, LateRisk())):
        risk = pd.Series(model.predict_proba(crowd)[:, 1])
        # Of people at the same risk each has the chance that makes the share come out.
        chance = risk.groupby(risk).size().cumsum() / len(risk)
        before = chance.shift(fill_value=0)
        taken = ((share - before) / (chance - before)).clip(0, 1)
        moved += sign * risk.map(taken).to_numpy()
    member = crowd["minority"].to_numpy() == GROUP
    return 100 * float(moved[member].mean() - moved[~member].mean())
