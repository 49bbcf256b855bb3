"""`Rulebook`: dated, sourced rules as text that a lawyer can read and a machine can run."""

import os
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from creditaudit.errors import InputError
from creditaudit.finding import Finding
from creditaudit.frames import write_whole
from creditaudit.rulebooks.book_files import MAX_BYTES, ReadBook, read_book
from creditaudit.rulebooks.clauses import Words
from creditaudit.rulebooks.columns import known_columns
from creditaudit.rulebooks.program_building import build_program
from creditaudit.rulebooks.programs import Program
from creditaudit.rulebooks.records import Basis, Contents, Header, Source
from creditaudit.rulebooks.rule_conditions import RuleConditions
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.statements import select_text
from creditaudit.rulebooks.toml_lines import line_of
from creditaudit.rulebooks.toml_texts import toml_text
from creditaudit.rulebooks.versions import changes, chosen_day, open_readings
from creditaudit.vocabulary import Column


class Rulebook:
    """Rules with their sources, dates and legal basis, from one TOML file.

    Use `load` for a preset or a path, `from_toml` for a text. A book never changes.

    Attributes
    ----------
    id, title : str
    header : Header
        Jurisdiction, issuer, use, confidence and the rest of ``[book]``.
    contents : Contents
        Everything in the file, as records.
    rules : tuple of Rule
        All versions, in the order of the file.
    columns : dict of str to Column
        The columns that rules read, by name.
    sources : tuple of Source
    basis : dict of str to Basis
        Legal bases by id.
    conditions : dict of str to RuleConditions
        What each rule says, read and checked, by the id of the rule.
    """

    def __init__(self, read: ReadBook) -> None:
        self._read = read

    @classmethod
    def load(cls, book: str | os.PathLike[str]) -> "Rulebook":
        """Return a preset by its id, or the book in a file.

        Parameters
        ----------
        book : str or Path
            An id listed by `creditaudit.rulebooks.presets`, or a path that ends in ``.toml``.

        Raises
        ------
        BookFault
            With every fault of the file and its line.
        InputError
            If there is no such preset or file.
        """
        if isinstance(book, str) and not book.endswith(".toml") and os.sep not in book:
            return _preset(book)
        path = Path(book)
        try:
            with path.open("rb") as file:
                # One byte more than is read says that there is more.
                text = file.read(MAX_BYTES + 1).decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            msg = f"Cannot read the rulebook {path.name!r}: {why}. Name a TOML file, or a preset."
            raise InputError(msg) from error
        return cls(read_book(text, path.name))

    @classmethod
    def from_toml(cls, text: str, name: str = "rulebook") -> "Rulebook":
        """Return the book that a TOML text holds.

        Raises
        ------
        BookFault
        """
        return cls(read_book(text, name))

    @property
    def contents(self) -> Contents:
        """Everything in the file, as records."""
        return self._read.contents

    @property
    def header(self) -> Header:
        """What ``[book]`` says."""
        return self.contents.book

    @property
    def id(self) -> str:
        """The id of the book."""
        return self.header.id

    @property
    def title(self) -> str:
        """The title of the book."""
        return self.header.title

    @property
    def file(self) -> str:
        """The name of the file it was read from."""
        return self._read.name

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, of all versions."""
        return self.contents.rules

    @property
    def columns(self) -> dict[str, Column]:
        """The columns that rules read."""
        return dict(self._read.columns)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the book rests on."""
        return self.contents.sources

    @cached_property
    def basis(self) -> dict[str, Basis]:
        """Legal bases by id."""
        return {row.id: row for row in self.contents.basis}

    @property
    def conditions(self) -> Mapping[str, RuleConditions]:
        """What each rule says, by its id."""
        return self._read.conditions

    @property
    def changes(self) -> tuple[date, ...]:
        """The days on which the text changes, in order."""
        return changes(self.contents)

    @property
    def open_readings(self) -> tuple[str, ...]:
        """Rules and parameters whose mild and strict reading differ."""
        return open_readings(self.contents)

    @cached_property
    def words(self) -> Words:
        """The words for columns, levels and parameters, for sentences."""
        known = known_columns(self.contents)
        parameters = {name: p.label for name, p in self.contents.parameters.items()}
        return Words(
            {name: column.description for name, column in known.items()},
            {name: column.labels for name, column in known.items() if column.labels},
            {name: label[0].lower() + label[1:] for name, label in parameters.items()},
        )

    def rule(self, name: str) -> Rule:
        """Return one rule by its id.

        Raises
        ------
        InputError
        """
        for rule in self.rules:
            if rule.id == name:
                return rule
        known = ", ".join(rule.id for rule in self.rules[:30])
        msg = f"{self.id!r} has no rule {name!r}. Rules: {known}."
        raise InputError(msg)

    def sentence(self, name: str, reading: str = "strict") -> str:
        """Return the condition of a rule as a plain sentence."""
        self.rule(name)
        return self.conditions[name].when(reading).sentence(self.words)

    def line(self, *path: str | int) -> int:
        """Return the line of the file on which something stands: ``book.line("rules", 3)``."""
        return line_of(path, self._read.lines)

    def program(
        self,
        as_of: date | str | None = None,
        reading: str | None = None,
        subject: str | None = None,
    ) -> Program:
        """Return what the book computes of one row, as neutral trees.

        Parameters
        ----------
        as_of : date or str, optional
            The day of the version; the last one in force by default.
        reading : {"mild", "strict"}, optional
            Needed when `open_readings` is not empty. Strict is harder on the person.
        subject : {"person", "firm", "event"}, optional
            What a row is; the first subject of the book by default.

        Raises
        ------
        InputError
        """
        if self.header.shape_only:
            msg = (
                f"{self.id!r} is shape only: its rules or weights are not public, and none are "
                "invented. Read its bands and rights, or load another book to score with."
            )
            raise InputError(msg)
        subject = subject or self.header.subjects[0]
        if subject not in self.header.subjects:
            known = ", ".join(map(repr, self.header.subjects))
            msg = f"subject={subject!r}: {self.id!r} is about {known}. Name one of these."
            raise InputError(msg)
        if reading not in (None, "mild", "strict"):
            msg = f"reading={reading!r} must be 'mild' or 'strict'; there is no middle."
            raise InputError(msg)
        day = chosen_day(self.contents, as_of)
        left_open = open_readings(self.contents, day)
        if reading is None and left_open:
            named = ", ".join(left_open[:5])
            msg = (
                f"{self.id!r} leaves room for readings ({named}). Pass reading='mild' or "
                "reading='strict', or both in turn; there is no middle."
            )
            raise InputError(msg)
        return build_program(self.contents, self.conditions, day, reading, subject)

    def to_sql(
        self,
        *,
        dialect: str = "duckdb",
        table: str = "t",
        as_of: date | str | None = None,
        reading: str | None = None,
        subject: str | None = None,
    ) -> str:
        """Return a query: every column of a table, and points, tier, decision and fired.

        Parameters
        ----------
        dialect : {"duckdb", "postgres", "spark"}
        table : str
            The name of the table; with a schema as ``schema.table``.
        as_of, reading, subject
            As in `program`.

        Raises
        ------
        InputError
        """
        return select_text(self.program(as_of, reading, subject), dialect, table)

    def to_toml(self) -> str:
        """Return the book as TOML in one fixed layout, without comments; read again it is equal."""
        return toml_text(self._read.data)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the book as TOML, whole or not at all.

        Raises
        ------
        InputError
        """

        def write(part: Path) -> None:
            part.write_text(self.to_toml(), encoding="utf-8")

        write_whole(path, write)

    def to_dict(self) -> dict[str, Any]:
        """Return the book as plain data."""
        return dict(self._read.data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rulebook) and self._read.data == other._read.data

    def __hash__(self) -> int:
        return hash(self.to_toml())

    def lint(self, population: Any = None, *, as_of: date | str | None = None) -> "list[Finding]":
        """Return what the text shows by itself, the gravest first, each with its file and line.

        Rules that fire for nobody or against each other, one act counted by several organs, the
        state of each legal basis, rights that are not stated, rules with two readings, who is
        touched besides the person, measures outside the domain of the act, lawful acts that cost
        something, protected fields, first acts. `creditaudit.rulebooks.lint_kinds` has all kinds.

        Parameters
        ----------
        population : Population or DataFrame, optional
            People with the columns that the rules read: rules with two readings then come with the
            share of people for whom it matters which is taken.
        as_of : date or str, optional
            Only the version in force on that day; all versions by default.

        Raises
        ------
        InputError
            If the book was not in force on that day, or the population lacks columns.
        """
        from creditaudit.rulebooks.lints import lints_of

        found = lints_of(self, as_of=as_of, population=population)
        return [lint.finding(self) for lint in found]

    def prove(
        self,
        *,
        as_of: date | str | None = None,
        reading: str = "strict",
        subject: str | None = None,
        fixed: Sequence[str] = (),
    ) -> list[Finding]:
        """Return what holds of every person there could be, or a person who shows the contrary.

        Which rules imply each other or never meet, whether two exceptions can, which way each
        number moves the points, whether a protected column changes a result, whether anybody is
        refused whatever changes, and who is reached by what another did.

        Parameters
        ----------
        as_of : date or str, optional
        reading : {"strict", "mild"}
        subject : {"person", "firm", "event"}, optional
        fixed : sequence of str
            Columns that a person cannot change, beside the protected ones.

        Raises
        ------
        MissingExtra
            Without the extra ``proofs``.
        InputError
        """
        from creditaudit.rulebooks.proof_findings import prove

        return prove(self, as_of=as_of, reading=reading, subject=subject, fixed=fixed)

    def __repr__(self) -> str:
        book = self.header
        since = f"in force from {book.in_force}" if book.in_force else "in force from: not known"
        until = f" until before {book.repealed}" if book.repealed else ""
        shape = "shape only" if book.shape_only else f"{len(self.rules)} rules"
        return (
            f"<Rulebook {book.id}: {shape}, {book.issuer}, {since}{until}, "
            f"use {book.use}, confidence {book.confidence}>"
        )


@cache
def _preset(name: str) -> Rulebook:
    known = preset_ids()
    if name not in known:
        msg = (
            f"There is no preset {name!r}. Presets: {', '.join(known)}. "
            "A file is named with its ending: 'my_book.toml'."
        )
        raise InputError(msg)
    text = files("creditaudit.rulebooks").joinpath("texts", f"{name}.toml").read_text("utf-8")
    return Rulebook(read_book(text, f"{name}.toml"))


@cache
def preset_ids() -> tuple[str, ...]:
    """Return the ids of the books that come with the library, in order."""
    folder = files("creditaudit.rulebooks").joinpath("texts")
    names = [path.name for path in folder.iterdir() if path.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in names))
