import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cell_words import people_in
from creditaudit import Roles, Tally
from creditaudit.cells import DECISION, OUTCOME
from creditaudit.errors import InputError, MissingColumn

ROLES = Roles(groups=["race"])
DECIDED = Roles(groups=["race"], decision="approved", favourable=1)


@pytest.fixture
def long():
    return pd.DataFrame(
        {"race": ["white", "white", "black", "black"], "approved": [1, 0, 1, 0], "n": [3, 1, 1, 3]}
    )


@pytest.fixture
def wide():
    return pd.DataFrame({"race": ["white", "black"], "n": [4, 4], "yes": [3, 1], "no": [1, 3]})


def test_a_long_table_of_counts_is_the_tally_of_its_people(long, people):
    tally = Tally.from_counts(long, DECIDED)
    assert tally.origin == "counts"
    assert tally.n == 8
    expected = Tally.from_frame(people, DECIDED)
    pd.testing.assert_frame_equal(tally.frame, expected.frame)


def test_rows_written_out_give_the_same_cells_as_their_counts(people, all_roles):
    table = people.groupby(list(people), dropna=False).size().rename("people").reset_index()
    table["people"] *= 5
    rows = pd.concat([people] * 5)
    counted = Tally.from_counts(table, all_roles, count="people", score_bins=7)
    expected = Tally.from_frame(rows, all_roles, score_bins=7)
    for by in expected.groupings:
        pd.testing.assert_frame_equal(counted.labelled(by), expected.labelled(by))


def test_equal_rows_of_counts_are_added(long):
    tally = Tally.from_counts(pd.concat([long, long]), DECIDED)
    assert people_in(tally, "race")["white", "approved"] == 6


def test_counts_need_not_be_whole(long):
    tally = Tally.from_counts(long.assign(n=[2.5, 1.5, 0.25, 3]), DECIDED)
    assert people_in(tally, "race")["black", "approved"] == 0.25
    assert tally.n == 7.25


def test_a_count_of_zero_keeps_the_group(long):
    tally = Tally.from_counts(long.assign(n=[3, 1, 0, 0]), DECIDED)
    assert people_in(tally, "race")["black", "approved"] == 0
    assert tally.n == 4


@pytest.mark.parametrize("kind", ["pandas", "text", "category", "pyarrow", "csv", "parquet"])
def test_counts_are_read_from_every_source(kind, long, tmp_path):
    long.to_csv(tmp_path / "t.csv", index=False)
    long.to_parquet(tmp_path / "t.parquet")
    source = {
        "pandas": long,
        "text": long.astype(str),
        "category": long.astype("category"),
        "pyarrow": pa.Table.from_pandas(long),
        "csv": tmp_path / "t.csv",
        "parquet": tmp_path / "t.parquet",
    }[kind]
    expected = Tally.from_counts(long, DECIDED)
    assert Tally.from_counts(source, DECIDED).fingerprint() == expected.fingerprint()


@pytest.mark.parametrize("word", ["<5", "*", "1,234", "suppressed", "5-9"])
@pytest.mark.parametrize("kind", ["frame", "csv", "wide"])
def test_a_count_that_is_no_number_is_an_error_that_names_it(word, kind, long, tmp_path):
    long["n"] = ["3", word, "1", "3"]
    long.to_csv(tmp_path / "t.csv", index=False)
    wide = pd.DataFrame({"race": ["white"], "yes": [1], "no": [word]})
    table, roles, count = {
        "frame": (long, DECIDED, "n"),
        "csv": (tmp_path / "t.csv", DECIDED, "n"),
        "wide": (wide, ROLES, {"approved": "yes", "refused": "no"}),
    }[kind]
    with pytest.raises(InputError) as caught:
        Tally.from_counts(table, roles, count=count)
    column = "no" if kind == "wide" else "n"
    assert f"Count column '{column}' holds {word!r}, which is no number." in str(caught.value)
    assert "is not zero" in str(caught.value)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([3, -1, -2, 3], "2 negative"),
        ([3, None, 1, np.nan], "2 missing"),
        (["3", "", "1", "3"], "1 missing"),
        ([3, np.inf, 1, 3], "1 infinite"),
    ],
)
def test_counts_that_cannot_be_used_are_counted_in_the_error(counts, told, long):
    with pytest.raises(InputError, match=f"Column 'n' cannot be used as a count: {told}"):
        Tally.from_counts(long.assign(n=counts), DECIDED)


def test_a_wide_table_of_decisions_is_read(wide):
    tally = Tally.from_counts(wide, ROLES, count={"approved": "yes", "refused": "no"})
    assert people_in(tally, "race") == {
        ("white", "approved"): 3,
        ("white", "refused"): 1,
        ("black", "approved"): 1,
        ("black", "refused"): 3,
    }


def test_a_total_beside_the_counts_is_not_read(wide):
    tally = Tally.from_counts(wide, ROLES, count={"approved": "yes", "refused": "no"})
    assert tally.n == 8
    others = wide.assign(decision="many", outcome="some")
    again = Tally.from_counts(others, ROLES, count={"approved": "yes", "refused": "no"})
    assert again.fingerprint() == tally.fingerprint()


def test_a_wide_csv_is_read(wide, tmp_path):
    wide.to_csv(tmp_path / "t.csv", index=False)
    count = {"approved": "yes", "refused": "no"}
    tally = Tally.from_counts(tmp_path / "t.csv", ROLES, count=count)
    assert tally.fingerprint() == Tally.from_counts(wide, ROLES, count=count).fingerprint()


def test_a_wide_table_may_call_a_count_n():
    table = pd.DataFrame({"race": ["white"], "n": [3], "m": [1]})
    tally = Tally.from_counts(table, ROLES, count={"approved": "n", "refused": "m"})
    assert people_in(tally, "race") == {("white", "approved"): 3, ("white", "refused"): 1}


def test_a_wide_table_of_outcomes_is_read(wide):
    tally = Tally.from_counts(wide, ROLES, count={"good": "yes", "bad": "no"})
    assert people_in(tally, "race")["white", "good"] == 3
    assert people_in(tally, "race")["black", "bad"] == 3
    assert tally.roles.decision is None


def test_a_confusion_matrix_by_group_is_read():
    table = pd.DataFrame({"race": ["white"], "tp": [4], "fn": [3], "fp": [2], "tn": [1]})
    tally = Tally.from_counts(table, ROLES, count={x: x for x in ("tp", "fn", "fp", "tn")})
    assert people_in(tally, "race") == {
        ("white", "good", "approved"): 4,
        ("white", "good", "refused"): 3,
        ("white", "bad", "approved"): 2,
        ("white", "bad", "refused"): 1,
    }


def test_a_wide_table_may_hold_a_score():
    table = pd.DataFrame({"race": "a", "points": [1, 2], "good": [9, 5], "bad": [1, 5]})
    roles = Roles(groups=["race"], score="points", higher_is="safer")
    tally = Tally.from_counts(table, roles, count={"good": "good", "bad": "bad"})
    assert people_in(tally, "race")["a", "2", "bad"] == 5
    approved = tally.at_cutoff(2).select((), [DECISION, OUTCOME])
    assert approved.sums[approved.column(DECISION) == 1, 0].tolist() == [5, 5]


@pytest.mark.parametrize(
    "count",
    [
        {"approved": "yes"},
        {"tp": "yes", "fn": "no"},
        {"approved": "yes", "bad": "no"},
        {"approved": "yes", "denied": "no"},
        {"approved": "yes", "refused": "yes"},
        {},
    ],
    ids=str,
)
def test_a_wide_table_names_every_side_of_one_kind(count, wide):
    with pytest.raises(InputError, match="approved and refused; good and bad; or tp, fn, fp"):
        Tally.from_counts(wide, ROLES, count=count)


def test_a_wide_table_brings_its_own_decision(wide):
    count = {"approved": "yes", "refused": "no"}
    with pytest.raises(InputError, match="leave them out of Roles"):
        Tally.from_counts(wide, DECIDED, count=count)
    with pytest.raises(InputError, match="Column 'n' is a name this table must not have"):
        Tally.from_counts(wide, Roles(score="n", higher_is="safer"), count=count)


def test_a_missing_count_column_is_told_with_the_fix(long, wide):
    with pytest.raises(MissingColumn, match=r"'people' not found.*Roles and count="):
        Tally.from_counts(long, DECIDED, count="people")
    with pytest.raises(MissingColumn, match=r"'yess' not found.*'yes'.*given to count="):
        Tally.from_counts(wide, ROLES, count={"approved": "yess", "refused": "no"})


def test_a_count_column_that_is_there_twice_is_an_error(wide):
    twice = pd.concat([wide, wide[["yes"]]], axis=1)
    with pytest.raises(InputError, match="Column 'yes' exists more than once"):
        Tally.from_counts(twice, ROLES, count={"approved": "yes", "refused": "no"})


def test_a_table_of_counts_has_no_weight_a_person(long):
    roles = Roles(groups=["race"], weight="approved")
    with pytest.raises(InputError, match="Leave weight= out of Roles"):
        Tally.from_counts(long, roles)


def test_counts_and_rows_can_be_added(long, people):
    tally = Tally.from_counts(long, DECIDED) + Tally.from_frame(people, DECIDED)
    assert tally.origin == "counts"
    assert people_in(tally, "race")["white", "approved"] == 6


def test_an_empty_table_of_counts_is_a_tally_of_nobody(long, wide):
    assert Tally.from_counts(long.head(0), DECIDED).n == 0
    count = {"approved": "yes", "refused": "no"}
    assert Tally.from_counts(wide.head(0), ROLES, count=count).n == 0
