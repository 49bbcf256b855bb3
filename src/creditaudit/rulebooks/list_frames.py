"""Entries of a list as a frame."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.rulebooks.calendar_terms import NEVER
from creditaudit.rulebooks.list_facts import Moments
from creditaudit.rulebooks.list_runs import Runs, Truths, clocks
from creditaudit.rulebooks.list_texts import FAR, ListText

COLUMNS = (
    "entity", "list", "agency", "rule", "rules", "event_id", "entered", "term_end", "extended_to",
    "left", "reason_left", "published_from", "published_to", "mistaken", "further",
    "ability_found", "ability_true",
)  # fmt: skip
DAYS = ("entered", "term_end", "extended_to", "left", "published_from", "published_to")
ABILITIES = {
    "person": ("ability_found", "ability_true"),
    "firm": ("firm_ability_found", "ability_true"),
}


def entries_of(
    text: ListText, moments: Moments, truths: Truths, runs: Runs, by_row: Mapping[str, Any]
) -> pd.DataFrame:
    """Return one row an entry, as the text and the log give it."""
    at = runs.moment
    row, day, fired = moments.event[at], moments.day[at], truths.fires[at]
    ids = np.array([rule.id for rule in text.rules], dtype=object)
    wrong = (row >= 0) & by_row["mistaken"][row]
    if fired.any():
        # Of the rules that fired, none would have without something that was mistaken.
        read = [[n for n in moments.mistaken if n in text.book.conditions[i].columns] for i in ids]
        rests = [moments.mistaken[names].any(axis=1).to_numpy(bool)[at] for names in read]
        wrong = np.all(np.column_stack(rests) | ~fired, axis=1)
    news = (moments.news | moments.entered) & (truths.fires.any(axis=1) | moments.entered)
    seen = np.concatenate([[0], np.cumsum(news)])
    ends = np.where(np.isnat(runs.left), FAR, runs.left)
    last = moments.first[1:][moments.owner[at]]
    key = moments.owner * np.int64(4_000_000) + moments.day.astype(np.int64)
    until = np.searchsorted(key, key[at] + (ends - day).astype(np.int64))
    since = clocks(text, moments, at, by_row)
    return pd.DataFrame({
        "entity": moments.entities[moments.owner[at]],
        "row": row,
        "rules": [",".join(ids[one]) for one in fired],
        "entered": day, "term_end": runs.end, "extended_to": runs.extended, "left": runs.left,
        "reason_left": runs.reason, "published_from": since["publication"],
        "mistaken": wrong, "further": seen[np.minimum(until, last)] - seen[at + 1],
    })  # fmt: skip


def with_abilities(
    entries: pd.DataFrame, people: pd.DataFrame | None, key: str, subject: str
) -> pd.DataFrame:
    """Return entries with what was found, and what is true, of each entity's ability."""
    if people is None:
        return entries
    own = people.set_index(key).reindex(entries["entity"])
    for name, source in zip(("ability_found", "ability_true"), ABILITIES[subject], strict=True):
        if source in own:
            entries[name] = own[source].to_numpy()
    return entries


def laid_out(
    text: ListText, entries: pd.DataFrame, by_row: Mapping[str, Any], last: date
) -> pd.DataFrame:
    """Return entries as `COLUMNS`, with nothing that lies after the last day but ends of terms."""
    frame = entries.copy()
    row = frame["row"].to_numpy()
    ids = by_row["id"].astype(object)
    frame["event_id"] = np.where(row >= 0, ids[row], None)
    frame["list"], frame["agency"] = text.row.id, text.row.agency
    frame["rules"] = frame["rules"].astype(object)
    frame["rule"] = [rules.split(",")[0] or None for rules in frame["rules"]]
    for name in DAYS:
        days = frame[name].to_numpy() if name in frame else np.full(len(frame), NEVER)
        frame[name] = days.astype("datetime64[s]")
    open_ = (frame["left"] > pd.Timestamp(last)) | frame["left"].isna()
    frame["left"] = frame["left"].mask(open_)
    frame["reason_left"] = frame["reason_left"].mask(open_, "")
    shown = frame["published_from"].fillna(frame["entered"])
    frame["published_from"] = shown if text.public else pd.NaT
    frame["published_to"] = frame["left"] if text.public else pd.NaT
    for name in ("published_from", "published_to"):
        frame[name] = frame[name].astype("datetime64[s]")
    for name in ("ability_found", "ability_true"):
        if name not in frame:
            frame[name] = None
    frame = frame.sort_values(["entered", "row"], kind="stable", ignore_index=True)
    return frame[[*COLUMNS]].infer_objects()
