"""Scenarios: one question each, played through from people to decisions."""

from creditaudit.scenarios.data_life import DataLife, error_amplification
from creditaudit.scenarios.known_effects import GroupEffects, group_effects
from creditaudit.scenarios.lender_rules import LenderRule
from creditaudit.scenarios.slips import SLIPS, Slip

__all__ = [
    "SLIPS",
    "DataLife",
    "GroupEffects",
    "LenderRule",
    "Slip",
    "error_amplification",
    "group_effects",
]
