"""A tree as SQL text for DuckDB, Postgres or Spark, with every name and text quoted."""

from datetime import date
from functools import reduce
from typing import Literal

from creditaudit.errors import InputError
from creditaudit.rulebooks.kinds import Kind, Value
from creditaudit.rulebooks.trees import (
    Absolute,
    And,
    Arithmetic,
    Case,
    Compare,
    Constant,
    Extreme,
    IsIn,
    IsMissing,
    Node,
    Not,
    Or,
    Ref,
    Settled,
    kind_of,
)

Dialect = Literal["duckdb", "postgres", "spark"]
DIALECTS: tuple[Dialect, ...] = ("duckdb", "postgres", "spark")


def check_dialect(dialect: str) -> Dialect:
    """Return the dialect.

    Raises
    ------
    InputError
        If it is none of `DIALECTS`.
    """
    for known in DIALECTS:
        if dialect == known:
            return known
    msg = f"dialect={dialect!r} must be one of {', '.join(map(repr, DIALECTS))}."
    raise InputError(msg)


def quoted(name: str, dialect: Dialect) -> str:
    """Return a name as SQL takes it, whatever is in it."""
    mark = "`" if dialect == "spark" else '"'
    return mark + name.replace(mark, mark * 2) + mark


def literal(value: Value, kind: Kind, dialect: Dialect) -> str:
    """Return a constant as SQL text."""
    if value is None:
        return f"CAST(NULL AS {_type(kind, dialect)})"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, float):
        # Without an exponent a literal is a decimal, and arithmetic with it is another one.
        plain = repr(value)
        return f"CAST({plain} AS {_type(kind, dialect)})"
    return text_literal(str(value), dialect)


def text_literal(value: str, dialect: Dialect) -> str:
    """Return a text as SQL takes it, whatever is in it."""
    if dialect == "spark":
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "'" + value.replace("'", "''") + "'"


def _type(kind: Kind, dialect: Dialect) -> str:
    if kind.numeric:
        return "DOUBLE PRECISION" if dialect == "postgres" else "DOUBLE"
    words = {"yes_no": "BOOLEAN", "date": "DATE"}
    return words.get(kind.name, "STRING" if dialect == "spark" else "VARCHAR")


def column_text(name: str, kind: Kind, dialect: Dialect) -> str:
    """Return a column of the table as double, date, text or truth value; null where missing."""
    column = quoted(name, dialect)
    as_kind = f"CAST({column} AS {_type(kind, dialect)})"
    if kind.numeric:
        return f"NULLIF({as_kind}, CAST('NaN' AS {_type(kind, dialect)}))"
    if kind.name == "yes_no":
        return _truth(column, dialect)
    return as_kind if kind.name == "date" else f"NULLIF({as_kind}, '')"


def _truth(column: str, dialect: Dialect) -> str:
    """Return a truth value, or a number that is 1 or 0, as a truth value; null for all else."""
    if dialect != "postgres":
        return f"CASE CAST({column} AS DOUBLE) WHEN 1 THEN TRUE WHEN 0 THEN FALSE END"
    # Postgres makes no number of a truth value, and rounds others to whole ones.
    text = f"CAST({column} AS VARCHAR)"
    return (
        f"CASE WHEN {text} ~ '^(true|1([.]0*)?)$' THEN TRUE "
        f"WHEN {text} ~ '^(false|-?0([.]0*)?)$' THEN FALSE END"
    )


def sql_text(node: Node, dialect: Dialect) -> str:
    """Return a tree as SQL over columns that `column_text` has made uniform."""

    def text(part: Node) -> str:
        return sql_text(part, dialect)

    match node:
        case Ref(name=name):
            return quoted(name, dialect)
        case Constant(value=value, kind=kind):
            return literal(value, kind, dialect)
        case Compare(op=op, left=left, right=right):
            sign = {"==": "=", "!=": "<>"}.get(op, op)
            return f"({text(left)} {sign} {text(right)})"
        case Arithmetic(op=op, left=left, right=right):
            return f"({text(left)} {op} {text(right)})"
        case IsIn(item=item, values=values):
            listed = ", ".join(literal(value, kind_of(item), dialect) for value in values)
            return f"({text(item)} IN ({listed}))"
        case IsMissing(item=item):
            return f"({text(item)} IS NULL)"
        case Not(item=item):
            return f"(NOT {text(item)})"
        case And(items=items):
            return "(" + " AND ".join(map(text, items)) + ")"
        case Or(items=items):
            return "(" + " OR ".join(map(text, items)) + ")"
        case Extreme(word=word, items=items):
            sign = "<" if word == "min" else ">"
            return reduce(
                lambda a, b: (
                    f"(CASE WHEN {a} {sign}= {b} THEN {a} WHEN {b} {sign} {a} THEN {b} END)"
                ),
                map(text, items),
            )
        case Absolute(item=item):
            return f"ABS({text(item)})"
        case Settled(item=item, default=default):
            return f"COALESCE({text(item)}, {'TRUE' if default else 'FALSE'})"
        case Case(cases=cases, otherwise=otherwise):
            whens = " ".join(f"WHEN {text(when)} THEN {text(then)}" for when, then in cases)
            last = "" if otherwise is None else f" ELSE {text(otherwise)}"
            return f"(CASE {whens}{last} END)"
    msg = f"{type(node).__name__} has no SQL before a day is chosen"
    raise TypeError(msg)
