"""Names and numbers of identity: unique, checkable, nobody's, however people are cut."""

import numpy as np
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.populations import borrower_batches, registrations
from creditaudit.populations.identifiers import check_resident_ids, check_taxpayer_ids
from creditaudit.populations.names import load_name_pool
from creditaudit.populations.storage import fingerprint

N = 140_000
COLUMNS = ["person_id", "sex", "age", "birth_date", "person_name", "resident_id", "taxpayer_id"]


@pytest.fixture(scope="module")
def people():
    return ca.make_borrowers(N, seed=7, columns=COLUMNS)


def test_numbers_are_valid_and_each_is_there_once(people):
    frame = people.frame
    assert (check_resident_ids(frame["resident_id"], synthetic=True) == "").all()
    assert (check_taxpayer_ids(frame["taxpayer_id"]) == "").all()
    assert frame["resident_id"].is_unique
    assert frame["taxpayer_id"].is_unique


def test_a_number_tells_birth_and_sex_as_the_register_does(people):
    frame = people.frame
    assert (frame["resident_id"].str[6:14] == frame["birth_date"].dt.strftime("%Y%m%d")).all()
    even = frame["resident_id"].str[16].astype(int) % 2 == 0
    assert ((frame["sex"] == "female") == even).all()


def test_birth_dates_give_the_age(people):
    frame = people.frame
    day = np.datetime64("2025-01-01")
    birthday_passed = frame["birth_date"].dt.strftime("%m%d") <= "0101"
    years = 2025 - frame["birth_date"].dt.year - (~birthday_passed)
    assert (years == frame["age"]).all()
    assert frame["birth_date"].max() < day


@pytest.mark.parametrize(("rows", "workers"), [(50_000, 1), (99_991, 2), (262_144, 7)])
def test_rows_and_workers_change_nothing(people, rows, workers):
    batches = borrower_batches(N, seed=7, columns=COLUMNS, rows=rows, workers=workers)
    assert fingerprint(batches) == people.fingerprint()


def test_fewer_people_and_later_people_keep_their_numbers(people):
    fewer = ca.make_borrowers(70_000, seed=7, columns=["resident_id"])
    assert (fewer.frame["resident_id"] == people.frame["resident_id"][:70_000]).all()
    parts = borrower_batches(N, seed=7, columns=["resident_id"], start=80_000)
    later = [number for part in parts for number in part.column("resident_id").to_pylist()]
    assert later == people.frame["resident_id"][80_000:].tolist()


def test_names_are_as_common_as_the_law_of_names_says(people):
    shares = people.frame["person_name"].str.split(" ").str[0].value_counts(normalize=True)
    law = load_name_pool().surnames.shares
    assert shares.iloc[0] == pytest.approx(law[0], abs=0.003)
    assert shares.iloc[:100].sum() == pytest.approx(law[:100].sum(), abs=0.01)


def test_namesakes_under_linkage_share_the_surname():
    bias = ca.Bias(linkage=0.5)
    people = ca.make_borrowers(65_536, seed=7, columns=["person_name"], bias=bias)
    surname = people.frame["person_name"].str.split(" ").str[0].to_numpy()
    other = people.truth["true_id"].to_numpy()
    assert (surname[other] == surname).all()
    assert (other != np.arange(65_536)).mean() > 0.05


def test_they_are_not_made_unless_named():
    everything = ca.make_borrowers(10, seed=7, columns="all").frame
    assert not {"person_name", "resident_id", "taxpayer_id"} & set(everything)


def test_when_a_day_has_no_more_numbers_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setattr(registrations, "SEQUENCES", 2)
    with pytest.raises(InputError, match="Leave out resident_id"):
        ca.make_borrowers(65_536, seed=7, columns=["resident_id"])
