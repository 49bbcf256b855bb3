"""The record of a society up to today: entries, debts, guarantees, and who is at risk."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.populations.graphs import Array
from creditaudit.populations.randomness import BLOCK
from creditaudit.populations.societies import debts, records
from creditaudit.populations.societies.blocks import each_block, inside, joined_arrays
from creditaudit.populations.societies.debts import Lenders, debts_frame, debts_of, wages_of
from creditaudit.populations.societies.drafts import Draft
from creditaudit.populations.societies.entries import Entries
from creditaudit.populations.societies.guarantees import firms_vouch, people_vouch
from creditaudit.populations.societies.months import Risks
from creditaudit.populations.societies.structure import first_firm_of
from creditaudit.populations.societies.ties import Pairs

KEPT = ("true_log_odds", "on_file", "months_listed", "guarantees_given")
EMPLOYED = 0


@dataclass(frozen=True, eq=False)
class Logs:
    """What is on record about a society today.

    Attributes
    ----------
    entries : list of Entries
        Behind what is on file about people and firms.
    debts : pandas.DataFrame
        ``debtor, creditor, kind, amount, reported``.
    guarantees : pair of arrays
        Who vouches, for whom.
    risks : Risks
        What decides who defaults from now on.
    """

    entries: list[Entries]
    debts: pd.DataFrame
    guarantees: Pairs
    risks: Risks


def logged(draft: Draft) -> Logs:
    """Return the record of a society up to today."""
    lenders = Lenders.of(draft.firms, draft.n)
    months = float(draft.numbers.debt_months)

    def block_of(block: int) -> tuple[list[Entries], pd.DataFrame, dict[str, Array]]:
        return _people(draft, lenders, block, months)

    parts = each_block(draft.n, block_of, draft.workers)
    kept = joined_arrays([part[2] for part in parts])
    entries = [entry for part in parts for entry in part[0]] + _firm_entries(draft)
    owed = [part[1] for part in parts] + _firm_debts(draft, lenders)
    guarantees = _guarantees(draft, kept["guarantees_given"])
    return Logs(entries, debts_frame(owed), guarantees, _risks(draft, kept, guarantees))


def _people(
    draft: Draft, lenders: Lenders, block: int, months: float
) -> tuple[list[Entries], pd.DataFrame, dict[str, Array]]:
    many = inside(draft.n, block)
    asked = {*records.PERSON_ASKED, *debts.PERSON_ASKED, *KEPT}
    # Whose entries are under a name is an index into the whole block.
    values = {name: part[:many] for name, part in draft.world.values(block, asked).items()}
    numbers = np.arange(many) + block * BLOCK
    hidden = np.nan_to_num(values["hidden_service"]) * values["income"] * months
    owed = {
        debts.BANK_LOAN: values["debt"],
        debts.UNREPORTED: hidden,
        debts.JUDGMENT: values["unpaid_judgment_amount"],
    }
    table = debts_of(numbers, owed, lenders, seed=draft.seed, numbers=draft.numbers)
    entries = records.person_records(values, numbers, draft.seed)
    return entries, table, {name: values[name] for name in KEPT}


def _firm_entries(draft: Draft) -> list[Entries]:
    found = draft.firm_world.everyone(draft.n_firms, records.FIRM_ASKED)
    return records.firm_records(found, np.arange(draft.n_firms) + draft.n, draft.seed)


def _firm_debts(draft: Draft, lenders: Lenders) -> list[pd.DataFrame]:
    firms = draft.firms
    owed = {
        debts.BANK_LOAN: firms["firm_debt"],
        debts.UNREPORTED: firms["unreported_loans"],
        debts.JUDGMENT: firms["firm_unpaid_judgment_amount"],
    }
    numbers = np.arange(draft.n_firms) + draft.n
    table = debts_of(numbers, owed, lenders, seed=draft.seed, numbers=draft.numbers)
    staff = np.flatnonzero(draft.structure.people["employment"] == EMPLOYED)
    employer = draft.structure.work.employer[staff]
    return [table, wages_of(firms["wages_owed"], employer, staff, draft.n)]


def _guarantees(draft: Draft, given: Array) -> Pairs:
    structure = draft.structure
    owned = first_firm_of(structure.owners.owner, draft.n)
    own = np.where(owned >= 0, owned + draft.n, -1)
    of_people = people_vouch(
        given, structure.pairs["kin"], structure.pairs["contact"], own, seed=draft.seed,
        numbers=draft.numbers,
    )  # fmt: skip
    of_firms = firms_vouch(
        draft.firms["firm_guarantees_given"], draft.firms["firm_region"], draft.firms["industry"],
        draft.n, draft.seed,
    )  # fmt: skip
    return np.concatenate([of_people[0], of_firms[0]]), np.concatenate([of_people[1], of_firms[1]])


def _risks(draft: Draft, kept: Mapping[str, Array], guarantees: Pairs) -> Risks:
    people = {
        **kept,
        "region": draft.structure.people["region"],
        "employed": draft.structure.people["employment"] == EMPLOYED,
        "employer": draft.structure.work.employer,
    }
    firms = {**draft.firms, "owner": draft.structure.owners.owner}
    return Risks(people, firms, guarantees)
