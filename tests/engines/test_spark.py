"""A table on Spark is counted where it is, and gives the same integers."""

from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_sources import differences
from paper_tally import as_float, bin_on_paper, people_in_cells
from test_conformance import BINS, DECIDED, KEYS, SCORES

from creditaudit import Roles, Tally
from creditaudit.cells import BIN
from creditaudit.errors import InputError

pytestmark = [
    pytest.mark.slow,
    # pyspark 4.3 says so of every pandas from 3; nothing of pandas is used here.
    pytest.mark.filterwarnings("ignore::FutureWarning:pyspark"),
    pytest.mark.filterwarnings("ignore::ResourceWarning:pyspark"),
]
# Spark has none of these types.
NOT_ON_SPARK = {
    "unsigned", "nothing", "fine clock", "milliseconds", "time", "day in milliseconds",
    "half floats", "fixed bytes", "view",
}  # fmt: skip
# Its TIMESTAMP keeps no zone: what was an instant is the clock of the session.
INSTANTS = {"instant", "utc"}
SPARK_BINS = ("7 of a range", "100 of the range found", "uneven edges", "exact")


@pytest.fixture(scope="module")
def keys():
    names = [name for name in KEYS if name not in NOT_ON_SPARK | INSTANTS]
    return pa.table({name: pa.array(KEYS[name][0], KEYS[name][1]) for name in names})


@pytest.fixture(scope="module")
def decisions(request):
    import test_conformance

    return test_conformance.decisions.__wrapped__()


def expected_people(names):
    return {name: Counter(KEYS[name][2]) for name in names}


def found_people(tally, names):
    return {
        name: {cell[0]: sums[0] for cell, sums in people_in_cells(tally, [name]).items()}
        for name in names
    }


def test_every_value_is_the_same_level_on_spark(spark, keys):
    names = keys.column_names
    roles = Roles(groups=names)
    tally = Tally.from_frame(spark.createDataFrame(keys), roles, by=names)
    assert found_people(tally, names) == expected_people(names)
    assert differences(tally, Tally.from_frame(keys, roles, by=names)) == []


def test_a_parquet_file_read_by_spark_gives_the_same_levels(spark, keys, tmp_path):
    names = keys.column_names
    pq.write_table(keys, tmp_path / "keys.parquet")
    frame = spark.read.parquet(str(tmp_path / "keys.parquet"))
    roles = Roles(groups=names)
    tally = Tally.from_frame(frame, roles, by=names)
    assert differences(tally, Tally.from_frame(keys, roles, by=names)) == []


def test_an_instant_is_the_clock_of_the_session(spark):
    values, kind, _ = KEYS["instant"]
    frame = spark.createDataFrame(pa.table({"instant": pa.array(values, kind)}))
    tally = Tally.from_frame(frame, Roles(groups=["instant"]))
    # In the night when clocks are set back, two instants show the same time.
    assert tally.levels["instant"] == ("2024-10-27T02:30:00",)
    assert tally.n == 12


@pytest.mark.parametrize("binning", SPARK_BINS)
def test_every_score_is_in_the_same_bin_on_spark(spark, binning):
    given, score_bins = BINS[binning]
    roles = Roles(groups=["row"], score="points", higher_is="safer", **given)
    for kind, column in SCORES.items():
        if kind in ("uint64", "nothing", "category", "category of text"):
            continue
        table = pa.table({"row": pa.array(range(len(column))), "points": column})
        tally = Tally.from_frame(spark.createDataFrame(table), roles, score_bins=score_bins)
        scores = [as_float(value) for value in column.to_pylist()]
        cells = tally.select(("row",), [BIN])
        assert cells.column(BIN).tolist() == [bin_on_paper(x, tally.bins) for x in scores], kind
        reference = Tally.from_frame(table, roles, score_bins=score_bins)
        assert differences(tally, reference) == [], kind


@pytest.mark.parametrize(("low", "high", "number"), [(300, 850, 100), (0, 1, 100), (-0.1, 0.6, 31)])
def test_a_score_next_to_a_cut_is_on_its_side_on_spark(spark, low, high, number):
    roles = Roles(score="points", higher_is="safer", score_range=(low, high))
    edges = Tally.from_frame(pa.table({"points": [0.0]}), roles, score_bins=number).bins.values
    near = np.concatenate([edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)])
    table = pa.table({"points": near})
    tally = Tally.from_frame(spark.createDataFrame(table), roles, score_bins=number)
    assert differences(tally, Tally.from_frame(table, roles, score_bins=number)) == []


@pytest.mark.parametrize("without", [(), ("weight", "cluster", "period")])
def test_a_tally_with_every_role_is_the_same_on_spark(spark, decisions, without):
    roles = Roles(**{name: value for name, value in DECIDED.items() if name not in without})
    tally = Tally.from_frame(spark.createDataFrame(decisions), roles, score_bins=11)
    assert differences(tally, Tally.from_frame(decisions, roles, score_bins=11)) == []


def test_a_long_decimal_does_not_lose_its_last_digit_on_spark(spark):
    ids = [Decimal(2**64 - 1), Decimal(2**64 - 2), None]
    table = pa.table({"id": pa.array(ids, pa.decimal128(20, 0))})
    tally = Tally.from_frame(spark.createDataFrame(table), Roles(groups=["id"]))
    assert tally.levels["id"] == (2**64 - 2, 2**64 - 1)


def test_names_with_dots_and_blanks_are_columns_on_spark(spark):
    table = pa.table({"loan.status": ["a", "b", "a"], "a b": ["x", None, "y"], "select": [1, 2, 1]})
    roles = Roles(groups=["loan.status", "a b", "select"])
    tally = Tally.from_frame(spark.createDataFrame(table), roles)
    assert differences(tally, Tally.from_frame(table, roles)) == []


def test_only_the_small_table_reaches_the_driver(spark, monkeypatch):
    from pyspark.sql.classic.dataframe import DataFrame

    brought = []
    to_arrow = DataFrame.toArrow

    def counted(frame):
        table = to_arrow(frame)
        brought.append(table.num_rows)
        return table

    def refuse(*_, **__):
        raise AssertionError

    monkeypatch.setattr(DataFrame, "toArrow", counted)
    for name in ("collect", "toPandas", "toLocalIterator", "take", "tail"):
        monkeypatch.setattr(DataFrame, name, refuse)
    frame = spark.range(300_000).selectExpr(
        "id % 3 AS race", "id % 2 AS sex", "id % 5 = 0 AS ok", "CAST(id % 1000 AS DOUBLE) AS points"
    )
    roles = Roles(
        groups=["race", "sex"], decision="ok", favourable=True, score="points", higher_is="safer",
        score_range=(0, 1000),
    )  # fmt: skip
    tally = Tally.from_frame(frame, roles, score_bins=10)
    assert tally.n == 300_000
    # First the combinations of keys, to see whether they may be crossed; then the sums.
    assert brought == [3 * 2 * 2, 3 * 2 * 2 * 10]
    assert tally.plan == (
        "One group-by on spark over race, sex, ok, score bin: 120 rows came back.",
    )


def test_text_in_a_score_is_an_error_on_spark_also_where_it_would_be_null(spark):
    roles = Roles(score="points", higher_is="safer", score_range=(0, 1))
    # Spark reads 1d as 1.0; without ANSI mode it makes null of what it cannot read.
    for text, ansi in (("abc", "true"), ("abc", "false"), ("1d", "true"), ("1d", "false")):
        spark.conf.set("spark.sql.ansi.enabled", ansi)
        frame = spark.createDataFrame(pa.table({"points": ["0.5", text]}))
        with pytest.raises(InputError, match=f"'points' must hold numbers; it holds .*'{text}'"):
            Tally.from_frame(frame, roles)
    spark.conf.unset("spark.sql.ansi.enabled")


def test_a_missing_column_is_named_on_spark(spark):
    frame = spark.createDataFrame(pa.table({"race": ["a"]}))
    with pytest.raises(InputError, match=r"Column 'rase' not found. Columns: 'race'"):
        Tally.from_frame(frame, Roles(groups=["rase"]))


def test_two_names_that_differ_in_capitals_are_two_columns_on_spark(spark):
    frame = spark.createDataFrame(pa.table({"race": ["a", "b"], "Race": ["c", "c"]}))
    tally = Tally.from_frame(frame, Roles(groups=["race"]))
    assert tally.levels == {"race": ("a", "b")}


def test_a_file_that_is_gone_is_an_error_on_spark(spark, tmp_path):
    pq.write_table(pa.table({"race": ["a"]}), tmp_path / "people.parquet")
    frame = spark.read.parquet(str(tmp_path / "people.parquet"))
    (tmp_path / "people.parquet").unlink()
    with pytest.raises(
        InputError, match=r"spark could not read the table: .*people.parquet"
    ) as told:
        Tally.from_frame(frame, Roles(groups=["race"]))
    assert str(tmp_path) not in str(told.value)
