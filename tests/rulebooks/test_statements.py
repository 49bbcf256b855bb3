import duckdb
import pyarrow as pa
import pytest
from made_books import book_text, rule

from creditaudit.errors import InputError
from creditaudit.rulebooks import Rulebook, RulebookScorer
from creditaudit.rulebooks.kinds import Kind
from creditaudit.rulebooks.sql_texts import DIALECTS, literal, quoted, text_literal

BOOK = Rulebook.from_toml(
    book_text(rule("a", "cards > 1 and employment != 'employed'", points=-10))
)


def test_the_query_is_the_table_and_four_columns():
    with duckdb.connect() as connection:
        table = pa.table({"id": [1, 2], "cards": [2, 2], "employment": ["employed", "inactive"]})
        connection.register("t", table)
        found = connection.sql(BOOK.to_sql(dialect="duckdb", table="t")).to_arrow_table()
    assert found.column_names == [
        "id",
        "cards",
        "employment",
        "points",
        "tier",
        "decision",
        "fired",
    ]
    assert found.sort_by("id")["points"].to_pylist() == [1000.0, 990.0]


@pytest.mark.parametrize("name", ['a "b" c', "x; DROP TABLE y", "select", "ünï"])
def test_a_table_may_have_any_name(name):
    with duckdb.connect() as connection:
        connection.register("src", pa.table({"cards": [2], "employment": ["inactive"]}))
        connection.execute(f"CREATE TABLE {quoted(name, 'duckdb')} AS SELECT * FROM src")
        for dialect in ("duckdb", "postgres"):
            assert (
                connection.sql(BOOK.to_sql(dialect=dialect, table=name)).fetchall()[0][2] == 990.0
            )


def test_a_schema_stands_before_the_table():
    assert '"main"."t"' in BOOK.to_sql(table="main.t")
    with pytest.raises(InputError, match="no name of a table"):
        BOOK.to_sql(table="")
    with pytest.raises(InputError, match="must be one of 'duckdb', 'postgres', 'spark'"):
        BOOK.to_sql(dialect="oracle")


def test_texts_and_names_cannot_leave_their_quotes():
    assert text_literal("it's \\", "duckdb") == "'it''s \\'"
    assert text_literal("it's \\", "spark") == "'it\\'s \\\\'"
    assert quoted('a"b', "postgres") == '"a""b"'
    assert quoted("a`b", "spark") == "`a``b`"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_numbers_are_doubles_and_nothing_is_typed_null(dialect):
    double = "DOUBLE PRECISION" if dialect == "postgres" else "DOUBLE"
    assert literal(0.1, Kind("money", "CNY"), dialect) == f"CAST(0.1 AS {double})"
    assert literal(None, Kind("count"), dialect) == f"CAST(NULL AS {double})"


def test_no_step_is_written_into_another_by_the_planner_of_postgres():
    """Else twenty rules take gigabytes; tests/engines/test_postgres.py runs the text."""
    text = BOOK.to_sql(dialect="postgres")
    assert text.count("CROSS JOIN LATERAL (") == text.count("OFFSET 0\n)") > 1
    assert "OFFSET" not in BOOK.to_sql(dialect="duckdb") + BOOK.to_sql(dialect="spark")


def test_more_than_a_hundred_rules_fit_into_the_functions_of_a_database():
    book = Rulebook.from_toml(
        book_text(*(rule(f"r{n}", f"cards > {n}", points=-1) for n in range(120)))
    )
    with duckdb.connect() as connection:
        connection.register("t", pa.table({"cards": [2, 0, None]}))
        for dialect in ("duckdb", "postgres"):
            found = connection.sql(book.to_sql(dialect=dialect)).fetchall()
            assert [(row[1], row[4]) for row in found] == [
                (998.0, "r0,r1"),
                (1000.0, ""),
                (1000.0, ""),
            ]


def test_day_and_reading_are_those_of_the_query():
    book = Rulebook.from_toml(
        book_text(rule("a", "listed_on < $as_of - '1 month'", points=[-50, -5]))
    )
    text = book.to_sql(as_of="2020-03-31", reading="mild")
    assert "DATE '2020-02-29'" in text
    assert "-5.0" in text
    assert "-50.0" not in text
    assert text == RulebookScorer(book, as_of="2020-03-31", reading="mild").to_sql()
