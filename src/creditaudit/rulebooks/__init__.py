"""Rules as text that shows its law: read, dated, sourced, run on any engine."""

from creditaudit.rulebooks.book import Rulebook, preset_ids
from creditaudit.rulebooks.book_alternatives import search_alternatives
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.differences import Difference, diff
from creditaudit.rulebooks.faults import BookFault, ConditionFault
from creditaudit.rulebooks.guards import STUDY_OVERRIDE, file_metadata
from creditaudit.rulebooks.judged_variants import Alternatives
from creditaudit.rulebooks.lints import legal_basis, lint_kinds
from creditaudit.rulebooks.listed_days import copies_held, listed_counts, listed_on
from creditaudit.rulebooks.lists import ListEntries, list_entries
from creditaudit.rulebooks.rights_matrix import rights
from creditaudit.rulebooks.rule_disparities import RuleGaps, disparity_by_rule
from creditaudit.rulebooks.scored_files import scored_metadata, write_scores
from creditaudit.rulebooks.scoring import RulebookScorer
from creditaudit.rulebooks.shelves import presets

__all__ = [
    "STUDY_OVERRIDE",
    "Alternatives",
    "BookFault",
    "Condition",
    "ConditionFault",
    "Difference",
    "ListEntries",
    "RuleGaps",
    "Rulebook",
    "RulebookScorer",
    "copies_held",
    "diff",
    "disparity_by_rule",
    "file_metadata",
    "legal_basis",
    "lint_kinds",
    "list_entries",
    "listed_counts",
    "listed_on",
    "preset_ids",
    "presets",
    "rights",
    "scored_metadata",
    "search_alternatives",
    "write_scores",
]
