"""Two versions of a book: which rules changed, and who fares otherwise."""

from datetime import date

import pandas as pd
import pytest
from made_books import book_text, rule

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.rulebooks import Rulebook, RulebookScorer, diff

FINES = "traffic_fines >= 1"


def made(*rules, **sections):
    return Rulebook.from_toml(book_text(*rules, **sections))


OLD = made(
    rule("fines", FINES, points=-50),
    rule("walks", "jaywalking >= 1", points=-10),
    rule("helps", "volunteering_hours >= 10", points=20),
    rule("debts", "judgments_5y >= 1", points=-100),
)
NEW = made(
    rule("fines", FINES, points=-160),
    rule("helps", "volunteering_hours >= 20", points=20),
    rule("debts", "judgments_5y >= 1", points=-60),
    rule("posts", "online_posts_flagged >= 1", points=-5),
)
PEOPLE = pd.DataFrame({
    "traffic_fines":        [1, 0, 0, 0, 0, None],
    "jaywalking":           [0, 1, 0, 0, 0, 0],
    "volunteering_hours":   [0, 0, 15, 0, 0, 0],
    "judgments_5y":         [0, 0, 0, 2, 0, 0],
    "online_posts_flagged": [0, 0, 0, 0, 0, 0],
    "sex":                  ["f", "f", "m", "m", "m", "f"],
})  # fmt: skip


def test_each_rule_is_added_removed_tightened_loosened_or_changed():
    found = diff(OLD, NEW).rules.set_index("rule")
    assert found["change"].to_dict() == {
        "fines": "tightened", "helps": "changed", "debts": "loosened", "posts": "added",
        "walks": "removed",
    }  # fmt: skip
    assert found.loc["fines", "what"] == "Points: -50 -> -160."
    assert found.loc["posts", "what"].startswith("-5 points. ")
    assert "at least 10" in found.loc["helps", "what"]
    assert "at least 20" in found.loc["helps", "what"]
    assert found.loc["walks", "new_line"] is pd.NA
    assert found.loc["fines", "old_line"] == OLD.line("rules", 0)


def test_a_book_beside_itself_changes_nothing():
    found = diff(OLD, OLD, PEOPLE, by="sex", min_cell=1)
    assert set(found.rules["change"]) == {"unchanged"}
    assert (found.flips["value"] == 0).all()


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({"list": "bad"}, {"points": -5}, "changed"),
        ({"points": -5}, {"points": -5, "list": "bad"}, "tightened"),
        ({"points": -5, "measures": ["flights"]}, {"points": -5}, "loosened"),
        (
            {"points": -5, "touches": ["self"]},
            {"points": -5, "touches": ["self", "child"]},
            "tightened",
        ),
        (
            {"points": -5, "retention": {"clock": "entry", "mark": "F", "term": "24 months"}},
            {"points": -5, "retention": {"clock": "entry", "mark": "F", "term": "1 year"}},
            "loosened",
        ),
        (
            {"points": -5, "first_breach": "waived"},
            {"points": -9, "first_breach": "waived"},
            "tightened",
        ),
        (
            {"points": -5, "first_breach": "waived"},
            {"points": -3, "first_breach": "counted"},
            "changed",
        ),
        ({"points": -5, "gate": "refuse"}, {"points": -5}, "loosened"),
        ({"points": -5, "tier_cap": "B"}, {"points": -5}, "loosened"),
        ({"points": -5}, {"points": -5, "on_missing": "true"}, "changed"),
    ],
)
def test_what_the_text_alone_settles_says_who_it_is_harder_on(before, after, change):
    sections = {
        "lists": [{"id": "bad", "title": "Bad", "source": "own", "mark": "F"}],
        "measures": [
            {"id": "flights", "title": "Flights", "source": "own", "mark": "F", "who": ["self"]}
        ],
    }
    old, new = (made(rule("one", FINES, **given), **sections) for given in (before, after))
    assert diff(old, new).rules["change"].tolist() == [change]


def test_people_fare_as_on_paper():
    found = diff(OLD, NEW, PEOPLE, by="sex", min_cell=1)
    # 1000 points; below 850 is tier C, which is refused; below 960 tier B.
    everyone = found.flips[found.flips["sex"].isna()].set_index("measure")
    # The sixth person has no known fines, which this book reads as none.
    assert everyone.loc["approved_to_refused", "value"] == pytest.approx(1 / 6)
    assert everyone.loc["refused_to_approved", "value"] == 0
    assert everyone.loc["points_lower", "value"] == pytest.approx(2 / 6)
    assert everyone.loc["points_higher", "value"] == pytest.approx(2 / 6)
    assert everyone.loc["tier_lower", "value"] == pytest.approx(1 / 6)
    # 900 points were tier B; 940 are tier B still.
    assert everyone.loc["tier_higher", "value"] == 0
    assert everyone.loc["only_loses", "value"] == pytest.approx(2 / 6)
    women = found.flips[found.flips["sex"] == "f"].set_index("measure")
    assert women.loc["points_lower", "value"] == pytest.approx(1 / 3)
    assert women.loc["points_lower", "n"] == 3
    assert (found.flips["low"] <= found.flips["value"]).all()
    assert (found.flips["value"] <= found.flips["high"]).all()


def test_rules_say_for_how_many_they_fire_before_and_after():
    rules = diff(OLD, NEW, PEOPLE, min_cell=1).rules.set_index("rule")
    wanted = ["fires_before", "fires_after", "no_longer", "newly"]
    assert rules.loc["helps", wanted].tolist() == [1, 0, 1, 0]
    assert rules.loc["walks", wanted].tolist() == [1, 0, 1, 0]
    assert rules.loc["fines", wanted].tolist() == [1, 1, 0, 0]


def test_a_group_under_the_minimum_is_not_shown():
    flips = diff(OLD, NEW, PEOPLE, by="sex").flips
    small = flips[flips["sex"].notna()]
    assert small["value"].isna().all()
    assert set(small["note"]) == {"Fewer than 5 people."}


def test_people_with_open_facts_are_in_no_share():
    old = made(rule("fines", FINES, points=-50, on_missing="unknown"))
    new = made(rule("fines", FINES, points=-60, on_missing="unknown"))
    found = diff(old, new, PEOPLE, min_cell=1).flips.set_index("measure")
    assert found.loc["points_lower", "n"] == 5
    assert found.loc["points_lower", "note"] == "Open for 1 people, whose facts are missing."


def test_scales_that_start_elsewhere_are_not_compared():
    other = made(rule("fines", FINES, points=-50), scale={"base": 600, "mark": "F"})
    measures = set(diff(OLD, other, PEOPLE, min_cell=1).flips["measure"])
    assert "points_lower" not in measures
    assert "approved_to_refused" in measures


def test_lists_say_who_enters_and_who_leaves():
    sections = {"lists": [{"id": "bad", "title": "Bad", "source": "own", "mark": "F"}]}
    old = made(rule("one", FINES, list="bad"), **sections)
    new = made(rule("two", "jaywalking >= 1", list="bad"), **sections)
    found = diff(old, new, PEOPLE, min_cell=1).flips.set_index("measure")["value"]
    assert found["newly_listed"] == pytest.approx(1 / 6)
    assert found["no_longer_listed"] == pytest.approx(1 / 6)


def test_two_days_of_one_book_are_two_versions():
    book = made(
        rule("fines", FINES, points=-50, effective={"to": date(2018, 12, 31)}),
        rule("fines_2019", FINES, points=-80, effective={"from": date(2019, 1, 1)}),
    )
    days = [RulebookScorer(book, as_of=day) for day in ("2018-01-01", "2019-01-01")]
    found = diff(*days, PEOPLE, min_cell=1)
    assert found.counts["added"] == found.counts["removed"] == 1
    assert found.flips.set_index("measure").loc["points_lower", "value"] == pytest.approx(1 / 6)


def test_synthetic_people_bring_their_groups_and_say_that_they_are_synthetic():
    people = ca.make_borrowers(2_000, seed=7)
    found = diff(OLD, NEW, people)
    assert found.synthetic
    assert {"minority", "sex", "registration", "disability"} <= set(found.flips.columns)
    assert found.mandatory == "unknown"


def test_what_is_no_table_of_people_is_told():
    with pytest.raises(InputError, match="one row a person"):
        diff(OLD, NEW, [1, 2])
    with pytest.raises(MissingColumn, match="sexe"):
        diff(OLD, NEW, PEOPLE, by="sexe")
    with pytest.raises(MissingColumn, match="traffic_fines"):
        diff(OLD, NEW, PEOPLE.drop(columns="traffic_fines"))
