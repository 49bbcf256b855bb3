"""What a court and its enforcement office have on file about a person."""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import declare, expit, flag, poisson, unknown_unless
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare(NODES)
MOST = 6


@node(
    "judgments_for_debt",
    "burden",
    formula="Poisson with log mean judgment_base + judgment_burden x burden, at most 6",
    unit="judgments",
)
def _judgments_for_debt(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.exp(p.judgment_base + p.judgment_burden * v["burden"])
    return poisson(z.uniform("judgments_for_debt"), mean, MOST)


@node(
    "debt_judgments",
    "judgments_for_debt record_of",
    formula="judgments_for_debt of record_of",
    unit="judgments",
)
def _debt_judgments(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return v["judgments_for_debt"][v["record_of"]]


@node(
    "contract_judgments",
    formula="Poisson with mean contract_judgment_rate, at most 6",
    unit="judgments",
)
def _contract_judgments(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    drawn = z.uniform("contract_judgments")
    return poisson(drawn, np.full(len(drawn), p.contract_judgment_rate), MOST)


@node(
    "judgments_5y",
    "debt_judgments contract_judgments",
    formula="debt_judgments + contract_judgments",
    unit="judgments",
)
def _judgments_5y(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return v["debt_judgments"] + v["contract_judgments"]


@node(
    "civil_suits",
    "judgments_5y",
    formula="judgments_5y + Poisson with mean suit_rate, at most 6 more",
    unit="cases",
)
def _civil_suits(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    drawn = z.uniform("civil_suits")
    return v["judgments_5y"] + poisson(drawn, np.full(len(drawn), p.suit_rate), MOST)


@node(
    "effective_judgment",
    "judgments_5y",
    formula="1 with chance effective_share if there is a judgment",
)
def _effective_judgment(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    drawn = z.uniform("effective_judgment") < p.effective_share
    return flag((v["judgments_5y"] > 0) & drawn)


@node(
    "judgment_unperformed",
    "effective_judgment burden",
    formula=(
        "1 with log-odds unperformed_base + unperformed_burden x burden if a judgment is in force"
    ),
)
def _judgment_unperformed(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    chance = expit(p.unperformed_base + p.unperformed_burden * v["burden"])
    left = z.uniform("judgment_unperformed") < chance
    return flag((v["effective_judgment"] == 1) & left)


@node(
    "unpaid_judgment_amount",
    "judgment_unperformed log_income",
    formula="exp(log_income + unpaid_log + unpaid_noise x normal) if a duty is not performed",
    unit="currency",
    decimals=0,
)
def _unpaid_judgment_amount(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    owed = v["log_income"] + p.unpaid_log + p.unpaid_noise * z.normal("unpaid_judgment_amount")
    return np.exp(owed) * v["judgment_unperformed"]


@node(
    "deadline_passed",
    "judgment_unperformed",
    formula="1 with chance deadline_share if a duty is not performed",
)
def _deadline_passed(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    late = z.uniform("deadline_passed") < p.deadline_share
    return flag((v["judgment_unperformed"] == 1) & late)


@node(
    "able_to_perform",
    "judgment_unperformed burden",
    formula=(
        "1 with log-odds able_base - able_burden x burden if a duty is not performed: what is "
        "true, whatever the court found"
    ),
)
def _able_to_perform(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    able = z.uniform("able_to_perform") < expit(p.able_base - p.able_burden * v["burden"])
    return unknown_unless(v["judgment_unperformed"] == 1, able)


@node(
    "ability_found",
    "able_to_perform",
    formula=(
        "looked into with chance looked_into_share; then able_to_perform, turned round with "
        "chance found_wrong_share"
    ),
)
def _ability_found(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    wrong = z.uniform("ability_found/wrong") < p.found_wrong_share
    found = np.where(wrong, 1 - v["able_to_perform"], v["able_to_perform"])
    looked = z.uniform("ability_found") < p.looked_into_share
    return unknown_unless(looked, found)


@node(
    "able_but_refuses",
    "ability_found deadline_passed",
    formula="1 with chance refuses_share if found able and the time is over",
)
def _able_but_refuses(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    refuses = z.uniform("able_but_refuses") < p.refuses_share
    able = np.nan_to_num(v["ability_found"]) == 1
    return flag(able & (v["deadline_passed"] == 1) & refuses)


@node(
    "hidden_assets",
    "ability_found",
    formula="1 with chance hidden_assets_share if found able",
)
def _hidden_assets(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    hides = z.uniform("hidden_assets") < p.hidden_assets_share
    return flag((np.nan_to_num(v["ability_found"]) == 1) & hides)


@node(
    "asset_report_breach",
    "deadline_passed",
    formula="1 with chance report_breach_share if the time is over",
)
def _asset_report_breach(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    breaks = z.uniform("asset_report_breach") < p.report_breach_share
    return flag((v["deadline_passed"] == 1) & breaks)


@node(
    "conduct_kinds",
    "able_but_refuses hidden_assets asset_report_breach",
    formula="able_but_refuses + hidden_assets + asset_report_breach",
    unit="kinds",
)
def _conduct_kinds(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return v["able_but_refuses"] + v["hidden_assets"] + v["asset_report_breach"]


@node(
    "listed_court",
    "conduct_kinds",
    formula="1 with chance listed_share if a kind of listed conduct was found",
)
def _listed_court(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    entered = z.uniform("listed_court") < p.listed_share
    return flag((v["conduct_kinds"] > 0) & entered)


@node(
    "months_listed",
    "listed_court",
    formula="exponential with mean listed_mean, of those listed",
    unit="months",
    decimals=0,
)
def _months_listed(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return unknown_unless(
        v["listed_court"] == 1, -p.listed_mean * np.log(z.uniform("months_listed"))
    )


@node(
    "spending_limited",
    "listed_court deadline_passed",
    formula="1 if listed, or with chance limited_share if the time is over",
)
def _spending_limited(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    limited = (v["deadline_passed"] == 1) & (z.uniform("spending_limited") < p.limited_share)
    return flag((v["listed_court"] == 1) | limited)


@node(
    "bankruptcy",
    "burden",
    formula="1 with log-odds bankruptcy_base + bankruptcy_burden x burden",
)
def _bankruptcy(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    chance = expit(p.bankruptcy_base + p.bankruptcy_burden * v["burden"])
    return flag(z.uniform("bankruptcy") < chance)
