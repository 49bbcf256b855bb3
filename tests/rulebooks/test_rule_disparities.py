"""Which rules make the gap: by hand, against books without rules, and where it was planted."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from made_books import PEOPLE_ROWS, book_text, books, rule

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn, NothingToCompare
from creditaudit.rulebooks import Rulebook, RulebookScorer, disparity_by_rule
from creditaudit.rulebooks.rule_disparities import GAP
from creditaudit.rulebooks.rule_effects import effects_of, measures_of
from creditaudit.rulebooks.toml_texts import toml_text

BELOW = {"rests_on": "text", "text": "Under 950 points.", "refuse_below": 950}
TWO = Rulebook.from_toml(
    book_text(
        rule("cards", "cards > 0", points=-30), rule("minors", "minor", points=-30),
        decision=BELOW, bands=[],
    )
)  # fmt: skip
# Of the ten people of group a five have both, of the ten of b nobody has anything.
PEOPLE = pd.DataFrame({
    "group": ["a"] * 10 + ["b"] * 10,
    "cards": [1] * 5 + [0] * 15,
    "minor": [1] * 5 + [0] * 15,
})  # fmt: skip


def shares(found, way="shapley"):
    frame = found.frame
    return frame[frame["way"] == way].set_index("rule")["value"].to_dict()


def test_points_are_shared_as_they_are_added():
    found = disparity_by_rule(TWO, PEOPLE, by="group", reference="b")
    assert shares(found) == {GAP: -30, "cards": -15, "minors": -15}
    assert shares(found, "alone") == shares(found, "leave_one_out") == {"cards": -15, "minors": -15}


def test_two_rules_that_refuse_only_together_share_what_they_do():
    found = disparity_by_rule(TWO, PEOPLE, by="group", reference="b", measure="approval")
    assert shares(found) == {GAP: -0.5, "cards": -0.25, "minors": -0.25}
    assert shares(found, "leave_one_out") == {"cards": -0.5, "minors": -0.5}
    assert shares(found, "alone") == {"cards": 0, "minors": 0}


def test_two_rules_of_which_each_is_enough_are_missed_by_leaving_one_out():
    enough = BELOW | {"refuse_below": 980}
    book = Rulebook.from_toml(
        book_text(
            rule("cards", "cards > 0", points=-30), rule("minors", "minor", points=-30),
            decision=enough, bands=[],
        )
    )  # fmt: skip
    found = disparity_by_rule(book, PEOPLE, by="group", reference="b", measure="approval")
    assert shares(found) == {GAP: -0.5, "cards": -0.25, "minors": -0.25}
    assert shares(found, "leave_one_out") == {"cards": 0, "minors": 0}
    assert shares(found, "alone") == {"cards": -0.5, "minors": -0.5}


def test_an_exception_has_a_part_in_a_listing():
    lists = [{"id": "court", "title": "List", "source": "own", "mark": "F"}]
    book = Rulebook.from_toml(
        book_text(
            rule("enters", "cards > 0", list="court"),
            rule("spares", "minor", overrides=["enters"]),
            lists=lists,
        )
    )  # fmt: skip
    people = PEOPLE.assign(minor=[1, 1, 1, 1, 0] + [0] * 15)
    found = disparity_by_rule(book, people, by="group", reference="b", measure="listing:court")
    # Half would be listed; four of ten are spared.
    assert shares(found) == pytest.approx({GAP: 0.1, "enters": 0.3, "spares": -0.2})


def test_the_frame_is_in_the_one_shape():
    found = disparity_by_rule(TWO, PEOPLE, by="group", reference="b")
    assert found.frame.columns.tolist() == [
        "group", "reference", "rule", "way", "measure", "value", "low", "high", "n", "n_reference",
        "share", "note",
    ]  # fmt: skip
    row = found.frame.iloc[0]
    assert (row["rule"], row["n"], row["n_reference"]) == (GAP, 10, 10)
    assert row["low"] < row["value"] < row["high"] < 0
    assert found.frame.set_index("rule").loc["cards", "share"].iloc[0] == 0.5


DAY = "2020-06-30"


def with_rules(book, kept):
    """Return the book in which all other rules hold for nobody: as if they were not there."""
    data = dict(book.to_dict())
    never = {"when": "cards < 0", "on_missing": "false"}
    data["rules"] = [
        one if one["id"] in kept
        else {key: value for key, value in one.items() if key not in ("per", "cap")} | never
        for one in data["rules"]
    ]  # fmt: skip
    return RulebookScorer(Rulebook.from_toml(toml_text(data)), as_of=DAY)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # an example takes a book for every subset
)  # fmt: skip
@given(books(), PEOPLE_ROWS)
def test_values_are_those_of_the_book_rebuilt_with_every_subset(text, rows):
    book = Rulebook.from_toml(text)
    names = [one.id for one in book.rules]
    assume(2 <= len(names) <= 4)
    frame = pd.DataFrame(rows, dtype=object)
    scorer = RulebookScorer(book, as_of=DAY)
    worth = {}
    for kept in {frozenset(way[:k]) for way in permutations(names) for k in range(len(names) + 1)}:
        small = with_rules(book, kept)
        decided = small.decide(frame).map({"approved": 1.0, "refused": 0.0}).astype(float)
        worth[kept] = {
            "points": small.points(frame).to_numpy(float), "approval": decided.to_numpy()
        }  # fmt: skip
    orders = list(permutations(names))
    for measure in ("points", "approval"):
        found = effects_of(scorer, frame, measure)
        at = found.which
        for player, name in enumerate(found.players):
            gains = []
            for order in orders:
                before = frozenset(order[: order.index(name)])
                gains.append(worth[before | {name}][measure] - worth[before][measure])
            everybody = frozenset(names)
            expected = {
                "shapley": np.mean(gains, axis=0),
                "alone": worth[frozenset([name])][measure] - worth[frozenset()][measure],
                "leave_one_out": worth[everybody][measure] - worth[everybody - {name}][measure],
            }
            for way, values in expected.items():
                ours = found.values[way][at, player]
                known = found.known[at] & np.isfinite(values)
                assert np.allclose(ours[known], values[known])


def made(n, seed, planted=True):
    """Return people of whom one half has twice as many fines, and nothing else differs."""
    rng = np.random.default_rng(seed)
    group = rng.random(n) < 0.4
    fines = 0.2 + (0.2 if planted else 0) * group
    return pd.DataFrame({
        "minority": group.astype(int),
        "traffic_fines": (rng.random(n) < fines).astype(int),
        "arrears_months": rng.poisson(0.3, n),
        "contract_breaches": rng.poisson(0.2, n),
        "debt_judgments": (rng.random(n) < 0.1).astype(int),
    })  # fmt: skip


CITY = Rulebook.from_toml(
    book_text(
        rule("fines", "traffic_fines > 0", points=-40),
        rule("arrears", "arrears_months > 0", points=-20, per="arrears_months", cap=-60),
        rule("breaches", "contract_breaches > 0", points=-30),
        rule("judgments", "debt_judgments > 0", points=-60),
        decision=BELOW, bands=[],
    )
)  # fmt: skip


@pytest.mark.parametrize("measure", ["points", "approval"])
def test_what_was_planted_in_one_rule_is_found_in_that_rule(measure):
    found = disparity_by_rule(CITY, made(20_000, 3), by="minority", reference=0, measure=measure)
    frame = found.frame[found.frame["way"] == "shapley"].set_index("rule")
    assert frame.index[:2].tolist() == [GAP, "fines"]
    assert frame.loc[[GAP, "fines"], "high"].max() < 0
    if measure == "points":
        assert frame.loc["fines", "low"] < -40 * 0.2 < frame.loc["fines", "high"]
        others = frame.loc[["arrears", "breaches", "judgments"]]
        assert ((others["low"] < 0) & (others["high"] > 0)).all()
    # Fines refuse nobody alone: what they do together with another rule is shared with it.
    assert frame.loc["fines", "share"] > (0.8 if measure == "points" else 0.5)


def test_ranges_hold_the_truth_as_often_as_they_say():
    truth = {"points": -8.0}
    held, alarms = 0, 0
    for seed in range(200):
        found = disparity_by_rule(
            CITY, made(1_500, seed), by="minority", reference=0, replicates=200, seed=seed
        )
        low, high = found.gaps[0].range("shapley")
        held += low[0] <= truth["points"] <= high[0]
        nothing = [place for place, name in enumerate(found.effects.players) if name != "fines"]
        alarms += int(((low[nothing] > 0) | (high[nothing] < 0)).sum())
    assert held >= 0.95 * 200 - 3 * np.sqrt(200 * 0.95 * 0.05)
    assert alarms <= 600 * 0.05 + 3 * np.sqrt(600 * 0.05 * 0.95)


def test_shares_add_up_to_the_gap_that_pandas_finds():
    people = made(5_000, 1)
    scorer = RulebookScorer(CITY)
    for measure, values in (
        ("points", scorer.points(people)), ("approval", scorer.decide(people) == "approved"),
    ):  # fmt: skip
        found = shares(
            disparity_by_rule(scorer, people, by="minority", reference=0, measure=measure)
        )
        means = values.groupby(people["minority"]).mean()
        assert found[GAP] == pytest.approx(means[1] - means[0])
        assert sum(value for name, value in found.items() if name != GAP) == pytest.approx(
            found[GAP]
        )


def test_people_whose_facts_leave_it_open_are_counted_and_left_out():
    book = Rulebook.from_toml(
        book_text(rule("cards", "cards > 0", points=-30, on_missing="unknown"))
    )
    people = PEOPLE.assign(cards=[1.0, np.nan] * 10)
    found = disparity_by_rule(book, people, by="group", reference="b")
    assert (found.gaps[0].n, found.gaps[0].n_reference, found.gaps[0].left_out) == (5, 5, 10)


def test_a_weight_of_two_counts_as_two_people():
    twice = pd.concat([PEOPLE, PEOPLE.head(3)], ignore_index=True)
    weighted = PEOPLE.assign(w=[2.0] * 3 + [1.0] * 17)
    roles = ca.Roles(groups=["group"], weight="w")
    people = ca.Population(weighted, roles)
    a = shares(disparity_by_rule(TWO, people, reference="b"))
    assert a == pytest.approx(shares(disparity_by_rule(TWO, twice, by="group", reference="b")))


def test_the_seed_decides_the_range_and_nothing_else():
    a, b, c = (
        disparity_by_rule(TWO, PEOPLE, by="group", seed=seed).frame for seed in (1, 1, 2)
    )  # fmt: skip
    pd.testing.assert_frame_equal(a, b)
    assert a["value"].tolist() == c["value"].tolist()
    assert a["low"].tolist() != c["low"].tolist()


def test_more_rules_than_have_subsets_are_joined_by_their_tags():
    tags = ["legal", "civic", "moral"]
    rules = [
        rule(f"r{i}", "cards > 0", points=-1, tag=tags[i % 3]) for i in range(24)
    ]  # fmt: skip
    book = Rulebook.from_toml(book_text(*rules, bands=[], decision=BELOW | {"refuse_below": 985}))
    found = disparity_by_rule(book, PEOPLE, by="group", reference="b", measure="approval")
    assert found.effects.joined
    assert "joined by their tags" in found.notes[0]
    # Any two tags take 16 points and refuse; one takes 8 and does not.
    values = shares(found)
    assert values == pytest.approx({GAP: -0.5, "legal": -1 / 6, "civic": -1 / 6, "moral": -1 / 6})


def test_a_rule_that_changes_nothing_has_no_range():
    people = PEOPLE.assign(minor=0)
    found = disparity_by_rule(TWO, people, by="group").frame.set_index(["way", "rule"])
    row = found.loc[("shapley", "minors")]
    assert row["value"] == 0
    assert np.isnan(row["low"])
    assert row["note"] == "Changes nothing for anybody of either group."
    assert "rough" in found.loc[("shapley", "cards"), "note"]


def test_what_can_be_asked_of_a_book():
    assert measures_of(RulebookScorer(TWO)) == ["points", "approval"]
    court = RulebookScorer("cn_spc_defaulters_2017", reading="mild")
    # The text lists and decides on no application.
    assert measures_of(court) == ["listing:judgment_defaulters"]


def test_faults_of_the_call_are_errors():
    with pytest.raises(InputError, match="'points', 'approval'"):
        disparity_by_rule(TWO, PEOPLE, by="group", measure="listing:court")
    with pytest.raises(InputError, match="by="):
        disparity_by_rule(TWO, PEOPLE)
    with pytest.raises(MissingColumn, match="region"):
        disparity_by_rule(TWO, PEOPLE, by="region")
    with pytest.raises(InputError, match="not a group"):
        disparity_by_rule(TWO, PEOPLE, by="group", reference="c")
    with pytest.raises(NothingToCompare):
        disparity_by_rule(TWO, PEOPLE, by="group", min_cell=11)
    with pytest.raises(InputError, match="Population or a pandas"):
        disparity_by_rule(TWO, [1, 2], by="group")
