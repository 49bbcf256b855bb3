"""The law an audit may cite: dated entries, their state on a day, and how they are read in."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, TypeGuard

from creditaudit.errors import InputError

MARKS = {
    "S": "seen in a public page",
    "K": "own knowledge",
    "k": "own knowledge, to check before use",
}
STATUSES = (
    "in_force",
    "replaced",
    "repealed",
    "withdrawn",
    "proposed",
    "not_in_force",
    "uncertain",
    "decided",
    "statistic",
    "example",
)
TOPICS = (
    "approval_gap",
    "error_rates",
    "missing_groups",
    "proxies",
    "association",
    "reasons",
    "notice",
    "human_review",
    "automated_decision",
    "accuracy",
    "dispute",
    "retention",
    "purpose",
    "data_sources",
    "sharing",
    "documentation",
    "social_scoring",
    "publication",
    "sanctions",
    "repair",
    "legal_basis",
)
PRODUCTS = (
    "mortgage",
    "housing",
    "consumer_credit",
    "business_credit",
    "credit_report",
    "employment",
    "public_list",
    "public_sanction",
    "any",
)

_ENDED = ("replaced", "repealed", "withdrawn")
_APART = {
    "proposed": "a proposal, not law",
    "not_in_force": "not in force when last checked, {as_of}",
    "example": "an example, not a rule",
}
_RUNNING = {"decided": "decided", "statistic": "in use as a statistic"}
_TEXTS = ("citation", "title", "reviewer", "can_support", "cannot_support")
_OPTIONAL: dict[str, Any] = {
    "applies_from": None,
    "applies_until": None,
    "replaced_by": None,
    "note": "",
}
_ID = re.compile(r"[a-z]{2,3}(_[a-z0-9]+)+")
_JURISDICTION = re.compile(r"[A-Z]{2,3}(-[A-Z]{2})?")


@dataclass(frozen=True, kw_only=True)
class LawEntry:
    """One text of one law, case, guideline or statistic, with the days it applies.

    Attributes
    ----------
    id : str
        Stable: the jurisdiction in small letters, then words joined by ``_``.
    jurisdiction : str
        Country code, with its part after a hyphen ("US", "US-CO"); "EU", "COE" (Council of
        Europe), "UN".
    applies_from, applies_until : date or None
        First and last day; for a judgment, the day it was given. None: not recorded.
    replaced_by : str or None
        Id of the text that follows this one; decisions taken before stand under this one.
    applies_to, topics : tuple of str
        Kinds of product or decision (`PRODUCTS`), and of question (`TOPICS`), it speaks to.
    status : str
        State on ``as_of``: one of `STATUSES`.
    as_of : date
        The day the entry was last looked at.
    reviewer : str
        Who with legal training read it; "none yet" is an answer.
    mark : str
        How it is known: S seen in a public page, K own knowledge, k to check before use;
        joined by "/" where parts differ.
    can_support, cannot_support : str
        What a finding may be used for under this text, and what not.
    """

    id: str
    jurisdiction: str
    citation: str
    title: str
    applies_from: date | None
    applies_until: date | None
    replaced_by: str | None
    applies_to: tuple[str, ...]
    topics: tuple[str, ...]
    as_of: date
    status: str
    reviewer: str
    mark: str
    can_support: str
    cannot_support: str
    note: str

    def state_on(self, day: date) -> str:
        """Return the entry's state on a day in words, no surer than what was last checked."""
        phase = self._phase(day)
        if phase == "apart":
            return _APART[self.status].format(as_of=self.as_of)
        if phase == "unknown":
            return "unknown: no start date recorded"
        if phase == "before":
            return f"not yet {_RUNNING.get(self.status, 'in force')} (from {self.applies_from})"
        if phase == "after" and self.applies_until:
            return f"{self.status} (applied until {self.applies_until})"
        if phase == "after":
            return f"{self.status} when last checked, {self.as_of}"
        if self.status == "uncertain":
            return "uncertain: see the note"
        words = _RUNNING.get(self.status, "in force")
        if day <= self.as_of or self.status == "decided":
            return words
        if self.applies_from and self.applies_from > self.as_of:
            return f"{words} if unchanged since it was last checked, {self.as_of}"
        return f"{words} when last checked, {self.as_of}"

    def support_on(self, day: date | None) -> str:
        """Return what the entry can support for a decision of that day."""
        support = self.support_clause()
        if day is None:
            return f"Only if this text covers the decision, whose date is unknown: {support}"
        phase = self._phase(day)
        if phase == "unknown":
            return f"Only if it applied at the decision date, which is unknown: {support}"
        if phase == "before" and self.status == "decided":
            return f"Only if it reaches back, which is a question for counsel: {support}"
        if phase == "after" or (phase == "before" and self.status != "statistic"):
            return f"Nothing for this decision: {self.state_on(day)}."
        if self.status == "uncertain":
            return f"Only if it applies, which is uncertain: {support}"
        return self.can_support

    def support_clause(self) -> str:
        """Return what it can support, to stand after a colon."""
        return self.can_support[0].lower() + self.can_support[1:]

    def _phase(self, day: date) -> Literal["apart", "unknown", "before", "during", "after"]:
        if self.status in _APART:
            return "apart"
        if self.applies_from and day < self.applies_from:
            return "before"
        if self.applies_until and day > self.applies_until:
            return "after"
        if self.applies_from is None and day < self.as_of:
            return "unknown"
        return "after" if self.status in _ENDED and self.applies_until is None else "during"


@cache
def load_entries(folder: Path | None = None) -> tuple[LawEntry, ...]:
    """Return all law entries, file by file in the order of their names.

    Parameters
    ----------
    folder : Path, optional
        Where the ``*.toml`` files lie; those that come with the library by default.

    Raises
    ------
    InputError
        With every fault of every file at once.
    """
    source: Traversable = folder if folder else files("creditaudit.law").joinpath("texts")
    found: list[LawEntry] = []
    faults: list[str] = []
    ids: list[str] = []
    paths = sorted((p for p in source.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name)
    for path in paths:
        try:
            plain = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(f"{path.name}: not readable as TOML: {error}")
            continue
        faults += [f"{path.name}: unknown key {key!r}" for key in plain if key != "entry"]
        rows = plain.get("entry", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            faults.append(f"{path.name}: entries are written as [[entry]] tables")
            continue
        for number, row in enumerate(rows, start=1):
            wrong = list(_faults(row))
            ids.append(str(row.get("id", "")))
            where = f"{path.name}, entry {number} ({row.get('id', 'no id')})"
            faults += [f"{where}: {fault}" for fault in wrong]
            if not wrong:
                found.append(_entry(row))
    faults += _faults_between(found, ids)
    if faults:
        noun = "fault" if len(faults) == 1 else "faults"
        listed = "\n".join(f"  - {fault}" for fault in faults)
        msg = f"The law entries have {len(faults)} {noun}; correct all and load again:\n{listed}"
        raise InputError(msg)
    return tuple(found)


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    names = [f.name for f in fields(LawEntry)]
    for key in row:
        if key not in names:
            yield f"unknown key {key!r}"
    for key in names:
        if key not in row and key not in _OPTIONAL:
            yield f"{key} is missing"
    for key in (*_TEXTS, "note", "replaced_by"):
        if key in row and not (isinstance(row[key], str) and (row[key].strip() or key == "note")):
            yield f"{key} has to be text, found {row[key]!r}"
    for key in ("applies_from", "applies_until", "as_of"):
        if key in row and not _is_day(row[key]):
            yield f"{key} has to be a date such as 2026-07-21, found {row[key]!r}"
    start, end = row.get("applies_from"), row.get("applies_until")
    if _is_day(start) and _is_day(end) and end < start:
        yield f"applies_until {end} is before applies_from {start}"
    if end is not None and row.get("status") not in _ENDED:
        yield f"an entry with applies_until has status {', '.join(_ENDED)}"
    yield from _faults_of_words(row)


def _faults_of_words(row: Mapping[str, Any]) -> Iterator[str]:
    for key, known in (("applies_to", PRODUCTS), ("topics", TOPICS)):
        given = row.get(key, [known[0]])
        if not isinstance(given, list) or not given:
            yield f"{key} has to be a list of words, found {given!r}"
            continue
        for word in (w for w in given if w not in known):
            yield f"{key} {word!r} is not one of {', '.join(known)}"
    if "status" in row and row["status"] not in STATUSES:
        yield f"status {row['status']!r} is not one of {', '.join(STATUSES)}"
    if "mark" in row and not set(str(row["mark"]).split("/")) <= set(MARKS):
        yield f"mark {row['mark']!r} is not made of {', '.join(MARKS)} joined by '/'"
    place, name = str(row.get("jurisdiction", "")), str(row.get("id", ""))
    if "jurisdiction" in row and not _JURISDICTION.fullmatch(place):
        yield f'jurisdiction {place!r} has to look like "US" or "US-CO"'
    if "id" in row and not _ID.fullmatch(name):
        yield f"id {name!r} has to be small letters and digits joined by '_'"
    elif "id" in row and not name.startswith(place.lower().replace("-", "_") + "_"):
        yield f"id {name!r} has to begin with its jurisdiction {place!r} in small letters"


def _faults_between(found: Sequence[LawEntry], ids: Sequence[str]) -> list[str]:
    faults = [
        f"id {name!r} is used {ids.count(name)} times"
        for name in dict.fromkeys(ids)
        if name and ids.count(name) > 1
    ]
    by_id = {entry.id: entry for entry in found}
    for entry in found:
        if entry.replaced_by is None:
            continue
        if entry.replaced_by not in ids:
            faults.append(f"{entry.id}: replaced_by {entry.replaced_by!r} is not an entry")
        later = by_id.get(entry.replaced_by)
        if later is None:
            continue
        if not (entry.applies_until and later.applies_from):
            faults.append(
                f"{entry.id}: replaced_by needs applies_until here and applies_from there"
            )
        elif later.applies_from <= entry.applies_until:
            faults.append(
                f"{entry.id}: still applies on {later.applies_from}, when its successor starts"
            )
    return faults


def _entry(row: Mapping[str, Any]) -> LawEntry:
    plain = _OPTIONAL | dict(row)
    for key in (*_TEXTS, "note"):
        plain[key] = " ".join(plain[key].split())
    plain["applies_to"], plain["topics"] = tuple(plain["applies_to"]), tuple(plain["topics"])
    return LawEntry(**plain)


def _is_day(value: object) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)
