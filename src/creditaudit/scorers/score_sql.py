"""A score table as SQL text that gives the same points as Python."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Literal

from creditaudit.errors import InputError
from creditaudit.scorers.predicates import Interval, OneOf, Special
from creditaudit.scorers.score_features import ScoredFeature

if TYPE_CHECKING:
    from creditaudit.scorers.score_tables import ScoreTable

Dialect = Literal["duckdb", "postgres", "spark"]


@dataclass(frozen=True)
class Words:
    """What the dialects say differently."""

    double: str
    text: str
    quote: str
    is_nan: Callable[[str], str]
    truth: Callable[[str], str]
    literal: Callable[[str], str]


def _doubled(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _escaped(text: str) -> str:
    # Spark joins 'a''b' to ab, and reads a backslash as an escape.
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


WORDS: dict[Dialect, Words] = {
    "duckdb": Words(
        "DOUBLE", "VARCHAR", '"', lambda x: f"isnan({x})", lambda x: x, _doubled
    ),
    "postgres": Words(
        "double precision", "text", '"', lambda x: f"{x} = CAST('NaN' AS double precision)",
        lambda x: f"CAST({x} AS integer)", _doubled,
    ),
    "spark": Words("DOUBLE", "STRING", "`", lambda x: f"isnan({x})", lambda x: x, _escaped),
}  # fmt: skip


def card_sql(card: "ScoreTable", dialect: str, table: str, cutoff: float | None) -> str:
    """Return a query that adds the points, P(bad) and, with a cut-off, the decision.

    Raises
    ------
    InputError
        For another dialect.
    """
    words = words_of(dialect)
    source = ".".join(quoted(part, words) for part in table.split("."))
    inner = points_sql(card, dialect, "src")
    scale = card.scale
    odds = (
        f"{_number(scale.base_odds)} * power(2e0, (scored.points - ({_number(scale.base_points)}))"
        f" / {_number(scale.pdo)})"
    )
    columns = ["scored.*", f"1e0 / (1e0 + {odds}) AS p_bad"]
    if cutoff is not None:
        columns.append(f"{decision_sql('scored.points', cutoff)} AS decision")
    head = f"-- Higher is safer. {scale.words}"
    joined = ",\n  ".join(columns)
    return (
        f"{head}\nSELECT {joined}\nFROM (\nSELECT src.*,\n{inner} AS points\n"
        f"FROM {source} AS src\n) AS scored\n"
    )


def decision_sql(points: str, cutoff: float) -> str:
    """Return the decision at a cut-off as one expression."""
    least = _number(float(cutoff))
    return f"CASE WHEN {points} >= {least} THEN 'approved' ELSE 'refused' END"


def points_sql(card: "ScoreTable", dialect: str, prefix: str | None = None) -> str:
    """Return the points as one expression over the columns of a table."""
    words = words_of(dialect)
    parts = [_case(feature, words, prefix, integer=card.integer) for feature in card.features]
    start = _points(card.start, integer=card.integer)
    if not parts:
        return start
    if card.start:
        parts.insert(0, start)
    return "\n+ ".join(parts)


def words_of(dialect: str) -> Words:
    """Return the words of a dialect.

    Raises
    ------
    InputError
    """
    if dialect not in WORDS:
        msg = f"dialect={dialect!r} must be one of {', '.join(map(repr, WORDS))}."
        raise InputError(msg)
    return WORDS[dialect]


def quoted(name: str, words: Words) -> str:
    """Return the name of a column or table in quotes."""
    return words.quote + name.replace(words.quote, words.quote * 2) + words.quote


def _case(feature: ScoredFeature, words: Words, prefix: str | None, *, integer: bool) -> str:
    kind, bins = feature.bins.kind, feature.bins.bins
    column = (f"{prefix}." if prefix else "") + quoted(feature.feature, words)
    text = f"CAST({column} AS {words.text})"
    given = words.truth(column) if kind == "truth" else column
    value = text if kind == "text" else f"CAST({given} AS {words.double})"
    empty = f"{text} = ''" if kind == "text" else words.is_nan(value)
    said = [_points(points, integer=integer) for points in feature.points]
    missing = next(k for k in range(len(bins)) if bins[k].holds.words == "missing")
    lines = [f"  WHEN {column} IS NULL OR {empty} THEN {said[missing]}"]
    intervals, rest = [], None
    for one, points in zip(bins, said, strict=True):
        holds = one.holds
        if isinstance(holds, Special):
            lines.append(f"  WHEN {value} IN ({_values(holds.values, words)}) THEN {points}")
        elif isinstance(holds, Interval):
            if isfinite(holds.high):
                intervals.append(f"  WHEN {value} < {_number(holds.high)} THEN {points}")
            else:
                rest = points
        elif isinstance(holds, OneOf):
            if holds.rest:
                rest = points
            elif holds.values:
                lines.append(f"  WHEN {value} IN ({_values(holds.values, words)}) THEN {points}")
    # Special values come before the intervals that they lie in.
    return "\n".join(["CASE", *lines, *intervals, f"  ELSE {rest}", "END"])


def _values(values: tuple[str | float, ...], words: Words) -> str:
    return ", ".join(
        words.literal(value) if isinstance(value, str) else _number(value) for value in values
    )


def _points(points: float, *, integer: bool) -> str:
    return f"{int(points)}" if integer else _number(points)


def _number(value: float) -> str:
    # With an exponent it is a double everywhere; 0.1 alone is a decimal in some dialects.
    plain = repr(float(value)).removesuffix(".0")
    return plain if "e" in plain else f"{plain}e0"
