"""Files, debts seen and unseen, and whether a loan would be repaid."""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import MONTHS, years_as_adult
from creditaudit.populations.persons.shapes import declare, expit, flag, levels, unknown_unless
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare(NODES)
PURPOSES = ("home", "car", "consumption", "business", "education", "refinancing")


@node(
    "on_file",
    "age log_income",
    formula=(
        "1 with log-odds file_base + file_age x (age - file_age_centre) + file_income x "
        "(log_income - income_centre)"
    ),
)
def _on_file(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = p.file_base + p.file_age * (v["age"] - p.file_age_centre)
    log_odds += p.file_income * (v["log_income"] - p.income_centre)
    return flag(z.uniform("on_file") < expit(log_odds))


@node(
    "months_on_book",
    "on_file age",
    formula="uniform ^ book_shape x months since 18, of those on file",
    unit="months",
    decimals=0,
)
def _months_on_book(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    since = z.uniform("months_on_book") ** p.book_shape * years_as_adult(v["age"]) * MONTHS
    return unknown_unless(v["on_file"], since)


@node(
    "debt_service",
    "log_income ability",
    formula=(
        "logistic of service_base - service_income x (log_income - income_centre) - "
        "service_ability x ability + service_noise x normal: what is owed a month over income"
    ),
    unit="ratio",
    decimals=4,
)
def _debt_service(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = p.service_base - p.service_income * (v["log_income"] - p.income_centre)
    log_odds -= p.service_ability * v["ability"]
    log_odds += p.service_noise * z.normal("debt_service")
    return expit(log_odds)


@node(
    "hidden_service",
    "debt_service on_file",
    formula=(
        "owed to lenders who do not report: debt_service of those without a file, and with chance "
        "hidden_share an exponential with mean hidden_mean on top"
    ),
    unit="ratio",
    decimals=4,
)
def _hidden_service(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    draw = z.uniform("hidden_service")
    # One number serves twice: below the share it says that there is hidden debt, and how much.
    more: Array = -p.hidden_mean * np.log(np.minimum(draw / p.hidden_share, 1))
    unreported: Array = v["debt_service"] * (1 - v["on_file"])
    return more + unreported


@node(
    "debt",
    "debt_service on_file income",
    formula="debt_months x debt_service x income, of those on file; else 0",
    unit="currency",
    decimals=0,
)
def _debt(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return p.debt_months * v["debt_service"] * v["income"] * v["on_file"]


@node(
    "debt_to_income",
    "debt_service on_file income reported_income",
    formula="debt_service x income / reported_income; 0 without a file",
    unit="ratio",
    decimals=4,
)
def _debt_to_income(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return v["debt_service"] * v["on_file"] * v["income"] / np.maximum(v["reported_income"], 1)


@node(
    "burden",
    "ability log_income debt_service hidden_service on_file job_loss",
    formula=(
        "-pd_ability x ability - pd_income x (log_income - income_centre) + pd_service x (all "
        "debt service - service_centre) + pd_job_loss x job_loss"
    ),
    unit="log-odds",
    decimals=6,
)
def _burden(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    everything = v["debt_service"] * v["on_file"] + v["hidden_service"]
    value = p.pd_service * (everything - p.service_centre)
    value -= p.pd_ability * v["ability"]
    value -= p.pd_income * (v["log_income"] - p.income_centre)
    return value + p.pd_job_loss * v["job_loss"]


@node(
    "true_log_odds",
    "burden exposed",
    formula="pd_base + burden + knob direct x exposed",
    unit="log-odds",
    decimals=6,
)
def _true_log_odds(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return v["burden"] + p.pd_base + b.direct * v["exposed"]


@node("true_pd", "true_log_odds", formula="logistic of true_log_odds", unit="chance", decimals=6)
def _true_pd(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return expit(v["true_log_odds"])


@node("label_true", "true_pd", formula="1 with chance true_pd")
def _label_true(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return flag(z.uniform("label_true") < v["true_pd"])


@node(
    "label_recorded",
    "label_true exposed",
    formula="label_true; 1 with chance label where an exposed person did not default",
)
def _label_recorded(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    wrong = z.uniform("label_recorded") < b.label * v["exposed"]
    return flag(v["label_true"].astype(bool) | wrong)


@node(
    "amount",
    "log_income",
    formula="exp(log_income + amount_log + amount_noise x normal), to the nearest amount_step",
    unit="currency",
)
def _amount(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    asked = np.exp(v["log_income"] + p.amount_log + p.amount_noise * z.normal("amount"))
    return np.maximum(np.rint(asked / p.amount_step), 1) * p.amount_step


@node("credit_purpose", formula="level by purpose_shares", levels=PURPOSES)
def _credit_purpose(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return levels(z.uniform("credit_purpose"), p.purpose_shares)
