"""Hostile texts in the file of a book: an error with file, line and column, nothing executed; and
what is whole goes round.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from made_books import PEOPLE_ROWS, book_text, books, rule

from creditaudit.rulebooks import BookFault, Rulebook, RulebookScorer

# Condition, column at which the fault is told, and part of what is said.
CONDITIONS = [
    ("__import__('os').system('touch touched')", 1, "only functions"),
    ("traffic_fines > 0 and minor.__class__ == 0", 23, "dot"),
    ("[late for late in [1]] == 1", 1, "comprehension"),
    ("(lambda: minor)() > 0", 1, "only functions"),
    ("f'{minor}' == 'x'", 1, "f-string"),
    ("traffic_fines ** 9 > 0", 1, "power"),
    ("(" * 10_000 + "minor" + ")" * 10_000, 1, ""),
    ("x" * 900_000, 1, ""),
    ("traffic_fines > 0 and finez > 1", 23, "column 'finez' is not known"),
    ("traffic_fines > 0 and overdue_amount > '3 kg'", 40, ""),
    ("traffic_fines > 0 and overdue_amount > '100 EUR'", 40, "EUR"),
    ("traffic_fines > 0 and listed_on < '2018-13-01'", 35, ""),
    ("traffic_fines > '2 years'", 17, ""),
]


@pytest.mark.parametrize(
    ("when", "column", "said"), CONDITIONS, ids=[text[:30] for text, *_ in CONDITIONS]
)
def test_a_hostile_condition_is_refused_with_file_line_and_column(
    when, column, said, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    text = book_text(rule("a", "PLACE", points=-1)).replace('"PLACE"', f'"{when}"')
    path = Path("hostile.toml")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BookFault) as caught:
        Rulebook.load(path)
    (fault,) = caught.value.faults
    line = next(n for n, one in enumerate(text.splitlines(), 1) if one.startswith("when = "))
    assert fault.line == line
    found = re.search(r"column (\d+)", fault.what)
    assert found is not None
    assert int(found[1]) == column
    assert said in fault.what
    assert f"hostile.toml, line {line}: rules 1 (a), when: " in str(caught.value)
    assert [one.name for one in tmp_path.iterdir()] == ["hostile.toml"]


def test_a_circle_of_overrides_names_the_line_of_a_rule_in_it():
    text = book_text(
        rule("a", "minor", points=-1, overrides=["b"]),
        rule("b", "minor", points=-1, overrides=["c"]),
        rule("c", "minor", points=-1, overrides=["a"]),
    )
    with pytest.raises(BookFault) as caught:
        Rulebook.from_toml(text, "circle.toml")
    lines = [n for n, one in enumerate(text.splitlines(), 1) if one.startswith("overrides")]
    assert {fault.line for fault in caught.value.faults} <= set(lines)
    assert "in a circle: a > b > c > a" in str(caught.value)


@settings(max_examples=40)
@given(text=books(), rows=PEOPLE_ROWS)
def test_random_books_go_round_and_mean_the_same(text, rows):
    book = Rulebook.from_toml(text)
    again = Rulebook.from_toml(book.to_toml())
    assert again == book
    assert again.contents == book.contents
    assert again.to_toml() == book.to_toml()
    scorers = [RulebookScorer(one, as_of="2020-06-30") for one in (book, again)]
    for row in rows:
        one, other = (scorer.trace(row) for scorer in scorers)
        assert (one.points, one.tier, one.decision) == (other.points, other.tier, other.decision)
        assert one.frame.equals(other.frame)
