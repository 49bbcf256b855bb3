"""What a credit bureau and a bank have on file about a person."""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.names import load_name_pool
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import MONTHS
from creditaudit.populations.persons.shapes import (
    MISSING_LEVEL,
    declare,
    expit,
    flag,
    only_at,
    poisson,
    unknown_unless,
)
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare(NODES)
MOST_LATE = 24
MOST = 12
WORST = 7
STATUSES = ("open", "guarantor_paid", "settled_by_assets", "settled", "ended")


@node(
    "surname_rank",
    formula="rank of the surname by frequency, by the law of surnames in names.toml",
)
def _surname_rank(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return load_name_pool().surnames.ranks(z.uniform("surname_rank"))


@node(
    "given_rank",
    formula="rank of the given name by frequency, by the law of given names in names.toml",
)
def _given_rank(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return load_name_pool().given.ranks(z.uniform("given_rank"))


@node(
    "record_of",
    "exposed surname_rank",
    formula=(
        "the person whose entries the bureau and the court have under this name: the person; with "
        "chance linkage, for exposed people, another of the same block and surname"
    ),
    idle={"surname_rank": "linkage"},
)
def _record_of(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    people = np.arange(len(v["exposed"]))
    if not b.linkage:
        return people
    # Everyone in a circle of namesakes, in random order: the next one is the other person.
    circle = np.lexsort((z.uniform("record_of/order"), v["surname_rank"]))
    names = v["surname_rank"][circle]
    first = np.searchsorted(names, names, side="left")
    last = np.searchsorted(names, names, side="right")
    after = people + 1
    other = np.empty_like(people)
    other[circle] = circle[np.where(after == last, first, after)]
    wrong = z.uniform("record_of") < b.linkage * v["exposed"]
    return np.where(wrong, other, people)


@node(
    "late_payments",
    "burden",
    formula="Poisson with log mean late_base + late_burden x burden, at most 24",
    unit="payments",
)
def _late_payments(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.late_base + p.late_burden * v["burden"])
    return poisson(z.uniform("late_payments"), mean, MOST_LATE)


@node(
    "late_payments_24m",
    "late_payments record_of on_file",
    formula="late_payments of record_of, of those on file",
    unit="payments",
)
def _late_payments_24m(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return unknown_unless(v["on_file"], v["late_payments"][v["record_of"]])


@node(
    "worst_delinquency",
    "late_payments_24m",
    formula=(
        "0 without a late payment; else 1 + Poisson with mean worst_per_late x late_payments_24m, "
        "at most 7"
    ),
    unit="30-day periods",
)
def _worst_delinquency(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    late = np.nan_to_num(v["late_payments_24m"])
    more = poisson(z.uniform("worst_delinquency"), p.worst_per_late * late, WORST - 1)
    return unknown_unless(~np.isnan(v["late_payments_24m"]), np.where(late > 0, 1 + more, 0))


@node(
    "arrears_months",
    "late_payments_24m",
    formula="each late payment lasts a cycle with chance arrears_share: Poisson, no more than late",
    unit="months",
)
def _arrears_months(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    late = np.nan_to_num(v["late_payments_24m"])
    long = poisson(z.uniform("arrears_months"), p.arrears_share * late, MOST_LATE)
    return np.where(long < late, long, late)


@node(
    "overdue_amount",
    "arrears_months debt",
    formula="debt x arrears_months / 24 x uniform",
    unit="currency",
    decimals=0,
)
def _overdue_amount(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return v["debt"] * v["arrears_months"] / MOST_LATE * z.uniform("overdue_amount")


@node(
    "months_since_negative",
    "late_payments_24m",
    formula="24 x uniform ^ late_payments_24m, of those with a late payment",
    unit="months",
    decimals=0,
)
def _months_since_negative(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    late = np.nan_to_num(v["late_payments_24m"])
    since = MOST_LATE * z.uniform("months_since_negative") ** late
    return unknown_unless(late > 0, since)


@node(
    "account_status",
    "worst_delinquency",
    formula=(
        "open; with chance ended_share x worst_delinquency another state, in equal parts; of those "
        "on file"
    ),
    levels=STATUSES,
)
def _account_status(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    worst = np.nan_to_num(v["worst_delinquency"])
    draw = z.uniform("account_status")
    chance = p.ended_share * worst
    place = np.floor(draw / np.maximum(chance, p.ended_share) * (len(STATUSES) - 1))
    ended = np.where(draw < chance, 1 + place, 0)
    return np.where(np.isnan(v["worst_delinquency"]), MISSING_LEVEL, ended).astype(np.int8)


@node(
    "accounts",
    "on_file log_income",
    formula=(
        "1 + Poisson with log mean accounts_base + accounts_income x (log_income - income_centre), "
        "of those on file; else 0"
    ),
    unit="accounts",
)
def _accounts(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.accounts_base + p.accounts_income * (v["log_income"] - p.income_centre))
    return v["on_file"] * (1 + poisson(z.uniform("accounts"), mean, MOST))


@node(
    "cards",
    "accounts",
    formula="Poisson with mean card_share x accounts, no more than accounts",
    unit="cards",
)
def _cards(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return np.minimum(
        v["accounts"], poisson(z.uniform("cards"), p.card_share * v["accounts"], MOST)
    )


@node(
    "mortgage",
    "on_file age log_income",
    formula=(
        "1 with log-odds mortgage_base + mortgage_income x (log_income - income_centre) - "
        "mortgage_age x |age - mortgage_age_centre|, of those on file; else 0"
    ),
)
def _mortgage(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = p.mortgage_base + p.mortgage_income * (v["log_income"] - p.income_centre)
    log_odds -= p.mortgage_age * np.abs(v["age"] - p.mortgage_age_centre)
    return flag((z.uniform("mortgage") < expit(log_odds)) & (v["on_file"] == 1))


@node(
    "credit_limit",
    "cards log_income",
    formula="cards x exp(log_income + limit_log + limit_noise x normal), of those with a card",
    unit="currency",
    decimals=0,
)
def _credit_limit(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    held = np.flatnonzero(v["cards"] > 0)
    each = v["log_income"].take(held) + p.limit_log
    each += p.limit_noise * z.normal("credit_limit", at=held)
    return only_at(held, v["cards"].take(held) * np.exp(each), len(v["cards"]))


@node(
    "utilisation",
    "cards burden",
    formula=(
        "utilisation_most x logistic of utilisation_base + utilisation_burden x burden + "
        "utilisation_noise x normal, of those with a card"
    ),
    unit="share of 1",
    decimals=4,
)
def _utilisation(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    held = np.flatnonzero(v["cards"] > 0)
    log_odds = p.utilisation_base + p.utilisation_burden * v["burden"].take(held)
    log_odds += p.utilisation_noise * z.normal("utilisation", at=held)
    return only_at(held, p.utilisation_most * expit(log_odds), len(v["cards"]))


@node(
    "newest_account_months",
    "months_on_book accounts",
    formula="months_on_book x (1 - uniform ^ (1 / accounts)): the newest of several",
    unit="months",
    decimals=0,
)
def _newest_account_months(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    several = np.maximum(v["accounts"], 1)
    return v["months_on_book"] * (1 - z.uniform("newest_account_months") ** (1 / several))


@node(
    "new_accounts_12m",
    "accounts newest_account_months on_file",
    formula=(
        "0 if the newest account is older than 12 months; else 1 + Poisson with mean "
        "new_account_share x (accounts - 1), no more than accounts"
    ),
    unit="accounts",
)
def _new_accounts_12m(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    recent = np.nan_to_num(v["newest_account_months"], nan=MONTHS) < MONTHS
    others = np.maximum(v["accounts"] - 1, 0)
    more = poisson(z.uniform("new_accounts_12m"), p.new_account_share * others, MOST)
    opened = np.where(recent, 1 + np.minimum(more, others), 0)
    return unknown_unless(v["on_file"], opened)


@node(
    "inquiries_6m",
    "burden on_file",
    formula=(
        "Poisson with log mean inquiries_base + inquiries_burden x burden, at most 12; of those "
        "on file"
    ),
    unit="queries",
)
def _inquiries_6m(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.inquiries_base + p.inquiries_burden * v["burden"])
    return unknown_unless(v["on_file"], poisson(z.uniform("inquiries_6m"), mean, MOST))


@node(
    "overdraft",
    "burden on_file",
    formula="1 with log-odds overdraft_base + overdraft_burden x burden, of those on file",
)
def _overdraft(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    chance = expit(p.overdraft_base + p.overdraft_burden * v["burden"])
    return unknown_unless(v["on_file"], z.uniform("overdraft") < chance)


@node(
    "guarantees_given",
    "log_income",
    formula=(
        "Poisson with log mean guarantees_base + guarantees_income x (log_income - income_centre), "
        "at most 12"
    ),
    unit="guarantees",
)
def _guarantees_given(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.guarantees_base + p.guarantees_income * (v["log_income"] - p.income_centre))
    return poisson(z.uniform("guarantees_given"), mean, MOST)


@node(
    "guarantees_called",
    "guarantees_given",
    formula="Poisson with mean guarantee_called_share x guarantees_given, no more than given",
    unit="guarantees",
)
def _guarantees_called(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    given = v["guarantees_given"]
    called = poisson(z.uniform("guarantees_called"), p.guarantee_called_share * given, MOST)
    return np.minimum(given, called)
