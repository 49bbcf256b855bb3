"""Lists of which each finding is an entry of its own, and stays while a rule fires at its age."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.rulebooks.calendar_terms import NEVER, Days, term_after
from creditaudit.rulebooks.dated_rules import Versions
from creditaudit.rulebooks.list_runs import CORRECTED, EXPIRED
from creditaudit.rulebooks.list_texts import SHOWN, ListText

# What a repair asks for; where the log gives its day, they hold from that day on.
REPAIRED = ("conduct_corrected", "commitment_made", "obligations_met")
MOST_MONTHS = 1200


def run_ages(
    text: ListText, events: pd.DataFrame, log: pd.DataFrame, versions: Versions, last: Any
) -> pd.DataFrame:
    """Return when each finding of a log was shown, in months of its own age.

    Parameters
    ----------
    text : ListText
    events, log : DataFrame
        The log as it was given, and as `read_log` gives it.
    versions : Versions
    last : day
        The last day looked at.

    Returns
    -------
    DataFrame
        ``row`` (of the log), ``rules, entered, term_end, left, reason_left``.
    """
    ids = [rule.id for rule in text.rules]
    over = [r.id for r in text.book.rules if set(r.overrides) & set(ids)]
    columns = [name for name in versions.rule_columns([*ids, *over]) if name != SHOWN]
    facts = pd.DataFrame({
        name: events[name].to_numpy()[log["row"]] if name in events.columns else None
        for name in columns
    }, index=range(len(log)), dtype=None if columns else object)  # fmt: skip
    day, told = _days(log["date"]), _days(log["published_on"])
    start = np.where(np.isnat(told), day, told)
    shown = _Shown(versions, [*ids, *over], facts, _days(log["repair"]))
    alive = np.arange(len(log))
    fired = np.zeros((len(log), len(ids)), dtype=bool)
    left = np.full(len(log), NEVER)
    reason = np.full(len(log), "", dtype=object)
    for month in range(MOST_MONTHS):
        today = term_after(start[alive], f"{month} months")
        alive, today = alive[today <= last], today[today <= last]
        if not len(alive):
            break
        stands = shown.at(alive, today, month)
        listed = _any(stands[:, : len(ids)])
        if month == 0:
            fired[alive] = stands[:, : len(ids)]
            alive = alive[listed]
        else:
            alive = _leave(alive, ~listed, today, stands, ids, over, left, reason)
        # Within the month: what was repaired on a day of its own.
        repair = shown.repair[alive]
        within = (repair > start[alive]) & (repair >= term_after(start[alive], f"{month} months"))
        within &= (repair < term_after(start[alive], f"{month + 1} months")) & (repair <= last)
        who = alive[within]
        stands = shown.at(who, repair[within], month)
        gone = ~_any(stands[:, : len(ids)])
        kept = _leave(who, gone, repair[within], stands, ids, over, left, reason)
        alive = np.sort(np.concatenate([alive[~within], kept]))
    made = np.flatnonzero(fired.any(axis=1))
    since: Mapping[str, Days] = {
        **dict.fromkeys(("entry", "publication", "unstated", "settlement", "service"), start[made]),
        "decision": day[made], "finding": day[made],
        "end_of_act": _days(log["act_ended_on"])[made],
    }  # fmt: skip
    corrected = _days(log["corrected"])[made]
    sooner = ~np.isnat(corrected) & (np.isnat(left[made]) | (corrected < left[made]))
    return pd.DataFrame({
        "row": log["row"].to_numpy()[made],
        "rules": [",".join(np.array(ids)[one]) for one in fired[made]],
        "entered": start[made],
        "term_end": text.ends(fired[made], since, ()),
        "left": np.where(sooner, np.maximum(corrected, start[made]), left[made]),
        "reason_left": np.where(sooner, CORRECTED, reason[made]),
    })  # fmt: skip


class _Shown:
    def __init__(
        self, versions: Versions, ids: list[str], facts: pd.DataFrame, repair: Days
    ) -> None:
        self.versions, self.ids, self.repair = versions, ids, repair
        self.later = [name for name in REPAIRED if name in facts]
        self.facts = facts.astype(dict.fromkeys(self.later, "boolean"))

    def at(self, who: npt.NDArray[np.int64], days: Days, month: int) -> npt.NDArray[np.bool_]:
        """Return which rules fire for some findings on a day of the month of their age."""
        now = self.facts.iloc[who].copy()
        now[SHOWN] = float(month)
        before = self.repair[who] > days
        for name in self.later:
            now[name] = now[name].mask(before, other=False)
        return self.versions.fires(self.ids, days, now)


def _leave(
    who: npt.NDArray[np.int64], gone: npt.NDArray[np.bool_], days: Days,
    stands: npt.NDArray[np.bool_], ids: list[str], over: list[str], left: Days,
    reason: npt.NDArray[np.object_],
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Write down who left and why, and return who did not."""
    left[who[gone]] = days[gone]
    why = stands[gone][:, len(ids) :]
    first = np.where(why.any(axis=1), why.argmax(axis=1), len(over))
    reason[who[gone]] = np.array([*over, EXPIRED], dtype=object)[first]
    return who[~gone]


def _any(stands: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return np.asarray(stands.any(axis=1))


def _days(column: pd.Series) -> Days:
    return np.asarray(column.to_numpy(), dtype="datetime64[D]")
