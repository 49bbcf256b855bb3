"""One finding for each group set against the reference, on any rate."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.bounded_wording import bounded_claim, bounded_counts
from creditaudit.audits.wording import (
    RAW_GAP,
    chance_sentence,
    confidence,
    group_name,
    people,
    per_hundred,
    percent,
    reach_words,
    status_of,
    status_sentence,
)
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.disparities import Comparison, compare
from creditaudit.metrics.groups import lay_out
from creditaudit.metrics.measures import join_notes, whole
from creditaudit.metrics.proportions import Rate
from creditaudit.metrics.rates import BY_NAME
from creditaudit.tally import Tally
from creditaudit.values import Floats

METHOD = (
    "Ratio of two rates with a Miettinen-Nurminen score range; the range for all comparisons is "
    "widened by Bonferroni, p-values by Holm, over every comparison of the report."
)
JACKKNIFE = (
    "Ratio of two rates; ranges from a delete-a-group jackknife over the sampled clusters, "
    "widened by Bonferroni, p-values by Holm, over every comparison of the report."
)
BOUNDED = (
    "Where counts are known within bounds only: the union of the ranges of every table that lies "
    "within them and makes the totals."
)
# Columns that tables of findings have beside those of a metric.
COMPUTED = ("ratio", "ratio_low", "ratio_high")


@dataclass(frozen=True)
class Words:
    """How one audit speaks of its rate."""

    audit: str
    question: str
    event: str
    rest: str
    things: str
    of: str
    limits: tuple[str, ...] = (RAW_GAP,)


def held(evidence: Evidence) -> Tally:
    """Return the tally that an audit's needs guarantee."""
    assert evidence.tally is not None
    return evidence.tally


def reference_of(evidence: Evidence, by: tuple[str, ...]) -> Any:
    """Return the reference named in the plan, or None for the group with most people."""
    given = evidence.plan.reference
    if all(name in given for name in by):
        return given[by[0]] if len(by) == 1 else tuple(given[name] for name in by)
    return None


def compared(evidence: Evidence, metric: str, by: tuple[str, ...]) -> Comparison:
    """Return the comparison of all groups of one grouping, within the family of the report."""
    family = evidence.family.size if evidence.family else None
    found = compare(
        held(evidence), metric, by, reference_of(evidence, by), "ratio",
        family=family, min_people=evidence.plan.min_cell,
    )  # fmt: skip
    if found.reference.n[0] < evidence.plan.min_cell:
        msg = f"The reference group is of fewer than {evidence.plan.min_cell} people."
        raise NothingToCompare(msg)
    return found


def key_values(keys: pd.DataFrame, place: int) -> list[Any]:
    """Return one row of keys, each value in its own type."""
    # A row taken across columns would turn whole numbers beside fractions into fractions.
    return [keys[name].tolist()[place] for name in keys.columns]


def adjusted(evidence: Evidence, p_value: float) -> float:
    """Return a p-value corrected over the report; as it is in a first pass."""
    return evidence.family.adjusted(p_value) if evidence.family else p_value


def counts_table(
    evidence: Evidence, rate: Rate, by: tuple[str, ...], words: tuple[str, str]
) -> pd.DataFrame:
    """Return keys, n, both counts, value, low, high, note of the groups that may be shown."""
    clash = [name for name in by if name in {*words, *COMPUTED}]
    if clash:
        msg = f"Column {clash[0]!r} has the name of a result column. Rename it in table and Roles."
        raise InputError(msg)
    found = rate.estimate(held(evidence), by)
    frame = found.frame
    if found.ends is None:
        groups = lay_out(held(evidence), by, rate.axes)
        events = groups.n[..., rate.event].sum(axis=-1)
        pair = (events, found.n - events)
        # Nobody was seen refused where the refused have no outcomes: 0 would read as a count.
        counted = [pd.Series(whole(counts)).mask(np.isnan(found.value)) for counts in pair]
    else:
        counted, spans = bounded_counts(found.ends, words)
        frame["note"] = [join_notes(*both) for both in zip(spans, frame["note"], strict=True)]
    for place, shown in enumerate(counted, len(by) + 1):
        frame.insert(place, words[place - len(by) - 1], shown)
    return frame[frame["n"] >= evidence.plan.min_cell].reset_index(drop=True)


def not_shown(evidence: Evidence, rate: Rate, by: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sentence on groups too small to show, if there are any."""
    found = rate.estimate(held(evidence), by)
    n = most = found.n
    if found.ends is not None:
        most = np.array([one.people[1] for one in found.ends.least])
    small = n[(most > 0) & (n < evidence.plan.min_cell)]
    if not len(small):
        return ()
    noun = "group" if len(small) == 1 else "groups"
    return (f"{len(small)} {noun} of fewer than {evidence.plan.min_cell} people: not shown.",)


def nothing_compared(evidence: Evidence, words: Words, rate: Rate, by: tuple[str, ...]) -> Finding:
    """Return the finding for a grouping in which there is nothing to compare."""
    # The error of `compare` names a group, which may be one of too few people to be named.
    found, least = rate.estimate(held(evidence), by), evidence.plan.min_cell
    enough = int(((found.n >= least) & ~found.missing).sum())
    scope = " x ".join(by)
    return Finding(
        id=finding_id(words.audit, "", scope), audit=words.audit, question=words.question,
        claim=f"{scope}: nothing can be compared. It takes a reference group and another one with "
        f"{least} or more {rate.people} each; {enough or 'none'} of the groups here "
        f"{'have' if enough > 1 else 'has'} so many.",
        status="cannot_tell", unit="ratio", n=held(evidence).n, method=method(evidence),
        limits=not_shown(evidence, rate, by),
    )  # fmt: skip


def method(evidence: Evidence) -> str:
    """Return how ratios and their ranges are computed for this evidence."""
    if held(evidence).bounds is not None:
        return f"{METHOD} {BOUNDED}"
    return JACKKNIFE if held(evidence).roles.cluster else METHOD


def data_limits(evidence: Evidence, found: Comparison) -> tuple[str, ...]:
    """Return what a reader must know of weights and of the reference group."""
    limits = []
    weight = held(evidence).roles.weight
    if weight is not None:
        limits.append(f"Rates are weighted by {weight}; the numbers of people are not.")
    if found.chosen:
        name = group_name(found.reference.by, key_values(found.reference.keys, 0))
        limits.append(f"Reference {name}: the group with most people, as the plan names none.")
    return tuple(limits)


def ratio_findings(
    evidence: Evidence,
    metric: str,
    words: Words,
    unknown: Callable[[Comparison, int], str] | None = None,
) -> list[Finding]:
    """Return a finding for each group of each column, furthest from the reference first."""
    found: list[Finding] = []
    for name in evidence.groups:
        by, rate = (name,), BY_NAME[metric]
        try:
            comparison = compared(evidence, metric, by)
        except NothingToCompare:
            found.append(nothing_compared(evidence, words, rate, by))
            continue
        table = counts_table(evidence, rate, by, (words.event, words.rest))
        hidden, missing = not_shown(evidence, rate, by), _missing_share(evidence, by)
        sign = 1 if rate.harm == "low" else -1
        sure = _surely(comparison, sign)
        order = np.argsort(np.nan_to_num(sign * sure, nan=np.inf), kind="stable")
        found += [
            _finding(evidence, comparison, int(place), words, table, hidden, missing, unknown)
            for place in order
        ]
    return found


def _surely(found: Comparison, sign: int) -> Floats:
    """Return the ratio of each group; within bounds, the end at which it is least badly off."""
    if found.groups.ends is None or found.bound_low is None or found.bound_high is None:
        return found.value
    ends = found.bound_high if sign > 0 else found.bound_low
    return np.where(np.isnan(found.value), ends, found.value)


def _finding(
    evidence: Evidence, found: Comparison, place: int, words: Words, table: pd.DataFrame,
    hidden: tuple[str, ...], missing: float, unknown: Callable[[Comparison, int], str] | None,
) -> Finding:  # fmt: skip
    by = found.groups.by
    values, base = key_values(found.groups.keys, place), key_values(found.reference.keys, 0)
    ratio, low, high = found.value[place], found.low[place], found.high[place]
    ends = found.low_family[place], found.high_family[place]
    line = evidence.plan.line
    status = status_of(*ends, line)
    p_adjusted = adjusted(evidence, float(found.p_value[place]))
    group, reference = group_name(by, values), group_name(by, base)
    if not np.isfinite(ratio) and found.groups.ends is not None and np.isfinite(low):
        said = bounded_claim(found, place, status, line, (words.things, words.of))
        claim = f"{group}, against {reference}: {said}"
    elif np.isfinite(ratio):
        rates = found.groups.value[place], found.reference.value[0]
        sizes = found.groups.n[place], found.reference.n[0]
        claim = (
            f"{group}: {per_hundred(ratio)} {words.things} for every 100 in the reference group, "
            f"{reference}, per head ({reach_words(low, high)}). "
            f"{status_sentence(status, ratio, *ends, line)} "
            f"{percent(rates[0])} of {people(sizes[0])} {words.of} against {percent(rates[1])} of "
            f"{people(sizes[1])}. {chance_sentence(p_adjusted, found.detectable[place])}"
            f"{_bounds_sentence(found, place)}"
        ).strip()
    elif unknown is not None and np.isfinite(low):
        claim = f"{group}, against {reference}: {unknown(found, place)}"
    else:
        why = found.groups.notes[place] or found.reference.notes[0]
        claim = (
            f"{group}, against {reference}: no ratio can be computed. "
            f"{why or f'The rate of the reference is 0: nobody there was {words.event}.'}"
        )
    keys = table[list(by)].astype(object).where(table[list(by)].notna(), None)
    wanted = [key in (values, base) for key in keys.to_numpy().tolist()]
    return Finding(
        id=finding_id(words.audit, group, f"{by[0]}: {reference}"),
        audit=words.audit, question=words.question,
        claim=claim, status=status, estimate=ratio, low=low, high=high,
        low_family=ends[0], high_family=ends[1], unit="ratio", n=float(found.groups.n[place]),
        group=group, reference=reference, p_value=float(found.p_value[place]),
        p_adjusted=p_adjusted, tested=(float(found.p_value[place]),),
        confidence=confidence(evidence, found, place, missing),
        table=table[wanted].reset_index(drop=True),
        method=method(evidence),
        limits=(*words.limits, *data_limits(evidence, found), *hidden),
    )  # fmt: skip


def _bounds_sentence(found: Comparison, place: int) -> str:
    """Return what the ratio could be over everyone, where some outcomes are missing."""
    if found.bound_low is None or found.bound_high is None:
        return ""
    if found.groups.ends is not None and np.isclose(
        found.bound_low[place], found.bound_high[place]
    ):
        return ""
    reach = reach_words(np.nan_to_num(found.bound_low[place]), found.bound_high[place])
    return f" Some outcomes are missing; whatever they are, there are {reach} for every 100."


def _missing_share(evidence: Evidence, by: tuple[str, ...]) -> float:
    groups = lay_out(held(evidence), by, (), within_bounds=True)
    total, missing = groups.n.sum(), groups.n[groups.missing].sum()
    if groups.within is not None:
        counts = groups.within.counts
        missing += counts.reach(np.flatnonzero(groups.missing[groups.within.group]))[1]
        total = max(total + counts.reach(np.arange(len(counts)))[0], missing)
    return float(min(missing / total, 1.0)) if total else 0.0
