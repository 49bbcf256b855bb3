"""What becomes of debts that are not paid: suits, lists, performance, repair, correction."""

from dataclasses import dataclass, field

import numpy as np

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.populations.societies.entries import Entries, day_in_month

NEVER = -9999
WHOLE = (0.0, 1.0)


@dataclass(eq=False)
class Docket:
    """Where each person or firm of a society stands, month by month.

    Attributes
    ----------
    first : int
        Number of the first of them.
    many : int
        How many there are.
    seed : int
    numbers : Numbers
        Of the society.
    defaulted, judged, wronged : arrays of bool
        Who has an unpaid default, a judgment for it, a mistaken entry that stands.
    listed_since : array of int
        The month of entry in the list, 0 and less before the first; `NEVER` for who is on none.
    turns : array of int
        How many entries there are about each so far.
    """

    first: int
    many: int
    seed: int
    numbers: Numbers
    defaulted: Array = field(init=False)
    judged: Array = field(init=False)
    wronged: Array = field(init=False)
    listed_since: Array = field(init=False)
    turns: Array = field(init=False)

    def __post_init__(self) -> None:
        self.defaulted = np.zeros(self.many, dtype=bool)
        self.judged = np.zeros(self.many, dtype=bool)
        self.wronged = np.zeros(self.many, dtype=bool)
        self.listed_since = np.full(self.many, NEVER, dtype=np.int64)
        self.turns = np.full(self.many, 64, dtype=np.int64)

    def enter_listed(self, months: Array) -> None:
        """Note who is on the list today, and for how many months; NaN for who is not."""
        on = ~np.isnan(months)
        self.listed_since[on] = -months[on].astype(np.int64)
        self.judged[on] = True

    def entered(
        self, who: Array, month: int, event: str, agency: str, *,
        span: tuple[float, float] = WHOLE, mistaken: bool = False,
    ) -> Entries:  # fmt: skip
        """Return an entry about each of these in a part of a month."""
        numbers = who + self.first
        turn = self.turns[who]
        self.turns[who] += 1
        return Entries(
            event, agency, numbers, turn, day_in_month(numbers, month, self.seed, event, span),
            np.full(len(who), mistaken), np.full(len(who), np.nan),
        )  # fmt: skip

    def drawn(self, who: Array, month: int, name: str, chance: Array) -> Array:
        """Return those of these to whom something happens in a month, by its chance."""
        numbers = who + self.first
        lots = entity_uniforms(numbers, self.seed, f"society/month/{name}/{month}")
        return who[lots < chance]

    def default(self, who: Array, month: int, span: tuple[float, float]) -> Entries:
        """Return an entry about each of these, who default in a part of a month."""
        self.defaulted[who] = True
        return self.entered(who, month, "default", "credit_bureau", span=span)

    def step(self, month: int) -> list[Entries]:
        """Return what courts and banks enter in a month about debts of earlier months."""
        p = self.numbers
        listed = self.listed_since > NEVER
        on = np.flatnonzero(listed)
        over = on[month - self.listed_since[on] >= p.listing_term]
        paid = np.setdiff1d(self.drawn(on, month, "performed", p.performed_month), over)
        leaves = np.union1d(over, paid)
        self.listed_since[leaves] = NEVER
        self.judged[leaves] = False
        entries = [self.entered(leaves, month, "delisting", "court")]
        judged = np.flatnonzero(self.judged & ~listed)
        enters = self.drawn(judged, month, "listed", p.listed_month)
        self.listed_since[enters] = month
        entries.append(self.entered(enters, month, "listing", "court"))
        owing = np.flatnonzero(self.defaulted & ~self.judged)
        mended = self.drawn(owing, month, "repair", p.repair_month)
        self.defaulted[mended] = False
        entries.append(self.entered(mended, month, "repair", "bank"))
        sued = self.drawn(np.setdiff1d(owing, mended), month, "sued", p.sued_month)
        self.judged[sued] = True
        entries.append(self.entered(sued, month, "judgment", "court"))
        return entries

    def mistakes(self, on_file: Array, month: int) -> list[Entries]:
        """Return mistaken entries of a month, and corrections of those that stand."""
        p = self.numbers
        standing = np.flatnonzero(self.wronged)
        mended = self.drawn(standing, month, "corrected", p.corrected_month)
        self.wronged[mended] = False
        wrong = self.drawn(np.flatnonzero(on_file), month, "mistaken", p.mistaken_month)
        self.wronged[wrong] = True
        return [
            self.entered(mended, month, "correction", "bank"),
            self.entered(wrong, month, "missed_payment", "bank", mistaken=True),
        ]
