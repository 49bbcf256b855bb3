"""What some rulebooks ask of people and lenders do not: a complete profile, rare findings."""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import declare, expit, flag, unknown_unless
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare(NODES)


@node(
    "profile_complete",
    "platform_tenure_months",
    formula="logistic of profile_base + normal, of those with an account",
    unit="share of 1",
    decimals=4,
)
def _profile_complete(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    share = expit(p.profile_base + z.normal("profile_complete"))
    return unknown_unless(~np.isnan(v["platform_tenure_months"]), share)


@node("health_safety_harm", formula="1 with chance harm_share")
def _health_safety_harm(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return flag(z.uniform("health_safety_harm") < p.harm_share)


@node("defence_duty_refused", formula="1 with chance defence_share")
def _defence_duty_refused(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return flag(z.uniform("defence_duty_refused") < p.defence_share)


@node("false_materials", formula="1 with chance false_share")
def _false_materials(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return flag(z.uniform("false_materials") < p.false_share)
