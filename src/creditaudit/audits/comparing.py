"""One finding for each group set against the reference, on any rate."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.wording import (
    RAW_GAP,
    chance_sentence,
    confidence,
    group_name,
    people,
    per_hundred,
    percent,
    status_of,
    status_sentence,
)
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.disparities import Comparison, compare
from creditaudit.metrics.groups import lay_out
from creditaudit.metrics.proportions import Rate
from creditaudit.metrics.rates import BY_NAME
from creditaudit.tally import Tally

METHOD = (
    "Ratio of two rates with a Miettinen-Nurminen score range; the range for all comparisons is "
    "widened by Bonferroni, p-values by Holm, over every comparison of the report."
)
JACKKNIFE = (
    "Ratio of two rates; ranges from a delete-a-group jackknife over the sampled clusters, "
    "widened by Bonferroni, p-values by Holm, over every comparison of the report."
)


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


def single_groups(evidence: Evidence) -> list[str]:
    """Return the group columns to report on."""
    kept = {name for grouping in held(evidence).groupings for name in grouping}
    named = evidence.plan.groups
    if named is not None:
        lacking = [name for name in named if name not in kept]
        if lacking:
            msg = f"Plan names groups {lacking}, which the tally lacks. It has {sorted(kept)}."
            raise InputError(msg)
        return list(named)
    return [name for name in held(evidence).roles.groups if name in kept]


def reference_of(evidence: Evidence, by: tuple[str, ...]) -> Any:
    """Return the reference named in the plan, or None for the group with most people."""
    given = evidence.plan.reference
    if all(name in given for name in by):
        return given[by[0]] if len(by) == 1 else tuple(given[name] for name in by)
    return None


def compared(evidence: Evidence, metric: str, by: tuple[str, ...]) -> Comparison:
    """Return the comparison of all groups of one grouping, within the family of the report."""
    family = evidence.family.size if evidence.family else None
    return compare(
        held(evidence), metric, by, reference_of(evidence, by), "ratio",
        family=family, min_people=evidence.plan.min_cell,
    )  # fmt: skip


def adjusted(evidence: Evidence, p_value: float) -> float:
    """Return a p-value corrected over the report; as it is in a first pass."""
    return evidence.family.adjusted(p_value) if evidence.family else p_value


def counts_table(
    evidence: Evidence, rate: Rate, by: tuple[str, ...], words: tuple[str, str]
) -> pd.DataFrame:
    """Return keys, n, both counts, value, low, high, note of the groups that may be shown."""
    tally = held(evidence)
    groups = lay_out(tally, by, rate.axes)
    frame = rate.estimate(tally, by).frame
    events = groups.n[..., rate.event].sum(axis=-1)
    frame.insert(len(by) + 1, words[0], events)
    frame.insert(len(by) + 2, words[1], frame["n"] - events)
    return frame[frame["n"] >= evidence.plan.min_cell].reset_index(drop=True)


def not_shown(evidence: Evidence, rate: Rate, by: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sentence on groups too small to show, if there are any."""
    n = rate.estimate(held(evidence), by).n
    small = n[(n > 0) & (n < evidence.plan.min_cell)]
    if not len(small):
        return ()
    noun = "group" if len(small) == 1 else "groups"
    return (f"{len(small)} {noun} of fewer than {evidence.plan.min_cell} people: not shown.",)


def only_one_group(evidence: Evidence, words: Words, name: str, why: NothingToCompare) -> Finding:
    """Return the finding for a column in which there is nothing to compare."""
    return Finding(
        id=finding_id(words.audit, "", name), audit=words.audit, question=words.question,
        claim=f"{name}: nothing can be compared. {why}", status="cannot_tell", unit="ratio",
        n=held(evidence).n, method=METHOD,
    )  # fmt: skip


def ratio_findings(
    evidence: Evidence,
    metric: str,
    words: Words,
    unknown: Callable[[Comparison, int], str] | None = None,
) -> list[Finding]:
    """Return a finding for each group of each column, furthest from the reference first."""
    found: list[Finding] = []
    for name in single_groups(evidence):
        by = (name,)
        try:
            comparison = compared(evidence, metric, by)
        except NothingToCompare as error:
            found.append(only_one_group(evidence, words, name, error))
            continue
        table = counts_table(evidence, BY_NAME[metric], by, (words.event, words.rest))
        hidden = not_shown(evidence, BY_NAME[metric], by)
        order = np.argsort(np.nan_to_num(comparison.value, nan=np.inf), kind="stable")
        if BY_NAME[metric].harm == "high":
            order = np.argsort(-np.nan_to_num(comparison.value, nan=-np.inf), kind="stable")
        found += [
            _finding(evidence, comparison, int(place), words, table, hidden, unknown)
            for place in order
        ]
    return found


def _finding(
    evidence: Evidence, found: Comparison, place: int, words: Words, table: pd.DataFrame,
    hidden: tuple[str, ...], unknown: Callable[[Comparison, int], str] | None,
) -> Finding:  # fmt: skip
    by = found.groups.by
    values = found.groups.keys.iloc[place].tolist()
    base = found.reference.keys.iloc[0].tolist()
    ratio, low, high = found.value[place], found.low[place], found.high[place]
    ends = found.low_family[place], found.high_family[place]
    line = evidence.plan.line
    status = status_of(*ends, line)
    p_adjusted = adjusted(evidence, float(found.p_value[place]))
    group, reference = group_name(by, values), group_name(by, base)
    if np.isfinite(ratio):
        reach = (
            f"{per_hundred(low)} to {per_hundred(high)}" if np.isfinite(high) else "no upper end"
        )
        rates = found.groups.value[place], found.reference.value[0]
        sizes = found.groups.n[place], found.reference.n[0]
        claim = (
            f"{group}: {per_hundred(ratio)} {words.things} for every 100 in the reference group "
            f"({reference}), per head ({reach}). {percent(rates[0])} of {people(sizes[0])} "
            f"{words.of} against {percent(rates[1])} of {people(sizes[1])}. "
            f"{status_sentence(status, ratio, *ends, line)} "
            f"{chance_sentence(p_adjusted, found.detectable[place])}"
        ).strip()
    elif unknown is not None and np.isfinite(low):
        claim = f"{group} against {reference}: {unknown(found, place)}"
    else:
        claim = f"{group} against {reference}: {found.notes[place] or 'undefined.'}"
    missing = _missing_share(evidence, by)
    wanted = pd.Series(False, index=table.index)
    for one in (values, base):
        same = pd.Series(True, index=table.index)
        for name, value in zip(by, one, strict=True):
            same &= table[name] == value
        wanted |= same
    chosen = (
        (f"Reference {reference}: the group with most people, as the plan names none.",)
        if found.chosen
        else ()
    )
    return Finding(
        id=finding_id(words.audit, group, reference), audit=words.audit, question=words.question,
        claim=claim, status=status, estimate=ratio, low=low, high=high,
        low_family=ends[0], high_family=ends[1], unit="ratio", n=float(found.groups.n[place]),
        group=group, reference=reference, p_value=float(found.p_value[place]),
        p_adjusted=p_adjusted, tested=(float(found.p_value[place]),),
        confidence=confidence(evidence, found, place, missing),
        table=table[wanted].reset_index(drop=True),
        method=JACKKNIFE if held(evidence).roles.cluster else METHOD,
        limits=(*words.limits, *chosen, *hidden),
    )  # fmt: skip


def _missing_share(evidence: Evidence, by: tuple[str, ...]) -> float:
    groups = lay_out(held(evidence), by, ())
    total = groups.n.sum()
    return float(groups.n[groups.missing].sum() / total) if total else 0.0
