"""Two hundred published tables with every oddity: each is read right, or asked about."""

from collections import Counter

import pytest

from creditaudit.published_tables import read_published
from published_styles import as_text, make

TABLES = 200


def state(made, found):
    """Return whether a table was asked about, read right, or read wrong."""
    if found.doubts:
        return "asked"
    table = found.table
    keys = [name for name in table.columns if name not in ("n", "low", "high")]
    low = table["low"] if "low" in table else table["n"]
    high = table["high"] if "high" in table else table["n"]
    labels = [frozenset(map(str, row)) for row in table[keys].itertuples(index=False)]
    bounds = dict(zip(labels, zip(low, high, strict=True), strict=True))
    right = (
        len(table) == len(made.truth)
        and bounds.keys() == made.truth.keys()
        and all(bounds[key][0] <= n <= bounds[key][1] for key, n in made.truth.items())
        and "scaled or rounded" not in made.oddities
    )
    return "right" if right else "wrong"


@pytest.fixture(scope="module")
def states():
    found = {}
    for seed in range(TABLES):
        made = make(seed)
        found[seed] = made, state(made, read_published(as_text(made, seed)[0]))
    return found


def test_no_table_is_read_wrong(states):
    assert [seed for seed, (_, how) in states.items() if how == "wrong"] == []


def test_most_tables_need_no_answer(states, record_testsuite_property):
    counted = Counter(how for _, how in states.values())
    record_testsuite_property("published tables", dict(counted))
    assert counted["right"] >= 130


def test_what_no_reading_can_settle_is_always_asked(states):
    for made, how in states.values():
        if made.oddities & {"stacked", "scaled or rounded", "misread"}:
            assert how == "asked"


def test_every_kind_of_table_is_read_at_least_once_without_a_question(states):
    kinds = {"wide", "turned", "long", "spans", "two labels", "asked and approved", "sections",
             "per cent only", "n (%)"}  # fmt: skip
    read = {kind for made, how in states.values() if how == "right" for kind in made.oddities}
    assert kinds <= read


@pytest.mark.slow
def test_no_table_of_five_thousand_is_read_wrong():
    wrong = []
    for seed in range(TABLES, 5_000):
        made = make(seed)
        if state(made, read_published(as_text(made, seed)[0])) == "wrong":
            wrong.append(seed)
    assert wrong == []
