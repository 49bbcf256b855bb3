"""`Waiting`: from which day waiting counts, and what is known of clocks that run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from creditaudit.rulebooks.lists import ListEntries


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What is known of the time that rules of a book have run, and from when waiting counts.

    Attributes
    ----------
    day : date or str, optional
        From which waiting counts; the day of the scorer's version otherwise.
    starts : mapping of str to str
        Clock of the book ("entry", "decision", ...) to the column of the people with the day it
        started. ``published_on``, ``months_published``, ``act_ended_on`` and ``date`` are read
        where they are there. A clock of which nothing is known started between a whole term ago
        and today, so that waits have two ends.
    entries : ListEntries, optional
        From `rulebooks.list_entries`: the ends of standing entries.
    key : str, optional
        The column of the people with the entity of the entries; the labels of rows otherwise.
    """

    day: date | str | None = None
    starts: Mapping[str, str] = field(default_factory=dict)
    entries: ListEntries | None = None
    key: str | None = None
