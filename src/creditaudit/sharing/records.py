"""The lines of a sharing regime: who imports what, whom a tie reaches, and who is refused what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from creditaudit.rulebooks.readers import Day, Id, Jurisdiction, Mark
from creditaudit.rulebooks.shapes import Unreadable

CHILD = "child"
"""The relation of a rule that reaches a child, who is in no table: see `TieRule`."""
SYMMETRIC = ("household", "kin", "contact")
"""Relations of which a society holds both directions as rows."""
MOST_AGENCIES = 64
_NAME = re.compile(r"[a-z][a-z0-9_]{0,199}")


def _hops(value: object) -> int | None:
    if value == "any":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    msg = f'{value!r} has to be a whole number from 1, or "any" for no limit'
    raise Unreadable(msg)


def _name(value: object) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    msg = f"{value!r} has to be small letters and digits joined by '_', beginning with a letter"
    raise Unreadable(msg)


Hops = Annotated[int | None, _hops]
RegimeName = Annotated[str, _name]


@dataclass(frozen=True, kw_only=True)
class Import:
    """One agency takes the list, or columns, of another.

    Attributes
    ----------
    importer, source : str
        Who takes, and from whom.
    carries : tuple of str
        "list" is the source's list; other words are columns of the vocabulary.
    purpose : str
        What the importer takes it for.
    collected_for : str
        The purpose of the source whose records are opened; "" opens the source's records of
        every purpose.
    every_days : float, optional
        Days between two refreshes of the copy. 0: no copy is kept, the source is asked each time.
        None: not stated.
    own_only : bool
        Only what the source found itself is passed on, and nothing that it imported.
    provenance : bool
        The copy names the agency that made the record, and a refresh asks that agency whether the
        record still stands.
    basis : str
        The legal basis in words.
    mark : str
        How it is known that the line exists; see `creditaudit.rulebooks.readers.MARKS`.
    free, low, high : bool, float, float
        Whether ``every_days`` rests on no source, and the range that has to be swept then.
    source_text, url, note : str
        The text or page the line rests on.
    """

    importer: Id
    source: Id
    mark: Mark
    carries: tuple[str, ...] = ("list",)
    purpose: str = ""
    collected_for: str = ""
    every_days: float | None = None
    own_only: bool = False
    provenance: bool = False
    basis: str = ""
    free: bool = False
    low: float | None = None
    high: float | None = None
    source_text: str = ""
    url: str = ""
    note: str = ""

    @property
    def carries_list(self) -> bool:
        """Whether the source's list is taken."""
        return "list" in self.carries

    @property
    def value(self) -> float | None:
        """The number of the line: days between refreshes."""
        return self.every_days

    @property
    def what(self) -> str:
        """The line in words."""
        return f"{self.importer} from {self.source}: {', '.join(self.carries)}"

    @property
    def parameter(self) -> str:
        """The name of its number."""
        return f"every_days of {self.what}" + (f" for {self.purpose}" if self.purpose else "")


@dataclass(frozen=True, kw_only=True)
class TieRule:
    """What reaches people and firms tied to whoever is listed.

    Attributes
    ----------
    relation : str
        A relation of the vocabulary, or "child": a child is in no table of a society, so a rule
        that reaches children counts the listed people whose row meets ``when``.
    measure : str
        What reaches them. Needed unless ``carries`` is "listing".
    p : float
        Share of ties that carry it, 0 to 1. 1 is the text as written.
    hops : int or None
        Ties it may cross; None for no limit.
    agencies : tuple of str or None
        The agencies whose lists count: something travels from whoever stands on the list of one of
        them, be it found there, imported or inherited. None: for a measure that agencies of the
        regime refuse to whoever they list, those agencies; else all.
    carries : {"measure", "listing"}
        A measure touches; a listing lists, which no national text does: a stress test.
    direction : {"forward", "backward", "both"}
        "forward" reaches ``dst`` when ``src`` is listed. A household, kin or contact tie stands in
        a society once in each direction, so for these "forward" is already both ways.
    when : str
        A condition on the row of the listed person, in the language of rulebooks; "" for all.
    free, low, high : bool, float, float
        Whether ``p`` rests on no source, and the range that has to be swept then.
    mark, basis, source_text, url, note : str
        As of `Import`.
    """

    relation: str
    p: float
    mark: Mark
    measure: str = ""
    hops: Hops = 1
    agencies: tuple[Id, ...] | None = None
    carries: Literal["measure", "listing"] = "measure"
    direction: Literal["forward", "backward", "both"] = "forward"
    when: str = ""
    basis: str = ""
    free: bool = False
    low: float | None = None
    high: float | None = None
    source_text: str = ""
    url: str = ""
    note: str = ""

    @property
    def value(self) -> float | None:
        """The number of the line: the share of ties that carry it."""
        return self.p

    @property
    def what(self) -> str:
        """The line in words."""
        carried = "listing" if self.carries == "listing" else self.measure
        reach = "any number of ties" if self.hops is None else f"{self.hops} tie"
        reach += "s" if self.hops not in (None, 1) else ""
        condition = f", when {self.when}" if self.when else ""
        return f"{self.relation} {self.direction}: {carried}, {reach}{condition}"

    @property
    def parameter(self) -> str:
        """The name of its number."""
        return f"p of {self.what}"


@dataclass(frozen=True, kw_only=True)
class Denial:
    """Whoever is on an agency's own or imported list is refused a measure there.

    Attributes
    ----------
    agency, measure : str
    mark, basis, source_text, url, note : str
        As of `Import`.
    """

    agency: Id
    measure: str
    mark: Mark
    basis: str = ""
    source_text: str = ""
    url: str = ""
    note: str = ""

    @property
    def what(self) -> str:
        """The line in words."""
        return f"{self.agency} refuses {self.measure}"


@dataclass(frozen=True, kw_only=True)
class RegimeHeader:
    """What ``[regime]`` of a file says."""

    id: RegimeName
    title: str
    about: str
    agencies: tuple[Id, ...]
    use: Literal["study", "general"]
    mark: Mark
    looked_at: Day
    jurisdiction: Jurisdiction | None = None
    as_of: Day | None = None
    rulebooks: tuple[Id, ...] = ()
    notes: tuple[str, ...] = ()
    reviewer: str = "none yet"


@dataclass(frozen=True, kw_only=True)
class RegimeContents:
    """A whole file."""

    format: int
    regime: RegimeHeader
    purposes: Mapping[str, str] = field(default_factory=dict)
    imports: tuple[Import, ...] = ()
    ties: tuple[TieRule, ...] = ()
    denials: tuple[Denial, ...] = ()
