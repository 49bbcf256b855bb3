from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cell_words import people_in
from creditaudit import Roles, Tally
from creditaudit.cells import DECISION, FIXED
from creditaudit.errors import InputError, MissingRole


@pytest.fixture
def tally(people, all_roles):
    return Tally.from_frame(people, all_roles, score_bins=[300, 500, 650, 850])


def test_the_tally_tells_people_groupings_and_origin(tally):
    assert tally.n == 8
    assert tally.groupings == (("race",), ("sex",), ("race", "sex"))
    assert tally.origin == "rows"
    assert repr(tally) == "<Tally of 8 people by race, sex, race x sex; from rows>"


@pytest.mark.parametrize(
    ("by", "groupings"),
    [
        (None, (("race",), ("sex",), ("race", "sex"))),
        ("race", (("race",),)),
        (("race", "sex"), (("race", "sex"),)),
        (["race", "sex"], (("race",), ("sex",))),
        (["race", ("race", "sex")], (("race",), ("race", "sex"))),
        ((("race",), ("race", "sex")), (("race",), ("race", "sex"))),
        ([["race", "sex"]], (("race", "sex"),)),
        ([None, "race"], ((), ("race",))),
        (["race", ("race",), "race"], (("race",),)),
        ([("race", "race")], (("race",),)),
        ([], ((),)),
        ((), ((),)),
        (iter(["race", "sex"]), (("race",), ("sex",))),
    ],
    ids=lambda value: str(value).split(" at 0x")[0],
)
def test_groupings_may_be_asked_for_in_these_forms(by, groupings, people, roles):
    assert Tally.from_frame(people, roles, by=by).groupings == groupings


def test_without_groups_everyone_is_one_grouping(people):
    tally = Tally.from_frame(people, Roles(decision="approved", favourable=1))
    assert tally.groupings == ((),)
    assert people_in(tally, None) == {("approved",): 4, ("refused",): 4}
    assert "by everyone" in repr(tally)


def test_a_grouping_of_other_columns_is_told_with_those_there_are(people, roles):
    with pytest.raises(InputError) as caught:
        Tally.from_frame(people, roles, by=["age", ("race", "points")])
    assert "by= names ['age', 'points']" in str(caught.value)
    assert "['race', 'sex']. Add them to groups=." in str(caught.value)


def test_the_period_may_be_named_in_a_grouping(people):
    roles = Roles(groups=["race"], period="month")
    tally = Tally.from_frame(people.assign(month="jan"), roles, by=[("race", "month"), "month"])
    assert tally.groupings == (("race",), ())
    assert people_in(tally, ("race", "month")) == {("white", "jan"): 4, ("black", "jan"): 4}


@pytest.mark.parametrize("name", ["n", "value", "note", "decision", "outcome", "score_bin", "w"])
def test_a_group_has_not_the_name_of_a_result_column(name, people):
    people = people.rename(columns={"race": name})
    for roles in (Roles(groups=[name]), Roles(groups=["sex"], period=name)):
        with pytest.raises(InputError, match=f"Column '{name}' has the name of a result column"):
            Tally.from_frame(people, roles)


def test_cells_in_words_are_counted_by_hand(tally):
    assert people_in(tally, None) == {
        ("[300, 500)", None, "refused"): 1,
        ("[500, 650)", "good", "approved"): 1,
        ("[500, 650)", None, "refused"): 3,
        ("[650, 850]", "good", "approved"): 2,
        ("[650, 850]", "bad", "approved"): 1,
    }


def test_the_frame_is_the_first_grouping(tally):
    pd.testing.assert_frame_equal(tally.frame, tally.labelled("race"))
    assert list(tally.frame.columns) == [
        "race", "score_bin", "outcome", "decision", "n", "w", "w2"
    ]  # fmt: skip


def test_words_are_only_of_roles_that_were_given(people, roles):
    frame = Tally.from_frame(people, Roles(groups=["race"])).frame
    assert list(frame.columns) == ["race", "n", "w", "w2"]


def test_the_keys_may_be_asked_for_in_any_order(tally):
    frame = tally.labelled(("sex", "race"))
    assert list(frame.columns[:2]) == ["sex", "race"]
    assert frame["n"].sum() == 8


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([True, False], "bool"),
        ([True, None], "boolean"),
        ([1, 2], "int64"),
        ([1, None], "Int64"),
        ([2**70, 1], "object"),
        ([0.5, 1], "object"),
        ([-(2**63), 1], "object"),
    ],
    ids=str,
)
def test_group_values_keep_their_type(values, dtype):
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    column = Tally.from_frame(frame, Roles(groups=["x"])).frame["x"]
    assert column.dtype == dtype
    assert set(column.astype(object).where(column.notna(), None)) == set(values)


def test_a_missing_text_group_is_null_and_not_the_text_none():
    frame = pd.DataFrame({"x": ["a", None]})
    column = Tally.from_frame(frame, Roles(groups=["x"])).frame["x"]
    assert column.isna().tolist() == [True, False]


def test_a_column_may_have_any_name_and_is_escaped_in_html(people):
    name = "<script>alert(1)</script>"
    people = people.rename(columns={"race": name}).replace("black", "<b>")
    tally = Tally.from_frame(people, Roles(groups=[name]))
    page = tally._repr_html_()
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_nobody_and_no_group_can_be_shown(people, all_roles):
    for frame in (people, people.head(0)):
        for by in (None, [None]):
            assert "<table" in Tally.from_frame(frame, all_roles, by=by)._repr_html_()


def test_select_sums_the_rest_out(tally):
    cells = tally.select(("sex",), [DECISION])
    assert cells.columns == ("sex", DECISION)
    assert cells.sums[:, 0].tolist() == [1, 3, 3, 1]


def test_a_grouping_that_is_not_kept_is_told_with_those_that_are(people, roles):
    tally = Tally.from_frame(people, roles, by=["race"])
    with pytest.raises(InputError) as caught:
        tally.select(("sex",), [])
    assert "no grouping that holds ('sex',). Groupings: ('race',)" in str(caught.value)
    assert "by=['sex', ...]" in str(caught.value)
    with pytest.raises(InputError, match=r"by=\[\('race', 'sex'\), \.\.\.\]"):
        tally.select(("race", "sex"), [])


@pytest.mark.parametrize("by", ["race", ("race", "sex"), ["sex", None], None, []], ids=str)
def test_projecting_equals_counting_less(by, tally, people, all_roles):
    wanted = [None] if by is None else by
    direct = Tally.from_frame(people, all_roles, by=wanted, score_bins=[300, 500, 650, 850])
    projected = tally.project(by)
    assert projected.groupings == direct.groupings
    assert projected.fingerprint() == direct.fingerprint()
    assert projected.n == 8


def test_a_projection_holds_no_level_of_a_column_that_is_gone(tally):
    assert set(tally.project("race").levels) == {"race"}


def test_projecting_keeps_the_period(people):
    roles = Roles(groups=["race", "sex"], period="month")
    tally = Tally.from_frame(people.assign(month=["jan", "feb"] * 4), roles)
    for by in ("race", ("race", "month")):
        projected = tally.project(by)
        assert projected.groupings == (("race",),)
        assert people_in(projected, "month") == {("jan",): 4, ("feb",): 4}
    assert tally.project("month").groupings == ((),)


def approved_at(tally, cutoff):
    found = tally.at_cutoff(cutoff).labelled(None).fillna({"decision": "none"})
    return found.groupby("decision")["n"].sum().to_dict()


def test_at_or_above_a_cutoff_is_approved_when_higher_is_safer(tally):
    assert approved_at(tally, 650) == {"approved": 3, "refused": 5}
    assert approved_at(tally, 300) == {"approved": 8}


def test_below_a_cutoff_is_approved_when_higher_is_riskier(people):
    roles = Roles(score="points", higher_is="riskier", score_range=(300, 850))
    tally = Tally.from_frame(people, roles, score_bins=[300, 500, 650, 850])
    assert approved_at(tally, 650) == {"approved": 5, "refused": 3}


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
@pytest.mark.parametrize("score_bins", ["exact", [0, 1, 2]], ids=str)
def test_people_without_a_score_have_no_decision(higher_is, score_bins):
    frame = pd.DataFrame({"points": [-5, 0, 1, 2, 3, np.nan]})
    roles = Roles(score="points", higher_is=higher_is)
    tally = Tally.from_frame(frame, roles, score_bins=score_bins)
    above = {"safer": "approved", "riskier": "refused"}[higher_is]
    below = {"safer": "refused", "riskier": "approved"}[higher_is]
    assert approved_at(tally, 1) == {above: 3, below: 2, "none": 1}


def test_a_cutoff_replaces_the_decision_and_its_words(people, all_roles):
    roles = replace(all_roles, favourable=1, unfavourable=0)
    tally = Tally.from_frame(people, roles, score_bins="exact")
    changed = tally.at_cutoff(650.5)
    assert changed.roles.decision == "score >= 650.5"
    assert changed.roles.refusals is None
    assert tally.roles.decision == "approved"
    assert approved_at(tally, 650.5) == {"approved": 2, "refused": 6}
    assert tally.at_cutoff(0.12345678).roles != tally.at_cutoff(0.12345679).roles


def test_a_cutoff_inside_a_bin_is_an_error_with_the_nearest_edges(tally):
    with pytest.raises(InputError, match="nearest edges are 500 and 650"):
        tally.at_cutoff(600)


def test_a_cutoff_needs_a_score(people, roles):
    with pytest.raises(MissingRole, match="Pass score= and higher_is= to Roles"):
        Tally.from_frame(people, roles).at_cutoff(600)


def test_a_cutoff_on_a_tally_of_nobody_decides_nobody(people, all_roles):
    tally = Tally.from_frame(people.head(0), all_roles, score_bins="exact")
    assert tally.at_cutoff(600).n == 0


def test_the_fixed_keys_cannot_be_columns_of_a_user():
    assert all(name.startswith("\0") for name in FIXED)
