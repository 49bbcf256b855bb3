"""`RulebookScorer`: points, tier, decision and what fired, on any engine and for one person."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa

from creditaudit.errors import InputError
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.engine_tables import column_given_back, given_back, one_row, opened
from creditaudit.rulebooks.expressions import column_value, expression
from creditaudit.rulebooks.programs import DECISION, POINTS, TIER, Program, value_name
from creditaudit.rulebooks.rule_games import facts_needed, rule_values
from creditaudit.rulebooks.statements import select_text
from creditaudit.rulebooks.traces import Trace, trace_of

ADDED = ("points", "tier", "decision", "fired")


class RulebookScorer:
    """A book on one day, under one reading, applied to people, firms or events.

    Parameters
    ----------
    book : Rulebook or str
        A book, or what `Rulebook.load` takes.
    as_of : date or str, optional
        The day of the version. By default the day the last version came into force; it stands in
        ``as_of`` and in every result.
    reading : {"mild", "strict"}, optional
        How range items and open texts are read; needed where the book leaves room. There is no
        middle.
    subject : {"person", "firm", "event"}, optional
        What a row is; the first subject of the book by default.

    Attributes
    ----------
    book : Rulebook
    as_of : date
    reading : str or None
    subject : str
    program : Program
        What is computed, as neutral trees.

    Raises
    ------
    InputError
        If the book is shape only, was not in force on that day, or needs a reading.

    Notes
    -----
    Frames of pandas, polars (lazy too), pyarrow, DuckDB and Spark go in, and what comes out is of
    the same engine. An eager frame gives a column in its order; a lazy one a frame of one column,
    so use `score` there, which keeps every column of the frame. NaN and empty text are missing.
    The frame may hold further columns, and is never changed.
    """

    def __init__(
        self,
        book: Rulebook | str,
        as_of: date | str | None = None,
        reading: str | None = None,
        subject: str | None = None,
    ) -> None:
        self.book = Rulebook.load(book) if isinstance(book, str) else book
        self.program: Program = self.book.program(as_of, reading, subject)
        self.as_of = self.program.day
        self.reading = reading
        self.subject = subject or self.book.header.subjects[0]

    @property
    def columns(self) -> list[str]:
        """The columns a frame needs."""
        return list(self.program.columns)

    def points(self, X: Any) -> Any:  # noqa: N803
        """Return the points of each row, as float64; higher is safer, null where unknown.

        Raises
        ------
        MissingColumn
            If the frame lacks a column that a rule in force reads.
        InputError
            If a column holds another type than its kind.
        """
        return column_given_back(self._computed(X, {"points": POINTS}), X, "points")

    def tier(self, X: Any) -> Any:  # noqa: N803
        """Return the tier of each row, null where unknown or where the book has none."""
        return column_given_back(self._computed(X, {"tier": TIER}), X, "tier")

    def decide(self, X: Any) -> Any:  # noqa: N803
        """Return "approved" or "refused" for each row, null where the facts leave it open.

        The book's ``[decision]`` says when, and whether its text says so or it is assumed.
        """
        return column_given_back(self._computed(X, {"decision": DECISION}), X, "decision")

    def fired(self, X: Any) -> Any:  # noqa: N803
        """Return a frame with one truth value a rule: it fires and nothing overrides it.

        Null where the facts are missing and the rule says that this leaves it open. The columns
        are the ids of the rules in force.
        """
        wanted = {r.rule.id: r.fires for r in self.program.rules}
        return given_back(self._computed(X, wanted), X)

    def contributions(self, X: Any) -> Any:  # noqa: N803
        """Return a frame with what each rule adds to the points, 0 where it does not count."""
        wanted = {r.rule.id: r.points for r in self.program.rules if r.points is not None}
        return given_back(self._computed(X, wanted), X)

    def attributions(self, X: Any) -> pd.DataFrame:  # noqa: N803
        """Return the Shapley value of each rule for each row, exactly.

        A rule alone in the book would add its points; where rules override each other, share a
        group, or meet an end of the scale, what they add together is shared over all orders in
        which they could have joined the book. `contributions` counts them as they stand instead:
        of a group that takes the largest, the others count nothing there.

        Returns
        -------
        pandas.DataFrame of shape (n_rows, n_rules)
            In the order of the frame and with its index. A row adds up to the points without the
            base of the scale; null where the points are unknown.

        Raises
        ------
        InputError
            If more than 24 rules of one person interact.

        References
        ----------
        Shapley, L. S. (1953). A value for n-person games.
        """
        names = facts_needed(self.program)
        computed = self._computed(X, {name: name for name in names})
        table = computed.lazy().collect(backend="pyarrow").to_native()
        facts = table.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
        found = rule_values(self.book.contents, self.program, facts)
        if isinstance(X, pd.DataFrame):
            found.index = X.index
        return found

    def listed(self, X: Any) -> Any:  # noqa: N803
        """Return a frame with one truth value a list: a rule that enters it fires."""
        return given_back(self._computed(X, dict(self.program.listed)), X)

    def score(self, X: Any) -> Any:  # noqa: N803
        """Return the frame with points, tier, decision and fired added, as the SQL text does.

        ``fired`` lists rules with commas between them; a question mark follows one of which the
        facts are missing.

        Raises
        ------
        InputError
            If the frame already has a column of one of these names.
        """
        names = [str(name) for name in _names(X)]
        taken = [name for name in ADDED if name in names]
        if taken:
            msg = f"The table already has a column {taken[0]!r}. Rename it before scoring."
            raise InputError(msg)
        fires = [rule.fires for rule in self.program.rules]
        frame = self._stepped(X, [POINTS, TIER, DECISION, *fires])
        marks = [
            nw.when(nw.col(rule.fires))
            .then(nw.lit(rule.rule.id))
            .otherwise(nw.when(nw.col(rule.fires).is_null()).then(nw.lit(f"{rule.rule.id}?")))
            for rule in self.program.rules
        ]
        fired = nw.concat_str(marks, separator=",", ignore_nulls=True) if marks else nw.lit("")
        frame = frame.with_columns(fired.alias("fired"))
        points, tier = nw.col(POINTS).alias("points"), nw.col(TIER).alias("tier")
        added = [points, tier, nw.col(DECISION).alias("decision"), nw.col("fired")]
        if isinstance(X, pd.DataFrame):
            return pd.concat([X, given_back(frame.select(*added), X)], axis=1)
        return given_back(frame.select(*names, *added), X)

    def trace(self, row: Any) -> Trace:
        """Return, rule by rule, why one person has these points.

        Parameters
        ----------
        row : Series, mapping, or frame of one row
            A column that is not there is missing.

        Raises
        ------
        InputError
            If a value is none of its column's kind, or the frame has not one row.
        """
        return trace_of(self.book, self.program, one_row(row))

    def to_sql(self, *, dialect: str = "duckdb", table: str = "t") -> str:
        """Return the query that computes the same in a database; see `Rulebook.to_sql`."""
        return select_text(self.program, dialect, table)

    def __repr__(self) -> str:
        reading = f", {self.reading} reading" if self.reading else ""
        return f"<RulebookScorer {self.book.id} as of {self.as_of}{reading}, {self.subject}>"

    def _computed(self, data: object, wanted: Mapping[str, str]) -> Any:
        frame = self._stepped(data, list(wanted.values()), only=True)
        return frame.select(*(nw.col(step).alias(name) for name, step in wanted.items()))

    def _stepped(self, data: object, wanted: list[str], *, only: bool = False) -> Any:
        """Return the table with the steps that some names need; ``only`` these columns."""
        kinds = self.program.columns
        fix = f"{self.book.id!r} reads it; add it, empty where it is not known."
        frame = opened(data, list(kinds), fix)
        schema = frame.collect_schema()
        values = [column_value(n, schema[n], k).alias(value_name(n)) for n, k in kinds.items()]
        if values:
            frame = frame.select(*values) if only else frame.with_columns(*values)
        for stage in self.program.fewer_stages(wanted):
            frame = frame.with_columns(*(expression(n).alias(name) for name, n in stage.items()))
        return frame


def _names(data: object) -> list[Any]:
    if isinstance(data, pd.DataFrame):
        return list(data.columns)
    return list(opened(data, [], "").collect_schema().names())
