"""Who is wrongly refused?"""

import pandas as pd

from creditaudit.audits.comparing import Words, held, not_shown, ratio_findings
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import reach_words
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.catalogue import CATALOGUE
from creditaudit.metrics.disparities import Comparison
from creditaudit.metrics.rates import BY_NAME

BASE = BY_NAME["base_rate"]
QUESTION = "Who is wrongly refused?"
SHOWN = (
    "base_rate", "true_positive_rate", "false_negative_rate", "false_positive_rate", "precision",
    "accuracy", "auc",
)  # fmt: skip


@audit(
    question=QUESTION,
    needs=("tally", "decision", "outcome", "groups"),
    estimand="share of good payers refused in the group / the same share in the reference",
    topic="error_rates",
)
def error_rates(evidence: Evidence) -> list[Finding]:
    """Return how often good payers are refused, each group against the reference.

    Where declined people have no outcomes the ratio is not known, and its worst-case bounds are
    given instead; beside it, all error rates by group with their ranges.

    References
    ----------
    Hardt, M., Price, E. and Srebro, N. (2016). Equality of opportunity in supervised learning.
    """
    words = Words(
        audit="error_rates", question=QUESTION, event="refused", rest="approved",
        things="refusals of good payers", of="good payers were refused",
        limits=(
            "Who is a good payer is read from the outcome as recorded; where the record itself "
            "differs between groups, so do these rates.",
        ),
    )  # fmt: skip
    found = ratio_findings(evidence, "false_negative_rate", words, _unknown)
    return [*found, *(_all_rates(evidence, name) for name in evidence.groups)]


def _unknown(found: Comparison, place: int) -> str:
    reach = reach_words(found.low[place], found.high[place])
    return (
        "declined people have no outcomes, so it cannot be told how often good payers were "
        f"refused. Whatever those outcomes are, there are {reach} refusals of good payers for "
        "every 100 in the reference group, per head."
    )


def _all_rates(evidence: Evidence, name: str) -> Finding:
    tally = held(evidence)
    frames = []
    for metric in SHOWN:
        # Nothing is known of the AUC where counts are known within bounds only.
        if metric == "auc" and (tally.roles.score is None or tally.bounds is not None):
            continue
        frame = CATALOGUE[metric].estimate(tally, name).frame
        frame.insert(1, "measure", metric.replace("_", " "))
        frames.append(frame[frame["n"] >= evidence.plan.min_cell])
    table = pd.concat(frames, ignore_index=True)
    unknown = sorted(set(table.loc[table["value"].isna(), "measure"]))
    claim = f"{name}: error rates of each group, with ranges, are in the table."
    if unknown:
        claim += f" Not known here: {', '.join(unknown)}; the table gives bounds and the reason."
    return Finding(
        id=finding_id("error_rates", "all rates", name), audit="error_rates", question=QUESTION,
        claim=claim, status="descriptive", unit="rate", n=tally.n, table=table,
        method="Wilson score ranges; for the AUC, DeLong on the logit scale; worst-case bounds "
        "over missing outcomes.",
        limits=(
            "Rates that cannot all be equal at once when groups perform differently: read them "
            "together.",
            *not_shown(evidence, BASE, (name,)),
        ),
    )  # fmt: skip
