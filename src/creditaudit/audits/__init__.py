"""Audits: one file a question. To add one, write the file and name it here."""

from creditaudit.audits.adjusted_gaps import adjusted_disparity
from creditaudit.audits.approvals import disparity
from creditaudit.audits.changing_gaps import drift
from creditaudit.audits.conditional_gaps import conditional_disparity
from creditaudit.audits.conflicting_criteria import criteria_conflict
from creditaudit.audits.crossed_groups import intersections
from creditaudit.audits.cutoff_policies import cutoff_policy
from creditaudit.audits.detectable_gaps import power
from creditaudit.audits.equal_scores import calibration
from creditaudit.audits.foretold_outcomes import construct
from creditaudit.audits.funnel_stages import funnel
from creditaudit.audits.missing_people import blind_spots
from creditaudit.audits.priced_terms import terms
from creditaudit.audits.questions import Audit, all_audits, audit
from creditaudit.audits.ranked_people import ranking
from creditaudit.audits.refused_people import refusals_only
from creditaudit.audits.run import run_audits
from creditaudit.audits.unknown_groups import proxied_disparity
from creditaudit.audits.wrong_refusals import error_rates

__all__ = [
    "Audit",
    "adjusted_disparity",
    "all_audits",
    "audit",
    "blind_spots",
    "calibration",
    "conditional_disparity",
    "construct",
    "criteria_conflict",
    "cutoff_policy",
    "disparity",
    "drift",
    "error_rates",
    "funnel",
    "intersections",
    "power",
    "proxied_disparity",
    "ranking",
    "refusals_only",
    "run_audits",
    "terms",
]
