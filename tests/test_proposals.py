import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError

FRAME = pd.DataFrame({
    "race": ["a", "b", None, "a"], "approved": [1, 0, 1, 1], "credit_score": [1.5, 2.5, 3.5, 4.5],
    "defaulted": ["no", "yes", None, "no"], "sample_weight": [1, 1, 2, 2],
})  # fmt: skip


def likely(frame):
    proposed = ca.check(frame).frame
    return dict(zip(proposed["column"], proposed["might_be"], strict=True))


def test_each_column_is_shown_with_its_values_and_what_it_might_be():
    frame = ca.check(FRAME).frame.set_index("column")
    assert list(frame.columns) == ["distinct", "missing", "values", "might_be"]
    assert frame.loc["race"].tolist() == [2, 1, "a (2), b (1)", "groups"]
    assert frame["might_be"].to_dict() == {
        "race": "groups", "approved": "decision", "credit_score": "score",
        "defaulted": "outcome", "sample_weight": "weight",
    }  # fmt: skip


def test_directions_are_asked_and_never_assumed():
    proposal = ca.check(FRAME)
    asked = "\n".join(proposal.questions)
    for word in ("favourable=", "good=", "higher_is="):
        assert word in asked
    assert asked in str(proposal).replace("- ", "")


def test_what_is_not_found_is_asked():
    asked = ca.check(pd.DataFrame({"x": [1, 2, 3], "y": [1, 1, 0]})).questions
    assert any("Which column is the decision" in one for one in asked)
    assert any("groups=" in one for one in asked)


@pytest.mark.parametrize(
    ("column", "values", "role"),
    [
        ("mortgage_kind", ["a", "b", "c"], "group or stratum"),
        ("migrant", ["yes", "no", "no"], "decision, outcome or group"),
        ("percentage", [1, 2, 3], "group or stratum"),
        ("age", [20, 30, 40], "groups"),
        ("AgeGroup", ["young", "old", "old"], "groups"),
        ("updated", ["a", "b", "c"], "group or stratum"),
        ("LoanApproved", [1, 0, 1], "decision"),
        ("denied", [1, 0, 1], "decision"),
        ("date_of_decision", ["2020", "2021", "2022"], "decision"),
        ("birth_month", [1, 2, 3], "period"),
        ("pd", [0.1, 0.2, 0.3], "score"),
        ("constant", [1, 1, 1], ""),
    ],
)
def test_a_short_hint_inside_a_longer_word_is_no_hint(column, values, role):
    assert likely(pd.DataFrame({column: values}))[column] == role


def test_a_column_that_may_identify_people_is_not_printed():
    frame = pd.DataFrame({"who": [f"person {i}" for i in range(40)]})
    proposal = ca.check(frame)
    assert "person 7" not in str(proposal)
    assert proposal.frame["might_be"].tolist() == ["identifier: leave out"]


def test_a_decision_with_many_values_is_not_taken_for_one():
    frame = pd.DataFrame({"approved_amount": range(40), "region": [str(i) for i in range(40)]})
    assert likely(frame) == {
        "approved_amount": "identifier: leave out", "region": "identifier: leave out",
    }  # fmt: skip


def test_a_file_is_looked_at_as_its_frame_is(tmp_path):
    path = tmp_path / "x.csv"
    FRAME.to_csv(path, index=False)
    assert ca.check(path).frame.equals(ca.check(path).frame)
    assert likely(path) == likely(FRAME)
    assert ca.check(path).rows == 4


@pytest.mark.parametrize("frame", [pd.DataFrame({"a": []}), pd.DataFrame()])
def test_an_empty_table_is_shown_as_empty(frame):
    proposal = ca.check(frame)
    assert proposal.rows == 0
    assert list(proposal.frame["column"]) == list(frame.columns)
    assert str(proposal).startswith("0 rows looked at")


def test_a_notebook_shows_no_markup_from_the_data():
    html = ca.check(pd.DataFrame({"<script>": ["<img>", "b"]}))._repr_html_()
    assert "<script>" not in html
    assert "<img>" not in html


@pytest.mark.parametrize("data", [7, None, [1, 2], "no such file.csv"])
def test_what_is_no_table_is_an_input_error(data):
    with pytest.raises(InputError):
        ca.check(data)
