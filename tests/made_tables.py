"""Small tables of decisions, and audits of them, for the tests of the upper half of the house."""

import re

import pandas as pd

from creditaudit import Evidence, Plan, Report, Roles, Tally
from creditaudit.audits import run_audits

DAY = "2026-11-23"
ROLES = Roles(groups=["group"], decision="approved", favourable=1)
LENDER = Roles(groups=["group"], decision="approved", favourable=1, outcome="paid", good=1)
CROSSED = Roles(groups=["race", "sex"], decision="approved", favourable=1)
# No finding says why there is a gap, or whether a system is good.
VERDICTS = re.compile(
    r"because|due to|\bcaus|discriminat|\b(un)?fair(ly|ness)?\b|\bbias|\bpass(es|ed)?\b", re.I
)


def rows(*parts):
    """Return a frame from ``(how many, {column: value})``."""
    return pd.DataFrame([row for times, row in parts for _ in range(times)])


def decided(**groups):
    """Return people by group from ``group=(approved, refused)``."""
    return rows(
        *(
            (times, {"group": name, "approved": approved})
            for name, counts in groups.items()
            for approved, times in zip((1, 0), counts, strict=True)
        )
    )


def crossed(cells):
    """Return people by race and sex from ``{(race, sex): (approved, refused)}``."""
    return rows(
        *(
            (times, {"race": race, "sex": sex, "approved": approved})
            for (race, sex), counts in cells.items()
            for approved, times in zip((1, 0), counts, strict=True)
        )
    )


def lent(**groups):
    """Return a lender's file from ``group=(approved and paid, approved and not, refused)``."""
    kinds = ({"approved": 1, "paid": 1}, {"approved": 1, "paid": 0}, {"approved": 0, "paid": None})
    return rows(
        *(
            (times, {"group": name, **kind})
            for name, counts in groups.items()
            for kind, times in zip(kinds, counts, strict=True)
        )
    )


def audited(frame, roles=ROLES, *, by=None, score_bins=None, about=None, **plan) -> Report:
    """Return the audit of a frame, always on the same day."""
    tally = Tally.from_frame(frame, roles, by=by, score_bins=score_bins)
    evidence = Evidence(tally=tally, about=about or {})
    return run_audits(evidence, title="A lender", plan=Plan(**plan), report_date=DAY)


def of(report, audit):
    """Return the findings of one audit."""
    return [finding for finding in report.findings if finding.audit == audit]


def claims(report):
    """Return every claim of a report as one text."""
    return "\n".join(finding.claim for finding in report.findings)
