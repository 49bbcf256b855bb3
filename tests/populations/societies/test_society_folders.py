"""A society is written as tables that other tools read, and comes back with every value."""

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

import creditaudit as ca
from creditaudit.errors import CorruptFile, InputError
from creditaudit.populations import load_society, write_society
from creditaudit.populations.societies.folders import KEYS, TABLES


@pytest.fixture(scope="module")
def small():
    return ca.make_society(1500, 150, seed=7, months=2)


@pytest.fixture
def folder(small, tmp_path):
    write_society(small, tmp_path / "world")
    return tmp_path / "world"


def test_a_society_comes_back_with_every_value(small, folder):
    back = load_society(folder)
    assert back.fingerprint() == small.fingerprint()
    assert back.people.roles == small.people.roles
    assert back.firms.roles == small.firms.roles
    pd.testing.assert_frame_equal(back.firms.truth, small.firms.truth)
    assert back.made["seed"] == 7
    assert back.synthetic
    assert back.people.made["synthetic"]


def test_every_table_is_one_file_that_says_what_refers_to_what(folder):
    for name in TABLES:
        assert (folder / f"{name}.parquet").is_file()
    keys = pd.read_csv(folder / "keys.csv")
    assert len(keys) == len(KEYS)
    for row in keys.itertuples():
        path = folder / f"{row.table}.parquet"
        names = pq.read_schema(path).names if path.exists() else list(
            pd.read_csv(folder / f"{row.table}.csv", nrows=0)
        )  # fmt: skip
        assert row.column in names, row


def test_the_truth_is_kept_apart(folder):
    assert "true_pd" not in pq.read_schema(folder / "people.parquet").names
    assert pq.read_schema(folder / "truth/people.parquet").names[0] == "person_id"
    assert pd.read_parquet(folder / "truth/firms.parquet")["firm_id"].min() == 1500


def test_the_manifest_says_how_it_was_made_and_what_is_free(folder):
    told = json.loads((folder / "manifest.json").read_text())
    assert (told["people"], told["firms"], told["seed"]) == (1500, 150, 7)
    assert "household_homophily" in told["free_parameters"]
    assert (folder / "_SUCCESS").exists()


def test_what_is_there_is_not_overwritten_unasked(small, folder):
    with pytest.raises(InputError, match="pass force=True"):
        write_society(small, folder)
    write_society(small, folder, force=True)


def test_a_changed_file_is_found(folder):
    (folder / "catalog.csv").write_text("column\n")
    with pytest.raises(CorruptFile, match=r"catalog\.csv in 'world' is missing or changed"):
        load_society(folder)


def test_a_folder_without_a_society_is_told(tmp_path):
    with pytest.raises(InputError, match=r"has no manifest\.json"):
        load_society(tmp_path)
    (tmp_path / "manifest.json").write_text('{"$schema": "creditaudit.people/1"}')
    with pytest.raises(InputError, match="it is no society"):
        load_society(tmp_path)
