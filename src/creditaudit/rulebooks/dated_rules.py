"""The versions of a book over time, and which rules fire on facts of different days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.calendar_terms import Days
from creditaudit.rulebooks.programs import Program
from creditaudit.rulebooks.table_steps import columns_of, true_steps
from creditaudit.rulebooks.versions import chosen_day

Flags = npt.NDArray[np.bool_]
EACH_DAY = "each_day"


@dataclass(frozen=True)
class Versions:
    """The text that is applied on each day.

    Attributes
    ----------
    day : date
        The version whose parameters hold for what stands beside the rules.
    starts : tuple of datetime64
        From when each program is applied, in order.
    programs : tuple of Program
    """

    day: date
    starts: tuple[np.datetime64, ...]
    programs: tuple[Program, ...]

    def rule_columns(self, ids: Sequence[str]) -> list[str]:
        """Return the columns that decide whether some rules fire, in any version."""
        found: dict[str, None] = {}
        for program in self.programs:
            found |= dict.fromkeys(columns_of(program, list(_firing(program, ids).values())))
        return list(found)

    def fires(self, ids: Sequence[str], days: Days, facts: pd.DataFrame) -> Flags:
        """Return which rules fire on each row by the version of its day; unknown is not.

        Parameters
        ----------
        ids : sequence of str
        days : array of shape (n_rows,)
        facts : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        bool array of shape (n_rows, n_ids)
        """
        found = np.zeros((len(facts), len(ids)), dtype=bool)
        version = np.searchsorted(np.array(self.starts), days, side="right") - 1
        for number, program in enumerate(self.programs):
            rows = np.flatnonzero(version == number)
            steps = _firing(program, ids)
            if len(rows) and steps:
                part = facts if len(rows) == len(facts) else facts.iloc[rows]
                places = np.array([ids.index(name) for name in steps])
                found[rows[:, None], places] = true_steps(program, list(steps.values()), part)
        return found


def versions_of(
    book: Rulebook, as_of: date | str | None, reading: str | None, subject: str
) -> Versions:
    """Return one version for all days, or with "each_day" all of them.

    Raises
    ------
    InputError
        If a rule of a list reads the day of the assessment.
    """
    for rule in book.rules:
        conditions = book.conditions[rule.id]
        if rule.list and "as_of" in conditions.when(reading).parameters:
            msg = (
                f"Rule {rule.id!r} of {book.id!r} reads the day of the assessment, which has no "
                "meaning over time. Apply the book on one day with RulebookScorer."
            )
            raise InputError(msg)
    if as_of != EACH_DAY:
        day = chosen_day(book.contents, as_of)
        starts: tuple[np.datetime64, ...] = (np.datetime64("0001-01-01", "D"),)
        return Versions(day, starts, (book.program(day, reading, subject),))
    days = book.changes or (chosen_day(book.contents, None),)
    programs = tuple(book.program(day, reading, subject) for day in days)
    return Versions(days[-1], tuple(np.datetime64(day, "D") for day in days), programs)


def _firing(program: Program, ids: Sequence[str]) -> dict[str, str]:
    return {step.rule.id: step.fires for step in program.rules if step.rule.id in ids}
