"""A book about entries themselves: how long each finding of a log is shown, by hand."""

from datetime import date

import pandas as pd
import pytest

from creditaudit.rulebooks.lists import list_entries

MET = {"conduct_corrected": 1, "commitment_made": 1, "obligations_met": 1}
OPEN = dict.fromkeys(MET, 0)


def shown(reading, **columns):
    row = {"entity": 1, "agency": "tax", "event": "tax_penalty", "date": "2026-05-10", **columns}
    found = list_entries("cn_repair_2026", pd.DataFrame([row]), reading=reading, until="2031-01-01")
    if found.frame.empty:
        return None
    row = found.frame.iloc[0]
    return None if pd.isna(row["left"]) else row["left"].date(), row["reason_left"]


@pytest.mark.parametrize(
    ("severity", "reading", "days"),
    [
        ("minor", "mild", None),
        ("minor", "strict", date(2026, 8, 10)),
        ("general", "mild", date(2027, 5, 10)),
        ("serious", "mild", date(2029, 5, 10)),
    ],
)
def test_an_entry_of_each_tier_is_gone_after_its_longest_term(severity, reading, days):
    found = shown(reading, severity=severity, **OPEN)
    assert found == (None if days is None else (days, "expired"))


def test_in_the_strict_reading_open_duties_keep_an_entry_shown():
    assert shown("strict", severity="general", **OPEN) == (None, "")


def test_a_repair_is_possible_after_the_shortest_term():
    for reading in ("mild", "strict"):
        found = shown(reading, severity="general", **MET)
        assert found == (date(2026, 8, 10), "general_repaired")
        assert shown(reading, severity="serious", **MET)[0] == date(2027, 5, 10)


def test_a_repair_counts_from_its_own_day():
    found = shown("strict", severity="general", repair="2026-10-20", **MET)
    assert found == (date(2026, 10, 20), "general_repaired")
    # Before the shortest term is over it changes nothing.
    assert shown("strict", severity="general", repair="2026-06-01", **MET)[0] == date(2026, 8, 10)


def test_publication_starts_the_months():
    found = shown("mild", severity="general", published_on="2026-06-30", **OPEN)
    assert found[0] == date(2027, 6, 30)


def test_a_finding_without_a_tier_is_not_shown():
    assert shown("strict", severity=None, **OPEN) is None


def test_a_corrected_mistake_is_gone_with_the_correction():
    rows = pd.DataFrame([
        {"entity": 1, "agency": "tax", "event": "tax_penalty", "date": "2026-05-10",
         "finding": "mistaken", "severity": "serious", **OPEN},
        {"entity": 1, "agency": "tax", "event": "correction", "date": "2026-07-01",
         "finding": "true", "severity": None, **OPEN},
    ])  # fmt: skip
    found = list_entries("cn_repair_2026", rows, reading="strict", until="2031-01-01").frame
    assert found["left"].dt.date.tolist() == [date(2026, 7, 1)]
    assert found["reason_left"].tolist() == ["corrected"]
    assert found["mistaken"].tolist() == [True]
