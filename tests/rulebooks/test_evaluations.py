"""The meaning of every node where facts are missing, by hand, and the same on every engine."""

from datetime import date
from itertools import product

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pyarrow as pa
import pytest
from engine_frames import arrow_table, engines, plain
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from made_books import CONDITIONS, KINDS, ROWS, SCOPE, VALUES

from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.evaluations import evaluated
from creditaudit.rulebooks.expressions import column_value, expression
from creditaudit.rulebooks.kinds import NUMBER, YES_NO
from creditaudit.rulebooks.sql_texts import DIALECTS, column_text, quoted, sql_text
from creditaudit.rulebooks.trees import (
    Absolute,
    And,
    Case,
    Compare,
    Constant,
    Extreme,
    IsIn,
    IsMissing,
    Not,
    Or,
    Ref,
    Settled,
)

T, F, U = True, False, None
P, Q = Ref("p", YES_NO), Ref("q", YES_NO)
X, Y = Ref("x", NUMBER), Ref("y", NUMBER)
TABLES = [
    # p, q, and, or
    (T, T, T, T), (T, F, F, T), (T, U, U, T),
    (F, T, F, T), (F, F, F, F), (F, U, F, U),
    (U, T, U, T), (U, F, F, U), (U, U, U, U),
]  # fmt: skip


def everywhere(node, rows, columns):
    """Return what a tree gives on every engine and dialect, by name."""
    table = pa.table({name: pa.array([r[name] for r in rows], t) for name, t in columns.items()})
    kinds = {name: YES_NO if kind == pa.bool_() else NUMBER for name, kind in columns.items()}
    found = {"reference": [evaluated(node, row) for row in rows]}
    with duckdb.connect() as connection:
        for name, frame in engines(table, connection):
            if name.startswith("pandas"):
                continue  # goes through Arrow; see test_scoring
            data = nw.from_native(frame)
            schema = data.collect_schema()
            values = data.with_columns(
                *(column_value(n, schema[n], k).alias(n) for n, k in kinds.items())
            )
            found[name] = plain(
                values.with_columns(result=expression(node)).select("result").to_native()
            )
        connection.register("t", table)
        for dialect in ("duckdb", "postgres"):
            inner = ", ".join(
                f"{column_text(n, k, dialect)} AS {quoted(n, dialect)}" for n, k in kinds.items()
            )
            query = f"SELECT {sql_text(node, dialect)} FROM (SELECT {inner} FROM t)"
            found[dialect] = [row[0] for row in connection.sql(query).fetchall()]
    return found


def assert_everywhere(node, rows, columns, wanted):
    for name, found in everywhere(node, rows, columns).items():
        assert found == wanted, name


@pytest.mark.parametrize(("place", "node"), [(2, And((P, Q))), (3, Or((P, Q)))], ids=["and", "or"])
def test_and_and_or_follow_the_tables_of_kleene(place, node):
    rows = [{"p": row[0], "q": row[1]} for row in TABLES]
    assert_everywhere(node, rows, {"p": pa.bool_(), "q": pa.bool_()}, [r[place] for r in TABLES])


def test_not_settled_and_is_missing_of_a_truth_value():
    rows = [{"p": T}, {"p": F}, {"p": U}]
    columns = {"p": pa.bool_()}
    assert_everywhere(Not(P), rows, columns, [F, T, U])
    assert_everywhere(Settled(P, False), rows, columns, [T, F, F])
    assert_everywhere(Settled(P, True), rows, columns, [T, F, T])
    assert_everywhere(IsMissing(P), rows, columns, [F, F, T])
    assert_everywhere(Settled(Not(P), True), rows, columns, [F, T, T])


NUMBERS = {"x": pa.float64(), "y": pa.float64()}
PAIRS = [
    {"x": 1.0, "y": 2.0}, {"x": 2.0, "y": 2.0}, {"x": 3.0, "y": 2.0},
    {"x": None, "y": 2.0}, {"x": 1.0, "y": None}, {"x": None, "y": None},
]  # fmt: skip


@pytest.mark.parametrize(
    ("op", "wanted"),
    [
        ("<", [T, F, F]), ("<=", [T, T, F]), ("==", [F, T, F]),
        ("!=", [T, F, T]), (">", [F, F, T]), (">=", [F, T, T]),
    ],
)  # fmt: skip
def test_a_comparison_with_a_missing_side_is_unknown(op, wanted):
    assert_everywhere(Compare(op, X, Y), PAIRS, NUMBERS, [*wanted, U, U, U])
    assert_everywhere(Not(Compare(op, X, Y)), PAIRS, NUMBERS, [*(not w for w in wanted), U, U, U])


def test_min_max_and_abs_are_unknown_when_a_part_is():
    assert_everywhere(Extreme("min", (X, Y)), PAIRS, NUMBERS, [1.0, 2.0, 2.0, U, U, U])
    assert_everywhere(Extreme("max", (X, Y)), PAIRS, NUMBERS, [2.0, 2.0, 3.0, U, U, U])
    rows = [{"x": -1.5, "y": 0.0}, {"x": None, "y": 0.0}]
    assert_everywhere(Absolute(X), rows, NUMBERS, [1.5, U])


def test_a_missing_value_is_neither_in_a_list_nor_outside_of_it():
    rows = [{"x": 1.0, "y": 0.0}, {"x": 3.0, "y": 0.0}, {"x": None, "y": 0.0}]
    assert_everywhere(IsIn(X, (1.0, 2.0)), rows, NUMBERS, [T, F, U])
    assert_everywhere(Not(IsIn(X, (1.0, 2.0))), rows, NUMBERS, [F, T, U])


def test_a_case_takes_only_what_is_true():
    one, two = Constant(1.0, NUMBER), Constant(2.0, NUMBER)
    rows = [{"p": T, "q": T}, {"p": U, "q": T}, {"p": F, "q": U}, {"p": U, "q": U}]
    columns = {"p": pa.bool_(), "q": pa.bool_()}
    assert_everywhere(Case(((P, one), (Q, two))), rows, columns, [1.0, 2.0, U, U])
    zero = Constant(0.0, NUMBER)
    assert_everywhere(Case(((P, one), (Q, two)), zero), rows, columns, [1.0, 2.0, 0.0, 0.0])
    assert_everywhere(Case(((P, one), (Not(P), zero))), rows, columns, [1.0, U, 0.0, U])


def test_nan_is_missing_on_every_engine():
    rows = [{"x": 1.0, "y": 0.0}, {"x": float("nan"), "y": 0.0}]
    wanted = [T, U]
    for name, found in everywhere(Compare(">", X, Constant(0.0, NUMBER)), rows, NUMBERS).items():
        assert found == (wanted if name != "reference" else [T, F]), name


def test_empty_text_is_missing_on_every_engine():
    tree = Condition.parse("rating != 'A' and not rating in ['B']", SCOPE).tree
    table = arrow_table([{"rating": word} for word in ("it's", "A", "", None)], KINDS)
    with duckdb.connect() as connection:
        for name, frame in engines(table, connection):
            if name.startswith("pandas"):
                continue
            data = nw.from_native(frame)
            value = column_value("rating", data.collect_schema()["rating"], KINDS["rating"])
            computed = data.select(value.alias("rating")).select(result=expression(tree))
            assert plain(computed.to_native()) == [True, False, None, None], name
        connection.register("t", table)
        for dialect in ("duckdb", "postgres"):
            rating = column_text("rating", KINDS["rating"], dialect)
            query = f"SELECT {sql_text(tree, dialect)} FROM (SELECT {rating} AS rating FROM t)"
            found = [row[0] for row in connection.sql(query).fetchall()]
            assert found == [True, False, None, None], dialect


def test_no_constant_is_worked_out_before_a_day_is_chosen():
    tree = Condition.parse("listed_on < $as_of - '2 years'", SCOPE).tree
    for compile_tree in (lambda t: evaluated(t, {"listed_on": date(2018, 1, 1)}), expression,
                         lambda t: sql_text(t, "duckdb")):  # fmt: skip
        with pytest.raises(TypeError, match="before a day is chosen"):
            compile_tree(tree)


COMBINATIONS = [dict(zip("pq", pair, strict=True)) for pair in product((T, F, U), repeat=2)]


@pytest.mark.parametrize("row", COMBINATIONS)
def test_the_laws_of_de_morgan_hold_with_unknown(row):
    assert evaluated(Not(And((P, Q))), row) == evaluated(Or((Not(P), Not(Q))), row)
    assert evaluated(Not(Or((P, Q))), row) == evaluated(And((Not(P), Not(Q))), row)


@hypothesis_settings(max_examples=60)
@given(text=CONDITIONS, rows=ROWS)
def test_random_conditions_mean_the_same_on_every_engine(text, rows):
    tree = Condition.parse(text, SCOPE).at(VALUES).tree
    clean = [{k: None if v == "" else _number(v) for k, v in row.items()} for row in rows]
    wanted = [evaluated(tree, row) for row in clean]
    table = arrow_table(rows, KINDS)
    with duckdb.connect() as connection:
        for name, frame in (
            ("pyarrow", table),
            ("polars", pl.from_arrow(table)),
            ("duckdb", connection.from_arrow(table)),
        ):
            data = nw.from_native(frame)
            schema = data.collect_schema()
            values = [column_value(n, schema[n], k).alias(n) for n, k in KINDS.items()]
            computed = data.select(*values).with_columns(result=expression(tree))
            assert plain(computed.select("result").to_native()) == wanted, (name, text)
        connection.register("t", table)
        for dialect in DIALECTS[:2]:
            inner = ", ".join(
                f"{column_text(n, k, dialect)} AS {quoted(n, dialect)}" for n, k in KINDS.items()
            )
            query = f"SELECT {sql_text(tree, dialect)} FROM (SELECT {inner} FROM t)"
            assert [row[0] for row in connection.sql(query).fetchall()] == wanted, (dialect, text)


def _number(value):
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
