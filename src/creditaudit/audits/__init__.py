"""Audits: one file a question. To add one, write the file and name it here."""

from creditaudit.audits.approvals import disparity
from creditaudit.audits.crossed_groups import intersections
from creditaudit.audits.missing_people import blind_spots
from creditaudit.audits.questions import Audit, all_audits, audit
from creditaudit.audits.run import run_audits
from creditaudit.audits.wrong_refusals import error_rates

__all__ = [
    "Audit",
    "all_audits",
    "audit",
    "blind_spots",
    "disparity",
    "error_rates",
    "intersections",
    "run_audits",
]
