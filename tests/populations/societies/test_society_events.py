"""The log of events: as many entries as columns count, by whom and when, true or mistaken."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.populations.societies.records import FIRM_RECORDS, PERSON_RECORDS
from creditaudit.vocabulary import load_vocabulary

PEOPLE, FIRMS = 80_000, 8_000
TODAY = pd.Timestamp("2025-01-01")
KEPT = [
    one.column for one in PERSON_RECORDS if one.column not in ("worst_delinquency", "tax_arrears")
]


@pytest.fixture(scope="module")
def full():
    return ca.make_society(20_000, 2000, seed=7, columns="all", firm_columns="all", months=0)


@pytest.fixture(scope="module")
def lived(world):
    return world.events[world.events["date"] >= TODAY]


def about(events, event, agency, first=0, many=20_000):
    kept = events[(events["event"] == event) & (events["agency"] == agency)]
    numbers = kept["entity"].to_numpy()
    return np.bincount(numbers[(numbers >= first) & (numbers < first + many)] - first,
                       minlength=many)  # fmt: skip


@pytest.mark.parametrize("record", PERSON_RECORDS, ids=lambda one: one.column)
def test_each_count_about_people_is_the_number_of_entries(full, record):
    column = full.people.frame[record.column].fillna(0).astype(float)
    expected = (column >= record.least).astype(int) if record.least else column
    assert (about(full.events, record.event, record.agency) == expected).all()


def test_each_count_about_firms_is_the_number_of_entries(full):
    frame = full.firms.frame
    for record in FIRM_RECORDS:
        if record.event == "listing" and record.agency == "market_regulator":
            continue
        column = frame[record.column].fillna(0).astype(float)
        expected = (column >= record.least).astype(int) if record.least else column
        found = about(full.events, record.event, record.agency, 20_000, 2000)
        assert (found == expected).all(), record.column
    lists = about(full.events, "listing", "market_regulator", 20_000, 2000)
    assert (lists == frame["abnormal_list"] + frame["serious_list"]).all()


def test_the_log_is_in_order_and_every_value_is_in_the_vocabulary(world):
    events, vocabulary = world.events, load_vocabulary()
    assert events["date"].is_monotonic_increasing
    assert events["event_id"].tolist() == list(range(len(events)))
    for name in events:
        assert not vocabulary[name].outside(events[name]).any(), name
    assert ((events["entity_kind"] == "firm") == (events["entity"] >= PEOPLE)).all()


def test_entries_lie_in_the_time_that_the_column_speaks_of(full):
    events = full.events
    assert events["date"].max() < TODAY
    late = events[(events["event"] == "missed_payment") & (events["entity"] < 20_000)]
    assert late["date"].min() >= TODAY - pd.Timedelta(days=731)
    judged = events[events["event"] == "judgment"]
    assert judged["date"].min() < TODAY - pd.Timedelta(days=1200)


def test_a_listing_is_as_old_as_the_file_says(full):
    people = full.people.frame
    listed = full.events[(full.events["event"] == "listing") & (full.events["agency"] == "court")]
    listed = listed[listed["entity"] < 20_000]
    months = (TODAY - listed["date"]).dt.days / 30.4375
    told = people["months_listed"].iloc[listed["entity"]].to_numpy()
    assert np.allclose(months, told, atol=0.1)
    years = (listed["expiry"] - listed["date"]).dt.days
    assert years.between(729, 732).all()


def test_mistakes_come_as_often_as_stated(full):
    events, people = full.events, full.people.frame
    wrong = events[events["finding"] == "mistaken"]
    bank = wrong[(wrong["event"] == "missed_payment") & (wrong["entity"] < 20_000)]
    on_file = (people["on_file"] == 1).sum()
    assert len(bank) / on_file == pytest.approx(0.052, abs=0.006)
    fines = wrong[wrong["event"] == "traffic_fine"]
    assert len(fines) / 20_000 == pytest.approx(0.01, abs=0.003)


def test_with_no_mistakes_every_entry_of_the_record_is_true():
    none = {"mistaken_bank": 0, "mistaken_court": 0, "mistaken_other": 0, "mistaken_month": 0}
    world = ca.make_society(3000, 300, seed=7, numbers=none)
    assert (world.events["finding"] == "true").all()


def test_entries_under_somebody_elses_name_are_mistaken():
    none = {"mistaken_bank": 0, "mistaken_court": 0, "mistaken_other": 0, "mistaken_month": 0}
    world = ca.make_society(20_000, 500, seed=7, bias=ca.Bias(linkage=0.5), numbers=none, months=0)
    wrong = world.events[world.events["finding"] == "mistaken"]
    truth = world.people.truth
    others = np.flatnonzero(truth["true_id"] != world.people.frame["person_id"])
    assert len(wrong) > 100
    assert set(wrong["entity"]) <= set(others)
    assert set(wrong["agency"]) <= {"bank", "court"}


def test_in_a_month_a_default_comes_before_what_follows_from_it(world, lived):
    firms = lived[(lived["event"] == "default") & (lived["entity"] >= PEOPLE)]
    failed = firms.set_index("entity")["date"]
    employer = world.people.frame["employer_id"]
    lost = lived[lived["event"] == "job_loss"]
    of_firm = employer.iloc[lost["entity"]].to_numpy().astype(int)
    cause = failed.reindex(of_firm)
    assert cause.notna().all()
    assert (cause.to_numpy() <= lost["date"].to_numpy()).all()
    assert (cause.dt.month.to_numpy() == lost["date"].dt.month.to_numpy()).all()


def test_jobs_are_lost_in_months_in_the_stated_strength(world, lived):
    firms = lived[(lived["event"] == "default") & (lived["entity"] >= PEOPLE)]
    staff = world.people.frame["employer_id"].isin(firms["entity"]).sum()
    lost = (lived["event"] == "job_loss").sum()
    assert lost / staff == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / staff))


def test_a_year_of_months_has_about_as_many_defaults_as_the_truth_says(world, lived):
    defaults = lived[lived["event"] == "default"]["entity"]
    on_file = world.people.frame["on_file"] == 1
    expected = world.people.truth["true_pd"][on_file].sum()
    assert (defaults < PEOPLE).sum() == pytest.approx(expected, rel=0.15)
    assert defaults.is_unique


def test_guarantors_are_called_when_a_debt_they_vouch_for_falls(world, lived):
    called = lived[(lived["event"] == "guarantee_called") & (lived["entity"] < PEOPLE)]
    ties = world.of("guarantee")
    debtors = ties.groupby("src")["dst"].agg(set)
    fallen = lived[lived["event"] == "default"].set_index("entity")["date"]
    assert len(called) > 50
    for who, day in zip(called["entity"].head(200), called["date"].head(200), strict=True):
        days = [fallen[one] for one in debtors[who] if one in fallen.index]
        assert any(one <= day for one in days)


def test_who_leaves_the_list_was_on_it(world):
    lists = world.events[world.events["event"].isin(["listing", "delisting"])]
    lists = lists[lists["agency"] == "court"]
    for _, rows in lists[
        lists["entity"].isin(lists["entity"][lists["event"] == "delisting"])
    ].groupby("entity"):
        on = 0
        for event in rows["event"]:
            on += 1 if event == "listing" else -1
            assert on in (0, 1)


def test_a_term_that_is_over_takes_people_off_the_list(world):
    listed = world.events[
        (world.events["event"] == "listing") & (world.events["agency"] == "court")
    ]
    old = listed[listed["date"] < TODAY - pd.Timedelta(days=800)]
    off = world.events[world.events["event"] == "delisting"]
    assert set(old["entity"]) <= set(off["entity"])


def test_without_months_the_log_ends_today(full):
    assert len(full.macro) == 0
    assert full.made["months"] == 0


def test_fewer_months_are_the_first_of_more(world):
    short = ca.make_society(PEOPLE, FIRMS, seed=7, months=3, columns=["person_id"])
    names = ["entity", "agency", "event", "date", "finding"]
    kept = world.events[world.events["date"] < pd.Timestamp("2025-04-01")][names]
    pd.testing.assert_frame_equal(short.events[names], kept.reset_index(drop=True))
    assert short.macro.equals(world.macro[:3])


def test_the_economy_is_that_of_a_panel_of_the_same_seed():
    people = ca.make_borrowers(100, seed=7)
    panel = ca.populations.make_panel(people, months=4)
    world = ca.make_society(100, 10, seed=7, months=4)
    pd.testing.assert_frame_equal(panel.macro, world.macro)


def test_the_rules_of_repair_run_on_the_log(world):
    scorer = ca.RulebookScorer("cn_repair_2026", as_of="2026-06-01", reading="strict")
    events = world.events.head(500).copy()
    listed = scorer.score(events)
    assert len(listed) == 500
