"""On people whose truth is known, alternatives move the true gap as the finding says."""

from functools import cache

import pytest

import creditaudit as ca
from alternative_people import SEEN, borrowers, true_gaps

pytestmark = pytest.mark.slow  # long validation

# Defaults of the minority are recorded wrongly, and the region tells who is in it.
RECORDED_WRONGLY = {"label": 0.2, "proxy": 0.9}


@cache
def found(seed, **knobs):
    people = borrowers(8_000, seed, **knobs)
    return ca.alternatives.frontier(
        ca.ScorecardScorer(), people.frame[SEEN], people.truth["label_recorded"],
        groups=people.frame["minority"], reference=0, share=0.7, draws=100, rounds=3,
        methods=("features", "card", "group_cutoffs"),
    )  # fmt: skip


SEEDS = range(10, 16)


def test_the_true_gap_moves_as_far_as_the_ranges_of_the_findings_say():
    crowd = borrowers(60_000, 99, **RECORDED_WRONGLY)
    inside = 0
    for seed in SEEDS:
        frontier = found(seed, **RECORDED_WRONGLY)
        before, after = (true_gaps(one, crowd) for one in (frontier.base, frontier.best))
        assert frontier.found()
        low, high = frontier.best.lower.range()
        inside += low <= before[0] - after[0] <= high
        # Among people who would have repaid it moves the same way, and about as far.
        assert before[1] - after[1] == pytest.approx(frontier.best.lower.value, abs=0.03)
    assert inside >= len(SEEDS) - 1


def test_by_the_truth_the_alternative_is_no_worse_than_by_recorded_outcomes():
    from sklearn.metrics import roc_auc_score

    frontier = found(11, **RECORDED_WRONGLY)
    crowd = borrowers(60_000, 99, **RECORDED_WRONGLY)
    own = crowd.frame["minority"].to_numpy()
    change = {}
    for label in ("label_true", "label_recorded"):
        before, after = (
            roc_auc_score(crowd.truth[label], one.candidate.score(crowd.frame[SEEN], own))
            for one in (frontier.base, frontier.best)
        )
        change[label] = after - before
    assert change["label_true"] > change["label_recorded"]
    assert any("an alternative worse" in one for one in frontier.limits)


def test_where_groups_differ_a_gap_of_nothing_in_approvals_leaves_one_among_good_payers():
    frontier = found(7, opportunity=1.0)
    crowd = borrowers(60_000, 99, opportunity=1.0)
    by_group = next(one for one in frontier.alternatives if one.candidate.same_share
                    and one.uses_group)  # fmt: skip
    everyone, good = true_gaps(by_group, crowd)
    assert abs(everyone) < 0.03
    assert good < everyone
    assert any("of the other sign, among people who would" in one for one in frontier.limits)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_where_there_is_no_gap_none_is_said_to_be_made_smaller(seed):
    assert not found(seed).found(0.99)
