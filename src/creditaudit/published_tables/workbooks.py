"""A sheet of an Excel file as cells: stored values only, no formula is ever run."""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from creditaudit.errors import CorruptFile, InputError, MissingExtra
from creditaudit.published_tables.questions import Answers, Doubt
from creditaudit.published_tables.sheet_cells import Cell, SheetCells, address, letters

_MOST = 20_000
_MONEY = ("€", "£", "$", "¥", "₹", "EUR", "USD", "GBP")


def read_workbook(path: Path, answers: Answers, sheet: str | None) -> SheetCells:
    """Return the cells of one sheet.

    Raises
    ------
    MissingExtra
        Without openpyxl.
    CorruptFile
    InputError
        If there is no such sheet, or it is no table that was published for reading.
    """
    try:
        import openpyxl
    except ImportError as error:
        msg = "openpyxl"
        raise MissingExtra.of(msg, "excel", "Reading an Excel file") from error
    try:
        shown = openpyxl.load_workbook(path, data_only=True)
        written = openpyxl.load_workbook(path, data_only=False)
    except Exception as error:  # openpyxl raises whatever its parsers do
        msg = (
            f"{path.name!r} cannot be read as Excel: {type(error).__name__}. "
            "Save it again as .xlsx."
        )
        raise CorruptFile(msg) from error
    full = [one for one in shown.worksheets if any(x is not None for r in one.values for x in r)]
    names = [one.title for one in full]
    chosen = sheet if sheet is not None else answers.get("sheet")
    if chosen is None and len(full) != 1:
        if not full:
            msg = (
                f"{path.name!r} has no sheet with anything in it. Check that it is the right file."
            )
            raise InputError(msg)
        doubt = Doubt(
            "sheet", "the file", f"It has {len(full)} sheets with something in them.",
            tuple(f"the table is on {name!r}" for name in names), tuple(names),
        )  # fmt: skip
        return SheetCells([], (), (doubt,))
    if chosen is not None and chosen not in names:
        msg = f"Sheet {chosen!r} not found. Sheets with something in them: {names}."
        raise InputError(msg)
    values = shown[chosen or names[0]]
    if values.max_row * values.max_column > _MOST * 50 or values.max_row > _MOST:
        msg = f"Sheet {values.title!r} has {values.max_row:,} rows; that is no published table."
        raise InputError(msg)
    return _cells(values, written[values.title], answers)


def _cells(values: Any, written: Any, answers: Answers) -> SheetCells:
    notes, doubts = [f"Read from sheet {values.title!r}."], []
    corners = {
        (r, c): (part.min_row, part.min_col)
        for part in values.merged_cells.ranges
        for r in range(part.min_row, part.max_row + 1)
        for c in range(part.min_col, part.max_col + 1)
    }
    rows, formulas = [], []
    for r in range(1, values.max_row + 1):
        row = []
        for c in range(1, values.max_column + 1):
            at = corners.get((r, c), (r, c))
            cell = values.cell(*at)
            row.append(_cell(cell, merged=at != (r, c)))
            if written.cell(r, c).data_type == "f":
                formulas.append((address(r - 1, c - 1), cell.value is None))
        rows.append(row)
    if corners:
        notes.append("Merged cells were filled with what stands in their first cell.")
    if formulas:
        notes.append(
            f"{len(formulas)} cells are formulas; the values stored with them were read, and no "
            "formula was run."
        )
    doubts += [
        Doubt(
            name, name, "A formula without a stored value.",
            ("a number you read elsewhere", "nothing stands there"), ("NUMBER", ""),
        )
        for name, bare in formulas
        if bare and name not in answers.given
    ]  # fmt: skip
    hidden = [
        *(f"row {r}" for r, one in values.row_dimensions.items() if one.hidden),
        *(f"column {c}" for c, one in values.column_dimensions.items() if one.hidden),
    ]
    if hidden and answers.choice("hidden", ["read", "skip"]) is None:
        doubts.append(Doubt(
            "hidden", ", ".join(hidden[:5]), "Hidden in the file.",
            ("part of the table", "to be left out"), ("read", "skip"),
        ))  # fmt: skip
    if hidden and answers.get("hidden") == "skip":
        gone_rows = {r - 1 for r, one in values.row_dimensions.items() if one.hidden}
        gone = {c for c, one in values.column_dimensions.items() if one.hidden}
        rows = [
            [Cell("") if r in gone_rows or letters(c) in gone else x for c, x in enumerate(row)]
            for r, row in enumerate(rows)
        ]
        notes.append(f"Left out as hidden: {', '.join(hidden)}.")
    return SheetCells(rows, tuple(notes), tuple(doubts))


def _cell(cell: Any, *, merged: bool) -> Cell:
    value, form = cell.value, str(cell.number_format or "General")
    indent = int(getattr(cell.alignment, "indent", 0) or 0)
    if value is None:
        return Cell("", merged=merged)
    if isinstance(value, bool):
        return Cell(str(value).upper(), merged=merged)
    if isinstance(value, datetime | date):
        return Cell(value.isoformat().removesuffix("T00:00:00"), merged=merged)
    if isinstance(value, int | float):
        return Cell(_shown(value, form), typed=True, merged=merged)
    return Cell(str(value), merged=merged, indent=indent)


def _shown(value: float, form: str) -> str:
    """Return a stored number as plain text; a share in a per cent format as it is shown."""
    main = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form.split(";")[0])
    exact = Decimal(repr(value))
    if "%" in main:
        decimals = len(re.sub(r"[^0#]", "", main.partition(".")[2]))
        return f"{exact * 100:.{decimals}f}%"
    money = next((sign for sign in _MONEY if sign in form), "")
    if isinstance(value, float) and value.is_integer():
        return f"{money}{int(value)}"
    # Seventeen digits are noise of the division; six decimals tell every share of people apart.
    return money + format(round(exact, 6).normalize() if isinstance(value, float) else exact, "f")
