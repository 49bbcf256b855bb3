"""Who people are before anything happens to them, and where they live."""

import numpy as np

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Node, Values
from creditaudit.populations.identifiers import birth_dates
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.shapes import (
    banded,
    declare,
    expit,
    flag,
    levels,
    poisson,
    thinned,
)
from creditaudit.populations.randomness import Noise

NODES: list[Node] = []
node = declare(NODES)
FIRST_ADULT_YEAR = 18
AS_OF = "2025-01-01"
MONTHS = 12
REGIONS = tuple(f"r{number:02d}" for number in range(1, 32))
# The first of the regions are those that exposed people are drawn to by the knob `proxy`.
OWN_REGIONS = 15
SEXES = ("female", "male")
REGISTRATIONS = ("rural", "urban")
MARITAL = ("single", "married", "divorced", "widowed")
MOST_HOUSEHOLD = 12


@node("ability", formula="normal(0, 1)", unit="standard deviations", decimals=6)
def _ability(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return z.normal("ability")


@node(
    "sex",
    formula="female with chance female_share; with group sex, thinned by representation",
    levels=SEXES,
)
def _sex(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    share = thinned(p.female_share, b.representation, b.group == "sex")
    return flag(z.uniform("sex") > share)


@node("minority", formula="1 with chance minority_share; thinned by representation")
def _minority(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    share = thinned(p.minority_share, b.representation, b.group == "minority")
    return flag(z.uniform("minority") < share)


@node(
    "registration",
    formula="rural with chance rural_share; thinned by representation",
    levels=REGISTRATIONS,
)
def _registration(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    share = thinned(p.rural_share, b.representation, b.group == "registration")
    return flag(z.uniform("registration") > share)


@node("disability", formula="1 with chance disability_share; thinned by representation")
def _disability(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    share = thinned(p.disability_share, b.representation, b.group == "disability")
    return flag(z.uniform("disability") < share)


@node(
    "exposed",
    "sex minority registration disability",
    formula="1 for members of the group that the knobs weigh on",
)
def _exposed(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    if b.group == "sex":
        return flag(v["sex"] == 0)
    if b.group == "registration":
        return flag(v["registration"] == 0)
    return v[b.group]


@node(
    "age",
    formula="uniform within an age band drawn by age_shares; bands begin at age_edges",
    unit="years",
)
def _age(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return np.floor(banded(z.uniform("age"), p.age_shares, p.age_edges))


@node(
    "birth_date",
    "age",
    formula="uniform over the days that give the age on 1 January 2025",
    unit="day",
)
def _birth_date(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    return birth_dates(v["age"], z.uniform("birth_date"), on=AS_OF).astype(np.int64)


@node(
    "region",
    "exposed",
    formula=(
        "uniform over 31 regions; with chance proxy uniform over the 15 regions that exposed "
        "people are drawn to, or over the 16 others"
    ),
    levels=REGIONS,
)
def _region(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    everywhere = np.floor(z.uniform("region") * len(REGIONS))
    if not b.proxy:
        return everywhere.astype(np.int8)
    spot = z.uniform("region/own")
    others = OWN_REGIONS + np.floor(spot * (len(REGIONS) - OWN_REGIONS))
    own = np.where(v["exposed"] == 1, np.floor(spot * OWN_REGIONS), others)
    drawn = z.uniform("region/proxy") < b.proxy
    return np.where(drawn, own, everywhere).astype(np.int8)


@node(
    "migrant",
    "registration",
    formula="1 with chance migrant_rural or migrant_urban, by registration",
)
def _migrant(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    chance = np.where(v["registration"] == 0, p.migrant_rural, p.migrant_urban)
    return flag(z.uniform("migrant") < chance)


@node(
    "household_size",
    formula=(
        "size s with chance proportional to s x household_shares[s], as people and not households "
        "are drawn"
    ),
    unit="people",
)
def _household_size(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    sizes = np.arange(len(p.household_shares)) + 1
    return 1 + levels(z.uniform("household_size"), p.household_shares * sizes)


@node(
    "marital_status",
    "age",
    formula=(
        "ever married with log-odds marriage_age x (age - age_at_marriage); of these divorced with "
        "chance divorced_share, widowed with log-odds widow_age x (age - age_at_widowhood)"
    ),
    levels=MARITAL,
)
def _marital_status(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    draw = z.uniform("marital_status/ended")
    ever = z.uniform("marital_status") < expit(p.marriage_age * (v["age"] - p.age_at_marriage))
    widowed = z.uniform("marital_status/widowed") < expit(
        p.widow_age * (v["age"] - p.age_at_widowhood)
    )
    ended = np.where(widowed, 3, np.where(draw < p.divorced_share, 2, 1))
    return np.where(ever, ended, 0).astype(np.int8)


@node(
    "dependants",
    "household_size",
    formula="Poisson with mean dependant_share x the other members, and no more than they are",
    unit="people",
)
def _dependants(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    others = v["household_size"] - 1
    count = poisson(z.uniform("dependants"), others * p.dependant_share, MOST_HOUSEHOLD)
    return np.where(count < others, count, others)


@node(
    "full_time_student",
    "age",
    formula="1 with log-odds student_age x (student_until - age)",
)
def _full_time_student(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    chance = expit(p.student_age * (p.student_until - v["age"]))
    return flag(z.uniform("full_time_student") < chance)


@node(
    "residence_months",
    "age migrant",
    formula=(
        "exponential with mean residence_mean, or residence_mean_migrant for migrants, and no "
        "longer than the person has lived"
    ),
    unit="months",
    decimals=0,
)
def _residence_months(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
    mean = np.where(v["migrant"] == 1, p.residence_mean_migrant, p.residence_mean)
    stayed = -mean * np.log(z.uniform("residence_months"))
    life = v["age"] * MONTHS
    return np.where(stayed < life, stayed, life)


def years_as_adult(age: Array) -> Array:
    """Return the years since a person turned 18."""
    return age - FIRST_ADULT_YEAR
