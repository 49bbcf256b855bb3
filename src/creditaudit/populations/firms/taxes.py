"""What a tax office and customs have on file about a firm, and the ratings that follow.

Two sets of rules are at hand, by the number ``tax_rules``. Under those of 2014 a late return costs
points for each tax; under those of 2025 for each month, and social insurance counts too.
"""

import numpy as np

from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.shapes import declare_firm
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import (
    MISSING_LEVEL,
    expit,
    flag,
    poisson,
    unknown_unless,
)
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare_firm(NODES)
MONTHS = 12
MOST = 24
RULES_OF_2025 = 2025
TAX_RATINGS = ("A", "B", "M", "C", "D")
A, B, M, C, D = range(5)
CUSTOMS_RATINGS = ("advanced", "regular", "dishonest")


@node(
    "late_months",
    "strain",
    formula=(
        "months with a late return: Poisson with log mean late_months_base + late_months_strain x "
        "strain, at most 12"
    ),
    unit="months",
)
def _late_months(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = np.exp(p.late_months_base + p.late_months_strain * v["strain"])
    return poisson(z.uniform("late_months"), mean, MONTHS)


@node(
    "firm_late_filings",
    "late_months",
    formula=(
        "late_months + Poisson with mean taxes_more x late_months: returns for several taxes are "
        "late at once; at most 24 more"
    ),
    unit="returns",
)
def _firm_late_filings(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    more = poisson(z.uniform("firm_late_filings"), p.taxes_more * v["late_months"], MOST)
    return v["late_months"] + more


@node(
    "firm_tax_arrears",
    "strain log_assets",
    formula=(
        "with log-odds firm_arrears_base + firm_arrears_strain x strain: exp(log_assets + "
        "firm_arrears_log + normal); else 0"
    ),
    unit="currency",
    decimals=0,
)
def _firm_tax_arrears(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    chance = expit(p.firm_arrears_base + p.firm_arrears_strain * v["strain"])
    owes = z.uniform("firm_tax_arrears/owes") < chance
    return owes * np.exp(v["log_assets"] + p.firm_arrears_log + z.normal("firm_tax_arrears"))


@node(
    "firm_tax_penalties",
    "firm_late_filings exposed",
    formula=(
        "Poisson with mean firm_penalty_share x firm_late_filings x (1 - knob lenience x exposed), "
        "no more than firm_late_filings"
    ),
    unit="penalties",
)
def _firm_tax_penalties(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    found = 1 - b.lenience * v["exposed"]
    mean = p.firm_penalty_share * v["firm_late_filings"] * found
    return np.minimum(v["firm_late_filings"], poisson(z.uniform("firm_tax_penalties"), mean, MOST))


@node(
    "tax_evasion_found",
    "exposed",
    formula="1 with chance evasion_share x (1 - knob lenience x exposed)",
)
def _tax_evasion_found(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    found = p.evasion_share * (1 - b.lenience * v["exposed"])
    return flag(z.uniform("tax_evasion_found") < found)


@node("no_revenue", formula="1 with chance no_revenue_share")
def _no_revenue(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return flag(z.uniform("no_revenue") < p.no_revenue_share)


@node(
    "tax_points",
    "late_months firm_late_filings firm_tax_arrears firm_tax_penalties social_insurance_arrears "
    "age_years",
    formula=(
        "under rules of 2014 (tax_rules): tax_start_full if the office has other information, with "
        "chance informed_share, else tax_start_less; less late_points x firm_late_filings. Under "
        "rules of 2025: tax_start_full, else tax_start_middle if tax and insurance data are "
        "complete, with chance complete_share, else tax_start_less; less late_points x late_months "
        "and insurance_points if insurance is owed. Both: less arrears_points_small or, from "
        "arrears_edge on, arrears_points_large if tax is owed, less penalty_points x "
        "firm_tax_penalties and other_item_points x Poisson with mean other_items_rate; not below "
        "0; of firms of a year or more"
    ),
    unit="points",
    decimals=1,
)
def _tax_points(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    informed = z.uniform("tax_points/informed") < p.informed_share
    if p.tax_rules == RULES_OF_2025:
        complete = z.uniform("tax_points/complete") < p.complete_share
        start = np.where(complete, p.tax_start_middle, p.tax_start_less)
        late = v["late_months"]
        insured = p.insurance_points * (v["social_insurance_arrears"] > 0)
    else:
        start, late, insured = p.tax_start_less, v["firm_late_filings"], p.insurance_points * 0
    start = np.where(informed, p.tax_start_full, start)
    large = v["firm_tax_arrears"] >= p.arrears_edge
    owed = np.where(large, p.arrears_points_large, p.arrears_points_small)
    lost = p.late_points * late + insured + p.penalty_points * v["firm_tax_penalties"]
    lost = lost + owed * (v["firm_tax_arrears"] > 0)
    drawn = z.uniform("tax_points/other")
    items = poisson(drawn, np.full(len(drawn), p.other_items_rate), MOST)
    lost = lost + p.other_item_points * items
    return unknown_unless(v["age_years"] >= 1, np.maximum(start - lost, 0))


@node(
    "own_rating_d",
    "tax_points tax_evasion_found",
    formula="1 if tax_points are below tax_edge_c or evasion was found",
)
def _own_rating_d(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    low = np.nan_to_num(v["tax_points"], nan=np.inf) < p.tax_edge_c
    return flag(low | (v["tax_evasion_found"] == 1))


@node(
    "rated_d_firms",
    formula=(
        "Poisson with mean rated_d_rate, at most 3; in a society the other firms of the same owner "
        "or representative that are rated D for what they did themselves"
    ),
    unit="firms",
)
def _rated_d_firms(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    drawn = z.uniform("rated_d_firms")
    return poisson(drawn, np.full(len(drawn), p.rated_d_rate), 3)


@node(
    "tax_rating",
    "tax_points own_rating_d rated_d_firms age_years no_revenue",
    formula=(
        "D if own_rating_d or rated_d_firms; else C below tax_edge_b; else M in the first year or "
        "with no revenue; else B below tax_edge_a or below tax_years_a years of age; else A"
    ),
    levels=TAX_RATINGS,
)
def _tax_rating(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    new = np.isnan(v["tax_points"])
    points = np.where(new, np.inf, v["tax_points"])
    young = v["age_years"] < p.tax_years_a
    rating = np.where((points < p.tax_edge_a) | young, B, A)
    rating = np.where(new | (v["no_revenue"] == 1), M, rating)
    rating = np.where(points < p.tax_edge_b, C, rating)
    spread = (v["own_rating_d"] == 1) | (v["rated_d_firms"] > 0)
    return np.where(spread, D, rating).astype(np.int8)


@node(
    "customs_declarations",
    "trades_abroad employees",
    formula=(
        "exp(declarations_log + declarations_size x log(1 + employees) + normal), at least 1, of "
        "firms that trade abroad; else 0; at most declarations_most"
    ),
    unit="declarations",
    decimals=0,
)
def _customs_declarations(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    value = p.declarations_log + p.declarations_size * np.log1p(v["employees"])
    made = np.clip(np.exp(value + z.normal("customs_declarations")), 1, p.declarations_most)
    declared: Array = v["trades_abroad"] * np.rint(made)
    return declared


@node(
    "customs_penalised_share",
    "customs_declarations exposed",
    formula=(
        "with chance penalised_share x (1 - knob lenience x exposed): exponential with mean "
        "penalised_mean, at most 1; else 0; of firms that declare"
    ),
    unit="share of 1",
    decimals=4,
)
def _customs_penalised_share(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    found = p.penalised_share * (1 - b.lenience * v["exposed"])
    some = z.uniform("customs_penalised_share/some") < found
    share = np.minimum(-p.penalised_mean * np.log(z.uniform("customs_penalised_share")), 1)
    return unknown_unless(v["customs_declarations"] > 0, some * share)


@node(
    "customs_penalties",
    "customs_penalised_share customs_declarations log_assets",
    formula=("exp(log_assets + customs_log + normal) where declarations led to a penalty; else 0"),
    unit="currency",
    decimals=0,
)
def _customs_penalties(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    amount = np.exp(v["log_assets"] + p.customs_log + z.normal("customs_penalties"))
    return np.where(np.nan_to_num(v["customs_penalised_share"]) > 0, amount, 0)


@node(
    "smuggling_found",
    "trades_abroad exposed",
    formula="1 with chance smuggling_share x (1 - knob lenience x exposed), of those who trade",
)
def _smuggling_found(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    found = p.smuggling_share * (1 - b.lenience * v["exposed"])
    return flag((v["trades_abroad"] == 1) & (z.uniform("smuggling_found") < found))


@node(
    "customs_rating",
    "trades_abroad smuggling_found customs_penalised_share customs_penalties quality",
    formula=(
        "of those who trade: dishonest if smuggling was found, or if customs_penalised_share is "
        "above dishonest_share and customs_penalties above dishonest_amount; else advanced with "
        "log-odds advanced_base + quality; else regular"
    ),
    levels=CUSTOMS_RATINGS,
)
def _customs_rating(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    many = np.nan_to_num(v["customs_penalised_share"]) > p.dishonest_share
    dishonest = (v["smuggling_found"] == 1) | (many & (v["customs_penalties"] > p.dishonest_amount))
    advanced = z.uniform("customs_rating") < expit(p.advanced_base + v["quality"])
    rating = np.where(dishonest, 2, np.where(advanced, 0, 1))
    return np.where(v["trades_abroad"] == 1, rating, MISSING_LEVEL).astype(np.int8)
