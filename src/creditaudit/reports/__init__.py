"""What can be done with a report after it was written."""

from creditaudit.reports.verification import Verification, verify_report

__all__ = ["Verification", "verify_report"]
