"""What a published table leaves open: a question each, and the answers of the user."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from creditaudit.errors import InputError

CELL = re.compile(r"[A-Z]{1,3}[1-9]\d*")


@dataclass(frozen=True, order=True)
class Doubt:
    """One thing that only the user can settle.

    Attributes
    ----------
    id : str
        What an answer names: ``answers={id: value}`` or ``--answer ID=VALUE``.
    where : str
        Cells, as in a spreadsheet: "B7", "column D", "row 9", or "the whole table".
    found : str
        What stands there, in a sentence.
    meanings : tuple of str
        What it could mean.
    values : tuple of str
        An answer for each meaning, in the same order.
    """

    id: str
    where: str
    found: str
    meanings: tuple[str, ...]
    values: tuple[str, ...]

    def __str__(self) -> str:
        ways = "; ".join(
            f"{meaning}: --answer {_quoted(f'{self.id}={value}')}"
            for meaning, value in zip(self.meanings, self.values, strict=True)
        )
        return f"{self.where}: {self.found} {ways}."

    def to_dict(self) -> dict[str, object]:
        """Return plain JSON types."""
        plain = asdict(self)
        return {name: list(x) if isinstance(x, tuple) else x for name, x in plain.items()}


class OpenQuestions(InputError):
    """A published table cannot be counted before its questions are answered.

    Attributes
    ----------
    doubts : tuple of Doubt
    """

    def __init__(self, doubts: Iterable[Doubt]) -> None:
        self.doubts = tuple(doubts)
        several = len(self.doubts) != 1
        lines = [
            f"{len(self.doubts)} question{'s' if several else ''} on this table; nothing is "
            "guessed. Answer with --answer ID=VALUE, in Python answers={ID: VALUE}.",
            *(f"  {number}. {doubt}" for number, doubt in enumerate(self.doubts, 1)),
        ]
        super().__init__("\n".join(lines))


class Answers:
    """The answers given, and which of them were asked for.

    Raises
    ------
    InputError
        If an answer is not text or a number.
    """

    def __init__(self, given: Mapping[str, object] | None) -> None:
        wrong = [
            name
            for name, value in (given or {}).items()
            if not isinstance(name, str) or not isinstance(value, str | int | float)
        ]
        if wrong:
            msg = f"Answers {wrong} must be text or numbers, such as answers={{'D': 'percent'}}."
            raise InputError(msg)
        self.given = {name.strip(): str(value).strip() for name, value in (given or {}).items()}
        self.used: set[str] = set()

    def get(self, name: str) -> str | None:
        """Return the answer to a question, or None."""
        if name in self.given:
            self.used.add(name)
        return self.given.get(name)

    def choice(self, name: str, allowed: Iterable[str]) -> str | None:
        """Return an answer that must be one of some words.

        Raises
        ------
        InputError
        """
        value, words = self.get(name), list(allowed)
        if value is not None and value not in words:
            msg = f"Answer {name}={value} must be one of {', '.join(words)}."
            raise InputError(msg)
        return value

    def check_all_used(self, asked: Iterable[str]) -> None:
        """Raise if an answer belongs to no question.

        Raises
        ------
        InputError
        """
        unknown = sorted(set(self.given) - self.used)
        if unknown:
            open_ids = ", ".join(asked) or "none"
            msg = (
                f"Answer {', '.join(unknown)} belongs to no question on this table. Questions "
                f"still open: {open_ids}. A cell is named as in a spreadsheet, such as B7."
            )
            raise InputError(msg)


def _quoted(words: str) -> str:
    return (
        words if re.fullmatch(r"[\w=.,:@%+/-]+", words) else "'" + words.replace("'", "'\\''") + "'"
    )
