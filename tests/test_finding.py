import json

import numpy as np
import pandas as pd
import pytest

from creditaudit import Finding
from creditaudit.errors import InputError
from creditaudit.finding import STATUS_WORDS, STATUSES, finding_id, plain_number


def finding(**given):
    plain = {"id": "F00000000", "audit": "a", "question": "Who?", "claim": "81 of 100.",
             "status": "cannot_tell"}  # fmt: skip
    return Finding(**plain | given)


def test_the_same_audit_group_and_scope_give_the_same_id():
    first = finding_id("disparity", "race black", "race: race white")
    assert first == finding_id("disparity", "race black", "race: race white")
    assert first.startswith("F")
    assert len(first) == 9


def test_ids_tell_parts_apart_that_joined_would_be_one():
    assert finding_id("a", "b c", "d") != finding_id("a", "b", "c d")
    assert finding_id("a", "", "b") != finding_id("a", "b", "")


def test_a_group_with_half_a_surrogate_pair_has_an_id():
    assert finding_id("a", "group \ud800", "b") != finding_id("a", "group ", "b")


@pytest.mark.parametrize("status", ["fair", "pass", "", None, "Beyond"])
def test_a_status_is_one_of_four_and_never_a_verdict(status):
    with pytest.raises(InputError, match="must be one of"):
        finding(status=status)
    assert set(STATUS_WORDS) == set(STATUSES)


@pytest.mark.parametrize("undefined", [np.nan, np.inf, -np.inf, None, np.float64("nan")])
def test_an_undefined_number_is_null(undefined):
    one = finding(estimate=undefined, high=undefined)
    assert one.estimate is None
    assert json.loads(json.dumps(one.to_dict(), allow_nan=False))["high"] is None


def test_a_finding_survives_json():
    table = pd.DataFrame({
        "group": ["a", None], "n": np.array([5, 6]), "value": [0.25, np.nan], "yes": [True, False],
        "when": [pd.Timestamp("2020-01-01"), pd.NaT], "many": pd.array([1, None], dtype="Int64"),
    })  # fmt: skip
    one = finding(
        estimate=np.float64(0.5), n=np.float64(11), law=("x",), limits=("y",), table=table,
        tested=(0.1, np.nan), p_value=0.1, group="group a", reference="group b",
    )  # fmt: skip
    plain = one.to_dict()
    text = json.dumps(plain, allow_nan=False)
    again = Finding.from_dict(json.loads(text))
    assert again.to_dict() == plain
    assert plain["n"] == 11
    assert plain["comparisons"] == 2
    assert plain["table"]["rows"][1] == [None, 6, None, False, None, None]
    assert again.law == ("x",)


@pytest.mark.parametrize("table", [pd.DataFrame(), pd.DataFrame({"a": [], "b": []})])
def test_an_empty_table_survives_json(table):
    plain = finding(table=table).to_dict()
    assert Finding.from_dict(json.loads(json.dumps(plain))).to_dict() == plain


def test_the_frame_of_a_finding_is_its_table():
    table = pd.DataFrame({"n": [1]})
    assert finding(table=table).frame is table


def test_a_notebook_shows_no_markup_from_the_data():
    html = finding(
        claim="<script>1</script>", table=pd.DataFrame({"<b>": ["<img src=x>"]})
    )._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert "<th><b>" not in html
    assert "cannot tell" in html


@pytest.mark.parametrize(
    ("value", "written"), [(5.0, "5"), (-0.0, "0"), (0.5, "0.5"), (np.float64(2), "2")]
)
def test_whole_numbers_are_written_without_a_point(value, written):
    assert json.dumps(plain_number(value)) == written
