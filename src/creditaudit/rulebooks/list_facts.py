"""An event log as facts that begin and end: what was found of whom on each day it changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.rulebooks.calendar_terms import NEVER, Days

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
NEEDED = ("entity", "agency", "event", "date")
# Which fact an event establishes, by what an entity is. A duty that is not performed is a state and
# ends with the act; that a duty was broken stays found.
FACTS: Mapping[str, Mapping[str, str]] = {
    "person": {
        "judgment": "effective_judgment",
        "judgment_unperformed": "judgment_unperformed",
        "asset_report_breach": "asset_report_breach",
        "spending_limit_breach": "spending_limit_breach",
    },
    "firm": {"judgment_unperformed": "firm_judgment_unperformed"},
}
STATES = ("judgment_unperformed", "firm_judgment_unperformed")
# Facts of which the number of kinds makes up conduct_kinds.
CONDUCT = (
    ("obstruction_found", "violence_or_threat"), ("hidden_assets",), ("asset_report_breach",),
    ("spending_limit_breach",), ("settlement_refused",),
)  # fmt: skip
KINDS = "conduct_kinds"
FUTURE = np.datetime64("9999-12-31", "D")


@dataclass(frozen=True, eq=False)
class Moments:
    """The days on which something changed, by entity and day.

    Attributes
    ----------
    entities : array of shape (n_entities,)
    first : int array of shape (n_entities + 1,)
        Where the moments of each entity begin.
    owner : int array of shape (n_moments,)
    day : datetime64 array of shape (n_moments,)
    facts : DataFrame of shape (n_moments, n_columns)
        What stands found on the day.
    mistaken : DataFrame
        For the facts of the log: they rest on mistaken findings alone.
    event : int array
        The row of the log of the last event of that day that established a fact; -1 for none.
    news, law, corrected, repaired : bool arrays
        A fact was found, the law changed, a mistake was corrected, an entry was repaired.
    entered, deleted, recalled : bool arrays
        By the log itself an entry was made, deleted, or corrected as mistaken.
    """

    entities: npt.NDArray[np.object_]
    first: Places
    owner: Places
    day: Days
    facts: pd.DataFrame
    mistaken: pd.DataFrame
    event: Places
    news: Flags
    law: Flags
    corrected: Flags
    repaired: Flags
    entered: Flags
    deleted: Flags
    recalled: Flags

    def __len__(self) -> int:
        return len(self.day)


def read_log(events: pd.DataFrame, agency: str) -> pd.DataFrame:
    """Return the log with days as days, in order of days, and the day of correction of each row.

    Raises
    ------
    MissingColumn
    InputError
        If a day is missing or is none.
    """
    missing = [name for name in NEEDED if name not in events.columns]
    if missing:
        fix = "An event log has entity, agency, event, date, and finding where it is known."
        raise MissingColumn.of(missing, events.columns, fix)
    log = pd.DataFrame({
        "row": np.arange(len(events)),
        "entity": events["entity"].to_numpy(),
        "agency": events["agency"].astype(str).to_numpy(),
        "event": events["event"].astype(str).to_numpy(),
        **{name: _days(events, name) for name in
           ("date", "act_ended_on", "published_on", "repair")},
    })  # fmt: skip
    if log["date"].isna().any():
        msg = f"{int(log['date'].isna().sum())} events have no date. Every finding has a day."
        raise InputError(msg)
    known = "finding" in events.columns
    log["mistaken"] = (events["finding"].astype(str) == "mistaken").to_numpy() if known else False
    log["id"] = events["event_id"].to_numpy() if "event_id" in events.columns else log["row"]
    log = log.sort_values(["date", "row"], kind="stable", ignore_index=True)
    log["corrected"] = _corrections(log, known=known)
    log["of_list"] = (log["agency"] == agency) | (agency == "")
    return log


def _days(events: pd.DataFrame, name: str) -> Days:
    if name not in events.columns:
        return np.full(len(events), NEVER)
    try:
        found: Days = pd.to_datetime(events[name]).to_numpy().astype("datetime64[D]")
    except (TypeError, ValueError) as error:
        msg = f"Column {name!r} of the log does not hold days. Convert it to dates."
        raise InputError(msg) from error
    return found


def _corrections(log: pd.DataFrame, *, known: bool) -> Days:
    """Return the day on which each finding was corrected.

    The n-th correction by an agency takes away the n-th finding of the entity by that agency that
    was mistaken; where mistakes are not known, the last finding before it.
    """
    found = np.full(len(log), NEVER)
    is_correction = (log["event"] == "correction").to_numpy()
    keys = ["entity", "agency"]
    corrections = log[is_correction]
    if not len(corrections):
        return found
    if known:
        wrong = log[log["mistaken"] & ~is_correction]
        left = wrong.assign(place=wrong.groupby(keys).cumcount())
        right = corrections.assign(place=corrections.groupby(keys).cumcount())
        met = left.merge(right[[*keys, "place", "date"]], on=[*keys, "place"], how="left")
        days = met["date_y"].to_numpy().astype("datetime64[D]")
        found[wrong.index] = np.where(days >= wrong["date"].to_numpy(), days, NEVER)
        return found
    earlier = log[~log["event"].isin(("correction", "repair", "delisting"))]
    earlier = earlier.assign(place=earlier.index)
    met = pd.merge_asof(corrections[["date", *keys]], earlier[["date", *keys, "place"]],
                        on="date", by=keys)  # fmt: skip
    hit = met["place"].notna()
    found[met.loc[hit, "place"].astype(int)] = met.loc[hit, "date"].to_numpy()
    return found


def moments_of(
    log: pd.DataFrame,
    facts: Mapping[str, str],
    columns: Iterable[str],
    people: pd.DataFrame | None,
    key: str,
    changes: Sequence[np.datetime64] = (),
    *,
    told: bool = True,
) -> Moments:
    """Return what stands found on each day on which it changed.

    Parameters
    ----------
    log : DataFrame
        From `read_log`.
    facts : mapping
        Event -> the column it makes true.
    columns : iterable of str
        What conditions read: facts, and columns of ``people``.
    people : DataFrame, optional
        Facts that no event dates, one row an entity; they stand from the beginning.
    key : str
        The column of ``people`` with the entity.
    changes : sequence of days
        Days on which the law itself changed: they are moments of everybody found before.
    told : bool
        Whether the log tells all findings, so that what it has not is not; else it is missing.
    """
    rows = log[log["event"].isin([*facts, "listing", "delisting", "repair"])]
    codes, entities = pd.factorize(rows["entity"], sort=True)
    state = rows["event"].map(facts).isin(STATES)
    ended = pd.concat([rows["corrected"], rows["act_ended_on"].where(state)], axis=1).min(axis=1)
    days = {"begin": rows["date"], "end": ended, "corrected": rows["corrected"],
            "repair": rows["repair"]}  # fmt: skip
    parts = [_marks(rows, codes, kind, day) for kind, day in days.items()]
    first = np.full(len(entities), FUTURE)
    np.minimum.at(first, codes, rows["date"].to_numpy().astype("datetime64[D]"))
    for change in changes:
        who = np.flatnonzero(first < change)
        blank = {"who": who, "day": change, "row": -1, "event": "", "mistaken": False,
                 "of_list": False, "kind": "law"}  # fmt: skip
        parts.append(pd.DataFrame(blank))
    marks = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    marks = marks.sort_values(["who", "day", "row"], kind="stable", ignore_index=True)
    moments = _summed(marks, entities, facts, told=told)
    beside = _beside(moments.facts, entities[moments.owner], list(columns), people, key)
    return replace(moments, facts=beside)


def _marks(rows: pd.DataFrame, codes: Places, kind: str, day: pd.Series) -> pd.DataFrame:
    """Return one kind of mark of each row that has its day; nothing ends before it begins."""
    kept = (day.notna() & (day >= rows["date"])).to_numpy()
    days = day.to_numpy().astype("datetime64[D]")[kept]
    part = rows.loc[kept, ["row", "event", "mistaken", "of_list"]]
    return part.assign(who=codes[kept], day=days, kind=kind)


def _summed(
    marks: pd.DataFrame, entities: npt.NDArray[np.object_], facts: Mapping[str, str], *, told: bool
) -> Moments:  # fmt: skip
    pairs = marks[["who", "day"]]
    new = (pairs != pairs.shift()).any(axis=1).to_numpy()
    place = np.cumsum(new) - 1
    owner = marks["who"].to_numpy(np.int64)[new]
    first = np.searchsorted(owner, np.arange(len(entities) + 1))
    size = int(new.sum())

    def flagged(which: pd.Series) -> Flags:
        found = np.zeros(size, dtype=bool)
        found[place[which.to_numpy(bool)]] = True
        return found

    kind, fact = marks["kind"], marks["event"].map(facts)
    begins, of_list = kind == "begin", marks["of_list"].astype(bool)
    steps = begins.astype(int) - (kind == "end").astype(int)
    wrong = marks["mistaken"].astype(bool)
    standing, wrongly = {}, {}
    for column in sorted(set(facts.values())):
        own = steps.where(fact == column, 0)
        everything = _running(own, place, owner, first, size)
        begun = _running(own.where(begins, 0), place, owner, first, size)
        standing[column] = pd.array(everything > 0, dtype="boolean")
        standing[column][(begun == 0) & (not told)] = pd.NA
        mistaken = _running(own.where(wrong, 0), place, owner, first, size)
        wrongly[column] = (everything > 0) & (mistaken == everything)
    event = np.full(size, -1, dtype=np.int64)
    telling = (begins & (fact.notna() | (marks["event"] == "listing"))).to_numpy()
    event[place[telling]] = marks["row"].to_numpy(np.int64)[telling]
    repaired = (kind == "repair") | (begins & (marks["event"] == "repair"))
    return Moments(
        entities=np.asarray(entities, dtype=object), first=first, owner=owner,
        day=marks["day"].to_numpy().astype("datetime64[D]")[new],
        facts=pd.DataFrame(standing),
        mistaken=pd.DataFrame(wrongly), event=event,
        news=flagged(begins & fact.notna()),
        law=flagged(kind == "law"),
        corrected=flagged(kind == "corrected"),
        repaired=flagged(repaired & of_list),
        entered=flagged(begins & of_list & (marks["event"] == "listing")),
        deleted=flagged(begins & of_list & (marks["event"] == "delisting")),
        recalled=flagged((kind == "corrected") & of_list & (marks["event"] == "listing")),
    )  # fmt: skip


def _running(
    steps: pd.Series, place: Places, owner: Places, first: Places, size: int
) -> npt.NDArray[np.int64]:
    """Return the running sum of steps at each moment, from 0 for each entity."""
    total = np.cumsum(np.bincount(place, weights=steps, minlength=size).astype(np.int64))
    before = np.concatenate([[0], total])[first[:-1]]
    return np.asarray(total - before[owner])


def _beside(
    standing: pd.DataFrame, owner: npt.NDArray[np.object_], columns: Sequence[str],
    people: pd.DataFrame | None, key: str,
) -> pd.DataFrame:  # fmt: skip
    """Return the facts of the log with those of people, and how many kinds of conduct there are."""
    found = standing
    wanted = {*columns, *(name for group in CONDUCT for name in group)} - set(found)
    if people is not None:
        if key not in people.columns:
            raise MissingColumn.of([key], people.columns, "It holds the entities of the log.")
        if people[key].duplicated().any():
            msg = f"people= has several rows for one {key}; it needs one row an entity."
            raise InputError(msg)
        own = people.set_index(key)[[name for name in people.columns if name in wanted]]
        found = found.join(own.reindex(owner).reset_index(drop=True))
    for name in columns:
        if name not in found and name != KINDS:
            found[name] = pd.Series([None] * len(found), dtype=object)
    if KINDS in columns and KINDS not in found:
        known = [[name for name in group if name in found] for group in CONDUCT]
        kinds = [found[names].astype("Float64").fillna(0).gt(0).any(axis=1) for names in known]
        found[KINDS] = np.sum(kinds, axis=0).astype(float)
    return found
