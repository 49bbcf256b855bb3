import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.sharing import LISTING_ENTRIES, listings_of
from spread_worlds import LISTINGS, SmallWorld


@pytest.fixture(scope="module")
def society():
    return ca.make_society(3_000, 300, seed=3, relations=["household"])


def test_it_takes_as_many_entries_as_an_agency_asks_for_and_more_count_once():
    findings = [(0, "court", "true")] * 3 + [(1, "bank", "true")] * 2 + [(2, "bank", "true")]
    world = SmallWorld(4, findings=findings)
    entries = {"court": {"listing": 1}, "bank": {"listing": 2}}
    assert listings_of(world, ["court", "bank"], entries=entries).tolist() == [1, 2, 0, 0]
    assert listings_of(world, ["bank"], entries=entries).tolist() == [0, 1, 0, 0]


def test_true_findings_leave_mistaken_entries_out():
    world = SmallWorld(2, findings=[(0, "court", "mistaken"), (1, "court", "true")])
    assert listings_of(world, ["court"], entries=LISTINGS).tolist() == [1, 1]
    assert listings_of(world, ["court"], entries=LISTINGS, findings="true").tolist() == [0, 1]
    with pytest.raises(InputError, match="findings='real'"):
        listings_of(world, ["court"], findings="real")


def test_entries_count_from_their_day_to_their_expiry():
    world = SmallWorld(1, findings=[(0, "court", "true")])
    world.events["expiry"] = pd.Timestamp("2024-12-31")
    days = {"2024-06-01": 0, "2024-06-02": 1, "2024-12-31": 1, "2025-01-01": 0}
    for day, listed in days.items():
        assert listings_of(world, ["court"], entries=LISTINGS, on=day).tolist() == [listed]


def test_the_court_lists_whom_its_entries_list(society):
    log = society.events
    rows = log[
        (log["agency"] == "court") & (log["event"] == "listing") & (log["date"] < "2025-01-01")
        & ~(log["expiry"] < "2025-01-01")
    ]  # fmt: skip
    found = np.flatnonzero(listings_of(society, ["court"]))
    assert found.tolist() == sorted(set(rows["entity"]))


def test_what_counts_as_a_finding_is_in_the_log_and_names_agencies_of_the_society(society):
    assert set(LISTING_ENTRIES) <= set(society.agencies["agency"])
    agencies = list(LISTING_ENTRIES)
    masks = listings_of(society, agencies)
    assert masks.max() < 1 << len(agencies)
    assert not masks.flags.writeable
    with pytest.raises(InputError, match="no event 'gossip'"):
        listings_of(society, ["court"], entries={"court": {"gossip": 1}})
    assert not listings_of(society, ["census"]).any()


def test_what_is_not_there_is_told_with_what_is(society):
    with pytest.raises(InputError, match=r"agencies= has no agency 'courtt'; did you mean 'court'"):
        listings_of(society, ["courtt"])
    with pytest.raises(InputError, match=r"no agency 'zzz'; agencies are .*court"):
        listings_of(society, ["zzz"])
    with pytest.raises(InputError, match=r"entries= has no agency 'cort'; did you mean 'court'"):
        listings_of(society, ["court"], entries={"cort": {"listing": 1}})
    with pytest.raises(InputError, match=r"agencies='court' is one text"):
        listings_of(society, "court")
    for wrong in ({"listing": 0}, {"listing": True}, {"listing": 1.5}, "listing", 3):
        with pytest.raises(InputError, match="entries= for 'court'"):
            listings_of(society, ["court"], entries={"court": wrong})
    with pytest.raises(InputError, match="entries= is a list"):
        listings_of(society, ["court"], entries=[("court", {"listing": 1})])


def test_faults_of_the_question_come_together(society):
    with pytest.raises(InputError) as told:
        listings_of(society, ["courtt"], findings="real", on="yesterday-ish")
    for words in ("findings='real'", "on='yesterday-ish' is no day", "'courtt'"):
        assert words in str(told.value)
