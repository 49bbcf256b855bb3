"""Schooling, work and income."""

import numpy as np
from scipy.special import ndtri

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import MONTHS, years_as_adult
from creditaudit.populations.persons.shapes import (
    declare,
    expit,
    flag,
    level_if,
    levels,
    pick,
    poisson,
    ranked,
    unknown_unless,
)
from creditaudit.populations.randomness import Noise, entity_uniforms

NODES: list[Node] = []
node = declare(NODES)
EDUCATION = ("none", "primary", "lower_secondary", "upper_secondary", "college", "postgraduate")
EMPLOYMENT = ("employed", "self_employed", "unemployed", "inactive")
INDUSTRIES = (
    "agriculture", "mining", "manufacturing", "energy_water", "construction", "trade", "transport",
    "hospitality", "information", "finance", "real_estate", "business_services",
    "public_administration", "education", "health", "other_services",
)  # fmt: skip
# The vocabulary's ten, in the order in which schooling leads to them; the armed forces apart.
BY_SCHOOLING = (5, 8, 7, 6, 4, 3, 2, 1, 0)
OCCUPATIONS = (
    "managers", "professionals", "technicians", "clerks", "service_sales", "agriculture", "crafts",
    "operators", "elementary", "armed_forces",
)  # fmt: skip
ARMED_FORCES = 9


@node(
    "opportunity",
    "exposed",
    formula="normal(0, 1) - knob opportunity x exposed",
    unit="standard deviations",
    decimals=6,
)
def _opportunity(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return z.normal("opportunity") - b.opportunity * v["exposed"]


@node(
    "education",
    "opportunity ability",
    formula=(
        "level by education_shares of (education_opportunity x opportunity + education_ability x "
        "ability + education_noise x normal) over its standard deviation at knobs zero"
    ),
    levels=EDUCATION,
)
def _education(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    loads = np.array([p.education_opportunity, p.education_ability, p.education_noise])
    loads = loads / np.sqrt(loads @ loads)
    latent = loads[0] * v["opportunity"] + loads[1] * v["ability"]
    latent += loads[2] * z.normal("education")
    reached = np.cumsum(p.education_shares)[:-1] / np.sum(p.education_shares)
    return ranked(latent, ndtri(reached))


@node(
    "employment",
    "age full_time_student ability opportunity",
    formula=(
        "inactive if a student or with log-odds retired_age x (age - retired_at); of the others "
        "unemployed with log-odds unemployed_base - unemployed_ability x ability - "
        "unemployed_opportunity x opportunity; of the rest self-employed with chance "
        "self_employed_share"
    ),
    levels=EMPLOYMENT,
)
def _employment(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    retired = z.uniform("employment/retired") < expit(p.retired_age * (v["age"] - p.retired_at))
    log_odds = p.unemployed_base - p.unemployed_ability * v["ability"]
    log_odds -= p.unemployed_opportunity * v["opportunity"]
    without_work = z.uniform("employment/unemployed") < expit(log_odds)
    alone = z.uniform("employment/self") < p.self_employed_share
    working = np.maximum(flag(without_work) * 2, flag(alone))
    return np.maximum(working, flag(retired | (v["full_time_student"] == 1)) * 3)


@node(
    "employer",
    formula=(
        "rank of the present or last employer among employers, Zipf-Mandelbrot: employer_flat x "
        "((employers / employer_flat + 1) ^ uniform - 1)"
    ),
    unit="firm",
)
def _employer(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    top = np.log1p(p.employers / p.employer_flat)
    rank = p.employer_flat * np.expm1(top * z.uniform("employer"))
    return np.minimum(rank, p.employers - 1).astype(np.int64)


@node(
    "employer_id",
    "employer employment",
    formula="employer, of those employed",
    unit="text",
)
def _employer_id(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return unknown_unless(v["employment"] == 0, v["employer"])


@node(
    "employer_trouble",
    "employer",
    formula="1 with chance employer_trouble_share, one draw a firm",
)
def _employer_trouble(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    drawn = entity_uniforms(v["employer"], z.seed, "employer_trouble")
    return flag(drawn < p.employer_trouble_share)


@node(
    "late_wages",
    "employer employer_trouble employment",
    formula=(
        "Poisson, one draw a firm, with mean late_wages_trouble or late_wages_calm by "
        "employer_trouble; at most 12; of those employed"
    ),
    unit="months",
)
def _late_wages(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.where(v["employer_trouble"] == 1, p.late_wages_trouble, p.late_wages_calm)
    drawn = entity_uniforms(v["employer"], z.seed, "late_wages")
    return unknown_unless(v["employment"] == 0, poisson(drawn, mean, MONTHS))


@node(
    "job_loss",
    "employer_trouble employment",
    formula=(
        "1 with chance job_loss_trouble or job_loss_calm by employer_trouble, of those employed "
        "or unemployed"
    ),
)
def _job_loss(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    chance = np.where(v["employer_trouble"] == 1, p.job_loss_trouble, p.job_loss_calm)
    dependent = (v["employment"] == 0) | (v["employment"] == 2)
    return flag(dependent & (z.uniform("job_loss") < chance))


@node(
    "sector_of_work",
    "employment",
    formula="level by industry_shares, of those in work",
    levels=INDUSTRIES,
)
def _sector_of_work(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    drawn = levels(z.uniform("sector_of_work"), p.industry_shares)
    return level_if(v["employment"] < 2, drawn)


@node(
    "occupation",
    "education employment",
    formula=(
        "armed forces with chance armed_forces_share; else the one, in the order of schooling, "
        "whose occupation_edges hold occupation_education x (education - education_centre) + "
        "normal; of those in work"
    ),
    levels=OCCUPATIONS,
)
def _occupation(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    latent = p.occupation_education * (v["education"] - p.education_centre)
    place = ranked(latent + z.normal("occupation"), p.occupation_edges)
    drawn = np.array(BY_SCHOOLING, dtype=np.int8).take(place)
    soldier = z.uniform("occupation/armed") < p.armed_forces_share
    drawn += (ARMED_FORCES - drawn) * soldier
    return level_if(v["employment"] < 2, drawn)


@node(
    "tenure_months",
    "age job_loss employment",
    formula=(
        "exponential with mean tenure_mean, no longer than since 18; uniform below 12 after a job "
        "loss; of those in work"
    ),
    unit="months",
    decimals=0,
)
def _tenure_months(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    uniform = z.uniform("tenure_months")
    stayed = np.minimum(-p.tenure_mean * np.log(uniform), years_as_adult(v["age"]) * MONTHS)
    since = np.where(v["job_loss"] == 1, np.minimum(uniform * MONTHS, stayed), stayed)
    return unknown_unless(v["employment"] < 2, since)


@node(
    "social_insurance",
    "education employment",
    formula=(
        "1 with log-odds insured_base + insured_education x (education - education_centre), of "
        "those employed"
    ),
)
def _social_insurance(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = p.insured_base + p.insured_education * (v["education"] - p.education_centre)
    insured = z.uniform("social_insurance") < expit(log_odds)
    return unknown_unless(v["employment"] == 0, insured)


@node(
    "log_income",
    "education opportunity ability employment sector_of_work employer registration",
    formula=(
        "income_centre + income_education x (education - education_centre) + income_opportunity x "
        "opportunity + income_ability x ability + industry_pay[sector_of_work] + "
        "employer_pay x normal of the employer + income_rural if rural + income_noise x normal + "
        "work_pay[employment]"
    ),
    unit="log of currency per month",
    decimals=6,
)
def _log_income(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    value = p.income_education * (v["education"] - p.education_centre)
    value += p.income_opportunity * v["opportunity"]
    value += p.income_ability * v["ability"]
    value += pick(p.industry_pay, v["sector_of_work"])
    employed = np.flatnonzero(v["employment"] == 0)
    firms = entity_uniforms(v["employer"].take(employed), z.seed, "employer_pay")
    value[employed] += p.employer_pay * ndtri(firms)
    value += p.income_rural * (v["registration"] == 0)
    value += pick(p.work_pay, v["employment"])
    value += p.income_noise * z.normal("log_income")
    return value + p.income_centre


@node("income", "log_income", formula="exp(log_income)", unit="currency per month", decimals=0)
def _income(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return np.exp(v["log_income"])


@node(
    "reported_income",
    "log_income exposed",
    formula=(
        "exp(log_income + report_noise x normal - knob measurement x exposed); not stated with "
        "chance m = income_withheld, for exposed people m + (1 - m) x knob missingness"
    ),
    unit="currency per month",
    decimals=0,
)
def _reported_income(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    told = v["log_income"] + p.report_noise * z.normal("reported_income")
    told -= b.measurement * v["exposed"]
    withheld = p.income_withheld + (1 - p.income_withheld) * b.missingness * v["exposed"]
    stated = z.uniform("reported_income/withheld") >= withheld
    return unknown_unless(stated, np.exp(told))
