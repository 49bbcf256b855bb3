"""Who is on a list from when to when: the text of a book applied to a log of what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.dated_rules import EACH_DAY, Versions, versions_of
from creditaudit.rulebooks.list_ages import run_ages
from creditaudit.rulebooks.list_facts import FACTS, KINDS, Moments, moments_of, read_log
from creditaudit.rulebooks.list_frames import entries_of, laid_out, with_abilities
from creditaudit.rulebooks.list_runs import Truths, run_list
from creditaudit.rulebooks.list_texts import CLOCKS, ListText, read_list
from creditaudit.rulebooks.readers import read_day
from creditaudit.rulebooks.shapes import Unreadable
from creditaudit.rulebooks.table_steps import true_conditions

Flags = npt.NDArray[np.bool_]
Made = Literal["rules", "listing"]
COLUMNS = (
    "entity", "list", "agency", "rule", "rules", "event_id", "entered", "term_end", "extended_to",
    "left", "reason_left", "published_from", "published_to", "mistaken", "further",
    "ability_found", "ability_true",
)  # fmt: skip
DAYS = ("entered", "term_end", "extended_to", "left", "published_from", "published_to")
ABILITY = {
    "person": ("ability_found", "ability_true"),
    "firm": ("firm_ability_found", "ability_true"),
}
KNOWN_CLOCKS = ("entry", "publication", "end_of_act")


@dataclass(frozen=True, eq=False)
class ListEntries:
    """Entries of one list.

    Attributes
    ----------
    frame : DataFrame of shape (n_entries, 17)
        ``entity, list, agency, rule`` (the first the entry rests on), ``rules`` (all of them, with
        commas), ``event_id`` (the finding that made it), ``entered, term_end, extended_to, left``
        (the first day it is gone), ``reason_left, published_from, published_to, mistaken`` (it
        would not be there without a mistaken finding), ``further`` (findings while it lasted),
        ``ability_found`` (what was found), ``ability_true`` (what is true, where it is known). A
        day that is not there is null: no term, not extended, still on the list, not public.
    book : Rulebook
    list : str
    until : date
        The last day looked at.
    as_of : date or "each_day"
        The version applied.
    reading : str or None
    notes : tuple of str
        What was assumed, and what nobody told.
    """

    frame: pd.DataFrame
    book: Rulebook
    list: str
    until: date
    as_of: date | str
    reading: str | None
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        still = int(self.frame["left"].isna().sum())
        reading = f", {self.reading} reading" if self.reading else ""
        return (
            f"<ListEntries {self.list} of {self.book.id}: {len(self.frame):,} until {self.until}, "
            f"{still:,} still there{reading}>"
        )

    def _repr_html_(self) -> str:
        return str(self.frame.head(50).to_html(index=False, na_rep=""))


def list_entries(
    book: Rulebook | str,
    events: pd.DataFrame,
    *,
    list: str | None = None,  # noqa: A002
    until: date | str | None = None,
    people: pd.DataFrame | None = None,
    key: str | None = None,
    as_of: date | str | None = None,
    reading: str | None = None,
    subject: str | None = None,
    made: Made = "rules",
    facts: Mapping[str, str] | None = None,
    holidays: Any = (),
) -> ListEntries:
    """Return who was entered in a list when and why, for how long, and when and why it ended.

    Parameters
    ----------
    book : Rulebook or str
    events : DataFrame
        The event log: ``entity, agency, event, date``, and where they are known ``event_id,
        finding`` ("true" or "mistaken"), ``act_ended_on`` (of a duty not performed: when it was
        performed), ``repair``, ``published_on`` and ``entity_kind``, as in the vocabulary. Columns
        that a book about events reads, such as ``severity``, are taken from here.
    list : str, optional
        The id of the list; needed where the book has several.
    until : date or str, optional
        The last day to look at; the last date of the log by default.
    people : DataFrame, optional
        Facts that no event dates, such as ``ability_found``; they stand from the beginning. What
        neither the log nor this table has is missing.
    key : str, optional
        The column of ``people`` with the entity; ``person_id`` or ``firm_id`` by default.
    as_of : date, str or "each_day", optional
        The version of the text that is applied on all days: the last one in force by default. With
        "each_day" the one of the day; while the book is not in force nobody is entered.
    reading : {"mild", "strict"}, optional
        Needed where the list leaves room. Mild: the shortest term and extension, gone at once, and
        an exit that is allowed is granted. Strict: the longest ones, gone on the last day allowed,
        and not granted. There is no middle.
    subject : {"person", "firm", "event"}, optional
        What is entered; needed where rules of the list are about several.
    made : {"rules", "listing"}
        How entries come about: a finding makes a rule of the list fire, or the log says so by the
        events "listing" and "delisting" of the list's agency.
    facts : mapping, optional
        Event -> column that it makes true, beside `creditaudit.rulebooks.list_facts.FACTS`.
    holidays : array-like of days, optional
        No working days, beside Saturdays and Sundays.

    Returns
    -------
    ListEntries

    Raises
    ------
    InputError
        If the list, the reading, the version or the log cannot be used.
    MissingColumn

    Notes
    -----
    An entity has one entry at a time. It is made on the day of a finding on which a rule fires and
    no ground of exit stands; what was found earlier and still stands makes none anew. It ends on
    the first of: the end of its term (longer where the text says so), an exit, a repair where the
    list may end early, the correction of what it rests on. Somebody is on the list from ``entered``
    to the day before ``left``. Where rules with different terms hold at once, mild takes the
    shortest and strict the longest. A clock that the log does not know starts with the entry.

    In a book about events, every row of the log is an entry of its own, and stays while a rule of
    the list fires at its age in whole months.

    What was found is not what is true: ``ability_found`` and ``ability_true`` are carried apart and
    never taken for one another.
    """
    book = Rulebook.load(book) if isinstance(book, str) else book
    if made not in ("rules", "listing"):
        msg = f"made={made!r} must be 'rules' or 'listing'."
        raise InputError(msg)
    text = read_list(book, list, reading, subject, as_of if as_of != EACH_DAY else None)
    versions = versions_of(book, as_of, reading, text.subject)
    log = read_log(events, text.row.agency)
    last = _last_day(until, log)
    kept = (log["date"] <= pd.Timestamp(last)).to_numpy()
    if "entity_kind" in events.columns and text.subject != "event":
        kept = kept & (events["entity_kind"].astype(str) == text.subject).to_numpy()[log["row"]]
    log = log[kept].reset_index(drop=True)
    by_row = _by_row(log, len(events))
    notes: tuple[str, ...] = ()
    if text.subject == "event":
        entries = run_ages(text, events, log, versions, np.datetime64(last))
        entries["further"] = 0
        entries["mistaken"] = by_row["mistaken"][entries["row"]]
        entries["entity"] = events["entity"].to_numpy()[entries["row"]]
    else:
        given = {**FACTS[text.subject], **(facts or {})}
        columns = _columns_read(text, versions)
        lacking = {*columns} - {*given.values(), KINDS, *(() if people is None else people.columns)}
        notes = _notes(text, lacking, made)
        key = key or f"{text.subject}_id"
        starts = [day for day in versions.starts if day <= np.datetime64(last)]
        changes = starts if as_of == EACH_DAY and made == "rules" else []
        told = made == "rules"
        moments = moments_of(log, given, columns, people, key, changes, told=told)
        truths = _truths(text, moments, versions, made)
        runs = run_list(text, moments, truths, by_row, holidays)
        entries = entries_of(text, moments, truths, runs, by_row)
        entries = with_abilities(entries, people, key, text.subject)
    frame = laid_out(text, entries, by_row, last)
    applied = EACH_DAY if as_of == EACH_DAY else versions.day
    return ListEntries(frame, book, text.row.id, last, applied, reading, notes)


def _last_day(until: date | str | None, log: pd.DataFrame) -> date:
    if until is None:
        if not len(log):
            msg = "The log has no events; pass until= with the last day to look at."
            raise InputError(msg)
        last: date = log["date"].max().date()
        return last
    try:
        return read_day(date.fromisoformat(until) if isinstance(until, str) else until)
    except (ValueError, Unreadable) as error:
        msg = f'until={until!r} is no day; write "2018-06-01".'
        raise InputError(msg) from error


def _by_row(log: pd.DataFrame, rows: int) -> dict[str, Any]:
    """Return columns of the log by the row of the table that was given."""
    found = {}
    for name in ("id", "mistaken", "published_on", "act_ended_on"):
        column = log[name].to_numpy()
        if column.dtype.kind == "M":
            column = column.astype("datetime64[D]")
        found[name] = np.empty(rows, dtype=column.dtype)
        found[name][log["row"].to_numpy()] = column
    return found


def _columns_read(text: ListText, versions: Versions) -> list[str]:
    conditions = [condition for _, condition in text.exits]
    conditions += [text.longer] if text.longer is not None else []
    found = dict.fromkeys(versions.rule_columns([rule.id for rule in text.rules]))
    found |= dict.fromkeys(name for one in conditions for name in one.columns)
    written = sorted(set(found) & set(CLOCKS))
    if written:
        msg = (
            f"A rule of list {text.row.id!r} reads {written[0]!r}, which the list itself writes. "
            "Such a rule has no meaning over time."
        )
        raise InputError(msg)
    return [*found]


def _notes(text: ListText, lacking: set[str], made: Made) -> tuple[str, ...]:
    said = []
    if lacking and made == "rules":
        said.append(
            f"Neither the log nor people= has {', '.join(sorted(lacking))}: read as missing."
        )
    kept = [text.retention(rule) for rule in (*text.rules, None)]
    unknown = sorted({one.clock for one in kept if one is not None} - {*KNOWN_CLOCKS})
    if unknown:
        said.append(f"Clocks taken to start with the entry: {', '.join(unknown)}.")
    if None in kept[: len(text.rules)]:
        said.append("The text states no term for some rules: their entries have none.")
    return tuple(said)


def _truths(text: ListText, moments: Moments, versions: Versions, made: Made) -> Truths:
    ids = [rule.id for rule in text.rules]
    conditions = [condition for _, condition in text.exits]
    conditions += [text.longer] if text.longer is not None else []
    beside = true_conditions(conditions, moments.facts)
    exits = beside[:, : len(text.exits)]
    longer = beside[:, -1] if text.longer is not None else np.zeros(len(moments), dtype=bool)
    if made == "listing":
        nothing = np.zeros((len(moments), len(ids)), dtype=bool)
        return Truths(moments.entered, nothing, exits, longer, moments.recalled, moments.deleted)
    fires = versions.fires(ids, moments.day, moments.facts)
    any_fires: Flags = np.asarray(fires.any(axis=1))
    # A new text is news for whom the one before it did not reach.
    before = np.append(False, any_fires[:-1])
    before[moments.first[:-1]] = False
    news = moments.news | (moments.law & ~before)
    enters = any_fires & news & ~exits.any(axis=1)
    gone = moments.corrected & ~any_fires
    return Truths(enters, fires, exits, longer, gone, np.zeros(len(moments), dtype=bool))
