"""A rule dropped, points changed, the line moved: the changed book reads and runs."""

import pandas as pd
import pytest
from made_books import book_text, rule

from creditaudit.errors import InputError
from creditaudit.rulebooks import Rulebook, RulebookScorer
from creditaudit.rulebooks.rulebook_changes import Change, changed_book, line_of_refusal, with_line

BELOW = {"rests_on": "text", "text": "Under 950 points.", "refuse_below": 950}
BOOK = Rulebook.from_toml(
    book_text(
        rule("cards", "cards > 0", points=-30),
        rule("spared", "minor", overrides=["cards"]),
        rule("accounts", "accounts > 0", points=-40),
        decision=BELOW, bands=[],
        tests=[{"row": {"cards": 1, "accounts": 1}, "points": 930}],
    )
)  # fmt: skip
PEOPLE = pd.DataFrame({"cards": [1, 1, 0], "accounts": [0, 1, 1], "minor": [0, 0, 0]})


def points(book):
    people = PEOPLE.assign(**{name: 0 for name in book.columns if name not in PEOPLE})
    return RulebookScorer(book).points(people).tolist()


def test_a_book_without_a_rule_has_its_points_without_it():
    assert points(BOOK) == [970, 930, 960]
    found = changed_book(BOOK, [Change("drop", "accounts")])
    assert points(found) == [970, 970, 1000]
    assert "Not a text in force" in found.header.notes[0]
    assert found.id == "xx_made_changed"


def test_an_exception_to_a_dropped_rule_goes_with_it():
    found = changed_book(BOOK, [Change("drop", "cards")])
    assert [one.id for one in found.rules] == ["accounts"]


def test_changed_points_are_marked_as_free():
    found = changed_book(BOOK, [Change("points", "accounts", -5)])
    assert points(found) == [970, 965, 995]
    assert found.rule("accounts").mark == "F"


def test_the_line_moves_where_points_decide():
    assert line_of_refusal(BOOK.contents) == 950
    found = changed_book(BOOK, [Change("line", value=965)])
    assert RulebookScorer(found).decide(PEOPLE).tolist() == ["approved", "refused", "refused"]
    assert found.contents.decision.rests_on == "assumption"


def test_where_tiers_decide_the_lowest_approved_tier_begins_elsewhere():
    book = Rulebook.from_toml(book_text(rule("cards", "cards > 0", points=-200)))
    assert line_of_refusal(book.contents) == 850  # C is refused, B begins with 850
    moved = {band.tier: band.from_ for band in with_line(book.contents, 700).bands}
    assert moved == {"C": None, "B": 700, "A": 960}
    moved = {band.tier: band.from_ for band in with_line(book.contents, 980).bands}
    assert moved == {"C": None, "B": 980, "A": 980}
    found = changed_book(book, [Change("line", value=700)])
    assert RulebookScorer(found).decide(PEOPLE).tolist() == ["approved"] * 3


def test_a_book_of_lists_has_no_line():
    assert line_of_refusal(Rulebook.load("cn_spc_defaulters_2017").contents) is None


def test_faults_are_errors():
    with pytest.raises(InputError, match="no rule 'other'"):
        changed_book(BOOK, [Change("drop", "other")])
    with pytest.raises(InputError, match="no points"):
        changed_book(BOOK, [Change("points", "spared", -3)])


def test_changes_are_said_in_words():
    changes = [Change("drop", "a"), Change("points", "b", -5), Change("line", value=940)]
    assert [*map(str, changes)] == ["without a", "b -5", "refused below 940"]
