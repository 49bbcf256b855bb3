"""Errors of known size: what they flip, on paper and by law, and nothing when there are none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn, MissingRole
from creditaudit.scenarios import SLIPS, DataLife, error_amplification


class Income:
    """A rule: points are the income, nothing for those who state none."""

    def points(self, X):  # noqa: N803
        return X["income"].fillna(0).to_numpy()


def life(incomes, *, errors, truth=None, **more):
    frame = pd.DataFrame({"income": incomes, "side": ["left", "right"] * (len(incomes) // 2)})
    people = ca.Population(frame, ca.Roles(groups=["side"]), truth=truth)
    given = {
        "inputs": ["income"], "measured": ["income"], "missing": ["income"], "linked": ["income"],
        "cutoff": 100,
    }  # fmt: skip
    return error_amplification(
        people, scorer=Income(), refit=False, errors=errors, **{**given, **more}
    )


def told(found, measure, **keys):
    frame = found.frame[found.frame["measure"] == measure]
    for key, value in keys.items():
        frame = frame[frame[key] == value]
    (row,) = frame.to_dict("records")
    return row


FOUR = [90.0, 100.0, 110.0, 200.0]


@pytest.mark.parametrize(
    ("error", "size", "refused", "approved"),
    [
        ("rounding", 50, 0, 1),  # 100, 100, 100, 200
        ("rounding", 80, 2, 0),  # 80, 80, 80, 160
        ("stricter_cutoff", 15, 2, 0),  # 100 and 110 are below 115
        ("missingness", 1, 3, 0),  # nobody states an income
        ("missingness", 0, 0, 0),
    ],
)
def test_four_people_whose_flips_can_be_counted(error, size, refused, approved):
    found = life(FOUR, errors={error: [size]}, seeds=[1, 2])
    assert found.approved == 0.75
    assert told(found, "newly_refused")["value"] == refused / 4
    assert told(found, "newly_approved")["value"] == approved / 4
    assert told(found, "flipped")["value"] == (refused + approved) / 4


def test_two_people_with_each_others_entries_both_flip():
    found = life([50.0, 150.0], errors={"linkage": [1]}, by="side")
    left, right = (told(found, "flipped", side=side) for side in ("left", "right"))
    assert left["value"] == right["value"] == 1
    assert told(found, "newly_approved", side="left")["value"] == 1
    assert told(found, "newly_refused", side="right")["value"] == 1
    assert (left["n"], left["seeds"], left["note"]) == (1, 10, "")


def test_coarse_bins_round_to_the_nearest_multiple_of_a_standard_deviation():
    # The standard deviation is 14.1: 20 becomes 14.1 and 0 stays.
    found = life([0.0, 20.0], errors={"coarse_bins": [1]}, cutoff=15)
    assert told(found, "newly_refused")["value"] == 0.5
    assert told(found, "newly_approved")["value"] == 0


def test_amplification_is_the_share_over_the_size_and_has_none_at_zero():
    found = life(FOUR, errors={"stricter_cutoff": [0, 15]})
    assert told(found, "flipped_per_unit")["size"] == 15
    assert told(found, "flipped_per_unit")["value"] == pytest.approx(0.5 / 15)
    assert told(found, "flipped", size=15)["unit"] == "point"


def test_what_has_no_chance_in_it_is_run_once_and_is_exact():
    row = told(life(FOUR, errors={"rounding": [80]}), "flipped")
    assert row["seeds"] == 1
    assert row["low"] == row["value"] == row["high"] == 0.5
    assert row["note"].startswith("exact")


def test_good_payers_are_counted_apart_where_the_truth_is_known():
    truth = pd.DataFrame({"label_true": [0, 0, 1, 1]})
    found = life(FOUR, errors={"stricter_cutoff": [15]}, truth=truth)
    row = told(found, "good_payers_newly_refused")
    assert (row["value"], row["n"]) == (0.5, 2)
    nobody = life(FOUR, errors={"rounding": [80]}, truth=truth.assign(label_true=1))
    row = told(nobody, "good_payers_newly_refused")
    assert row["n"] == 0
    assert np.isnan(row["value"])
    assert "good_payers_newly_refused" not in set(
        life(FOUR, errors={"rounding": [1]}).frame["measure"]
    )


incomes = st.lists(st.floats(1, 300), min_size=2, max_size=30).map(lambda x: x[: len(x) // 2 * 2])
sizes = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)


@given(
    incomes, sizes, st.sampled_from(["measurement", "missingness", "linkage", "stricter_cutoff"])
)
def test_a_larger_error_never_flips_fewer_under_a_rule(people, sizes, error):
    found = life(people, errors={error: sizes}, seeds=[3]).frame
    flipped = found[found["measure"] == "flipped"]["value"].tolist()
    assert flipped == sorted(flipped)


@given(incomes, st.sampled_from(sorted(set(SLIPS) - {"synthetic_copy", "smaller_sample"})))
def test_refused_and_approved_make_up_what_flipped_and_groups_make_up_the_whole(people, error):
    size = SLIPS[error].sizes[-1]
    found = life(people, errors={error: [size]}, by="side", seeds=[1, 2, 3])
    whole = life(people, errors={error: [size]}, seeds=[1, 2, 3])
    flipped = told(whole, "flipped")["value"]
    parts = [told(whole, f"newly_{one}")["value"] for one in ("refused", "approved")]
    assert flipped == pytest.approx(sum(parts))
    sides = found.frame[found.frame["measure"] == "flipped"]
    assert flipped == pytest.approx(np.average(sides["value"], weights=sides["n"]))
    assert (sides["low"] <= sides["value"] + 1e-12).all()
    assert (sides["value"] <= sides["high"] + 1e-12).all()


@given(incomes, st.sampled_from(["measurement", "missingness", "linkage"]))
def test_only_those_whose_data_can_go_wrong_flip(people, error):
    where = np.arange(len(people)) % 2 == 0
    found = life(people, errors={error: [0.5]}, by="side", where=where, seeds=[1, 2])
    assert told(found, "flipped", side="right")["value"] == 0


@pytest.fixture(scope="module")
def people():
    return ca.make_borrowers(3_000, seed=7)


def test_no_error_flips_nobody_in_a_line_that_is_fitted_anew(people):
    found = error_amplification(people, errors={name: [0] for name in SLIPS}, seeds=[1, 2])
    assert set(found.frame["error"]) == set(SLIPS)
    assert (found.frame["value"] == 0).all()
    assert found.approved == pytest.approx(0.68, abs=0.1)


def test_every_stage_can_change_decisions_and_the_same_seeds_give_the_same(people):
    worst = {name: slip.sizes[-1:] for name, slip in SLIPS.items()}
    found = error_amplification(people, errors=worst, seeds=[1, 2], by="minority")
    flipped = found.frame[found.frame["measure"] == "flipped"]
    assert flipped.groupby("error")["value"].max().gt(0.005).all()
    assert list(dict.fromkeys(flipped["stage"])) == [
        "collect", "link", "synthesise", "analyse", "decide",
    ]  # fmt: skip
    again = error_amplification(people, errors=worst, seeds=[1, 2], by="minority")
    pd.testing.assert_frame_equal(found.frame, again.frame)
    assert any("Synthetic people" in one for one in found.limits)


def test_any_classifier_can_be_the_scorer(people):
    model = make_pipeline(SimpleImputer(add_indicator=True), LogisticRegression(max_iter=1000))
    found = error_amplification(people, scorer=model, errors={"missingness": [0, 0.2]}, seeds=[1])
    zero, some = found.frame[found.frame["measure"] == "flipped"]["value"]
    assert zero == 0
    assert 0 < some < 0.2
    assert not hasattr(model, "classes_"), "the caller's model is left unfitted"


@pytest.mark.parametrize(
    ("past", "cutoff"), [([1, 0, 0, 0], 200), ([1, 1, 1, 0], 100), ([1] * 4, 90)]
)
def test_the_cutoff_approves_as_many_as_were_approved_in_the_past(past, cutoff):
    frame = pd.DataFrame({"income": FOUR, "approved": past})
    found = error_amplification(
        ca.Population(frame, ca.Roles(decision="approved", favourable=1)), scorer=Income(),
        refit=False, inputs=["income"], measured=[], missing=[], linked=[],
    )  # fmt: skip
    assert found.cutoff == cutoff
    assert found.approved == sum(past) / 4


def test_a_rule_learns_nothing_and_says_so(people):
    frame = people.frame.assign(income=people.frame["reported_income"].fillna(0))
    told = error_amplification(
        ca.Population(frame, people.roles), scorer=Income(), refit=False, inputs=["income"],
        measured=["income"], missing=[], linked=[], seeds=[1],
    )  # fmt: skip
    assert not {"synthetic_copy", "smaller_sample"} & set(told.frame["error"])
    assert any("not fitted" in one for one in told.limits)


def test_several_group_columns_and_missing_groups_are_keys(people):
    frame = people.frame.assign(side=[None, "left", "right"] * 1000)
    given = ca.Population(frame, people.roles, truth=people.truth)
    found = error_amplification(given, by=["side", "minority"], errors={"rounding": [5]})
    flipped = found.frame[found.frame["measure"] == "flipped"]
    assert flipped["n"].sum() == 3_000
    assert flipped["side"].isna().sum() == 2


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"errors": {"typing": [1]}}, InputError, "no error 'typing'. Errors: measurement"),
        ({"errors": {"rounding": [-1]}}, InputError, "must be 0 or more"),
        ({"seeds": []}, InputError, "seeds is empty"),
        ({"where": [True]}, InputError, "give 3000 True or False"),
        ({"by": "county"}, MissingColumn, "Name group columns in by="),
        ({"inputs": ["reported_incom"]}, MissingColumn, "'reported_incom'"),
        ({"measured": ["age"]}, MissingColumn, "what can go wrong among them"),
    ],
)
def test_what_cannot_be_asked_is_said(people, more, error, said):
    with pytest.raises(error, match=said):
        error_amplification(people, **more)


def test_fitting_needs_an_outcome_and_a_share_needs_a_past_decision(people):
    with pytest.raises(MissingRole, match="refit=False"):
        error_amplification(ca.Population(people.frame, ca.Roles()))
    with pytest.raises(MissingRole, match="Pass cutoff="):
        error_amplification(ca.Population(people.frame, ca.Roles(outcome="default", good=0)))


def test_the_table_has_a_row_for_each_error_size_and_group(people):
    found = error_amplification(
        people, by="minority", errors={"rounding": [0, 5], "linkage": [0.1]}
    )
    table = found.table
    assert table[["error", "size", "minority"]].to_numpy().tolist() == [
        ["linkage", 0.1, 0], ["linkage", 0.1, 1], ["rounding", 0, 0], ["rounding", 0, 1],
        ["rounding", 5, 0], ["rounding", 5, 1],
    ]  # fmt: skip
    last = told(found, "newly_refused", error="rounding", size=5, minority=1)
    assert table["newly_refused"].iloc[-1] == last["value"]
    assert "good_payers_newly_refused" in table


def test_the_result_shows_itself(people):
    found = error_amplification(people, errors={"rounding": [5]})
    assert isinstance(found, DataLife)
    assert "rounding" in repr(found)
    assert "<table" in found._repr_html_()
    assert "Synthetic people" in found._repr_html_()
