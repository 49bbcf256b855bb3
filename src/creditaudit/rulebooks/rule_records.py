"""The records of rules, lists and measures; docs/reference/rulebook_format.md explains each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from creditaudit.rulebooks.readers import (
    ConditionText,
    Day,
    Id,
    Mark,
    MaybeTrue,
    Plain,
    Points,
    Term,
)

Clock = Literal[
    "entry", "decision", "finding", "end_of_act", "publication", "settlement", "service", "unstated"
]
Who = Literal[
    "self", "officer", "representative", "controller", "owner", "employer", "spouse", "child",
    "parent", "household", "kin", "payer", "guarantor", "contact",
]  # fmt: skip
WHO: tuple[Who, ...] = (
    "self", "officer", "representative", "controller", "owner", "employer", "spouse", "child",
    "parent", "household", "kin", "payer", "guarantor", "contact",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Period:
    """First and last day on which a rule is in force."""

    from_: Day | None = None
    to: Day | None = None


@dataclass(frozen=True, kw_only=True)
class Extension:
    """By how much a term may be made longer, and when."""

    min: Term
    max: Term
    when: ConditionText | None = None
    text: str = ""
    source: Id | None = None
    mark: Mark = "U"


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long something counts, and what starts its clock."""

    clock: Clock
    mark: Mark
    term: Term | None = None
    min: Term | None = None
    max: Term | None = None
    open: bool = False
    extension: Extension | None = None
    text: str = ""
    source: Id | None = None
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """A repair, an appeal or a notice that belongs to one rule."""

    state: Literal["stated", "searched_not_found", "not_searched"]
    mark: Mark
    text: str = ""
    within: Term | None = None
    body: str = ""
    source: Id | None = None
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """The reason given to the person touched."""

    text: str
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class RuleTest:
    """A row, and whether the rule's own condition holds there."""

    row: Mapping[str, Plain]
    fires: MaybeTrue
    as_of: Day | None = None
    reading: Literal["mild", "strict"] | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: when it fires, what follows, where it stands, and since when."""

    id: Id
    title: str
    when: ConditionText
    source: Id
    mark: Mark
    where: str = ""
    text: str = ""
    on_missing: Literal["unknown", "false", "true"] | None = None
    subject: Literal["person", "firm", "event"] | None = None
    points: Points | None = None
    per: ConditionText | None = None
    cap: float | None = None
    list: Id | None = None
    tier_cap: str | None = None
    gate: Literal["refuse"] | None = None
    measures: tuple[Id, ...] = ()
    group: Id | None = None
    overrides: tuple[Id, ...] = ()
    tag: Literal["legal", "contract", "financial", "moral", "civic", "identity"] | None = None
    act: Id | None = None
    lawful: bool | None = None
    first_breach: Literal["waived", "counted", "unstated"] = "unstated"
    touches: tuple[Who, ...] = ("self",)
    agency: str = ""
    basis: tuple[Id, ...] = ()
    effective: Period = Period()
    retention: Retention | None = None
    repair: Remedy | None = None
    appeal: Remedy | None = None
    notice: Remedy | None = None
    reason: Reason | None = None
    tests: tuple[RuleTest, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Exit:
    """One way off a list."""

    id: Id
    text: str
    mark: Mark
    when: ConditionText | None = None
    within: Term | None = None
    early: bool = False
    source: Id | None = None
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class ListEntry:
    """A list: how long an entry stays, how it leaves, who sees it and who keeps copies.

    The rules with ``list = "<id>"`` say who enters.
    """

    id: Id
    title: str
    source: Id
    mark: Mark
    where: str = ""
    agency: str = ""
    retention: Retention | None = None
    exits: tuple[Exit, ...] = ()
    public: Literal["yes", "partly", "no", "unstated"] = "unstated"
    published_fields: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    measures: tuple[Id, ...] = ()
    basis: tuple[Id, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A restriction or advantage that may reach somebody."""

    id: Id
    title: str
    source: Id
    mark: Mark
    who: tuple[Who, ...]
    family: Literal["I", "II", "III", "none"] = "none"
    domain: str = ""
    text: str = ""
    where: str = ""
    agency: str = ""
    own_property_only: bool | None = None
    duty: Literal["must", "may", "unstated"] = "unstated"
    condition: str = ""
    basis: tuple[Id, ...] = ()
    note: str = ""
