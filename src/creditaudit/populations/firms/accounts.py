"""The accounts of firms: five ratios that quality moves, debts seen and unseen, true default."""

import numpy as np
from scipy.special import ndtri

from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.shapes import declare_firm
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import expit, flag, unknown_unless
from creditaudit.populations.randomness import Noise, entity_uniforms

NODES: list[Node] = []
node = declare_firm(NODES)


@node(
    "log_assets",
    "employees",
    formula=("assets_base + assets_size x log(1 + employees) + assets_noise x normal"),
    unit="log of currency",
    decimals=6,
)
def _log_assets(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    value = p.assets_base + p.assets_size * np.log1p(v["employees"])
    return value + p.assets_noise * z.normal("log_assets")


@node("assets", "log_assets", formula="exp(log_assets)", unit="currency", decimals=0)
def _assets(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return np.exp(v["log_assets"])


@node(
    "debts",
    "quality",
    formula=(
        "debts_least + debts_most x logistic of debts_base - debts_quality x quality + debts_noise "
        "x normal: what is owed over assets, wherever it is owed"
    ),
    unit="ratio",
    decimals=4,
)
def _debts(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    log_odds = p.debts_base - p.debts_quality * v["quality"] + p.debts_noise * z.normal("debts")
    return p.debts_least + p.debts_most * expit(log_odds)


@node(
    "more_debts",
    formula=(
        "owed on top over assets, to lenders who do not report: with chance firm_hidden_share an "
        "exponential with mean firm_hidden_mean, else 0"
    ),
    unit="ratio",
    decimals=4,
)
def _more_debts(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    draw = z.uniform("more_debts")
    # One number serves twice: below the share it says that there is hidden debt, and how much.
    more: Array = -p.firm_hidden_mean * np.log(np.minimum(draw / p.firm_hidden_share, 1))
    return more


@node(
    "hidden_debts",
    "more_debts debts exposed",
    formula="more_debts + knob concealment x exposed x debts: what no bureau knows of",
    unit="ratio",
    decimals=4,
)
def _hidden_debts(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    moved: Array = b.concealment * v["exposed"] * v["debts"]
    return v["more_debts"] + moved


@node(
    "seen_debts",
    "debts exposed",
    formula="debts x (1 - knob concealment x exposed): those in the accounts",
    unit="ratio",
    decimals=4,
)
def _seen_debts(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return v["debts"] * (1 - b.concealment * v["exposed"])


@node(
    "capital",
    formula="exp(capital_log + capital_noise x normal): paid-in capital over assets",
    unit="ratio",
    decimals=4,
)
def _capital(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return np.exp(p.capital_log + p.capital_noise * z.normal("capital"))


@node(
    "profit",
    "quality",
    formula="profit_base + profit_quality x quality + profit_noise x normal: EBIT over assets",
    unit="ratio",
    decimals=4,
)
def _profit(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return p.profit_base + p.profit_quality * v["quality"] + p.profit_noise * z.normal("profit")


@node(
    "liquidity",
    "quality debts",
    formula=(
        "liquidity_base + liquidity_quality x quality + liquidity_noise x normal, between -debts "
        "and 1: working capital over assets"
    ),
    unit="ratio",
    decimals=4,
)
def _liquidity(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    value = p.liquidity_base + p.liquidity_quality * v["quality"]
    value = value + p.liquidity_noise * z.normal("liquidity")
    # Current liabilities are part of all liabilities, current assets of all assets.
    return np.clip(value, -v["debts"], 1)


@node(
    "turnover",
    "quality",
    formula="exp(turnover_log + turnover_quality x quality + turnover_noise x normal)",
    unit="ratio",
    decimals=4,
)
def _turnover(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    value = p.turnover_log + p.turnover_quality * v["quality"]
    return np.exp(value + p.turnover_noise * z.normal("turnover"))


@node(
    "z_private",
    "liquidity debts capital profit turnover",
    formula=(
        "altman_private . (liquidity, 1 - debts - capital, profit, (1 - debts) / debts, turnover): "
        "Z' of what is true, with debts in sight or not"
    ),
    unit="points",
    decimals=4,
)
def _z_private(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    ratios = (
        v["liquidity"], 1 - v["debts"] - v["capital"], v["profit"],
        (1 - v["debts"]) / v["debts"], v["turnover"],
    )  # fmt: skip
    parts = [weight * ratio for weight, ratio in zip(p.altman_private, ratios, strict=True)]
    return np.asarray(np.sum(parts, axis=0))


@node(
    "accounts_filed",
    "employees",
    formula="1 with log-odds filed_base + filed_size x log(1 + employees)",
)
def _accounts_filed(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    chance = expit(p.filed_base + p.filed_size * np.log1p(v["employees"]))
    return flag(z.uniform("accounts_filed") < chance)


@node(
    "leverage",
    "seen_debts accounts_filed",
    formula="seen_debts, where accounts are filed",
    unit="ratio",
    decimals=4,
)
def _leverage(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return unknown_unless(v["accounts_filed"], v["seen_debts"])


@node(
    "working_capital_to_assets",
    "liquidity accounts_filed",
    formula="liquidity, where accounts are filed",
    unit="ratio",
    decimals=4,
)
def _working_capital_to_assets(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return unknown_unless(v["accounts_filed"], v["liquidity"])


@node(
    "retained_earnings_to_assets",
    "leverage capital",
    formula="1 - leverage - capital: what is neither owed nor paid in",
    unit="ratio",
    decimals=4,
)
def _retained_earnings_to_assets(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return 1 - v["leverage"] - v["capital"]


@node(
    "ebit_to_assets",
    "profit accounts_filed",
    formula="profit, where accounts are filed",
    unit="ratio",
    decimals=4,
)
def _ebit_to_assets(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return unknown_unless(v["accounts_filed"], v["profit"])


@node(
    "equity_to_liabilities",
    "leverage",
    formula="(1 - leverage) / leverage",
    unit="ratio",
    decimals=4,
)
def _equity_to_liabilities(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return (1 - v["leverage"]) / v["leverage"]


@node(
    "sales_to_assets",
    "turnover accounts_filed",
    formula="turnover, where accounts are filed",
    unit="ratio",
    decimals=4,
)
def _sales_to_assets(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return unknown_unless(v["accounts_filed"], v["turnover"])


@node(
    "registered_capital",
    "capital assets",
    formula="capital x assets",
    unit="currency",
    decimals=0,
)
def _registered_capital(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return v["capital"] * v["assets"]


@node(
    "unreported_loans",
    "hidden_debts assets",
    formula="hidden_debts x assets",
    unit="currency",
    decimals=0,
)
def _unreported_loans(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return v["hidden_debts"] * v["assets"]


@node(
    "shadow_lending",
    "hidden_debts seen_debts",
    formula=(
        "hidden_debts / (hidden_debts + seen_debts), of which logistic of shadow_base + normal is "
        "owed to unlicensed lenders and the rest to people"
    ),
    unit="share of 1",
    decimals=4,
)
def _shadow_lending(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    part = expit(p.shadow_base + z.normal("shadow_lending"))
    share: Array = v["hidden_debts"] / (v["hidden_debts"] + v["seen_debts"])
    return part * share


@node(
    "strain",
    "z_private more_debts owner_ability employees industry",
    formula=(
        "-strain_z x (z_private - z_centre) + strain_hidden x more_debts - strain_owner x "
        "owner_ability - strain_size x log(1 + employees) + strain_industry x normal of the "
        "industry"
    ),
    unit="log-odds",
    decimals=6,
)
def _strain(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    value = p.strain_hidden * v["more_debts"] - p.strain_owner * v["owner_ability"]
    value = value - p.strain_z * (v["z_private"] - p.z_centre)
    value = value - p.strain_size * np.log1p(v["employees"])
    industry: Array = ndtri(entity_uniforms(v["industry"], z.seed, "strain_industry"))
    return value + p.strain_industry * industry


@node(
    "true_log_odds",
    "strain exposed",
    formula="firm_pd_base + strain + knob direct x exposed",
    unit="log-odds",
    decimals=6,
)
def _true_log_odds(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return v["strain"] + p.firm_pd_base + b.direct * v["exposed"]


@node("true_pd", "true_log_odds", formula="logistic of true_log_odds", unit="chance", decimals=6)
def _true_pd(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return expit(v["true_log_odds"])


@node("label_true", "true_pd", formula="1 with chance true_pd")
def _label_true(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return flag(z.uniform("label_true") < v["true_pd"])


@node(
    "label_recorded",
    "label_true exposed",
    formula="label_true; 1 with chance label where an exposed firm did not default",
)
def _label_recorded(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    wrong = z.uniform("label_recorded") < b.label * v["exposed"]
    return flag(v["label_true"].astype(bool) | wrong)
