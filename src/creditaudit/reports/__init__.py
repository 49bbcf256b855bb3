"""What can be done with a report or with published counts after they were made."""

from creditaudit.reports.exploring import explorer_counts, save_explorer
from creditaudit.reports.verification import Verification, verify_report

__all__ = ["Verification", "explorer_counts", "save_explorer", "verify_report"]
