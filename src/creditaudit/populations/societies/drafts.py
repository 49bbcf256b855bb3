"""A society before its log: worlds of people and firms that know each other, and their ties."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from creditaudit.populations.base import Population
from creditaudit.populations.biases import Bias
from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.making import firm_world
from creditaudit.populations.firms.origins import FirmOrigin
from creditaudit.populations.firms.packs import load_firm_pack
from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers, Pack, load_pack
from creditaudit.populations.persons import PEOPLE
from creditaudit.populations.societies.blocks import everyone
from creditaudit.populations.societies.calibrated import joined, society_numbers
from creditaudit.populations.societies.debts import FIRM_ASKED as DEBTS_ASKED
from creditaudit.populations.societies.establishments import establishment_graph
from creditaudit.populations.societies.owners import responsible_for
from creditaudit.populations.societies.residents import (
    CONTACTS_SCORE,
    Residents,
    Standing,
    resident_graph,
    with_contacts_score,
)
from creditaudit.populations.societies.structure import (
    Structure,
    first_firm_of,
    form_structure,
)
from creditaudit.populations.societies.ties import Pairs
from creditaudit.populations.worlds import World

FIRM_FACTS = (
    "label_true", "firm_late_wages", "industry", "firm_region", "firm_listed_court",
    "firm_months_listed", "true_log_odds", "firm_on_file", "firm_guarantees_given", *DEBTS_ASKED,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Draft:
    """People and firms whose ties are known.

    Attributes
    ----------
    n, n_firms, workers : int
        How many people and firms there are, and on how many threads they are made.
    seed : int
    world, firm_world : World
        Of people and of firms, with what ties decide given.
    society_pack : Pack
        The numbers behind ties, months and mistakes.
    structure : Structure
        Who lives with whom, works where, owns what and calls whom.
    firms : mapping of str to array of length n_firms
        `FIRM_FACTS`.
    """

    n: int
    n_firms: int
    workers: int
    seed: int
    world: World
    firm_world: World
    society_pack: Pack
    structure: Structure
    firms: Mapping[str, Array]

    @property
    def numbers(self) -> Numbers:
        """The numbers of people and of the society."""
        return self.world.pack.numbers

    @property
    def pairs(self) -> dict[str, Pairs]:
        """Ties of every kind but guarantees, which follow from what is on file."""
        work, owners = self.structure.work, self.structure.owners
        employed = np.flatnonzero(self.structure.people["employment"] == 0)
        firms = np.arange(self.n_firms) + self.n
        return {
            **self.structure.pairs,
            "employment": (employed, work.employer[employed] + self.n),
            "ownership": (owners.owner, firms),
            "representation": (owners.representative, firms),
        }

    def people_population(self, columns: tuple[str, ...]) -> Population:
        """Return the people, with these columns."""
        world = self.world
        if CONTACTS_SCORE in columns:
            graph = with_contacts_score(world.graph, self._scores_around())
            world = replace(world, graph=graph)
        return Residents(world, self.n, columns, self.workers).population()

    def _scores_around(self) -> Array:
        name = "platform_score"
        scores = everyone(self.world, self.n, (name,), self.workers)[name]
        src, dst = self.structure.pairs["contact"]
        known = ~np.isnan(scores[dst])
        many = np.bincount(src[known], minlength=self.n)
        total = np.bincount(src[known], weights=scores[dst[known]], minlength=self.n)
        return np.where(many > 0, np.round(total / np.maximum(many, 1)), np.nan)

    def firm_population(self, columns: tuple[str, ...]) -> Population:
        """Return the firms, with these columns."""
        owners = self.structure.owners
        given = {
            "owner_id": owners.owner, "legal_representative_id": owners.representative,
        }  # fmt: skip
        origin = FirmOrigin(
            self.firm_world, self.n_firms, columns, self.seed, first=self.n, given=given
        )
        return origin.population()


def drafted(
    n: int, n_firms: int, *, seed: int, bias: Bias | None, firm_bias: FirmBias | None,
    pack: str | Pack, firm_pack: str | Pack, changes: Mapping[str, float] | None, workers: int,
) -> Draft:  # fmt: skip
    """Return people and firms of a society, firms settled before people."""
    own = society_numbers(changes)
    people_pack = joined(load_pack(pack), own)
    roots = World(PEOPLE, people_pack, bias or Bias(), seed)
    firm_roots = firm_world(seed, firm_bias, joined(load_firm_pack(firm_pack), own))
    numbers = joined(people_pack, firm_roots.pack).numbers
    seats = firm_roots.everyone(n_firms, ("employees", "firm_region"))
    structure = form_structure(roots, n, seats, numbers, workers)
    firms = _settled(firm_roots, structure, n, n_firms)
    facts = firms.everyone(n_firms, FIRM_FACTS)
    world = replace(roots, graph=resident_graph(_standing(structure, facts, n)))
    return Draft(n, n_firms, workers, seed, world, firms, own, structure, facts)


def _settled(firm_roots: World, structure: Structure, n: int, n_firms: int) -> World:
    """Return the world of firms with staff, owners and spread ratings."""
    known = {
        "employees": structure.work.size.astype(np.float64),
        "owner_ability": structure.people["ability"][structure.owners.owner],
    }
    first = replace(firm_roots, graph=establishment_graph(known))
    own_d = first.everyone(n_firms, ("own_rating_d",))["own_rating_d"]
    spread = responsible_for(structure.owners, own_d, n).astype(np.float64)
    return replace(firm_roots, graph=establishment_graph({**known, "rated_d_firms": spread}))


def _standing(structure: Structure, facts: Mapping[str, Array], n: int) -> Standing:
    owners, people = structure.owners, structure.people
    owned = first_firm_of(owners.owner, n)
    industry = np.where(owned >= 0, facts["industry"][np.maximum(owned, 0)], -1)

    def counted(whose: Array, weights: Array | None = None) -> Array:
        return np.bincount(whose, weights=weights, minlength=n).astype(np.float64)

    names = ("household_id", "household_size", "region", "surname_rank", "partner", "degree")
    given = {name: people[name] for name in names} | {
        "employer": structure.work.employer,
        "firms_owned": counted(owners.owner),
        "firms_represented": counted(owners.representative),
        "officer_of_listed": counted(owners.representative, facts["firm_listed_court"]),
        "own_industry": industry.astype(np.int8),
        "owned_default": (counted(owners.owner, facts["label_true"]) > 0).astype(np.int8),
    }
    return Standing(given, facts, n)
