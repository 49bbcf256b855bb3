import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from creditaudit.errors import InputError
from creditaudit.values import canonical, encode, matches, numbers, settle_types, typed

MISSING = [None, np.nan, pd.NaT, pd.NA, "", np.float32("nan"), Decimal("nan"), b""]


@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_missing_is_one_thing(value):
    assert canonical(value) is None


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (1.0, 1),
        (-0.0, 0),
        (0.5, 0.5),
        (np.int8(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (2**60 + 1, 2**60 + 1),
        (Decimal("1.00"), 1),
        (Decimal("9007199254740993"), 9007199254740993),
        (Decimal("0.5"), 0.5),
        (Decimal("inf"), float("inf")),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        (datetime.datetime(2024, 2, 29), "2024-02-29"),
        (pd.Timestamp("2024-02-29 10:30"), "2024-02-29T10:30:00"),
        (pd.Period("2024-02", freq="M"), "2024-02"),
        (b"caf\xc3\xa9", "café"),
        ("女", "女"),
    ],
    ids=repr,
)
def test_each_value_has_one_form(value, level):
    assert canonical(value) == level
    assert type(canonical(value)) is type(level)


def decoded(array):
    codes, levels = encode(array)
    assert codes.dtype == np.int64
    return [levels[code] if code >= 0 else None for code in codes]


@pytest.mark.parametrize(
    "array",
    [
        pd.Series(["b", None, "a", "b", ""], dtype=object),
        pd.Series(["b", np.nan, "a", "b", ""], dtype="str"),
        pd.Series(["b", None, "a", "b", None], dtype="category"),
        pd.Series(["b", pd.NA, "a", "b", ""], dtype="string"),
        pd.Series(["b", None, "a", "b", ""], dtype=pd.ArrowDtype(pa.string())),
        pa.array(["b", None, "a", "b", ""]),
        pa.array(["b", None, "a", "b", ""], pa.large_string()),
        pa.array(["b", None, "a", "b", ""], pa.string_view()),
        pa.array([b"b", None, b"a", b"b", b""], pa.binary()),
        pa.array(["b", None, "a", "b", ""]).dictionary_encode(),
        pa.chunked_array([["b", None], ["a", "b", ""]]),
        pa.chunked_array([pa.array(x).dictionary_encode() for x in (["b", None], ["a", "b", ""])]),
    ],
    ids=lambda x: str(getattr(x, "dtype", None) or x.type),
)
def test_text_reads_the_same_from_every_kind_of_column(array):
    assert decoded(array) == ["b", None, "a", "b", None]


@pytest.mark.parametrize(
    "array",
    [
        pd.Series([1, 0, np.nan]),
        pd.Series([1, 0, None], dtype="Int8"),
        pd.Series([1.0, -0.0, np.nan], dtype=object),
        pd.Series([1, 0, pd.NA], dtype="Float64"),
        pd.Series([True, False, None], dtype="boolean"),
        pd.Series([True, False, None], dtype=object),
        pd.Series([1, 0, None], dtype="category"),
        pd.Series([1, 0, None], dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
        pa.array([1.0, 0.0, np.nan]),
        pa.array([True, False, None]),
    ],
    ids=lambda x: str(getattr(x, "dtype", None) or x.type),
)
def test_one_zero_and_missing_read_the_same_from_every_kind_of_column(array):
    assert decoded(array) == [1, 0, None]


def test_a_column_of_nothing_has_no_levels():
    for array in (
        pd.Series([None, None], dtype=object),
        pa.nulls(2),
        pd.Series([np.nan, np.nan]),
        pd.Series([None, None], dtype="category"),
    ):
        codes, levels = encode(array)
        assert codes.tolist() == [-1, -1]
        assert levels == []


def test_an_empty_column_has_no_rows_and_no_levels():
    for array in (
        pd.Series([], dtype=object),
        pd.Series([], dtype="category"),
        pa.array([], pa.string()),
        pa.chunked_array([], pa.string()),
    ):
        codes, levels = encode(array)
        assert len(codes) == 0
        assert levels == []


def test_unused_categories_are_no_levels():
    series = pd.Series(pd.Categorical(["b", "a"], categories=["z", "a", "b"]))
    assert encode(series)[1] == ["a", "b"]
    assert encode(pa.array(["a", "b", "c"]).dictionary_encode().slice(1, 1))[1] == ["b"]


def test_categories_of_any_kind_are_read():
    assert decoded(pd.Series([1, "a"]).astype("category")) == [1, "a"]
    assert decoded(pd.Series(pd.cut([1, 2], [0, 1, 2]))) == ["(0, 1]", "(1, 2]"]


def test_periods_and_dates_are_read():
    assert decoded(pd.Series(pd.period_range("2024-01", periods=2, freq="M"))) == [
        "2024-01",
        "2024-02",
    ]
    assert decoded(pd.Series(pd.to_datetime(["2024-01-01", None]))) == ["2024-01-01", None]
    assert decoded(pa.array([datetime.date(2024, 1, 1)])) == ["2024-01-01"]


@pytest.mark.parametrize(
    "array",
    [pd.Series([[1], [2]]), pa.array([[1], [2]]), pd.Series([1j, 2j])],
    ids=["lists", "arrow lists", "complex"],
)
def test_cells_that_hold_no_single_value_are_an_error_with_the_column(array):
    with pytest.raises(InputError, match="Column 'tags' cannot be told apart into values"):
        encode(array, "tags")


@pytest.mark.parametrize(
    "array",
    [
        pd.Series([1, 2.5, np.nan]),
        pd.Series(["1", "2.5", ""], dtype=object),
        pd.Series([1, 2.5, None], dtype=object),
        pd.Series([1, 2.5, None], dtype="Float32"),
        pd.Series(["1", "2.5", None], dtype="str"),
        pd.Series(["1", "2.5", None], dtype="category"),
        pd.Series([1, 2.5, None], dtype="category"),
        pd.Series([Decimal("1"), Decimal("2.5"), None], dtype=object),
        pd.Series(["1", "2.5", None], dtype=pd.ArrowDtype(pa.string())),
        pd.Series([1, 2.5, None], dtype=pd.ArrowDtype(pa.float64())),
        pa.array([1, 2.5, None]),
        pa.array([" 1", "2.5 ", ""]),
        pa.array(["1", "2.5", None]).dictionary_encode(),
        pa.chunked_array([[1.0], [2.5, None]]),
        pa.array([Decimal("1.0"), Decimal("2.5"), None]),
    ],
    ids=lambda x: str(getattr(x, "dtype", None) or x.type),
)
def test_numbers_read_the_same_from_every_kind_of_column(array):
    found = numbers(array, "points")
    assert found.dtype == np.float64
    assert np.array_equal(found, [1, 2.5, np.nan], equal_nan=True)


@pytest.mark.parametrize(
    "array",
    [
        pd.Series([True, False]),
        pd.Series([True, False], dtype="boolean"),
        pd.Series([True, False], dtype="category"),
        pa.array([True, False]),
        pd.Series([1, 0], dtype="Int64"),
    ],
    ids=lambda x: str(getattr(x, "dtype", None) or x.type),
)
def test_truth_values_are_one_and_zero_as_numbers(array):
    assert numbers(array, "points").tolist() == [1, 0]


@pytest.mark.parametrize(
    "array",
    [
        pd.Series(["high", "low"], dtype=object),
        pd.Series(["1", "low"], dtype="str"),
        pd.Series(["low"], dtype="category"),
        pa.array(["1", "low"]),
        pa.array(["1,234"]),
        pd.Series(pd.to_datetime(["2024-01-01"])),
        pd.Series(pd.to_datetime(["2024-01-01"])).astype(object),
        pa.array([datetime.date(2024, 1, 1)]),
    ],
    ids=lambda x: str(getattr(x, "dtype", None) or x.type),
)
def test_text_and_dates_are_no_numbers(array):
    with pytest.raises(InputError, match="Column 'points' must hold numbers"):
        numbers(array, "points")


def test_big_ids_of_every_integer_type_are_kept():
    for kind in ("int64", "uint64", "Int64"):
        big = pd.Series([2**53 + 1, 2**53 + 3], dtype=kind)
        assert encode(big)[1] == [2**53 + 1, 2**53 + 3]


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        (["1", "2", "-3", "+4"], [1, 2, -3, 4]),
        (["1.0", "2.50", ".5", "1e3"], [1, 2.5, 0.5, 1000]),
        (["True", "false"], [True, False]),
        (["007", "010"], ["007", "010"]),
        (["1", "007"], ["1", "007"]),
        (["1", "x"], ["1", "x"]),
        (["true", "unknown"], ["true", "unknown"]),
        (["true", "1"], ["true", "1"]),
        (["9007199254740993", "-9007199254740993"], [9007199254740993, -9007199254740993]),
        (["٣", "4"], ["٣", "4"]),
        (["9" * 5000], ["9" * 5000]),
        (["1e999"], ["1e999"]),
        (["2024-01-01"], ["2024-01-01"]),
        ([], []),
    ],
    ids=lambda x: repr(x)[:30],
)
def test_a_column_of_text_is_typed_as_a_whole(words, levels):
    found = settle_types(words, "x", text=True)
    assert found == levels
    assert [type(x) for x in found] == [type(x) for x in levels]


def test_text_and_numbers_become_text():
    assert settle_types([1, "a", 2.5], "x") == ["1", "a", "2.5"]
    assert settle_types([1, 2.5, True], "x") == [1, 2.5, True]


@pytest.mark.parametrize(
    "levels", [[1, "1"], ["1.0", 1, "a"], [True, "true"], [True, "1"], [0, "0"]], ids=repr
)
def test_a_value_that_stands_as_text_and_as_number_is_an_error(levels):
    with pytest.raises(InputError, match=r"Column 'x' holds .* both as text and as a number"):
        settle_types(levels, "x")


def test_where_tallies_are_added_ten_and_the_text_ten_are_one():
    assert settle_types([10, "10", "2A"], "x", added=True) == ["10", "10", "2A"]
    for spelled in ("10.0", "1e1", "+10"):
        with pytest.raises(InputError, match="both as text and as a number"):
            settle_types([10, spelled], "x", added=True)


@pytest.mark.parametrize(
    ("level", "literal", "same"),
    [
        (1, 1, True),
        (1, 1.0, True),
        (1, True, True),
        (1, "1", True),
        ("1", 1, True),
        ("1", True, True),
        (True, "True", True),
        (True, "true", True),
        ("yes", "yes", True),
        ("Yes", "yes", False),
        ("1.0", 1, False),
        (0, False, True),
        (0, "no", False),
        (None, None, False),
        (None, 0, False),
        (1, pd.NA, False),
        ("2024-01-01", datetime.date(2024, 1, 1), True),
        (1, np.int64(1), True),
    ],
    ids=repr,
)
def test_a_literal_names_a_level_by_the_stated_rule(level, literal, same):
    assert matches(level, literal) is same


def test_what_a_word_spells():
    assert [typed(word) for word in ("TRUE", "0", "-0", "00", "1.", "x", "")] == [
        True,
        0,
        0,
        "00",
        1,
        "x",
        "",
    ]


def test_an_instant_is_written_in_utc_whatever_its_zone():
    berlin = pd.Series(pd.to_datetime(["2024-10-27T00:30Z", None])).dt.tz_convert("Europe/Berlin")
    for array in (berlin, pa.array(berlin, from_pandas=True), berlin.astype(object)):
        assert decoded(array) == ["2024-10-27T00:30:00+00:00", None]


@pytest.mark.parametrize("digits", ["0.57", "0.29", "1.15", "12345678901234567.89"])
def test_a_decimal_is_the_float_nearest_to_its_digits(digits):
    value = Decimal(digits)
    for kind in (pa.decimal128(38, 2), pa.decimal256(60, 2)):
        assert numbers(pa.array([value], kind), "x").tolist() == [float(digits)]
    assert decoded(pa.array([value], pa.decimal128(38, 2))) == [canonical(float(digits))]


@pytest.mark.parametrize("text", ["nan", " 0.5 ", "1e-1", "inf", "", ".5"])
def test_text_is_the_same_number_in_every_kind_of_column(text):
    given = [text, None]
    arrays = [
        pd.Series(given, dtype=object),
        pd.Series(given, dtype="str"),
        pd.Series(given, dtype="category"),
        pa.array(given),
        pa.array(given, pa.large_string()),
        pa.array(given, pa.string_view()),
        pa.array(given).dictionary_encode(),
    ]
    expected = [float(text or "nan"), np.nan]
    for array in arrays:
        np.testing.assert_array_equal(numbers(array, "x"), expected)


def test_bytes_are_no_numbers():
    with pytest.raises(InputError, match=r"Column 'x' must hold numbers. Bytes are no numbers"):
        numbers(pa.array([b"1"]), "x")
