"""How long an entry lasts, read from the presets."""

from dataclasses import replace

import pytest

from creditaudit.errors import InputError
from creditaudit.sharing import SharingRegime
from creditaudit.sharing.retentions import (
    Retention,
    keeper_of,
    retention_of,
    written_retention,
)


def test_a_list_without_a_term_is_left_by_paying() -> None:
    kept = retention_of("cn_spc_defaulters_2013")
    assert (kept.longest, kept.paying_ends, kept.asked) == (None, True, False)
    assert kept.words == "without a term; paying ends it"


@pytest.mark.parametrize(
    ("rule", "shortest", "longest"),
    [("minor_shown", 0, 3), ("general_shown", 3, 12), ("serious_shown", 12, 36)],
)
def test_the_three_tiers_of_repair_are_read_with_both_ends(
    rule: str, shortest: int, longest: int
) -> None:
    kept = retention_of("cn_repair_2026", rule=rule)
    assert (kept.shortest, kept.longest, kept.asked) == (shortest, longest, True)


def test_five_years_from_the_end_of_the_act_start_with_payment() -> None:
    kept = retention_of("cn_pboc_report")
    assert (kept.starts, kept.longest, kept.paying_ends) == ("payment", 60, False)


def test_a_register_entry_of_three_years_can_be_deleted_when_payment_is_shown() -> None:
    kept = retention_of("de_debtor_register")
    assert (kept.longest, kept.paying_ends, kept.asked) == (36, True, True)


def test_rules_with_different_terms_have_to_be_named() -> None:
    with pytest.raises(InputError, match="rule="):
        retention_of("cn_repair_2026")
    with pytest.raises(InputError, match="no rule"):
        retention_of("cn_repair_2026", rule="grave")


def test_a_text_that_says_nothing_is_not_made_up() -> None:
    with pytest.raises(InputError, match="neither how long"):
        retention_of("nl_fsv")


def test_months_below_zero_are_refused() -> None:
    with pytest.raises(InputError, match="months"):
        Retention(name="x", longest=-1)


@pytest.mark.parametrize(
    ("regime", "keeper"),
    [
        ("regime_cn_joint_2016", "court"),
        # The court's register goes to the bureau alone, and the bureau's list to all others.
        ("regime_de_schufa_2023", "credit_bureau"),
        ("regime_us_fcra", "credit_bureau"),
        ("regime_silos", "court"),
    ],
)
def test_the_list_that_is_followed_is_the_one_that_most_take(regime: str, keeper: str) -> None:
    assert keeper_of(SharingRegime.load(regime)) == keeper


def test_a_regime_without_court_and_bureau_has_no_such_list() -> None:
    assert keeper_of(SharingRegime.silos(["tax", "bank"])) is None


def test_a_term_is_read_from_the_list_of_the_agency_itself() -> None:
    german = SharingRegime.load("regime_de_schufa_2023")
    court, bureau = (written_retention(german, one) for one in ("court", "credit_bureau"))
    assert court is not None
    assert bureau is not None
    assert (court.name, court.longest, court.starts) == ("de_debtor_register", 36, "entry")
    assert (bureau.name, bureau.longest, bureau.starts) == ("de_schufa", 36, "payment")
    # The court's list is in no rulebook of that regime.
    assert written_retention(SharingRegime.load("regime_us_fcra"), "court") is None


def test_a_term_of_another_jurisdiction_is_not_put_in_its_place() -> None:
    german = SharingRegime.load("regime_de_schufa_2023")
    elsewhere = replace(german, jurisdiction="US")
    assert written_retention(elsewhere, "credit_bureau") is None
    assert written_retention(SharingRegime.full(), "court") is None
