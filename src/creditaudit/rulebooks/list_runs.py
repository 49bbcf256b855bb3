"""Who is on a list from when to when, and why it ended: the rounds over all entities at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from creditaudit.rulebooks.calendar_terms import NEVER, Days
from creditaudit.rulebooks.list_facts import Moments
from creditaudit.rulebooks.list_texts import FAR, ListText

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
EXPIRED, CORRECTED, DELETED = "expired", "corrected", "deleted"


@dataclass(frozen=True, eq=False)
class Truths:
    """What holds at each moment.

    Attributes
    ----------
    enters : bool array of shape (n_moments,)
        An entry can be made.
    fires : bool array of shape (n_moments, n_rules)
    exits : bool array of shape (n_moments, n_exits)
        The grounds of `ListText.exits`.
    longer, gone, deleted : bool array of shape (n_moments,)
        The term is made longer; the entry rests on nothing any more, because it was corrected; the
        log says that it was deleted.
    """

    enters: Flags
    fires: Flags
    exits: Flags
    longer: Flags
    gone: Flags
    deleted: Flags


@dataclass(eq=False)
class Runs:
    """Entries of a list; the arrays run over entries.

    Attributes
    ----------
    moment : int array
        The moment at which each was made.
    end, extended, left : datetime64 arrays
        End of the term, end of the extended term, first day no longer on the list; NaT for none.
    reason : array of str
    """

    moment: Places
    end: Days
    extended: Days
    left: Days
    reason: npt.NDArray[np.object_]


def run_list(
    text: ListText, moments: Moments, truths: Truths, log: Mapping[str, Any], holidays: Any
) -> Runs:
    """Return the entries of everybody, in rounds: the first of each entity, then the next.

    While an entity is on the list a further finding makes no entry of its own; it may make the term
    longer.

    Parameters
    ----------
    log : mapping
        ``published_on, act_ended_on`` by row of the log, for clocks that do not start with entry.
    """
    found: list[Runs] = []
    starts = np.flatnonzero(truths.enters)
    position, last = moments.first[:-1], moments.first[1:]
    while True:
        # The next moment at which each entity that is off the list can be entered.
        at = np.append(starts, len(moments))[np.searchsorted(starts, position)]
        who = np.flatnonzero(at < last)
        if not len(who):
            return _joined(found)
        runs = _entered(text, moments, truths, at[who], log, holidays)
        found.append(runs)
        position = last.copy()
        over = ~np.isnat(runs.left)
        position[who[over]] = moments_from(moments, at[who][over], runs.left[over], later=True)


def moments_from(moments: Moments, since: Places, day: Days, *, later: bool = False) -> Places:
    """Return the first moment of the same entity on or after a day, or the end of its moments.

    With ``later``, none but one after ``since``.
    """
    key = _key(moments.owner, moments.day)
    found = np.searchsorted(key, _key(moments.owner[since], day))
    return np.maximum(found, since + 1) if later else found


def _key(owner: Places, day: Days) -> Places:
    return owner * np.int64(4_000_000) + day.astype(np.int64) + np.int64(1_000_000)


def _entered(
    text: ListText, moments: Moments, truths: Truths, moment: Places, log: Mapping[str, Any],
    holidays: Any,
) -> Runs:  # fmt: skip
    day = moments.day[moment]
    since = clocks(text, moments, moment, log)
    fired = truths.fires[moment]
    end = text.ends(fired, since, holidays)
    last = moments.first[1:][moments.owner[moment]]
    extended = np.full(len(moment), NEVER)
    if text.extension is not None and truths.longer.any():
        told = _next(truths.longer, moment, last)
        hit = (told < last) & ~np.isnat(end)
        hit[hit] = moments.day[told[hit]] < end[hit]
        extended[hit] = text.longer_by(end[hit], holidays)
    ways: list[tuple[str, Days]] = []
    ways.append((CORRECTED, _day_of(moments, _next(truths.gone, moment, last), last)))
    ways.append((DELETED, _day_of(moments, _next(truths.deleted, moment, last), last)))
    first_out = _first_out(text, fired, since)
    for place, (way, _) in enumerate(text.exits):
        stands = truths.exits[:, place]
        ground = _ground(moments, stands, moment, last, first_out if way.early else day)
        ways.append((way.id, text.gone(way, ground, holidays)))
    if text.early is not None:
        ground = _day_of(moments, _next(moments.repaired, moment, last), last)
        ground = np.where(np.isnat(ground), NEVER, np.maximum(ground, first_out))
        ways.append((text.early.id, text.gone(text.early, ground, holidays)))
    ways.append((EXPIRED, np.where(np.isnat(extended), end, extended)))
    left, reason = _earliest(ways)
    return Runs(moment, end, extended, left, reason)


def clocks(
    text: ListText, moments: Moments, moment: Places, log: Mapping[str, Any]
) -> dict[str, Days]:
    """Return for each clock the day on which it starts for each entry; NaT for not yet.

    What the log does not know (decision, service, settlement) is taken to be the day of entry.
    """
    day, row = moments.day[moment], moments.event[moment]
    told = {
        name: np.where(row >= 0, log[name][row], NEVER) for name in ("published_on", "act_ended_on")
    }
    publication = np.where(np.isnat(told["published_on"]), day, told["published_on"])
    entry = ("entry", "decision", "finding", "settlement", "service", "unstated")
    return {
        **dict.fromkeys(entry, day), "publication": publication,
        "end_of_act": told["act_ended_on"],
    }  # fmt: skip


def _first_out(text: ListText, fired: Flags, since: Mapping[str, Days]) -> Days:
    """Return the first day on which each entry may end early: the latest of its rules'."""
    rules = [*text.rules, None]
    days = []
    for rule in rules:
        kept = text.retention(rule)
        days.append(text.first_way_out(rule, since[kept.clock if kept else "entry"]))
    stands = np.column_stack([fired, ~fired.any(axis=1)])
    table = np.where(stands, np.column_stack(days), np.datetime64("0001-01-01", "D"))
    found = table.max(axis=1)
    return np.where(np.isnat(found), FAR, found)


def _next(stands: Flags, since: Places, last: Places) -> Places:
    """Return the first moment from each on at which something stands; ``last`` for none."""
    where = np.flatnonzero(stands)
    at = np.searchsorted(where, since)
    found = np.append(where, len(stands))[at]
    return np.asarray(np.minimum(found, last))


def _day_of(moments: Moments, found: Places, last: Places) -> Days:
    days = np.append(moments.day, NEVER)
    return np.where(found < last, days[np.minimum(found, len(moments))], NEVER)


def _ground(moments: Moments, stands: Flags, since: Places, last: Places, earliest: Days) -> Days:
    """Return the day on which a ground stands, but none before ``earliest``."""
    then = moments_from(moments, since, earliest + np.timedelta64(1, "D"))
    at = np.maximum(np.minimum(then, last) - 1, since)
    already = np.append(stands, False)[at]
    later = _day_of(moments, _next(stands, at, last), last)
    return np.where(already, np.maximum(earliest, moments.day[since]), later)


def _earliest(ways: Sequence[tuple[str, Days]]) -> tuple[Days, npt.NDArray[np.object_]]:
    days = np.column_stack([np.where(np.isnat(day), FAR, day) for _, day in ways])
    which = days.argmin(axis=1)
    left = days[np.arange(len(days)), which]
    reason = np.array([name for name, _ in ways], dtype=object)[which]
    open_ = left == FAR
    return np.where(open_, NEVER, left), np.where(open_, "", reason)


def _joined(found: Sequence[Runs]) -> Runs:
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        days = np.zeros(0, dtype="datetime64[D]")
        return Runs(nothing, days, days, days, np.zeros(0, dtype=object))
    names = ("moment", "end", "extended", "left", "reason")
    joined = [np.concatenate([getattr(runs, name) for runs in found]) for name in names]
    return Runs(*joined)
