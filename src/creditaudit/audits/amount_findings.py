"""One finding from a difference of means that is no share: points, costs."""

import numpy as np

from creditaudit.audits.comparing import adjusted
from creditaudit.audits.model_findings import CLUSTERED, CORRECTED, Said
from creditaudit.audits.questions import REGISTERED
from creditaudit.audits.wording import p_words
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.metrics.influences import Estimate


def amount(value: float) -> str:
    """Return a difference with its sign, to two places."""
    return f"{value:+.2f}".replace("-", "−")


def amount_finding(evidence: Evidence, found: Estimate, said: Said, unit: str) -> Finding:
    """Return a finding on a difference in some unit, against the line at 0."""
    low, high = found.range()
    ends = found.range(evidence.family.level if evidence.family else LEVEL)
    p_value = found.p_value
    told = bool(np.isfinite(p_value))
    status: Status = "beyond" if told and (ends[0] > 0 or ends[1] < 0) else "cannot_tell"
    p_adjusted = adjusted(evidence, p_value)
    if told:
        where = (
            "this is beyond the line at 0."
            if status == "beyond"
            else "the line at 0 is inside the range: it cannot be told whether there is a "
            "difference."
        )
        claim = (
            f"{said.lead} ({amount(low)} to {amount(high)}). Allowing for every comparison made "
            f"({amount(ends[0])} to {amount(ends[1])}), {where}"
        )
        if np.isfinite(p_adjusted):
            often = "seldom" if p_adjusted < 0.05 else "often"
            claim += f" Chance alone would {often} show as much ({p_words(p_adjusted)})."
    else:
        claim = f"{said.lead}. No range: nobody here differs, or people are too few."
    sure = 0 if said.smaller < 100 or not told else 1 if said.smaller < 1000 else 2
    return Finding(
        id=finding_id(said.audit, said.group or "", said.scope), audit=said.audit,
        question=REGISTERED[said.audit].question, claim=f"{claim} {said.after}".strip(),
        status=status, estimate=found.value, low=low, high=high, low_family=ends[0],
        high_family=ends[1], unit=unit, n=said.n, group=said.group, reference=said.reference,
        p_value=p_value, p_adjusted=p_adjusted, tested=(p_value,) if told else (),
        confidence=("low", "moderate", "high")[sure], table=said.table,
        method=" ".join(filter(None, (
            said.method, CORRECTED, CLUSTERED if found.cluster is not None else "",
        ))),
        limits=said.limits,
    )  # fmt: skip
