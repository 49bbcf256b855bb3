"""When rules that stand against people cease by themselves, and which ways off a list are open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.rulebooks.calendar_terms import NEVER, Days, months_after, term_after
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.list_texts import ListText, read_list
from creditaudit.rulebooks.lists import ListEntries
from creditaudit.rulebooks.rule_records import Exit, Retention, Rule
from creditaudit.rulebooks.scoring import RulebookScorer
from creditaudit.rulebooks.table_steps import true_conditions
from creditaudit.rulebooks.trees import Not

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# Days until something that never comes.
FOREVER = np.iinfo(np.int32).max
# Columns that say when a clock started, and columns that say for how many months it has run.
STARTED = {
    "publication": "published_on", "end_of_act": "act_ended_on", "decision": "date",
    "finding": "date",
}  # fmt: skip
RUNNING = {"publication": "months_published"}
MONTHS = (
    "months_listed", "months_published", "register_entry_months", "abnormal_months",
    "serious_months",
)  # fmt: skip
Sight = Literal["earliest", "latest"]


@dataclass(frozen=True, eq=False)
class WayOff:
    """A ground on which entries of a list end.

    Attributes
    ----------
    exit : Exit
    rules : tuple of int
        Places, in the program, of the rules that enter the list.
    condition : Condition
    """

    exit: Exit
    rules: tuple[int, ...]
    condition: Condition


@dataclass(frozen=True, eq=False)
class Clocks:
    """When each rule ceases for each person, if nothing is done, and how soon exits take effect.

    Attributes
    ----------
    ends : int array of shape (n_people, n_rules)
        Days from now on which a rule no longer counts; `FOREVER` for never.
    offs : list of WayOff
    ready : int array of shape (n_people, n_offs)
        Days from now from which an exit whose ground is there has taken effect.
    unread : tuple of str
        Why something the text says of time could not be read.
    """

    ends: Integers
    offs: list[WayOff]
    ready: Integers
    unread: tuple[str, ...] = ()

    def rows(self, places: Integers) -> "Clocks":
        """Return the clocks of some people."""
        return replace(self, ends=self.ends[places], ready=self.ready[places])


def clocks_of(
    scorer: RulebookScorer,
    people: pd.DataFrame,
    day: date,
    sight: Sight,
    starts: Mapping[str, str],
    entries: ListEntries | None,
    key: str | None,
    *,
    grants: bool = True,
) -> Clocks:
    """Return when rules cease, as early or as late as the text allows.

    Parameters
    ----------
    scorer : RulebookScorer
    people : DataFrame
        With the columns that say when clocks started, where they are known.
    day : date
        Now.
    sight : {"earliest", "latest"}
        Without a reading of the scorer's own, the mild or the strict one. Earliest: a clock whose
        start is not known is about to be over, and what may be granted (a repair that the text
        states, an early end) is granted. Latest: it starts now, and nothing is granted.
    starts : mapping of str to str
        Clock to column of ``people`` with the day it started.
    entries : ListEntries, optional
        From which the ends of entries of its list are taken.
    key : str, optional
        Column of ``people`` with the entity of ``entries``; the labels of rows when not given.

    grants : bool
        Whether, at the earliest, what may be granted is.

    Raises
    ------
    InputError, MissingColumn
    """
    assumed = scorer.reading or ("mild" if sight == "earliest" else "strict")
    now, rules = np.datetime64(day, "D"), [step.rule for step in scorer.program.rules]
    since = _Since(people, now, starts, early=sight == "earliest")
    granted = grants and sight == "earliest" and assumed == "mild"
    ends = np.full((len(people), len(rules)), FOREVER, dtype=np.int64)
    offs, ready, unread = [], [], []
    texts: dict[str, ListText | None] = {}
    for name in dict.fromkeys(rule.list for rule in rules if rule.list):
        try:
            texts[name] = read_list(scorer.book, name, assumed, scorer.subject, day)
        except InputError as error:
            texts[name] = None
            unread.append(str(error))
    for place, rule in enumerate(rules):
        text = texts.get(rule.list or "")
        kept = text.retention(rule) if text is not None else rule.retention
        ends[:, place] = _days_left(_end(kept, text, people, since, assumed, sight), now)
    if entries is not None:
        _from_entries(ends, rules, entries, people, key, now)
    for place, rule in enumerate(rules if granted else ()):
        text = texts.get(rule.list or "")
        if _repairable(scorer, rule, text) and not helps(scorer, rule):
            kept = text.retention(rule) if text is not None else rule.retention
            first: Days = np.full(len(people), now)
            if kept is not None and kept.min:
                first = since.of(kept.clock, kept.min)
            ends[:, place] = np.minimum(ends[:, place], _days_left(first, now))
    for name, text in texts.items():
        if text is None:
            continue
        own = tuple(place for place, rule in enumerate(rules) if rule.list == name)
        for way, condition in text.exits:
            offs.append(WayOff(way, own, condition))
            opens: Days = np.full(len(people), now)
            if way.early and text.row.retention is not None and text.row.retention.min:
                opens = since.of(text.row.retention.clock, text.row.retention.min)
            taken = text.gone(way, np.maximum(opens, now), ())
            ready.append(_days_left(taken, now))
    table = np.column_stack(ready) if ready else np.zeros((len(people), 0), dtype=np.int64)
    return Clocks(ends, offs, table, tuple(unread))


def helps(scorer: RulebookScorer, rule: Rule) -> bool:
    """Return whether a rule that counts no longer is a loss: it gives points, or spares others."""
    if rule.list or rule.gate or rule.tier_cap:
        return False
    if rule.points is not None:
        return float(str(rule.points.of(scorer.reading))) > 0
    others = {other.id: other for other in scorer.book.rules}
    return any(not helps(scorer, others[name]) for name in rule.overrides)


def helping_last(
    scorer: RulebookScorer, latest: Clocks, earliest: Clocks
) -> tuple[Clocks, Clocks]:  # fmt: skip
    """Return clocks in which rules that help end the other way round.

    What a text promises at the latest holds if such a rule is gone as early as it may be, and what
    it allows at the earliest if it lasts.
    """
    turned = np.array([helps(scorer, step.rule) for step in scorer.program.rules], dtype=bool)
    ends = np.where(turned, earliest.ends, latest.ends), np.where(
        turned, latest.ends, earliest.ends
    )  # fmt: skip
    return replace(latest, ends=ends[0]), replace(earliest, ends=ends[1])


def _end(
    kept: Retention | None, text: ListText | None, people: pd.DataFrame, since: "_Since",
    assumed: str, sight: Sight,
) -> Days:  # fmt: skip
    """Return the day on which what was found no longer counts; NaT for never."""
    length = None
    if kept is not None and not kept.open:
        length = kept.term or (kept.min if assumed == "mild" and kept.min else kept.max)
    if kept is None or length is None:
        return np.full(len(people), NEVER)
    found = since.of(kept.clock, length)
    longer = text.extension if text is not None else None
    if longer is None:
        return found
    by = longer.min if assumed == "mild" else longer.max
    if text is not None and text.longer is not None:
        told = _told(text.longer, people, sight, text.book.header.on_missing)
    else:
        told = np.full(len(people), sight == "latest")
    return np.where(told, term_after(found, by), found)


def _told(condition: Condition, people: pd.DataFrame, sight: Sight, on_missing: str) -> Flags:
    """Return for whom a term is made longer; where the facts leave that open, at the latest."""
    absent = {name: None for name in condition.columns if name not in people.columns}
    known = people[[name for name in condition.columns if name in people.columns]].assign(**absent)
    if sight == "earliest" or on_missing == "false":
        return np.asarray(true_conditions([condition], known)[:, 0])
    other = replace(condition, tree=Not(condition.tree))
    return np.asarray(~true_conditions([other], known)[:, 0])


def _repairable(scorer: RulebookScorer, rule: Rule, text: ListText | None) -> bool:
    """Return whether the text states a repair or an early end, without a condition to check."""
    stated = scorer.book.contents.rights.get("repair")
    return bool(
        (stated is not None and stated.state == "stated")
        or (rule.repair is not None and rule.repair.state == "stated")
        or (text is not None and text.early is not None)
    )


class _Since:
    """The days on which clocks started, or have to be taken to have started."""

    def __init__(
        self, people: pd.DataFrame, now: np.datetime64, starts: Mapping[str, str], *, early: bool
    ) -> None:
        missing = [name for name in starts.values() if name not in people.columns]
        if missing:
            raise MissingColumn.of(missing, people.columns, "starts= names columns of X.")
        self.people, self.now, self.early = people, now, early
        self.columns = {
            **{clock: name for clock, name in STARTED.items() if name in people.columns}, **starts,
        }  # fmt: skip

    def of(self, clock: str, term: str) -> Days:
        """Return the day on which a term that starts with a clock is over."""
        if clock in self.columns:
            told = pd.to_datetime(self.people[self.columns[clock]]).to_numpy()
            start = told.astype("datetime64[D]")
        elif RUNNING.get(clock) in self.people.columns:
            start = self._months_ago(RUNNING[clock])
        else:
            start = np.full(len(self.people), NEVER)
            clock = "unstated"
        over = term_after(start, term)
        if self.early:
            return np.where(np.isnat(over), self.now, over)
        # An act that goes on has started no clock.
        late = NEVER if clock == "end_of_act" else term_after(self.now, term)
        return np.where(np.isnat(over), late, over)

    def _months_ago(self, column: str) -> Days:
        months = self.people[column].to_numpy(np.float64, na_value=np.nan)
        found = np.full(len(months), NEVER)
        for one in np.unique(months[np.isfinite(months)]).tolist():
            found[months == one] = months_after(np.array([self.now]), -int(one))[0]
        return found


def _from_entries(
    ends: Integers, rules: list[Rule], entries: ListEntries, people: pd.DataFrame,
    key: str | None, now: np.datetime64,
) -> None:  # fmt: skip
    """Write the ends of standing entries over those of the rules of their list."""
    if key is not None and key not in people.columns:
        raise MissingColumn.of([key], people.columns, "key= names the entity of the entries.")
    entity = people.index if key is None else people[key]
    frame = entries.frame
    days = {name: frame[name].to_numpy().astype("datetime64[D]") for name in
            ("entered", "term_end", "extended_to", "left")}  # fmt: skip
    standing = (days["entered"] <= now) & (np.isnat(days["left"]) | (days["left"] > now))
    until = np.where(np.isnat(days["extended_to"]), days["term_end"], days["extended_to"])[standing]
    told = pd.Series(until, index=frame["entity"].to_numpy()[standing])
    told = told[~told.index.duplicated(keep="last")]
    known = np.asarray(entity.isin(told.index))
    left = _days_left(told.reindex(entity).to_numpy().astype("datetime64[D]"), now)
    for place, rule in enumerate(rules):
        if rule.list == entries.list:
            ends[known, place] = left[known]


def _days_left(days: Days, now: np.datetime64) -> npt.NDArray[np.int64]:
    known = ~np.isnat(days)
    left = (np.where(known, days, now) - now).astype(np.int64)
    return np.where(known, np.maximum(left, 0), FOREVER)
