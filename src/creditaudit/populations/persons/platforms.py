"""What shops, telephone companies and suppliers have on file about a person."""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import MONTHS
from creditaudit.populations.persons.shapes import declare, expit, poisson, unknown_unless
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare(NODES)
MOST = 24
MOST_FINE = 12
PLATFORM_RANGE = (350, 950)
FIRST_CONTRACT = 18


@node(
    "platform_tenure_months",
    "age",
    formula=(
        "an account with log-odds platform_base - platform_age x (age - platform_age_centre); "
        "then platform_months x uniform"
    ),
    unit="months",
    decimals=0,
)
def _platform_tenure_months(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = p.platform_base - p.platform_age * (v["age"] - p.platform_age_centre)
    has_account = z.uniform("platform_tenure_months/account") < expit(log_odds)
    return unknown_unless(has_account, p.platform_months * z.uniform("platform_tenure_months"))


@node(
    "orders_12m",
    "platform_tenure_months log_income",
    formula=(
        "exp(orders_base + orders_income x (log_income - income_centre) + orders_noise x normal), "
        "of those with an account; else 0"
    ),
    unit="orders",
    decimals=0,
)
def _orders_12m(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    value = p.orders_base + p.orders_income * (v["log_income"] - p.income_centre)
    value += p.orders_noise * z.normal("orders_12m")
    return np.where(np.isnan(v["platform_tenure_months"]), 0, np.exp(value))


@node(
    "ecommerce_spend",
    "orders_12m log_income",
    formula=(
        "orders_12m x exp(order_log + order_income x (log_income - income_centre) + normal / 2)"
    ),
    unit="currency per year",
    decimals=0,
)
def _ecommerce_spend(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    each = p.order_log + p.order_income * (v["log_income"] - p.income_centre)
    return v["orders_12m"] * np.exp(each + z.normal("ecommerce_spend") / 2)


@node(
    "returns_share",
    "orders_12m",
    formula="logistic of returns_base + returns_noise x normal, of those with an order",
    unit="share of 1",
    decimals=4,
)
def _returns_share(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    share = expit(p.returns_base + p.returns_noise * z.normal("returns_share"))
    return unknown_unless(v["orders_12m"] > 0, share)


@node(
    "night_orders_share",
    "orders_12m age",
    formula=(
        "logistic of night_base - night_age x (age - platform_age_centre) + normal, of those with "
        "an order"
    ),
    unit="share of 1",
    decimals=4,
)
def _night_orders_share(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = p.night_base - p.night_age * (v["age"] - p.platform_age_centre)
    return unknown_unless(v["orders_12m"] > 0, expit(log_odds + z.normal("night_orders_share")))


@node(
    "wallet_balance",
    "platform_tenure_months log_income burden",
    formula=(
        "exp(log_income + wallet_log - wallet_burden x burden + normal), of those with an account"
    ),
    unit="currency",
    decimals=0,
)
def _wallet_balance(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    value = v["log_income"] + p.wallet_log - p.wallet_burden * v["burden"]
    known = ~np.isnan(v["platform_tenure_months"])
    return unknown_unless(known, np.exp(value + z.normal("wallet_balance")))


@node(
    "identity_verified",
    "platform_tenure_months",
    formula="1 with chance verified_share, of those with an account",
)
def _identity_verified(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    known = ~np.isnan(v["platform_tenure_months"])
    return unknown_unless(known, z.uniform("identity_verified") < p.verified_share)


@node(
    "fulfilment_share",
    "orders_12m burden",
    formula=(
        "logistic of fulfilment_base - fulfilment_burden x burden + normal / 2, of those with an "
        "order"
    ),
    unit="share of 1",
    decimals=4,
)
def _fulfilment_share(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = p.fulfilment_base - p.fulfilment_burden * v["burden"]
    share = expit(log_odds + z.normal("fulfilment_share") / 2)
    return unknown_unless(v["orders_12m"] > 0, share)


@node(
    "platform_credit_late",
    "orders_12m burden",
    formula=(
        "credit of the platform with chance platform_credit_share of those with an order; then "
        "Poisson with log mean platform_late_base + platform_late_burden x burden, at most 24"
    ),
    unit="payments",
)
def _platform_credit_late(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.platform_late_base + p.platform_late_burden * v["burden"])
    count = poisson(z.uniform("platform_credit_late"), mean, MOST)
    used = z.uniform("platform_credit_late/used") < p.platform_credit_share
    return unknown_unless(used & (v["orders_12m"] > 0), count)


@node(
    "platform_credit",
    "platform_credit_late log_income",
    formula="exp(log_income + platform_credit_log + normal), of those with an account; 0 if unused",
    unit="currency",
    decimals=0,
)
def _platform_credit(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    value = np.exp(v["log_income"] + p.platform_credit_log + z.normal("platform_credit"))
    return np.where(np.isnan(v["platform_credit_late"]), 0, value)


@node(
    "platform_score",
    "platform_tenure_months burden log_income",
    formula=(
        "platform_centre + platform_spread x (-burden + (log_income - income_centre) + normal), "
        "between 350 and 950, of those with an account"
    ),
    unit="points",
    decimals=0,
)
def _platform_score(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    value = v["log_income"] - p.income_centre - v["burden"] + z.normal("platform_score")
    points = np.clip(p.platform_centre + p.platform_spread * value, *PLATFORM_RANGE)
    return unknown_unless(~np.isnan(v["platform_tenure_months"]), points)


@node(
    "contract_months",
    "age",
    formula="a contract with chance phone_share; then exponential with mean phone_mean, since 18",
    unit="months",
    decimals=0,
)
def _contract_months(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    held = -p.phone_mean * np.log(z.uniform("contract_months"))
    known = z.uniform("contract_months/held") < p.phone_share
    return unknown_unless(known, np.minimum(held, (v["age"] - FIRST_CONTRACT) * MONTHS))


@node(
    "phone_bills_late",
    "contract_months burden",
    formula=(
        "Poisson with log mean phone_late_base + phone_late_burden x burden, at most 24; 0 without "
        "a contract"
    ),
    unit="bills",
)
def _phone_bills_late(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.phone_late_base + p.phone_late_burden * v["burden"])
    count = poisson(z.uniform("phone_bills_late"), mean, MOST)
    return np.where(np.isnan(v["contract_months"]), 0, count)


@node(
    "number_changes",
    "contract_months migrant",
    formula="Poisson with mean numbers_rate, numbers_rate_migrant for migrants, at most 12",
    unit="numbers",
)
def _number_changes(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.where(v["migrant"] == 1, p.numbers_rate_migrant, p.numbers_rate)
    count = poisson(z.uniform("number_changes"), mean, MOST_FINE)
    return unknown_unless(~np.isnan(v["contract_months"]), count)


@node(
    "contacts",
    "contract_months",
    formula="exp(contacts_log + normal / 2), of those with a contract",
    unit="people",
    decimals=0,
)
def _contacts(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    value = np.exp(p.contacts_log + z.normal("contacts") / 2)
    return unknown_unless(~np.isnan(v["contract_months"]), value)


@node(
    "utility_contract_months",
    "residence_months",
    formula="residence_months, with chance utility_share a contract of the person's own",
    unit="months",
)
def _utility_contract_months(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    own = z.uniform("utility_contract_months") < p.utility_share
    return unknown_unless(own, v["residence_months"])


@node(
    "utility_late_payments",
    "utility_contract_months burden",
    formula=(
        "Poisson with log mean utility_late_base + utility_late_burden x burden, at most 24; 0 "
        "without a contract"
    ),
    unit="bills",
)
def _utility_late_payments(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.utility_late_base + p.utility_late_burden * v["burden"])
    count = poisson(z.uniform("utility_late_payments"), mean, MOST)
    return np.where(np.isnan(v["utility_contract_months"]), 0, count)


@node(
    "utility_arrears",
    "utility_late_payments",
    formula="utility_late_payments x exponential with mean utility_bill x utility_unpaid_share",
    unit="currency",
    decimals=0,
)
def _utility_arrears(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    each = -p.utility_bill * p.utility_unpaid_share * np.log(z.uniform("utility_arrears"))
    return v["utility_late_payments"] * each
