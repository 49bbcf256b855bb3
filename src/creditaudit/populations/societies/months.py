"""A society month by month: shocks pass from firms to people, and from people to firms after.

Within a month firms come first, then people: a firm's default reaches employees, owners and
guarantors in the same month, theirs reach firms in the next. So nothing goes round in a circle.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import REGIONS
from creditaudit.populations.persons.shapes import expit
from creditaudit.populations.randomness import BLOCK, Noise
from creditaudit.populations.societies.blocks import each_block, inside
from creditaudit.populations.societies.dockets import Docket
from creditaudit.populations.societies.entries import Entries
from creditaudit.populations.societies.ties import Pairs

MONTHS = 12
# Parts of a month, so that what follows from something is entered after it.
AFTER_LAST, FIRMS, NEXT, PEOPLE = (0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0)


@dataclass(frozen=True, eq=False)
class Risks:
    """What decides who defaults in a month.

    Attributes
    ----------
    people : mapping of str to array of length n_people
        ``true_log_odds, region, on_file, months_listed`` (NaN for who is not listed),
        ``employed, employer`` (from 0).
    firms : mapping of str to array of length n_firms
        ``true_log_odds, firm_region, firm_on_file, firm_months_listed, employees, owner``.
    guarantees : pair of arrays
        Who vouches, for whom.
    """

    people: Mapping[str, Array]
    firms: Mapping[str, Array]
    guarantees: Pairs


def economy(seed: int, months: int, numbers: Numbers) -> pd.DataFrame:
    """Return the economy of each month, and that of each region: higher is worse.

    Notes
    -----
    First-order autoregressive with spread 1 and ``economy_persistence`` a month; under the same
    seed and numbers it is the economy of `make_panel`.
    """
    wide, keep = 1 + len(REGIONS), numbers.economy_persistence
    level = Noise(seed, 0).normal("panel/economy", size=wide)
    rows = []
    for month in range(1, months + 1):
        shock = Noise(seed, 0, month).normal("panel/economy", size=wide)
        level = np.round(keep * level + np.sqrt(1 - keep**2) * shock, 6)
        rows.append((month, *level))
    return pd.DataFrame(rows, columns=["month", "economy", *REGIONS])


def lived_months(
    risks: Risks, macro: pd.DataFrame, seed: int, firm_noise: int, numbers: Numbers, workers: int
) -> list[Entries]:
    """Return everything that is entered in the months of ``macro``.

    Notes
    -----
    A person or firm that has not defaulted does so in a month with chance
    ``1 - (1 - p) ^ (1 / 12)``, where p is the chance of default within a year: the logistic of the
    true log-odds, moved by economy and region and by what has happened. A firm's default costs its
    employees their job with chance ``job_loss_trouble``, which adds ``pd_job_loss`` to their
    log-odds; it adds ``owner_shock`` to its owner's and ``guarantor_shock`` to those of who
    vouched. A person's default adds ``owner_listed_shock`` to the log-odds of the firms they own,
    and ``guarantor_shock`` to those of who vouched, from the next month on.
    """
    life = _Life(risks, seed, firm_noise, numbers, workers)
    entries: list[Entries] = []
    for row in macro.itertuples(index=False):
        month = int(row.month)
        regional = np.array([getattr(row, region) for region in REGIONS])
        entries += life.persons.step(month) + life.houses.step(month)
        fell, told = life.firms_fall(month, float(row.economy), regional)
        entries += told
        entries += life.people_fall(month, float(row.economy), regional, fell)
        entries += life.persons.mistakes(risks.people["on_file"] == 1, month)
        entries += life.houses.mistakes(risks.firms["firm_on_file"] == 1, month)
    return entries


class _Life:
    """Where everyone stands, from month to month."""

    def __init__(
        self, risks: Risks, seed: int, firm_noise: int, numbers: Numbers, workers: int
    ) -> None:
        self.risks, self.numbers, self.workers = risks, numbers, workers
        self.seed, self.firm_noise = seed, firm_noise
        people, firms = risks.people, risks.firms
        self.persons = Docket(0, len(people["region"]), seed, numbers)
        self.houses = Docket(self.persons.many, len(firms["owner"]), seed, numbers)
        self.persons.enter_listed(people["months_listed"])
        self.houses.enter_listed(firms["firm_months_listed"])
        # What has happened so far, in log-odds; who has fallen, and who did in the last month.
        self.moved, self.moved_firms = np.zeros(self.persons.many), np.zeros(self.houses.many)
        self.fallen = np.zeros(self.persons.many, dtype=bool)
        self.fallen_firms = np.zeros(self.houses.many, dtype=bool)
        self.fresh = self.fresh_firms = np.empty(0, dtype=np.int64)
        self.working = people["employed"].copy()

    def firms_fall(
        self, month: int, economy: float, regional: Array
    ) -> tuple[Array, list[Entries]]:
        """Return the firms that default, on what people and firms did until last month."""
        p, firms, houses = self.numbers, self.risks.firms, self.houses
        self.moved_firms += p.owner_listed_shock * np.isin(firms["owner"], self.fresh)
        called = _vouched(self.risks.guarantees, self.fresh_firms + houses.first, houses)
        self.moved_firms[called] += p.guarantor_shock
        worse = p.firm_economy_load * economy
        worse = worse + p.firm_region_load * regional[firms["firm_region"].astype(np.intp)]
        at_risk = (firms["firm_on_file"] == 1) & ~self.fallen_firms
        log_odds = firms["true_log_odds"] + self.moved_firms + worse
        name = "society/month/firm"
        fell = _defaults(log_odds, at_risk, self.firm_noise, month, name, self.workers)
        self.fallen_firms[fell] = True
        staffed = fell[firms["employees"][fell] > 0]
        return fell, [
            houses.entered(called, month, "guarantee_called", "bank", span=AFTER_LAST),
            houses.default(fell, month, FIRMS),
            houses.entered(staffed, month, "wages_late", "labour_office", span=NEXT),
        ]

    def people_fall(
        self, month: int, economy: float, regional: Array, fell: Array
    ) -> list[Entries]:
        """Return what befalls people, on what firms did this month and people until last month."""
        p, people, persons = self.numbers, self.risks.people, self.persons
        staff = np.flatnonzero(self.working & np.isin(people["employer"], fell))
        lost = persons.drawn(staff, month, "job_loss", p.job_loss_trouble)
        self.working[lost] = False
        self.moved[lost] += p.pd_job_loss
        self.moved[np.unique(self.risks.firms["owner"][fell])] += p.owner_shock
        debtors = np.concatenate([fell + self.houses.first, self.fresh])
        called = _vouched(self.risks.guarantees, debtors, persons)
        self.moved[called] += p.guarantor_shock
        worse = p.economy_load * economy
        worse = worse + p.region_load * regional[people["region"].astype(np.intp)]
        at_risk = (people["on_file"] == 1) & ~self.fallen
        log_odds = people["true_log_odds"] + self.moved + worse
        name = "society/month/person"
        self.fresh = _defaults(log_odds, at_risk, self.seed, month, name, self.workers)
        self.fallen[self.fresh] = True
        self.fresh_firms = fell
        return [
            persons.entered(lost, month, "job_loss", "employer", span=NEXT),
            persons.entered(called, month, "guarantee_called", "bank", span=NEXT),
            persons.default(self.fresh, month, PEOPLE),
        ]


def _defaults(
    log_odds: Array, at_risk: Array, seed: int, month: int, name: str, workers: int
) -> Array:
    def block_of(block: int) -> Array:
        here = slice(block * BLOCK, block * BLOCK + inside(len(log_odds), block))
        drawn = Noise(seed, block, month).uniform(name)[: here.stop - here.start]
        chance = 1 - (1 - expit(np.round(log_odds[here], 6))) ** (1 / MONTHS)
        return here.start + np.flatnonzero(at_risk[here] & (drawn < chance))

    return np.concatenate(each_block(len(log_odds), block_of, workers))


def _vouched(guarantees: Pairs, fallen: Array, among: Docket) -> Array:
    """Return who of a docket vouched for those that fell, counted within the docket."""
    giver, debtor = guarantees
    called = np.unique(giver[np.isin(debtor, fallen)]) - among.first
    return called[(called >= 0) & (called < among.many)]
