"""What a solver says of a book, and the persons it shows."""

from itertools import pairwise
from time import process_time

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given, settings
from made_books import book_text, rule

from creditaudit.errors import InputError, MissingExtra
from creditaudit.rulebooks import Rulebook, RulebookScorer, preset_ids, solver_terms
from creditaudit.rulebooks.programs import worked_out
from creditaudit.rulebooks.proofs import Prover

z3 = pytest.importorskip("z3", reason="proofs need the extra: creditaudit[proofs]")


def made(*rules, **sections):
    return Rulebook.from_toml(book_text(*rules, **sections))


def prover(*rules, **sections):
    return Prover(made(*rules, **sections))


def answers(proofs):
    return {proof.about: proof.answer for proof in proofs}


def test_a_rule_within_another_implies_it_and_not_the_other_way():
    found = prover(
        rule("few", "traffic_fines >= 2", points=-5), rule("many", "traffic_fines >= 5", points=-9)
    )
    implied = answers(p for p in found.pairs() if p.question == "implies")
    assert implied == {("few", "many"): "refuted", ("many", "few"): "proved"}
    shown = next(p for p in found.pairs() if p.about == ("few", "many") and p.witnesses)
    assert 2 <= shown.witnesses[0]["traffic_fines"] < 5 or shown.question == "never together"


def test_rules_that_exclude_each_other_never_hold_together():
    found = prover(
        rule("none", "traffic_fines == 0", points=5), rule("some", "traffic_fines > 0", points=-5)
    )
    together = next(p for p in found.pairs() if p.question == "never together")
    assert together.answer == "proved"
    assert together.witnesses == ()


def test_missing_facts_are_part_of_what_there_could_be():
    found = prover(
        rule("known", "number_changes >= 0", points=5),
        rule("unknown", "number_changes is missing", points=-5),
    )
    implied = answers(p for p in found.pairs() if p.question == "implies")
    assert implied[("unknown", "known")] == "refuted"
    together = next(p for p in found.pairs() if p.question == "never together")
    assert together.answer == "proved"


def test_more_of_a_number_moves_the_points_one_way():
    found = prover(
        rule("few", "traffic_fines >= 2", points=-5), rule("many", "traffic_fines >= 5", points=-9)
    )
    assert found.monotone("traffic_fines", "down").answer == "proved"
    up = found.monotone("traffic_fines", "up")
    assert up.answer == "refuted"
    less, more = up.witnesses
    assert less["traffic_fines"] < more["traffic_fines"]


def test_a_rule_that_turns_round_is_shown_by_two_persons():
    found = prover(
        rule("few", "traffic_fines >= 2", points=-9), rule("many", "traffic_fines >= 5", points=4)
    )
    down = found.monotone("traffic_fines", "down")
    assert down.answer == "refuted"
    less, more = down.witnesses
    assert less["traffic_fines"] < 5 <= more["traffic_fines"]


def test_a_group_that_takes_the_largest_keeps_the_points_in_order():
    found = prover(
        rule("few", "traffic_fines >= 2", points=-9, group="fines"),
        rule("many", "traffic_fines >= 5", points=-4, group="fines"),
        groups={"fines": {"take": "max"}},
    )
    assert found.monotone("traffic_fines", "down").answer == "proved"


def test_a_column_that_is_no_number_is_told():
    found = prover(rule("minors", "minor", points=-5))
    with pytest.raises(InputError, match="no number that a rule in force reads"):
        found.monotone("minor", "down")


def test_a_protected_column_that_changes_a_result_is_shown():
    found = prover(rule("women", "sex == 'female'", points=-200))
    proof = found.no_influence("sex")
    assert proof.answer == "refuted"
    assert {person["sex"] for person in proof.witnesses} >= {"female"}
    assert found.no_influence("minority").answer == "proved"


def test_a_protected_column_that_is_read_and_changes_nothing_is_proved():
    found = prover(
        rule("women", "sex == 'female' and traffic_fines >= 1", points=-20),
        rule("others", "(sex != 'female' or sex is missing) and traffic_fines >= 1", points=-20),
    )
    assert found.no_influence("sex").answer == "proved"


def test_people_shut_out_for_good_are_shown():
    found = prover(rule("women", "sex == 'female'", gate="refuse"))
    proof = found.way_to_approval(["sex"])
    assert proof.answer == "refuted"
    assert proof.witnesses[0] == {"sex": "female"}
    assert found.way_to_approval([]).answer == "proved"


def test_two_exceptions_that_can_meet_are_shown():
    found = prover(
        rule("fined", "traffic_fines >= 1", points=-50),
        rule("minors", "minor", overrides=["fined"]),
        rule("helpers", "volunteering_hours >= 5", overrides=["fined"]),
    )
    proof = next(iter(found.double_exceptions()))
    assert proof.answer == "refuted"
    assert proof.witnesses[0]["minor"] is True
    apart = prover(
        rule("fined", "traffic_fines >= 1", points=-50),
        rule("few", "volunteering_hours < 5", overrides=["fined"]),
        rule("many", "volunteering_hours >= 5", overrides=["fined"]),
    )
    assert next(iter(apart.double_exceptions())).answer == "proved"


LIMITS = st.lists(st.integers(0, 30), min_size=2, max_size=4, unique=True).map(sorted)


@settings(max_examples=40)
@given(limits=LIMITS, points=st.lists(st.integers(-20, 20), min_size=4, max_size=4))
def test_the_solver_agrees_with_trying_every_number(limits, points):
    rules = [
        rule(f"r{i}", f"traffic_fines >= {limit}", points=points[i])
        for i, limit in enumerate(limits)
    ]
    book = made(*rules)
    fines = pd.DataFrame({"traffic_fines": range(40)})
    scores = RulebookScorer(book).points(fines).tolist()
    found = Prover(book)
    falls = all(b <= a for a, b in pairwise(scores))
    rises = all(b >= a for a, b in pairwise(scores))
    assert (found.monotone("traffic_fines", "down").answer == "proved") is falls
    assert (found.monotone("traffic_fines", "up").answer == "proved") is rises


def test_a_faulty_book_shows_each_fault_and_its_clean_twin_none():
    faulty = made(
        rule("fined", "traffic_fines >= 1", points=-50),
        rule("often", "traffic_fines >= 9", points=80),
        rule("women", "sex == 'female'", gate="refuse"),
        rule("minors", "minor", overrides=["fined"]),
        rule("helpers", "volunteering_hours >= 5", overrides=["fined"]),
        rule("families", "jaywalking >= 1", points=-5, touches=["self", "child"]),
    )
    clean = made(
        rule("fined", "traffic_fines >= 1", points=-50),
        rule("walks", "jaywalking >= 1", points=-5),
    )
    said = " ".join(finding.claim for finding in faulty.prove())
    assert "1 of 1 pairs of exceptions" in said
    assert "traffic_fines can move them both ways" in said
    assert "minor, sex alone can change the result" in said or "sex, minor alone" in said
    assert "some people are shut out for good, whatever else changes: sex: female" in said
    assert "1 rules and measures reach people other than the one who acted" in said
    said = " ".join(finding.claim for finding in clean.prove())
    for fault in ("exceptions", "both ways", "alone can change", "are shut out", "reach people"):
        assert fault not in said


def test_all_pairs_of_thirty_rules_are_decided():
    columns = [
        "traffic_fines",
        "jaywalking",
        "volunteering_hours",
        "minor_offences",
        "utility_thefts",
    ]
    rules = [
        rule(f"r{i:02d}", f"{columns[i % 5]} >= {i // 5 * 3 + 1} and "
             f"{columns[(i + 1) % 5]} < {60 - i}", points=-i - 1)
        for i in range(30)
    ]  # fmt: skip
    start = process_time()
    proofs = list(prover(*rules).pairs())
    assert process_time() - start < 10
    assert len(proofs) == 3 * 435
    assert {proof.answer for proof in proofs} == {"proved", "refuted"}


@pytest.mark.parametrize("on_missing", ["unknown", "false", "true"])
def test_rules_that_read_nothing_in_common_are_answered_as_the_solver_answers(
    on_missing, monkeypatch
):
    texts = ("traffic_fines >= 2", "jaywalking > 3 and jaywalking < 2", "minor", "cards >= 0",
             "cards is missing", "volunteering_hours < 4", "traffic_fines < 9")  # fmt: skip
    rules = [rule(f"r{i}", text, points=-1, on_missing=on_missing) for i, text in enumerate(texts)]
    quick = list(prover(*rules).pairs())
    monkeypatch.setattr(Prover, "_apart", lambda *_: [])
    slow = list(prover(*rules).pairs())
    assert [(p.question, p.claim, p.about, p.answer) for p in quick] == [
        (p.question, p.claim, p.about, p.answer) for p in slow
    ]
    book = made(*rules)
    program = book.program()
    steps = {step.rule.id: step.holds for step in program.rules}
    for proof in quick:
        for person in proof.witnesses:
            traced = worked_out(program, dict.fromkeys(book.columns) | person)
            holds = [traced[steps[name]] for name in proof.about]
            assert holds[0] is True
            assert (holds[1] is True) is (proof.question == "never together")


@pytest.mark.parametrize("name", preset_ids())
def test_every_preset_that_runs_can_be_proved_about(name):
    book = Rulebook.load(name)
    if book.header.shape_only:
        pytest.skip(f"{name} is shape only: it has no rules to prove anything of")
    found = book.prove()
    assert len(found) >= 3
    assert not any("not decided" in finding.claim for finding in found)


def test_without_the_solver_the_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(MissingExtra, match=r"creditaudit\[proofs\]"):
        solver_terms.solver_library()


def test_more_rules_than_are_paired_are_told():
    rules = [rule(f"r{i}", f"traffic_fines == {i}", points=-1) for i in range(101)]
    found = next(one for one in made(*rules).prove() if "more pairs" in one.claim)
    assert "101 rules make more pairs than are asked about here" in found.claim


def test_monotonicity_of_a_whole_score_of_thirty_rules_is_settled_within_a_second_a_column():
    columns = ("traffic_fines", "jaywalking", "volunteering_hours", "cards", "minor_offences")
    rules = [
        rule(f"r{i:02d}", f"{columns[i % 5]} >= {i // 5 * 3 + 1} and "
             f"{columns[(i + 1) % 5]} < {60 - i}", points=-i - 1)
        for i in range(30)
    ]  # fmt: skip
    found = prover(*rules)
    for column in columns:
        start = process_time()
        answers = {found.monotone(column, way).answer for way in ("up", "down")}
        # Twice the bar, for a slow machine; benchmarks/rulebooks.py measures it.
        assert process_time() - start < 2
        assert answers <= {"proved", "refuted"}
