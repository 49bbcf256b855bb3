"""`endings`: in which ways each rule that stands against a person could cease, and when."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.rule_reasons import reasons_of_rules
from creditaudit.explain.rule_shares import is_book
from creditaudit.explain.rule_ways_asked import RuleWaysAsked
from creditaudit.explain.waiting import Waiting
from creditaudit.rulebooks.rule_clocks import FOREVER, clocks_of
from creditaudit.rulebooks.rule_records import Rule

COLUMNS = (
    "person", "rule", "title", "means", "wait_low", "wait_high", "text", "source", "where",
)  # fmt: skip
_Row = tuple[str, float, float, str, str, str]


def endings(scorer: Any, X: Any, *, waiting: Waiting | None = None) -> pd.DataFrame:  # noqa: N803
    """Return in which ways each rule behind a refusal could cease to count, and when.

    Parameters
    ----------
    scorer : RulebookScorer
    X : table
        People; those who are not refused have no row.
    waiting : Waiting, optional

    Returns
    -------
    DataFrame
        person, rule, title, means, wait_low, wait_high (days; NaN for no day that the text gives),
        text, source, where. One row a means:

        - "facts": if its condition no longer held.
        - "exit": a way off its list whose ground the text states as a condition; the wait is from
          the day of the ground until the entry has to be gone.
        - "term": it counts no longer once its term is over.
        - "repair": the text states a repair or an early end, without a condition that could be
          checked here; whether it is granted is not known.
        - "no term": the text, as written in this file, lets it count without end.

    Raises
    ------
    InputError
        If it is no rulebook.

    Notes
    -----
    Between a term's two ends lies what is not known of the start of its clock and what the text
    leaves open. Whether all this is enough for an approval is answered by `recourse`.
    """
    if not is_book(scorer):
        msg = "Rules cease, and other scores have none. Pass a RulebookScorer; see also recourse."
        raise InputError(msg)
    given = waiting or Waiting()
    asked = RuleWaysAsked.of(scorer, X, None, given)
    people, rules = asked.people, scorer.program.rules
    against = reasons_of_rules(scorer, people.reset_index(drop=True), len(rules))
    sights = [
        clocks_of(scorer, people, asked.day, sight, given.starts, given.entries, given.key,
                  grants=False)
        for sight in ("earliest", "latest")
    ]  # fmt: skip
    places = {step.rule.id: place for place, step in enumerate(rules)}
    found = []
    for row, name in zip(against["person"], against["feature"], strict=True):
        place = places[name]
        rule = rules[place].rule
        days = [int(sight.ends[row, place]) for sight in sights]
        exits = [
            (off, [int(s.ready[row, number]) for s in sights])
            for number, off in enumerate(sights[1].offs)
            if place in off.rules and len(sights[0].offs) == len(sights[1].offs)
        ]
        about = (people.index[row], name, rule.title)
        found += [(*about, *one) for one in _means(scorer, rule, days, exits)]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _means(scorer: Any, rule: Rule, days: list[int], exits: list[Any]) -> Iterator[_Row]:
    book, nan = scorer.book, float("nan")
    sentence = book.sentence(rule.id, scorer.reading)
    yield "facts", nan, nan, f"It holds: {sentence}", rule.source, rule.where
    for off, (low, high) in exits:
        way = off.exit
        yield "exit", float(low), float(high), f"{way.id}: {way.text}", way.source or "", way.where
    rows = {row.id: row for row in book.contents.lists}
    own = rows.get(rule.list or "")
    kept = rule.retention or (own.retention if own is not None else None)
    if days[1] < FOREVER or (kept is not None and days[0] < FOREVER):
        text = (kept.text or kept.term or "") if kept is not None else ""
        low, high = (float(one) if one < FOREVER else np.nan for one in days)
        yield (
            "term",
            low,
            high,
            text,
            (kept.source or "") if kept else "",
            kept.where if kept else "",
        )
    else:
        said = kept.text if kept is not None and kept.text else "No term stands in this file."
        yield "no term", nan, nan, said, (kept.source or "") if kept else "", ""
    if rule.repair is not None and rule.repair.state == "stated":
        one = rule.repair
        yield "repair", nan, nan, one.text, one.source or "", one.where
    for way in own.exits if own is not None else ():
        if way.early and way.when is None:
            yield "repair", nan, nan, way.text, way.source or "", way.where
    stated = book.contents.rights.get("repair")
    if stated is not None and stated.state == "stated":
        yield "repair", nan, nan, stated.text, stated.source or "", stated.where
