"""Every preset loads, passes its tests, goes round, and says where each fact is from."""

import duckdb
import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.rulebooks import preset_ids, presets
from creditaudit.vocabulary import load_vocabulary

BOOKS = [ca.Rulebook.load(name) for name in preset_ids()]
RUNNABLE = [book for book in BOOKS if not book.header.shape_only]


def people_of(book, rows=200, seed=7):
    """Return random values of every column that a book reads, a tenth of them missing."""
    random = np.random.default_rng(seed)
    found = {}
    for name, column in book.columns.items():
        if column.type == "category":
            values = random.choice(list(column.levels), rows).astype(object)
        elif column.type == "date":
            values = pd.Timestamp("2016-01-01") + pd.to_timedelta(
                random.integers(0, 3000, rows), "D"
            )
        elif column.type in ("text", "id"):
            values = random.integers(0, 9, rows).astype(str).astype(object)
        else:
            high = min(column.high or 5_000.0, 5_000.0)
            values = random.uniform(column.low or 0.0, high, rows)
            values = np.where(random.random(rows) < 0.5, 0, values)
            values = np.round(values) if column.whole or column.type == "yes_no" else values
        found[name] = pd.Series(values).where(random.random(rows) > 0.1)
    return pd.DataFrame(found)


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_the_id_is_the_name_of_the_file_and_the_text_goes_round(book):
    assert book.id in preset_ids()
    again = ca.Rulebook.from_toml(book.to_toml())
    assert again == book
    assert again.to_toml() == book.to_toml()
    assert again.contents == book.contents


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_every_rule_list_and_measure_has_a_source_and_a_mark(book):
    sources = {source.id for source in book.sources}
    for row in (*book.rules, *book.contents.lists, *book.contents.measures):
        assert row.source in sources
        assert row.mark
    for source in book.sources:
        assert source.read
    used = {row.source for row in (*book.rules, *book.contents.lists, *book.contents.measures)}
    used |= {right.source for right in book.contents.rights.values()}
    used |= {basis.source for basis in book.basis.values()}
    used |= {band.source for band in book.contents.bands}
    assert used & sources


@pytest.mark.parametrize("book", RUNNABLE, ids=lambda book: book.id)
@pytest.mark.parametrize("reading", ["mild", "strict"])
def test_every_preset_runs_and_its_sql_gives_the_same(book, reading):
    for subject in book.header.subjects:
        scorer = ca.RulebookScorer(book, reading=reading, subject=subject)
        frame = people_of(book)[scorer.columns]
        scored = scorer.score(frame)
        assert len(scored) == len(frame)
        assert set(scored["decision"].dropna()) <= {"approved", "refused"}
        with duckdb.connect() as connection:
            connection.register("t", frame)
            for dialect in ("duckdb", "postgres"):
                text = scorer.to_sql(dialect=dialect)
                found = connection.sql(f"SELECT points, decision, fired FROM ({text})").df()
                for name in found:
                    assert found[name].astype(object).where(found[name].notna(), None).tolist() == (
                        scored[name].astype(object).where(scored[name].notna(), None).tolist()
                    ), (dialect, name)


@pytest.mark.parametrize("book", RUNNABLE, ids=lambda book: book.id)
def test_a_strict_reading_is_never_better_for_the_person(book):
    frame = people_of(book, rows=500)
    mild = ca.RulebookScorer(book, reading="mild")
    strict = ca.RulebookScorer(book, reading="strict")
    both = pd.DataFrame(
        {"mild": mild.points(frame[mild.columns]), "strict": strict.points(frame[strict.columns])}
    )
    both = both.dropna()
    assert (both["strict"] <= both["mild"]).all()


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_columns_are_of_the_vocabulary_or_declared(book):
    known = load_vocabulary()
    assert all(name in known or name in book.contents.columns for name in book.columns)


def test_the_table_of_presets_has_one_row_each():
    table = presets()
    assert table.columns.tolist() == [
        "id", "title", "jurisdiction", "issuer", "in_force", "use", "confidence",
    ]  # fmt: skip
    assert table["id"].tolist() == list(preset_ids())
    assert {"cn_spc_defaulters_2017", "cn_rongcheng_2016"} <= set(table["id"])


def test_a_preset_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(ca.errors.InputError, match="cn_rongcheng_2016"):
        ca.Rulebook.load("cn_rongcheng")
    with pytest.raises(ca.errors.InputError, match=r"Cannot read the rulebook 'none.toml'"):
        ca.Rulebook.load("none.toml")


# What the sources say of two books, one line a fact.
def listed(as_of="2018-06-01", reading="strict", **row):
    scorer = ca.RulebookScorer("cn_spc_defaulters_2017", as_of=as_of, reading=reading)
    return scorer.trace(row).listed == ("judgment_defaulters",)


DEBTOR = {"effective_judgment": 1, "judgment_unperformed": 1}


def test_not_paying_alone_lists_nobody():
    assert not listed(**DEBTOR)
    assert listed(**DEBTOR, able_but_refuses=1)
    assert not listed(able_but_refuses=1)


def test_security_and_cover_bar_only_the_first_ground():
    assert not listed(**DEBTOR, able_but_refuses=1, security_given=1)
    assert not listed(**DEBTOR, able_but_refuses=1, seized_assets_cover=1)
    assert not listed(**DEBTOR, able_but_refuses=1, deadline_passed=0)
    assert listed(**DEBTOR, hidden_assets=1, security_given=1, seized_assets_cover=1)


def test_minors_are_not_listed_on_any_ground():
    grounds = ["able_but_refuses", "obstruction_found", "violence_or_threat", "hidden_assets",
               "asset_report_breach", "spending_limit_breach", "settlement_refused"]  # fmt: skip
    for ground in grounds:
        assert listed(**DEBTOR, **{ground: 1})
        assert not listed(**DEBTOR, **{ground: 1}, minor=1)


def test_an_officer_of_a_listed_firm_without_a_judgment_is_never_listed():
    for day in ("2018-06-01", "2020-06-01"):
        assert not listed(day, officer_of_listed=3, judgment_unperformed=1, able_but_refuses=1)


def test_ability_is_asked_for_on_the_first_ground_only():
    book = ca.Rulebook.load("cn_spc_defaulters_2017")
    reading_ability = [
        r.id for r in book.rules if "able_but_refuses" in book.conditions[r.id].columns
    ]
    assert reading_ability == ["able_but_refuses"]


def test_rongcheng_items_and_bands_are_those_of_the_sources():
    book = ca.Rulebook.load("cn_rongcheng_2016")
    points = {rule.id: rule.points.strict for rule in book.rules if rule.points}
    assert points["arrears"] == -10
    assert points["utility_theft"] == -50
    assert points["utility_damage"] == -100
    assert book.rule("other_commercial").points.mild == -5
    assert {band.tier: band.from_ for band in book.contents.bands}["A"] == 960
    assert {band.tier: band.mark for band in book.contents.bands if band.mark != "M"} == {"A": "V*"}
    assert book.rule("drunk_driving").tier_cap == "C"
