"""A program as one SELECT: every column of a table, and points, tier, decision and fired."""

from creditaudit.errors import InputError
from creditaudit.rulebooks.programs import DECISION, POINTS, TIER, Program, value_name
from creditaudit.rulebooks.sql_texts import (
    Dialect,
    check_dialect,
    column_text,
    quoted,
    sql_text,
    text_literal,
)

# Functions of Postgres take at most a hundred arguments.
_AT_ONCE = 50


def select_text(program: Program, dialect: str, table: str) -> str:
    """Return the query of a program over a table.

    The rules are computed in steps inside of it, under names that begin with ``creditaudit__``.
    ``fired`` lists the rules that fire with commas between them; a question mark follows one of
    which the facts are missing.

    Raises
    ------
    InputError
        If the dialect is not known or the table has no name.
    """
    known = check_dialect(dialect)
    if not table or "\x00" in table:
        msg = f"table={table!r} is no name of a table."
        raise InputError(msg)
    source = ".".join(quoted(part, known) for part in table.split("."))
    wanted = [POINTS, TIER, DECISION, *(rule.fires for rule in program.rules)]
    stages = [{n: sql_text(node, known) for n, node in s.items()} for s in program.stages(wanted)]
    values = {value_name(n): column_text(n, k, known) for n, k in program.columns.items()}
    chain = [values, *stages] if values else stages
    results = {
        "points": quoted(POINTS, known),
        "tier": quoted(TIER, known),
        "decision": quoted(DECISION, known),
        "fired": _fired(program, known),
    }
    if known == "postgres":
        return _laterals(source, chain, results, known)
    return _nested(source, chain, results, known)


def _listed(columns: dict[str, str], dialect: Dialect, indent: str) -> str:
    return f",\n{indent}".join(f"{t} AS {quoted(n, dialect)}" for n, t in columns.items())


def _nested(
    source: str, chain: list[dict[str, str]], results: dict[str, str], dialect: Dialect
) -> str:
    """Return steps as queries over one another; the last leaves out what they added."""
    steps, before = [], source
    for number, columns in enumerate(chain):
        name = f"creditaudit__step{number}"
        select = f"SELECT *,\n    {_listed(columns, dialect, '    ')}\n  FROM {before}"
        steps.append(f"{name} AS (\n  {select}\n)")
        before = name
    added = ", ".join(quoted(name, dialect) for columns in chain for name in columns)
    word = "EXCLUDE" if dialect == "duckdb" else "EXCEPT"
    final = f"SELECT * {word} ({added}),\n  {_listed(results, dialect, '  ')}\nFROM {before}"
    return "WITH " + ",\n".join(steps) + f"\n{final}"


def _laterals(
    source: str, chain: list[dict[str, str]], results: dict[str, str], dialect: Dialect
) -> str:
    """Return steps as subqueries beside the table, which has no way to leave columns out.

    Without OFFSET 0 the planner writes every step into those that read it, which for twenty rules
    takes gigabytes before the first row.
    """
    steps = [
        f"CROSS JOIN LATERAL (\n  SELECT {_listed(columns, dialect, '    ')}\n  OFFSET 0\n"
        f") AS creditaudit__step{number}"
        for number, columns in enumerate(chain)
    ]
    final = f"SELECT creditaudit__rows.*,\n  {_listed(results, dialect, '  ')}"
    return f"{final}\nFROM {source} AS creditaudit__rows\n" + "\n".join(steps)


def _fired(program: Program, dialect: Dialect) -> str:
    names = [
        f"CASE WHEN {quoted(rule.fires, dialect)} THEN {text_literal(rule.rule.id, dialect)} "
        f"WHEN {quoted(rule.fires, dialect)} IS NULL "
        f"THEN {text_literal(rule.rule.id + '?', dialect)} END"
        for rule in program.rules
    ]
    if not names:
        return text_literal("", dialect)
    parts = [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]
    joined = [f"CONCAT_WS(',', {', '.join(part)})" for part in parts]
    if len(joined) == 1:
        return joined[0]
    return f"CONCAT_WS(',', {', '.join(f'''NULLIF({part}, '')''' for part in joined)})"
