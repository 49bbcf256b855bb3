"""How far people can be singled out: by hand, by brute force, and beside pycanon."""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.sharing import exposure
from creditaudit.sharing.alike_people import AlikePeople, given_away
from creditaudit.sharing.packed_keys import PackedKey, packed
from creditaudit.sharing.quasi_identifiers import quasi_identifier

ORACLE = Path(__file__).parent / "data" / "pycanon.json"
EIGHT = pd.DataFrame(
    {
        "sex": ["f", "f", "f", "f", "m", "m", "m", "m"],
        "age": [30, 30, 31, 31, 30, 30, 30, 44],
        "listed": [0, 1, 1, 1, 0, 0, 0, 1],
    }
)


def alike(sizes):
    return AlikePeople.of(PackedKey(np.repeat(np.arange(len(sizes)), sizes), len(sizes)))


def values(found, **where):
    frame = found.frame
    for name, wanted in where.items():
        frame = frame[frame[name] == wanted]
    return frame.set_index("measure")["value"]


def test_eight_people_on_paper():
    found = exposure(EIGHT, ["sex", "age"], secrets=["listed"], k=3)
    first, second = (values(found, step=step, secret="", by="") for step in (1, 2))
    assert first["unique"] == 0
    assert (first["smallest_class"], first["prosecutor_risk"]) == (4, 2 / 8)
    # Two women of 30, two of 31, three men of 30, one of 44: four classes.
    assert second["unique"] == 1 / 8
    assert second["below_k"] == 5 / 8
    assert second["prosecutor_risk"] == 4 / 8
    # Pairs alike: 1 + 1 + 3 of 28.
    assert second["bits"] == pytest.approx(-np.log2(5 / 28))
    told = values(found, step=2, secret="listed")
    # Women of 31 are all listed, men of 30 none, and the man of 44 is alone.
    assert told["homogeneous"] == 6 / 8
    assert told["homogeneous_in_company"] == 5 / 8
    assert told["least_diversity"] == 1
    assert found.bands["how"].tolist() == ["as they are", "as they are"]


def test_the_same_as_pycanon_on_small_tables():
    """The file says how it was made: pycanon needs another pandas than these tests run on."""
    stored = json.loads(ORACLE.read_text("utf-8"))
    for case in stored["cases"]:
        frame = pd.DataFrame(case["rows"], columns=case["columns"])
        secret = case["secret"]
        columns = [name for name in frame.columns if name != secret]
        classes = AlikePeople.of(packed(frame, columns))
        assert classes.least == case["k_anonymity"]
        assert classes.unique == pytest.approx(case["unique"], abs=1e-12)
        told = given_away(classes, quasi_identifier(frame, secret))
        assert told.least == case["l_diversity"]


def test_fewer_people_are_alone_as_often_as_every_draw_of_them_shows():
    sizes = [1, 1, 2, 3, 5]
    people = np.repeat(np.arange(5), sizes)
    for m in (1, 2, 3, 11, 12):
        draws = [people[list(one)] for one in itertools.combinations(range(12), m)]
        counted = np.mean([np.mean(np.bincount(one)[one] == 1) for one in draws])
        assert alike(sizes).unique_among(m) == pytest.approx(counted, abs=1e-9)
    assert alike(sizes).unique_among(12) == pytest.approx(2 / 12)


def test_the_same_columns_single_out_more_people_among_fewer():
    found = exposure(EIGHT, ["sex", "age"], among=[1, 4, 8])
    last = [found.curve(f"unique_among_{m}")["value"].iloc[1] for m in (1, 4, 8)]
    assert last[0] == pytest.approx(1)
    assert last[2] == pytest.approx(1 / 8)
    assert last[2] < last[1] < last[0]
    with pytest.raises(InputError, match="from 1 to 8"):
        exposure(EIGHT, ["sex"], among=[9])


def test_a_match_of_a_sample_is_right_as_often_as_is_said():
    """Populations in which the truth is known, and a tenth of the people drawn from each."""
    rng = np.random.default_rng(5)
    held, values_found, truths = 0, [], []
    for _ in range(200):
        people = np.repeat(np.arange(4_000), rng.geometric(0.4, 4_000))
        drawn = rng.random(len(people)) < 0.1
        here, whole = np.bincount(people[drawn], minlength=4_000), np.bincount(people)
        truth = (here == 1).sum() / whole[here == 1].sum()
        value, low, high = alike(here[here > 0]).right_match(len(people))
        held += low <= truth <= high
        values_found.append(value)
        truths.append(truth)
    assert np.mean(values_found) == pytest.approx(np.mean(truths), rel=0.02)
    assert held >= 180


def test_a_sample_says_that_it_is_one():
    found = exposure(EIGHT, ["sex", "age"], sample_of=80)
    rows = found.frame.set_index(["step", "measure"])
    assert "at most this among 80 people" in rows.loc[(2, "unique"), "note"]
    one = rows.loc[(2, "right_match")]
    # One alone and two pairs: .1 / (.1 + 2 x .9 x 2).
    assert one["value"] == pytest.approx(0.1 / (0.1 + 1.8 * 2))
    assert one["low"] < one["value"] < one["high"]
    everybody = exposure(EIGHT, ["sex"])
    assert set(everybody.frame["note"]) == {"exact in this table", "exact in this table; k = 5"}


def test_groups_are_looked_for_among_everybody_and_small_ones_are_not_shown():
    found = exposure(EIGHT, ["sex", "age"], by="listed", min_cell=4)
    assert values(found, step=2, by="listed", group=1)["unique"] == 1 / 4
    assert values(found, step=2, by="listed", group=0)["unique"] == 0
    hidden = exposure(EIGHT, ["sex", "age"], by="listed").frame
    rows = hidden[hidden["by"] == "listed"]
    assert rows[["value", "n"]].isna().all(axis=None)
    assert set(rows["note"]) == {"fewer than 5 people: not shown"}


def test_a_society_is_joined_by_sectors_without_names(small_world):
    found = exposure(small_world, ["tax", "police", "census"], secrets=["listed_court"])
    assert found.synthetic
    assert found.curve()["joined"].tolist() == ["tax", "police", "census"]
    assert found.curve()["value"].is_monotonic_increasing
    used = set(found.bands["column"])
    assert not used & {"person_name", "person_id", "household_id", "employer_id", "listed_court"}
    assert "synthetic people" in found.chart().get_xlabel()
    named = exposure(small_world, {"who": ["surname", "birth_year"], "where": ["region"]})
    assert named.curve("below_k")["columns"].tolist() == [2, 3]


def test_a_population_and_a_frame_with_sectors_are_read_alike(small_world):
    people = small_world.people
    sectors = dict(zip(people.catalog["column"], people.catalog["sector"], strict=True))
    frames = [
        exposure(given, ["tax"], sectors=more).frame
        for given, more in ((people, None), (people.frame, sectors), (small_world, None))
    ]
    pd.testing.assert_frame_equal(frames[0], frames[1])
    pd.testing.assert_frame_equal(frames[0], frames[2])


def test_a_file_and_a_table_of_another_engine_are_read_too(tmp_path):
    EIGHT.to_parquet(tmp_path / "eight.parquet")
    whole = exposure(EIGHT, ["sex", "age"], secrets=["listed"], by="listed", min_cell=1).frame
    for table in (tmp_path / "eight.parquet", pl.from_pandas(EIGHT)):
        for joins, sectors in ((["sex", "age"], None), (["a", "age"], {"sex": "a"})):
            found = exposure(
                table, joins, secrets=["listed"], by="listed", min_cell=1, sectors=sectors
            ).frame
            pd.testing.assert_frame_equal(
                found.drop(columns="joined"), whole.drop(columns="joined")
            )
    with pytest.raises(MissingColumn, match="sexe"):
        exposure(pl.from_pandas(EIGHT), {"a": "sexe"})


def test_what_is_not_there_is_an_error_that_names_what_is(small_world):
    with pytest.raises(InputError, match=r"neither a sector nor a column\. Sectors: .*tax"):
        exposure(small_world, ["taxes"])
    with pytest.raises(InputError, match="list of sectors or columns"):
        exposure(small_world, [])
    with pytest.raises(MissingColumn):
        exposure(EIGHT, {"a": ["sexe"]})
    with pytest.raises(MissingColumn):
        exposure(EIGHT, ["sex"], by="group")
    with pytest.raises(InputError, match="no people"):
        exposure(EIGHT.head(0), ["sex"])
    with pytest.raises(InputError, match="Cannot read a"):
        exposure([1, 2], ["sex"])
    with pytest.raises(InputError, match="sample_of is 3"):
        exposure(EIGHT, ["sex"], sample_of=3)
    with pytest.raises(InputError, match="Measures: unique"):
        exposure(EIGHT, ["sex"]).curve("uniqueness")


def test_a_result_shows_itself():
    found = exposure(EIGHT, ["sex", "age"])
    assert "12.5 % are alone" in repr(found)
    assert "<table" in found._repr_html_()


def test_the_public_names_are_there():
    assert ca.sharing.exposure is exposure
