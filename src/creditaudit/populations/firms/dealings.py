"""How firms pay banks, workers and suppliers, and what customers say of them."""

import numpy as np

from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.shapes import declare_firm
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import expit, flag, poisson, unknown_unless
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare_firm(NODES)
MONTHS = 12
MOST = 24
STARS = (1, 5)


@node(
    "firm_on_file",
    "age_years employees",
    formula="1 with log-odds firm_file_base + firm_file_age x age_years + firm_file_size x log(1 + "
    "employees)",
)
def _firm_on_file(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    log_odds = p.firm_file_base + p.firm_file_age * v["age_years"]
    log_odds = log_odds + p.firm_file_size * np.log1p(v["employees"])
    return flag(z.uniform("firm_on_file") < expit(log_odds))


@node(
    "firm_late_payments_24m",
    "strain firm_on_file",
    formula=(
        "Poisson with log mean firm_late_base + firm_late_strain x strain, at most 24; of those on "
        "file"
    ),
    unit="payments",
)
def _firm_late_payments_24m(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = np.exp(p.firm_late_base + p.firm_late_strain * v["strain"])
    return unknown_unless(
        v["firm_on_file"], poisson(z.uniform("firm_late_payments_24m"), mean, MOST)
    )


@node(
    "firm_debt",
    "seen_debts assets firm_on_file",
    formula="bank_part x seen_debts x assets, of those on file; else 0",
    unit="currency",
    decimals=0,
)
def _firm_debt(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return p.bank_part * v["seen_debts"] * v["assets"] * v["firm_on_file"]


@node(
    "firm_guarantees_given",
    "employees",
    formula=(
        "Poisson with mean firm_guarantees_base + firm_guarantees_size x log(1 + employees), at "
        "most 12"
    ),
    unit="guarantees",
)
def _firm_guarantees_given(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = p.firm_guarantees_base + p.firm_guarantees_size * np.log1p(v["employees"])
    return poisson(z.uniform("firm_guarantees_given"), mean, MONTHS)


@node(
    "firm_late_wages",
    "label_true strain employees",
    formula=(
        "Poisson with log mean firm_wages_base + firm_wages_strain x strain + firm_wages_trouble x "
        "label_true, at most 12; 0 without employees"
    ),
    unit="months",
)
def _firm_late_wages(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = p.firm_wages_base + p.firm_wages_strain * v["strain"]
    mean = np.exp(mean + p.firm_wages_trouble * v["label_true"])
    return poisson(z.uniform("firm_late_wages"), mean, MONTHS) * (v["employees"] > 0)


@node(
    "wages_owed",
    "firm_late_wages employees",
    formula="firm_late_wages x employees x wage x logistic of wages_part + normal",
    unit="currency",
    decimals=0,
)
def _wages_owed(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    part = expit(p.wages_part + z.normal("wages_owed"))
    return v["firm_late_wages"] * v["employees"] * p.wage * part


@node(
    "social_insurance_arrears",
    "firm_late_wages strain employees",
    formula=(
        "with log-odds insurance_base + insurance_strain x strain + firm_late_wages: employees x "
        "wage x insurance_part x exponential with mean 1; else 0"
    ),
    unit="currency",
    decimals=0,
)
def _social_insurance_arrears(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    log_odds = p.insurance_base + p.insurance_strain * v["strain"] + v["firm_late_wages"]
    owes = z.uniform("social_insurance_arrears/owes") < expit(log_odds)
    each = -np.log(z.uniform("social_insurance_arrears")) * p.insurance_part * p.wage
    return owes * v["employees"] * each


@node(
    "firm_utility_arrears",
    "strain log_assets",
    formula=(
        "with log-odds firm_utility_base + firm_utility_strain x strain: exp(log_assets + "
        "firm_utility_log + normal); else 0"
    ),
    unit="currency",
    decimals=0,
)
def _firm_utility_arrears(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    chance = expit(p.firm_utility_base + p.firm_utility_strain * v["strain"])
    owes = z.uniform("firm_utility_arrears/owes") < chance
    amount = np.exp(v["log_assets"] + p.firm_utility_log + z.normal("firm_utility_arrears"))
    return owes * amount


@node(
    "seller_rating",
    "quality",
    formula=(
        "stars_base + stars_quality x quality + stars_noise x normal, between 1 and 5, of those "
        "who sell on a platform, with chance seller_share"
    ),
    unit="stars",
    decimals=2,
)
def _seller_rating(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    stars = (
        p.stars_base + p.stars_quality * v["quality"] + p.stars_noise * z.normal("seller_rating")
    )
    sells = z.uniform("seller_rating/sells") < p.seller_share
    return unknown_unless(sells, np.clip(stars, *STARS))


@node(
    "complaints_12m",
    "quality seller_rating",
    formula=(
        "Poisson with log mean complaints_base - complaints_quality x quality, at most 24, of "
        "those who sell on a platform; else 0"
    ),
    unit="complaints",
)
def _complaints_12m(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = np.exp(p.complaints_base - p.complaints_quality * v["quality"])
    count = poisson(z.uniform("complaints_12m"), mean, MOST)
    return np.where(np.isnan(v["seller_rating"]), 0, count)
