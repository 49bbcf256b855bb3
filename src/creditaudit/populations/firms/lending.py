"""What a lender decided about firms in the past, on what it saw, and what it therefore knows."""

import numpy as np

from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.shapes import declare_firm
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import expit, flag, unknown_unless
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare_firm(NODES)
POINTS = (300, 850)


@node(
    "firm_amount",
    "log_assets",
    formula=(
        "exp(log_assets + firm_amount_log + firm_amount_noise x normal), to the nearest "
        "firm_amount_step, at least one"
    ),
    unit="currency",
)
def _firm_amount(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    asked = v["log_assets"] + p.firm_amount_log + p.firm_amount_noise * z.normal("firm_amount")
    return np.maximum(np.rint(np.exp(asked) / p.firm_amount_step), 1) * p.firm_amount_step


@node(
    "firm_points",
    "working_capital_to_assets retained_earnings_to_assets ebit_to_assets equity_to_liabilities "
    "sales_to_assets firm_late_payments_24m firm_judgments_5y firm_tax_arrears age_years",
    formula=(
        "firm_points_centre - firm_points_factor x (firm_card_z x (z_centre - altman_private . the "
        "five ratios), firm_card_no_accounts without them, + firm_card_late x "
        "min(firm_late_payments_24m, firm_card_most), firm_card_no_file without a file, + "
        "firm_card_judgment x min(firm_judgments_5y, firm_card_most) + firm_card_tax if tax is "
        "owed - firm_card_age x log(1 + age_years)), between 300 and 850"
    ),
    unit="points",
    decimals=0,
)
def _firm_points(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    ratios = (
        v["working_capital_to_assets"], v["retained_earnings_to_assets"], v["ebit_to_assets"],
        v["equity_to_liabilities"], v["sales_to_assets"],
    )  # fmt: skip
    told = np.sum([w * x for w, x in zip(p.altman_private, ratios, strict=True)], axis=0)
    risk = np.where(np.isnan(told), p.firm_card_no_accounts, p.firm_card_z * (p.z_centre - told))
    late = p.firm_card_late * np.minimum(v["firm_late_payments_24m"], p.firm_card_most)
    risk = risk + np.where(np.isnan(late), p.firm_card_no_file, late)
    risk = risk + p.firm_card_judgment * np.minimum(v["firm_judgments_5y"], p.firm_card_most)
    risk = risk + p.firm_card_tax * (v["firm_tax_arrears"] > 0)
    risk = risk - p.firm_card_age * np.log1p(v["age_years"])
    return np.clip(p.firm_points_centre - p.firm_points_factor * risk, *POINTS)


@node(
    "approval_propensity",
    "firm_points exposed",
    formula=(
        "logistic of (firm_points - firm_points_cutoff) / firm_points_width - knob selection x "
        "exposed"
    ),
    unit="chance",
    decimals=6,
)
def _approval_propensity(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    log_odds = (v["firm_points"] - p.firm_points_cutoff) / p.firm_points_width
    return expit(log_odds - b.selection * v["exposed"])


@node("firm_approved", "approval_propensity", formula="1 with chance approval_propensity")
def _firm_approved(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return flag(z.uniform("firm_approved") < v["approval_propensity"])


@node(
    "firm_default",
    "label_recorded firm_approved",
    formula="label_recorded, of those approved: nobody knows what refused firms would have done",
)
def _firm_default(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return unknown_unless(v["firm_approved"], v["label_recorded"])
