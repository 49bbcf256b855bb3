"""What the texts of the presets say: sources, marks, searches, and the facts that matter most."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta

import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.rulebooks import preset_ids
from creditaudit.rulebooks.readers import MARKS

BOOKS = {name: ca.Rulebook.load(name) for name in preset_ids()}
RUNNABLE = [name for name, book in BOOKS.items() if not book.header.shape_only]
SHAPE_ONLY = {
    "cn_customs_credit_2026", "cn_enterprise_evaluation_2019", "cn_pci_catalogue_2024",
    "cn_penalty_list_2021", "cn_rongcheng_2021", "cn_tencent_like",
}  # fmt: skip
WANTED = {
    "cn_spc_defaulters_2013", "cn_spc_defaulters_2017", "cn_joint_sanctions_2016",
    "cn_rongcheng_2016", "cn_rongcheng_2019", "cn_repair_2019", "cn_repair_2023", "cn_repair_2026",
    "us_fcra", "de_schufa", "cn_spc_high_consumption_2010", "cn_spc_high_consumption_2015",
    "cn_chongqing_education_2018", "cn_pboc_repair_2025", "cn_shanghai_credit_2017",
    "cn_zhejiang_credit_2017", "cn_henan_credit_2019", "cn_shandong_credit_2020",
    "cn_shenzhen_credit_2023", "cn_suining_2010", "cn_sesame_like", "cn_pboc_report",
    "cn_tax_rating_2014", "cn_tax_rating_2025", "cn_customs_credit_2021",
    "cn_enterprise_lists_2014", "cn_samr_serious_2021", "us_fico_like", "de_debtor_register",
    "uk_judgments_register", "hu_tax_debtors", "nl_fsv", "us_passport_denial",
}  # fmt: skip
# Firms and entries made by hand: the library makes people, not these.
FIRMS = pd.DataFrame({
    "nonroutine_data": [1, 0, 1], "routine_data_complete": [1, 1, 0],
    "firm_late_filings": [0, 2, 1], "firm_tax_arrears": [0.0, 60_000.0, 100.0],
    "tax_evasion_found": [0, 0, 1],
    "rated_d_firms": [0, 1, 0], "age_years": [8, 1, 20], "no_revenue": [0, 0, 1],
    "smuggling_found": [0, 1, 0], "customs_penalised_share": [0.0, 0.01, 0.002],
    "customs_penalties": [0.0, 5.0, 2e6], "annual_report_missing": [0, 1, 1],
    "false_disclosure": [0, 0, 1], "abnormal_list": [0, 1, 1], "abnormal_months": [0, 12, 40],
    "heavy_penalties": [0, 1, 2], "serious_harm_found": [0, 0, 1],
    "wages_owed": [0.0, 500.0, 9_000.0], "wage_arrears_serious": [0, 0, 1],
    "firm_judgment_unperformed": [0, 1, 1], "firm_ability_found": [0, 0, 1],
    "firm_listed_court": [0, 0, 1],
})  # fmt: skip
ENTRIES = pd.DataFrame({
    "event": ["tax_penalty", "judgment_unperformed", "missed_payment", "traffic_fine"],
    "date": pd.to_datetime(["2021-03-01", "2019-05-01", "2022-01-01", "2025-02-01"]),
    "act_ended_on": pd.to_datetime(["2021-03-01", None, "2022-09-01", "2025-02-01"]),
    "published_on": pd.to_datetime(["2021-06-01", "2019-08-01", None, None]),
    "expiry": pd.to_datetime(["2024-03-01", None, None, None]),
    "repair": pd.to_datetime([None, None, None, None]),
    "paid_on": pd.to_datetime([None, None, "2022-09-01", None]),
    "event_amount": [900.0, 70_000.0, 800.0, 200.0],
    "entity_kind": ["firm", "person", "person", "person"],
    "severity": ["general", "serious", "minor", "minor"],
    "months_published": [20, 40, 2, 1], "conduct_corrected": [1, 0, 1, 1],
    "commitment_made": [1, 0, 1, 0], "obligations_met": [1, 0, 1, 1],
    "simple_procedure": [0, None, None, 1], "no_repair": [0, 0, 0, 0],
    "entity_on_serious_list": [0, 1, 0, 0],
    "report_item": ["charge_off", "civil_judgment", None, None],
    "report_item_months": [20, 100, None, None],
})  # fmt: skip


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return ca.make_borrowers(2_000, seed=7, columns="all").frame


def with_columns(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the columns a book reads; one that is not there is empty, as the scorer asks."""
    absent = {name: pd.Series([None] * len(frame), dtype=object) for name in names}
    return pd.DataFrame({name: frame.get(name, absent[name]) for name in names})


def parts(row: object, where: str) -> Iterator[tuple[str, object]]:
    """Yield every record inside a record, with a path for messages."""
    yield where, row
    if not is_dataclass(row):
        return
    for field in fields(row):
        value = getattr(row, field.name)
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for key, one in inner:
            for place, item in enumerate(one if isinstance(one, tuple) else (one,)):
                if is_dataclass(item):
                    yield from parts(item, f"{where}.{field.name}{key and f'.{key}'}[{place}]")


def records(name: str) -> list[tuple[str, object]]:
    return list(parts(BOOKS[name].contents, name))


def test_every_preset_that_was_promised_is_there():
    assert set(preset_ids()) >= WANTED | SHAPE_ONLY
    assert {name for name in BOOKS if name not in RUNNABLE} == SHAPE_ONLY


@pytest.mark.parametrize("name", BOOKS)
def test_every_rule_has_a_source_and_every_mark_is_known(name):
    book = BOOKS[name]
    sources = {source.id: source for source in book.sources}
    for rule in book.rules:
        assert rule.source in sources, rule.id
        assert rule.mark, rule.id
        assert rule.basis, rule.id
    for where, row in records(name):
        mark = getattr(row, "mark", None)
        if mark is not None:
            assert set(mark.split("/")) <= set(MARKS), (where, mark)
    # What was not read cannot be verified: no rule on such a source is marked V.
    for rule in book.rules:
        if sources[rule.source].read.startswith("not read"):
            assert "V" not in rule.mark.split("/"), rule.id


@pytest.mark.parametrize("name", BOOKS)
def test_a_search_that_found_nothing_says_where_when_and_who(name):
    for where, row in records(name):
        if getattr(row, "state", "") == "searched_not_found":
            assert row.searched_in, where
            assert row.searched_by, where
            assert row.searched_on is not None, where


@pytest.mark.parametrize("name", BOOKS)
def test_books_name_only_books_that_are_there(name):
    header = BOOKS[name].header
    named = {*header.twins, header.follows, header.followed_by} - {None}
    assert named <= set(BOOKS)
    assert name not in named
    # A list, or points for morals and civic virtue, is for study.
    tags = {rule.tag for rule in BOOKS[name].rules}
    if tags & {"moral", "civic"}:
        assert header.use == "study"


@pytest.mark.parametrize("name", RUNNABLE)
def test_inline_tests_stand_in_every_book_and_hold_both_readings_where_they_differ(name):
    book = BOOKS[name]
    tests = [test for rule in book.rules for test in rule.tests] + list(book.contents.tests)
    assert book.contents.tests
    if any(rule.when.differ for rule in book.rules):
        assert {"mild", "strict"} <= {test.reading for test in tests}


@pytest.mark.parametrize("name", RUNNABLE)
def test_only_a_text_that_declines_somebody_decides(name):
    decision = BOOKS[name].contents.decision
    assert (decision.rests_on == "text") == (name == "us_passport_denial")
    if decision.rests_on == "assumption":
        assert "ssumed" in decision.text or "ssumption" in decision.text
        assert decision.mark == "F"


@pytest.mark.parametrize("name", RUNNABLE)
def test_every_preset_runs_on_synthetic_people_firms_and_entries(name, people):
    book = BOOKS[name]
    rows = {"person": people, "firm": FIRMS, "event": ENTRIES}
    for subject in book.header.subjects:
        for reading in ("mild", "strict") if book.open_readings else (None,):
            scorer = ca.RulebookScorer(book, reading=reading, subject=subject)
            frame = with_columns(rows[subject], scorer.columns)
            decided = scorer.decide(frame)
            assert len(decided) == len(frame)
            assert set(decided.dropna()) <= {"approved", "refused"}
            if book.header.on_missing == "false":
                assert decided.notna().all()


@pytest.mark.parametrize("name", BOOKS)
def test_the_words_of_a_book_blame_nobody(name):
    text = BOOKS[name].to_toml().lower()
    for word in ("deadbeat", "violator", "laolai", "biased", "dishonest"):
        assert word not in text, word


# The family clause, as the sources have it.
def sanctions(reading="strict", as_of="2020-06-01", **row):
    return ca.RulebookScorer("cn_joint_sanctions_2016", as_of=as_of, reading=reading).trace(row)


def touching(trace):
    book = BOOKS["cn_joint_sanctions_2016"]
    fires = trace.frame.loc[trace.frame["state"].str.startswith("fires"), "rule"]
    return {who for name in fires for who in book.rule(name).touches}


def test_the_national_text_restricts_what_the_listed_persons_own_property_pays():
    book = BOOKS["cn_joint_sanctions_2016"]
    school = next(m for m in book.contents.measures if m.id == "private_school")
    assert school.who == ("child",)
    assert school.own_property_only is True
    assert school.mark == "V"
    touched = {who for rule in book.rules for who in rule.touches}
    assert touched == {"self", "representative", "officer", "controller", "child"}
    assert not book.contents.lists  # it lists nobody, and no relative
    pays = {"listed_court": 1, "child_high_fee_school": 1}
    assert touching(sanctions(**pays, child_fee_payer="self")) == {"self", "child"}
    for payer in ("spouse", "other", "nobody"):
        assert touching(sanctions(**pays, child_fee_payer=payer)) == {"self"}
    assert touching(sanctions(**{**pays, "listed_court": 0}, child_fee_payer="self")) == set()
    assert touching(sanctions(listed_court=1, child_fee_payer="self")) == {"self"}
    # The opinions came after the memorandum.
    assert touching(sanctions(as_of="2016-06-01", **pays, child_fee_payer="self")) == {"self"}


def test_a_high_fee_is_found_in_the_mild_reading_and_compared_in_the_strict_one():
    row = {"listed_court": 1, "child_fee_payer": "self", "child_high_fee_school": 0}
    fees = {"child_school_fee": 4_000, "public_school_fee": 1_000}
    assert "child" in touching(sanctions("strict", **row, **fees))
    assert "child" not in touching(sanctions("mild", **row, **fees))


def test_the_local_notice_reaches_further_than_the_national_text():
    parent = {
        "listed_court": 0, "spouse_listed": 1, "child_fee_payer": "other",
        "child_school_fee": 4_000, "public_school_fee": 1_000,
    }  # fmt: skip
    local = ca.RulebookScorer("cn_chongqing_education_2018", reading="strict").trace(parent)
    assert local.decision == "refused"
    national = {name: value for name, value in parent.items() if name != "spouse_listed"}
    assert touching(sanctions(**national)) == set()


def test_officers_are_touched_by_limits_and_listed_by_no_court():
    officer = {"officer_of_listed": 2, "effective_judgment": 0, "judgment_unperformed": 1}
    assert touching(sanctions(officer_of_listed=2)) == {"representative", "officer", "controller"}
    for day in ("2018-06-01", "2021-06-01"):
        scorer = ca.RulebookScorer("cn_spc_defaulters_2017", as_of=day, reading="strict")
        assert scorer.trace({**officer, "able_but_refuses": 1}).listed == ()


def test_ability_is_asked_of_every_entry_in_2013_and_of_one_in_2017():
    able = {"effective_judgment": 1, "judgment_unperformed": 1, "hidden_assets": 1}
    first = ca.RulebookScorer("cn_spc_defaulters_2013")
    second = ca.RulebookScorer("cn_spc_defaulters_2017", reading="strict")
    assert first.trace({**able, "ability_found": 1}).listed == ("judgment_defaulters",)
    assert first.trace({**able, "ability_found": 0}).listed == ()
    assert second.trace({**able, "able_but_refuses": 0}).listed == ("judgment_defaulters",)


def test_five_statutes_start_the_clock_of_one_entry_on_different_days():
    entry = {
        "event": "tax_penalty", "entity_kind": "person", "simple_procedure": 0,
        "date": date(2020, 1, 1), "act_ended_on": date(2020, 12, 1),
        "published_on": date(2020, 6, 1), "expiry": date(2021, 6, 1),
    }  # fmt: skip
    ends = {
        "cn_zhejiang_credit_2017": date(2025, 1, 1),
        "cn_shanghai_credit_2017": date(2025, 12, 1),
        "cn_shandong_credit_2020": date(2025, 12, 1),
    }
    for name, end in ends.items():
        for day, shown in ((end - timedelta(days=1), True), (end, False)):
            scorer = ca.RulebookScorer(name, as_of=day, reading="mild", subject="event")
            row = {key: entry[key] for key in entry if key in scorer.columns}
            assert (scorer.trace(row).listed == ("negative_entry",)) is shown, (name, day)
    shenzhen = ca.RulebookScorer("cn_shenzhen_credit_2023", reading="mild", subject="event")
    row = {key: entry[key] for key in entry if key in shenzhen.columns}
    assert shenzhen.trace(row).listed == ()  # the catalogue's term is over


def test_unable_is_a_ground_in_one_register_and_a_shield_in_another():
    unable = {"effective_judgment": 1, "judgment_unperformed": 1}
    german = ca.RulebookScorer("de_debtor_register").trace({**unable, "assets_insufficient": 1})
    chinese = ca.RulebookScorer("cn_spc_defaulters_2013").trace({**unable, "ability_found": 0})
    assert german.listed == ("debtor_register",)
    assert chinese.listed == ()


def test_shape_only_books_compute_nothing():
    for name in SHAPE_ONLY:
        assert BOOKS[name].rules == ()
        with pytest.raises(ca.errors.InputError, match="shape"):
            ca.RulebookScorer(name)
