"""What regulators have on file about a firm, and the public credit score made of it in blocks."""

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
MOST = 12
RATINGS = ("excellent", "good", "fair", "poor")
POOR = 3


@node(
    "penalties",
    "strain exposed",
    formula=(
        "Poisson with log mean penalties_base + penalties_strain x strain, times (1 - knob "
        "lenience x exposed), at most 12"
    ),
    unit="penalties",
)
def _penalties(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = np.exp(p.penalties_base + p.penalties_strain * v["strain"])
    return poisson(z.uniform("penalties"), mean * (1 - b.lenience * v["exposed"]), MOST)


@node(
    "heavy_penalties",
    "penalties",
    formula="Poisson with mean heavy_share x penalties, no more than penalties",
    unit="penalties",
)
def _heavy_penalties(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    heavy = poisson(z.uniform("heavy_penalties"), p.heavy_share * v["penalties"], MOST)
    return np.minimum(v["penalties"], heavy)


@node(
    "annual_report_missing",
    "strain",
    formula="1 with log-odds report_base + report_strain x strain",
)
def _annual_report_missing(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    chance = expit(p.report_base + p.report_strain * v["strain"])
    return flag(z.uniform("annual_report_missing") < chance)


@node(
    "abnormal_list",
    "annual_report_missing exposed",
    formula=(
        "1 with chance abnormal_share x (1 - knob lenience x exposed) if the report is missing"
    ),
)
def _abnormal_list(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    chance = p.abnormal_share * (1 - b.lenience * v["exposed"])
    entered = z.uniform("abnormal_list") < chance
    return flag((v["annual_report_missing"] == 1) & entered)


@node(
    "abnormal_months",
    "abnormal_list",
    formula="exponential with mean abnormal_mean, of those on the list",
    unit="months",
    decimals=0,
)
def _abnormal_months(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    since = -p.abnormal_mean * np.log(z.uniform("abnormal_months"))
    return unknown_unless(v["abnormal_list"] == 1, since)


@node(
    "serious_list",
    "heavy_penalties abnormal_months",
    formula=(
        "1 with chance serious_share if there is a heavy penalty, or after abnormal_most months on "
        "the list of abnormal operation"
    ),
)
def _serious_list(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    heavy = (v["heavy_penalties"] > 0) & (z.uniform("serious_list") < p.serious_share)
    return flag(heavy | (np.nan_to_num(v["abnormal_months"]) >= p.abnormal_most))


@node(
    "serious_months",
    "serious_list",
    formula="serious_term x uniform, of those on the list",
    unit="months",
    decimals=0,
)
def _serious_months(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return unknown_unless(v["serious_list"] == 1, p.serious_term * z.uniform("serious_months"))


@node(
    "honours",
    "quality employees",
    formula=(
        "Poisson with log mean honours_base + honours_quality x quality + honours_size x log(1 + "
        "employees), at most 12"
    ),
    unit="honours",
)
def _honours(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = p.honours_base + p.honours_quality * v["quality"]
    mean = np.exp(mean + p.honours_size * np.log1p(v["employees"]))
    return poisson(z.uniform("honours"), mean, MOST)


@node(
    "donations",
    "log_assets quality",
    formula=("with log-odds donor_base + quality: exp(log_assets + donation_log + normal); else 0"),
    unit="currency",
    decimals=0,
)
def _donations(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    gives = z.uniform("donations/gives") < expit(p.donor_base + v["quality"])
    return gives * np.exp(v["log_assets"] + p.donation_log + z.normal("donations"))


@node(
    "identity_points",
    "annual_report_missing abnormal_list",
    formula=(
        "block_basic - report_points x annual_report_missing - abnormal_points x abnormal_list, "
        "not below 0"
    ),
    unit="points",
    decimals=1,
)
def _identity_points(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    lost = p.report_points * v["annual_report_missing"] + p.abnormal_points * v["abnormal_list"]
    return np.maximum(p.block_basic - lost, 0)


@node(
    "finance_points",
    "tax_points seen_debts social_insurance_arrears",
    formula=(
        "block_finance - tax_part x (tax_start_full - tax_points), tax_unknown of them without "
        "points, - "
        "debts_part x seen_debts - insured_points if insurance is owed, not below 0"
    ),
    unit="points",
    decimals=1,
)
def _finance_points(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    known = ~np.isnan(v["tax_points"])
    missed = np.where(known, p.tax_start_full - v["tax_points"], p.tax_unknown)
    lost = p.tax_part * missed + p.debts_part * v["seen_debts"]
    lost = lost + p.insured_points * (v["social_insurance_arrears"] > 0)
    return np.maximum(p.block_finance - lost, 0)


@node(
    "governance_points",
    "quality complaints_12m firm_late_wages",
    formula=(
        "block_governance + governance_quality x (quality + normal) - complaint_points x "
        "complaints_12m - wages_points x firm_late_wages, between 0 and block_governance"
    ),
    unit="points",
    decimals=1,
)
def _governance_points(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    moved = p.governance_quality * (v["quality"] + z.normal("governance_points"))
    lost = p.complaint_points * v["complaints_12m"] + p.wages_points * v["firm_late_wages"]
    return np.clip(p.block_governance + moved - lost, 0, p.block_governance)


@node(
    "compliance_points",
    "penalties heavy_penalties firm_judgment_unperformed firm_listed_court serious_list",
    formula=(
        "block_compliance - each_penalty x penalties - each_heavy x heavy_penalties - "
        "unperformed_points x firm_judgment_unperformed - listed_points x (firm_listed_court + "
        "serious_list), not below 0"
    ),
    unit="points",
    decimals=1,
)
def _compliance_points(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    lost = p.each_penalty * v["penalties"] + p.each_heavy * v["heavy_penalties"]
    lost = lost + p.unperformed_points * v["firm_judgment_unperformed"]
    lost = lost + p.listed_points * (v["firm_listed_court"] + v["serious_list"])
    left: Array = np.maximum(p.block_compliance - lost, 0)
    return left


@node(
    "social_responsibility_points",
    "honours donations exposed age_years",
    formula=(
        "responsibility_base + honour_points x honours + donor_points if it donates + "
        "responsibility_noise x normal + knob ownership x exposed, between 0 and "
        "block_responsibility; of "
        "firms of a year or more"
    ),
    unit="points",
    decimals=1,
)
def _social_responsibility_points(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    points = p.responsibility_base + p.honour_points * v["honours"]
    points = points + p.donor_points * (v["donations"] > 0)
    points = points + p.responsibility_noise * z.normal("social_responsibility_points")
    points = points + b.ownership * v["exposed"]
    return unknown_unless(v["age_years"] >= 1, np.clip(points, 0, p.block_responsibility))


@node(
    "public_credit_points",
    "identity_points finance_points governance_points compliance_points "
    "social_responsibility_points",
    formula=(
        "identity_points + finance_points + governance_points + compliance_points + "
        "social_responsibility_points"
    ),
    unit="points",
    decimals=1,
)
def _public_credit_points(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    points = v["identity_points"] + v["finance_points"] + v["governance_points"]
    return points + v["compliance_points"] + v["social_responsibility_points"]


@node(
    "public_credit_rating",
    "public_credit_points",
    formula="poor below the first of rating_edges, and so on up to excellent; of those rated",
    levels=RATINGS,
)
def _public_credit_rating(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    points = v["public_credit_points"]
    reached = np.zeros(len(points))
    for edge in p.rating_edges:
        reached = reached + (points >= edge)
    return np.where(np.isnan(points), MISSING_LEVEL, POOR - reached).astype(np.int8)
