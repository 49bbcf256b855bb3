"""Which law entries speak to a question, at the decision date and at the report date."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from difflib import get_close_matches

from creditaudit.errors import InputError
from creditaudit.law.entries import PRODUCTS, TOPICS, LawEntry, load_entries

NOT_ADVICE = "Nothing here is legal advice."
FOUR_FIFTHS = "us_four_fifths"


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
            notes.append(
                f"Decisions from {other.applies_from} on fall under a later text ({other.id}). "
                f"It can support: {other.support_clause()} It cannot support: "
                f"{other.cannot_support[0].lower()}{other.cannot_support[1:]}"
            )
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
