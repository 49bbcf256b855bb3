"""Who keeps what, why, and on which basis: every column has a keeper, no silence is called law."""

import pytest

from creditaudit.errors import InputError
from creditaudit.populations import agencies_frame, society_catalog
from creditaudit.populations.societies.agencies import STATES, keeper
from creditaudit.vocabulary import load_vocabulary


def test_every_column_about_people_and_firms_has_a_keeper():
    vocabulary = load_vocabulary()
    for kind in ("person", "firm"):
        for column in vocabulary.select(of=kind):
            assert keeper(column) in vocabulary.agencies, column.name
    assert keeper(vocabulary["fare_evasion"]) == "railway"
    assert keeper(vocabulary["late_payments_24m"]) == "credit_bureau"
    assert keeper(vocabulary["customs_rating"]) == "customs"
    assert keeper(vocabulary["event"]) == ""


def test_every_agency_of_the_vocabulary_is_told_with_three_jurisdictions():
    frame = agencies_frame()
    assert set(frame["agency"]) == set(load_vocabulary().agencies)
    assert set(frame["basis_state"]) <= set(STATES)
    shown = frame.groupby("agency")["jurisdiction"].nunique()
    assert (shown == 3).all()
    cited = frame["basis_state"] == "cited"
    assert (frame["basis"][cited] != "").all()
    assert (frame["mark"][cited] != "").all()
    assert (frame["basis"][frame["basis_state"] == "not_searched"] == "").all()


def test_a_basis_that_has_ended_is_repealed_and_its_successor_cited():
    before = agencies_frame("2025-01-01")
    tax = before[(before["agency"] == "tax") & (before["jurisdiction"] == "CN")]
    assert tax["basis_state"].tolist() == ["cited"]
    assert "2014 No. 40" in tax["basis"].iloc[0]
    after = agencies_frame("2025-12-01")
    tax = after[(after["agency"] == "tax") & (after["jurisdiction"] == "CN")]
    assert sorted(tax["basis_state"]) == ["cited", "repealed"]
    told = society_catalog(["tax_rating"], on="2025-12-01").iloc[0]
    assert told["basis_state"] == "cited"
    assert "2025 No. 12" in told["basis"]


def test_the_catalog_of_a_society_covers_its_tables(world):
    catalog = world.catalog.set_index("column")
    for table in (world.people.frame, world.firms.frame, world.events, world.ties):
        assert set(table) <= set(catalog.index)
    assert catalog.loc["age", "quasi_identifier"] == 1
    assert catalog.loc["person_name", ["direct_identifier", "quasi_identifier"]].tolist() == [1, 0]
    assert catalog.loc["online_posts_flagged", "basis_state"] == "not_searched"
    assert catalog.loc["orders_12m", "crosses_border"] == 1
    assert set(catalog["jurisdiction"]) == {"CN"}


def test_bases_come_from_the_texts_that_were_asked_for():
    german = society_catalog(["judgments_5y", "late_payments_24m"], jurisdiction="DE")
    assert "882b" in german["basis"].iloc[0]
    assert "s. 31" in german["basis"].iloc[1]
    with pytest.raises(InputError, match="Jurisdictions: CN, DE, US"):
        society_catalog(["age"], jurisdiction="FR")


def test_what_singles_people_out_is_in_the_vocabulary():
    from creditaudit.populations.societies.agencies import _texts

    names = [*_texts()["quasi_identifiers"], *_texts()["direct_identifiers"]]
    assert len(set(names)) == len(names)
    assert set(names) <= set(load_vocabulary().columns)
