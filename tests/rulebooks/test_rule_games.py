"""What each rule adds: by hand, and against the game played rule by rule in new books."""

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from made_books import PEOPLE_ROWS, book_text, books, rule

from creditaudit.errors import InputError
from creditaudit.rulebooks import Rulebook, RulebookScorer
from creditaudit.rulebooks.toml_texts import toml_text

GROUP = [
    rule("small", "cards > 0", points=-10, group="g"),
    rule("large", "accounts > 0", points=-30, group="g"),
    rule("alone", "minor", points=-7),
]
BOOK = Rulebook.from_toml(book_text(*GROUP, groups={"g": {"take": "max"}}))


def values(book, row):
    frame = pd.DataFrame([row], dtype=object)
    return RulebookScorer(book).attributions(frame).iloc[0].to_dict()


def test_rules_that_do_not_meet_add_their_points():
    found = values(BOOK, {"cards": 0, "accounts": 1, "minor": True})
    assert found == {"small": 0, "large": -30, "alone": -7}


def test_two_rules_of_a_group_share_what_both_would_take():
    # Alone they take 10 and 30, together 30: half of (10 + 0) and half of (30 + 20).
    found = values(BOOK, {"cards": 1, "accounts": 1, "minor": False})
    assert found == {"small": -5, "large": -25, "alone": 0}


def test_an_exception_has_a_share_of_what_it_undoes():
    rules = [rule("deduct", "cards > 0", points=-10), rule("except", "minor", overrides=["deduct"])]
    book = Rulebook.from_toml(book_text(*rules))
    assert values(book, {"cards": 1, "minor": True}) == {"deduct": -5, "except": 5}
    assert values(book, {"cards": 1, "minor": False}) == {"deduct": -10, "except": 0}


def test_the_end_of_the_scale_is_shared_too():
    rules = [rule("a", "cards > 0", points=-40), rule("b", "minor", points=-80)]
    book = Rulebook.from_toml(book_text(*rules, scale={"base": 1000, "min": 900, "mark": "F"}))
    assert values(book, {"cards": 1, "minor": True}) == {"a": -30, "b": -70}
    assert values(book, {"cards": 1, "minor": False}) == {"a": -40, "b": 0}


def test_unknown_points_have_no_shares():
    rules = [
        rule("a", "cards > 0", points=-40, on_missing="unknown"),
        rule("b", "minor", points=-8),
    ]
    found = values(Rulebook.from_toml(book_text(*rules)), {"cards": None, "minor": True})
    assert all(np.isnan(share) for share in found.values())


def test_more_rules_than_can_be_listed_are_refused():
    rules = [rule(f"r{n}", f"cards > {n}", points=-1) for n in range(25)]
    book = Rulebook.from_toml(book_text(*rules, scale={"base": 1000, "min": 990, "mark": "F"}))
    with pytest.raises(InputError, match="25 rules of one person interact"):
        RulebookScorer(book).attributions(pl.DataFrame({"cards": [30]}))
    assert RulebookScorer(book).attributions(pl.DataFrame({"cards": [3]})).sum(axis=1).tolist() == [
        -3
    ]


def points_with(text, kept, row):
    """Return the points of a person if only some rules were in the book."""
    plain = Rulebook.from_toml(text).to_dict()
    rules = [one for one in plain["rules"] if one["id"] in kept]
    rules = [
        {**one, "overrides": [o for o in one["overrides"] if o in kept]}
        if "overrides" in one
        else one
        for one in rules
    ]
    # A rule of which nothing else follows still has to do something.
    rules = [
        one if one.get("overrides") or len(one) > 7 else {**one, "gate": "refuse"} for one in rules
    ]
    rules = [{k: v for k, v in one.items() if k != "overrides" or v} for one in rules]
    unseen = rule("unseen", "minor and not minor", points=0)
    plain = {**plain, "rules": [*rules, unseen]}
    book = Rulebook.from_toml(toml_text(plain))
    return RulebookScorer(book, as_of="2020-06-30").trace(row).points


@settings(max_examples=15, suppress_health_check=[HealthCheck.filter_too_much])
@given(text=books(), rows=PEOPLE_ROWS)
def test_shares_are_means_over_all_orders_of_joining_the_book(text, rows):
    book, row = Rulebook.from_toml(text), rows[0]
    scorer = RulebookScorer(book, as_of="2020-06-30")
    ids = [one.id for one in book.rules]
    subsets = [frozenset(kept) for n in range(len(ids) + 1) for kept in combinations(ids, n)]
    assume(len(ids) <= 4)
    worth = {kept: points_with(text, kept, row) for kept in subsets}
    assume(None not in worth.values())
    shares = dict.fromkeys(ids, 0.0)
    orders = list(permutations(ids))
    for order in orders:
        for place, name in enumerate(order):
            before = frozenset(order[:place])
            shares[name] += (worth[before | {name}] - worth[before]) / len(orders)
    frame = pd.DataFrame([{name: row[name] for name in scorer.columns}], dtype=object)
    found = scorer.attributions(frame).iloc[0]
    assert found.to_dict() == pytest.approx(shares, abs=1e-9)
    assert found.sum() == pytest.approx(worth[frozenset(ids)] - worth[frozenset()], abs=1e-9)
    assert worth[frozenset(ids)] == scorer.trace(row).points
