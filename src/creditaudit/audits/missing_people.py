"""What do these data not show?"""

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import held
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import people, percent
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.errors import BoundedCounts
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.groups import lay_out
from creditaudit.metrics.measures import whole
from creditaudit.metrics.proportions import (
    APPROVED,
    REFUSED,
    UNDECIDED,
    UNKNOWN,
    declined_unknown,
)
from creditaudit.metrics.rates import BY_NAME

APPROVAL, BASE = BY_NAME["approval_rate"], BY_NAME["base_rate"]
AXES = (DECISION, OUTCOME, BIN)
QUESTION = "What do these data not show?"


@audit(
    question=QUESTION,
    needs=("tally",),
    estimand="counts of people whom each comparison leaves out; exact for the data at hand",
    topic="missing_groups",
)
def blind_spots(evidence: Evidence) -> list[Finding]:
    """Return who is missing from the comparisons, and what that leaves open.

    References
    ----------
    Manski, C. F. (2003). Partial Identification of Probability Distributions, chapter 1.
    """
    roles, others = held(evidence).roles, (_missing_decisions, _missing_outcomes, _missing_scores)
    found = [_held_back(evidence)]
    for name in evidence.groups:
        try:
            found.append(_missing_group(evidence, name))
        except BoundedCounts:
            found.append(_within_bounds(evidence, f"missing group {name}", name, name))
    for ask, word, axis in zip(others, ("decision", "outcome", "score"), AXES, strict=True):
        try:
            found.append(ask(evidence))
        except BoundedCounts:
            if getattr(roles, word) is not None:
                found.append(_within_bounds(evidence, f"missing {word}", word, None, axis))
    kept = [one for one in found if one is not None]
    return kept or [_nothing_missing(evidence)]


def _held_back(evidence: Evidence) -> Finding | None:
    """Return how many counts are known within bounds only, and of how many people."""
    tally = held(evidence)
    if tally.bounds is None:
        return None
    counts = tally.bounds.counts
    every = np.arange(len(counts))
    low, high = counts.reach(every)
    told = tally.told.n
    most = np.array([told, high])
    table = pd.DataFrame({
        "what": ["told", "known within bounds only"], "least": whole(np.array([told, low])),
        "most": whole(most) if np.isfinite(high) else np.where(np.isfinite(most), most, np.nan),
    })  # fmt: skip
    return _finding(
        "counts within bounds",
        f"{len(counts):,} counts are known within bounds only. Together they are of "
        f"{_reach(low, high)}; the others are of {people(told)}. Rates that rest on them are given "
        "as bounds over every table that fits.",
        table, None,
        "Ask for the counts that were held back. Bounds say what is possible and not what is "
        "likely: no table within them is nearer to the truth than another.",
    )  # fmt: skip


def _within_bounds(
    evidence: Evidence, scope: str, word: str, by: str | None, *axes: str
) -> Finding | None:
    """Return that some people lack a value, where it is not certain how many."""
    groups = lay_out(held(evidence), by, axes, within_bounds=True)
    assert groups.within is not None
    lost = groups.missing if by is not None else np.zeros(1, dtype=bool)
    told = float(groups.n[lost].sum() if by is not None else groups.n[0, -1])
    last = groups.n.shape[-1] - 1
    own = lost[groups.within.group] if by is not None else groups.within.places[0] == last
    low, high = (told + end for end in groups.within.counts.reach(np.flatnonzero(own)))
    if not high:
        return None
    return _finding(
        scope,
        f"{word[0].upper()}{word[1:]} is missing for {_reach(low, high)}; some counts are known "
        "within bounds only.",
        pd.DataFrame(), None,
    )  # fmt: skip


def _reach(low: float, high: float) -> str:
    if low == high:
        return f"{people(low)} people"
    top = f"to {people(high)}" if np.isfinite(high) else "or more"
    return f"{people(low)} {top} people"


def _nothing_missing(evidence: Evidence) -> Finding:
    roles = held(evidence).roles
    parts = [*evidence.groups, *filter(None, (roles.decision, roles.outcome, roles.score))]
    listed = " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
    whole = f"Nobody lacks a value of {listed}. " if parts else ""
    return _finding(
        "nothing missing",
        f"{whole}What was never recorded, such as people who were turned away before they "
        "applied, does not show.",
        pd.DataFrame(),
        held(evidence).n,
    )


def _finding(scope: str, claim: str, table: pd.DataFrame, n: float | None, *limits: str) -> Finding:
    return Finding(
        id=finding_id("blind_spots", scope, ""), audit="blind_spots", question=QUESTION,
        claim=claim, status="descriptive", unit="people", estimate=n, n=n or 0, table=table,
        method="Counts; bounds over every value the missing data could take.", limits=limits,
    )  # fmt: skip


def _share(part: float, whole: float) -> str:
    return f"{people(part)} of {people(whole)} people ({percent(part / whole)})"


def _missing_group(evidence: Evidence, name: str) -> Finding | None:
    tally, least = held(evidence), evidence.plan.min_cell
    groups = lay_out(tally, name, ())
    missing, total = float(groups.n[groups.missing].sum()), float(groups.n.sum())
    if not missing:
        return None
    few = missing < least
    share = f"fewer than {least} of {people(total)} people" if few else _share(missing, total)
    claim = f"{name} is missing for {share}; they are in no comparison by {name}."
    table = pd.DataFrame()
    if tally.roles.decision and not few:
        rates = APPROVAL.estimate(tally, name)
        own = rates.take(np.flatnonzero(rates.missing))
        everyone = APPROVAL.estimate(tally, None)
        if own.n[0] >= least:
            table = pd.concat([
                one.frame.assign(who=who)[["who", "n", "value", "low", "high", "note"]]
                for who, one in ((f"{name} missing", own), ("everyone", everyone))
            ], ignore_index=True)  # fmt: skip
            claim += (
                f" {percent(own.value[0])} of them were approved, against "
                f"{percent(everyone.value[0])} of everyone."
            )
    return _finding(
        f"missing group {name}", claim, table, None if few else missing,
        "If people who give no group differ from those who do, the comparisons are of the latter.",
    )  # fmt: skip


def _missing_decisions(evidence: Evidence) -> Finding | None:
    tally = held(evidence)
    if tally.roles.decision is None:
        return None
    n = lay_out(tally, None, (DECISION,)).n[0]
    if not n[UNDECIDED]:
        return None
    table = pd.DataFrame({
        "what": ["approved", "refused", "no decision"],
        "n": whole(n[[APPROVED, REFUSED, UNDECIDED]]),
        "share": n[[APPROVED, REFUSED, UNDECIDED]] / n.sum(),
    })  # fmt: skip
    return _finding(
        "missing decision",
        f"{_share(float(n[UNDECIDED]), float(n.sum()))} have no decision; they are in no rate.",
        table, float(n[UNDECIDED]),
        "People who withdraw after bad advice are refused in effect; these data cannot tell them "
        "from others.",
    )  # fmt: skip


def _missing_outcomes(evidence: Evidence) -> Finding | None:
    tally = held(evidence)
    if tally.roles.outcome is None:
        return None
    n = lay_out(tally, None, (OUTCOME, DECISION)).n[0]
    hidden, total = float(n[UNKNOWN].sum()), float(n.sum())
    if not hidden:
        return None
    undecided = "no decision" if tally.roles.decision else "everyone"
    names = {APPROVED: "approved", REFUSED: "refused", UNDECIDED: undecided}
    rows = [
        (word, n[:, place].sum(), n[:2, place].sum(), n[UNKNOWN, place])
        for place, word in names.items()
        if n[:, place].sum()
    ]
    table = pd.DataFrame(rows, columns=["what", "n", "outcome known", "outcome missing"])
    table[table.columns[1:]] = whole(table[table.columns[1:]].to_numpy())
    selective = declined_unknown(n[np.newaxis])
    why = (
        " Nobody who was refused has an outcome: how many of them would have paid is not known, "
        "and neither is any rate that asks it."
        if selective
        else ""
    )
    base = BASE.estimate(tally, None)
    low, high = (
        (base.low[0], base.high[0])
        if base.bound_low is None or base.bound_high is None
        else (base.bound_low[0], base.bound_high[0])
    )
    return _finding(
        "missing outcome",
        f"The outcome is missing for {_share(hidden, total)}.{why} Over everyone, the share who "
        f"would have paid lies between {percent(low)} and {percent(high)}, whatever the missing "
        "outcomes are.",
        table, hidden,
    )  # fmt: skip


def _missing_scores(evidence: Evidence) -> Finding | None:
    tally = held(evidence)
    if tally.bins is None:
        return None
    n = lay_out(tally, None, (BIN,)).n[0]
    if not n[-1]:
        return None
    claim = f"{_share(float(n[-1]), float(n.sum()))} have no score; no cut-off decides on them."
    return _finding("missing score", claim, pd.DataFrame(), float(n[-1]))
