"""Children at school: they are in no table, and their fees and who pays them are on file.

Both parents of a household have the same child, with the same fees.
"""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import SEXES
from creditaudit.populations.persons.shapes import (
    MISSING_LEVEL,
    declare,
    expit,
    flag,
    unknown_unless,
)
from creditaudit.populations.randomness import Floats, Noise

NODES: list[Node] = []
node = declare(NODES)
PAYERS = ("self", "spouse", "other", "nobody")
SELF, SPOUSE, OTHER = range(3)
MALE = SEXES.index("male")


def _pair(v: Values) -> Array:
    """Return the one of two spouses whose noise both use, and oneself without a spouse."""
    alone = np.arange(len(v["partner"]))
    return np.where(v["partner"] >= 0, np.minimum(alone, v["partner"]), alone).astype(np.intp)


def _shared(drawn: Floats, v: Values) -> Array:
    return np.asarray(drawn[_pair(v)])


def _both(values: Array, v: Values) -> Array:
    """Return the mean of a value over two spouses, or one's own."""
    mate = np.where(v["partner"] >= 0, v["partner"], np.arange(len(values))).astype(np.intp)
    return (values + values[mate]) / 2


@node(
    "child_at_school",
    "partner age marital_status",
    formula=(
        "1 with chance school_share x exp(-((age - school_age) / school_width)^2) of those ever "
        "married, with the mean age of two spouses and one draw for both"
    ),
)
def _child_at_school(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    far = (_both(v["age"], v) - p.school_age) / p.school_width
    chance = p.school_share * np.exp(-far * far)
    return flag((v["marital_status"] > 0) & (_shared(z.uniform("child_at_school"), v) < chance))


@node(
    "private_school",
    "child_at_school partner log_income",
    formula=(
        "1 with log-odds private_base + private_income x (log_income - income_centre), with the "
        "mean log_income of two spouses, of those with a child at school"
    ),
)
def _private_school(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    log_odds = p.private_base + p.private_income * (_both(v["log_income"], v) - p.income_centre)
    drawn = _shared(z.uniform("private_school"), v)
    return flag((v["child_at_school"] == 1) & (drawn < expit(log_odds)))


@node(
    "public_school_fee",
    "child_at_school",
    formula="public_fee, of those with a child at school",
    unit="currency per year",
    decimals=0,
)
def _public_school_fee(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return unknown_unless(v["child_at_school"] == 1, p.public_fee)


@node(
    "child_school_fee",
    "public_school_fee private_school partner",
    formula=(
        "public_school_fee, at a private school times exp(private_log + normal / 2), at least the "
        "public one"
    ),
    unit="currency per year",
    decimals=0,
)
def _child_school_fee(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    more = np.exp(p.private_log + _shared(z.normal("child_school_fee"), v) / 2)
    dear: Array = np.where(v["private_school"] == 1, np.maximum(more, 1), 1)
    return v["public_school_fee"] * dear


@node(
    "child_high_fee_school",
    "child_school_fee public_school_fee private_school partner",
    formula=(
        "1 with chance high_found if a private school charges high_times the public fee or more, "
        "of those with a child at school"
    ),
)
def _child_high_fee_school(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    dear = v["child_school_fee"] >= p.high_times * v["public_school_fee"]
    found = _shared(z.uniform("child_high_fee_school"), v) < p.high_found
    known = ~np.isnan(v["public_school_fee"])
    return unknown_unless(known, dear & (v["private_school"] == 1) & found)


@node(
    "child_fee_payer",
    "child_at_school partner sex",
    formula=(
        "somebody else with chance other_pays; else, of two spouses, the husband with chance "
        "husband_pays; a parent alone pays; of those with a child at school"
    ),
    levels=PAYERS,
)
def _child_fee_payer(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    other = _shared(z.uniform("child_fee_payer/other"), v) < p.other_pays
    his = _shared(z.uniform("child_fee_payer"), v) < p.husband_pays
    pays = (v["partner"] < 0) | (his == (v["sex"] == MALE))
    payer = np.where(other, OTHER, np.where(pays, SELF, SPOUSE))
    return np.where(v["child_at_school"] == 1, payer, MISSING_LEVEL).astype(np.int8)
