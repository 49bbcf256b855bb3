"""Audits: one file a question. To add one, write the file and name it here."""

from creditaudit.audits.added_by_inputs import input_effects
from creditaudit.audits.adjusted_gaps import adjusted_disparity
from creditaudit.audits.agreeing_risks import model_calibration
from creditaudit.audits.approvals import disparity
from creditaudit.audits.arbitrary_decisions import multiplicity
from creditaudit.audits.changed_rules import rule_changes
from creditaudit.audits.changing_gaps import drift
from creditaudit.audits.closed_ways import preclusion
from creditaudit.audits.conditional_gaps import conditional_disparity
from creditaudit.audits.conflicting_criteria import criteria_conflict
from creditaudit.audits.crossed_groups import intersections
from creditaudit.audits.cutoff_policies import cutoff_policy
from creditaudit.audits.dear_ways import recourse_by_group
from creditaudit.audits.detectable_gaps import power
from creditaudit.audits.equal_scores import calibration
from creditaudit.audits.foretold_outcomes import construct
from creditaudit.audits.funnel_stages import funnel
from creditaudit.audits.gaps_by_rule import rule_gaps
from creditaudit.audits.groups_of_reasons import reasons_by_group
from creditaudit.audits.kept_reasons import reasons_hold
from creditaudit.audits.lasting_errors import retraction
from creditaudit.audits.listed_together import shared_lists
from creditaudit.audits.milder_models import less_discriminatory
from creditaudit.audits.milder_rulebooks import rule_alternatives
from creditaudit.audits.missing_people import blind_spots
from creditaudit.audits.mistaken_people import mistaken_identity
from creditaudit.audits.moved_scores import model_stability
from creditaudit.audits.other_rules import regime_contrast
from creditaudit.audits.owed_exclusion import exclusion_causes
from creditaudit.audits.priced_terms import terms
from creditaudit.audits.proved_rules import rule_proofs
from creditaudit.audits.questions import Audit, all_audits, audit
from creditaudit.audits.ranked_people import ranking
from creditaudit.audits.refused_people import refusals_only
from creditaudit.audits.replaced_models import replacement
from creditaudit.audits.rule_texts import rules_in_text
from creditaudit.audits.run import run_audits
from creditaudit.audits.singled_out import singling_out
from creditaudit.audits.stated_rights import rights
from creditaudit.audits.steps_that_cost import monotone_steps
from creditaudit.audits.telling_inputs import proxies
from creditaudit.audits.told_reasons import reasons_given
from creditaudit.audits.unagreed_uses import purposes
from creditaudit.audits.unknown_groups import proxied_disparity
from creditaudit.audits.ways_off_lists import list_exit
from creditaudit.audits.worth_of_sectors import sector_values
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
    "exclusion_causes",
    "funnel",
    "input_effects",
    "intersections",
    "less_discriminatory",
    "list_exit",
    "mistaken_identity",
    "model_calibration",
    "model_stability",
    "monotone_steps",
    "multiplicity",
    "power",
    "preclusion",
    "proxied_disparity",
    "proxies",
    "purposes",
    "ranking",
    "reasons_by_group",
    "reasons_given",
    "reasons_hold",
    "recourse_by_group",
    "refusals_only",
    "regime_contrast",
    "replacement",
    "retraction",
    "rights",
    "rule_alternatives",
    "rule_changes",
    "rule_gaps",
    "rule_proofs",
    "rules_in_text",
    "run_audits",
    "sector_values",
    "shared_lists",
    "singling_out",
    "terms",
]
