"""A published table of counts as a long table, or the questions that only the user can answer."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.published_tables.crossings import TOTAL, Crossing, cross
from creditaudit.published_tables.doubting import (
    ask_which,
    doubts_on_numbers,
    one_of_each,
    same_people,
)
from creditaudit.published_tables.grids import Grid, read_grid
from creditaudit.published_tables.interpretations import Interpretation, Interpreter
from creditaudit.published_tables.layouts import lay_out, no_people
from creditaudit.published_tables.margins import Checked, check_margins, named
from creditaudit.published_tables.parts import Layout
from creditaudit.published_tables.questions import CELL, Answers, Doubt, OpenQuestions
from creditaudit.published_tables.readings import CONVENTIONS
from creditaudit.published_tables.sheet_cells import address, place
from creditaudit.roles import Roles
from creditaudit.tally import By, Tally


@dataclass(frozen=True, eq=False)
class PublishedTable:
    """A published table as it was understood.

    Attributes
    ----------
    table : frame
        One row a cell: the keys, ``n``, and ``low, high`` where some counts are known within
        bounds only; ``n`` is then missing there. Empty while there are doubts.
    doubts : tuple of Doubt
        Questions to be answered before anything is counted.
    notes : tuple of str
        How the table was read.
    source_hash : str
        SHA-256 of the file, or of the pasted text as UTF-8.
    source_name : str or None
        Name of the file, without its folder.
    transcriber : str or None
        Who typed or pasted the table, in their own words.
    intervals : tuple of str
        Cells known within bounds only, as in a spreadsheet.
    totals : frame
        Printed totals that hold nobody but the people of their cells: the same columns, a key
        that is summed out is missing.
    """

    table: pd.DataFrame
    doubts: tuple[Doubt, ...]
    notes: tuple[str, ...]
    source_hash: str
    source_name: str | None
    transcriber: str | None
    intervals: tuple[str, ...] = ()
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)

    def to_tally(self, roles: Roles, *, by: By | Iterable[By] = None) -> Tally:
        """Return the tally of the table, with how it was read among its notes.

        Counts known within bounds only stay so, and the totals printed beside them hold.

        Parameters
        ----------
        roles : Roles
            Names columns of ``table``.
        by : str, tuple of str, or list of these, optional

        Raises
        ------
        OpenQuestions
            If there are doubts.
        MissingColumn, InputError
        """
        self.check_answered()
        if self.intervals:
            totals = self.totals if len(self.totals) else None
            made = Tally.from_counts(
                self.table, roles, by=by, low="low", high="high", totals=totals
            )
        else:
            made = Tally.from_counts(self.table, roles, by=by)
        return replace(made, notes=(*made.notes, *self.notes))

    def check_answered(self) -> None:
        """Raise if there are questions left.

        Raises
        ------
        OpenQuestions
        """
        if self.doubts:
            raise OpenQuestions(self.doubts)


def read_published(
    source: str | Path,
    answers: Mapping[str, object] | None = None,
    transcriber: str | None = None,
    *,
    sheet: str | None = None,
) -> PublishedTable:
    """Return a published table of counts as a long table, or with questions in place of numbers.

    Parameters
    ----------
    source : str or Path
        A .csv, .tsv, .txt or .xlsx file, or a pasted text (anything with a line break or a tab).
    answers : mapping, optional
        Answers to the doubts of an earlier reading: id -> value. The name of a cell, such as
        ``"B7"``, corrects what stands there.
    transcriber : str, optional
        Who typed or pasted the table; recorded, with the hash of the source, in the notes.
    sheet : str, optional
        Sheet of an Excel file.

    Returns
    -------
    PublishedTable

    Raises
    ------
    InputError, CorruptFile, MissingExtra
        If there is no table to read at all, or an answer fits no question.

    Notes
    -----
    A spelling such as "1,234" is settled only when one way to write numbers gives whole people
    and agreeing totals in the whole table, and no other does. Totals that do not agree, symbols
    that no note explains, columns that nothing shows to count people: each is a question.
    """
    given = Answers(answers)
    grid = read_grid(source, given, sheet)
    record = _record(grid, transcriber)
    if not grid.doubts:
        grid, corrected = _corrected(grid, given)
        record = [*record, *grid.notes, *corrected]
    if grid.doubts:
        return _open(grid, record, grid.doubts, transcriber)
    layout = lay_out(grid, given)
    counted = [one for one in layout.columns if one.part not in ("percent", "skip")]
    if not counted or not [line for line in layout.lines if line.part in ("count", "total")]:
        layout.doubts = layout.doubts or [no_people(layout)]
        return _open(grid, record, layout.doubts, transcriber)
    crossing = cross(layout, given)
    interpreter = Interpreter(grid, layout, given)
    made, found, doubts = _settled(interpreter, layout, crossing, given)
    parts = same_people(found)
    chosen = given.choice("twice", [*map(str, range(1, len(parts) + 1)), "different"])
    if parts and chosen is None:
        doubts.append(ask_which(parts))
    elif parts and chosen != "different":
        left = {
            row for number, part in enumerate(parts, 1) if str(number) != chosen for row in part
        }
        crossing.rows = {row: key for row, key in crossing.rows.items() if row not in left}
        crossing.notes.append(
            f"The same people stand here {len(parts)} times; part {chosen} was read."
        )
        made, found, doubts = _settled(interpreter, layout, crossing, given)
    # What the layout leaves open makes numbers look wrong that are not.
    doubts = list(one_of_each([*layout.doubts, *crossing.doubts] or doubts))
    notes = [*record, *layout.notes, *crossing.notes, *made.notes, *_told(made, found)]
    ends = given.choice("intervals", ["low", "high"])
    given.check_all_used([one.id for one in doubts])
    if doubts:
        return _open(grid, notes, doubts, transcriber)
    table, intervals = _long(crossing, found, ends)
    totals = _totals(table, crossing, found)
    if ends is not None:
        notes.append(f"Counts known within bounds only were read at their {ends} end.")
    return PublishedTable(
        table, (), tuple(notes), grid.hash, grid.name, transcriber, () if ends else intervals,
        totals,
    )  # fmt: skip


def _settled(
    interpreter: Interpreter, layout: Layout, crossing: Crossing, answers: Answers
) -> tuple[Interpretation, Checked, list[Doubt]]:
    """Return the one reading of the numbers that fits the whole table, or ask."""
    wanted = answers.choice("numbers", [one.name for one in CONVENTIONS])
    nobody_else = answers.get("totals") == "whole"
    tried: list[tuple[Interpretation, Checked, Crossing]] = []
    for convention in CONVENTIONS:
        if wanted is not None and convention.name != wanted:
            continue
        best: tuple[Interpretation, Checked, Crossing] | None = None
        for rows, columns in crossing.ways():
            made = interpreter.read(convention, rows, columns)
            found = check_margins(made.numbers, nobody_else=nobody_else)
            if best is None or found.score > best[1].score:
                best = made, found, crossing
        if best is not None:
            tried.append(best)
    fewest = min(len(made.misfits) for made, _, _ in tried)
    fitting = [one for one in tried if len(one[0].misfits) == fewest]
    if any(found.agreed for _, found, _ in fitting):
        least = min(len(found.faults) for _, found, _ in fitting)
        fitting = [one for one in fitting if len(one[1].faults) == least]
    distinct = {made.values(): (made, found) for made, found, _ in reversed(fitting)}
    made, found = list(distinct.values())[-1]
    doubts = doubts_on_numbers(layout, crossing, made, found, answers)
    if len(distinct) > 1:
        names = [one.convention.name for one, _ in distinct.values()]
        places = _differing([one for one, _ in distinct.values()])
        doubts = [Doubt(
            "numbers", places, "Numbers can be read in more than one way.",
            tuple(f"written as in {name}" for name in names), tuple(names),
        ), *doubts]  # fmt: skip
    return made, found, doubts


def _differing(readings: list[Interpretation]) -> str:
    first, second = ({n.place: (n.low, n.high) for n in one.numbers} for one in readings[:2])
    places = sorted(p for p in {*first, *second} if first.get(p) != second.get(p))
    return named(places) or "per cents"


def _record(grid: Grid, transcriber: str | None) -> list[str]:
    of = f"the {grid.kind} file {grid.name!r}" if grid.name else "a pasted table"
    by = f"Transcribed by {transcriber}." if transcriber else "No transcriber was named."
    return [f"Counts were read from {of}, SHA-256 {grid.hash}. {by}"]


def _corrected(grid: Grid, answers: Answers) -> tuple[Grid, list[str]]:
    texts, notes = {}, []
    for name in [name for name in answers.given if CELL.fullmatch(name)]:
        row, column = place(name)
        if row >= len(grid.cells) or column >= grid.width:
            msg = f"Answer {name}= names a cell outside the table, which ends at "
            raise InputError(msg + f"{address(len(grid.cells) - 1, grid.width - 1)}.")
        value = answers.get(name) or ""
        before = grid.cells[row][column].text.strip()
        texts[row, column] = value
        notes.append(f"Cell {name} was read as {value!r} in place of {before!r}, as answered.")
    return grid.with_texts(texts), notes


def _told(made: Interpretation, found: Checked) -> list[str]:
    notes = []
    if found.agreed:
        notes.append(f"{len(found.agreed)} totals are the sums of their cells.")
    if found.faults:
        notes.append(
            f"{len(found.faults)} totals are not the sums of their cells and were not used: "
            f"{named(total.place for total, _, _ in found.faults)}."
        )
    if found.settled:
        notes.append(f"Follow from the totals alone: {named(found.settled)}.")
    if made.derived:
        notes.append(f"Made from totals: {', '.join(map(repr, sorted(made.derived)))}.")
    return notes


def _long(
    crossing: Crossing, found: Checked, ends: str | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    rows, intervals = [], []
    for cell in found.cells.values():
        exact = cell.exact
        value = cell.low if exact or ends == "low" else cell.high if ends == "high" else math.nan
        rows.append((*cell.key, value, cell.low, cell.high))
        if not exact:
            top = f"{cell.high:,.0f}" if math.isfinite(cell.high) else "any number"
            intervals.append(f"{address(*cell.place)} ({cell.low:,.0f} to {top})")
    table = pd.DataFrame(rows, columns=[*crossing.names, "n", "low", "high"])
    if not intervals:
        table = table.drop(columns=["low", "high"])
    last = crossing.names[-1]
    if (
        len(crossing.names) > 1
        and table[last].nunique() == 1
        and last not in ("decision", "outcome")
    ):
        table = table.drop(columns=last)  # the heading of the one column of numbers
    if table["n"].notna().all():
        table["n"] = table["n"].astype("int64")
    return table, tuple(intervals)


def _totals(table: pd.DataFrame, crossing: Crossing, found: Checked) -> pd.DataFrame:
    names = [name for name in table.columns if name not in ("n", "low", "high")]
    kept = [place for place, name in enumerate(crossing.names) if name in names]
    rows = [
        (*(None if one.key[i] == TOTAL else one.key[i] for i in kept),
         one.low if one.exact else math.nan, one.low, one.high)
        for one in found.whole
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*names, "n", "low", "high"])


def _open(
    grid: Grid, notes: Iterable[str], doubts: Iterable[Doubt], transcriber: str | None
) -> PublishedTable:
    return PublishedTable(
        pd.DataFrame(), one_of_each(list(doubts)), tuple(notes), grid.hash, grid.name, transcriber
    )
