"""The causal graph of people in a society: what their ties decide is given, the rest follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from creditaudit.errors import MissingColumn
from creditaudit.populations.biases import Bias
from creditaudit.populations.borrowers import COLUMNS
from creditaudit.populations.graphs import Array, Compute, Graph, Node, Values
from creditaudit.populations.origins import Origin
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons import PEOPLE
from creditaudit.populations.persons.livelihoods import INDUSTRIES
from creditaudit.populations.persons.roots import REGIONS
from creditaudit.populations.persons.shapes import MISSING_LEVEL, flag, pick, unknown_unless
from creditaudit.populations.randomness import BLOCK, Noise
from creditaudit.populations.registrations import REGISTERED
from creditaudit.populations.societies import further, schooling
from creditaudit.populations.storage import PERSON
from creditaudit.vocabulary import load_vocabulary

EMPLOYED, SELF_EMPLOYED = 0, 1
CONTACTS_SCORE = "contacts_score"
# Counts that can hold one mistaken entry, and the number that says how often.
MISTAKEN: Mapping[str, str] = {
    "late_payments_24m": "mistaken_bank",
    "judgments_5y": "mistaken_court",
    "late_filings": "mistaken_other",
    "traffic_fines": "mistaken_other",
    "phone_bills_late": "mistaken_other",
    "utility_late_payments": "mistaken_other",
    "platform_credit_late": "mistaken_other",
}
RESIDENT_COLUMNS = (
    PERSON, "person_name", "birth_date", "household_id", *COLUMNS[1:], "employer_id",
    "firms_owned", "firms_represented", "officer_of_listed", "spouse_listed",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Standing:
    """What ties decide about people, and what firms do to those who depend on them.

    Attributes
    ----------
    people : mapping of str to array of length n_people
        ``household_id, household_size, region, surname_rank, employer, partner`` (an index into
        the block), ``degree`` (contacts), ``firms_owned, firms_represented, officer_of_listed,
        own_industry`` (-1 without a firm) and ``owned_default``.
    firms : mapping of str to array of length n_firms
        ``label_true, firm_late_wages, industry``.
    first_firm : int
        ``firm_id`` of the first firm.
    """

    people: Mapping[str, Array]
    firms: Mapping[str, Array]
    first_firm: int


class Residents(Origin):
    """People of a society: their ties stay as they are whatever is replayed."""

    def made(self) -> dict[str, Any]:
        """Return how the people came to be."""
        made = super().made()
        made["name"] = made["name"].replace("synthetic borrowers", "people of a synthetic society")
        made["limits"] = [
            *made["limits"],
            "Ties are held when people are replayed: who lives with whom, works where and owns "
            "what stays, and so do the firms.",
            "The table holds adults, and a household is the adults who live together, in the sizes "
            "that a census gives for households of all ages.",
        ]
        return made


def resident_graph(standing: Standing) -> Graph:
    """Return the graph of people whose ties are known."""
    people, firms = standing.people, standing.firms
    given = [
        given_node(name, people[name], words, unit, levels)
        for name, words, unit, levels in (
            ("household_id", "the household; see the ties", "household", ()),
            ("household_size", "how many live in the household", "people", ()),
            ("region", "the region of the household", "", REGIONS),
            ("surname_rank", "the surname_rank that an ancestor drew", "", ()),
            ("employer", "the firm of the employment tie, counted from 0", "firm", ()),
            ("partner", "the spouse in the household", "", ()),
            ("degree", "how many contacts the person has", "people", ()),
            ("firms_owned", "how many firms the person owns", "firms", ()),
            ("firms_represented", "how many firms the person represents", "firms", ()),
            ("officer_of_listed", "how many of these are listed by a court", "firms", ()),
            ("own_industry", "the industry of a firm the person owns", "", INDUSTRIES),
            ("owned_default", "1 if a firm that the person owns defaults", "", ()),
        )
    ]
    changed = {
        "employer_id": _employer_id(standing.first_firm),
        "employer_trouble": _of_employer("employer_trouble", firms["label_true"], "defaults"),
        "late_wages": _late_wages(firms["firm_late_wages"]),
        "sector_of_work": _sector_of_work(firms["industry"]),
        "contacts": _contacts(),
        "burden": _burden(),
        **{name: with_mistakes(PEOPLE.nodes[name], number) for name, number in MISTAKEN.items()},
    }
    kept = [node for node in PEOPLE if node.name not in {one.name for one in given}]
    mistakes = [mistake_node(name, number) for name, number in MISTAKEN.items()]
    nodes = [*given, *mistakes, *(changed.get(node.name, node) for node in kept)]
    return Graph([*nodes, _spouse_listed(), *schooling.NODES, *further.NODES])


def resident_columns(columns: Sequence[str] | str | None) -> tuple[str, ...]:
    """Return the columns of people that are meant, all of them known."""
    vocabulary = load_vocabulary()
    own = ("household_id", "employer_id", "firms_owned", "firms_represented", "officer_of_listed")
    made = (*PEOPLE, *schooling.NODES, *further.NODES)
    plain = (*own, *(node.name for node in made if node.name in vocabulary), "spouse_listed")
    every = (PERSON, *REGISTERED, *dict.fromkeys(plain), CONTACTS_SCORE)
    if columns is None:
        return RESIDENT_COLUMNS
    if columns == "all":
        return every
    asked = tuple(dict.fromkeys([columns] if isinstance(columns, str) else columns))
    missing = [name for name in asked if name not in every]
    if missing or not asked:
        fix = 'Name columns of the vocabulary that are made for people, or pass columns="all".'
        raise MissingColumn.of(missing, every, fix)
    return asked


def given_node(
    name: str, values: Array, formula: str, unit: str = "", levels: Sequence[str] = ()
) -> Node:
    """Return a node whose values are known, one for each person or firm of the table."""

    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        part = values[z.block * BLOCK : (z.block + 1) * BLOCK]
        beyond = BLOCK - len(part)
        return np.concatenate([part, np.zeros(beyond, dtype=values.dtype)]) if beyond else part

    return Node(name, (), compute, formula, unit=unit, levels=tuple(levels))


def mistake_node(name: str, number: str) -> Node:
    """Return the node of the mistaken entry in a count: 1 with the chance of that number."""

    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        return flag(z.uniform(f"mistaken_{name}") < getattr(p, number))

    return Node(f"mistaken_{name}", (), compute, f"1 with chance {number}", numbers=(number,))


def with_mistakes(node: Node, number: str) -> Node:
    """Return a node of a count with the mistaken entry added."""
    inner, extra = node.compute, f"mistaken_{node.name}"

    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        counted: Array = inner(v, z, p, b) + v[extra]
        return counted

    return replace(
        node, parents=(*node.parents, extra), compute=compute,
        formula=f"{node.formula}; and {extra}", numbers=(*node.asks, number),
    )  # fmt: skip


def with_contacts_score(graph: Graph, scores: Array) -> Graph:
    """Return a graph with the mean platform score of each person's contacts, as it is today."""
    words = "mean platform_score of the contacts who have one"
    return Graph([*graph, given_node(CONTACTS_SCORE, scores, words, "points")])


def _changed(name: str, parents: str, compute: Compute, formula: str) -> Node:
    return replace(
        PEOPLE.nodes[name], parents=tuple(parents.split()), compute=compute, formula=formula
    )


def _employer_id(first: int) -> Node:
    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        return unknown_unless(v["employment"] == EMPLOYED, v["employer"] + first)

    words = "number of the firm the person works for, of those employed"
    return _changed("employer_id", "employer employment", compute, words)


def _of_employer(name: str, table: Array, words: str) -> Node:
    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        return flag(table[v["employer"].astype(np.intp)])

    return _changed(name, "employer", compute, f"1 if the firm {words}")


def _late_wages(table: Array) -> Node:
    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        late = table[v["employer"].astype(np.intp)]
        return unknown_unless(v["employment"] == EMPLOYED, late)

    words = "firm_late_wages of the employer, of those employed"
    return _changed("late_wages", "employer employment", compute, words)


def _sector_of_work(table: Array) -> Node:
    inner = PEOPLE.nodes["sector_of_work"]

    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        drawn = inner.compute(v, z, p, b)
        own = np.where(v["own_industry"] > MISSING_LEVEL, v["own_industry"], drawn)
        of_firm = table[v["employer"].astype(np.intp)]
        works = np.where(v["employment"] == SELF_EMPLOYED, own, drawn)
        return np.where(v["employment"] == EMPLOYED, of_firm, works).astype(np.int8)

    return replace(
        inner, parents=("employment", "employer", "own_industry"), compute=compute,
        formula=(
            "industry of the employer, of those employed; of the own firm, of those self-employed "
            "who have one; else level by industry_shares, of those in work"
        ),
        numbers=tuple(inner.asks),
    )  # fmt: skip


def _contacts() -> Node:
    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        return unknown_unless(~np.isnan(v["contract_months"]), v["degree"])

    words = "degree, of those with a contract"
    return _changed("contacts", "contract_months degree", compute, words)


def _burden() -> Node:
    inner = PEOPLE.nodes["burden"]

    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        return inner.compute(v, z, p, b) + p.owner_shock * v["owned_default"]

    return replace(
        inner, parents=(*inner.parents, "owned_default"), compute=compute,
        formula=f"{inner.formula} + owner_shock x owned_default",
        numbers=(*inner.asks, "owner_shock"),
    )  # fmt: skip


def _spouse_listed() -> Node:
    def compute(v: Values, z: Noise, p: Numbers, b: Bias) -> Array:
        spouse = v["partner"]
        return unknown_unless(spouse >= 0, pick(v["listed_court"], np.maximum(spouse, 0)))

    words = "listed_court of the spouse in the household"
    return Node("spouse_listed", ("listed_court", "partner"), compute, words)
