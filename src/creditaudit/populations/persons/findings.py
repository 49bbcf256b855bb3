"""Rare findings, each a count or a yes: one formula, one rate each."""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Compute, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import poisson
from creditaudit.populations.randomness import Noise

# Findings that follow a burden of debt, and those that do not; most counts allowed.
OF_DEBT = {
    "contract_breaches": 6, "private_loan_breaches": 6, "utility_judgments": 6,
    "other_commercial_breaches": 6, "broken_commitments": 6,
}  # fmt: skip
OF_CONDUCT = {
    "convictions": 6, "jaywalking": 12, "fare_evasion": 12, "drunk_driving": 6,
    "minor_offences": 12, "simple_penalties": 12, "utility_taps": 6, "utility_thefts": 6,
    "utility_damage": 6, "blood_donations": 12, "city_awards": 6, "littering_reports": 12,
    "parent_neglect_reports": 6, "births_over_quota": 3, "petitions": 12, "petition_blockades": 6,
    "online_posts_flagged": 12, "library_books_late": 12, "inquiries_other_12m": 12,
    "deposits_waived": 12, "pyramid_or_fraud": 1, "counterfeits": 1, "illegal_fundraising": 1,
    "tax_fraud_signal": 1, "child_in_army": 1, "investment_brought": 1,
}  # fmt: skip
# Of people against whom a judgment is in force.
OF_DEBTORS = {
    "obstruction_found": 1, "violence_or_threat": 1, "spending_limit_breach": 1,
    "settlement_refused": 1, "security_given": 1, "seized_assets_cover": 1,
    "settlement_performed": 1, "creditor_request": 1, "enforcement_stayed": 1,
    "enforcement_ended": 1, "empty_asset_searches": 6,
}  # fmt: skip
YES = 1


def _nodes() -> list[Node]:
    nodes = [
        _finding(name, most, "burden", "log mean log(rate) + finding_burden x burden")
        for name, most in OF_DEBT.items()
    ]
    nodes += [_finding(name, most, "", "mean rate") for name, most in OF_CONDUCT.items()]
    debtors = "mean rate, of those with an effective_judgment; else 0"
    nodes += [
        _finding(name, most, "effective_judgment", debtors) for name, most in OF_DEBTORS.items()
    ]
    return nodes


def _finding(name: str, most: int, parent: str, words: str) -> Node:
    rate = f"{name}_rate"
    kind = "1 if a Poisson count" if most == YES else "Poisson count"
    end = "is not 0" if most == YES else f"at most {most}"
    return Node(
        name, tuple(parent.split()), _compute(name, rate, most, parent),
        f"{kind} with {words.replace('rate', rate, 1)}, {end}",
        unit="" if most == YES else "count", numbers=(rate,),
    )  # fmt: skip


def _compute(name: str, rate: str, most: int, parent: str) -> Compute:
    def plain(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        drawn = z.uniform(name)
        return poisson(drawn, np.full(len(drawn), getattr(p, rate)), most)

    def of_debt(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        mean = getattr(p, rate) * np.exp(p.finding_burden * v["burden"])
        return poisson(z.uniform(name), mean, most)

    def of_debtors(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        return np.where(v["effective_judgment"] == 1, plain(v, z, p, b), 0)

    return {"": plain, "burden": of_debt, "effective_judgment": of_debtors}[parent]


NODES = _nodes()
