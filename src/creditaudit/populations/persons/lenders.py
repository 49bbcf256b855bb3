"""What a lender decided in the past, on what it saw, and which outcomes it therefore knows."""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import OWN_REGIONS
from creditaudit.populations.persons.shapes import (
    declare,
    expit,
    filled,
    flag,
    unknown_unless,
)
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare(NODES)
POINTS = (300, 850)
MONTHS = 12


@node(
    "lender_points",
    "reported_income debt_to_income late_payments_24m judgments_5y utilisation inquiries_6m "
    "months_on_book region",
    formula=(
        "points_centre - points_factor x (card_income x (income_centre - log reported_income) + "
        "card_service x (debt_to_income - service_centre) + card_late x min(late_payments_24m, "
        "card_late_most) + card_judgment x min(judgments_5y, card_judgment_most) + "
        "card_utilisation x (utilisation - utilisation_centre) + card_inquiries x "
        "min(inquiries_6m, card_late_most) - card_book x "
        "log(1 + months_on_book / 12) + card_region if in one of the first 15 regions); "
        "card_no_income, card_no_file stand in for what is missing; between 300 and 850"
    ),
    unit="points",
    decimals=0,
)
def _lender_points(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    income = p.card_income * (p.income_centre - np.log(np.maximum(v["reported_income"], 1)))
    income += p.card_service * (v["debt_to_income"] - p.service_centre)
    risk = filled(income, p.card_no_income)
    late = p.card_late * np.minimum(v["late_payments_24m"], p.card_late_most)
    late += p.card_inquiries * np.minimum(v["inquiries_6m"], p.card_late_most)
    late -= p.card_book * np.log1p(v["months_on_book"] / MONTHS)
    risk += filled(late, p.card_no_file)
    used = p.card_utilisation * (v["utilisation"] - p.utilisation_centre)
    risk += filled(used)
    risk += p.card_judgment * np.minimum(v["judgments_5y"], p.card_judgment_most)
    risk += p.card_region * (v["region"] < OWN_REGIONS)
    return np.clip(p.points_centre - p.points_factor * risk, *POINTS)


@node(
    "approval_propensity",
    "lender_points exposed",
    formula=(
        "logistic of (lender_points - points_cutoff) / points_width - knob selection x exposed"
    ),
    unit="chance",
    decimals=6,
)
def _approval_propensity(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = (v["lender_points"] - p.points_cutoff) / p.points_width
    return expit(log_odds - b.selection * v["exposed"])


@node("approved", "approval_propensity", formula="1 with chance approval_propensity")
def _approved(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return flag(z.uniform("approved") < v["approval_propensity"])


@node(
    "interest_rate",
    "approved lender_points",
    formula=(
        "rate_base x 2 ^ ((points_cutoff - lender_points) / rate_doubling), of those approved"
    ),
    unit="per year",
    decimals=4,
)
def _interest_rate(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    steps = (p.points_cutoff - v["lender_points"]) / p.rate_doubling
    return unknown_unless(v["approved"], p.rate_base * np.exp2(steps))


@node(
    "amount_granted",
    "approved amount reported_income",
    formula=(
        "amount, and no more than grant_most x reported_income where it is stated; of those "
        "approved"
    ),
    unit="currency",
    decimals=0,
)
def _amount_granted(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    most = np.nan_to_num(p.grant_most * v["reported_income"], nan=np.inf)
    return unknown_unless(v["approved"], np.minimum(v["amount"], most))


@node(
    "default",
    "label_recorded approved",
    formula="label_recorded, of those approved: nobody knows what refused people would have done",
)
def _default(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return unknown_unless(v["approved"], v["label_recorded"])
