import gzip
import os

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditaudit import frames
from creditaudit.errors import CorruptFile, InputError, MissingColumn
from creditaudit.frames import open_source, write_whole


def read(source, *columns):
    """Return the columns over all batches as lists, missing as None."""
    found = {name: [] for name in columns}
    for batch in source.batches(columns):
        for name in columns:
            values = batch[name]
            listed = values.tolist() if isinstance(values, pd.Series) else values.to_pylist()
            found[name] += [None if x is None or x != x else x for x in listed]
    return found


@pytest.fixture
def csv(tmp_path):
    def write(content, name="decisions.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def table():
    return {"race": ["white", None, "black"], "points": [1.5, 2.0, None]}


@pytest.mark.parametrize(
    "made",
    [pd.DataFrame, pa.table, lambda x: nw.from_native(pa.table(x))],
    ids=["pandas", "pyarrow", "another eager frame"],
)
def test_a_frame_of_any_kind_gives_its_columns(made, table):
    source = open_source(made(table))
    assert source.name is None
    assert source.columns == ["race", "points"]
    assert read(source, "race", "points") == table


def test_a_parquet_file_gives_its_columns(table, tmp_path):
    pq.write_table(pa.table(table), tmp_path / "d.parquet")
    source = open_source(str(tmp_path / "d.parquet"))
    assert source.name == "d.parquet"
    assert read(source, "points", "race") == table


def test_a_source_can_be_read_again(table, tmp_path):
    pq.write_table(pa.table(table), tmp_path / "d.parquet")
    source = open_source(tmp_path / "d.parquet")
    assert read(source, "race") == read(source, "race")


def test_only_the_columns_asked_for_are_read(table):
    batch = next(open_source(pd.DataFrame(table)).batches(["race", "race"]))
    assert list(batch) == ["race"]


@pytest.mark.parametrize(
    "content",
    [
        "race,points\nwhite,1.5\n,2.0\nblack,NA\n",
        "race;points\nwhite;1.5\n;2.0\nblack;NaN\n",
        "race\tpoints\nwhite\t1.5\nNULL\t2.0\nblack\t\n",
        "race|points\nwhite|1.5\nnan|2.0\nblack|N/A\n",
        "race,points\r\nwhite,1.5\r\nnull,2.0\r\nblack,#N/A\r\n",
        "race,points\nwhite,1.5\n\n,2.0\nblack,",
        '"race","points"\n"white","1.5"\n"","2.0"\n"black","NA"\n',
        b"\xef\xbb\xbfrace,points\nwhite,1.5\n,2.0\nblack,\n",
    ],
    ids=[
        "comma",
        "semicolon",
        "tab",
        "bar",
        "Windows",
        "blank line and no end",
        "quoted",
        "byte order mark",
    ],
)
def test_a_csv_of_any_dialect_gives_its_columns_as_text(content, csv):
    source = open_source(csv(content))
    assert source.text
    assert source.columns == ["race", "points"]
    assert read(source, "race", "points") == {
        "race": ["white", None, "black"],
        "points": ["1.5", "2.0", None],
    }


def test_quoted_cells_may_hold_new_lines_and_delimiters(csv):
    path = csv('race,note\n"white\nor not","a,b"\nblack,"say ""no"""\n')
    assert read(open_source(path), "race", "note") == {
        "race": ["white\nor not", "black"],
        "note": ["a,b", 'say "no"'],
    }


def test_a_quoted_header_may_hold_delimiters_and_new_lines(csv):
    path = csv('"race, as told, by the person";"two\nlines"\nwhite;1\n')
    source = open_source(path)
    assert source.columns == ["race, as told, by the person", "two\nlines"]
    assert read(source, "two\nlines") == {"two\nlines": ["1"]}


def test_a_compressed_csv_is_read(csv):
    path = csv(gzip.compress("rasse;punkte\nweiß;1\n".encode()), "decisions.csv.gz")
    assert read(open_source(path), "rasse") == {"rasse": ["weiß"]}


@pytest.mark.parametrize("content", ["race,points", "race,points\n", "race,points\r\n\r\n"])
def test_a_header_alone_has_columns_and_no_rows(content, csv):
    source = open_source(csv(content))
    assert source.columns == ["race", "points"]
    assert list(source.batches(["race"])) == []


def test_an_empty_file_has_no_columns(csv):
    with pytest.raises(MissingColumn, match="Columns: none"):
        list(open_source(csv("")).batches(["race"]))


def test_numbers_in_a_csv_are_not_guessed_from_the_first_block(csv, monkeypatch):
    monkeypatch.setattr(frames.files, "CSV_BLOCK_BYTES", 64)
    path = csv("code,x\n" + "".join(f"{i},0\n" for i in range(50)) + "7A,0\n")
    source = open_source(path)
    assert sum(1 for _ in source.batches(["code"])) > 2
    assert read(source, "code")["code"] == [*map(str, range(50)), "7A"]


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_batches_are_bounded_and_keep_the_order(rows, monkeypatch, tmp_path):
    monkeypatch.setattr(frames.sources, "BATCH_ROWS", rows)
    monkeypatch.setattr(frames.sources, "FILE_BATCH_ROWS", rows)
    frame = pd.DataFrame({"x": [3, 1, 2, 5, 4]})
    frame.to_parquet(tmp_path / "x.parquet")
    for data in (frame, pa.table(frame), tmp_path / "x.parquet"):
        batches = list(open_source(data).batches(["x"]))
        assert all(len(batch["x"]) <= rows for batch in batches)
        assert read(open_source(data), "x")["x"] == [3, 1, 2, 5, 4]


def test_a_missing_column_is_named_with_those_that_exist_and_the_fix(table):
    with pytest.raises(MissingColumn) as caught:
        list(open_source(pd.DataFrame(table)).batches(["rase"], fix="Check Roles."))
    assert str(caught.value) == (
        "Column 'rase' not found. Columns: 'race', 'points'. Did you mean 'race'? Check Roles."
    )


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "csv"])
def test_a_column_that_is_there_twice_is_an_error_only_when_asked_for(kind, csv):
    data = {
        "pandas": pd.DataFrame([["a", "b", 1]], columns=["race", "race", "x"]),
        "pyarrow": pa.table([["a"], ["b"], [1]], names=["race", "race", "x"]),
        "csv": csv("race,race,x\na,b,1\n"),
    }[kind]
    assert [str(x) for x in read(open_source(data), "x")["x"]] == ["1"]
    with pytest.raises(InputError, match="Column 'race' exists more than once"):
        read(open_source(data), "race")


def test_columns_of_pandas_need_not_be_named_by_text():
    source = open_source(pd.DataFrame({0: ["white"], ("a", 1): [2]}))
    assert read(source, "0", "('a', 1)") == {"0": ["white"], "('a', 1)": [2]}


def test_the_index_of_pandas_plays_no_part(table):
    frame = pd.DataFrame(table, index=[7, 7, 7])
    assert read(open_source(frame), "race")["race"] == table["race"]


def test_the_data_of_the_caller_are_not_changed(people):
    before = people.copy(deep=True)
    read(open_source(people), *people.columns)
    pd.testing.assert_frame_equal(people, before)


@pytest.mark.parametrize("data", [[1, 2], {"race": ["white"]}, None, np.zeros(3)])
def test_what_is_no_table_is_named_with_what_is_expected(data):
    with pytest.raises(InputError, match=r"Cannot read a .*Expected a pandas"):
        open_source(data)


def test_a_file_that_is_not_there_is_told_with_its_neighbours_and_without_its_path(csv):
    csv("a\n1\n", "decision.csv")
    with pytest.raises(InputError) as caught:
        open_source(csv("", "x.log").with_name("decisions.csv"))
    assert "'decisions.csv' not found. Tables in that folder: ['decision.csv']" in str(caught.value)
    assert os.sep not in str(caught.value)


def test_a_file_of_unknown_kind_is_refused(csv):
    with pytest.raises(InputError, match=r"expected a file that ends in .parquet or .csv"):
        open_source(csv("a,b\n1,2\n", "decisions.xlsx"))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"no parquet", "d.parquet"),
        (b"", "d.parquet"),
        (b"PAR1" + b"\0" * 50 + b"PAR1", "d.parquet"),
        (b"race\nwei\xdf\n", "d.csv"),
        ("race\nweiß\n".encode("utf-16"), "d.csv"),
        (b"a,b\n1,2\n1,2,3\n", "d.csv"),
        (b"\x80\x04]q\x00.", "d.csv"),
        (b"race\nwhite\n", "d.csv.gz"),
        (gzip.compress(b"race\n" + b"white\n" * 9999)[:-20], "d.csv.gz"),
        (gzip.compress(b"race\nwhite\n")[:-12], "d.csv.gz"),
        (gzip.compress(b"race\nwhite\n")[:12] + b"\xff" * 20, "d.csv.gz"),
    ],
    ids=[
        "text as Parquet",
        "empty Parquet",
        "Parquet of zeros",
        "Latin-1",
        "UTF-16",
        "ragged rows",
        "pickle",
        "text as gzip",
        "gzip cut short",
        "gzip cut in the header",
        "gzip overwritten",
    ],
)
def test_a_damaged_file_is_told_by_name_with_what_to_do(content, name, csv):
    with pytest.raises(CorruptFile, match=f"'{name}' cannot be read as .*export it again"):
        read(open_source(csv(content, name)), "a" if content.startswith(b"a") else "race")


def test_a_parquet_file_cut_short_while_it_is_read_is_told(people, tmp_path):
    people.to_parquet(tmp_path / "d.parquet")
    source = open_source(tmp_path / "d.parquet")
    content = (tmp_path / "d.parquet").read_bytes()
    (tmp_path / "d.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(CorruptFile, match=r"'d\.parquet' cannot be read as Parquet"):
        read(source, "race")


def test_a_file_is_written_whole_and_readable_by_others(tmp_path):
    umask = os.umask(0o022)
    try:
        write_whole(tmp_path / "a.txt", lambda path: path.write_text("new"))
    finally:
        os.umask(umask)
    assert (tmp_path / "a.txt").read_text() == "new"
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_write_that_is_broken_off_leaves_the_old_file_and_nothing_else(error, tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def write(path):
        path.write_text("half of the n")
        raise error

    with pytest.raises(error):
        write_whole(tmp_path / "a.txt", write)
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_told_and_leaves_the_old_file(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def write(path):
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"Cannot write 'a.txt': No space left.*unchanged"):
        write_whole(tmp_path / "a.txt", write)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_missing_folder_is_told_without_its_path(tmp_path):
    with pytest.raises(InputError, match=r"Folder of 'a.txt' does not exist") as caught:
        write_whole(tmp_path / "nowhere" / "a.txt", lambda path: None)
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(frames.writing.tempfile, "mkstemp", refuse)
    with pytest.raises(InputError, match=r"Cannot write 'a.txt': Permission denied. Choose"):
        write_whole(tmp_path / "a.txt", lambda path: None)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(InputError, match=r"Cannot write 'a.txt'"):
        write_whole(tmp_path / "a.txt", lambda path: path.write_text("new"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
