"""A list month after month: refused, poorer, in default, listed, paid up, gone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from creditaudit.populations.packs import Numbers
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.sharing.debtors import Debtors
from creditaudit.sharing.list_reach import ListReach, SeededReach
from creditaudit.sharing.retentions import Retention
from creditaudit.values import Floats

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
# Debt that is paid off does not lower the odds of default without end.
LEAST_BURDEN = 0.1
TOTALS = ("fell", "due", "due_to_people", "paid", "paid_to_people", "income_lost")


@dataclass(frozen=True, eq=False)
class Trail:
    """What happened to people over the months.

    Attributes
    ----------
    listed, in_default, touched : bool array of shape (months, n_people)
        At the end of each month: on the list; something due; reached by a measure through a tie.
    totals : dict of str to array of length months
        `TOTALS`: people who fell into default; money that fell due, with interest; money paid;
        income lost to measures.
    first_listed, first_fall : int array of length n_people
        Month of the first; 0 for never.
    listings, falls : int array
        How many of each.
    recovered : int array
        First month after the first listing in which nothing is due and the person is on no list;
        0 for never.
    due, paid, income_lost : array of float
        Over all months, of each person.
    """

    listed: Flags
    in_default: Flags
    touched: Flags
    totals: dict[str, Floats]
    first_listed: Counts
    first_fall: Counts
    listings: Counts
    falls: Counts
    recovered: Counts
    due: Floats
    paid: Floats
    income_lost: Floats


def lived(
    debtors: Debtors, phases: Sequence[tuple[int, ListReach]], retention: Retention,
    numbers: Numbers, seed: int, months: int,
) -> Trail:  # fmt: skip
    """Return what happens to people month after month.

    Parameters
    ----------
    debtors : Debtors
    phases : sequence of (int, ListReach)
        From which month on a listing reaches what; the first from month 1.
    retention : Retention
    numbers : Numbers
        See ``feedback_numbers.toml``.
    seed : int
        Luck is keyed by seed, person, month and event, so it is the same under every rule.
    months : int

    Returns
    -------
    Trail

    Notes
    -----
    In month t, for a person whom k measures reach, because of a listing at the end of month t - 1:

    1. Income is ``y (1 - c)^k``.
    2. Default comes with the monthly chance ``1 - (1 - p)^(1/12)``, where the log-odds of p are the
       true ones, plus ``e log((debt now / first debt) / (income now / y))``, less the deterrence.
       A part of the debts falls due.
    3. What is due grows by the interest, and the person pays
       ``s max(0, income - needs) (1 - (1 - w) (1 - push)^k)``, at most what is due.
    4. An unpaid default that is not listed yet is listed with its chance; an entry ends as the
       retention says.

    Before somebody is listed or touched, nothing depends on the rule: first falls are the same
    under all rules without ties, mistakes and deterrence.
    """
    life = _Life(debtors, retention, numbers, seed, months)
    at = {month: reach.seeded(seed) for month, reach in phases}
    reach = at[phases[0][0]]
    for month in range(1, months + 1):
        reach = at.get(month, reach)
        life.step(month, reach)
    return life.trail()


@dataclass(eq=False)
class _Life:
    debtors: Debtors
    retention: Retention
    numbers: Numbers
    seed: int
    months: int
    history: Flags = field(init=False)

    def __post_init__(self) -> None:
        n, d = self.debtors.n, self.debtors
        self.ids = np.arange(n)
        self.remaining, self.owed = d.debt.copy(), np.zeros(n)
        self.pending, self.on, self.wronged = (np.zeros(n, dtype=bool) for _ in range(3))
        self.since, self.paid_at = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        # Row t is the end of month t; nobody is listed at the beginning.
        self.history = np.zeros((self.months + 1, n), dtype=bool)
        self.in_default = np.zeros((self.months, n), dtype=bool)
        self.touched = np.zeros((self.months, n), dtype=bool)
        self.first_listed, self.first_fall, self.listings, self.falls, self.recovered = (
            np.zeros(n, dtype=np.int64) for _ in range(5)
        )
        self.due, self.paid, self.lost = np.zeros(n), np.zeros(n), np.zeros(n)
        self.totals = {name: np.zeros(self.months) for name in TOTALS}
        self.needs = float(self.numbers.needs) * float(np.median(d.income))
        self.owing = d.debt > 0
        self.base = _monthly(d.log_odds)

    def step(self, month: int, reach: SeededReach) -> None:
        k, refused, touched = reach.measures(self.history, month, self.first_listed)
        # Nobody else differs from how they began.
        changed = (k > 0) | (self.first_fall > 0) | self.on
        near = np.flatnonzero(changed)
        kept = 1.0 - float(self.numbers.income_per_measure)
        factor: Floats = np.asarray(kept ** k[near], dtype=np.float64)
        fell = self._falls(month, near, factor, reach.reach.total)
        self._pay(month, near, factor, k[near], fell[~changed[fell]])
        self._borrow(near, refused[near])
        self._list(month)
        self._leave(month)
        self.history[month] = self.on
        self.in_default[month - 1] = self.owed > 0
        self.touched[month - 1] = touched
        free = (self.first_listed > 0) & (self.recovered == 0) & ~self.on & (self.owed == 0)
        self.recovered[free] = month

    def trail(self) -> Trail:
        return Trail(
            self.history[1:], self.in_default, self.touched, self.totals, self.first_listed,
            self.first_fall, self.listings, self.falls, self.recovered, self.due, self.paid,
            self.lost,
        )  # fmt: skip

    def _luck(self, month: int, event: str, who: Counts) -> Floats:
        return entity_uniforms(who, self.seed, f"sharing/feedback/{event}/{month}")

    def _falls(self, month: int, near: Counts, factor: Floats, measures: int) -> Counts:
        p, d = self.numbers, self.debtors
        deterred = float(p.deterrence) * measures
        chance = self.base if not deterred else _monthly(d.log_odds - deterred * ~self.on)
        chance = chance.copy()
        with np.errstate(invalid="ignore", divide="ignore"):
            burden = (self.remaining[near] + self.owed[near]) / d.debt[near]
        burden = np.maximum(np.nan_to_num(burden, posinf=1.0), LEAST_BURDEN) / factor
        moved = d.log_odds[near] + float(p.income_effect) * np.log(burden)
        chance[near] = _monthly(moved - deterred * ~self.on[near])
        drawn = self._luck(month, "default", self.ids)
        fell = np.flatnonzero(self.owing & (self.remaining > 0) & (drawn < chance))
        amount = float(p.overdue) * self.remaining[fell]
        self.remaining[fell] -= amount
        self.owed[fell] += amount
        self.pending[fell] = True
        self.falls[fell] += 1
        self.first_fall[fell] = np.where(self.first_fall[fell] == 0, month, self.first_fall[fell])
        self.totals["fell"][month - 1] = len(fell)
        self._fall_due(month, fell, amount)
        return fell

    def _fall_due(self, month: int, who: Counts, amount: Floats) -> None:
        self.due[who] += amount
        self.totals["due"][month - 1] += amount.sum()
        self.totals["due_to_people"][month - 1] += (amount * self.debtors.to_people[who]).sum()

    def _pay(self, month: int, near: Counts, factor: Floats, k: Counts, new: Counts) -> None:
        p, income = self.numbers, self.debtors.income
        # Those who fell for the first time this month are not among the near ones.
        who = np.concatenate([near, new])
        left = np.concatenate([factor, np.ones(len(new))])
        reached = np.concatenate([k, np.zeros(len(new), dtype=k.dtype)])
        lost = income[who] * (1 - left)
        self.lost[who] += lost
        self.totals["income_lost"][month - 1] = lost.sum()
        owing = self.owed[who] > 0
        who, left, reached = who[owing], left[owing], reached[owing]
        interest = float(p.interest) * self.owed[who]
        self.owed[who] += interest
        self._fall_due(month, who, interest)
        able = float(p.spare) * np.maximum(0.0, income[who] * left - self.needs)
        will = 1 - (1 - float(p.willing)) * (1 - float(p.push)) ** reached
        paid = np.minimum(self.owed[who], able * will)
        self.owed[who] -= paid
        self.paid[who] += paid
        self.totals["paid"][month - 1] = paid.sum()
        self.totals["paid_to_people"][month - 1] = (paid * self.debtors.to_people[who]).sum()
        clear = who[self.owed[who] <= 0]
        self.owed[clear] = 0.0
        self.pending[clear] = False
        self.paid_at[clear] = month

    def _borrow(self, near: Counts, refused: Flags) -> None:
        may = near[~refused]
        debt = self.debtors.debt[may]
        room = np.maximum(0.0, debt - self.remaining[may] - self.owed[may])
        self.remaining[may] += np.minimum(room, float(self.numbers.reborrow) * debt)

    def _list(self, month: int) -> None:
        waiting = np.flatnonzero(self.pending)
        enters = waiting[self._luck(month, "listed", waiting) < float(self.numbers.listed_month)]
        self.pending[enters] = False
        # A further default while listed starts the term anew and is no second listing.
        new = enters[~self.on[enters]]
        self.since[enters] = month
        self.wronged[enters] = False
        chance = float(self.numbers.mistaken_month)
        if chance:
            off = np.flatnonzero(~self.on & ~self.pending & (self.owed == 0))
            off = np.setdiff1d(off, enters)
            wrong = off[self._luck(month, "mistaken", off) < chance]
            self.since[wrong] = month
            self.wronged[wrong] = True
            new = np.concatenate([new, wrong])
        self.on[new] = True
        self.on[enters] = True
        self.listings[new] += 1
        first = new[self.first_listed[new] == 0]
        self.first_listed[first] = month

    def _leave(self, month: int) -> None:
        who = np.flatnonzero(self.on & (self.since < month))
        kept, clear = self.retention, self.owed[who] == 0
        age = month - self.since[who]
        asks = self._luck(month, "repair", who) < float(self.numbers.repair_month)
        gone = self.wronged[who] & asks
        if kept.longest is not None:
            start = self.since[who]
            if kept.starts == "payment":
                start = np.maximum(start, self.paid_at[who])
            over = month - start >= kept.longest
            gone |= over & clear if kept.starts == "payment" else over
        if kept.paying_ends:
            may = clear & (age >= kept.shortest)
            gone |= may & asks if kept.asked else may
        left = who[gone]
        self.on[left] = False
        self.wronged[left] = False


def _monthly(log_odds: Floats) -> Floats:
    """Return the chance in a month of what has these log-odds in a year."""
    return np.asarray(-np.expm1(-np.logaddexp(0.0, log_odds) / 12))
