"""One cell of a published table and its address."""

from collections.abc import Sequence
from dataclasses import dataclass

from creditaudit.published_tables.questions import Doubt


@dataclass(frozen=True)
class Cell:
    """A cell as it stands.

    Attributes
    ----------
    text : str
        What a reader sees.
    typed : bool
        Whether a spreadsheet stores it as a number, so that its spelling is not in doubt;
        ``text`` is then plain, with a point before decimals.
    merged : bool
        Whether the text was filled in from the corner of merged cells.
    indent : int
        How far the text is set in.
    """

    text: str
    typed: bool = False
    merged: bool = False
    indent: int = 0


@dataclass(frozen=True)
class SheetCells:
    """The cells of one sheet, with how they were read and what is in doubt."""

    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...]
    doubts: tuple[Doubt, ...]


def address(row: int, column: int) -> str:
    """Return the name of a cell as in a spreadsheet, from places counted from 0."""
    return f"{letters(column)}{row + 1}"


def letters(column: int) -> str:
    """Return the name of a column as in a spreadsheet."""
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(65 + digit) + name
    return name


def place(name: str) -> tuple[int, int]:
    """Return row and column, counted from 0, of a cell such as B7."""
    word = name.rstrip("0123456789")
    column = 0
    for letter in word:
        column = column * 26 + ord(letter) - 64
    return int(name[len(word) :]) - 1, column - 1
