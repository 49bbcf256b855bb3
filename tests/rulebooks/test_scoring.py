"""The same points, tiers, decisions and rules on every engine and from the SQL text."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engine_frames import arrow_table, engines, plain, table_of
from hypothesis import given, settings
from made_books import PEOPLE_ROWS, book_text, books, rule

from creditaudit.errors import InputError, MissingColumn
from creditaudit.protocols import HasPoints
from creditaudit.rulebooks import Rulebook, RulebookScorer

ADDED = ("points", "tier", "decision", "fired")


def by_id(table: pa.Table) -> dict[str, list]:
    return {name: table.sort_by("id")[name].to_pylist() for name in ADDED}


@settings(max_examples=25)
@given(text=books(), rows=PEOPLE_ROWS)
def test_random_books_give_the_same_on_every_engine_and_from_sql(text, rows):
    book = Rulebook.from_toml(text)
    scorer = RulebookScorer(book, as_of="2020-06-30")
    kinds = RulebookScorer(Rulebook.from_toml(book_text(*ALL_COLUMNS))).program.columns
    table = arrow_table(rows, kinds).append_column("id", pa.array(range(len(rows))))
    traces = [scorer.trace(row) for row in rows]
    wanted = {
        "points": [trace.points for trace in traces],
        "tier": [trace.tier for trace in traces],
        "decision": [trace.decision for trace in traces],
    }
    fired = [
        ",".join(
            name + ("?" if state == "unknown" else "")
            for name, state in zip(trace.frame["rule"], trace.frame["state"], strict=True)
            if state == "unknown" or state.startswith("fires")
        )
        for trace in traces
    ]
    with duckdb.connect() as connection:
        for name, frame in engines(table, connection):
            found = by_id(table_of(scorer.score(frame)))
            assert {k: found[k] for k in wanted} == wanted, name
            assert found["fired"] == fired, name
        connection.register("t", table)
        for dialect in ("duckdb", "postgres"):
            sql = scorer.to_sql(dialect=dialect, table="t")
            found = by_id(connection.sql(sql).to_arrow_table())
            assert {k: found[k] for k in wanted} == wanted, dialect
            assert found["fired"] == fired, dialect


ALL_COLUMNS = [
    rule("a", "cards > 1 and accounts > 1 and utilisation > 1 and minor and mortgage", points=-1),
    rule("b", "overdue_amount > 0 and employment is missing", points=-1),
    rule("c", "listed_on is missing and age > 0", points=-1),
]
BOOK = Rulebook.from_toml(
    book_text(
        rule("cards", "cards > 1", points=-10, per="cards"),
        rule("minor", "minor", points=-200, on_missing="unknown"),
        rule("list", "mortgage", list="court"),
        lists=[{"id": "court", "title": "x", "source": "own", "mark": "F"}],
    )
)
SCORER = RulebookScorer(BOOK)
PEOPLE = pd.DataFrame(
    {
        "cards": [0, 2, 3],
        "minor": [0.0, 1.0, np.nan],
        "mortgage": [True, False, None],
        "id": [7, 8, 9],
    },
    index=["x", "y", "z"],
)


def test_what_comes_back_is_of_the_engine_that_came_in():
    assert isinstance(SCORER.points(PEOPLE), pd.Series)
    assert SCORER.points(PEOPLE).tolist()[:2] == [1000.0, 780.0]
    assert SCORER.points(PEOPLE).index.tolist() == ["x", "y", "z"]
    frame = pl.from_pandas(PEOPLE)
    assert isinstance(SCORER.points(frame), pl.Series)
    assert isinstance(SCORER.points(frame.lazy()), pl.LazyFrame)
    assert isinstance(SCORER.decide(frame.to_arrow()), pa.ChunkedArray)
    assert isinstance(SCORER.score(frame.lazy()), pl.LazyFrame)
    with duckdb.connect() as connection:
        relation = connection.from_arrow(frame.to_arrow())
        assert isinstance(SCORER.points(relation), duckdb.DuckDBPyRelation)
        assert plain(SCORER.tier(relation)) == ["A", "C", None]


def test_frames_of_rules_and_lists_have_their_ids_as_columns():
    fired = SCORER.fired(PEOPLE)
    assert fired.columns.tolist() == ["cards", "minor", "list"]
    assert fired["minor"].tolist() == [False, True, pd.NA]
    assert fired["minor"].dtype == "boolean"
    assert SCORER.contributions(PEOPLE)["cards"].tolist() == [0.0, -20.0, -30.0]
    assert SCORER.listed(pl.from_pandas(PEOPLE))["court"].to_list() == [True, False, False]


def test_the_frame_is_not_changed():
    before = PEOPLE.copy(deep=True)
    SCORER.score(PEOPLE)
    pd.testing.assert_frame_equal(PEOPLE, before)


def test_a_column_that_no_rule_reads_may_hold_anything():
    frame = PEOPLE.assign(other=[{1}, "x", 3], name=pd.Categorical(["a", "b", "a"]))
    scored = SCORER.score(frame)
    pd.testing.assert_frame_equal(scored[frame.columns], frame)
    assert SCORER.points(frame).tolist()[0] == 1000.0


def test_score_keeps_every_column_and_adds_four():
    scored = SCORER.score(PEOPLE)
    assert scored.columns.tolist() == [*PEOPLE.columns, *ADDED]
    assert scored["fired"].tolist() == ["list", "cards,minor", "cards,minor?"]
    assert scored["id"].tolist() == [7, 8, 9]
    with pytest.raises(InputError, match="already has a column 'points'"):
        SCORER.score(scored)


@pytest.mark.parametrize(
    ("column", "values", "points"),
    [
        ("cards", pa.array([0, 2, None], pa.int8()), [1000.0, 980.0, 1000.0]),
        ("cards", pa.array([0, 2, None], pa.uint64()), [1000.0, 980.0, 1000.0]),
        ("cards", pa.array([0.5, 2.0, None], pa.float32()), [1000.0, 980.0, 1000.0]),
        ("cards", pa.array([Decimal("0.00"), Decimal("2"), None]), [1000.0, 980.0, 1000.0]),
        ("cards", pa.array([None, None, None], pa.null()), [1000.0, 1000.0, 1000.0]),
        ("minor", pa.array([0, 1, 2], pa.int64()), [1000.0, 800.0, None]),
        ("minor", pa.array([0.0, 1.0, float("nan")]), [1000.0, 800.0, None]),
    ],
    ids=["int8", "uint64", "float32", "decimal", "null", "0, 1 and 2", "0.0, 1.0 and NaN"],
)  # fmt: skip
def test_columns_of_other_types_are_read_the_same_on_every_engine(column, values, points):
    rest = {
        "cards": pa.array([0, 0, 0]),
        "minor": pa.array([False] * 3),
        "mortgage": pa.array([False] * 3),
    }
    table = pa.table({**rest, column: values})
    with duckdb.connect() as connection:
        for name, frame in engines(table, connection):
            assert plain(SCORER.points(frame)) == points, name
        if values.type != pa.null():
            connection.register("t", table)
            rows = connection.sql(f"SELECT points FROM ({SCORER.to_sql()})").fetchall()
            assert [row[0] for row in rows] == points


def test_a_float32_at_a_limit_is_compared_as_float64():
    book = Rulebook.from_toml(book_text(rule("a", "utilisation > 0.7", points=-1)))
    table = pa.table({"utilisation": pa.array([0.7, 0.75], pa.float32())})
    with duckdb.connect() as connection:
        found = {n: plain(RulebookScorer(book).points(f)) for n, f in engines(table, connection)}
    # The float32 nearest to 0.7 is below 0.7.
    assert set(map(tuple, found.values())) == {(1000.0, 999.0)}


def test_a_day_may_be_a_timestamp_and_categories_may_be_coded():
    book = Rulebook.from_toml(
        book_text(
            rule("day", "listed_on >= '2018-06-01'", points=-1),
            rule("job", "employment == 'unemployed'", points=-10),
        )
    )
    table = pa.table(
        {
            "listed_on": pa.array([datetime(2018, 6, 1, 0, 0, 1), datetime(2018, 5, 31, 23), None]),
            "employment": pa.array(["unemployed", "employed", ""]).dictionary_encode(),
        }
    )
    with duckdb.connect() as connection:
        for name, frame in engines(table, connection):
            assert plain(RulebookScorer(book).points(frame)) == [989.0, 1000.0, 1000.0], name


@pytest.mark.parametrize(
    ("column", "values"),
    [("cards", ["1", "2"]), ("minor", ["yes", "no"]), ("cards", [date(2020, 1, 1)] * 2)],
)
def test_a_column_of_the_wrong_type_is_refused_by_name(column, values):
    table = pa.table({"cards": [1, 1], "minor": [0, 0], "mortgage": [0, 0]})
    table = table.set_column(table.column_names.index(column), column, pa.array(values))
    with pytest.raises(InputError, match=f"Column '{column}' is"):
        SCORER.points(table)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(MissingColumn, match="'mortgage' not found"):
        SCORER.points(PEOPLE.drop(columns="mortgage"))
    with pytest.raises(InputError, match="exists more than once"):
        SCORER.points(pd.concat([PEOPLE, PEOPLE], axis=1))
    with pytest.raises(InputError, match="Column 'cards' does not hold values of one type"):
        SCORER.points(PEOPLE.assign(cards=pd.Series([1, "2", None], index=PEOPLE.index)))
    with pytest.raises(InputError, match="Cannot score"):
        SCORER.points([1, 2])


def test_an_empty_table_gives_an_empty_result():
    assert SCORER.points(PEOPLE.iloc[:0]).tolist() == []
    assert SCORER.score(pl.from_pandas(PEOPLE)[:0]).height == 0


def test_one_rule_alone_and_none_in_force_are_no_special_case():
    late = Rulebook.from_toml(
        book_text(rule("a", "minor", points=-1, effective={"from": date(2020, 1, 1)}))
    )
    frame = pl.DataFrame({"minor": [1, 0]})
    assert RulebookScorer(late, as_of="2019-01-01").score(frame)["points"].to_list() == [1000.0] * 2
    assert RulebookScorer(late, as_of="2019-01-01").points(frame).to_list() == [1000.0] * 2
    assert RulebookScorer(late, as_of="2020-01-01").points(frame).to_list() == [999.0, 1000.0]


def test_a_scorer_has_points_by_protocol_and_takes_a_preset_by_id():
    assert isinstance(SCORER, HasPoints)
    scorer = RulebookScorer("cn_spc_defaulters_2017", as_of="2018-06-01", reading="strict")
    assert scorer.book.id == "cn_spc_defaulters_2017"


def test_every_form_of_a_row_gives_the_same_trace():
    row = PEOPLE.iloc[1]
    frame = pl.from_pandas(PEOPLE)[1]
    for form in (row, row.to_dict(), frame, frame.row(0, named=True), PEOPLE.iloc[[1]]):
        assert SCORER.trace(form).points == 780.0
    with pytest.raises(InputError, match="one person"):
        SCORER.trace(PEOPLE)
    with pytest.raises(InputError, match="not a int"):
        SCORER.trace(3)
    with pytest.raises(InputError, match="minor: 'maybe' is no yes or no"):
        SCORER.trace({"minor": "maybe"})
