"""One finding from a number made from rows and what each row adds to its error."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import adjusted
from creditaudit.audits.questions import REGISTERED
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import p_words
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.metrics.influences import Estimate

PEOPLE = "percentage points"
CORRECTED = "The range for all comparisons is widened by Bonferroni, p-values by Holm."
CLUSTERED = "Errors are summed over the sampled clusters."


@dataclass(frozen=True, kw_only=True, eq=False)
class Said:
    """What one finding says beside its number.

    Attributes
    ----------
    audit, scope : str
    lead : str
        The claim up to its range, which follows in brackets.
    after : str
        What follows the sentence on the line at 0.
    n, smaller : float
        People it rests on; people on the smaller side, for the confidence.
    """

    audit: str
    scope: str
    lead: str
    after: str
    n: float
    smaller: float
    table: pd.DataFrame
    method: str
    limits: tuple[str, ...]
    group: str | None = None
    reference: str | None = None


def gap_finding(evidence: Evidence, found: Estimate, said: Said) -> Finding:
    """Return a finding on a difference of shares, against the line at 0."""
    low, high = found.range()
    ends = found.range(evidence.family.level if evidence.family else LEVEL)
    p_value = found.p_value
    told = np.isfinite(p_value)
    status: Status = "beyond" if told and (ends[0] > 0 or ends[1] < 0) else "cannot_tell"
    p_adjusted = adjusted(evidence, p_value)
    if told:
        reach = f"({points(ends[0])} to {points(ends[1])})"
        line = (
            f"Allowing for every comparison made {reach}, this is beyond the line at 0."
            if status == "beyond"
            else f"Allowing for every comparison made {reach}, the line at 0 is inside the range: "
            "it cannot be told whether there is a difference."
        )
        claim = f"{said.lead} ({points(low)} to {points(high)}). {line} {_chance(p_adjusted)}"
    else:
        claim = f"{said.lead}. No range: nobody here tells the two apart, or people are too few."
    claim = f"{claim} {said.after}".strip()
    value, *numbers = (100 * x for x in (found.value, low, high, *ends))
    question = REGISTERED[said.audit].question
    sure = 0 if said.smaller < 100 or not told else 1 if said.smaller < 1000 else 2
    return Finding(
        id=finding_id(said.audit, said.group or "", said.scope), audit=said.audit,
        question=question, claim=claim, status=status, estimate=value, low=numbers[0],
        high=numbers[1], low_family=numbers[2], high_family=numbers[3], unit=PEOPLE, n=said.n,
        group=said.group, reference=said.reference, p_value=p_value, p_adjusted=p_adjusted,
        tested=(p_value,) if told else (), confidence=("low", "moderate", "high")[sure],
        table=said.table,
        method=" ".join(filter(None, (
            said.method, CORRECTED, CLUSTERED if found.cluster is not None else "",
        ))),
        limits=said.limits,
    )  # fmt: skip


def _chance(p_adjusted: float) -> str:
    if np.isnan(p_adjusted):
        return ""
    if p_adjusted < 0.05:
        return f"Chance alone would seldom show as much ({p_words(p_adjusted)})."
    return f"Chance alone often shows as much ({p_words(p_adjusted)})."


def untold(evidence: Evidence, audit: str, scope: str, why: str) -> Finding:
    """Return the finding that a question has no answer here, and why."""
    n = 0 if evidence.frame is None else len(evidence.frame)
    lead = f"{scope}: " if scope else ""
    return Finding(
        id=finding_id(audit, "untold", scope), audit=audit, question=REGISTERED[audit].question,
        claim=f"{lead}nothing can be told. {why}", status="cannot_tell", n=n,
    )  # fmt: skip


def too_few(least: float, of: str) -> str:
    """Return the sentence on what a comparison takes."""
    return f"It takes a reference group and another one with {least:g} or more {of} each."
