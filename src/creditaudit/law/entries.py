"""The law an audit may cite: dated entries, and their state on a given day."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from creditaudit.errors import InputError

NOT_ADVICE = "Nothing here is legal advice."
FOUR_FIFTHS = "us_four_fifths"

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
_TEXTS = ("citation", "title", "reviewer", "can_support", "cannot_support")
_OPTIONAL = ("applies_from", "applies_until", "replaced_by", "note")
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
        fixed = {
            "proposed": "a proposal, not law",
            "not_in_force": f"not in force when last checked, {self.as_of}",
            "example": "an example, not a rule",
        }
        if self.status in fixed:
            return fixed[self.status]
        if self.applies_from and day < self.applies_from:
            return f"{self._before()} (from {self.applies_from})"
        if self.applies_until and day > self.applies_until:
            return f"{self.status} (applied until {self.applies_until})"
        if self.applies_from is None and day < self.as_of:
            return "unknown: no start date recorded"
        if self.status in _ENDED and self.applies_until is None:
            return f"{self.status} when last checked, {self.as_of}"
        if self.status in ("decided", "uncertain"):
            return {"decided": "decided", "uncertain": "uncertain: see the note"}[self.status]
        words = "in use as a statistic" if self.status == "statistic" else "in force"
        if day <= self.as_of:
            return words
        if self.applies_from and self.applies_from > self.as_of:
            return f"{words} if unchanged since it was last checked, {self.as_of}"
        return f"{words} when last checked, {self.as_of}"

    def support_on(self, day: date | None) -> str:
        """Return what the entry can support for a decision of that day."""
        if day is None:
            return f"Only if this text covers the decision, whose date is unknown: {self._lower()}"
        state = self.state_on(day)
        if state.startswith("unknown"):
            return f"Only if it applied at the decision date, which is unknown: {self._lower()}"
        if state.startswith("uncertain"):
            return f"Only if it applies, which is uncertain: {self._lower()}"
        if state.startswith("not yet decided"):
            return f"Only if it reaches back to earlier decisions, a question for counsel: {self._lower()}"
        if state.startswith(("not yet in force", *_ENDED)):
            return f"Nothing for this decision: {state}."
        return self.can_support

    def _before(self) -> str:
        words = {"decided": "not yet decided", "statistic": "not yet in use"}
        return words.get(self.status, "not yet in force")

    def _lower(self) -> str:
        return self.can_support[0].lower() + self.can_support[1:]


@dataclass(frozen=True, kw_only=True)
class ResolvedLaw:
    """A law entry at the decision date and at the report date.

    Attributes
    ----------
    at_decision, at_report : str
        State in words: "in force", "not yet in force (from ...)", "replaced (applied until
        ...)", "repealed ...", "withdrawn ...", "decided", "in use as a statistic",
        "uncertain: see the note", "unknown: ...", each perhaps with "when last checked".
    can_support : str
        What a finding may be used for, for a decision of that date.
    """

    id: str
    jurisdiction: str
    citation: str
    at_decision: str
    at_report: str
    can_support: str
    cannot_support: str
    as_of: str
    mark: str
    note: str

    def to_dict(self) -> dict[str, str]:
        """Return plain strings by field, as a report stores them."""
        return asdict(self)


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
            where = f"{path.name}, entry {number} ({row.get('id', 'no id')})"
            faults += [f"{where}: {fault}" for fault in wrong]
            if not wrong:
                found.append(_entry(row))
    faults += _faults_between(found)
    if faults:
        noun = "fault" if len(faults) == 1 else "faults"
        listed = "\n".join(f"  - {fault}" for fault in faults)
        msg = f"The law entries have {len(faults)} {noun}; correct all and load again:\n{listed}"
        raise InputError(msg)
    return tuple(found)


def resolve(
    jurisdictions: Sequence[str],
    *,
    report_date: date | str,
    decision_date: date | str | None = None,
    topic: str | None = None,
    product: str | None = None,
    entries: Sequence[LawEntry] | None = None,
) -> list[ResolvedLaw]:
    """Return the entries that speak to a question, at the decision date and at the report date.

    Where a text was replaced, only the one that covers the decision is returned; its note says
    what follows. Without a decision date it is the one that covers the report.

    Parameters
    ----------
    jurisdictions : sequence of str
        Such as ["US"]; a part ("US-CO") brings its country along, a country not its parts.
    report_date, decision_date : date or ISO string
        Days at which the state is told; ``decision_date`` may be unknown.
    topic : str, optional
        One of `TOPICS`; all when not given.
    product : str, optional
        One of `PRODUCTS`; entries for "any" always match.
    entries : sequence of LawEntry, optional
        Those of the library by default.

    Raises
    ------
    InputError
        If a jurisdiction, topic, product or date is not known.
    """
    known = load_entries() if entries is None else tuple(entries)
    wanted = _with_countries(jurisdictions, known)
    _check("topic", topic, TOPICS)
    _check("product", product, PRODUCTS)
    decided, reported = _day(decision_date, "decision_date"), _required(report_date)
    day = decided or reported
    ends = {e.replaced_by: e.applies_until for e in known if e.replaced_by and e.applies_until}
    chosen = [
        entry
        for place in wanted
        for entry in known
        if entry.jurisdiction == place
        and (topic is None or topic in entry.topics)
        and (product is None or product in entry.applies_to or "any" in entry.applies_to)
        and not (entry.replaced_by and entry.applies_until and day > entry.applies_until)
        and not (entry.id in ends and day <= ends[entry.id])
    ]
    return [_resolved(entry, known, decided, reported) for entry in chosen]


def resolve_ids(
    ids: Iterable[str],
    *,
    report_date: date | str,
    decision_date: date | str | None = None,
    entries: Sequence[LawEntry] | None = None,
) -> list[ResolvedLaw]:
    """Return the entries of these ids, each once and in this order, at both dates.

    Raises
    ------
    InputError
        If an id or a date is not known.
    """
    known = load_entries() if entries is None else tuple(entries)
    by_id = {entry.id: entry for entry in known}
    decided, reported = _day(decision_date, "decision_date"), _required(report_date)
    wanted = list(dict.fromkeys(ids))
    for name in wanted:
        _check("id", name, by_id)
    return [_resolved(by_id[name], known, decided, reported) for name in wanted]


def _resolved(
    entry: LawEntry, known: Sequence[LawEntry], decided: date | None, reported: date
) -> ResolvedLaw:
    notes = [entry.note] if entry.note else []
    for other in known:
        if other.id == entry.replaced_by and entry.applies_until and reported > entry.applies_until:
            notes.append(f"Later text, {other.citation} ({other.id}): {other.can_support}")
        if other.replaced_by == entry.id and decided is None:
            notes.append(
                f"Decisions until {other.applies_until} stand under the earlier text ({other.id})."
            )
    unknown = "unknown: no decision date given"
    return ResolvedLaw(
        id=entry.id,
        jurisdiction=entry.jurisdiction,
        citation=entry.citation,
        at_decision=entry.state_on(decided) if decided else unknown,
        at_report=entry.state_on(reported),
        can_support=entry.support_on(decided),
        cannot_support=entry.cannot_support,
        as_of=entry.as_of.isoformat(),
        mark=entry.mark,
        note=" ".join(notes),
    )


def _with_countries(jurisdictions: Sequence[str], known: Sequence[LawEntry]) -> list[str]:
    asked = [jurisdictions] if isinstance(jurisdictions, str) else list(jurisdictions)
    places = sorted({entry.jurisdiction for entry in known})
    wanted: dict[str, None] = {}
    for place in asked:
        country = place.split("-")[0]
        if country not in places:
            msg = (
                f"No law entry for jurisdiction {place!r}. Jurisdictions: {', '.join(places)}. "
                "Absence here is not absence in law: leave it out, and say so in the report."
            )
            raise InputError(msg)
        wanted |= dict.fromkeys((country, place))
    return list(wanted)


def _check(name: str, value: str | None, known: Iterable[str]) -> None:
    options = list(known)
    if value is None or value in options:
        return
    close = get_close_matches(value, options, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    msg = f"Law {name} {value!r} not found.{hint} Known: {', '.join(options)}."
    raise InputError(msg)


def _required(value: date | str) -> date:
    day = _day(value, "report_date")
    if day is None:
        msg = 'report_date is needed to tell the state of the law, such as "2026-11-23".'
        raise InputError(msg)
    return day


def _day(value: date | str | None, name: str) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        msg = f'{name} {value!r} is not a date. Write it as "2025-12-31".'
        raise InputError(msg) from None


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
    yield from _faults_of_words(row)


def _faults_of_words(row: Mapping[str, Any]) -> Iterator[str]:
    for key, known in (("applies_to", PRODUCTS), ("topics", TOPICS)):
        given = row.get(key, ["any", TOPICS[0]])
        if not isinstance(given, list) or not given:
            yield f"{key} has to be a list of words, found {given!r}"
            continue
        if key in row:
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


def _faults_between(found: Sequence[LawEntry]) -> list[str]:
    ids = [entry.id for entry in found]
    faults = [
        f"id {name!r} is used {ids.count(name)} times"
        for name in dict.fromkeys(ids)
        if ids.count(name) > 1
    ]
    by_id = {entry.id: entry for entry in found}
    for entry in found:
        if entry.replaced_by is None:
            continue
        later = by_id.get(entry.replaced_by)
        if later is None:
            faults.append(f"{entry.id}: replaced_by {entry.replaced_by!r} is not an entry")
        elif not (entry.applies_until and later.applies_from):
            faults.append(
                f"{entry.id}: replaced_by needs applies_until here and applies_from there"
            )
        elif later.applies_from <= entry.applies_until:
            faults.append(
                f"{entry.id}: still applies on {later.applies_from}, when its successor starts"
            )
    return faults


def _entry(row: Mapping[str, Any]) -> LawEntry:
    plain: dict[str, Any] = dict.fromkeys(_OPTIONAL[:3]) | {"note": ""} | dict(row)
    for key in (*_TEXTS, "note"):
        plain[key] = " ".join(plain[key].split())
    plain["applies_to"], plain["topics"] = tuple(plain["applies_to"]), tuple(plain["topics"])
    return LawEntry(**plain)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
