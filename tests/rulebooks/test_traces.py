import pandas as pd
from made_books import book_text, rule

from creditaudit.rulebooks import Rulebook, RulebookScorer

BOOK = Rulebook.from_toml(
    book_text(
        rule("late", "late_payments_24m > 0", points=-5, where="item 3"),
        rule("small", "cards > 0", points=-1, group="g", on_missing="unknown"),
        rule("large", "accounts > 0", points=-9, group="g"),
        groups={"g": {"take": "max"}},
    )
)
TRACE = RulebookScorer(BOOK).trace({"late_payments_24m": 2, "cards": 1, "accounts": 1})


def test_a_trace_has_one_row_a_rule_with_its_source():
    frame = TRACE.frame.set_index("rule")
    assert frame.index.tolist() == ["late", "small", "large"]
    assert frame["points"].tolist() == [-5.0, 0.0, -9.0]
    assert frame["state"].tolist() == ["fires", "fires and is not counted", "fires"]
    assert frame.loc["late", "why"] == "Payments made late in the last 24 months: more than 0."
    assert frame.loc["late", ["source", "where", "mark"]].tolist() == ["own", "item 3", "F"]
    assert TRACE.points == 1000 + frame["points"].sum()


def test_only_what_fires_is_named_as_overriding():
    rules = [
        rule("deduct", "cards > 0", points=-10),
        rule("one", "minor", overrides=["deduct"]),
        rule("two", "migrant", overrides=["deduct"]),
    ]
    book = Rulebook.from_toml(book_text(*rules))
    frame = RulebookScorer(book).trace({"cards": 1, "minor": 0, "migrant": 1}).frame
    assert frame["state"].tolist() == ["overridden by two", "does not fire", "fires"]


def test_what_is_missing_is_named():
    trace = RulebookScorer(BOOK).trace({"late_payments_24m": 0})
    frame = trace.frame.set_index("rule")
    assert frame.loc["small", "state"] == "unknown"
    assert frame.loc["small", "missing"] == "cards"
    assert pd.isna(frame.loc["small", "points"])
    assert (trace.points, trace.tier) == (None, None)
    assert "points unknown, tier none, open" in str(trace)


def test_a_trace_in_words_and_as_html_says_the_same():
    assert str(TRACE).splitlines()[0] == "xx_made as of 2016-01-01"
    assert "  late: fires (-5). Payments made late" in str(TRACE)
    assert "points 986, tier A, approved" in str(TRACE)
    html = TRACE._repr_html_()
    assert html.count("<tr>") == 4
    assert "Payments made late" in html
    assert "points 986, tier A, approved" in html
