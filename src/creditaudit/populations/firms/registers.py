"""What a register of firms says of them: kind of owner, size, industry, seat, age, officers."""

import numpy as np

from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.shapes import declare_firm
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.livelihoods import INDUSTRIES
from creditaudit.populations.persons.roots import REGIONS
from creditaudit.populations.persons.shapes import expit, flag, levels, poisson, ranked
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare_firm(NODES)
OWNERSHIPS = ("state", "private", "politically_tied", "foreign")
STATE = 0
SIZES = ("micro", "small", "medium", "large")
FINANCE = INDUSTRIES.index("finance")
OLDEST = 150
MOST = 24


@node("quality", formula="normal(0, 1)", unit="standard deviations", decimals=6)
def _quality(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return z.normal("quality")


@node(
    "owner_ability",
    formula="normal(0, 1); in a society the ability of the owner",
    unit="standard deviations",
    decimals=6,
)
def _owner_ability(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return z.normal("owner_ability")


@node("ownership", formula="level by ownership_shares", levels=OWNERSHIPS)
def _ownership(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return levels(z.uniform("ownership"), p.ownership_shares)


@node(
    "employees",
    formula=(
        "the whole part of uniform ^ (-1 / size_exponent), at most employees_most: at least s with "
        "chance s ^ -size_exponent; in a society, those who work there"
    ),
    unit="people",
)
def _employees(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    size = z.uniform("employees") ** (-1 / p.size_exponent)
    return np.minimum(np.floor(size), p.employees_most)


@node(
    "size_class",
    "employees",
    formula="level by employees: the first of size_edges and more are small, and so on",
    levels=SIZES,
)
def _size_class(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    # Employees are whole: just below an edge counts as below it.
    return ranked(v["employees"] + 1 / 2, p.size_edges)


@node(
    "exposed",
    "ownership size_class",
    formula="1 for firms of the group that the knobs act on",
)
def _exposed(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    if b.group in SIZES:
        return flag(v["size_class"] == SIZES.index(b.group))
    return flag(v["ownership"] == OWNERSHIPS.index(b.group))


@node("industry", formula="level by firm_industry_shares", levels=INDUSTRIES)
def _industry(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return levels(z.uniform("industry"), p.firm_industry_shares)


@node(
    "shadow_lender",
    "industry ownership",
    formula=(
        "1 with chance shadow_lender_share, of firms of finance that the state does not own: lends "
        "without a licence and reports to no bureau"
    ),
)
def _shadow_lender(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    lends = (v["industry"] == FINANCE) & (v["ownership"] != STATE)
    return flag(lends & (z.uniform("shadow_lender") < p.shadow_lender_share))


@node("firm_region", formula="uniform over 31 regions", levels=REGIONS)
def _firm_region(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return np.floor(z.uniform("firm_region") * len(REGIONS)).astype(np.int8)


@node(
    "age_years",
    formula="exponential with mean firm_age_mean, in completed years, at most 150",
    unit="years",
)
def _age_years(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    return np.minimum(np.floor(-p.firm_age_mean * np.log(z.uniform("age_years"))), OLDEST)


@node(
    "officers",
    "employees",
    formula=(
        "1 + Poisson with mean officers_more + officers_size x log(1 + employees), at most 24 more"
    ),
    unit="people",
)
def _officers(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = p.officers_more + p.officers_size * np.log1p(v["employees"])
    return 1 + poisson(z.uniform("officers"), mean, MOST)


@node(
    "licences",
    "employees",
    formula=("Poisson with mean licences_base + licences_size x log(1 + employees), at most 24"),
    unit="licences",
)
def _licences(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    mean = p.licences_base + p.licences_size * np.log1p(v["employees"])
    return poisson(z.uniform("licences"), mean, MOST)


@node(
    "trades_abroad",
    "employees",
    formula="1 with log-odds abroad_base + abroad_size x log(1 + employees)",
)
def _trades_abroad(v: Values, z: Noise, p: Numbers, b: FirmBias) -> Array:
    chance = expit(p.abroad_base + p.abroad_size * np.log1p(v["employees"]))
    return flag(z.uniform("trades_abroad") < chance)
