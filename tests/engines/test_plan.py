"""A tally says what was done to count it."""

import os

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from engine_sources import differences, from_source

from creditaudit import Roles, Tally, passes
from creditaudit.frames import Query

ROLES = Roles(
    groups=["race", "sex"],
    decision="ok",
    favourable=1,
    score="points",
    higher_is="safer",
    score_range=(0, 1),
)
WITHOUT_RANGE = Roles.from_dict(ROLES.to_dict() | {"score_range": None})


@pytest.fixture
def table():
    rows = np.arange(240)
    return pa.table(
        {
            "race": np.array(["a", "b", "c"])[rows % 3],
            "sex": np.array(["f", "m"])[rows % 2],
            "ok": (rows % 5 == 0).astype(np.int8),
            "points": rows / 240,
        }
    )


@pytest.fixture
def runs(monkeypatch):
    """Count how often an engine is asked, and for how many rows."""
    brought = []
    collect = Query._collect

    def counted(self, frame):
        found = collect(self, frame)
        brought.append(found.num_rows)
        return found

    monkeypatch.setattr(Query, "_collect", counted)
    return brought


def test_batches_are_read_once(table, tmp_path):
    pq.write_table(table, tmp_path / "people.parquet")
    tally = Tally.from_frame(tmp_path / "people.parquet", ROLES, score_bins=4)
    assert tally.plan == (
        "Read people.parquet in batches with Arrow and count 3 grouping(s) in one pass.",
    )
    assert Tally.from_frame(table, ROLES, by="race").plan == (
        "Read the table in batches with Arrow and count 1 grouping(s) in one pass.",
    )


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("source", ["in memory", "parquet", "parquet folder", "csv"])
def test_three_groupings_share_one_group_by_on_an_engine(engine, source, table, tmp_path, runs):
    source = engine if source == "in memory" else f"{source} by {engine}"
    tally = from_source(source, table, tmp_path, ROLES, score_bins=4)
    words = f"One group-by on {engine} over race, sex, ok, score bin: 48 rows came back."
    reading = "Read table.csv with Arrow, which hands it on as text."
    assert tally.plan == ((reading, words) if "csv" in source else (words,))
    # The combinations of keys in the first rows, then the sums.
    assert runs == [12, 48]


@pytest.mark.parametrize("source", ["polars", "duckdb", "pyarrow table", "csv by polars"])
def test_a_pass_for_the_range_is_told(source, table, tmp_path):
    looked = "First a pass for the range of the score, as score_range= is not given."
    for folder, score_bins in (("few", 4), ("default", None)):
        (tmp_path / folder).mkdir()
        tally = from_source(source, table, tmp_path / folder, WITHOUT_RANGE, score_bins=score_bins)
        assert tally.plan[0] == looked
        assert len(tally.plan) == 2 + ("csv" in source)
    (tmp_path / "edges").mkdir()
    edges = from_source(source, table, tmp_path / "edges", WITHOUT_RANGE, score_bins=[0, 0.5, 1])
    assert looked not in edges.plan


@pytest.mark.parametrize("source", ["polars", "duckdb", "pyarrow table"])
def test_a_pass_for_the_different_scores_is_told(source, table, tmp_path):
    tally = from_source(source, table, tmp_path, ROLES, score_bins="exact")
    assert tally.plan[0] == "First a pass for the different scores."
    assert len(tally.bins) == 240


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_groupings_that_cross_to_too_many_cells_are_counted_apart(
    engine, table, tmp_path, monkeypatch, runs
):
    monkeypatch.setattr(passes, "MAX_CELLS", 60)
    roles = Roles(groups=["race", "sex"], decision="ok", favourable=1)
    wide = table.append_column("age", pa.array(np.arange(240) % 20))
    by = ["race", ("race", "sex"), "age"]
    roles = Roles(groups=["race", "sex", "age"], decision="ok", favourable=1)
    tally = from_source(engine, wide, tmp_path, roles, by=by)
    assert tally.plan == (
        f"One group-by on {engine} over race, ok: 6 rows came back.",
        f"One group-by on {engine} over race, sex, ok: 12 rows came back.",
        f"One group-by on {engine} over age, ok: 20 rows came back.",
    )
    assert differences(tally, Tally.from_frame(wide, roles, by=by)) == []


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_values_that_come_late_and_cross_to_too_many_cells_are_counted_apart(
    engine, table, tmp_path, monkeypatch
):
    # The first rows show one age and one town, so that crossing everything looks small.
    monkeypatch.setattr(passes, "MAX_CELLS", 150)
    monkeypatch.setattr(passes, "_LOOK_ROWS", 10)
    rows = np.arange(240)
    wide = table.append_column("age", pa.array(np.where(rows < 10, 0, rows % 20)))
    wide = wide.append_column("town", pa.array(np.where(rows < 10, 0, rows % 7)))
    by = ["race", ("sex", "age"), "town"]
    roles = Roles(
        groups=["race", "sex", "age", "town"], decision="ok", favourable=1, weight="points"
    )
    tally = from_source(engine, wide, tmp_path, roles, by=by)
    assert [words.split(" over ")[1].split(":")[0] for words in tally.plan] == [
        "race, ok",
        "sex, age, ok",
        "town, ok",
    ]
    assert differences(tally, Tally.from_frame(wide, roles, by=by)) == []


def test_a_plan_is_no_part_of_a_tally(table, tmp_path):
    tally = Tally.from_frame(table, ROLES, score_bins=4)
    pq.write_table(table, tmp_path / "people.parquet")
    other = Tally.from_frame(tmp_path / "people.parquet", ROLES, score_bins=4, engine="polars")
    assert tally.plan != other.plan
    assert tally.fingerprint() == other.fingerprint()
    tally.save(tmp_path / "tally.parquet")
    assert Tally.load(tmp_path / "tally.parquet").plan == ()


def test_a_plan_names_no_folder(table, tmp_path):
    folder = tmp_path / "people"
    folder.mkdir()
    pacsv.write_csv(table, folder / "a.csv")
    for engine in ("arrow", "polars", "duckdb"):
        plan = Tally.from_frame(folder, ROLES, engine=engine).plan
        assert not any(str(tmp_path) in words for words in plan)


def test_the_setting_that_bounds_the_memory_of_polars_is_gone_afterwards(monkeypatch):
    from creditaudit.frames.engines import POLARS_AHEAD

    seen = []

    def reading(frame):
        seen.append(os.environ.get(POLARS_AHEAD))
        return frame

    frame = pl.LazyFrame({"race": ["a", "b", "b"]}).map_batches(reading, streamable=True)
    monkeypatch.delenv(POLARS_AHEAD, raising=False)
    Tally.from_frame(frame, Roles(groups=["race"]))
    assert set(seen) == {"1"}
    assert POLARS_AHEAD not in os.environ
    seen.clear()
    monkeypatch.setenv(POLARS_AHEAD, "4")
    Tally.from_frame(frame, Roles(groups=["race"]))
    assert set(seen) == {"4"}
