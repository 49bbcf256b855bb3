"""Who owes what to whom: banks and shadow lenders, workers, and people who lent or won a suit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.populations.firms.registers import FINANCE
from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.populations.societies.households import Whole

KINDS = ("bank_loan", "unreported_loan", "judgment", "wages")
BANK_LOAN, UNREPORTED, JUDGMENT, WAGES = range(4)
PERSON_ASKED = ("debt", "hidden_service", "income", "unpaid_judgment_amount")
FIRM_ASKED = (
    "firm_debt", "unreported_loans", "firm_unpaid_judgment_amount", "wages_owed", "industry",
    "shadow_lender", "employees",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Lenders:
    """Who lends, and how much of the lending each does.

    Attributes
    ----------
    people, firms : int
        How many there are.
    licensed, shadow : arrays of int
        Firms of finance with a licence and without one, counted from 0. Where a society has none
        with a licence, its largest firm stands in; where it has none without, people lend.
    weights : array of length n_firms
        By employees, and one more.
    """

    people: int
    firms: int
    licensed: Whole
    shadow: Whole
    weights: Array

    @classmethod
    def of(cls, firms: Mapping[str, Array], people: int) -> "Lenders":
        """Return the lenders of a society from `FIRM_ASKED`."""
        weights = firms["employees"] + 1.0
        finance = firms["industry"] == FINANCE
        licensed = np.flatnonzero(finance & (firms["shadow_lender"] == 0))
        shadow = np.flatnonzero(finance & (firms["shadow_lender"] == 1))
        if not len(licensed):
            licensed = np.array([int(np.argmax(weights))])
        return cls(people, len(weights), licensed, shadow, weights)

    def drawn(self, among: Whole, uniform: Array, debtor: Whole) -> Whole:
        """Return a lender of these for each debtor, by its weight, and not the debtor itself."""
        reached = np.cumsum(self.weights[among])
        spot = np.minimum(np.searchsorted(reached, uniform * reached[-1], side="right"),
                          len(among) - 1)  # fmt: skip
        spot = np.where(among[spot] + self.people == debtor, (spot + 1) % len(among), spot)
        chosen: Whole = among[spot] + self.people
        return chosen

    def person(self, uniform: Array) -> Whole:
        """Return a person for each number, everyone being as likely."""
        return (uniform * self.people).astype(np.int64)


def debts_of(
    debtor: Whole, owed: Mapping[int, Array], lenders: Lenders, *, seed: int, numbers: Numbers
) -> pd.DataFrame:
    """Return the debts of people or of firms, with a creditor for each.

    Parameters
    ----------
    debtor : array of int
        Their numbers.
    owed : mapping of int to array
        Kind (``BANK_LOAN``, ``UNREPORTED``, ``JUDGMENT``) -> what each owes.
    lenders : Lenders
    seed : int
    numbers : Numbers
        Of the society.
    """
    parts = []
    for kind, amounts in owed.items():
        some = np.flatnonzero(amounts >= 1)
        who, amount = debtor[some], amounts[some]
        lot = entity_uniforms(who, seed, f"society/debt/{KINDS[kind]}/creditor")
        side = entity_uniforms(who, seed, f"society/debt/{KINDS[kind]}/side")
        if kind == BANK_LOAN:
            creditor = lenders.drawn(lenders.licensed, lot, who)
        elif kind == UNREPORTED:
            by_people = (side < numbers.lent_by_people) | (len(lenders.shadow) == 0)
            firms = lenders.shadow if len(lenders.shadow) else lenders.licensed
            creditor = np.where(by_people, lenders.person(lot), lenders.drawn(firms, lot, who))
        else:
            anyone = (lot * lenders.firms).astype(np.int64) + lenders.people
            creditor = np.where(side < numbers.judgment_to_people, lenders.person(lot), anyone)
        parts.append(_debts(who, _another(creditor, who, lenders), kind, amount))
    return pd.concat(parts, ignore_index=True)


def wages_of(owed: Array, employer: Whole, staff: Whole, first_firm: int) -> pd.DataFrame:
    """Return the wages that firms owe, in equal parts to everyone who works there.

    Parameters
    ----------
    owed : array of length n_firms
    employer : array of int
        The firm of each of the staff, counted from 0.
    staff : array of int
        Person numbers.
    first_firm : int
        Number of the first firm.
    """
    late = owed[employer] >= 1
    heads = np.bincount(employer, minlength=len(owed))
    who, firm = staff[late], employer[late]
    return _debts(firm + first_firm, who, WAGES, owed[firm] / heads[firm])


def debts_frame(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return debts of several kinds as one table, by debtor, kind and creditor."""
    whole = pd.concat(parts, ignore_index=True)
    codes = whole["kind"].to_numpy()
    order = np.lexsort((whole["creditor"], codes, whole["debtor"]))
    whole = whole.iloc[order].reset_index(drop=True)
    whole["kind"] = pd.Categorical.from_codes(codes[order], categories=list(KINDS))
    return whole


def _debts(debtor: Whole, creditor: Whole, kind: int, amount: Array) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "debtor": debtor.astype(np.int64),
            "creditor": creditor.astype(np.int64),
            "kind": np.full(len(debtor), kind, dtype=np.int8),
            "amount": np.rint(amount).astype(np.float32),
            # A bureau hears of bank loans and of no other debt.
            "reported": np.full(len(debtor), int(kind == BANK_LOAN), dtype=np.int8),
        }
    )


def _another(creditor: Whole, debtor: Whole, lenders: Lenders) -> Whole:
    """Return the creditors, with the next one in the table where somebody would owe themselves."""
    own = creditor == debtor
    people = creditor < lenders.people
    next_person = (creditor + 1) % lenders.people
    next_firm = lenders.people + (creditor - lenders.people + 1) % lenders.firms
    return np.where(own, np.where(people, next_person, next_firm), creditor)
