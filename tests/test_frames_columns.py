"""Some columns as a frame: the types a tally gives them, whatever the file."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from creditaudit.errors import MissingColumn
from creditaudit.frames import open_source
from creditaudit.frames.columns import read_columns


@pytest.fixture
def frame():
    return pd.DataFrame({
        "income": [1200.5, np.nan, 900.0, 1e6],
        "kids": [0, 2, 1, 0],
        "job": ["office", None, "field", "office"],
        "owner": [True, False, True, True],
        "county": ["007", "012", "007", "100"],
    })  # fmt: skip


def test_a_file_of_any_kind_gives_the_same_columns(frame, tmp_path):
    frame.to_csv(tmp_path / "x.csv", index=False)
    frame.to_parquet(tmp_path / "x.parquet")
    made = [
        read_columns(open_source(source), list(frame.columns))
        for source in (
            tmp_path / "x.csv",
            tmp_path / "x.parquet",
            frame,
            pa.Table.from_pandas(frame),
        )
    ]
    for found in made:
        pd.testing.assert_frame_equal(found, made[0])
    found = made[0]
    assert found["income"].dtype == np.float64
    assert found["kids"].dtype == np.int64
    assert found["job"].tolist() == ["office", None, "field", "office"]
    assert found["owner"].tolist() == [True, False, True, True]
    assert found["county"].tolist() == ["007", "012", "007", "100"]


def test_batches_are_one_frame(tmp_path, monkeypatch):
    from creditaudit.frames import sources

    monkeypatch.setattr(sources, "FILE_BATCH_ROWS", 7)
    frame = pd.DataFrame({"x": np.arange(50), "g": list("abcde") * 10})
    frame.to_parquet(tmp_path / "x.parquet")
    found = read_columns(open_source(tmp_path / "x.parquet"), ["g", "x", "g"])
    pd.testing.assert_frame_equal(found, frame[["g", "x"]].astype({"g": object}))


def test_an_empty_table_and_a_missing_column(frame):
    assert len(read_columns(open_source(frame.head(0)), ["kids", "job"])) == 0
    with pytest.raises(MissingColumn, match="Did you mean 'income'"):
        read_columns(open_source(frame), ["incme"], fix="Check --control.")
