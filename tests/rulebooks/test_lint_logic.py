"""What rules say of each other, case by case, each small enough to check by reading it."""

import pytest
from hypothesis import given, settings
from made_books import PEOPLE_ROWS, book_text, books, rule

from creditaudit.rulebooks import Rulebook
from creditaudit.rulebooks.lints import lints_of
from creditaudit.rulebooks.lints.ranges import points_range
from creditaudit.rulebooks.lints.spans import spans_of
from creditaudit.rulebooks.programs import POINTS, worked_out
from creditaudit.rulebooks.rows import uniform_row
from creditaudit.vocabulary import NEVER

COURT = {"id": "court", "title": "Court list", "source": "own", "mark": "F"}
LOGIC = (
    "dead", "always", "shadowed", "duplicate", "contradictory", "unreachable", "several_organs",
    "counted_twice",
)  # fmt: skip


def found(*rules, kinds=LOGIC, **sections):
    book = Rulebook.from_toml(book_text(*rules, **sections))
    return [(one.kind, one.about) for one in lints_of(book) if one.kind in kinds]


def claims(*rules, kind, **sections):
    book = Rulebook.from_toml(book_text(*rules, **sections))
    return [one.claim for one in lints_of(book) if one.kind == kind]


def lowest(points=-300):
    """Return a rule by which every tier of the made-up book is reached."""
    return rule("lowest", "convictions > 3", points=points)


def test_a_rule_that_died_with_a_change_of_the_text_names_the_version():
    limit = {
        "type": "count", "label": "most cards",
        "values": [{"value": 5}, {"from": "2020", "value": 0}],
    }  # fmt: skip
    said = claims(
        lowest(), rule("few", "cards < $limit", points=-1), parameters={"limit": limit}, kind="dead"
    )
    assert len(said) == 1
    assert said[0].endswith("(in the version from 2020-01-01 on)")


def test_a_rule_that_is_dead_under_one_reading_only_is_not_called_dead():
    when = {"mild": "cards > 3 and cards < 2", "strict": "cards > 3"}
    assert found(lowest(), rule("two", when, points=-1)) == []


def test_a_rule_with_a_missing_fact_that_counts_can_fire():
    when = "utilisation > 3"
    assert found(lowest(), rule("dead", when, points=-1)) == [("dead", "dead")]
    assert found(lowest(), rule("open", when, points=-1, on_missing="true")) == []


def test_an_exception_that_covers_a_rule_shadows_it():
    rules = [
        lowest(),
        rule("late", "late_payments_24m > 3", points=-1),
        rule("spared", "late_payments_24m > 1", overrides=["late"]),
    ]
    assert found(*rules) == [("shadowed", "late")]
    rules[2]["when"] = "late_payments_24m > 5"
    assert found(*rules) == []


@pytest.mark.parametrize("take", ["first", "max"])
def test_points_that_another_rule_of_the_group_always_takes_never_count(take):
    rules = [
        rule("wide", "late_payments_24m > 1", points=-300, group="g"),
        rule("narrow", "late_payments_24m > 3", points=-10, group="g"),
    ]
    assert found(*rules, groups={"g": {"take": take}}) == [("shadowed", "narrow")]
    rules[1]["points"] = -310
    if take == "max":
        assert found(*rules, groups={"g": {"take": take}}) == []


def test_an_entry_that_another_entry_covers_adds_nothing():
    rules = [
        lowest(),
        rule("wide", "effective_judgment", list="court"),
        rule("narrow", "effective_judgment and deadline_passed", list="court"),
    ]
    assert found(*rules, lists=[COURT]) == [("shadowed", "narrow + wide")]
    rules[2]["retention"] = {"clock": "entry", "term": "5 years", "mark": "F"}
    assert found(*rules, lists=[COURT]) == []


def test_equal_conditions_in_other_words_are_duplicates():
    rules = [
        rule("one", "not (cards <= 2 or minor)", points=-300),
        rule("other", "not minor and cards >= 3", points=-10),
    ]
    assert found(*rules) == [("duplicate", "one + other")]
    assert "-310 in all" in claims(*rules, kind="duplicate")[0]
    assert "rule other is on line " in claims(*rules, kind="duplicate")[0]


def test_rules_of_different_times_are_no_duplicates():
    rules = [
        lowest(),
        rule("before", "cards > 2", points=-1, effective={"to": "2018"}),
        rule("after", "cards > 2", points=-1, effective={"from": "2019"}),
    ]
    assert found(*rules) == []


def test_one_condition_that_takes_and_adds_contradicts_itself():
    rules = [lowest(), rule("take", "cards > 2", points=-5), rule("add", "cards >= 3", points=5)]
    assert found(*rules) == [("contradictory", "take + add")]


def test_an_entry_that_is_an_exit_at_once_is_told():
    way = {"id": "paid", "text": "Paid", "mark": "F", "when": "overdue_amount < '9 CNY'"}
    rules = [lowest(), rule("owing", "overdue_amount < '5 CNY' and minor", list="court")]
    assert found(*rules, lists=[COURT | {"exits": [way]}]) == [("contradictory", "owing + paid")]
    rules[1]["when"] = "overdue_amount < '50 CNY' and minor"
    assert found(*rules, lists=[COURT | {"exits": [way]}]) == []


def test_a_first_act_that_is_waived_and_counted_is_told_with_a_row():
    waived = {"points": -300, "first_breach": "waived"}
    said = claims(rule("late", "late_payments_24m > 0", **waived), kind="contradictory")
    assert said == [
        "Rule late says that a first act is waived, and counts it: late_payments_24m 1",
    ]  # fmt: skip
    for when, per in (("late_payments_24m > 1", None), ("late_payments_24m > 0", True)):
        more = {"per": "late_payments_24m - 1"} if per else {}
        assert found(rule("late", when, **waived, **more)) == []
    counted = rule("late", "late_payments_24m > 1", points=-300, first_breach="counted")
    assert found(counted) == [("contradictory", "late")]


def test_an_act_that_is_lawful_in_one_rule_and_not_in_another_is_told():
    rules = [
        lowest(),
        rule("one", "cards > 1", points=-1, act="shopping", lawful=True, group="g"),
        rule("other", "accounts > 1", points=-1, act="shopping", lawful=False, group="g"),
    ]
    kinds = ("contradictory",)
    groups = {"g": {"take": "max"}}
    assert found(*rules, kinds=kinds, groups=groups) == [("contradictory", "one + other")]


def test_a_mild_reading_that_is_harder_is_told_and_turns_round_for_exceptions():
    when = {"mild": "cards > 2", "strict": "cards > 5"}
    harder = rule("harder", when, points=-1)
    assert found(lowest(), harder) == [("contradictory", "harder")]
    turned = rule("harder", {"mild": "cards > 5", "strict": "cards > 2"}, points=-1)
    assert found(lowest(), turned) == []
    assert found(lowest(), rule("spared", when, overrides=["lowest"])) == []


ACT = {"act": "breach", "points": -200}


def test_one_act_is_counted_by_as_many_organs_as_may_meet_in_one_person():
    bank = rule("bank", "contract_breaches > 0", agency="bank", **ACT)
    court = rule("court", "contract_judgments > 0", agency="court", **ACT)
    assert found(bank, court) == [("several_organs", "breach")]
    said = claims(bank, court, kind="several_organs")[0]
    assert "contract_breaches 1, contract_judgments 1" in said
    never = rule("court", "contract_breaches == 0", agency="court", **ACT)
    assert found(bank, never) == []


def test_rules_of_which_one_counts_do_not_add_up():
    bank = rule("bank", "contract_breaches > 0", agency="bank", **ACT)
    court = rule("court", "contract_judgments > 0", agency="court", **ACT)
    grouped = [one | {"group": "g"} for one in (bank, court)]
    assert found(*grouped, groups={"g": {"take": "max"}}) == []
    assert found(*grouped, groups={"g": {"take": "sum"}}) == [("several_organs", "breach")]
    assert found(bank, court | {"overrides": ["bank"]}) == []


def test_one_list_is_entered_once_however_many_rules_enter_it():
    one = rule("one", "contract_breaches > 0", list="court", act="breach", agency="bank")
    other = rule("other", "contract_judgments > 0", list="court", act="breach", agency="court")
    decision = {"rests_on": "text", "text": "x", "refuse_listed": ["court", "second"]}
    given_ = {"lists": [COURT, COURT | {"id": "second"}], "decision": decision}
    kinds = ("several_organs", "counted_twice")
    assert found(lowest(), one, other, kinds=kinds, **given_) == []
    other["list"] = "second"
    twice = [("several_organs", "breach")]
    assert found(lowest(), one, other, kinds=kinds, **given_) == twice


def test_a_step_of_one_number_counts_what_the_step_below_counts():
    rules = [
        rule("some", "late_payments_24m > 0", points=-100),
        rule("many", "late_payments_24m > 3", points=-200),
    ]
    assert found(*rules) == [("counted_twice", "many + some")]
    assert (
        "-300 points, such as with late_payments_24m 4" in claims(*rules, kind="counted_twice")[0]
    )
    between = rule("some", "0 < late_payments_24m <= 3", points=-300)
    assert found(between, rules[1]) == []


def test_tiers_beyond_all_points_are_not_reached_and_a_cap_reaches_one():
    assert found(rule("small", "cards > 2", points=-20)) == [
        ("unreachable", "C"), ("unreachable", "B"),
    ]  # fmt: skip
    capped = rule("capped", "drunk_driving > 0", tier_cap="B")
    assert found(rule("small", "cards > 2", points=-20), capped) == [("unreachable", "C")]
    each = rule("each", "cards > 2", points=-20, per="cards")
    assert found(each) == []
    assert found(each | {"cap": -100}) == [("unreachable", "C")]


def test_a_refusal_below_all_points_refuses_nobody():
    decision = {"rests_on": "text", "text": "x", "refuse_below": 600}
    assert ("unreachable", "refuse_below") in found(lowest(), decision=decision)
    assert found(lowest(-500), decision=decision) == []


def test_parts_that_nothing_names_are_told():
    measure = {"id": "m", "title": "M", "source": "own", "mark": "F", "who": ["self"]}
    way = {"id": "out", "text": "Out", "mark": "F", "when": "utilisation > 5"}
    parts = {
        "lists": [COURT | {"exits": [way]}], "measures": [measure],
        "groups": {"g": {"take": "max"}},
        "parameters": {"p": {"type": "count", "label": "P", "values": [{"value": 1}]}},
    }  # fmt: skip
    assert found(lowest(), **parts) == [
        ("unreachable", name) for name in ("court", "court, exit out", "m", "g", "p")
    ]
    parts["measures"] = [measure | {"condition": "tier A"}]
    parts["lists"] = [COURT | {"exits": [way | {"when": "cards > $p"}]}]
    parts["groups"] = {}
    assert found(lowest(), rule("in", "minor", list="court"), **parts) == []


def test_an_exception_that_never_meets_its_rule_is_told():
    rules = [
        lowest(),
        rule("late", "late_payments_24m > 3", points=-1),
        rule("idle", "late_payments_24m < 2", overrides=["late", "lowest"]),
    ]
    assert found(*rules) == [("unreachable", "idle")]
    said = claims(*rules, kind="unreachable")[0]
    assert "never meets rule late, which" in said


def within_domains(book, row):
    """Return the row with a value wherever the vocabulary says that one is never missing."""
    filled = dict(row)
    for name, column in book.columns.items():
        if column.missing == NEVER and not filled.get(name) and filled.get(name) != 0:
            filled[name] = column.levels[0] if column.levels else column.low or 0
    return filled


@settings(max_examples=60)
@given(books(), PEOPLE_ROWS)
def test_nobody_within_the_domains_has_points_outside_the_range(text, rows):
    book = Rulebook.from_toml(text)
    for span in spans_of(book):
        low, high = points_range(book, span)
        for row in rows:
            uniform = uniform_row(within_domains(book, row), span.program.columns)
            points = worked_out(span.program, uniform)[POINTS]
            assert points is None or low <= points <= high


@settings(max_examples=60)
@given(books(), PEOPLE_ROWS)
def test_what_is_said_of_rules_holds_of_every_row_within_the_domains(text, rows):
    book = Rulebook.from_toml(text)
    lints = lints_of(book)
    idle = {one.about for one in lints if one.kind in ("dead", "shadowed") and "+" not in one.about}
    alike = [one.about.split(" + ") for one in lints if one.kind == "duplicate"]
    program = spans_of(book)[-1].program
    steps = {step.rule.id: step for step in program.rules}
    for row in rows:
        given_row = uniform_row(within_domains(book, row), program.columns)
        values = worked_out(program, given_row)
        for name in idle:
            points = steps[name].points
            counted = points is not None and values[points] not in (0.0, None)
            assert values[steps[name].fires] is not True or not counted
        for one, other in alike:
            first, second = (values[steps[name].holds] for name in (one, other))
            assert (first is True) == (second is True)
