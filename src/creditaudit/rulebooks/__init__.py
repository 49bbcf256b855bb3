"""Rules as text that shows its law: read, dated, sourced, run on any engine."""

from creditaudit.rulebooks.book import Rulebook, preset_ids
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.differences import Difference, diff
from creditaudit.rulebooks.faults import BookFault, ConditionFault
from creditaudit.rulebooks.guards import STUDY_OVERRIDE, file_metadata
from creditaudit.rulebooks.scoring import RulebookScorer
from creditaudit.rulebooks.shelves import presets

__all__ = [
    "STUDY_OVERRIDE",
    "BookFault",
    "Condition",
    "ConditionFault",
    "Difference",
    "Rulebook",
    "RulebookScorer",
    "diff",
    "file_metadata",
    "preset_ids",
    "presets",
]
