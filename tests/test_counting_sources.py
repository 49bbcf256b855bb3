import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cell_words import people_in
from creditaudit import Roles, Tally, frames
from creditaudit.cells import REPLICATE
from creditaudit.counting import REPLICATES
from creditaudit.errors import InputError

FILES = ("parquet", "csv", "csv;", "csv\t", "csv bom")


FRAMES = ("object", "string", "category", "pyarrow types", "nullable", "pyarrow table")


def as_source(frame, kind, folder):
    """Return the same people in another frame or file."""
    if kind in ("object", "category"):
        return frame.astype(kind)
    if kind == "string":
        texts = [name for name in frame if frame[name].map(type).isin([str, type(None)]).all()]
        return frame.astype(dict.fromkeys(texts, "string"))
    if kind == "pyarrow types":
        return frame.convert_dtypes(dtype_backend="pyarrow")
    if kind == "nullable":
        return frame.convert_dtypes()
    if kind == "pyarrow table":
        return pa.Table.from_pandas(frame, preserve_index=False)
    path = folder / f"people.{kind[:3] if kind[:3] == 'csv' else kind}"
    if kind == "parquet":
        frame.to_parquet(path)
    else:
        encoding = "utf-8-sig" if kind == "csv bom" else "utf-8"
        delimiter = kind[3:] if len(kind) == 4 else ","
        frame.to_csv(path, index=False, sep=delimiter, encoding=encoding)
    return path


@pytest.fixture
def hard():
    """Missing values, letters of many scripts, cells with quotes, delimiters and new lines."""
    return pd.DataFrame(
        {
            "race": ["weiß", None, "黑", 'say "no"', "a,b;c\td", "two\nlines", "weiß", None],
            "sex": ["f", "m", None, "f", "m", "f", "f", "m"],
            "approved": [1, 0, 1, 0, 1, 0, 1, 1],
            "defaulted": [0, np.nan, 1, np.nan, 0, np.nan, 0, 0],
            "points": [700.5, np.nan, 300, 850, 299.5, 851, -0.0, 1e-3],
            "branch": [11, 12, 13, 14, 11, 12, 13, 14],
            "month": ["2024-01", "2024-02"] * 4,
            "w": [1, 0.5, 2, 0, 1, 1, 0.25, 3],
        }
    )


@pytest.fixture
def hard_roles():
    return Roles(
        groups=["race", "sex"],
        decision="approved",
        favourable=1,
        outcome="defaulted",
        good=0,
        score="points",
        higher_is="safer",
        score_range=(300, 850),
        weight="w",
        cluster="branch",
        period="month",
    )


@pytest.mark.parametrize("kind", FRAMES + FILES)
@pytest.mark.parametrize("score_bins", [5, "exact", [0, 500, 1000]], ids=str)
def test_every_source_gives_the_same_tally(kind, score_bins, hard, hard_roles, tmp_path):
    expected = Tally.from_frame(hard, hard_roles, score_bins=score_bins)
    source = as_source(hard, kind, tmp_path)
    tally = Tally.from_frame(source, hard_roles, score_bins=score_bins)
    assert tally.fingerprint() == expected.fingerprint()
    assert tally.n == 8
    pd.testing.assert_frame_equal(tally.frame, expected.frame)


@pytest.mark.parametrize("kind", ["object", "pyarrow table", *FILES])
@pytest.mark.parametrize("rows", [1, 3])
def test_batches_give_the_same_tally(kind, rows, hard, hard_roles, tmp_path, monkeypatch):
    expected = Tally.from_frame(hard, hard_roles, score_bins="exact").fingerprint()
    monkeypatch.setattr(frames.sources, "BATCH_ROWS", rows)
    monkeypatch.setattr(frames.sources, "FILE_BATCH_ROWS", rows)
    monkeypatch.setattr(frames.files, "CSV_BLOCK_BYTES", 60 * rows)
    monkeypatch.setattr("creditaudit.counting._FOLD_ROWS", 2)
    source = as_source(hard, kind, tmp_path)
    assert Tally.from_frame(source, hard_roles, score_bins="exact").fingerprint() == expected


@pytest.mark.parametrize("kind", FILES)
def test_levels_and_types_that_come_late_in_a_file_are_counted(kind, tmp_path, monkeypatch):
    late = pd.DataFrame(
        {
            "code": [str(i % 10) for i in range(500)] + ["7A", "007"],
            "approved": [0] * 500 + [1, 1],
            "points": [5.0] * 500 + [0.25, np.nan],
        }
    )
    roles = Roles(
        groups=["code"],
        decision="approved",
        favourable=1,
        score="points",
        higher_is="safer",
        score_range=(0, 10),
    )
    expected = Tally.from_frame(late, roles, score_bins=2)
    source = as_source(late, kind, tmp_path)
    monkeypatch.setattr(frames.sources, "FILE_BATCH_ROWS", 50)
    monkeypatch.setattr(frames.files, "CSV_BLOCK_BYTES", 256)
    assert sum(1 for _ in frames.open_source(source).batches(["code"])) > 5
    tally = Tally.from_frame(source, roles, score_bins=2)
    assert tally.fingerprint() == expected.fingerprint()
    assert people_in(tally, "code")["7A", "[0, 5)", "approved"] == 1
    assert people_in(tally, "code")["007", "missing", "approved"] == 1


@pytest.mark.parametrize(
    "column",
    [
        [True, False, True],
        [1, 0, 1],
        [1.0, 0.0, 1.0],
        ["1", "0", "1"],
        np.array([1, 0, 1], dtype=np.uint8),
        pd.array([True, False, True], dtype="boolean"),
        [Decimal("1.0"), Decimal("0.0"), Decimal("1.0")],
    ],
    ids=["bool", "int", "float", "text", "uint8", "nullable", "decimal"],
)
@pytest.mark.parametrize("favourable", [1, 1.0, True, "1"], ids=repr)
def test_true_one_and_the_text_one_name_the_same_decision(column, favourable):
    frame = pd.DataFrame({"approved": column})
    tally = Tally.from_frame(frame, Roles(decision="approved", favourable=favourable))
    assert people_in(tally, None) == {("approved",): 2, ("refused",): 1}


def test_truth_values_and_numbers_give_the_same_fingerprint():
    roles = Roles(groups=["minority"])
    tallies = [
        Tally.from_frame(pd.DataFrame({"minority": column}), roles)
        for column in ([True, False, True], [1, 0, 1], [1.0, 0.0, 1.0], [1, False, True])
    ]
    assert len({tally.fingerprint() for tally in tallies}) == 1


def test_big_ids_stay_apart(tmp_path):
    ids = [2**53, 2**53 + 1, -(2**53), -(2**53) - 1]
    frame = pd.DataFrame({"region": ids})
    roles = Roles(groups=["region"])
    for kind in ("object", "category", "parquet", "csv"):
        tally = Tally.from_frame(as_source(frame, kind, tmp_path), roles)
        assert sorted(tally.frame["region"]) == sorted(ids)


def test_numbers_beyond_64_bits_can_be_groups(tmp_path):
    frame = pd.DataFrame({"region": [2**70, 1, None]}, dtype=object)
    tally = Tally.from_frame(frame, Roles(groups=["region"]))
    assert tally.frame["region"].tolist() == [None, 1, 2**70]


def test_dates_are_groups_in_every_source(tmp_path):
    frame = pd.DataFrame({"day": pd.to_datetime(["2024-01-31", "2024-02-29", None])})
    roles = Roles(groups=["day"])
    expected = Tally.from_frame(frame, roles)
    assert people_in(expected, "day") == {("2024-01-31",): 1, ("2024-02-29",): 1, (None,): 1}
    days = pa.table({"day": [datetime.date(2024, 1, 31), datetime.date(2024, 2, 29), None]})
    sources = [as_source(frame, kind, tmp_path) for kind in ("object", "csv", "parquet")]
    for source in [*sources, days]:
        assert Tally.from_frame(source, roles).fingerprint() == expected.fingerprint()


def replicates(frame):
    roles = Roles(cluster="branch")
    tally = Tally.from_frame(frame, roles)
    return tally.select((), [REPLICATE]).column(REPLICATE)


def test_people_of_one_cluster_fall_into_one_of_64_replicates(people):
    assert len(replicates(people.assign(branch="north"))) == 1
    many = pd.DataFrame({"branch": np.arange(5000)})
    assert sorted(replicates(many)) == list(range(REPLICATES))


def test_a_cluster_falls_into_the_same_replicate_in_every_source(tmp_path):
    branches = pd.DataFrame({"branch": np.arange(40) * 3})
    expected = replicates(branches).tolist()
    assert replicates(branches.astype(float)).tolist() == expected
    assert replicates(branches.astype(str)).tolist() == expected
    for kind in ("csv", "parquet"):
        source = as_source(branches.astype(float), kind, tmp_path)
        assert replicates(source).tolist() == expected


def test_a_missing_cluster_is_an_error_with_the_count(people):
    people["branch"] = ["a", None, "b", "", "c", "d", "e", "f"]
    with pytest.raises(InputError, match="Cluster column 'branch' is missing in 2 rows"):
        Tally.from_frame(people, Roles(cluster="branch"))


def test_files_are_read_as_data_and_nothing_in_them_is_run(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(f"pickle.{name}", refuse)
    monkeypatch.setattr("builtins.eval", refuse)
    race = ["__import__('os').abort()", "=cmd|' /C calc'!A0", "{{7*7}}", "<script>"]
    frame = pd.DataFrame({"race": race})
    frame.to_csv(tmp_path / "p.csv", index=False)
    pq.write_table(pa.table(frame), tmp_path / "p.parquet")
    roles = Roles(groups=["race"])
    for name in ("p.csv", "p.parquet"):
        tally = Tally.from_frame(tmp_path / name, roles)
        assert sorted(tally.frame["race"]) == sorted(race)
        tally.save(tmp_path / "t.parquet")
        assert Tally.load(tmp_path / "t.parquet").fingerprint() == tally.fingerprint()
