"""Who owes what to whom: as much as is on file, and people are creditors too."""

import numpy as np
import pytest

from creditaudit.populations.firms.registers import FINANCE

PEOPLE = 80_000


def total(debts, kind, debtor_below=PEOPLE):
    kept = debts[(debts["kind"] == kind) & (debts["debtor"] < debtor_below)]
    return kept.groupby("debtor")["amount"].sum()


def test_debts_are_those_on_file(world):
    people, debts = world.people.frame, world.debts
    loans = total(debts, "bank_loan")
    owed = people["debt"][people["debt"] >= 1]
    assert loans.index.tolist() == owed.index.tolist()
    assert np.allclose(loans, owed, rtol=1e-6, atol=1)
    unpaid = total(debts, "judgment")
    assert unpaid.index.tolist() == people.index[people["judgment_unperformed"] == 1].tolist()


def test_hidden_debts_are_owed_to_people_and_to_lenders_without_a_licence(world):
    hidden = world.debts[world.debts["kind"] == "unreported_loan"]
    truth = world.people.truth["hidden_service"].to_numpy()
    debtors = hidden["debtor"][hidden["debtor"] < PEOPLE]
    assert (truth[debtors] > 0).all()
    assert (hidden["reported"] == 0).all()
    by_people = (hidden["creditor"] < PEOPLE).mean()
    assert by_people == pytest.approx(0.4, abs=0.02)
    lenders = hidden["creditor"][hidden["creditor"] >= PEOPLE] - PEOPLE
    assert (world.firms.truth["shadow_lender"].to_numpy()[lenders] == 1).all()


def test_banks_are_firms_of_finance_with_a_licence(world):
    loans = world.debts[world.debts["kind"] == "bank_loan"]
    banks = loans["creditor"].unique() - PEOPLE
    assert (world.firms.frame["industry"].cat.codes.iloc[banks] == FINANCE).all()
    assert (world.firms.truth["shadow_lender"].iloc[banks] == 0).all()
    assert (loans["reported"] == 1).all()


def test_workers_are_creditors_of_firms_that_pay_late(world):
    wages = world.debts[world.debts["kind"] == "wages"]
    employer = world.people.frame["employer_id"].iloc[wages["creditor"]].to_numpy()
    assert (employer == wages["debtor"].to_numpy()).all()
    owed = world.firms.frame.set_index("firm_id")["wages_owed"]
    paid = wages.groupby("debtor")["amount"].sum()
    assert np.allclose(paid, owed.reindex(paid.index), rtol=0.02, atol=1000)
    assert set(paid.index) == set(owed.index[owed >= 1])


def test_nobody_owes_themselves_and_creditors_exist(world):
    debts = world.debts
    assert (debts["debtor"] != debts["creditor"]).all()
    assert debts["creditor"].between(0, PEOPLE + 8000 - 1).all()
    assert (debts["amount"] >= 0).all()
    waiting = debts[(debts["kind"] == "judgment") & (debts["creditor"] < PEOPLE)]
    assert len(waiting) / (debts["kind"] == "judgment").sum() == pytest.approx(0.5, abs=0.04)
