"""The strict reading is nowhere milder than the mild one, or a person shows where."""

import pytest
from made_books import book_text, rule

from creditaudit.rulebooks import Rulebook, RulebookScorer, preset_ids
from creditaudit.rulebooks.proof_findings import every_proof

pytest.importorskip("z3", reason="proofs need the extra: creditaudit[proofs]")
from creditaudit.rulebooks.reading_order import readings_in_order

LISTS = [{"id": "bad", "title": "Bad", "source": "own", "mark": "F"}]


def made(*rules):
    return Rulebook.from_toml(book_text(*rules, lists=LISTS))


def answers(book):
    return {proof.about[0]: proof.answer for proof in readings_in_order(book)}


def test_readings_that_are_in_order_are_proved_so():
    book = made(
        rule("fines", "traffic_fines >= 1", points=[-5, -50]),
        rule("each", "jaywalking >= 1", points=-5,
             per={"mild": "once", "strict": "jaywalking"}),
        rule("late", {"mild": "late_payments_24m > 3", "strict": "late_payments_24m > 1"},
             list="bad"),
    )  # fmt: skip
    assert answers(book) == {"points": "proved", "decision": "proved", "bad": "proved"}


def test_a_reading_that_is_milder_on_somebody_is_shown_by_a_person():
    book = made(
        rule("fines", {"mild": "traffic_fines >= 1", "strict": "traffic_fines >= 5"}, points=-300),
        rule("late", {"mild": "late_payments_24m > 3", "strict": "late_payments_24m in [4, 6]"},
             list="bad"),
    )  # fmt: skip
    found = {proof.about[0]: proof for proof in readings_in_order(book)}
    assert {name: one.answer for name, one in found.items()} == dict.fromkeys(
        ("points", "decision", "bad"), "refuted"
    )
    person = found["points"].witnesses[0]
    assert 1 <= person["traffic_fines"] < 5
    mild, strict = (
        RulebookScorer(book, reading=word).trace(person).points for word in ("mild", "strict")
    )
    assert mild < strict
    (said,) = [one for one in every_proof(book) if "milder" in one.claim]
    assert "the strict reading is milder on some in 3 of 3 results." in said.claim


def test_a_book_that_leaves_no_room_is_not_asked():
    assert list(readings_in_order(made(rule("fines", "traffic_fines >= 1", points=-5)))) == []


@pytest.mark.parametrize("name", preset_ids())
def test_no_preset_is_milder_when_read_strictly(name):
    book = Rulebook.load(name)
    if book.header.shape_only or not book.open_readings:
        return
    for subject in book.header.subjects:
        for day in book.changes or (None,):
            found = {proof.claim: proof.answer for proof in readings_in_order(book, day, subject)}
            assert set(found.values()) == {"proved"}, (subject, day, found)
