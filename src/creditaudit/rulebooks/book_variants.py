"""People under variants of a book: points, and who is refused whatever the points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from creditaudit.errors import InputError
from creditaudit.rulebooks.expressions import expression
from creditaudit.rulebooks.program_building import build_program
from creditaudit.rulebooks.programs import DECISION, POINTS
from creditaudit.rulebooks.rule_coalitions import equal_to, inputs_of, kinds_of_people
from creditaudit.rulebooks.rulebook_changes import (
    LOWEST,
    Change,
    line_of_refusal,
    with_changes,
    with_line,
)
from creditaudit.rulebooks.scoring import RulebookScorer
from creditaudit.rulebooks.table_steps import steps_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Variant:
    """What a book with some changes makes of each kind of person.

    Attributes
    ----------
    changes : tuple of Change
        Without one of the line.
    points : float array of shape (n_kinds,)
    refused : bool array of shape (n_kinds,)
        Refused whatever the points.
    """

    changes: tuple[Change, ...]
    points: Floats
    refused: Flags

    def approved(self, line: float | None) -> Flags:
        """Return who is approved with a line; None where points do not decide."""
        if line is None:
            return ~self.refused
        return np.asarray(~self.refused & (self.points >= line))


class Variants:
    """Works out variants of a book for the same people.

    Parameters
    ----------
    scorer : RulebookScorer
    frame : DataFrame

    Attributes
    ----------
    which : int array of shape (n_rows,)
        The kind of each row.
    known : bool array of shape (n_kinds,)
        Whether it is known which rules hold.
    line : float or None
        The points below which the book refuses.
    rules : tuple of str
        Rules that change decisions by an effect of their own.
    """

    def __init__(self, scorer: RulebookScorer, frame: pd.DataFrame) -> None:
        self.scorer = scorer
        program = scorer.program
        needed: dict[str, None] = {}
        holds: dict[str, None] = {}
        for target in (POINTS, DECISION):
            own, columns = inputs_of(program, target)
            holds |= dict.fromkeys(own)
            needed |= dict.fromkeys([*own, *columns])
        if not holds:
            msg = f"No rule of {scorer.book.id!r} in force changes a decision or points."
            raise InputError(msg)
        self.kinds, self.which = kinds_of_people(steps_of(program, list(needed), frame))
        self.known: Flags = self.kinds[list(holds)].notna().all(axis=1).to_numpy()
        self.line = line_of_refusal(scorer.book.contents)
        self._holds = {step.rule.id: step.holds for step in program.rules}
        self.rules = tuple(
            step.rule.id for step in program.rules
            if step.holds in holds
            and (step.points or step.rule.list or step.rule.tier_cap or step.rule.gate)
        )  # fmt: skip
        self._columns = [name for name in self.kinds if name not in program.steps]
        self._made: dict[tuple[Change, ...], Variant] = {}

    def variant(self, changes: Sequence[Change]) -> Variant:
        """Return what the book with these changes makes of each kind of person."""
        key = tuple(sorted(changes, key=str))
        if key not in self._made:
            self._made[key] = self._worked_out(key)
        return self._made[key]

    def _worked_out(self, changes: tuple[Change, ...]) -> Variant:
        scorer = self.scorer
        contents = with_changes(scorer.book.contents, changes)
        if self.line is not None:
            # Below every number of points: what is refused then is refused whatever they are.
            contents = with_line(contents, LOWEST)
        program = build_program(
            contents, scorer.book.conditions, scorer.as_of, scorer.reading, scorer.subject
        )
        facts: Mapping[str, Any] = {
            name: pa.array(self.kinds[name].to_numpy(), from_pandas=True) for name in self._columns
        }
        nobody = np.zeros(len(self.kinds), dtype=bool)
        given = {
            step.holds: self.kinds[self._holds[step.rule.id]].fillna(False).to_numpy(bool)
            if self._holds[step.rule.id] in self.kinds
            else nobody
            for step in program.rules
        }
        table = pa.table({**facts, **{n: pa.array(v) for n, v in given.items()}, "": nobody})
        frame: Any = nw.from_native(table, eager_only=True)
        for stage in program.stages([POINTS, DECISION]):
            steps = [expression(n).alias(name) for name, n in stage.items() if name not in given]
            if steps:
                frame = frame.with_columns(*steps)
        points = np.asarray(frame[POINTS].to_numpy(), dtype=np.float64)
        refused = equal_to("refused")(frame[DECISION].to_native()) == 1
        return Variant(changes, points, refused)
