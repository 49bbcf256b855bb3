"""What a court and its enforcement office have on file about a firm."""

import numpy as np

from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.shapes import declare_firm
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import expit, flag, poisson, unknown_unless
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare_firm(NODES)
MOST = 12


@node(
    "firm_judgments_5y",
    "strain",
    formula="Poisson with log mean firm_judgment_base + firm_judgment_strain x strain, at most 12",
    unit="judgments",
)
def _firm_judgments_5y(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = np.exp(p.firm_judgment_base + p.firm_judgment_strain * v["strain"])
    return poisson(z.uniform("firm_judgments_5y"), mean, MOST)


@node(
    "firm_judgment_unperformed",
    "firm_judgments_5y strain",
    formula=(
        "1 with log-odds firm_unperformed_base + firm_unperformed_strain x strain if there is a "
        "judgment"
    ),
)
def _firm_judgment_unperformed(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    chance = expit(p.firm_unperformed_base + p.firm_unperformed_strain * v["strain"])
    left = z.uniform("firm_judgment_unperformed") < chance
    return flag((v["firm_judgments_5y"] > 0) & left)


@node(
    "firm_unpaid_judgment_amount",
    "firm_judgment_unperformed log_assets",
    formula="exp(log_assets + firm_unpaid_log + normal) if a duty is not performed; else 0",
    unit="currency",
    decimals=0,
)
def _firm_unpaid_judgment_amount(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    owed = v["log_assets"] + p.firm_unpaid_log + z.normal("firm_unpaid_judgment_amount")
    return np.exp(owed) * v["firm_judgment_unperformed"]


@node(
    "firm_able",
    "firm_judgment_unperformed strain",
    formula=(
        "1 with log-odds firm_able_base - firm_able_strain x strain if a duty is not performed: "
        "what is true, whatever the court found"
    ),
)
def _firm_able(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    able = z.uniform("firm_able") < expit(p.firm_able_base - p.firm_able_strain * v["strain"])
    return unknown_unless(v["firm_judgment_unperformed"] == 1, able)


@node(
    "firm_ability_found",
    "firm_able",
    formula=(
        "looked into with chance firm_looked_share; then firm_able, turned round with chance "
        "firm_wrong_share"
    ),
)
def _firm_ability_found(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    wrong = z.uniform("firm_ability_found/wrong") < p.firm_wrong_share
    found = np.where(wrong, 1 - v["firm_able"], v["firm_able"])
    return unknown_unless(z.uniform("firm_ability_found") < p.firm_looked_share, found)


@node(
    "firm_listed_court",
    "firm_ability_found exposed",
    formula=(
        "1 with chance firm_listed_share x (1 - knob lenience x exposed) if found able to perform"
    ),
)
def _firm_listed_court(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    chance = p.firm_listed_share * (1 - b.lenience * v["exposed"])
    entered = z.uniform("firm_listed_court") < chance
    return flag((np.nan_to_num(v["firm_ability_found"]) == 1) & entered)


@node(
    "firm_months_listed",
    "firm_listed_court",
    formula="exponential with mean firm_listed_mean, of those listed",
    unit="months",
    decimals=0,
)
def _firm_months_listed(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    since = -p.firm_listed_mean * np.log(z.uniform("firm_months_listed"))
    return unknown_unless(v["firm_listed_court"] == 1, since)
