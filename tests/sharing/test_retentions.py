"""How long an entry lasts, read from the presets."""

import pytest

from creditaudit.errors import InputError
from creditaudit.sharing.retentions import Retention, retention_of


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
