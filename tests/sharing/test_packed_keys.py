"""Several columns as one number: the same classes as a plain group-by, however wide the table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditaudit.errors import InputError, MissingColumn
from creditaudit.sharing import packed_keys as module
from creditaudit.sharing import unique_share
from creditaudit.sharing.packed_keys import PackedKey, packed
from creditaudit.sharing.quasi_identifiers import quasi_identifier

EIGHT = pd.DataFrame(
    {
        "sex": ["f", "f", "f", "f", "m", "m", "m", "m"],
        "age": [30, 30, 31, 31, 30, 30, 30, 44],
        "town": pd.Categorical(["a", "b", "a", "a", "a", "a", None, "b"]),
    }
)


def by_pandas(frame, columns):
    text = frame[columns].astype("str")
    return text.groupby(columns, dropna=False)[columns[0]].transform("size").to_numpy()


def test_eight_people_on_paper():
    # Women of 31 in a, men of 30 in a: two pairs; the other four people are alone.
    key = packed(EIGHT, ["sex", "age", "town"])
    assert key.sizes_of_people().tolist() == [1, 1, 2, 2, 2, 2, 1, 1]
    assert sorted(key.class_sizes()) == [1, 1, 1, 1, 2, 2]
    assert unique_share(EIGHT, ["sex", "age", "town"]) == 0.5
    assert unique_share(EIGHT, ["sex", "age"]) == 1 / 8
    assert unique_share(EIGHT, []) == 0
    assert np.isnan(unique_share(EIGHT.head(0), ["sex"]))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=1, max_size=60))
def test_classes_are_those_of_a_group_by(rows):
    frame = pd.DataFrame(rows, columns=["a", "b", "c"])
    key = packed(frame, ["a", "b", "c"])
    assert (key.sizes_of_people() == by_pandas(frame, ["a", "b", "c"])).all()
    assert key.class_sizes().sum() == len(frame)
    shuffled = frame.sample(frac=1, random_state=1)
    assert unique_share(shuffled, ["c", "a", "b"]) == unique_share(frame, ["a", "b", "c"])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(0, 10_000))
def test_one_more_column_never_makes_anybody_less_unique(columns, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, 4, (80, columns)), columns=list("abcdef")[:columns])
    shares = [unique_share(frame, list(frame.columns[:k])) for k in range(columns + 1)]
    assert shares == sorted(shares)


def test_a_key_past_62_bits_is_numbered_anew_and_stays_exact():
    rng = np.random.default_rng(3)
    # Twenty columns of 40 values are 106 bits; half the rows are there twice.
    half = rng.integers(0, 40, (400, 20))
    frame = pd.DataFrame(np.concatenate([half, half[:200]]), columns=[f"c{i}" for i in range(20)])
    key = packed(frame, frame.columns)
    assert key.size < module.LIMIT
    assert (key.sizes_of_people() == np.r_[[2] * 200, [1] * 200, [2] * 200]).all()


def test_sorting_and_counting_by_place_agree(monkeypatch):
    rng = np.random.default_rng(4)
    key = PackedKey(rng.integers(0, 500, 1_000), 500)
    counted = np.sort(key.class_sizes())
    far = PackedKey(key.values * 1_000_003, 500 * 1_000_003)
    assert not far._few
    assert (np.sort(far.class_sizes()) == counted).all()
    assert (far.sizes_of_people() == key.sizes_of_people()).all()


def test_missing_is_a_value_that_tells_people_apart():
    frame = pd.DataFrame({"x": [1.0, 1.0, np.nan], "n": pd.array([1, None, None], dtype="Int16")})
    assert unique_share(frame, ["x"], bands={"x": "exact"}) == pytest.approx(1 / 3)
    assert packed(frame, ["n"]).sizes_of_people().tolist() == [1, 2, 2]


def test_bands_are_as_asked_and_say_so():
    frame = pd.DataFrame({"income": np.arange(1000.0), "born": pd.to_datetime(
        ["1990-01-31", "1990-02-01", "1991-01-01", None] * 250)})  # fmt: skip
    default = quasi_identifier(frame, "income")
    assert (default.how, default.levels) == ("20 bands of about as many people", 21)
    assert np.bincount(default.codes)[1:].tolist() == [50] * 20
    edges = quasi_identifier(frame, "income", [10, 500])
    assert edges.how == "3 bands, cut at 10, 500"
    assert np.bincount(edges.codes)[1:].tolist() == [10, 490, 500]
    assert unique_share(frame, ["income"], bands={"income": "exact"}) == 1
    for band, sizes in (("day", [250] * 4), ("month", [250] * 4), ("year", [250, 250, 500])):
        found = quasi_identifier(frame, "born", band)
        assert sorted(PackedKey(found.codes, found.levels).class_sizes()) == sizes
        assert found.how == f"by {band}"


def test_parts_of_names_and_dates_are_made_where_they_are_asked_for():
    frame = pd.DataFrame({
        "person_name": ["Mo Ra", "Mo Li", "Ta Ra", None],
        "birth_date": pd.to_datetime(["1990-01-31", "1990-02-01", "1991-01-01", "1991-05-05"]),
    })  # fmt: skip
    assert packed(frame, ["surname"]).sizes_of_people().tolist() == [2, 2, 1, 1]
    assert packed(frame, ["given_name"]).sizes_of_people().tolist() == [2, 1, 2, 1]
    assert packed(frame, ["birth_year"]).sizes_of_people().tolist() == [2, 2, 2, 2]
    assert packed(frame, ["birth_month"]).sizes_of_people().tolist() == [1, 1, 1, 1]


def test_what_cannot_be_cut_is_an_error_that_says_why():
    frame = EIGHT.assign(born=pd.Timestamp("1990-01-01"), x=1.5)
    with pytest.raises(MissingColumn, match="'agee' not found"):
        unique_share(frame, ["agee"])
    for name, band, words in (
        ("sex", 5, "holds no numbers"), ("x", "year", "holds no dates"), ("born", 7, "holds dates"),
        ("x", [3, 2], "have to increase"), ("x", 0, "1 band or more"), ("x", "high", "write"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            quasi_identifier(frame, name, band)
