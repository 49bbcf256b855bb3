import numpy as np
import pandas as pd
import pytest

from cell_words import people_in
from creditaudit import Roles, Tally, cells, frames
from creditaudit.errors import InputError, MissingColumn


def test_a_favourable_value_that_comes_late_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(frames.sources, "BATCH_ROWS", 2)
    frame = pd.DataFrame({"decision": ["no", "withdrawn", "no", "no", "yes"]})
    roles = Roles(decision="decision", favourable="yes", unfavourable="no")
    assert people_in(Tally.from_frame(frame, roles), None) == {
        ("approved",): 1,
        ("refused",): 3,
        (None,): 1,
    }


def test_people_are_counted_by_hand(people, all_roles):
    tally = Tally.from_frame(people, all_roles, score_bins=[300, 600, 850])
    assert tally.n == 8
    assert people_in(tally, "race") == {
        ("black", "[300, 600)", None, "refused"): 3,
        ("black", "[600, 850]", "good", "approved"): 1,
        ("white", "[300, 600)", None, "refused"): 1,
        ("white", "[600, 850]", "good", "approved"): 2,
        ("white", "[600, 850]", "bad", "approved"): 1,
    }


def test_missing_is_a_level_of_group_decision_and_outcome(roles):
    frame = pd.DataFrame(
        {"race": ["a", None, "a", ""], "sex": "f", "approved": [1, 0, None, np.nan]}
    )
    tally = Tally.from_frame(frame, roles, by="race")
    assert people_in(tally, "race") == {
        ("a", "approved"): 1,
        ("a", None): 1,
        (None, "refused"): 1,
        (None, None): 1,
    }


def test_mixed_types_become_text(roles):
    frame = pd.DataFrame({"race": [1, "a", 2.5], "sex": "f", "approved": [1, 0, 1]})
    assert set(Tally.from_frame(frame, roles, by="race").labelled("race")["race"]) == {
        "1",
        "a",
        "2.5",
    }


def test_a_value_that_is_both_text_and_number_is_an_error_with_the_column(roles):
    frame = pd.DataFrame({"race": [1, "1", "a"], "sex": "f", "approved": [1, 0, 1]})
    with pytest.raises(InputError, match="Column 'race' holds '1' both as text and as a number"):
        Tally.from_frame(frame, roles)


def test_unused_categories_are_not_counted_and_not_told(roles):
    frame = pd.DataFrame({"race": ["a", "b"], "sex": "f", "approved": ["yes", "no"]})
    roles = Roles(groups=["race", "sex"], decision="approved", favourable="yes")
    plain = Tally.from_frame(frame, roles)
    frame["race"] = pd.Categorical(frame["race"], categories=["z", "b", "a"])
    frame["approved"] = pd.Categorical(frame["approved"], ["yes", "no", "maybe", "never"])
    tally = Tally.from_frame(frame, roles)
    assert tally.fingerprint() == plain.fingerprint()
    assert tally.notes == ()


def test_an_empty_frame_is_a_tally_of_nobody(people, all_roles, tmp_path):
    people.head(0).to_csv(tmp_path / "none.csv", index=False)
    people.head(0).to_parquet(tmp_path / "none.parquet")
    for source in (people.head(0), tmp_path / "none.csv", tmp_path / "none.parquet"):
        tally = Tally.from_frame(source, all_roles)
        assert tally.n == 0
        assert len(tally.frame) == 0
        assert tally.groupings == (("race",), ("sex",), ("race", "sex"))
        assert len(tally.fingerprint()) == 32


def test_an_empty_frame_without_the_column_is_still_an_error(all_roles):
    with pytest.raises(MissingColumn):
        Tally.from_frame(pd.DataFrame({"race": []}), all_roles)


def test_one_group_alone_is_counted(people, roles):
    tally = Tally.from_frame(people.query("race == 'white'"), roles)
    assert people_in(tally, "race") == {("white", "approved"): 3, ("white", "refused"): 1}


def test_people_are_counted_where_no_column_is_asked_for(people, tmp_path):
    people.to_csv(tmp_path / "p.csv", index=False)
    for source in (people, tmp_path / "p.csv"):
        assert Tally.from_frame(source, Roles()).n == 8
        assert Tally.from_frame(source, Roles(groups=["race"]), by=[None]).n == 8


def test_a_misspelt_column_is_told_with_a_near_name_and_the_fix(people):
    with pytest.raises(MissingColumn) as caught:
        Tally.from_frame(people, Roles(groups=["rce"]))
    assert str(caught.value) == (
        "Column 'rce' not found. Columns: 'race', 'sex', 'approved', 'defaulted', 'points'. "
        "Did you mean 'race'? Check the names given to Roles."
    )


def test_all_refused_is_counted_and_not_an_error(people, roles):
    tally = Tally.from_frame(people.assign(approved=0), roles)
    assert people_in(tally, None) == {("refused",): 8}


def test_a_favourable_value_that_never_occurs_beside_two_others_is_an_error(people):
    with pytest.raises(InputError) as caught:
        Tally.from_frame(people, Roles(decision="approved", favourable="yes"))
    assert "favourable='yes' never occurs in column 'approved'. Values there: 0, 1." in str(
        caught.value
    )
    with pytest.raises(InputError, match="good='paid' never occurs in column 'defaulted'"):
        Tally.from_frame(people, Roles(outcome="defaulted", good="paid"))


def test_a_favourable_value_that_fits_two_values_is_an_error():
    frame = pd.DataFrame({"approved": ["true", "True", "no"]})
    with pytest.raises(InputError, match="favourable=True matches more than one value"):
        Tally.from_frame(frame, Roles(decision="approved", favourable=True))


@pytest.fixture
def withdrawn():
    return pd.DataFrame({"race": list("aabb"), "decision": ["yes", "no", "withdrawn", "open"]})


def test_a_third_decision_is_a_refusal_and_noted(withdrawn):
    tally = Tally.from_frame(
        withdrawn, Roles(groups=["race"], decision="decision", favourable="yes")
    )
    assert people_in(tally, "race") == {
        ("a", "approved"): 1,
        ("a", "refused"): 1,
        ("b", "refused"): 2,
    }
    assert tally.notes == (
        "Column 'decision' has more than two values: 'no', 'open', 'withdrawn' were all read as "
        "refusals; name the true refusals in unfavourable=.",
    )


def test_with_unfavourable_a_third_decision_is_none_and_noted(withdrawn):
    roles = Roles(groups=["race"], decision="decision", favourable="yes", unfavourable="no")
    tally = Tally.from_frame(withdrawn, roles)
    assert people_in(tally, "race") == {
        ("a", "approved"): 1,
        ("a", "refused"): 1,
        ("b", None): 2,
    }
    assert tally.notes == ("In column 'decision', 'open', 'withdrawn' were read as no decision.",)


def test_several_values_can_be_refusals(withdrawn):
    roles = Roles(decision="decision", favourable="yes", unfavourable=["no", "withdrawn"])
    tally = Tally.from_frame(withdrawn, roles)
    assert people_in(tally, None) == {("approved",): 1, ("refused",): 2, (None,): 1}


def test_an_unfavourable_value_that_never_occurs_is_an_error(withdrawn):
    roles = Roles(decision="decision", favourable="yes", unfavourable="denied")
    with pytest.raises(InputError, match=r"unfavourable=\['denied'\] never occurs in 'decision'"):
        Tally.from_frame(withdrawn, roles)


def test_a_third_outcome_is_bad_and_noted():
    frame = pd.DataFrame({"outcome": ["paid", "late", "default"]})
    tally = Tally.from_frame(frame, Roles(outcome="outcome", good="paid"))
    assert people_in(tally, None) == {("good",): 1, ("bad",): 2}
    assert "'default', 'late' were all read as bad" in tally.notes[0]


def test_weights_are_summed_beside_people(people):
    roles = Roles(groups=["race"], weight="w")
    tally = Tally.from_frame(people.assign(w=[1, 2, 0.5, 0, 3, 0, 0, 1]), roles)
    found = tally.frame.set_index("race")
    assert found["n"].to_dict() == {"white": 4, "black": 4}
    assert found["w"].to_dict() == {"white": 3.5, "black": 4}
    assert found["w2"].to_dict() == {"white": 5.25, "black": 10}


def test_people_of_weight_zero_are_people(people):
    tally = Tally.from_frame(people.assign(w=0), Roles(groups=["race"], weight="w"))
    assert tally.n == 8
    assert tally.frame["w"].sum() == 0


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ([-1, -2, 1], "2 negative"),
        ([1, np.nan, None], "2 missing"),
        ([np.inf, 1, -np.inf], "1 negative, 2 infinite"),
    ],
)
def test_weights_that_cannot_be_used_are_counted_in_the_error(weights, told):
    frame = pd.DataFrame({"w": weights})
    with pytest.raises(InputError, match=f"Column 'w' cannot be used as a weight: {told}"):
        Tally.from_frame(frame, Roles(weight="w"))


def test_the_period_is_a_key_of_every_grouping_and_summed_out(people, roles):
    people["month"] = ["jan", "feb"] * 4
    roles = Roles(groups=["race"], decision="approved", favourable=1, period="month")
    tally = Tally.from_frame(people, roles)
    assert people_in(tally, "race")["black", "refused"] == 3
    assert people_in(tally, ("race", "month"))["black", "feb", "refused"] == 2
    assert people_in(tally, "month") == {
        ("jan", "approved"): 3,
        ("jan", "refused"): 1,
        ("feb", "approved"): 1,
        ("feb", "refused"): 3,
    }


def test_strata_can_be_crossed_with_groups(people):
    roles = Roles(groups=["race"], strata=["sex"])
    tally = Tally.from_frame(people, roles, by=[("race", "sex"), "sex"])
    assert people_in(tally, ("race", "sex"))["white", "f"] == 2
    assert people_in(tally, "sex") == {("f",): 4, ("m",): 4}


def test_too_many_cells_are_refused_and_the_widest_column_named(monkeypatch):
    monkeypatch.setattr(cells, "MAX_CELLS", 99)
    frame = pd.DataFrame({"id": range(100), "sex": ["f", "m"] * 50})
    with pytest.raises(InputError, match=r"Column 'id' alone has 100 values\. Ask for fewer"):
        Tally.from_frame(frame, Roles(groups=["id", "sex"]))


def test_many_levels_are_counted_in_reasonable_time():
    frame = pd.DataFrame({"id": np.arange(60_000).astype(str)})
    tally = Tally.from_frame(frame, Roles(groups=["id"]))
    assert len(tally.frame) == 60_000
    assert (tally + tally).n == 120_000


def test_a_column_of_lists_is_an_error_with_the_column(people):
    people["race"] = [[race] for race in people["race"]]
    with pytest.raises(InputError, match="Column 'race' cannot be told apart into values"):
        Tally.from_frame(people, Roles(groups=["race"]))
