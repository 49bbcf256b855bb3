"""The records of a rulebook other than its rules; docs/reference/rulebook_format.md explains each.

The file of a book is read into `Contents`. A key of the file is the name of the field; a trailing
``_`` is not part of it, so the key of ``from_`` is ``from``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from creditaudit.rulebooks.readers import (
    Day,
    Id,
    Jurisdiction,
    Mark,
    Plain,
    Readings,
    Term,
)
from creditaudit.rulebooks.rule_records import ListEntry, Measure, Rule

IssuerType = Literal["party", "state", "court", "firm", "association"]
Subject = Literal["person", "firm", "event"]
OnMissing = Literal["unknown", "false", "true"]
BasisState = Literal["cited", "searched_not_found", "not_searched", "repealed"]
Rank = Literal[
    "constitution", "statute", "administrative_regulation", "local_regulation",
    "judicial_interpretation", "department_rule", "local_rule", "normative_document",
    "party_document", "contract", "case_law", "directive",
]  # fmt: skip
RightName = Literal[
    "entry", "ability_test", "notice", "reasons", "term", "clock", "public", "exit", "repair",
    "appeal", "human_review", "forbidden_data",
]  # fmt: skip
RIGHTS: tuple[RightName, ...] = (
    "entry", "ability_test", "notice", "reasons", "term", "clock", "public", "exit", "repair",
    "appeal", "human_review", "forbidden_data",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the book is, whose it is, and since when."""

    id: Id
    title: str
    about: str
    jurisdiction: Jurisdiction
    issuer: str
    issuer_type: IssuerType
    use: Literal["study", "general"]
    confidence: Mark
    looked_at: Day
    subjects: tuple[Subject, ...] = ("person",)
    original_title: str = ""
    place: str = ""
    issued: Day | None = None
    in_force: Day | None = None
    repealed: Day | None = None
    currency: str = ""
    on_missing: OnMissing = "unknown"
    shape_only: bool = False
    mandatory: Literal["yes", "no", "unknown"] = "unknown"
    follows: Id | None = None
    followed_by: Id | None = None
    twins: tuple[Id, ...] = ()
    covers: str = ""
    dates_mark: Mark = "U"
    reviewer: str = "none yet"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """A text or page something in the book rests on."""

    id: Id
    title: str
    kind: Literal[
        "statute", "interpretation", "regulation", "document", "translation", "press", "paper",
        "page", "own",
    ]  # fmt: skip
    mark: Mark
    read: str
    publisher: str = ""
    date: Day | None = None
    url: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """A legal basis, or the record of a search for one."""

    id: Id
    state: BasisState
    mark: Mark
    cite: str = ""
    rank: Rank | None = None
    from_: Day | None = None
    to: Day | None = None
    source: Id | None = None
    where: str = ""
    searched_in: str = ""
    searched_on: Day | None = None
    searched_by: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Where points start and end."""

    base: float
    mark: Mark
    min: float | None = None
    max: float | None = None
    higher_is: Literal["safer"] = "safer"
    source: Id | None = None
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Band:
    """A tier and the points it begins with; the lowest has no beginning."""

    tier: str
    mark: Mark
    from_: float | None = None
    source: Id | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """When `decide` answers refused, and whether the text says so or we assume it."""

    rests_on: Literal["text", "assumption"]
    text: str
    refuse_below: float | None = None
    refuse_tiers: tuple[str, ...] = ()
    refuse_listed: tuple[Id, ...] = ()
    mark: Mark = "F"
    source: Id | None = None


@dataclass(frozen=True, kw_only=True)
class Right:
    """What the text says on one right, or how it was searched for."""

    state: Literal["stated", "searched_not_found", "not_searched"]
    mark: Mark
    text: str = ""
    within: Term | None = None
    body: str = ""
    source: Id | None = None
    where: str = ""
    searched_in: str = ""
    searched_on: Day | None = None
    searched_by: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DatedValue:
    """A value of a parameter from a day on."""

    from_: Day | None = None
    value: Plain = None
    mild: Plain = None
    strict: Plain = None
    reference: str = ""
    source: Id | None = None
    mark: Mark = "U"

    @property
    def readings(self) -> Readings:
        """The value under each reading."""
        if self.value is not None:
            return Readings(self.value, self.value)
        return Readings(self.mild, self.strict)


@dataclass(frozen=True, kw_only=True)
class DatedParameter:
    """A number, day or level the text sets, with all its values over time."""

    type: Literal["money", "count", "duration", "share", "ratio", "number", "date", "category"]
    label: str
    values: tuple[DatedValue, ...]
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnColumn:
    """A column that the vocabulary does not have."""

    type: Literal[
        "money", "count", "date", "duration", "category", "share", "ratio", "yes_no", "text", "id"
    ]
    unit: str
    domain: Plain
    description: str
    of: Subject = "person"
    sector: str = ""
    purpose: str = ""
    sensitivity: str = ""
    missing: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rules of which the points are not simply added."""

    take: Literal["max", "sum", "first"]
    cap: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BookTest:
    """A row, and what the whole book has to make of it."""

    row: Mapping[str, Plain]
    subject: Subject | None = None
    as_of: Day | None = None
    reading: Literal["mild", "strict"] | None = None
    points: float | None = None
    tier: str | None = None
    decision: Literal["approved", "refused"] | None = None
    listed: tuple[Id, ...] | None = None
    fired: tuple[Id, ...] | None = None
    unknown: tuple[Literal["points", "tier", "decision"], ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A whole file."""

    format: int
    book: Header
    scale: Scale | None = None
    bands: tuple[Band, ...] = ()
    decision: Decision | None = None
    rights: Mapping[str, Right] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    basis: tuple[Basis, ...] = ()
    parameters: Mapping[str, DatedParameter] = field(default_factory=dict)
    columns: Mapping[str, OwnColumn] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    lists: tuple[ListEntry, ...] = ()
    measures: tuple[Measure, ...] = ()
    rules: tuple[Rule, ...] = ()
    tests: tuple[BookTest, ...] = ()
