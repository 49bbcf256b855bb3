"""The same fault is the same error, wherever the table is."""

import datetime
import gzip
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from engine_sources import ENGINES, TEXT, TYPED, differences, from_source
from paper_tally import people_in_cells

from creditaudit import Roles, Tally
from creditaudit.errors import CorruptFile, InputError, MissingColumn, MissingExtra

SCORED = Roles(score="points", higher_is="safer", score_range=(0, 1))
RACE = Roles(groups=["race"])


def told(source, table, folder, roles, error=InputError, **how):
    with pytest.raises(error) as caught:
        from_source(source, table, folder, roles, **how)
    return caught.value


# Each is a number to some engine: DuckDB reads 1_0, Spark 1d, and others make null of any.
@pytest.mark.parametrize("text", ["abc", "1_0", "1d", "0x10", "1,5", "٣", "true", "1e", "--1"])
@pytest.mark.parametrize("source", TYPED + TEXT)
def test_text_in_a_score_is_an_error_that_names_the_column(source, text, tmp_path):
    table = pa.table({"points": ["0.5", text, "1e-1"], "person": [1, 2, 3]})
    error = told(source, table, tmp_path, SCORED)
    assert str(error).startswith("Column 'points' must hold numbers")
    assert text in str(error)
    assert not isinstance(error, CorruptFile)


@pytest.mark.parametrize("source", TYPED + TEXT)
@pytest.mark.parametrize(
    "column",
    [
        pa.array([datetime.date(2024, 1, 1), None]),
        pa.array([datetime.datetime(2024, 1, 1), None]),
        pa.array([datetime.timedelta(days=1), None]),
    ],
    ids=["date", "timestamp", "duration"],
)
def test_dates_are_no_scores(source, column, tmp_path):
    if pa.types.is_duration(column.type) and (source in TEXT or "by duckdb" in source):
        pytest.skip("a CSV cannot hold a duration; DuckDB reads one in Parquet as an integer")
    table = pa.table({"points": column, "person": [1, 2]})
    assert str(told(source, table, tmp_path, SCORED)).startswith(
        "Column 'points' must hold numbers"
    )


@pytest.mark.parametrize("source", [x for x in TYPED if not x.startswith("pandas category")])
def test_lists_are_neither_scores_nor_groups(source, tmp_path):
    table = pa.table({"points": pa.array([[0.5], [1.0]]), "race": pa.array([["a"], ["b"]])})
    assert "Column 'points' must hold numbers" in str(told(source, table, tmp_path, SCORED))
    (tmp_path / "groups").mkdir()
    assert "cannot be told apart" in str(told(source, table, tmp_path / "groups", RACE))


FAULTY = {
    "missing": [1.0, None, None],
    "negative": [1.0, -1.0, 0.0],
    "of every kind": [None, -1.0, -2.0],
    "text": ["1", "two", "3"],
}


@pytest.mark.parametrize("source", TYPED + TEXT)
@pytest.mark.parametrize("fault", FAULTY)
def test_a_weight_that_cannot_be_used_is_told_in_the_same_words(source, fault, tmp_path):
    table = pa.table({"race": ["a", "b", "a"], "w": FAULTY[fault]})
    roles = Roles(groups=["race"], weight="w")
    error = str(told(source, table, tmp_path, roles))
    if fault == "text":
        assert error.startswith("Column 'w' must hold numbers")
        assert "two" in error
    else:
        assert error == str(told("pyarrow table", table, tmp_path, roles))


@pytest.mark.parametrize("source", TYPED)
def test_an_infinite_weight_is_told_in_the_same_words(source, tmp_path):
    table = pa.table({"w": [1.0, float("inf")]})
    error = str(told(source, table, tmp_path, Roles(weight="w")))
    assert error.startswith("Column 'w' cannot be used as a weight: 1 infinite.")


@pytest.mark.parametrize("source", TYPED + TEXT)
def test_a_missing_column_is_told_in_the_same_words(source, tmp_path):
    table = pa.table({"race": ["a"], "points": [0.5]})
    for number, roles in enumerate(
        (Roles(groups=["rase"]), Roles(score="pionts", higher_is="safer"))
    ):
        (tmp_path / str(number)).mkdir()
        error = told(source, table, tmp_path / str(number), roles, MissingColumn)
        assert str(error) == str(told("pyarrow table", table, tmp_path, roles))
        assert "Columns: 'race', 'points'. Did you mean" in str(error)


@pytest.mark.parametrize("source", TYPED + TEXT)
def test_a_favourable_value_that_never_occurs_is_told_in_the_same_words(source, tmp_path):
    table = pa.table({"ok": ["yes", "no", "withdrawn", None], "person": [1, 2, 3, 4]})
    roles = Roles(decision="ok", favourable="approved")
    error = told(source, table, tmp_path, roles)
    assert str(error) == str(told("pyarrow table", table, tmp_path, roles))
    assert "Values there: 'no', 'withdrawn', 'yes'." in str(error)


@pytest.mark.parametrize("source", TYPED + TEXT)
def test_a_missing_cluster_is_told_in_the_same_words(source, tmp_path):
    table = pa.table({"race": ["a", "b", "a"], "branch": ["x", None, ""]})
    error = str(told(source, table, tmp_path, Roles(groups=["race"], cluster="branch")))
    assert error.startswith("Cluster column 'branch' is missing in 2 rows.")


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_an_engine_that_is_not_installed_is_named_with_its_extra(
    engine, suffix, tmp_path, monkeypatch
):
    table = pa.table({"race": ["a"]})
    pq.write_table(table, tmp_path / "people.parquet")
    pacsv.write_csv(table, tmp_path / "people.csv")
    monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(MissingExtra) as caught:
        Tally.from_frame(tmp_path / f"people.{suffix}", RACE, engine=engine)
    assert str(caught.value) == (
        f"engine='{engine}' needs the package '{engine}', which is not installed. "
        f"Install the extra: python -m pip install 'creditaudit[{engine}]'."
    )


def test_an_unknown_engine_is_told_with_those_there_are(tmp_path):
    with pytest.raises(
        InputError, match="engine='dask' must be one of 'arrow', 'polars', 'duckdb'"
    ):
        Tally.from_frame(tmp_path / "people.parquet", RACE, engine="dask")


def test_an_engine_is_for_files_only():
    with pytest.raises(InputError, match="engine='duckdb' is for files; a Table stays on its own"):
        Tally.from_frame(pa.table({"race": ["a"]}), RACE, engine="duckdb")


def gone_polars(path):
    import polars as pl

    return pl.scan_parquet(path)


def gone_duckdb(path):
    import duckdb

    return duckdb.read_parquet(str(path))


@pytest.mark.parametrize("opened", [gone_polars, gone_duckdb, ds.dataset])
def test_a_file_that_is_gone_when_it_is_read_is_told_without_its_path(opened, tmp_path):
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"race": ["a", "b"]}), path)
    frame = opened(path)
    path.unlink()
    with pytest.raises(InputError, match=r"could not .*read.*people\.parquet") as caught:
        Tally.from_frame(frame, RACE)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_that_was_never_there_is_told_with_its_neighbours(engine, tmp_path):
    pq.write_table(pa.table({"race": ["a"]}), tmp_path / "people.parquet")
    with pytest.raises(InputError, match=r"'persons.parquet' not found. .*'people.parquet'"):
        Tally.from_frame(tmp_path / "persons.parquet", RACE, engine=engine)


@pytest.mark.parametrize(("score_bins", "passes"), [("exact", 2), (10, 2), (None, 2), ([0, 1], 1)])
def test_a_reader_is_read_once_and_says_so(score_bins, passes, tmp_path):
    table = pa.table({"points": np.linspace(0, 1, 500)})
    reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches())
    roles = Roles(score="points", higher_is="safer")
    if passes == 1:
        assert Tally.from_frame(reader, roles, score_bins=score_bins).n == 500
        return
    with pytest.raises(
        InputError, match=r"read once, and this count needs two passes.*score_range="
    ):
        Tally.from_frame(reader, roles, score_bins=score_bins)


def folder_of(folder, *tables, suffix="parquet"):
    folder.mkdir(exist_ok=True)
    for number, table in enumerate(tables):
        write = pq.write_table if suffix == "parquet" else pacsv.write_csv
        write(table, folder / f"part-{number}.{suffix}")
    return folder


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_file_of_a_folder_that_lacks_a_column_is_named(engine, suffix, tmp_path):
    tables = [pa.table({"race": ["a"], "x": [1]}), pa.table({"Race": ["a"], "x": [1]})]
    folder = folder_of(tmp_path / "people", *tables, suffix=suffix)
    with pytest.raises(CorruptFile) as caught:
        Tally.from_frame(folder, RACE, engine=engine)
    assert str(caught.value) == (
        f"The files of folder 'people' do not have the same columns: 'part-1.{suffix}' lacks "
        f"'race'; 'part-0.{suffix}' has 'race', 'x'. Mend or leave out those files: what they "
        "hold cannot be counted."
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_files_of_a_folder_may_differ_in_columns_that_are_not_asked_for(engine, suffix, tmp_path):
    tables = [
        pa.table({"race": ["a", "b"], "x": [1, 2]}),
        pa.table({"y": ["c"], "race": ["a"]}),
        pa.table({"race": ["b"]}),
    ]
    folder = folder_of(tmp_path / "people", *tables, suffix=suffix)
    tally = Tally.from_frame(folder, RACE, engine=engine)
    assert tally.frame["n"].tolist() == [2, 2]


DRIFT = {
    "race": [pa.array([1, 2]), pa.array([1.0, None]), pa.array([1, 3], pa.uint8())],
    "ok": [pa.array([1, 0], pa.int8()), pa.array([True, False]), pa.array([1.0, 0.0])],
    "points": [pa.array([0, 1]), pa.array([0.25, None]), pa.array(["0.75", ""])],
    "w": [pa.array([1, 2]), pa.array([0.5, 0.1]), pa.array(["1", "1e0"])],
    "month": [pa.array(["a", "b"]), pa.nulls(2), pa.array(["a", None]).dictionary_encode()],
}


@pytest.mark.parametrize("engine", ENGINES)
def test_types_may_drift_from_file_to_file_without_a_cast(engine, tmp_path):
    # A month without a missing value is integers, the next one floats: the usual folder.
    tables = [
        pa.table({name: column[place] for name, column in DRIFT.items()}) for place in range(3)
    ]
    folder = folder_of(tmp_path / "people", *tables)
    roles = Roles(
        groups=["race"], decision="ok", favourable=1, score="points", higher_is="safer",
        score_range=(0, 1), weight="w", period="month",
    )  # fmt: skip
    for score_bins in (4, "exact"):
        tally = Tally.from_frame(folder, roles, engine=engine, score_bins=score_bins)
        assert tally.levels["race"] == (1, 2, 3)
        assert sorted(tally.frame["w"].tolist()) == [0.1, 0.5, 1, 1, 1, 2]
        arrow = Tally.from_frame(folder, roles, score_bins=score_bins)
        assert differences(tally, arrow) == []
    whole = roles.to_dict() | {"score_range": None}
    found = Tally.from_frame(folder, Roles.from_dict(whole), engine=engine, score_bins=2)
    assert differences(found, Tally.from_frame(folder, Roles.from_dict(whole), score_bins=2)) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_ids_do_not_lose_digits_where_another_file_holds_floats(engine, tmp_path):
    tables = [pa.table({"race": pa.array([2**53, 2**53 + 1])}), pa.table({"race": [0.5]})]
    tally = Tally.from_frame(folder_of(tmp_path / "people", *tables), RACE, engine=engine)
    assert tally.levels["race"] == (0.5, 2**53, 2**53 + 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_value_that_is_text_in_one_file_and_a_number_in_another_is_an_error(engine, tmp_path):
    tables = [pa.table({"race": [1, 2]}), pa.table({"race": ["1", "x"]})]
    with pytest.raises(InputError, match=r"'1' both as text and as a number"):
        Tally.from_frame(folder_of(tmp_path / "people", *tables), RACE, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_decision_written_as_1_and_as_1_0_in_csv_files_is_one(engine, tmp_path):
    # pandas writes a column of integers with one missing value as 1.0 and 0.0.
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "a.csv").write_text("race,ok\na,1\nb,0\n")
    (tmp_path / "people" / "b.csv").write_text("race,ok\na,1.0\nb,0.0\nb,\n")
    roles = Roles(groups=["race"], decision="ok", favourable=1)
    tally = Tally.from_frame(tmp_path / "people", roles, engine=engine)
    assert people_in_cells(tally, ["race"]) == {
        ("a", -1, -1, 1): (2, 2, 2),
        ("b", -1, -1, 0): (2, 2, 2),
        ("b", -1, -1, -1): (1, 1, 1),
    }
    assert tally.notes == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_folder_of_both_kinds_is_refused(engine, tmp_path):
    folder = folder_of(tmp_path / "people", pa.table({"race": ["a"]}))
    (folder / "more.csv").write_text("race\na\n")
    with pytest.raises(InputError, match="Folder 'people' holds both Parquet and CSV files"):
        Tally.from_frame(folder, RACE, engine=engine)


def folder_with(folder, name, content, suffix):
    table = pa.table({"race": ["a", "b"] * 50, "x": list(range(100))})
    folder_of(folder, table, table, table, suffix=suffix)
    (folder / name).write_bytes(content((folder / name).read_bytes()))
    return folder


PARQUET_DAMAGE = {
    "cut short": lambda whole: whole[: len(whole) // 2],
    "empty": lambda _: b"",
    "no Parquet": lambda _: b"race\na\n",
    "overwritten": lambda whole: whole[:4] + b"\xff" * 60 + whole[64:],
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("damage", PARQUET_DAMAGE)
def test_a_damaged_parquet_file_in_the_middle_of_a_folder_is_told(engine, damage, tmp_path):
    folder = folder_with(tmp_path / "p", "part-1.parquet", PARQUET_DAMAGE[damage], "parquet")
    with pytest.raises(CorruptFile, match=r"read.*export it again") as caught:
        Tally.from_frame(folder, RACE, engine=engine)
    assert str(tmp_path) not in str(caught.value)


CSV_DAMAGE = {
    "cut in a row": lambda whole: whole[: whole.rindex(b",")],
    "a row too short": lambda whole: whole.replace(b"\n", b'\n"a"\n', 2),
    "a row too long": lambda whole: whole + b"a,1,2\n",
    "cut in a quoted cell": lambda whole: whole + b'"a',
    "Latin-1": lambda whole: whole + b'"wei\xdf",1\n',
    "UTF-16": lambda whole: whole.decode().encode("utf-16"),
    "zeros": lambda whole: whole + b"\0" * 40,
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("damage", CSV_DAMAGE)
def test_a_damaged_csv_in_the_middle_of_a_folder_is_told_by_name(engine, damage, tmp_path):
    folder = folder_with(tmp_path / "p", "part-1.csv", CSV_DAMAGE[damage], "csv")
    with pytest.raises(CorruptFile, match=r"'part-1\.csv'") as caught:
        Tally.from_frame(folder, RACE, engine=engine)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_compressed_csv_cut_short_in_a_folder_is_told_by_name(engine, tmp_path):
    (tmp_path / "p").mkdir()
    whole = gzip.compress(b"race\n" + b"a\nb\n" * 5000)
    for number in range(3):
        (tmp_path / "p" / f"{number}.csv.gz").write_bytes(whole[:-9] if number == 1 else whole)
    with pytest.raises(CorruptFile, match=r"'1\.csv\.gz' cannot be read as CSV"):
        Tally.from_frame(tmp_path / "p", RACE, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_empty_csv_in_a_folder_is_told_and_a_header_alone_is_nobody(engine, tmp_path):
    folder = folder_of(tmp_path / "p", pa.table({"race": ["a"]}), suffix="csv")
    (folder / "part-1.csv").write_text("race\n")
    assert Tally.from_frame(folder, RACE, engine=engine).n == 1
    (folder / "part-2.csv").write_text("")
    with pytest.raises(CorruptFile, match=r"'part-2\.csv' lacks 'race'"):
        Tally.from_frame(folder, RACE, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("first", [True, False])
def test_a_parquet_file_without_rows_in_a_folder_is_nobody(engine, first, tmp_path):
    # pandas writes a column of text without rows as a column of nulls.
    empty, people = pa.table({"race": pa.nulls(0)}), pa.table({"race": ["a", "b"]})
    tables = [empty, people] if first else [people, empty]
    tally = Tally.from_frame(folder_of(tmp_path / "p", *tables), RACE, engine=engine)
    assert tally.n == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_names_of_files_that_look_like_patterns_are_names(engine, tmp_path):
    folder = tmp_path / "p [1]?*"
    folder_of(folder, pa.table({"race": ["a"]}))
    pq.write_table(pa.table({"race": ["b"]}), folder / "part[0-9]*.parquet")
    assert Tally.from_frame(folder, RACE, engine=engine).n == 2
    assert Tally.from_frame(folder / "part[0-9]*.parquet", RACE, engine=engine).n == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_the_name_of_a_folder_is_no_column(engine, tmp_path):
    folder = tmp_path / "people" / "race=c"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"race": ["a", "b"]}), folder / "part.parquet")
    tally = Tally.from_frame(tmp_path / "people", RACE, engine=engine)
    assert tally.levels["race"] == ("a", "b")


def test_rows_of_a_query_can_be_looked_at(people):
    import polars as pl

    from creditaudit import check

    proposed = check(pl.from_pandas(people))
    assert proposed.rows == 8
    counts = pd.DataFrame({"race": ["a", "b"], "ok": [1, 1], "n": [3, 4]})
    roles = Roles(groups=["race"], decision="ok", favourable=1)
    expected = Tally.from_counts(counts, roles)
    assert differences(Tally.from_counts(pl.from_pandas(counts).lazy(), roles), expected) == []
