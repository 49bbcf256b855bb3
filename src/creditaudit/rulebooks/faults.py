"""What is wrong in a condition or a book, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from creditaudit.errors import InputError

SHOWN_FAULTS = 200


class ConditionFault(InputError):
    """A condition that cannot be read, with its line and column (both from 1)."""

    def __init__(self, what: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"line {line}, column {column}: {what}")
        self.what = what
        self.line = line
        self.column = column


class BookFault(InputError):
    """A rulebook that cannot be used, with every fault found in its file.

    Attributes
    ----------
    faults : tuple of Fault
        In the order of their lines.
    """

    def __init__(self, name: str, faults: "Sequence[Fault]") -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        noun = "fault" if len(faults) == 1 else "faults"
        listed = "\n".join(f"  - {name}, {fault}" for fault in self.faults[:SHOWN_FAULTS])
        more = len(self.faults) - SHOWN_FAULTS
        rest = f"\n  - and {more:,} more" if more > 0 else ""
        super().__init__(
            f"The rulebook has {len(faults)} {noun}; correct all and load again:\n{listed}{rest}"
        )


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of a file: its line (from 1), where it is in words, and what is wrong."""

    line: int
    where: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.where}: {self.what}"
