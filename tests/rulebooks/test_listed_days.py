"""Who is on a list on which day, by hand, and as one sum over entries."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.errors import InputError, MissingColumn
from creditaudit.rulebooks.listed_days import copies_held, listed_counts, listed_on
from creditaudit.rulebooks.lists import list_entries

ENTRIES = pd.DataFrame({
    "entity": [1, 2, 1],
    "entered": pd.to_datetime(["2018-06-01", "2018-07-01", "2020-01-01"]),
    "left": pd.to_datetime(["2019-06-01", None, None]),
    "mistaken": [False, True, False],
})  # fmt: skip
PEOPLE = pd.DataFrame({"person_id": range(1, 13), "half": list("ab") * 6})


def test_somebody_is_listed_from_the_day_of_entry_to_the_day_before_it_is_gone():
    days = ["2018-05-31", "2018-06-01", "2019-05-31", "2019-06-01", "2020-01-01"]
    found = listed_on(ENTRIES, days)
    assert found.loc[1].tolist() == [False, True, True, False, True]
    assert found.loc[2].tolist() == [False, False, True, True, True]


def test_one_day_gives_one_truth_a_person_in_the_order_asked():
    found = listed_on(ENTRIES, "2018-06-15", entities=[3, 2, 1, 1])
    assert found.tolist() == [False, False, True, True]
    assert found.index.tolist() == [3, 2, 1, 1]


def test_days_need_no_order():
    assert listed_on(ENTRIES, ["2020-01-01", "2018-06-01"]).loc[1].tolist() == [True, True]
    assert listed_on(ENTRIES, ["2020-01-01", "2018-06-01"]).loc[2].tolist() == [True, False]


def test_the_stock_and_the_flows_of_each_group():
    months = pd.to_datetime(["2018-06-01", "2018-07-01", "2019-07-01"])
    found = (
        listed_counts(ENTRIES, months, people=PEOPLE, by="half")
        .set_index(["half", "measure", "day"])["count"]
        .sort_index()
    )
    assert found["a", "listed"].tolist() == [1, 1, 0]
    assert found["b", "listed"].tolist() == [0, 1, 1]
    assert found["b", "mistaken"].tolist() == [0, 1, 1]
    assert found["a", "left"].tolist()[1:] == [0, 1]
    assert found["b", "entered"].tolist()[1:] == [1, 0]
    assert np.isnan(found["a", "entered"].iloc[0])


def test_a_share_has_its_group_as_base_and_a_range():
    found = listed_counts(ENTRIES, ["2018-07-15"], people=PEOPLE, by="half")
    row = found[(found["half"] == "a") & (found["measure"] == "listed")].iloc[0]
    assert (row["n"], row["value"]) == (6, 1 / 6)
    assert 0 < row["low"] < 1 / 6 < row["high"] < 1


def test_small_groups_are_not_shown():
    people = PEOPLE.assign(half=["c"] * 4 + ["d"] * 8)
    found = listed_counts(ENTRIES, ["2018-07-15"], people=people, by="half")
    assert found.loc[found["half"] == "c", ["count", "value"]].isna().all(axis=None)
    assert set(found.loc[found["half"] == "c", "note"]) == {"Fewer than 5 people."}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60), st.integers(0, 30)), max_size=20))
def test_counts_are_sums_over_people(rows):
    # One entry at a time, as list_entries makes them.
    begin, used = [], {}
    for who, after, lasts in rows:
        start = used.get(who, 0) + after
        used[who] = start + lasts
        begin.append((who, start, start + lasts))
    zero = pd.Timestamp("2020-01-01")
    entries = pd.DataFrame({
        "entity": [who for who, *_ in begin],
        "entered": zero + pd.to_timedelta([a for _, a, _ in begin], unit="D"),
        "left": zero + pd.to_timedelta([b for *_, b in begin], unit="D"),
    })  # fmt: skip
    days = zero + pd.to_timedelta(range(0, 400, 7), unit="D")
    people = pd.DataFrame({"person_id": range(6)})
    counts = listed_counts(entries, days, people=people)
    each = listed_on(entries, days, entities=range(6))
    listed = counts[counts["measure"] == "listed"]["count"]
    assert listed.tolist() == each.sum().tolist()


LOG = pd.DataFrame({
    "entity": 1, "agency": "court",
    "event": ["judgment", "judgment_unperformed", "asset_report_breach"],
    "date": ["2018-01-01", "2018-02-01", "2018-03-01"],
})  # fmt: skip


def test_copies_outlast_the_entry_unless_they_are_called_back():
    entries = list_entries("cn_spc_defaulters_2017", LOG, reading="mild", until="2020-03-31")
    kept = copies_held(entries).set_index("holder")
    assert kept.loc["banks", "held_from"] == pd.Timestamp("2018-03-01")
    assert pd.isna(kept.loc["banks", "held_to"])
    assert kept.loc["banks", "days_after"] == 31  # 1 to 31 March 2020
    called = copies_held(entries, recalled_after={"banks": "10 days"}).set_index("holder")
    assert called.loc["banks", "days_after"] == 10
    assert called.loc["credit bureaus", "days_after"] == 31


def test_an_entry_that_was_gone_before_it_was_copied_leaves_no_copy():
    repaired = pd.concat([LOG, LOG.tail(1).assign(event="repair", date="2018-03-10")])
    entries = list_entries("cn_spc_defaulters_2017", repaired, reading="mild", until="2020-03-31")
    assert len(copies_held(entries, copied_after="8 days"))
    assert copies_held(entries, copied_after="9 days").empty  # gone on the tenth of March
    assert (
        copies_held(entries, copied_after={"banks": "30 days"})["holder"].isin(["banks"]).sum() == 0
    )


def test_faults_of_the_call_are_errors():
    entries = list_entries("cn_spc_defaulters_2017", LOG, reading="mild", until="2020-03-31")
    with pytest.raises(InputError, match="later until"):
        listed_on(entries, "2021-01-01")
    with pytest.raises(InputError, match="no day"):
        listed_on(entries, ["never"])
    with pytest.raises(MissingColumn, match="left"):
        listed_on(entries.frame.drop(columns="left"), "2019-01-01")
    with pytest.raises(MissingColumn, match="half"):
        listed_counts(entries, ["2019-01-01"], people=PEOPLE[["person_id"]], by="half")
    with pytest.raises(InputError, match="hold no copies"):
        copies_held(entries, recalled_after={"the press": "1 day"})
