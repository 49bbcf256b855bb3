"""The raw grid of a published table: texts in rows and columns, from a paste, a CSV or Excel."""

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from creditaudit.errors import InputError
from creditaudit.published_tables.questions import Answers, Doubt
from creditaudit.published_tables.sheet_cells import Cell, SheetCells, address
from creditaudit.published_tables.workbooks import read_workbook

_GAP = re.compile(r" {2,}")
_RULE = re.compile(r"[\s|:+=_-]*[-=_]{2,}[\s|:+=_-]*")
_NARROW = str.maketrans(dict.fromkeys("\xa0\u2007\u2009\u202f\u2002\u2003\u200a\u3000", " "))
DELIMITERS = {"tab": "\t", "semicolon": ";", "comma": ",", "pipe": "|", "spaces": "  "}


@dataclass(frozen=True)
class Grid:
    """Cells in rows of equal length, with where they came from.

    Attributes
    ----------
    cells : tuple of tuple of Cell
    name : str or None
        Name of the file, never its folder.
    hash : str
        SHA-256 of the source, of a paste as UTF-8.
    kind : {"paste", "CSV", "Excel"}
    notes : tuple of str
        How the source was cut into cells.
    doubts : tuple of Doubt
        What must be known before there are cells at all.
    """

    cells: tuple[tuple[Cell, ...], ...]
    name: str | None
    hash: str
    kind: str
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = field(default=())

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.cells[0]) if self.cells else 0

    def with_texts(self, texts: dict[tuple[int, int], str]) -> "Grid":
        """Return the grid with some cells replaced by what the user says stands there."""
        rows = tuple(
            tuple(
                Cell(texts[at]) if (at := (r, c)) in texts else cell for c, cell in enumerate(row)
            )
            for r, row in enumerate(self.cells)
        )
        return replace(self, cells=rows)


def read_grid(source: object, answers: Answers, sheet: str | None = None) -> Grid:
    """Return the grid of a pasted text or of a file.

    Parameters
    ----------
    source : str, Path, or a pasted text with line breaks
    answers : Answers
        ``separator``, ``encoding`` and ``sheet`` may be asked here.
    sheet : str, optional
        Sheet of an Excel file.

    Raises
    ------
    InputError, MissingExtra, CorruptFile
    """
    if isinstance(source, str) and ("\n" in source or "\t" in source):
        digest = hashlib.sha256(source.encode("utf-8", "backslashreplace")).hexdigest()
        return _from_text(source, answers, "paste", None, digest)
    if not isinstance(source, str | os.PathLike):
        msg = f"Cannot read a {type(source).__name__}. Pass a path, or the text of a pasted table."
        raise InputError(msg)
    path = Path(source)
    if not path.is_file():
        msg = f"File {path.name!r} not found. Name a .csv or .xlsx file, or paste a table."
        raise InputError(msg)
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _from_sheet(read_workbook(path, answers, sheet), path.name, digest)
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        msg = (
            f"{path.name!r} is not a .csv, .tsv, .txt or .xlsx file. Save it as one of these; an "
            "old .xls opens in any spreadsheet program and can be saved as .xlsx."
        )
        raise InputError(msg)
    text, doubt = _decoded(raw, answers)
    if text is None:
        return Grid((), path.name, digest, "CSV", doubts=(doubt,) if doubt else ())
    return _from_text(text, answers, "CSV", path.name, digest)


def _from_sheet(found: SheetCells, name: str, digest: str) -> Grid:
    return Grid(_square(found.rows), name, digest, "Excel", found.notes, found.doubts)


def _decoded(raw: bytes, answers: Answers) -> tuple[str | None, Doubt | None]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace"), None
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        chosen = answers.get("encoding")
        if chosen is not None:
            try:
                return raw.decode(chosen), None
            except (LookupError, UnicodeDecodeError) as fault:
                msg = f"Answer encoding={chosen} does not read this file. Try cp1252 or cp1250."
                raise InputError(msg) from fault
        line = raw[: error.start].count(b"\n") + 1
        return None, Doubt(
            "encoding", f"line {line}", "The file is not UTF-8, so letters may be misread.",
            ("written by a Western European program", "by a Central European one"),
            ("cp1252", "cp1250"),
        )  # fmt: skip


def _from_text(text: str, answers: Answers, kind: str, name: str | None, digest: str) -> Grid:
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    ways = {way: rows for way in DELIMITERS if (rows := list(_split(text, way)))}
    chosen = answers.choice("separator", DELIMITERS)
    if chosen is None:
        good = [way for way, rows in ways.items() if _even(rows)]
        # A tab is typed by no author; where there are tabs, they separate.
        good = ["tab"] if "tab" in good else good
        if len(good) > 1:
            good = [way for way in good if _headed(ways[way])] or good
        if len(good) != 1:
            found = "can be cut in more than one way" if good else "cannot be told apart"
            doubt = Doubt(
                "separator", "the whole table",
                f"The columns {found}.",
                tuple(f"{way} between columns" for way in good or DELIMITERS),
                tuple(good or DELIMITERS),
            )  # fmt: skip
            return Grid((), name, digest, kind, doubts=(doubt,))
        chosen = good[0]
    rows = ways.get(chosen) or [[line] for line in text.split("\n")]
    note = (
        f"Columns were cut at each {'run of two or more spaces' if chosen == 'spaces' else chosen}."
    )
    cells = _square([[Cell(one) for one in row] for row in rows])
    return Grid(cells, name, digest, kind, (note,))


def _split(text: str, way: str) -> Iterator[list[str]]:
    if way == "spaces":
        yield from _aligned(text)
        return
    if way == "pipe":
        for line in text.split("\n"):
            if line.strip() and _RULE.fullmatch(line):
                continue
            bare = line.strip()
            bare = bare[1:] if bare.startswith("|") else bare
            bare = bare[:-1] if bare.endswith("|") else bare
            yield bare.split("|")
        return
    try:
        yield from csv.reader(io.StringIO(text), delimiter=DELIMITERS[way], strict=True)
    except csv.Error:
        yield from (line.split(DELIMITERS[way]) for line in text.split("\n"))


def _aligned(text: str) -> Iterator[list[str]]:
    """Yield lines cut where two or more columns of blanks run through the whole table."""
    lines = [
        line
        for line in text.translate(_NARROW).expandtabs(8).split("\n")
        if not line.strip() or not _RULE.fullmatch(line)
    ]
    inside = [line for line in lines if len(_GAP.split(line.strip())) > 1]
    width = max(map(len, inside), default=0)
    clear = [all(line[i : i + 1] in ("", " ") for line in inside) for i in range(width)]
    begin = clear.index(False) if False in clear else 0
    cuts = [
        i for i in range(begin + 3, width) if not clear[i] and clear[i - 1] and clear[i - 2]
    ]  # fmt: skip
    for line in lines:
        if line not in inside:
            yield [line.strip()]
            continue
        ends = [0, *cuts, max(width, len(line))]
        cells = [line[a:b].strip() for a, b in pairwise(ends)]
        fields = _GAP.split(line.strip())
        # A field that crosses a cut was not set in columns.
        yield cells if [cell for cell in cells if cell] == fields else fields


def _even(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the lines with numbers in them are cut into equally many cells, two or more."""
    filled = [row for row in rows if sum(1 for one in row if one.strip()) > 1]
    widths = {len(row) for row in filled}
    numbered = {len(row) for row in filled if _numbered(row)}
    return bool(filled) and len(numbered) == 1 and max(widths) == max(numbered) >= 2


def _headed(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the line above the numbers is cut into as many cells as they are."""
    full = [row for row in rows if any(one.strip() for one in row)]
    first = next(i for i, row in enumerate(full) if _numbered(row))
    return first > 0 and len(full[first - 1]) == len(full[first])


def _numbered(row: Sequence[str]) -> bool:
    return any(any(map(str.isdigit, one)) for one in row[1:])


def _square(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    width = max((len(row) for row in rows), default=0)
    empty = Cell("")
    return tuple((*row, *[empty] * (width - len(row))) for row in rows)


__all__ = ["Cell", "Grid", "address", "read_grid"]
