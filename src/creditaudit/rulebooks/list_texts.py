"""What a book says of one list: who enters, for how long, what makes it longer, what ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.calendar_terms import NEVER, Days, term_after
from creditaudit.rulebooks.columns import known_columns
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.readers import Readings
from creditaudit.rulebooks.rule_conditions import book_scope
from creditaudit.rulebooks.rule_records import Exit, Extension, ListEntry, Retention, Rule
from creditaudit.rulebooks.versions import chosen_day, parameter_values

# Columns that a list writes itself: how long somebody is on it follows from the entries.
CLOCKS = ("months_listed", "listed_on", "delisted_on", "listed_court", "register_entry_months",
          "abnormal_months", "serious_months", "firm_listed_court", "abnormal_list",
          "serious_list")  # fmt: skip
SHOWN = "months_published"
FAR = np.datetime64("9999-12-31", "D")
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ListText:
    """What a book says of a list, under a reading.

    Attributes
    ----------
    row : ListEntry
    rules : tuple of Rule
        The rules that enter it, of all versions.
    subject : str
        What an entity is: person, firm or event.
    reading : str or None
    exits : tuple of (Exit, Condition)
        Ways off the list whose ground can be seen in the facts.
    longer : Condition or None
        When the term is extended.
    """

    book: Rulebook
    row: ListEntry
    rules: tuple[Rule, ...]
    subject: str
    reading: str | None
    exits: tuple[tuple[Exit, Condition], ...]
    longer: Condition | None

    @property
    def early(self) -> Exit | None:
        """The way off before the term is over that rests on a decision in the single case."""
        return next((one for one in self.row.exits if one.early and one.when is None), None)

    @property
    def public(self) -> bool:
        """Whether entries are made public, wholly or in part."""
        return self.row.public in ("yes", "partly")

    @property
    def extension(self) -> Extension | None:
        """By how much a term is made longer."""
        return self.row.retention.extension if self.row.retention else None

    def retention(self, rule: Rule | None) -> Retention | None:
        """Return how long an entry stays that a rule made; what the list says where it does not."""
        own = rule.retention if rule is not None else None
        return own or self.row.retention

    def length(self, rule: Rule | None) -> str | None:
        """Return the term of an entry that a rule made; None for one that has none."""
        kept = self.retention(rule)
        if kept is None or kept.open:
            return None
        if kept.term is not None:
            return kept.term
        # With a way out before the end the shorter term is the first day for it.
        shorter = self.reading == "mild" and not any(one.early for one in self.row.exits)
        return kept.min if shorter else kept.max

    def first_way_out(self, rule: Rule | None, since: Days) -> Days:
        """Return the first day on which an entry may end early."""
        kept = self.retention(rule)
        return since if kept is None or kept.min is None else term_after(since, kept.min)

    def ends(self, fired: Flags, since: Mapping[str, Days], holidays: object) -> Days:
        """Return the end of the term of each entry, before it is made longer; NaT if it has none.

        Parameters
        ----------
        fired : bool array of shape (n_entries, n_rules)
            The rules each entry rests on; none where the log alone says that it was made.
        since : mapping
            Clock -> the day on which it starts for each entry.
        holidays : array-like of days
        """
        ends = [self._end(rule, since, holidays) for rule in (*self.rules, None)]
        stands = np.column_stack([fired, ~fired.any(axis=1)])
        # An entry without a term outlasts all others.
        days = np.column_stack([np.where(np.isnat(one), FAR, one) for one in ends])
        if self.reading == "mild":
            found = np.where(stands, days, FAR).min(axis=1)
        else:
            found = np.where(stands, days, np.datetime64("0001-01-01", "D")).max(axis=1)
        return np.where(found == FAR, NEVER, found)

    def _end(self, rule: Rule | None, since: Mapping[str, Days], holidays: object) -> Days:
        kept, length = self.retention(rule), self.length(rule)
        start = since[kept.clock if kept else "entry"]
        if length is None:
            return np.full(start.shape, NEVER)
        return term_after(start, length, holidays=holidays)

    def longer_by(self, ends: Days, holidays: object) -> Days:
        """Return the ends of terms that are made longer."""
        assert self.extension is not None
        by = self.extension.min if self.reading == "mild" else self.extension.max
        return term_after(ends, by, holidays=holidays)

    def gone(self, way: Exit, ground: Days, holidays: object) -> Days:
        """Return the day on which an entry is gone, given the day on which its ground arose."""
        if way.within is None or self.reading == "mild":
            return ground
        return term_after(ground, way.within, holidays=holidays)


def read_list(
    book: Rulebook, name: str | None, reading: str | None, subject: str | None,
    as_of: date | str | None,
) -> ListText:  # fmt: skip
    """Return what a book says of one of its lists.

    Raises
    ------
    InputError
        If the book has no such list or several, nothing of the subject enters it, its text leaves
        room and no reading is given, or a condition reads the day of assessment.
    """
    row = _row(book, name)
    entering = [rule for rule in book.rules if rule.list == row.id]
    subjects = {book.conditions[rule.id].subject for rule in entering}
    if subject is None and len(subjects) == 1:
        subject = next(iter(subjects))
    rules = tuple(rule for rule in entering if book.conditions[rule.id].subject == subject)
    if not rules:
        told = ", ".join(sorted(subjects)) or "nobody: it has no rule with this list"
        msg = f"List {row.id!r} of {book.id!r} is entered by {told}. Pass subject=one of these."
        raise InputError(msg)
    left_open = open_parts(row, rules)
    if reading is None and left_open:
        msg = (
            f"List {row.id!r} of {book.id!r} leaves room ({'; '.join(left_open)}). Pass "
            "reading='mild' or reading='strict', or both in turn; there is no middle."
        )
        raise InputError(msg)
    text = _Conditions(book, reading, chosen_day(book.contents, as_of))
    exits = [
        (way, text.read(way.when)) for way in row.exits
        if way.when is not None and not (way.early and reading == "strict")
    ]  # fmt: skip
    longer = row.retention.extension if row.retention else None
    when = text.read(longer.when) if longer and longer.when is not None else None
    # A way out that asks how long the entry is there says what the term says.
    grounds = tuple((way, told) for way, told in exits if not set(told.columns) & {*CLOCKS, SHOWN})
    return ListText(book, row, rules, str(subject), reading, grounds, when)


def open_parts(row: ListEntry, rules: tuple[Rule, ...]) -> tuple[str, ...]:
    """Return in words what the text of a list leaves open: terms, how soon, whether at all."""
    found = []
    kept = [rule.retention or row.retention for rule in rules]
    lengths = {(k.term, k.min, k.max, k.open) for k in kept if k is not None}
    if len(rules) > 1 and len(lengths) > 1:
        found.append("rules with different terms can hold at once")
    early = [way for way in row.exits if way.early]
    if not early and any(k.term is None and k.min != k.max for k in kept if k is not None):
        found.append("a term from one length to another")
    longer = row.retention.extension if row.retention else None
    if longer is not None and longer.min != longer.max:
        found.append(f"an extension of {longer.min} to {longer.max}")
    within = sorted({way.within for way in row.exits if way.within is not None})
    found += [f"an exit within {term}" for term in within]
    found += [f"exit {way.id!r} is allowed, not ordered" for way in early if way.when is not None]
    return tuple(found)


def _row(book: Rulebook, name: str | None) -> ListEntry:
    rows = {row.id: row for row in book.contents.lists}
    if name is None and len(rows) == 1:
        return next(iter(rows.values()))
    if name in rows:
        return rows[name]
    known = ", ".join(map(repr, rows)) or "none"
    msg = f"list={name!r}: {book.id!r} has the lists {known}. Name one of them."
    raise InputError(msg)


class _Conditions:
    """Reads the conditions that stand beside the rules."""

    def __init__(self, book: Rulebook, reading: str | None, day: date) -> None:
        contents = book.contents
        self.scope = book_scope(contents, known_columns(contents))
        self.values = parameter_values(contents, day, reading)
        self.reading = reading
        self.book = book

    def read(self, text: Readings) -> Condition:
        found = Condition.parse(str(text.of(self.reading)), self.scope)
        if "as_of" in found.parameters:
            msg = (
                f"A condition of a list of {self.book.id!r} reads the day of the assessment, which "
                "has no meaning over time. Leave $as_of out of it."
            )
            raise InputError(msg)
        return found.at(self.values)
