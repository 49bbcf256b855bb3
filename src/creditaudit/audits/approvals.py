"""Who is approved less often?"""

from creditaudit.audits.comparing import Words, ratio_findings
from creditaudit.audits.questions import audit
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding

QUESTION = "Who is approved less often?"


@audit(
    question=QUESTION,
    needs=("tally", "decision", "groups"),
    estimand="approval rate of the group / approval rate of the reference, in the population the "
    "decisions are a sample of",
    topic="approval_gap",
)
def disparity(evidence: Evidence) -> list[Finding]:
    """Return the ratio of approval rates of each group to the reference.

    References
    ----------
    Miettinen, O. and Nurminen, M. (1985). Statistics in Medicine 4, 213-226.
    """
    words = Words(
        audit="disparity", question=QUESTION, event="approved", rest="refused",
        things="approvals", of="were approved",
    )  # fmt: skip
    return ratio_findings(evidence, "approval_rate", words)
