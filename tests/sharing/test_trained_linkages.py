"""A trained linkage on synthetic people: what it finds, and what it takes for somebody else."""

import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn, MissingExtra, RefusedError
from creditaudit.sharing import WrittenWrong, splink_hits
from creditaudit.sharing.trained_linkages import _equal, _records

needs_splink = pytest.mark.skipif(
    find_spec("splink") is None, reason="splink is in the extra link, which is not installed"
)


@pytest.fixture(scope="module")
def people():
    columns = ["person_name", "birth_date", "region"]
    return ca.make_borrowers(8_000, seed=7, columns=columns)


def test_entries_are_written_wrong_as_often_as_asked(people):
    records = _records(people.frame)
    asked = WrittenWrong(misspelt=0.2, mistyped=0.1, missing=0.3)
    entries = asked.of(records, np.random.default_rng(1))
    named = (entries[["surname", "given"]] != records[["surname", "given"]]).any(axis=1)
    assert named.mean() == pytest.approx(0.2 * 25 / 26, abs=0.02)
    assert entries["birth_date"].isna().mean() == pytest.approx(0.3, abs=0.02)
    known = entries["birth_date"].notna()
    moved = (entries["birth_date"] != records["birth_date"])[known]
    assert moved.mean() == pytest.approx(0.1, abs=0.02)
    same = WrittenWrong(0, 0, 0).of(records, np.random.default_rng(1))
    pd.testing.assert_frame_equal(same, records, check_dtype=False)


def test_equal_names_and_dates_are_pairs():
    frame = pd.DataFrame({
        "person_name": ["Mo Ra", "Mo Ra", "Ta Li"], "region": "a",
        "birth_date": pd.to_datetime(["1990-01-01", "1990-01-01", "1990-01-01"]),
    })  # fmt: skip
    records = _records(frame)
    assert _equal(records, records.iloc[[0]]).tolist() == [[0, 0], [1, 0]]


@pytest.mark.slow
@needs_splink
def test_a_lower_threshold_finds_more_of_both_and_training_beats_equality(people):
    found = splink_hits(people, list_size=600, thresholds=(0.05, 0.5, 0.99))
    table = found.pivot_table(
        index=["search", "threshold"], columns="measure", values="value", dropna=False
    )
    trained = table.loc["splink"].dropna()
    assert trained["recall"].is_monotonic_decreasing
    assert trained["wrongful"].is_monotonic_decreasing
    equal = found[found["search"] == "equal"].set_index("measure")["value"]
    # Written right are .95 x .98 x .90 of the entries, nearly.
    assert equal["recall"] == pytest.approx(0.84, abs=0.05)
    assert trained["recall"].iloc[0] > 0.95
    assert set(found["kind"]) == {"sweep"}
    again = splink_hits(people, list_size=600, thresholds=(0.05, 0.5, 0.99))
    pd.testing.assert_frame_equal(found, again)


@pytest.mark.slow
@needs_splink
def test_without_errors_everybody_listed_is_found(people):
    found = splink_hits(people, list_size=300, written=WrittenWrong(0, 0, 0), thresholds=[0.5])
    recall = found[found["measure"] == "recall"].set_index("search")["value"]
    assert recall.tolist() == [1, 1]


def test_without_splink_the_extra_is_named(people, monkeypatch):
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(MissingExtra, match=r"creditaudit\[link\]"):
        splink_hits(people, list_size=10)


def test_real_people_and_what_is_not_there_are_refused(people):
    with pytest.raises(RefusedError, match="synthetic people only"):
        splink_hits(people.frame, list_size=10)
    bare = ca.make_borrowers(100, seed=7, columns=["age"])
    with pytest.raises(MissingColumn, match="person_name"):
        splink_hits(bare, list_size=10)
    with pytest.raises(InputError, match="among 8,000 people"):
        splink_hits(people, list_size=8_000)
    with pytest.raises(InputError, match="between 0 and 1"):
        WrittenWrong(misspelt=2)
