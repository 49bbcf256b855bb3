"""What would other cut-offs do, and what does each criterion cost?"""

import math
from typing import Any

import pandas as pd

from creditaudit.audits.questions import audit
from creditaudit.audits.scored import (
    ASSUMED,
    GAIN,
    LOSS,
    LOSSES,
    NO_PROFIT,
    SWEPT,
    TERMS,
    UNTOLD,
    WORDS,
    Scored,
    Unset,
    ranges_words,
    scored_groups,
    sentences,
    term,
    unanswered,
)
from creditaudit.audits.wording import percent
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.measures import whole
from creditaudit.thresholds.costs import costs_of
from creditaudit.thresholds.criteria import CRITERIA, rules_for
from creditaudit.thresholds.policies import BY_GROUP, IN_SAMPLE

QUESTION = "What would other cut-offs do, and what does each criterion cost?"


@audit(
    question=QUESTION,
    needs=("tally", "outcome", "score", "groups"),
    estimand="profit of the best rule under a criterion / profit of the best rule of all, with the "
    "cut-offs chosen on these people, in the population they are a sample of",
    topic="approval_gap",
)
def cutoff_policy(evidence: Evidence) -> list[Finding]:
    """Return what the most profitable cut-offs under each criterion keep, and whom they approve.

    References
    ----------
    Hardt, M., Price, E. and Srebro, N. (2016). Equality of opportunity in supervised learning.
    Kozodoi, N., Jacob, J. and Lessmann, S. (2022). Fairness in credit scoring. European Journal
    of Operational Research 297, 1083-1094.
    """
    found = []
    for one in scored_groups(evidence):
        if isinstance(one, Unset):
            found.append(unanswered(evidence, "cutoff_policy", QUESTION, one))
        else:
            found += [_costs(evidence, one), _cutoffs(one)]
    return found


def _costs(evidence: Evidence, scored: Scored) -> Finding:
    frames = []
    for loss in LOSSES:
        frame = costs_of(scored.curves, GAIN, loss).drop(columns="note")
        frame.insert(0, "loss", loss)
        frames.append(frame)
    table = pd.concat(frames, ignore_index=True)
    shown = ["share_of_max", "low", "high"]
    # A range may end over 1; in per cent all of them read alike.
    table[shown] *= 100
    at = table[(table["loss"] == LOSS) & table["share_of_max"].notna()]
    first, *rest = [
        f"with {WORDS[row.criterion]}, {row.share_of_max:.1f} % of the highest profit is kept"
        f"{_reach(row.low, row.high)}"
        for row in at.itertuples()
        if row.criterion != "max_profit"
    ] or [NO_PROFIT]
    table["criterion"] = [term(name) for name in table["criterion"]]
    return Finding(
        id=finding_id("cutoff_policy", "costs", scored.name), audit="cutoff_policy",
        question=QUESTION,
        claim=f"{scored.name}: {first}. {sentences(rest)} {ASSUMED}; {LOSSES[0]:g} and "
        f"{LOSSES[-1]:g} times are in the table.",
        status="descriptive", unit="share", n=scored.n,
        table=table.rename(columns={"share_of_max": "percent_of_max"}),
        method="Exact for these counts: most profit under each criterion, with draws where no "
        f"cut-off gives the common rate. {TERMS} {ranges_words(evidence)}",
        limits=(SWEPT, IN_SAMPLE, UNTOLD, BY_GROUP, *scored.limits),
    )  # fmt: skip


def _cutoffs(scored: Scored) -> Finding:
    frames, parts = [], []
    for criterion in CRITERIA:
        frame = rules_for(scored.curves, criterion, GAIN, LOSS).table(scored.curves)
        rates = frame["approval_rate"].to_numpy()
        few, many = int(rates.argmin()), int(rates.argmax())
        ends = [f"{percent(rates[at])} ({scored.group(at)})" for at in (few, many)]
        alike = rates[many] - rates[few] < 5e-4
        reach = f"{percent(rates[few])} of every group" if alike else " to ".join(ends)
        parts.append(f"with {WORDS[criterion]}, {reach} are approved")
        frame.insert(0, "criterion", term(criterion))
        frame.insert(2, "n", whole(scored.curves.people))
        frames.append(frame)
    table = pd.concat(frames, ignore_index=True)
    for column in ("cutoff_low", "cutoff_high"):
        table[column] = [_cut_words(cut, safer=scored.curves.safer) for cut in table[column]]
    return Finding(
        id=finding_id("cutoff_policy", "cut-offs", scored.name), audit="cutoff_policy",
        question=QUESTION,
        claim=f"{scored.name}: {parts[0]}. {sentences(parts[1:])} {ASSUMED}.",
        status="descriptive", unit="rate", n=scored.n, table=table,
        method=f"Exact for these counts, so without ranges. {TERMS} cutoff_high is drawn with "
        "p_high, else cutoff_low; with probability lottery the decision is a draw at "
        "lottery_rate. tpr and fpr are the shares of good and of bad payers approved.",
        limits=(SWEPT, IN_SAMPLE, UNTOLD, BY_GROUP, *scored.limits),
    )  # fmt: skip


def _reach(low: float, high: float) -> str:
    return f" ({low:.1f} to {high:.1f})" if math.isfinite(low) else ""


def _cut_words(cut: float, *, safer: bool) -> Any:
    """Return a cut-off, or in words that there is none: JSON knows no infinite number."""
    if math.isfinite(cut):
        return cut
    return "approves nobody" if (cut > 0) is safer else "approves everyone"
