"""Funnels: from rows and from counts, and people who must not increase."""

import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn

STAGES = ["applied", "complete", "offered"]


@pytest.fixture
def rows():
    """a: 4 applied, 3 complete, 2 offered; b: 4, 3, 1."""
    return pd.DataFrame({
        "group": ["a"] * 4 + ["b"] * 4,
        "applied": 1,
        "complete": [1, 1, 1, 0] * 2,
        "offered": [1, 1, 0, None, 1, 0, 0, None],
    })  # fmt: skip


WIDE = pd.DataFrame({"group": ["a", "b"], "applied": [4, 4], "complete": [3, 3], "offered": [2, 1]})


def counts(funnel):
    """Return people reaching and not reaching the next stage, by step and group."""
    return [
        {(r.group, r.decision): r.n for r in one.frame.itertuples()}
        for one in (*funnel.steps, funnel.overall)
    ]


def test_rows_and_counts_and_files_give_the_same_funnel(rows, tmp_path):
    rows.to_csv(tmp_path / "rows.csv", index=False)
    long = WIDE.melt("group", var_name="at", value_name="n")
    made = [
        ca.Funnel.from_frame(rows, "group", STAGES),
        ca.Funnel.from_frame(tmp_path / "rows.csv", "group", STAGES),
        ca.Funnel.from_frame(rows, "group", STAGES[1:], everyone="applied"),
        ca.Funnel.from_counts(WIDE, "group", STAGES),
        ca.Funnel.from_counts(long, "group", STAGES, stage="at"),
    ]
    expected = [
        {("a", "refused"): 1, ("a", "approved"): 3, ("b", "refused"): 1, ("b", "approved"): 3},
        {("a", "refused"): 1, ("a", "approved"): 2, ("b", "refused"): 2, ("b", "approved"): 1},
        {("a", "refused"): 2, ("a", "approved"): 2, ("b", "refused"): 3, ("b", "approved"): 1},
    ]
    for one in made:
        assert one.stages == tuple(STAGES)
        assert counts(one) == expected
    assert [one.origin for one in made] == ["rows"] * 3 + ["counts"] * 2
    assert made[0].moves == ("applied to complete", "complete to offered")


def test_the_people_of_a_stage_are_those_who_reached_it(rows):
    funnel = ca.Funnel.from_frame(rows, "group", STAGES)
    reached = [one.frame.query("decision == 'approved'")["n"].sum() for one in funnel.steps]
    assert [one.n for one in funnel.steps[1:]] == reached[:-1]


def test_two_funnels_add(rows):
    whole = ca.Funnel.from_frame(rows, "group", STAGES)
    parts = [ca.Funnel.from_frame(rows.iloc[at], "group", STAGES)
             for at in ([0, 3, 5], [1, 2, 4, 6, 7])]  # fmt: skip
    both = parts[0] + parts[1]
    assert both.overall.fingerprint() == whole.overall.fingerprint()
    assert [x.fingerprint() for x in both.steps] == [x.fingerprint() for x in whole.steps]
    with pytest.raises(InputError, match="other stages"):
        whole + ca.Funnel.from_frame(rows, "group", STAGES[:2])


def test_a_column_of_withdrawals_is_read_the_other_way(rows):
    rows["withdrawn"] = [0, 0, 0, 1] * 2
    stages = ["applied", ("not withdrawn", "withdrawn", 0), "offered"]
    funnel = ca.Funnel.from_frame(rows, "group", stages)
    assert funnel.stages == ("applied", "not withdrawn", "offered")
    assert counts(funnel) == counts(ca.Funnel.from_frame(rows, "group", STAGES))


def test_people_must_not_increase_in_counts():
    table = WIDE.assign(offered=[2, 9])
    with pytest.raises(InputError, match=r"group b: 9 people at stage 'offered' and 3 at .*'comp"):
        ca.Funnel.from_counts(table, "group", STAGES)


def test_people_must_not_increase_in_rows(rows):
    rows.loc[7, "offered"] = 1
    with pytest.raises(InputError, match=r"1 people, such as one of group b, reached stage 'offe"):
        ca.Funnel.from_frame(rows, "group", STAGES)


def test_it_must_be_recorded_whether_people_went_on(rows):
    rows.loc[5, "offered"] = None
    with pytest.raises(InputError, match=r"'offered', it is not recorded for 1 .*group b"):
        ca.Funnel.from_frame(rows, "group", STAGES)


def test_what_cannot_be_read_says_why(rows):
    with pytest.raises(InputError, match="two stages or more"):
        ca.Funnel.from_frame(rows, "group", ["applied"])
    with pytest.raises(MissingColumn, match="accepted"):
        ca.Funnel.from_frame(rows, "group", [*STAGES, "accepted"])
    with pytest.raises(InputError, match="reached='yes' never occurs in column 'complete'"):
        ca.Funnel.from_frame(rows, "group", ["complete", "offered"], everyone="applied",
                             reached="yes")  # fmt: skip
    with pytest.raises(InputError, match="must hold a number of people"):
        ca.Funnel.from_counts(WIDE.assign(offered=[1, None]), "group", STAGES)
    long = WIDE.melt("group", var_name="at", value_name="n")
    with pytest.raises(InputError, match="not zero: add it"):
        ca.Funnel.from_counts(long[:-1], "group", STAGES, stage="at")
    with pytest.raises(InputError, match=r"Stages \['accepted'\] are not in column 'at'"):
        ca.Funnel.from_counts(long, "group", [*STAGES, "accepted"], stage="at")
    with pytest.raises(InputError, match="by= names"):
        ca.Funnel.from_frame(rows, "group", STAGES, by=["sex"])
