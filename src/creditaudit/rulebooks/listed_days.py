"""Who is on a list on which days, by group, and who still holds a copy afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError, MissingColumn
from creditaudit.rulebooks.calendar_terms import NEVER, Days, term_after
from creditaudit.rulebooks.lists import ListEntries

MIN_CELL = 5
FAR = np.datetime64("9999-12-31", "D")


def listed_on(
    entries: ListEntries | pd.DataFrame, day: Any, *, entities: Any = None
) -> pd.Series | pd.DataFrame:
    """Return who is on the list on a day, or on each of many days.

    Parameters
    ----------
    entries : ListEntries or DataFrame
        From `list_entries`; a frame needs ``entity, entered, left``.
    day : day, or sequence of days
    entities : array-like, optional
        Whom to ask for, in this order; everybody who ever was on the list by default.

    Returns
    -------
    Series of bool, or DataFrame of bool of shape (n_entities, n_days)
        By entity. Listed from ``entered`` to the day before ``left``.

    Raises
    ------
    InputError
        If a day is none, or lies after the last day the entries were looked at.
    """
    frame = _frame_of(entries)
    single = isinstance(day, str | date | np.datetime64)
    days = _days([day] if single else day, entries)
    asked = pd.Index(frame["entity"].unique() if entities is None else entities, name="entity")
    unique, which = np.unique(np.asarray(asked, dtype=object), return_inverse=True)
    place = pd.Index(unique).get_indexer(frame["entity"])
    known = place >= 0
    # A step up where an entry begins and one down where it ends; the running sum is who is there.
    steps = np.zeros((len(unique), len(days) + 1), dtype=np.int32)
    order = np.argsort(days, kind="stable")
    for column, sign in (("entered", 1), ("left", -1)):
        at = np.searchsorted(days[order], _far(frame[column])[known])
        np.add.at(steps, (place[known], at), sign)
    there = np.empty((len(unique), len(days)), dtype=bool)
    there[:, order] = np.cumsum(steps[:, :-1], axis=1) > 0
    found = pd.DataFrame(there[which], index=asked, columns=pd.DatetimeIndex(days, name="day"))
    return found.iloc[:, 0].rename("listed") if single else found


def listed_counts(
    entries: ListEntries | pd.DataFrame,
    days: Any,
    *,
    people: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    key: str = "person_id",
    min_cell: int = MIN_CELL,
) -> pd.DataFrame:
    """Return how many people are on the list on each day, by group: the stock and the flows.

    Parameters
    ----------
    entries : ListEntries or DataFrame
    days : sequence of days
        Such as ``pd.date_range("2018-01-01", "2020-12-01", freq="MS")``.
    people : DataFrame
        Everybody who could be listed, one row each.
    by : str or sequence of str, optional
        Columns of ``people`` with groups, crossed with each other.
    key : str
        The column of ``people`` with the entity.
    min_cell : int
        A group of fewer people is not shown.

    Returns
    -------
    DataFrame
        The keys, ``day, measure, count, value`` (the share of the group), ``low, high`` (95 %,
        Wilson), ``n, note``. Measures: listed (on the day), mistaken (of them, those who would not
        be there without a mistaken finding), entered and left (since the day before it in
        ``days``; null for the first).

    Raises
    ------
    InputError
    MissingColumn
    """
    frame = _frame_of(entries)
    names = [by] if isinstance(by, str) else list(by or ())
    missing = [name for name in (key, *names) if name not in people.columns]
    if missing:
        raise MissingColumn.of(missing, people.columns, "Name columns of people= in by= and key=.")
    at = np.sort(_days(days, entries))
    group = np.zeros(len(people), dtype=np.int64)
    keys = pd.DataFrame(index=[0])
    if names:
        grouped = people.groupby(names, dropna=False, observed=True, sort=True)
        group = grouped.ngroup().to_numpy()
        keys = grouped.size().index.to_frame(index=False)
    size = np.bincount(group, minlength=len(keys))
    place = pd.Index(people[key]).get_indexer(frame["entity"])
    known = place >= 0
    own = group[place[known]]
    begin, end = (_far(frame[name])[known] for name in ("entered", "left"))
    wrong = frame["mistaken"].to_numpy(bool)[known] if "mistaken" in frame else np.zeros(0, bool)
    begun, ended = (_before(day, own, at, len(keys)) for day in (begin, end))
    measures = {"listed": begun - ended}
    if len(wrong) == len(own):
        parts = [_before(day[wrong], own[wrong], at, len(keys)) for day in (begin, end)]
        measures["mistaken"] = parts[0] - parts[1]
    for name, total in (("entered", begun), ("left", ended)):
        measures[name] = np.diff(total.astype(float), axis=1, prepend=np.nan)
    rows = [_rows(keys, at, name, count, size, min_cell) for name, count in measures.items()]
    found = pd.concat(rows, ignore_index=True)
    return found.sort_values([*names, "day"], kind="stable", ignore_index=True)


def copies_held(
    entries: ListEntries,
    *,
    copied_after: str | Mapping[str, str] = "0 days",
    recalled_after: str | Mapping[str, str | None] | None = None,
) -> pd.DataFrame:
    """Return who else holds a copy of each entry, and for how long after it is gone.

    Parameters
    ----------
    entries : ListEntries
    copied_after : str or mapping
        The term after which a holder has the copy; one for all, or by holder.
    recalled_after : str, mapping or None
        The term after which a holder deletes it once the entry is gone; None, the default, for
        never: the texts read so far call no copy back.

    Returns
    -------
    DataFrame
        ``entity, event_id, holder, held_from, held_to, days_after`` (days on which the copy
        outlasts the entry, until the last day looked at). The holders are those the book names.

    Raises
    ------
    InputError
        If the book names nobody who holds copies, or a holder is named that it does not name.

    Notes
    -----
    Both terms are assumptions, unless a text states them; what follows from them is a sweep. An
    entry that was gone before it was copied leaves no copy.
    """
    row = next(one for one in entries.book.contents.lists if one.id == entries.list)
    if not row.copies:
        msg = f"{entries.book.id!r} names nobody who holds copies of list {entries.list!r}."
        raise InputError(msg)
    for given in (copied_after, recalled_after):
        unknown = set(given) - set(row.copies) if isinstance(given, Mapping) else set()
        if unknown:
            msg = f"{sorted(unknown)} hold no copies by this book. It names {list(row.copies)}."
            raise InputError(msg)
    last = np.datetime64(entries.until) + np.timedelta64(1, "D")
    parts = []
    for holder in row.copies:
        late, called = (
            given.get(holder) if isinstance(given, Mapping) else given
            for given in (copied_after, recalled_after)
        )  # fmt: skip
        part = entries.frame[["entity", "event_id"]].assign(holder=holder)
        begin = term_after(_plain(entries.frame["entered"]), late or "0 days")
        left = _plain(entries.frame["left"])
        end = np.full(len(part), NEVER) if called is None else term_after(left, called)
        after = np.minimum(np.where(np.isnat(end), last, end), last) - np.maximum(left, begin)
        part["held_from"], part["held_to"] = begin, end
        part["days_after"] = np.where(np.isnat(left), 0, np.maximum(after.astype(np.int64), 0))
        parts.append(part[np.isnat(left) | (begin < left)])
    found = pd.concat(parts, ignore_index=True)
    for name in ("held_from", "held_to"):
        found[name] = found[name].astype("datetime64[s]")
    return found


def _frame_of(entries: ListEntries | pd.DataFrame) -> pd.DataFrame:
    frame = entries.frame if isinstance(entries, ListEntries) else entries
    missing = [name for name in ("entity", "entered", "left") if name not in frame.columns]
    if missing:
        raise MissingColumn.of(missing, frame.columns, "Pass what list_entries gives.")
    return frame


def _days(days: Iterable[Any], entries: ListEntries | pd.DataFrame) -> Days:
    try:
        found = np.asarray(pd.to_datetime(list(days))).astype("datetime64[D]")
    except (TypeError, ValueError) as error:
        msg = f"day={days!r} holds what is no day; write '2018-06-01'."
        raise InputError(msg) from error
    if isinstance(entries, ListEntries) and (found > np.datetime64(entries.until)).any():
        msg = (
            f"{found.max()} is after {entries.until}, the last day these entries were looked at. "
            "Make them again with a later until=."
        )
        raise InputError(msg)
    return found


def _plain(column: pd.Series) -> Days:
    return np.asarray(column.to_numpy()).astype("datetime64[D]")


def _far(column: pd.Series) -> Days:
    days = _plain(column)
    return np.where(np.isnat(days), FAR, days)


def _before(
    begin: Days, group: npt.NDArray[np.int64], days: Days, groups: int
) -> npt.NDArray[np.int64]:
    """Return how many lie on or before each day, by group; shape (n_groups, n_days)."""
    found = np.zeros((groups, len(days) + 1), dtype=np.int64)
    np.add.at(found, (group, np.searchsorted(days, begin)), 1)
    return np.cumsum(found[:, :-1], axis=1)


def _rows(
    keys: pd.DataFrame, days: Days, measure: str, count: npt.NDArray[Any],
    size: npt.NDArray[np.int64], least: int,
) -> pd.DataFrame:  # fmt: skip
    n = np.repeat(size, len(days)).astype(float)
    counts = count.astype(float).ravel()
    enough = n >= least
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(enough & (n > 0), counts / n, np.nan)
    # Somebody who was entered twice between two days counts twice in a flow.
    bounded = np.minimum(np.where(np.isnan(share), 0, share), 1)
    low, high = intervals.wilson(bounded, np.maximum(n, 1))
    frame = keys.loc[keys.index.repeat(len(days))].reset_index(drop=True)
    frame["day"] = np.tile(days.astype("datetime64[s]"), len(keys))
    frame["measure"] = measure
    frame["count"] = np.where(enough, counts, np.nan)
    frame["value"] = share
    frame["low"], frame["high"] = (np.where(np.isnan(share), np.nan, end) for end in (low, high))
    frame["n"] = n.astype(np.int64)
    frame["note"] = np.where(enough, "", f"Fewer than {least} people.")
    return frame
