"""Why one person has these points: every rule, what it says, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.rulebooks.evaluations import evaluated
from creditaudit.rulebooks.kinds import Value
from creditaudit.rulebooks.programs import (
    DECISION,
    POINTS,
    TIER,
    Program,
    RuleStep,
    value_name,
    worked_out,
)
from creditaudit.rulebooks.rows import WrongCell, uniform_row
from creditaudit.rulebooks.trees import refs_of

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

COLUMNS = ("rule", "title", "state", "points", "why", "missing", "source", "where", "mark", "basis")


@dataclass(frozen=True, eq=False)
class Trace:
    """What a book makes of one row.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row a rule in force: rule, title, state, points, why (its condition as a sentence),
        missing (facts it needs and does not have), source, where, mark, basis. The state is one
        of fires, fires and is not counted, overridden, does not fire, unknown; each may say that
        a missing fact was settled by the rule.
    points : float or None
    tier, decision : str or None
    listed : tuple of str
        Lists the row enters.
    book, as_of, reading
        Which rules these are.
    """

    frame: pd.DataFrame
    points: float | None
    tier: str | None
    decision: str | None
    listed: tuple[str, ...]
    book: str
    as_of: date
    reading: str | None

    def __str__(self) -> str:
        told = self.frame[self.frame["state"] != "does not fire"]
        lines = [f"{self.book} as of {self.as_of}" + (f", {self.reading}" if self.reading else "")]
        for row in told.itertuples():
            points = f" ({row.points:+g})" if row.points and not pd.isna(row.points) else ""
            lines.append(f"  {row.rule}: {row.state}{points}. {row.why} [{row.source}, {row.mark}]")
        known = "unknown" if self.points is None else f"{self.points:g}"
        lines.append(f"  points {known}, tier {self.tier or 'none'}, {self.decision or 'open'}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in COLUMNS)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_plain(cell))}</td>" for cell in row) + "</tr>"
            for row in self.frame.itertuples(index=False)
        )
        caption = escape(str(self).splitlines()[0] + ":" + str(self).splitlines()[-1])
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>"


def _plain(cell: object) -> str:
    return "" if cell is None or (isinstance(cell, float) and pd.isna(cell)) else str(cell)


def trace_of(book: "Rulebook", program: Program, row: Mapping[str, object]) -> Trace:
    """Return the trace of one row.

    Raises
    ------
    InputError
        If a value is none of its column's kind.
    """
    try:
        uniform = uniform_row(row, program.columns)
    except WrongCell as error:
        msg = f"The row cannot be read: {error}. Correct the value, or leave it empty."
        raise InputError(msg) from error
    values = worked_out(program, uniform)
    by_column = {value_name(name): name for name in program.columns}
    rows = [_told(book, program, step, values, by_column) for step in program.rules]
    points, tier, decision = values[POINTS], values[TIER], values[DECISION]
    return Trace(
        pd.DataFrame(rows, columns=list(COLUMNS)),
        points if isinstance(points, float) else None,
        tier if isinstance(tier, str) else None,
        decision if isinstance(decision, str) else None,
        tuple(name for name, step in program.listed.items() if values[step] is True),
        book.id,
        program.day,
        program.reading,
    )


def _told(
    book: "Rulebook",
    program: Program,
    step: RuleStep,
    values: Mapping[str, Value],
    by_column: Mapping[str, str],
) -> tuple[object, ...]:
    rule = step.rule
    points = values[step.points] if step.points else None
    missing = [by_column[name] for name in refs_of(step.condition) if values.get(name) is None]
    return (
        rule.id,
        rule.title,
        _state(program, step, values),
        float("nan") if points is None else points,
        book.conditions[rule.id].when(program.reading).sentence(book.words),
        ", ".join(missing),
        rule.source,
        rule.where,
        rule.mark,
        ", ".join(rule.basis),
    )


def _state(program: Program, step: RuleStep, values: Mapping[str, Value]) -> str:
    raw, holds, fires = evaluated(step.condition, values), values[step.holds], values[step.fires]
    settled = (
        "; a missing fact was settled by the rule" if raw is None and holds is not None else ""
    )
    if fires is None:
        return "unknown"
    if holds is True and fires is False:
        over = [
            other.rule.id
            for other in program.rules
            if step.rule.id in other.rule.overrides and values[other.fires] is True
        ]
        return f"overridden by {', '.join(over)}{settled}"
    if fires is True:
        uncounted = step.points is not None and values[step.points] == 0.0
        return f"fires and is not counted{settled}" if uncounted else f"fires{settled}"
    return f"does not fire{settled}"
