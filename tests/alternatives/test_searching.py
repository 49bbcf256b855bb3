import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import creditaudit as ca
from alternative_people import INPUTS, planted, searched
from creditaudit.errors import InputError


def test_a_smaller_gap_at_the_same_quality_is_found_where_there_is_one():
    found = searched()
    assert found.group == "b"
    assert found.reference == "a"
    assert found.base.gap.value > 0.05
    assert found.best is not None
    assert found.found()
    assert abs(found.best.gap.value) < found.base.gap.value / 2
    assert "as good within a margin of 0.01 and leaves a smaller gap" in found.claim


def test_every_alternative_approves_the_same_share_unless_it_says_so():
    for one in (searched().base, *searched().alternatives):
        if one.candidate.same_share:
            assert one.approved.value == pytest.approx(0.6, abs=0.03)
        else:
            assert "another share" in one.note


def test_what_uses_the_group_is_marked_and_is_chosen_only_when_asked_for():
    marked = {one.name for one in searched().alternatives if one.uses_group}
    assert marked == {"cut-offs by group, same share", "cut-offs by group, with draws"}
    assert not searched().best.uses_group
    frame = searched().frame
    assert set(frame.loc[frame["uses_group"], "alternative"]) == marked
    assert frame.loc[frame["uses_group"], "note"].str.contains("may itself be unlawful").all()
    allowed = searched(use_group=True, methods=("group_cutoffs",), margin=0.2)
    assert allowed.best.name == "cut-offs by group, same share"
    assert searched(methods=("group_cutoffs",)).best is None


def test_nobody_is_in_two_parts_and_everybody_in_one():
    assert sum(searched().people) == len(planted())


def test_the_group_of_a_person_changes_no_decision_of_a_blind_alternative():
    frame = planted()
    for one in searched().alternatives:
        given = [one.approval(frame[INPUTS], np.full(len(frame), name)) for name in "ab"]
        assert (given[0] == given[1]).all() != one.uses_group


def test_one_that_uses_the_group_asks_for_it():
    one = next(one for one in searched().alternatives if one.uses_group)
    with pytest.raises(InputError, match=r"Pass groups="):
        one.approval(planted()[INPUTS])


def test_the_same_seed_gives_the_same_frontier():
    few = ("features", "card", "cutoffs", "group_cutoffs")
    again = [searched.__wrapped__(methods=few, seed=seed).frame for seed in (4, 4, 5)]
    pd.testing.assert_frame_equal(again[0], again[1])
    assert not again[0].equals(again[2])


def test_the_callers_table_is_not_changed():
    before = planted().copy()
    searched.__wrapped__(methods=("features",), seed=3)
    pd.testing.assert_frame_equal(before, planted())


def test_profit_lets_one_cut_off_for_all_compete():
    found = searched(quality="profit", methods=("cutoffs", "group_cutoffs"))
    assert all(one.quality is not None for one in found.alternatives)
    by_auc = {one.name: one.quality for one in searched().alternatives}
    assert by_auc["one cut-off, 70% approved"] is None


def test_fairlearn_with_a_bound_of_nothing_leaves_less_of_the_gap_than_the_model():
    by_name = {one.name: one for one in searched(methods=("reductions",), rounds=5).alternatives}
    assert by_name["reduction, bound 0.01"].gap.value < 0.8 * searched().base.gap.value


def test_a_model_that_cannot_be_fitted_again_is_taken_as_it_is():
    frame = planted()
    model = ca.scorers.wrap(LogisticRegression().fit(frame[INPUTS], frame["bad"]))
    found = ca.alternatives.frontier(
        model, frame[INPUTS], frame["bad"], groups=frame["group"], draws=20
    )
    assert {one.name[:11] for one in found.alternatives} == {"one cut-off", "cut-offs by"}
    assert "cannot be fitted again" in found.base.method


def test_people_without_an_outcome_count_in_the_gap_and_not_in_the_quality():
    frame = planted()
    known = np.where(np.arange(len(frame)) % 3 == 0, np.nan, frame["bad"])
    found = ca.alternatives.frontier(
        LogisticRegression(), frame[INPUTS], known, groups=frame["group"], draws=20, methods=()
    )
    assert found.n == pytest.approx(0.4 * len(frame), abs=5)
    assert np.isfinite(found.base.quality.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"methods": ("magic",)}, "methods="),
        ({"quality": "accuracy"}, "quality="),
        ({"criterion": "parity"}, "criterion="),
        ({"share": 1.2}, "between 0 and 1"),
        ({"reference": "z"}, "none of the groups"),
        ({"draws": 1}, "draws="),
        ({"min_people": 10_000}, "merge groups"),
    ],
)
def test_what_cannot_be_asked_is_told(given, said):
    frame = planted()
    with pytest.raises(InputError, match=said):
        ca.alternatives.frontier(
            LogisticRegression(), frame[INPUTS], frame["bad"], groups=frame["group"], **given
        )


@pytest.mark.parametrize(
    ("y", "said"),
    [([0.0, 1.0], "one value a person"), ([2.0] * 4000, "must be 1 for bad"),
     ([0.0] * 4000, "turned out bad")],
)  # fmt: skip
def test_outcomes_that_cannot_be_read_are_told(y, said):
    frame = planted()
    with pytest.raises(InputError, match=said):
        ca.alternatives.frontier(LogisticRegression(), frame[INPUTS], y, groups=frame["group"])
