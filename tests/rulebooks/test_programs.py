"""Overrides, groups, caps, tiers, lists and decisions, each worked out on paper."""

import pytest
from made_books import book_text, rule

from creditaudit.rulebooks import Rulebook, RulebookScorer
from creditaudit.rulebooks.evaluations import evaluated
from creditaudit.rulebooks.programs import POINTS, TIER, value_name, worked_out
from creditaudit.rulebooks.trees import refs_of


def trace(rules, row, reading=None, **sections):
    book = Rulebook.from_toml(book_text(*rules, **sections))
    return RulebookScorer(book, reading=reading).trace(row)


def test_points_are_added_to_the_base():
    rules = [rule("a", "cards > 1", points=-10), rule("b", "accounts > 1", points=4)]
    assert trace(rules, {"cards": 2, "accounts": 2}).points == 994
    assert trace(rules, {"cards": 0, "accounts": 2}).points == 1004
    assert trace(rules, {}).points == 1000


@pytest.mark.parametrize(
    ("on_missing", "points", "state"),
    [
        ("false", 1000.0, "does not fire; a missing fact was settled by the rule"),
        ("true", 990.0, "fires; a missing fact was settled by the rule"),
        ("unknown", None, "unknown"),
    ],
)
def test_a_rule_says_what_a_missing_fact_means(on_missing, points, state):
    found = trace([rule("a", "cards > 1", points=-10, on_missing=on_missing)], {})
    assert found.points == points
    assert found.frame["state"].tolist() == [state]
    assert found.frame["missing"].tolist() == ["cards"]
    assert (found.tier is None) == (points is None)


def test_points_count_as_often_as_per_says_up_to_the_cap():
    rules = [rule("a", "cards > 0", points=-10, per="cards", cap=-25)]
    assert [trace(rules, {"cards": n}).points for n in (0, 1, 2, 3, 9)] == [
        1000,
        990,
        980,
        975,
        975,
    ]
    rules = [rule("a", "cards > 0", points=10, per="cards", cap=25)]
    assert [trace(rules, {"cards": n}).points for n in (0, 1, 3)] == [1000, 1010, 1025]


def test_an_act_of_unknown_frequency_is_as_unknown_as_an_unknown_act():
    base = {"when": "minor", "points": -10, "per": "cards"}
    for on_missing, points in (("false", 1000), ("true", 990), ("unknown", None)):
        one = rule("a", base["when"], points=-10, per="cards", on_missing=on_missing)
        assert trace([one], {"minor": 1}).points == points
        assert trace([one], {"minor": 1, "cards": 3}).points == 970


def test_once_or_each_time_is_a_reading():
    rules = [rule("a", "cards > 0", points=-10, per={"mild": "once", "strict": "cards"})]
    assert trace(rules, {"cards": 3}, "mild").points == 990
    assert trace(rules, {"cards": 3}, "strict").points == 970


GROUP = [
    rule("small", "cards > 0", points=-10, group="g"),
    rule("large", "accounts > 0", points=-30, group="g"),
    rule("middle", "inquiries_6m > 0", points=-20, group="g"),
]


@pytest.mark.parametrize(
    ("take", "row", "points"),
    [
        ("sum", {"cards": 1, "accounts": 1, "inquiries_6m": 1}, 940),
        ("max", {"cards": 1, "accounts": 1, "inquiries_6m": 1}, 970),
        ("max", {"cards": 1, "inquiries_6m": 1}, 980),
        ("first", {"cards": 1, "accounts": 1, "inquiries_6m": 1}, 990),
        ("first", {"accounts": 1, "inquiries_6m": 1}, 970),
        ("first", {}, 1000),
    ],
)
def test_a_group_takes_all_the_largest_or_the_first(take, row, points):
    assert trace(GROUP, row, groups={"g": {"take": take}}).points == points


def test_a_group_is_unknown_only_where_it_could_matter():
    rules = [{**one, "on_missing": "unknown"} for one in GROUP]
    groups = {"g": {"take": "max"}}
    known = {"cards": 0, "accounts": 0, "inquiries_6m": 0}
    assert trace(rules, known, groups=groups).points == 1000
    # The largest fires, so what the others say does not matter.
    assert trace(rules, {"accounts": 1}, groups=groups).points == 970
    assert trace(rules, {"cards": 1, "accounts": 0}, groups=groups).points is None


def test_a_group_that_takes_the_sum_can_be_capped():
    groups = {"g": {"take": "sum", "cap": -35}}
    assert trace(GROUP, {"cards": 1, "accounts": 1}, groups=groups).points == 965
    assert trace(GROUP, {"accounts": 1}, groups=groups).points == 970


def test_a_rule_that_overrides_may_itself_be_overridden():
    rules = [
        rule("deduct", "cards > 0", points=-10),
        rule("except", "minor", overrides=["deduct"]),
        rule("unless", "migrant", overrides=["except"]),
    ]
    assert trace(rules, {"cards": 1}).points == 990
    found = trace(rules, {"cards": 1, "minor": 1})
    assert found.points == 1000
    assert found.frame.set_index("rule").loc["deduct", "state"] == "overridden by except"
    assert trace(rules, {"cards": 1, "minor": 1, "migrant": 1}).points == 990


def test_an_unknown_exception_leaves_a_rule_open():
    rules = [
        rule("deduct", "cards > 0", points=-10),
        rule("except", "minor", overrides=["deduct"], on_missing="unknown"),
    ]
    assert trace(rules, {"cards": 1}).points is None
    assert trace(rules, {"cards": 0}).points == 1000
    assert trace(rules, {"cards": 1, "minor": 0}).points == 990


def test_the_scale_ends_points():
    rules = [rule("a", "cards > 0", points=-10, per="cards"), rule("b", "minor", points=50)]
    scale = {"base": 1000, "min": 950, "max": 1020, "mark": "F"}
    assert trace(rules, {"cards": 9}, scale=scale).points == 950
    assert trace(rules, {"minor": 1}, scale=scale).points == 1020


def test_a_band_begins_with_its_first_point():
    rules = [rule("a", "cards > 0", points=-1, per="cards")]
    tiers = [trace(rules, {"cards": n}).tier for n in (0, 40, 41, 150, 151)]
    assert tiers == ["A", "A", "B", "B", "C"]


def test_a_tier_cap_lowers_and_never_raises():
    rules = [
        rule("cap", "minor", tier_cap="B", on_missing="unknown"),
        rule("low", "migrant", tier_cap="C", on_missing="unknown"),
        rule("points", "cards > 0", points=-200),
    ]
    assert trace(rules, {"minor": 1, "migrant": 0}).tier == "B"
    assert trace(rules, {"minor": 1, "migrant": 0, "cards": 1}).tier == "C"
    assert trace(rules, {"minor": 0, "migrant": 1}).tier == "C"
    # A tier at the cap or under it is known whether or not the rule fires; the lowest whatever
    # the points.
    assert trace(rules[:1], {}).tier is None
    assert trace([rules[0], {**rules[2], "points": -100}], {"cards": 1}).tier == "B"
    assert trace(rules, {"migrant": 0, "cards": 1}).tier == "C"
    assert trace(rules, {"migrant": 0}).tier is None
    assert trace(rules, {"migrant": 1}).tier == "C"


def test_a_cap_does_not_guess_a_tier_from_unknown_points():
    rules = [
        rule("cap", "minor", tier_cap="B"),
        rule("points", "cards > 0", points=-200, on_missing="unknown"),
    ]
    assert trace(rules, {"minor": 1}).tier is None


LIST = {"id": "court", "title": "List", "source": "own", "mark": "F"}


def test_a_list_is_entered_by_any_of_its_rules():
    rules = [
        rule("a", "minor", list="court", on_missing="unknown"),
        rule("b", "migrant", list="court"),
    ]
    decision = {"rests_on": "assumption", "text": "x", "refuse_listed": ["court"]}
    sections = {"lists": [LIST], "decision": decision}
    found = trace(rules, {"migrant": 1}, **sections)
    assert (found.listed, found.decision) == (("court",), "refused")
    found = trace(rules, {"minor": 0}, **sections)
    assert (found.listed, found.decision) == ((), "approved")
    assert trace(rules, {}, **sections).decision is None


@pytest.mark.parametrize(
    ("row", "decision"),
    [
        ({"cards": 0}, "approved"),
        ({"cards": 50}, "approved"),
        ({"cards": 51}, "refused"),
        ({"cards": 0, "minor": 1}, "refused"),
        ({"minor": 1}, "refused"),
        ({"minor": 0}, None),
    ],
)
def test_a_decision_is_refused_by_points_or_gate(row, decision):
    rules = [
        rule("a", "cards >= 0", points=-1, per="cards", on_missing="unknown"),
        rule("gate", "minor", gate="refuse"),
    ]
    how = {"rests_on": "text", "text": "x", "refuse_below": 950}
    assert trace(rules, row, decision=how).decision == decision


def test_every_step_reads_only_what_stands_before_it():
    rules = [
        *GROUP,
        rule("except", "minor", overrides=["large"]),
        rule("cap", "migrant", tier_cap="B"),
    ]
    program = Rulebook.from_toml(book_text(*rules, groups={"g": {"take": "max"}})).program()
    known = {f"creditaudit__value_{name}" for name in program.columns}
    for name, node in program.steps.items():
        assert set(refs_of(node)) <= known, name
        known.add(name)
    stages = program.stages([TIER])
    seen = {f"creditaudit__value_{name}" for name in program.columns}
    for stage in stages:
        for node in stage.values():
            assert set(refs_of(node)) <= seen
        seen |= set(stage)
    assert TIER in stages[-1]
    assert POINTS in seen


def test_fewer_stages_are_the_same_steps_with_what_is_read_once_in_its_place():
    book = Rulebook.from_toml(
        book_text(*(rule(f"r{n}", f"cards > {n}", points=-n - 1) for n in range(12)))
    )
    program = book.program()
    stages, fewer = program.stages([POINTS]), program.fewer_stages([POINTS])
    assert sum(map(len, stages)) > 20
    assert [list(stage) for stage in fewer] == [[POINTS]]
    # What is asked for, or read twice, stays a step of its own.
    both = program.fewer_stages([POINTS, program.rules[3].fires])
    assert program.rules[3].fires in {name for stage in both for name in stage}
    for cards in (None, 0.0, 5.0, 40.0):
        row = {"cards": cards}
        found = {value_name("cards"): cards}
        for stage in both:
            found |= {name: evaluated(node, found) for name, node in stage.items()}
        wanted = worked_out(program, row)
        assert {name: found[name] for stage in both for name in stage} == {
            name: wanted[name] for stage in both for name in stage
        }


def test_rules_of_another_table_are_left_out():
    rules = [rule("p", "minor", points=-1), rule("f", "firm_late_wages > 0", points=-2)]
    header = {**__import__("made_books").HEAD["book"], "subjects": ["person", "firm"]}
    book = Rulebook.from_toml(book_text(*rules, book=header))
    assert RulebookScorer(book).columns == ["minor"]
    assert RulebookScorer(book, subject="firm").trace({"firm_late_wages": 3}).points == 998
