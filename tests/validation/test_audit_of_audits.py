"""Do audits find what was put into synthetic people, and stay silent when nothing was?

A short form of `python -m benchmarks.validation`, whose table is in docs/ideas/validation.md.
"""

from functools import cache

import numpy as np
import pytest
from benchmarks.validation.cases import CASES, GROUP, OTHERS, approval_ratio
from benchmarks.validation.people import SETTINGS, crowd, made
from benchmarks.validation.scores import report_alarms, score
from scipy.stats import beta

import creditaudit as ca
from creditaudit import intervals

SIZE, SAMPLES, CROWD = 2_000, 25, 300_000
ASKED = [
    (case, setting)
    for case in CASES
    for setting in ("nothing", "selection 1", "firms", "firms, selection 1")
    if setting in case.settings and case.short
]  # fmt: skip


@cache
def behind(setting):
    return crowd.__wrapped__(setting, CROWD)


@pytest.mark.parametrize(
    ("case", "setting"), ASKED, ids=[f"{case.audit} {case.about[-9:]} {s}" for case, s in ASKED]
)
def test_ranges_hold_the_truth_and_no_gap_raises_no_alarm(case, setting, record_property):
    found = score(case, setting, SIZE, SAMPLES, behind(setting))
    record_property("covered", found.covered)
    assert found.faults == []
    if found.gap and not case.bounds:
        assert found.alarms >= 0.6, "a gap of this size is found in most samples"


def test_every_registered_audit_is_scored_or_says_why_not():
    from creditaudit.audits.questions import all_audits

    exact = {"blind_spots", "power", "cutoff_policy", "criteria_conflict"}
    # About a text and nobody in particular: tests/rulebooks/faulty.toml has a fault of every kind.
    exact |= {"rights", "rules_in_text"}
    # The same of proofs: tests/rulebooks/test_proofs.py holds the solver against trying it out.
    exact |= {"rule_proofs"}
    # No group of these people is compared, or the truth takes fits: known truths of their own are
    # planted in tests/audits/test_models_refitted.py and test_models_described.py.
    exact |= {"construct", "multiplicity", "proxies", "input_effects", "model_stability"}
    # The choice is itself made from a sample: see tests/alternatives/test_truths_moved.py.
    # Planted in one rule and found in it: tests/rulebooks/test_rule_disparities.py.
    exact |= {"rule_gaps", "rule_alternatives"}
    exact |= {"less_discriminatory"}
    # About a rule of sharing: trees and rings of known size are counted in closed form in
    # tests/sharing/test_generations.py and tests/audits/test_listed_together.py.
    exact |= {"shared_lists"}
    # The same of rulebooks: tests/rulebooks/test_book_alternatives.py has the truth of each choice.
    exact |= {"rule_alternatives"}
    # Refused people of a score are compared, and these have none: tests/audits/test_closed_ways.py.
    exact |= {"preclusion"}
    # The same of their reasons and ways back: tests/audits/test_reasons_audited.py plants each.
    exact |= {
        "recourse_by_group",
        "reasons_given",
        "reasons_by_group",
        "reasons_hold",
        "monotone_steps",
    }
    # About a society: truths on paper and by closed form in tests/audits/test_shared_worlds.py.
    exact |= {"singling_out", "mistaken_identity"}
    # About agreements and nobody in particular: tests/audits/test_regime_audits.py, where oracles
    # of ways and of copies in tests/sharing are the truth.
    exact |= {"purposes", "retraction"}
    # About rules on a society: laws under common luck and truths by hand in tests/sharing, and
    # tests/audits/test_regimes_lived.py, which holds each to what it computes.
    exact |= {"regime_contrast", "list_exit", "exclusion_causes"}
    # The truth takes fits on every coalition: tests/sharing/test_information_values.py plants it,
    # and holds ranges against fits on other people.
    exact |= {"sector_values"}
    assert {one.name for one in all_audits()} == {case.audit for case in CASES} | exact


def test_a_range_that_is_too_narrow_is_told():
    found = score(CASES[0], "nothing", SIZE, SAMPLES, behind("nothing"))
    from dataclasses import replace

    assert replace(found, covered=0.6).faults == ["held the truth in 60.0% only"]
    assert replace(found, alarms=0.5).faults == ["50.0% false alarms"]


def test_whole_reports_about_people_without_a_gap_stay_silent():
    number, alarms = report_alarms("nothing", SIZE, 20, 50_000)
    assert alarms <= beta.ppf(0.999, 0.05 * number + 1, 0.95 * number)


def test_selection_turns_the_sign_of_the_gap_that_can_be_seen():
    """Of the approved, the minority defaults less often; of everybody, it does not."""
    people = behind("selection 1").frame
    seen = people[people["approved"] == 1]
    rate = seen.groupby("minority")["label_true"].mean()
    truth = people.groupby("minority")["label_true"].mean()
    assert rate[GROUP] - rate[OTHERS] < -0.005
    assert abs(truth[GROUP] - truth[OTHERS]) < 0.005


def test_outcomes_of_the_approved_alone_give_bounds_that_hold_the_true_default_rate():
    people = made("selection 1", 20_000, 3)
    roles = ca.Roles(
        groups=["minority"], decision="approved", favourable=1, outcome="default", good=0
    )
    tally = ca.Tally.from_frame(people, roles)
    found = ca.metrics.false_negative_rate(tally, by="minority").set_index("minority")
    good = people[people["label_true"] == 0]
    truth = (good["approved"] == 0).groupby(good["minority"]).mean()
    assert found["value"].isna().all()
    assert (found["low"] <= truth).all()
    assert (truth <= found["high"]).all()


@pytest.mark.parametrize("setting", ["nothing", "selection 1", "label .2"])
def test_ranges_hold_over_ten_thousand_draws_of_the_cells(setting):
    """The cells are those of a crowd, so that what the ranges should hold is known exactly."""
    assert setting in SETTINGS
    people = behind(setting).frame
    for rows, event in (
        (people, "approved"), (people[people["label_recorded"] == 0], "approved"),
    ):  # fmt: skip
        cells = rows.groupby(["minority", event]).size().to_numpy() / len(rows)
        drawn = np.random.default_rng(5).multinomial(SIZE, cells, size=10_000).astype(float).T
        n = [drawn[0] + drawn[1], drawn[2] + drawn[3]]
        p = [drawn[1] / n[0], drawn[3] / n[1]]
        rates = [cells[1] / (cells[0] + cells[1]), cells[3] / (cells[2] + cells[3])]
        low, high = intervals.miettinen_nurminen(p[1], n[1], p[0], n[0], "ratio")
        truth = rates[1] / rates[0]
        assert np.mean((low <= truth) & (truth <= high)) >= 0.94
        refused = (1 - rates[1]) / (1 - rates[0])
        low, high = intervals.miettinen_nurminen(1 - p[1], n[1], 1 - p[0], n[0], "ratio")
        assert np.mean((low <= refused) & (refused <= high)) >= 0.94


def test_the_chances_of_approval_give_the_ratio_that_decisions_give():
    people = behind("selection 1").frame
    rates = people.groupby("minority")["approved"].mean()
    assert abs(approval_ratio(people) - rates[GROUP] / rates[OTHERS]) < 0.01
