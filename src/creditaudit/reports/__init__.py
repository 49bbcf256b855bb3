"""What can be done with a report, with published counts, or with two versions of a rulebook."""

from creditaudit.reports.consulting import consultation, save_consultation
from creditaudit.reports.exploring import explorer_counts, save_explorer
from creditaudit.reports.verification import Verification, verify_report

__all__ = [
    "Verification",
    "consultation",
    "explorer_counts",
    "save_consultation",
    "save_explorer",
    "verify_report",
]
