"""What a tax office, the police and a city's programme have on file about a person."""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import declare, expit, poisson, unknown_unless
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare(NODES)
MOST = 12
SOCIAL_RANGE = (0, 1500)


@node(
    "tax_arrears",
    "burden log_income",
    formula=(
        "with log-odds tax_base + tax_burden x burden: exp(log_income + tax_log + normal); else 0"
    ),
    unit="currency",
    decimals=0,
)
def _tax_arrears(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    owes = z.uniform("tax_arrears/owes") < expit(p.tax_base + p.tax_burden * v["burden"])
    few = np.flatnonzero(owes)
    arrears = np.zeros(len(owes))
    arrears[few] = np.exp(v["log_income"].take(few) + p.tax_log + z.normal("tax_arrears", at=few))
    return arrears


@node(
    "tax_arrears_days",
    "tax_arrears",
    formula="exponential with mean tax_days, of those with a tax debt",
    unit="days",
    decimals=0,
)
def _tax_arrears_days(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    days = -p.tax_days * np.log(z.uniform("tax_arrears_days"))
    return unknown_unless(v["tax_arrears"] > 0, days)


@node(
    "late_filings",
    "burden employment",
    formula=(
        "Poisson with log mean filing_base + filing_burden x burden, of those self-employed; else 0"
    ),
    unit="returns",
)
def _late_filings(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.filing_base + p.filing_burden * v["burden"])
    return np.where(v["employment"] == 1, poisson(z.uniform("late_filings"), mean, MOST), 0)


@node(
    "tax_penalties",
    "late_filings",
    formula="Poisson with mean tax_penalty_share x late_filings, no more than late_filings",
    unit="penalties",
)
def _tax_penalties(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = p.tax_penalty_share * v["late_filings"]
    return np.minimum(v["late_filings"], poisson(z.uniform("tax_penalties"), mean, MOST))


@node(
    "child_support_arrears",
    "marital_status burden log_income",
    formula=(
        "with log-odds support_base + support_burden x burden, of those divorced: exp(log_income + "
        "normal); else 0"
    ),
    unit="currency",
    decimals=0,
)
def _child_support_arrears(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    owes = z.uniform("child_support_arrears/owes") < expit(
        p.support_base + p.support_burden * v["burden"]
    )
    amount = np.exp(v["log_income"] + z.normal("child_support_arrears"))
    return np.where((v["marital_status"] == 2) & owes, amount, 0)


@node(
    "traffic_fines",
    "age",
    formula="Poisson with log mean fines_base - fines_age x (age - platform_age_centre)",
    unit="fines",
)
def _traffic_fines(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.fines_base - p.fines_age * (v["age"] - p.platform_age_centre))
    return poisson(z.uniform("traffic_fines"), mean, MOST)


@node(
    "volunteering_hours",
    "age",
    formula=(
        "with log-odds volunteer_base + volunteer_age x (age - platform_age_centre): exponential "
        "with mean volunteer_mean; else 0"
    ),
    unit="hours",
    decimals=0,
)
def _volunteering_hours(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = p.volunteer_base + p.volunteer_age * (v["age"] - p.platform_age_centre)
    gives = z.uniform("volunteering_hours/gives") < expit(log_odds)
    return gives * -p.volunteer_mean * np.log(z.uniform("volunteering_hours"))


@node(
    "village_gifts",
    "registration log_income",
    formula="gift_share of those registered rural: exp(log_income + gift_log + normal); others 0",
    unit="currency",
    decimals=0,
)
def _village_gifts(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    gives = (v["registration"] == 0) & (z.uniform("village_gifts/gives") < p.gift_share)
    worth = np.exp(v["log_income"] + p.gift_log + z.normal("village_gifts"))
    return np.where(gives, worth, 0)


@node(
    "waste_sorting_share",
    formula="checked with chance checked_share; then logistic of sorting_base + normal",
    unit="share of 1",
    decimals=4,
)
def _waste_sorting_share(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    share = expit(p.sorting_base + z.normal("waste_sorting_share"))
    return unknown_unless(z.uniform("waste_sorting_share/checked") < p.checked_share, share)


@node(
    "social_score",
    "volunteering_hours traffic_fines judgments_5y utility_late_payments",
    formula=(
        "enrolled with chance enrolled_share; then social_start + social_hour x hours - "
        "social_fine x traffic_fines - social_judgment x judgments_5y - social_bill x late "
        "utility bills + social_noise x normal, between 0 and 1500"
    ),
    unit="points",
    decimals=0,
)
def _social_score(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    points = p.social_start + p.social_hour * v["volunteering_hours"]
    points -= p.social_fine * v["traffic_fines"] + p.social_judgment * v["judgments_5y"]
    points -= p.social_bill * v["utility_late_payments"]
    points += p.social_noise * z.normal("social_score")
    enrolled = z.uniform("social_score/enrolled") < p.enrolled_share
    return unknown_unless(enrolled, np.clip(points, *SOCIAL_RANGE))


@node("minor", formula="0: the table holds adults")
def _minor(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return np.zeros(len(z.bits("minor")), dtype=np.int8)
