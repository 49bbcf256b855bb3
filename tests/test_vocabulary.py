"""The columns that everything else names: complete, said once, in words a reader knows."""

import re
from datetime import date

import pandas as pd
import pytest

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations.base import CATALOG_COLUMNS
from creditaudit.vocabulary import (
    DECIMALS,
    KINDS,
    NEVER,
    SECTORS,
    SENSITIVITIES,
    TYPES,
    Column,
    load_vocabulary,
)

WORDS = load_vocabulary()
COLUMNS = list(WORDS.columns.values())
NAMES = [column.name for column in COLUMNS]
# What presets of the first rulebooks and the synthetic populations were promised.
PROMISED = {
    "person": """
        sex age minority registration region disability household_size dependants education
        marital_status residence_months migrant income occupation tenure_months sector_of_work
        late_wages job_loss reported_income debt debt_to_income utilisation cards months_on_book
        late_payments_24m worst_delinquency inquiries_6m mortgage guarantees_given overdraft
        default credit_limit interest_rate amount judgments_5y unpaid_judgment_amount
        judgment_unperformed listed_court hidden_assets civil_suits tax_arrears late_filings
        tax_penalties orders_12m returns_share ecommerce_spend platform_tenure_months
        platform_credit contract_months phone_bills_late number_changes contacts utility_arrears
        utility_late_payments traffic_fines fare_evasion jaywalking minor_offences drunk_driving
        volunteering_hours blood_donations petitions online_posts_flagged social_score
    """,
    "firm": """
        industry size_class employees ownership firm_region age_years assets
        working_capital_to_assets retained_earnings_to_assets ebit_to_assets
        equity_to_liabilities sales_to_assets leverage tax_rating firm_late_filings penalties
        customs_rating firm_late_wages unreported_loans shadow_lending abnormal_list serious_list
        firm_default
    """,
    "event": "entity agency event date finding event_amount expiry repair",
    "tie": "src dst relation",
}
LAWFUL = {"petitions", "online_posts_flagged"}
TIES = {
    "rated_d_firms",
    "child_in_army",
    "contacts_score",
    "spouse_listed",
    "officer_of_listed",
}


@pytest.mark.parametrize("column", COLUMNS, ids=NAMES)
def test_every_column_says_what_it_is_and_where_it_comes_from(column: Column) -> None:
    assert column.type in TYPES
    assert column.of in KINDS
    assert column.sector in SECTORS
    assert column.sensitivity in SENSITIVITIES
    assert column.purpose in WORDS.purposes
    for words in (column.unit, column.missing, column.description, column.source):
        assert words == words.strip()
        assert words
    assert column.description[0].isupper()
    assert not column.description.endswith(".")
    assert column.note == "" or column.note.endswith(".")


@pytest.mark.parametrize("column", COLUMNS, ids=NAMES)
def test_every_name_is_small_letters_joined_by_underscores(column: Column) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", column.name)


def test_there_are_at_least_seventy_columns_of_a_person_and_thirty_five_of_a_firm() -> None:
    assert len(WORDS.select(of="person")) >= 70
    assert len(WORDS.select(of="firm")) >= 35


@pytest.mark.parametrize("kind", KINDS)
def test_promised_columns_are_there(kind: str) -> None:
    missing = [n for n in PROMISED[kind].split() if n not in WORDS or WORDS[n].of != kind]
    assert missing == []


def test_persons_have_columns_from_every_sector() -> None:
    assert {column.sector for column in WORDS.select(of="person")} == set(SECTORS)


def test_sectors_are_described_in_the_order_of_the_code() -> None:
    assert tuple(WORDS.sectors) == SECTORS


def test_each_sector_has_an_agency_of_its_own_name() -> None:
    assert {sector: WORDS.agencies[sector][0] for sector in SECTORS} == {s: s for s in SECTORS}
    assert WORDS["agency"].labels == {id_: words for id_, (_, words) in WORDS.agencies.items()}


def test_agencies_fit_in_sixty_four_bits() -> None:
    assert len(WORDS.agencies) <= 64


def test_every_purpose_is_the_purpose_of_a_column() -> None:
    assert set(WORDS.purposes) == {column.purpose for column in COLUMNS}


@pytest.mark.parametrize("column", [c for c in COLUMNS if c.levels], ids=lambda c: c.name)
def test_levels_have_words(column: Column) -> None:
    assert tuple(column.labels) == column.levels
    assert all(label and label == label.strip() for label in column.labels.values())


def test_columns_of_a_person_and_of_a_firm_share_their_levels() -> None:
    assert WORDS["sector_of_work"].labels == WORDS["industry"].labels
    assert WORDS["region"].labels == WORDS["firm_region"].labels


def test_regions_are_codes_and_no_places() -> None:
    assert WORDS["region"].levels == tuple(f"r{i:02d}" for i in range(1, 32))


def test_lawful_acts_and_the_conduct_of_others_carry_a_note() -> None:
    assert all("lawful" in WORDS[name].note for name in LAWFUL)
    assert {c.name for c in COLUMNS if c.note.startswith("A tie, not own conduct")} >= TIES


def test_what_law_forbids_to_decide_by_is_marked() -> None:
    protected = {c.name for c in COLUMNS if c.sensitivity == "protected"}
    assert protected == {
        *("sex", "age", "birth_date", "minor", "minority", "registration"),
        *("disability", "marital_status", "migrant"),
    }


def test_words_never_judge_people() -> None:
    said = "\n".join(
        " ".join([c.name, c.description, c.note, *c.labels.values()]) for c in COLUMNS
    ).lower()
    for word in ("deadbeat", "violator", "biased", "trustworthiness of", "laolai"):
        assert word not in said


def test_decimals_follow_the_type_unless_the_column_says_otherwise() -> None:
    assert WORDS["debt"].decimals == DECIMALS["money"]
    assert WORDS["seller_rating"].decimals == 2
    assert WORDS["sex"].decimals is None
    assert WORDS["age"].whole
    assert not WORDS["debt"].whole
    assert not WORDS["sex"].whole


def test_bounds_are_none_where_there_are_none() -> None:
    assert (WORDS["age"].low, WORDS["age"].high) == (18, 90)
    assert (WORDS["debt"].low, WORDS["debt"].high) == (0, None)
    assert (WORDS["ebit_to_assets"].low, WORDS["ebit_to_assets"].high) == (None, None)
    assert (WORDS["sex"].low, WORDS["sex"].high) == (None, None)
    assert WORDS["listed_on"].low is None
    assert WORDS["listed_on"].domain == (date(1900, 1, 1), date(2100, 12, 31))


def test_an_unknown_name_is_answered_with_a_close_one() -> None:
    with pytest.raises(MissingColumn, match="Did you mean 'income'"):
        WORDS["incom"]


def test_select_takes_kind_and_sector_together() -> None:
    both = WORDS.select(of="firm", sector="court")
    assert both == tuple(c for c in COLUMNS if c.of == "firm" and c.sector == "court")
    assert len(WORDS.select()) == len(COLUMNS) == len(WORDS.columns)


def test_the_catalog_has_the_columns_of_a_population_s_catalog() -> None:
    catalog = WORDS.catalog(["income", "sex"])
    assert tuple(catalog.columns) == CATALOG_COLUMNS
    assert catalog["column"].tolist() == ["income", "sex"]
    assert catalog["sector"].tolist() == ["employer", "census"]
    assert len(WORDS.catalog()) == len(COLUMNS)


def test_an_empty_catalog_is_a_catalog() -> None:
    assert tuple(WORDS.catalog([]).columns) == CATALOG_COLUMNS


def test_a_catalog_of_unknown_columns_names_them_all() -> None:
    with pytest.raises(MissingColumn, match="'shoe_size', 'hat'"):
        WORDS.catalog(["income", "shoe_size", "hat"])


def test_the_vocabulary_is_read_once() -> None:
    assert load_vocabulary() is load_vocabulary()


def test_its_repr_counts_columns() -> None:
    people = len(WORDS.select(of="person"))
    assert repr(WORDS).startswith(f"<Vocabulary: {people} of person, ")


# Values a column may hold.


def outside(name: str, values: list[object]) -> list[bool]:
    return WORDS[name].outside(pd.Series(values)).tolist()


def test_numbers_beyond_the_bounds_are_outside() -> None:
    assert outside("age", [17, 18, 90, 91]) == [True, False, False, True]


def test_a_whole_number_with_a_fraction_is_outside() -> None:
    assert outside("cards", [1.0, 1.5]) == [False, True]
    assert outside("mortgage", [0, 1, 0.5, 2]) == [False, False, True, True]


def test_a_missing_value_is_outside_only_where_none_can_be_missing() -> None:
    assert WORDS["debt"].missing == NEVER
    assert outside("debt", [1.0, None]) == [False, True]
    assert WORDS["utilisation"].missing != NEVER
    assert outside("utilisation", [0.3, None]) == [False, False]


def test_an_unknown_level_is_outside_and_a_missing_one_may_be_allowed() -> None:
    assert outside("sex", ["female", "male", "Female", None]) == [False, False, True, True]
    assert outside("education", ["college", None, "doctor"]) == [False, False, True]


def test_dates_beyond_the_bounds_are_outside() -> None:
    assert outside("date", ["2020-01-01", "1850-01-01"]) == [False, True]


def test_texts_and_ids_are_read_for_missing_values_alone() -> None:
    assert outside("firm_name", ["x", None]) == [False, True]


def test_words_where_numbers_belong_are_an_error() -> None:
    with pytest.raises(InputError, match="'debt' holds money values"):
        outside("debt", ["a lot"])
